"""Why a flagged channel is left out, and what to do, in words."""

from __future__ import annotations

from collections.abc import Collection

from eutonia.model import ENVELOPE

#: What flags of a video say to whom a measure is refused for them, and what would help.
_WHY = {
    "too_uneven": (
        "The camera left out too many pictures: more than 1 in 20 comes over 50 ms after the one "
        "before, and a brief blink fits in between, so that blinks cannot be counted. Film at 30 "
        "pictures a second or more, in brighter light, without power saving and with other "
        "programs closed."
    ),
    "closures_unlike_open": (
        "The gentle closures that were filmed did not calibrate this eye: fewer than three could "
        "be told from its open lid. Film nearer, from the front, in bright even light; a lid that "
        "no longer shuts, as after toxin, cannot be calibrated."
    ),
    "uncalibrated": (
        "This eye was not calibrated, so that it is not known what it reads when it is shut. Film "
        "ten gentle closures as a segment of their own."
    ),
}
#: Of flags that go together, the first says why the second is there.
_INSTEAD = {"uncalibrated": "closures_unlike_open"}


def why_flagged(flags: Collection[str], excluded: Collection[str]) -> str:
    """Return a sentence about each flag that keeps a channel from being used.

    Parameters
    ----------
    flags : collection of str
        All flags of the channel.
    excluded : collection of str
        Those of them that the measure does not take.

    Examples
    --------
    >>> why_flagged({"clipped"}, {"clipped"})
    'The channel is clipped.'
    """
    told = [_INSTEAD.get(f, f) if _INSTEAD.get(f) in flags else f for f in sorted(excluded)]
    others = ["an envelope" if f == ENVELOPE else f for f in told if f not in _WHY]
    plain = [f"The channel is {' and '.join(others)}."] if others else []
    return " ".join([*plain, *(_WHY[f] for f in told if f in _WHY)])
