"""Where a walk in a film begins anew: at a segment, at a cut of the film, after a pause of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Least seconds between two segments that are read each for itself: legs cannot be told apart in
#: less than a stride or two. [D]
_LEAST_S = 2.0
#: Longest time between two pictures that are one course, in seconds. [D]
_PAUSE_S = 0.2
#: Leg lengths by which the trunk goes on from where it was heading, from three pictures to the next
#: three, before that is a cut. In uncut films of rendered people 60 to 69 it is 0.09 at most. [D]
_AWAY = 0.25
_TRUNK = [11, 12, 23, 24]
#: Pictures on each side over which the trunk's place and way are taken.
_PLACE, _WAY = 3, 6


def anew(t_s: Floats, at_s: Iterable[float], cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell at which pictures a walk begins anew.

    Parameters
    ----------
    t_s : ndarray, shape (n_frames,)
    at_s : iterable of float
        When segments begin and end.
    cut : ndarray of bool, shape (n_frames,)
        From `cuts`.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
    """
    begins = cut.copy()
    begins[1:] |= np.diff(t_s) > _PAUSE_S
    last = t_s[0]
    for at in sorted(set(at_s)):
        if at - last >= _LEAST_S and t_s[-1] - at >= _LEAST_S:
            begins[np.searchsorted(t_s, at)] = True
            last = at
    return begins


def cuts(points: Floats, scale: Floats) -> NDArray[np.bool_]:
    """Tell before which pictures a film was cut: the whole trunk is at once elsewhere, and stays.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
        Pixels, NaN where nobody was seen.
    scale : ndarray, shape (n_frames,)
        Leg length in pixels.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        A cut between two shots that show somebody at the same place and as large is not seen.
    """
    found = np.zeros(len(points), dtype=bool)
    if len(points) < 2 * _WAY:
        return found
    place = points[:, _TRUNK].mean(axis=1)
    steps = np.diff(place, axis=0)
    middle, way = _medians(place, _PLACE), _medians(steps, 2 * _WAY - 1)
    at = np.arange(_WAY, len(place) - _WAY + 1)
    moved = middle[at] - middle[at - _PLACE] - _PLACE * way[at - _WAY]
    away = np.linalg.norm(moved, axis=1) / scale[at]
    step = np.append(0.0, np.nan_to_num(np.linalg.norm(steps, axis=1)))
    for k in at[away > _AWAY].tolist():  # beside a gap it is NaN: there nothing is said to be cut
        found[k - _PLACE + int(np.argmax(step[k - _PLACE : k + _PLACE + 1]))] = True
    return found


def _medians(x: Floats, n: int) -> Floats:
    """Return the median of each `n` rows in a row, ``(len(x) - n + 1, n_columns)``."""
    out: Floats = np.median(np.lib.stride_tricks.sliding_window_view(x, n, axis=0), axis=-1)
    return out


def beside(cut: NDArray[np.bool_], around: int) -> NDArray[np.bool_]:
    """Tell which pictures are among the `around` before a cut or the `around` after it."""
    out = np.zeros(len(cut), dtype=bool)
    for k in np.flatnonzero(cut):
        out[max(k - around, 0) : k + around] = True
    return out
