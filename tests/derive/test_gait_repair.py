"""Legs that a tracker mixes up get their names back, and others keep theirs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from eutonia.accuracy import gait_films
from eutonia.derive.gait import leg_length
from eutonia.derive.gait_repair import LEFT, RIGHT, exchanged, passing, swapped
from eutonia.simulate.gait import Gait, walk
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.simulate.people.body import person
from eutonia.simulate.people.pose import bones
from eutonia.simulate.people.walk import walker

#: Leg lengths between feet beyond which a wrong name is an error.
APART = 0.25


def _walked(*, rate_hz=30.0, seconds=8.0, seed=0, **camera):
    """Return a walk seen from the side: points from the hips in pixels, and the leg's length."""
    rng = np.random.default_rng(seed)
    spec = Gait(rate_hz=rate_hz, seconds=seconds, backwards=camera.pop("backwards", False))
    seen = filmed(rng, walk(rng, spec), Camera(distance_m=8, noise_px=2.0, **camera))
    return _from_hips(seen.parts["body"].xyz[:, :, :2].astype(float), rate_hz)


def _from_hips(points, rate_hz):
    scale = leg_length(points, rate_hz=rate_hz)
    return points - points[:, [23, 24]].mean(axis=1, keepdims=True), scale


def _apart(points, scale):
    return (points[:, 27, 0] - points[:, 28, 0]) / scale


def _laid_together(points, scale):
    """Return the points with each leg laid upon the other wherever they come near."""
    out, near = points.copy(), np.abs(_apart(points, scale)) < APART
    share = np.clip(np.abs(_apart(points, scale)) / APART, 0, 1)[near, None, None] ** 2
    middle = (points[:, LEFT] + points[:, RIGHT])[near] / 2
    for leg in (LEFT, RIGHT):
        out[np.ix_(near, leg)] = middle + share * (points[near][:, leg] - middle)
    return out


def _wrong(points, scale, turned, *, rate_hz):
    """Return how many pictures with feet apart keep a wrong name."""
    found = swapped(exchanged(points, turned), scale, rate_hz=rate_hz)
    return np.sum((found != turned) & (np.abs(_apart(points, scale)) > APART))


def _steps(points, scale):
    """Return from which to which picture each step lasts, from crossing to crossing."""
    crossings = np.flatnonzero(np.diff(np.sign(_apart(points, scale)))) + 1
    return [(a, b) for a, b in pairwise(crossings) if b - a > 3]


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("moves", [False, True])
def test_a_step_exchanged_from_crossing_to_crossing_is_turned_back(rate_hz, backwards, moves):
    """Where legs lie upon each other as they cross, the steps before and after tell who is who."""
    points, scale = _walked(rate_hz=rate_hz, backwards=backwards, moves=moves)
    points = _laid_together(points, scale)
    for start, stop in _steps(points, scale)[3:6]:
        turned = np.zeros(len(points), dtype=bool)
        turned[start:stop] = True
        assert _wrong(points, scale, turned, rate_hz=rate_hz) == 0


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
@pytest.mark.parametrize("drawn", [0.6, 0.75])
def test_a_picture_between_both_names_exchanges_no_step(rate_hz, drawn):
    """One picture in which both legs are drawn towards each other leaves all others as they are."""
    points, scale = _walked(rate_hz=rate_hz)
    points = _laid_together(points, scale)
    for start, stop in _steps(points, scale)[2:8]:
        bad = points.copy()
        k = start + 2 * (stop - start) // 3
        bad[k, LEFT] += drawn * (points[k, RIGHT] - points[k, LEFT])
        bad[k, RIGHT] += drawn * (points[k, LEFT] - points[k, RIGHT])
        found = swapped(bad, scale, rate_hz=rate_hz)
        found[k] = False
        assert not (found & (np.abs(_apart(points, scale)) > APART)).any()


def test_names_that_change_within_every_second_step_are_put_right():
    """A third of all pictures of one step, again in each stride, is named wrongly at random."""
    points, scale = _walked()
    points, rng = _laid_together(points, scale), np.random.default_rng(1)
    turned = np.zeros(len(points), dtype=bool)
    for start, stop in _steps(points, scale)[::2]:
        turned[start:stop] = rng.random(stop - start) < 0.4
    assert turned.sum() > 20
    assert _wrong(points, scale, turned, rate_hz=30.0) == 0


@pytest.mark.parametrize("ahead", [0.6, 0.9, 1.2])
def test_a_foot_that_is_never_passed_keeps_its_name(ahead):
    """Somebody who draws one leg after the other: the names stand, though no feet pass."""
    points, scale = _walked()
    points[:, LEFT, 0] += ahead * np.quantile(_apart(points, scale), 0.95) * scale[:, None]
    assert swapped(points, scale, rate_hz=30.0).mean() < 0.02


def test_who_stops_and_goes_on_keeps_the_names():
    """A second's halt in the middle of a step upsets the count of steps and no name."""
    points, scale = _walked()
    for k in range(90, 130, 4):
        held = np.concatenate([np.arange(k), np.full(30, k), np.arange(k, len(points))])
        noise = np.random.default_rng(k).standard_normal((len(held), 33, 2))
        found = swapped(points[held] + noise, scale[held], rate_hz=30.0)
        assert not (found & (np.abs(_apart(points, scale))[held] > APART)).any()


def test_who_stands_keeps_the_names():
    """Without steps nothing is turned, with feet side by side or one before the other."""
    points, scale = _walked()
    for k in range(60, 90, 5):
        noise = np.random.default_rng(k).standard_normal((200, 33, 2))
        found = swapped(points[[k] * 200] + noise, scale[[k] * 200], rate_hz=30.0)
        assert found.mean() < 0.02


@pytest.mark.parametrize("rate_hz", [30.0, 60.0])
def test_a_runner_gets_single_pictures_and_whole_steps_back(shared_data, rate_hz):
    """With the joints of a built run, names are put right in running as in walking."""
    mesh, view = shared_data / "human-mesh", "side, running"
    if not (mesh / "base.obj").is_file():
        pytest.skip(f"no human mesh in {mesh}: nobody can run")
    shot, who = replace(gait_films.SHOTS[view], rate_hz=rate_hz), person(3, folder=mesh)
    pose_at = walker(who, gait_films.drawn(3, view), until_s=2.6)
    scene = shot.scene(3).aimed(who, bones(who, pose_at(0.0)))
    at = np.arange(0, 2.5, 1 / rate_hz)
    posed = [gait_films.posed(who, bones(who, pose_at(t)), scene) for t in at]
    points, scale = _from_hips(np.stack(posed)[:, :, :2].astype(float), rate_hz)
    points = _laid_together(points, scale)
    for start, stop in _steps(points, scale)[1:5]:
        middle = (start + stop) // 2
        for wrong in (slice(start, stop), slice(middle, middle + 1)):
            turned = np.zeros(len(points), dtype=bool)
            turned[wrong] = True
            assert _wrong(points, scale, turned, rate_hz=rate_hz) == 0


def test_passing_does_not_know_names():
    """However names are dealt out, the distance of passing feet comes back, but for its sign."""
    t_s = np.arange(0, 8, 1 / 30)
    apart = 0.5 * np.sin(2 * np.pi * 0.9 * t_s)
    dealt = apart * np.random.default_rng(0).choice([-1, 1], len(t_s))
    found = passing(dealt, rate_hz=30.0)
    np.testing.assert_array_equal(found, passing(np.abs(apart), rate_hz=30.0))
    found *= np.sign(found @ apart)
    inside = slice(15, -15)
    np.testing.assert_allclose(found[inside], apart[inside], atol=0.06)


def test_feet_that_do_not_move_pass_nothing():
    """A constant distance, and a film of one picture a second, have no steps."""
    assert np.abs(passing(np.full(60, 0.3), rate_hz=30.0)).max() < 1e-6
    assert (passing(np.arange(5.0), rate_hz=1.0) == 0).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("which", [1, 3])
def test_feet_do_not_cross_to_and_fro_within_a_fifth_of_a_second(seed, which):
    """A step named wrong but for three pictures, its ends blended, is put right."""
    # As it was in a film: the feet seemed to cross twice more, which made two half strides.
    points, scale = _walked(rate_hz=25.0, seed=seed)
    first, last = _steps(points, scale)[which]
    # 1 where each leg has its own name, -1 the other's, and between them a blend of both legs.
    own = np.ones(len(points))
    course = (1, 1, -0.6, -1, -0.2, 0.3, 1, 1, 1, 0.2, -1, -1, -1, -0.9)[: last - first]
    own[first : first + len(course)] = course
    share, drawn = ((1 + own) / 2)[:, None, None], points.copy()
    drawn[:, LEFT] = share * points[:, LEFT] + (1 - share) * points[:, RIGHT]
    drawn[:, RIGHT] = share * points[:, RIGHT] + (1 - share) * points[:, LEFT]
    told = (np.abs(own) > 0.5) & (np.abs(_apart(points, scale)) > APART)
    found = swapped(drawn, scale, rate_hz=25.0)
    np.testing.assert_array_equal(found[told], own[told] < 0)
