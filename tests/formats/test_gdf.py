"""GDF: files that biosig wrote, and files written by the specification with no library.

``gdf/biosig-*.gdf`` hold the numbers of `counted`, written as EDF by edfio and turned into GDF by
``save2gdf`` of Debian's biosig-tools 2.5.0 (the format's reference implementation).
"""

import datetime
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read_visit

BIOSIG = Path(__file__).parent / "gdf"
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)
FEW = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
#: Number of the type, as NumPy writes it.
TYPES = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<i8", 16: "<f4", 17: "<f8"}


def one(path):
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def raw24(x):
    """Return integers as three bytes each."""
    return b"".join(int(v).to_bytes(4, "little", signed=True)[:3] for v in x)


def gdf(path, x, *, version="2.20", units=None, types=None, per=None, table=b"", **more):
    """Write GDF: `x` is a list of channels of whole numbers, each worth a tenth of its unit.

    `per` are samples of each channel in a record of one second, `units` words (GDF 1) or codes,
    `tags` a list of (tag, bytes) behind the channels, `records` another number to state.
    """
    n, old = len(x), float(version) < 1.9
    per, types = per or [20] * n, types or [3] * n
    units = units or (["uV"] * n if old else [4275] * n)
    labels = [("C3", "EMG1", "E3", "E4")[i] if i < 4 else f"E{i + 1}" for i in range(n)]
    tags = b"".join(
        bytes([tag]) + len(body).to_bytes(3, "little") + body for tag, body in more.get("tags", ())
    )
    tags += b"\0" * (-len(tags) % 256)
    head = bytearray(256 * (n + 1)) + bytearray(tags)
    head[:8] = f"GDF {version}".encode()
    head[8:20] = b"P1 SECRET_X "
    n_records = len(x[0]) // per[0]
    struct.pack_into("<q", head, 236, more.get("records", n_records))
    if float(version) < 2.21:
        struct.pack_into("<II", head, 244, 1, 1)
    else:
        struct.pack_into("<d", head, 244, 1.0)
    if old:
        head[168:184] = b"2024022910111250"
        struct.pack_into("<q", head, 184, len(head))
        struct.pack_into("<I", head, 252, n)
    else:
        days = START.timestamp() / 86400 + 719529  # of the year 0, as Matlab counts
        struct.pack_into("<Q", head, 168, int(days * 2**32))
        struct.pack_into("<H", head, 184, len(head) // 256)
        struct.pack_into("<H", head, 252, n)
    whole = "<q" if old else "<d"
    ranges = [(lo, lo + 65535) for lo in [-32768] * n]
    fields = [
        (16, [label.encode().ljust(16) for label in labels]),
        (80, [b""] * n),
        *([(8, [u.encode().ljust(8) for u in units])] if old else []),
        *([] if old else [(6, more.get("words", [b""] * n))]),
        *([] if old else [(2, [struct.pack("<H", u) for u in units])]),
        (8, [struct.pack("<d", lo * 0.1) for lo, _ in ranges]),
        (8, [struct.pack("<d", hi * 0.1) for _, hi in ranges]),
        (8, [struct.pack(whole, lo) for lo, _ in ranges]),
        (8, [struct.pack(whole, hi) for _, hi in ranges]),
        *([(80, [b"0.500000 - 70.000000 Hz"] * n)] if old else [(68, [b""] * n)]),
        *([] if old else [(4, [struct.pack("<f", v)] * n) for v in (70.0, 0.5, 50.0)]),
        (4, [struct.pack("<I", p) for p in per]),
        (4, [struct.pack("<I", t) for t in types]),
    ]
    at = 256
    for width, values in fields:
        for value in values:
            head[at : at + width] = value.ljust(width, b"\0")
            at += width
    body = b""
    for record in range(n_records):
        for row, p, kind in zip(x, per, types, strict=True):
            part = np.asarray(row[record * p : (record + 1) * p])
            body += raw24(part) if kind in (279, 535) else part.astype(TYPES[kind]).tobytes()
    path.write_bytes(bytes(head) + body + table)
    return path


def events(rows, *, version="2.20", rate=20.0, mode=3):
    """Return a table of events: rows of (sample from 1, code, channel, length)."""
    if float(version) < 1.94:
        raw = bytes([mode]) + int(rate).to_bytes(3, "little") + struct.pack("<I", len(rows))
    else:
        raw = bytes([mode]) + len(rows).to_bytes(3, "little") + struct.pack("<f", rate)
    kinds = "IHHI" if mode & 2 else "IH"
    for i, kind in enumerate(kinds):
        raw += struct.pack(f"<{len(rows)}{kind}", *(row[i] for row in rows))
    return raw + (bytes(8 * len(rows)) if mode & 4 else b"")


def numbers(seed, n, samples=400):
    """Return channels of whole numbers."""
    return np.random.default_rng(seed).integers(-900, 900, (n, samples))


def counted(k, n, span):
    """Return what the files of biosig hold: a saw of 2001 steps up to `span`."""
    return ((np.arange(n) * (37 + k)) % 2001 - 1000) * span / 1000


@pytest.mark.parametrize("version", ["2.51", "1.25"])
def test_files_that_biosig_wrote_have_their_values(version):
    """Two rates are two recordings; biosig cuts off where EDF rounds, so one step is allowed."""
    fast, slow = of(BIOSIG / f"biosig-{version}.gdf").read(BIOSIG / f"biosig-{version}.gdf")
    assert (fast.rate_hz, slow.rate_hz) == (100, 10)
    x = fast.signal.read()
    for row, truth, step in zip(
        (*x, slow.signal.read()[0]),
        (counted(0, 1000, 100.0), counted(1, 1000, 2000.0), counted(2, 100, 40.0)),
        (0.01, 0.2, 0.004),
        strict=True,
    ):
        assert np.abs(row - truth).max() < step * 1.001
    assert [(c.name, c.kind, c.unit) for c in fast.channels] == [
        ("C3", "eeg", "uV"),
        ("EMG biceps", "emg", "uV"),
    ]
    assert [c.unit for c in slow.channels] == ["adc"]  # biosig does not know ``degC`` of EDF
    start = datetime.datetime(2024, 2, 29, 10, 11, 12, tzinfo=datetime.UTC).timestamp()
    # biosig 2.5.0 itself writes 11.00 s into 1.25, where it cuts off the fraction.
    assert fast.clock.offset_s == start - (version == "1.25")


def test_texts_of_events_that_biosig_wrote_are_their_names():
    """EDF+ annotations become codes of the writer's own, which the header puts into words."""
    path = BIOSIG / "biosig-2.51.gdf"
    for recording in of(path).read(path):
        assert recording.events.name == ("hand closes", "cue")
        np.testing.assert_allclose(recording.events.onset_s, [1.5, 4.0])
        np.testing.assert_allclose(recording.events.duration_s, [0.5, 0.0])
        assert recording.device == "Amp"
        assert recording.channels[0].high_pass_hz == 0.5


@pytest.mark.parametrize(
    "version", ["1.20", "1.25", "1.93", "2.00", "2.11", "2.20", "2.51", "3.00"]
)
def test_each_version_has_its_values_and_start(tmp_path, version):
    """Both forms of the header, of the events and of a record's length are known."""
    x = numbers(1, 2)
    table = events([(11, 769, 0, 30)], version=version)
    path = gdf(tmp_path / "x.gdf", x, version=version, table=table)
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), x * 0.1, atol=1e-9)
    np.testing.assert_array_equal(
        recording.signal.read(30, 55, (1,)), recording.signal.read()[[1], 30:55]
    )
    assert [c.kind for c in recording.channels] == ["eeg", "emg"]
    assert recording.rate_hz == 20
    assert recording.channels[0].high_pass_hz == 0.5
    assert recording.clock.offset_s == pytest.approx(START.timestamp(), abs=1e-4)
    assert recording.events.name == ("769",)
    np.testing.assert_allclose(recording.events.onset_s, [0.5])
    np.testing.assert_allclose(recording.events.duration_s, [1.5])
    assert recording.issues == ()
    assert "SECRET" not in repr(recording)
    assert [r.id for r in read_visit(tmp_path).recordings] == ["x.gdf"]


@pytest.mark.parametrize("version", ["1.25", "2.20"])
def test_values_and_events_are_mnes_where_mne_is_right(tmp_path, version):
    """MNE reads microvolts of one rate and one type, with a table of events at that rate."""
    mne = pytest.importorskip("mne")
    x = numbers(2, 3)
    table = events([(11, 769, 0, 30), (201, 770, 0, 4)], version=version)
    path = gdf(tmp_path / "x.gdf", x, version=version, table=table)
    recording, raw = one(path), mne.io.read_raw_gdf(path, verbose="error")
    np.testing.assert_allclose(recording.signal.read(), raw.get_data() * 1e6, rtol=1e-9, atol=1e-9)
    assert recording.rate_hz == raw.info["sfreq"]
    np.testing.assert_allclose(recording.events.onset_s, raw.annotations.onset)
    np.testing.assert_allclose(recording.events.duration_s, raw.annotations.duration)
    assert recording.events.name == tuple(raw.annotations.description)


@pytest.mark.parametrize(
    ("word", "code", "unit", "factor"),
    [
        ("mV", 4274, "uV", 1e3),
        ("V", 4256, "uV", 1e6),
        ("nV", 4276, "uV", 1e-3),
        ("degC", 6048, "Cel", 1.0),
        ("mm", 1298, "m", 1e-3),
        ("", 0, "adc", 1.0),
    ],
)
@pytest.mark.parametrize("version", ["1.25", "2.20"])
def test_units_are_those_of_the_words_or_codes(tmp_path, version, word, code, unit, factor):
    """Millivolts are not volts, and what is not stated stays counts."""
    x = numbers(3, 2)
    said = [word, "uV"] if version < "1.9" else [code, 4275]
    recording = one(gdf(tmp_path / "x.gdf", x, version=version, units=said))
    assert [c.unit for c in recording.channels] == [unit, "uV"]
    np.testing.assert_allclose(
        recording.signal.read(), x * 0.1 * np.array([[factor], [1]]), atol=1e-9 * factor
    )


def test_a_word_counts_where_no_code_is_given(tmp_path):
    """GDF 2 keeps the word that GDF 1 had; a code of 0 says nothing."""
    path = gdf(tmp_path / "x.gdf", numbers(4, 1), units=[0], words=[b"mV"])
    assert one(path).channels[0].unit == "uV"


def test_several_rates_and_types_are_read_side_by_side(tmp_path):
    """Each rate is a recording with its own samples, whatever the types of numbers."""
    rng = np.random.default_rng(5)
    types, per = [3, 279, 16, 17, 5, 1, 535, 4], [20, 20, 20, 50, 50, 5, 5, 5]
    spans = {1: (-128, 128), 4: (0, 65536), 535: (0, 2**24), 279: (-(2**23), 2**23)}
    x = [rng.integers(*spans.get(t, (-900, 900)), 6 * p) for t, p in zip(types, per, strict=True)]
    table = events([(301, 769, 0, 0)], rate=100.0)
    path = gdf(tmp_path / "x.gdf", x, types=types, per=per, table=table)
    found = of(path).read(path)
    assert [(r.id, r.rate_hz) for r in found] == [
        ("x.gdf#20Hz", 20),
        ("x.gdf#50Hz", 50),
        ("x.gdf#5Hz", 5),
    ]
    rows = [row for r in found for row in r.signal.read()]
    for row, truth in zip(rows, x, strict=True):
        np.testing.assert_allclose(row, truth * 0.1, rtol=1e-9, atol=1e-6)
    for recording in found:
        np.testing.assert_allclose(recording.events.onset_s, [3.0])


def test_events_of_no_stated_rate_lie_on_the_grid_of_all_channels(tmp_path):
    """A rate of 0 stands for the least common multiple of the channels' rates, as in biosig."""
    table = events([(301, 5, 0, 0)], rate=0.0)
    x = [np.arange(80), np.arange(100)]
    path = gdf(tmp_path / "x.gdf", x, per=[20, 25], table=table)
    for recording in of(path).read(path):
        np.testing.assert_allclose(recording.events.onset_s, [3.0])


def test_ends_give_lengths_and_empty_events_are_none(tmp_path):
    """A code with 0x8000 added ends the event before; those of two channels are kept apart."""
    rows = [(21, 0x0431, 1), (31, 0x0431, 2), (41, 0x8431, 1), (61, 0x8431, 2), (71, 0, 0)]
    table = events([(*row, 0) for row in rows])
    recording = one(gdf(tmp_path / "x.gdf", numbers(6, 2), table=table))
    assert recording.events.name == ("1073", "1073")
    np.testing.assert_allclose(recording.events.onset_s, [1.0, 1.5])
    np.testing.assert_allclose(recording.events.duration_s, [1.0, 1.5])


def test_artefacts_are_bad_spans_of_their_channels(tmp_path):
    """What the file marks as an artefact is measured in no channel that it concerns."""
    table = events([(21, 0x0103, 0, 20), (101, 0x0105, 2, 40), (141, 0x0101, 0, 0)])
    recording = one(gdf(tmp_path / "x.gdf", numbers(7, 2), table=table))
    assert [(b.start_s, b.stop_s, b.reason, b.channel) for b in recording.bad] == [
        (1.0, 2.0, "artefact: muscle", ""),
        (5.0, 7.0, "artefact: electrode", "EMG1"),
    ]
    assert recording.events.name == ("259", "261", "257")


def test_a_new_segment_is_a_cut_and_odd_samples_are_said(tmp_path):
    """Nothing is measured across a break; values at odd times are left out with a note."""
    table = events([(201, 0x7FFE, 0, 0), (21, 0x7FFF, 1, 77), (31, 0x7FFF, 1, 78), (41, 7, 0, 0)])
    recording = one(gdf(tmp_path / "x.gdf", numbers(8, 2), table=table))
    (cut,) = recording.bad
    assert (cut.start_s, cut.stop_s) == (10 - SEAM_S, 10 + SEAM_S)
    assert recording.events.name == ("7",)
    assert [i.code for i in recording.issues] == ["events", "gaps"]
    assert "2 values at odd times" in recording.issues[0].message


def test_the_patients_name_is_struck_out_of_events(tmp_path):
    """The words for events may hold it; the name stands behind the patient's number."""
    tags = [(1, b"\0secret closes the hand\0cue\0\0")]
    table = events([(11, 1, 0, 0), (31, 2, 0, 0)])
    recording = one(gdf(tmp_path / "x.gdf", numbers(18, 2), tags=tags, table=table))
    assert recording.events.name == ("[name] closes the hand", "cue")


@pytest.mark.parametrize("mode", [1, 3, 5, 7])
def test_tables_of_each_mode_are_read(tmp_path, mode):
    """With or without channels and lengths, with or without times of day."""
    table = events([(11, 769, 0, 30), (31, 770, 0, 0)], mode=mode)
    recording = one(gdf(tmp_path / "x.gdf", numbers(9, 2), table=table))
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 1.5])
    np.testing.assert_allclose(recording.events.duration_s, [1.5 if mode & 2 else 0, 0])


@pytest.mark.parametrize("version", ["1.25", "2.20"])
def test_a_file_without_a_table_of_events_is_whole(tmp_path, version):
    """The table is not required; MNE 1.13 does not open such a file of GDF 1."""
    recording = one(gdf(tmp_path / "x.gdf", numbers(10, 2), version=version))
    assert len(recording.events) == 0
    assert recording.issues == ()
    assert recording.n_samples == 400


def test_records_of_unknown_number_are_counted(tmp_path):
    """A number of -1 stands for a file that was not closed: all that is there is read."""
    path = gdf(tmp_path / "x.gdf", numbers(11, 2), records=-1)
    path.write_bytes(path.read_bytes() + b"\1\2\3")
    recording = one(path)
    assert recording.n_samples == 400
    assert recording.issues == ()


def test_further_entries_of_the_header_name_the_device(tmp_path):
    """Maker and model are kept, the serial number is not; MNE 1.13 refuses such a file."""
    tags = [(3, b"Maker\0Model 7\0v1\x00123-SECRET\0"), (6, b"SECRET")]
    recording = one(gdf(tmp_path / "x.gdf", numbers(12, 2), tags=tags))
    assert recording.device == "Maker Model 7"
    assert "SECRET" not in repr(recording)


def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path):
    """Whole records are read, and the loss of the rest and of the events is said."""
    path = gdf(tmp_path / "x.gdf", numbers(13, 2), table=events([(11, 769, 0, 30)]))
    path.write_bytes(path.read_bytes()[: 768 + 19 * 80 + 9])
    recording = one(path)
    assert recording.n_samples == 380
    assert [i.code for i in recording.issues] == ["truncated"]
    assert "events" in recording.issues[0].message
    assert len(recording.events) == 0


def test_a_damaged_table_of_events_is_said(tmp_path):
    """The samples are read; that events are missing is a warning."""
    table = events([(11, 769, 0, 30), (31, 770, 0, 0)])
    recording = one(gdf(tmp_path / "x.gdf", numbers(14, 2), table=table[:-5]))
    assert recording.n_samples == 400
    assert [i.code for i in recording.issues] == ["events"]


def test_empty_ranges_leave_counts(tmp_path):
    """A channel whose ranges are empty has no scale, and that is said."""
    path = gdf(tmp_path / "x.gdf", numbers(15, 1))
    raw = bytearray(path.read_bytes())
    raw[256 + 112 : 256 + 120] = raw[256 + 104 : 256 + 112]
    path.write_bytes(raw)
    recording = one(path)
    assert recording.channels[0].unit == "adc"
    assert [i.code for i in recording.issues] == ["no_scale"]


def test_numbers_of_unknown_types_are_refused(tmp_path):
    """Samples of 128 bits are not guessed at."""
    path = gdf(tmp_path / "x.gdf", numbers(16, 1))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 256 + 220, 18)
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="'C3' holds numbers of type 18"):
        one(path)


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes are overwritten or cut, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    version = data.draw(st.sampled_from(["1.25", "2.20", "2.51"]))
    table = events([(11, 769, 0, 30), (31, 0x7FFE, 0, 0)], version=version)
    tags = [(3, b"Maker\0Model\0"), (1, b"\0hand\0cue\0\0")]
    path = gdf(folder / "x.gdf", numbers(17, 3), version=version, table=table, tags=tags)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=8))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in of(path).read(path) if raw[:4] == b"GDF " else ():
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
