"""Coherence, imaginary coherence and the weighted phase-lag index of all pairs of channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Bytes of products that are held at a time: stays in the second-level cache.
_CACHE_BYTES = 1 << 18


def all_pairs(
    spectra: NDArray[np.complexfloating], good: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return coherence, imaginary coherence and wPLI of every pair of channels at every bin.

    With S the mean over segments of the cross-spectrum ``X_i X_j*``: ``|S_ij| / sqrt(S_ii S_jj)``,
    ``Im S_ij / sqrt(S_ii S_jj)``, and ``|mean Im| / mean |Im|`` (Vinck et al. 2011). Auto-spectra
    are taken over the segments in which both channels are usable.

    Parameters
    ----------
    spectra : ndarray of complex, shape (n_channels, n_segments, n_bins)
        Of tapered segments; of several tapers, one after the other for each segment:
        ``(n_channels, n_segments, n_tapers, n_bins)``, with the weights of the tapers in them.
        The results have the precision of the input.
    good : ndarray of bool, shape (n_channels, n_segments), optional
        Segments that may be used; default: all.

    Returns
    -------
    coherence, imaginary, wpli : ndarray, shape (n_bins, n_channels, n_channels)
        NaN where a pair has no usable segment, and on the diagonal of the last two.

    Notes
    -----
    The coherence is the magnitude, not its square. `wpli` is biased upwards with few segments.
    """
    n_channels, n_segments, *_, n_bins = spectra.shape
    planes = spectra.reshape(n_channels, n_segments, -1, n_bins)
    real = np.ascontiguousarray(planes.real.transpose(3, 0, 1, 2))
    imag = np.ascontiguousarray(planes.imag.transpose(3, 0, 1, 2))
    if good is not None and not good.all():
        real *= good[:, :, None]
        imag *= good[:, :, None]
    flat = (n_bins, n_channels, -1)
    a, b = real.reshape(flat), imag.reshape(flat)
    cross_real = a @ a.swapaxes(1, 2)
    cross_real += b @ b.swapaxes(1, 2)
    cross_imag = b @ a.swapaxes(1, 2)
    cross_imag -= cross_imag.swapaxes(1, 2).copy()
    power = _powers(real, imag, cross_real, good)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.sqrt(power * power.swapaxes(1, 2))
        coherence = np.sqrt(cross_real**2 + cross_imag**2) * scale
        imaginary = cross_imag * scale
        wpli = np.abs(cross_imag) / _absolute_imaginary(real, imag)
    itself = np.arange(n_channels)
    imaginary[:, itself, itself] = wpli[:, itself, itself] = np.nan
    return coherence, imaginary, wpli


def band_means(
    values: Sequence[Floats], freq_hz: Floats, bands: Sequence[tuple[float, float]]
) -> tuple[Floats, ...]:
    """Return the mean of each array over the bins of each band, both edges included.

    Parameters
    ----------
    values : sequence of ndarray, shape (n_bins, ...)
    freq_hz : ndarray, shape (n_bins,)
    bands : sequence of (low, high)

    Returns
    -------
    tuple of ndarray, shape (n_bands, ...)
    """
    inside = [(freq_hz >= lo - 1e-9) & (freq_hz <= hi + 1e-9) for lo, hi in bands]
    return tuple(np.stack([v[i].mean(axis=0) for i in inside]) for v in values)


def _powers(real: Floats, imag: Floats, cross: Floats, good: NDArray[np.bool_] | None) -> Floats:
    """Return the power of channel i over the segments usable in i and j, ``(n_bins, i, j)``."""
    if good is None or good.all():
        auto = np.diagonal(cross, axis1=1, axis2=2)
        return np.broadcast_to(auto[:, :, None], cross.shape)
    squares = (real**2 + imag**2).sum(axis=3)
    return np.asarray(squares @ good.T.astype(squares.dtype))


def _absolute_imaginary(real: Floats, imag: Floats) -> Floats:
    """Sum |Im(X_i X_j*)| over segments, tapers summed before; the costly part, blocked in cache."""
    n_bins, n_channels, n_segments, _ = real.shape
    total = np.zeros((n_bins, n_channels, n_channels), dtype=real.dtype)
    at_once = max(1, _CACHE_BYTES // (n_segments * real.itemsize))
    room = np.empty((min(at_once, n_channels), n_segments), dtype=real.dtype)
    ones = np.ones(n_segments, dtype=real.dtype)
    for one in range(n_bins):
        # Tapers first, so that each product runs over neighbouring samples.
        a = np.ascontiguousarray(real[one].transpose(2, 0, 1))
        b = np.ascontiguousarray(imag[one].transpose(2, 0, 1))
        here, turned = np.concatenate([a, b]), np.concatenate([b, -a])
        for i in range(n_channels - 1):
            for begin in range(i + 1, n_channels, at_once):
                rows = slice(begin, min(begin + at_once, n_channels))
                lagged = room[: rows.stop - begin]
                np.einsum("tjl,tl->jl", here[:, rows], turned[:, i], out=lagged)
                total[one, i, rows] = np.abs(lagged, out=lagged) @ ones
    return total + total.swapaxes(1, 2)
