"""A walk that is known in space is read back from the landmarks of a camera."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.gait import gait
from eutonia.derive.gait_view import FROM_BACK, FROM_FRONT, FROM_SIDE, OBLIQUE
from eutonia.model import Landmarks, Points
from eutonia.simulate.gait import Gait, of, walk
from eutonia.simulate.gait_filmed import Camera, filmed

FAR = 40.0  # metres: perspective bends angles by less than a degree


def _rows(landmarks):
    move = gait(landmarks)
    assert np.isfinite(move.x).all()
    return {
        (c.site, c.side): np.where(good, x, np.nan)
        for c, x, good in zip(move.channels, move.x, move.good, strict=True)
    }


def _film(seed=0, camera=None, **spec):
    rng = np.random.default_rng(seed)
    walked = walk(rng, Gait(**{"seconds": 8.0, "spread_deg": 0.0, **spec}))
    return walked, filmed(rng, walked, camera or Camera(distance_m=FAR))


def _turned(walked, degrees):
    """Turn the walker about the vertical, as if the camera stood elsewhere."""
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    points = walked.points - walked.points[:, 23:25].mean(axis=1, keepdims=True) * [1, 0, 0]
    return replace(walked, gait=replace(walked.gait, speed_mps=0.0), points=points @ turn.T)


@pytest.mark.parametrize(
    ("view", "code"), [("side", FROM_SIDE), ("front", FROM_FRONT), ("back", FROM_BACK)]
)
def test_the_view_is_told(view, code):
    """Side, front and back are told in every picture, also of somebody 12 m away."""
    _, seen = _film(camera=Camera(view=view, distance_m=12, noise_px=1.0))
    assert (_rows(seen)["view", "midline"] == code).all()


def test_between_side_and_front_no_angle_is_read():
    """At 45 degrees the view is oblique: feet still give strides, and no angle is good."""
    walked, _ = _film()
    turned = _turned(walked, 45)
    found = _rows(filmed(np.random.default_rng(0), turned, Camera(distance_m=FAR)))
    assert (found["view", "midline"] == OBLIQUE).all()
    angles = ("foot_pitch", "foot_inversion", "knee", "hip", "arm")
    assert all(np.isnan(found[a, s]).all() for a in angles for s in ("left", "right"))
    assert np.isnan(found["trunk_sagittal", "midline"]).all()
    assert np.isnan(found["trunk_lateral", "midline"]).all()
    assert np.isfinite(found["foot", "left"]).all()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("moves", [False, True])
def test_direction_of_travel_needs_no_ground(mirrored, backwards, moves):
    """Forwards and backwards are told, to either side, also where the camera goes along."""
    camera = Camera(distance_m=12, mirrored=mirrored, moves=moves)
    _, seen = _film(camera=camera, backwards=backwards)
    assert (_rows(seen)["travel", "midline"] == (-1 if backwards else 1)).all()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_travel_is_told_where_the_near_foot_is_always_the_lower_one(mirrored, backwards):
    """A camera high up sees the near foot lower even as it swings; the way is told all the same."""
    camera = Camera(distance_m=2.5, height_m=3.0, mirrored=mirrored)
    _, seen = _film(camera=camera, backwards=backwards)
    near, far = (27, 28) if mirrored else (28, 27)
    low = seen.parts["body"].xyz[:, :, 1]
    assert (low[:, near] > low[:, far]).all()
    assert (_rows(seen)["travel", "midline"] == (-1 if backwards else 1)).all()


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_far_foot_is_not_read_while_the_near_one_swings_before_it(mirrored):
    """Of the standing far foot those pictures are left out, of the near foot none."""
    camera = Camera(distance_m=12, mirrored=mirrored)
    walked, seen = _film(camera=camera)
    near, far = ("left", "right") if mirrored else ("right", "left")
    found, at = _rows(seen), walked.points[:, [27, 28], 0]
    own, other = at.T if far == "left" else at.T[::-1]
    standing = np.abs(np.gradient(own)) < 1e-4
    beside = standing & (np.abs(other - own) < 0.1)
    clear = np.abs(other - own) > 0.5
    assert beside.sum() > 10
    assert np.isnan(found["foot_pitch", far][beside]).all()
    assert np.isfinite(found["foot_pitch", far][clear]).all()
    assert np.isfinite(found["foot_pitch", near]).all()


@pytest.mark.parametrize("mirrored", [False, True])
def test_lean_forwards_is_positive_to_either_side(mirrored):
    """A trunk 20 degrees forwards reads +20, whichever way the person walks."""
    _, seen = _film(camera=Camera(distance_m=FAR, mirrored=mirrored), lean_deg=(20.0, 0.0))
    lean = _rows(seen)["trunk_sagittal", "midline"]
    np.testing.assert_allclose(lean, 20.0, atol=0.7)


@pytest.mark.parametrize("view", ["front", "back"])
def test_lean_to_the_right_is_positive_from_front_and_back(view):
    """A trunk 12 degrees to the person's right reads +12 from either side."""
    _, seen = _film(camera=Camera(view=view, distance_m=FAR), lean_deg=(0.0, 12.0))
    np.testing.assert_allclose(_rows(seen)["trunk_lateral", "midline"], 12.0, atol=0.7)


def test_inversion_turns_the_toes_inwards():
    """Feet turned by 20 and by -8 degrees read so (+ inwards) where they are lifted."""
    tips = of(left=20.0, right=-8.0)
    camera = Camera(view="front", distance_m=FAR)
    _, seen = _film(camera=camera, inversion_deg=tips, stance_inversion_deg=tips)
    found = _rows(seen)
    for side, other in (("left", "right"), ("right", "left")):
        lifted = found["foot", side] > 4
        assert lifted.mean() > 0.1
        assert np.median(found["foot_inversion", side][lifted]) == pytest.approx(tips[side], abs=3)
        # The height of one foot above the other is minus that of the other.
        np.testing.assert_allclose(found["foot", side], -found["foot", other], atol=1e-3)


def test_inversion_is_read_from_the_front_alone():
    """From behind it is not good; from the front a flag says that turning in looks the same."""
    for view in ("front", "back"):
        _, seen = _film(camera=Camera(view=view))
        assert np.isnan(_rows(seen)["foot_inversion", "left"]).all() == (view == "back")
    flags = {c.site: c.flags for c in gait(seen).channels if c.side == "left"}
    assert "inversion_or_turning_in" in flags["foot_inversion"]
    assert "inversion_or_turning_in" not in flags["foot"]


@pytest.mark.parametrize(("mirrored", "near", "far"), [(0, "right", "left"), (1, "left", "right")])
def test_the_near_arm_swings_by_its_range_and_the_far_one_is_not_read(mirrored, near, far):
    """Ranges of 20 and 50 degrees come back where no trunk hides them, on either way."""
    arms = of(left=20.0, right=50.0)
    _, seen = _film(camera=Camera(distance_m=12, mirrored=bool(mirrored)), arm_deg=arms)
    found = _rows(seen)
    assert np.ptp(found["arm", near]) == pytest.approx(arms[near], abs=1.5)
    assert np.isnan(found["arm", far]).all()


def test_toes_point_down_and_a_flat_foot_has_a_pitch_of_none():
    """A foot flat on the ground has a pitch of 0; lifted it points down as simulated."""
    _, seen = _film()
    found = _rows(seen)
    for side in ("left", "right"):
        flat = np.abs(found["foot_pitch", side]) < 1
        # The camera sees the right flank; while the right foot swings by, the left is not read.
        assert flat.mean() > (0.2 if side == "right" else 0.1)
        # Just before it leaves the ground the toes point down by what the simulation holds.
        assert np.nanmax(found["foot_pitch", side]) == pytest.approx(55, abs=3)


def test_distances_are_in_leg_lengths_whatever_the_camera():
    """From 12 m and from 40 m the foot goes as far ahead of the hips, in % of the leg."""
    reach = []
    for distance in (12.0, FAR):
        _, seen = _film(camera=Camera(distance_m=distance))
        reach.append(np.nanquantile(_rows(seen)["foot", "right"], 0.98))
    assert reach[0] == pytest.approx(reach[1], rel=0.04)
    assert 30 < reach[1] < 60


def test_legs_that_were_taken_for_each_other_are_turned_back():
    """Names exchanged for two stretches: the feet read as without, and the channels say so."""
    camera = Camera(distance_m=12, noise_px=1.0)
    _, plain = _film(camera=camera)
    _, wrong = _film(camera=replace(camera, exchanged=((1.2, 1.5), (4.0, 4.9))))
    told, turned = _rows(plain), _rows(wrong)
    for side in ("left", "right"):
        off = np.abs(told["foot", side] - turned["foot", side])
        # Hips keep their names, so that the leg, which is 100 %, looks a little longer; a picture
        # that was not turned back would be off by up to 90 %.
        assert off.max() < 1.0
    flags = {c.name: c.flags for c in gait(wrong).channels}
    assert "legs_exchanged" in flags["left_foot"]
    assert "legs_exchanged" not in {f for c in gait(plain).channels for f in c.flags}


def test_a_point_that_jumps_away_is_not_good():
    """One heel a leg's length off in one picture is not good there; the others are."""
    _, seen = _film(camera=Camera(distance_m=12))
    xyz = seen.parts["body"].xyz.copy()
    xyz[200, 29, 1] += 100
    body = replace(seen.parts["body"], xyz=xyz)
    foot = _rows(replace(seen, parts={"body": body}))["foot", "left"]
    assert np.isnan(foot[200])
    assert np.isfinite(np.delete(foot, 200)).all()


def test_hidden_points_and_lost_pictures_are_not_good():
    """Likely hidden feet and pictures without the person are marked; nothing becomes NaN."""
    _, seen = _film(camera=Camera(distance_m=12))
    body = seen.parts["body"]
    xyz, visible = body.xyz.copy(), body.visible.copy()
    xyz[100:110] = np.nan
    visible[300:320, 31] = 0.2
    changed = replace(body, xyz=xyz, visible=visible)
    move = gait(replace(seen, parts={"body": changed}))
    good = {c.name: g for c, g in zip(move.channels, move.good, strict=True)}
    assert np.isfinite(move.x).all()
    assert not any(g[100:110].any() for g in good.values())
    assert not good["left_foot_pitch"][300:320].any()
    assert good["right_foot_pitch"][300:320].all()


def test_nobody_seen_gives_no_good_sample():
    """A film in which nobody was found has channels and no number that may be used."""
    body = Points(xyz=np.full((40, 33, 3), np.nan, dtype=np.float32), score=np.zeros(40, "f4"))
    move = gait(Landmarks(t_s=np.arange(40) / 30, width=640, height=480, parts={"body": body}))
    assert not move.good.any()
    assert np.isfinite(move.x).all()
