"""Scales: each total with its range, rater and source, and its change against each threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eutonia.formats.scale_entry import entry_items
from eutonia.formats.scale_table import scale_of
from eutonia.knowledge import table
from eutonia.model import (
    Assessment,
    Estimate,
    Examination,
    Finding,
    InvalidRecord,
    ScaleChange,
    Score,
)
from eutonia.report.block import Block, Heading, KeyValues, Note, Paragraph, Table
from eutonia.report.words import (
    bounds,
    no_interval,
    number,
    source_words,
    spaced,
    statement,
    with_unit,
)


def is_scale(e: Estimate) -> bool:
    """Return whether a number is the total of a rating scale."""
    return e.measure.startswith("scale.")


def points(value: float) -> str:
    """Return a score as it is read: whole points without a decimal, others with one or two."""
    return f"{round(value, 2):g}".replace("-", "−")


def short_name(scale: str) -> str:
    """Return the abbreviation that a scale goes by."""
    entry = table("scales").get(scale, {})
    return str(entry.get("short", scale))


def range_words(e: Estimate) -> str:
    """Return the range of a scale, or that it was not verified."""
    try:
        part = scale_of(e.measure.split(".")[1]).parts.get(e.part or "total")
    except InvalidRecord:  # a scale of an older or newer Eutonia
        part = None
    return bounds(e.valid) if part is None or part.verified else "range not verified"


def scales(assessment: Assessment) -> Iterator[Block]:
    """Yield the scores, and what they say against the earlier visit."""
    scored = [f for f in assessment.findings if is_scale(f.estimate)]
    incomplete = [m for m in assessment.not_measurable if m.measure.startswith("scale.")]
    if not scored and not incomplete:
        return
    yield Heading(text="Scales", level=3, anchor="scales")
    if scored:
        yield Table(
            caption="Scores as entered by the raters; a total stands only where it is complete",
            header=("Scale", "Score", "Range", "Interval", "By", "Change", "Source", "Remarks"),
            rows=tuple(_rows(scored)),
            widths=(2.2, 1, 1.1, 1.5, 1.3, 1.6, 1.7, 3),
        )
        yield from _items(assessment.examinations)
    for m in incomplete:
        yield Note(text=f"{m.title}: {m.reason}")
    yield from _changes(assessment.verdicts.changes)
    yield from _published([scale for scale in entered(assessment) if scale in table("scales")])


def _rows(scored: list[Finding]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each total; a remark that holds for several parts stands once."""
    said: set[tuple[str, str]] = set()
    for f in scored:
        e = f.estimate
        scale = e.measure.split(".")[1]
        norms = [c.words for c in f.comparisons if c.kind == "reference" and c.difference]
        fresh = [r for r in (*e.notes, *norms) if (scale, r) not in said]
        said |= {(scale, r) for r in fresh}
        yield (*_row(f), "; ".join(fresh) or "as above")


def _row(f: Finding) -> tuple[str, ...]:
    e = f.estimate
    part = f", {spaced(e.part)}" if e.part and e.part != "total" else ""
    return (
        f"{e.title}{part} (version {e.version}, {e.tier})",
        with_unit(points(e.value), e.unit if e.unit == "%" else ""),
        range_words(e),
        no_interval(e.no_interval),
        f"{e.context.rater or 'unknown'}, {e.origin}",
        ", ".join(c.verdict for c in f.comparisons if c.kind == "earlier visit")
        or "no earlier one",
        ", ".join(e.sources) or statement("our_rule"),
    )


def entered(assessment: Assessment) -> tuple[str, ...]:
    """Return the scales that any rater entered, each once."""
    return tuple(dict.fromkeys(s.scale for e in assessment.examinations for s in e.scores))


def _items(examinations: tuple[Examination, ...]) -> Iterator[Block]:
    """Yield the raw entries; a missing item is missing, never 0."""
    rows = [
        (f"{short_name(s.scale)}, {e.rater}", "; ".join(_item(s, k, v) for k, v in s.items))
        for e in examinations
        for s in e.scores
        if s.items
    ]
    if rows:
        yield Heading(text="Items as entered", level=4)
        yield KeyValues(caption="Items as entered", rows=tuple(rows))


def _item(score: Score, key: str, value: float) -> str:
    if score.scale not in table("scales"):
        return f"{spaced(key)} {points(value)}"
    labels = {i.id: i.label for i in entry_items(score.scale, True, version=score.version)}
    return f"{labels.get(key, spaced(key))} {points(value)}"


def _published(scales_: list[str]) -> Iterator[Block]:
    """Yield what is published beside a score: agreement of raters, and changes that matter."""
    rows = []
    for scale in scales_:
        known = table("scales")[scale]
        said = [_cited(r["words"], r) for r in known.get("reliability", ())]
        said += [_cited(f"threshold {_threshold(m)}", m) for m in known.get("mcid", ())]
        words = "; ".join(said) or "no agreement of raters and no threshold of change is known"
        rows.append((short_name(scale), words))
    if rows:
        yield Heading(text="What is known about these scales", level=4)
        yield KeyValues(caption="What is known about these scales", rows=tuple(rows))


def _threshold(m: dict[str, Any]) -> str:
    of = f"{spaced(m['part'])}, " if m["part"] != "total" else ""
    size = f"{m['value']:+g}".replace("-", "−")
    n = f", n = {m['n']}" if "n" in m else ""
    caveat = f". {m['caveat']}" if "caveat" in m else ""
    return f"{of}{size} {m['unit']}: {m['anchor']}{n}{caveat}"


def _cited(words: str, entry: dict[str, Any]) -> str:
    return f"{words} ({source_words(entry['mark'], entry.get('refs', ()))})"


def scale_sources(assessment: Assessment) -> Iterator[str]:
    """Yield the sources of what is published about the scales entered."""
    for scale in entered(assessment):
        known = table("scales").get(scale, {})
        for one in (*known.get("reliability", ()), *known.get("mcid", ())):
            yield from one.get("refs", ())


def _changes(changes: tuple[ScaleChange, ...]) -> Iterator[Block]:
    if not changes:
        yield Paragraph(text="No earlier rating of these scales was given.", style="small")
        return
    yield Table(
        caption="Change since the earlier visit: each published threshold (MCID) by itself, and "
        "measurement error (MDC) apart",
        header=("Scale", "Before", "Now", "Better by", "Thresholds", "MDC", "In words"),
        rows=tuple(_change(c) for c in changes),
        widths=(1.5, 0.8, 0.8, 1, 3, 1.8, 3),
    )


def _change(c: ScaleChange) -> tuple[str, ...]:
    part = f", {spaced(c.part)}" if c.part and c.part != "total" else ""
    percent = "–" if c.percent is None else f"{number(c.percent)}\u00a0%"
    anchors = "; ".join(f"{what}: {crossed}" for what, crossed in c.mcid)
    return (
        f"{c.scale}{part}",
        points(c.before),
        points(c.after),
        percent if not c.broken else "not judged",
        anchors or "none published",
        c.mdc or "unknown",
        c.words,
    )
