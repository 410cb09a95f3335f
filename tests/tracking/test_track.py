"""The pass over a video, with trackers that only measure brightness: frames, times, resuming."""

import os
import shutil
import time

import cv2
import numpy as np
import pytest

from eutonia.model import UnknownName, UnreadableFile
from eutonia.tracking import rows as rows_module
from eutonia.tracking import track as tracking
from eutonia.tracking.crops import Found
from eutonia.tracking.store import load
from eutonia.tracking.track import track

WIDTH, HEIGHT = 96, 64
POINTS = {"face": 478, "body": 33, "hand": 21}


def film(path, columns, rate=30.0):
    """Write a dark video with one bright spot, at the given column of each picture."""
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), rate, (WIDTH, HEIGHT)
    )
    assert writer.isOpened()
    for column in columns:
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        if column is not None:
            picture[24:40, column - 4 : column + 4] = 255
        writer.write(picture)
    writer.release()
    return path


def spot(picture, n):
    """Return the column of the spot as landmarks, or None in the dark."""
    bright = picture[..., 0].astype(float).sum(axis=0)
    if bright.sum() < 1000:
        return None
    column = (bright * np.arange(picture.shape[1])).sum() / bright.sum()
    xyz = np.full((n, 3), column, np.float32)
    return Found(xyz=xyz, score=0.9)


class Face:
    """Stands for the face tracker; `fails_at` interrupts it at that call."""

    calls = 0
    fails_at = None
    others = 0

    def __init__(self):
        self.reset()

    def reset(self):
        """Forget everything."""
        self.taken = 0

    def follow(self, picture):
        """Return where the spot is, and count in `taken` how often it was asked."""
        type(self).calls += 1
        self.taken += 1
        if type(self).calls == type(self).fails_at:
            raise KeyboardInterrupt
        return spot(picture, POINTS["face"])


class Body:
    """Stands for the body tracker."""

    calls = 0

    def reset(self):
        """Forget nothing."""

    def follow(self, picture, face=None):
        """Return where the spot is."""
        type(self).calls += 1
        return spot(picture, POINTS["body"])


class Hands:
    """Stands for the hand tracker: a spot in the right half is a left hand."""

    bodies = ()

    def reset(self):
        """Forget nothing."""

    def follow(self, picture, body=None):
        """Return the hand by the half of the picture it is in."""
        type(self).bodies = (*type(self).bodies, body is not None)
        found = spot(picture, POINTS["hand"])
        if found is None:
            return {}
        side = "left_hand" if found.xyz[0, 0] > WIDTH / 2 else "right_hand"
        return {side: found}


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path_factory):
    """Put the stand-ins in the trackers' place, and interrupted passes into a new folder."""
    makers = {"face": Face, "body": Body, "hands": Hands}
    for name, maker in makers.items():
        monkeypatch.setitem(tracking.MAKERS, name, type(maker.__name__, (maker,), {}))
    folder = tmp_path_factory.mktemp("interrupted")
    monkeypatch.setattr(rows_module, "folder", lambda: folder)
    return folder


COLUMNS = [10 + i for i in range(70)]


def test_every_picture_has_its_row_at_its_time(tmp_path, fakes):
    """One row for each picture, at the container's time, with what was in that picture."""
    told = []
    path = film(tmp_path / "x.avi", COLUMNS)
    found = track(path, parts=("face",), progress=lambda *step: told.append(step))
    np.testing.assert_allclose(found.t_s, np.arange(70) / 30, atol=1e-3)
    np.testing.assert_allclose(found.parts["face"].xyz[:, 7, 0], np.array(COLUMNS) - 0.5, atol=0.5)
    assert (found.width, found.height) == (WIDTH, HEIGHT)
    assert found.sources[0].path == "x.avi"
    assert set(found.models) == set(tracking.PARTS["face"])
    assert told[0] == ("x.avi", 0, 70)
    assert not list(fakes.iterdir())  # nothing of it is left behind


def test_a_part_that_is_not_seen_is_nan_with_score_zero(tmp_path):
    """In dark pictures nothing is seen, and nothing is made up."""
    path = film(tmp_path / "x.avi", [20, 21, None, None, 24, 25])
    face = track(path, parts=("face",)).parts["face"]
    assert face.seen.tolist() == [True, True, False, False, True, True]
    assert np.isnan(face.xyz[2:4]).all()
    assert face.score.tolist() == pytest.approx([0.9, 0.9, 0, 0, 0.9, 0.9])
    assert face.world is None
    assert face.shapes is None


def test_a_mirrored_video_gives_the_landmarks_of_the_true_one(tmp_path):
    """Sides and places of a mirror image are those of the scene."""
    true = film(tmp_path / "true.avi", COLUMNS)
    mirror = film(tmp_path / "mirror.avi", [WIDTH - c for c in COLUMNS])
    one = track(true, parts=("face", "hands"))
    two = track(mirror, parts=("face", "hands"), mirrored=True)
    assert two.mirrored
    for part in one.parts:
        np.testing.assert_array_equal(one.parts[part].seen, two.parts[part].seen)
        np.testing.assert_allclose(one.parts[part].xyz, two.parts[part].xyz, atol=0.2)


def test_slow_motion_is_brought_back_to_the_time_of_the_movement(tmp_path):
    """A video slowed 8 times lasts an eighth, and its rate is 8 times as high."""
    found = track(film(tmp_path / "x.avi", COLUMNS), parts=("face",), slow_motion=8.0)
    assert found.t_s[-1] == pytest.approx(69 / 30 / 8, abs=1e-3)
    assert found.rate_hz == pytest.approx(240, rel=1e-3)


def test_a_part_can_be_looked_at_less_often(tmp_path):
    """Every 0.1 s of a video at 30 pictures a second is every third picture; others are NaN."""
    path = film(tmp_path / "x.avi", COLUMNS)
    found = track(path, parts={"face": 0, "body": 0.1})
    assert found.parts["face"].seen.all()
    assert np.flatnonzero(found.parts["body"].seen).tolist() == list(range(0, 70, 3))
    assert tracking.MAKERS["body"].calls == 24


def test_a_body_that_stays_away_is_looked_for_seldom(tmp_path, monkeypatch):
    """After 3 s without one each half second does; once it is there, each tenth again."""
    body, looks = tracking.MAKERS["body"], []
    seen = body.follow

    def late(self, picture, face=None):
        looks.append(len(looks))
        return seen(self, picture) if len(looks) > 36 else None

    monkeypatch.setattr(body, "follow", late)
    path = film(tmp_path / "x.avi", [10 + i % 60 for i in range(240)])
    shown = np.flatnonzero(track(path, parts={"hands": 0, "body": 0.1}).parts["body"].seen)
    # 31 looks in the first 3 s, then one each 0.5 s: the 37th at 6 s.
    assert shown[0] / 30 == pytest.approx(6.0, abs=0.1)
    assert set(np.diff(shown)) == {3}


def test_the_body_tells_the_hands_while_it_is_fresh(tmp_path):
    """Hands are told of the body of the last quarter of a second, and of none without one."""
    path = film(tmp_path / "x.avi", COLUMNS)
    track(path, parts={"hands": 0, "body": 0.5})
    told = tracking.MAKERS["hands"].bodies
    assert sum(told[:15]) == 8  # 0 to 7 thirtieths
    tracking.MAKERS["hands"].bodies = ()
    track(path, parts=("hands",))
    assert not any(tracking.MAKERS["hands"].bodies)


def test_a_hand_that_was_taken_for_a_body_is_no_body(tmp_path, monkeypatch):
    """Where the trunk lies on a hand no body is seen, and it is sought anew in each picture."""
    from eutonia.tracking import hands as tracking_hands

    path = film(tmp_path / "x.avi", COLUMNS)
    assert track(path, parts=("body", "hands")).parts["body"].seen.all()
    monkeypatch.setattr(tracking_hands, "taken_for_body", lambda hand, body: True)
    monkeypatch.setattr(tracking.MAKERS["body"], "reset", lambda self: resets.append(1))
    resets: list[int] = []
    found = track(path, parts=("body", "hands"))
    assert not found.parts["body"].seen.any()
    assert (found.parts["left_hand"].seen | found.parts["right_hand"].seen).all()
    assert len(resets) >= 70


def test_a_repeated_picture_repeats_its_landmarks_and_costs_nothing(tmp_path):
    """Pictures that are equal to the one before are not looked at again."""
    doubled = [c for c in COLUMNS for _ in range(2)]
    face = track(film(tmp_path / "x.avi", doubled), parts=("face",)).parts["face"]
    assert tracking.MAKERS["face"].calls == 70
    np.testing.assert_array_equal(face.xyz[0::2], face.xyz[1::2])


@pytest.mark.parametrize("stop", [1, 40, 256, 257, 300])
def test_an_interrupted_pass_goes_on_where_it_stopped(tmp_path, fakes, stop):
    """Interrupted at any picture and called again: no picture is looked at twice, or missed."""
    columns = [10 + i % 70 for i in range(330)]
    path = film(tmp_path / "x.avi", columns)
    whole = track(path, parts=("face",))
    face = tracking.MAKERS["face"]
    face.calls, face.fails_at = 0, stop
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face",))
    face.calls, face.fails_at = 0, None
    again = track(path, parts=("face",))
    np.testing.assert_array_equal(again.t_s, whole.t_s)
    np.testing.assert_array_equal(again.parts["face"].xyz, whole.parts["face"].xyz)
    np.testing.assert_array_equal(again.parts["face"].person, np.arange(1, 331))
    assert face.calls == 330 - (stop - 1)
    assert not list(fakes.iterdir())


def test_an_interrupted_pass_with_other_options_is_not_mixed_in(tmp_path):
    """What was seen mirrored is not taken for what is seen otherwise."""
    path = film(tmp_path / "x.avi", COLUMNS)
    face = tracking.MAKERS["face"]
    face.fails_at = 40
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face",), mirrored=True)
    face.fails_at = None
    found = track(path, parts=("face",))
    np.testing.assert_allclose(found.parts["face"].xyz[:, 0, 0], np.array(COLUMNS) - 0.5, atol=0.5)


@pytest.mark.parametrize("damaged", ["face.score", "state.json", "memory-39"])
def test_damaged_rows_of_an_interrupted_pass_are_thrown_away(tmp_path, fakes, damaged):
    """Files that are shorter than they should be are not trusted: the pass starts anew."""
    path = film(tmp_path / "x.avi", COLUMNS)
    face = tracking.MAKERS["face"]
    face.fails_at = 40
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face",))
    (left,) = fakes.iterdir()
    (left / damaged).write_bytes(b"\0" * 10)
    face.calls, face.fails_at = 0, None
    assert track(path, parts=("face",)).n_frames == 70
    assert face.calls == 70


def test_a_finished_pass_leaves_nothing_of_those_that_were_killed(tmp_path, fakes):
    """What programs that were killed left of the same film goes with the end of the pass."""
    path = film(tmp_path / "x.avi", COLUMNS)
    face = tracking.MAKERS["face"]
    face.fails_at = 40
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face",))
    face.fails_at = None
    (left,) = fakes.iterdir()
    for k in (1, 2):
        killed = shutil.copytree(left, fakes / f"{left.name}.{k}-{k}")
        last = time.time() - 1000 * k
        os.utime(killed / "state.json", (last, last))
    assert track(path, parts=("face",)).n_frames == 70
    assert not list(fakes.iterdir())


def test_an_abandoned_pass_does_not_stay_for_ever(tmp_path, fakes, monkeypatch):
    """An interrupted pass is personal data: it is thrown away by the first call a week later."""
    path = film(tmp_path / "x.avi", COLUMNS)
    face = tracking.MAKERS["face"]
    face.fails_at = 40
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face",))
    face.fails_at = None
    monkeypatch.setattr(rows_module, "KEPT_S", -1.0)
    track(film(tmp_path / "y.avi", COLUMNS[:5]), parts=("body",))
    assert not list(fakes.iterdir())


def test_long_rows_are_mapped_and_not_loaded(tmp_path, monkeypatch):
    """Above the limit the points lie on disk, with the same values."""
    path = film(tmp_path / "x.avi", COLUMNS)
    loaded = track(path, parts=("face",)).parts["face"]
    monkeypatch.setattr(rows_module, "IN_MEMORY", 0)
    mapped = track(path, parts=("face",)).parts["face"]
    assert isinstance(mapped.xyz, np.memmap)
    np.testing.assert_array_equal(mapped.xyz, loaded.xyz)


def test_kept_landmarks_save_the_pass(tmp_path):
    """The same video in the same way is tracked once; another way tracks it again."""
    path, kept = film(tmp_path / "x.avi", COLUMNS), tmp_path / "kept" / "x.npz"
    first = track(path, parts=("face",), kept=kept)
    face = tracking.MAKERS["face"]
    second = track(path, parts=("face",), kept=kept)
    assert face.calls == 70
    np.testing.assert_array_equal(first.parts["face"].xyz, second.parts["face"].xyz)
    assert track(path, parts=("face",), slow_motion=2.0, kept=kept).t_s[-1] < 1.2
    assert face.calls == 140
    data = bytearray(kept.read_bytes())
    data[-4000] ^= 1  # a damaged file is written again
    kept.write_bytes(data)
    track(path, parts=("face",), slow_motion=2.0, kept=kept)
    assert load(kept).n_frames == 70


def test_mistakes_are_named(tmp_path):
    """Parts that do not exist, none at all, impossible slow motion, no video: one error each."""
    path = film(tmp_path / "x.avi", COLUMNS[:3])
    with pytest.raises(UnknownName, match="no part 'feet'"):
        track(path, parts=("feet",))
    with pytest.raises(UnknownName, match="No part"):
        track(path, parts=())
    with pytest.raises(UnknownName, match="above 0"):
        track(path, slow_motion=0)
    with pytest.raises(UnreadableFile, match=r"none\.mp4"):
        track(tmp_path / "none.mp4")


def test_an_interrupted_pass_with_the_real_trackers_changes_nothing(
    video_models, shared_data, tmp_path, monkeypatch
):
    """A real face and body, interrupted in the middle: the landmarks of one whole pass, exactly."""
    from eutonia.tracking.face import FaceTracker

    monkeypatch.undo()
    folder = tmp_path / "interrupted"
    folder.mkdir()
    monkeypatch.setattr(rows_module, "folder", lambda: folder)
    monkeypatch.setenv("EUTONIA_MODELS", str(video_models))
    path = shared_data / "video" / "intel_sample_videos" / "head-pose-face-detection-female.gif"
    whole = track(path, parts=("face", "body"))
    calls, follow = [], FaceTracker.follow

    def interrupted(tracker, picture):
        calls.append(0)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return follow(tracker, picture)

    monkeypatch.setattr(FaceTracker, "follow", interrupted)
    with pytest.raises(KeyboardInterrupt):
        track(path, parts=("face", "body"))
    again = track(path, parts=("face", "body"))
    for part in ("face", "body"):
        assert whole.parts[part].seen.all()
        np.testing.assert_array_equal(again.parts[part].xyz, whole.parts[part].xyz)
