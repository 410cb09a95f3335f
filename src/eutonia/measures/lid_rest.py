"""A lid that rests half shut: it hangs, is narrowed, or looks down all the time."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats, Inputs

#: From this closure on a lid does not rest open: even lids read up to 0.2 as the head moves. [D]
RESTS = 0.25
#: Where it rests, plus so many times its trembling there, must stay below the closure at which it
#: has opened again: else the trembling itself reads as closures, and blinks run together. [D]
TREMBLES = 2.0
#: Quantile that lies one standard deviation below the median: closures do not reach it.
_BELOW = 0.16
#: An eye is open below one half, if it is so for at least this share of the time: one that spasms
#: shut for half of the time rests open between them. [D]
HALF, LEAST_OPEN = 0.5, 0.1
#: Quantile at which a lid is wide open, if it opens at all.
_WIDEST = 0.1

#: Of measures that count closures. Of simulated traces of rendered lids that hung by 0 to 0.8 and
#: blinked (people 50 to 99; light and dark skin, chosen on 0 to 49), one in a hundred or fewer that
#: were given had a wrong number of blinks, and none had closures that were none; of those that
#: hung by half a third would have been right and are refused. Of 74 eyes of rendered people whose
#: spasms shut them for a third to half of the time none is.
RESTING = (
    "Of a lid that rests half shut in a condition (median closure while it is open of at least "
    f"{RESTS:g}, and its trembling reaches the closure at which it has opened again) nothing "
    "is given."
)
_WHY = (
    "{this} rests half shut here (it reads {at:.2f}, 0 being open and 1 shut, and counts as closed "
    "from one half on), as one that hangs, is narrowed, looks down or is kept shut alone: blinks "
    "and closures cannot be told from that. How wide the eye is open is in eyes.opening."
)
_SHUT = (
    "{this} stays shut here (it reads {at:.2f} in the middle, 0 being open and 1 shut) and hardly "
    "opens, so that it cannot blink. For how long is the share of the time with the eye closed."
)


def rests_at(x: Inputs) -> Floats:
    """Return the closure at which the first lid of each target rests, ``(n_targets,)``.

    The median of the time in which it is open; 0 if it was not seen.
    """
    seen = [_open(_seen(x, row)) for row in x.targets[:, 0].tolist()]
    return np.array([np.median(c) if len(c) else 0.0 for c in seen])


def _open(closure: Floats) -> Floats:
    """Return the closure while the eye is open; all of it, where it hardly ever is."""
    opened = closure[closure < HALF]
    return opened if len(opened) >= LEAST_OPEN * len(closure) else closure


def _seen(x: Inputs, row: int) -> Floats:
    return np.concatenate([b.x[row][b.mask[row]] for b in x["lid"]])


def resting(x: Inputs, *, opens: float, shut: float, blinks: bool) -> tuple[str, ...]:
    """Return for each target why none of its closures can be told, empty where its lids rest open.

    Parameters
    ----------
    x : Inputs
        With closures as the input ``lid``.
    opens, shut : float
        Closure below which a lid has opened again, and from which on it is shut.
    blinks : bool
        Whether a lid that stays shut, and so cannot blink, is of no use either.
    """
    half_shut = {}
    for row in np.unique(x.targets).tolist():
        at, stays = _rests_at(_seen(x, row), opens, shut)
        if at and (blinks or not stays):
            half_shut[row] = at, stays
    return tuple(
        _said(x, [r for r in rows if r in half_shut], half_shut) for rows in x.targets.tolist()
    )


def _said(x: Inputs, rows: list[int], half_shut: dict[int, tuple[float, bool]]) -> str:
    if not rows:
        return ""
    at, stays = half_shut[rows[0]]
    side = x.channels["lid"][rows[0]].side
    this = "This lid" if x.targets.shape[1] == 1 else f"The {side} lid"
    return (_SHUT if stays else _WHY).format(this=this, at=at)


def _rests_at(closure: Floats, opens: float, shut: float) -> tuple[float, bool]:
    """Return the closure at which a lid rests, if not open (else 0), and whether it stays shut."""
    if not len(closure):
        return 0.0, False
    widest, median = (float(v) for v in np.quantile(closure, [_WIDEST, 0.5]))
    if median >= shut:  # spasms may fill more than half of the time: it opens between them
        return (median, True) if widest >= opens else (0.0, False)
    below, middle = (float(v) for v in np.quantile(_open(closure), [_BELOW, 0.5]))
    trembles_at = middle + TREMBLES * (middle - below)
    return (middle if middle >= RESTS and trembles_at >= opens else 0.0), False
