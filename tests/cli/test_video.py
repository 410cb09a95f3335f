"""Videos through the commands: overlays beside the results, and what cannot go together."""

import cv2
import pytest

import eutonia.report
from eutonia import cli
from eutonia.formats.assessment import load

SIZE = (640, 480)


@pytest.fixture
def clip(shared_data, video_models, tmp_path):
    """Return a short phone-like video of a real person."""
    source = shared_data / "video/intel_sample_videos/head-pose-face-detection-male.gif"
    capture, path = cv2.VideoCapture(str(source)), tmp_path / "neck.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, SIZE)
    for _ in range(20):
        writer.write(cv2.resize(capture.read()[1], SIZE))
    writer.release()
    return path


def test_an_overlay_of_each_video_lies_beside_the_results(clip, tmp_path, monkeypatch):
    """It has as many pictures as the video, which was tracked once; the manifest names models."""
    monkeypatch.setattr(eutonia.report, "write", lambda *_, **__: None)
    out = tmp_path / "out"
    how = ["--part", "face", "--not-mirrored", "--only", "head.yaw_mean", "--overlay"]
    assert cli.run(["assess", str(clip), *how, "--out", str(out)]) == cli.NOTHING
    (drawn,) = (out / "overlay").glob("*.mp4")
    assert int(cv2.VideoCapture(str(drawn)).get(cv2.CAP_PROP_FRAME_COUNT)) == 20
    assert len(list((out / "landmarks").glob("*.npz"))) == 1
    assessment, _ = load(out)
    assert any(name.startswith("model ") for name, _ in assessment.manifest.versions)


@pytest.mark.parametrize("option", ["--landmarks-only", "--cover-faces"])
def test_an_overlay_shows_the_face(option, tmp_path, capsys):
    """Asking for no face and for a copy with the face is a mistake."""
    (tmp_path / "x.mp4").write_bytes(b"")
    assert cli.run(["assess", str(tmp_path / "x.mp4"), "--overlay", option]) == cli.MISTAKE
    assert "--overlay keeps the face" in capsys.readouterr().err


@pytest.mark.parametrize("factor", ["0", "-3"])
def test_a_slow_motion_that_cannot_be_is_refused_and_not_kept(factor, tmp_path, capsys):
    """A film plays some times slower, never backwards or endlessly slow."""
    film = tmp_path / "x.mp4"
    film.write_bytes(b"")
    assert cli.run(["assess", str(film), "--slow-motion", factor]) == cli.MISTAKE
    assert "slow-motion" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["x.mp4"]
