"""What is said of how a person was seen: each doubt where it is due, and none else."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.model import Landmarks, Points
from eutonia.tracking import issues
from eutonia.tracking.seen import dark_face

N, RATE = 300, 30.0


def points(n_points=478, *, size=200.0, at=(320.0, 240.0)):
    """Return a cloud of points that stands still but for noise, eyes' corners `size` apart."""
    rng = np.random.default_rng(5)
    shape = rng.uniform(-size / 2, size / 2, (n_points, 3))
    if n_points > 263:
        shape[[33, 263]] = [[-size / 2, 0, 0], [size / 2, 0, 0]]
    xyz = shape + np.array([*at, 0.0]) + rng.normal(0, 0.2, (N, n_points, 3))
    return xyz.astype(np.float32)


def landmarks(face, **more):
    """Return landmarks of a face."""
    score = np.isfinite(face[:, 0, 0]).astype(np.float32)
    parts = {"face": Points(xyz=face, score=score, **more)}
    return Landmarks(t_s=np.arange(len(face)) / RATE, width=640, height=480, parts=parts)


def codes(found, **how):
    """Return the codes of what is said."""
    return [i.code for i in issues(found, **how)]


def test_nothing_is_said_of_a_face_that_is_well_seen():
    """One large face in every picture raises no doubt."""
    one = np.ones(N, np.float32)
    assert codes(landmarks(points(), others=0 * one, person=one), filmed_s=N / RATE) == []


def test_nobody_is_an_error_and_a_missing_part_a_note():
    """Without any part nothing can be measured; hands alone may be missing."""
    face, empty = points(), np.full((N, 21, 3), np.nan, np.float32)
    (found,) = issues(landmarks(np.full_like(face, np.nan)))
    assert (found.code, found.severity) == ("nobody", "error")
    hand = Points(xyz=empty, score=np.zeros(N, np.float32))
    one = landmarks(face)
    both = Landmarks(t_s=one.t_s, width=640, height=480, parts={**one.parts, "left_hand": hand})
    (found,) = issues(both)
    assert (found.code, found.severity) == ("not_seen", "note")
    assert "left hand" in found.message


def test_where_the_face_was_lost_is_said():
    """Two seconds of ten without a face are 20 % from 3 s; a single picture is no loss."""
    face = points()
    face[200] = np.nan
    assert codes(landmarks(face)) == []
    face[90:150] = np.nan
    (found,) = issues(landmarks(face))
    assert found.code == "part_lost"
    assert "20% of the time, longest from 3.0 s" in found.message


def test_a_face_that_comes_late_and_leaves_early_is_lost_at_the_ends():
    """Time before the first and after the last sight counts as lost."""
    face = points()
    face[:60] = np.nan
    face[280:] = np.nan
    (found,) = issues(landmarks(face))
    assert "27% of the time, longest from 0.0 s" in found.message


@pytest.mark.parametrize(("needed", "said"), [("nothing", []), ("shoulders", ["part_lost"])])
def test_a_body_that_comes_and_goes_is_not_missed_in_a_film_of_hands(needed, said):
    """Where a hand was filmed nothing of the body has to be in the picture."""
    xyz = points()[:, :33].copy()
    xyz[90:150] = np.nan
    body = Points(xyz=xyz, score=np.isfinite(xyz[:, 0, 0]).astype(np.float32))
    hand = Points(xyz=points()[:, :21], score=np.ones(N, np.float32))
    parts = {"body": body, "left_hand": hand}
    filmed = Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts=parts)
    assert codes(filmed, body=needed) == said


@pytest.mark.parametrize("every", [3, 10])
def test_a_part_that_is_looked_at_less_often_is_not_lost(every):
    """Pictures in which nobody looked do not count as lost."""
    face = points()
    face[np.arange(N) % every != 0] = np.nan
    assert codes(landmarks(face)) == []


@pytest.mark.parametrize(
    ("point", "needed", "said"),
    [
        *((13, needed, False) for needed in (None, "whole", "shoulders", "nothing")),
        *((11, needed, needed != "nothing") for needed in (None, "whole", "shoulders", "nothing")),
        *((23, "whole", True), (23, "shoulders", False), (27, "whole", True), (23, None, True)),
    ],
)
def test_only_what_is_needed_is_missed(point, needed, said):
    """An elbow is never missed, hips and feet where the body was filmed, a shoulder at a neck."""
    xyz = np.full((N, 33, 3), 240.0, dtype=np.float32)
    xyz[:, :, 0] += np.arange(N, dtype=np.float32)[:, None] / 100
    xyz[:, point, 0] = -20.0
    body = Points(
        xyz=xyz,
        score=np.ones(N, dtype=np.float32),
        visible=np.ones((N, 33), dtype=np.float32),
    )
    filmed = Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts={"body": body})
    assert ("leaves_picture" in codes(filmed, body=needed)) == said


def test_legs_that_were_never_filmed_do_not_leave_the_picture():
    """Head and shoulders of an unnamed film: hips and feet below the edge are not said."""
    xyz = np.full((N, 33, 3), 240.0, dtype=np.float32)
    xyz[:, :, 0] += np.arange(N, dtype=np.float32)[:, None] / 100
    xyz[:, 23:, 1] = 600.0
    one = np.ones(N, dtype=np.float32)
    body = Points(xyz=xyz, score=one, visible=np.ones((N, 33), dtype=np.float32))
    filmed = Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts={"body": body})
    assert codes(filmed) == []
    (found,) = issues(filmed, body="whole")
    assert "A part of the body leaves the picture in 100%" in found.message


def test_a_face_at_the_edge_is_said_to_leave_the_picture():
    """Points beyond the picture are guesses."""
    face = points()
    face[100:130, :, 0] += 350
    assert "leaves_picture" in codes(landmarks(face))


def test_a_small_face_is_said_to_be_small():
    """40 pixels between the eyes' corners are too few for lids."""
    assert codes(landmarks(points(size=40.0))) == ["small_face"]


@pytest.mark.parametrize(("grey", "said"), [(16, ["dark_face"]), (40, [])])
def test_a_dark_face_before_a_light_wall_is_said_to_be_dark(grey, said, tmp_path):
    """The picture as a whole is light; 16 of 255 on the face is dark, 40 is not."""
    import cv2

    picture = np.full((480, 640, 3), 180, np.uint8)
    picture[130:350, 210:430] = grey
    path = tmp_path / "x.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (640, 480))
    for _ in range(20):
        writer.write(picture)
    writer.release()
    assert [i.code for i in dark_face(path, landmarks(points()[:20]))] == said


def test_other_people_are_reported():
    """Other faces in a tenth of the pictures, and a person chosen anew elsewhere, are warnings."""
    others, person = np.zeros(N, np.float32), np.ones(N, np.float32)
    others[:30] = 1
    person[200:] = 2
    face = points()
    face[200:, :, 0] += 200
    face[190:200] = np.nan
    found = landmarks(face, others=others, person=person)
    assert codes(found) == ["several_people", "another_person"]


@pytest.mark.parametrize(
    ("there", "said"), [([], False), ([100, 200], False), ([*range(100, 105)], True)]
)
def test_a_passer_by_in_a_long_film_is_reported(there, said):
    """Somebody there for 4 s of 5 minutes is a warning that says when; two moments are none."""
    others = np.zeros(N, np.float32)
    others[there] = 1
    one = landmarks(points(), others=others, person=np.ones(N, np.float32))
    found = [i for i in issues(replace(one, t_s=np.arange(N) * 1.0)) if i.code == "several_people"]
    assert bool(found) is said
    assert not found or "longest from about 100 to 104 s" in found[0].message


@pytest.mark.parametrize(
    ("away", "larger", "lost_s", "said"),
    [
        (0, 1.0, 1.5, False),
        (60, 1.2, 1.5, False),
        (200, 1.0, 1.5, True),
        (0, 1.8, 1.5, True),
        (0, 0.5, 1.5, True),
        (0, 1.0, 4.0, True),
    ],
)
def test_who_turned_out_of_view_and_back_is_no_other_person(away, larger, lost_s, said):
    """Soon at the same place and of the same size it is the same face; else it may be another."""
    face = points()
    back = 120 + round(lost_s * RATE)
    face[back:] = (face[back:] - [320, 240, 0]) * larger + [320 + away, 240, 0]
    face[120:back] = np.nan
    person = np.where(np.arange(N) < back, 1, 2).astype(np.float32)
    person[120:back] = np.nan
    assert ("another_person" in codes(landmarks(face, person=person))) is said


def test_a_jump_to_another_place_is_reported_and_a_fast_movement_is_not():
    """A face elsewhere in the next picture is a jump; one that crosses in a second is none."""
    jumped, moving = points(at=(200.0, 240.0)), points(at=(200.0, 240.0))
    jumped[150:, :, 0] += 240
    moving[:, :, 0] += 240 * np.clip((np.arange(N) - 100) / RATE, 0, 1)[:, None]
    assert codes(landmarks(jumped)) == ["jumps"]
    assert codes(landmarks(moving)) == []


def test_a_face_beside_somebody_else_s_body_is_reported():
    """A body whose nose is further from the face than the face is large is of another person."""
    alone = landmarks(points())
    face = alone.parts["face"]
    noses = np.tile(face.xyz[:, 1:2], (1, 33, 1))
    for away, said in ((0.0, False), (150.0, False), (450.0, True)):
        body = Points(xyz=noses + np.float32([away, 0, 0]), score=face.score)
        found = issues(replace(alone, parts={"face": face, "body": body}))
        assert ("two_people" in [issue.code for issue in found]) is said


def test_repeated_pictures_tell_the_true_rate():
    """Film of 24 pictures a second shown at 30 repeats every fifth."""
    face = points()
    face[4::5] = face[3::5]
    (found,) = issues(landmarks(face))
    assert found.code == "repeated_pictures"
    assert "20% of the pictures" in found.message
    assert "about 24 a second" in found.message


def test_pictures_that_repeat_while_nothing_moves_name_no_rate():
    """An encoder leaves out what stands still, here and there: that is no other rate."""
    face = points()
    for k in (20, 23, 24, 31, 60, 61, 62, 90, 140, 141, 150, 200, 201, 202, 203, 230, 260, 261):
        face[k] = face[k - 1]
    (found,) = issues(landmarks(face))
    assert found.code == "repeated_pictures"
    assert "a second" not in found.message


def test_pictures_that_end_before_the_video_are_reported():
    """Ten seconds of pictures of a video of a minute: the rest could not be decoded."""
    assert codes(landmarks(points()), filmed_s=60.0) == ["decoding_stopped"]


def test_pictures_that_could_not_be_decoded_are_counted():
    """Of twelve pictures that the file holds ten were seen: two are said to be damaged."""
    xyz = np.zeros((10, 478, 3), dtype=np.float32)
    face = Points(xyz=xyz, score=np.ones(10, dtype=np.float32))
    landmarks = Landmarks(t_s=np.arange(10) / 30, width=640, height=480, parts={"face": face})
    found = [i.message for i in issues(landmarks, filmed_n=12) if i.code == "undecoded"]
    assert len(found) == 1
    assert found[0].startswith("2 pictures of 12 could not be decoded")
    assert "undecoded" not in [i.code for i in issues(landmarks, filmed_n=10)]


@pytest.mark.parametrize(("needed", "said"), [("nothing", True), ("shoulders", False)])
def test_a_film_of_hands_without_a_hand_is_warned_of(needed, said):
    """A body that was found instead does not hide that no hand was; a film of a neck needs none."""
    body = Points(
        xyz=np.full((N, 33, 3), 240.0, dtype=np.float32),
        score=np.ones(N, dtype=np.float32),
        visible=np.ones((N, 33), dtype=np.float32),
    )
    unseen = Points(
        xyz=np.full((N, 21, 3), np.nan, dtype=np.float32), score=np.zeros(N, dtype=np.float32)
    )
    parts = {"body": body, "left_hand": unseen, "right_hand": unseen}
    filmed = Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts=parts)
    assert ("no_hand" in codes(filmed, body=needed)) == said
