"""The validated ranges are where truth is recovered, and not beyond."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

PAIR = tuple(emg_channel(m, "right") for m in ("extensor_carpi_radialis", "flexor_carpi_radialis"))


def _index(weaker):
    """Measure two muscles at constant levels, the weaker at a share of the stronger."""
    rng = np.random.default_rng(1)
    noise = emg.carrier(rng, 4, 60_000, rate_hz=1000, band_hz=(60, 250))
    level = np.array([[1.0], [weaker]])
    task = recording(
        100 * level * noise[:2], PAIR, rate_hz=1000, condition=Condition.of(task="posture")
    )
    tone = np.sqrt(np.pi / 2) * np.sin(2 * np.pi * 110 * np.arange(9000) / 1000)
    most = recording(
        np.stack([100 * tone, 100 * tone]), PAIR, rate_hz=1000, condition=Condition.of(task="mvc")
    )
    made = visit(task, most)
    (estimate,) = run_measure(entry("emg.cci_fw"), made, visit_spans(made)).estimates
    return estimate


@pytest.mark.parametrize("weaker", [0.03, 0.1, 0.3, 0.7])
def test_co_contraction_is_recovered_over_its_range(weaker):
    """From 6 to 82 % the index is right to one point."""
    estimate = _index(weaker)
    assert estimate.in_valid_range
    assert estimate.value == pytest.approx(200 * weaker / (1 + weaker), abs=1.0)


def test_full_co_contraction_reads_low_and_is_marked():
    """Two equally active muscles read several points low, and lie outside the range."""
    estimate = _index(1.0)
    assert 90 < estimate.value < 98
    assert not estimate.in_valid_range


@pytest.mark.parametrize(("duration_s", "gap_s"), [(0.1, 0.2), (0.3, 0.5), (1.2, 3.0)])
def test_bursts_are_recovered_over_their_range(duration_s, gap_s):
    """From a tenth of a second to more than one, durations and rates are right to 8 %."""
    rng = np.random.default_rng(2)
    gate, onset, offset = emg.burst_train(
        rng, duration_s=120, rate_hz=1000, mean_duration_s=duration_s, mean_gap_s=gap_s, spread=0.2
    )
    noise = emg.carrier(rng, 2, 120_000, rate_hz=1000)
    rest = recording(2 * noise[1:], PAIR[:1], rate_hz=1000, condition=Condition.of(task="rest"))
    task = recording(
        (2 + 40 * gate) * noise[:1], PAIR[:1], rate_hz=1000, condition=Condition.of(task="posture")
    )
    made = visit(task, rest)
    found = {e.part: e for e in run_measure(entry("emg.burst"), made, visit_spans(made)).estimates}
    assert found["duration"].value == pytest.approx(1000 * np.mean(offset - onset), rel=0.08)
    assert found["rate"].value == pytest.approx(1 / np.mean(np.diff(onset)), rel=0.08)
    assert all(e.in_valid_range for e in found.values())


def _sentences(name, *recordings):
    made = visit(*recordings)
    outcome = run_measure(entry(name), made, visit_spans(made))
    assert outcome.estimates == ()
    return " ".join(n.reason for n in outcome.not_measurable)


def test_tonic_activity_is_no_burst():
    """A muscle that is on all the time has no bursts, and the sentence says why."""
    noise = emg.carrier(np.random.default_rng(3), 2, 60_000, rate_hz=1000)
    rest = recording(2 * noise[1:], PAIR[:1], rate_hz=1000, condition=Condition.of(task="rest"))
    on = recording(50 * noise[:1], PAIR[:1], rate_hz=1000, condition=Condition.of(task="posture"))
    assert "all the time" in _sentences("emg.burst", rest, on)


def test_a_quiet_muscle_has_no_bursts():
    """Without activity in the task there is no number, but the seconds that were looked at."""
    noise = emg.carrier(np.random.default_rng(4), 2, 60_000, rate_hz=1000)
    rest = recording(2 * noise[1:], PAIR[:1], rate_hz=1000, condition=Condition.of(task="rest"))
    off = recording(2 * noise[:1], PAIR[:1], rate_hz=1000, condition=Condition.of(task="posture"))
    assert "No burst was found in 60 s" in _sentences("emg.burst", rest, off)


def test_two_silent_muscles_do_not_co_contract():
    """The common area of amplifier noise is no co-contraction."""
    noise = emg.carrier(np.random.default_rng(5), 4, 60_000, rate_hz=1000)
    most = recording(500 * noise[:2], PAIR, rate_hz=1000, condition=Condition.of(task="mvc"))
    rest = recording(2 * noise[2:], PAIR, rate_hz=1000, condition=Condition.of(task="rest"))
    assert "Neither muscle was active" in _sentences("emg.cci_fw", most, rest)
    assert "Neither muscle ever reached 2 %" in _sentences("emg.cci_rudolph", most, rest)


@pytest.mark.parametrize("common", [0.0, 0.1, 0.2, 0.35])
def test_intermuscular_coherence_is_recovered_over_its_range(common):
    """From no common drive to a coherence above a half, the mean of five visits is right."""
    own, values, band, drive = 0.15, [], (50.0, 300.0), (2.0, 10.0)
    for seed in range(5):
        rng = np.random.default_rng(100 + seed)
        slow = emg.narrowband(rng, 3, 120_000, rate_hz=1000, band_hz=drive)
        level = 1 + common * slow[:1] + own * slow[1:]
        noise = emg.carrier(rng, 2, 120_000, rate_hz=1000, band_hz=band)
        task = Condition.of(task="posture")
        made = visit(
            recording(50 * emg.modulated(noise, level), PAIR, rate_hz=1000, condition=task)
        )
        outcome = run_measure(entry("imc"), made, visit_spans(made))
        values += [e for e in outcome.estimates if e.part == "4_7"]
    truth = emg.rectified_coherence(
        np.arange(4.0, 8.0),
        rate_hz=1000,
        band_hz=band,
        depth_common=common,
        depth_own=own,
        drive_band_hz=drive,
    ).mean()
    found = np.array([e.value for e in values])
    error = np.mean([e.interval.hi - e.interval.lo for e in values]) / 4 / np.sqrt(5)
    assert found.mean() == pytest.approx(truth, abs=4 * error)
    assert all(e.in_valid_range for e in values)


@pytest.mark.parametrize("gain", [0.35, 0.7, 1.0, 1.5])
def test_desynchronisation_is_recovered_over_its_range(gain):
    """From a strong loss to more than a doubling of power, the change is right."""
    from eutonia.model import Events
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel

    rng, rate_hz, trials = np.random.default_rng(7), 250, 150
    onset = 6 + 8.0 * np.arange(trials)
    n = round((onset[-1] + 8) * rate_hz)
    t = np.arange(n) / rate_hz
    near = ((t[None] >= onset[:, None] - 1.5) & (t[None] <= onset[:, None] + 2)).any(axis=0)
    # A pure rhythm, so that the change of its power is the square of the gain.
    mu = eeg.oscillation(rng, n, rate_hz=rate_hz, centre_hz=10.5, width_hz=1.0, rms_uv=8.0)
    signal = np.where(near, gain, 1.0) * mu + 0.05 * rng.standard_normal(n)
    events = Events(onset_s=onset, duration_s=np.ones(trials), name=("movement",) * trials)
    made = visit(
        recording(
            signal[None],
            (eeg_channel("C3"),),
            rate_hz=rate_hz,
            condition=Condition.of(task="movement"),
            events=events,
        )
    )
    found = {e.part: e for e in run_measure(entry("erd"), made, visit_spans(made)).estimates}["mu"]
    half = (found.interval.hi - found.interval.lo) / 2
    assert found.value == pytest.approx(100 * (gain**2 - 1), abs=1.5 * half)
    assert half < 0.3 * (100 + found.value)
    assert found.in_valid_range
