"""Which way a number goes: what its sign means, and of what has none, which side has more."""

from __future__ import annotations

from eutonia.model import Assessment, Estimate, Target
from eutonia.report.relevance import SIDES_APART, uneven
from eutonia.report.words import card

#: What the sign of a number means whose target does not say it, by the target's place.
_SIGNS = {
    "trunk_lateral": "\N{MINUS SIGN} is to the person's left",
    "jaw_deviation": "+ is to the person's right",
}


#: The same by measure, where other numbers of the same place have no such sign.
_OF_ANGLES = {
    f"head.{name}": f"+ is {way}"
    for axis, way in (("yaw", "to the right"), ("pitch", "up"), ("roll", "to the right"))
    for name in (f"{axis}_mean", f"null.{axis}")
}


def sign(measure: str, target: Target) -> str:
    """Return what the sign of a number means, where it is a way; else nothing."""
    if measure in _OF_ANGLES:
        return _OF_ANGLES[measure]
    part = measure if (declared := card(measure)) is None else measure.removeprefix(declared.id)
    if part.removeprefix(".") not in ("", "mean", "left_most", "right_most"):
        return ""
    return _SIGNS.get(target.sites[0], "") if len(target.sites) == 1 else ""


def way(e: Estimate, assessment: Assessment) -> str:
    """Return which way a number goes, which side has more of what has no sign, which lid hangs."""
    details = dict(e.details)
    if more := details.get(SIDES_APART):
        unsure = "if any, " if e.interval is not None and e.interval.lo <= 0 else ""
        return f"{unsure}more on the {'left' if more > 0 else 'right'}"
    if e.measure == "eyes.one_sided" and e.value > 0:
        sides = (f"{side} {details.get(f'{side}_alone', 0):.0f}" for side in ("left", "right"))
        return f"closures of that eye alone: {', '.join(sides)}"
    if e.measure == "eyes.opening_ratio":
        return _hangs(e, assessment)
    return sign(e.measure, e.target)


def _hangs(e: Estimate, assessment: Assessment) -> str:
    """Return which lid hangs; without the flag only where the sides, if compared, differ too."""
    if e.interval is None or e.interval.lo <= 1 <= e.interval.hi:
        return ""
    lid = "left" if e.interval.hi < 1 else "right"
    if "ptosis" in e.quality:
        return f"the {lid} lid hangs"
    return f"the {lid} lid may hang" if e in uneven(assessment) else ""
