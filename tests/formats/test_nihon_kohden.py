"""Nihon Kohden: files written by the layout that nk2edf, avg_q and Brainstorm describe."""

import datetime
import pickle
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import leader_of, of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 23, 59, 50, tzinfo=datetime.UTC)
OLD, NEW = b"EEG-1100C V01.00", b"EEG-1200A V01.00"
CODES = (4, 16, 26, 42, 77, 75)
NAMES = "[ELECTRODE]\r\n0004=C3\r\n0016=Fz\r\n0026=EMG1\r\n0042=DC01\r\n0075=BN2\r\n"
NAMES += "[REFERENCE]\r\n0004=$C3\r\n0077=$A1\r\n[SD_DEF]\r\n0077=WRONG\r\n"


@dataclass(frozen=True)
class Shape:
    """How a file is laid out: where its samples pause, for how long, and in which tables."""

    device: bytes = OLD
    codes: tuple[int, ...] = CODES
    rate: int = 200
    lengths: tuple[int, ...] = (400,)
    starts: tuple[float, ...] = (0.0,)
    per_control: int = 255
    stated: bool = True


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def numbers(shape: Shape) -> np.ndarray:
    """Return counts of every size, one row for each channel and one for the last column."""
    rng = np.random.default_rng(5)
    x = rng.integers(-32768, 32768, (len(shape.codes) + 1, sum(shape.lengths)))
    x[:, 0], x[:, 1] = -32768, 32767
    return x


def table(entries: list[int], *, wide: bool = False, gap: int = 0) -> bytes:
    """Return a control block: a name, the count, then address and name of each block."""
    head = b"\x01" + b"EEG-1100INTEL   " + bytes([len(entries)]) + bytes(gap)
    return head + b"".join(struct.pack("<Q16x" if wide else "<I16x", at) for at in entries)


def block(shape: Shape, k: int, x: np.ndarray) -> bytes:
    """Return a block of EEG-1100 or EEG-1200A: when, rate, length, codes, samples."""
    when = START + datetime.timedelta(seconds=shape.starts[k])
    tenths = 10 * shape.lengths[k] // shape.rate if shape.stated else 0
    head = bytearray(b"\x01TIME" + when.strftime("%H%M%S").encode() + b"000000\0\x02\x02")
    if shape.device == OLD:
        head += bytes.fromhex(when.strftime("%y%m%d%H%M%S"))
        head += struct.pack("<HI6xB", 0xC000 | shape.rate, tenths, len(shape.codes))
        head += b"".join(struct.pack("<B9x", c) for c in shape.codes)
    else:
        head += when.strftime("%Y%m%d%H%M%S%f").encode()
        head += struct.pack("<IQ16xH2x", shape.rate, tenths, len(shape.codes))
        head += b"".join(struct.pack("<H8x", c) for c in shape.codes)
    return bytes(head) + (x.T + 32768).astype("<u2").tobytes()


def write(path: Path, shape: Shape, x: np.ndarray) -> Path:
    """Write the file: device, control table, control blocks from 1024, data blocks from 6142.

    In a file of EEG-1200A these describe one second of one channel, as the old block there does in
    real files; the wide tables lie behind it: 43 and 255 entries of 24 bytes, then the data.
    """
    ends = np.cumsum(shape.lengths)
    parts = [x[:, b - n : b] for b, n in zip(ends, shape.lengths, strict=True)]
    made = [block(shape, k, part) for k, part in enumerate(parts)]
    old = b""
    if shape.device == NEW:
        second = Shape(codes=(0,), rate=shape.rate, lengths=(shape.rate,))
        old = block(second, 0, np.zeros((2, shape.rate), dtype=int))
    top_at = 6142 + len(old)
    data_at = top_at + 1072 + 6140 if old else top_at
    at = np.cumsum([data_at] + [len(m) for m in made])[:-1].tolist()
    listed = [at[i : i + shape.per_control] for i in range(0, len(at), shape.per_control)]
    head = bytearray(6142)
    head[:16] = head[129:145] = shape.device
    head[79:95] = b"SECRET NAME     "
    tables = b""
    if old:
        struct.pack_into("<I14s", head, 1006, top_at, b"EEG-1200A")
        tables = table([top_at + 1072], wide=True).ljust(1072, b"\0")
        tables += table(at, wide=True, gap=2).ljust(6140, b"\0")
        listed = [[6142]]
    head[145] = len(listed)
    for i, entries in enumerate(listed):
        where = 1024 + 1024 * i
        struct.pack_into("<I", head, 146 + 20 * i, where)
        control = table(entries)
        head[where : where + len(control)] = control
    path.write_bytes(bytes(head) + old + tables + b"".join(made))
    return path


def log(
    path: Path, marks: list[tuple[str, float, float | None]], *, fractions: bool = True
) -> None:
    """Write a log: text, time since the start and time of day; the rest of each in a sub-log."""
    head = bytearray(146 + 20 * 44)
    head[:16] = head[129:145] = OLD
    head[145] = 1
    rows, rest = b"", b""
    for text, elapsed, clock in marks:
        raw = text.encode()
        h, m, s = int(elapsed) // 3600, int(elapsed) // 60 % 60, int(elapsed) % 60
        row = raw[:20].ljust(20, b"\0") + b"%02d%02d%02d" % (h, m, s)
        if clock is not None:
            when = START + datetime.timedelta(seconds=clock)
            row += when.strftime("(%y%m%d%H%M%S)").encode()
        rows += row.ljust(45, b"\0")
        micro = round(elapsed % 1 * 1e6)
        rest += raw[20:40].ljust(20, b"\0") + b"0000%06d" % micro + bytes(15)
    blocks = [b"\x01" + OLD + b"\0" + bytes([len(marks), 0]) + part for part in (rows, rest)]
    struct.pack_into("<I", head, 146, len(head))
    if fractions:
        struct.pack_into("<I", head, 146 + 20 * 22, len(head) + len(blocks[0]))
    path.write_bytes(bytes(head) + blocks[0] + blocks[1])


def whole(folder: Path, shape: Shape, marks=(), *, upper: bool = False) -> Path:
    """Write a recording with all of its files; of the patient everything is SECRET."""
    endings = {k: k.upper() if upper else k for k in (".eeg", ".21e", ".log", ".pnt")}
    path = write(folder / f"x{endings['.eeg']}", shape, numbers(shape))
    (folder / f"x{endings['.21e']}").write_bytes(NAMES.encode())
    log(folder / f"x{endings['.log']}", list(marks))
    patient = bytearray(b"SECRET" * 300)
    patient[:16] = OLD
    patient[64:78] = START.strftime("%Y%m%d%H%M%S").encode()
    (folder / f"x{endings['.pnt']}").write_bytes(bytes(patient))
    return path


#: A pause of 5 s, then one of 0.9 s at most: starts are whole seconds.
PAUSED = {"lengths": (400, 620, 200), "starts": (0.0, 7.0, 11.0)}
SHAPES = [
    Shape(),
    Shape(**PAUSED),
    Shape(**PAUSED, per_control=1),
    Shape(**PAUSED, per_control=2),
    Shape(device=NEW),
    Shape(device=NEW, lengths=(400, 600, 200), starts=(0.25, 7.75, 11.5)),
]
MARKS = [("REC START", 0.0, 0.0), ("eyes open, then a very long text", 1.25, 1.0)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("upper", [False, True])
def test_a_recording_has_its_values_names_and_start(tmp_path, shape, upper):
    """Codes give the range and the name, whatever the case of the suffixes, old tables or new."""
    recording = one(whole(tmp_path, shape, MARKS, upper=upper))
    x = numbers(shape)[:-1]
    step = np.array([0.09765625, 0.09765625, 0.09765625, 366.2998, 366.2998, 0.09765625])[:, None]
    held = recording.signal.read()
    kept = held[:, ~np.isnan(held[0])]
    np.testing.assert_allclose(kept, x * step, rtol=1e-6)
    assert [(c.name, c.kind, c.unit, c.site) for c in recording.channels] == [
        ("C3", "eeg", "uV", "C3"),
        ("Fz", "eeg", "uV", "Fz"),
        ("EMG1", "emg", "uV", ""),
        ("DC01", "misc", "uV", ""),
        ("$A1", "misc", "uV", ""),
        ("BN2", "misc", "uV", ""),
    ]
    assert recording.rate_hz == shape.rate
    assert recording.clock.id == "wall"
    assert recording.clock.offset_s == START.timestamp() + shape.starts[0]
    assert recording.device == f"Nihon Kohden {shape.device.split()[0].decode()}"
    assert recording.events.name == ("REC START", "eyes open, then a very long text")
    np.testing.assert_allclose(recording.events.onset_s, [0, 1.25])
    assert "SECRET" not in repr(recording)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_part_is_the_slice_of_the_whole(tmp_path, shape):
    """Any span and any channels, across borders of blocks too, are the slice of all samples."""
    signal = pickle.loads(pickle.dumps(one(whole(tmp_path, shape)).signal))
    held = signal.read()
    assert held.shape == signal.shape
    rng = np.random.default_rng(8)
    for start, stop in [(0, 1), (399, 401), (390, 1010), *np.sort(rng.integers(0, 1300, (20, 2)))]:
        rows = tuple(int(r) for r in rng.permutation(6)[: rng.integers(1, 7)])
        part = signal.read(int(start), int(stop), rows)
        np.testing.assert_array_equal(part, held[list(rows), start:stop])
        np.testing.assert_array_equal(signal.read(int(start), int(stop)), held[:, start:stop])


def test_pauses_lie_where_the_clock_says(tmp_path):
    """Whole seconds give a pause of 5 s; one of less than a second is a cut of unknown length."""
    recording = one(whole(tmp_path, Shape(**PAUSED)))
    assert recording.n_samples == 1220 + 1000
    spans = [(b.start_s, b.stop_s, b.reason) for b in recording.bad]
    assert spans[0] == (2.0, 7.0, "not recorded")
    np.testing.assert_allclose(spans[1][:2], (10.1 - SEAM_S, 10.1 + SEAM_S))
    assert [reason for _, _, reason in spans[1:]] == ["the recording was cut here"]
    assert np.isnan(recording.signal.read(400, 1400)).all()
    assert not np.isnan(recording.signal.read(1400)).any()


def test_pauses_of_the_newer_kind_are_known_to_the_sample(tmp_path):
    """EEG-1200A states the start of a block to the microsecond."""
    recording = one(whole(tmp_path, SHAPES[-1]))
    spans = [(b.start_s, b.stop_s) for b in recording.bad]
    np.testing.assert_allclose(spans, [(2.0, 7.5), (10.5, 11.25)])


@pytest.mark.parametrize(("counts_pauses", "late"), [(False, 0.0), (True, 0.0), (True, 0.4)])
def test_marks_after_a_pause_lie_at_their_sample(tmp_path, counts_pauses, late):
    """Whether the log's times count the pauses is told by its clock; both ways end at one place."""
    # The start of a block is floored to the second; the mark of its start says when it truly was.
    shape = Shape(lengths=(400, 600), starts=(0.0, 7.0))
    pause = 5.0 + late if counts_pauses else 0.0
    marks = [("REC START", 0.0, 0.0), ("a", 1.5, 1.0), ("REC START EEG", 2 + pause, 7.0)]
    marks += [("tap", 3.125 + pause, 8.0), ("end", 4.875 + pause, 10.0)]
    recording = one(whole(tmp_path, shape, marks))
    assert recording.events.name == ("REC START", "a", "REC START EEG", "tap", "end")
    np.testing.assert_allclose(recording.events.onset_s, [0, 1.5, 7, 8.125, 9.875])
    assert not [i for i in recording.issues if i.code == "events"]
    if counts_pauses:
        (tmp_path / "x.log").unlink()
        log(tmp_path / "x.log", [marks[0], *marks[3:]])
        (issue,) = [i for i in one(tmp_path / "x.eeg").issues if i.code == "events"]
        assert "2 mark(s)" in issue.message
        assert "to the second only" in issue.message


def test_marks_around_a_long_pause_lie_at_the_cut(tmp_path):
    """A pause of an hour is a cut: what was marked in it lies there, what follows behind it."""
    shape = Shape(lengths=(400, 400), starts=(0.0, 3600.0))
    marks = [("a", 1.5, 1.0), ("in the pause", 1800.0, 1800.0), ("b", 3601.0, 3601.0)]
    recording = one(whole(tmp_path, shape, marks))
    assert recording.n_samples == 800
    np.testing.assert_allclose(recording.events.onset_s, [1.5, 2.0, 3.0])
    assert [b.start_s for b in recording.bad] == [2 - SEAM_S]


def test_marks_whose_place_is_not_known_are_left_out(tmp_path):
    """Without a time of day a mark behind a pause has two places: it is left out, and said."""
    marks = [("a", 1.5, None), ("b", 3.0, None)]
    recording = one(whole(tmp_path, Shape(**PAUSED), marks))
    assert recording.events.name == ("a",)
    (issue,) = [i for i in recording.issues if i.code == "events"]
    assert issue.message.startswith("1 mark(s)")
    assert one(whole(tmp_path, Shape(), marks)).events.name == ("a", "b")


def test_marks_against_their_clock_are_said(tmp_path):
    """A mark 60 s off its own time of day is kept where it is, and named."""
    recording = one(whole(tmp_path, Shape(), [("a", 1.0, 1.0), ("b", 1.5, 61.0)]))
    np.testing.assert_allclose(recording.events.onset_s, [1.0, 1.5])
    assert [i.code for i in recording.issues] == ["events"]


def test_a_log_without_fractions_has_whole_seconds(tmp_path):
    """Logs of older machines have no second half."""
    path = whole(tmp_path, Shape())
    log(tmp_path / "x.log", [("tap", 1.75, None)], fractions=False)
    np.testing.assert_allclose(one(path).events.onset_s, [1.0])


def test_all_files_are_one_recording_of_a_visit(tmp_path):
    """Any of the files opens it, all are its sources, and none is lost."""
    path = whole(tmp_path, Shape(), MARKS)
    assert {leader_of(p) for p in tmp_path.iterdir()} == {path}
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.eeg"]
    assert visit.lost == ()
    assert {s.path for s in visit.recordings[0].sources} == {"x.eeg", "x.21e", "x.log", "x.pnt"}
    assert all(s.sha256 for s in visit.recordings[0].sources if s.path != "x.eeg")
    assert "SECRET" not in repr(visit)


def test_without_its_other_files_a_recording_says_what_is_missing(tmp_path):
    """Names are then those of the inputs, with a warning; the start is in the blocks."""
    shape = Shape(codes=(18, 27, 43, 76, 90, 100, 104, 253))
    recording = one(write(tmp_path / "x.eeg", shape, numbers(shape)))
    names = [c.name for c in recording.channels]
    assert names == ["PZ", "X2", "DC02", "Mark1", "code 90", "X12/BP1", "X16", "X165"]
    assert [(i.code, i.severity) for i in recording.issues] == [
        ("missing_file", "warning"),
        ("events", "note"),
    ]
    assert recording.clock.offset_s == START.timestamp()
    assert len(recording.events) == 0


def test_a_code_that_no_reader_lists_has_no_unit(tmp_path):
    """Codes of EEG-1200A go to 1095; the range of any other is not known."""
    shape = Shape(device=NEW, codes=(0, 300, 1095, 1096))
    recording = one(write(tmp_path / "x.eeg", shape, numbers(shape)))
    assert [c.unit for c in recording.channels] == ["uV", "uV", "uV", "adc"]
    np.testing.assert_array_equal(recording.signal.read()[3], numbers(shape)[3])
    assert [c.name for c in recording.channels] == ["FP1", "code 300", "code 1095", "code 1096"]


def test_the_code_gives_the_range(tmp_path):
    """nk2edf: 12 V for 42 to 73, 76 and 77, and 3.2 mV for all others."""
    shape = Shape(codes=(0, 41, 42, 73, 74, 75, 76, 77, 78, 255))
    first = one(write(tmp_path / "x.eeg", shape, numbers(shape))).signal.read(0, 1)[:, 0]
    full = [-3200 if not (42 <= c <= 73 or c in (76, 77)) else -12002.9e3 for c in shape.codes]
    np.testing.assert_allclose(first, full, rtol=2e-6)


def test_names_that_repeat_are_told_apart(tmp_path):
    """The second of a name gets a number; letters of other alphabets than ours are kept."""
    path = whole(tmp_path, Shape())
    names = "[ELECTRODE]\n4=Cz\n16=Cz\n26=é\n42=D\n75=B\n77=X\n"
    (tmp_path / "x.21e").write_bytes(names.encode("latin-1"))
    recording = one(path)
    assert [c.name for c in recording.channels] == ["Cz", "Cz (2)", "é", "D", "X", "B"]
    assert [i.code for i in recording.issues] == ["repeated_label"]


def test_references_and_inputs_are_no_electrodes(tmp_path):
    """Neither a reference, ``$Cz``, nor a DC input called Oz is a place; EMG there is EMG."""
    shape = Shape(codes=(17, 42, 43, 80))
    path = write(tmp_path / "x.eeg", shape, numbers(shape))
    (tmp_path / "x.21e").write_text("[ELECTRODE]\n17=Cz\n42=Oz\n43=EMG\n[REFERENCE]\n80=$Cz\n")
    found = [(c.name, c.kind, c.site) for c in one(path).channels]
    assert found[:2] == [("Cz", "eeg", "Cz"), ("Oz", "misc", "")]
    assert found[2:] == [("EMG", "emg", ""), ("$Cz", "misc", "")]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_truncated_file_is_read_as_far_as_it_goes(tmp_path, shape):
    """Cut at any place behind the first samples: what is there is right, and the rest is said."""
    path = whole(tmp_path, shape)
    raw, held = path.read_bytes(), one(path).signal.read()
    frame = 2 * (len(CODES) + 1)
    for cut in (1, frame, 150 * frame, 210 * frame, 700 * frame, 1100 * frame):
        if cut > sum(shape.lengths) * frame - 100:
            continue
        path.write_bytes(raw[:-cut])
        recording = one(path)
        assert "truncated" in [i.code for i in recording.issues], cut
        n = recording.n_samples
        assert 0 < n < held.shape[1]
        np.testing.assert_array_equal(recording.signal.read(), held[:, :n])


def test_a_length_that_is_not_stated_or_too_short_is_said(tmp_path):
    """A file that was never closed is read to its end; what no header states is left out."""
    recording = one(whole(tmp_path, Shape(stated=False)))
    assert recording.n_samples == 400
    assert [i.code for i in recording.issues] == ["sample_count"]
    path = whole(tmp_path, Shape())
    path.write_bytes(path.read_bytes() + bytes(14 * 300))
    recording = one(path)
    assert recording.n_samples == 400
    (said,) = [i.message for i in recording.issues if i.code == "sample_count"]
    assert said.startswith("1.5 s more w")


@pytest.mark.parametrize("device", [b"EEG-1100A V02.00", b"QI-403A   V01.00", b"DAE-2100D V01.30"])
def test_every_device_of_the_older_kind_is_read(tmp_path, device):
    """The signature names the device; what lies beside another maker's ``.eeg`` is left to it."""
    path = whole(tmp_path, Shape())
    path.write_bytes(path.read_bytes().replace(OLD, device))
    assert of(path).id == "nihon_kohden"
    assert one(path).device == "Nihon Kohden " + device.decode().split()[0]
    assert one(path).n_samples == 400
    path.write_bytes(numbers(Shape()).astype("<i2").tobytes())
    assert leader_of(tmp_path / "x.log") == tmp_path / "x.log"


def test_what_one_source_alone_describes_is_not_needed(tmp_path):
    """Of EEG-1200A the chain of addresses, codes and rate suffice; the rest may be zero."""
    shape = Shape(device=NEW)
    path = whole(tmp_path, shape)
    raw = bytearray(path.read_bytes())
    top = struct.unpack_from("<I", raw, 1006)[0]
    tables = top + 1072
    data = struct.unpack_from("<I", raw, tables + 20)[0]
    raw[top + 17] = raw[tables + 17] = 0
    raw[1010:1024] = b"EEG-1200A name"
    raw[data + 20 : data + 68] = bytes(48)
    path.write_bytes(bytes(raw))
    (tmp_path / "x.log").unlink()
    recording = one(path)
    step = 0.09765625
    np.testing.assert_allclose(recording.signal.read()[0], numbers(shape)[0] * step)
    assert recording.clock.offset_s == START.timestamp()
    assert [i.code for i in recording.issues] == ["sample_count", "events"]


@pytest.mark.parametrize(
    ("at", "what", "says"),
    [
        (0, b"EEG-1300B V09.00", "EEG-1300B"),
        (129, b"?", "first blocks"),
        (6142, b"\0", "first blocks"),
        (146, b"\xff\xff\xff\xff", "outside"),
        (6142 + 38, b"\0", "no channels"),
        (6142 + 26, b"\0\0", "no sampling rate"),
    ],
)
def test_a_damaged_header_is_one_sentence(tmp_path, at, what, says):
    """Each field without which nothing can be read right is named."""
    path = whole(tmp_path, Shape())
    raw = bytearray(path.read_bytes())
    raw[at : at + len(what)] = what
    path.write_bytes(bytes(raw))
    with pytest.raises(UnreadableFile, match=rf"x\.eeg: .*{says}.*Copy it again.*EDF"):
        one(path)


def test_blocks_that_differ_or_rates_that_disagree_are_refused(tmp_path):
    """Channels that change on the way, and two rates in one header, are never guessed."""
    path = whole(tmp_path, Shape(**PAUSED))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"\x01TIME", 6143) + 39] = 5  # the first channel of the second block
    path.write_bytes(bytes(raw))
    with pytest.raises(UnreadableFile, match="change on the way"):
        one(path)
    raw[raw.index(b"\x01TIME", 6143) + 39] = CODES[0]
    raw[1042:1046], raw[1062:1066] = raw[1062:1066], raw[1042:1046]
    path.write_bytes(bytes(raw))
    with pytest.raises(UnreadableFile, match="overlap"):
        one(path)
    path = whole(tmp_path, Shape(device=NEW))
    raw = bytearray(path.read_bytes())
    raw[6142 + 26] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(UnreadableFile, match="two sampling rates"):
        one(path)


def test_tables_that_lead_nowhere_are_refused(tmp_path):
    """An address of EEG-1200A beyond any file, and a table of more blocks than it has room for."""
    path = whole(tmp_path, Shape(device=NEW))
    raw = path.read_bytes()
    top = struct.unpack_from("<I", raw, 1006)[0]
    for at, what, says in [(top + 18, b"\xff" * 8, "outside"), (top + 1072 + 18, b"\2", "513 bl")]:
        path.write_bytes(raw[:at] + what + raw[at + len(what) :])
        with pytest.raises(UnreadableFile, match=says):
            one(path)


def test_damaged_marks_are_left_out_and_said(tmp_path):
    """A time of 75 minutes, and a log of another maker, are no marks."""
    path = whole(tmp_path, Shape(), [("good", 1.0, 1.0), ("bad", 1.5, 1.0)])
    raw = (tmp_path / "x.log").read_bytes()
    (tmp_path / "x.log").write_bytes(
        raw.replace(b"bad".ljust(20, b"\0") + b"0000", b"bad" + b"\0" * 17 + b"0075")
    )
    assert one(path).events.name == ("good",)
    assert [i.message[:9] for i in one(path).issues] == ["1 mark(s)"]
    (tmp_path / "x.log").write_bytes(b"no log at all")
    assert len(one(path).events) == 0
    assert [(i.code, i.severity) for i in one(path).issues] == [("events", "warning")]


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever is overwritten or cut in any of the files, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = whole(folder, data.draw(st.sampled_from(SHAPES)), MARKS)
    victim = folder / f"x{data.draw(st.sampled_from(['.eeg', '.eeg', '.21e', '.log', '.pnt']))}"
    raw = bytearray(victim.read_bytes())
    hot = [0, 129, 145, 146, 1006, 1024, 1041, 1042, 6142, 6168, 6170, 6180]
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.sampled_from(hot) | st.integers(0, 20_000)) % len(raw)
        bite = data.draw(st.binary(min_size=1, max_size=4))
        raw[at : at + len(bite)] = bite
    victim.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)) | st.just(len(raw)))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)


def test_agrees_with_mne(tmp_path):
    """MNE reads the same values, names, marks and start, where the suffixes are capitals."""
    # Its volts lie on a line through both ends of a range that is rounded, as in a header of EDF;
    # ours go through zero: half a unit of the last digit for EEG, a 28th of a step for DC inputs.
    # A code that is named as an electrode and as a reference has the reference's name there.
    mne = pytest.importorskip("mne")
    for shape in SHAPES[:2]:
        path = whole(tmp_path, shape, MARKS, upper=True)
        raw = mne.io.read_raw_nihon(path, verbose="error")
        recording = one(path)
        ours = recording.signal.read()
        ours = ours[:, ~np.isnan(ours[0])]
        theirs = raw.get_data() * 1e6
        eeg = [0, 1, 2, 5]
        np.testing.assert_allclose(ours[eeg], theirs[eeg], rtol=0, atol=5e-4)
        off = theirs[[3, 4]] - ours[[3, 4]]
        assert np.ptp(off) < 1e-6
        assert np.abs(off).max() < 366.3 / 27
        assert [c.name for c in recording.channels][1:] == raw.ch_names[1:]
        assert raw.ch_names[0] == "$C3"
        assert recording.rate_hz == raw.info["sfreq"]
        assert recording.clock.offset_s == raw.info["meas_date"].timestamp()
        marks = [a for a in raw.annotations if "boundary" not in a["description"]]
        np.testing.assert_allclose(recording.events.onset_s, [a["onset"] for a in marks])
        assert list(recording.events.name) == [a["description"] for a in marks]
