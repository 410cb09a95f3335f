"""The findings on the first page: a row for each number, with the conditions it was taken in."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.model import Assessment, Estimate, Finding
from eutonia.report.block import Ref, Text
from eutonia.report.examined import was_examined
from eutonia.report.posture import repeats
from eutonia.report.relevance import (
    GUESSED,
    aside,
    background,
    declared_id,
    filmed_for,
    ranked,
    said_by,
)
from eutonia.report.ways import way
from eutonia.report.words import NOT_THERE, part_words, short, value_in_words

#: Rows that findings may take, and the values in them, so that the page stays one page.
MAX_ROWS, MAX_VALUES = 8, 26
#: Conditions of a row; and targets: all of a few, as the fingers of a hand, else the first.
_MAX_CONDITIONS, _FEW_TARGETS, _MAX_TARGETS = 2, 4, 2
#: Begins the note of a range that a jaw which does not move can read.
_MAY_BE_NONE = "still: "


def main_findings(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield the rows of the measured numbers that may stand there: none of the research tier."""
    shown = _shown(assessment)
    if not shown:
        yield "FINDINGS", _nothing(assessment)
        return
    if not any(f.estimate.tier == "clinical" for f in shown):
        yield (
            "CLINICAL",
            "no clinical-tier number was measured at this visit; supportive ones follow",
        )
    groups: dict[tuple[bool, str], list[Finding]] = {}
    for f in shown:
        twice = said_by(f.estimate, (o.estimate for o in shown)) and not f.primary
        if not twice and not repeats(f):
            groups.setdefault((f.primary, f.estimate.measure), []).append(f)
    made_for = filmed_for(assessment)
    asked = {key: g for key, g in groups.items() if g[0].primary or not aside(key[1], made_for)}
    rows = _fitting(list((asked or groups).values()))
    for group in rows:
        tier = "PRIMARY" if group[0].primary else group[0].estimate.tier.upper()
        yield tier, _row(group, assessment)
    hidden = len(groups) - len(rows)
    if hidden > 0:
        yield "MORE", (f"{hidden} further rows of findings: ", Ref("findings", "findings"))


def _shown(assessment: Assessment) -> tuple[Finding, ...]:
    allowed = [
        f
        for f in assessment.findings
        if f.estimate.tier != "research" and f.estimate.origin == "measured"
    ]
    made_for = filmed_for(assessment)
    return ranked(allowed, affected=assessment.state.affected_side, made_for=made_for)


def _fitting(groups: list[list[Finding]]) -> list[list[Finding]]:
    """Return as many groups as the page holds, in their order: the first ones.

    Of what was looked for and was there, as a tremor, one is kept whatever stands before it.
    """
    measures = [group[0].estimate.measure for group in groups]
    kept = {
        next((i for i, measure in enumerate(measures) if measure.startswith(thing)), 0)
        for thing in NOT_THERE
    }
    by_need = sorted(range(len(groups)), key=lambda i: (i not in kept, i))
    fit: list[int] = []
    values = 0
    for i in by_need:
        values += sum(map(len, _by_condition(groups[i]).values()))
        if len(fit) == MAX_ROWS or (values > MAX_VALUES and fit):
            break
        fit.append(i)
    return [groups[i] for i in sorted(fit)]


def _by_condition(group: list[Finding]) -> dict[str, list[Finding]]:
    """Return what a row shows of a number: its first conditions, and the first targets of each."""
    found: dict[str, list[Finding]] = {}
    for f in group:
        found.setdefault(f.estimate.condition.label, []).append(f)
    first = list(found.items())[:_MAX_CONDITIONS]
    return {
        condition: every if len(every) <= _FEW_TARGETS else every[:_MAX_TARGETS]
        for condition, every in first
    }


def _row(group: list[Finding], assessment: Assessment) -> Text:
    e = group[0].estimate
    shown = _by_condition(group)
    order = list(dict.fromkeys(f.estimate.condition.label for f in assessment.findings))

    def place(condition: str) -> tuple[int, int, int]:
        one = shown[condition][0].estimate
        return background(one), len(one.condition.levels), order.index(condition)

    said = [
        f"{condition}: {'; '.join(_value(f.estimate, assessment) for f in every)}"
        for condition, every in sorted(shown.items(), key=lambda one: place(one[0]))
    ]
    part = f", {part_words(e.part)}" if e.part else ""
    lead = f"{e.title}{part}, {' | '.join(said)}"
    more = len(group) - sum(map(len, shown.values()))
    return (f"{lead}; ", Ref(f"{more} more", f"measure-{declared_id(e.measure)}")) if more else lead


def _value(e: Estimate, assessment: Assessment) -> str:
    marks = "".join(f" ({mark})" for mark in (way(e, assessment), *_flags(e)) if mark)
    return f"{short(e.target.label, 60)} {value_in_words(e)}{marks}"


def _flags(e: Estimate) -> Iterator[str]:
    """Yield what is said beside a number of its flags and notes; a pair has words of its own."""
    if GUESSED in e.quality:
        yield "guessed"
    if "ptosis" in e.quality and e.target.side:
        yield "this eye is open less than the other"
    yield from (n.partition(": ")[2] for n in e.notes if n.startswith(_MAY_BE_NONE))


def _nothing(assessment: Assessment) -> Text:
    if was_examined(assessment) and not (assessment.recordings or assessment.lost):
        return "no recording was given at this visit, so nothing was measured"
    if any(f.estimate.origin == "measured" for f in assessment.findings):
        return (
            "Only research-tier numbers were taken; none of them belongs on this page: ",
            Ref("findings", "findings"),
        )
    return ("Nothing could be measured; the reasons: ", Ref("not measured", "not-measured"))
