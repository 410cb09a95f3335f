"""A lid whose trace wanders like a closure gives nothing; one that wanders less, wider limits."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.lid_noise import MOST
from eutonia.model import BadSpan, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import LIDS
from eutonia.simulate.visit import recording, visit

RATE_HZ, SECONDS = 30.0, 60
T = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
SPASMS = [*((3.5 + 9 * k, 1.0 + 0.1 * k) for k in range(4)), (39.5, 2.6)]
LONGEST_S = max(lasts for _, lasts in SPASMS)


def _ramp(since, until, ramp_s=0.12):
    inside = np.minimum(T - since, until - T) / ramp_s + 0.5
    return (1 - np.cos(np.pi * np.clip(inside, 0, 1))) / 2


def _closing(closures=SPASMS, *, dip=1.0):
    """Return a lid that shuts; `dip`: what it reads in the midst of the longest closure."""
    shut = np.max([_ramp(on, on + lasts) for on, lasts in closures], axis=0)
    on, lasts = max(closures, key=lambda c: c[1])
    middle = on + lasts / 2
    return np.where(np.abs(T - middle) < 0.2, np.minimum(shut, dip), shut)


def _wander(sd, *, period_s=3.1):
    """Return a slow wandering of so much."""
    return sd * np.sqrt(2) * np.sin(2 * np.pi * T / period_s)


def _run(name, lid, *, flags=(), bad=()):
    channels = tuple(replace(c, flags=flags) for c in LIDS)
    rest = Condition.of(task="rest")
    made = recording(np.stack([lid, lid]), channels, rate_hz=RATE_HZ, condition=rest)
    held = visit(replace(made, bad=bad))
    return run_measure(entry(f"eyes.{name}"), held, visit_spans(held), seed=1)


@pytest.mark.parametrize(
    "name", ["blink_rate", "closures", "closed_share", "longest_closure", "perclos"]
)
def test_a_lid_that_wanders_as_far_as_a_closure_gives_nothing_and_says_what_to_do(name):
    """From 0.15 on nothing is counted or shared; below it something is."""
    noisy = _run(name, _closing() + _wander(1.3 * MOST))
    assert not noisy.estimates
    assert all("wanders by 0.2" in n.reason for n in noisy.not_measurable)
    assert all("Film nearer" in n.reason for n in noisy.not_measurable)
    assert _run(name, _closing() + _wander(0.6 * MOST)).estimates


def test_closures_themselves_are_no_noise():
    """An eye that is shut for half of the time, in many short closures, keeps its numbers."""
    busy = _closing([(0.5 + 1.2 * k, 0.6) for k in range(49)])
    assert _run("closed_share", busy).estimates
    assert _run("perclos", busy).estimates


def test_an_eye_that_opens_less_from_some_moment_on_is_no_noise():
    """A lid that hangs by a third in the second half keeps its share of the time."""
    assert _run("closed_share", np.maximum(_closing(), 0.33 * (T > SECONDS / 2))).estimates


def test_a_closure_that_noise_breaks_in_two_is_held():
    """One of 2.6 s that reads 0.3 in its midst: its limits hold it where the eye wanders by 0.1."""
    broken = _closing(dip=0.3)
    (still, _) = _run("longest_closure", broken).estimates
    (moves, _) = _run("longest_closure", broken + _wander(0.1)).estimates
    assert still.interval.hi < LONGEST_S - 0.5
    assert moves.value < LONGEST_S - 0.5
    assert moves.interval.hi > LONGEST_S


def test_perclos_of_a_lid_that_wanders_holds_shut_eyes_that_read_too_little():
    """Shut lids that read 0.75 are not counted; with noise of 0.1 the limits hold their time."""
    share = 100 * sum(lasts for _, lasts in SPASMS) / SECONDS
    (still, _) = _run("perclos", 0.7 * _closing()).estimates
    (moves, _) = _run("perclos", 0.7 * _closing() + _wander(0.1)).estimates
    assert moves.interval.hi > share
    assert moves.interval.hi > still.interval.hi + 2


def test_a_hole_where_a_closure_begins_moves_its_begin_by_no_more_than_the_hole():
    """Two pictures lost where the longest closure begins: no "at least", but its limits."""
    on, lasts = max(SPASMS, key=lambda c: c[1])
    hole = (BadSpan(start_s=on - 0.03, stop_s=on + 0.03, reason="dropped"),)
    (e, _) = _run("longest_closure", _closing(), bad=hole).estimates
    assert e.value == pytest.approx(lasts, abs=0.1)
    assert not any(flag.startswith("at_least") for flag in e.quality)
    assert e.interval.lo < lasts < e.interval.hi


@pytest.mark.parametrize("name", ["closures", "closed_share", "longest_closure", "perclos"])
def test_dropped_pictures_do_not_refuse_what_lasts(name):
    """Pictures that lie too far apart for blinks are flagged on times and shares, not refused."""
    found = _run(name, _closing(), flags=("too_uneven",))
    assert found.estimates
    assert all("too_uneven" in e.quality for e in found.estimates)


def test_dropped_pictures_refuse_blinks_in_words():
    """The refusal says what is wrong and what to do, without the name of the flag."""
    (why, *_) = _run("blink_rate", _closing(), flags=("too_uneven",)).not_measurable
    assert "50 ms" in why.reason
    assert "brighter light" in why.reason
    assert "too_uneven" not in why.reason


def test_an_eye_whose_gentle_closures_failed_is_not_told_to_film_them():
    """Where closures were filmed and not told from the open lid, that is said, with what helps."""
    flags = ("uncalibrated", "closures_unlike_open")
    for name, lid in (("perclos", _closing()), ("closures", 0.45 * _closing())):
        (why, *_) = _run(name, lid, flags=flags).not_measurable
        assert "fewer than three could be told from its open lid" in why.reason
        assert "nearer" in why.reason
        (bare, *_) = _run(name, lid, flags=flags[:1]).not_measurable
        assert "gentle closures" in bare.reason
        assert "fewer than three" not in bare.reason
