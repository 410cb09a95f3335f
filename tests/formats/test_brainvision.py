"""BrainVision: three files are one recording, decoded right; damage is met with a clear error."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HEADER = """Brain Vision Data Exchange Header File Version 1.0
[Common Infos]
Codepage=UTF-8
DataFile={data}
MarkerFile={markers}
DataFormat=BINARY
DataOrientation={orientation}
NumberOfChannels=3
SamplingInterval=2000
DataPoints={points}
[Binary Infos]
BinaryFormat={binary}
[Channel Infos]
Ch1=C3,,0.5,µV
Ch2=EMG left FDI,,2,mV
Ch3=Acc\\1 z,,0.01,g
"""
MARKERS = "Brain Vision Data Exchange Marker File, Version 1.0\n[Marker Infos]\n"
DTYPES = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}
GAIN = np.array([0.5, 2e3, 0.01 * 9.80665])[:, None]  # to µV, µV and m/s²


def write(folder: Path, x: np.ndarray, marks: str = "", **said: object) -> Path:
    """Write three channels by the format's definition, with no library."""
    said = {
        "data": "x.eeg",
        "markers": "x.vmrk",
        "orientation": "MULTIPLEXED",
        "binary": "INT_16",
        "points": x.shape[1],
        **said,
    }
    numbers = x if said["orientation"] == "VECTORIZED" else x.T
    (folder / "x.eeg").write_bytes(numbers.astype(DTYPES[said["binary"]]).tobytes())
    (folder / "x.vmrk").write_text(MARKERS + marks, encoding="utf-8")
    (folder / "x.vhdr").write_text(HEADER.format(**said), encoding="utf-8")
    return folder / "x.vhdr"


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def codes(recording: Recording) -> set[str]:
    """Return the codes of a recording's issues."""
    return {i.code for i in recording.issues}


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(1).integers(-900, 900, (3, 1000))


def test_values_marks_and_start_agree_with_mne(shared_data):
    """A real recording gives MNE's volts to rounding, its markers and its start."""
    mne = pytest.importorskip("mne")
    path = shared_data / "formats" / "test.vhdr"
    raw = mne.io.read_raw_brainvision(path, verbose="error")
    recording = one(path)
    volts = np.array([c.unit == "uV" for c in recording.channels])
    ours, theirs = recording.signal.read(), raw.get_data()
    assert volts.sum() == 26
    np.testing.assert_allclose(ours[volts], theirs[volts] * 1e6, rtol=1e-12)
    onset = [t for t, n in zip(recording.events.onset_s, recording.events.name, strict=True)]
    np.testing.assert_allclose(onset[1:], raw.annotations.onset)  # MNE leaves the first one out
    theirs_named = [d.split("/")[1] for d in raw.annotations.description]
    assert list(recording.events.name[1:]) == theirs_named
    assert recording.clock.id == "wall"
    assert recording.clock.offset_s == raw.info["meas_date"].timestamp()
    assert recording.rate_hz == raw.info["sfreq"]


def test_units_other_than_volts_are_kept_as_they_are(shared_data):
    """Siemens, degrees and units that are none stay what the header calls them."""
    units = {c.name: c.unit for c in one(shared_data / "formats" / "test.vhdr").channels}
    found = [units[n] for n in ("FP1", "CP5", "CP6", "HL", "HR", "Vb", "ReRef")]
    assert found == ["uV", "BS", "uS", "ARU", "uS", "S", "Cel"]


@pytest.mark.parametrize("binary", DTYPES)
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
def test_every_layout_gives_the_same_values(tmp_path, x, binary, orientation):
    """Type of number and order of the data change nothing; resolution and unit are applied."""
    path = write(tmp_path, x, binary=binary, orientation=orientation)
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), x * GAIN, rtol=1e-12)
    assert [c.kind for c in recording.channels] == ["eeg", "emg", "acc"]
    assert recording.channels[2].name == "Acc, z"
    assert recording.rate_hz == 500
    part = pickle.loads(pickle.dumps(recording.signal)).read(300, 420, (2, 0))
    np.testing.assert_array_equal(part, recording.signal.read()[[2, 0], 300:420])


def test_samples_stay_in_the_file(tmp_path):
    """Opening and reading a second of a large file allocates no more than that second."""
    import tracemalloc

    path = write(tmp_path, np.zeros((3, 2_000_000)))
    tracemalloc.start()
    recording = one(path)
    recording.signal.read(1_000_000, 1_000_500)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6


@pytest.mark.parametrize(
    ("page", "unit"),
    [
        *((page, unit) for page in ("utf-8", "utf-8-sig") for unit in ("µV", "μV", "uV", "")),
        *(("cp1252", unit) for unit in ("µV", "uV", "")),
    ],
)
def test_microvolts_are_found_in_any_code_page(tmp_path, x, page, unit):
    """The micro sign, the Greek letter, ``u`` and no unit at all are microvolts."""
    path = write(tmp_path, x)
    text = path.read_text(encoding="utf-8").replace("Codepage=UTF-8\n", "").replace("µV", unit)
    path.write_bytes(text.encode(page))
    assert one(path).channels[0].unit == "uV"
    np.testing.assert_allclose(one(path).signal.read()[0], x[0] * 0.5)


def test_a_micro_sign_that_was_broken_by_an_editor_is_mended(tmp_path, x):
    """UTF-8 read as Latin and saved again still means microvolts."""
    path = write(tmp_path, x)
    path.write_text(path.read_text(encoding="utf-8").replace("µV", "ÂµV"), encoding="utf-8")
    assert one(path).channels[0].unit == "uV"


def test_any_of_the_files_leads_to_the_recording(tmp_path, x):
    """Header, samples and markers open the same recording, and a folder holds it once."""
    write(tmp_path, x, "Mk1=Stimulus,S  1,101,1,0\n")
    for name in ("x.vhdr", "x.eeg", "x.vmrk"):
        (recording,) = read(tmp_path / name)
        assert recording.id == "x.vhdr"
        assert recording.n_samples == 1000
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.vhdr"]
    assert visit.lost == ()
    assert {s.path for s in visit.recordings[0].sources} == {"x.vhdr", "x.eeg", "x.vmrk"}
    assert [r.id for r in read_visit(tmp_path / "x.eeg").recordings] == ["x.vhdr"]


def test_files_of_other_names_are_found_through_their_header(tmp_path, x):
    """A header that names samples of another name still stands for them."""
    path = write(tmp_path, x, data="other.eeg")
    (tmp_path / "x.eeg").rename(tmp_path / "other.eeg")
    assert codes(one(path)) == set()
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.vhdr"]
    assert visit.lost == ()


def test_a_renamed_triple_is_read_and_reported(tmp_path, x):
    """Where the files were renamed but not the names inside, those beside the header are used."""
    path = write(tmp_path, x, "Mk1=Stimulus,S  1,101,1,0\n")
    for ending in (".vhdr", ".eeg", ".vmrk"):
        (tmp_path / f"x{ending}").rename(tmp_path / f"visit2{ending}")
    recording = one(path.with_name("visit2.vhdr"))
    np.testing.assert_allclose(recording.signal.read(), x * GAIN)
    assert len(recording.events) == 1
    assert [i.code for i in recording.issues] == ["renamed", "renamed"]
    assert read_visit(tmp_path).lost == ()


def test_letters_of_either_case_and_folders_in_the_header_do_no_harm(tmp_path, x):
    """A name in capitals, or with a folder of another computer, finds the file by the header."""
    path = write(tmp_path, x, data=r"C:\data\X.EEG", markers="$b.vmrk")
    assert codes(one(path)) == set()
    np.testing.assert_allclose(one(path).signal.read(), x * GAIN)


def test_missing_files_are_named(tmp_path, x):
    """Without header or samples the error names what to copy; without markers it is reported."""
    path = write(tmp_path, x)
    (tmp_path / "x.vmrk").unlink()
    assert codes(one(path)) == {"missing_file"}
    (tmp_path / "x.eeg").unlink()
    with pytest.raises(UnreadableFile, match=r"x\.eeg\) is missing.*Copy all three"):
        one(path)
    lone = tmp_path / "lone"
    lone.mkdir()
    (lone / "y.eeg").write_bytes(bytes(600))
    with pytest.raises(UnreadableFile, match=r"y\.vhdr\) is missing"):
        read(lone / "y.eeg")
    (lost,) = read_visit(lone).lost
    assert lost.path == "y.eeg"


def test_markers_become_events_and_bad_spans(tmp_path, x):
    """A marker of one sample is a moment, a longer one lasts, a bad interval is left out."""
    marks = (
        "Mk1=New Segment,,1,1,0,20240229101112500000\n"
        "Mk2=Stimulus,S  1,101,1,0\n"
        "Mk3=Comment,trick\\1 on,201,250,2\n"
        "Mk4=Bad Interval,Userdefined,501,50,3\n"
    )
    recording = one(write(tmp_path, x, marks))
    assert recording.events.name == ("New Segment", "S  1", "trick, on")
    np.testing.assert_allclose(recording.events.onset_s, [0, 0.2, 0.4])
    np.testing.assert_allclose(recording.events.duration_s, [0, 0, 0.5])
    assert list(recording.events.columns["channel"]) == ["", "", "EMG left FDI"]
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s, bad.channel) == (1.0, 1.1, "Acc, z")
    assert recording.clock.offset_s % 60 == 12.5


def test_a_pause_with_a_known_length_is_kept_as_one(tmp_path, x):
    """A segment that began 3 s after the last one ended lies 3 s later; events move with it."""
    marks = (
        "Mk1=New Segment,,1,1,0,20240229101112000000\n"
        "Mk2=New Segment,,501,1,0,20240229101116000000\n"
        "Mk3=Stimulus,S  2,601,1,0\n"
    )
    recording = one(write(tmp_path, x, marks))
    whole = recording.signal.read()
    assert whole.shape == (3, 2500)
    np.testing.assert_allclose(whole[:, :500], (x * GAIN)[:, :500])
    assert np.isnan(whole[:, 500:2000]).all()
    np.testing.assert_allclose(whole[:, 2000:], (x * GAIN)[:, 500:])
    np.testing.assert_allclose(recording.events.onset_s, [0, 4.0, 4.2])
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (1.0, 4.0)
    assert codes(recording) == {"gaps"}


@pytest.mark.parametrize("date", ["", ",00000000000000000000", ",20240229101010000000"])
def test_a_cut_of_unknown_length_is_not_measured_across(tmp_path, x, date):
    """Without a date, or with one that runs backwards, only the border is marked as bad."""
    marks = f"Mk1=New Segment,,1,1,0,20240229101112000000\nMk2=New Segment,,501,1,0{date}\n"
    recording = one(write(tmp_path, x, marks))
    assert recording.n_samples == 1000
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (1.0 - SEAM_S, 1.0 + SEAM_S)


@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
def test_truncated_samples_are_read_as_far_as_they_go(tmp_path, x, orientation):
    """What is there is right, what is missing is not invented, and the truncation is reported."""
    path = write(tmp_path, x, orientation=orientation)
    data = tmp_path / "x.eeg"
    data.write_bytes(data.read_bytes()[:5001])
    recording = one(path)
    assert "truncated" in codes(recording)
    found, right = recording.signal.read(), x * GAIN
    if orientation == "MULTIPLEXED":
        np.testing.assert_allclose(found, right[:, :833])
    else:
        np.testing.assert_allclose(found[:2], right[:2])
        np.testing.assert_allclose(found[2, :500], right[2, :500])
        assert np.isnan(found[2, 500:]).all()


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("DataFormat=ASCII", "binary data"),
        ("DataType=FREQUENCYDOMAIN", "spectra"),
        ("DataOrientation=DIAGONAL", "MULTIPLEXED or VECTORIZED"),
        ("BinaryFormat=INT_12", "INT_16"),
        ("NumberOfChannels=0", "NumberOfChannels"),
        ("NumberOfChannels=1e9", "NumberOfChannels"),
        ("NumberOfChannels=nan", "NumberOfChannels"),
        ("SamplingInterval=0", "SamplingInterval"),
        ("SamplingInterval=fast", "SamplingInterval"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, x, field, says):
    """Samples as text, spectra and absurd fields give an error that names the field."""
    path = write(tmp_path, x)
    name = field.split("=")[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [field if line.startswith(name + "=") else line for line in lines]
    text = "\n".join(lines)
    if field not in text:
        text = text.replace("[Common Infos]", f"[Common Infos]\n{field}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=says):
        one(path)


def test_empty_files_give_a_clear_error(tmp_path, x):
    """An empty header or empty samples are errors; an empty marker file costs the events only."""
    path = write(tmp_path, x)
    (tmp_path / "x.vmrk").write_bytes(b"")
    assert codes(one(path)) == {"events"}
    (tmp_path / "x.eeg").write_bytes(b"")
    with pytest.raises(UnreadableFile, match="no whole sample"):
        one(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="empty"):
        read(path)


def test_a_channel_without_a_scale_is_never_in_microvolts(tmp_path, x):
    """Where the header lacks a channel or its resolution, values stay raw counts."""
    path = write(tmp_path, x)
    text = path.read_text(encoding="utf-8")
    text = text.replace("Ch1=C3,,0.5,µV\n", "").replace("Ch2=EMG left FDI,,2,", "Ch2=EMG,,?,")
    path.write_text(text, encoding="utf-8")
    recording = one(path)
    assert [c.unit for c in recording.channels] == ["adc", "adc", "m/s2"]
    np.testing.assert_array_equal(recording.signal.read()[:2], x[:2])
    assert "no_scale" in codes(recording)


def test_the_amplifiers_high_pass_is_taken_from_the_comment(tmp_path, x):
    """A time constant of 10 s is 0.0159 Hz, DC is none, and ``Off`` says nothing."""
    path = write(tmp_path, x)
    table = (
        "[Comment]\n"
        "#     Name      Phys. Chn.    Resolution / Unit   Low Cutoff [s]   High Cutoff [Hz]\n"
        "1     C3          1                0.5 µV             10             250\n"
        "2     EMG left FDI     2           2 mV               DC             250\n"
    )
    path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")
    first, second, third = (c.high_pass_hz for c in one(path).channels)
    assert first == pytest.approx(1 / (2 * np.pi * 10))
    assert second == 0.0
    assert third is None


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of header or markers are overwritten or cut, nothing else is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    marks = "Mk1=New Segment,,1,1,0,20240229101112000000\nMk2=New Segment,,51,1,0\n"
    path = write(folder, np.arange(300).reshape(3, 100), marks)
    target = folder / data.draw(st.sampled_from(["x.vhdr", "x.vmrk"]))
    raw = bytearray(target.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(min_size=0, max_size=4))
    target.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "x.vhdr" in str(error)


def test_what_pybv_writes_is_read_back(tmp_path):
    """An independent writer's recording has its values, in volts there and microvolts here."""
    pybv = pytest.importorskip("pybv")
    volts = np.random.default_rng(2).normal(0, 2e-5, (4, 700))
    pybv.write_brainvision(
        data=volts,
        sfreq=250,
        ch_names=["C3", "C4", "EMG1", "Cz"],
        fname_base="w",
        folder_out=tmp_path,
        events=np.array([[100, 7], [300, 8]]),
        fmt="binary_float32",
    )
    recording = one(tmp_path / "w.vhdr")
    np.testing.assert_allclose(recording.signal.read(), volts * 1e6, rtol=1e-6, atol=1e-6)
    stimuli = [n for n in recording.events.name if n.startswith("S")]
    assert stimuli == ["S  7", "S  8"]
    np.testing.assert_allclose(recording.events.onset_s[-2:], [0.4, 1.2])
