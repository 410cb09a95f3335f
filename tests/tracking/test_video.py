"""Pictures of a video, leapt to, and decoded by a thread while others are looked at."""

import os

import cv2
import numpy as np
import pytest

from eutonia.formats import video
from eutonia.model import UnreadableFile
from eutonia.tracking.video import ahead, header, pictures, pictures_at

RATE_HZ, N = 30.0, 300


def film(path, *, codec="mp4v", n=N):
    """Write a film whose pictures are told apart by a bar that moves two pixels a picture."""
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), RATE_HZ, (640, 480)
    )
    for i in range(n):
        picture = np.full((480, 640, 3), 90, dtype=np.uint8)
        picture[:, 2 * i : 2 * i + 8] = 250
        writer.write(picture)
    writer.release()
    return path


def number(picture):
    """Return the number of a picture of `film`."""
    return round((np.flatnonzero(picture[200:280].mean(axis=(0, 2)) > 170).mean() - 3.5) / 2)


@pytest.mark.parametrize(
    ("ending", "codec"), [("mp4", "mp4v"), ("mov", "mp4v"), ("avi", "MJPG"), ("webm", "VP80")]
)
def test_a_picture_is_the_same_whether_leapt_to_or_counted(tmp_path, ending, codec):
    """Pictures from a time on are those that a pass from the beginning yields from there on."""
    path = film(tmp_path / f"bar.{ending}", codec=codec)
    counted = [(t_s, picture) for t_s, picture in pictures(path)]
    for start in (3, 40, 151, 298):
        leapt = list(pictures(path, start_s=counted[start][0] - 1e-4))
        assert [t_s for t_s, _ in leapt] == pytest.approx([t_s for t_s, _ in counted[start:]])
        assert all((a == b[1]).all() for (_, a), b in zip(leapt, counted[start:], strict=True))


def test_pictures_are_found_by_their_numbers(tmp_path):
    """They are those asked for, also where the file says another number of them."""
    path = film(tmp_path / "bar.mp4")
    for n in (N, N - 1):
        found = pictures_at(path, [0, 7, 160, 298], n=n)
        assert [number(picture) for picture in found] == [0, 7, 160, 298]


def test_a_leap_decodes_less_than_counting(tmp_path, monkeypatch):
    """To reach a late picture, most of a file that can be sought in is not stepped through."""
    path, steps = film(tmp_path / "bar.avi", codec="MJPG"), []
    about, step = header(path), video.grabbed
    monkeypatch.setattr(
        "eutonia.tracking.video.grabbed", lambda c: (steps.append(i) or i for i in step(c))
    )
    next(pictures(path, about=about, start_s=9.0))
    assert len(steps) < 30


def test_what_was_decoded_ahead_comes_in_order(tmp_path):
    """All pictures come, in their order, and none is needed to stop early."""
    path = film(tmp_path / "bar.mp4", n=40)
    assert [number(picture) for _, picture in ahead(pictures(path))] == list(range(40))
    stream = ahead(pictures(path))
    assert number(next(stream)[1]) == 0
    stream.close()


def test_an_error_while_decoding_ahead_is_not_lost(tmp_path):
    """What the decoder cannot read is said where the pictures are asked for."""
    path = tmp_path / "none.mp4"
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile):
        list(ahead(pictures(path)))

    def broken():
        yield 0.0, np.zeros((2, 2, 3), dtype=np.uint8)
        raise RuntimeError("the disk is gone")

    stream = ahead(broken())
    next(stream)
    with pytest.raises(RuntimeError, match="disk"):
        next(stream)


def test_what_a_video_is_is_read_again_when_it_changes(tmp_path):
    """A file that was replaced under the same name is not taken for the old one."""
    path = film(tmp_path / "bar.mp4", n=40)
    assert header(path) is header(path)
    film(path, n=60)
    os.utime(path, ns=(1, 1))
    assert len(header(path).stamps_s) == 60
