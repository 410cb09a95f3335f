"""Hands at the face: near the head, or over the lips."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.hand_at_face import HOLD_S, at_head, over_lips, with_hand, without_hidden
from eutonia.derive.head import head
from eutonia.derive.mouth import mouth
from eutonia.derive.video import Calibration, covered, seen_in
from eutonia.model import Landmarks, Points
from eutonia.simulate.mouth import face_points

RATE, N = 30.0, 90
#: Pixels to a millimetre; the eyes' outer corners are 90 mm apart.
SCALE = 2.0
MIDDLE = np.array([320.0, 240.0, 0.0])


def _hand(at, *, aside=0.0):
    """Return a hand that points to the person's left, its index and middle finger at a place."""
    fingers = np.zeros((21, 3))
    for f, (first, y) in enumerate(((1, -25), (5, -12), (9, 0), (13, 12), (17, 24))):
        fingers[first : first + 4, 0] = np.array([-60, -40, -20, 0.0]) - 4 * abs(f - 2)
        fingers[first : first + 4, 1] = y
    fingers[0] = (-130, 0, 0)
    return at + SCALE * (fingers + np.array([aside, 0, 0]))


def _film(hand=None, *, every=1, face=None, body=None):
    """Return a still face, and a hand in every so many pictures."""
    xyz = MIDDLE + SCALE * face_points() if face is None else face
    one = np.ones(N, dtype=np.float32)
    parts = {"face": Points(xyz=np.tile(xyz.astype(np.float32), (N, 1, 1)), score=one)}
    if hand is not None:
        there = np.arange(N) % every == 0
        points = np.where(there[:, None, None], hand, np.nan).astype(np.float32)
        parts["right_hand"] = Points(xyz=points, score=there.astype(np.float32))
    if body is not None:
        whole = np.tile(body.astype(np.float32), (N, 1, 1))
        visible = np.ones((N, 33), dtype=np.float32)
        parts["body"] = Points(xyz=whole, score=one, visible=visible)
    return Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts=parts)


FACE = MIDDLE + SCALE * face_points()
LIPS, CHIN = FACE[[13, 14]].mean(axis=0), FACE[152]


@pytest.mark.parametrize("every", [1, 8])
def test_a_hand_over_the_lips_hides_the_mouth(every):
    """Looked for in every picture or four times a second: nothing of the mouth is left."""
    filmed = _film(_hand(LIPS), every=every)
    assert over_lips(filmed).all()
    assert not without_hidden(mouth(filmed), over_lips(filmed)).good.any()
    (said,) = covered(filmed)
    assert said.code == "mouth_covered"
    assert "100%" in said.message
    kinds = {m.kind for m in seen_in(filmed, Calibration())}
    assert "mouth" not in kinds
    assert ("finger" in kinds) == (every == 1)


def test_a_hand_hides_the_mouth_only_while_it_is_there():
    """A hand in one picture of three seconds hides what is near it in time."""
    filmed = _film(_hand(LIPS), every=N)
    np.testing.assert_array_equal(over_lips(filmed), filmed.t_s <= HOLD_S)


@pytest.mark.parametrize("aside", [-45.0, -80.0])
def test_a_finger_at_the_chin_or_the_cheek_leaves_the_mouth_free(aside):
    """As in a trick: the hand is at the head, and the lips are measured."""
    filmed = _film(_hand(CHIN + SCALE * np.array([0, 25, 0]), aside=aside))
    assert not over_lips(filmed).any()
    assert covered(filmed) == ()
    assert (at_head(filmed) == 1).all()


def test_a_finger_between_two_landmarks_hides_the_lips_too():
    """The middle of a bone lies on the lips, its ends 30 mm off."""
    hand = np.full((21, 3), -200.0)
    hand[:] = MIDDLE + SCALE * np.array([-250.0, 100.0, 0.0])
    hand[6], hand[7] = LIPS - 60 * np.eye(3)[0], LIPS + 60 * np.eye(3)[0]
    assert over_lips(_film(hand)).all()


def test_a_hand_over_the_lips_leaves_no_angle_of_the_head():
    """It turns what is seen of a still head; that a hand is there stays known."""
    filmed = _film(_hand(LIPS), every=8)
    (of_head,) = (m for m in seen_in(filmed, Calibration()) if m.kind == "head")
    angles = np.array([c.unit == "deg" for c in of_head.channels])
    assert not of_head.good[angles].any()
    assert of_head.good[-1].all()
    (free,) = (m for m in seen_in(_film(), Calibration()) if m.kind == "head")
    assert free.good[0].all()


def test_between_two_looks_the_last_one_holds():
    """A hand that is looked for four times a second is at the head in between."""
    assert (at_head(_film(_hand(CHIN), every=8)) == 1).all()
    assert np.isnan(at_head(_film(_hand(CHIN), every=30))[10:29]).all()


def test_the_body_tells_a_hand_at_the_head_and_one_in_the_lap():
    """Knuckles a face's width beside the chin are at the head; at the hip they are not."""
    body = np.tile(MIDDLE + SCALE * np.array([0, 500.0, 0]), (33, 1))
    body[[11, 12], 0] += [190.0, -190.0]
    far = _film(body=body)
    assert (at_head(far) == 0).all()
    body[15:23] = CHIN - SCALE * np.array([60.0, 0, 0])
    near = _film(body=body)
    assert (at_head(near) == 1).all()
    added = with_hand(head(near), near)
    assert added.channels[-1].site == "hand_at_head"
    assert added.good[-1].all()


def test_a_body_that_misses_a_hand_at_the_head_does_not_take_it_away():
    """Seen in every eighth picture by the hand's model, and in none by the body's: always there."""
    body = np.tile(MIDDLE + SCALE * np.array([0, 500.0, 0]), (33, 1))
    body[[11, 12], 0] += [190.0, -190.0]
    hand = _hand(CHIN + SCALE * np.array([0, 25, 0]), aside=-45.0)
    filmed = _film(hand, every=8, body=body)
    assert (at_head(filmed) == 1).all()
    # A hand at the head is a raised one, which moves the shoulders.
    alone = head(filmed)
    alone = replace(alone, good=np.ones_like(alone.good))
    for film, measured in ((filmed, False), (_film(body=body), True)):
        moved = with_hand(alone, film)
        rows = [i for i, c in enumerate(moved.channels) if c.site == "shoulder"]
        assert len(rows) == 2
        assert moved.good[rows].all() == measured


def test_without_body_and_hands_nothing_is_said():
    """A face alone tells nothing of hands: no channel is added."""
    filmed = _film()
    assert np.isnan(at_head(filmed)).all()
    assert "hand_at_head" not in {c.site for c in with_hand(head(filmed), filmed).channels}
