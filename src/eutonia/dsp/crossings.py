"""What noise makes of the crossings of zero of a regular oscillation."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.tremor import SEGMENT_S, inner_hz
from eutonia.model import Floats


def noise_of_changes(x: Floats, *, rate_hz: float, freq_hz: float) -> float:
    """Return the SD of the changes of frequency that noise alone makes of a regular tremor, Hz.

    Noise moves a crossing of zero by its size over the slope of the tremor there, and a change of
    frequency is the second difference of three crossings a period apart. The noise is taken to be
    white at the density found above the tremor, towards the end of its band
    (`eutonia.dsp.tremor.around`), where an irregular tremor has little: where noise grows to lower
    frequencies this is the least.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        Angle along the direction of the tremor, not filtered.
    rate_hz, freq_hz : float
        Of the samples and of the tremor.
    """
    from scipy.signal import welch

    length = min(len(x), round(SEGMENT_S * rate_hz))
    freq, density = welch(x, rate_hz, nperseg=length, detrend="linear")
    step, highest = freq[1] - freq[0], min(4.0 * freq_hz, 0.48 * rate_hz)
    near = np.abs(freq - freq_hz) < inner_hz(np.array(freq_hz))
    above = (freq > max(2.5 * freq_hz, 0.6 * highest)) & (freq <= highest)
    if not above.any():
        above = (freq > 0.8 * highest) & (freq <= highest)
    inside = (freq > 0.2 * freq_hz) & (freq <= highest)
    passed = 16 * np.sin(np.pi * freq[inside] / freq_hz) ** 4
    moved = float(np.median(density[above]) * passed.sum() * step)
    amplitude = float(np.sqrt(2 * density[near].sum() * step))
    return freq_hz * np.sqrt(moved) / (2 * np.pi * amplitude) if amplitude > 0 else np.inf
