"""Gentle closures that were filmed and did not calibrate an eye."""

import numpy as np

from eutonia.derive.lids import LIDS, SIDES
from eutonia.derive.video import Calibration, calibrated, seen_in
from eutonia.model import Condition, Landmarks, Points, Span
from eutonia.simulate.mouth import face_points

CLOSING = (Span(recording="f", start_s=0, stop_s=99, condition=Condition.of(task="closures")),)


def _film(left=(10.0, 1.5), right=(10.0, 1.5), n=300):
    """Return a face whose lids, so many mm apart open and shut, shut for ten pictures in forty."""
    shut = np.arange(n) % 40 >= 30
    faces = np.repeat(np.asarray(face_points(), dtype=np.float32)[None], n, axis=0)
    for side, gap in zip(SIDES, (left, right), strict=True):
        x = 31 if side == "left" else -31  # the person's left is the picture's right
        half = np.where(shut, gap[1], gap[0]) / 2
        for upper, lower in LIDS[side]:
            faces[:, upper] = np.stack([np.full(n, x), -45 - half, np.full(n, 18)], axis=1)
            faces[:, lower] = np.stack([np.full(n, x), -45 + half, np.full(n, 18)], axis=1)
    face = Points(xyz=faces, score=np.ones(n, dtype=np.float32))
    return Landmarks(t_s=np.arange(n) / 30, width=640, height=480, parts={"face": face})


def _flags(landmarks, calibration, segments):
    (found,) = (m for m in seen_in(landmarks, calibration, segments) if m.kind == "lid")
    return {c.side: c.flags for c in found.channels if c.site == "lid"}


def test_one_eye_that_is_not_calibrated_is_named():
    """The left lid moves by a fifth: a warning names it and says what to do."""
    film = _film(left=(10.0, 8.0))
    calibration, (said,) = calibrated(film, CLOSING)
    assert said.severity == "warning"
    assert "not the left one" in said.message
    assert "right eye (it read as shut 7 times)" in said.message
    assert "Film nearer" in said.message
    flags = _flags(film, calibration, CLOSING)
    assert {"uncalibrated", "closures_unlike_open"} <= set(flags["left"])
    assert "uncalibrated" not in flags["right"]


def test_two_eyes_that_are_calibrated_say_nothing():
    """Both lids shut: no warning and no flag."""
    film = _film()
    calibration, said = calibrated(film, CLOSING)
    assert said == ()
    flags = [flag for of in _flags(film, calibration, CLOSING).values() for flag in of]
    assert not any("calibrated" in f for f in flags)
    assert "closures_unlike_open" not in flags


def test_without_a_segment_of_closures_none_failed():
    """A lid that is uncalibrated since nothing was filmed has no flag that closures failed."""
    flags = _flags(_film(), Calibration(), ())
    assert all("uncalibrated" in f and "closures_unlike_open" not in f for f in flags.values())
