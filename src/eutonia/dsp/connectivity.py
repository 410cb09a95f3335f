"""Coherence, imaginary coherence and the weighted phase-lag index of all pairs of channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import compiled
from eutonia.model import Floats

#: Bytes of products that are held at a time: stays in the second-level cache.
_CACHE_BYTES = 1 << 19
#: What is out of phase by less than so many last digits of the power is rounding.
_ROUNDING = 16


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
        NaN where a pair has no usable segment, and on the diagonal of the last two; `wpli` also
        where nothing is out of phase but by rounding, as between bridged electrodes.

    Notes
    -----
    The coherence is the magnitude, not its square. `wpli` is biased upwards with few segments.
    """
    n_channels, n_segments, *_, n_bins = spectra.shape
    cross = np.empty((n_bins, n_channels, n_channels), dtype=spectra.dtype)
    power = np.empty(cross.shape, dtype=spectra.real.dtype)
    lagged = np.empty_like(power)
    segments = spectra.reshape(n_channels, n_segments, -1, n_bins)
    for one in range(n_bins):
        here = segments[..., one]
        if good is not None and not good.all():
            here = here * good[:, :, None]
        if kernels := compiled.library():
            cross[one], lagged[one] = compiled.pairs(kernels, here)
        else:
            cross[one], lagged[one] = _cross(here), _absolute_imaginary(here)
        power[one] = _powers(here, cross[one], good)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.sqrt(power * power.swapaxes(1, 2))
        coherence = np.abs(cross) * scale
        imaginary = cross.imag * scale
        rounding = _ROUNDING * np.finfo(lagged.dtype).eps
        wpli = np.where(lagged * scale > rounding, np.abs(cross.imag) / lagged, np.nan)
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


def _cross(x: NDArray[Any]) -> NDArray[Any]:
    """Return the sums of ``X_i X_j*`` of one bin, ``(i, j)``, from (channels, segments, tapers)."""
    flat = x.swapaxes(1, 2).reshape(len(x), -1)
    both = np.concatenate([flat.real, flat.imag])
    n, parts = len(x), both @ both.T  # of the same array: half the work
    return np.asarray(parts[:n, :n] + parts[n:, n:] + 1j * (parts[n:, :n] - parts[:n, n:]))


def _powers(x: NDArray[Any], cross: NDArray[Any], good: NDArray[np.bool_] | None) -> Floats:
    """Return the power of channel i over the segments usable in i and j, ``(i, j)``."""
    if good is None or good.all():
        return np.broadcast_to(np.diagonal(cross).real[:, None], cross.shape)
    squares = (x.real**2 + x.imag**2).sum(axis=2)
    return np.asarray(squares @ good.T.astype(squares.dtype))


def _absolute_imaginary(x: NDArray[Any]) -> Floats:
    """Sum |Im(X_i X_j*)| over segments, tapers summed before; the costly part, blocked in cache."""
    n_channels, n_segments, n_tapers = x.shape
    # Of each segment one product of matrices, over both parts of all tapers: b_i a_j - a_i b_j.
    parts = np.empty((n_segments, 2, n_tapers, n_channels), dtype=x.real.dtype)
    parts[:, 0], parts[:, 1] = x.real.transpose(1, 2, 0), x.imag.transpose(1, 2, 0)
    turned = np.stack([parts[:, 1], -parts[:, 0]], axis=1)
    flat = (n_segments, 2 * n_tapers, n_channels)
    one, other = turned.reshape(flat).swapaxes(1, 2), parts.reshape(flat)
    at_once = max(1, _CACHE_BYTES // (n_channels**2 * parts.itemsize))
    room = np.empty((min(at_once, n_segments), n_channels, n_channels), dtype=parts.dtype)
    total = np.zeros(n_channels**2, dtype=parts.dtype)
    for begin in range(0, n_segments, at_once):
        part = slice(begin, begin + at_once)
        lagged = np.matmul(one[part], other[part], out=room[: len(one[part])])
        np.abs(lagged, out=lagged)
        total += np.ones(len(lagged), dtype=parts.dtype) @ lagged.reshape(len(lagged), -1)
    return total.reshape(n_channels, n_channels)
