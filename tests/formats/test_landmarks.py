"""Stored landmarks: the same when read again, mapped, and damage met with a clear error."""

import json
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats.landmarks import key_of, load, note, save
from eutonia.model import Condition, Landmarks, Points, Source, Span, UnreadableFile
from eutonia.read import read, spans


def landmarks(n=40, rate=30.0):
    """Return landmarks of a face and a hand, with gaps and without pictures of a body."""
    rng = np.random.default_rng(3)
    face = rng.normal(300, 50, (n, 478, 3)).astype(np.float32)
    face[5:9] = np.nan
    hand = rng.normal(300, 50, (n, 21, 3)).astype(np.float32)
    score = np.isfinite(face[:, 0, 0]).astype(np.float32)
    return Landmarks(
        t_s=np.arange(n) / rate,
        width=640,
        height=480,
        parts={
            "face": Points(xyz=face, score=score, shapes=face[:, :52, 0], person=score),
            "left_hand": Points(xyz=hand, score=np.ones(n, np.float32), world=hand / 1000),
        },
        mirrored=True,
        models={"face_landmarks": "ab" * 32},
        sources=(Source(path="neck.mp4", sha256="cd" * 32),),
    )


def test_what_is_saved_is_loaded_to_the_bit(tmp_path):
    """Every array and every fact comes back as it was; arrays are mapped, not loaded."""
    one = landmarks()
    two = load(save(one, tmp_path / "new" / "x.npz", key="k1"))
    for name in ("width", "height", "mirrored", "models", "sources"):
        assert getattr(two, name) == getattr(one, name)
    np.testing.assert_array_equal(two.t_s, one.t_s)
    assert list(two.parts) == list(one.parts)
    for part, points in one.parts.items():
        for name, array in vars(points).items():
            read_again = getattr(two.parts[part], name)
            if array is None:
                assert read_again is None
            else:
                np.testing.assert_array_equal(read_again, array)
    assert isinstance(two.parts["face"].xyz, np.memmap)
    assert not two.parts["face"].xyz.flags.writeable
    assert key_of(tmp_path / "new" / "x.npz") == "k1"


def test_numpy_reads_the_arrays_too(tmp_path):
    """Any tool that reads ``.npz`` finds the points, without Eutonia."""
    one = landmarks()
    with np.load(save(one, tmp_path / "x.npz")) as arrays:
        np.testing.assert_array_equal(arrays["face.xyz"], one.parts["face"].xyz)
        np.testing.assert_array_equal(arrays["t_s"], one.t_s)


def test_the_same_landmarks_give_the_same_bytes(tmp_path):
    """Nothing of when or where it was written stands in the file."""
    paths = [save(landmarks(), tmp_path / name / "x.npz") for name in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_compressed_landmarks_are_read_as_well(tmp_path):
    """A file that someone packed again gives the same points."""
    stored = save(landmarks(), tmp_path / "x.npz")
    packed = tmp_path / "y.npz"
    with zipfile.ZipFile(stored) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    np.testing.assert_array_equal(load(packed).parts["face"].xyz, load(stored).parts["face"].xyz)


def test_a_stored_file_is_a_recording(tmp_path):
    """`read` gives one recording of kind landmarks with its times and what is wrong with them."""
    (recording,) = read(save(landmarks(rate=10.0), tmp_path / "x.npz"))
    assert (recording.kind, recording.signal, recording.channels) == ("landmarks", None, ())
    assert recording.duration_s == pytest.approx(3.9)
    assert [i.code for i in recording.issues] == ["low_rate", "no_segments"]


def _done(start_s, stop_s, **levels):
    return Span(recording="x", start_s=start_s, stop_s=stop_s, condition=Condition.of(**levels))


def test_what_was_done_when_is_kept_with_the_landmarks(tmp_path):
    """Alone in another folder they are the same segments; the arrays stay the same to the bit."""
    made = landmarks(rate=30.0)
    path = save(made, tmp_path / "out" / "neck.mp4.landmarks.npz", key="k")
    done = [_done(0.0, 0.5, task="zero"), _done(0.5, 1.25, task="let_go", trick="on")]
    note(path, done)
    note(path, done)
    alone = path.rename(tmp_path / "other.npz")
    (recording,) = read(alone)
    assert [(s.start_s, s.stop_s, s.condition) for s in spans(recording)] == [
        (s.start_s, s.stop_s, s.condition) for s in done
    ]
    assert "no_segments" not in {i.code for i in recording.issues}
    assert key_of(alone) == "k"
    for part, points in load(alone).parts.items():
        np.testing.assert_array_equal(points.xyz, made.parts[part].xyz)


def test_notes_beside_the_landmarks_stand_for_what_is_stored_in_them(tmp_path):
    """Whoever notes other segments beside the file is believed, and nothing is there twice."""
    path = save(landmarks(rate=30.0), tmp_path / "x.npz")
    note(path, [_done(0.0, 1.0, task="let_go")])
    (tmp_path / "x.segments.txt").write_text("0:00 - 0:01 straight\n")
    (recording,) = read(path)
    assert [s.condition.get("task") for s in spans(recording)] == ["zero"]


def test_segments_that_are_damaged_are_named(tmp_path):
    """A header that somebody edited wrongly is an error with the file's name, not a crash."""
    path = save(landmarks(rate=30.0), tmp_path / "x.npz")
    with zipfile.ZipFile(path) as archive:
        held = {m.filename: archive.read(m) for m in archive.infolist()}
    header = json.loads(held["landmarks.json"]) | {"segments": [[0, "x"]]}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (held | {"landmarks.json": json.dumps(header)}).items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableFile, match=r"x\.npz: its segments are damaged"):
        read(path)


def test_another_npz_is_refused(tmp_path):
    """Arrays of another program are not taken for landmarks."""
    np.savez(tmp_path / "x.npz", a=np.zeros(3))
    with pytest.raises(UnreadableFile, match=r"x\.npz"):
        read(tmp_path / "x.npz")
    assert key_of(tmp_path / "x.npz") == key_of(tmp_path / "none.npz") == ""


def test_landmarks_of_a_newer_version_are_refused(tmp_path):
    """What a newer Eutonia wrote is not guessed at."""
    stored = save(landmarks(), tmp_path / "x.npz")
    newer = tmp_path / "y.npz"
    with zipfile.ZipFile(stored) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, held.replace(b'"version": 1', b'"version": 9'))
    with pytest.raises(UnreadableFile, match="newer Eutonia"):
        load(newer)


def test_nothing_is_unpickled(tmp_path):
    """An array of objects, which could run code, is refused."""
    stored = save(landmarks(), tmp_path / "x.npz")
    np.save(tmp_path / "bad.npy", np.array([{}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(stored, "a") as archive:
        archive.write(tmp_path / "bad.npy", "face.visible.npy")
    with pytest.raises(UnreadableFile, match="not sound"):
        load(stored)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0, 1), how=st.sampled_from(["cut", "flip"]))
def test_damage_anywhere_is_found(tmp_path, place, how):
    """Cut or changed at any byte: the same landmarks or UnreadableFile, never other numbers."""
    whole, path = tmp_path / "whole.npz", tmp_path / "x.npz"
    if not whole.exists():
        save(landmarks(n=6), whole)
    data = bytearray(whole.read_bytes())
    where = min(int(place * len(data)), len(data) - 1)
    if how == "cut":
        del data[where:]
    else:
        data[where] ^= 0x55
    path.write_bytes(data)
    try:
        found = load(path)
    except UnreadableFile as error:
        assert path.name in str(error)
    else:
        np.testing.assert_array_equal(found.parts["face"].xyz, landmarks(n=6).parts["face"].xyz)
