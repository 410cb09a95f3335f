"""Filters against SciPy and MNE, and by what they let through."""

import numpy as np
import pytest

from eutonia.dsp.filter import band_pass, low_pass, notch

RATE = 1000.0
T = np.arange(4000) / RATE


def _sine(freq):
    return np.sin(2 * np.pi * freq * T)[None]


@pytest.mark.parametrize(("freq", "gain"), [(100, 1.0), (3, 0.0), (20, 0.5)])
def test_band_pass_passes_its_band_and_halves_its_edge(freq, gain):
    """Inside nothing is lost, outside nothing is left, at the edge both passes give a half."""
    out = band_pass(_sine(freq), rate_hz=RATE, band_hz=(20, 450))[0, 1000:3000]
    assert np.sqrt(2) * out.std() == pytest.approx(gain, abs=0.01)


def test_band_pass_equals_mne():
    """MNE's zero-phase Butterworth of the same order gives the same signal."""
    from mne.filter import filter_data

    x = np.random.default_rng(0).standard_normal((2, 5000))
    expected = filter_data(
        x,
        RATE,
        20,
        450,
        method="iir",
        iir_params={"order": 4, "ftype": "butter", "output": "sos"},
        verbose="error",
    )
    out = band_pass(x, rate_hz=RATE, band_hz=(20, 450))
    np.testing.assert_allclose(out[:, 500:-500], expected[:, 500:-500], atol=1e-6)


def test_filters_do_not_shift_in_time():
    """The peak of a slow bump stays where it is."""
    bump = np.exp(-0.5 * ((T - 2) / 0.1) ** 2)[None]
    assert low_pass(bump, rate_hz=RATE, cutoff_hz=6)[0].argmax() == bump[0].argmax()


def test_notch_removes_mains_and_harmonics_only():
    """50 and 150 Hz go, 80 Hz stays."""
    hum = notch(_sine(50) + _sine(150), rate_hz=RATE, line_hz=50, up_to_hz=450)
    kept = notch(_sine(80), rate_hz=RATE, line_hz=50, up_to_hz=450)
    assert hum[0, 1500:2500].std() < 0.01
    assert np.sqrt(2) * kept[0, 1500:2500].std() == pytest.approx(1, abs=0.01)


def test_upper_edge_is_lowered_at_low_rates():
    """At 500 Hz the band ends below the Nyquist frequency instead of failing."""
    x = np.random.default_rng(1).standard_normal((1, 2000))
    assert np.isfinite(band_pass(x, rate_hz=500.0, band_hz=(20, 450))).all()
