"""Scalp EEG with known truth: aperiodic background, oscillations, patterns, shared drives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.simulate import noise
from eutonia.simulate.montage import position
from eutonia.simulate.noise import Psd

#: Below this frequency the aperiodic background is flat, so that its power stays finite.
KNEE_HZ = 0.5
#: Corners of a simulated readiness potential, seconds from the onset of movement.
_READY_S = (-2.0, -0.5, 0.0, 0.5)


def aperiodic_psd(freq_hz: Floats, *, exponent: float, level_uv: float) -> Floats:
    """Return the one-sided density, uV²/Hz, of the aperiodic background.

    Parameters
    ----------
    freq_hz : ndarray
        Frequencies.
    exponent : float
        The density falls as 1/f to this power, and is flat below 0.5 Hz.
    level_uv : float
        Amplitude density at 1 Hz, in uV per root hertz.
    """
    f = np.maximum(np.asarray(freq_hz, dtype=np.float64), KNEE_HZ)
    return np.asarray(level_uv**2 / f**exponent)


def aperiodic(
    rng: np.random.Generator,
    n_channels: int,
    n_samples: int,
    *,
    rate_hz: float,
    exponent: float,
    level_uv: float,
) -> Floats:
    """Draw independent channels of aperiodic background in uV, ``(n_channels, n_samples)``.

    Their density is exactly `aperiodic_psd`, up to half the sampling rate.
    """

    def psd(freq_hz: Floats) -> Floats:
        return aperiodic_psd(freq_hz, exponent=exponent, level_uv=level_uv)

    return noise.coloured(rng, n_channels, n_samples, rate_hz=rate_hz, psd=psd)


def oscillation_psd(freq_hz: Floats, *, centre_hz: float, width_hz: float, rms_uv: float) -> Floats:
    """Return the one-sided density, uV²/Hz, of an oscillation: a Gaussian peak.

    `width_hz` is the standard deviation of the peak, `rms_uv` the root of its area.
    """
    z = (np.asarray(freq_hz, dtype=np.float64) - centre_hz) / width_hz
    return np.asarray(rms_uv**2 / (width_hz * np.sqrt(2 * np.pi)) * np.exp(-0.5 * z**2))


def oscillation(
    rng: np.random.Generator,
    n_samples: int,
    *,
    rate_hz: float,
    centre_hz: float,
    width_hz: float,
    rms_uv: float,
) -> Floats:
    """Draw one stationary Gaussian oscillation in uV, ``(n_samples,)``, by `oscillation_psd`."""

    def psd(freq_hz: Floats) -> Floats:
        return oscillation_psd(freq_hz, centre_hz=centre_hz, width_hz=width_hz, rms_uv=rms_uv)

    drawn: Floats = noise.coloured(rng, 1, n_samples, rate_hz=rate_hz, psd=psd)
    row: Floats = drawn[0]
    return row


def band_power(psd: Psd, *, band_hz: tuple[float, float]) -> float:
    """Return the true power in a band, unit², of a process with a known one-sided density."""
    lo, hi = band_hz
    # Midpoints of 1 mHz cells: exact far beyond what any recording resolves.
    n = max(1, round((hi - lo) * 1000))
    width = (hi - lo) / n
    middle: Floats = lo + width * (np.arange(n, dtype=np.float64) + 0.5)
    return float(np.sum(psd(middle)) * width)


def band_share(psd: Psd, *, band_hz: tuple[float, float], total_hz: tuple[float, float]) -> float:
    """Return the true relative power, 0 to 1: power of a band over that of a wider one."""
    return band_power(psd, band_hz=band_hz) / band_power(psd, band_hz=total_hz)


def scalp_pattern(electrodes: Sequence[str], *, centre: str, spread: float) -> Floats:
    """Return the weight of a source at each electrode: 1 at its centre, falling with distance.

    Parameters
    ----------
    electrodes : sequence of str
        Names of the 10-10 system.
    centre : str
        Electrode above the source.
    spread : float
        Distance on the unit sphere, in radians, at which the weight is exp(-1/2).

    Returns
    -------
    ndarray, shape (n_electrodes,)

    Raises
    ------
    UnknownName
        For a name that is not of the 10-10 system.
    """
    at = np.stack([position(name) for name in electrodes])
    angle = np.arccos(np.clip(at @ position(centre), -1, 1))
    return np.exp(-0.5 * (angle / spread) ** 2)


def corticomuscular_coherence(
    freq_hz: Floats,
    *,
    weight_uv: float,
    depth: float,
    drive_band_hz: tuple[float, float],
    eeg_psd: Psd,
    emg_psd: Floats,
) -> Floats:
    """Return the true coherence of an EEG channel with a rectified EMG that share a drive.

    The EEG is ``weight_uv c(t) + background``, the EMG ``(1 + depth c(t) + ...) n(t)``, with c of
    unit variance and flat in `drive_band_hz`.

    Parameters
    ----------
    freq_hz : ndarray
        Frequencies.
    weight_uv : float
        Amplitude of the drive in the EEG channel.
    depth : float
        Modulation depth of the EMG.
    drive_band_hz : tuple of float
        Band of the drive.
    eeg_psd : callable
        One-sided density of the EEG's background, uV²/Hz, at frequencies in Hz.
    emg_psd : ndarray
        One-sided density of the rectified EMG at `freq_hz`, for unit mean amplitude (`auto` of
        `eutonia.simulate.emg.rectified_spectra`, with ``depth_common=depth``).

    Returns
    -------
    ndarray
        Magnitude-squared coherence, shape of `freq_hz`.
    """
    f = np.asarray(freq_hz, dtype=np.float64)
    drive = noise.band_psd(f, band_hz=drive_band_hz)
    cross2 = (2 / np.pi) * (weight_uv * depth * drive) ** 2
    return cross2 / ((weight_uv**2 * drive + eeg_psd(f)) * emg_psd)


def through_hann(
    rate_hz: float, *, window_s: float, bins_hz: Sequence[float]
) -> tuple[Floats, Floats]:
    """Return how much each frequency adds to the summed power of a Hann window's bins (exact).

    Parameters
    ----------
    rate_hz, window_s : float
        Sampling rate and length of the window.
    bins_hz : sequence of float
        Frequencies of the bins that are summed.

    Returns
    -------
    freq_hz, weight : ndarray, shape (n_frequencies,)
        A density at `freq_hz`, multiplied by `weight` and summed, gives the expected power but for
        a constant factor.
    """
    length = round(window_s * rate_hz)
    fine: Floats = np.arange(0.25, rate_hz / 2, 0.05)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    at = np.arange(length) / rate_hz
    weight = np.zeros(len(fine))
    for f in bins_hz:
        weight += np.abs(np.exp(-2j * np.pi * np.outer(fine - f, at)) @ window) ** 2
    return fine, weight


def within(n_samples: int, start_s: Floats, stop_s: Floats, *, rate_hz: float) -> NDArray[np.bool_]:
    """Tell which samples lie in any of some stretches of time, ``(n_samples,)``."""
    t_s = np.arange(n_samples) / rate_hz
    found = np.zeros(n_samples, dtype=bool)
    for start, stop in zip(start_s, stop_s, strict=True):
        found[np.searchsorted(t_s, start) : np.searchsorted(t_s, stop)] = True
    return found


def readiness(
    n_samples: int, onset_s: Floats, *, rate_hz: float, early_uv: float, late_uv: float
) -> Floats:
    """Return slow potentials before movements in uV, ``(n_samples,)``: straight lines.

    From 0 at 2.0 s before an onset to `early_uv` at 0.5 s before it, to `late_uv` at the onset, and
    back to 0 half a second later; negative values are negativity, as of the Bereitschaftspotential.
    """
    t_s = np.arange(n_samples) / rate_hz
    out = np.zeros(n_samples)
    for onset in np.asarray(onset_s, dtype=np.float64):
        out += np.interp(t_s - onset, _READY_S, (0.0, early_uv, late_uv, 0.0))
    return out


def readiness_mean(early_uv: float, late_uv: float, window_s: tuple[float, float]) -> float:
    """Return the true mean of `readiness` in a window before the onset of movement."""
    fine = np.linspace(*window_s, 10_001)
    course = np.interp(fine, _READY_S, (0.0, early_uv, late_uv, 0.0))
    return float(np.trapezoid(course, fine) / (window_s[1] - window_s[0]))
