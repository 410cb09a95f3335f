"""Angles of heads in real pictures, turned in the plane of the picture and mirrored."""

from functools import cache

import numpy as np
import pytest

from eutonia.derive.head import head
from eutonia.dsp.rotation import turned
from eutonia.model import Landmarks, Points

CLIPS = ("female", "male")


@cache
def _pictures(path):
    import cv2

    capture, shown = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        shown.append(read[1])
    return shown[::6]


@pytest.fixture
def clip(shared_data, video_models):
    """Return what gives some pictures of a clip of a head that turns."""
    folder = shared_data / "video" / "intel_sample_videos"
    return lambda name: _pictures(folder / f"head-pose-face-detection-{name}.gif")


def _in_plane(picture, degrees):
    """Return the picture turned clockwise about its middle, in a square that holds all of it."""
    import cv2

    height, width = picture.shape[:2]
    edge = int(np.hypot(height, width)) + 2
    by = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    by[:, 2] += (edge - width) / 2, (edge - height) / 2
    return cv2.warpAffine(picture, by, (edge, edge))


def _angles(pictures):
    """Return yaw, pitch and roll of each picture, ``(3, n)``."""
    from eutonia.tracking.face import FaceTracker

    tracker = FaceTracker()
    found = [tracker.follow(picture) for picture in pictures]
    assert None not in found
    face = Points(
        xyz=np.stack([f.xyz for f in found]),
        score=np.array([f.score for f in found], dtype=np.float32),
    )
    height, width = pictures[0].shape[:2]
    t_s = np.arange(len(found)) / 10
    moved = head(Landmarks(t_s=t_s, width=width, height=height, parts={"face": face}))
    return np.where(moved.good[:3], moved.x[:3], np.nan)


@pytest.mark.parametrize("name", CLIPS)
def test_a_turn_in_the_picture_is_a_turn_about_the_line_of_sight(name, clip):
    """Real pictures turned by 15 to 60 degrees: the rotation is right to a mean of a degree."""
    upright = _angles([_in_plane(p, 0) for p in clip(name)])
    errors = []
    for degrees in (-60, -45, -30, -15, 15, 30, 45, 60):
        found = _angles([_in_plane(p, degrees) for p in clip(name)])
        # Clockwise in the picture is the ear to the person's left shoulder.
        wanted = turned(0.0, 0.0, -degrees) @ turned(*upright)
        trace = np.trace(wanted.swapaxes(1, 2) @ turned(*found), axis1=1, axis2=2)
        errors.append(np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1))))
    errors = np.concatenate(errors)
    assert np.isfinite(errors).mean() >= 0.95
    assert np.nanmean(errors) <= 1.0


@pytest.mark.parametrize("name", CLIPS)
def test_a_mirrored_head_turns_and_tilts_the_other_way(name, clip):
    """In a mirror yaw and roll change sign and pitch does not, to a median of 1.5 degrees."""
    seen = _angles(clip(name))
    mirrored = _angles([p[:, ::-1].copy() for p in clip(name)])
    off = np.abs(mirrored * [[-1], [1], [-1]] - seen)
    assert (np.nanmedian(off, axis=1) <= 1.5).all()
