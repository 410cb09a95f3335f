"""Which of many numbers are shown first: a fixed order, the same for every assessment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from eutonia.model import Assessment, Contrast, Finding
from eutonia.report.words import card

_TIERS = {"clinical": 0, "supportive": 1, "research": 2}
#: Rest and the maximal contraction are there to be compared with, not findings of their own.
_REST = ("rest", "mvc", "")
#: Flag of an angle that the camera did not see.
GUESSED = "bend_guessed"


def declared_id(measure: str) -> str:
    """Return the id of the measure that a part belongs to."""
    found = card(measure)
    return measure if found is None else found.id


def ranked(findings: Iterable[Finding], *, affected: str = "") -> tuple[Finding, ...]:
    """Return findings in order of relevance.

    Primary for the form first; then by tier; what was seen before what was guessed; then those that
    differ from another condition or side; then the task before rest, and alone before with a
    further factor; then muscles of the affected side (the brain's sides are crossed, so electrodes
    have none); then coherence above its limit; then the largest values.
    """

    def key(f: Finding) -> tuple[float, ...]:
        e = f.estimate
        return (
            not f.primary,
            _TIERS[e.tier],
            GUESSED in e.quality,
            not any(c.verdict == "differs" for c in f.comparisons),
            e.condition.get("task") in _REST,
            len(e.condition.levels),
            bool(affected) and e.target.side != affected and _of_muscles(e.measure),
            -dict(e.details).get("above_limit", 0.0),
            -abs(e.value),
        )

    return tuple(sorted(findings, key=key))


@cache
def _of_muscles(measure: str) -> bool:
    declared = card(measure)
    return declared is not None and {i.kind for i in declared.needs.inputs.values()} == {"emg"}


def ranked_contrasts(contrasts: Iterable[Contrast]) -> tuple[Contrast, ...]:
    """Return contrasts by q, then by their distance from none in widths of the interval."""

    def key(c: Contrast) -> tuple[float, ...]:
        away = abs(c.value - (c.scale == "ratio"))
        width = c.interval.hi - c.interval.lo if c.interval is not None else 0.0
        background = c.condition.get("task") in _REST
        return (background, 2.0 if c.q is None else c.q, -(away / width if width > 0 else 0.0))

    return tuple(sorted(contrasts, key=key))


def tier_of(contrast: Contrast, assessment: Assessment) -> str:
    """Return the tier of a contrast's measure; ``research`` where it is not known."""
    for f in assessment.findings:
        if f.estimate.measure == contrast.measure:
            return f.estimate.tier
    declared = card(contrast.measure)
    return "research" if declared is None else declared.tier


def unit_of(contrast: Contrast, assessment: Assessment) -> str:
    """Return the unit of a contrast's value."""
    if contrast.scale == "ratio":
        return "times"
    for f in assessment.findings:
        if f.estimate.measure == contrast.measure:
            return f.estimate.unit
    return ""
