"""What the measures of the hand say beyond the contract."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.fingers import RATE_HZ, channel, posture
from eutonia.simulate.visit import recording, visit

CURLS = ("index_curl", "middle_curl", "ring_curl", "little_curl")


def _film(x, channels, task):
    return recording(x, channels, rate_hz=RATE_HZ, condition=Condition.of(task=task))


def _run(name, *recordings):
    made = visit(*recordings)
    return run_measure(entry(name), made, visit_spans(made), seed=1)


def _both_hands(rng, *, left, right, task):
    channels = tuple(channel(s, side) for side in ("left", "right") for s in CURLS)
    x = posture(rng, np.array([*left, *right], dtype=float), seconds=60, sd=8, noise=2)
    return _film(x, channels, task)


def test_curl_is_held_against_the_same_finger_of_the_other_hand():
    """Fingers 4 and 5 that curl 28° more on one side give that contrast, and 2 and 3 do not."""
    still = (60, 65, 70, 70)
    rng = np.random.default_rng(0)
    made = _both_hands(rng, left=still, right=(60, 65, 98, 98), task="playing")
    found = {
        c.target.sites[0]: c
        for c in _run("hand.curl", made).contrasts
        if c.factor == "side" and c.measure == "hand.curl.sum"
    }
    for site, apart in zip(CURLS, (0, 0, -28, -28), strict=True):  # left less right
        assert found[site].interval.lo <= apart <= found[site].interval.hi
        assert found[site].value == pytest.approx(apart, abs=2.5)
    assert found["ring_curl"].interval.hi < -20


def test_curl_is_held_against_rest():
    """Task less rest is formed by the runner for each finger."""
    rng = np.random.default_rng(1)
    rest = _both_hands(rng, left=(50,) * 4, right=(50,) * 4, task="rest")
    play = _both_hands(rng, left=(50,) * 4, right=(50, 50, 90, 50), task="playing")
    found = {
        (c.target.side, c.target.sites[0]): c.value
        for c in _run("hand.curl", rest, play).contrasts
        if c.factor == "task" and c.measure == "hand.curl.sum"
    }
    assert found["right", "ring_curl"] == pytest.approx(40, abs=2.5)
    assert found["left", "ring_curl"] == pytest.approx(0, abs=2.5)


def test_episodes_name_the_finger_and_the_time():
    """Two curls drawn by hand come back with finger, start, stop and peak; a short one does not."""
    channels = tuple(channel(s, "right") for s in CURLS)
    x = np.full((4, round(60 * RATE_HZ)), 60.0)
    for start_s, stop_s in ((10.0, 11.0), (30.0, 32.5), (50.0, 50.1)):
        x[3, round(start_s * RATE_HZ) : round(stop_s * RATE_HZ)] = 130.0
    outcome = _run("hand.which", _film(x, channels, "playing"))
    (arrays,) = outcome.evidence.values()
    assert arrays["labels"][arrays["episode_row"]].tolist() == ["right little curl"] * 2
    np.testing.assert_allclose(arrays["episode_start_s"], [10.0, 30.0], atol=1 / RATE_HZ)
    np.testing.assert_allclose(arrays["episode_stop_s"], [11.0, 32.5], atol=1 / RATE_HZ)
    np.testing.assert_allclose(arrays["episode_peak_deg"], 70.0)
    share = {e.target.label: e.value for e in outcome.estimates}
    assert share["right little curl"] == pytest.approx(100 * 3.5 / 60, abs=0.1)
    assert share["right index curl"] == 0


def test_free_playing_has_no_finger_that_moves_by_itself():
    """Where all fingers move together enslaving is not measurable, and the sentence says so."""
    rng = np.random.default_rng(2)
    wave = 20 * np.sin(2 * np.pi * 2 * np.arange(round(60 * RATE_HZ)) / RATE_HZ)
    x = wave + rng.normal(0, 0.5, (4, len(wave)))
    made = _film(x, tuple(channel(s, "right") for s in CURLS), "playing")
    for name in ("hand.still_finger", "hand.individuation"):
        outcome = _run(name, made)
        assert outcome.estimates == ()
        assert all("one finger at a time" in n.reason for n in outcome.not_measurable)


def test_a_single_finger_is_held_against_no_other():
    """With one finger seen its curl is given, and how much more than the others is not."""
    rng = np.random.default_rng(3)
    x = posture(rng, np.array([70.0]), seconds=40, sd=5, noise=1)
    outcome = _run("hand.curl", _film(x, (channel("ring_curl", "left"),), "playing"))
    assert {e.part for e in outcome.estimates} == {"sum"}
    assert any("No other finger" in n.reason for n in outcome.not_measurable)


def test_the_stated_error_of_the_camera_is_in_the_interval_and_not_in_the_contrast():
    """A joint's own interval is at least 21° to each side, task less rest is known far better."""
    rng = np.random.default_rng(4)
    one = (channel("ring_pip", "right"),)
    films = [
        _film(posture(rng, np.array([mean]), seconds=60, sd=4, noise=1), one, task)
        for mean, task in ((30.0, "rest"), (45.0, "playing"))
    ]
    outcome = _run("hand.posture", *films)
    for e in outcome.estimates:
        assert e.interval.hi - e.interval.lo > 2 * 1.9 * 21
    (contrast,) = outcome.contrasts
    assert contrast.interval.lo <= 15 <= contrast.interval.hi
    assert contrast.interval.hi - contrast.interval.lo < 6


def test_a_grip_is_the_same_for_the_measure_and_for_the_flag():
    """Ten of forty seconds below the limit are 25 %; flag and measure share the limit."""
    from eutonia.derive import fingers
    from eutonia.measures.hand import grip

    assert grip.GRIP_PERCENT == fingers.GRIP_PERCENT
    x = np.full((1, round(40 * RATE_HZ)), 80.0)
    x[0, : round(10 * RATE_HZ)] = grip.GRIP_PERCENT - 1
    (e,) = _run("hand.grip", _film(x, (channel("grip", "left"),), "writing")).estimates
    assert e.value == pytest.approx(25)
