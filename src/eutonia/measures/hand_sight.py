"""What a measure of fingers does about how the camera saw their bend.

The derivation flags a finger that was not seen from its own side and free. The errors that belong
to each flag are those of rendered hands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.positions import BLOCK_S, from_camera
from eutonia.model import Channel, Floats, Input, Inputs, TooShort
from eutonia.model.result import Limits
from eutonia.stats.intervals import student_quantile

#: Flags of the derivation: read from the palm, guessed, and hidden behind two other fingers.
PALM, GUESSED, HIDDEN = "bend_from_palm", "bend_guessed", "bend_hidden"
#: And seen from its own side, but for its end, before which the thumb is: a guess of which the sum
#: of all joints is known better.
PINCHED = "bend_pinched"
#: And seen from ahead over the back of the hand: so is the sum of all joints then.
FRONT = "bend_from_front"
#: Fewest blocks of three seconds for an interval of a mean whose limits hold an error of the
#: camera's that is larger than that of the blocks: 18 s, from which Student's quantile is 2.6. Of
#: such intervals 94 % held the simulated truth, and 93 % where the camera had no error.
LEAST_BLOCKS = 6
#: Seen from its own side, the thumb nearer than this to a fingertip, % of the palm. [D]
NEAR, NEAR_PERCENT = "thumb_near", 45.0
#: How the hand lies to the camera, see the derivation.
TURNS = ("hand_hinge", "hand_palm")
#: The thumb's curl, whose channel has no flag: its sight follows from how the hand lies.
THUMB = "thumb_curl"
#: Sine of the angles beyond which a hand is seen from a side, and from the palm, as the derivation
#: has them for the fingers. [D]
_SIDE_ON, _PALM_ON = 0.7, 0.9
_SIDE = {
    "thumb": "the thumb's side",
    "index": "the thumb's side",
    "middle": "the thumb's side",
    "ring": "the little finger's side",
    "little": "the little finger's side",
}


def fingers(*, min_rate_hz: float = 12.0, least: int = LEAST_BLOCKS) -> dict[str, Input]:
    """Return the input of a measure of fingers that gives no number of fewer blocks than these."""
    need = from_camera("finger", min_rate_hz=min_rate_hz)["finger"]
    return {"finger": replace(need, for_interval_s=least * BLOCK_S)}


def seen_as(channel: Channel) -> str:
    """Return the flag that says how a finger's bend was seen; empty: from its side and free.

    A pinched finger, and one seen from ahead, count as guessed.
    """
    if _better(channel):
        return GUESSED
    return next((f for f in (HIDDEN, GUESSED, PALM) if f in channel.flags), "")


def _better(channel: Channel) -> str:
    """Return the flag of a guessed finger whose sum of all joints is known better; empty: none."""
    return next((f for f in (PINCHED, FRONT) if f in channel.flags), "")


def by_sight(
    channels: tuple[Channel, ...], rows: NDArray[np.intp], sd: Mapping[str, tuple[float, ...]]
) -> Floats:
    """Return the error of each target that does not average out, by how its finger was seen.

    Parameters
    ----------
    channels : tuple of Channel
    rows : ndarray of int, shape (n_targets,)
    sd : mapping of str to tuple of float
        By flag: one standard deviation for each part. Those of a finger that is pinched or seen
        from ahead are those of a guessed one, unless it has its own.

    Returns
    -------
    ndarray, shape (n_targets, n_parts)
        NaN for hidden fingers.
    """
    unknown = (np.nan,) * len(next(iter(sd.values())))
    better = [_better(channels[row]) for row in rows]
    own = zip(better, rows, strict=True)
    seen = [f if f and f in sd else seen_as(channels[row]) for f, row in own]
    return np.array([sd.get(how, unknown) for how in seen])


def bends_as(x: Inputs, row: int) -> str:
    """Return what tells how much more a finger may bend than it reads, a key of `Hiding`.

    `FRONT` from ahead, `NEAR` where the thumb is near and the finger is seen from its own side,
    else as `seen_as`.
    """
    own = x.channels["finger"][row]
    if FRONT in own.flags:
        return FRONT
    if seen_as(own) and PINCHED not in own.flags:
        return seen_as(own)
    return NEAR if 0 < grip_of(x, row) < NEAR_PERCENT else ""


def grip_of(x: Inputs, row: int) -> float:
    """Return how near the thumb is to a finger on the hand of a channel, % of palm; 0: unknown."""
    channels = x.channels["finger"]
    same = (i for i, c in enumerate(channels) if (c.site, c.side) == ("grip", channels[row].side))
    return mean_of(x, next(same, None))


def lies(x: Inputs, row: int) -> list[float]:
    """Return how the hand of a channel lies to the camera, degrees on each of `TURNS`."""
    channels = x.channels["finger"]
    at = {c.site: i for i, c in enumerate(channels) if c.side == channels[row].side}
    return [mean_of(x, at.get(site)) for site in TURNS]


def thumb_seen_as(x: Inputs, row: int) -> str:
    """Return the flag that says how the thumb of a channel's hand was seen, as `seen_as` does.

    Where it is not known how the hand lies, its bend is guessed.
    """
    hinge, palm = np.sin(np.radians(lies(x, row)))
    if abs(hinge) >= _SIDE_ON:
        return HIDDEN if hinge > 0 else ""
    return PALM if palm <= -_PALM_ON else GUESSED


def mean_of(x: Inputs, row: int | None) -> float:
    """Return the mean of a channel of the fingers; 0 where it was not read."""
    if row is None:
        return 0.0
    usable = np.concatenate([b.x[row][b.mask[row]] for b in x["finger"]])
    return float(usable.mean()) if len(usable) else 0.0


def within(limits: Limits, possible: Floats) -> Limits:
    """Return limits that hold nothing which no hand can do.

    Parameters
    ----------
    limits : callable
        Of the measure.
    possible : ndarray, broadcasts with (n_targets, n_parts, 2)
        Least and greatest value of each part. A value that is read beyond stays within its limits.
    """

    def cut(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        lo, hi = limits(value, error, df)
        least, most = possible[..., 0], possible[..., 1]
        return np.maximum(lo, np.minimum(least, value)), np.minimum(hi, np.maximum(most, value))

    return cut


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """How much more a finger may bend than it reads, degrees, by how it was seen.

    A clenched finger, and from the palm one that rests, points at the camera and reads too straight
    by more than the error that goes either way; so does one that is much curled beside others that
    are bent. `seen` is what `bends_as` returns.

    Parameters
    ----------
    fist_from : mapping of str to float
        From what it reads on it may be clenched; by how it was seen.
    fist : float
        The most that a clenched one bends.
    bent_from : mapping of str to float
        From what it reads on it may be much curled.
    bent : float
        The most that such a finger bends.
    straight : mapping of str to (float, float)
        What reads less than the first may bend by the second more; by how it was seen.
    """

    fist_from: Mapping[str, float]
    fist: float
    bent_from: Mapping[str, float]
    bent: float
    straight: Mapping[str, tuple[float, float]]

    def above(self, value: float, seen: str) -> float:
        """Return how far above what was read the limits reach at least."""
        below, more = self.straight.get(seen, (-np.inf, 0.0))
        return max(self.clenched(value, seen), more if value < below else 0.0)

    def clenched(self, value: float, seen: str) -> float:
        """Return how much more a finger bends if it is clenched, or much curled."""
        fist = self.fist if value >= self.fist_from.get(seen, np.inf) else value
        bent = self.bent if value >= self.bent_from.get(seen, np.inf) else value
        return max(fist, bent, value) - value


def reaching(limits: Limits, below: Floats, above: Floats) -> Limits:
    """Return limits that reach at least so far from a value, ``(n_targets, n_parts)``."""

    def wide(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        lo, hi = limits(value, error, df)
        return np.minimum(lo, value - below), np.maximum(hi, value + above)

    return wide


def within_percent(below: Floats, above: Floats) -> Limits:
    """Return limits that add what a measure of shares gives by other rules, within 0 and 100 %."""

    def limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        half = student_quantile(0.975, df)[..., None] * error
        lo, hi = value - np.hypot(half, below), value + np.hypot(half, above)
        return np.maximum(lo, 0.0), np.minimum(hi, 100.0)

    return limits


def too_short(blocks: Floats, *, least: int = LEAST_BLOCKS) -> tuple[str, ...]:
    """Return a sentence for each target with too few blocks for an interval; empty for the others.

    What a camera says of fingers may be off by more than the number itself: without an interval
    such a number misleads.

    Parameters
    ----------
    blocks : ndarray, shape (n_blocks, n_targets, n_stats)
    least : int
        Fewest blocks for an interval of the measure.
    """
    n = np.any(blocks != 0, axis=2).sum(axis=0)
    why = (
        "Too short: only {:g} s of it were seen well enough, too little for an interval, without "
        "which the number would mislead: a camera misreads it by much. {:g} s would do."
    )
    return tuple(
        "" if count >= least else TooShort(why.format(BLOCK_S * count, BLOCK_S * least))
        for count in n
    )


def hidden(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return a sentence for each finger whose bend was hidden; empty for the others.

    On rendered hands 0.3 of a change of such a finger's curl is read: a guess.
    """
    return tuple(_why_hidden(channels[row]) for row in rows)


def unsure(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return a sentence for each finger whose bend was hidden or guessed; empty for the others.

    For what a finger does beside the others: where it is covered the model lets it follow them, so
    that its own movement is lost and theirs is shown as its own.
    """
    return tuple(_why_hidden(channels[row]) or _why_guessed(channels[row]) for row in rows)


def first_of(*reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first reason of each target that is not empty."""
    return tuple(next(filter(None, why), "") for why in zip(*reasons, strict=True))


def _why_guessed(channel: Channel) -> str:
    if seen_as(channel) != GUESSED:
        return ""
    return (
        "This finger was covered or not seen from its own side in a part of the film, so that its "
        "bend is guessed after the other fingers: what it does beside them is not known. "
        f"{_shown_from(channel)}"
    )


def _why_hidden(channel: Channel) -> str:
    if seen_as(channel) != HIDDEN:
        return ""
    too_short = (
        ", or it reads straighter than its length allows, as where a pen is taken for it"
        if channel.site.startswith("index")
        else ""
    )
    return (
        f"This finger was hidden behind the others{too_short}, so that its bend is not known. "
        f"{_shown_from(channel)}"
    )


def _shown_from(channel: Channel) -> str:
    """Return what film shows a finger; one from a side shows only the two of that side."""
    return (
        f"A film from {_SIDE[channel.site.split('_', 1)[0]]} with nothing before this finger shows "
        "it, or one from the palm, or of its curl as a whole one from ahead, over the back of the "
        "hand; a film from the other side is for the other fingers."
    )
