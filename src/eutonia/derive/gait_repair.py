"""Left and right legs that a tracker mixed up, and points that jumped away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Points of the left and the right leg: knee, ankle, heel, toe.
LEFT, RIGHT = [25, 27, 29, 31], [26, 28, 30, 32]
#: Pictures a second at which legs are told apart; more only repeat each other. [D]
_RATE_HZ = 30.0
#: Squared leg lengths that a picture costs in which the tracker's own names are turned. [D]
_TURNED = 0.0015
#: Most that one picture costs: beyond it a point is lost, which tells nothing about names. [D]
_LOST = 0.05
#: Leg lengths by which a point may leave its neighbours in time before it counts as lost. [D]
_JUMP = 0.25


def swapped(points: Floats, scale: Floats, *, rate_hz: float) -> NDArray[np.bool_]:
    """Tell in which pictures the tracker named the legs the wrong way round.

    Of all ways to turn the names picture by picture, this is the one with the least acceleration
    of the legs: where legs cross, each goes on as it went. Turning costs a little, so that of the
    two ways that differ only by name the tracker's own stands.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
        Pixels relative to the hips, NaN where nobody was seen.
    scale : ndarray, shape (n_frames,)
        Leg length in pixels.
    rate_hz : float

    Returns
    -------
    ndarray of bool, shape (n_frames,)
    """
    seen = np.flatnonzero(np.isfinite(points[:, 0, 0]) & np.isfinite(scale))
    turned = np.zeros(len(points), dtype=bool)
    step = max(1, round(rate_hz / _RATE_HZ))
    for run in np.split(seen, np.flatnonzero(np.diff(seen) > 2 * step) + 1):
        some = run[::step]
        if len(some) < 3:
            continue
        found = _least(points[some] / scale[some, None, None])
        nearest = np.clip(np.searchsorted(some, run), 0, len(some) - 1)
        turned[run] = found[nearest]
        if step > 1:  # the pictures between two that were compared go with the nearer legs
            turned[run] = _between(points[run], turned[run])
    return turned


def _least(points: Floats) -> NDArray[np.bool_]:
    """Return the names with the least summed squared acceleration, by dynamic programming."""
    legs = np.stack([points[:, [*LEFT, *RIGHT]], points[:, [*RIGHT, *LEFT]]], axis=1)
    legs = np.nan_to_num(legs.reshape(len(points), 2, -1))
    cost = _TURNED * np.array([[0.0, 1.0], [1.0, 2.0]])  # (two ago, one ago)
    back = np.zeros((len(points), 2, 2), dtype=np.intp)  # (now, one ago) -> two ago
    for i in range(2, len(points)):
        new = np.empty((2, 2))
        for now in (0, 1):
            for ago in (0, 1):
                bend = legs[i, now] - 2 * legs[i - 1, ago] + legs[i - 2]
                ways = cost[:, ago] + np.minimum((bend**2).sum(axis=1) / len(LEFT), _LOST)
                back[i, now, ago] = ways.argmin()
                new[now, ago] = ways.min() + now * _TURNED
        cost = new.T  # (one ago, now), which are two and one ago for the next picture
    names = np.empty(len(points), dtype=np.intp)
    names[-2:] = np.unravel_index(cost.argmin(), cost.shape)
    for i in range(len(points) - 1, 1, -1):
        names[i - 2] = back[i, names[i], names[i - 1]]
    return names.astype(bool)


def _between(points: Floats, turned: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Turn single pictures where that brings both legs nearer to the picture before."""
    out = turned.copy()
    for i in range(1, len(points)):
        before = exchanged(points[i - 1 : i], out[i - 1 : i])[0]
        kept, other = points[i], exchanged(points[i : i + 1], np.array([True]))[0]
        legs = [*LEFT, *RIGHT]
        near = [float(((p[legs] - before[legs]) ** 2).sum()) for p in (kept, other)]
        if min(near) < 0.25 * max(near):
            out[i] = near[1] < near[0]
    return out


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
    around = np.pad(points, ((2, 2), (0, 0), (0, 0)), mode="edge")
    near = np.stack([around[i : i + len(points)] for i in (0, 1, 3, 4)])
    middle = np.median(near, axis=0)  # NaN beside a gap: there nothing is said to have jumped
    away = np.linalg.norm(points - middle, axis=2)
    return np.asarray(np.nan_to_num(away / scale[:, None]) > _JUMP)
