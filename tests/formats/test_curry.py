"""Curry 6 to 9: files written by the maker's published readers, with no code of ours."""

import datetime
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import leader_of, of
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 250_000, tzinfo=datetime.UTC).timestamp()
EEG, OTHERS = ("Cz", "HEO", "EMG"), ("Trigger", "BIP1")
EVENTS = ((30, 7, 30, 30, ""), (100, 200002, 100, 150, "let go"), (199, 7, 190, 199, ""))


def listed(name: str, rows) -> str:
    """Return a section and its list, as Curry writes them: the name occurs four times."""
    body = "".join(f"{row}\n" for row in rows)
    return (
        f"{name} START\n   ListDescription      = x\n   ListNrRows           =  {len(rows)}\n"
        f"{name} END\n\n{name} START_LIST\t# Do not edit!\n{body}{name} END_LIST\n\n"
    )


def section(name: str, fields: dict) -> str:
    """Return a section of fields."""
    body = "".join(f"   {key:<20} =  {value}\n" for key, value in fields.items())
    return f"{name} START\n{body}{name} END\n\n"


def header(n: int, **changed) -> str:
    """Return the sections of samples and devices, and the lists that MNE cannot do without."""
    fields = {
        "NumSamples": n, "NumChannels": 5, "NumTrials": 1, "SampleFreqHz": 500,
        "TriggerOffsetUsec": 0, "DataFormat": "FLOAT", "DataSampOrder": "SAMP",
        "DataByteOrder": "INTEL", "SampleTimeUsec": 2000, "StartYear": 2024, "StartMonth": 2,
        "StartDay": 29, "StartHour": 10, "StartMin": 11, "StartSec": 12, "StartMillisec": 250,
        "FileVersion": 803, "AmplifierInfo": "SECRET 4711",
    }  # fmt: skip
    fields = {k: v for k, v in (fields | changed).items() if v is not None}
    return (
        section("DATA_PARAMETERS", fields)
        + section("DEVICE_PARAMETERS", {"DataUnit": "uV", "NumChanThisGroup": 3})
        + section("DEVICE_PARAMETERS_OTHERS", {"DataUnit": "uV", "NumChanThisGroup": 2})
        + "IMPEDANCE_VALUES START_LIST\n-1\t-1\t-1\t-1\t-1\nIMPEDANCE_VALUES END_LIST\n\n"
        + "EPOCH_INFORMATION START_LIST\nEPOCH_INFORMATION END_LIST\n\n"
    )


def labels(eeg=EEG, others=OTHERS) -> str:
    """Return the names and places of the channels."""
    places = [f"{i}.0\t1.0\t80.0" for i in range(len(eeg))]
    return (
        "\n" + listed("LABELS", eeg) + listed("SENSORS", places) + listed("LABELS_OTHERS", others)
    )


def marks(events=EVENTS) -> str:
    """Return a file of events: eleven numbers each, and a row of text."""
    rows = [f"{at}\t0\t{kind}\t0\t{a}\t{b}\t0\t0\t0\t0\t0" for at, kind, a, b, _ in events]
    return listed("NUMBER_LIST", rows) + listed("REMARK_LIST", [text for *_, text in events])


def samples(n: int = 200) -> np.ndarray:
    """Return five channels: three of a head, a trigger of 0, 7 and 200, and a bipolar one."""
    x = np.random.default_rng(3).normal(0, 40, (5, n)).astype("<f4")
    x[3] = 0
    x[3, 30:34] = 7
    x[3, 100:102] = 200
    return x


def numbers(x: np.ndarray, text: str) -> bytes:
    """Return the samples as the header says that they are stored."""
    if "ASCII" in text:
        return "".join("\t".join(f"{v:.9g}" for v in row) + "\n" for row in x.T).encode()
    return (x if "=  CHAN" in text else x.T).astype("<f4").tobytes()


def new(path: Path, *, head: str | None = None, events: str | None = None) -> Path:
    """Write Curry 8: samples, a header with the names, and a file of events."""
    head = head or header(200)
    path.write_bytes(numbers(samples(), head))
    path.with_name(path.name + ".dpa").write_text(head + labels())
    path.with_name(path.name + ".cef").write_text(marks() if events is None else events)
    return path


def old(path: Path) -> Path:
    """Write Curry 7: samples, a header, names apart, and a file of events."""
    path.write_bytes(numbers(samples(), ""))
    path.with_suffix(".dap").write_text(header(200))
    path.with_suffix(".rs3").write_text(labels())
    path.with_suffix(".ceo").write_text(marks())
    return path


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


@pytest.mark.parametrize(
    "head",
    [
        header(200),
        header(200, DataSampOrder="CHAN"),
        header(200, DataFormat="ASCII", DataByteOrder="ASCII"),
        header(-1),
    ],
    ids=["by sample", "by channel", "text", "uncounted"],
)
def test_samples_are_microvolts_in_every_order(tmp_path, head):
    """What is stored by sample, by channel or as text has the same values, and is read in parts."""
    recording = one(new(tmp_path / "x.cdt", head=head))
    values = recording.signal.read()
    np.testing.assert_allclose(values, samples(), rtol=1e-7)
    part = pickle.loads(pickle.dumps(recording.signal)).read(120, 190, (4, 0))
    np.testing.assert_array_equal(part, values[[4, 0], 120:190])
    assert recording.signal.read(7, 7).shape == (5, 0)
    assert recording.rate_hz == 500
    assert recording.issues == ()


def test_other_units_are_converted_or_kept(tmp_path):
    """Millivolts become microvolts; femtotesla stay; what is not stated has no unit."""
    for unit, factor, known in (("mV", 1000, "uV"), ("fT", 1, "fT"), ("", 1, "adc")):
        head = header(200).replace("DataUnit             =  uV", f"DataUnit = {unit}")
        recording = one(new(tmp_path / "x.cdt", head=head))
        np.testing.assert_allclose(recording.signal.read(0, 9), samples()[:, :9] * _per(factor))
        assert recording.channels[0].unit == known


def _per(factor: float) -> np.ndarray:
    """Return the factor for all channels but the trigger."""
    return np.array([factor, factor, factor, 1, factor])[:, None]


def test_kinds_come_from_groups_and_names(tmp_path):
    """Of the group of electrodes a name tells muscles and eyes; others are what they are named."""
    recording = one(new(tmp_path / "x.cdt"))
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("Cz", "eeg", "uV"),
        ("HEO", "eog", "uV"),
        ("EMG", "emg", "uV"),
        ("Trigger", "trigger", "1"),
        ("BIP1", "misc", "uV"),
    ]
    assert recording.channels[0].site == "Cz"


def test_events_have_their_text_or_type_at_their_sample(tmp_path):
    """Samples count from 0; what begins at its sample and ends later lasts; the type is kept."""
    recording = one(new(tmp_path / "x.cdt"))
    assert recording.events.name == ("7", "let go", "7")
    np.testing.assert_allclose(recording.events.onset_s, [0.06, 0.2, 0.398])
    np.testing.assert_allclose(recording.events.duration_s, [0, 0.1, 0])
    assert recording.events.columns["code"].tolist() == [7, 200002, 7]


def test_events_that_are_edited_win_over_those_recorded(tmp_path):
    """Where both files are there, ``.cef`` holds what was edited; without it ``.ceo`` counts."""
    path = new(tmp_path / "x.cdt", events=marks(((5, 1, 5, 5, "edited"),)))
    (tmp_path / "x.cdt.ceo").write_text(marks())
    assert one(path).events.name == ("edited",)
    (tmp_path / "x.cdt.cef").unlink()
    assert one(path).events.name == ("7", "let go", "7")


def test_damaged_events_are_left_out_and_said(tmp_path):
    """Rows without numbers or outside the recording are counted; texts of another count unread."""
    text = marks((*EVENTS, (200, 1, 200, 200, "late"))).replace("30\t0\t7", "x\t0\t7")
    recording = one(new(tmp_path / "x.cdt", events=text))
    assert recording.events.name == ("let go", "7")
    (issue,) = recording.issues
    assert "2 event(s)" in issue.message
    recording = one(new(tmp_path / "x.cdt", events=marks().replace("let go\n", "let go\nx\n")))
    assert recording.events.name == ("7", "200002", "7")
    assert "texts were not read" in recording.issues[0].message


def test_without_a_file_of_events_the_trigger_tells_them(tmp_path):
    """Each change to another value than at rest is an event, also from a rest that is not 0."""
    for rest in (0, 65280):
        path = new(tmp_path / "x.cdt")
        (tmp_path / "x.cdt.cef").unlink()
        x = samples()
        x[3] += rest
        path.write_bytes(x.T.tobytes())
        recording = one(path)
        assert recording.events.name == ("7", "200")
        np.testing.assert_allclose(recording.events.onset_s, [0.06, 0.2])
    steps, pulse = np.arange(200) % 3, np.zeros(200)
    pulse[20:30] = 2.5
    for unclear in (steps, pulse):
        x[3] = unclear
        path.write_bytes(x.T.tobytes())
        recording = one(path)
        assert len(recording.events) == 0
        assert [(i.code, i.channel) for i in recording.issues] == [("events", "Trigger")]


def test_the_start_is_known_and_nothing_of_the_device_or_patient(tmp_path):
    """Day and time start the clock; a start of zeros is none; serial numbers are not passed on."""
    recording = one(new(tmp_path / "x.cdt"))
    assert (recording.clock.id, recording.clock.offset_s) == ("wall", START)
    assert one(new(tmp_path / "y.cdt", head=header(200, StartYear=0))).clock.id == "y.cdt"
    assert "SECRET" not in repr(read_visit(tmp_path))


def test_curry_7_is_read_with_its_names_apart(tmp_path):
    """Every file of it leads to the samples; without its names the channels are numbered."""
    path = old(tmp_path / "x.dat")
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read(), samples())
    assert [c.name for c in recording.channels] == [*EEG, *OTHERS]
    assert recording.events.name == ("7", "let go", "7")
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.dat"]
    assert visit.lost == ()
    names = {"x.dat", "x.dap", "x.rs3", "x.ceo"}
    assert {s.path for s in visit.recordings[0].sources} == names
    (tmp_path / "x.rs3").unlink()
    recording = one(path)
    assert [c.name for c in recording.channels][:2] == ["channel 1", "channel 2"]
    assert [i.code for i in recording.issues] == ["missing_file"]


def test_curry_6_names_its_fields_otherwise(tmp_path):
    """Fields in capitals are the same fields, and without a device there is no unit."""
    old(tmp_path / "x.dat")
    fields = {
        "NUM_SAMPLES": 200, "NUM_CHANNELS": 5, "NUM_TRIALS": 1, "SAMPLE_FREQ_HZ": 0,
        "DATA_FORMAT": "FLOAT", "DATA_SAMP_ORDER": "SAMP", "SAMPLE_TIME_USEC": 4000,
    }  # fmt: skip
    (tmp_path / "x.dap").write_text(section("DATA_PARAMETERS", fields))
    recording = one(tmp_path / "x.dat")
    np.testing.assert_array_equal(recording.signal.read(), samples())
    assert recording.rate_hz == 250
    assert recording.channels[0].unit == "adc"


def test_a_reference_that_is_not_stored_is_no_channel(tmp_path):
    """The place of each channel in the file is taken from the header; 0 is none."""
    path = new(tmp_path / "x.cdt")
    extra = listed("CHAN_IN_FILE", (2, 0, 1, 3)) + listed("CHAN_IN_FILE_OTHERS", (5, 4))
    text = header(200).replace("NumChanThisGroup     =  3", "NumChanThisGroup     =  4")
    names = labels(("Cz", "Ref", "HEO", "EMG"), ("Trigger", "BIP1"))
    (tmp_path / "x.cdt.dpa").write_text(text + extra + names)
    recording = one(path)
    assert [c.name for c in recording.channels] == ["HEO", "Cz", "EMG", "BIP1", "Trigger"]
    np.testing.assert_array_equal(recording.signal.read(), samples())


@pytest.mark.parametrize("name", ["x.cdt", "X.CDT", "a.b c.cdt"])
def test_companions_are_found_whatever_the_name(tmp_path, name):
    """Suffixes in capitals and dots in names lead to the same recording; it is one of a visit."""
    path = new(tmp_path / name)
    for other in list(tmp_path.iterdir()):
        if name.isupper():
            other.rename(other.with_name(other.name.upper()))
    others = [p for p in tmp_path.iterdir() if p != path]
    assert len(others) == 2
    assert {leader_of(p) for p in others} == {path}
    visit = read_visit(tmp_path)
    assert [(r.id, len(r.events)) for r in visit.recordings] == [(name, 3)]
    assert visit.lost == ()


@pytest.mark.parametrize("suffix", [".dpo", ".dpa"])
def test_either_header_of_curry_9_is_read(tmp_path, suffix):
    """Newer recordings have their header in ``.cdt.dpo``."""
    path = new(tmp_path / "x.cdt")
    (tmp_path / "x.cdt.dpa").rename(tmp_path / f"x.cdt{suffix}")
    assert one(path).n_samples == 200


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "cp1252"])
def test_texts_are_read_in_every_coding(tmp_path, coding):
    """A byte order mark, 16-bit texts and the letters of older Windows."""
    path = new(tmp_path / "x.cdt")
    text = header(200) + labels(("Cz", "HEO", "EMG Hände"), OTHERS)
    (tmp_path / "x.cdt.dpa").write_bytes(text.replace("\n", "\r\n").encode(coding))
    assert one(path).channels[2].name == "EMG Hände"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (header(200, DataGuid="{2912E8D8-F5C8-4E25-A8E7-A1385967DA09}"), "compressed"),
        (header(100, NumTrials=2), "epochs or averages"),
        (
            header(200).replace(
                "EPOCH_INFORMATION START_LIST\n", "EPOCH_INFORMATION START_LIST\n40 1 1 1 1 0 0\n"
            ),
            "epochs or averages",
        ),
        (header(200, DataByteOrder="MOTOROLA"), "MOTOROLA"),
        (header(200, SampleTimeUsec=1000), "500 Hz, and 1000 microseconds"),
        (header(200, SampleFreqHz=0, SampleTimeUsec=0), "no sampling rate"),
        (header(200, NumChannels=6), "6 channels are counted and 5 described"),
        (header(200, NumChannels=None), "damaged"),
        (header(200, SampleFreqHz="x"), "damaged"),
        (header(10**9, DataSampOrder="CHAN"), "counts 1000000000 samples"),
        (header(200, DataFormat="ASCII", DataSampOrder="CHAN"), "channel by channel"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path, head, says):
    """Packed samples, epochs, averages, other numbers and headers that contradict themselves."""
    with pytest.raises(UnreadableFile, match=says):
        one(new(tmp_path / "x.cdt", head=head))


def test_a_rate_in_rounded_microseconds_is_no_contradiction(tmp_path):
    """488 microseconds stand for 2048 Hz."""
    head = header(200, SampleFreqHz=2048, SampleTimeUsec=488)
    assert one(new(tmp_path / "x.cdt", head=head)).rate_hz == 2048


def test_a_missing_header_is_named(tmp_path):
    """Samples alone have no mark; the error says which file to copy."""
    path = new(tmp_path / "x.cdt")
    (tmp_path / "x.cdt.dpa").unlink()
    with pytest.raises(UnreadableFile, match=r"x\.cdt\.dpa\) is missing"):
        one(path)


def test_truncated_samples_are_said_to_be(tmp_path):
    """What is there is unchanged; what is not is missing, in every order of storing."""
    for order in ("SAMP", "CHAN"):
        path = new(tmp_path / "x.cdt", head=header(200, DataSampOrder=order))
        path.write_bytes(path.read_bytes()[:-1234])
        recording = one(path)
        assert [i.code for i in recording.issues][:1] == ["truncated"]
        values = recording.signal.read()
        held = np.isfinite(values)
        assert held.sum() >= 5 * 200 - 1234 / 4 - 5
        np.testing.assert_array_equal(values[held], samples()[:, : values.shape[1]][held])
    path = new(tmp_path / "x.cdt", head=header(200, DataFormat="ASCII"))
    path.write_bytes(path.read_bytes()[:-3] + b"x 1\n")
    with pytest.raises(UnreadableFile, match="has not 5 numbers"):
        one(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="empty"):
        one(path)


@pytest.mark.parametrize("kind", ["7", "8", "8 as text"])
def test_it_agrees_with_mne_where_that_reads_a_file(tmp_path, kind):
    """An independent reader has the same microvolts, rate, start and samples of events."""
    mne = pytest.importorskip("mne")
    pytest.importorskip("curryreader")
    head = header(200)
    if kind == "8 as text":
        head = header(200, DataFormat="ASCII", DataByteOrder="ASCII")
    path = old(tmp_path / "x.dat") if kind == "7" else new(tmp_path / "x.cdt", head=head)
    raw = mne.io.read_raw_curry(path, verbose="error")
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), raw.get_data() * _per(1e6) / _misc(raw))
    assert raw.info["sfreq"] == recording.rate_hz
    assert raw.info["meas_date"].timestamp() == pytest.approx(recording.clock.offset_s)
    np.testing.assert_allclose(raw.annotations.onset, recording.events.onset_s)
    assert raw.ch_names == [c.name for c in recording.channels]


def _misc(raw) -> np.ndarray:
    """Return the factor that MNE applies to the trigger, whose unit it takes for volts."""
    return np.array([1, 1, 1, raw._cals[3], 1])[:, None]


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the files are overwritten or cut, nothing but clear errors is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = data.draw(st.sampled_from([new, old]))(folder / "x.cdt")
    if not (folder / "x.cdt.dpa").exists():
        path = path.rename(folder / "x.dat")
    file = data.draw(st.sampled_from(sorted(folder.iterdir())))
    raw = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(raw), 3000) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    file.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
