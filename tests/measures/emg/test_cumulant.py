"""Lag and width of the synchrony of two muscles over their ranges, and silence without any."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.emg.cumulant import NOTHING, TOO_WIDE, true_width_s
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

RATE = 1000.0
NECK = tuple(emg_channel(m, "left") for m in ("splenius_capitis", "sternocleidomastoid"))


def _visit(seed, *, late_ms=0, drive_hz=(2.0, 34.0), depth=0.25, seconds=90, sign=1):
    rng = np.random.default_rng(seed)
    n, late = round(seconds * RATE), abs(late_ms)
    slow = emg.narrowband(rng, 1, n + late, rate_hz=RATE, band_hz=drive_hz)[0]
    both = np.stack([slow[late:], sign * slow[:n]])
    if late_ms < 0:
        both = both[::-1]
    noise = emg.carrier(rng, 2, n, rate_hz=RATE, band_hz=(50.0, 300.0))
    signal = 50 * emg.modulated(noise, 1 + depth * both)
    return visit(recording(signal, NECK, rate_hz=RATE, condition=Condition.of(task="posture")))


def _outcome(made):
    return run_measure(entry("emg.cumulant"), made, visit_spans(made))


def _found(made):
    return {e.part: e for e in _outcome(made).estimates}


@pytest.mark.parametrize("late_ms", [-50, -7, 0, 20, 55])
def test_the_lag_is_recovered_over_its_range(late_ms):
    """From 50 ms before to 55 ms after, the mean lag of four visits is right."""
    found = [_found(_visit(seed, late_ms=late_ms))["lag"] for seed in range(4)]
    half = np.mean([e.interval.hi - e.interval.lo for e in found]) / 2
    assert np.mean([e.value for e in found]) == pytest.approx(late_ms, abs=1.3 * half)
    assert half < 2
    assert all(e.in_valid_range for e in found)


@pytest.mark.parametrize("top_hz", [17.0, 34.0, 45.0])
def test_the_width_is_recovered_over_its_range(top_hz):
    """From the 13 ms of a published sub-peak to 37 ms, the mean width of four visits is right."""
    drive = (1.5, top_hz)
    found = [_found(_visit(seed, drive_hz=drive))["width"] for seed in range(4)]
    half = np.mean([e.interval.hi - e.interval.lo for e in found]) / 2
    true = 1000 * true_width_s(drive)
    assert 12 < true < 38
    assert np.mean([e.value for e in found]) == pytest.approx(true, abs=1.3 * half)
    assert half < 0.3 * true
    assert all(e.in_valid_range for e in found)


def test_opposite_phase_is_a_deflection_downwards():
    """Muscles that work in turn have a negative height at the same lag."""
    found = _found(_visit(1, sign=-1))["lag"]
    assert dict(found.details)["height"] < -0.05
    assert found.value == pytest.approx(0, abs=2)


def test_without_a_drive_there_is_no_lag_but_a_sentence():
    """Independent muscles give the sentence that nothing rises above the limit, in most runs."""
    silent = []
    for seed in range(40):
        outcome = _outcome(_visit(100 + seed, depth=0.0, seconds=62))
        silent.append(not outcome.estimates)
        assert outcome.estimates or NOTHING in {n.reason for n in outcome.not_measurable}
    assert np.mean(silent) >= 0.85


def test_a_slow_common_course_is_no_peak():
    """Loudness that swells together over a second has no width within the lags."""
    outcome = _outcome(_visit(2, drive_hz=(0.8, 1.6), seconds=120))
    assert outcome.estimates == ()
    assert TOO_WIDE in {n.reason for n in outcome.not_measurable}


def test_lag_equals_that_of_scipys_correlation():
    """The lag is that of the cross-correlation that SciPy computes from the whole recording."""
    from scipy.signal import butter, correlate, sosfiltfilt

    made = _visit(3, late_ms=15)
    band = butter(4, (20, 450), btype="bandpass", fs=RATE, output="sos")
    x = np.abs(sosfiltfilt(band, made.recordings[0].signal.read(), axis=-1))
    slow = butter(4, (1, 200), btype="bandpass", fs=RATE, output="sos")
    x = sosfiltfilt(slow, x, axis=-1)
    whole = correlate(x[1], x[0], method="fft")
    middle = x.shape[1] - 1
    course = whole[middle - 100 : middle + 101] / np.sqrt((x[0] ** 2).sum() * (x[1] ** 2).sum())
    (evidence,) = _outcome(made).evidence.values()
    np.testing.assert_allclose(evidence["cumulant"][0], course, atol=0.025)
    assert abs(int(course.argmax()) - 100 - _found(made)["lag"].value) < 3


def test_peaks_of_two_conditions_are_not_compared():
    """The largest peaks of two conditions need not be the same one, so no lag has a contrast."""
    made, _ = entry("emg.cumulant").example(1)
    (recorded,) = made.recordings
    again = replace(recorded, id="again", condition=Condition.of(task="rest"))
    both = visit(recorded, again)
    outcome = run_measure(entry("emg.cumulant"), both, visit_spans(both))
    assert len({e.condition for e in outcome.estimates}) == 2
    assert outcome.contrasts == ()
