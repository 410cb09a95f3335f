"""How far the trace of a lid wanders while the eye is open, read from the film itself.

The landmarks of a small, dark or strongly compressed face wander by a part of the way that a lid
goes, mostly within seconds, so that filtering does not tell it from movement. Closures only go up:
what lies below the middle of the trace between them is noise, or a gaze that goes up and down.

Learned from 62 films of six rendered people below 50, with light and with dark skin, in H.264, 18
to 60 pixels between the outer corners of the eyes, whose lids kept still but for blinks and spasms.
Of 60 pixels the noise was up to 0.05, of 36 up to 0.13, of 18 to 22 in half of the eyes above 0.15;
of 74 eyes of others with 47 to 75 pixels that closed 40 % of the time, up to 0.10.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Block, Floats, Inputs

#: Seconds before and after a closure that are not taken for an open eye.
BEFORE_S, AFTER_S = 0.3, 0.4
#: Stretches in which it is read, so that an eye that opens less from some moment on is no noise,
#: and least part of one that shows the eye open, s. [D]
STRETCH_S, LEAST_S = 8.0, 1.0
#: Quantile that lies one standard deviation below the middle.
_BELOW = 0.16
#: Noise, in units of closure, from which on closures are not told from it. [D]
MOST = 0.15
#: Noise of near faces, which the other errors of the measures hold already. [D]
USUAL = 0.03
#: The threshold may lie so many times the noise beyond it higher or lower, within these: shut lids
#: wander further than open ones. [D]
TIMES, LEVELS = 4.0, (0.1, 0.95)

_TOO_NOISY = (
    "While this eye is open its trace wanders by {noise:.2f} (standard deviation; 0 is open, 1 "
    f"shut, and from {MOST:g} on closures are not told from it), as of a small, dark or strongly "
    "compressed face, or of eyes that look about. Film nearer (60 pixels or more between the outer "
    "corners of the eyes), in brighter light, with the eyes on one point."
)


def noise(x: Inputs, *, closed: float) -> Floats:
    """Return the noise of the lids of each target, ``(n_targets,)``; of two lids the larger one.

    Parameters
    ----------
    x : Inputs
        With closures as the input ``lid``.
    closed : float
        Closure above which a lid is closed.

    Returns
    -------
    ndarray
        NaN where no eye is open for long enough.
    """
    of_row = {row: _of_row(x["lid"], row, closed) for row in np.unique(x.targets).tolist()}
    return np.array([np.fmax.reduce([of_row[r] for r in rows]) for rows in x.targets.tolist()])


def too_noisy(x: Inputs, *, closed: float) -> tuple[str, ...]:
    """Return for each target why its closures are not told from noise; empty where they are."""
    return tuple(
        _TOO_NOISY.format(noise=found) if found >= MOST else "" for found in noise(x, closed=closed)
    )


def at_other_levels(
    x: Inputs, at: Callable[[float], Floats], *, level: float, closed: float
) -> tuple[Floats, Floats]:
    """Return how much lower and higher values can be, for the noise of each lid.

    Parameters
    ----------
    x : Inputs
    at : callable
        From a threshold to the values, ``(n_targets, 1)``.
    level : float
        The usual threshold.
    closed : float
        As of `noise`.

    Returns
    -------
    below, above : ndarray, shape (n_targets, 1)
    """
    usual = at(level)
    below, above = np.zeros_like(usual), np.zeros_like(usual)
    more = np.nan_to_num(noise(x, closed=closed)) ** 2 - USUAL**2
    for row, away in enumerate(TIMES * np.sqrt(np.maximum(more, 0.0))):
        here = [float(at(float(np.clip(level + s * away, *LEVELS)))[row, 0]) for s in (-1, 1)]
        below[row] = max(0.0, usual[row, 0] - min(here))
        above[row] = max(0.0, max(here) - usual[row, 0])
    return below, above


def _of_row(blocks: tuple[Block, ...], row: int, closed: float) -> float:
    """Return the noise of one lid, the median over stretches."""
    found = []
    for block in blocks:
        c, rate = block.x[row], block.rate_hz
        opened = block.mask[row] & ~_near(block.mask[row] & (c >= closed), rate)
        length = round(STRETCH_S * rate)
        for start in range(0, len(c), length):
            part = c[start : start + length][opened[start : start + length]]
            if len(part) >= LEAST_S * rate:
                found.append(float(np.median(part) - np.quantile(part, _BELOW)))
    return float(np.median(found)) if found else float("nan")


def _near(shut: NDArray[np.bool_], rate_hz: float) -> NDArray[np.bool_]:
    """Return which samples lie in a closure, shortly before one or shortly after."""
    before, after = (round(s * rate_hz) for s in (BEFORE_S, AFTER_S))
    total = np.concatenate([[0], np.cumsum(shut)])
    at = np.arange(len(shut))
    last = np.minimum(at + before + 1, len(shut))
    return np.asarray(total[last] > total[np.maximum(at - after, 0)])
