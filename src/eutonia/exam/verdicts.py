"""Everything that follows from what people entered at a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eutonia.exam import scales, triggers
from eutonia.exam.change import changes, state_differences
from eutonia.exam.classification import classify
from eutonia.exam.facts import facts
from eutonia.exam.proposals import proposals
from eutonia.exam.red_flags import asked, flags
from eutonia.exam.workup import workup
from eutonia.model import ScaleChange, Verdicts
from eutonia.model.finding import Comparison, Estimate, NotMeasurable, Verdict
from eutonia.model.record import Outcome, Visit


def ratings(visit: Visit) -> Outcome:
    """Return the totals of the scales and the associations of the diary, as numbers like others."""
    found: list[Estimate] = []
    lacking: list[NotMeasurable] = []
    for e in visit.examinations:
        done, incomplete = scales.estimates(e, visit.state)
        found += done
        lacking += incomplete
    links, silent = triggers.associations(visit.diary)
    return Outcome(estimates=(*found, *links), not_measurable=(*lacking, *silent))


def verdicts(visit: Visit, estimates: Sequence[Estimate] = ()) -> Verdicts:
    """Return classification, red flags, work-up and the changes of scales.

    `estimates` are what was measured: some raise a red flag, some propose a region.

    Raises
    ------
    InvalidRecord
        If an override has no reason.
    """
    person, state = visit.person, visit.state
    exams, history = visit.examinations, visit.history
    known = facts(person, state, exams, history, visit.diary, estimates=estimates)
    return Verdicts(
        conclusions=classify(
            exams,
            history,
            person=person,
            diary=visit.diary,
            proposals=proposals(estimates),
        ),
        flags=flags(person, state, exams, history, visit.diary, known=known),
        asked=asked(exams),
        workup=workup(person, state, exams, history, known=known),
        changes=_changes(visit),
    )


def _changes(visit: Visit) -> tuple[ScaleChange, ...]:
    """Hold each examination against the earlier one of the same rater, else against the first."""
    if not visit.earlier:
        return ()
    differs, unknown = state_differences(visit.state, visit.earlier_state)
    found: list[ScaleChange] = []
    for e in visit.examinations:
        same = [old for old in visit.earlier if old.rater.casefold() == e.rater.casefold()]
        now = changes(e, (same or visit.earlier)[0], differs=differs, unknown=unknown)
        found += (replace(c, rater=e.rater) for c in now)
    return tuple(found)


def comparisons(estimate: Estimate, found: tuple[ScaleChange, ...] = ()) -> tuple[Comparison, ...]:
    """Return what a scale's total is held against: a published norm, and the earlier rating."""
    if not estimate.measure.startswith("scale."):
        return ()
    norm = scales.reference(estimate)
    earlier = [
        Comparison(
            kind="earlier visit",
            against="the earlier rating",
            verdict=_verdict(c),
            difference=c.after - c.before,
            words=c.words,
        )
        for c in found
        if scales.measure_id(c.scale, c.part) == estimate.measure
        and (c.rater, c.after) == (estimate.context.rater, estimate.value)
    ]
    return (*((norm,) if norm else ()), *earlier[:1])


def _verdict(change: ScaleChange) -> Verdict:
    """Return the verdict against measurement error; thresholds that matter to people are apart."""
    if change.broken:
        return "not comparable"
    if change.mdc.startswith("beyond"):
        return "beyond measurement error"
    if change.mdc.startswith("smaller"):
        return "smaller than this measure can resolve"
    return "repeatability unknown"


def named_form(visit: Visit) -> str:
    """Return the form that an examiner named, else that of the intake; empty: none."""
    return next((e.form for e in visit.examinations if e.form), visit.state.form)
