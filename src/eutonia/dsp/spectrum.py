"""Spectra by averaging windowed segments; each Fourier transform is computed once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import compiled
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
    window = hann(length)[None]
    return tapered_density(x, mask, rate_hz=rate_hz, tapers=window, step=step, group_s=group_s)


def tapered_density(
    x: Floats,
    mask: NDArray[np.bool_],
    *,
    rate_hz: float,
    tapers: Floats,
    step: int,
    group_s: float,
) -> tuple[Floats, Floats]:
    """Sum power densities, each averaged over tapers (Thomson's estimate with `slepian`).

    As `power_density`, which has the Hann window as its only taper.

    Parameters
    ----------
    x, mask, rate_hz, step, group_s
        See `power_density`.
    tapers : ndarray, shape (n_tapers, length)
        Each with its weight in it.

    Returns
    -------
    density, count : ndarray
        See `power_density`.
    """
    length = tapers.shape[1]
    first = starts(x.shape[1], length, step=step)
    good = usable(mask, first, length)
    group = (first / (group_s * rate_hz)).astype(np.intp)
    n_groups = int(group[-1]) + 1 if len(first) else 0
    channel, segment = np.nonzero(good)
    row = group[segment] * len(x) + channel
    density = np.zeros((n_groups, len(x), length // 2 + 1))
    count = np.bincount(row, minlength=n_groups * len(x)).astype(np.float64)
    if how := compiled.plan(length, np.float64):
        begin = (channel, first[segment])
        sums = density.reshape(-1, density.shape[-1])
        compiled.add_powers(how, x, begin, tapers=tapers, row=row, to=sums)
    else:
        for one, samples in enumerate(x):
            place = group[good[one]]
            for part, _, bins in _transforms(samples, first[good[one]], tapers):
                begins = np.flatnonzero(np.diff(place[part], prepend=-1))
                power = np.add.reduceat(bins.real**2 + bins.imag**2, begins, axis=0)
                density[place[part][begins], one] += power
    density *= 2.0 / (rate_hz * (tapers**2).sum())
    density[..., 0] /= 2
    if length % 2 == 0:
        density[..., -1] /= 2
    return density, count.reshape(n_groups, len(x))


def segment_transforms(
    x: Floats,
    first: NDArray[np.intp],
    *,
    length: int,
    bins: NDArray[np.intp],
    tapers: Floats | None = None,
) -> NDArray[np.complex128]:
    """Transform tapered segments, mean removed, and keep some bins.

    Parameters
    ----------
    x : ndarray, shape (n_channels, n_samples)
        The result has its precision.
    first : ndarray of int, shape (n_segments,)
        First sample of each segment.
    length : int
    bins : ndarray of int, shape (n_bins,)
    tapers : ndarray, shape (n_tapers, length), optional
        Default: Hann alone.

    Returns
    -------
    ndarray of complex, shape (n_channels, n_segments, n_bins)
        Scaled so that the squared magnitude is a two-sided power per bin of unit window power;
        with tapers ``(n_channels, n_segments, n_tapers, n_bins)``, scaled for their sum.
    """
    windows = hann(length)[None] if tapers is None else tapers
    windows = (windows / np.linalg.norm(windows)).astype(x.dtype)
    # In memory the segments of a bin are neighbours: so what follows works through them.
    shape = (len(x), len(windows), len(bins), len(first))
    out = np.empty(shape, dtype=np.result_type(x.dtype, np.complex64)).transpose(0, 3, 1, 2)
    how = compiled.plan(length, x.dtype)
    for row, to in zip(x, out, strict=True):
        if how:
            into = to.transpose(1, 2, 0)
            compiled.transforms(how, row, first, tapers=windows, bins=bins, out=into)
        else:
            for part, taper, all_bins in _transforms(row, first, windows):
                to[part, taper] = all_bins[:, bins]
    return out[:, :, 0] if tapers is None else out


def slepian(length: int, half_bandwidth: float) -> Floats:
    """Return the Slepian tapers of Thomson's method, each times the root of its concentration.

    Those that keep less than 90 % of their power inside the band are left out, as in MNE.

    Parameters
    ----------
    length : int
    half_bandwidth : float
        Half the bandwidth in bins (``bandwidth_hz * length / (2 * rate_hz)``); at least 1.

    Returns
    -------
    ndarray, shape (n_tapers, length)

    References
    ----------
    Slepian and Thomson as implemented in `scipy.signal.windows.dpss`.
    """
    from scipy.signal.windows import dpss

    tapers, kept = dpss(
        length, half_bandwidth, int(2 * half_bandwidth), sym=False, return_ratios=True
    )
    return np.asarray((tapers * np.sqrt(kept)[:, None])[kept > 0.9])


def _transforms(
    row: Floats, first: NDArray[np.intp], windows: Floats
) -> Iterator[tuple[slice, int, NDArray[Any]]]:
    """Yield the transforms of some segments at a time, few enough to stay in cache.

    With them which segments and which window; shape ``(n_segments, n_bins)``.
    """
    from scipy.fft import rfft

    length = windows.shape[1]
    views = np.lib.stride_tricks.sliding_window_view(row, length)
    at_once = max(1, _CACHE_BYTES // (16 * length))
    for begin in range(0, len(first), at_once):
        part = slice(begin, begin + at_once)
        some = views[first[part]]
        some -= some.mean(axis=1, keepdims=True)
        for place, window in enumerate(windows):
            yield part, place, rfft(some * window, axis=1)
