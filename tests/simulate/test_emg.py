"""Simulated EMG has the truth that it claims."""

import numpy as np
import pytest
from scipy import signal

from eutonia.simulate import emg

RATE = 1000
BAND = (20.0, 450.0)
DRIVE = (3.0, 9.0)


@pytest.fixture(scope="module")
def coupled():
    """Sixteen minutes of two rectified EMGs with a common drive."""
    rng = np.random.default_rng(5)
    n = 960 * RATE
    slow = emg.narrowband(rng, 3, n, rate_hz=RATE, band_hz=DRIVE)
    modulators = 1 + 0.25 * slow[:1] + 0.1 * slow[1:]
    return np.abs(emg.modulated(emg.carrier(rng, 2, n, rate_hz=RATE, band_hz=BAND), modulators))


def truth(function, freq_hz):
    return function(
        freq_hz,
        rate_hz=RATE,
        band_hz=BAND,
        depth_common=0.25,
        depth_own=0.1,
        drive_band_hz=DRIVE,
    )


def test_rectified_coherence_agrees_with_scipy(coupled):
    """Inside the drive's band SciPy's coherence of a long simulation meets the analytic one."""
    freq, estimate = signal.coherence(*coupled, fs=RATE, nperseg=2000, window="hann")
    inside = (freq >= 4) & (freq <= 8)
    expected = truth(emg.rectified_coherence, freq[inside])
    assert expected.min() > 0.3  # a truth that a missing factor would not meet
    # 959 half-overlapping Hann segments carry about 510 independent ones.
    sd = np.sqrt(2 * expected) * (1 - expected) / np.sqrt(510)
    assert np.abs((estimate[inside] - expected) / sd).max() < 4
    assert np.mean(estimate[inside] - expected) == pytest.approx(0, abs=0.02)


def test_rectified_coherence_is_zero_outside_the_drive(coupled):
    """Outside the drive's band truth is zero and the estimate stays at its bias."""
    freq, estimate = signal.coherence(*coupled, fs=RATE, nperseg=2000, window="hann")
    outside = (freq > 12) & (freq < 100)
    assert not truth(emg.rectified_coherence, freq[outside]).any()
    assert estimate[outside].mean() < 2 / 510


def test_rectified_spectra_agree_with_welch(coupled):
    """Auto- and cross-spectrum of the simulation meet the analytic ones, aliasing included."""
    freq, auto = signal.welch(coupled, fs=RATE, nperseg=2000)
    _, cross = signal.csd(*coupled, fs=RATE, nperseg=2000)
    for lo, hi in ((4, 8), (20, 60), (200, 300), (450, 495)):
        inside = (freq >= lo) & (freq <= hi)
        true_auto, true_cross = truth(emg.rectified_spectra, freq[inside])
        tolerance = 4 / np.sqrt(510 * 2 * inside.sum())
        assert auto[:, inside].mean() == pytest.approx(true_auto.mean(), rel=tolerance)
        assert cross[inside].real.mean() == pytest.approx(
            true_cross.mean(), rel=0.08, abs=tolerance * true_auto.mean()
        )


def test_rectified_covariance_agrees_with_the_sample(coupled):
    """The covariance of the simulation at short lags meets the closed form."""
    lags = np.array([0, 1, 2, 5, 40])
    auto, cross = emg.rectified_covariance(
        lags / RATE, band_hz=BAND, depth_common=0.25, depth_own=0.1, drive_band_hz=DRIVE
    )
    first, second = coupled - np.sqrt(2 / np.pi)
    n = first.size - lags.max()
    seen_auto = [np.mean(first[:n] * first[k : k + n]) for k in lags]
    seen_cross = [np.mean(first[:n] * second[k : k + n]) for k in lags]
    assert seen_auto == pytest.approx(auto, abs=0.004)
    assert seen_cross == pytest.approx(cross, abs=0.004)


def test_bursts_have_their_mean_rate_and_duration():
    """Over many bursts durations and gaps have the means and the spread asked for."""
    gate, onset, offset = emg.burst_train(
        np.random.default_rng(2),
        duration_s=4000,
        rate_hz=RATE,
        mean_duration_s=0.3,
        mean_gap_s=0.5,
        spread=0.3,
    )
    durations, gaps = offset - onset, onset[1:] - offset[:-1]
    assert durations.mean() == pytest.approx(0.3, abs=4 * 0.09 / np.sqrt(5000))
    assert gaps.mean() == pytest.approx(0.5, abs=4 * 0.15 / np.sqrt(5000))
    assert durations.std() == pytest.approx(0.09, rel=0.06)
    assert len(onset) / 4000 == pytest.approx(1 / 0.8, rel=0.02)
    assert min(durations.min(), gaps.min()) > 0.0595
    assert gate.mean() == pytest.approx(durations.sum() / 4000)


def test_gate_is_exactly_its_bursts():
    """The gate is 1 from each onset to just before its offset, and 0 elsewhere."""
    gate, onset, offset = emg.burst_train(
        np.random.default_rng(7),
        duration_s=20,
        rate_hz=RATE,
        mean_duration_s=0.1,
        mean_gap_s=0.1,
        spread=0.5,
    )
    rises = np.flatnonzero(np.diff(np.r_[0, gate]) > 0) / RATE
    falls = np.flatnonzero(np.diff(np.r_[gate, 0]) < 0) + 1
    assert rises == pytest.approx(onset)
    assert falls / RATE == pytest.approx(offset)
    assert set(np.unique(gate)) == {0.0, 1.0}


def test_bursts_shorter_than_the_minimum_are_refused():
    """A mean below 60 ms raises, because published minima would merge such bursts."""
    with pytest.raises(ValueError, match="too short"):
        emg.burst_train(
            np.random.default_rng(0),
            duration_s=1,
            rate_hz=RATE,
            mean_duration_s=0.05,
            mean_gap_s=0.5,
            spread=0,
        )


def test_co_contraction_meets_the_published_vector():
    """The index of the noise-free courses is 75.5556 % on the vector of validation target T06."""
    first, second = np.array([0.1, 0.2, 0.5, 0.4]), np.array([0.3, 0.1, 0.25, 0.4])
    assert emg.co_contraction(first, second) == pytest.approx(75.5556, abs=5e-5)
