"""Conditions side by side: the heart of dystonia is what the task brings out."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.model import Assessment, Contrast, Finding
from eutonia.report.block import Block, Heading, Note, Paragraph, Table
from eutonia.report.figures import bars_figures, contrast_figures
from eutonia.report.figures.scalp import QEEG
from eutonia.report.findings import order
from eutonia.report.posture import hands
from eutonia.report.relevance import declared_id, ranked, ranked_contrasts, unit_of
from eutonia.report.words import (
    contrast_words,
    held,
    instrument,
    interval_kind,
    limits,
    listed,
    number,
    part_words,
    q_words,
    short,
    statement,
    with_unit,
)

#: Most rows of the table of contrasts.
MAX_CONTRASTS = 25


def conditions(assessment: Assessment) -> Iterator[Block]:
    """Yield a figure per measure with several conditions, and the table of contrasts."""
    yield Heading(text="Conditions side by side", level=2, anchor="conditions")
    by_measure: dict[str, list[Finding]] = {}
    for f in assessment.findings:
        by_measure.setdefault(declared_id(f.estimate.measure), []).append(f)
    several = {
        measure: group
        for measure, group in by_measure.items()
        if len({f.estimate.condition for f in group}) > 1
    }
    if not several and not assessment.contrasts:
        yield Paragraph(
            text="Each measure was taken in one condition only, so there is nothing to hold side "
            "by side. Record rest and task, with and without the trick, at the same visit."
        )
        return
    if any("eeg" in instrument(m) for m in (*several, *{c.measure for c in assessment.contrasts})):
        yield Note(text=QEEG)
    drawn = [m for m, group in several.items() if _counts(group)]
    for measure in sorted(drawn, key=lambda m: order(several[m])):
        ordered = ranked(several[measure], affected=assessment.state.affected_side)
        yield from bars_figures(measure, ordered)
    if others := [several[m][0].estimate.title for m in several if m not in drawn]:
        text = f"Research tier, not drawn side by side but kept in findings.csv: {listed(others)}."
        yield Paragraph(text=text, style="small")
    titles = {m: g[0].estimate.title for m, g in by_measure.items()}
    yield from contrast_figures(ranked_contrasts(assessment.contrasts), titles)
    yield from _contrasts(assessment)


def _counts(group: list[Finding]) -> bool:
    return any(f.primary or f.estimate.tier != "research" for f in group)


def _contrasts(assessment: Assessment) -> Iterator[Block]:
    contrasts = ranked_contrasts(assessment.contrasts)
    if not contrasts:
        yield Paragraph(text="No two conditions differ in exactly one factor: nothing to compare.")
        return
    shown = contrasts[:MAX_CONTRASTS]
    count = f"all {len(shown)}"
    if len(contrasts) > len(shown):
        count = f"{len(shown)} of {len(contrasts)}, what differs first; all are in findings.csv"
    yield Table(
        caption=f"Contrasts: two conditions or sides that differ in one factor ({count})",
        header=(
            "Measure",
            "About",
            "Contrast",
            "Value",
            "95 % interval",
            "Interval is",
            "q",
            "Paired by",
        ),
        rows=tuple(_row(c, assessment) for c in shown),
        widths=(2.4, 2.6, 2.2, 1.3, 1.8, 1.7, 0.9, 1),
    )
    if any(c.factor == "trick" for c in shown):
        seen = hands(f.estimate for f in assessment.findings)
        text = "; ".join(seen) or "Whether a hand was seen at the trick is not known."
        yield Paragraph(text=text[0].upper() + text[1:], style="small")
    yield Paragraph(
        text=f"{statement('exploratory')} q is the least false-discovery rate at which a contrast "
        "is called a difference (Benjamini and Hochberg), among those of the same kind of "
        "recording; the primary findings of a form, what a film of that part is made for (of the "
        "side that acts), what a task adds to the one nearest to it, and fingers whose bends were "
        "only guessed, count by themselves.",
        style="small",
    )


def _row(c: Contrast, assessment: Assessment) -> tuple[str, ...]:
    shared = f" ({held(c)})" if held(c) else ""
    return (
        _title(c, assessment),
        short(c.target.label, 60),
        contrast_words(c) + shared,
        with_unit(number(c.value, c.interval), unit_of(c, assessment)),
        limits(c.interval, c.value) if c.interval is not None else "none",
        interval_kind(c.interval, c.no_interval),
        q_words(c.q),
        c.paired,
    )


def _title(c: Contrast, assessment: Assessment) -> str:
    for f in assessment.findings:
        e = f.estimate
        if e.measure == c.measure:
            return f"{e.title}, {part_words(e.part)}" if e.part else e.title
    return c.measure
