"""The aperiodic part of a power spectrum, and a peak above it.

The spectrum is taken as ``log10 P(f) = offset - exponent log10 f`` plus peaks (Donoghue 2020). The
line is fitted by robust regression, which leaves the peaks out: a function of the spectrum without
random starts or counts of peaks, that works on any number of spectra at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Tukey's constant: 95 % of the efficiency of least squares where there is no peak.
_TUKEY = 4.685
_ROUNDS = 12
#: Residuals are averaged over this range before a peak is looked for, so that its flanks count.
_SMOOTH_HZ = 2.0
#: Distance of the 12.5th from the 37.5th percentile of a normal distribution.
_LOWER_HALF = 0.8317
#: Standard deviation of the window through which the top of a peak is looked at.
_TOP_HZ = 0.75
_TOP_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Line:
    """The aperiodic part of spectra.

    Parameters
    ----------
    offset : ndarray, shape (...,)
        log10 of the density at 1 Hz.
    exponent : ndarray, shape (...,)
        The density falls as 1/f to this power.
    """

    offset: Floats
    exponent: Floats

    def at(self, freq_hz: Floats) -> Floats:
        """Return log10 of the density, ``(..., n_frequencies)``."""
        line: Floats = self.offset[..., None] - self.exponent[..., None] * np.log10(freq_hz)
        return line


def fit_line(freq_hz: Floats, log_power: Floats) -> Line:
    """Fit the aperiodic part by robust regression.

    Points above the line are left out as peaks the further they stand out (Tukey's biweight, its
    scale from the points below the line, which peaks do not touch).

    Parameters
    ----------
    freq_hz : ndarray, shape (n_frequencies,)
        Above 0.
    log_power : ndarray, shape (..., n_frequencies)
        log10 of the density.

    Returns
    -------
    Line
    """
    log_f = np.log10(freq_hz)
    n_smooth = max(1, round(_SMOOTH_HZ / (freq_hz[1] - freq_hz[0])))
    line = _weighted(log_f, log_power, np.ones_like(log_power))
    for turn in range(_ROUNDS):
        residual = _smoothed(log_power - line.at(freq_hz), n_smooth)
        z = residual / (_TUKEY * _spread_below(residual))
        if turn < _ROUNDS // 2:  # the first line lies too high: nothing below it is an outlier
            z = np.maximum(z, 0.0)
        line = _weighted(log_f, log_power, np.maximum(1 - z**2, 0.0) ** 2)
    return line


def _smoothed(residual: Floats, n: int) -> Floats:
    """Return the running mean over `n` bins, shorter at the ends."""
    half = n // 2
    total = np.concatenate([np.zeros((*residual.shape[:-1], 1)), residual.cumsum(axis=-1)], axis=-1)
    at = np.arange(residual.shape[-1])
    first, end = np.maximum(at - half, 0), np.minimum(at + half + 1, residual.shape[-1])
    mean: Floats = (total[..., end] - total[..., first]) / (end - first)
    return mean


def _spread_below(residual: Floats) -> Floats:
    """Return the standard deviation of the points that are no peak, ``(..., 1)``."""
    n = residual.shape[-1]
    low, middle = n // 8, 3 * n // 8
    ordered = np.partition(residual, (low, middle), axis=-1)
    spread = (ordered[..., middle] - ordered[..., low]) / _LOWER_HALF
    return np.maximum(spread, 1e-9)[..., None]


@dataclass(frozen=True, eq=False)
class Peak:
    """The largest peak of spectra above their aperiodic part.

    Parameters
    ----------
    freq_hz, height : ndarray, shape (...,)
        Place of the top, and its height in log10 units.
    found : ndarray of bool, shape (...,)
        False where the spectrum has no top in the range, only a flank.
    """

    freq_hz: Floats
    height: Floats
    found: NDArray[np.bool_]


def top(freq_hz: Floats, flat: Floats, *, within_hz: tuple[float, float]) -> Peak:
    """Find the top of the largest peak by a parabola through the points around it.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_frequencies,)
        Should reach about 2 Hz beyond the range on both sides.
    flat : ndarray, shape (..., n_frequencies)
        log10 of the density minus that of its aperiodic part.
    within_hz : tuple of float
        Range in which the top must lie.

    Returns
    -------
    Peak
    """
    inside = (freq_hz >= within_hz[0]) & (freq_hz <= within_hz[1])
    smooth = _smoothed(flat, max(1, round(2 * _TOP_HZ / (freq_hz[1] - freq_hz[0]))))
    centre = freq_hz[np.where(inside, smooth, -np.inf).argmax(axis=-1)]
    height = curvature = np.zeros_like(centre)
    for _ in range(_TOP_ROUNDS):
        height, slope, curvature = _parabola(freq_hz - centre[..., None], flat)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(curvature < 0, -slope / (2 * curvature), 0.0)
        step = np.clip(step, -_TOP_HZ, _TOP_HZ)
        height = height + step * (slope + step * curvature)
        centre = centre + step
    found = (curvature < 0) & (centre >= within_hz[0]) & (centre <= within_hz[1])
    return Peak(freq_hz=centre, height=height, found=np.asarray(found))


def _parabola(away_hz: Floats, flat: Floats) -> tuple[Floats, Floats, Floats]:
    """Return value, slope and half the curvature at 0, by least squares under a Gaussian window."""
    powers = away_hz[..., None] ** np.arange(3)
    weighted = powers * np.exp(-0.5 * (away_hz / _TOP_HZ) ** 2)[..., None]
    normal = np.swapaxes(weighted, -1, -2) @ powers
    right = np.swapaxes(weighted, -1, -2) @ flat[..., None]
    found: Floats = np.asarray(np.linalg.solve(normal, right)[..., 0], dtype=np.float64)
    return found[..., 0], found[..., 1], found[..., 2]


def _weighted(log_f: Floats, log_power: Floats, weight: Floats) -> Line:
    """Return the line of weighted least squares."""
    total = weight.sum(axis=-1)
    mean_f = (weight @ log_f) / total
    mean_p = (weight * log_power).sum(axis=-1) / total
    across = (weight @ log_f**2) / total - mean_f**2
    along = ((weight * log_power) @ log_f) / total - mean_f * mean_p
    slope = along / across
    return Line(offset=mean_p - slope * mean_f, exponent=-slope)
