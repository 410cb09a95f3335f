"""What the measures of the mouth say beyond the contract."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import BadSpan, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.mouth import RATE_HZ, channel
from eutonia.simulate.visit import recording, visit

N = round(60 * RATE_HZ)
T = np.arange(N) / RATE_HZ


def _run(name, x, channels, task="speaking", **changes):
    made = recording(np.atleast_2d(x), channels, rate_hz=RATE_HZ, condition=Condition.of(task=task))
    held = visit(replace(made, **changes))
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def test_openings_are_counted_through_a_gap():
    """1.03 openings a second are 61.8 a minute, also where ten seconds of the face are missing."""
    # Not in step with the camera, which else would see the same thirty phases again and again.
    x = 75 + 5 * (1 - np.cos(2 * np.pi * 1.03 * T))
    jaw = (channel("jaw_opening"),)
    gap = (BadSpan(start_s=20.3, stop_s=30.6, reason="face lost"),)
    for bad in ((), gap):
        found = {e.part: e for e in _run("mouth.jaw_excursion", x, jaw, bad=bad).estimates}
        assert found["rate"].value == pytest.approx(61.8, abs=0.3)
        # Quantile p of a cosine that runs evenly: its range times cos(pi p).
        assert found["range"].value == pytest.approx(10 * np.cos(np.pi * 0.05), rel=0.01)


def test_a_still_jaw_has_a_range_but_no_rate():
    """Noise is not counted as openings; the sentence says why there is no rate."""
    x = 75 + np.random.default_rng(0).normal(0, 0.2, N)
    outcome = _run("mouth.jaw_excursion", x, (channel("jaw_opening"),))
    assert {e.part for e in outcome.estimates} == {"range"}
    assert any("no opening can be counted" in n.reason for n in outcome.not_measurable)


def test_asymmetry_is_right_less_left():
    """A right corner 6 % lower than the left gives -6, whatever the order of the channels."""
    rng = np.random.default_rng(1)
    x = np.stack([-25 + rng.normal(0, 1, N), -31 + rng.normal(0, 1, N)])
    channels = (channel("corner_up", "left"), channel("corner_up", "right"))
    for order in ([0, 1], [1, 0]):
        (e,) = _run("mouth.asymmetry", x[order], tuple(channels[i] for i in order)).estimates
        assert e.value == pytest.approx(-6, abs=0.2)


@pytest.mark.parametrize("freq_hz", [0.5, 1.5, 3.0, 4.0])
def test_speed_of_the_lower_face_is_right_up_to_4_hz(freq_hz):
    """A sine of known size has a known root mean square speed, to 4 %."""
    x = np.tile(3 * np.sin(2 * np.pi * freq_hz * T), (6, 1))
    channels = (
        *map(channel, ("jaw_opening", "jaw_deviation")),
        *(channel(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right")),
    )
    (e,) = _run("mouth.lower_face", x, channels).estimates
    assert e.value == pytest.approx(3 * 2 * np.pi * freq_hz / np.sqrt(2), rel=0.04)


def test_chewing_is_no_tremor():
    """Tremor of the jaw is not taken while eating or speaking, whose rhythms it would find."""
    x = np.sin(2 * np.pi * 2 * T)
    outcome = _run("mouth.tremor", x, (channel("jaw_opening"),), task="eating")
    assert outcome.estimates == ()
    assert outcome.not_measurable
