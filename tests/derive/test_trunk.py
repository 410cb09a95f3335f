"""The trunk is read from the shoulders with the head's signs."""

import numpy as np
import pytest

from eutonia.derive.trunk import put_right, trunk
from eutonia.model import Landmarks, Points

N = 60


def _body(*, yaw=0.0, roll=0.0, ears_ahead=0.0, n=N):
    """Place shoulders 200 px apart and ears above them; + roll lowers the right shoulder.

    Returns pixels as a tracker does: x to the right of the picture, y down, z away.
    """
    a, b = np.radians([yaw, roll])
    across = 100 * np.array([np.cos(b) * np.cos(a), np.sin(b), np.cos(b) * np.sin(a)])
    # The person faces the camera: left is on the picture's right, ahead is towards the camera.
    ahead = np.array([-np.sin(a), 0.0, np.cos(a)])
    up = np.array([0.0, 1.0, 0.0])
    points = np.zeros((33, 3))
    points[11], points[12] = across, -across
    for ear, side in ((7, 0.3), (8, -0.3)):
        points[ear] = side * across + 80 * up + ears_ahead * ahead
    points[15], points[16] = across - 150 * up, -across - 150 * up  # the arms hang
    xyz = np.array([320, 240, 0]) + points * [1, -1, -1]
    return np.tile(xyz.astype(np.float32), (n, 1, 1))


def _trunk(xyz, visible=None):
    n = len(xyz)
    visible = np.ones((n, 33), dtype=np.float32) if visible is None else visible
    body = Points(xyz=xyz, world=xyz, visible=visible, score=np.ones(n, dtype=np.float32))
    return trunk(Landmarks(t_s=np.arange(n) / 30, width=640, height=480, parts={"body": body}))


@pytest.mark.parametrize("roll", [-25.0, 0.0, 10.0])
def test_roll_is_positive_where_the_right_shoulder_is_lower(roll):
    """The line of the shoulders reads the angle that was drawn, with the head's sign."""
    found = _trunk(_body(roll=roll))
    np.testing.assert_allclose(found.roll, roll, atol=1e-3)
    assert found.seen
    assert np.sign((found.height[:, 0] - found.height[:, 1]).mean().round(3)) == np.sign(roll)


def test_the_middle_and_the_width_are_in_pixels():
    """Shoulders 200 px apart around the middle of the picture read so."""
    found = _trunk(_body())
    np.testing.assert_allclose(found.middle, [[320, 240]] * N, atol=1e-3)
    assert found.width == pytest.approx(200, abs=0.01)


@pytest.mark.parametrize("yaw", [0.0, 15.0, -40.0])
def test_turned_shoulders_look_narrow_and_their_width_stays(yaw):
    """Turned, they are narrower by the cosine; the width is that from the front, seen before."""
    found = _trunk(np.concatenate([_body(n=90), _body(yaw=yaw, n=90)]))
    np.testing.assert_allclose(found.wide[90:], 200 * np.cos(np.radians(yaw)), atol=0.01)
    assert found.width == pytest.approx(200, abs=0.01)


@pytest.mark.parametrize("yaw", [-90.0, 90.0])
def test_a_head_before_the_shoulders_is_forward_in_either_profile(yaw):
    """Ears 30 px before shoulders 200 px apart are +15 %, seen from the left or the right."""
    xyz = np.concatenate([_body(n=30), _body(yaw=yaw, ears_ahead=30, n=30)])
    found = _trunk(xyz)
    assert np.isnan(found.forward[:30]).all(), "from the front it cannot be seen"
    np.testing.assert_allclose(found.forward[30:], 15, atol=0.1)


def test_hidden_shoulders_are_no_reference():
    """Shoulders that are likely hidden in most pictures are not seen, and give no number."""
    visible = np.ones((N, 33), dtype=np.float32)
    visible[: N - 5, 12] = 0.2
    found = _trunk(_body(), visible)
    assert not found.seen
    assert np.isnan(found.middle[: N - 5]).all()


def test_without_a_body_there_is_no_trunk():
    """Landmarks without the body give NaN and no reference."""
    face = Points(xyz=np.zeros((N, 478, 3), dtype=np.float32), score=np.ones(N, dtype=np.float32))
    found = trunk(Landmarks(t_s=np.arange(N) / 30, width=640, height=480, parts={"face": face}))
    assert not found.seen
    assert np.isnan(found.width)


def test_a_lost_second_is_filled_from_its_neighbours_and_a_longer_gap_is_not():
    """The roll is a mean over a second, so that short gaps have one; long gaps have none."""
    xyz = _body(roll=10.0, n=150)
    xyz[40:50] = np.nan
    xyz[90:150] = np.nan
    found = _trunk(xyz)
    np.testing.assert_allclose(found.roll[:100], 10.0, atol=1e-3)
    assert np.isnan(found.roll[110:]).all()


def test_a_body_that_is_looked_at_now_and_then_is_there_between_two_looks():
    """Every third picture gives the shoulders in all of them; half a second without stays open."""
    drawn = _body()
    drawn[:, [11, 12], 1] += np.arange(N, dtype=np.float32)[:, None]  # sinks by 1 px a picture
    looked = drawn.copy()
    looked[np.arange(N) % 3 != 0] = np.nan
    looked[20:40] = np.nan
    found = _trunk(looked)
    true = _trunk(drawn)
    there = np.r_[0:19, 42:58]
    np.testing.assert_allclose(found.middle[there], true.middle[there], atol=1e-3)
    np.testing.assert_allclose(found.height[there], true.height[there], atol=1e-3)
    assert np.isnan(found.middle[19:42]).all()
    assert np.isnan(found.height[58:]).all()


def test_shoulders_have_no_height_while_a_hand_is_raised():
    """A wrist as high as its shoulder leaves both heights out, and only then."""
    drawn = _body()
    drawn[30:, 16, 1] = drawn[30:, 12, 1] + 20
    found = _trunk(drawn)
    assert np.isfinite(found.height[:30]).all()
    assert np.isnan(found.height[30:]).all()
    assert np.isfinite(found.middle).all()
    unseen = np.ones((N, 33), dtype=np.float32)
    unseen[:, [15, 16]] = 0.1
    assert np.isfinite(_trunk(drawn, visible=unseen).height).all()


def test_what_is_shown_has_the_sides_that_are_read():
    """A body taken for a back has its sides exchanged where a face is seen, and not elsewhere."""
    straight, score = _body(), np.ones(N, dtype=np.float32)
    back = straight.copy()
    back[:, [11, 12, 15, 16]] = straight[:, [12, 11, 16, 15]]
    faces = np.zeros((N, 478, 3), dtype=np.float32)
    faces[N // 2 :] = np.nan
    body = Points(xyz=back, world=back, visible=None, score=score)
    face = Points(xyz=faces, score=np.where(np.arange(N) < N // 2, score, np.nan))
    parts = {"body": body, "face": face}
    film = Landmarks(t_s=np.arange(N) / 30, width=640, height=480, parts=parts)
    shown = put_right(film).parts["body"].xyz
    np.testing.assert_array_equal(shown[: N // 2, [11, 12]], straight[: N // 2, [11, 12]])
    np.testing.assert_array_equal(shown[N // 2 :], back[N // 2 :])
    assert put_right(Landmarks(t_s=film.t_s, width=640, height=480, parts={"face": face}))
