"""The findings of each instrument: figures, the table with the six things, cautions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eutonia.judge import unit_words
from eutonia.model import Assessment, Estimate, Evidence, Finding
from eutonia.report.block import Block, Heading, Note, Paragraph, Table, Text
from eutonia.report.cautions import cautions
from eutonia.report.examined import was_examined
from eutonia.report.figures import evidence_figures, scalp_figures
from eutonia.report.figures.scalp import QEEG
from eutonia.report.relevance import aside, declared_id, filmed_for, ranked
from eutonia.report.summary import summary_table
from eutonia.report.ways import way
from eutonia.report.words import (
    INSTRUMENTS,
    bounds,
    card,
    flags_of,
    instrument,
    interval_kind,
    limits_of,
    note_words,
    part_words,
    short,
    statement,
    value_of,
    verdict_of,
    with_unit,
)

#: Most rows of a table, by tier; beyond, a summary stands first and all are in findings.csv.
MAX_ROWS = {"clinical": 25, "supportive": 12, "research": 6}

#: Stands beside each number that it holds for, however many there are.
OUTSIDE: Final = "▲ outside the validated range"
NO_REMARK: Final = "–"

#: Longest unit, in characters, that fits into the column of values.
_LONGEST_UNIT = 6


def findings(assessment: Assessment, evidence: Evidence) -> Iterator[Block]:
    """Yield the findings, instrument by instrument."""
    yield Heading(text="Findings", level=2, anchor="findings")
    measured = [f for f in assessment.findings if f.estimate.origin == "measured"]
    if was_examined(assessment) and not (assessment.recordings or assessment.lost):
        yield Paragraph(text="No recording was given at this visit, so nothing was measured.")
        return
    if not measured:
        yield Paragraph(text="Nothing could be measured at this visit; the reasons stand below.")
        return
    yield Paragraph(text=f"{statement('interval')} {statement('abnormal')}", style="small")
    by_instrument: dict[str, dict[str, list[Finding]]] = {}
    for f in measured:
        measure = declared_id(f.estimate.measure)
        by_instrument.setdefault(instrument(measure), {}).setdefault(measure, []).append(f)
    made_for = filmed_for(assessment)

    def besides(key: str) -> bool:
        return all(aside(measure, made_for) for measure in by_instrument[key])

    # What the videos were made for stands before what they show besides.
    for key in sorted((k for k in INSTRUMENTS if k in by_instrument), key=besides):
        anchor = f"instrument-{key}"
        yield Heading(text=INSTRUMENTS[key][0], level=3, anchor=anchor)
        if "eeg" in key:
            yield Note(text=QEEG)
        measures = by_instrument[key]
        ordered = sorted(measures, key=lambda m: order(measures[m]))
        said = cautions(ordered)
        yield from said.notes()
        for measure in ordered:
            caution = said.beside(measure, anchor=anchor)
            yield from _measure(measure, measures[measure], assessment, evidence, caution=caution)


def order(group: list[Finding]) -> tuple[bool, int, str]:
    """Return the sort key of a measure: primary for the form first, then by tier."""
    e = group[0].estimate
    tier = ("clinical", "supportive", "research").index(e.tier)
    return not any(f.primary for f in group), tier, e.measure


def _measure(
    measure: str,
    group: list[Finding],
    assessment: Assessment,
    evidence: Evidence,
    *,
    caution: Text,
) -> Iterator[Block]:
    declared = card(measure)
    e = group[0].estimate
    yield Heading(text=e.title, level=4, anchor=f"measure-{measure}")
    yield Paragraph(text=_six_things(measure, group), style="small")
    if declared is not None and declared.figure:
        ordered = ranked(group, affected=assessment.state.affected_side)
        yield from evidence_figures(declared, ordered, evidence)
        yield from scalp_figures(declared, ordered, assessment.not_measurable)
    yield from _tables(group, assessment)
    if caution:
        yield Note(text=caution)
    if declared is not None and declared.evidence_against:
        yield Note(text=f"Evidence against: {declared.evidence_against}")
    if notes := tuple(dict.fromkeys(n for f in group for n in f.estimate.notes)):
        yield Paragraph(
            text=f"Noted, or normalised by: {'; '.join(map(note_words, notes))}.", style="small"
        )


def _six_things(measure: str, group: list[Finding]) -> str:
    """Return what is the same for all numbers of a measure: method, source, range, tier."""
    e = group[0].estimate
    versions = ", ".join(dict.fromkeys(f.estimate.version for f in group))
    sources = ", ".join(e.sources) or "our method"
    units = ", ".join(dict.fromkeys(unit_words(f.estimate.unit) or "no unit" for f in group))
    ranges = dict.fromkeys(f.estimate.valid for f in group)
    valid = "; ".join(bounds(v) for v in ranges)
    primary = ", primary for the form named" if any(f.primary for f in group) else ""
    norm = " | No published norm" if all(_has_no_norm(f) for f in group) else ""
    return (
        f"Method {measure}, version {versions} | Source: {sources} | Unit: {units} | "
        f"Validated from {valid} on simulated truth | Tier: {e.tier}{primary}{norm}"
    )


def _has_no_norm(f: Finding) -> bool:
    return any(c.verdict == "no published norm" for c in f.comparisons)


def _tables(group: list[Finding], assessment: Assessment) -> Iterator[Block]:
    shown = ranked(group, affected=assessment.state.affected_side)
    most = (
        MAX_ROWS["clinical"] if any(f.primary for f in group) else MAX_ROWS[group[0].estimate.tier]
    )
    if len(shown) <= most:
        yield from _table(shown, assessment, caption="All numbers")
        return
    if (summary := summary_table(group, most=MAX_ROWS["clinical"])) is not None:
        yield summary
        most = min(most, 8)
    yield from _table(
        shown[:most],
        assessment,
        caption=f"The {most} most relevant (those that differ between conditions or sides, then "
        f"the largest); all {len(group)} numbers are in findings.csv",
    )


#: Columns of the table of findings, with their widths.
_COLUMNS: Final = {
    "About": 3,
    "Condition": 1.9,
    "Value": 1.25,
    "95 % interval": 1.7,
    "Interval is": 2,
    "Change": 2,
    "Remarks": 2.2,
}
#: Columns that are said once where all rows say the same, and how; their room goes to the remarks.
_ONCE: Final = {"Interval is": "interval {}", "Change": "change: {}"}


def _table(shown: tuple[Finding, ...], assessment: Assessment, *, caption: str) -> Iterator[Block]:
    """Yield what is the same for all rows of a table, and the table."""
    said = [_remarks(f, assessment) for f in shown]
    alike = [r for r in said[0] if r != OUTSIDE and all(r in remarks for remarks in said)]
    alike = alike if len(shown) > 1 else []
    own = ([r for r in remarks if r not in alike] for remarks in said)
    rows = [_row(f, remarks) for f, remarks in zip(shown, own, strict=True)]
    once = [c for c in _ONCE if len(rows) > 1 and len({row[c] for row in rows}) == 1]
    if same := [_ONCE[name].format(rows[0][name]) for name in once] + alike:
        yield Paragraph(text=f"Each of these: {'; '.join(same)}.", style="small")
    if all(row["Remarks"] == NO_REMARK for row in rows):
        once.append("Remarks")
    kept = [name for name in _COLUMNS if name not in once]
    room = sum(_COLUMNS[name] for name in once)
    widths = {**_COLUMNS, kept[-1]: _COLUMNS[kept[-1]] + room}
    yield Table(
        caption=caption,
        header=tuple(kept),
        rows=tuple(tuple(row[name] for name in kept) for row in rows),
        widths=tuple(widths[name] for name in kept),
    )


def _row(f: Finding, remarks: list[str]) -> dict[str, str]:
    e = f.estimate
    part = f"{part_words(e.part)} · " if e.part else ""
    repeats = f", {e.n_repeats} repeats" if e.n_repeats > 1 else ""
    return {
        "About": part + short(e.target.label, 60),
        "Condition": e.condition.label + repeats,
        "Value": _value(e),
        "95 % interval": limits_of(e) or "none",
        "Interval is": interval_kind(e.interval, e.no_interval),
        "Change": change(f),
        "Remarks": "; ".join(remarks) or NO_REMARK,
    }


def _value(e: Estimate) -> str:
    """Return the value with its unit, which stands above the table where it is too long."""
    shown = value_of(e)
    return with_unit(shown, e.unit) if len(unit_words(e.unit)) <= _LONGEST_UNIT else shown


def change(f: Finding) -> str:
    """Return the verdict against measurement error; only an earlier visit can give one."""
    verdicts = [c.verdict for c in f.comparisons if c.kind == "earlier visit"]
    return ", ".join(verdicts) if verdicts else "repeatability unknown"


def _remarks(f: Finding, assessment: Assessment) -> list[str]:
    """Return what is said beside a number, each by itself."""
    e = f.estimate
    said = [] if e.in_valid_range else [OUTSIDE]
    said += [goes] if (goes := way(e, assessment)) else []
    said += flags_of(e)
    said += [
        f"{c.against}: {verdict_of(c)}"
        for c in f.comparisons
        if c.kind != "earlier visit" and c.verdict != "no published norm"
    ]
    return said if e.origin == "measured" else [*said, e.origin]
