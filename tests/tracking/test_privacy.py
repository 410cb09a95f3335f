"""Faces that are covered cannot be recognised, and nothing else is changed."""

import numpy as np
import pytest

from eutonia.model import UnreadableFile
from eutonia.tracking.privacy import BLOCKS, Face, Film, blur, cover
from eutonia.tracking.video import pictures


@pytest.fixture
def noise():
    """Return a picture in which no two pixels are alike."""
    return np.random.default_rng(5).integers(0, 256, (120, 160, 3)).astype(np.uint8)


def test_a_covered_square_holds_only_a_few_colours(noise):
    """All that is left of a face is one colour for each of its few blocks."""
    out = cover(noise, [Face(x=80, y=60, edge=60)])
    inside = out[30:90, 50:110].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) <= BLOCKS**2
    outside = np.ones(noise.shape[:2], dtype=bool)
    outside[30:90, 50:110] = False
    np.testing.assert_array_equal(out[outside], noise[outside])


def test_two_faces_of_equal_blocks_cannot_be_told_apart(noise):
    """Shuffling the pixels within each block changes nothing: no detail survives."""
    rng = np.random.default_rng(6)
    other = noise.copy()
    for y in range(30, 90, 10):
        for x in range(50, 110, 10):
            block = other[y : y + 10, x : x + 10].reshape(-1, 3)
            other[y : y + 10, x : x + 10] = rng.permutation(block).reshape(10, 10, 3)
    face = [Face(x=80, y=60, edge=60)]
    np.testing.assert_array_equal(
        cover(noise, face)[30:90, 50:110], cover(other, face)[30:90, 50:110]
    )


@pytest.mark.parametrize("face", [Face(x=-5, y=10, edge=40), Face(x=300, y=300, edge=20)])
def test_faces_at_the_edge_and_beyond_are_no_error(noise, face):
    """A face that is partly or wholly outside the picture is covered as far as it is in it."""
    assert cover(noise, [face]).shape == noise.shape


def test_every_face_of_a_real_video_is_covered(video_models, shared_data, tmp_path):
    """In the copy of a real video the detail of every face is gone, at its own place."""
    from eutonia.tracking.ssd import Detector

    source = shared_data / "video/intel_sample_videos/head-pose-face-detection-female-and-male.gif"
    out = tmp_path / "blurred.mp4"
    assert blur(source, out) == 1.0
    find, checked = Detector("face_detection_far"), 0
    for (t_s, before), (shown_s, after) in zip(pictures(source), pictures(out), strict=True):
        assert shown_s == pytest.approx(t_s, abs=2e-5)
        for one in find(before):
            half, x, y = round(one.width / 2), round(one.x), round(one.y)
            face = np.s_[max(y - half, 0) : y + half, max(x - half, 0) : x + half]
            fine = [np.abs(np.diff(p[face].astype(float), axis=1)) for p in (before, after)]
            # Between the edges of the blocks nothing is left but the noise of the compression.
            assert np.quantile(fine[1], 0.7) < 0.6 * np.quantile(fine[0], 0.7)
            checked += 1
    assert checked > 20


def test_the_original_is_never_overwritten(tmp_path):
    """Writing the copy over the video itself is refused."""
    path = tmp_path / "a.avi"
    with Film(path, width=64, height=48, rate_hz=10) as film:
        for _ in range(3):
            film.add(np.zeros((48, 64, 3), dtype=np.uint8))
    with pytest.raises(UnreadableFile, match="overwrite"):
        blur(path, path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """A copy that cannot be written is an error that says where."""
    with pytest.raises(UnreadableFile, match="nowhere"):
        Film(tmp_path / "nowhere" / "a.mp4", width=64, height=48, rate_hz=10)
