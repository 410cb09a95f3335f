"""Nervus ``.e``: files written by the published layouts, with no code of the reader."""

import datetime
import pickle
import struct
import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import all_formats, of
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2021, 3, 4, 10, 11, 12, tzinfo=datetime.UTC)
TABLE = "{A271CCCB-515D-4590-B6A1-DC170C8D6EE2}"
SENSORS = "{8032E68A-EA3E-42E8-893E-6E93C59ED515}"
PATIENT = "{D0B3FD0B-49D9-4BF0-8929-296DE5A55910}"
EVENT = "{B799F680-72A4-11D3-93D3-00500400C148}"
ANNOTATION = "{A5A95612-A7F8-11CF-831A-0800091B5BDA}"
PHOTIC = "{6FF394DA-D1B8-46DA-B78F-866C67CF02AF}"
DISPUTED = "{A5A95608-A7F8-11CF-831A-0800091B5BDA}"
FIRST_DATA, COUNT_AT = 200_000, 172_208


def wide(text: str, size: int, left: str = "") -> bytes:
    """Return a text of UTF-16 in a field, with what is left of a longer one behind its NUL."""
    raw = (text + "\0" + left).encode("utf-16-le")
    return raw.ljust(size, b"\0")[:size]


def ole(when: datetime.datetime) -> float:
    """Return the days since 1899-12-30."""
    return (when - datetime.datetime(1899, 12, 30, tzinfo=datetime.UTC)) / datetime.timedelta(1)


def later(seconds: float) -> datetime.datetime:
    """Return a time after the start."""
    return START + datetime.timedelta(seconds=seconds)


def row(label: str, rate: float = 200.0, resolution: float = 0.5, **more) -> dict:
    """Return a channel of a table."""
    base = {"sensor": label, "reference": "REF", "offset": 0.0}
    return {"label": label, "rate": rate, "resolution": resolution} | base | more


def table(rows: list[dict]) -> bytes:
    """Return a packet with the table of channels."""
    head = uuid.UUID(TABLE).bytes_le + struct.pack("<Q", 760 + 552 * len(rows))
    raw = head.ljust(752, b"\x11") + struct.pack("<II", len(rows), len(rows))
    for one in rows:
        # Behind the label there is memory that was never set.
        record = wide(one["label"], 64, "old") + b"\xfd" * 64
        record += wide(one["sensor"], 64) + wide(one["reference"], 64)
        record += struct.pack("<4d", 0.5, 70.0, one["rate"], one["resolution"])
        record += struct.pack("<HHd", 0, 1, one["offset"])
        raw += record.ljust(552, b"\0")
    return raw


def event(seconds: float, kind: str, text: str = "", *, lasts: float = 0.0, channel="") -> bytes:
    """Return an event: whole days in one number, the parts of a second in another."""
    whole = int(seconds // 1)
    raw = text.encode("utf-16-le")
    body = struct.pack("<Qddd", 7, ole(later(whole)), seconds - whole, lasts) + b"\x22" * 48
    body += wide("SECRET USER", 24) + struct.pack("<Q", len(text)) + uuid.UUID(kind).bytes_le
    body += bytes(16) + wide(channel, 64, "stale") + bytes(32)
    body += raw + b"\0\0" + "stale".encode("utf-16-le") * bool(text)
    return uuid.UUID(EVENT).bytes_le + struct.pack("<Q", 24 + len(body)) + body


def segment(seconds: float, lasts: float, rest: float = 0.0) -> bytes:
    """Return a segment: start, what no source explains, duration."""
    return struct.pack("<3d", ole(later(seconds)), rest, lasts).ljust(152, b"\x33")


def sensors(texts: dict[str, str]) -> bytes:
    """Return a packet with the electrodes and the text beside each."""
    raw = uuid.UUID(SENSORS).bytes_le.ljust(744, b"\0") + struct.pack("<4H", len(texts), 0, 0, 0)
    return raw + b"".join((wide(k, 64) + wide(v, 32)).ljust(384, b"\0") for k, v in texts.items())


def patient(*texts: str) -> bytes:
    """Return a packet on the patient: birth, height, dominance, then names from the first one."""
    fields = {2 + i: text for i, text in enumerate(texts)} | {13: "right"}
    setup = b"".join(struct.pack("<QQ", i, len(text)) for i, text in fields.items())
    raw = struct.pack("<QQQdQd", 2, len(fields), 7, 12345.0, 23, 1.8) + setup
    raw += b"".join((text + "\0").encode("utf-16-le") for text in fields.values())
    return uuid.UUID(PATIENT).bytes_le + struct.pack("<Q", 24 + len(raw)) + raw


def parts(raw: bytes, size: int) -> list[bytes]:
    """Return bytes in parts of some size."""
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def nervus(
    path: Path,
    streams: list[np.ndarray],
    tables: list[tuple[float, list[dict]]],
    segments: list[bytes],
    **more,
) -> Path:
    """Write a file.

    The samples of each channel lie in parts of ``part`` samples between those of the others, other
    sections in parts of ``cut`` bytes; the main index in blocks of ``per_block`` entries, behind
    the data or before it (``index_first``). Tables of channels lie in
    their section one after another, and the stream of changes says from when each holds.
    """
    given = {"events": b"", "part": 150, "cut": 300, "per_block": 5, "dynamic": True} | more
    packets = [(seconds, table(rows)) for seconds, rows in tables]
    # A change of something else, then those of the table of channels.
    changes, at = uuid.UUID(SENSORS).bytes_le + struct.pack("<ddQQ", ole(START), 0, 0, 0), 0
    for seconds, raw in packets if given["dynamic"] else []:
        changes += uuid.UUID(TABLE).bytes_le
        changes += struct.pack("<ddQQ", ole(later(seconds)), 0.0, at, len(raw))
        at += len(raw)
    sections = {
        "ExtraDataTags": b"",
        "InfoGuids": uuid.UUID(TABLE).bytes_le,
        "InfoChangeStream": changes,
        PATIENT: patient("SECRET", "MIDDLE", "SECRET"),
        TABLE: b"".join(raw for _, raw in packets),
        "SegmentStream": b"".join(segments),
        SENSORS: given.get("sensors", sensors({})),
        "Events": given["events"],
    }
    named = {name: parts(raw, given["cut"]) for name, raw in sections.items()}
    named |= {
        str(i): parts(np.asarray(x, "<i2").tobytes(), 2 * given["part"])
        for i, x in enumerate(streams)
    }
    body, entries = b"", []
    rounds = max(map(len, named.values()))
    for k in range(rounds):
        for number, pieces in enumerate(named.values()):
            if k < len(pieces):
                room = -(-len(pieces[k]) // 64) * 64
                entries.append((number, FIRST_DATA + len(body), room, len(pieces[k])))
                body += pieces[k].ljust(room, b"\x44")
    n_blocks = -(-len(entries) // given["per_block"])
    n_index = 24 * len(entries) + 16 * n_blocks
    at, shift = FIRST_DATA + len(body), 0
    if given.get("index_first"):
        at, shift = FIRST_DATA, n_index
    index = b""
    for k in range(0, len(entries), given["per_block"]):
        block = entries[k : k + given["per_block"]]
        index += struct.pack("<Q", len(block))
        index += b"".join(struct.pack("<QQII", n, place + shift, *e) for n, place, *e in block)
        index += struct.pack("<Q", at + len(index) + 8 if len(index) + 8 < n_index else 0)
    head = bytearray(FIRST_DATA)
    struct.pack_into("<I", head, 24, at)
    struct.pack_into("<I", head, 172, len(named))
    for number, name in enumerate(named):
        head[176 + 84 * number : 260 + 84 * number] = wide(name, 80) + struct.pack("<I", number)
    struct.pack_into("<I", head, COUNT_AT, len(entries))
    path.write_bytes(bytes(head) + (index + body if shift else body + index))
    return path


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def counts(*lengths: int) -> list[np.ndarray]:
    """Return counts of channels."""
    rng = np.random.default_rng(1)
    return [rng.integers(-32768, 32768, n) for n in lengths]


def two(path: Path, **more) -> Path:
    """Write two channels of 200 Hz for 4 s."""
    rows = [row("Fp1-REF"), row("EMG SCM R", resolution=0.125)]
    return nervus(path, counts(800, 800), [(0, rows)], [segment(0, 4)], **more)


@pytest.mark.parametrize("dynamic", [True, False])
@pytest.mark.parametrize("per_block", [3, 1000])
def test_counts_become_microvolts_by_the_resolution(tmp_path, dynamic, per_block):
    """However the table of channels is found and the index is cut, each count is scaled."""
    recording = one(two(tmp_path / "x.e", dynamic=dynamic, per_block=per_block))
    a, b = counts(800, 800)
    np.testing.assert_array_equal(recording.signal.read(), [a * 0.5, b * 0.125])
    assert recording.rate_hz == 200
    assert [(c.name, c.kind, c.unit, c.site) for c in recording.channels] == [
        ("Fp1-REF", "eeg", "uV", "Fp1"),
        ("EMG SCM R", "emg", "uV", "sternocleidomastoid"),
    ]
    assert recording.id == "x.e"
    assert (recording.bad, recording.issues) == ((), ())


@pytest.mark.parametrize(
    ("reference", "beside", "unit"),
    [
        ("REF", "", "uV"),
        ("", "", "adc"),
        ("", "µV", "uV"),
        ("", "uV", "uV"),
        ("REF", "Gold cup", "uV"),
        ("REF", "mV", "adc"),
        ("", "%", "adc"),
    ],
)
def test_a_unit_is_only_stated_where_the_file_does(tmp_path, reference, beside, unit):
    """Microvolts need a reference electrode or the word itself; another word contradicts them."""
    (x,) = counts(200)
    rows = [row("EMG1", 200.0, 0.25, reference=reference, sensor="27")]
    path = tmp_path / "x.e"
    nervus(path, [x], [(0, rows)], [segment(0, 1)], sensors=sensors({"Cz": "uV", "27": beside}))
    recording = one(path)
    assert recording.channels[0].unit == unit
    np.testing.assert_array_equal(recording.signal.read()[0], x * 0.25)


def test_a_resolution_that_cannot_be_leaves_counts(tmp_path):
    """Counts of a channel without a scale have no unit, whatever it is recorded against."""
    (x,) = counts(200)
    rows = [row("EMG1", resolution=0.0)]
    recording = one(nervus(tmp_path / "x.e", [x], [(0, rows)], [segment(0, 1)]))
    np.testing.assert_array_equal(recording.signal.read()[0], x)
    assert recording.channels[0].unit == "adc"


def test_the_start_is_that_of_the_first_segment(tmp_path):
    """Days since 1899-12-30 become the start; a date that cannot be is none."""
    clock = one(two(tmp_path / "x.e")).clock
    assert clock.id == "wall"
    assert clock.offset_s == pytest.approx(START.timestamp(), abs=1e-5)
    raw = struct.pack("<3d", 0, 0, 1).ljust(152, b"\0")
    path = nervus(tmp_path / "y.e", counts(200), [(0, [row("Cz")])], [raw])
    assert one(path).clock.id == "y.e"


@FEW
@given(data=st.data())
def test_a_part_equals_the_slice_of_the_whole(tmp_path, data):
    """Any samples of any channels, also across parts and pauses, and after pickling."""
    path = tmp_path / "x.e"
    if not path.exists():
        rows = [row("Cz"), row("Fz", resolution=0.25), row("EMG1")]
        spans = [segment(0, 2), segment(2.5, 1.5)]
        nervus(path, counts(700, 700, 700), [(0, rows)], spans, part=90)
    signal = one(path).signal
    start = data.draw(st.integers(0, 800))
    stop = data.draw(st.integers(0, 810))
    rows = tuple(data.draw(st.permutations([0, 1, 2]))[: data.draw(st.integers(0, 3))])
    part = pickle.loads(pickle.dumps(signal)).read(start, stop, rows)
    np.testing.assert_array_equal(part, signal.read()[list(rows), start:stop])


def test_each_rate_is_a_recording_on_one_clock(tmp_path):
    """Channels of other rates, such as trends that were computed, are recordings of their own."""
    fast, slow, also = counts(2048, 4, 2048)
    rows = [row("Cz", 512.0), row("Rate", 1.0, 1.0, reference=""), row("Fz", 512.0)]
    path = nervus(
        tmp_path / "x.e",
        [fast, slow, also],
        [(0, rows)],
        [segment(0, 4)],
        events=event(1.25, ANNOTATION, "now"),
    )
    first, second = read(path)
    assert [(r.id, r.rate_hz) for r in (first, second)] == [("x.e#512Hz", 512), ("x.e#1Hz", 1)]
    np.testing.assert_array_equal(first.signal.read(), [fast * 0.5, also * 0.5])
    np.testing.assert_array_equal(second.signal.read(), [slow])
    assert second.channels[0].unit == "adc"
    assert first.clock == second.clock
    for recording in (first, second):
        np.testing.assert_allclose(recording.events.onset_s, [1.25], atol=1e-5)


def test_a_pause_is_kept_and_events_stay_in_time(tmp_path):
    """Samples not recorded are NaN and bad; events before, in and after it keep their time."""
    a, b = counts(700, 700)
    path = nervus(
        tmp_path / "x.e",
        [a, b],
        [(0, [row("Cz"), row("Fz")])],
        [segment(0, 2), segment(4, 1.5)],
        events=event(1.5, PHOTIC) + event(3, ANNOTATION, "pause") + event(4.5, PHOTIC),
    )
    recording = one(path)
    values = recording.signal.read()
    assert values.shape == (2, 1100)
    np.testing.assert_array_equal(values[:, :400], [a[:400] * 0.5, b[:400] * 0.5])
    assert np.isnan(values[:, 400:800]).all()
    np.testing.assert_array_equal(values[:, 800:], [a[400:] * 0.5, b[400:] * 0.5])
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s, bad.channel) == (2, 4, "")
    np.testing.assert_allclose(recording.events.onset_s, [1.5, 3, 4.5], atol=1e-5)
    assert [i.code for i in recording.issues] == ["gaps"]


def test_a_pause_much_longer_than_the_recording_is_a_cut(tmp_path):
    """Hours of nothing are not stored; an event in them lies on the cut, a later one after it."""
    (x,) = counts(400)
    path = nervus(
        tmp_path / "x.e",
        [x],
        [(0, [row("Cz")])],
        [segment(0, 1), segment(7200, 1)],
        events=event(60, PHOTIC) + event(7200.5, PHOTIC),
    )
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read()[0], x * 0.5)
    np.testing.assert_allclose(recording.events.onset_s, [1, 1.5], atol=1e-5)
    assert [b.reason for b in recording.bad] == ["the recording was cut here"]


def test_events_have_their_text_else_the_name_of_their_type(tmp_path):
    """Texts end at their NUL; a type on whose name sources differ keeps its number."""
    path = two(
        tmp_path / "x.e",
        events=event(2.75, ANNOTATION, "Kopf nach links gedreht – Übung", lasts=1.5)
        + event(0.5, PHOTIC, channel="Fp1-AV")
        + event(1, DISPUTED)
        + event(-0.5, DISPUTED, "before"),
    )
    recording = one(path)
    events = recording.events
    np.testing.assert_allclose(events.onset_s, [-0.5, 0.5, 1, 2.75], atol=1e-5)
    np.testing.assert_array_equal(events.duration_s, [0, 0, 0, 1.5])
    long = "Kopf nach links gedreht – Übung"
    assert events.name == ("before", "Photic", f"type {DISPUTED}", long)
    assert events.columns["type"].tolist() == [DISPUTED, "Photic", DISPUTED, "Annotation"]
    assert events.columns["channel"].tolist() == ["", "Fp1-AV", "", ""]
    assert recording.issues == ()


@pytest.mark.parametrize("damage", [b"\xff" * 16, b"\0" * 16])
def test_damaged_events_are_said(tmp_path, damage):
    """What follows an event that is none is left out, and that is said."""
    raw = event(0.5, PHOTIC) + event(1, PHOTIC)
    at = len(event(0.5, PHOTIC))
    recording = one(two(tmp_path / "x.e", events=raw[:at] + damage + raw[at + 16 :]))
    np.testing.assert_allclose(recording.events.onset_s, [0.5], atol=1e-5)
    assert [i.code for i in recording.issues] == ["events"]
    odd = event(0.5, PHOTIC) + event(1, PHOTIC, lasts=float("nan")) + event(1.5, PHOTIC)
    recording = one(two(tmp_path / "z.e", events=odd))
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 1.5], atol=1e-5)
    assert [i.code for i in recording.issues] == ["events"]
    short = one(two(tmp_path / "y.e", events=raw[:-8]))
    np.testing.assert_allclose(short.events.onset_s, [0.5], atol=1e-5)
    assert [i.code for i in short.issues] == ["events"]


@pytest.mark.parametrize("per_segment", [True, False])
def test_segments_without_the_channels_are_pauses(tmp_path, per_segment):
    """With the amplifier off, one channel without a label runs at 1 Hz: it is passed over."""
    a, b = counts(600, 600)
    off = np.zeros(3)  # 3 s at 1 Hz, in the stream of the first channel
    rows, blank = [row("Cz"), row("Fz")], [row("", 1.0, reference="", sensor="")]
    tables = [(0, rows), (2, blank), (5, rows)]
    spans = [segment(0, 2), segment(2, 3), segment(5, 1)]
    if not per_segment:  # two segments with the first table: only the dates tell
        spans = [segment(0, 1), segment(1, 1), *spans[1:]]
    streams = [np.concatenate([a[:400], off, a[400:]]), b]
    recording = one(nervus(tmp_path / "x.e", streams, tables, spans))
    values = recording.signal.read()
    np.testing.assert_array_equal(values[:, :400], [a[:400] * 0.5, b[:400] * 0.5])
    assert np.isnan(values[:, 400:1000]).all()
    np.testing.assert_array_equal(values[:, 1000:], [a[400:] * 0.5, b[400:] * 0.5])
    assert [c.name for c in recording.channels] == ["Cz", "Fz"]


@pytest.mark.parametrize("dates", [(0, 2, 5), (0.5, 2.5, 5.5), (0, 10, 20)])
def test_tables_that_are_dated_late_are_matched_by_their_order(tmp_path, dates):
    """One table for each segment: dates that cannot be right do not matter if samples fit."""
    (x,) = counts(600)
    rows, blank = [row("Cz")], [row("", 1.0, reference="")]
    tables = list(zip(dates, (rows, blank, rows), strict=True))
    spans = [segment(0, 2), segment(2, 3), segment(5, 1)]
    stream = np.concatenate([x[:400], np.zeros(3), x[400:]])
    values = one(nervus(tmp_path / "x.e", [stream], tables, spans)).signal.read()[0]
    np.testing.assert_array_equal(values[np.isfinite(values)], x * 0.5)
    assert len(values) == 1200


@pytest.mark.parametrize(
    ("n", "dates", "lengths"),
    [
        (950, (0, 2), (2, 3)),  # neither order nor dates account for the samples
        (802, (0, 4, 6), (2, 2, 2)),  # both do: the second or the third segment is empty
    ],
)
def test_tables_that_do_not_clearly_fit_are_refused(tmp_path, n, dates, lengths):
    """Nothing is guessed where it is not sure in which segments the channels were recorded."""
    tables = [(s, [row("Cz")]) for s in dates]
    tables[1] = (dates[1], [row("", 1.0, reference="")])
    starts = np.cumsum([0, *lengths[:-1]]).tolist()
    spans = [segment(s, lasts) for s, lasts in zip(starts, lengths, strict=True)]
    if len(dates) == 3:
        tables[2] = (9, [row("Cz")])
    with pytest.raises(UnreadableFile, match="do not agree"):
        one(nervus(tmp_path / "x.e", counts(n), tables, spans))


@pytest.mark.parametrize("change", [{"rate": 400.0}, {"resolution": 1.0}, {"label": "Pz"}])
def test_channels_that_change_are_refused(tmp_path, change):
    """Sources differ on when another table holds: values are never scaled by the wrong one."""
    tables = [(0, [row("Cz")]), (1, [row("Cz") | change])]
    path = nervus(tmp_path / "x.e", counts(400), tables, [segment(0, 1), segment(1, 1)])
    with pytest.raises(UnreadableFile, match="change on the way"):
        one(path)


def test_an_offset_and_a_rest_that_sources_dispute_are_said(tmp_path):
    """Neither moves a value or a time: that they may be meant is said."""
    (x,) = counts(200)
    rows = [row("Cz", offset=12.5)]
    recording = one(nervus(tmp_path / "x.e", [x], [(0, rows)], [segment(0, 1, rest=0.25)]))
    np.testing.assert_array_equal(recording.signal.read()[0], x * 0.5)
    assert recording.clock.offset_s == pytest.approx(START.timestamp(), abs=1e-5)
    assert [i.code for i in recording.issues] == ["offset", "clock_coarse"]


def test_a_recording_that_was_not_closed_is_read_to_the_end(tmp_path):
    """More samples than the only segment states are kept and said; with several, they are not."""
    (x,) = counts(1000)
    recording = one(nervus(tmp_path / "x.e", [x], [(0, [row("Cz")])], [segment(0, 1)]))
    np.testing.assert_array_equal(recording.signal.read()[0], x * 0.5)
    assert [i.code for i in recording.issues] == ["sample_count"]
    spans = [segment(0, 1), segment(1, 1)]
    recording = one(nervus(tmp_path / "y.e", [x], [(0, [row("Cz")])], spans))
    assert recording.n_samples == 400
    assert [i.code for i in recording.issues if i.severity == "warning"] == ["sample_count"]
    assert "3 s" in recording.issues[0].message


def test_a_channel_that_ends_early_is_bad_from_there(tmp_path):
    """Its missing samples are NaN, and a channel without any is left out by name."""
    a, b = counts(800, 500)
    rows = [row("Cz"), row("Fz"), row("Pz")]
    recording = one(nervus(tmp_path / "x.e", [a, b, []], [(0, rows)], [segment(0, 4)]))
    values = recording.signal.read()
    np.testing.assert_array_equal(values[1, :500], b * 0.5)
    assert np.isnan(values[1, 500:]).all()
    assert [(x.channel, x.start_s, x.stop_s) for x in recording.bad] == [("Fz", 2.5, 4.0)]
    (issue,) = recording.issues
    assert (issue.code, issue.message) == ("left_out", "Pz has no samples; left out.")


def test_nothing_of_the_patient_is_passed_on(tmp_path):
    """No name of the patient or of who wrote an event is kept, and texts are rid of them."""
    text = "secret middle turns right, secretly"
    two(tmp_path / "x.e", events=event(1, ANNOTATION, text))
    visit = read_visit(tmp_path)
    assert "SECRET" not in repr(visit)
    assert "MIDDLE" not in repr(visit)
    (recording,) = visit.recordings
    assert recording.events.name == ("[name] [name] turns right, secretly",)
    assert [s.path for s in recording.sources] == ["x.e"]


def test_a_file_that_is_named_after_the_patient_is_said(tmp_path):
    """The name of the file is seen by others."""
    path = two(tmp_path / "Secret_EEG1_t1.e")
    assert [i.code for i in one(path).issues] == ["patient_in_name"]


def test_without_the_patients_names_texts_are_left_out(tmp_path):
    """Where names cannot be read, they cannot be struck out: types and times are kept."""
    path = two(tmp_path / "x.e", events=event(1, ANNOTATION, "secret turns"), cut=10**6)
    raw = path.read_bytes()
    at = raw.index(uuid.UUID(PATIENT).bytes_le, FIRST_DATA) + 24
    path.write_bytes(raw[:at] + b"\xff" * 8 + raw[at + 8 :])
    recording = one(path)
    assert recording.events.name == ("Annotation",)
    assert [i.code for i in recording.issues] == ["events"]


def test_a_suffix_in_capitals_or_another_is_known(tmp_path):
    """The content tells the format."""
    assert of(two(tmp_path / "X.E")).id == "nervus"
    assert [r.id for r in read_visit(tmp_path).recordings] == ["X.E"]
    assert of(two(tmp_path / "x.bin")).id == "nervus"


def test_old_files_and_other_files_say_what_to_do(tmp_path):
    """Files of before 2012 are named as such; text with the suffix is no recording."""
    path = tmp_path / "x.e"
    path.write_bytes(b"\x0f\xc3\x7b\x1c".ljust(4000, b"\0"))
    with pytest.raises(UnreadableFile, match=r"before about 2012.*EDF"):
        read(path)
    path.write_text("class HELLO create make feature make do print end end\n" * 10)
    with pytest.raises(UnreadableFile, match="its content is not"):
        read(path)


def test_no_other_sample_looks_like_one(samples):
    """The sniff refuses the sample files of every other format."""
    (sniff,) = [f.reads for f in all_formats() if f.id == "nervus"]
    files = [p for p in samples.rglob("*") if p.is_file()]
    assert len(files) > 5
    assert [p.name for p in files if sniff(p)] == []


def test_a_truncated_file_keeps_what_is_whole_and_says_so(tmp_path):
    """With the index in front, samples before the cut are unchanged and the others missing."""
    path = two(tmp_path / "x.e", index_first=True, cut=10**6)
    whole = one(path).signal.read()
    raw = path.read_bytes()
    n_body = len(raw) - FIRST_DATA
    for keep in (0.8, 0.9, 0.97):
        path.write_bytes(raw[: FIRST_DATA + int(keep * n_body)])
        recording = one(path)
        values = recording.signal.read()
        held = np.isfinite(values)
        assert 0 < held.sum() < whole.size
        np.testing.assert_array_equal(values[held], whole[:, : values.shape[1]][held])
        assert [i.code for i in recording.issues] == ["truncated"]
        lost = {c.name for c, row in zip(recording.channels, held, strict=True) if not row.all()}
        assert {b.channel for b in recording.bad} == lost


def test_without_its_index_a_truncated_file_is_refused(tmp_path):
    """Where the index lies behind the data, a cut file is refused in a sentence."""
    path = two(tmp_path / "x.e")
    raw = path.read_bytes()
    for keep in (FIRST_DATA // 2, FIRST_DATA + 3000, len(raw) - 1500):
        path.write_bytes(raw[:keep])
        with pytest.raises(UnreadableFile, match=r"Copy it again.*EDF"):
            one(path)


def test_an_index_that_breaks_off_is_said(tmp_path):
    """A block that names an earlier one ends the index; what it named before is read."""
    path = two(tmp_path / "x.e", per_block=20, cut=10**6)
    whole = one(path).signal.read()
    raw = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", raw, 24)
    (n_entries,) = struct.unpack_from("<I", raw, COUNT_AT)
    struct.pack_into("<I", raw, COUNT_AT, n_entries + 5)
    path.write_bytes(bytes(raw))
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read(), whole)
    assert [i.code for i in recording.issues] == ["truncated"]
    struct.pack_into("<Q", raw, at + 8 + 24 * min(20, n_entries), at)
    path.write_bytes(bytes(raw))
    assert [i.code for i in one(path).issues] == ["truncated"]


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of heads and packets are overwritten or cut, only a clear error is raised."""
    path = two(tmp_path / "x.e", events=event(1, ANNOTATION, "turns"), cut=10**6, per_block=30)
    raw = bytearray(path.read_bytes())
    (index,) = struct.unpack_from("<I", raw, 24)
    spots = [*range(24, 28), *range(172, 1100), *range(COUNT_AT, COUNT_AT + 8)]
    spots += [*range(FIRST_DATA, FIRST_DATA + 4000), *range(index, len(raw))]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.sampled_from(spots))
        bite = data.draw(st.binary(min_size=1, max_size=8))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(FIRST_DATA, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
