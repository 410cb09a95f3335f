"""How wide an eye is open, and whether that changed from one condition to another."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import OPENINGS
from eutonia.simulate.visit import recording, visit

RATE_HZ = 30.0
T_S = np.arange(round(30 * RATE_HZ)) / RATE_HZ
DIM = Condition.of(task="rest")
BRIGHT = Condition.of(task="rest", light="bright")


def _film(left, right, condition=DIM):
    """Return gaps in % of the distance of the eyes, with a blink every three seconds."""
    blinks = np.where(T_S % 3 < 0.3, 0.1, 1.0)
    x = np.array([[left], [right]]) * blinks
    x += np.random.default_rng(3).normal(0, 0.1, x.shape)
    return recording(x, OPENINGS, rate_hz=RATE_HZ, condition=condition)


def _run(*films):
    held = visit(*films)
    return run_measure(entry("eyes.opening"), held, visit_spans(held), seed=1)


def test_the_opening_is_that_between_blinks():
    """Gaps of 10 and 8 % read so, whatever the blinks, and each interval holds its own."""
    for e, gap in zip(_run(_film(10.0, 8.0)).estimates, (10.0, 8.0), strict=True):
        assert e.value == pytest.approx(gap, rel=0.01)
        assert e.interval.lo < gap < e.interval.hi


@pytest.mark.parametrize(("reads", "told"), [(0.77, True), (0.9, False)])
def test_a_narrowing_is_told_from_what_even_lids_read_anew(reads, told):
    """Lids narrowed by 0.4 read 0.77 and differ; even ones that read 0.9 in another pose do not."""
    found = _run(_film(10, 10), _film(10 * reads, 10 * reads, BRIGHT))
    light = [c for c in found.contrasts if c.factor == "light"]
    assert len(light) == 2
    for c in light:
        assert c.scale == "ratio"
        assert c.value == pytest.approx(reads, rel=0.01)
        assert (c.interval.hi < 1) == told
        assert (c.p < 0.05) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        # The right lid hangs, by 0.6 or 0.8 of the opening, and draws the left one along.
        ((10, 10), (7.9, 4.7), (False, True)),
        ((10, 10), (7.6, 3.6), (False, True)),
        # Both are narrowed, the right one by more: the left one is as well.
        ((10, 10), (7.3, 6.0), (True, True)),
        # The right lid hangs in both conditions, and both are narrowed as much: what so narrow a
        # gap reads anew from one filming to another is as large as that.
        ((8.5, 5.5), (0.77 * 8.5, 0.77 * 5.5), (True, False)),
    ],
)
def test_a_lid_that_may_only_be_drawn_along_is_not_told_to_be_narrowed(before, after, told):
    """One that reads narrower while the other hangs may be as wide as before; that one is not."""
    found = _run(_film(*before), _film(*after, BRIGHT))
    light = {c.target.label: c for c in found.contrasts if c.factor == "light"}
    for side, value, narrower in zip(("left", "right"), after, told, strict=True):
        (c,) = (c for label, c in light.items() if side in label)
        assert (c.interval.hi < 1) == narrower
        assert (c.p < 0.05) == narrower
        (e,) = (
            e
            for e in found.estimates
            if side in e.target.label and e.condition.get("light") == "bright"
        )
        assert e.value == pytest.approx(value, rel=0.01)
        if before == (10, 10):
            assert (e.interval.hi < 10) == narrower


@pytest.mark.parametrize(("reads", "told"), [(0.8, True), (0.95, False)])
def test_the_two_eyes_are_held_against_each_other(reads, told):
    """A left lid that reads 0.8 of the right is told apart, one of 0.95 is not."""
    (c,) = _run(_film(10 * reads, 10)).contrasts
    assert c.factor == "side"
    assert (c.interval.hi < 1) == told


def test_two_sides_hold_what_is_true_of_a_lid_that_hangs():
    """A left lid that reads 1.78 times as wide as the right and is 2.5 times is told and held."""
    (c,) = _run(_film(9.3, 9.3 / 1.78)).contrasts
    assert c.value == pytest.approx(1.78, rel=0.01)
    assert 1 < c.interval.lo < c.value
    assert c.interval.hi > 2.5
    assert c.p < 0.05


def test_a_condition_holds_what_is_true_of_lids_that_are_narrowed():
    """Lids narrowed by 0.6 that read 0.7, as of dark skin, are held at 0.4, and told."""
    found = _run(_film(10, 10), _film(7, 7, BRIGHT))
    for c in (c for c in found.contrasts if c.factor == "light"):
        assert c.value == pytest.approx(0.7, rel=0.01)
        assert c.interval.lo < 0.4
        assert c.value < c.interval.hi < 1


@pytest.mark.parametrize(("gaps", "told"), [((4.9, 3.9), False), ((9.8, 7.8), True)])
def test_narrow_lids_that_read_uneven_need_not_be(gaps, told):
    """Lids both narrowed by 0.6 read 0.8 of each other by chance, open ones do not."""
    (c,) = _run(_film(*gaps)).contrasts
    assert (c.interval.lo > 1) == told
    assert (c.p < 0.05) == told


def test_an_eye_that_was_never_seen_has_no_opening():
    """Where one eye is hidden all the time, a sentence says so and the other one is given."""
    outcome = _run(_film(np.nan, 10.0))
    (e,) = outcome.estimates
    assert "right" in e.target.label
    assert outcome.not_measurable[0].reason
