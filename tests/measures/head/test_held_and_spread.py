"""Times that a film cuts short, limits that a head can reach, and hands seen at a trick."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.head.time_neutral import ENDED, LOST
from eutonia.model import NO_INTERVAL, BadSpan, Channel, Condition, Varying
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.head import AXES, Posture, head_channel
from eutonia.simulate.visit import recording, visit

RATE_HZ = 30.0


def _film(x, *, bad=(), channels=None, **condition):
    made = recording(
        np.asarray(x, dtype=float),
        channels or tuple(head_channel(a) for a in AXES),
        rate_hz=RATE_HZ,
        condition=Condition.of(**{"task": "hold", "trick": "off", **condition}),
    )
    return replace(made, bad=bad)


def _run(name, *films):
    held = visit(*films)
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _head(seconds, *, seed=0, noise=0.2):
    """Return a straight head but for noise of the landmarks."""
    return np.random.default_rng(seed).normal(0, noise, (3, round(seconds * RATE_HZ)))


def _held(*films):
    (found,) = _run("head.time_neutral", *films).estimates
    return found


def test_a_hold_that_the_segment_cuts_off_is_at_least_so_long():
    """Straight for all of 11 s: at least 11, perhaps 60, and the reason is said."""
    found = _held(_film(_head(11)))
    assert found.value == pytest.approx(11, abs=0.05)
    assert found.quality == ("at_least_11",)
    assert (found.interval.lo, found.interval.hi) == (pytest.approx(11, abs=0.05), 60.0)
    assert any(ENDED in n for n in found.notes)


def test_a_hold_that_the_head_ended_is_its_own_time():
    """The head leaves after 8 of 11 s: no 'at least', and no limit of 60 s."""
    x = _head(11)
    x[0, 240:] = 30
    found = _held(_film(x))
    assert found.value == pytest.approx(8, abs=0.05)
    assert found.quality == ()
    assert found.interval.hi < 8.5
    assert found.notes == ()


@pytest.mark.parametrize("seconds", [60.0, 59.9, 75.0])
def test_a_completed_minute_is_complete(seconds):
    """60 s, but for pictures between whole seconds, are all that is asked for."""
    found = _held(_film(_head(seconds)))
    assert found.value == pytest.approx(60, abs=0.11)
    assert found.quality == ()


def test_a_head_that_leaves_with_the_last_pictures_may_have_come_back():
    """Away for the last tenth of a second could be a lapse, which ends no hold."""
    x = _head(10)
    x[0, -3:] = 30
    assert _held(_film(x)).quality == ("at_least_9.9",)


@pytest.mark.parametrize("hidden", [(6.0, 12.0), (0.5, 4.0)])
def test_a_hold_that_is_lost_from_view_is_at_least_so_long(hidden):
    """Out of view after or before its straight seconds, the head may have been straight there."""
    x = _head(14)
    x[0, 360:] = 30
    bad = (BadSpan(start_s=hidden[0], stop_s=hidden[1], reason="face lost"),)
    found = _held(_film(x, bad=bad))
    assert any(LOST in n for n in found.notes)
    assert found.quality[0].startswith("at_least_")
    assert found.interval.hi == 60.0


def test_of_two_tries_one_cut_short_the_mean_is_the_least():
    """Tries of 6 s (ended) and 10 s (cut): at least 8, at most (6 + 60) / 2; one of two is said."""
    x = _head(10)
    x[0, 180:] = 30
    found = _held(_film(x), replace(_film(_head(10, seed=1)), id="second"))
    assert found.value == pytest.approx(8, abs=0.05)
    assert found.quality == ("at_least_8",)
    assert found.interval.hi == pytest.approx(33, abs=0.5)
    assert any("(1 of 2 tries)" in n for n in found.notes)


def _in_two_postures(seconds=20.0, share=0.65, away=28.0):
    x = _head(seconds)
    x[0, round(share * x.shape[1]) :] += away
    return x


@pytest.mark.parametrize("name", ["head.variability", "head.dev_total"])
def test_one_change_of_posture_gives_no_interval_and_says_why(name):
    """Straight for 13 s and at 28 degrees for 7: no second is independent of its neighbours."""
    (found,) = _run(name, _film(_in_two_postures())).estimates
    assert found.interval is None
    assert "independent" in NO_INTERVAL[found.no_interval]
    assert found.no_interval == "few_independent"
    # 28 degrees for 35 % of the time: the median is straight, root mean square about the mean 13.4.
    expected = {"head.variability": (13.4, 0.3), "head.dev_total": (0.0, 1.0)}[name]
    assert found.value == pytest.approx(expected[0], abs=expected[1])


@pytest.mark.parametrize("axis", range(3))
def test_no_part_of_a_deviation_is_larger_than_the_whole(axis):
    """A head that turns for 4 s of 19.5 and stays: deviation and angle are of the same posture."""
    x = _head(19.5)
    t = np.arange(x.shape[1]) / RATE_HZ
    x[axis] -= 28 * np.clip(t / 4, 0, 1)
    (whole,) = _run("head.dev_total", _film(x)).estimates
    (part,) = _run(f"head.{AXES[axis]}_mean", _film(x)).estimates
    assert part.value == pytest.approx(-28, abs=1.5)
    assert abs(part.value) <= whole.value <= abs(part.value) + 1.5


@pytest.mark.parametrize("name", ["head.variability", "head.dev_total"])
def test_a_contrast_with_such_a_condition_has_no_interval_either(name):
    """What one term cannot say, the difference cannot."""
    steady = Posture(centre=(20.0, 0.0, 0.0)).angles(
        np.random.default_rng(3), seconds=20, rate_hz=RATE_HZ
    )
    films = _film(_in_two_postures()), _film(steady, task="rest")
    (contrast,) = _run(name, *films).contrasts
    assert contrast.interval is None
    assert contrast.no_interval == "few_independent"


def test_a_small_drift_of_the_head_keeps_the_interval_of_its_deviation():
    """A drift of 3 degrees is less than the zero's error, which is all that the interval is of."""
    x = _head(20)
    x[0] += np.linspace(15, 18, x.shape[1])
    (found,) = _run("head.dev_total", _film(x)).estimates
    assert found.interval is not None
    half = (found.interval.hi - found.interval.lo) / 2
    assert 1.96 * 3.2 - 0.1 <= half <= 1.96 * 3.2 + 3


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("time_s", [1.0, 2.0, 4.0])
def test_no_limit_lies_beyond_what_the_head_did(seed, time_s):
    """A wandering head: its spread is below its furthest way, its deviation below its largest."""
    made = Posture(centre=(20.0, 0.0, -5.0), drift=(8.0, 4.0, 5.0), drift_s=time_s)
    x = made.angles(np.random.default_rng(seed), seconds=20, rate_hz=RATE_HZ)
    size = np.sqrt(((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=0)).max()
    (spread,) = _run("head.variability", _film(x)).estimates
    if spread.interval is not None:
        assert spread.interval.hi <= 1.05 * size
    (away,) = _run("head.dev_total", _film(x)).estimates
    if away.interval is not None:
        assert away.interval.hi <= np.sqrt((x**2).sum(axis=0)).max() + 1.96 * 3.9
        assert away.interval.lo >= 0


def test_the_spread_of_a_wandering_head_is_not_too_large_on_average():
    """A drift of 2 s in films of 20 s: the mean of many is the true spread within a tenth."""
    made = Posture(centre=(0.0, 0.0, 0.0), drift=(8.0, 4.0, 5.0), drift_s=2.0, jerks_per_min=0)
    true = np.sqrt(8**2 + 4**2 + 5**2 + (1 + 0.5**2 + 0.3**2) / 2)
    values = []
    for seed in range(40):
        x = made.angles(np.random.default_rng(seed), seconds=20, rate_hz=RATE_HZ)
        values.append(_run("head.variability", _film(x)).estimates[0].value)
    assert np.mean(values) == pytest.approx(true, rel=0.1)


_HAND = tuple(
    Channel(name=s, kind="head", unit=unit, site=s, side="midline")
    for s, unit in (
        ("shift_lateral", "%"),
        ("shoulder", "%"),
        ("face_hidden", "1"),
        ("hand_at_head", "1"),
    )
)


def _with_hand(yaw, *, raised, before, near, **condition):
    """Return a head whose hand is raised, before the face and at the head, for shares of time."""
    x = _head(20)
    x[0] += yaw
    n = x.shape[1]
    shoulder = np.where(np.arange(n) < raised * n, np.nan, 0.0)
    hidden = (np.arange(n) < before * n).astype(float)
    at_head = (np.arange(n) < near * n).astype(float)
    rows = np.concatenate([x, np.zeros((1, n)), shoulder[None], hidden[None], at_head[None]])
    channels = (*(head_channel(a) for a in AXES), *_HAND)
    return _film(rows, channels=channels, **{"task": "let_go", **condition})


_AT_HEAD = "at the head (face, neck, or near them) in at least {} % of the time"
_UNSURE = (
    "beyond that it is not sure where the hand was: the body's model misses most hands at the side "
    "of the neck and a few elsewhere (look at the film, or have hands looked for: --part face "
    "--part body --part hands)"
)


@pytest.mark.parametrize(
    ("raised", "before", "near", "said"),
    [
        (
            *(0.85, 0.1, 0.9),
            f"seen raised in 85 % of the time, {_AT_HEAD.format(90)}, "
            "before the face itself in 10 %",
        ),
        (0.0, 0.0, 0.9, _AT_HEAD.format(90)),
        (
            *(1.0, 0.0, 1.0),
            "seen raised in 100 % of the time, at the head (face, neck, or near them) in 100 % of "
            "the time",
        ),
        (0.9, 0.0, 0.8, f"seen raised in 90 % of the time, {_AT_HEAD.format(80)}"),
        (0.9, 0.0, 0.05, f"seen raised in 90 % of the time, {_AT_HEAD.format(5)}, {_UNSURE}"),
        (
            *(0.9, 0.0, 0.0),
            "seen raised in 90 % of the time, not seen at the head (face, neck, or near them), "
            f"{_UNSURE}",
        ),
        (
            *(0.0, 0.0, 0.0),
            "none was seen raised or at the head: either the trick was not done, or its hand was "
            "not recognised, as 8 of 70 on rendered people (look at the film)",
        ),
    ],
)
@pytest.mark.parametrize(
    "name", ["head.trick_effect", "head.dev_total", "head.yaw_mean", "head.shift_lat"]
)
def test_the_hand_of_a_trick_is_said_beside_its_numbers(name, raised, before, near, said):
    """With the trick only: how much of the time it was raised, or that none was seen."""
    off = _with_hand(30, raised=0.0, before=0.0, near=0.0)
    on = _with_hand(12, raised=raised, before=before, near=near, trick="on")
    for e in _run(name, off, on).estimates:
        notes = [n for n in e.notes if n.startswith("hand of the trick (let go, trick on)")]
        with_trick = name == "head.trick_effect" or e.condition.get("trick") == "on"
        assert len(notes) == int(with_trick)
        assert all(n.endswith(said) for n in notes)


def test_a_hand_that_could_not_be_seen_is_not_said_to_be_missing():
    """Without shoulders and hands nothing is claimed."""
    films = _film(_head(20) + 30), _film(_head(20) + 12, trick="on")
    (found,) = (
        e for e in _run("head.dev_total", *films).estimates if e.condition.get("trick") == "on"
    )
    assert any("not known" in n for n in found.notes)


def test_what_varies_of_a_ratio_is_of_its_logarithm():
    """The spread of a counting head may be the face's: the ratio holds it as a share."""
    made = Posture(centre=(0.0, 0.0, 0.0), drift=(1.0, 0.5, 0.5), jerks_per_min=0)
    films = [
        _film(made.angles(np.random.default_rng(k), seconds=60, rate_hz=RATE_HZ), task=task)
        for k, task in enumerate(("counting", "rest"))
    ]
    (contrast,) = _run("head.variability", *films).contrasts
    (value,) = (
        e.value
        for e in _run("head.variability", *films).estimates
        if e.condition.get("task") == "counting"
    )
    # The face adds at most one degree, root mean square.
    without = np.sqrt(max(value**2 - 1, 0.3**2))
    reach = np.log(contrast.interval.hi / contrast.value)
    assert reach >= 0.99 * np.log(value / without)
    assert Varying.__doc__ is not None
    assert "logarithm" in Varying.__doc__


def test_the_frequency_of_a_tremor_holds_the_clock_of_the_camera():
    """A pure rhythm of 5 Hz: the interval is no narrower than 0.1 % to each side."""
    t = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    x = _head(40)
    x[0] += 3 * np.sin(2 * np.pi * 5.0 * t)
    (found,) = _run("head.tremor_freq", _film(x, task="let_go")).estimates
    assert found.value == pytest.approx(5.0, abs=0.005)
    assert found.value - found.interval.lo >= 0.00499
    assert found.interval.hi - found.value >= 0.00499
