"""Micromed TRC: files written by the maker's header file, with no code of the reader."""

import datetime
import pickle
import shutil
import struct
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
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, tzinfo=datetime.UTC)
#: All zones of type 4, in the maker's order, with their length in bytes where rows are unused.
ZONES = {"ORDER": 512, "LABCOD": 128 * 640, "NOTE": 44 * 200, "FLAGS": 800, "TRONCA": 800}
ZONES |= {"IMPED_B": 512, "IMPED_E": 512, "MONTAGE": 4096, "COMPRESS": 10, "AVERAGE": 128}
ZONES |= {"HISTORY": 512, "DVIDEO": 4096, "EVENT A": 864, "EVENT B": 864, "TRIGGER": 6 * 8192}
#: Those of type 2; type 3 has all but the last.
OLD = list(ZONES)[:9]


def electrode(plus, minus="G2", **fields) -> bytes:
    """Return an electrode: 16 bits for its digital range before type 4, 32 from it on."""
    given = {"version": 4, "kind": 0, "digital": (0, 65535, 32768), "physical": (-3200, 3200)}
    given |= {"unit": 0, "high_pass": 0, "rate": 1} | fields
    new = given["version"] == 4
    raw = bytes([1, given["kind"]]) if new else struct.pack("<H", given["kind"])
    raw += b"".join(
        (t if isinstance(t, bytes) else t.encode("cp1252")).ljust(6, b"\0") for t in (plus, minus)
    )
    raw += struct.pack("<3I" if new else "<3H", *given["digital"])
    raw += struct.pack("<2i", *given["physical"])
    raw += struct.pack("<hHHHHHH", given["unit"], given["high_pass"], 1, 70, 1, given["rate"], 7)
    return raw.ljust(128, b"\0")


def note(at: int, text: str) -> bytes:
    """Return a note; what is left of a longer one stands behind its NUL."""
    raw = text.encode("cp1252")
    return struct.pack("<I", at) + (raw + b"\0stale" if len(raw) < 34 else raw).ljust(40, b" ")


def pairs(*rows: tuple[int, int]) -> bytes:
    """Return rows of two numbers: flags, stretches of an event, or time and sample of a part."""
    return b"".join(struct.pack("<II", *row) for row in rows)


def triggers(*rows: tuple[int, int], fill: bytes = b"\xff") -> bytes:
    """Return the zone of triggers, whose unused rows are filled."""
    return b"".join(struct.pack("<IH", *row) for row in rows).ljust(6 * 60, fill)


def micromed(path: Path, x: np.ndarray, electrodes: list[bytes] | None = None, **more) -> Path:
    """Write numbers ``(n_channels, n_samples)`` as they are stored.

    The electrodes stand in the table backwards and behind one that is not used, so that the order
    of the channels has to be looked up. Zones without content are empty but long, or left out.
    """
    given = {"version": 4, "width": 2, "rate": 256, "zones": {}, "missing": (), "order": None}
    given |= {"frame": len(x) * more.get("width", 2), "packed": 0, "date": (29, 2, 124)} | more
    n, version = len(x), given["version"]
    electrodes = electrodes or [electrode(f"E{i}", version=version) for i in range(n)]
    names = {2: OLD, 3: list(ZONES)[:14], 4: list(ZONES)}.get(version, list(ZONES))
    contents = {
        "ORDER": struct.pack(f"<{n}{'H' if version == 4 else 'B'}", *range(n, 0, -1)),
        "LABCOD": b"".join([electrode("spare", version=version), *electrodes[::-1]]),
    } | given["zones"]
    at, body, listed = 640, b"", b""
    for name in given["order"] or names:
        if name in given["missing"]:
            continue
        raw = contents.get(name, b"").ljust(ZONES[name], b"\0")
        listed += struct.pack("<8sII", name.ljust(8).encode(), at, len(raw))
        at, body = at + len(raw), body + raw
    head = bytearray(640)
    head[:32] = b"* MICROMED  Brain-Quick file *\0\x1a"
    head[32:64] = b"LABORATORY".ljust(32)
    head[64:86], head[86:106] = b"SECRET-MEYER".ljust(22), b"M\xfcriel".ljust(20)
    head[106:109] = bytes([4, 25, 70])
    head[128:134] = bytes([*given["date"], 10, 11, 12])
    struct.pack_into("<HHI", head, 134, 18, 74, at)
    sizes = (n, given["frame"], given["rate"], given["width"], given["packed"], 0)
    struct.pack_into("<6H", head, 142, *sizes)
    head[175] = version
    head[176 : 176 + len(listed)] = listed
    samples = np.asarray(x).T.astype(f"<u{given['width']}").tobytes()
    path.write_bytes(bytes(head) + body + samples)
    return path


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def numbers(n: int = 2, samples: int = 512, top: int = 65536) -> np.ndarray:
    """Return numbers as they are stored."""
    return np.random.default_rng(n).integers(0, top, (n, samples))


@pytest.mark.parametrize("version", [2, 3, 4])
def test_each_type_of_header_has_its_values_names_and_start(tmp_path, version):
    """Both forms of an electrode and of the order of channels are known."""
    x = numbers()
    said = {"version": version}
    micromed(
        tmp_path / "x.trc",
        x,
        [
            electrode("C3", high_pass=530, **said),
            electrode("EMG1+", "EMG1-", kind=1, physical=(-800, 800), unit=1, **said),
        ],
        version=version,
    )
    recording = one(tmp_path / "x.trc")
    factor = np.array([[6400 / 65536], [1600 / 65536 * 1000]])
    np.testing.assert_allclose(recording.signal.read(), (x - 32768.0) * factor)
    assert [(c.name, c.kind, c.unit, c.site, c.high_pass_hz) for c in recording.channels] == [
        ("C3", "eeg", "uV", "C3", 0.53),
        ("EMG1", "emg", "uV", "", None),
    ]
    assert (recording.rate_hz, recording.n_samples, recording.device) == (256, 512, "Micromed")
    assert recording.clock.id == "wall"
    assert recording.clock.offset_s == START.timestamp()
    assert recording.issues == ()
    assert len(recording.events) == 0
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.trc"]
    assert visit.lost == ()


@pytest.mark.parametrize(
    ("width", "digital"),
    [(1, (0, 255, 128)), (2, (0, 4095, 2048)), (4, (0, 2**24 - 1, 2**23)), (4, (0, 2**32 - 1, 7))],
)
def test_numbers_of_one_two_and_four_bytes_have_no_sign(tmp_path, width, digital):
    """The range that the electrode states holds for all its numbers, from the lowest on."""
    low, high, ground = digital
    x = np.array([[low, high, ground, ground + 1, high // 3]])
    path = micromed(tmp_path / "x.trc", x, [electrode("Cz", digital=digital)], width=width)
    expected = (x - float(ground)) * (6400 / (high - low + 1))
    np.testing.assert_allclose(one(path).signal.read(), expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(
    ("code", "unit", "factor"),
    [
        (-1, "uV", 1e-3),
        (0, "uV", 1.0),
        (1, "uV", 1e3),
        (2, "uV", 1e6),
        (100, "%", 1.0),
        (101, "bpm", 1.0),
        (102, "1", 1.0),
    ],
)
def test_units_are_those_of_their_codes(tmp_path, code, unit, factor):
    """Potentials become microvolts, with volts among them; what is no potential keeps its unit."""
    x = numbers(1)
    recording = one(micromed(tmp_path / "x.trc", x, [electrode("a", unit=code)]))
    assert recording.channels[0].unit == unit
    np.testing.assert_allclose(recording.signal.read(), (x - 32768) * (6400 / 65536 * factor))
    assert recording.issues == ()


@pytest.mark.parametrize(
    "wrong", [{"unit": 77}, {"digital": (9, 9, 0)}, {"digital": (9, 8, 0)}, {"physical": (5, 5)}]
)
def test_without_a_known_unit_and_range_numbers_stay_as_stored(tmp_path, wrong):
    """Nothing is guessed: the unit is unknown, and the issue names the channel."""
    x = numbers(2)
    path = micromed(tmp_path / "x.trc", x, [electrode("Cz"), electrode("Pz", **wrong)])
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read()[1], x[1])
    assert [c.unit for c in recording.channels] == ["uV", "adc"]
    assert [(i.code, i.channel) for i in recording.issues] == [("no_scale", "Pz")]


@pytest.mark.parametrize(
    ("plus", "minus", "kind", "name", "found"),
    [
        ("Fp1", "G2", 0, "Fp1", ("eeg", "Fp1", "left")),
        ("Fp1", "A1", 0, "Fp1", ("eeg", "Fp1", "left")),
        ("C3", "G2", 1, "C3", ("eeg", "C3", "left")),
        ("LSCM+", "LSCM-", 1, "LSCM", ("emg", "sternocleidomastoid", "left")),
        ("LSCM+", "LSCM-", 0, "LSCM", ("emg", "sternocleidomastoid", "left")),
        ("LSCM", "LSCM", 1, "LSCM", ("emg", "sternocleidomastoid", "left")),
        ("SCM R", "SCM R2", 0, "SCM R", ("emg", "sternocleidomastoid", "right")),
        ("ECG+", "ECG-", 1, "ECG", ("ecg", "", "unknown")),
        ("EMG1", "EMG2", 1, "EMG1-EMG2", ("emg", "", "unknown")),
        ("Höhe", "G2", 0, "Höhe", ("misc", "", "unknown")),
        (b"Cz\0\xff\xff\xff", b"G2\0\xff\xff\xff", 1, "Cz", ("eeg", "Cz", "midline")),
        (b"\x01Cz   ", "G2", 0, "Cz", ("eeg", "Cz", "midline")),
        ("MKR+", "MKR-", 3, "MKR", ("trigger", "", "unknown")),
        ("", "G2", 0, "channel 1", ("misc", "", "unknown")),
    ],
)
def test_a_channel_is_named_after_its_inputs(tmp_path, plus, minus, kind, name, found):
    """Two ends of one pair are one name, other bipolar inputs both show, a reference does not."""
    path = micromed(tmp_path / "x.trc", numbers(1), [electrode(plus, minus, kind=kind)])
    (channel,) = one(path).channels
    assert channel.name == name
    assert (channel.kind, channel.site, channel.side) == found


def test_names_that_repeat_are_told_apart(tmp_path):
    """Both channels are kept."""
    path = micromed(tmp_path / "x.trc", numbers(2), [electrode("Cz"), electrode("Cz")])
    recording = one(path)
    assert [c.name for c in recording.channels] == ["Cz", "Cz (2)"]
    assert [i.code for i in recording.issues] == ["repeated_label"]


@pytest.mark.parametrize("fill", [b"\xff", b"\0"])
def test_triggers_are_their_values_also_at_the_first_sample(tmp_path, fill):
    """Unused rows are none, whatever they are filled with; 65535 is a value like others."""
    raw = triggers((0, 9), (64, 3), (128, 0), (256, 65535), (512, 1), fill=fill)
    recording = one(micromed(tmp_path / "x.trc", numbers(), zones={"TRIGGER": raw}))
    assert recording.events.name == ("9", "3", "0", "65535", "1")
    np.testing.assert_array_equal(recording.events.onset_s, [0, 0.25, 0.5, 1, 2])
    np.testing.assert_array_equal(recording.events.duration_s, np.zeros(5))
    assert set(recording.events.columns["type"]) == {"Trigger"}
    assert recording.issues == ()


def test_notes_have_their_texts(tmp_path):
    """A note may stand at the first sample; empty rows are none, also between others."""
    long = "a note that fills all of its 40 letters"
    rows = note(0, "Beginn – Übung"), note(64, "turns"), note(0, "old"), note(128, ""), bytes(44)
    raw = b"".join([*rows, note(96, long)]).ljust(880, b"\xff")
    recording = one(micromed(tmp_path / "x.trc", numbers(), zones={"NOTE": raw}))
    assert recording.events.name == ("Beginn – Übung", "turns", long, "Note")
    np.testing.assert_array_equal(recording.events.onset_s, [0, 0.25, 0.375, 0.5])
    assert set(recording.events.columns["type"]) == {"Note"}


def test_notes_of_type_2_count_seconds(tmp_path):
    """In the oldest type that is read, the time of a note is not in samples."""
    raw = note(1, "turns")
    recording = one(micromed(tmp_path / "x.trc", numbers(), version=2, zones={"NOTE": raw}))
    assert recording.events.name == ("turns",)
    np.testing.assert_array_equal(recording.events.onset_s, [1.0])


@pytest.mark.parametrize("version", [3, 4])
def test_flags_and_events_have_their_length_and_text(tmp_path, version):
    """Stretches last; one without an end, or that ends before it begins, is a moment."""
    zones = {
        "FLAGS": pairs((0, 64), (128, 0), (192, 100)),
        "EVENT A": b"Krampf\0stale".ljust(64, b"\0") + pairs((256, 320), (384, 2**32 - 1)),
        "EVENT B": bytes(64) + pairs((448, 9999)),
    }
    path = micromed(tmp_path / "x.trc", numbers(), version=version, zones=zones)
    recording = one(path)
    events = recording.events
    assert events.name == ("Flag", "Flag", "Flag", "Krampf", "Krampf", "Event B")
    np.testing.assert_array_equal(events.onset_s, [0, 0.5, 0.75, 1, 1.5, 1.75])
    np.testing.assert_array_equal(events.duration_s, [0.25, 0, 0, 0.25, 0, 0.25])
    assert list(events.columns["type"]) == ["Flag"] * 3 + ["Event A"] * 2 + ["Event B"]
    assert recording.issues == ()


def test_zones_are_found_by_their_names(tmp_path):
    """Neither their order nor one that is missing is an error."""
    zones = {"TRIGGER": triggers((64, 3)), "NOTE": note(128, "turns")}
    path = micromed(tmp_path / "x.trc", numbers(), zones=zones, order=list(ZONES)[::-1])
    assert one(path).events.name == ("3", "turns")
    for name in ZONES.keys() - {"ORDER", "LABCOD"}:
        recording = one(micromed(tmp_path / "y.trc", numbers(), zones=zones, missing=[name]))
        assert len(recording.events) == 2 - (name in zones)
        assert recording.issues == ()


def test_a_pause_is_kept_and_marks_stay_in_time(tmp_path):
    """Parts state when they began; what was not recorded is NaN and bad, and marks move with it."""
    x = numbers(2, 600)
    zones = {
        "TRONCA": pairs((512, 0), (1024, 256), (1168, 400)),  # the third goes on without a pause
        "TRIGGER": triggers((128, 1), (256, 2), (500, 3)),
        "FLAGS": pairs((192, 320)),
    }
    recording = one(micromed(tmp_path / "x.trc", x, zones=zones))
    values, scaled = recording.signal.read(), (x - 32768.0) * (6400 / 65536)
    assert values.shape == (2, 856)
    np.testing.assert_allclose(values[:, :256], scaled[:, :256])
    assert np.isnan(values[:, 256:512]).all()
    np.testing.assert_allclose(values[:, 512:], scaled[:, 256:])
    assert [(b.start_s, b.stop_s, b.reason) for b in recording.bad] == [(1, 2, "not recorded")]
    assert recording.events.name == ("1", "Flag", "2", "3")
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 0.75, 2, 756 / 256])
    np.testing.assert_allclose(recording.events.duration_s, [0, 1.5, 0, 0])
    assert recording.clock.offset_s == START.timestamp() + 2
    assert [i.code for i in recording.issues] == ["gaps"]


@pytest.mark.parametrize("listed", [[(1024, 256)], [(0, 0), (1024, 256)]])
def test_a_first_part_that_begins_with_the_recording_may_be_left_out(tmp_path, listed):
    """The list may name it or not; rows behind the last part hold nothing."""
    raw = pairs(*listed, (0, 0), (7, 300))
    recording = one(micromed(tmp_path / "x.trc", numbers(), zones={"TRONCA": raw}))
    assert [(b.start_s, b.stop_s) for b in recording.bad] == [(1, 4)]
    assert recording.clock.offset_s == START.timestamp()
    filled = recording.signal.read().shape
    raw = pairs(*listed).ljust(800, b"\xff")
    assert (
        one(micromed(tmp_path / "y.trc", numbers(), zones={"TRONCA": raw})).signal.shape == filled
    )


@pytest.mark.parametrize("time", [256 * 3600, 100])
def test_a_very_long_or_impossible_pause_is_a_cut(tmp_path, time):
    """Samples follow one another, and nothing is measured across the cut."""
    x = numbers()
    recording = one(micromed(tmp_path / "x.trc", x, zones={"TRONCA": pairs((time, 256))}))
    assert recording.n_samples == 512
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (1 - SEAM_S, 1 + SEAM_S)


def test_a_coefficient_of_all_channels_multiplies_the_rate(tmp_path):
    """Channels of twice the stated rate are read at it; a coefficient of 0 counts as 1."""
    x = numbers(2)
    for coefficient, rate in ((2, 512), (0, 256)):
        both = [electrode(name, rate=coefficient) for name in ("Cz", "Pz")]
        recording = one(micromed(tmp_path / "x.trc", x, both, zones={"NOTE": note(256, "a")}))
        assert recording.rate_hz == rate
        assert recording.n_samples == 512
        np.testing.assert_array_equal(recording.events.onset_s, [256 / rate])


def test_channels_of_different_rates_are_refused(tmp_path):
    """In which order their samples lie is not known, so none is guessed."""
    mixed = [electrode("Cz"), electrode("EMG1", rate=4)]
    with pytest.raises(UnreadableFile, match=r"256 Hz and 1024 Hz.*EDF"):
        one(micromed(tmp_path / "x.trc", numbers(), mixed))
    blocks = [electrode("Cz", rate=2), electrode("EMG1", rate=2)]
    with pytest.raises(UnreadableFile, match=r"blocks.*EDF"):
        one(micromed(tmp_path / "x.trc", numbers(), blocks, frame=8))


def test_compressed_files_and_other_types_say_what_to_do(tmp_path):
    """The sentence names the maker's program and what to export."""
    with pytest.raises(UnreadableFile, match=r"compressed.*EDF"):
        one(micromed(tmp_path / "x.trc", numbers(), packed=1))
    for version in (0, 1, 5):
        with pytest.raises(UnreadableFile, match=rf"type {version}.*EDF"):
            one(micromed(tmp_path / "x.trc", numbers(), version=version))


@pytest.mark.parametrize("change", ["width", "order", "code", "outside", "short"])
def test_a_damaged_header_is_refused_in_a_sentence(tmp_path, change):
    """Without the list of channels, or with sizes that cannot be, nothing is read."""
    more: dict = {"width": {"width": 8}, "order": {"missing": ["ORDER"]}}.get(change, {})
    if change == "code":
        more = {"zones": {"ORDER": struct.pack("<2H", 1, 640)}}
    path = micromed(tmp_path / "x.trc", numbers(), **more)
    raw = bytearray(path.read_bytes())
    if change == "outside":
        struct.pack_into("<I", raw, 176 + 16 + 8, len(raw) - 100)
    path.write_bytes(bytes(raw[: 5000 if change == "short" else len(raw)]))
    with pytest.raises(UnreadableFile, match=r"x\.trc: .*Copy it again"):
        one(path)


def test_a_zone_outside_of_the_header_is_said(tmp_path):
    """Its marks are missing; the samples and other marks are read."""
    zones = {"TRIGGER": triggers((64, 3)), "NOTE": note(128, "turns")}
    path = micromed(tmp_path / "x.trc", numbers(), zones=zones)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 176 + 2 * 16 + 8, len(raw) - 100)
    path.write_bytes(bytes(raw))
    recording = one(path)
    assert recording.events.name == ("3",)
    (issue,) = recording.issues
    assert issue.code == "events"
    assert "NOTE" in issue.message


def test_a_truncated_file_keeps_what_is_whole_and_says_so(tmp_path):
    """A part of a sample, and marks behind the last one, show that something is missing."""
    x = numbers(3)
    path = micromed(tmp_path / "x.trc", x, zones={"TRIGGER": triggers((64, 3), (500, 4))})
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - 6 * 112 - 4])
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), (x[:, :399] - 32768.0) * (6400 / 65536))
    assert recording.events.name == ("3",)
    assert [i.code for i in recording.issues] == ["truncated", "events"]
    path.write_bytes(raw[: len(raw) - 6 * 512 + 5])
    with pytest.raises(UnreadableFile, match=r"holds no samples.*again"):
        one(path)


def test_nothing_of_the_patient_is_passed_on(tmp_path):
    """Names are struck out of all texts, also in other letters, and the laboratory is left out."""
    zones = {
        "NOTE": note(64, "secret, Meyer: müriel turns secretly"),
        "EVENT A": b"Meyer stands".ljust(64, b"\0") + pairs((128, 192)),
    }
    micromed(tmp_path / "x.trc", numbers(), zones=zones)
    visit = read_visit(tmp_path)
    (recording,) = visit.recordings
    names = ("[name], [name]: [name] turns secretly", "[name] stands")
    assert recording.events.name == names
    for word in ("SECRET", "MEYER", "Müriel", "LABORATORY"):
        assert word not in repr(visit)


def test_a_file_that_is_named_after_the_patient_is_said(tmp_path):
    """The name of the file is seen by others."""
    path = micromed(tmp_path / "Meyer_EEG_1.trc", numbers())
    assert [i.code for i in one(path).issues] == ["patient_in_name"]


def test_the_start_is_read_beyond_2027_and_else_left_open(tmp_path):
    """Years are counted from 1900 in one byte without a sign; a day that cannot be is none."""
    path = micromed(tmp_path / "x.trc", numbers(), date=(1, 3, 131))
    expected = datetime.datetime(2031, 3, 1, 10, 11, 12, tzinfo=datetime.UTC)
    assert one(path).clock.offset_s == expected.timestamp()
    assert one(micromed(tmp_path / "y.trc", numbers(), date=(30, 2, 124))).clock.id == "y.trc"


def test_a_suffix_in_capitals_or_another_is_known(tmp_path):
    """The content tells the format."""
    assert of(micromed(tmp_path / "X.TRC", numbers())).id == "micromed"
    assert of(micromed(tmp_path / "x.bin", numbers())).id == "micromed"


@FEW
@given(data=st.data())
def test_a_part_equals_the_slice_of_the_whole(tmp_path, data):
    """Any samples of any channels, also across a pause, and after pickling."""
    path = tmp_path / "x.trc"
    if not path.exists():
        micromed(path, numbers(3, 90), zones={"TRONCA": pairs((60, 40))})
    signal = one(path).signal
    start, stop = data.draw(st.integers(0, 115)), data.draw(st.integers(0, 115))
    rows = tuple(data.draw(st.permutations([0, 1, 2]))[: data.draw(st.integers(0, 3))])
    part = pickle.loads(pickle.dumps(signal)).read(start, stop, rows)
    np.testing.assert_array_equal(part, signal.read()[list(rows), start:stop])


@pytest.mark.parametrize("parts", [[], [(512, 0), (1024, 256)]])
def test_values_and_triggers_are_neos_where_neo_is_right(tmp_path, parts):
    """One rate, names of ASCII and no volts are read by neo, with the marks of the first part."""
    rawio = pytest.importorskip("neo").rawio
    x = numbers(3)
    path = micromed(
        tmp_path / "x.trc",
        x,
        [electrode("C3"), electrode("EMG1", unit=-1), electrode("Pz", digital=(0, 4095, 2048))],
        zones={
            "TRONCA": pairs(*parts),
            "TRIGGER": triggers((64, 3), (200, 4)),
            "NOTE": note(128, "turns").replace(b"stale", bytes(5)).replace(b" ", b"\0"),
        },
    )
    neo = rawio.MicromedRawIO(filename=str(path))
    neo.parse_header()
    recording = one(path)
    factors = np.array([[1], [1e-3], [1]])  # neo leaves values in the file's unit
    values = recording.signal.read()
    starts = [neo.get_signal_t_start(0, k, 0) for k in range(neo.segment_count(0))]
    for k, start in enumerate(starts):
        raw = neo.get_analogsignal_chunk(0, k, None, None, stream_index=0)
        theirs = neo.rescale_signal_raw_to_float(raw, dtype="float64", stream_index=0).T
        at = round((start - starts[0]) * 256)
        np.testing.assert_allclose(values[:, at : at + theirs.shape[1]], theirs * factors)
    assert neo.get_signal_sampling_rate(0) == recording.rate_hz
    began = START.timestamp() + starts[0]
    assert recording.clock.offset_s == began
    for channel, kind in ((0, "Trigger"), (1, "Note")):
        at, _, names = neo.get_event_timestamps(0, 0, channel)
        mine = recording.events.columns["type"] == kind
        times = neo.rescale_event_timestamp(at, "float64", channel) - starts[0]
        np.testing.assert_allclose(recording.events.onset_s[mine], times)
        assert [n for n, m in zip(recording.events.name, mine, strict=True) if m] == list(names)


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the header are overwritten or cut, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    zones = {
        "TRONCA": pairs((512, 0), (1024, 256)),
        "TRIGGER": triggers((64, 3)),
        "NOTE": note(128, "turns"),
        "EVENT A": b"a".ljust(64, b"\0") + pairs((9, 12)),
        "FLAGS": pairs((7, 8)),
    }
    version = data.draw(st.sampled_from([2, 3, 4]))
    path = micromed(folder / "x.trc", numbers(), zones=zones, version=version)
    raw = bytearray(path.read_bytes())
    spots = [*range(420), *range(640, 1700), *range(83072, 83200), *range(91872, 92800)]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.one_of(st.sampled_from(spots), st.integers(0, len(raw) - 1)))
        bite = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.just(b"\xff" * 4)))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            n = recording.n_samples
            recording.signal.read(0, 5)
            recording.signal.read(max(0, n - 5), n)
    except EutoniaError as error:
        assert path.name in str(error)
