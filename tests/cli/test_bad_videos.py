"""Bad videos through ``eutonia assess``: a flag or a clear sentence each, and never a traceback."""

import re
import wave

import cv2
import numpy as np
import pytest

import eutonia.report
from eutonia import cli
from eutonia.formats.assessment import load

SIZE = (640, 480)
MEASURE = "head.yaw_mean"


@pytest.fixture(autouse=True)
def quick_report(monkeypatch):
    """Leave the report out, which has tests of its own."""
    monkeypatch.setattr(eutonia.report, "write", lambda *_, **__: None)


@pytest.fixture(scope="module")
def clip(shared_data, video_models):
    """Return a function that gives the first pictures of a real clip."""

    def pictures(name="male", n=24):
        path = shared_data / f"video/intel_sample_videos/head-pose-face-detection-{name}.gif"
        capture = cv2.VideoCapture(str(path))
        return [cv2.resize(capture.read()[1], SIZE) for _ in range(n)]

    return pictures


def film(path, pictures, *, rate=30.0, size=SIZE):
    """Write a video and return its path."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), rate, size)
    for picture in pictures:
        writer.write(cv2.resize(picture, size))
    writer.release()
    return path


def assessed(path, capsys, *, code=cli.NOTHING):
    """Assess a video of some second; return the codes of its issues, and what was printed."""
    out = path.parent / "out"
    how = ["--landmarks-only", "--no-pdf", "--part", "face", "--only", MEASURE, "--out", str(out)]
    assert cli.run(["assess", str(path), *how]) == code
    printed = " ".join(capsys.readouterr().out.split())
    assert "Traceback" not in printed
    found = {i.code for r in load(out)[0].recordings for i in r.issues}
    return found - {"corrected", "mirror_unknown", "no_segments"}, printed


def test_a_good_video_is_not_blamed(clip, tmp_path, capsys):
    """One face in good light raises no flag: those below are due to what is wrong there."""
    found, printed = assessed(film(tmp_path / "x.mp4", clip()), capsys)
    assert found == set()
    assert "warning" not in printed


def test_nobody_in_the_picture(clip, tmp_path, capsys):
    """A wall alone is lost as a recording, and says that nobody was found."""
    wall = np.full((480, 640, 3), 90, np.uint8)
    _, printed = assessed(film(tmp_path / "x.mp4", [wall] * 12), capsys)
    assert "Nobody was found in the pictures" in printed


def test_two_faces(clip, tmp_path, capsys):
    """Two people in a picture are flagged."""
    found, printed = assessed(film(tmp_path / "x.mp4", clip("female-and-male")), capsys)
    assert "several_people" in found
    assert re.search(r"\d+ warnings? x\.mp4: ", printed)
    assert "Other faces are in the picture" in printed


def test_a_face_that_leaves_the_picture(clip, tmp_path, capsys):
    """A face that slides out is flagged as at the edge, and as lost from then on."""
    slid = [
        cv2.warpAffine(p, np.float32([[1, 0, 14 * i], [0, 1, 0]]), SIZE)
        for i, p in enumerate(clip(n=45))
    ]
    found, printed = assessed(film(tmp_path / "x.mp4", slid), capsys)
    assert found == {"leaves_picture", "part_lost"}
    assert "2 warnings x.mp4: " in printed


def test_darkness(clip, tmp_path, capsys):
    """Pictures in which nobody can be seen for darkness say both."""
    dark = [(p * 0.03).astype(np.uint8) for p in clip(n=12)]
    _, printed = assessed(film(tmp_path / "x.mp4", dark), capsys)
    assert "pictures are dark" in printed
    assert "Nobody was found" in printed


def test_240_lines_at_8_pictures_a_second(clip, tmp_path, capsys):
    """A small picture, a small face and a low rate are flagged."""
    found, _ = assessed(film(tmp_path / "x.mp4", clip(), rate=8.0, size=(320, 240)), capsys)
    assert found == {"small_picture", "small_face", "low_rate"}


def test_a_video_named_like_something_else(clip, tmp_path, capsys):
    """Its content counts: the same is seen as under its own name, and the ending is flagged."""
    path = film(tmp_path / "x.mp4", clip())
    found, _ = assessed(path.rename(tmp_path / "x.edf"), capsys)
    assert found == {"other_ending"}


def _corrupt(path):
    data = film(path, [np.full((480, 640, 3), 90, np.uint8)] * 12).read_bytes()
    path.write_bytes(data[:100] + bytes(len(data) - 100))


def _cut(path):
    data = film(path, [np.full((480, 640, 3), 90, np.uint8)] * 12).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _picture(path):
    picture = np.full((480, 640, 3), 90, np.uint8)
    path.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def _sound(path):
    data = film(path, [np.full((480, 640, 3), 90, np.uint8)] * 12).read_bytes()
    path.write_bytes(data.replace(b"hdlr\0\0\0\0\0\0\0\0vide", b"hdlr\0\0\0\0\0\0\0\0soun"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (_corrupt, "no picture can be decoded"),
        (_cut, "may be cut off (copy it again)"),
        (_picture, "named like video, but its content is not (a JPEG picture)"),
        (_sound, "holds sound but no picture"),
        (lambda path: path.write_text("Dear colleague,\n" * 20), "named like video"),
    ],
    ids=["empty", "corrupt", "cut", "picture", "sound", "text"],
)
def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path, capsys, make, words):
    """Lost files are listed with the reason, nothing is measured, and the exit code says so."""
    make(tmp_path / "x.mp4")
    found, printed = assessed(tmp_path / "x.mp4", capsys)
    assert not found
    assert "Lost x.mp4: " in printed
    assert words in printed


def test_sound_named_like_a_video_is_sound(tmp_path, capsys):
    """A WAV file named .mp4 is read as sound, and its ending is flagged."""
    with wave.open(str(tmp_path / "x.mp4"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.arange(16000, dtype="<i2").tobytes())
    found, printed = assessed(tmp_path / "x.mp4", capsys)
    assert "other_ending" in found
    assert "No video of the head was recorded" in printed
