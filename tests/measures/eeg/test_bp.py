"""Bereitschaftspotential: recovered, equal to MNE's average, and refused where it cannot be."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eeg import bp
from eutonia.model import Condition, Events
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import eeg
from eutonia.simulate.visit import eeg_channel, recording, visit

RATE_HZ = 100


def _recording(x, onset_s, names=("Cz",)):
    n = len(onset_s)
    return recording(
        np.atleast_2d(x),
        tuple(map(eeg_channel, names)),
        rate_hz=RATE_HZ,
        condition=Condition.of(task="movement"),
        events=Events(onset_s=onset_s, duration_s=np.ones(n), name=("movement",) * n),
    )


def _outcome(made):
    return run_measure(entry("eeg.bp"), v := visit(made), visit_spans(v))


def _signal(seed, onset_s, *, late_uv=-11.0, level_uv=4.0):
    rng = np.random.default_rng(seed)
    n = round((onset_s[-1] + 8) * RATE_HZ)
    x = eeg.aperiodic(rng, 1, n, rate_hz=RATE_HZ, exponent=1.2, level_uv=level_uv)[0]
    shape = {"early_uv": late_uv / 2, "late_uv": late_uv}
    return x + eeg.readiness(n, onset_s, rate_hz=RATE_HZ, **shape)


def _truth(late_uv, part):
    shape = {"early_uv": late_uv / 2, "late_uv": late_uv}
    base = eeg.readiness_mean(**shape, window_s=bp.BASELINE_S)
    return eeg.readiness_mean(**shape, window_s=bp.WINDOWS_S[part]) - base


@pytest.mark.parametrize("late_uv", [-30.0, -10.0, -3.0, 0.0, 10.0])
def test_potentials_are_recovered_over_their_range(late_uv):
    """From a large negativity to a positivity both windows are right."""
    onset = 6 + 8.0 * np.arange(150)
    found = {
        e.part: e for e in _outcome(_recording(_signal(1, onset, late_uv=late_uv), onset)).estimates
    }
    for part in bp.WINDOWS_S:
        half = (found[part].interval.hi - found[part].interval.lo) / 2
        assert half < 2.5
        assert found[part].value == pytest.approx(_truth(late_uv, part), abs=1.5 * half)
        assert found[part].in_valid_range


def test_it_equals_mnes_average():
    """MNE's epochs with the same baseline and windows, averaged, give the same microvolts."""
    import mne

    onset = 6 + 8.0 * np.arange(30)
    x = _signal(2, onset)
    raw = mne.io.RawArray(x[None] * 1e-6, mne.create_info(["Cz"], RATE_HZ, "eeg"), verbose="error")
    marks = np.column_stack([np.round(onset * RATE_HZ), 0 * onset, 0 * onset + 1]).astype(int)
    last = 1 / RATE_HZ  # MNE's windows include their last sample
    evoked = mne.Epochs(
        raw, marks, tmin=-2.5, tmax=0.5, baseline=(-2.5, -2.0 - last), preload=True, verbose="error"
    ).average()
    outcome = _outcome(_recording(x, onset))
    assert dict(outcome.estimates[0].details)["left_out"] == 0
    for estimate in outcome.estimates:
        start, stop = bp.WINDOWS_S[estimate.part]
        mean = evoked.copy().crop(start, stop - last).data.mean() * 1e6
        assert estimate.value == pytest.approx(mean, abs=1e-6)


def test_trials_with_artefacts_are_left_out_and_counted():
    """Jumps of an electrode in three trials hardly move the value, and three are reported."""
    onset = 6 + 8.0 * np.arange(40)
    x = _signal(3, onset)
    clean = _outcome(_recording(x, onset)).estimates
    for t in onset[[4, 17, 30]]:
        x[round((t - 1.0) * RATE_HZ) : round((t + 0.2) * RATE_HZ)] += 400
    spoilt = _outcome(_recording(x, onset)).estimates
    left_out = dict(spoilt[0].details)["left_out"] - dict(clean[0].details)["left_out"]
    assert left_out == 3
    for a, b in zip(clean, spoilt, strict=True):
        assert a.interval.lo < b.value < a.interval.hi


def test_slow_drift_is_taken_out_by_the_baseline():
    """A drift of a microvolt a second, up and down, and a large offset do not bias it."""
    onset = 6 + 8.0 * np.arange(60)
    x = _signal(4, onset)
    t = np.arange(len(x)) / RATE_HZ
    drift = 1e4 + 40 * np.sin(2 * np.pi * t / 240)
    before = {e.part: e for e in _outcome(_recording(x, onset)).estimates}
    for e in _outcome(_recording(x + drift, onset)).estimates:
        assert e.value == pytest.approx(before[e.part].value, abs=0.5)


def test_only_the_vertex_and_its_neighbours_are_measured():
    """C3, Cz and C4 give values, other electrodes do not; without any of them it is said."""
    onset = 6 + 8.0 * np.arange(12)
    x = np.stack([_signal(s, onset) for s in range(3)])
    outcome = _outcome(_recording(x, onset, ("O1", "Cz", "C4")))
    assert {e.target.label for e in outcome.estimates} == {"Cz", "C4"}
    (missing,) = _outcome(_recording(x, onset, ("O1", "Oz", "O2"))).not_measurable
    assert "Cz" in missing.reason


def test_movements_in_quick_succession_are_refused():
    """Without a free baseline there is no number, but how to repeat the recording."""
    onset = 6 + 2.0 * np.arange(60)
    (missing,) = _outcome(_recording(_signal(5, onset), onset)).not_measurable
    assert "6 s" in missing.reason


def test_a_few_trials_give_a_note_and_fewer_none():
    """Twelve movements give a value with a note, seven a sentence."""
    onset = 6 + 8.0 * np.arange(12)
    outcome = _outcome(_recording(_signal(6, onset), onset))
    assert "fewer than 40 trials" in outcome.estimates[0].notes
    onset = onset[:7]
    (missing,) = _outcome(_recording(_signal(6, onset), onset)).not_measurable
    assert "at least 8" in missing.reason


def test_a_high_pass_that_the_file_states_is_too_high():
    """0.5 Hz in the header gives a sentence with that number; 0.01 Hz gives values."""
    onset = 6 + 8.0 * np.arange(20)
    made = _recording(_signal(7, onset), onset)
    for high_pass_hz, measured in ((0.5, False), (0.01, True), (0.0, True)):
        channels = tuple(replace(c, high_pass_hz=high_pass_hz) for c in made.channels)
        outcome = _outcome(replace(made, channels=channels))
        assert bool(outcome.estimates) == measured
        if not measured:
            assert "0.5 Hz" in outcome.not_measurable[0].reason


@pytest.mark.parametrize(("order", "cut_hz"), [(1, 0.5), (2, 0.3), (4, 1.0)])
def test_a_high_pass_that_nobody_states_is_seen(order, cut_hz):
    """A recording without its slow part is refused, whatever its header leaves out."""
    from scipy.signal import butter, sosfilt

    onset = 6 + 8.0 * np.arange(40)
    sos = butter(order, cut_hz, "highpass", fs=RATE_HZ, output="sos")
    x = sosfilt(sos, _signal(8, onset))
    outcome = _outcome(_recording(x, onset))
    assert outcome.estimates == ()
    assert "high-pass" in outcome.not_measurable[0].reason


def test_without_microvolts_there_is_no_number():
    """A scale that is not known is refused, because the value is in microvolts."""
    onset = 6 + 8.0 * np.arange(12)
    made = _recording(_signal(9, onset), onset)
    made = replace(made, channels=tuple(replace(c, unit="adc") for c in made.channels))
    outcome = _outcome(made)
    assert outcome.estimates == ()
    assert any("uV" in n.reason for n in outcome.not_measurable)


def test_a_resting_recording_has_no_movements(shared_data):
    """The resting EEG of a healthy person gives no number, but a sentence about events."""
    from eutonia.read import read

    path = shared_data / "eeg-physionet-eegmmi" / "S001R02.edf"
    if not path.is_file():
        (path,) = (shared_data / "eeg-physionet-eegmmi").rglob("*R02.edf")
    v = visit(*read(path))
    for name in ("eeg.bp", "ers.beta_rebound", "erd"):
        outcome = run_measure(entry(name), v, visit_spans(v))
        assert outcome.estimates == ()
        assert any("movement" in n.reason for n in outcome.not_measurable)
