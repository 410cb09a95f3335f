"""Items of the TWSTRS as angles propose them: estimated, not rated.

An examiner rates; a camera measures angles. Where an item's anchors are degrees or seconds, its
score follows from the number and its interval; which scores the interval allows is said. Anchors
that are known from memory or are our own are printed as our rule, unconfirmed, without citation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eutonia.model.finding import Estimate, Interval

#: Said of every proposal.
ESTIMATED = "estimated, not rated"
OUR_RULE = "our rule, unconfirmed"
#: Reference of the bands of tilt.
_TILT = "JNNPtort"
#: Upper ends of the bands of each score from 1 up, degrees; above the last: one more. The nod has
#: no published degrees: the bands of the tilt are used. [D]
_BANDS = {
    "rotation": (22.0, 45.0, 67.0),
    "laterocollis": (15.0, 35.0),
    "anterocollis": (15.0, 35.0),
    "retrocollis": (15.0, 35.0),
}
#: As far as a head can go, for an angle of which only the least is known. [D]
_MOST_DEG = 90.0
#: Least seconds of the scores 3, 2, 1 (4 below); 0 for the completed 60 s.
_TIMES = ((60.0, 0), (46.0, 1), (31.0, 2), (16.0, 3))
#: A shift is present where its interval lies above this, in % of the distance of the shoulders. [D]
SHIFT_PERCENT = 5.0
_OF_ANGLE = {"head.yaw_mean": "rotation", "head.roll_mean": "laterocollis"}
_OF_SHIFT = {"head.shift_lat": "lateral_shift", "head.shift_sag": "sagittal_shift"}
_NOD, _TIME = "head.pitch_mean", "head.time_neutral"
_ITEMS = {*_OF_ANGLE, *_OF_SHIFT, _NOD, _TIME}
#: Flag of angles against a zero that nobody set, and why a nod then proposes nothing: a film of a
#: straight head from 10 degrees below read a retrocollis of 2 (a rendered person, number 503). [D]
_NO_ZERO = "zero_anatomical"
_LEVEL = (
    "against a zero that nobody set: a camera that stands low or high makes a bent head of "
    "a straight one, so that no score is proposed. Film the segment 'straight'"
)
_CUT = "it was not over when the film or its segment ended, so that no score is proposed"


@dataclass(frozen=True, kw_only=True)
class ItemProposal:
    """What a number proposes for one item of the severity part.

    Parameters
    ----------
    item : str
        Id in ``knowledge/scales`` (TWSTRS, severity).
    score : int
        From the value.
    lowest, highest : int
        That the interval allows.
    words : str
        The number and the rule behind it.
    refs : tuple of str
        Of the anchors; empty where they are our rule.
    """

    item: str
    score: int
    lowest: int
    highest: int
    words: str
    refs: tuple[str, ...] = ()


def twstrs_proposals(estimates: Iterable[Estimate]) -> tuple[ItemProposal, ...]:
    """Return the items that the numbers of a visit propose.

    Parameters
    ----------
    estimates : iterable of Estimate
        Angles and shifts count of the head let go, seconds of the head held straight, without
        the trick. Those without an interval, or outside the range in which their method was
        validated, propose nothing (an angle of which only the least is known does, and a shift that
        is present for sure), nor does a time that was not over when the film ended; see
        `twstrs_withheld`. Items without anchors in numbers (duration, shoulder, range) never do.

    Returns
    -------
    tuple of ItemProposal
        One for each number. An examiner confirms or rates otherwise; nothing enters a total.
    """
    found = (_of(e) for e in estimates if _of_item(e) and not _withheld(e))
    return tuple(p for p in found if p is not None)


def twstrs_withheld(estimates: Iterable[Estimate]) -> tuple[str, ...]:
    """Return why numbers that an item is rated by propose nothing, a sentence for each.

    An item that is missing would be read as "none".
    """
    return tuple(
        f"{e.title} ({e.condition.label}): {why}." for e in estimates if (why := _withheld(e))
    )


def _withheld(e: Estimate) -> str:
    """Return why a number of an item proposes nothing; empty where it does, or has no item."""
    if not _of_item(e):
        return ""
    read = f"read {round(e.value)} {e.unit}"
    if e.interval is None:
        return f"{read}, without an interval, so that no score is proposed"
    if e.measure == _TIME:
        return _CUT if _at_least(e) else ""
    if e.measure == _NOD and _NO_ZERO in e.quality:
        return f"{read}, {_LEVEL}"
    if e.in_valid_range or _at_least(e) or _surely_shifted(e):
        return ""
    return f"{read}, {_outside(e)}, and not beyond doubt: no score is proposed"


def _outside(e: Estimate) -> str:
    """Say in which range the method of a number was validated."""
    lo, hi = (round(v) for v in e.valid)
    return f"outside the {lo} to {hi} {e.unit} in which the method was validated"


def _surely_shifted(e: Estimate) -> bool:
    """Tell whether a shift is present for sure, however much of it there is."""
    assert e.interval is not None
    _, least, _ = _sizes(e.value, e.interval.lo, e.interval.hi)
    return e.measure in _OF_SHIFT and least > SHIFT_PERCENT


def _of_item(e: Estimate) -> bool:
    """Tell whether a number is of an item, in the task in which the scale rates it."""
    if e.measure not in _ITEMS:
        return False
    task = "hold" if e.measure == _TIME else "let_go"
    return e.condition.get("task") == task and e.condition.get("trick") != "on"


def _of(e: Estimate) -> ItemProposal | None:
    assert e.interval is not None
    lo, hi = e.interval.lo, e.interval.hi
    if e.measure in _OF_ANGLE:
        return _by_angle(e, _OF_ANGLE[e.measure], lo, hi)
    if e.measure == _NOD:
        return _by_angle(e, "retrocollis" if e.value > 0 else "anterocollis", lo, hi)
    if e.measure in _OF_SHIFT:
        size, low, high = _sizes(e.value, lo, hi)
        score, lowest, highest = (int(v > SHIFT_PERCENT) for v in (size, low, high))
        return _proposal(e, _OF_SHIFT[e.measure], (min(score, lowest), lowest, highest))
    if e.measure == _TIME:
        scores = [_by_time(v) for v in (e.value, hi, lo)]
        return _proposal(e, "time", (scores[0], scores[1], scores[2]))
    return None


def _by_angle(e: Estimate, item: str, lo: float, hi: float) -> ItemProposal:
    size, low, high = _sizes(e.value, lo, hi)
    if _at_least(e):
        high = _MOST_DEG
    lowest, highest = _band(item, low), _band(item, high)
    # 0 is "none": an angle whose interval holds straight is not told from it.
    score = _band(item, size) if low > 0 else 0
    return _proposal(e, item, (score, lowest, highest))


def _at_least(e: Estimate) -> bool:
    """Tell whether a number is only the least: landmarks saturate, or a film ended too early."""
    return any(q.startswith("at_least") for q in e.quality)


def _sizes(value: float, lo: float, hi: float) -> tuple[float, float, float]:
    """Return the size of a number, and the least and largest that its interval allows."""
    least = 0.0 if lo <= 0 <= hi else min(abs(lo), abs(hi))
    return abs(value), least, max(abs(lo), abs(hi))


def _band(item: str, size: float) -> int:
    # Anchors are whole degrees.
    size = round(size)
    return 0 if size == 0 else 1 + sum(size > top for top in _BANDS[item])


def _by_time(seconds: float) -> int:
    return next((score for least, score in _TIMES if round(seconds) >= least), 4)


def _proposal(e: Estimate, item: str, scores: tuple[int, int, int]) -> ItemProposal:
    assert e.interval is not None
    published = item == "laterocollis"
    rule = "" if published else f"; {OUR_RULE}"
    # Only a shift gets here so: see `_withheld`.
    known = e.in_valid_range or _at_least(e)
    beyond = "" if known else f", present by all of its interval, though {_outside(e)}"
    return ItemProposal(
        item=item,
        score=scores[0],
        lowest=scores[1],
        highest=scores[2],
        words=(
            f"{e.title} ({e.condition.label}): {_number(e, e.interval)}: "
            f"{item.replace('_', ' ')} {scores[0]}"
            f"{f' ({scores[1]} to {scores[2]})' if scores[1] != scores[2] else ''}{beyond}; "
            f"{ESTIMATED}{rule}"
        ),
        refs=(_TILT,) if published else (),
    )


def _number(e: Estimate, interval: Interval) -> str:
    """Return a number with its interval; of one of which only the least is known, that."""
    if e.least is not None:
        return f"at least {int(e.least)} {e.unit}, read {round(e.value)}"  # rounded down
    value, lo, hi = (round(v) for v in (e.value, interval.lo, interval.hi))  # never -0
    return f"{value} {e.unit}, interval {lo} to {hi}"
