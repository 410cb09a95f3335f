"""Simulated EEG has the truth that it claims."""

import numpy as np
import pytest
from scipy import signal
from scipy.stats import norm

from eutonia.model import UnknownName
from eutonia.simulate import eeg, emg
from eutonia.simulate.montage import CAP_32, position


def test_aperiodic_has_its_slope_and_level():
    """The log-log slope of a long draw is the exponent, and the density at 1 Hz the level."""
    x = eeg.aperiodic(
        np.random.default_rng(0), 8, 250 * 300, rate_hz=250, exponent=1.3, level_uv=6.0
    )
    freq, estimate = signal.welch(x, fs=250, nperseg=2500)
    inside = (freq >= 0.8) & (freq <= 100)
    slope, level = np.polyfit(np.log(freq[inside]), np.log(estimate.mean(axis=0)[inside]), 1)
    assert slope == pytest.approx(-1.3, abs=0.03)
    assert np.exp(level / 2) == pytest.approx(6.0, rel=0.05)


def test_oscillation_has_its_power_and_peak():
    """The variance is the squared amplitude; the peak lies at the centre."""
    x = eeg.oscillation(
        np.random.default_rng(1), 250 * 2000, rate_hz=250, centre_hz=10, width_hz=1, rms_uv=12
    )
    assert x.std() == pytest.approx(12, rel=0.02)
    freq, estimate = signal.welch(x, fs=250, nperseg=1000)
    assert np.average(freq, weights=estimate) == pytest.approx(10, abs=0.05)


def test_band_share_of_a_known_peak_is_the_normal_integral():
    """The share of a Gaussian peak within one width of its centre is that of the normal law."""

    def psd(freq_hz):
        return eeg.oscillation_psd(freq_hz, centre_hz=10, width_hz=1, rms_uv=7)

    share = eeg.band_share(psd, band_hz=(9, 11), total_hz=(1, 45))
    assert share == pytest.approx(norm.cdf(1) - norm.cdf(-1), abs=1e-6)


def test_corticomuscular_coherence_agrees_with_scipy():
    """SciPy's coherence of a long simulated pair meets the analytic one inside the band."""
    rng = np.random.default_rng(11)
    rate, n, drive, band = 1000, 900_000, (15.0, 30.0), (30.0, 400.0)
    common = emg.narrowband(rng, 1, n, rate_hz=rate, band_hz=drive)[0]
    background = eeg.aperiodic(rng, 1, n, rate_hz=rate, exponent=1.0, level_uv=5.0)[0]
    scalp = 6.0 * common + background
    muscle = np.abs(
        emg.modulated(emg.carrier(rng, 1, n, rate_hz=rate, band_hz=band), 1 + 0.28 * common)[0]
    )
    freq, estimate = signal.coherence(scalp, muscle, fs=rate, nperseg=1000)
    inside = (freq >= 17) & (freq <= 28)
    auto, _ = emg.rectified_spectra(
        freq[inside],
        rate_hz=rate,
        band_hz=band,
        depth_common=0.28,
        depth_own=0.0,
        drive_band_hz=drive,
    )
    expected = eeg.corticomuscular_coherence(
        freq[inside],
        weight_uv=6.0,
        depth=0.28,
        drive_band_hz=drive,
        eeg_psd=lambda f: eeg.aperiodic_psd(f, exponent=1.0, level_uv=5.0),
        emg_psd=auto,
    )
    assert expected.min() > 0.2
    # 1799 half-overlapping Hann segments carry about 950 independent ones.
    sd = np.sqrt(2 * expected) * (1 - expected) / np.sqrt(950)
    assert np.abs((estimate[inside] - expected) / sd).max() < 4
    assert np.mean((estimate[inside] - expected) / sd) == pytest.approx(0, abs=1.3)


def test_pattern_peaks_at_its_centre_and_is_symmetric():
    """A midline source weighs left and right alike and falls with distance."""
    weights = dict(zip(CAP_32, eeg.scalp_pattern(CAP_32, centre="POz", spread=0.6), strict=True))
    assert weights["POz"] == pytest.approx(1)
    assert weights["O1"] == pytest.approx(weights["O2"])
    assert weights["POz"] > weights["Pz"] > weights["Cz"] > weights["Fz"]


def test_unknown_electrode_is_named():
    """An electrode that is not of the 10-10 system is refused by its name."""
    with pytest.raises(UnknownName, match="X9"):
        eeg.scalp_pattern(["Cz", "X9"], centre="Cz", spread=0.5)


def test_positions_agree_with_an_independent_montage():
    """Every electrode lies within 10 degrees of MNE's spherical montage of a maker of caps."""
    mne = pytest.importorskip("mne")
    montage = mne.channels.make_standard_montage("easycap-M1").get_positions()["ch_pos"]
    theirs = np.stack([montage[name] / np.linalg.norm(montage[name]) for name in CAP_32])
    mine = np.stack([position(name) for name in CAP_32])
    angle = np.rad2deg(np.arccos(np.clip((theirs * mine).sum(axis=1), -1, 1)))
    assert angle.max() < 10  # half a step of the 10-10 grid
