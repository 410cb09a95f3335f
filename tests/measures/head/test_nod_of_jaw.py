"""A jaw that trembles is no head that does, and a head that does stays one."""

import numpy as np
import pytest

from eutonia.measures import entry, nod_of_jaw
from eutonia.model import Channel, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.visit import recording, visit

SITES = ("yaw", "pitch", "roll", nod_of_jaw.SITE)
RATE_HZ = 30.0
T = np.arange(round(40 * RATE_HZ)) / RATE_HZ
TREMOR = ("head.tremor_freq", "head.tremor_pow", "head.tremor_axis", "head.tremor_regularity")


def _wave(freq_hz, amplitude=1.0, phase=0.0):
    return amplitude * np.sin(2 * np.pi * freq_hz * T + phase)


def _run(name="head.tremor_freq", *, yaw=0.0, pitch=0.0, jaw=0.0, task="rest", sites=SITES):
    x = np.random.default_rng(1).normal(0, 0.1, (4, len(T)))
    x += np.stack([np.broadcast_to(a, T.shape) for a in (yaw, pitch, 0.0, jaw)])
    channels = tuple(Channel(name=s, kind="head", unit="deg", site=s) for s in sites)
    made = recording(x[: len(sites)], channels, rate_hz=RATE_HZ, condition=Condition.of(task=task))
    held = visit(made)
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _notes(outcome):
    return [n for e in outcome.estimates for n in e.notes if n.startswith("jaw: ")]


@pytest.mark.parametrize("name", TREMOR)
@pytest.mark.parametrize("phase", [0.0, -0.6, 1.6])
def test_a_jaw_that_trembles_is_no_head_tremor(name, phase):
    """A pitch in step with the jaw by 0.4 of the most that a jaw makes is refused, with the why."""
    pitch = _wave(5.0, 0.4, phase)
    outcome = _run(name, pitch=pitch, jaw=_wave(5.0))
    assert not outcome.estimates
    (why,) = outcome.not_measurable
    assert "The jaw trembles at 5.0 Hz" in why.reason
    assert "by 0.28 degrees" in why.reason  # 0.4 / sqrt(2)
    # The same pitch is a tremor of the head where the jaw is still, or is not seen.
    for outcome in (_run(name, pitch=pitch), _run(name, pitch=pitch, sites=SITES[:3])):
        noise = [m.reason for m in outcome.not_measurable if "whether it is regular" in m.reason]
        assert bool(noise) if name == "head.tremor_regularity" else outcome.estimates


def test_a_nod_of_another_frequency_stays_and_is_not_changed():
    """A head that nods at 4 Hz beside a jaw of 5.5 Hz keeps frequency and size; it is noted."""
    nod, jaw = _wave(4.0, 0.8), _wave(5.5, 1.5)
    found = _run("head.tremor_pow", pitch=nod + 0.3 * jaw, jaw=jaw)
    rms = next(e.value for e in found.estimates if e.part == "rms")
    assert rms == pytest.approx(0.8 / np.sqrt(2), rel=0.05)
    assert set(_notes(found)) == {nod_of_jaw.TAKEN_OFF}
    (freq,) = _run(pitch=nod + 0.3 * jaw, jaw=jaw).estimates
    assert freq.value == pytest.approx(4.0, abs=0.03)


def test_a_slight_rhythm_of_the_jaw_is_no_word_beside_a_tremor():
    """A jaw that moves a tenth of the nod, at another frequency, is not put on the first page."""
    nod, jaw = _wave(4.0, 2.0), _wave(9.9, 0.6)
    found = _run(pitch=nod + 0.3 * jaw, jaw=jaw)
    assert dict(found.estimates[0].details)["nod_of_jaw_deg"] > 0.05
    assert not _notes(found)


def test_a_weak_nod_beside_a_stronger_one_of_the_jaw_is_found():
    """What the jaw makes of the pitch no longer hides the head's own, smaller tremor."""
    jaw = _wave(6.0, 1.2)
    pitch = _wave(4.0, 0.35) - 0.45 * jaw
    (freq,) = _run(pitch=pitch, jaw=jaw).estimates
    assert freq.value == pytest.approx(4.0, abs=0.05)
    (before,) = _run(pitch=pitch, sites=SITES[:3]).estimates
    assert before.value == pytest.approx(6.0, abs=0.05)


def test_a_nod_larger_than_a_jaw_makes_is_measured_and_noted():
    """At the jaw's frequency, a large nod stays whole, and the estimate says what it may hold."""
    for nod, jaw in ((_wave(5.0, 1.0), _wave(5.0, 1.5)), (_wave(5.0, 0.4), _wave(5.0, 0.3))):
        outcome = _run("head.tremor_pow", pitch=nod, jaw=jaw)
        rms = next(e.value for e in outcome.estimates if e.part == "rms")
        assert rms == pytest.approx(nod.std(), rel=0.05)
        assert set(_notes(outcome)) == {nod_of_jaw.SAME}


def test_a_jaw_that_follows_the_head_says_nothing():
    """Heads that nod or shake move the landmarks of the jaw a little: no note, nothing taken."""
    for moved in ({"pitch": _wave(5.0)}, {"yaw": _wave(5.0), "pitch": _wave(5.0, 0.2)}):
        outcome = _run(**moved, jaw=_wave(5.0, 0.25))
        assert len(outcome.estimates) == 1
        assert not _notes(outcome)


def test_a_nod_that_does_not_keep_step_is_the_heads_own():
    """Two rhythms about 5 Hz whose phases wander apart are not coherent: nothing is taken."""
    rng = np.random.default_rng(4)
    phase = np.cumsum(rng.normal(0, 0.25, (2, len(T))), axis=1)
    nod, jaw = 0.6 * np.sin(2 * np.pi * 5 * T + phase[0]), np.sin(2 * np.pi * 5 * T + phase[1])
    outcome = _run(pitch=nod, jaw=jaw)
    assert len(outcome.estimates) == 1
    assert nod_of_jaw.TAKEN_OFF not in _notes(outcome)


@pytest.mark.parametrize("task", ["speaking", "reading", "counting", "eating", "closures"])
def test_no_head_tremor_while_the_face_has_work_to_do(task):
    """Speech, food and gentle closures nod the model of the face: the sentence names the task."""
    outcome = _run(yaw=_wave(5.0), task=task)
    assert not outcome.estimates
    (why,) = outcome.not_measurable
    assert task in why.reason


@pytest.mark.parametrize("task", ["rest", "let_go", "hold", "posture", "writing", "vowel"])
def test_head_tremor_in_all_tasks_in_which_it_is_looked_for(task):
    """Rest, positions of the head, arms held out and writing keep it."""
    (e,) = _run(yaw=_wave(5.0), task=task).estimates
    assert e.value == pytest.approx(5.0, abs=0.03)


def test_what_follows_is_told_with_its_gain_and_phase():
    """The transfer function of a delayed, halved copy is one half, turned by the delay."""
    from eutonia.model import Block

    x = np.stack([_wave(5.0, 0.5, -0.7), _wave(5.0)])
    block = Block(x=x, mask=np.ones(x.shape, dtype=bool), rate_hz=RATE_HZ, events=None)
    gain = nod_of_jaw.followed((block,), (0, 1), 5.0)
    assert abs(gain) == pytest.approx(0.5, rel=0.01)
    assert np.angle(gain) == pytest.approx(-0.7, abs=0.02)
    left = x[0] - nod_of_jaw.in_step(x[1], gain, freq_hz=5.0, rate_hz=RATE_HZ)
    assert np.abs(left[60:-60]).max() < 0.01
