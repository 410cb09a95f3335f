"""What noise makes of the crossings of zero of a regular oscillation."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.tremor import SEGMENT_S, inner_hz
from eutonia.model import Floats

#: What lies beside a tremor: below and above these shares of its frequency, but for its harmonics,
#: of which so much on either side is left out. A tremor whose cycles differ has skirts there too,
#: which count as noise: of simulated ones they make 0.2 to 0.4 of the changes.
_BELOW, _ABOVE, _HARMONIC = 0.4, 1.8, 0.15


def noise_of_changes(x: Floats, *, rate_hz: float, freq_hz: float) -> float:
    """Return the SD of the changes of frequency that noise alone makes of a regular tremor, Hz.

    Noise moves a crossing of zero by its size over the slope of the tremor there, and a change of
    frequency is the second difference of three crossings a period apart. The noise is what lies in
    the band of the tremor (`eutonia.dsp.tremor.around`) beside it, and under it what its flanks
    say: that of landmarks grows to lower frequencies.

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
    inside = (freq > 0.2 * freq_hz) & (freq <= highest)
    times = freq / freq_hz
    of_harmonic = (np.abs(times - np.rint(times)) <= _HARMONIC) & (times > _ABOVE)
    beside = inside & ((times < _BELOW) | (times > _ABOVE)) & ~of_harmonic
    if not beside.any():
        return np.inf
    logs = np.log(np.maximum(density[beside], np.finfo(float).tiny))
    noise = np.where(beside, density, np.exp(np.interp(freq, freq[beside], logs)))
    passed = 16 * np.sin(np.pi * freq / freq_hz) ** 4
    moved = float((noise * passed)[inside].sum() * step)
    amplitude = float(np.sqrt(2 * density[near].sum() * step))
    return freq_hz * np.sqrt(moved) / (2 * np.pi * amplitude) if amplitude > 0 else np.inf
