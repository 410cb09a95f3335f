"""ANT Neuro CNT: recordings that the maker's own library writes, and files beside them by hand.

The library is the C interface (v4) in the package antio; it reads the same files for comparison.
"""

import ctypes
import datetime
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import _raw3, leader_of, of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

antio = pytest.importorskip("antio")
_files = sorted(Path(antio.__file__).parent.glob("libeep/*ibEep.*"))
if not _files:
    pytest.skip("the maker's library lies elsewhere on this system", allow_module_level=True)
EEP = ctypes.CDLL(str(_files[0]))

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 250000, tzinfo=datetime.UTC)
CHANNELS = (("Cz", "uV"), ("BIP1", "uV"), ("EMG_FCR_L", "mV"), ("ACCX", "g"))


def days(moment: datetime.datetime) -> tuple[float, float]:
    """Return whole seconds as days since 1900 as spreadsheets count, and the fraction in s."""
    since = moment - datetime.datetime(1899, 12, 30, tzinfo=datetime.UTC)
    return (since.days + since.seconds / 86400), since.microseconds / 1e6


def ant(
    path: Path,
    x: np.ndarray,
    *,
    wide: bool = False,
    rate: int = 256,
    triggers: tuple[tuple[int, str], ...] = (),
    channels: tuple[tuple[str, str], ...] = CHANNELS,
) -> Path:
    """Write whole numbers, 128 to the unit, with the maker's library."""
    described = EEP.libeep_create_channel_info()
    for i in range(len(x)):
        name, unit = channels[i] if i < len(channels) else (f"E{i}", "uV")
        EEP.libeep_add_channel(described, name.encode(), b"CPz", unit.encode())
    file = EEP.libeep_write_cnt(str(path).encode(), rate, described, int(wide))
    person = EEP.libeep_create_recinfo()
    for what, value in (
        ("patient_name", b"SECRET"),
        ("patient_id", b"SECRET"),
        ("patient_phone", b"SECRET"),
        ("physician", b"SECRET"),
        ("machine_make", b"ANT Neuro"),
        ("machine_model", b"eego"),
    ):
        getattr(EEP, f"libeep_set_{what}")(person, value)
    EEP.libeep_set_date_of_birth(person, 1950, 6, 28)
    EEP.libeep_set_start_date_and_fraction(person, *map(ctypes.c_double, days(START)))
    EEP.libeep_add_recording_info(file, person)
    numbers = np.ascontiguousarray(x.T, dtype=np.int32)
    EEP.libeep_add_raw_samples(file, numbers.ctypes.data_as(ctypes.c_void_p), x.shape[1])
    for sample, code in triggers:
        EEP.libeep_add_trigger(file, ctypes.c_uint64(sample), code.encode())
    EEP.libeep_close(file)
    return path


def counts(n: int = 4, n_samples: int = 1000, *, most: float = 900) -> np.ndarray:
    """Return whole numbers that grow together, with rare jumps."""
    rng = np.random.default_rng(2)
    x = np.cumsum(rng.normal(0, most / 30, (n, n_samples)), axis=1) + rng.normal(
        0, most / 10, n_samples
    )
    x[rng.random(x.shape) < 0.02] *= 3
    return x.round().astype(np.int64)


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


@pytest.mark.parametrize("wide", [False, True])
def test_values_are_those_that_the_makers_library_wrote_and_reads(tmp_path, wide):
    """Microvolts, also of millivolts and g, whole and in parts across epochs; pickled too."""
    x = counts()
    recording = one(ant(tmp_path / "x.cnt", x, wide=wide))
    factor = np.array([1, 1, 1000, 9.80665])[:, None] / 128
    whole = recording.signal.read()
    np.testing.assert_allclose(whole, x * factor, rtol=1e-12)
    theirs = antio.read_cnt(tmp_path / "x.cnt").get_samples_as_nparray(0, 1000)
    np.testing.assert_allclose(whole, theirs * factor * 128, rtol=1e-6)
    signal = pickle.loads(pickle.dumps(recording.signal))
    for a, b in ((0, 1000), (255, 257), (250, 800), (999, 1000), (768, 1000), (5, 5)):
        np.testing.assert_array_equal(signal.read(a, b, (3, 0)), whole[[3, 0], a:b])
    assert recording.rate_hz == 256
    assert recording.issues == ()


@FEW
@given(
    seed=st.integers(0, 99),
    size=st.sampled_from([0, 1, 20, 3000, 40_000, 10**6, 2**30]),
    shape=st.tuples(st.integers(1, 5), st.integers(1, 200)),
    jumps=st.floats(0, 0.3),
    smooth=st.integers(0, 2),
    common=st.sampled_from([0, 3]),
)
def test_any_numbers_come_back(tmp_path, seed, size, shape, jumps, smooth, common):
    """Noise, drifts, jumps and what channels share, of 1 to 32 bits, are what was written."""
    x = shaped(shape, seed=seed, size=size, jumps=jumps, smooth=smooth, common=common)
    recording = one(ant(tmp_path / "x.cnt", x, rate=64, channels=()))
    np.testing.assert_array_equal(recording.signal.read() * 128, x)


def shaped(
    shape: tuple[int, int], *, seed: int, size: float, jumps: float, smooth: int, common: float
) -> np.ndarray:
    """Return whole numbers: noise that is summed up, what all channels share, and jumps."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, size / 10, shape)
    for _ in range(smooth):
        x = np.cumsum(x, axis=1)
    x += common * rng.normal(0, size / 10, shape[1])
    x[rng.random(shape) < jumps] *= 40
    return np.clip(x.round(), -(2**30), 2**30).astype(np.int64)


def test_every_way_of_compression_is_undone(tmp_path, monkeypatch):
    """Numbers as they are, differences in time, twice, and between channels; 16 and 32 bits."""
    seen = set()
    plain = _raw3.decoded
    inner = _raw3._residuals

    def whole(data: bytes, n: int, length: int) -> np.ndarray:
        seen.add(data[0] >> 4)
        return plain(data, n, length)

    def channel(bits: _raw3._Bits, at: int, before: np.ndarray) -> tuple[np.ndarray, int]:
        seen.add(bits.bytes[at] >> 4)
        return inner(bits, at, before)

    monkeypatch.setattr(_raw3, "decoded", whole)
    monkeypatch.setattr(_raw3, "_residuals", channel)
    for size in (30.0, 200.0, 1e6):
        for smooth, common in ((0, 0), (1, 0), (2, 0), (0, 30)):
            for length in (3, 300):
                x = shaped((3, length), seed=1, size=size, jumps=0, smooth=smooth, common=common)
                recording = one(ant(tmp_path / "x.cnt", x, channels=()))
                np.testing.assert_array_equal(recording.signal.read() * 128, x)
    assert seen == {0, 1, 2, 3, 8, 9, 10, 11}


def test_channels_start_and_device_are_kept_and_nothing_of_the_person(tmp_path):
    """A bipolar input stays unknown, a name of a muscle is EMG; no name, number or birthday."""
    ant(tmp_path / "X.CNT", counts())
    (recording,) = read_visit(tmp_path).recordings
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("Cz", "eeg", "uV"),
        ("BIP1", "misc", "uV"),
        ("EMG_FCR_L", "emg", "uV"),
        ("ACCX", "acc", "m/s2"),
    ]
    assert recording.channels[2].site == "flexor_carpi_radialis"
    assert recording.device == "ANT Neuro eego"
    direct = one(tmp_path / "X.CNT")
    assert direct.clock.id == "wall"
    assert direct.clock.offset_s == pytest.approx(START.timestamp(), abs=1e-5)
    assert "SECRET" not in repr(direct)
    assert "1950" not in repr(direct)


def test_a_stated_type_of_a_channel_and_a_written_mu_count(tmp_path):
    """``TYPE:EMG`` in the header makes a bipolar input EMG; µV may be written in Latin-1."""
    path = ant(tmp_path / "x.cnt", counts())
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"uV REF:CPz       \nEMG", b"\xb5V TYPE:EMG      \nEMG"))
    channel = one(path).channels[1]
    assert (channel.kind, channel.unit) == ("emg", "uV")


def test_the_start_of_old_files_is_two_numbers(tmp_path):
    """Before there was a version number, the record of the person began with day and fraction."""
    path = ant(tmp_path / "x.cnt", counts())
    raw = bytearray(path.read_bytes())
    at = raw.index(b"[StartDate]")
    (size,) = struct.unpack_from("<I", raw, at - 4)
    raw[at : at + size] = struct.pack("<2d", *days(START)).ljust(size, b"\0")
    path.write_bytes(raw)
    assert one(path).clock.offset_s == pytest.approx(START.timestamp(), abs=1e-5)


@pytest.mark.parametrize("wide", [False, True])
def test_triggers_inside_are_events_and_reserved_ones_are_not(tmp_path, wide):
    """Codes lie at their samples; a discontinuity is a cut, a reset of DC a bad span."""
    triggers = ((0, "1"), (100, "255"), (300, "__"), (512, "Rs"), (700, "start"))
    recording = one(ant(tmp_path / "x.cnt", counts(), wide=wide, triggers=triggers))
    assert recording.events.name == ("1", "255", "start")
    np.testing.assert_array_equal(recording.events.onset_s, np.array([0, 100, 700]) / 256)
    assert {(b.start_s, b.stop_s, b.reason) for b in recording.bad} == {
        (300 / 256 - SEAM_S, 300 / 256 + SEAM_S, "the recording was cut here"),
        (2 - SEAM_S, 2 + SEAM_S, "reset of DC"),
    }


def text(value: str) -> bytes:
    """Return a text as an archive holds it: its length before it."""
    raw = value.encode("latin-1")
    return (bytes([len(raw)]) if len(raw) < 255 else struct.pack("<BH", 255, len(raw))) + raw


def classed(name: str) -> bytes:
    """Return the name of a class."""
    return struct.pack("<i", -1) + text(f"class dc{name}_c")


def event(
    name: str,
    after_s: float,
    *,
    lasts_s: float = 0.0,
    code: int | None = None,
    condition: str = "",
    said: str = "",
    impedances: tuple[float, ...] = (),
) -> bytes:
    """Return an event of version 174: marker, epoch or artefact, ``after_s`` the start."""
    fields = []
    if code is not None:
        fields.append(text("EventCode") + struct.pack("<Hi", 3, code) + text(""))
    if condition:
        wide = condition.encode("utf-16-le")
        fields.append(text("Condition") + struct.pack("<Hi", 8, len(wide)) + wide + text(""))
    if impedances:
        each = struct.pack(f"<HHfI{len(impedances)}f", 0x200C, 4, 0, len(impedances), *impedances)
        fields.append(text("Impedance") + each + text("kOhm"))
    day, part = days(START + datetime.timedelta(seconds=after_s))
    raw = classed(name) + struct.pack("<i16x", 0) + struct.pack("<i", 0) + text("n") + text("shown")
    raw += struct.pack("<2ib4d", 1, 0, 0, lasts_s, 0, day, part)
    raw += struct.pack("<i", len(fields)) + b"".join(fields)
    if name != "EpochEvent":
        raw += text("") + text("") + text(said)
    return raw + (struct.pack("<ib", 0, 0) if name == "EventMarker" else b"")


def evt(path: Path, *events: bytes) -> None:
    """Write the file of events beside a recording."""
    head = struct.pack("<3I3i", 0, 0, 0, 174, 0, 0) + classed("EventsLibrary") + text("library")
    path.write_bytes(head + struct.pack("<I", len(events)) + b"".join(events))


def test_events_beside_are_those_of_the_makers_library(tmp_path):
    """Triggers, markers, impedances and artefacts have its times and, joined, its texts."""
    path = ant(tmp_path / "x.cnt", counts(), triggers=((9, "inside"),))
    evt(
        tmp_path / "x.evt",
        event("EpochEvent", 0.5, code=7),
        event("EventMarker", 1.0, lasts_s=0.25, said="tremor, right"),
        event("EpochEvent", 1.5, code=12, condition="left hand"),
        event("EventMarker", 2.0, said="Impedance", impedances=(1.5, 2.5)),
        event("ArtefactEvent", 3.0, lasts_s=0.5, said="x" * 300),
    )
    recording = one(path)
    assert recording.issues == ()
    assert recording.events.name == ("7", "tremor, right", "12/left hand", "Impedance", "x" * 300)
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 1, 1.5, 2, 3], atol=1e-5)
    np.testing.assert_array_equal(recording.events.duration_s, [0, 0.25, 0, 0, 0.5])
    theirs = antio.read_cnt(path)
    found = [theirs.get_trigger(i) for i in range(theirs.get_trigger_count())]
    np.testing.assert_allclose([t[1] for t in found], recording.events.onset_s * 256, atol=1)
    np.testing.assert_array_equal([t[2] for t in found], recording.events.duration_s * 256)
    texts = [[t[0].strip("0"), t[3] or "", t[4] or ""] for t in found]
    assert ["/".join(p for p in parts if p) for parts in texts] == list(recording.events.name)


def test_a_pause_is_kept_and_events_after_it_are_in_place(tmp_path):
    """The file of segments puts the second part where it was recorded, what is between is bad."""
    x = counts()
    path = ant(tmp_path / "x.cnt", x)
    again = START + datetime.timedelta(seconds=5)
    (tmp_path / "x.SEG").write_text("NumberSegments=2\n{:.15g} {:.6f} 400\n".format(*days(again)))
    evt(
        tmp_path / "x.EVT", event("EventMarker", 2.0, said="a"), event("EventMarker", 5.5, said="b")
    )
    recording = one(path)
    whole = recording.signal.read()
    np.testing.assert_allclose(whole[0, :600] * 128, x[0, :600])
    np.testing.assert_allclose(whole[0, 1280:1680] * 128, x[0, 600:])
    assert np.isnan(whole[:, 600:1280]).all()
    assert {(b.start_s, b.stop_s, b.reason) for b in recording.bad} == {
        (600 / 256, 5.0, "not recorded")
    }
    np.testing.assert_allclose(recording.events.onset_s, [2.0, 5.5], atol=1e-4)
    assert {Path(s.path).name for s in recording.sources} == {"x.cnt", "x.SEG", "x.EVT"}


def test_while_the_amplifier_was_disconnected_nothing_is_measured(tmp_path):
    """The conditions of the recorder make a bad span, which an end closes."""
    path = ant(tmp_path / "x.cnt", counts())
    evt(
        tmp_path / "x.evt",
        event("EpochEvent", 0.5, condition="Amplifier disconnected"),
        event("EpochEvent", 1.0, condition="Amplifier reconnected"),
        event("EpochEvent", 3.0, condition="Amplifier disconnected"),
    )
    spans = [(b.start_s, b.stop_s) for b in one(path).bad]
    np.testing.assert_allclose(spans, [(0.5, 1.0), (3.0, 1000 / 256)], atol=1e-5)


def test_texts_of_wide_letters_are_read(tmp_path):
    """A sign before the length says that a letter takes two bytes."""
    path = ant(tmp_path / "x.cnt", counts())
    marker = event("EventMarker", 1.0, said="HERE")
    wide = b"\xff\xfe\xff\x04" + "Тест".encode("utf-16-le")
    evt(tmp_path / "x.evt", marker.replace(text("HERE"), wide), event("EpochEvent", 2.0, code=3))
    assert one(path).events.name == ("Тест", "3")


def test_events_behind_an_unknown_one_are_missed_and_said(tmp_path):
    """What no public source describes ends the reading; what is outside is left out."""
    path = ant(tmp_path / "x.cnt", counts())
    known = event("EventMarker", 1.0, said="a")
    late = event("EventMarker", 99.0, said="late")
    spike = classed("SpikeEvent") + known
    evt(tmp_path / "x.evt", known, late, spike, event("EventMarker", 2.0, said="b"))
    recording = one(path)
    assert recording.events.name == ("a",)
    (issue,) = recording.issues
    assert issue.code == "events"
    assert "3 of 4" in issue.message


def test_a_trigger_file_replaces_the_triggers_inside(tmp_path):
    """Time and code count, the place may be missing; a file of another rate is not used."""
    path = ant(tmp_path / "x.cnt", counts(), triggers=((9, "inside"),))
    lines = "    0.500000   1234  7\n    1.000000   255\n    2.000000   5678  go cls 3\n"
    lines += "    3.000000   9999  __\n"
    (tmp_path / "x.trg").write_text(f"{1 / 256:.16f} 12\n{lines}")
    recording = one(path)
    assert recording.events.name == ("7", "255", "go")
    assert [(b.start_s, b.stop_s) for b in recording.bad] == [(3 - SEAM_S, 3 + SEAM_S)]
    np.testing.assert_array_equal(recording.events.onset_s, [0.5, 1, 2])
    (tmp_path / "x.trg").write_text(f"{1 / 500:.16f} 12\n{lines}")
    assert one(path).events.name == ("inside",)
    assert [i.code for i in one(path).issues] == ["events"]


def test_companions_are_never_lost_on_their_own(tmp_path):
    """Whatever lies beside a recording leads to it: a folder names one file."""
    path = ant(tmp_path / "x.cnt", counts())
    (tmp_path / "x.seg").write_text("NumberSegments=1\n")
    (tmp_path / "x.trg").write_text(f"{1 / 256:.16f} 12\n")
    evt(tmp_path / "x.evt", event("EventMarker", 1.0, said="a"))
    assert {leader_of(tmp_path / f"x.{e}") for e in ("seg", "trg", "evt")} == {path}
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.cnt"]
    assert visit.lost == ()


def test_averages_are_refused(tmp_path):
    """A file whose samples are averages says so."""
    path = ant(tmp_path / "x.cnt", counts())
    path.write_bytes(path.read_bytes().replace(b"raw3", b"rawf", 1))
    with pytest.raises(UnreadableFile, match="averages"):
        one(path)


@pytest.mark.parametrize("wide", [False, True])
def test_a_truncated_recording_is_refused_in_one_sentence(tmp_path, wide):
    """The header is at the end: wherever the file is cut, nothing can be read, and that is said."""
    raw = ant(tmp_path / "x.cnt", counts(), wide=wide).read_bytes()
    for length in range(16, len(raw) - 1, 97):
        (tmp_path / "y.cnt").write_bytes(raw[:length])
        with pytest.raises(UnreadableFile, match=r"Copy it again"):
            one(tmp_path / "y.cnt")


def test_damaged_samples_are_named(tmp_path):
    """Where the bytes of an epoch do not fit, the error says which; the others can be read."""
    path = ant(tmp_path / "x.cnt", counts())
    whole = one(path).signal.read()
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"data") + 8] = 0x70  # the first channel of the first epoch: no such method
    path.write_bytes(raw)
    recording = one(path)
    with pytest.raises(UnreadableFile, match="samples 0 to 256 are damaged"):
        recording.signal.read(0, 10)
    np.testing.assert_array_equal(recording.signal.read(256, 400), whole[:, 256:400])


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of any file are overwritten or cut, nothing but a clear error is raised."""
    path = ant(tmp_path / "x.cnt", counts(2, 300), wide=data.draw(st.booleans()))
    (tmp_path / "x.seg").write_text("NumberSegments=2\n{:.15g} {:.6f} 40\n".format(*days(START)))
    (tmp_path / "x.trg").write_text(f"{1 / 256:.16f} 12\n 0.5 12 7\n 0.6 8\n")
    evt(
        tmp_path / "x.evt",
        event("EpochEvent", 0.5, code=7, condition="c"),
        event("EventMarker", 1.0, said="tremor", impedances=(1.0, 2.0)),
    )
    damaged = tmp_path / data.draw(st.sampled_from(["x.cnt", "x.cnt", "x.seg", "x.trg", "x.evt"]))
    raw = bytearray(damaged.read_bytes())
    head = raw.find(b"eeph") if damaged == path else 0
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1) | st.integers(max(0, head), len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=4))
        raw[at : at + len(bite)] = bite
    damaged.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)) | st.just(len(raw)))]))
    try:
        for recording in read(path):
            recording.signal.read()
    except EutoniaError as error:
        assert path.name in str(error)
