"""Left and right legs that a tracker mixed up, and points that jumped away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Points of the left and the right leg: knee, ankle, heel, toe.
LEFT, RIGHT = [25, 27, 29, 31], [26, 28, 30, 32]
#: Pictures a second at which legs are told apart; more only repeat each other. [D]
_RATE_HZ = 30.0
#: Steps a second of somebody who walks or runs, and the share of it by which they vary (SD). [D]
_STEPS_HZ, _VARY = (1.0, 5.0), 0.3
#: Squared leg lengths that a picture costs in which the tracker's own names are turned. [D]
_TURNED = 0.02
#: Squared leg lengths that it costs where the feet do not pass each other, but turn back: more than
#: a few lost points for two such turns a fifth of a second apart, which no leg makes; less than
#: what a halt in mid-step seems to be accelerated by. [D]
_NOT_PASSED = 0.4
#: Most that one point of one picture costs: beyond it it is lost and tells nothing of names. [D]
_LOST = 0.05
#: Leg lengths by which a point may leave its neighbours in time before it counts as lost. [D]
_JUMP = 0.25
#: Pictures whose neighbours are in memory at once. [D]
_BLOCK = 1024


def swapped(
    points: Floats, scale: Floats, *, rate_hz: float, begins: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Tell in which pictures the tracker named the legs the wrong way round.

    Of all ways to turn the names picture by picture, this is the one in which each leg goes on as
    it went and feet pass each other step by step. Turning costs a little, so that of two ways that
    differ only by name the tracker's own stands.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
        Pixels relative to the hips, NaN where nobody was seen.
    scale : ndarray, shape (n_frames,)
        Leg length in pixels.
    rate_hz : float
    begins : ndarray of bool, shape (n_frames,), optional
        Pictures at which something else begins: legs do not go on across it as they went.

    Returns
    -------
    ndarray of bool, shape (n_frames,)

    Notes
    -----
    Where legs cross a tracker often lays one upon the other, and then neither place nor speed tells
    whether they passed each other or turned back. Steps before and after do (`passing`).
    """
    seen = np.flatnonzero(np.isfinite(points[:, 0, 0]) & np.isfinite(scale))
    turned = np.zeros(len(points), dtype=bool)
    step = max(1, round(rate_hz / _RATE_HZ))
    apart = np.diff(seen) > 2 * step
    if begins is not None:
        apart |= np.diff(np.cumsum(begins)[seen]) > 0
    for run in np.split(seen, np.flatnonzero(apart) + 1):
        if len(run) >= 3 * step:
            legs = np.nan_to_num(points[run] / scale[run, None, None])
            turned[run] = _names(legs, rate_hz=rate_hz, step=step)
    return turned


def _names(points: Floats, *, rate_hz: float, step: int) -> NDArray[np.bool_]:
    """Tell which names to turn in one stretch; lengths are those of a leg."""
    both = np.stack([points[:, [*LEFT, *RIGHT]], points[:, [*RIGHT, *LEFT]]], axis=1)
    apart = (points[:, LEFT[1:], 0] - points[:, RIGHT[1:], 0]).mean(axis=1)
    passed, sign = passing(apart, rate_hz=rate_hz), np.array([1.0, -1.0])
    own = (sign[:, None] * apart[:, None, None] - sign * passed[:, None, None]) ** 2
    own += _TURNED * np.array([[0.0], [1.0]])  # (picture, names, sign)
    names = np.zeros(len(points), dtype=np.intp)
    for first in range(step):
        some = np.arange(first, len(points), step)
        if first:  # these lie just after pictures that have their names
            before = both[some - 1, names[some - 1]]
            own[some] += _away(both[some] - before[:, None])[:, :, None]
        names[some] = _least(both[some], own[some])
    return names.astype(bool)


def _away(legs: Floats) -> Floats:
    """Return the sum over points of squared lengths, the last axis being x and y."""
    out: Floats = np.minimum((legs**2).sum(axis=-1), _LOST).sum(axis=-1)
    return out


def passing(apart: Floats, *, rate_hz: float) -> Floats:
    """Return how far apart feet would be that pass each other step by step.

    The square of their distance is the same whoever is who. It comes and goes with the steps, of
    which two are a stride: half its phase is that of the stride.

    Parameters
    ----------
    apart : ndarray, shape (n_frames,)
        One foot ahead of the other, either way round in each picture.
    rate_hz : float

    Returns
    -------
    ndarray, shape (n_frames,)
        With the right sign or the wrong one throughout; 0 where there are no steps.
    """
    squared = apart**2 - np.mean(apart**2)
    length = len(apart) + round(rate_hz)  # the end does not reach round to the start
    transform, hz = np.fft.fft(squared, length), np.fft.fftfreq(length, 1 / rate_hz)
    steps = (hz >= _STEPS_HZ[0]) & (hz <= _STEPS_HZ[1])
    if not steps.any():
        return np.zeros(len(apart))
    most = hz[steps][np.abs(transform[steps]).argmax()]
    near = np.where(hz > 0, np.exp(-(((hz / most - 1) / _VARY) ** 2) / 2), 0)
    wave = 2 * np.fft.ifft(near * transform)[: len(apart)]
    out: Floats = np.sqrt(2 * np.abs(wave)) * np.cos(np.unwrap(np.angle(wave)) / 2)
    return out


def _least(legs: Floats, own: Floats) -> NDArray[np.intp]:
    """Return the names that cost least, 0 or 1 for each picture, by dynamic programming.

    A picture costs what its legs are accelerated since the two before, in the names of these; what
    it costs by itself, with the sign of `passing` and with the other one; and a change of sign.
    """
    slip = _NOT_PASSED * (1 - np.eye(2))
    cost = own[0][:, None] + own[1]  # (two ago, one ago, sign)
    back = np.zeros((len(legs), 2, 2, 2), dtype=np.intp)
    for i in range(2, len(legs)):
        # Axes: one ago, now, two ago; then sign now and before.
        bend = _away(legs[i][:, None] - 2 * legs[i - 1][:, None, None] + legs[i - 2])
        before = cost.transpose(1, 0, 2)[:, None, None] + slip[:, None]
        ways = before + bend[:, :, None, :, None] + own[i][:, :, None, None]
        ways = ways.reshape(2, 2, 2, 4)  # the last: two ago and sign before
        back[i], cost = ways.argmin(axis=-1), ways.min(axis=-1)
    names = np.zeros(len(legs), dtype=np.intp)
    names[-2], names[-1], sign = np.unravel_index(cost.argmin(), cost.shape)
    for i in range(len(legs) - 1, 1, -1):
        names[i - 2], sign = divmod(int(back[i, names[i - 1], names[i], sign]), 2)
    return names


def exchanged(points: Floats, turned: NDArray[np.bool_]) -> Floats:
    """Return the points (or their visibility) with the legs exchanged in some pictures."""
    order = np.arange(points.shape[1])
    order[[*LEFT, *RIGHT]] = [*RIGHT, *LEFT]
    out = points.copy()
    out[turned] = points[turned][:, order]
    return out


def jumped(points: Floats, scale: Floats) -> NDArray[np.bool_]:
    """Tell which points lie far from where the two pictures before and after put them.

    Parameters
    ----------
    points : ndarray, shape (n_frames, n_points, 2)
    scale : ndarray, shape (n_frames,)

    Returns
    -------
    ndarray of bool, shape (n_frames, n_points)
    """
    found = np.zeros(points.shape[:2], dtype=np.bool_)
    every = np.arange(len(points))
    beside = np.array([[-2], [-1], [1], [2]])
    for start in range(0, len(points), _BLOCK):  # of all at once the neighbours are four copies
        at = every[start : start + _BLOCK]
        near = points[np.clip(at + beside, 0, len(points) - 1)]
        middle = np.median(near, axis=0)  # NaN beside a gap: there nothing is said to have jumped
        away = np.linalg.norm(points[at] - middle, axis=2)
        found[at] = np.nan_to_num(away / scale[at, None]) > _JUMP
    return found
