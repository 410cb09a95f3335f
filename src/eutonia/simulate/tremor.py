"""Angles of a part that trembles, with known truth: a rhythm that wanders, drift, and cycles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from eutonia.model import Floats
from eutonia.simulate import noise

#: Density of slow drift at 1 Hz, unit²/Hz, falling with the third power; and its lowest frequency.
_DRIFT = 0.02
_LOWEST_HZ = 0.05


@dataclass(frozen=True, kw_only=True)
class Tremor:
    """A tremor of several axes that share one frequency.

    Parameters
    ----------
    freq_hz : float
        Centre of the rhythm.
    width_hz : float
        Standard deviation of its line: how far its frequency and size wander.
    rms_deg : tuple of float
        Root mean square on each axis.
    """

    freq_hz: float
    width_hz: float
    rms_deg: tuple[float, ...]

    def psd(self, freq_hz: Floats, axis: int) -> Floats:
        """Return the one-sided density of tremor and drift on one axis, deg²/Hz."""
        line = np.exp(-0.5 * ((freq_hz - self.freq_hz) / self.width_hz) ** 2)
        line = line / (self.width_hz * np.sqrt(2 * np.pi)) * self.rms_deg[axis] ** 2
        drift = np.where(freq_hz > 0, _DRIFT / np.maximum(freq_hz, _LOWEST_HZ) ** 3, 0.0)
        return np.asarray(line + drift)

    def draw(self, rng: np.random.Generator, n_samples: int, *, rate_hz: float) -> Floats:
        """Draw the angles of all axes, ``(n_axes, n_samples)``, in degrees."""
        return np.concatenate(
            [
                noise.coloured(rng, 1, n_samples, rate_hz=rate_hz, psd=partial(self.psd, axis=axis))
                for axis in range(len(self.rms_deg))
            ]
        )


def cycles(
    rng: np.random.Generator,
    n_samples: int,
    *,
    rate_hz: float,
    freq_hz: float,
    spread_hz: float,
) -> tuple[Floats, Floats]:
    """Draw an oscillation whose every cycle has a frequency of its own.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_samples : int
    rate_hz : float
    freq_hz, spread_hz : float
        Mean and standard deviation of the frequencies of the cycles (normal, at least half the
        mean).

    Returns
    -------
    x : ndarray, shape (n_samples,)
        Unit amplitude.
    freq_hz : ndarray, shape (n_cycles,)
        Frequency of each cycle.
    """
    n_cycles = int(2 * freq_hz * n_samples / rate_hz) + 2
    freq = np.maximum(rng.normal(freq_hz, spread_hz, n_cycles), 0.5 * freq_hz)
    ends = np.concatenate([[0.0], np.cumsum(1 / freq)])
    t = np.arange(n_samples) / rate_hz
    x = np.sin(2 * np.pi * np.interp(t, ends, np.arange(n_cycles + 1)))
    return x, freq[: int(np.searchsorted(ends, t[-1])) - 1]
