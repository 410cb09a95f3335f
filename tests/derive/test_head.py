"""Angles, shifts and shoulders of a rigid face before a pinhole camera, by hand calculation."""

import time
from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive import head as derived
from eutonia.derive.head import anatomical, corrected, head, uncorrected, zero_of
from eutonia.dsp.rotation import FOCAL, seen_angles, turned
from eutonia.knowledge import table
from eutonia.model import CannotMeasure, Landmarks, Points, Source

WIDTH, HEIGHT = 1920, 1080
NAMES = {c: i for i, c in enumerate(["yaw", "pitch", "roll", "pitch_gravity", "roll_gravity"])}


@pytest.fixture
def ideal(monkeypatch):
    """Take landmarks as they are: those of these tests come from no model that needs correcting."""
    monkeypatch.setattr(derived, "_added", np.zeros_like)
    monkeypatch.setattr(derived, "_true_shift", lambda _, seen, **__: seen)


def face_of(rotation, *, at=(0.0, 0.0), shape=None, px=150.0):
    """Return a face turned by rotations in the frame of its ray, at a place right and up."""
    points = table("head_points")["points"]
    shape = anatomical().shape if shape is None else shape
    turned_points = px * np.einsum("nij,kj->nki", rotation, shape)
    xyz = np.zeros((len(rotation), 478, 3), dtype=np.float32)
    xyz[:, points] = turned_points * [1, -1, -1]
    xyz += np.array([WIDTH / 2 + at[0], HEIGHT / 2 - at[1], 0])
    return Points(xyz=xyz, score=np.ones(len(rotation), dtype=np.float32))


def body_of(n, *, yaw=0.0, roll=0.0, up=(0.0, 0.0), width=300.0):
    """Return shoulders below the middle of the picture; left is on the picture's right."""
    across = turned(yaw, 0.0, roll) @ np.array([width / 2, 0, 0])
    xyz = np.zeros((n, 33, 3), dtype=np.float32)
    for point, sign, high in ((11, 1, up[0]), (12, -1, up[1])):
        xyz[:, point] = sign * across * [1, -1, -1] - [0, high, 0]
        xyz[:, point + 4] = xyz[:, point] + [0, 1.5 * width, 0]  # the arms hang
    world = xyz / 1000
    xyz += np.array([WIDTH / 2, HEIGHT / 2 + 300, 0], dtype=np.float32)
    ones = np.ones(n, dtype=np.float32)
    return Points(xyz=xyz, score=ones, world=world, visible=np.ones((n, 33), dtype=np.float32))


def film(face, **parts):
    """Return landmarks at 30 pictures a second; a body has its nose where the face has its own."""
    t_s = np.arange(len(face.score)) / 30
    if "body" in parts:
        xyz = parts["body"].xyz.copy()
        xyz[:, 0] = face.xyz[:, 1]
        parts["body"] = replace(parts["body"], xyz=xyz)
    return Landmarks(t_s=t_s, width=WIDTH, height=HEIGHT, parts={"face": face, **parts})


def row(movement, name):
    """Return the values of one channel."""
    return movement.x[[c.name for c in movement.channels].index(name)]


def flags(movement, name):
    """Return the flags of one channel."""
    return {f for c in movement.channels if c.name == name for f in c.flags}


@pytest.mark.usefixtures("ideal")
def test_a_grid_of_rotations_is_read_exactly():
    """Vector T14: yaw to 60, pitch and roll to 40 degrees are right to far less than a degree."""
    grid = np.stack(np.meshgrid(range(-60, 61, 15), range(-40, 41, 10), range(-40, 41, 10)), -1)
    grid = grid.reshape(-1, 3).astype(float)
    found = head(film(face_of(turned(*grid.T))))
    assert np.abs(found.x[:3].T - grid).mean() <= 0.01
    assert found.good[:3].all()


@pytest.mark.usefixtures("ideal")
def test_a_bias_of_the_model_cancels_against_the_zero():
    """A face that reads 10 degrees down and 3 to the side when straight is read without these."""
    bias = turned(3.0, -10.0, 1.0)
    angles = np.array([[0, 0, 0]] * 40 + [[30, 10, -20], [-45, 5, 8], [0, 0, 60]], dtype=float)
    # The anatomical zero takes 3 degrees of yaw for the turn of the whole person.
    marks = film(face_of(turned(*angles.T) @ bias))
    zero = zero_of(marks, np.arange(len(angles)) < 40)
    found = head(marks, zero=zero)
    np.testing.assert_allclose(found.x[2, -1], 60, atol=0.2)
    sideways = turned(zero.yaw_deg)
    from eutonia.dsp.rotation import angles as read

    expected = read(sideways.T @ turned(*angles.T) @ sideways)
    np.testing.assert_allclose(found.x[:3].T, expected, atol=0.01)


@pytest.mark.usefixtures("ideal")
def test_a_pure_tilt_is_no_turn():
    """The Euler trap: a model that reads 10 degrees down gives no false yaw in a tilt of 60."""
    roll = np.concatenate([np.zeros(40), [-60.0, 60.0]])
    marks = film(face_of(turned(0.0, 0.0, roll) @ turned(0.0, -10.0)))
    found = head(marks, zero=zero_of(marks, np.arange(42) < 40))
    np.testing.assert_allclose(found.x[:3, -2:], [[0, 0], [0, 0], [-60, 60]], atol=0.01)


@pytest.mark.usefixtures("ideal")
def test_the_place_in_the_picture_is_no_turn():
    """A straight head at the edge of the picture, which its crop shows turned, reads straight."""
    angle = 15.0
    away = FOCAL * WIDTH * np.tan(np.radians(angle))
    seen_in_crop = turned(np.array([-angle] * 3))
    found = head(film(face_of(seen_in_crop, at=(away, 0.0))))
    np.testing.assert_allclose(found.x[:3], 0, atol=0.6)  # the mean of the points is not the origin


@pytest.mark.usefixtures("ideal")
def test_a_person_filmed_from_aside_is_straight_against_the_zero():
    """A chair that stands 20 degrees turned from the camera is taken off by the zero."""
    yaw = np.full(120, 20.0)
    yaw[60:] = 50.0
    marks = film(face_of(turned(yaw)), body=body_of(120, yaw=20.0))
    found = head(marks, zero=zero_of(marks, np.arange(120) < 60))
    np.testing.assert_allclose(row(found, "yaw"), yaw - 20, atol=0.01)
    np.testing.assert_allclose(row(found, "yaw_camera"), yaw, atol=0.01)


@pytest.mark.usefixtures("ideal")
def test_pictures_with_turned_shoulders_are_left_out():
    """Shoulders turned by 45 degrees give no angle to the trunk, but still one to the camera."""
    n = 240
    front, aside = body_of(n), body_of(n, yaw=45.0)
    front.xyz[120:], front.world[120:] = aside.xyz[120:], aside.world[120:]
    found = head(film(face_of(turned(np.zeros(n))), body=front))
    np.testing.assert_array_equal(found.good[0, [60, 200]], [True, False])
    assert found.good[5].all()


def joined(*bodies):
    """Return the body of several films one after the other."""
    fields = ("xyz", "score", "world", "visible")
    return Points(**{f: np.concatenate([getattr(b, f) for b in bodies]) for f in fields})


@pytest.mark.usefixtures("ideal")
@pytest.mark.parametrize(("turn", "noticed"), [(0.0, False), (8.0, False), (20.0, True)])
def test_a_trunk_that_has_turned_is_flagged(turn, noticed):
    """A trunk that leaves where it faced at the zero is said, also where its pictures are kept."""
    straight = turned(np.zeros(120))
    at_zero = film(face_of(straight), body=body_of(120))
    zero = zero_of(at_zero, np.ones(120, dtype=bool))
    found = head(film(face_of(straight), body=body_of(120, yaw=turn)), zero=zero)
    assert ("trunk_turned" in flags(found, "yaw")) == noticed
    assert "trunk_turned" not in flags(found, "shoulder_left")


def test_a_face_is_small_by_the_distance_of_its_eyes():
    """A face whose eyes' outer corners are 36 pixels apart is flagged, one with 44 is not."""
    near = face_of(turned(np.zeros(60)))
    apart = np.linalg.norm(near.xyz[0, 33, :2] - near.xyz[0, 263, :2])
    for px, small in ((36, True), (44, False)):
        found = head(film(replace(near, xyz=near.xyz * np.float32(px / apart))))
        assert ("face_small" in flags(found, "yaw")) == small
        assert "face_small" not in flags(found, "shoulder_left")


def _turned_for_a_part(*, guess=8.0, width=300.0, nearer=1.0, turn_of_head=0.0):
    """Return a film of 4 s straight, 4 s with other shoulders or another head, 4 s as before.

    The body's model guesses `guess` degrees; the shoulders appear `width` pixels wide.
    """
    n = 120
    there = np.repeat([False, True, False], n)
    face = face_of(turned(np.where(there, turn_of_head, 0.0)))
    middle = (face.xyz[..., :2].mean(axis=1, keepdims=True), np.where(there, nearer, 1.0))
    face.xyz[..., :2] = middle[0] + (face.xyz[..., :2] - middle[0]) * middle[1][:, None, None]
    other = body_of(n, yaw=guess, width=width / np.cos(np.radians(guess)))
    marks = film(face, body=joined(body_of(n), other, body_of(n)))
    zero = zero_of(marks, np.arange(3 * n) < n)
    return head(marks, zero=zero), there


@pytest.mark.usefixtures("ideal")
def test_shoulders_that_look_turned_are_told_where_they_do():
    """Shoulders 8 % narrower, which the model turns by 8 degrees, are suspected there alone."""
    found, there = _turned_for_a_part(width=276.0)
    inside = np.arange(len(there)) % 120
    clear = (inside > 20) & (inside < 100)
    np.testing.assert_array_equal(row(found, "trunk_turned")[clear], there[clear])
    assert found.good[:3].all()


@pytest.mark.usefixtures("ideal")
@pytest.mark.parametrize(
    "seen",
    [
        {"guess": 8.0, "width": 300.0},
        {"guess": 1.0, "width": 276.0},
        {"guess": 8.0, "width": 276.0, "nearer": 0.9},
        {"guess": 10.0, "width": 276.0, "turn_of_head": 35.0},
    ],
    ids=["not narrow", "not turned", "stepped back", "the head turned"],
)
def test_one_witness_makes_no_turned_trunk(seen):
    """Narrow or turned shoulders alone, a step back, or a turned head suspect no trunk."""
    found, _ = _turned_for_a_part(**seen)
    names = [c.name for c in found.channels]
    assert not row(found, "trunk_turned").any()
    assert found.good[names.index("trunk_turned")].all()


@pytest.mark.usefixtures("ideal")
def test_shoulders_are_held_against_no_other_film():
    """Without a zero of the same film it is unknown whether the shoulders have turned."""
    found = head(film(face_of(turned(np.zeros(90))), body=body_of(90)))
    names = [c.name for c in found.channels]
    assert not found.good[names.index("trunk_turned")].any()


@pytest.mark.usefixtures("ideal")
def test_a_profile_is_left_out_without_a_flag():
    """Sitting sideways, as the protocol asks, says nothing against the view from the front."""
    n = 240
    face = face_of(turned(np.where(np.arange(n) < 160, 0.0, 80.0)))
    found = head(film(face, body=joined(body_of(160), body_of(80, yaw=80.0))))
    np.testing.assert_array_equal(found.good[0, [60, 200]], [True, False])
    assert "trunk_turned" not in flags(found, "yaw")


@pytest.mark.usefixtures("ideal")
def test_a_trunk_that_the_model_turns_with_the_head_is_not_taken_for_turned():
    """A torticollis of 40 degrees, a third of which the body's model takes along, is no trunk's."""
    yaw = np.full(120, 40.0)
    found = head(film(face_of(turned(yaw)), body=body_of(120, yaw=12.0)))
    assert "trunk_turned" not in flags(found, "yaw")
    np.testing.assert_allclose(row(found, "yaw"), 40, atol=0.1)


@pytest.mark.usefixtures("ideal")
def test_the_trunk_of_one_picture_does_not_spill_into_the_head():
    """A body seen from behind, turned or lying for one picture changes no angle of the head."""
    n = 121
    body = body_of(n)
    for picture, (yaw, roll) in {30: (180.0, 0.0), 60: (80.0, 0.0), 90: (0.0, 40.0)}.items():
        other = body_of(1, yaw=yaw, roll=roll)
        body.xyz[picture], body.world[picture] = other.xyz[0], other.world[0]
    found = head(film(face_of(turned(np.full(n, 15.0))), body=body))
    assert found.good[:3].all()
    np.testing.assert_allclose(row(found, "yaw"), 15, atol=0.01)
    np.testing.assert_allclose(row(found, "roll"), 0, atol=1.5)  # 40 degrees over a second


@pytest.mark.usefixtures("ideal")
def test_a_person_whose_face_is_seen_is_not_seen_from_behind():
    """A body that the model turned about, left for right, gives the tilt and heights as before."""
    n = 120
    face, body = face_of(turned(np.full(n, 15.0))), body_of(n, roll=4.0)
    behind = body_of(n, roll=4.0)
    pairs = [(1, 4), (2, 5), (3, 6), *((k, k + 1) for k in range(7, 33, 2))]
    for points in (behind.xyz, behind.world):
        for left, right in pairs:
            points[:, [left, right]] = points[:, [right, left]]
    expected, found = (head(film(face, body=b)) for b in (body, behind))
    assert expected.good[:3].all()
    np.testing.assert_array_equal(found.good, expected.good)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-9)


def test_who_steps_back_has_not_turned():
    """A person who is half as large in the picture keeps every picture."""
    n = 120
    near, far = face_of(turned(np.zeros(n))), face_of(turned(np.zeros(n)), px=75.0)
    face = Points(xyz=np.concatenate([near.xyz, far.xyz]), score=np.ones(2 * n, dtype=np.float32))
    found = head(film(face, body=joined(body_of(n), body_of(n, width=150.0))))
    assert found.good[:3].all()
    assert "trunk_turned" not in flags(found, "yaw")


@pytest.mark.usefixtures("ideal")
def test_a_tilt_that_the_model_spills_into_the_shoulders_is_taken_back():
    """Shoulders that tilt by 6 % of the head's tilt are straight; a tremor is not made larger."""
    n = 240
    t = np.arange(n) / 30
    roll = 30 + 3 * np.sin(2 * np.pi * 5 * t)
    straight = film(face_of(turned(np.zeros(n))), body=body_of(n))
    zero = zero_of(straight, np.ones(n, dtype=bool))
    marks = film(face_of(turned(0.0, 0.0, roll)), body=body_of(n, roll=1.8))
    np.testing.assert_allclose(row(head(marks, zero=zero), "roll")[30:-30], roll[30:-30], atol=0.02)


@pytest.mark.usefixtures("ideal")
def test_tilt_to_the_trunk_and_to_gravity_differ_by_the_shoulders():
    """Shoulders that tilt by 8 degrees under an upright head are a tilt of the head to them."""
    n = 120
    upright = film(face_of(turned(np.zeros(n))), body=body_of(n))
    zero = zero_of(upright, np.ones(n, dtype=bool))
    found = head(film(face_of(turned(np.zeros(n))), body=body_of(n, roll=8.0)), zero=zero)
    np.testing.assert_allclose(row(found, "roll"), -8, atol=0.01)
    np.testing.assert_allclose(row(found, "roll_gravity"), 0, atol=0.01)


@pytest.mark.usefixtures("ideal")
@pytest.mark.parametrize(("raised", "found_deg"), [(True, 0.0), (False, -6.0)])
def test_shoulders_that_tilt_with_a_raised_hand_do_not_tilt_the_head(raised, found_deg):
    """With a hand up the trunk counts as before; the same tilt with hanging arms is the trunk's."""
    n = 120
    zero = zero_of(film(face_of(turned(np.zeros(n))), body=body_of(n)), np.ones(n, dtype=bool))
    later = body_of(n, roll=6.0)
    if raised:
        later.xyz[:, 16] = later.xyz[:, 12] - [0, 100, 0]
    marks = film(face_of(turned(np.zeros(2 * n))), body=joined(body_of(n), later))
    found = row(head(marks, zero=zero), "roll")
    np.testing.assert_allclose(found[: n - 20], 0, atol=0.01)
    np.testing.assert_allclose(found[n + 20 :], found_deg, atol=0.01)


@pytest.mark.usefixtures("ideal")
def test_a_shift_to_the_persons_right_is_positive():
    """Thirty pixels to the left of the picture over shoulders 300 apart are +10 %."""
    n = 60
    still = film(face_of(turned(np.zeros(n))), body=body_of(n))
    zero = zero_of(still, np.ones(n, dtype=bool))
    moved = film(face_of(turned(np.zeros(n)), at=(-30.0, 0.0)), body=body_of(n))
    np.testing.assert_allclose(row(head(moved, zero=zero), "shift_lateral"), 10, atol=0.3)


@pytest.mark.usefixtures("ideal")
def test_each_shoulder_has_its_own_height_against_the_zero():
    """A left shoulder 24 pixels higher than at the zero is 8 %; without a zero they share it."""
    n = 60
    straight = turned(np.zeros(n))
    zero = zero_of(film(face_of(straight), body=body_of(n)), np.ones(n, dtype=bool))
    raised = film(face_of(straight), body=body_of(n, up=(24.0, 0.0)))
    found = head(raised, zero=zero)
    np.testing.assert_allclose(row(found, "shoulder_left"), 8, atol=0.05)
    np.testing.assert_allclose(row(found, "shoulder_right"), 0, atol=0.05)
    alone = head(raised)
    np.testing.assert_allclose(row(alone, "shoulder_left"), 4, atol=0.05)
    np.testing.assert_allclose(row(alone, "shoulder_right"), -4, atol=0.05)
    other = replace(zero, filmed=(Source(path="other.mp4", sha256="0" * 64),))
    np.testing.assert_allclose(head(raised, zero=other).x[8], alone.x[8])


@pytest.mark.usefixtures("ideal")
def test_a_zero_with_a_raised_hand_sets_no_height_of_the_shoulders():
    """Then both share their height, flagged; else a hand would seem to be up throughout."""
    n = 60
    up = body_of(n)
    up.xyz[:, 16] = up.xyz[:, 12] - [0, 100, 0]
    zero = zero_of(film(face_of(turned(np.zeros(n))), body=up), np.ones(n, dtype=bool))
    found = head(film(face_of(turned(np.zeros(n))), body=body_of(n, up=(24.0, 0.0))), zero=zero)
    np.testing.assert_allclose(row(found, "shoulder_left"), 4, atol=0.05)
    assert flags(found, "shoulder_left") == {"zero_anatomical"}


def test_what_weakens_a_channel_is_on_it():
    """Without zero, shoulders and profile the channels say so, each only where it matters."""
    found = head(film(face_of(turned(np.zeros(40)))))
    assert flags(found, "yaw") == {"zero_anatomical", "no_trunk"}
    assert flags(found, "shift_sagittal") == {"not_in_profile"}
    assert not found.good[[c.name for c in found.channels].index("shift_lateral")].any()
    both = head(film(face_of(turned(np.zeros(40))), body=body_of(40)))
    assert flags(both, "yaw") == {"zero_anatomical"}


def test_pictures_without_a_sure_face_are_not_good():
    """A lost face, a low score and a turn that the model cannot follow are left out."""
    face = face_of(turned(np.array([0.0, 0.0, 0.0, 89.0])))
    face.xyz[1] = np.nan
    face.score[2] = 0.2
    found = head(film(face))
    np.testing.assert_array_equal(found.good[0], [True, False, False, False])
    assert np.isfinite(found.x).all()


def test_a_hand_before_the_face_is_seen():
    """A finger inside the face counts, one beside it does not; no hands and no body: not known."""
    face = face_of(turned(np.zeros(3)))
    spread = np.random.default_rng(0).uniform(-120, 120, (478, 2))
    face.xyz[:, :, :2] = np.array([WIDTH / 2, HEIGHT / 2]) + spread
    hand = np.full((3, 21, 3), np.nan, dtype=np.float32)
    hand[0] = [WIDTH / 2, HEIGHT / 2 + 30, 0]
    hand[1] = [WIDTH / 2 + 400, HEIGHT / 2, 0]
    right = Points(xyz=hand, score=np.array([1, 1, 0], dtype=np.float32))
    found = head(film(face, right_hand=right, body=body_of(3)))
    np.testing.assert_array_equal(row(found, "face_hidden"), [1, 0, 0])
    assert found.good[-1].all()
    assert not head(film(face)).good[-1].any()


def test_the_zero_needs_a_second_of_face():
    """A zero segment of 0.5 s is refused in words, with the seconds."""
    marks = film(face_of(turned(np.zeros(60))))
    with pytest.raises(CannotMeasure, match=r"0\.5 s"):
        zero_of(marks, np.arange(60) < 15)


def test_the_correction_leaves_straight_and_tilted_heads_alone():
    """Nothing is added to a straight head, nor to a tilt, which is exact as it comes."""
    straight = turned(0.0, 0.0, np.array([-60.0, 0.0, 60.0]))
    np.testing.assert_allclose(corrected(straight), straight, atol=1e-12)


def test_only_a_head_that_looks_far_up_is_corrected_as_such(monkeypatch):
    """Up to 21 degrees up along the ray, and downwards, nothing changes; at 38 it is 1.0 less."""
    pitch = np.array([-45.0, -20.0, 0.0, 20.0, 38.0])
    found = seen_angles(corrected(turned(0.0, pitch)))[:, 1]
    known = {a: dict(c) for a, c in table("head_correction").items() if a != "mark"}
    plain = {**known, "pitch": {**known["pitch"], "u2": 0.0, "u3": 0.0}}
    monkeypatch.setattr(derived, "table", lambda _: plain)
    without = seen_angles(corrected(turned(0.0, pitch)))[:, 1]
    u = 38 / 30 - 0.7
    np.testing.assert_allclose(found - without, [0, 0, 0, 0, -6 * u**2 + 5 * u**3], atol=1e-9)


def test_the_correction_is_undone_exactly():
    """What the model makes of a true rotation is corrected to that rotation again."""
    angles = np.random.default_rng(0).uniform(-45, 45, (3, 200))
    np.testing.assert_allclose(corrected(uncorrected(turned(*angles))), turned(*angles), atol=1e-6)


def test_the_zero_reads_zero_wherever_the_head_is():
    """With the correction, a straight head off the axis of the camera still reads straight."""
    marks = film(face_of(turned(np.full(40, -9.0), 5.0), at=(250.0, 200.0)))
    found = head(marks, zero=zero_of(marks, np.ones(40, dtype=bool)))
    np.testing.assert_allclose(found.x[1:3], 0, atol=0.3)
    np.testing.assert_allclose(found.x[0], 0, atol=0.3)


def test_the_correction_is_the_same_to_both_sides():
    """The mirror image of a head is corrected to the mirror image of what the head is."""
    seen = turned(*np.random.default_rng(1).uniform(-50, 50, (3, 200)))
    mirror = np.diag([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(
        corrected(mirror @ seen @ mirror), mirror @ corrected(seen) @ mirror, atol=1e-12
    )


def test_the_correction_never_folds():
    """More turn or nod never becomes less: corrected angles rise with what was read."""
    step = np.linspace(-75, 75, 151)
    assert (np.diff(seen_angles(corrected(turned(step)))[:, 0]) > 0).all()
    assert (np.diff(seen_angles(corrected(turned(0.0, step)))[:, 1]) > 0).all()


def test_ten_minutes_take_seconds():
    """Ten minutes at 60 pictures a second are derived in less than 10 s of one core."""
    rng = np.random.default_rng(0)
    n = 36_000
    face = face_of(turned(*rng.uniform(-30, 30, (3, n))))
    marks = film(face, body=body_of(n))
    begin = time.process_time()
    head(marks)
    assert time.process_time() - begin < 10


def test_what_the_bodys_model_makes_of_a_shift_is_undone(monkeypatch):
    """A shift that reads as rendered people's do, with its part of a turn and a tilt, is whole."""
    monkeypatch.setattr(derived, "_added", np.zeros_like)
    known = table("shift_correction")["lateral"]
    n, true, yaw, roll = 60, 9.0, 20.0, -10.0
    seen = known["read"] * true + known["straight"] + known["yaw"] * yaw + known["roll"] * roll
    still = film(face_of(turned(np.zeros(n))), body=body_of(n))
    zero = zero_of(still, np.ones(n, dtype=bool))
    posed = turned(np.full(n, yaw), np.zeros(n), np.full(n, roll))
    at_once = row(head(film(face_of(posed), body=body_of(n)), zero=zero), "shift_lateral")
    bare = known["read"] * at_once[0] + known["yaw"] * yaw + known["roll"] * roll
    aside = film(face_of(posed, at=(-3 * (seen - bare), 0.0)), body=body_of(n))  # 3 px are 1 %
    np.testing.assert_allclose(row(head(aside, zero=zero), "shift_lateral"), true, atol=0.3)


@pytest.mark.usefixtures("ideal")
def test_shoulders_of_somebody_else_are_not_those_of_the_head():
    """A face beside a body that stands a metre off has no trunk; its angles are those seen."""
    turn = turned(np.full(60, 20.0))
    one = film(face_of(turn), body=body_of(60))
    body = one.parts["body"]
    away = replace(body, xyz=body.xyz + np.float32([700, 0, 0]))
    two = replace(one, parts={**one.parts, "body": away})
    assert not one.strangers.any()
    assert two.strangers.all()
    assert "no_trunk" in flags(head(two), "yaw")
    assert "no_trunk" not in flags(head(one), "yaw")
    found = head(two)
    lateral = [c.name for c in found.channels].index("shift_lateral")
    assert not found.good[lateral].any()
