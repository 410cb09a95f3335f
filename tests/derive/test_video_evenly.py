"""Movements at an even rate: what lies between pictures, and what does not."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.video import evenly
from eutonia.model import Channel, Movement


def _movement(x, good=None):
    x = np.atleast_2d(np.asarray(x, dtype=float))
    channels = tuple(Channel(name=f"c{i}", kind="head", unit="deg") for i in range(len(x)))
    good = np.ones(x.shape, dtype=bool) if good is None else np.atleast_2d(good)
    return Movement(kind="head", channels=channels, x=x, good=good)


def test_an_even_camera_stays_as_it_is():
    """Samples at the times of the pictures are the pictures' values, none is lost."""
    t = np.arange(50) / 30
    x = np.sin(t)
    np.testing.assert_allclose(evenly(_movement(x), t, 30.0)[0], x, atol=1e-12)


def test_an_uneven_camera_keeps_a_straight_line():
    """A movement at constant speed is recovered exactly from jittered stamps."""
    rng = np.random.default_rng(3)
    t = np.arange(200) / 60 + rng.uniform(-0.003, 0.003, 200)
    out = evenly(_movement(5 * t), t, 60.0)[0]
    at = np.arange(len(out)) / 60 + t[0]
    seen = np.isfinite(out)
    assert seen.mean() > 0.98
    np.testing.assert_allclose(out[seen], 5 * at[seen], atol=1e-9)


@pytest.mark.parametrize("lost", [1, 2, 3, 6])
def test_a_gap_is_not_filled(lost):
    """One lost picture is bridged; where two or more are lost, there are no numbers."""
    t = np.delete(np.arange(60) / 30, np.arange(20, 20 + lost))
    out = evenly(_movement(t), t, 30.0)[0]
    assert len(out) == 60
    far = list(range(20, 20 + lost)) if lost > 1 else []
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(out)), far)


def test_unusable_pictures_count_as_missing():
    """Each channel has its own usable pictures; one without any is empty."""
    t = np.arange(40) / 30
    good = np.ones((2, 40), dtype=bool)
    good[0, 10:20] = False
    good[1] = False
    out = evenly(_movement([t, t], good), t, 30.0)
    assert np.isnan(out[0]).sum() == 10
    assert np.isnan(out[1]).all()


@pytest.mark.parametrize("rate", [23.976, 29.97, 30.0, 59.94])
def test_rounded_stamps_lose_nothing_beside_a_dropped_picture(rate):
    """Stamps in ticks of a file, single pictures dropped: every sample is there."""
    ticks = np.round(np.arange(600) / rate * 90_000) / 90_000
    t = np.delete(ticks, np.arange(7, 590, 23))
    out = evenly(_movement(5 * t), t, 1 / float(np.median(np.diff(t))))
    assert np.isfinite(out).all()


def _size(kind, hz, t, rate):
    """Return how large a sine of size 1 is between pictures at some times."""
    x = np.sin(2 * np.pi * hz * t)
    movement = replace(_movement(x), kind=kind)
    return float(np.sqrt(2 * np.nanmean(evenly(movement, t, rate)[0] ** 2)))


@pytest.mark.parametrize(("hz", "least"), [(2, 0.995), (5, 0.99), (8, 0.96), (10, 0.9)])
@pytest.mark.parametrize("camera", ["jitters", "drifts"])
def test_a_tremor_keeps_its_size_between_the_pictures(camera, hz, least):
    """At 30 pictures a second whose stamps lie beside an even grid, as those of telephones do."""
    steps = np.random.default_rng(1).uniform(0.9, 1.15, 1200)
    t = {"jitters": np.cumsum(steps) / 30, "drifts": np.arange(1200) / 30.09}[camera]
    assert least < _size("head", hz, t, 30.0) < 1.01
    assert _size("lid", hz, t, 30.0) < _size("head", hz, t, 30.0)


def test_a_curve_does_not_swing_beyond_a_lid_that_snaps_or_a_gap():
    """Lids stay between their pictures; a head that jumps over a gap has no swing beside it."""
    t = np.cumsum(np.random.default_rng(2).uniform(0.9, 1.15, 300)) / 30
    step = np.where(t > t[150], 1.0, 0.0)
    lid = evenly(replace(_movement(step), kind="lid"), t, 30.0)[0]
    assert np.nanmin(lid) == 0
    assert np.nanmax(lid) == 1
    apart = np.delete(t, slice(148, 153))
    jumped = evenly(_movement(np.where(apart > t[150], 1.0, 0.0)), apart, 30.0)[0]
    assert np.nanmin(jumped) > -1e-9
    assert np.nanmax(jumped) < 1 + 1e-9
