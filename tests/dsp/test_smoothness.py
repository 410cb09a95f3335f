"""Smoothness of movements: published vectors, and pieces that are one movement each."""

import numpy as np
import pytest

from eutonia.dsp.smoothness import angular_speed, dimensionless_jerk, ldlj, movements, sparc


def _bell():
    return np.exp(-5 * np.arange(-1, 1, 0.01) ** 2)


def test_the_published_vector_is_met():
    """The authors' test movement gives their spectral arc length and jerk (T01, T02)."""
    assert sparc(_bell(), rate_hz=100) == pytest.approx(-1.41403, abs=1e-5)
    assert dimensionless_jerk(_bell(), rate_hz=100) == pytest.approx(-335.74684, abs=1e-5)
    assert ldlj(_bell(), rate_hz=100) == pytest.approx(-5.81636, abs=1e-5)


def test_size_does_not_matter():
    """A movement three times as fast and as large is as smooth."""
    assert sparc(3 * _bell(), rate_hz=100) == pytest.approx(sparc(_bell(), rate_hz=100))
    assert ldlj(3 * _bell(), rate_hz=100) == pytest.approx(ldlj(_bell(), rate_hz=100))


def test_a_movement_in_two_halves_is_less_smooth():
    """A stop in the middle lengthens the spectral arc and raises the jerk."""
    t = np.arange(-1, 1, 0.01)
    halves = np.exp(-40 * (t + 0.4) ** 2) + np.exp(-40 * (t - 0.4) ** 2)
    assert sparc(halves, rate_hz=100) < sparc(_bell(), rate_hz=100) - 0.5
    assert ldlj(halves, rate_hz=100) < ldlj(_bell(), rate_hz=100) - 1


def test_each_turn_is_one_movement():
    """Three turns with rests between are three pieces, which end where the speed is 5 %."""
    t = np.arange(0, 12, 0.01)
    speed = sum(80 * np.exp(-5 * (t - at) ** 2) for at in (2, 6, 10))
    found = movements(speed, np.ones(len(t), dtype=bool), rate_hz=100, least_speed=20)
    assert len(found) == 3
    half = np.sqrt(np.log(20) / 5)  # where exp(-5 t²) is 1/20
    for piece, at in zip(found, (2, 6, 10), strict=True):
        assert piece.start / 100 == pytest.approx(at - half, abs=0.02)
        assert piece.stop / 100 == pytest.approx(at + half, abs=0.02)


def test_a_movement_with_a_gap_does_not_count():
    """What was not seen whole is left out, and so is a movement that the end cuts."""
    t = np.arange(0, 11, 0.01)
    speed = sum(80 * np.exp(-5 * (t - at) ** 2) for at in (2, 6, 11))
    mask = np.ones(len(t), dtype=bool)
    mask[600] = False
    assert len(movements(speed, mask, rate_hz=100, least_speed=20)) == 1


def test_the_speed_of_a_turn_is_its_derivative():
    """A turn at 30 degrees a second about one axis has that speed in its middle."""
    x = np.stack([30 * np.arange(0, 4, 0.02), np.zeros(200), np.zeros(200)])
    assert angular_speed(x, rate_hz=50, cutoff_hz=6)[100] == pytest.approx(30, rel=1e-3)
