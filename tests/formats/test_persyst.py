"""Persyst: files written by its specification, with no library."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)


def one(path):
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def persyst(path: Path, x: np.ndarray, stamps: str = "0=36672") -> Path:
    """Write a Persyst header with interleaved int16 beside it; nothing is said of the patient."""
    path.with_suffix(".dat").write_bytes(x.T.astype("<i2").tobytes())
    names = "\n".join(f"{n}-Ref={i}" for i, n in enumerate(("C3", "EMG1", "Pz")[: len(x)], 1))
    path.write_text(
        f"[FileInfo]\nFile=C:\\data\\{path.stem}.dat\nFileType=Interleaved\nSamplingRate=256\n"
        f"HeaderLength=0\nCalibration=0.2\nWaveformCount={len(x)}\nDataType=0\n[ChannelMap]\n"
        f"{names}\n[SampleTimes]\n{stamps}\n[Patient]\nFirst=SECRET\nTestDate=02/29/2024\n"
        "TestTime=10:11:12\n[Comments]\n0.5,0,0,0,tremor, secret\n1,0.25,0,0,note\nbroken\n"
    )
    return path


def test_persyst_has_its_values_and_comments(tmp_path):
    """The calibration gives microvolts, comments are events, and the samples are no table."""
    x = np.random.default_rng(12).integers(-900, 900, (2, 512))
    persyst(tmp_path / "x.lay", x)
    (recording,) = read(tmp_path / "x.dat")
    np.testing.assert_allclose(recording.signal.read(), x * 0.2)
    assert [(c.name, c.kind) for c in recording.channels] == [("C3", "eeg"), ("EMG1", "emg")]
    assert recording.events.name == ("tremor, [name]", "note")
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 1.0])
    np.testing.assert_allclose(recording.events.duration_s, [0, 0.25])
    assert [i.code for i in recording.issues] == ["events"]
    assert one(tmp_path / "x.lay").clock.offset_s == START.timestamp() - 0.5
    assert "SECRET" not in repr(recording)
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.lay"]
    assert visit.lost == ()
    assert {s.path for s in visit.recordings[0].sources} == {"x.lay", "x.dat"}


def test_persyst_agrees_with_mne(tmp_path):
    """MNE reads the same microvolts and comments, where it can read the header at all."""
    x = np.random.default_rng(15).integers(-900, 900, (3, 300))
    path = persyst(tmp_path / "x.lay", x)
    text = path.read_text().replace("[Comments]", "BirthDate=01/01/70\nSex=\nHand=\n[Comments]")
    path.write_text(text.replace("broken\n", "").replace("C:\\data\\", ""))
    mne = pytest.importorskip("mne")
    raw = mne.io.read_raw_persyst(path, verbose="error")
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), raw.get_data() * 1e6, rtol=1e-12)
    np.testing.assert_allclose(recording.events.onset_s, raw.annotations.onset)
    theirs = [text.replace("secret", "[name]") for text in raw.annotations.description]
    assert list(recording.events.name) == theirs


def test_a_pause_in_a_persyst_recording_is_not_measured_across(tmp_path):
    """Stamps that jump by 8 s mark a cut at their sample; stamps that follow on do not."""
    stamps = "0=36672\n128=36672.5\n256=36681"
    recording = one(persyst(tmp_path / "x.lay", np.ones((2, 512)), stamps))
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (1 - SEAM_S, 1 + SEAM_S)


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the header are overwritten or cut, nothing but a clear error is raised."""
    path = persyst(tmp_path / "x.lay", np.ones((3, 40), dtype=int))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(raw), 3000) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
