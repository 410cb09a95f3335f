"""Surface EMG with known truth: amplitude-modulated Gaussian noise, bursts, common drive."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats
from eutonia.simulate import noise

#: No simulated burst or gap is shorter, so that published minima (50 ms) merge or drop none.
MIN_DURATION_S = 0.06
#: Seconds for which a simulated level holds, such as that of the leading antagonist.
_KNOT_S = 0.5


def carrier(
    rng: np.random.Generator,
    n_channels: int,
    n_samples: int,
    *,
    rate_hz: float,
    band_hz: tuple[float, float] = (20.0, 450.0),
) -> Floats:
    """Draw the interference pattern of EMG: unit-variance Gaussian noise, flat in a band.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_channels, n_samples : int
        Size; the channels are independent.
    rate_hz : float
        Sampling rate; above twice the upper edge of the band.
    band_hz : tuple of float
        Lower and upper edge of the band.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    return noise.band(rng, n_channels, n_samples, rate_hz=rate_hz, band_hz=band_hz)


def stepped(
    rng: np.random.Generator,
    n_channels: int,
    n_samples: int,
    *,
    rate_hz: float,
    edges_hz: tuple[float, ...],
    power: tuple[float, ...],
) -> Floats:
    """Draw an interference pattern whose spectrum is flat between edges, ``(n_channels, n)``.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_channels, n_samples : int
        Size; the channels are independent.
    rate_hz : float
        Sampling rate.
    edges_hz : tuple of float
        Ascending edges of the steps, one more than steps.
    power : tuple of float
        Power (variance) in each step.
    """
    steps = zip(edges_hz[:-1], edges_hz[1:], power, strict=True)
    return np.asarray(
        sum(
            np.sqrt(p) * noise.band(rng, n_channels, n_samples, rate_hz=rate_hz, band_hz=(lo, hi))
            for lo, hi, p in steps
        )
    )


def narrowband(
    rng: np.random.Generator,
    n_channels: int,
    n_samples: int,
    *,
    rate_hz: float,
    band_hz: tuple[float, float],
) -> Floats:
    """Draw slow drives: unit-variance Gaussian noise, flat in the band, ``(n_channels, n)``."""
    return noise.band(rng, n_channels, n_samples, rate_hz=rate_hz, band_hz=band_hz)


def modulated(carrier: Floats, modulators: Floats) -> Floats:
    """Return EMG whose standard deviation follows `modulators` (broadcast over channels)."""
    return carrier * np.asarray(modulators, dtype=np.float64)


def rectified_covariance(
    lag_s: Floats,
    *,
    band_hz: tuple[float, float],
    depth_common: float,
    depth_own: float,
    drive_band_hz: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Return auto- and cross-covariance of two rectified EMGs that share a drive.

    The model is ``x_i = (1 + depth_common c(t) + depth_own u_i(t)) n_i(t)``, with independent
    unit-variance Gaussian n_i (flat in `band_hz`), c and u_i (flat in `drive_band_hz`). It holds
    while the bracket stays positive, that is for depths with a root sum of squares below 0.3.

    Parameters
    ----------
    lag_s : ndarray
        Lags in seconds.
    band_hz, drive_band_hz : tuple of float
        Bands of the carriers and of the drives.
    depth_common, depth_own : float
        Modulation depths.

    Returns
    -------
    auto, cross : ndarray
        Covariance at each lag, for EMG of unit mean amplitude.

    Notes
    -----
    For Gaussian n with autocorrelation r: E|n(t) n(t+lag)| = (2/pi)(sqrt(1-r²) + r arcsin r).
    """
    drive = noise.band_autocorrelation(lag_s, band_hz=drive_band_hz)
    modulation = 1 + (depth_common**2 + depth_own**2) * drive
    auto = (2 / np.pi) * (modulation - 1) + _rectified_noise(lag_s, band_hz) * modulation
    return auto, (2 / np.pi) * depth_common**2 * drive


def rectified_spectra(
    freq_hz: Floats,
    *,
    rate_hz: float,
    band_hz: tuple[float, float],
    depth_common: float,
    depth_own: float,
    drive_band_hz: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Return one-sided auto- and cross-spectrum, per Hz, of two rectified EMGs.

    The model and the parameters are those of `rectified_covariance`; `rate_hz` matters because the
    rectified carrier reaches beyond half the sampling rate and is aliased. No analysis window is
    assumed (the limit of long segments).

    Returns
    -------
    auto, cross : ndarray
        Shape of `freq_hz`. The cross-spectrum is real: the drive reaches both at once.
    """
    f = np.asarray(freq_hz, dtype=np.float64)
    drive = noise.band_psd(f, band_hz=drive_band_hz)
    # The carrier's share is smooth in frequency, so its covariance dies out within 2 s.
    lag_s = np.arange(1, round(2 * rate_hz)) / rate_hz
    depth2 = depth_common**2 + depth_own**2
    at_lags = _rectified_noise(lag_s, band_hz) * (
        1 + depth2 * noise.band_autocorrelation(lag_s, band_hz=drive_band_hz)
    )
    carrier_cov = (1 - 2 / np.pi) * (1 + depth2) + 2 * np.cos(
        2 * np.pi * f[..., None] * lag_s
    ) @ at_lags
    auto = (2 / np.pi) * depth2 * drive + 2 * carrier_cov / rate_hz
    return auto, (2 / np.pi) * depth_common**2 * drive


def rectified_coherence(
    freq_hz: Floats,
    *,
    rate_hz: float,
    band_hz: tuple[float, float],
    depth_common: float,
    depth_own: float,
    drive_band_hz: tuple[float, float],
) -> Floats:
    """Return the true magnitude-squared coherence of two rectified EMGs, shape of `freq_hz`.

    The model is that of `rectified_covariance`; parameters as in `rectified_spectra`. The window of
    an analysis smears the edges of the drive's band; compare inside the band.
    """
    auto, cross = rectified_spectra(
        freq_hz,
        rate_hz=rate_hz,
        band_hz=band_hz,
        depth_common=depth_common,
        depth_own=depth_own,
        drive_band_hz=drive_band_hz,
    )
    return (cross / auto) ** 2


def burst_train(
    rng: np.random.Generator,
    *,
    duration_s: float,
    rate_hz: float,
    mean_duration_s: float,
    mean_gap_s: float,
    spread: float,
) -> tuple[Floats, Floats, Floats]:
    """Draw bursts with gamma-distributed durations and gaps, none shorter than 60 ms.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    duration_s, rate_hz : float
        Length and sampling rate of the gate.
    mean_duration_s, mean_gap_s : float
        Means; above 60 ms.
    spread : float
        Standard deviation over mean, of durations and gaps; 0 for a regular train.

    Returns
    -------
    gate : ndarray, shape (n_samples,)
        1 in a burst, else 0. It begins with a gap, and every burst in it is complete.
    onset_s, offset_s : ndarray, shape (n_bursts,)
        On the sampling grid, so that the gate is exactly these.
    """
    n = round(duration_s * rate_hz)
    n_pairs = 2 + int(np.ceil(2 * duration_s / (mean_duration_s + mean_gap_s)))
    gaps = _durations(rng, n_pairs, mean_gap_s, spread=spread)
    bursts = _durations(rng, n_pairs, mean_duration_s, spread=spread)
    edges = np.rint(np.cumsum(np.stack([gaps, bursts], axis=1).ravel()) * rate_hz).astype(int)
    onset, offset = edges[0::2], edges[1::2]
    complete = offset < n
    onset, offset = onset[complete], offset[complete]
    steps = np.zeros(n + 1)
    np.add.at(steps, onset, 1)
    np.add.at(steps, offset, -1)
    return np.cumsum(steps)[:n], onset / rate_hz, offset / rate_hz


def co_contraction(first: Floats, second: Floats) -> float:
    """Return the true co-contraction index, %, of two noise-free amplitude courses.

    Twice the common area over the summed area [FalconerWinter1985]; both courses in the same unit,
    such as shares of the maximal voluntary contraction.
    """
    return float(200 * np.minimum(first, second).sum() / (first.sum() + second.sum()))


def _rectified_noise(lag_s: Floats, band_hz: tuple[float, float]) -> Floats:
    """Return the autocovariance of the absolute value of unit Gaussian noise of a band."""
    r = np.clip(noise.band_autocorrelation(lag_s, band_hz=band_hz), -1, 1)
    return np.asarray((2 / np.pi) * (np.sqrt(1 - r**2) + r * np.arcsin(r) - 1))


def _durations(rng: np.random.Generator, n: int, mean_s: float, *, spread: float) -> Floats:
    """Draw durations: 60 ms plus a gamma variate, with the mean and spread asked for."""
    rest = mean_s - MIN_DURATION_S
    if rest < 0:
        raise ValueError(f"bursts and gaps of {mean_s:g} s are too short: use at least 0.06 s")
    sd = spread * mean_s
    if sd == 0 or rest == 0:
        return np.full(n, mean_s)
    return MIN_DURATION_S + rng.gamma((rest / sd) ** 2, sd**2 / rest, size=n)


def leading_in_turn(rng: np.random.Generator, n_samples: int, *, rate_hz: float) -> Floats:
    """Draw the levels of two antagonists, as shares of their maxima: one leads, then the other.

    Returns
    -------
    ndarray, shape (2, n_samples)
        The leader is drawn anew every half second.
    """
    knots = _knots(n_samples, rate_hz)
    leads = rng.integers(0, 2, knots)
    strong, weak = rng.uniform(0.25, 0.45, knots), rng.uniform(0.04, 0.14, knots)
    level = np.stack([np.where(leads == 0, strong, weak), np.where(leads == 1, strong, weak)])
    return _smooth_steps(level, n_samples, rate_hz=rate_hz)


def _knots(n_samples: int, rate_hz: float) -> int:
    return round(n_samples / rate_hz / _KNOT_S) + 3


def _smooth_steps(level: Floats, n_samples: int, *, rate_hz: float) -> Floats:
    """Hold each level for half a second and smooth the steps, ``(n_channels, n_samples)``."""
    width = round(_KNOT_S * rate_hz)
    kernel = np.hanning(width)
    steps = np.repeat(level, width, axis=1)
    smooth = [np.convolve(row, kernel / kernel.sum(), mode="valid")[:n_samples] for row in steps]
    return np.stack(smooth)


def steady_tone(n_samples: int, *, rate_hz: float) -> Floats:
    """Return a tone with the mean absolute value of unit Gaussian noise, ``(n_samples,)``.

    The best half second of noise would be a few per cent above its mean; a tone's is exactly it.
    It rises and falls within a second, as an effort does, so that no filter rings at its edges.
    """
    t = np.arange(n_samples) / rate_hz
    edge = np.clip(np.minimum(t, t[-1] - t), 0, 1)
    effort = 0.5 - 0.5 * np.cos(np.pi * edge)
    return np.asarray(np.sqrt(np.pi / 2) * effort * np.sin(2 * np.pi * 110 * t))
