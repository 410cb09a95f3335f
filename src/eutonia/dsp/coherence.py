"""Coherence between pairs of signals, from sums over disjoint segments.

For disjoint segments l = 1…L with transforms X_l and Y_l the coherence is
``C(f) = |ΣX Y*|² / (Σ|X|² Σ|Y|²)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: What is summed for each pair and bin: real and imaginary cross-spectrum, both auto-spectra.
N_SUMS = 4
#: Two-sided 95 % quantile of the normal distribution.
_Z95 = 1.959964


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
    pairs: NDArray[np.intp],
    *,
    good: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    group: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """Sum cross- and auto-spectra of pairs of channels over groups of segments.

    Parameters
    ----------
    first, second : ndarray of complex, shape (n_channels, n_segments, n_bins)
        Transforms of the channels that stand first and second in a pair; may be the same array.
    pairs : ndarray of int, shape (n_pairs, 2)
        Row of `first` and row of `second`.
    good : tuple of ndarray of bool, shape (n_channels, n_segments)
        Segments in which the channels of `first` and of `second` are usable.
    group : ndarray of int, shape (n_segments,)
        Group of each segment, ascending.

    Returns
    -------
    total : ndarray, shape (n_groups, n_pairs, 4 * n_bins)
        Real and imaginary cross-spectrum and both auto-spectra, one after the other, over the
        segments that are usable in both channels.
    count : ndarray, shape (n_groups, n_pairs)
        Segments in each sum.
    """
    edges = np.flatnonzero(np.diff(group, prepend=-1))
    n_bins = first.shape[2]
    x, power_x = _kept(first, good[0])
    y, power_y = (x, power_x) if second is first else _kept(second, good[1])
    conjugate = y.conj()
    # The power of a channel is the same in all its pairs, unless a pair leaves out segments.
    same = bool(good[0].all() and good[1].all())
    auto_x = np.add.reduceat(power_x, edges, axis=1) if same else None
    auto_y = auto_x if power_y is power_x else np.add.reduceat(power_y, edges, axis=1)
    total = np.empty((len(edges), len(pairs), N_SUMS, n_bins))
    for place, (a, b) in enumerate(pairs):
        cross = np.add.reduceat(x[a] * conjugate[b], edges, axis=0)
        total[:, place, 0], total[:, place, 1] = cross.real, cross.imag
        if auto_x is not None and auto_y is not None:
            total[:, place, 2], total[:, place, 3] = auto_x[a], auto_y[b]
        else:
            of_both = (power_x[a] * good[1][b][:, None], power_y[b] * good[0][a][:, None])
            total[:, place, 2], total[:, place, 3] = np.add.reduceat(of_both, edges, axis=1)
    both = good[0][pairs[:, 0]] & good[1][pairs[:, 1]]
    count = np.add.reduceat(both.astype(np.float64), edges, axis=1).T
    return total.reshape(len(edges), len(pairs), -1), count


def _kept(
    x: NDArray[np.complex128], good: NDArray[np.bool_]
) -> tuple[NDArray[np.complex128], Floats]:
    """Return the transforms, zero in unusable segments, and their power."""
    kept = x if good.all() else np.where(good[:, :, None], x, 0)
    return kept, kept.real**2 + kept.imag**2


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


def phase(total: Floats) -> Floats:
    """Return the phase of summed spectra, rad, ``(..., 4 * n_bins)`` to ``(..., n_bins)``.

    It is positive where the first signal leads.
    """
    real, imag, *_ = np.split(total, N_SUMS, axis=-1)
    return np.asarray(np.arctan2(imag, real), dtype=np.float64)


def delay(total: Floats, freq_hz: Floats, *, use: NDArray[np.bool_]) -> Floats:
    """Return by how much the second signal lags the first, from the slope of the phase.

    A line through the phases of the bins in `use`, weighted by ``C / (1 - C)``, the inverse of the
    variance of a phase; phases are unwrapped from bin to bin. Our rule, unconfirmed.

    Parameters
    ----------
    total : ndarray, shape (n_pairs, 4 * n_bins)
        Summed spectra.
    freq_hz : ndarray, shape (n_bins,)
    use : ndarray of bool, shape (n_pairs, n_bins)
        Bins whose coherence is above its limit; the phase of the others means nothing.

    Returns
    -------
    ndarray, shape (n_pairs,)
        Seconds; NaN where fewer than three bins are in use.
    """
    value = coherence(total)
    found = np.full(len(total), np.nan)
    for row in np.flatnonzero(use.sum(axis=1) >= 3):
        keep = use[row]
        angle = np.unwrap(phase(total[row])[keep])
        weight = value[row, keep] / np.maximum(1 - value[row, keep], 1e-12)
        centred = freq_hz[keep] - np.average(freq_hz[keep], weights=weight)
        slope = (weight * centred * angle).sum() / (weight * centred**2).sum()
        found[row] = slope / (2 * np.pi)
    return found


@dataclass(frozen=True, kw_only=True)
class PooledCoherence:
    """Coherence pooled over recordings, pairs or people.

    Parameters
    ----------
    coherence, lo, hi : ndarray, shape (...)
        Pooled value and its 95 % limits.
    n_segments : ndarray, shape (...)
        Segments behind it.
    """

    coherence: Floats
    lo: Floats
    hi: Floats
    n_segments: Floats


@dataclass(frozen=True, kw_only=True)
class CoherenceDifference:
    """Test of equal coherence over k recordings, conditions or people.

    Parameters
    ----------
    statistic, p : ndarray, shape (...)
        Chi-squared of k - 1 degrees of freedom, and its p-value.
    z : ndarray, shape (k, ...)
        Each coherence, transformed.
    error : ndarray, shape (k, ...)
        Standard error of each z.
    """

    statistic: Floats
    p: Floats
    z: Floats
    error: Floats


def pooled(value: Floats, n_segments: Floats) -> PooledCoherence:
    """Pool independent estimates of coherence, weighted by their segments.

    On the scale ``z = artanh(sqrt(C))``, on which an estimate has the variance ``1 / (2 L)``
    (Rosenberg1989, unconfirmed). Where the coherence is below about ``2 / L`` its root is larger
    than the truth in each recording, and pooling does not undo it: there, look at the limit of
    each recording, or pool the recordings' summed spectra.

    Parameters
    ----------
    value : ndarray, shape (k, ...)
        Estimates, bias not removed, from disjoint segments.
    n_segments : ndarray, broadcastable to `value`
        Segments behind each.
    """
    z, n = _transformed(value, n_segments)
    total = n.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (n * z).sum(axis=0) / total
        half = _Z95 / np.sqrt(2 * total)
    return PooledCoherence(
        coherence=np.tanh(middle) ** 2,
        lo=np.tanh(np.maximum(middle - half, 0)) ** 2,
        hi=np.tanh(middle + half) ** 2,
        n_segments=total,
    )


def difference(value: Floats, n_segments: Floats) -> CoherenceDifference:
    """Test whether k independent coherences are equal: ``Σ 2 L (z - z̄)²`` on k - 1 df.

    The variance is that of a coherence well above 0 (simulated: from 0.1 at 60 segments on);
    without any coherence the test calls far fewer than 5 % different. (Rosenberg1989,
    unconfirmed.)

    Parameters
    ----------
    value : ndarray, shape (k, ...)
        Estimates, bias not removed, from disjoint segments.
    n_segments : ndarray, broadcastable to `value`
        Segments behind each.
    """
    from scipy.special import gammaincc

    z, n = _transformed(value, n_segments)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (n * z).sum(axis=0) / n.sum(axis=0)
        error = 1 / np.sqrt(2 * n)
    statistic = (2 * n * (z - middle) ** 2).sum(axis=0)
    df = (n > 0).sum(axis=0) - 1
    p = np.where(df > 0, gammaincc(np.maximum(df, 1) / 2, statistic / 2), np.nan)
    return CoherenceDifference(statistic=statistic, p=p, z=z, error=error)


def _transformed(value: Floats, n_segments: Floats) -> tuple[Floats, Floats]:
    """Return ``artanh(sqrt(C))`` and the segments, both of the shape of `value`."""
    c = np.asarray(value, dtype=np.float64)
    n = np.broadcast_to(np.asarray(n_segments, dtype=np.float64), c.shape)
    there = np.isfinite(c) & (n > 0)
    # A coherence of exactly 1 (one signal twice) has no finite transform.
    root = np.sqrt(np.clip(np.where(there, c, 0.0), 0.0, 1 - 1e-12))
    return np.arctanh(root), np.where(there, n, 0.0)


def effective_share(
    first: NDArray[np.complex128],
    second: NDArray[np.complex128],
    pairs: NDArray[np.intp],
    *,
    good: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Floats:
    """Return the share of segments that count, where both signals are louder at some times.

    Loud segments weigh more, so that fewer are averaged in effect: ``Σp Σq / (L Σpq)`` for the
    powers p and q of the segments, averaged over bins that are scaled alike. It is 1 for steady
    signals and never more, and holds while most bins have little coherence. Our rule, checked by
    simulation.

    Parameters
    ----------
    first, second, pairs, good
        As for `pair_sums`.

    Returns
    -------
    ndarray, shape (n_pairs,)
    """
    p = _loudness(first, good[0])
    q = p if second is first else _loudness(second, good[1])
    a, b = pairs.T
    in_a, in_b = (g.astype(np.float64) for g in good)
    n, sum_p, sum_q, both = (
        (x @ y.T)[a, b] for x, y in ((in_a, in_b), (p, in_b), (in_a, q), (p, q))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both > 0, np.minimum(sum_p * sum_q / (n * both), 1.0), 1.0)


def _loudness(x: NDArray[np.complex128], good: NDArray[np.bool_]) -> Floats:
    """Return the power of each segment, every bin scaled to the same mean; 0 where unusable."""
    _, power = _kept(x, good)
    whole = power.sum(axis=1)
    scale = np.divide(1, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.einsum("clb,cb->cl", power, scale), dtype=np.float64)
