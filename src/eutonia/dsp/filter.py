"""Zero-phase filters: Butterworth sections run forwards and backwards."""

from __future__ import annotations

import numpy as np

from eutonia.dsp import compiled
from eutonia.model import Floats


def band_pass(x: Floats, *, rate_hz: float, band_hz: tuple[float, float], order: int = 4) -> Floats:
    """Filter each row between two frequencies, without shifting it in time.

    The upper edge is lowered to 95 % of the Nyquist frequency where the rate is too low for it.

    Parameters
    ----------
    x : ndarray, shape (n_channels, n_samples)
    rate_hz : float
    band_hz : tuple of float
        Edges at which one pass is 3 dB down (both passes: 6 dB).
    order : int
        Order of the Butterworth prototype; both passes double it.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    from scipy.signal import butter

    high = min(band_hz[1], 0.95 * rate_hz / 2)
    sections = butter(order, (band_hz[0], high), btype="bandpass", fs=rate_hz, output="sos")
    return _both_ways(sections, x)


def low_pass(x: Floats, *, rate_hz: float, cutoff_hz: float, order: int = 4) -> Floats:
    """Filter each row below a frequency, without shifting it in time (see `band_pass`)."""
    from scipy.signal import butter

    return _both_ways(butter(order, cutoff_hz, fs=rate_hz, output="sos"), x)


def notch(x: Floats, *, rate_hz: float, line_hz: float, up_to_hz: float) -> Floats:
    """Remove the mains frequency and its harmonics below `up_to_hz` (1 Hz wide each)."""
    from scipy.signal import iirnotch, tf2sos

    harmonics = np.arange(line_hz, min(up_to_hz, 0.95 * rate_hz / 2), line_hz)
    if not len(harmonics):
        return x
    sections = np.vstack([tf2sos(*iirnotch(f, f / 1.0, fs=rate_hz)) for f in harmonics])
    return _both_ways(sections, x)


def _both_ways(sections: Floats, x: Floats) -> Floats:
    """Run second-order sections forwards and backwards."""
    pad = min(3 * (2 * len(sections) + 1), x.shape[1] - 1)
    if (kernels := compiled.library()) and x.size:
        return compiled.both_ways(kernels, sections, x, pad=pad)
    from scipy.signal import sosfiltfilt

    out = np.empty_like(x)
    for row, filtered in zip(x, out, strict=True):  # one at a time stays in cache
        filtered[:] = sosfiltfilt(sections, row, padlen=pad)
    return out
