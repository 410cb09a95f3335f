"""Segments that a person notes beside a recording, in a text file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.formats.segments import parse
from eutonia.model import EutoniaError, InvalidRecord
from eutonia.read import read, spans

LINES = [
    "# neck, filmed by A",
    "0:00 - 0:05  straight",
    "0:05-0:25 let go",
    "",
    "1:30.5 to 1:40: let go, trick on",
    "100 - 110 hold straight",
]


def test_times_and_conditions_are_read():
    """Minutes, plain seconds and decimals are understood; names give the condition."""
    found = parse(LINES)
    np.testing.assert_allclose(found.onset_s, [0, 5, 90.5, 100])
    np.testing.assert_allclose(found.duration_s, [5, 20, 9.5, 10])
    assert list(found.columns["task"]) == ["zero", "let_go", "let_go", "hold"]
    assert list(found.columns["trick"])[:3] == ["", "", "on"]


def test_segments_become_spans_of_the_recording(tmp_path):
    """A file beside the recording gives its spans, whatever kind of recording it is."""
    rows = "\n".join(f"{i / 100:.2f},{np.sin(i / 9):.4f}" for i in range(4000))
    (tmp_path / "arm_emg.csv").write_text(f"time,EMG1 [mV]\n{rows}\n")
    (tmp_path / "arm_emg.segments.txt").write_text("0:00 - 0:10 rest\n0:12 - 0:30 writing\n")
    (recording,) = read(tmp_path / "arm_emg.csv")
    found = spans(recording)
    assert [(s.start_s, s.stop_s, s.condition.get("task")) for s in found] == [
        (0, 10, "rest"),
        (12, 30, "writing"),
    ]
    assert any(s.path.endswith("arm_emg.segments.txt") for s in recording.sources)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("let go", "line 1 is 'let go'; write two times"),
        ("0:10 - 0:05 let go", "ends before it starts"),
        ("0:10 - 0:20 dancing on tables", "'dancing on tables' is not known"),
        ("1:2:x - 0:05 let go", "write two times"),
        ("1..2 - 5 rest", "'1..2' is no time"),
    ],
)
def test_a_bad_line_is_named(line, words):
    """The line, what it says, and what is allowed."""
    with pytest.raises(InvalidRecord, match=words.replace("(", r"\(")):
        parse([line])


SPOKEN, LET_GO = {"task": "speaking", "trick": "on"}, {"task": "let_go", "trick": "on"}


@pytest.mark.parametrize(
    ("recording", "before", "meant"),
    [
        ("sub-01_task-face_video", [], SPOKEN),
        ("sub-01_task-jaw_video", ["let go", "straight"], SPOKEN),
        ("neck", ["speaking"], LET_GO),
        ("clip", ["rest", "speaking"], SPOKEN),
        ("clip", ["straight", "let go"], LET_GO),
        ("clip", [], {"task": "", "trick": "on"}),
        ("sub-01_task-eyes_video", ["rest"], {"task": "", "trick": "on"}),
    ],
)
@pytest.mark.parametrize("name", ["trick", "sensory trick"])
def test_a_trick_is_that_of_the_recordings_own_protocol(recording, before, meant, name):
    """By the recording's name, else by the other segments; where nothing tells, no task is said."""
    lines = [f"{9 * i} - {9 * i + 9} {text}" for i, text in enumerate([*before, name])]
    found = parse(lines, recording=recording).columns
    assert {f: str(found[f][-1]) if f in found else "" for f in meant} == meant


@pytest.mark.parametrize(
    ("words", "task"),
    [("reading, trick", "reading"), ("speaking, eyes closed", "speaking"), ("trick, hold", "hold")],
)
def test_what_stands_beside_a_task_leaves_the_task(words, task):
    """A trick or closed eyes that are noted with a task do not make it another task."""
    found = parse([f"0 - 9 {words}"], recording="neck").columns
    assert list(found["task"]) == [task]
    assert "trick" not in words or list(found["trick"]) == ["on"]


@pytest.mark.parametrize(
    ("words", "task"),
    [
        ("mouthpiece", "mouthpiece"),
        ("Mundstück", "mouthpiece"),
        ("mouthpiece at the lips", "mouthpiece_held"),
        ("boquilla sin tocar", "mouthpiece_held"),
        ("eating", "eating"),
        ("eating or mouthpiece", "eating"),
    ],
)
@pytest.mark.parametrize("recording", ["face", "clip"])
def test_playing_at_the_mouthpiece_is_a_task_of_its_own(words, task, recording):
    """Also in a film of no protocol; the name that older protocols had for both keeps its task."""
    assert list(parse([f"0 - 9 {words}"], recording=recording).columns["task"]) == [task]


def test_the_file_beside_a_film_of_a_face_is_read_in_the_faces_protocol(tmp_path):
    """The name of the recording reaches the file that lies beside it."""
    rows = "\n".join(f"{i / 100:.2f},{np.sin(i / 9):.4f}" for i in range(2000))
    (tmp_path / "face_emg.csv").write_text(f"time,EMG1 [mV]\n{rows}\n")
    (tmp_path / "face_emg.segments.txt").write_text("0:00 - 0:10 sensory trick\n")
    (recording,) = read(tmp_path / "face_emg.csv")
    (span,) = spans(recording)
    assert {f: span.condition.get(f) for f in SPOKEN} == SPOKEN


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    """Any text gives segments or an error that names the line."""
    try:
        found = parse(text.splitlines())
    except EutoniaError as error:
        assert "line" in str(error)
    else:
        assert (found.duration_s > 0).all()


def filmed(tmp_path, rows, *, seconds=40):
    """Return a film as read, with an ``events.tsv`` beside it."""
    import cv2

    folder = tmp_path / "sub-01" / "beh"
    folder.mkdir(parents=True)
    path = folder / "sub-01_task-neck_video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5.0, (64, 48))
    for _ in range(5 * seconds):
        writer.write(np.full((48, 64, 3), 120, np.uint8))
    writer.release()
    table = "".join("\t".join(row) + "\n" for row in [("onset", "duration", "trial_type"), *rows])
    (folder / "sub-01_task-neck_events.tsv").write_text(table)
    (recording,) = read(path)
    return recording


def said(recording, code):
    """Return the messages of the issues of one code."""
    return [i.message for i in recording.issues if i.code == code]


def test_a_name_in_events_tsv_that_nobody_knows_is_said(tmp_path):
    """The film is read; the name, and what is allowed, are in a warning; marks are no names."""
    rows = [("0", "10", "banana"), ("10", "10", "let go"), ("21", "0", "touched the chin")]
    recording = filmed(tmp_path, rows)
    (message,) = said(recording, "unknown_condition")
    assert "'banana'" in message
    assert "touched" not in message
    assert "let go" in message
    assert [s.condition.get("task") for s in spans(recording)] == ["let_go"]


def test_events_tsv_states_conditions_like_the_text_file(tmp_path):
    """Two conditions in one name, and names that only a protocol has, are understood there too."""
    rows = [("0", "10", "let go, trick on"), ("10", "10", "sensory trick"), ("20", "9", "sentence")]
    recording = filmed(tmp_path, rows)
    texts = [f"{a} - {float(a) + float(d):g} {name}" for a, d, name in rows]
    same = parse(texts, recording="sub-01_task-neck_video")
    found = [dict(s.condition.levels) for s in spans(recording)]
    for i, levels in enumerate(found):
        for factor, values in same.columns.items():
            assert levels.get(factor, "") == values[i]
    assert not said(recording, "unknown_condition")


def test_a_task_in_a_column_of_its_own_needs_no_name(tmp_path):
    """Where a column states the task, the name may be anything."""
    folder = tmp_path / "sub-01" / "emg"
    folder.mkdir(parents=True)
    rows = "\n".join(f"{i / 100:.2f},{np.sin(i / 9):.4f}" for i in range(4000))
    (folder / "sub-01_task-x_emg.csv").write_text(f"time,EMG1 [mV]\n{rows}\n")
    events = "onset\tduration\ttrial_type\ttask\n0\t12\tblock A\trest\n12\t12\tblock B\tn/a\n"
    (folder / "sub-01_task-x_events.tsv").write_text(events)
    (recording,) = read(folder / "sub-01_task-x_emg.csv")
    (message,) = said(recording, "unknown_condition")
    assert "block B" in message
    assert "block A" not in message


@pytest.mark.parametrize("by", ["events.tsv", "segments.txt"])
def test_a_segment_that_lasts_beyond_the_film_is_said(tmp_path, by):
    """The segment and the film's length are named, whoever marked it; rounding is not blamed."""
    rows = [("0", "40", "hold straight"), ("30", "20", "let go"), ("50", "9", "range")]
    recording = filmed(tmp_path, rows if by == "events.tsv" else [])
    if by == "segments.txt":
        text = "0:00 - 0:40 hold straight\n0:30 - 0:50 let go\n0:50 - 0:59 range\n"
        path = next(tmp_path.rglob("*.avi"))
        path.with_name(f"{path.stem}.segments.txt").write_text(text)
        (recording,) = read(path)
    cut, gone = said(recording, "segment_beyond")
    assert "'let go' (0:30 - 0:50)" in cut
    assert "39.8 s" in cut
    assert "not used" in gone
    assert "'range'" in gone
