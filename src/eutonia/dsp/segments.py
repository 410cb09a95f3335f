"""Cutting a signal into segments, with the bad ones left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats


def starts(n_samples: int, length: int, *, step: int | None = None) -> NDArray[np.intp]:
    """Return the first sample of every whole segment of `length` samples, `step` apart."""
    return np.arange(0, n_samples - length + 1, step or length)


def usable(mask: NDArray[np.bool_], first: NDArray[np.intp], length: int) -> NDArray[np.bool_]:
    """Tell which segments hold only usable samples.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_channels, n_samples)
    first : ndarray of int, shape (n_segments,)
    length : int

    Returns
    -------
    ndarray of bool, shape (n_channels, n_segments)
    """
    if mask.all():
        return np.ones((mask.shape[0], len(first)), dtype=bool)
    bad = np.zeros((mask.shape[0], mask.shape[1] + 1), dtype=np.int64)
    np.cumsum(~mask, axis=1, out=bad[:, 1:])
    return np.asarray(bad[:, first + length] == bad[:, first])


def sums(values: Floats, mask: NDArray[np.bool_], length: int) -> tuple[Floats, Floats]:
    """Sum usable samples in consecutive pieces of `length` samples.

    A last piece of at least half the length is kept.

    Returns
    -------
    total, count : ndarray, shape (n_channels, n_pieces)
    """
    edges = np.arange(0, values.shape[1], length)
    if len(edges) > 1 and values.shape[1] - edges[-1] < length / 2:
        edges = edges[:-1]
    if mask.all():
        count = np.diff(np.append(edges, values.shape[1])).astype(np.float64)
        return np.add.reduceat(values, edges, axis=1), np.tile(count, (len(values), 1))
    total = np.add.reduceat(np.where(mask, values, 0.0), edges, axis=1)
    return total, np.add.reduceat(mask.astype(np.float64), edges, axis=1)
