"""EGI: simple binary and folders ``.mff`` written by the specification, and held against MNE."""

import datetime
import pickle
import shutil
import struct
from pathlib import Path
from xml.sax.saxutils import escape

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
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)
TYPES = {2: ">i2", 4: ">f4", 6: ">f8"}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n'


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def some(*shape: int, seed: int = 1) -> np.ndarray:
    """Return whole numbers that all types hold exactly."""
    return np.random.default_rng(seed).integers(-900, 900, shape)


def raw(path, x, *, version=2, codes=None, bits=16, span=6000, when=None, segments=None, cats=()):
    """Write simple binary: `codes` maps four letters to states, `segments` are (category, stamp).

    Segments share the samples of `x` evenly.
    """
    codes = codes or {}
    year, *rest = when or (2024, 2, 29, 10, 11, 12, 500)
    head = struct.pack(">i6hi5h", version, year, *rest, 250, len(x), 1, bits, span)
    frames = np.concatenate([x, *(np.asarray(s)[None] for s in codes.values())]).T
    body = frames.astype(TYPES[version & 6])
    n = len(frames)
    if segments is not None:
        n //= len(segments)
        head += struct.pack(">h", len(cats))
        head += b"".join(bytes([len(c)]) + c.encode() for c in cats)
        head += struct.pack(">h", len(segments))
        pieces = [body[i * n : (i + 1) * n].tobytes() for i in range(len(segments))]
        data = b"".join(struct.pack(">hi", *s) + p for s, p in zip(segments, pieces, strict=True))
    else:
        data = body.tobytes()
    head += struct.pack(">ih", n, len(codes)) + "".join(codes).encode()
    path.write_bytes(head + data)
    return path


def state(n: int, *spans: tuple[int, int]) -> np.ndarray:
    """Return states that are 1 in some spans of samples."""
    found = np.zeros(n, dtype=int)
    for start, stop in spans:
        found[start:stop] = 1
    return found


@pytest.mark.parametrize("version", [2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize(("bits", "span", "factor"), [(16, 6000, 6000 / 2**16), (0, 0, 1.0)])
def test_raw_values_are_microvolts(tmp_path, version, bits, span, factor):
    """Counts become microvolts by range over 2 ** bits, and are that where both are zero."""
    x = some(3, 200)
    segments = [(1, 0), (1, 900)] if version % 2 else None
    path = raw(tmp_path / "x.raw", x, version=version, bits=bits, span=span, segments=segments)
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), x * factor, rtol=1e-12)
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("E1", "eeg", "uV"),
        ("E2", "eeg", "uV"),
        ("E3", "eeg", "uV"),
    ]
    assert recording.rate_hz == 250


@pytest.mark.parametrize(("bits", "span"), [(0, 6000), (16, 0), (65, 6000)])
def test_half_a_scale_is_none(tmp_path, bits, span):
    """Bits without a range, or the reverse, leave the numbers without a unit."""
    x = some(2, 50)
    recording = one(raw(tmp_path / "x.raw", x, bits=bits, span=span))
    np.testing.assert_array_equal(recording.signal.read(), x)
    assert {c.unit for c in recording.channels} == {"adc"}
    assert [i.code for i in recording.issues] == ["no_scale"]


def test_raw_states_are_events_with_their_length(tmp_path):
    """A run is one event, a single sample a moment, up to the end, and across read blocks too."""
    n = 2**16 + 500
    codes = {
        "tap1": state(n, (0, 2), (50, 51), (2**16 - 3, 2**16 + 7)),
        "DIN2": state(n, (60, 61), (n - 4, n)),
        "sync": state(n, (10, 11)),
        "TREV": state(n, (20, 21)),
    }
    recording = one(raw(tmp_path / "x.raw", some(1, n), codes=codes))
    assert recording.events.name == ("tap1", "tap1", "DIN2", "tap1", "DIN2")
    onset = np.array([0, 50, 60, 2**16 - 3, n - 4]) / 250
    np.testing.assert_allclose(recording.events.onset_s, onset)
    np.testing.assert_allclose(recording.events.duration_s, np.array([2, 0, 0, 10, 4]) / 250)
    assert recording.clock.offset_s == START.timestamp()
    assert (recording.clock.id, recording.n_samples) == ("wall", n)
    assert (recording.bad, recording.issues) == ((), ())


@pytest.mark.parametrize(
    "when", [(0, 2, 29, 10, 11, 12, 0), (2024, 2, 30, 10, 11, 12, 0), (2024, 2, 29, 1, 1, 1, 1000)]
)
def test_a_start_that_cannot_be_is_none(tmp_path, when):
    """A day that is not in the calendar leaves the recording on its own clock."""
    assert one(raw(tmp_path / "x.raw", some(1, 50), when=when)).clock.id == "x.raw"


def test_a_resumed_raw_recording_is_cut(tmp_path):
    """``epoc`` marks where samples follow a pause; the first one is no cut."""
    codes = {"epoc": state(500, (0, 1), (250, 251))}
    recording = one(raw(tmp_path / "x.raw", some(1, 500), codes=codes))
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (1 - SEAM_S, 1 + SEAM_S)
    assert [i.code for i in recording.issues] == ["gaps"]


def test_raw_segments_are_pieces_named_by_category(tmp_path):
    """Each segment is an event of its category and ends the states in it; between them are cuts."""
    x, stim = some(2, 300), state(300, (98, 105), (299, 300))
    path = tmp_path / "x.raw"
    segments = [(2, 0), (1, 5000), (9, 90000)]
    raw(path, x, version=5, codes={"stm+": stim}, segments=segments, cats=("rare", "often"))
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), x * 6000 / 2**16)
    np.testing.assert_allclose(recording.signal.read(90, 210, (1,)), x[[1], 90:210] * 6000 / 2**16)
    events = zip(
        recording.events.name,
        recording.events.onset_s * 250,
        recording.events.duration_s * 250,
        strict=True,
    )
    assert sorted((name, round(at), round(n)) for name, at, n in events) == [
        ("category 9", 200, 100),
        ("often", 0, 100),
        ("rare", 100, 100),
        ("stm+", 98, 2),
        ("stm+", 100, 5),
        ("stm+", 299, 0),
    ]
    assert [b.reason for b in recording.bad] == ["the recording was cut here"] * 2
    assert recording.clock.id == "x.raw"
    assert [i.code for i in recording.issues] == ["segments", "gaps"]


@pytest.mark.parametrize("segments", [None, [(1, 0), (1, 9)]])
def test_a_truncated_raw_file_is_read_as_far_as_it_goes(tmp_path, segments):
    """Whole frames are read, what is missing is said, and a file without any is refused."""
    x = some(2, 100)
    path = raw(tmp_path / "x.raw", x, version=2 + bool(segments), segments=segments, span=0, bits=0)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read(), x[:, :97])
    assert "truncated" in [i.code for i in recording.issues]
    for n in (0, 3, 20, 37, len(whole) - 4 * 100 - 6 * len(segments or ())):
        path.write_bytes(whole[:n])
        with pytest.raises(UnreadableFile):
            read(path)


@pytest.mark.parametrize("version", [2, 4, 6])
def test_raw_agrees_with_mne(tmp_path, version):
    """MNE has the same microvolts where there is no scale, and the same events of one sample."""
    mne = pytest.importorskip("mne")
    codes = {"tap1": state(200, (50, 51), (70, 71)), "DIN2": state(200, (60, 61))}
    path = raw(tmp_path / "x.raw", some(3, 200), version=version, codes=codes, bits=0, span=0)
    theirs = mne.io.read_raw_egi(path, verbose="error")
    recording = one(path)
    ours = recording.signal.read()
    np.testing.assert_allclose(ours, theirs.get_data()[:3] * 1e6, rtol=1e-12)
    assert [c.name for c in recording.channels] == theirs.ch_names[:3]
    order = np.argsort(theirs.annotations.onset, kind="stable")
    np.testing.assert_allclose(recording.events.onset_s, theirs.annotations.onset[order])
    assert recording.events.name == tuple(theirs.annotations.description[order])


# The folder .mff, written with no library.


def block(x, *, rate=250, flag=1, optional=b"", depth=32, offsets=None):
    """Return a block of ``signalN.bin``; `flag` 0 leaves the header out."""
    n, n_samples = x.shape
    body = x.astype("<f4").tobytes()
    if not flag:
        return struct.pack("<i", 0) + body
    places = [4 * n_samples * i for i in range(n)] if offsets is None else offsets
    head = struct.pack(f"<{n}i", *places) + struct.pack(f"<{n}I", *[(rate << 8) + depth] * n)
    head += struct.pack("<i", len(optional)) + optional
    return struct.pack("<4i", 1, 16 + len(head), len(body), n) + head + body


def xml(root, body):
    """Return an XML file of EGI with its namespace."""
    name = {"fileInfo": "info", "dataInfo": "info_n", "PNSSet": "pnsSet", "eventTrack": "event"}
    space = f"http://www.egi.com/{name.get(root, root)}_mff"
    return f'{HEAD}<{root} xmlns="{space}">{body}</{root}>\n'


def info(version="3", start="2024-02-29T10:11:12.500000+01:00", amp="NA400"):
    """Return ``info.xml``."""
    stated = f"<mffVersion>{version}</mffVersion>" if version else ""
    return xml(
        "fileInfo",
        f"{stated}<recordTime>{start}</recordTime><ampType>{amp}</ampType>"
        "<ampSerialNumber>SERIAL7</ampSerialNumber>",
    )


def data_info(kind="EEG", gain=(), more=""):
    """Return ``infoN.xml`` with gains of the hardware."""
    listed = "".join(f'<ch n="{i}">{g}</ch>' for i, g in enumerate(gain, 1))
    calibrations = (
        f"<calibration><beginTime>0</beginTime><type>ICAL</type><channels>{listed}</channels>"
        "</calibration><calibration><beginTime>0</beginTime><type>GCAL</type>"
        f"<channels>{listed}</channels></calibration>"
    )
    return xml(
        "dataInfo",
        f"<generalInformation><fileDataType><{kind}><x/></{kind}></fileDataType>"
        f"</generalInformation>{more}<calibrations>{calibrations if gain else ''}</calibrations>",
    )


def epochs(*rows):
    """Return ``epochs.xml`` of (begin, end, first block, last block)."""
    tags = ("beginTime", "endTime", "firstBlock", "lastBlock")
    body = "".join(
        "<epoch>" + "".join(f"<{t}>{v}</{t}>" for t, v in zip(tags, r, strict=True)) + "</epoch>"
        for r in rows
    )
    return xml("epochs", body)


def net(*sensors, root="sensorLayout"):
    """Return ``sensorLayout.xml`` or ``coordinates.xml`` of (name, number, type)."""
    body = "".join(
        f"<sensor><name>{n}</name><number>{i}</number><type>{k}</type><x>1</x><y>1</y><z>1</z>"
        "</sensor>"
        for n, i, k in sensors
    )
    body = f"<name>HydroCel GSN 32 1.0</name><sensors>{body}</sensors>"
    if root == "coordinates":
        body = f"<sensorLayout>{body}</sensorLayout>"
    return xml(root, body)


def track(*events, name="ECI"):
    """Return a track of (time, duration, code, label, keys)."""
    body = ""
    for at, lasts, code, label, keys in events:
        listed = "".join(
            f'<key><keyCode>{k}</keyCode><data dataType="{t}">{v}</data></key>' for k, t, v in keys
        )
        body += (
            f"<event><beginTime>{at}</beginTime><duration>{lasts}</duration><code>{code}</code>"
            f"<label>{escape(label)}</label><keys>{listed}</keys></event>"
        )
    return xml("eventTrack", f"<name>{name}</name><trackType>EVNT</trackType>{body}")


def subject(**fields):
    """Return ``subject.xml``; underscores are blanks."""
    body = "".join(
        f'<field><name>{k.replace("_", " ")}</name><data dataType="string">{v}</data></field>'
        for k, v in fields.items()
    )
    return xml("patient", f"<fields>{body}</fields>")


def physio(*sensors):
    """Return ``pnsSet.xml`` of (name, unit)."""
    body = "".join(
        f"<sensor><name>{n}</name><number>{i}</number><unit>{u}</unit></sensor>"
        for i, (n, u) in enumerate(sensors)
    )
    return xml("PNSSet", f"<name>Physio 16</name><sensors>{body}</sensors>")


def categories(*cats):
    """Return ``categories.xml`` of (name, [segment]), each segment a dict."""
    body = ""
    for name, segments in cats:
        listed = ""
        for s in segments:
            faults = "".join(f"<fault>{f}</fault>" for f in s.get("faults", ()))
            bad = "".join(
                f'<channels signalBin="{k}" exclusion="badChannels">{v}</channels>'
                for k, v in s.get("bad", {}).items()
            )
            listed += (
                f'<seg status="{s.get("status", "good")}"><faults>{faults}</faults>'
                f"<beginTime>{s['span'][0]}</beginTime><endTime>{s['span'][1]}</endTime>"
                f"<evtBegin>{s.get('zero', s['span'][0])}</evtBegin><evtEnd>0</evtEnd>"
                f"<channelStatus>{bad}</channelStatus><keys>{s.get('keys', '')}</keys></seg>"
            )
        body += f"<cat><name>{name}</name><segments>{listed}</segments></cat>"
    return xml("categories", body)


def mff(folder, files):
    """Write a folder of these files; None leaves one out."""
    folder.mkdir(exist_ok=True)
    for name, body in files.items():
        at = folder / name
        at.parent.mkdir(exist_ok=True)
        if body is not None:
            at.write_bytes(body if isinstance(body, bytes) else body.encode())
    return folder


def plain(folder, x, **more):
    """Write a folder with one block of EEG, and further files by name without their ending."""
    n = x.shape[1]
    files = {
        "info.xml": info(),
        "info1.xml": data_info(),
        "signal1.bin": block(x),
        "epochs.xml": epochs((0, n * 4000, 1, 1)),
        "sensorLayout.xml": net(*(("", i + 1, 0) for i in range(len(x)))),
    }
    named = {"signal1": "signal1.bin", "signal2": "signal2.bin"}
    return mff(folder, files | {named.get(k, f"{k}.xml"): v for k, v in more.items()})


def test_samples_are_microvolts_times_the_gain(tmp_path):
    """Gains (GCAL) are multiplied, impedances are not, and a gain that cannot be leaves no unit."""
    x = some(3, 100)
    gain = (1.5, 0.25, 0)
    recording = one(plain(tmp_path / "x.mff", x, info1=data_info(gain=gain)))
    np.testing.assert_allclose(recording.signal.read(), x * np.array([[1.5], [0.25], [1]]))
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("E1", "eeg", "uV"),
        ("E2", "eeg", "uV"),
        ("E3", "eeg", "adc"),
    ]
    assert [(i.code, i.channel) for i in recording.issues] == [("no_scale", "E3")]
    assert recording.device == "EGI NA400 HydroCel GSN 32 1.0"
    assert "SERIAL7" not in repr(recording)


def test_blocks_follow_one_another(tmp_path):
    """Blocks of any length with a header, with a further header, and without one."""
    x = some(2, 90)
    optional = struct.pack("<iqqi", 1, 3, 90, 2)
    raw_blocks = (
        block(x[:, :40], optional=optional)
        + block(x[:, 40:80], flag=0)
        + block(x[:, 80:], offsets=(0, 40))
    )
    folder = plain(tmp_path / "x.mff", x, signal1=raw_blocks, epochs=epochs((0, 360000, 1, 3)))
    recording = one(folder)
    np.testing.assert_array_equal(recording.signal.read(), x)
    part = pickle.loads(pickle.dumps(recording.signal)).read(35, 85, (1,))
    np.testing.assert_array_equal(part, x[[1], 35:85])
    assert recording.signal.read(5, 5).shape == (2, 0)
    assert (recording.bad, recording.issues) == ((), ())


@pytest.mark.parametrize(
    ("start", "seconds"),
    [
        ("2024-02-29T10:11:12.500000-08:00", 0),
        ("2024-02-29T10:11:12.500000000+09:30", 0),
        ("2024-02-29T10:11:13.5Z", 1),
        ("2024-02-29T10:11:12.500000-8", 0),
    ],
)
def test_the_start_is_the_local_time_as_written(tmp_path, start, seconds):
    """Whatever the zone and digits, the clock's own time counts, and events keep their place."""
    at = start.replace(":12.5", ":13.5").replace(":13.5Z", ":14.5Z")
    events = track((at, 8000, "DIN1", "", ()))
    folder = plain(tmp_path / "x.mff", some(1, 500), info=info(start=start), Events_DIN=events)
    recording = one(folder)
    assert recording.clock.offset_s == START.timestamp() + seconds
    assert recording.clock.id == "wall"
    np.testing.assert_allclose(recording.events.onset_s, [1.0])
    np.testing.assert_allclose(recording.events.duration_s, [0.008])


def test_an_event_in_another_zone_keeps_its_instant(tmp_path):
    """The same instant is written with two zones."""
    events = track(
        ("2024-02-29T09:11:13.000000+00:00", 0, "a", "", ()),
        ("2024-02-29T10:11:13.250000+01:00", 0, "b", "", ()),
        ("2024-02-29T10:11:13.500000", 0, "c", "", ()),
        ("yesterday", 0, "d", "", ()),
    )
    recording = one(plain(tmp_path / "x.mff", some(1, 500), Events_a=events))
    np.testing.assert_allclose(recording.events.onset_s, [0.5, 0.75, 1.0])
    assert recording.events.name == ("a", "b", "c")
    assert [i.code for i in recording.issues] == ["events"]


@pytest.mark.parametrize(
    ("version", "stated"), [("0", 10**9), ("", 10**9), ("1", 10**6), ("3", 10**6), ("3", 10**9)]
)
def test_a_pause_is_kept_in_each_unit_of_time(tmp_path, version, stated):
    """Nanoseconds in version 0, else microseconds, unless the samples contradict; events fit in."""
    x = some(2, 700)
    begin = "2024-02-29T10:11:1"
    events = track(
        *((f"{begin}{s}+01:00", stated // 100, "DIN1", "", ()) for s in ("3.5", "5.5", "7.5"))
    )
    folder = plain(
        tmp_path / "x.mff",
        x,
        info=info(version=version),
        signal1=block(x[:, :500]) + block(x[:, 500:]),
        epochs=epochs((0, 2 * stated, 1, 1), (4 * stated, int(4.8 * stated), 2, 2)),
        Events_DIN=events,
    )
    recording = one(folder)
    values = recording.signal.read()
    assert values.shape == (2, 1200)
    np.testing.assert_array_equal(values[:, :500], x[:, :500])
    np.testing.assert_array_equal(values[:, 1000:], x[:, 500:])
    assert np.isnan(values[:, 500:1000]).all()
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s, bad.reason) == (2.0, 4.0, "not recorded")
    np.testing.assert_allclose(recording.events.onset_s, [1.0, 3.0, 5.0])
    np.testing.assert_allclose(recording.events.duration_s, [0.01] * 3)
    assert [i.code for i in recording.issues] == ["gaps"]


def test_a_first_epoch_that_begins_late_moves_the_start(tmp_path):
    """The clock is that of the first sample, and events count from it."""
    x = some(1, 250)
    events = track(("2024-02-29T10:11:15.000000+01:00", 0, "DIN1", "", ()))
    late = epochs((2_000_000, 3_000_000, 1, 1))
    recording = one(plain(tmp_path / "x.mff", x, epochs=late, Events_DIN=events))
    assert recording.clock.offset_s == START.timestamp() + 2
    np.testing.assert_allclose(recording.events.onset_s, [0.5])


def test_epochs_without_a_pause_are_one_piece(tmp_path):
    """Where one epoch begins as the last one ends, nothing was cut, unless these are segments."""
    x = some(2, 500)
    parts = {
        "signal1": block(x[:, :250]) + block(x[:, 250:]),
        "epochs": epochs((0, 10**6, 1, 1), (10**6, 2 * 10**6, 2, 2)),
    }
    assert one(plain(tmp_path / "x.mff", x, **parts)).bad == ()
    cats = categories(("rare", [{"span": (0, 10**6)}]), ("often", [{"span": (10**6, 2 * 10**6)}]))
    (bad,) = one(plain(tmp_path / "y.mff", x, **parts, categories=cats)).bad
    assert bad.reason == "the recording was cut here"


def test_segments_are_events_with_what_was_bad_in_them(tmp_path):
    """Categories span their segments, their time zero is marked, bad channels and segments hold."""
    x = some(3, 500)
    cats = categories(
        (
            "rare",
            [
                {
                    "span": (0, 10**6),
                    "zero": 200_000,
                    "status": "bad",
                    "faults": ("eyeb", "badc"),
                    "bad": {1: "2 3 99", 2: "1", "x": "1"},
                }
            ],
        ),
        ("often", [{"span": (5 * 10**6, 6 * 10**6), "zero": 5_200_000, "bad": {1: ""}}]),
    )
    folder = plain(
        tmp_path / "x.mff",
        x,
        signal1=block(x[:, :250]) + block(x[:, 250:]),
        epochs=epochs((0, 10**6, 1, 1), (5 * 10**6, 6 * 10**6, 2, 2)),
        categories=cats,
    )
    recording = one(folder)
    assert recording.events.name == ("rare", "rare t0", "often", "often t0")
    np.testing.assert_allclose(recording.events.onset_s, [0, 0.2, 5, 5.2])
    np.testing.assert_allclose(recording.events.duration_s, [1, 0, 1, 0])
    spans = {(b.start_s, b.stop_s, b.reason, b.channel) for b in recording.bad}
    assert spans == {
        (0.0, 1.0, "marked bad: eyeb badc", ""),
        (0.0, 1.0, "marked bad", "E1"),  # of a signal without a number: the first
        (0.0, 1.0, "marked bad", "E2"),
        (0.0, 1.0, "marked bad", "E3"),
        (1.0, 5.0, "not recorded", ""),
    }


def test_channels_of_the_whole_recording_are_bad_and_the_high_pass_is_stated(tmp_path):
    """Both stand beside the gains in ``info1.xml``."""
    more = (
        '<channels exclusion="badChannels">2 77 x</channels><channels exclusion="o">1</channels>'
        "<filters><filter><type>highpass</type><cutoffFrequency units='Hz'>0.10</cutoffFrequency>"
        "</filter><filter><type>lowpass</type><cutoffFrequency>100</cutoffFrequency></filter>"
        "</filters>"
    )
    recording = one(plain(tmp_path / "x.mff", some(2, 500), info1=data_info(more=more)))
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s, bad.channel) == (0.0, 2.0, "E2")
    assert [c.high_pass_hz for c in recording.channels] == [0.1, 0.1]


def test_physio_channels_are_beside_the_eeg(tmp_path):
    """Units are those of ``pnsSet.xml``, a further channel has none, one sample may be missing."""
    x, y = some(1, 500), some(5, 499, seed=2)
    sensors = (("EMG-Leg", "mV"), ("ECG", "uV"), ("Resp. Pressure", "mbar"), ("Body Position", ""))
    recording = one(
        plain(
            tmp_path / "x.mff",
            x,
            signal2=block(y),
            info2=data_info("PNSData", gain=(2.0,)),
            pnsSet=physio(*sensors),
        )
    )
    values = recording.signal.read()
    np.testing.assert_array_equal(values[0], x[0])
    factors = np.array([[2000], [1], [1], [1], [1]])
    np.testing.assert_array_equal(values[1:, :499], y * factors)
    assert np.isnan(values[1:, 499]).all()
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("E1", "eeg", "uV"),
        ("EMG-Leg", "emg", "uV"),
        ("ECG", "ecg", "uV"),
        ("Resp. Pressure", "resp", "mbar"),
        ("Body Position", "position", "adc"),
        ("PNS5", "misc", "adc"),
    ]
    lost = [(b.start_s, b.stop_s, b.channel) for b in recording.bad]
    assert lost == [(499 / 250, 2.0, c.name) for c in recording.channels[1:]]
    part = recording.signal.read(490, 500, (3, 0, 3))
    np.testing.assert_array_equal(part, values[[3, 0, 3], 490:500])


def test_signals_of_another_rate_are_recordings_of_their_own(tmp_path):
    """Each lies on the same epochs, and data that are no signals of sensors are left out."""
    x, y = some(1, 500), some(1, 1000, seed=2)
    folder = plain(
        tmp_path / "x.mff",
        x,
        signal2=block(y, rate=500),
        info2=data_info("PNSData"),
        pnsSet=physio(("EMG", "uV")),
    )
    mff(folder, {"signal3.bin": block(x), "info3.xml": data_info("sourceData")})
    eeg, other = read(folder)
    assert [(r.id, r.rate_hz) for r in (eeg, other)] == [("x.mff#250Hz", 250), ("x.mff#500Hz", 500)]
    np.testing.assert_array_equal(other.signal.read(), y)
    assert other.clock == eeg.clock
    assert [i.code for i in eeg.issues] == ["left_out"]
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.mff#250Hz", "x.mff#500Hz"]


def test_channels_have_the_names_of_the_net(tmp_path):
    """Names of sensors count, else numbers; fiducials are passed over, and order is by number."""
    sensors = [("", 2, 0), ("Cz", 1, 0), ("VREF", 3, 1), ("Nasion", 4, 2)]
    folder = plain(tmp_path / "x.mff", some(3, 50), sensorLayout=net(*sensors))
    recording = one(folder)
    assert [(c.name, c.kind, c.site) for c in recording.channels] == [
        ("Cz", "eeg", "Cz"),
        ("E2", "eeg", ""),
        ("VREF", "eeg", ""),
    ]
    measured = net(("None", 1, 0), ("Fz", 2, 0), ("", 3, 1), root="coordinates")
    folder = plain(
        tmp_path / "y.mff", some(3, 50), sensorLayout=net(*sensors), coordinates=measured
    )
    assert [c.name for c in one(folder).channels] == ["Cz", "Fz", "VREF"]
    folder = plain(tmp_path / "z.mff", some(4, 50), sensorLayout=net(*sensors))
    recording = one(folder)
    assert [c.name for c in recording.channels] == ["E1", "E2", "E3", "E4"]
    assert [i.code for i in recording.issues] == ["channels"]


def test_all_but_the_signal_and_its_start_may_be_missing(tmp_path):
    """Names are numbers then, and it is said that pauses are not known."""
    x = some(2, 50)
    folder = mff(tmp_path / "x.mff", {"info.xml": info(), "signal1.bin": block(x)})
    recording = one(folder)
    np.testing.assert_array_equal(recording.signal.read(), x)
    assert [c.name for c in recording.channels] == ["E1", "E2"]
    assert [i.code for i in recording.issues] == ["epochs"]
    assert recording.clock.offset_s == START.timestamp()


@pytest.mark.parametrize("name", ["info.xml", "signal1.bin"])
def test_without_these_the_folder_is_refused(tmp_path, name):
    """Neither the start and version nor the signal can be done without."""
    folder = plain(tmp_path / "x.mff", some(2, 50))
    (folder / name).unlink()
    with pytest.raises(UnreadableFile, match="Copy the whole"):
        read(folder)


def test_events_have_code_label_and_keys_but_not_the_person(tmp_path):
    """Names are struck out of texts; keys that tell of the subject, and ``sync``, are left out."""
    at = "2024-02-29T10:11:13.500000+01:00"
    keys = (
        ("cel#", "short", 4),
        ("subj", "short", 10),
        ("age_", "short", 71),
        ("Cont", "x", "Doe"),
    )
    events = track(
        (at, 1000, "stm+", "Jane Doe-Miller talks", keys),
        (at, 1000, "sync", "Amp time", ()),
        (at, 1000, "", "only a label", ()),
    )
    folder = plain(
        tmp_path / "jane doe.mff",
        some(1, 500),
        Events_ECI=events,
        subject=subject(
            Patient_ID="w1337",
            Last__Family__Name="Doe",
            First_Name="Jane",
            Age="71",
            Patient_State="talks",
        ),
        categories=categories(("rare w1337", [{"span": (0, 2 * 10**6)}])),
    )
    recording = one(folder)
    rows = set(zip(recording.events.name, recording.events.columns["label"].tolist(), strict=True))
    assert rows == {
        ("stm+", "[name] [name]-Miller talks"),
        ("only a label", "only a label"),
        ("rare [name]", ""),
        ("rare [name] t0", ""),
    }
    assert set(recording.events.columns["keys"].tolist()) == {"", "cel#=4 Cont=[name]"}
    assert "patient_in_name" in [i.code for i in recording.issues]


def test_without_the_names_no_text_is_passed_on(tmp_path):
    """A subject file that cannot be read leaves the codes, which are too short for a name."""
    at = "2024-02-29T10:11:13.500000+01:00"
    events = track(
        (at, 0, "DIN1", "Jane", (("Cont", "string", "Jane"),)), (at, 0, "Janes", "x", ())
    )
    folder = plain(tmp_path / "x.mff", some(1, 500), Events_ECI=events, subject="<patient>")
    recording = one(folder)
    assert recording.events.name == ("DIN1", "event")
    assert set(recording.events.columns["label"].tolist()) == {""}
    assert set(recording.events.columns["keys"].tolist()) == {""}
    folder = plain(tmp_path / "y.mff", some(1, 500), Events_ECI=events)
    mff(folder, {"subjects/a.xml": subject(First_Name="Jane")})
    recording = one(folder)
    assert recording.events.columns["label"].tolist() == ["[name]", "x"]


def test_averages_are_refused_with_a_reason(tmp_path):
    """The history of the folder or the number of averaged segments gives them away."""
    tool = "<entry><tool><method>{}</method></tool></entry>"
    averaging = xml("historyEntries", tool.format("Segmentation") + tool.format("Averaging"))
    with pytest.raises(UnreadableFile, match="averages"):
        read(plain(tmp_path / "x.mff", some(1, 50), history=averaging))
    key = '<key><keyCode>#seg</keyCode><data dataType="long">3</data></key>'
    cats = categories(("A", [{"span": (0, 200_000), "keys": key}]))
    with pytest.raises(UnreadableFile, match="averages"):
        read(plain(tmp_path / "y.mff", some(1, 50), categories=cats))
    cut = xml("historyEntries", tool.format("Segmentation"))
    assert one(plain(tmp_path / "z.mff", some(1, 50), history=cut)).n_samples == 50


def test_a_truncated_signal_keeps_the_channels_it_holds(tmp_path):
    """In the last block channels follow one another: those beyond the end are missing and bad."""
    x = some(4, 100)
    whole = block(x[:, :50]) + block(x[:, 50:])
    folder = plain(
        tmp_path / "x.mff",
        x,
        signal1=whole[: -4 * 75],
        epochs=epochs((0, 400_000, 1, 2)),
    )
    recording = one(folder)
    values = recording.signal.read()
    kept = x.astype(float)
    kept[2, 75:] = kept[3, 50:] = np.nan
    np.testing.assert_array_equal(values, kept)
    np.testing.assert_array_equal(recording.signal.read(60, 90, (3, 2)), kept[[3, 2], 60:90])
    assert [(b.start_s, b.stop_s, b.channel) for b in recording.bad] == [
        (75 / 250, 0.4, "E3"),
        (50 / 250, 0.4, "E4"),
    ]
    assert [i.code for i in recording.issues] == ["truncated"]
    (folder / "signal1.bin").write_bytes(whole[: len(whole) // 2])
    recording = one(folder)
    np.testing.assert_array_equal(recording.signal.read(), x[:, :50])


def test_samples_after_the_last_epoch_are_cut_off_from_it(tmp_path):
    """Blocks that no epoch names were recorded at an unknown time."""
    x = some(1, 500)
    folder = plain(
        tmp_path / "x.mff",
        x,
        signal1=block(x[:, :250]) + block(x[:, 250:]),
        epochs=epochs((0, 10**6, 1, 1)),
    )
    recording = one(folder)
    np.testing.assert_array_equal(recording.signal.read(), x)
    assert [b.reason for b in recording.bad] == ["the recording was cut here"]
    assert [i.code for i in recording.issues] == ["epochs", "gaps"]


def test_epochs_that_contradict_the_samples_are_cuts(tmp_path):
    """Where no unit of time fits, pauses have no length, and events have no place."""
    x = some(1, 500)
    at = "2024-02-29T10:11:13.500000+01:00"
    recording = one(
        plain(
            tmp_path / "x.mff",
            x,
            signal1=block(x[:, :250]) + block(x[:, 250:]),
            epochs=epochs((0, 77, 1, 1), (80, 99, 2, 2)),
            Events_DIN=track((at, 0, "DIN1", "", ())),
        )
    )
    assert [b.reason for b in recording.bad] == ["the recording was cut here"]
    assert [i.code for i in recording.issues] == ["epochs", "gaps", "events"]
    assert (len(recording.events), recording.clock.id) == (0, "x.mff")


@pytest.mark.parametrize("rows", [((0, 10**6, 2, 2),), ((0, 10**6, 1, 1), (0, 10**6, 1, 1))])
def test_epochs_out_of_order_are_refused(tmp_path, rows):
    """Epochs that do not name the blocks in order cannot be trusted."""
    with pytest.raises(UnreadableFile, match="do not name the blocks"):
        read(plain(tmp_path / "x.mff", some(1, 250), epochs=epochs(*rows)))


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (lambda x: block(x, depth=64), "64 bits"),
        (lambda x: block(x, offsets=(0, 0)), "contradicts itself"),
        (lambda x: block(x) + block(x, rate=500), "change on the way"),
        (lambda x: block(x, flag=0), "no header"),
        (lambda x: block(x) + struct.pack("<4i", 7, 99, 99, 2), "damaged"),
        (lambda x: block(x)[:20], "no samples"),
        (lambda x: b"", "no samples"),
    ],
)
def test_blocks_that_cannot_be_are_refused(tmp_path, bad, says):
    """The error says what is wrong with the signal."""
    x = some(2, 50)
    with pytest.raises(UnreadableFile, match=rf"signal1\.bin: is damaged .*{says}"):
        read(plain(tmp_path / "x.mff", x, signal1=bad(x)))


def test_xml_is_read_with_care(tmp_path):
    """Entities are never resolved, and signs that XML forbids do not stop the reader."""
    at = "2024-02-29T10:11:13.500000+01:00"
    odd = track((at, 0, "DIN1", "closed \uffff eyes \x01", ()))
    latin = track((at, 0, "DIN2", "müde", ())).encode("cp1252")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + track((at, 0, "DIN3", "&a;", ()))[len(HEAD) :]
    folder = plain(tmp_path / "x.mff", some(1, 500), Events_1=odd, Events_2=latin, Events_3=bomb)
    recording = one(folder)
    assert recording.events.name == ("DIN1", "DIN2")
    assert recording.events.columns["label"].tolist() == ["closed eyes", "müde"]
    assert [i.code for i in recording.issues] == ["damaged_file"]


def test_a_folder_agrees_with_mne_and_mffpy(tmp_path):
    """Values, names, start, pause and events are MNE's, and the values are mffpy's."""
    mne = pytest.importorskip("mne")
    mffpy = pytest.importorskip("mffpy")
    x, y = some(3, 700), some(2, 700, seed=2)
    begin = "2024-02-29T10:11:1"
    events = track(
        *(
            (f"{begin}{s}0000+01:00", 1000, c, c, ())
            for s, c in (("3.50", "DIN1"), ("7.02", "tap1"))
        )
    )
    sensors = [("", 1, 0), ("", 2, 0), ("VREF", 3, 1)]
    folder = plain(
        tmp_path / "x.mff",
        x,
        info1=data_info(gain=(1.01, 0.99, 1)),
        info2=data_info("PNSData"),
        signal1=block(x[:, :500]) + block(x[:, 500:]),
        signal2=block(y[:, :500]) + block(y[:, 500:]),
        pnsSet=physio(("EMG", "uV"), ("Resp. Pressure", "mbar")),
        epochs=epochs((0, 2_000_000, 1, 1), (4_000_000, 4_800_000, 2, 2)),
        sensorLayout=net(*sensors),
        coordinates=net(*sensors, root="coordinates"),
        Events_DIN=events,
    )
    theirs = mne.io.read_raw_egi(folder, verbose="error")
    recording = one(folder)
    names = [c.name for c in recording.channels]
    ours = recording.signal.read()
    assert names == [n for n in theirs.ch_names if n not in ("DIN1", "tap1")]
    values = theirs.get_data(picks=names) * np.array([[1e6]] * 4 + [[1]])
    np.testing.assert_allclose(np.nan_to_num(ours), values, rtol=1e-6)
    marks = [i for i, d in enumerate(theirs.annotations.description) if d in ("DIN1", "tap1")]
    np.testing.assert_allclose(recording.events.onset_s, theirs.annotations.onset[marks])
    assert recording.events.name == tuple(theirs.annotations.description[marks])
    assert recording.clock.offset_s == theirs.info["meas_date"].timestamp() + 3600  # local time
    reader = mffpy.Reader(str(folder))
    blocks_of_theirs = [reader.get_physical_samples_from_epoch(e)["EEG"][0] for e in reader.epochs]
    np.testing.assert_allclose(ours[:3, :500], blocks_of_theirs[0], rtol=1e-6)
    np.testing.assert_allclose(ours[:3, 1000:], blocks_of_theirs[1], rtol=1e-6)


def test_what_mffpy_writes_is_read_back(tmp_path):
    """An independent writer's ``.mff`` has its values, and all files of the folder are sources."""
    pytest.importorskip("mffpy")
    from mffpy.bin_writer import BinWriter
    from mffpy.writer import Writer

    x = np.random.default_rng(14).normal(0, 20, (4, 500)).astype(np.float32)
    folder = tmp_path / "x.mff"
    writer, samples = Writer(str(folder)), BinWriter(sampling_rate=250, data_type="EEG")
    writer.addxml("fileInfo", recordTime=START)
    samples.add_block(x[:, :250])
    samples.add_block(x[:, 250:], offset_us=500_000)
    writer.addbin(samples)
    writer.write()
    (recording,) = read_visit(tmp_path).recordings
    values = recording.signal.read()
    np.testing.assert_array_equal(values[:, :250], x[:, :250])
    np.testing.assert_array_equal(values[:, 375:], x[:, 250:])
    assert [(b.start_s, b.stop_s) for b in recording.bad] == [(1.0, 1.5)]
    assert recording.id == "x.mff"
    assert {s.path for s in recording.sources} == {f"x.mff/{p.name}" for p in folder.iterdir()}
    # The samples are hashed while they are looked at.
    hashed = {Path(s.path).name for s in recording.sources if s.sha256}
    assert hashed == {p.name for p in folder.iterdir()} - {"signal1.bin"}


def test_a_folder_can_be_a_recording(tmp_path):
    """All that is in an ``.mff`` leads to the folder, which is one file of a visit."""
    folder = mff(tmp_path / "x.mff", {"signal1.bin": bytes(64), "info.xml": "<fileInfo/>"})
    assert leader_of(folder / "signal1.bin") == folder
    assert of(folder).id == "egi"
    visit = read_visit(tmp_path)
    assert [lost.path for lost in visit.lost] == ["x.mff"]
    assert [lost.path for lost in read_visit(folder).lost] == ["x.mff"]
    with pytest.raises(UnreadableFile, match="a folder"):
        of(tmp_path)
    (tmp_path / "y.mff").mkdir()
    with pytest.raises(UnreadableFile, match="empty"):
        read(tmp_path / "y.mff")


@FEW
@given(data=st.data())
def test_a_part_equals_the_slice_of_the_whole(tmp_path, data):
    """Any samples of any channels, also across blocks, segments and pauses, and after pickling."""
    at = tmp_path / "x.mff"
    if not at.exists():
        x, y = some(3, 700), some(2, 699, seed=2)
        plain(
            at,
            x,
            signal1=block(x[:, :200]) + block(x[:, 200:500], flag=1) + block(x[:, 500:]),
            signal2=block(y[:, :200]) + block(y[:, 200:500]) + block(y[:, 500:]),
            epochs=epochs((0, 2_000_000, 1, 2), (2_400_000, 3_200_000, 3, 3)),
        )
        raw(tmp_path / "x.raw", some(5, 800), version=7, segments=[(1, 0)] * 4, cats=("a",))
    signal = one(data.draw(st.sampled_from([at, tmp_path / "x.raw"]))).signal
    start, stop = data.draw(st.integers(0, 800)), data.draw(st.integers(0, 810))
    rows = tuple(data.draw(st.permutations(range(5)))[: data.draw(st.integers(0, 5))])
    part = pickle.loads(pickle.dumps(signal)).read(start, stop, rows)
    np.testing.assert_array_equal(part, signal.read()[list(rows), start:stop])


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes are overwritten or cut off, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    x, states = some(2, 60), {"tap1": state(60, (5, 9)), "epoc": state(60, (30, 31))}
    if data.draw(st.booleans()):
        version = data.draw(st.integers(2, 7))
        segments = [(1, 0), (2, 9)] if version % 2 else None
        at = file = raw(
            folder / "x.raw", x, version=version, codes=states, segments=segments, cats=("a", "b")
        )
    else:
        event = ("2024-02-29T10:11:12.600000+01:00", 1000, "DIN1", "eyes", (("c", "short", 1),))
        at = plain(
            folder / "x.mff",
            x,
            info1=data_info(gain=(1.1, 1)),
            signal1=block(x[:, :30]) + block(x[:, 30:]),
            signal2=block(x[:, :30]) + block(x[:, 30:], flag=0),
            pnsSet=physio(("EMG", "mV"), ("ECG", "uV")),
            epochs=epochs((0, 120_000, 1, 1), (200_000, 320_000, 2, 2)),
            Events_1=track(event),
            subject=subject(First_Name="Jane"),
            categories=categories(("a", [{"span": (0, 120_000), "bad": {1: "1 2"}}])),
        )
        file = data.draw(st.sampled_from(sorted(at.iterdir())))
    body = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=4))
        body[place : place + len(bite)] = bite
    file.write_bytes(bytes(body[: data.draw(st.integers(1, len(body) + 50))]))
    try:
        for recording in read(at):
            recording.signal.read(0, 5)
            recording.signal.read(max(0, recording.n_samples - 5))
    except EutoniaError as error:
        assert at.name in str(error)
