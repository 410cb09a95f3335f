"""Distances from a zero that nobody set, and ranges of which only the least is known."""

import numpy as np
import pytest

from eutonia.stats.unknown_zero import distances_apart

from .test_posture import T, _film, _run, _steady, _why

UNSET = ("zero_anatomical",)


def _difference(*postures, flags):
    """Return the contrast of the deviation of two postures, rest before hold."""
    films = [
        _film(_steady(*posture), flags=flags, task=task)
        for posture, task in zip(postures, ("rest", "hold"), strict=True)
    ]
    (found,) = _run("head.dev_total", *films).contrasts
    return found if found.a == "hold" else pytest.fail("the contrast goes the other way")


def test_a_difference_of_lengths_holds_what_an_unknown_zero_makes_of_it():
    """A turn by 10 degrees beside a false nod of 8 reads 5 only: without a zero 10 is held."""
    found = _difference((0, -8, 0), (10, -8, 0), flags=UNSET)
    assert found.value == pytest.approx(np.hypot(10, 8) - 8, abs=0.2)
    assert found.interval.lo < -5
    assert found.interval.hi >= 10
    assert found.p > 0.05


def test_with_a_zero_the_difference_stays_as_sharp():
    """What was measured against a zero is a turn beside a true nod, and no more."""
    found = _difference((0, -8, 0), (10, -8, 0), flags=())
    assert found.interval.hi < 9
    assert found.p < 0.05


def test_postures_far_from_any_zero_differ_by_what_they_read():
    """At 15 and 35 degrees in one line no zero that may be takes much from the difference."""
    found = _difference((15, 0, 0), (35, 0, 0), flags=UNSET)
    assert found.p < 0.001
    # The two are never further apart than the way between them, nor is less of it likely.
    assert 8 < found.interval.lo < 17
    assert found.interval.hi == pytest.approx(20, abs=6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, -8, 0), (10, -6, 0)),
        ((0, 0, 0), (10, 0, 0)),
        ((25, 5, -8), (12, 3, -4)),
        ((3, 0, 0), (5, 2, 0)),
        ((0, -20, 0), (0, -10, 0)),
    ],
)
def test_the_true_difference_is_held_for_zeros_as_they_are_drawn(one, other):
    """Of 400 zeros drawn about the anatomical one at least 95 % leave the truth in the limits."""
    rng, sd = np.random.default_rng(0), np.array([4.0, 6.0, 3.0])
    true = np.linalg.norm(other) - np.linalg.norm(one)
    held = 0
    for _ in range(400):
        wrong = sd * rng.standard_normal(3)
        a, b = (np.array(p) + wrong for p in (other, one))
        read = np.linalg.norm(a) - np.linalg.norm(b)
        below, above = distances_apart(a, b, sd)
        held += read - below - 1e-6 <= true <= read + above + 1e-6
    assert held >= 0.95 * 400


def _range(right, left):
    """Return the asymmetry of a head that turns so far to both sides."""
    x = _steady()
    move = np.sin(2 * np.pi * T / 10)
    x[0] += np.where(move > 0, right, left) * move
    return _run("head.rom_asym", _film(x, task="range"))


@pytest.mark.parametrize(("right", "left", "sign"), [(62, 18, 1), (20, 60, -1)])
def test_where_one_side_is_at_least_so_is_the_asymmetry(right, left, sign):
    """62 to 18 is at least the near end of its interval to that side, whichever it is."""
    (found,) = _range(right, left).estimates
    assert np.sign(found.value) == sign
    near = min(abs(found.interval.lo), abs(found.interval.hi))
    assert found.least == pytest.approx(near, abs=1e-3)


def test_where_both_sides_are_at_least_neither_goes_further():
    """76 and 57 read 65 and 58: a camera that stops at both says nothing about their share."""
    outcome = _range(65, 58)
    assert outcome.estimates == ()
    assert "Of both sides only the least is known" in _why(outcome)


def test_where_both_sides_are_known_the_asymmetry_is():
    """40 to 20 keeps its closed interval."""
    (found,) = _range(40, 20).estimates
    assert found.least is None
