"""Gaussian noise with an exactly known spectrum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eutonia.model import Floats

#: One-sided power spectral density: Hz to unit²/Hz.
Psd = Callable[[Floats], Floats]


def coloured(
    rng: np.random.Generator, n_channels: int, n_samples: int, *, rate_hz: float, psd: Psd
) -> Floats:
    """Draw independent stationary Gaussian channels with a given spectrum.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_channels, n_samples : int
        Size of the result.
    rate_hz : float
        Sampling rate.
    psd : callable
        One-sided power spectral density in unit²/Hz at frequencies in Hz; the value at 0 Hz is
        ignored, so that the mean is zero.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        In the unit of the density.
    """
    n = _length(n_samples)
    freq_hz = _grid(n, rate_hz)
    return _draw(rng, n_channels, n, psd(freq_hz) * rate_hz)[:, :n_samples]


def band(
    rng: np.random.Generator,
    n_channels: int,
    n_samples: int,
    *,
    rate_hz: float,
    band_hz: tuple[float, float],
) -> Floats:
    """Draw independent Gaussian channels of unit variance, flat in a band, nothing outside.

    The variance is that of the process; a short piece varies around it as any noise does.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)

    Raises
    ------
    ValueError
        If the band is empty, or so narrow that the length holds no cycle of it.
    """
    n = _length(n_samples)
    inside = band_psd(_grid(n, rate_hz), band_hz=band_hz)
    if not inside.any():
        raise ValueError(
            f"{n_samples} samples at {rate_hz:g} Hz cannot hold noise of "
            f"{band_hz[0]:g}-{band_hz[1]:g} Hz: draw a longer signal or widen the band"
        )
    return _draw(rng, n_channels, n, inside * n / inside.sum())[:, :n_samples]


def band_psd(freq_hz: Floats, *, band_hz: tuple[float, float]) -> Floats:
    """Return the one-sided density, 1/Hz, of unit-variance noise that is flat in a band."""
    lo, hi = band_hz
    f = np.asarray(freq_hz, dtype=np.float64)
    return np.where((f >= lo) & (f <= hi) & (f > 0), 1 / (hi - lo), 0.0)


def band_autocorrelation(lag_s: Floats, *, band_hz: tuple[float, float]) -> Floats:
    """Return the autocorrelation at lags in seconds of noise that is flat in a band."""
    lo, hi = band_hz
    lag = np.asarray(lag_s, dtype=np.float64)
    return np.asarray((hi * np.sinc(2 * hi * lag) - lo * np.sinc(2 * lo * lag)) / (hi - lo))


def _length(n_samples: int) -> int:
    """Return a length that the FFT is quick at, a little longer than asked."""
    from scipy.fft import next_fast_len

    return int(next_fast_len(n_samples + 2, real=True))


def _grid(n: int, rate_hz: float) -> Floats:
    """Return the frequencies, Hz, of a real transform of length `n`."""
    return np.asarray(np.fft.rfftfreq(n, 1 / rate_hz), dtype=np.float64)


def _draw(rng: np.random.Generator, n_channels: int, n: int, density: Floats) -> Floats:
    """Draw with one-sided density (per cycle/sample) at the frequencies of ``rfft``."""
    amplitude = np.sqrt(density * n) / 2
    amplitude[0] = 0.0
    if n % 2 == 0:
        amplitude[-1] = 0.0
    used = np.flatnonzero(amplitude)
    spectrum = np.zeros((n_channels, len(amplitude)), dtype=np.complex128)
    parts = rng.standard_normal((n_channels, 2, len(used)))
    spectrum[:, used] = (parts[:, 0] + 1j * parts[:, 1]) * amplitude[used]
    return np.asarray(np.fft.irfft(spectrum, n=n, axis=-1))
