"""Spectra by averaging windowed segments; each Fourier transform is computed once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import starts, usable
from eutonia.model import Floats

#: Bytes of segments transformed at a time: stays in the second-level cache.
_CACHE_BYTES = 1 << 19


def hann(length: int) -> Floats:
    """Return the periodic Hann window."""
    phase = 2 * np.pi * np.arange(length) / length
    return np.asarray(0.5 - 0.5 * np.cos(phase), dtype=np.float64)


def frequencies(length: int, rate_hz: float) -> Floats:
    """Return the frequency of each bin of a real transform of `length` samples."""
    return np.asarray(np.arange(length // 2 + 1) * (rate_hz / length), dtype=np.float64)


def power_density(
    x: Floats,
    mask: NDArray[np.bool_],
    *,
    rate_hz: float,
    length: int,
    step: int,
    group_s: float,
) -> tuple[Floats, Floats]:
    """Sum the one-sided power densities of Hann segments, in groups of time.

    Summed over groups and divided by the counts this is Welch's estimate with constant detrending,
    equal to ``scipy.signal.welch`` to rounding.

    Parameters
    ----------
    x : ndarray, shape (n_channels, n_samples)
    mask : ndarray of bool, same shape
        Segments with an unusable sample are left out.
    rate_hz : float
    length, step : int
        Samples in a segment and from one to the next.
    group_s : float
        Seconds whose segments are summed together.

    Returns
    -------
    density : ndarray, shape (n_groups, n_channels, n_frequencies)
        Sums, in unit²/Hz.
    count : ndarray, shape (n_groups, n_channels)
        Segments in each sum.
    """
    first = starts(x.shape[1], length, step=step)
    good = usable(mask, first, length)
    group = (first / (group_s * rate_hz)).astype(np.intp)
    n_groups = int(group[-1]) + 1 if len(first) else 0
    window = hann(length)
    scale = np.full(length // 2 + 1, 2.0 / (rate_hz * (window**2).sum()))
    scale[0] /= 2
    if length % 2 == 0:
        scale[-1] /= 2
    density = np.zeros((n_groups, len(x), length // 2 + 1))
    count = np.zeros((n_groups, len(x)))
    for channel, row in enumerate(x):
        keep = first[good[channel]]
        place = group[good[channel]]
        for part, spectra in _transforms(row, keep, window):
            power = spectra.real**2 + spectra.imag**2
            edges = np.flatnonzero(np.diff(place[part], prepend=-1))
            density[place[part][edges], channel] += np.add.reduceat(power, edges, axis=0)
        density[:, channel] *= scale
        count[:, channel] = np.bincount(place, minlength=n_groups)
    return density, count


def segment_transforms(
    x: Floats, first: NDArray[np.intp], *, length: int, bins: NDArray[np.intp]
) -> NDArray[np.complex128]:
    """Transform Hann segments, mean removed, and keep some bins.

    Returns
    -------
    ndarray of complex, shape (n_channels, n_segments, n_bins)
        Scaled so that the squared magnitude is a two-sided power per bin of unit window power.
    """
    window = hann(length)
    window /= float(np.linalg.norm(window))
    out = np.empty((len(x), len(first), len(bins)), dtype=np.complex128)
    for channel, row in enumerate(x):
        for part, spectra in _transforms(row, first, window):
            out[channel, part] = spectra[:, bins]
    return out


def _transforms(
    row: Floats, first: NDArray[np.intp], window: Floats
) -> Iterator[tuple[slice, NDArray[np.complex128]]]:
    """Yield the transforms of some segments at a time, few enough to stay in cache."""
    from scipy.fft import rfft

    length = len(window)
    views = np.lib.stride_tricks.sliding_window_view(row, length)
    at_once = max(1, _CACHE_BYTES // (8 * length))
    for begin in range(0, len(first), at_once):
        part = slice(begin, min(begin + at_once, len(first)))
        segments = views[first[part]]
        segments -= segments.mean(axis=1, keepdims=True)
        segments *= window
        yield part, rfft(segments, axis=1, overwrite_x=True)
