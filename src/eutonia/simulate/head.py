"""Angles of a simulated head: a posture around which it drifts, jerks and shakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import Channel, Condition, Floats, Recording, Side
from eutonia.simulate.visit import recording
from eutonia.simulate.wander import wander

AXES = ("yaw", "pitch", "roll")


@dataclass(frozen=True, kw_only=True)
class Posture:
    """Where a head goes by itself, and how it moves there; in degrees, yaw, pitch, roll.

    Parameters
    ----------
    centre : tuple of float
        The posture.
    drift, drift_s : tuple of float, float
        Standard deviation of the slow drift, and the time in which it forgets.
    jerks_per_min, jerk, jerk_s : float, tuple of float, float
        Sudden pulls towards one side, their size, and the time in which they fade.
    tremor, tremor_hz : tuple of float, float
        Amplitude and frequency.
    noise : tuple of float
        Standard deviation of the landmarks' noise from picture to picture.
    """

    centre: tuple[float, float, float]
    drift: tuple[float, float, float] = (3.0, 1.5, 2.0)
    drift_s: float = 0.8
    jerks_per_min: float = 20.0
    jerk: tuple[float, float, float] = (6.0, 1.0, -2.0)
    jerk_s: float = 0.3
    tremor: tuple[float, float, float] = (1.0, 0.5, 0.3)
    tremor_hz: float = 4.5
    noise: tuple[float, float, float] = (0.16, 0.2, 0.06)

    def angles(self, rng: np.random.Generator, *, seconds: float, rate_hz: float) -> Floats:
        """Draw the angles, ``(3, n_samples)``."""
        n = round(seconds * rate_hz)
        t = np.arange(n) / rate_hz
        drift = wander(rng, 3, n, rate_hz=rate_hz, time_s=self.drift_s)
        shaken = np.sin(2 * np.pi * (self.tremor_hz * t + rng.uniform(size=(3, 1))))
        noise = rng.standard_normal((3, n))
        parts = ((self.drift, drift), (self.tremor, shaken), (self.noise, noise))
        x = np.array(self.centre)[:, None] + sum(np.array(k)[:, None] * v for k, v in parts)
        return np.asarray(x + np.array(self.jerk)[:, None] * self._pulls(rng, n, rate_hz))

    def _pulls(self, rng: np.random.Generator, n: int, rate_hz: float) -> Floats:
        from scipy.signal import lfilter

        starts = rng.poisson(self.jerks_per_min / 60 / rate_hz, n).astype(np.float64)
        return np.asarray(lfilter([1.0], [1.0, -np.exp(-1 / (self.jerk_s * rate_hz))], starts))


def head_channel(site: str, *, side: Side = "midline", unit: str = "deg") -> Channel:
    """Return a channel of the head as `eutonia.derive.head` names it."""
    name = f"{site}_{side}" if side != "midline" else site
    return Channel(name=name, kind="head", unit=unit, site=site, side=side)


def head_recording(x: Floats, *, rate_hz: float, condition: Condition) -> Recording:
    """Return a recording of yaw, pitch and roll, ``(3, n_samples)``."""
    channels = tuple(head_channel(a) for a in AXES)
    return recording(x, channels, rate_hz=rate_hz, condition=condition)


def excursions(
    rng: np.random.Generator, tops: Floats, *, rate_hz: float, seconds: float = 25.0
) -> Floats:
    """Draw one cycle of the range: to each side of each axis in turn, held for a second.

    Parameters
    ----------
    tops : ndarray, shape (3, 2)
        Largest yaw, pitch and roll towards the positive and the negative side, in degrees.

    Returns
    -------
    ndarray, shape (3, n_samples)
    """
    n = round(seconds * rate_hz)
    each = n // 6
    ramp = np.clip(np.minimum(np.arange(each), np.arange(each)[::-1]) / (1.2 * rate_hz), 0, 1)
    move = 0.5 - 0.5 * np.cos(np.pi * ramp)
    x = np.zeros((3, n))
    for i, (axis, side) in enumerate((a, s) for a in range(3) for s in range(2)):
        x[axis, i * each : (i + 1) * each] += (1, -1)[side] * tops[axis, side] * move
    noise = np.array([0.16, 0.2, 0.06])[:, None] * rng.standard_normal((3, n))
    return x + noise


def held(
    rng: np.random.Generator, t_s: Floats, *, lost_s: float, away: float, over_s: float
) -> Floats:
    """Draw a head that is held straight until it drifts away, ``(3, n_samples)``."""
    gone = away * np.clip((t_s - lost_s) / over_s, 0, 1)
    wobble = wander(rng, 3, len(t_s), rate_hz=1 / (t_s[1] - t_s[0]), time_s=0.8)
    return np.asarray(np.array([[1.0], [0.1], [-0.2]]) * gone + 0.8 * wobble)
