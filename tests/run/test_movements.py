"""Movements from the muscles where nobody marked them."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Clock, Condition, Events
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import eeg, emg
from eutonia.simulate.visit import eeg_channel, emg_channel, recording, visit

TASK = Condition.of(task="movement")
ONSET_S = 6 + 8.0 * np.arange(30)
LASTS_S = 1.0
LATE_S = 1.5


def _made(condition=TASK, *, late_s=LATE_S):
    """Return EEG with a beta rebound, and EMG that starts later on the same clock and runs slow."""
    rng = np.random.default_rng(1)
    n = round((ONSET_S[-1] + 8) * 125)
    after = eeg.within(n, ONSET_S + LASTS_S + 0.2, ONSET_S + LASTS_S + 1.8, rate_hz=125)
    beta = eeg.oscillation(rng, n, rate_hz=125, centre_hz=21, width_hz=2, rms_uv=6)
    floor = eeg.aperiodic(rng, 1, n, rate_hz=125, exponent=1.5, level_uv=1.0)
    events = Events(onset_s=ONSET_S, duration_s=np.full(30, LASTS_S), name=("movement",) * 30)
    brain = recording(
        floor + np.where(after, 1.7, 1.0) * beta,
        (eeg_channel("C3"),),
        rate_hz=125,
        condition=condition,
        events=events,
        clock=Clock(id="visit", aligned="declared"),
    )
    m = round((ONSET_S[-1] + 6) * 1000)
    clock = Clock(id="visit", offset_s=late_s, drift_ppm=20.0, aligned="declared")
    on = [clock.recording_time(t) for t in ONSET_S]
    moves = eeg.within(m, np.array(on), np.array(on) + LASTS_S, rate_hz=1000)
    x = (2 + 60 * moves) * emg.carrier(rng, 1, m, rate_hz=1000)
    quiet = 3 * emg.carrier(rng, 1, m, rate_hz=1000)
    muscles = (
        emg_channel("first_dorsal_interosseous", "left"),
        emg_channel("extensor_digitorum", "right"),
    )
    muscle = recording(
        np.concatenate([quiet, x]), muscles, rate_hz=1000, condition=condition, clock=clock
    )
    return brain, muscle


def _run(name, *recordings):
    v = visit(*recordings)
    return run_measure(entry(name), v, visit_spans(v))


def test_movements_are_found_in_the_muscle_and_noted():
    """Unmarked movements give the numbers of the marked ones, and the note names the muscle."""
    brain, muscle = _made()
    marked = _run("erd", brain, muscle).estimates
    found = _run("erd", replace(brain, events=Events()), muscle).estimates
    assert len(found) == len(marked) == 4
    for a, b in zip(marked, found, strict=True):
        assert b.value == pytest.approx(a.value, abs=4)
        assert b.notes[1] == "movements=EMG of right extensor digitorum"
        assert not any("EMG" in n for n in a.notes)


def test_ends_are_found_in_the_muscle_and_noted():
    """Onsets marked without a duration get their ends from the EMG, for the rebound."""
    brain, muscle = _made()
    moments = replace(brain.events, duration_s=np.zeros(30))
    (marked,) = _run("ers.beta_rebound", brain).estimates
    (found,) = _run("ers.beta_rebound", replace(brain, events=moments), muscle).estimates
    assert found.value == pytest.approx(marked.value, rel=0.05)
    assert "ends=EMG of right extensor digitorum" in found.notes
    alone = _run("ers.beta_rebound", replace(brain, events=moments))
    assert "EMG" in alone.not_measurable[0].reason


def test_ends_that_are_marked_as_events_are_used():
    """A mark of its own for the end of each movement gives the same as a duration."""
    brain, _ = _made()
    both = Events(
        onset_s=np.concatenate([ONSET_S, ONSET_S + LASTS_S]),
        duration_s=np.zeros(60),
        name=("movement",) * 30 + ("movement_end",) * 30,
    )
    (marked,) = _run("ers.beta_rebound", brain).estimates
    (found,) = _run("ers.beta_rebound", replace(brain, events=both)).estimates
    assert found.value == pytest.approx(marked.value)


@pytest.mark.parametrize("task", ["rest", "posture"])
def test_bursts_at_rest_are_no_movements(task):
    """Spasms while the person keeps still are not taken for movements on purpose."""
    brain, muscle = _made(Condition.of(task=task))
    outcome = _run("erd", replace(brain, events=Events()), muscle)
    assert outcome.estimates == ()
    assert outcome.not_measurable[0].code == "no_events"


def test_muscles_on_another_clock_or_without_bursts_tell_nothing():
    """An EMG that is not aligned, or never active, leaves the movements unmarked."""
    brain, muscle = _made()
    bare = replace(brain, events=Events())
    elsewhere = replace(muscle, clock=Clock(id="elsewhere"))
    assert _run("erd", bare, elsewhere).estimates == ()
    from eutonia.model import ArraySignal

    idle = replace(muscle, signal=ArraySignal(muscle.signal.read()[[0, 0]]))
    assert _run("erd", bare, idle).estimates == ()


def test_the_nine_contractions_of_a_real_biceps_are_found(samples):
    """Movements of a real recording begin where an independent envelope puts them."""
    from eutonia.derive import derive
    from eutonia.read import read
    from eutonia.run.movements import _bursts

    (source,) = read(next(samples.rglob("*_emg.edf")))
    x = derive(source, "emg.filtered").signal.read()[0]
    contrast, onset, stop = _bursts(x, source.rate_hz)
    # Onsets stated with the recording, from a 3 Hz envelope: good to some tenths of a second.
    known = np.array([1.6, 4.8, 8.4, 11.8, 14.8, 17.4, 20.4, 23.4, 26.8])
    assert contrast > 5
    assert len(onset) == len(known)
    assert np.abs(onset - known).max() < 0.6
    assert (stop - onset > 0.5).all()
