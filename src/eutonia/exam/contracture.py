"""Joints moved by the examiner: which ranges differ between the sides, and what that may mean.

Only a passive range can speak about a contracture: the active range in a video cannot tell it from
dystonia.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eutonia.model import Examination, PassiveRange

#: Difference between the sides from which a shortened joint is asked about, in degrees [D].
SIDE_DIFFERENCE_DEG = 20.0
ACTIVE_ONLY = "Active range, as in a video, cannot show a contracture: move the joint by hand."


@dataclass(frozen=True, kw_only=True)
class Joint:
    """One motion of one joint, both sides together.

    Parameters
    ----------
    difference_deg : float or None
        Passive range of the better side minus that of the other; None where a side is missing.
    smaller_side : str
        The side with the smaller passive range; empty where they are equal or one is missing.
    same_in_sleep : bool or None
        Whether the range is the same in sleep or under anaesthesia, on any side.
    words : str
        All of it in one sentence.
    """

    joint: str
    motion: str
    difference_deg: float | None
    smaller_side: str
    same_in_sleep: bool | None
    words: str


def joints(examinations: Iterable[Examination]) -> tuple[Joint, ...]:
    """Return each joint and motion that was measured, in the order of entry, rater by rater."""
    return tuple(
        _joint(joint, motion, ranges)
        for examination in examinations
        for (joint, motion), ranges in _grouped(examination.passive_range).items()
    )


def largest_difference(examinations: Iterable[Examination]) -> float | None:
    """Return the largest difference of passive range between the sides, in degrees."""
    found = (j.difference_deg for e in examinations for j in joints((e,)) if e.passive_range)
    return max((d for d in found if d is not None), default=None)


def _grouped(ranges: Iterable[PassiveRange]) -> dict[tuple[str, str], list[PassiveRange]]:
    grouped: dict[tuple[str, str], list[PassiveRange]] = defaultdict(list)
    for one in ranges:
        grouped[one.joint.strip().lower(), one.motion.strip().lower()].append(one)
    return grouped


def _joint(joint: str, motion: str, ranges: list[PassiveRange]) -> Joint:
    entered = [(r.side, r.passive_deg) for r in ranges if r.passive_deg is not None]
    passive = {
        side: min(deg for where, deg in entered if where in (side, "both"))
        for side in ("left", "right")
        if any(where in (side, "both") for where, _ in entered)
    }
    asked = [r.same_in_sleep for r in ranges if r.same_in_sleep is not None]
    in_sleep = any(asked) if asked else None
    difference = abs(passive["left"] - passive["right"]) if len(passive) == 2 else None
    smaller = min(passive, key=passive.__getitem__) if difference else ""
    parts = [f"{side} {deg:g}°" for side, deg in passive.items()]
    parts += [f"{deg:g}°" for side, deg in entered if side in ("midline", "unknown")]
    words = f"{joint}, {motion}: passive " + (", ".join(parts) or "range not entered")
    if difference is not None and difference > SIDE_DIFFERENCE_DEG:
        words += f"; {smaller} smaller by {difference:g}° (our limit: {SIDE_DIFFERENCE_DEG:g}°)"
    if in_sleep is not None:
        words += "; the same in sleep" if in_sleep else "; free in sleep"
    if not entered and any(r.passive_deg is None and r.active_deg is not None for r in ranges):
        words += f". {ACTIVE_ONLY}"
    return Joint(
        joint=joint,
        motion=motion,
        difference_deg=difference,
        smaller_side=smaller,
        same_in_sleep=in_sleep,
        words=words,
    )
