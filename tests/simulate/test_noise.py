"""Noise has the spectrum that it claims."""

import numpy as np
import pytest
from scipy import signal

from eutonia.simulate import noise


def test_density_is_the_one_asked_for():
    """Welch's estimate of a long draw matches the density asked for, across a factor of 100."""

    def psd(freq_hz):
        return 10 / (1 + (freq_hz / 20) ** 2)

    x = noise.coloured(np.random.default_rng(3), 4, 200_000, rate_hz=500, psd=psd)
    freq, estimate = signal.welch(x, fs=500, nperseg=1000)
    inside = (freq > 2) & (freq < 240)
    # 4 channels x 399 half-overlapping Hann segments: about 3.3 % standard error per bin.
    ratio = estimate.mean(axis=0)[inside] / psd(freq[inside])
    assert np.mean(ratio) == pytest.approx(1, abs=0.006)
    assert np.abs(ratio - 1).max() < 0.2


def test_band_has_unit_variance_and_nothing_outside():
    """Band noise has variance 1 and no power outside its band."""
    x = noise.band(np.random.default_rng(0), 20, 60_000, rate_hz=1000, band_hz=(20, 450))
    assert x.var() == pytest.approx(1, abs=0.005)
    freq, estimate = signal.welch(x, fs=1000, nperseg=2000, detrend=False)
    assert estimate[:, (freq < 18) | (freq > 452)].max() < 1e-3 * estimate[:, 100].mean()


def test_autocorrelation_of_a_band_is_the_transform_of_its_density():
    """The closed form equals the cosine transform of the density, integrated numerically."""
    lag = np.array([0.0, 0.0013, 0.01, 0.2])
    freq = np.linspace(20, 450, 200_001)
    numeric = np.trapezoid(np.cos(2 * np.pi * np.outer(lag, freq)) / 430, freq, axis=1)
    assert noise.band_autocorrelation(lag, band_hz=(20, 450)) == pytest.approx(numeric, abs=1e-8)


def test_channels_are_independent():
    """Channels of one draw are uncorrelated beyond chance."""
    x = noise.band(np.random.default_rng(1), 6, 50_000, rate_hz=1000, band_hz=(10, 490))
    between = np.corrcoef(x)[np.triu_indices(6, 1)]
    assert np.abs(between).max() < 5 / np.sqrt(50_000 * 0.96)


def test_a_band_that_the_length_cannot_hold_is_refused():
    """A band narrower than the resolution raises instead of returning zeros."""
    with pytest.raises(ValueError, match="longer signal"):
        noise.band(np.random.default_rng(0), 1, 50, rate_hz=1000, band_hz=(4, 7))
