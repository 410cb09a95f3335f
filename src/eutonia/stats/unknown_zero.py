"""Limits of the difference of two distances from a zero that nobody set."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.model import Floats

#: Within so many standard deviations lie 95 % of the errors of three axes.
CHI_3_95 = 2.795


def distances_apart(place: Floats, other: Floats, sd: Floats) -> tuple[float, float]:
    """Return how far below and above the read difference of two distances the true one may lie.

    For all zeros within their 95 %: never further apart than the two places are.

    Parameters
    ----------
    place, other : ndarray, shape (3,)
        From the zero that was assumed; the difference is that of the first less the other.
    sd : ndarray, shape (3,)
        Standard deviation of the true zero about that.
    """
    places = np.stack([place, other])
    way = places - places[::-1]
    # A zero in line with both, beyond either, sees all of the way between them.
    beyond = np.maximum(-(places * way / sd**2).sum(axis=1), 0.0)
    steps = np.maximum((way**2 / sd**2).sum(axis=1), 1e-12)
    in_line = (places + (beyond / steps)[:, None] * way) / sd
    zeros = np.concatenate([in_line, _ball()])
    zeros = sd * zeros[np.linalg.norm(zeros, axis=1) <= CHI_3_95 + 1e-9]
    to = np.linalg.norm(places[:, None] - zeros, axis=-1)
    read = float(np.diff(np.linalg.norm(places, axis=1))[0])
    apart = to[0] - to[1] + read
    return -float(apart.min()), float(apart.max())


@cache
def _ball() -> Floats:
    """Return points all over the ball that holds 95 % of a normal error of three axes, (n, 3)."""
    one = np.linspace(-1.0, 1.0, 21)
    cube = np.stack(np.meshgrid(one, one, one), axis=-1).reshape(-1, 3)
    length = np.maximum(np.linalg.norm(cube, axis=1), 1e-12)
    filled: Floats = CHI_3_95 * cube * (np.abs(cube).max(axis=1) / length)[:, None]
    return filled
