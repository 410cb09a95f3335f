"""Means and quantiles of a position from statistics that add up over blocks."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import starts
from eutonia.measures.positions import BLOCK_S, Series
from eutonia.model import Floats
from eutonia.model.result import Finish

#: Cells of a histogram between the smallest and the largest value of a target.
N_CELLS = 200


def edges_of(series: list[Series]) -> Floats:
    """Return the cells' edges of each target, ``(n_targets, N_CELLS + 1)``."""
    least = np.min([np.where(m, x, np.inf).min(axis=1) for x, m, _ in series], axis=0)
    most = np.max([np.where(m, x, -np.inf).max(axis=1) for x, m, _ in series], axis=0)
    known = np.isfinite(least)
    least = np.where(known, least, 0.0)
    width = np.where(known & (most > least), most - least, 1e-9)
    edges: Floats = least[:, None] + width[:, None] * np.linspace(0, 1, N_CELLS + 1)
    edges[:, -1] += 1e-9 * width  # the largest value lies inside, whatever the rounding
    return edges


def distribution(x: Floats, usable: NDArray[np.bool_], edges: Floats) -> Floats:
    """Return sum, number and histogram of one target's usable samples, ``(2 + N_CELLS,)``."""
    values = x[usable]
    counted = np.histogram(values, edges)[0]
    return np.concatenate([[values.sum(), float(len(values))], counted])


def distributions(series: list[Series]) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Return sum, number and histogram in blocks of three seconds.

    Returns
    -------
    blocks : ndarray, shape (n_blocks, n_targets, 2 + N_CELLS)
    span : ndarray of int, shape (n_blocks,)
    edges : ndarray, shape (n_targets, N_CELLS + 1)
    """
    edges = edges_of(series)
    found, span = [], []
    for place, (x, usable, rate_hz) in enumerate(series):
        length = round(BLOCK_S * rate_hz)
        for first in starts(x.shape[1], length):
            part = slice(first, first + length)
            rows = zip(x[:, part], usable[:, part], edges, strict=True)
            found.append([distribution(*row) for row in rows])
            span.append(place)
    blocks = np.array(found).reshape(len(found), len(edges), 2 + N_CELLS)
    return blocks, np.array(span, dtype=np.intp), edges


def quantile(total: Floats, edges: Floats, p: float) -> Floats:
    """Return the quantile of each target by interpolation within a cell, NaN where none counted.

    Parameters
    ----------
    total : ndarray, shape (..., n_targets, 2 + N_CELLS)
    edges : ndarray, shape (n_targets, N_CELLS + 1)
    p : float

    Returns
    -------
    ndarray, shape (..., n_targets)
    """
    counted = total[..., 2:]
    up_to = np.cumsum(counted, axis=-1)
    goal = p * up_to[..., -1:]
    cell = np.minimum((up_to < goal).sum(axis=-1), N_CELLS - 1)[..., None]
    inside = np.take_along_axis(counted, cell, axis=-1)
    below = np.take_along_axis(up_to, cell, axis=-1) - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ((goal - below) / inside)[..., 0]
    wide = edges[:, 1] - edges[:, 0]
    found: Floats = edges[:, 0] + wide * (cell[..., 0] + share)
    return found


def mean_and_quantiles(edges: Floats, *p: float) -> Finish:
    """Return what turns summed statistics into the mean and quantiles, one part each."""
    return partial(_all, edges=edges, p=p)


def _all(total: Floats, *, edges: Floats, p: tuple[float, ...]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total[..., 0] / total[..., 1]
    return np.stack([mean, *(quantile(total, edges, one) for one in p)], axis=-1)
