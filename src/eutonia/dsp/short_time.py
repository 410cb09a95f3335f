"""Power of short windows at some frequencies: one matrix product per piece, no long transforms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.spectrum import hann
from eutonia.model import Floats

#: Windows multiplied at a time: few enough to stay in cache.
_AT_ONCE = 512


def basis(length: int, bins: NDArray[np.intp]) -> Floats:
    """Return what turns a window of samples into its transform at some bins.

    The Hann window (of unit power) and the removal of the mean are built in, so that
    ``samples @ basis`` holds real and imaginary parts of what
    `eutonia.dsp.spectrum.segment_transforms` gives.

    Parameters
    ----------
    length : int
        Samples in a window.
    bins : ndarray of int, shape (n_bins,)
        Bins of a transform of that length.

    Returns
    -------
    ndarray, shape (length, 2 * n_bins)
    """
    window = hann(length)
    window /= float(np.linalg.norm(window))
    phase = 2 * np.pi * np.outer(np.arange(length), bins) / length
    both = np.concatenate([np.cos(phase), np.sin(phase)], axis=1) * window[:, None]
    return np.asarray(both - both.mean(axis=0), dtype=np.float64)


def power(row: Floats, first: NDArray[np.intp], turns: Floats) -> Floats:
    """Return the power of windows of one channel at the bins of a `basis`.

    Cheaper than a transform of every window where the bins are few and the windows overlap.

    Parameters
    ----------
    row : ndarray, shape (n_samples,)
    first : ndarray of int, shape (n_windows,)
        First sample of each window.
    turns : ndarray, shape (length, 2 * n_bins)
        From `basis`.

    Returns
    -------
    ndarray, shape (n_windows, n_bins)
        Squared magnitudes, in the square of the channel's unit.
    """
    length, n = turns.shape[0], turns.shape[1] // 2
    views = np.lib.stride_tricks.sliding_window_view(row, length)
    out = np.empty((len(first), n))
    for begin in range(0, len(first), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        both = views[first[part]] @ turns
        both *= both
        np.add(both[:, :n], both[:, n:], out=out[part])
    return out
