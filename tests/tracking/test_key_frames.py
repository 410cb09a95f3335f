"""The report's pictures of a video are those asked for, cut to the person."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.model import Channel, Landmarks, Movement, Points
from eutonia.tracking.key_frames import key_frames
from eutonia.tracking.privacy import Film

N = 6
BLACK = np.zeros((480, 640, 3), dtype=np.uint8)


def test_key_frames_are_those_asked_for(landmarks, tmp_path):
    """The nearest pictures are returned, hidden before they are drawn into."""
    source = tmp_path / "hand.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for k in range(N):
            film.add(np.full((480, 640, 3), 40 * k, dtype=np.uint8))
    found = key_frames(source, landmarks, [0.21, 0.48])
    assert [round(float(np.median(p[-5:])) / 40) for p in found] == [2, 5]
    (hidden,) = key_frames(source, landmarks, [0.2], hide=lambda picture, _: np.zeros_like(picture))
    assert not hidden[-5:].any()


def test_key_frames_are_cut_to_the_person(landmarks, tmp_path):
    """All are of one shape, smaller than the video, and hold the person with room around them."""
    source = tmp_path / "hand.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for _ in range(N):
            film.add(BLACK)
    found = key_frames(source, landmarks, [0.0, 0.4])
    assert len({p.shape for p in found}) == 1
    high, wide, _ = found[0].shape
    assert (40 < wide < 200) and (60 < high < 200)  # the hand is 40 pixels wide and 60 high
    drawn = [p.max(axis=2) > 200 for p in found]
    assert all(p[:, wide // 2 - 25 : wide // 2 + 25].sum() == p.sum() > 0 for p in drawn)


@pytest.mark.parametrize(("ankles", "least", "most"), [(0.1, 60, 160), (0.9, 400, 480)])
def test_a_film_of_the_neck_is_cut_to_head_and_shoulders(tmp_path, ankles, least, most):
    """Where no ankle is seen guessed legs do not make the head small; a walker is shown whole."""
    face = np.zeros((2, 478, 3), dtype=np.float32)
    face[..., 0], face[..., 1] = 300 + np.arange(478) % 30, 60 + np.arange(478) % 40
    body = np.zeros((2, 33, 3), dtype=np.float32)
    body[:, :, 0], body[:, :13, 1], body[:, 13:, 1] = 310, 80, 450
    body[:, 11:13, :2] = [[350, 120], [270, 120]]
    visible = np.ones((2, 33), dtype=np.float32)
    visible[:, 25:] = ankles
    one = np.ones(2, dtype=np.float32)
    parts = {
        "face": Points(xyz=face, score=one),
        "body": Points(xyz=body, score=one, visible=visible),
    }
    source = tmp_path / "neck.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        film.add(BLACK)
        film.add(BLACK)
    seen = Landmarks(t_s=np.arange(2) / 10, width=640, height=480, parts=parts)
    (found,) = key_frames(source, seen, [0.0])
    assert least < found.shape[0] <= most


@pytest.mark.parametrize(("arm", "least", "most"), [(False, 40, 200), (True, 300, 640)])
def test_a_film_of_a_hand_is_cut_to_it_and_its_arm(landmarks, tmp_path, arm, least, most):
    """A body that was made up beside the hand does not make its fingers small; its arm is shown."""
    source = tmp_path / "hand.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for _ in range(N):
            film.add(BLACK)
    body = np.zeros((N, 33, 3), dtype=np.float32)
    body[:, :, :2] = [[600, 40]]
    body[:, [0, 23, 24], :2] = [20, 460]
    body[:, 13, :2] = [500, 200] if arm else [500, 700]
    body[:, 15] = landmarks.parts["left_hand"].xyz[:, 0]
    one = np.ones(N, dtype=np.float32)
    made = Points(xyz=body, score=one, visible=np.ones((N, 33), dtype=np.float32))
    seen = replace(landmarks, parts={**landmarks.parts, "body": made})
    (found,) = key_frames(source, seen, [0.0])
    assert least < found.shape[1] < most


@pytest.mark.parametrize("hidden", [False, True])
def test_a_hidden_finger_is_grey_in_the_report_as_in_the_overlay(landmarks, tmp_path, hidden):
    """The lines of a finger that was hidden are not in the colour of one that was measured."""
    source = tmp_path / "hand.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for _ in range(N):
            film.add(BLACK)
    flags = ("bend_hidden",) if hidden else ()
    names = ("index", "middle", "ring", "little")
    channels = tuple(
        Channel(name=f, kind="finger", unit="deg", site=f"{f}_curl", side="left", flags=flags)
        for f in names
    )
    still = Movement(
        kind="finger", channels=channels, x=np.zeros((4, N)), good=np.ones((4, N), dtype=bool)
    )
    (found,) = key_frames(source, landmarks, [0.0], movements=[still])
    grey = (np.ptp(found.astype(int), axis=-1) < 3) & (abs(found[..., 0].astype(int) - 150) < 3)
    assert grey.any() == hidden
