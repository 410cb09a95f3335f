"""The frequency of a tremor of head, jaw and finger, beside what landmarks add to it."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Channel, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import fingers, mouth
from eutonia.simulate.visit import recording, visit

RATE_HZ = 30.0
T = np.arange(round(20 * RATE_HZ)) / RATE_HZ
AXES = ("yaw", "pitch", "roll")
CHANNELS = {
    "head.tremor_freq": tuple(
        Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES
    ),
    "mouth.tremor": (mouth.channel("jaw_opening"),),
    "hand.finger_tremor": (fingers.channel("index_curl", "right"),),
}
TASKS = {"head.tremor_freq": "hold", "mouth.tremor": "rest", "hand.finger_tremor": "posture"}
MEASURES = pytest.mark.parametrize("measure", list(CHANNELS))


def _film(measure, rng, hz, ripple_hz, ripple, trick="off"):
    """Return a film of a regular tremor, its landmarks' noise, and a small ripple of theirs."""
    channels = CHANNELS[measure]
    x = rng.normal(0, 0.3, (len(channels), len(T)))
    x[0] += 1.2 * np.sin(2 * np.pi * hz * T)
    x[0] += ripple * np.sin(2 * np.pi * ripple_hz * T + rng.uniform(0, 2 * np.pi))
    condition = Condition.of(task=TASKS[measure], trick=trick)
    return recording(x, channels, rate_hz=RATE_HZ, condition=condition)


def _run(measure, *films):
    held = visit(*films)
    return run_measure(entry(measure), held, visit_spans(held), seed=1)


def _frequency(found):
    (one,) = (e.interval for e in found if e.measure.endswith("freq"))
    return one


@MEASURES
def test_the_interval_holds_what_landmarks_add_to_a_frequency(measure):
    """A ripple beside the tremor shifts all segments alike, which their spread does not show."""
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        hz = rng.uniform(3, 7)
        film = _film(measure, rng, hz, hz + rng.choice([-0.5, 0.5]), 0.18)
        found = _frequency(_run(measure, film).estimates)
        held.append(found.lo <= hz <= found.hi)
    assert np.mean(held) >= 0.95


@MEASURES
def test_the_same_frequency_in_two_conditions_does_not_differ(measure):
    """Ripples on either side of one tremor are no difference; 0.3 Hz are one."""

    def apart(hz, seed):
        rng = np.random.default_rng(seed)
        off = _film(measure, rng, 5.0, 4.5, 0.12)
        on = _film(measure, rng, hz, hz + 0.5, 0.12, "on")
        return _frequency(_run(measure, off, on).contrasts)

    for seed in range(10):
        same, other = apart(5.0, seed), apart(5.3, seed)
        assert same.lo <= 0 <= same.hi
        assert 0 < other.lo <= 0.3 <= other.hi
