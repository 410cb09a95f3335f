"""The hands' points are those of the maker's graph, and each hand keeps its owner's side."""

import json
from math import pi
from pathlib import Path

import cv2
import numpy as np
import pytest

from eutonia.tracking.crops import Box, Found
from eutonia.tracking.hands import (
    LEFT,
    LOOK_EVERY,
    RIGHT,
    HandTracker,
    _Hand,
    around,
    by_side,
    distinct,
    enlarged,
    palm,
    softened,
    taken_for_body,
    wrists,
)
from eutonia.tracking.ssd import Detection

MAKER = json.loads((Path(__file__).parent / "maker_points.json").read_text())

#: The maker's labels are of a mirrored picture: its Right is a hand that is its owner's left.
SIDES = {"Left": RIGHT, "Right": LEFT}


@pytest.fixture(scope="module")
def tracker(video_models):
    """Return one tracker; tests reset it."""
    return HandTracker()


@pytest.fixture(scope="module")
def walk(shared_data):
    """Return a function that gives a picture of a real person who walks."""

    def picture(clip, k):
        film = cv2.VideoCapture(str(shared_data / "video" / "pose2sim" / f"{clip}.mp4"))
        for _ in range(k):
            assert film.grab()
        there, read = film.read()
        assert there
        return read

    return picture


@pytest.fixture(scope="module")
def near(walk):
    """Return a real left hand of 200 pixels, alone in a picture of 1280 x 720."""
    points = np.array(MAKER["Right cam04 33"])
    x, y = points.mean(axis=0)
    scale = 3.2 * np.ptp(points, axis=0).max() / 720
    source = np.array([[scale, 0, x - scale * 640], [0, scale, y - scale * 360]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(walk("cam04", 33), source, (1280, 720), flags=flags)


def settled(tracker, picture, n=3, body=None):
    """Return the hands after the squares have come to rest."""
    tracker.reset()
    for _ in range(n):
        found = tracker.follow(picture, body)
    return found


def hand(x=0.0, y=0.0, *, left=0.5, score=0.9, n=5):
    """Return a followed hand of 100 pixels at a place."""
    xyz = np.random.default_rng(0).uniform(0, 50, (21, 3)).astype(np.float32) + np.float32(
        [x, y, 0]
    )
    box = Box(x=x + 25, y=y + 25, size=100)
    return _Hand(found=Found(xyz=xyz, score=score), box=box, left=left, n=n)


def body(left=(300, 100), right=(100, 100), *, visible=1.0):
    """Return a body whose hands hang from these wrists, 20 pixels from wrist to knuckles."""
    xyz = np.zeros((33, 3), np.float32)
    for side, (x, y) in (((15, 17, 19), left), ((16, 18, 20), right)):
        xyz[list(side)] = [[x, y, 0], [x, y + 20, 0], [x, y + 20, 0]]
    return Found(xyz=xyz, score=1.0, visible=np.full(33, visible, np.float32))


def test_the_square_around_a_palm_reaches_to_the_fingertips():
    """By hand: 2.6 times the box, moved by half its height from the wrist to the middle finger."""
    points = np.zeros((7, 2), np.float32)
    points[0], points[2] = (100, 120), (100, 80)
    seen = Detection(x=100, y=100, width=40, height=50, angle=0, points=points, score=1)
    assert palm(seen) == Box(x=100, y=75, size=130, angle=0)
    points[0], points[2] = (80, 100), (120, 100)  # fingers to the right: a quarter clockwise
    right = palm(seen)
    assert (right.x, right.y, right.angle) == pytest.approx((125, 100, pi / 2))


def test_the_square_around_points_turns_moves_and_grows_with_them():
    """The next square of points that are turned, doubled and shifted is so itself."""
    rng = np.random.default_rng(1)
    xyz = rng.uniform(0, 80, (21, 3)).astype(np.float32)
    one = around(xyz)
    c, s = np.cos(0.7), np.sin(0.7)
    moved = xyz.copy()
    moved[:, :2] = 2 * xyz[:, :2] @ np.array([[c, s], [-s, c]]) + [30, -40]
    other = around(moved)
    assert other.size == pytest.approx(2 * one.size, rel=1e-5)
    assert (other.angle - one.angle) % (2 * pi) == pytest.approx(0.7, abs=1e-5)
    centre = 2 * np.array([one.x, one.y]) @ np.array([[c, s], [-s, c]]) + [30, -40]
    assert (other.x, other.y) == pytest.approx(tuple(centre), abs=1e-3)


def test_fingertips_do_not_move_the_square():
    """Fingers that curl leave the square where it was: only steady points count."""
    xyz = np.random.default_rng(2).uniform(0, 80, (21, 3)).astype(np.float32)
    curled = xyz.copy()
    curled[[4, 8, 12, 16, 20]] += 500
    assert around(curled) == around(xyz)


def test_hands_are_looked_for_at_wrists_that_are_seen():
    """Around the knuckles, upright along the hand; a hidden wrist gives none."""
    left, right = wrists(body())
    assert (left.x, left.y, left.size) == pytest.approx((300, 120, 108))
    assert (right.x, abs(right.angle)) == pytest.approx((100, pi))
    assert wrists(body(visible=0.2)) == []


@pytest.mark.parametrize(("size", "away", "is_it"), [(1, 0, True), (1, 300, False), (5, 0, False)])
def test_a_trunk_as_small_as_a_hand_and_on_it_is_the_hand(size, away, is_it):
    """A trunk within the hand is the hand; beside it, or reaching far beyond it, it is a body."""
    hand = np.zeros((21, 3), dtype=np.float32)
    hand[:, :2] = np.array(MAKER["Right cam04 33"])
    middle, height = hand[:, :2].mean(axis=0), np.ptp(hand[:, :2], axis=0).max()
    body = np.zeros((33, 3), dtype=np.float32)
    corners = np.array([[0.2, -0.3], [-0.2, -0.3], [0.15, 0.3], [-0.15, 0.3]])
    body[[11, 12, 23, 24], :2] = middle + [away, 0] + size * height * corners
    found = (Found(xyz=xyz, score=0.97) for xyz in (hand, body))
    assert taken_for_body(*found) is is_it


def test_one_hand_seen_twice_is_one():
    """Of two hands on the same place the one followed for longer stays; two places are two."""
    old, new = hand(score=0.8, n=9), hand(x=2, score=0.99, n=1)
    assert distinct([new, old]) == [old]
    assert len(distinct([old, hand(x=60)])) == 2


def test_two_hands_share_the_sides():
    """The surer left is the left even where both look like left ones; one alone goes by itself."""
    likely, surely = hand(left=0.7), hand(x=200, left=0.9)
    assert by_side([likely, surely]) == {LEFT: surely.found, RIGHT: likely.found}
    assert by_side([likely]) == {LEFT: likely.found}
    assert by_side([hand(left=0.3)]).keys() == {RIGHT}


@pytest.mark.parametrize("name", ["Right cam04 21", "Right cam04 33", "Left cam01 48"])
def test_points_and_sides_are_those_of_the_makers_graph(tracker, walk, name):
    """On one picture the median point of a small hand lies within a pixel of the maker's."""
    label, clip, k = name.split()
    tracker.reset()
    found = tracker.follow(walk(clip, int(k)))
    apart = np.hypot(*(found[SIDES[label]].xyz[:, :2] - np.array(MAKER[name])).T)
    assert np.median(apart) < 1
    assert apart.max() < 3


def test_a_left_hand_is_its_owners_left_and_in_a_mirror_the_right(tracker, near):
    """The walker's left hand, by the arm it hangs from, has that name; mirrored, the other."""
    (side, found), *others = settled(tracker, near).items()
    assert (side, others) == (LEFT, [])
    (side, mirror), *others = settled(tracker, np.ascontiguousarray(near[:, ::-1])).items()
    assert (side, others) == (RIGHT, [])
    back = mirror.xyz.copy()
    back[:, 0] = near.shape[1] - 1 - back[:, 0]
    size = np.ptp(found.xyz[:, :2], axis=0).max()
    assert np.median(np.hypot(*(back - found.xyz)[:, :2].T)) < 0.05 * size


@pytest.mark.parametrize("degrees", [-60, 30, 120, 180])
def test_a_turned_hand_gives_turned_points(tracker, near, degrees):
    """At any turn in the plane the median point is within 4 % of the hand, and the side stays."""
    before = settled(tracker, near)[LEFT]
    height, width = near.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[:, 2] += 300
    after = settled(tracker, cv2.warpAffine(near, turn, (width + 600, height + 600)))[LEFT]
    there = before.xyz[:, :2] @ turn[:, :2].T + turn[:, 2]
    size = np.ptp(before.xyz[:, :2], axis=0).max()
    assert np.median(np.hypot(*(after.xyz[:, :2] - there).T)) < 0.04 * size
    metres = before.world[:, :2] @ turn[:, :2].T
    assert np.median(np.hypot(*(after.world[:, :2] - metres).T)) < 0.006


def test_the_bodys_wrists_decide_whose_hand_it_is(tracker, near):
    """A hand at the right wrist is the right one whatever it looks like; one far off is not his."""
    wrist = settled(tracker, near)[LEFT].xyz[0, :2]
    far = (-2000.0, 0.0)
    assert settled(tracker, near, body=body(left=far, right=wrist)).keys() == {RIGHT}
    assert settled(tracker, near, body=body(left=wrist, right=far)).keys() == {LEFT}
    assert settled(tracker, near, body=body(left=far, right=(far[0], 900.0))) == {}


def test_two_hands_are_both_followed(tracker, near):
    """A left hand and its mirror image side by side give both sides, each where it is."""
    both = np.concatenate([near[:, 320:960], near[:, 320:960][:, ::-1]], axis=1)
    found = settled(tracker, np.ascontiguousarray(both))
    assert found[LEFT].xyz[:, 0].mean() < 640 < found[RIGHT].xyz[:, 0].mean()


def test_nothing_is_seen_where_no_hand_is(tracker):
    """Black, noise and pictures of a few pixels give no hand."""
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    for picture in (np.zeros((720, 1280, 3), np.uint8), noise, noise[:8, :8], noise[:1, :1]):
        assert settled(tracker, np.ascontiguousarray(picture)) == {}


def test_a_hand_that_was_away_comes_back(tracker, near):
    """After a short gap at once, as at first; after a long one within the pause of two looks."""
    before = settled(tracker, near, n=1)[LEFT]
    dark = np.zeros_like(near)
    assert tracker.follow(dark) == {}
    np.testing.assert_array_equal(tracker.follow(near)[LEFT].xyz, before.xyz)
    for _ in range(25):
        assert tracker.follow(dark) == {}
    seen = [tracker.follow(near) for _ in range(LOOK_EVERY)]
    assert seen[-1].keys() == {LEFT}


def test_a_hand_that_the_detector_overlooks_is_found_in_the_softer_copy(near, video_models):
    """In noise and a fifth of the light a real hand is found where it is in full light."""
    light = settled(HandTracker(), near)[LEFT]
    noise = np.random.default_rng(1).normal(0, 4, near.shape)
    dim = np.clip(near / 5 + noise, 0, 255).astype(np.uint8)
    plain = HandTracker()
    plain._overlooked = lambda *_: []
    assert settled(plain, dim) == {}
    found = settled(HandTracker(), dim)[LEFT]
    size = np.ptp(light.xyz[:, :2], axis=0).max()
    assert np.median(np.hypot(*(found.xyz - light.xyz)[:, :2].T)) < 0.06 * size


def test_a_square_of_the_softer_copy_lies_where_it_lay():
    """A bright dot of a picture is in the enlarged square of its place in the copy."""
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[300:304, 800:804] = 255
    soft, times = softened(picture)
    y, x = np.unravel_index(soft[..., 0].argmax(), soft.shape[:2])
    box = enlarged(Box(x=float(x), y=float(y), size=10.0), times)
    assert (box.x, box.y) == pytest.approx((801.5, 301.5), abs=times)
    assert box.size == 10 * times
