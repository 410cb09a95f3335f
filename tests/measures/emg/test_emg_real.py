"""Behaviour of the EMG measures on real recordings, and agreement with SciPy there."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from eutonia.measures import Entry
from eutonia.measures.emg import cdf10, mdpf, mra
from eutonia.model import Condition
from eutonia.quality import inspect
from eutonia.read import read
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.visit import emg_channel, recording, visit


def _run(module, *recordings):
    made = visit(*recordings)
    return run_measure(Entry(module.MEASURE, module.__name__), made, visit_spans(made))


def _welch(x, rate_hz, *, rectify):
    band = butter(4, (20, 450), btype="bandpass", fs=rate_hz, output="sos")
    y = sosfiltfilt(band, x)
    return welch(np.abs(y) if rectify else y, fs=rate_hz, nperseg=round(2 * rate_hz))


@pytest.fixture(scope="module")
def hundred_seconds(shared_data):
    """Return one muscle, 100 s at 1 kHz, in counts of the converter."""
    (found,) = read(shared_data / "biosppy-examples" / "emg.txt")
    return replace(inspect(found), line_hz=None)


def test_amplitude_of_the_biceps_equals_the_formula_on_the_file(samples):
    """The mean rectified value equals NumPy's on SciPy's filter, in the range of a biceps."""
    (found,) = read(next(samples.rglob("*_emg.edf")))
    band = butter(4, (20, 450), btype="bandpass", fs=found.rate_hz, output="sos")
    expected = np.abs(sosfiltfilt(band, found.signal.read()[0])).mean()
    (estimate,) = _run(mra, inspect(found)).estimates
    # The mains notch, where it is known, takes a little out of the muscle's band too.
    assert estimate.value == pytest.approx(expected, rel=0.03)
    assert 10 < estimate.value < 1000


def test_counts_of_a_converter_have_no_amplitude(hundred_seconds):
    """Without a scale there is no µV, and the sentence says what to give."""
    outcome = _run(mra, hundred_seconds)
    assert outcome.estimates == ()
    assert any("unit" in n.reason for n in outcome.not_measurable)


def test_the_median_frequency_of_a_real_muscle_equals_scipy(hundred_seconds):
    """It equals SciPy's, does not need µV, and lies where surface EMG does."""
    (found,) = _run(mdpf, hundred_seconds).estimates
    x = hundred_seconds.signal.read()[0]
    freq, power = _welch(x, 1000.0, rectify=False)
    inside = (freq >= 20) & (freq <= 450)
    half = np.cumsum(power[inside]) / power[inside].sum()
    assert found.value == pytest.approx(np.interp(0.5, half, freq[inside]), abs=0.5)
    assert 50 < found.value < 150
    assert found.in_valid_range


def test_the_share_of_low_frequencies_of_a_real_muscle_equals_scipy(hundred_seconds):
    """It equals SciPy's, and a healthy muscle lies near the share of the band, 7/29."""
    (found,) = _run(cdf10, hundred_seconds).estimates
    freq, power = _welch(hundred_seconds.signal.read()[0], 1000.0, rectify=True)
    low, slow = (freq >= 3) & (freq <= 10), (freq >= 3) & (freq <= 32)
    expected = np.trapezoid(power[low], freq[low]) / np.trapezoid(power[slow], freq[slow])
    assert found.value == pytest.approx(expected, rel=0.01)
    assert found.value == pytest.approx(7 / 29, abs=0.08)


def test_four_muscles_of_an_arm_have_the_median_frequencies_of_scipy(shared_data):
    """Raw EMG at 2 kHz gives SciPy's medians, and too short a recording is refused first."""
    data = np.loadtxt(
        shared_data / "mocap-emg-pyomeca" / "analogs.csv",
        delimiter=",",
        skiprows=5,
        usecols=(8, 11, 12, 13),
        max_rows=11_600,
    ).T
    muscles = ("deltoid_anterior", "biceps_brachii", "triceps_brachii", "trapezius_upper")
    channels = tuple(emg_channel(m, "right") for m in muscles)
    x = 1e6 * data
    task = Condition.of(task="movement", side="right")
    short = _run(mdpf, recording(x, channels, rate_hz=2000, condition=task))
    assert short.estimates == ()
    assert any("Only 5.8 s" in n.reason for n in short.not_measurable)
    # Six times the same 5.8 s are long enough; the seams are too few to matter.
    outcome = _run(mdpf, recording(np.tile(x, 6), channels, rate_hz=2000, condition=task))
    for row, estimate in zip(x, outcome.estimates, strict=True):
        freq, power = _welch(np.tile(row, 6), 2000.0, rectify=False)
        inside = (freq >= 20) & (freq <= 450)
        half = np.cumsum(power[inside]) / power[inside].sum()
        assert estimate.value == pytest.approx(np.interp(0.5, half, freq[inside]), abs=0.5)
        assert 30 < estimate.value < 200


def test_the_envelope_of_a_forearm_is_refused(shared_data):
    """The gesture recording is an envelope: neither spectrum nor amplitude is taken from it."""
    from scipy.io import loadmat

    path = shared_data / "emg-forearm-unibo" / "user_6_day_1_posture_1.mat"
    arrays = [v for v in loadmat(path).values() if getattr(v, "ndim", 0) == 2 and v.size > 10_000]
    data = max(arrays, key=lambda a: a.size)
    data = np.asarray(data.T if data.shape[0] > data.shape[1] else data, dtype=np.float64)[:4]
    muscles = ("extensor_carpi_ulnaris", "extensor_digitorum", "flexor_carpi_radialis")
    channels = tuple(emg_channel(m, "right") for m in (*muscles, "flexor_carpi_ulnaris"))
    made = recording(data, channels, rate_hz=500.0, condition=Condition.of(task="grasping"))
    seen = inspect(replace(made, simulated=False))
    for module in (cdf10, mra):
        outcome = _run(module, seen)
        assert outcome.estimates == ()
        assert any("envelope" in n.reason for n in outcome.not_measurable)
    # For the median frequency the rate is too low as well, which is said first.
    outcome = _run(mdpf, seen)
    assert outcome.estimates == ()
    assert "500 Hz" in outcome.not_measurable[0].reason
    # At a sufficient rate it would still be an envelope (trap 4).
    outcome = _run(mdpf, inspect(replace(made, simulated=False, rate_hz=1000.0)))
    assert any("envelope" in n.reason for n in outcome.not_measurable)
