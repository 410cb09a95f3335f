"""Spectra by averaging windowed segments; each Fourier transform is computed once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.fourier import aligned, at_bins, powers, transform
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
    scale = np.full(length // 2 + 1, 2.0 / (rate_hz * (tapers**2).sum()))
    scale[0] /= 2
    if length % 2 == 0:
        scale[-1] /= 2
    density = np.zeros((n_groups, len(x), length // 2 + 1))
    count = np.zeros((n_groups, len(x)))
    for channel, row in enumerate(x):
        place = group[good[channel]]
        belongs = (place == np.arange(n_groups)[:, None]).astype(np.float64)
        total = np.zeros((n_groups, length))
        for part, _, packed in _transforms(row, first[good[channel]], tapers):
            groups = slice(place[part][0], place[part][-1] + 1)
            total[groups] += belongs[groups, part] @ np.square(packed, out=packed)
        density[:, channel] = scale * powers(total)
        count[:, channel] = np.bincount(place, minlength=n_groups)
    return density, count


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
    for channel, row in enumerate(x):
        for part, taper, packed in _transforms(row, first, windows):
            out[channel, part, taper] = at_bins(packed, bins)
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
) -> Iterator[tuple[slice, int, Floats]]:
    """Yield the packed transforms of some segments at a time, few enough to stay in cache.

    With them which segments and which window; shape ``(n_segments, length)``, valid until the next.
    """
    length = windows.shape[1]
    views = np.lib.stride_tricks.sliding_window_view(row, length)
    steps = np.diff(first)
    even = len(steps) > 0 and bool((steps == steps[0]).all())  # then a view will do, not a copy
    segments = views[first[0] : first[-1] + 1 : steps[0]] if even else None
    at_once = max(1, min(_CACHE_BYTES // (16 * length), len(first)))
    factors = aligned(windows.shape, row.dtype)
    factors[:] = windows
    centred = aligned((at_once, length), row.dtype)
    tapered = centred if len(windows) == 1 else aligned(centred.shape, row.dtype)
    for begin in range(0, len(first), at_once):
        part = slice(begin, min(begin + at_once, len(first)))
        some = views[first[part]] if segments is None else segments[part]
        n = len(some)
        np.subtract(some, some.sum(axis=1, keepdims=True) / length, out=centred[:n])
        for place, factor in enumerate(factors):
            yield part, place, transform(np.multiply(centred[:n], factor, out=tapered[:n]))
