"""The face tracker on real pictures: turned, mirrored, lost, crowded, dark, small."""

import re
from functools import cache

import numpy as np
import pytest

from eutonia.knowledge import table
from eutonia.tracking.crops import Box
from eutonia.tracking.face import (
    AWAITED,
    BESIDE,
    LOOK_EVERY,
    MARGIN,
    SMALLER,
    FaceTracker,
    around,
    beside,
    inside,
    sides,
)
from eutonia.tracking.ssd import Detection

CLIPS = ("female", "male")
#: Corners of the eyes and mouth and the tip of the nose, then those that a mirror makes of them.
POINTS = [33, 133, 362, 263, 61, 291, 4]
MIRRORED = [263, 362, 133, 33, 291, 61, 4]


@cache
def _pictures(path):
    import cv2

    capture, shown = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        shown.append(read[1])
    return shown


@pytest.fixture
def clip(shared_data, video_models):
    """Return what gives the pictures of a clip of a head that turns in front of a wall."""
    folder = shared_data / "video" / "intel_sample_videos"
    return lambda name: _pictures(folder / f"head-pose-face-detection-{name}.gif")


@pytest.fixture
def tracker(video_models):
    """Return a tracker that has seen nothing."""
    return FaceTracker()


def _turned(picture, degrees):
    """Return the picture turned clockwise about its middle, in a square that holds all of it."""
    import cv2

    height, width = picture.shape[:2]
    edge = int(np.hypot(height, width)) + 2
    by = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    by[:, 2] += (edge - width) / 2, (edge - height) / 2
    return cv2.warpAffine(picture, by, (edge, edge))


def _between(before, after):
    """Return the rotation, ``(3, 3)``, that best takes one set of points to another (Kabsch)."""
    before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    u, _, vt = np.linalg.svd(before.T @ after)
    return vt.T @ np.diag([1, 1, np.linalg.det(vt.T @ u.T)]) @ u.T


def _about_the_view(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _angle(rotation):
    return np.degrees(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))


def _followed(tracker, pictures):
    tracker.reset()
    found = [tracker.follow(picture) for picture in pictures]
    assert None not in found
    return [one.xyz[:468].astype(float) for one in found]


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("degrees", [15, 30, 45, 60])
def test_a_turned_picture_turns_the_face_as_much(name, degrees, clip, tracker):
    """Pictures turned by -a and +a give landmarks turned by 2 a in space, to a mean of 1 degree."""
    pictures = clip(name)[::3]
    left = _followed(tracker, [_turned(p, -degrees) for p in pictures])
    right = _followed(tracker, [_turned(p, degrees) for p in pictures])
    wanted = _about_the_view(2 * degrees)
    errors = [_angle(_between(a, b) @ wanted.T) for a, b in zip(left, right, strict=True)]
    assert np.mean(errors) <= 1.0


@pytest.mark.parametrize("name", CLIPS)
def test_lying_and_hanging_heads_are_followed(name, clip, tracker):
    """Quarter turns, which change no pixel, give the same face turned, however it lies."""
    pictures = clip(name)[::3]
    upright = _followed(tracker, pictures)
    for quarters in (1, 2, 3):
        turned = _followed(tracker, [np.rot90(p, -quarters).copy() for p in pictures])
        wanted = _about_the_view(90 * quarters)
        errors = [_angle(_between(a, b) @ wanted.T) for a, b in zip(upright, turned, strict=True)]
        assert np.mean(errors) <= 1.0


@pytest.mark.parametrize("name", [*CLIPS, "female-and-male"])
def test_no_face_is_read_upside_down(name, clip, tracker):
    """At every roll in steps of 30 degrees a face is found the right way round, without history."""
    for picture in clip(name)[::19]:
        for degrees in range(-180, 180, 30):
            tracker.reset()
            found = tracker.follow(_turned(picture, degrees))
            assert found is not None
            roll = np.degrees(around(found.xyz).angle) - degrees
            assert abs((roll + 180) % 360 - 180) < 80  # heads in these clips tilt up to 65


@pytest.mark.parametrize("name", CLIPS)
def test_a_mirror_image_gives_the_mirrored_face(name, clip, tracker):
    """Each point lies where its partner lay, on average to 2 % of the face's size."""
    pictures = clip(name)[::3]
    width = pictures[0].shape[1]
    plain = _followed(tracker, pictures)
    mirror = _followed(tracker, [p[:, ::-1].copy() for p in pictures])
    away = []
    for a, b in zip(plain, mirror, strict=True):
        expected = a[POINTS, :2] * [-1, 1] + [width - 1, 0]
        away.append(np.linalg.norm(b[MIRRORED, :2] - expected, axis=1) / (around(a).size / 1.5))
    assert np.mean(away) < 0.02


def _bad():
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    wall = np.tile(np.linspace(40, 200, 640).astype(np.uint8), (480, 1))
    yield pytest.param(np.zeros((480, 640, 3), dtype=np.uint8), id="black")
    yield pytest.param(np.full((480, 640, 3), 255, dtype=np.uint8), id="white")
    yield pytest.param(noise, id="noise")
    yield pytest.param(np.repeat(wall[..., None], 3, axis=2), id="wall")
    yield pytest.param(noise[:60, :60], id="60x60")
    yield pytest.param(noise[:1, :1], id="1x1")
    yield pytest.param(np.zeros((2000, 9, 3), dtype=np.uint8), id="a stripe")


@pytest.mark.parametrize("picture", list(_bad()))
def test_no_face_where_there_is_none(picture, tracker):
    """Pictures without a face give None, again and again."""
    assert [tracker.follow(picture) for _ in range(12)] == [None] * 12


def test_a_face_of_few_pixels_and_a_grey_one_are_seen(clip, tracker):
    """A cut-out of 60 x 60 pixels and a picture without colour show the face where it is."""
    import cv2

    picture = clip("male")[0]
    whole = tracker.follow(picture).xyz[:, :2].mean(axis=0)
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    tracker.reset()
    np.testing.assert_allclose(tracker.follow(grey).xyz[:, :2].mean(axis=0), whole, atol=2)
    left, top = (whole - 75).astype(int)
    small = cv2.resize(picture[top : top + 150, left : left + 150], (60, 60))
    tracker.reset()
    back = tracker.follow(small).xyz[:, :2].mean(axis=0) * 2.5 + [left, top]
    np.testing.assert_allclose(back, whole, atol=4)


def test_a_face_half_out_of_the_picture_has_points_outside(clip, tracker):
    """A face that leaves slowly is followed beyond the edge with points outside, then not seen."""
    picture = clip("male")[0]
    middle = tracker.follow(picture).xyz[:, 0].mean()
    outside, seen = [], []
    for shift in range(0, int(middle) + 120, 4):
        found = tracker.follow(picture[:, shift:].copy())
        seen.append(found is not None)
        outside.append(found is not None and (found.xyz[:, 0] < -3).any())
    assert any(outside)
    assert seen[0]
    assert not seen[-1]


def test_a_distant_face_in_a_large_picture_is_seen(clip, tracker):
    """A face of about 70 pixels in a picture of 1920 x 1080 is found where it is."""
    import cv2

    picture = cv2.resize(clip("male")[0], None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    large = np.full((1080, 1920, 3), 110, dtype=np.uint8)
    large[700 : 700 + height, 1300 : 1300 + width] = picture
    near = tracker.follow(picture).xyz[:, :2].mean(axis=0)
    tracker.reset()
    found = tracker.follow(large)
    assert found is not None
    np.testing.assert_allclose(found.xyz[:, :2].mean(axis=0), near + np.array([1300, 700]), atol=2)


def test_a_jump_between_two_pictures_is_not_lost(clip, tracker):
    """A face that jumps by its own width is there in the very next picture, at its new place."""
    picture = clip("male")[0]
    before = tracker.follow(picture).xyz[:, :2].mean(axis=0)
    jump = int(around(tracker.follow(picture).xyz).size / 3)
    moved = np.roll(picture, jump, axis=1)
    after = tracker.follow(moved).xyz[:, :2].mean(axis=0)
    np.testing.assert_allclose(after - before, [jump, 0], atol=2)


@pytest.mark.parametrize("identity", [13, 30])
def test_a_head_that_nods_far_between_two_pictures_is_not_lost(identity, shared_data, tracker):
    """A rendered head that goes from 30 to 45 degrees down at once, where no detector sees it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.render import render
    from eutonia.simulate.people.scene import Scene

    who, scene = person(identity, folder=shared_data / "human-mesh"), Scene(distance_m=1.2)
    nods = [render(who, Pose(pitch=p), scene)[0] for p in (0.0, -15.0, -30.0, -45.0)]
    found = [tracker.follow(picture) for picture in nods]
    assert None not in found
    assert tracker.taken == 1
    tracker.reset()
    assert tracker.follow(nods[-1]) is None


@pytest.mark.parametrize("angle", [0.0, 0.6, -2.0])
def test_a_lost_face_is_looked_for_beside_and_below(angle):
    """Left, right and below along the head's own axes, in smaller squares that turn with it."""
    box = Box(x=300.0, y=200.0, size=120.0, angle=angle)
    looked = beside(box)
    right = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-np.sin(angle), np.cos(angle)])
    away = np.array([[one.x - box.x, one.y - box.y] for one in looked]) / box.size
    np.testing.assert_allclose(away, BESIDE * np.array([-right, right, down]), atol=1e-12)
    assert {one.size for one in looked} == {SMALLER * box.size}
    assert {one.angle for one in looked} == {angle}


def test_one_of_two_people_is_kept(clip, tracker):
    """Of two faces one is followed through a clip and a dark moment, and the other is counted."""
    pictures = clip("female-and-male")
    places, others = [], []
    for i, picture in enumerate(pictures):
        dark = 20 <= i < 28
        found = tracker.follow(np.zeros_like(picture) if dark else picture)
        assert (found is None) == dark
        if found is not None:
            places.append(found.xyz[:, 0].mean())
            others.append(tracker.others)
    assert np.ptp(places) < pictures[0].shape[1] / 4  # the two are further apart
    assert others[0] == 1
    assert tracker.taken == 1


@pytest.mark.parametrize(("identity", "away_m"), [(4, 2.0), (22, 2.8), (33, 2.8)])
def test_a_small_face_behind_the_person_is_counted(identity, away_m, shared_data, tracker):
    """A rendered face of 42 or 30 pixels between the temples, for 3 s, and nobody before it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.render import render
    from eutonia.simulate.people.scene import Scene

    who, other = (person(i, folder=shared_data / "human-mesh") for i in (30, identity))
    alone = render(who, Pose(yaw=10.0), Scene(distance_m=0.9, focal_px=600.0))[0]
    behind = render(other, Pose(), Scene(distance_m=away_m, focal_px=600.0))[0]
    half = round(84 / away_m)
    crowded = alone.copy()
    crowded[100 : 100 + 4 * half, 60 : 60 + 2 * half] = behind[
        240 - 2 * half : 240 + 2 * half, 320 - half : 320 + half
    ]
    counted = []
    for picture in [alone] * (7 * LOOK_EVERY) + [crowded] * 90:
        tracker.follow(picture)
        counted.append(tracker.others)
    assert set(counted[: 7 * LOOK_EVERY]) == {0}
    assert counted[-1] == 1
    assert tracker.taken == 1


@pytest.mark.parametrize(
    ("x", "size", "expected"),
    [(300, 100, True), (345, 20, True), (355, 20, False), (355, 120, True), (365, 120, False)],
)
def test_parts_of_the_own_face_are_no_other_face(x, size, expected):
    """What lies in the middle of the person's face, or has it in its own middle, is that face."""
    one = Detection(
        x=x, y=200, width=size, height=size, angle=0, points=np.zeros((6, 2), np.float32), score=1
    )
    assert inside(one, Box(x=300, y=200, size=100 * MARGIN)) is expected


@pytest.mark.parametrize(("width", "height"), [(640, 480), (480, 640), (1280, 720)])
@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_both_sides_of_a_face_are_searched(width, height, at):
    """From its middle to both edges, not smaller than half the length, and within the height."""
    picture = np.zeros((height, width, 3), np.uint8)
    box = Box(x=at * width, y=at * height, size=100.0)
    left, right = sides(picture, box)
    assert left.x + left.size / 2 == pytest.approx(box.x)
    assert right.x - right.size / 2 == pytest.approx(box.x)
    assert left.x - left.size / 2 <= 0
    assert right.x + right.size / 2 >= width
    for one in (left, right):
        assert one.size >= max(width, height) / 2
        assert one.size >= height or one.size / 2 <= one.y <= height - one.size / 2


def test_another_person_is_taken_only_after_waiting(clip, tracker):
    """When the person leaves for good, the other is taken after about a second and counted."""
    picture = clip("female-and-male")[0]
    first = tracker.follow(picture).xyz[:, 0].mean()
    middle = picture.shape[1] // 2
    gone = picture.copy()
    half = slice(0, middle) if first < middle else slice(middle, None)
    gone[:, half] = 128
    waited = 0
    while (found := tracker.follow(gone)) is None:
        waited += 1
    assert 20 < waited <= 2 * AWAITED
    assert (found.xyz[:, 0].mean() < middle) != (first < middle)
    assert tracker.taken == 2


def test_reset_forgets(clip, tracker):
    """After a reset the same picture gives the same face as for a new tracker."""
    pictures = clip("male")
    fresh = tracker.follow(pictures[9]).xyz
    for picture in pictures[:5]:
        tracker.follow(picture)
    tracker.reset()
    np.testing.assert_array_equal(tracker.follow(pictures[9]).xyz, fresh)
    assert (tracker.taken, tracker.others) == (1, 0)


def test_expressions_only_where_asked_and_by_side(clip, tracker):
    """Blendshapes come on request, are shares, and swap their sides in a mirror."""
    pictures = clip("female")[::2]
    assert tracker.follow(pictures[0]).shapes is None
    names = table("blendshapes")["names"]
    other = {"Left": "Right", "Right": "Left"}
    swapped = [names.index(re.sub("Left|Right", lambda m: other[m.group()], n)) for n in names]
    sided = [i for i, j in enumerate(swapped) if i != j]
    asked = FaceTracker(shapes=True)
    plain = np.array([asked.follow(p).shapes for p in pictures])
    asked.reset()
    mirror = np.array([asked.follow(p[:, ::-1].copy()).shapes for p in pictures])
    assert plain.shape == (len(pictures), 52)
    assert plain.min() >= 0
    assert plain.max() <= 1
    uneven = (plain[:, sided] - plain[:, swapped][:, sided]).ravel()
    other_way = (mirror[:, sided] - mirror[:, swapped][:, sided]).ravel()
    assert np.corrcoef(uneven, other_way)[0, 1] < -0.5
