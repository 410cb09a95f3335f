"""FIF through MNE-Python: values, times, kinds and clear errors."""

import datetime
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import leader_of, of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

mne = pytest.importorskip("mne")

FEW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def made(n: int = 1000, *, first: int = 500) -> mne.io.RawArray:
    """Return a recording of six kinds of channels with pulses, marks and a bad channel."""
    names = ["Cz", "C3", "EMG1", "D1", "STI 014", "x"]
    info = mne.create_info(names, 250, ["eeg", "eeg", "emg", "dbs", "stim", "misc"])
    x = np.random.default_rng(6).normal(0, 2e-5, (6, n))
    x[4] = 0
    x[4, 100:110] = 5
    x[4, 110:115] = 6
    x[4, 300:303] = 7
    raw = mne.io.RawArray(x, info, first_samp=first, verbose="error")
    raw.set_meas_date(START)
    at = first / 250
    raw.set_annotations(
        mne.Annotations(
            [at + 1, at + 2, at + 3],
            [0, 0.5, 0],
            ["tap", "BAD_move", "BAD boundary"],
            orig_time=raw.info["meas_date"],
        )
    )
    raw.info["bads"] = ["C3"]
    return raw


@pytest.fixture
def fif(tmp_path) -> Path:
    made().save(tmp_path / "x_raw.fif", verbose="error")
    return tmp_path / "x_raw.fif"


@pytest.mark.parametrize("numbers", ["short", "int", "single", "double"])
def test_fif_of_each_type_of_number_has_its_values(tmp_path, numbers):
    """Whole numbers with a calibration, as devices write them, and floating ones are the same."""
    raw = made()
    cal = np.array([1e-8, 1e-8, 1e-8, 1e-8, 1.0, 1e-8])
    for channel, step in zip(raw.info["chs"], cal, strict=True):
        channel["cal"] = step
    raw.save(tmp_path / "x_raw.fif", fmt=numbers, verbose="error")
    truth = raw.get_data()
    limit = cal if numbers in ("short", "int") else 1e-7 * np.abs(truth).max(axis=1)
    found = one(tmp_path / "x_raw.fif").signal.read() / np.array([[1e6]] * 4 + [[1.0]] * 2)
    error = np.abs(found - truth)
    assert (error.max(axis=1) <= limit).all()


def test_fif_has_mnes_values_in_microvolts(fif):
    """Voltages are MNE's times a million, whole and in parts; all else is unchanged."""
    recording = one(fif)
    theirs = mne.io.read_raw_fif(fif, verbose="error").get_data()
    factor = np.array([1e6, 1e6, 1e6, 1e6, 1, 1])[:, None]
    whole = recording.signal.read()
    np.testing.assert_allclose(whole, theirs * factor, rtol=1e-12)
    part = pickle.loads(pickle.dumps(recording.signal)).read(120, 310, (4, 0))
    np.testing.assert_array_equal(part, whole[[4, 0], 120:310])
    assert recording.signal.read(5, 5).shape == (6, 0)


def test_fif_states_kinds_marks_and_start(fif):
    """Kinds come from the file; pulses and annotations are events; bad spans and channels hold."""
    recording = one(fif)
    kinds = [c.kind for c in recording.channels]
    assert kinds == ["eeg", "eeg", "emg", "lfp", "trigger", "misc"]
    assert [c.unit for c in recording.channels] == ["uV", "uV", "uV", "uV", "1", "adc"]
    assert recording.events.name == ("5", "6", "tap", "7")
    np.testing.assert_allclose(recording.events.onset_s, [0.4, 0.44, 1.0, 1.2])
    spans = {(b.reason, b.channel): (b.start_s, b.stop_s) for b in recording.bad}
    assert spans["move", ""] == (2.0, 2.5)
    assert spans["the recording was cut here", ""] == (3.0 - SEAM_S, 3.0 + SEAM_S)
    assert spans["marked bad", "C3"] == (0.0, 4.0)
    assert recording.clock.id == "wall"
    assert recording.clock.offset_s == START.timestamp() + 2  # the first sample, not the start


def test_the_parts_of_a_split_file_are_one_recording(tmp_path):
    """MNE splits at a size: any part opens the first, and a folder holds the recording once."""
    made(60_000).save(tmp_path / "x_raw.fif", split_size="2MB", buffer_size_sec=1, verbose="error")
    parts = sorted(tmp_path.glob("*.fif"))
    assert len(parts) > 1
    assert {leader_of(p) for p in parts} == {tmp_path / "x_raw.fif"}
    visit = read_visit(tmp_path)
    assert [(r.id, r.n_samples) for r in visit.recordings] == [("x_raw.fif", 60_000)]
    assert {s.path for s in visit.recordings[0].sources} == {p.name for p in parts}
    assert visit.lost == ()


def test_epochs_are_refused_with_a_reason(tmp_path):
    """A FIF file of epochs is no continuous recording, and the error is one sentence of ours."""
    epochs = mne.EpochsArray(np.zeros((2, 1, 50)), mne.create_info(1, 100, "eeg"), verbose="error")
    epochs.save(tmp_path / "x-epo.fif", verbose="error")
    with pytest.raises(UnreadableFile, match="cannot be read as FIF"):
        one(tmp_path / "x-epo.fif")


def test_without_mne_the_error_says_what_to_install(fif, monkeypatch):
    """The package and the extra are named, and the file is listed as lost."""
    from eutonia.formats import fif as fif_format

    fif_format._raw.cache_clear()
    monkeypatch.setitem(sys.modules, "mne", None)
    with pytest.raises(UnreadableFile, match=r"mne.*pip install eutonia\[formats\]"):
        one(fif)
    (lost,) = read_visit(fif.parent).lost
    assert "pip install" in lost.error


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(fif, data):
    """Whatever bytes are overwritten or cut, nothing but a clear error is raised."""
    path = fif.with_name("damaged_raw.fif")
    raw = bytearray(fif.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(12, len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
