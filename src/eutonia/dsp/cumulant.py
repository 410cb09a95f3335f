"""Cumulant density of two signals from their summed cross-spectrum: coherence seen over lags.

``q(lag) = ∫ S_xy(f) exp(-i 2π f lag) df``; with ``S_xy = Σ X Y*`` a peak at a positive lag says
that the second signal follows the first. It is given as a correlation coefficient: divided by the
root of both powers in the band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.coherence import N_SUMS
from eutonia.model import Floats

#: Lags that are looked at, and their step (our rule, unconfirmed).
MAX_LAG_S = 0.100
STEP_S = 0.001
#: Highest frequency of the cross-spectrum that is used (our rule, unconfirmed): a single sharp
#: event then is 3 ms wide at half height.
MAX_HZ = 200.0
#: Loss of information by the Hann window, T Σw⁴ / (Σw²)²: its neighbouring bins are correlated.
_HANN = 35 / 18


def lags() -> Floats:
    """Return the lags in seconds, symmetric around 0."""
    n = round(MAX_LAG_S / STEP_S)
    return np.asarray(np.arange(-n, n + 1) * STEP_S, dtype=np.float64)


def cumulant(total: Floats, freq_hz: Floats, *, segment_s: float) -> Floats:
    """Return the cumulant density of summed spectra at `lags`.

    Parameters
    ----------
    total : ndarray, shape (..., 4 * n_bins)
        Real and imaginary cross-spectrum and both auto-spectra, summed over disjoint Hann segments.
    freq_hz : ndarray, shape (n_bins,)
    segment_s : float
        Length of a segment; what its window takes from longer lags is given back.

    Returns
    -------
    ndarray, shape (..., n_lags)
        Correlation coefficient.
    """
    _, _, xx, yy = np.split(total, N_SUMS, axis=-1)
    power = np.sqrt(xx.sum(axis=-1, keepdims=True) * yy.sum(axis=-1, keepdims=True))
    top = covariance(total, freq_hz, segment_s=segment_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(power > 0, top / power, np.nan)


def covariance(total: Floats, freq_hz: Floats, *, segment_s: float) -> Floats:
    """Return the cumulant before it is divided by the powers; it adds up over segments.

    Parameters and shapes are those of `cumulant`.
    """
    real, imag, _, _ = np.split(total, N_SUMS, axis=-1)
    lag = lags()
    angle = 2 * np.pi * freq_hz[:, None] * lag
    top: Floats = real @ np.cos(angle) + imag @ np.sin(angle)
    return top / _window_correlation(lag / segment_s)


def limits(
    total: Floats, freq_hz: Floats, *, n_segments: Floats, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return what the cumulant of independent signals stays within, on both sides of 0.

    Its variance follows from the auto-spectra, as in Halliday1995 (unconfirmed), here for Hann
    segments. The number of independent lags follows from the rate at which noise of this spectrum
    crosses a level (Rice's formula; our use, checked against permuted segments).

    Parameters
    ----------
    total : ndarray, shape (n_pairs, 4 * n_bins)
    freq_hz : ndarray, shape (n_bins,)
    n_segments : ndarray, shape (n_pairs,)
    level : float
        Probability of staying within.

    Returns
    -------
    each, largest : ndarray, shape (n_pairs,)
        For a single lag, and for the largest of all lags.
    """
    from scipy.special import ndtr, ndtri

    *_, xx, yy = np.split(total, N_SUMS, axis=-1)
    product = xx * yy
    with np.errstate(divide="ignore", invalid="ignore"):
        share = product.sum(axis=-1) / (xx.sum(axis=-1) * yy.sum(axis=-1))
        error = np.sqrt(_HANN * share / (2 * n_segments))
        rate_hz = np.sqrt((product * freq_hz**2).sum(axis=-1) / product.sum(axis=-1))
    expected = -np.log(level) / 2  # excursions to one side
    height = np.full_like(error, float(ndtri(0.5 + level / 2)))
    for _ in range(20):  # contracts quickly: the tail is much smaller than what is expected
        rest = np.maximum(expected - ndtr(-height), expected / 2)
        height = np.sqrt(2 * np.log(np.maximum(2 * MAX_LAG_S * rate_hz / rest, 1)))
    return float(ndtri(0.5 + level / 2)) * error, height * error


def peak(curve: Floats) -> tuple[Floats, Floats, Floats]:
    """Return lag, width at half height and height of the largest deflection, up or down.

    The lag is the centre of gravity of what lies above half the height: the highest point itself
    jumps between the ripples that noise puts on a peak, so that its error cannot be told.

    Parameters
    ----------
    curve : ndarray, shape (..., n_lags)
        Cumulant densities at `lags`, in any unit.

    Returns
    -------
    lag_s, width_s, height : ndarray, shape (...)
        Lag and width are NaN where the curve does not fall to half its height, on both sides of
        its largest value, within the lags.
    """
    lag, n = lags(), curve.shape[-1]
    there = np.asarray(np.isfinite(curve).all(axis=-1))
    curve = np.where(there[..., None], curve, 0.0)
    at = np.abs(curve).argmax(axis=-1)
    height = _pick(curve, at)
    up = np.sign(height)[..., None] * curve
    half = np.abs(height) / 2
    low = up <= half[..., None]
    place = np.arange(n)
    after = np.where(low & (place > at[..., None]), place, n).min(axis=-1)
    before = np.where(low & (place < at[..., None]), place, -1).max(axis=-1)
    width = _crossing(up, after, -1, half) - _crossing(up, before, 1, half)
    inside = (place > before[..., None]) & (place < after[..., None])
    weight = np.where(inside, up - half[..., None], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (weight @ lag) / weight.sum(axis=-1)
    whole = there & np.isfinite(width) & (height != 0)
    return (
        np.where(whole, centre, np.nan),
        np.where(whole, width * STEP_S, np.nan),
        np.where(there, height, np.nan),
    )


def _crossing(up: Floats, low: NDArray[np.intp], towards: int, half: Floats) -> Floats:
    """Return where the curve passes `half` between the first low lag and the one before it."""
    n = up.shape[-1]
    outside = (low < 0) | (low >= n)
    low = np.clip(low, 0, n - 1)
    high = np.clip(low + towards, 0, n - 1)
    y_low, y_high = _pick(up, low), _pick(up, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = low + towards * (half - y_low) / (y_high - y_low)
    return np.where(outside, np.nan, found)


def _pick(curve: Floats, at: NDArray[np.intp]) -> Floats:
    return np.take_along_axis(curve, at[..., None], axis=-1)[..., 0]


def _window_correlation(lag: Floats) -> Floats:
    """Return the autocorrelation of the Hann window at lags in segments, 1 at lag 0."""
    t = np.abs(lag)
    two_pi_t = 2 * np.pi * t
    return np.asarray(
        (1 - t) * (2 + np.cos(two_pi_t)) / 3 + np.sin(two_pi_t) / (2 * np.pi), dtype=np.float64
    )
