"""Coherence between pairs of signals, from sums over disjoint segments.

For disjoint segments l = 1…L with transforms X_l and Y_l the coherence is
``C(f) = |ΣX Y*|² / (Σ|X|² Σ|Y|²)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: What is summed for each pair and bin: real and imaginary cross-spectrum, both auto-spectra.
N_SUMS = 4


def limit(n_segments: Floats | float, *, level: float = 0.95, n_bins: int = 1) -> Floats:
    """Return the coherence that independent signals exceed with probability ``1 - level``.

    ``1 - (1 - level) ** (1 / (L - 1))`` for L disjoint segments, tapered or not; for the largest of
    `n_bins` independent bins the level is corrected (Šidák). Checked by simulation in the tests.

    Parameters
    ----------
    n_segments : float or ndarray
        L; NaN is returned where it is below 2.
    level : float
        Confidence level.
    n_bins : int
        Bins of which the largest is looked at.
    """
    n = np.asarray(n_segments, dtype=np.float64)
    alpha = 1 - level ** (1 / n_bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n >= 2, 1 - alpha ** (1 / (n - 1)), np.nan)


def pair_sums(
    first: NDArray[np.complex128],
    second: NDArray[np.complex128],
    *,
    good: NDArray[np.bool_],
    group: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """Sum cross- and auto-spectra of pairs over groups of segments.

    Parameters
    ----------
    first, second : ndarray of complex, shape (n_pairs, n_segments, n_bins)
    good : ndarray of bool, shape (n_pairs, n_segments)
        Segments in which both signals are usable.
    group : ndarray of int, shape (n_segments,)
        Group of each segment, ascending.

    Returns
    -------
    total : ndarray, shape (n_groups, n_pairs, 4 * n_bins)
        Real and imaginary cross-spectrum and both auto-spectra, one after the other.
    count : ndarray, shape (n_groups, n_pairs)
        Segments in each sum.
    """
    edges = np.flatnonzero(np.diff(group, prepend=-1))
    keep = good[:, :, None]
    n_pairs, _, n_bins = first.shape
    total = np.empty((len(edges), n_pairs, N_SUMS * n_bins))
    for pair in range(n_pairs):
        x = np.where(keep[pair], first[pair], 0)
        y = np.where(keep[pair], second[pair], 0)
        cross = x * y.conj()
        parts = (cross.real, cross.imag, x.real**2 + x.imag**2, y.real**2 + y.imag**2)
        total[:, pair] = np.add.reduceat(np.concatenate(parts, axis=1), edges, axis=0)
    count = np.add.reduceat(good.astype(np.float64), edges, axis=1).T
    return total, count


def coherence(total: Floats) -> Floats:
    """Return the coherence of summed spectra, ``(..., 4 * n_bins)`` to ``(..., n_bins)``."""
    real, imag, xx, yy = np.split(total, N_SUMS, axis=-1)
    power = xx * yy
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(power > 0, (real**2 + imag**2) / power, np.nan)


def unbiased(value: Floats, n_segments: Floats) -> Floats:
    """Remove the bias of an estimated coherence, ``(1 - C)² / L`` to first order.

    Our rule, checked by simulation; small coherences may become slightly negative, which keeps
    their mean right.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected: Floats = value - (1 - value) ** 2 / n_segments
    return corrected
