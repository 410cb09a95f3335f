"""What is said about a video on the command line stands beside it for every later run."""

import pytest

from eutonia.formats import segments
from eutonia.formats.corrections import Film, film_of
from eutonia.formats.notes import keep_film, keep_segments
from eutonia.formats.segments import file_for
from eutonia.model import InvalidRecord, UnreadableFile


@pytest.mark.parametrize(
    "film",
    [
        Film(mirrored=True),
        Film(mirrored=False, slow_motion=8),
        Film(parts=("face", "body")),
        Film(mirrored=True, slow_motion=2.5, parts=("hands",)),
    ],
)
def test_what_was_said_is_read_back(tmp_path, film):
    """Writing and reading what was said about a video gives it back; twice changes nothing."""
    video = tmp_path / "neck.mp4"
    keep_film(video, film)
    keep_film(video, film)
    assert film_of(video) == film


def test_a_part_of_what_was_said_need_not_be_said_again(tmp_path):
    """What stands in the file already is no contradiction; another value is."""
    video = tmp_path / "neck.mp4"
    keep_film(video, Film(mirrored=False, parts=("face",)))
    keep_film(video, Film(parts=("face",)))
    assert film_of(video) == Film(mirrored=False, parts=("face",))
    with pytest.raises(InvalidRecord, match="not overwritten"):
        keep_film(video, Film(mirrored=True))


def test_nothing_said_is_the_default(tmp_path):
    """A video without corrections is not mirrored by declaration and plays at its own speed."""
    assert film_of(tmp_path / "neck.mp4") == Film()


def test_a_person_s_own_file_is_not_overwritten(tmp_path):
    """Corrections and segments that exist stay; the error says what to add."""
    video = tmp_path / "neck.mp4"
    (tmp_path / "neck.corrections.yaml").write_text("line_hz: 50\n")
    with pytest.raises(InvalidRecord, match="mirrored: true"):
        keep_film(video, Film(mirrored=True))
    keep_segments(video, ["0:00-0:05 straight"])
    keep_segments(video, ["0:00-0:05 straight"])
    with pytest.raises(InvalidRecord, match="0:05-0:10 let go"):
        keep_segments(video, ["0:05-0:10 let go"])
    assert file_for(video).read_text() == "0:00-0:05 straight\n"


def test_what_is_checked_is_what_is_read_later(tmp_path, monkeypatch):
    """Segments on the command line are understood in the protocol that the film's name says."""
    read_as = []
    parse = segments.parse

    def noted(*args, **options):
        read_as.append(parse(*args, **options))
        return read_as[-1]

    monkeypatch.setattr(segments, "parse", noted)
    keep_segments(tmp_path / "sub-01_task-face_video.mp4", ["0:00-0:30 sensory trick"])
    assert list(read_as[0].columns["task"]) == ["speaking"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("video: {mirrored: maybe}", "mirrored is 'maybe'"),
        ("video: {slow_motion: 0}", "slow_motion is 0"),
        ("video: {parts: face}", "parts is 'face'"),
        ("video: {parts: [tail]}", "'tail'; allowed: face, body, hands"),
        ("video: {speed: 3}", "'speed'; allowed"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path, text, words):
    """The field, its value and what is allowed."""
    (tmp_path / "neck.corrections.yaml").write_text(text)
    with pytest.raises(InvalidRecord, match=words):
        film_of(tmp_path / "neck.mp4")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """The error says what to do where the video lies in a folder of somebody else."""
    with pytest.raises(UnreadableFile, match="Copy the recording"):
        keep_film(tmp_path / "nowhere" / "neck.mp4", Film(mirrored=True))
