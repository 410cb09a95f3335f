"""Formats read through MNE-Python, and others: values, times, kinds and clear errors."""

import datetime
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import all_formats, leader_of, of
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
    from eutonia.formats import _mne

    _mne._raw.cache_clear()
    monkeypatch.setitem(sys.modules, "mne", None)
    with pytest.raises(UnreadableFile, match=r"mne.*pip install eutonia\[formats\]"):
        one(fif)
    (lost,) = read_visit(fif.parent).lost
    assert "pip install" in lost.error


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the header are overwritten or cut, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    writer = data.draw(st.sampled_from([bci2000, persyst]))
    n = 3 if writer is persyst else 64
    path = writer(folder / f"x.{SUFFIX[writer.__name__]}", np.ones((n, 40), dtype=int))
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


# Files written by the formats' own specifications, with no library.


def bci2000(path: Path, x: np.ndarray) -> Path:
    """Write BCI2000 of version 1.1; channel i has the gain 0.1 (i + 1) and the offset i."""
    n = len(x)
    names = " ".join(["C%20z", "EMG1", *(f"E{i}" for i in range(2, n))][:n])
    body = (
        "[ State Vector Definition ]\r\n"
        "Running 1 0 0 0\r\nStimulusCode 10 0 0 1\r\nSourceTime 16 0 2 0\r\n"
        "[ Parameter Definition ]\r\n"
        f"Source:Signal list ChannelNames= {n} {names} // names\r\n"
        f"Source:Signal floatlist SourceChGain= {n} "
        + " ".join(f"{0.1 * (i + 1):.6g}muV" for i in range(n))
        + f" 0.1 0 % // gain\r\nSource:Signal floatlist SourceChOffset= {n} "
        + " ".join(str(i) for i in range(n))
        + " 0 0 % // offset\r\nSource:Signal int SamplingRate= 256Hz 256 1 % // rate\r\n"
        "Storage string StorageTime= 2024-02-29T10:11:12 // when\r\n\r\n"
    )
    line = f"BCI2000V= 1.1 HeaderLen= {{:5d}} SourceCh= {n} StatevectorLen= 4 DataFormat= int16\r\n"
    size = len(line.format(0)) + len(body)
    code = np.zeros(x.shape[1], dtype=int)
    code[20:25] = 700
    state = np.zeros((x.shape[1], 4), dtype="u1")
    state[:, 0] = (code << 1) & 255
    state[:, 1] = code >> 7
    state[:, 2] = np.arange(x.shape[1]) % 256
    frames = np.concatenate(
        [np.frombuffer(x.T.astype("<i2").tobytes(), "u1").reshape(x.shape[1], -1), state], axis=1
    )
    path.write_bytes((line.format(size) + body).encode() + frames.tobytes())
    return path


SUFFIX = {"bci2000": "dat", "persyst": "lay"}


def test_bci2000_has_its_values_states_and_start(tmp_path):
    """Each channel has its own gain and offset; states that change are events, clocks are not."""
    x = np.random.default_rng(9).integers(-900, 900, (3, 400))
    path = bci2000(tmp_path / "x.dat", x)
    recording = one(path)
    i = np.arange(3)[:, None]
    np.testing.assert_allclose(recording.signal.read(), (x - i) * 0.1 * (i + 1))
    assert [c.name for c in recording.channels] == ["C z", "EMG1", "E2"]
    assert recording.events.name == ("StimulusCode 700",)
    np.testing.assert_allclose(recording.events.onset_s, [20 / 256])
    assert recording.clock.offset_s == START.timestamp() - 0.5
    assert [r.id for r in read_visit(tmp_path).recordings] == ["x.dat"]
    path.write_bytes(path.read_bytes()[:-3])
    assert [j.code for j in one(path).issues] == ["truncated"]
    assert one(path).n_samples == 399


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


@pytest.mark.parametrize(("name", "says"), [("x.smrx", "32-bit")])
def test_formats_that_nothing_reads_say_how_to_export(tmp_path, name, says):
    """The error names the maker's program and what to export."""
    path = tmp_path / name
    path.write_bytes(bytes(100))
    with pytest.raises(UnreadableFile, match=f"maker's programs.*{says}"):
        read(path)


@pytest.mark.parametrize(
    ("main", "others"),
    [
        ("x.eeg", ("x.pnt", "x.21e", "x.LOG")),
        ("x.dat", ("x.dap", "x.rs3")),
        ("x.cdt", ("x.cdt.dpa", "x.cdt.cef")),
        ("x.erd", ("x.ent", "x.stc", "x.eeg")),
    ],
)
def test_companions_are_never_lost_on_their_own(tmp_path, main, others):
    """Whatever lies beside a recording leads to it: a folder names one file at most."""
    head = b"EEG-1100A V01.00" if main.endswith(".eeg") else b"\x00\x01"
    for name in (main, *others):
        (tmp_path / name).write_bytes(head + bytes(300))
    assert {leader_of(tmp_path / n) for n in others} == {tmp_path / main}
    assert [lost.path for lost in read_visit(tmp_path).lost] == [main]


def test_no_reader_takes_another_formats_file(tmp_path, samples, fif):
    """Each sniff of these formats refuses the sample files, and text."""
    ours = {"fif", "gdf", "ant", "curry", "nicolet", "persyst", "egi", "eximia", "micromed"}
    ours |= {"spike2", "bci2000", "nihon_kohden", "closed", "brainvision", "eeglab", "neuroscan"}
    files = [p for p in samples.rglob("*") if p.is_file()]
    assert len(files) > 5
    for one_format in (f for f in all_formats() if f.id in ours):
        for file in files:
            assert not one_format.reads(file), (one_format.id, file.name)
