"""Simulated heads have the posture, the drift and the excursions that were asked for."""

import numpy as np
import pytest

from eutonia.simulate.head import Posture, excursions, held
from eutonia.simulate.wander import wander

RATE_HZ = 30.0


def test_a_wander_has_unit_variance_from_its_first_sample_and_forgets_in_time():
    """Over many channels the variance is 1 at once; at a lag of one time it has fallen to 1/e."""
    x = wander(np.random.default_rng(0), 4000, 90, rate_hz=RATE_HZ, time_s=0.8)
    np.testing.assert_allclose(x[:, [0, -1]].var(axis=0), 1, atol=0.08)
    lag = round(0.8 * RATE_HZ)
    assert np.mean(x[:, 0] * x[:, lag]) == pytest.approx(np.exp(-1), abs=0.05)


def test_a_posture_without_jerks_stays_about_its_centre():
    """The mean over ten minutes is the centre, the spread that of drift, tremor and noise."""
    still = Posture(centre=(20.0, -5.0, 8.0), jerks_per_min=0)
    x = still.angles(np.random.default_rng(1), seconds=600, rate_hz=RATE_HZ)
    np.testing.assert_allclose(x.mean(axis=1), still.centre, atol=0.5)
    parts = np.square([still.drift, np.array(still.tremor) / np.sqrt(2), still.noise]).sum(axis=0)
    np.testing.assert_allclose(x.std(axis=1), np.sqrt(parts), rtol=0.1)


def test_jerks_pull_to_one_side():
    """Twenty pulls of 6 degrees a minute that fade in 0.3 s move the mean by 0.6 degrees."""
    x = Posture(centre=(0, 0, 0)).angles(np.random.default_rng(2), seconds=3600, rate_hz=RATE_HZ)
    assert x[0].mean() == pytest.approx(20 / 60 * 6 * 0.3, abs=0.25)


def test_excursions_reach_their_tops_on_both_sides():
    """Every axis goes as far as asked to either side, and one axis at a time."""
    tops = np.array([[40.0, 20.0], [25.0, 30.0], [15.0, 35.0]])
    x = excursions(np.random.default_rng(3), tops, rate_hz=RATE_HZ)
    np.testing.assert_allclose(x.max(axis=1), tops[:, 0], atol=0.8)
    np.testing.assert_allclose(-x.min(axis=1), tops[:, 1], atol=0.8)
    assert (np.sort(np.abs(x), axis=0)[1] < 1.2).all()


def test_a_head_that_is_held_leaves_the_middle_when_it_is_lost():
    """Before it is lost it stays within a few degrees; afterwards it goes as far as asked."""
    t_s = np.arange(900) / RATE_HZ
    x = held(np.random.default_rng(4), t_s, lost_s=10, away=40, over_s=10)
    assert np.abs(x[:, t_s < 10]).max() < 4
    assert x[0, -60:].mean() == pytest.approx(40, abs=2)
