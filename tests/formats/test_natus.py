"""Natus ERD: studies written as the maker's description and the readers of it say, not by ours."""

import os
import pickle
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import leader_of, of
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
KINDS = {"eeg": 0x90, "erd": 0x91, "etc": 0x92, "ent": 0x93, "stc": 0x94, "snc": 0x95}
PATIENT = ("Winterbottom", "Agatha", "Q", "MRN4711")
CREATED = 1_700_000_000  # seconds of Unix
SYNC = (CREATED + 90 + 11_644_473_600) * 10**7  # FILETIME: 100 ns from 1601 on
NAMES = ("Fp1", "C3", "Cz", "ECG", "EMG R SCM")
UV = 8711 / (2**21 - 0.5)


def generic(kind: str, schema: int) -> bytes:
    """Return the 352 bytes that begin each file."""
    guid = bytes([KINDS[kind]]) + bytes.fromhex("070bca95d7d011af3200a0245b54a5")
    head = guid + struct.pack("<HHiii", schema, 1, CREATED, 7, 8)
    return head + b"".join(name.encode().ljust(80, b"\0") for name in PATIENT)


@dataclass(frozen=True, kw_only=True)
class Box:
    """What a header of samples states."""

    n: int = 5
    rate: float = 512.0
    schema: int = 9
    headbox: int = 1
    second: int = 0
    discarded: int = 6
    shorted: tuple[int, ...] = ()
    physical: tuple[int, ...] | None = None
    bits: int = 8
    factors: dict[int, int] = field(default_factory=dict)

    def bytes(self) -> bytes:
        """Return generic and raw header."""
        room = {5: 32, 6: 128}.get(self.schema, 1024)
        physical = self.physical or range(self.n)
        head = struct.pack("<dii", self.rate, self.n, self.bits)
        head += struct.pack(f"<{self.n}i", *physical).ljust(4 * room, b"\0")
        head += struct.pack("<4i4i40s10s10si", self.headbox, self.second, 0, 0, 1, 0, 0, 0,
                            b"2.0", b"1", b"1", self.discarded)  # fmt: skip
        if self.schema >= 8:
            head += struct.pack("<1024h", *(int(i in self.shorted) for i in range(1024)))
            head += struct.pack("<1024h", *(self.factors.get(i, 32767) for i in range(1024)))
        return generic("erd", self.schema) + head


def packet(box: Box, now, before, event: int) -> bytes:
    """Return one packet: event byte, mask, differences, absolute values."""
    mask, differences, absolute = 0, b"", b""
    for i in (i for i in range(box.n) if i not in box.shorted):
        step = None if before is None else int(now[i]) - int(before[i])
        if box.schema < 8:
            small = step is not None and -127 <= step <= 127
            differences += struct.pack("<b", step if small else -128)
            absolute += b"" if small else struct.pack("<i", now[i])
        elif step is not None and -128 <= step <= 127:
            differences += struct.pack("<b", step)
        else:
            mask |= 1 << i
            fits = step is not None and -32768 <= step <= 32767 and step != -1
            differences += struct.pack("<h", step if fits else -1)
            absolute += b"" if fits else struct.pack("<i", now[i])
    mask |= -1 << box.n & (1 << 8 * -(-box.n // 8)) - 1  # the rest of the mask is ones
    masks = mask.to_bytes(-(-box.n // 8), "little") if box.schema >= 8 else b""
    return bytes([event]) + masks + differences + absolute


def part(path: Path, box: Box, blocks, *, events=(), whole: bool = True) -> None:
    """Write an ``.erd`` and its ``.etc``: blocks are (stamp, numbers of shape (n, channels))."""
    data, table, number, before = box.bytes(), generic("etc", 3), 0, None
    for stamp, x in blocks:
        table += struct.pack("<IiiHH", len(data), stamp, number, len(x), 0)
        before = None if whole else before
        chunks = []
        for row in x:
            chunks.append(packet(box, row, before, int(number in events)))
            number, before = number + 1, row
        data += b"".join(chunks)
    path.write_bytes(data)
    path.with_suffix(".etc" if path.suffix == ".erd" else ".ETC").write_bytes(table)


def note(stamp: int, text: str, comment: str = "", extra: str = "") -> str:
    """Return a note as NeuroWorks writes it."""
    return (
        f'(.(."Comment", "{comment}"), (."Data", (.(."CreationTime", 45244.5), '
        f'(."Type", "Custom"), (."User", "tech"){extra})), (."GUID", "{{1-2}}"), '
        f'(."Host", "EEG-PC"), (."Origin", "Review"), (."ReadOnly", 0), (."Stamp", {stamp}), '
        f'(."Text", "{text}"), (."Type", "Annotation"))'
    )


def montage(names=NAMES) -> str:
    """Return the note of a montage."""
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'(.(."Data", (.(."ChanNames", ({listed})), (."Scale", 7.5), (."Traces", '
        '((."Colour", 0), (."From", 1))))), (."Stamp", 1), '
        f'(."Text", "Montage:{PATIENT[0]}"), (."Type", "Annotation"))'
    )


def notes(texts) -> bytes:
    """Return an ``.ent``."""
    raw, before = generic("ent", 3), 0
    for text in texts:
        body = text.encode() + b"\0\0"
        raw += struct.pack("<4i", 1, 16 + len(body), before, -1) + body
        before = 16 + len(body)
    return raw + struct.pack("<4i", 0, 16, before, 0)


def segments(*listed: tuple[str, int, int]) -> bytes:
    """Return an ``.stc``: names, first and last stamps."""
    raw = generic("stc", 1) + bytes(56)
    for name, a, b in listed:
        raw += name.encode().ljust(256, b"\0") + struct.pack("<4i", a, b, b - a + 1, b - a + 1)
    return raw


def numbers(n: int, box: Box, seed: int = 1) -> np.ndarray:
    """Return counts ``(n, channels)`` that rest, drift, jump, and change by -1 again and again."""
    rng = np.random.default_rng(seed)
    step = rng.integers(-3, 3, (n, box.n))
    step[rng.random((n, box.n)) < 0.05] = -1
    at = rng.random((n, box.n)) < 0.1
    step[at] = rng.integers(-30000, 30000, at.sum())
    at = rng.random((n, box.n)) < 0.01
    step[at] = rng.integers(-(10**6), 10**6, at.sum())
    step[n // 2 : n // 2 + 20] = -1
    x = np.cumsum(step, axis=0) - 5000
    x[:, box.shorted] = 0
    return x


def study(folder: Path, box: Box = Box(), name: str = "x") -> np.ndarray:
    """Write a study of 900 samples in three blocks without a pause."""
    x = numbers(900, box)
    blocks = [(100, x[:400]), (500, x[400:401]), (501, x[401:])]
    part(folder / f"{name}.erd", box, blocks, events=(3, 4, 450))
    said = (montage(("old",) * 5), montage(), note(110, "eyes closed"), note(612, "rest", "hand"))
    (folder / f"{name}.ent").write_bytes(notes(said))
    (folder / f"{name}.snc").write_bytes(generic("snc", 1) + struct.pack("<iq", 50, SYNC))
    (folder / f"{name}.stc").write_bytes(segments((name, 100, 999)))
    (folder / f"{name}.eeg").write_bytes(generic("eeg", 3) + b"(.)\0")
    return x


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def test_a_study_is_read_whole(tmp_path):
    """Samples in microvolts, names, kinds, rate, start, notes and the trigger are as written."""
    x = study(tmp_path)
    (recording,) = read_visit(tmp_path).recordings
    assert (recording.id, recording.rate_hz, recording.device) == ("x.erd", 512, "Natus EEG32")
    values = recording.signal.read()
    np.testing.assert_allclose(values[:5], x.T * UV * 64, rtol=1e-12)
    assert np.flatnonzero(values[5]).tolist() == [3, 4, 450]
    assert [c.name for c in recording.channels] == [*NAMES, "event byte"]
    assert [c.unit for c in recording.channels] == ["uV"] * 5 + ["1"]
    assert [c.kind for c in recording.channels] == ["eeg"] * 3 + ["ecg", "emg", "trigger"]
    assert recording.events.name == ("eyes closed", "rest (hand)")
    np.testing.assert_allclose(recording.events.onset_s, [10 / 512, 1.0])
    start = one(tmp_path / "x.erd").clock
    assert (start.id, start.offset_s) == ("wall", pytest.approx(CREATED + 90 + 50 / 512, abs=1e-6))
    assert not recording.bad
    assert {Path(s.path).suffix for s in recording.sources} == {
        *(".erd", ".etc", ".ent", ".snc", ".stc", ".eeg")
    }


@pytest.mark.parametrize("schema", [5, 6, 7, 8, 9])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 31])
def test_every_schema_and_length_of_mask(tmp_path, schema, n):
    """Differences of 8 and 16 bits and absolute values are put together in each schema."""
    box = Box(n=n, schema=schema)
    x = numbers(500, box, n)
    part(tmp_path / "x.erd", box, [(0, x[:300]), (300, x[300:])])
    values = one(tmp_path / "x.erd").signal.read()
    np.testing.assert_allclose(values[:-1], x.T * UV * 64, rtol=1e-12)


@pytest.mark.parametrize("whole", [True, False])
def test_parts_equal_the_whole(tmp_path, whole):
    """Any part, on either side of any block's border and of any channels, is that of the whole."""
    box = Box(n=12, headbox=17, discarded=0, shorted=(2, 9))
    x = numbers(40_000, box)
    cuts = [0, 1, 1000, 1001, 17_000, 39_999, 40_000]
    blocks = [(a, x[a:b]) for a, b in pairwise(cuts)]
    part(tmp_path / "x.erd", box, blocks, whole=whole)
    signal = one(tmp_path / "x.erd").signal
    values = signal.read()
    stored = [i for i in range(12) if i not in box.shorted]
    np.testing.assert_allclose(values[:-1], x.T[stored] * UV, rtol=1e-12)
    again = pickle.loads(pickle.dumps(signal))
    for a, b in ((0, 1), (999, 1002), (1000, 1001), (16_990, 17_400), (39_998, 40_000), (7, 7)):
        for rows in ((0,), (10, 3, 3), (9, 8, 7, 6, 5, 4, 3, 2, 1, 0)):
            np.testing.assert_array_equal(again.read(a, b, rows), values[list(rows), a:b])
    np.testing.assert_array_equal(signal.read(-3), values[:, -3:])


@FEW
@given(data=st.data())
def test_any_numbers_come_back(tmp_path, data):
    """Whatever is written within 32 bits is read, also when it changes by -1 in 16 bits of ones."""
    n = data.draw(st.integers(1, 10))
    box = Box(n=n, schema=data.draw(st.sampled_from([7, 8, 9])), headbox=99)
    near = st.sampled_from([-32769, -32768, -257, -129, -128, -127, -2, -1, 0, 1, 127, 128, 32767])
    steps = data.draw(st.lists(st.lists(near, min_size=n, max_size=n), min_size=1, max_size=40))
    x = np.cumsum(np.array(steps), axis=0)
    part(tmp_path / "x.erd", box, [(0, x)])
    np.testing.assert_array_equal(one(tmp_path / "x.erd").signal.read()[:-1], x.T)


def test_only_electrodes_of_known_headboxes_are_microvolts(tmp_path):
    """DC inputs, oximeters, the Quantum, unknown and several headboxes stay counts; it is said."""
    expected = {1: 32, 4: 24, 17: 40, 9: 33, 22: 32, 21: 50, 20: 0, 26: 0}
    for headbox, electrodes in expected.items():
        box = Box(n=50, headbox=headbox, discarded=3)
        x = numbers(40, box)
        part(tmp_path / "x.erd", box, [(0, x)])
        recording = one(tmp_path / "x.erd")
        units = [c.unit for c in recording.channels[:-1]]
        assert units == ["uV"] * electrodes + ["adc"] * (50 - electrodes)
        scale = np.where(np.arange(50) < electrodes, UV * 8, 1)
        np.testing.assert_allclose(recording.signal.read()[:-1], x.T * scale[:, None], rtol=1e-12)
        said = [i.message for i in recording.issues if i.code == "no_scale"]
        assert bool(said) == (electrodes == 0)
        assert ("0.0332" in "".join(said)) == (headbox == 20)


def test_several_headboxes_have_no_scale(tmp_path):
    """Which inputs belong to which of two headboxes is not known: all are counts."""
    box = Box(second=17)
    part(tmp_path / "x.erd", box, [(0, numbers(20, box))])
    assert {c.unit for c in one(tmp_path / "x.erd").channels[:-1]} == {"adc"}


def test_names_of_a_larger_quantum_are_not_shifted(tmp_path):
    """A list of 532 inputs names the 256 electrodes of a box of 276, not its other inputs."""
    box = Box(n=276, headbox=20)
    part(tmp_path / "x.erd", box, [(0, numbers(20, box))])
    (tmp_path / "x.ent").write_bytes(notes([montage([f"E{i}" for i in range(532)])]))
    names = [c.name for c in one(tmp_path / "x.erd").channels]
    assert names[254:258] == ["E254", "E255", "Ch257", "Ch258"]


def test_another_order_of_channels_is_not_guessed(tmp_path):
    """Where place and physical channel differ, names are numbers; a unit needs both to agree."""
    box = Box(n=34, physical=(0, 33, *range(2, 33), 1))
    part(tmp_path / "x.erd", box, [(0, numbers(30, box))])
    (tmp_path / "x.ent").write_bytes(notes([montage([f"E{i}" for i in range(34)])]))
    recording = one(tmp_path / "x.erd")
    names = [c.name for c in recording.channels]
    assert (names[:3], names[33]) == (["E0", "Ch34", "E2"], "Ch2")
    assert [i for i, c in enumerate(recording.channels) if c.unit == "adc"] == [1, 32, 33]
    assert "channels_disagree" in {i.code for i in recording.issues}


def test_pauses_and_parts_lie_at_their_time(tmp_path):
    """Stamps that jump are pauses, within a file and between files; notes keep their time."""
    box = Box(rate=100)
    x = numbers(600, box)
    part(tmp_path / "x.erd", box, [(50, x[:100]), (150, x[100:200]), (350, x[200:300])])
    part(tmp_path / "x_001.erd", box, [(450, x[300:500])])
    part(tmp_path / "x_010.erd", box, [(1000, x[500:])])
    marks = [note(s, f"at {s}") for s in (60, 250, 300, 500, 700, 1050)]
    (tmp_path / "x.ent").write_bytes(notes(marks))
    (tmp_path / "x.stc").write_bytes(
        segments(("x", 50, 449), ("x_001", 450, 649), ("x_010", 1000, 1099))
    )
    visit = read_visit(tmp_path)
    (recording,) = visit.recordings
    assert not visit.lost
    assert recording.n_samples == 1050
    values = recording.signal.read()
    expected = np.full((5, 1050), np.nan)
    for stamp, a, b in ((50, 0, 200), (350, 200, 500), (1000, 500, 600)):
        expected[:, stamp - 50 : stamp - 50 + b - a] = x[a:b].T * UV * 64
    np.testing.assert_allclose(values[:5], expected, rtol=1e-12)
    np.testing.assert_array_equal(recording.signal.read(190, 320, (1,))[0], values[1, 190:320])
    spans = [(b.start_s, b.stop_s) for b in recording.bad]
    assert spans == [(2.0, 3.0), (6.0, 9.5)]
    np.testing.assert_allclose(recording.events.onset_s, [0.1, 2.0, 2.5, 4.5, 6.5, 10.0])
    assert recording.clock.offset_s >= 0
    assert one(tmp_path / "x.erd").clock.offset_s == CREATED + 0.5  # from the .stc


def test_a_very_long_pause_is_a_cut(tmp_path):
    """A pause of many times the recording is not kept; notes within it lie on the cut."""
    box = Box(rate=100)
    x = numbers(200, box)
    part(tmp_path / "x.erd", box, [(0, x[:100]), (50_000, x[100:])])
    (tmp_path / "x.ent").write_bytes(notes([note(s, f"at {s}") for s in (90, 7000, 50_010)]))
    recording = one(tmp_path / "x.erd")
    assert recording.n_samples == 200
    np.testing.assert_allclose(recording.events.onset_s, [0.9, 1.0, 1.1])
    assert [(b.start_s, b.stop_s) for b in recording.bad] == [(0.95, 1.05)]


def test_notes_of_a_truncated_file_are_read_until_there(tmp_path):
    """What is before the break is kept, and one note is said to be damaged."""
    study(tmp_path)
    raw = (tmp_path / "x.ent").read_bytes()
    (tmp_path / "x.ent").write_bytes(raw[:-60])
    recording = one(tmp_path / "x.erd")
    assert recording.events.name == ("eyes closed",)
    assert recording.channels[0].name == "Fp1"
    assert "1 note(s) are damaged" in " ".join(i.message for i in recording.issues)


def test_notes_of_any_kind(tmp_path):
    """Brackets, quotes and lines in a text stay; deleted, empty and foreign notes do not."""
    study(tmp_path)
    said = [
        note(400, r"says \"ouch\" (loud), 50% \xd\nnew line"),
        note(120, "tête à gauche", "médecin"),
        note(130, "gone", extra=', (."Deleted", 1)'),
        note(140, "kept", extra=', (."Deleted", 0)'),
        note(150, ""),
        note(2, "before the first sample"),
        note(5000, "after the last"),
        '(.(."Stamp", 160), (."Text", "two fields"))',
        '(.(."Text", "no stamp"))',
        '(.(."Stamp", 170), (."Text", "open bracket"',
        '(.(."Geometry", [1 2 : odd]), (."Stamp", 180), (."Text", "odd field"))',
    ]
    (tmp_path / "x.ent").write_bytes(notes(said))
    recording = one(tmp_path / "x.erd")
    assert dict(zip(recording.events.name, recording.events.onset_s * 512, strict=True)) == {
        "tête à gauche (médecin)": 20,
        "kept": 40,
        "two fields": 60,
        "odd field": 80,
        'says "ouch" (loud), 50% new line': 300,
    }
    said = " ".join(i.message for i in recording.issues)
    assert "2 note(s) are damaged" in said
    assert "2 note(s) lie before or after" in said


def test_no_name_of_the_patient_is_passed_on(tmp_path):
    """Names and number are struck out of notes; the name of a montage and of users is not kept."""
    study(tmp_path)
    (tmp_path / "x.ent").write_bytes(
        notes(
            [
                montage(),
                note(200, "AGATHA Winterbottom asks", "mrn4711"),
                note(250, "Montage:Winterbottom, second"),
                note(300, "q test"),
            ]
        )
    )
    visit = read_visit(tmp_path)
    (recording,) = visit.recordings
    assert recording.events.name == ("[name] [name] asks ([name])", "q test")
    kept = repr((visit, recording.channels, recording.events, recording.issues)).casefold()
    for word in (*PATIENT[:2], PATIENT[3], "tech", "EEG-PC"):
        assert word.casefold() not in kept
    assert "patient_in_name" not in {i.code for i in recording.issues}
    for file in sorted(tmp_path.iterdir()):
        file.rename(file.with_name(f"Winterbottom~ A_1f{file.suffix}"))
    renamed = one(tmp_path / "Winterbottom~ A_1f.erd")
    assert "patient_in_name" in {i.code for i in renamed.issues}


def test_any_file_of_a_study_leads_to_it(tmp_path):
    """Companions and later parts lead to the first part, in any case; other studies do not."""
    box = Box()
    study(tmp_path)
    part(tmp_path / "x_001.erd", box, [(1000, numbers(50, box))])
    study(tmp_path, name="x_2024")  # with notes of its own: another study
    study(tmp_path, name="Y")
    for file in list(tmp_path.glob("Y.*")):
        file.rename(file.with_name(file.name.upper()))
    first = {tmp_path / "x.erd", tmp_path / "x_2024.erd", tmp_path / "Y.ERD"}
    for file in tmp_path.iterdir():
        assert leader_of(file) in first, file.name
    assert leader_of(tmp_path / "x_001.etc") == tmp_path / "x.erd"
    assert leader_of(tmp_path / "Y.ETC") == tmp_path / "Y.ERD"
    visit = read_visit(tmp_path)
    assert not visit.lost
    assert {r.id: r.n_samples for r in visit.recordings} == {
        "x.erd": 950,
        "x_2024.erd": 900,
        "Y.ERD": 900,
    }
    assert [c.name for c in one(tmp_path / "Y.ERD").channels][:5] == list(NAMES)
    assert "damaged" not in " ".join(i.message for r in visit.recordings for i in r.issues)


def test_a_change_of_channels_makes_another_recording(tmp_path):
    """Parts of another rate are a recording of their own, on the same clock."""
    study(tmp_path)
    other = Box(n=3, rate=256)
    y = numbers(100, other)
    part(tmp_path / "x_001.erd", other, [(2000, y)])
    first, second = of(tmp_path / "x.erd").read(tmp_path / "x.erd")
    assert (first.id, second.id) == ("x.erd#1", "x.erd#2")
    assert (first.rate_hz, second.rate_hz) == (512, 256)
    np.testing.assert_allclose(second.signal.read()[:3], y.T * UV * 64, rtol=1e-12)


@pytest.mark.parametrize("gone", [".etc", ".ent", ".snc", ".stc", ".eeg"])
def test_missing_companions(tmp_path, gone):
    """Without its table a study is not read; without the others it is, with less."""
    x = study(tmp_path)
    (tmp_path / f"x{gone}").unlink()
    if gone == ".etc":
        with pytest.raises(UnreadableFile, match=r"table of contents \(x.etc\) is missing"):
            read(tmp_path / "x.erd")
        return
    recording = one(tmp_path / "x.erd")
    np.testing.assert_allclose(recording.signal.read()[:5], x.T * UV * 64, rtol=1e-12)
    assert ("missing_file" in {i.code for i in recording.issues}) == (gone == ".ent")
    names = [c.name for c in recording.channels[:5]]
    assert names == (["Ch1", "Ch2", "Ch3", "Ch4", "Ch5"] if gone == ".ent" else list(NAMES))
    begin = CREATED + 100 / 512 if gone == ".snc" else CREATED + 90 + 50 / 512
    assert recording.clock.offset_s == pytest.approx(begin, abs=1e-6)


def test_notes_saved_under_an_old_name_are_read(tmp_path):
    """Where only ``.ent.old`` is left, its names and notes are used."""
    study(tmp_path)
    (tmp_path / "x.ent").rename(tmp_path / "x.ENT.OLD")
    recording = one(tmp_path / "x.erd")
    assert recording.channels[0].name == "Fp1"
    assert leader_of(tmp_path / "x.ENT.OLD") == tmp_path / "x.erd"


def test_a_missing_part_is_said(tmp_path):
    """What the ``.stc`` lists and no file holds is a pause, and is named as missing."""
    x = study(tmp_path)
    part(tmp_path / "x_002.erd", Box(), [(1500, x[:100])])
    (tmp_path / "x.stc").write_bytes(
        segments(("x", 100, 999), ("x_001", 1000, 1499), ("x_002", 1500, 1599))
    )
    recording = one(tmp_path / "x.erd")
    assert recording.n_samples == 1500
    assert np.isnan(recording.signal.read(900, 1400)).all()
    assert "1 part(s) of this study are missing" in " ".join(i.message for i in recording.issues)
    (tmp_path / "x_001.erd").write_bytes(b"")
    said = " ".join(i.message for i in one(tmp_path / "x.erd").issues)
    assert "x_001.erd: the header" in said
    assert "part(s) of this study" not in said
    assert str(tmp_path) not in said


def test_a_truncated_file_ends_early(tmp_path):
    """At any length the samples before are right, what is missing is said, or it is refused."""
    x = study(tmp_path)
    path = tmp_path / "x.erd"
    raw = path.read_bytes()
    whole = one(path).signal.read()
    lengths = []
    for size in (*range(0, len(raw) - 1, 997), len(raw) - 1):
        path.write_bytes(raw[:size])
        try:
            recording = one(path)
        except UnreadableFile as error:
            assert size < 8800, error
            continue
        values = recording.signal.read()
        np.testing.assert_array_equal(values, whole[:, : values.shape[1]])
        assert "truncated" in {i.code for i in recording.issues}
        lengths.append(values.shape[1])
    assert lengths == sorted(lengths)
    assert lengths[-1] == 899
    path.write_bytes(raw + bytes(40))
    assert "goes on" in " ".join(i.message for i in one(path).issues)
    assert len(x) == 900


def test_damaged_samples_are_refused(tmp_path):
    """A byte too many, a missing one or an impossible event byte is said with the samples."""
    study(tmp_path)
    path = tmp_path / "x.erd"
    raw = bytearray(path.read_bytes())
    for damaged, says in (
        (raw[:9000] + raw[9001:] + b"\0", r"samples 0 to 400 are damaged \(.* do not fill"),
        (raw[:8656] + b"\7" + raw[8657:], r"samples 0 to 900 are damaged \(an event byte"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(UnreadableFile, match=says):
            one(path).signal.read()


@pytest.mark.parametrize(
    ("box", "says"),
    [
        (Box(schema=4), "schema 4"),
        (Box(schema=10), "schema 10"),
        (Box(bits=16), "differences of 16 bits"),
        (Box(rate=0), "0 Hz"),
        (Box(rate=float("nan")), "nan Hz"),
        (Box(shorted=tuple(range(5))), "no channel"),
        (Box(factors={3: 2}), "different rates"),
        (Box(discarded=40), "40 bits"),
    ],
    ids=["old", "new", "bits", "rate", "nan", "shorted", "rates", "discarded"],
)
def test_what_is_not_known_is_refused(tmp_path, box, says):
    """Other versions and what sources do not explain are named, with the way out."""
    part(tmp_path / "x.erd", box, [(0, numbers(20, Box()))])
    with pytest.raises(UnreadableFile, match=f"{says}.*EDF"):
        read(tmp_path / "x.erd")


def test_a_table_that_contradicts_itself_is_refused(tmp_path):
    """Places, counts and stamps that cannot be, and other versions, are never followed."""
    study(tmp_path)
    path = tmp_path / "x.etc"
    raw = path.read_bytes()
    for at, kind, value in (
        (16, "<H", 2), (352, "<I", 10), (368, "<I", 8656), (372, "<i", 300), (376, "<i", 399),
        (364, "<H", 0),
    ):  # fmt: skip
        wrong = bytearray(raw)
        struct.pack_into(kind, wrong, at, value)
        path.write_bytes(wrong)
        with pytest.raises(UnreadableFile, match="table of contents is damaged"):
            read(tmp_path / "x.erd")
    for size in (0, 100, 352):
        path.write_bytes(raw[:size])
        with pytest.raises(UnreadableFile):
            read(tmp_path / "x.erd")


def test_other_files_of_that_name_are_not_taken(tmp_path):
    """An ``.erd`` without the maker's mark is refused in a sentence."""
    (tmp_path / "x.erd").write_bytes(os.urandom(9000))
    with pytest.raises(UnreadableFile, match="named like Natus ERD"):
        read(tmp_path / "x.erd")


@FEW
@given(data=st.data())
def test_damage_never_ends_in_a_traceback(tmp_path, data):
    """Whatever byte is changed in whatever file, it is read or refused."""
    study(tmp_path)
    file = tmp_path / f"x{data.draw(st.sampled_from(['.erd', '.etc', '.ent', '.snc', '.stc']))}"
    raw = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    file.write_bytes(raw)
    try:
        for recording in of(tmp_path / "x.erd").read(tmp_path / "x.erd"):
            recording.signal.read()
            assert np.isfinite(recording.events.onset_s).all()
    except EutoniaError:
        pass
