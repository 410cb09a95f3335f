"""How smooth a movement is: spectral arc length and log dimensionless jerk of its speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Highest frequency of the spectrum and least amplitude, relative to 0 Hz (Balasubramanian 2015).
CUTOFF_HZ = 10.0
LEAST_AMPLITUDE = 0.05
#: The transform is padded to this power of two beyond the length.
_PADDING = 4
#: A movement is above this share of its own highest speed (our rule). [D]
EDGE = 0.05


def sparc(speed: Floats, *, rate_hz: float) -> float:
    """Return the spectral arc length of one movement; nearer to 0 is smoother.

    The length of the amplitude spectrum of the speed, scaled to 1 in both directions, up to the
    last frequency below 10 Hz whose amplitude is at least 5 % of the largest.

    Parameters
    ----------
    speed : ndarray, shape (n_samples,)
    rate_hz : float

    References
    ----------
    Balasubramanian et al. 2015; measures.md §6.1.
    """
    n = 2 ** (int(np.ceil(np.log2(len(speed)))) + _PADDING)
    amplitude = np.abs(np.fft.rfft(speed, n))
    freq = np.arange(len(amplitude)) * rate_hz / n
    amplitude = (amplitude / amplitude.max())[freq <= CUTOFF_HZ]
    freq = freq[freq <= CUTOFF_HZ]
    large = np.flatnonzero(amplitude >= LEAST_AMPLITUDE)
    kept = slice(large[0], large[-1] + 1)
    amplitude, freq = amplitude[kept], freq[kept]
    steps = np.hypot(np.diff(freq) / (freq[-1] - freq[0]), np.diff(amplitude))
    return -float(steps.sum())


def dimensionless_jerk(speed: Floats, *, rate_hz: float) -> float:
    """Return the dimensionless jerk of one movement, from its speed; negative.

    ``-(T³ / v_peak²) ∫ |v''|² dt`` with T the number of samples over the rate.

    References
    ----------
    Balasubramanian et al. 2015; measures.md §6.1.
    """
    step = 1 / rate_hz
    jerk = np.diff(speed, 2) / step**2
    duration = len(speed) * step
    return -float((jerk**2).sum() * step * duration**3 / np.abs(speed).max() ** 2)


def ldlj(speed: Floats, *, rate_hz: float) -> float:
    """Return the log dimensionless jerk of one movement, from its speed; nearer to 0 is smoother.

    It grows with duration and rhythm, so it is taken of one movement, never of a whole task.
    """
    return -float(np.log(-dimensionless_jerk(speed, rate_hz=rate_hz)))


def angular_speed(x: Floats, *, rate_hz: float, cutoff_hz: float) -> Floats:
    """Return the speed of a turning head, in units of `x` a second, without noise above a limit.

    Parameters
    ----------
    x : ndarray, shape (n_axes, n_samples)
        Angles; their axes count as perpendicular, which is right for small angles and for turns
        about one axis.
    rate_hz : float
    cutoff_hz : float
        Zero-phase Butterworth of fourth order, run both ways.

    Returns
    -------
    ndarray, shape (n_samples,)
    """
    from scipy.signal import butter, sosfiltfilt

    if cutoff_hz < 0.45 * rate_hz:
        x = sosfiltfilt(butter(4, cutoff_hz, fs=rate_hz, output="sos"), x, axis=-1)
    speed: Floats = np.sqrt((np.gradient(x, axis=-1) ** 2).sum(axis=0)) * rate_hz
    return speed


def movements(
    speed: Floats, mask: NDArray[np.bool_], *, rate_hz: float, least_speed: float
) -> list[slice]:
    """Return the pieces that are one movement each.

    A movement reaches `least_speed`, and lasts as far as its speed stays above 5 % of its highest;
    one that does not come down so far ends at the lowest speed between two tops. Shorter ones than
    0.2 s, and those with an unusable sample or cut by the ends, do not count (our rule).

    Parameters
    ----------
    speed : ndarray, shape (n_samples,)
    mask : ndarray of bool, shape (n_samples,)
    rate_hz : float
    least_speed : float
    """
    fast = np.concatenate([[False], speed >= least_speed, [False]])
    edges = np.flatnonzero(np.diff(fast.astype(np.int8)))
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    found = []
    for place, (on, off) in enumerate(runs):
        low = runs[place - 1][1] if place else 0
        high = runs[place + 1][0] if place + 1 < len(runs) else len(speed)
        level = EDGE * float(speed[on:off].max())
        first = _edge(speed[low:on][::-1], level)
        last = _edge(speed[off:high], level)
        begin, end = on - first, off + last
        inside = begin > 0 and end < len(speed)
        if inside and mask[begin:end].all() and end - begin >= _SHORTEST_S * rate_hz:
            found.append(slice(begin, end))
    return found


_SHORTEST_S = 0.2


def _edge(away: Floats, level: float) -> int:
    """Return how many samples from a movement outwards belong to it."""
    below = np.flatnonzero(away < level)
    if len(below):
        return int(below[0])
    return int(np.argmin(away)) if len(away) else 0
