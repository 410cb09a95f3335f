"""Spike2 of 32 bits: files written by the SON declarations, with no code of the reader."""

import datetime
import os
import pickle
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 250_000, tzinfo=datetime.UTC).timestamp()
ADC, FALL, BOTH, MARKER, ADC_MARK, TEXT, REAL = 1, 2, 4, 5, 6, 8, 9
#: The file's clock in the tests: 10 units of 1 microsecond in a tick.
TICK_S = 1e-5


def counted(text: str, size: int, coding: str = "cp1252") -> bytes:
    """Return a text of the format: its length in a byte, then its bytes, padded."""
    raw = text.encode(coding)
    return (bytes([len(raw)]) + raw).ljust(size + 1, b"\0")


def channel(kind: int, title: str, blocks: list, **more) -> dict:
    """Return a channel: each block is its first tick and the items, or the marks' bytes."""
    base = {"unit": "", "scale": 1.0, "offset": 0.0, "divide": 0, "extra": 0}
    return base | {"kind": kind, "title": title, "blocks": blocks} | more


def payload(one: dict, block: tuple) -> tuple[int, int, int, bytes]:
    """Return first and last tick, number of items and bytes of a block."""
    start, items = block
    if one["kind"] in (ADC, REAL):
        x = np.asarray(items, dtype="<i2" if one["kind"] == ADC else "<f4")
        return start, start + (len(x) - 1) * one["divide"], len(x), x.tobytes()
    ticks = [struct.unpack_from("<i", item)[0] for item in items]
    return ticks[0], ticks[-1], len(items), b"".join(items)


def mark(tick: int, codes: tuple = (), text: bytes = b"", extra: int = 0) -> bytes:
    """Return a mark: its tick, four codes and a text that ends with a zero byte."""
    tail = bytes((*codes, 0, 0, 0, 0)[:4]) if codes else b""
    return struct.pack("<i", tick) + tail + text.ljust(extra, b"\0")


def son(path: Path, channels: list[dict], *, system: int = 6, dated: bool = True) -> Path:
    """Write a SON file; the blocks of all channels lie in order of time, as they are recorded."""
    unit = 512 if system >= 9 else 1
    n_head = -(-(512 + 140 * (len(channels) + 1)) // 512) * 512  # one more that is off
    head = bytearray(n_head)
    struct.pack_into("<h10s8s", head, 0, system, b"(C) CED 87", b"SPIKE2  ")
    struct.pack_into("<HHhi", head, 20, 10, 1 if system >= 6 else 4, 0, n_head // unit)
    struct.pack_into("<hHHHH", head, 30, len(channels) + 1, 0, 0, 0, 0)
    struct.pack_into("<id", head, 40, 10**6, 1e-6)
    if dated:
        struct.pack_into("<6BH", head, 52, 25, 12, 11, 10, 29, 2, 2024)
    head[112:192] = counted("SECRET NAME", 79)
    order = sorted(
        (payload(one, block)[0], i, k)
        for i, one in enumerate(channels)
        for k, block in enumerate(one["blocks"])
    )
    at, where = n_head, {}
    for _, i, k in order:
        where[i, k] = at
        size = 20 + len(payload(channels[i], channels[i]["blocks"][k])[3])
        at += -(-size // 512) * 512
    body = bytearray(at - n_head)
    for (i, k), place in where.items():
        start, stop, n, raw = payload(channels[i], channels[i]["blocks"][k])
        before, after = (where.get((i, j), -unit) // unit for j in (k - 1, k + 1))
        head_of_block = struct.pack("<4i2H", before, after, start, stop, i + 1, n)
        body[place - n_head : place - n_head + 20 + len(raw)] = head_of_block + raw
    for i, one in enumerate(channels):
        spots = [where[i, k] // unit for k in range(len(one["blocks"]))] or [-1]
        struct.pack_into(
            "<HiiiHHhHHH72siih10sfBBff6sH",
            head,
            512 + 140 * i,
            *(0, -1, spots[0], spots[-1], len(one["blocks"]) & 0xFFFF, one["extra"], 0),
            *(len(one["blocks"]) >> 16, 512, 246, counted("SECRET", 71), 10**6),
            *(one["divide"] if system >= 6 else 0, i, counted(one["title"], 9), 0.0),
            *(one["kind"], 0, one["scale"], one["offset"], counted(one["unit"], 5)),
            1 if system >= 6 else one["divide"] // 4,
        )
    path.write_bytes(bytes(head) + bytes(body))
    return path


def cut(x: np.ndarray, sizes: tuple, *, start: int = 0, divide: int) -> list:
    """Return blocks of some sizes that follow one another."""
    edges = np.cumsum([0, *sizes])
    assert edges[-1] == len(x)
    return [(start + int(a) * divide, x[a:b]) for a, b in pairwise(edges)]


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def emg(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Return counts of two channels."""
    counts = np.random.default_rng(1).integers(-32768, 32768, (2, n))
    return counts[0], counts[1]


def two(path: Path, **more) -> Path:
    """Write two channels of 1 kHz that begin at tick 500, in blocks that do not agree."""
    a, b = emg()
    return son(
        path,
        [
            channel(
                ADC, "EMG SCM R", cut(a, (246, 246, 108), start=500, divide=100),
                unit="mVolt", scale=2.0, offset=-0.5, divide=100,
            ),
            channel(
                ADC, "Cz", cut(b, (100, 400, 100), start=500, divide=100),
                unit="uV", scale=50.0, offset=3.0, divide=100,
            ),
        ],
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("system", [3, 6, 8, 9])
def test_counts_become_values_by_scale_offset_and_unit(tmp_path, system):
    """A count times scale over 6553.6 plus offset, in microvolts, in every version of the file."""
    recording = one(two(tmp_path / "x.smr", system=system))
    a, b = emg()
    np.testing.assert_allclose(
        recording.signal.read(),
        [(a * 2 / 6553.6 - 0.5) * 1000, b * 50 / 6553.6 + 3],
        rtol=1e-6,  # the file keeps scales as float32
    )
    assert recording.rate_hz == 1000
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("EMG SCM R", "emg", "uV"),
        ("Cz", "eeg", "uV"),
    ]
    assert recording.channels[0].side == "right"
    assert recording.signal.units == ("mVolt", "uV")
    assert recording.bad == ()
    assert recording.issues == ()


@pytest.mark.parametrize(("scale", "offset"), [(0.0, 1.0), (np.inf, 0.0), (1.0, np.nan)])
def test_a_scale_that_cannot_be_leaves_counts(tmp_path, scale, offset):
    """Counts of a channel without a scale have no unit, whatever the file calls it."""
    x = np.arange(100)
    block = cut(x, (100,), divide=100)
    more = {"unit": "uV", "scale": scale, "offset": offset, "divide": 100}
    recording = one(son(tmp_path / "x.smr", [channel(ADC, "EMG1", block, **more)]))
    np.testing.assert_array_equal(recording.signal.read()[0], x)
    assert recording.channels[0].unit == "adc"


def test_the_start_is_that_of_the_first_sample(tmp_path):
    """The header dates tick 0; sampling began 500 ticks of 10 microseconds later."""
    recording = one(two(tmp_path / "x.smr"))
    assert recording.clock.id == "wall"
    assert recording.clock.offset_s == pytest.approx(START + 500 * TICK_S, abs=1e-6)
    assert one(two(tmp_path / "y.smr", dated=False)).clock.id == "y.smr"
    assert one(two(tmp_path / "z.smr", system=3)).clock.id == "z.smr"  # before dates were kept


def test_it_agrees_with_neo_where_that_reads_a_file(tmp_path):
    """An independent reader has the same values, rate, start and marks."""
    rawio = pytest.importorskip("neo").rawio
    path = two(tmp_path / "x.smr")
    neo = rawio.Spike2RawIO(filename=str(path), try_signal_grouping=False)
    neo.parse_header()
    recording = one(path)
    for i in range(2):
        raw = neo.get_analogsignal_chunk(0, 0, 0, 600, stream_index=i, channel_names=None)
        theirs = neo.rescale_signal_raw_to_float(raw, dtype="float64", stream_index=i)[:, 0]
        factor = (1000, 1)[i]  # neo leaves values in the file's unit
        np.testing.assert_allclose(recording.signal.read()[i], theirs * factor, rtol=1e-6)
        assert neo.get_signal_sampling_rate(i) == pytest.approx(recording.rate_hz)
        assert neo.get_signal_t_start(0, 0, i) == pytest.approx(500 * TICK_S)


@FEW
@given(data=st.data())
def test_a_part_equals_the_slice_of_the_whole(tmp_path, data):
    """Any samples of any channels, also across the borders of blocks, and after pickling."""
    path = tmp_path / "x.smr"
    signal = one(path if path.exists() else two(path)).signal
    start = data.draw(st.integers(0, 600))
    stop = data.draw(st.integers(0, 610))
    rows = tuple(data.draw(st.permutations([0, 1]))[: data.draw(st.integers(0, 2))])
    part = pickle.loads(pickle.dumps(signal)).read(start, stop, rows)
    np.testing.assert_array_equal(part, signal.read()[list(rows), start:stop])


def test_each_rate_is_a_recording_on_one_clock(tmp_path):
    """Float waves are taken as they are; what starts later lies later, with and without a date."""
    x = np.random.default_rng(2).normal(0, 40, 300).astype("<f4")
    y = np.arange(100)
    for dated in (True, False):
        path = son(
            tmp_path / f"{dated}.smr",
            [
                channel(
                    REAL, "EEG Fp1", cut(x, (120, 180), start=100, divide=50), unit="uV", divide=50
                ),
                channel(ADC, "Force", cut(y, (100,), start=2000, divide=400), unit="N", divide=400),
                channel(MARKER, "Digmark", [(3000, [mark(3000, (7,))])]),
            ],
            dated=dated,
        )
        fast, slow = read(path)
        assert [r.id for r in (fast, slow)] == [f"{path.name}#2000Hz", f"{path.name}#250Hz"]
        np.testing.assert_array_equal(fast.signal.read()[0], x)
        np.testing.assert_allclose(slow.signal.read()[0], y / 6553.6)
        assert slow.clock.offset_s - fast.clock.offset_s == pytest.approx(1900 * TICK_S, abs=1e-6)
        assert dated or fast.clock.offset_s == 0
        # The same mark, 30 ms after tick 0, from the first sample of each.
        np.testing.assert_allclose(fast.events.onset_s, [0.029])
        np.testing.assert_allclose(slow.events.onset_s, [0.01])
        assert slow.channels[0].unit == "N"


def test_a_pause_is_kept_and_marks_stay_in_time(tmp_path):
    """Samples not recorded are NaN and bad; marks before, in and after it keep their time."""
    x = np.arange(1, 401)
    blocks = cut(x[:200], (150, 50), divide=100) + cut(x[200:], (200,), start=30_000, divide=100)
    marks = [mark(t, (i + 1,)) for i, t in enumerate((5000, 25_000, 35_050))]
    path = son(
        tmp_path / "x.smr",
        [
            channel(ADC, "EMG1", blocks, unit="uV", scale=6553.6, divide=100),
            channel(ADC, "EMG2", blocks, unit="uV", scale=6553.6, divide=100),
            channel(MARKER, "Go", [(0, marks)]),
        ],
    )
    recording = one(path)
    values = recording.signal.read()
    assert values.shape == (2, 500)
    np.testing.assert_allclose(values[1, :200], x[:200], rtol=1e-6)
    assert np.isnan(values[:, 200:300]).all()
    np.testing.assert_allclose(values[0, 300:], x[200:], rtol=1e-6)
    np.testing.assert_array_equal(recording.signal.read(190, 310, (1,)), values[[1], 190:310])
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s, bad.channel) == (pytest.approx(0.2), pytest.approx(0.3), "")
    np.testing.assert_allclose(recording.events.onset_s, [0.05, 0.25, 0.3505])
    assert [i.code for i in recording.issues] == ["gaps"]


def test_a_pause_much_longer_than_the_recording_is_a_cut(tmp_path):
    """Minutes of nothing are not stored; a mark in them lies on the cut, a later one after it."""
    x = np.arange(100)
    blocks = [*cut(x, (100,), divide=100), *cut(x, (100,), start=10**7, divide=100)]
    path = son(
        tmp_path / "x.smr",
        [
            channel(ADC, "EMG1", blocks, unit="uV", divide=100),
            channel(MARKER, "Go", [(0, [mark(10**6, (1,)), mark(10**7 + 1000, (2,))])]),
        ],
    )
    recording = one(path)
    assert recording.n_samples == 200
    np.testing.assert_allclose(recording.events.onset_s, [0.1, 0.11])
    assert [b.reason for b in recording.bad] == ["the recording was cut here"]


def test_channels_that_start_and_pause_apart_stay_aligned(tmp_path):
    """Each sample lies at its own time; a channel is bad where only others were recorded."""
    a, b = np.arange(1, 401), np.arange(1001, 1301)
    path = son(
        tmp_path / "x.smr",
        [
            channel(ADC, "EMG1", cut(a, (400,), divide=100), unit="uV", scale=6553.6, divide=100),
            channel(
                ADC, "EMG2",
                cut(b[:100], (100,), start=5000, divide=100)
                + cut(b[100:], (200,), start=20_000, divide=100),
                unit="uV", scale=6553.6, divide=100,
            ),
        ],
    )  # fmt: skip
    recording = one(path)
    values = recording.signal.read()
    np.testing.assert_allclose(values[0], a, rtol=1e-6)
    expected = np.full(400, np.nan)
    expected[50:150], expected[200:400] = b[:100], b[100:]
    np.testing.assert_allclose(values[1], expected, rtol=1e-6)
    spans = [(x.channel, round(x.start_s, 6), round(x.stop_s, 6)) for x in recording.bad]
    assert spans == [("EMG2", 0.0, 0.05), ("EMG2", 0.15, 0.2)]


def test_channels_sampled_in_turn_lie_at_the_nearest_sample(tmp_path):
    """A third of an interval is no shift and two thirds are one sample, which is stated."""
    x = np.arange(50)
    more = {"unit": "uV", "divide": 90}
    starts = {"EMG1": 0, "EMG2": 30, "EMG3": 60}
    path = son(
        tmp_path / "x.smr",
        [
            channel(ADC, name, cut(x, (20, 30), start=at, divide=90), **more)
            for name, at in starts.items()
        ],
    )
    recording = one(path)
    values = recording.signal.read() * 6553.6
    np.testing.assert_allclose(values[:2, :50], [x, x])
    np.testing.assert_allclose(values[2, 1:], x)
    assert np.isnan(values[[0, 1, 2], [50, 50, 0]]).all()
    interval = 90 * TICK_S
    expected = [("EMG1", 50), ("EMG2", 50), ("EMG3", 0)]
    assert [(b.channel, round(b.start_s / interval)) for b in recording.bad] == expected
    (issue,) = recording.issues
    assert issue.code == "skew"
    assert "0.3 ms" in issue.message


def test_marks_have_their_texts_codes_and_channels(tmp_path):
    """Texts name themselves; codes follow the channel's title; the keyboard's are its keys."""
    texts = [mark(3000, (1,), "Übung links".encode("cp1252"), 24), mark(4000, (9,), b"", 24)]
    path = son(
        tmp_path / "x.smr",
        [
            channel(ADC, "EMG1", cut(np.zeros(100), (100,), divide=100), unit="uV", divide=100),
            channel(FALL, "Stim", [(0, [mark(1000), mark(9000)])]),
            channel(BOTH, "Level", [(0, [mark(2000), mark(2500)])]),
            channel(MARKER, "Keyboard", [(0, [mark(1500, (97,))]), (0, [mark(6000, (200,))])]),
            channel(MARKER, "DigMark", [(0, [mark(500, (65,)), mark(5000, (0, 3))])]),
            channel(TEXT, "TextMark", [(0, texts)], extra=24),
            channel(ADC_MARK, "Units", [(0, [mark(100, (1,), bytes(8), 8)])], extra=8),
        ],
    )
    recording = one(path)
    events = list(zip(recording.events.onset_s.round(6), recording.events.name, strict=True))
    assert events == [
        (0.005, "DigMark 65"),
        (0.01, "Stim"),
        (0.015, "Keyboard a"),
        (0.02, "Level"),
        (0.025, "Level"),
        (0.03, "Übung links"),
        (0.04, "TextMark 9"),
        (0.05, "DigMark 0 3"),
        (0.06, "Keyboard 200"),
        (0.09, "Stim"),
    ]
    assert recording.events.columns["codes"].tolist()[:3] == ["65", "", "97"]
    assert recording.events.columns["channel"].tolist()[5] == "TextMark"
    (issue,) = recording.issues
    assert issue.code == "left_out"
    assert "Units" in issue.message


def test_nothing_of_comments_is_passed_on(tmp_path):
    """A patient's name in the comments of the file or of channels is not kept."""
    two(tmp_path / "x.smr")
    visit = read_visit(tmp_path)
    assert "SECRET" not in repr(visit)
    assert [s.path for s in visit.recordings[0].sources] == ["x.smr"]


def test_a_suffix_in_capitals_is_known(tmp_path):
    """Files of older Windows end in ``.SMR``."""
    assert of(two(tmp_path / "X.SMR")).id == "spike2"
    assert [r.id for r in read_visit(tmp_path).recordings] == ["X.SMR"]


def test_a_file_beyond_two_gigabytes_is_read(tmp_path):
    """From system 9 on, places are counted in blocks of 512 bytes; most of this file is empty."""
    far = 5_000_000 * 512
    path = two(tmp_path / "x.smr", system=9)
    raw = bytearray(path.read_bytes())
    (last,) = struct.unpack_from("<i", raw, 512 + 10)
    before = struct.unpack_from("<i", raw, last * 512)[0]
    struct.pack_into("<i", raw, before * 512 + 4, far // 512)
    struct.pack_into("<i", raw, 512 + 10, far // 512)
    expected = one(path).signal.read()
    block = bytes(raw[last * 512 : last * 512 + 512])
    raw[last * 512 : last * 512 + 512] = bytes(512)
    with path.open("wb") as file:
        file.write(raw)
        os.truncate(file.fileno(), far)
        file.seek(far)
        file.write(block)
    np.testing.assert_array_equal(one(path).signal.read(), expected)


def test_more_blocks_than_sixteen_bits_count(tmp_path):
    """The high word of the number of blocks counts in system 9."""
    n = 65_540
    x = np.arange(n) % 1000
    blocks = [(i * 100, x[i : i + 1]) for i in range(n)]
    path = son(tmp_path / "x.smr", [channel(ADC, "EMG1", blocks, unit="uV", divide=100)], system=9)
    recording = one(path)
    assert recording.n_samples == n
    np.testing.assert_allclose(recording.signal.read(n - 3, n)[0], x[-3:] / 6553.6)


def test_a_truncated_file_keeps_what_is_whole_and_says_so(tmp_path):
    """Samples before the cut are unchanged, the others are missing, and the channels are named."""
    path = two(tmp_path / "x.smr")
    whole = one(path).signal.read()
    raw = path.read_bytes()
    for keep in (0.4, 0.6, 0.8):
        path.write_bytes(raw[: int(keep * len(raw))])
        recording = one(path)
        values = recording.signal.read()
        held = np.isfinite(values)
        assert 0 < held.sum() < whole.size
        np.testing.assert_array_equal(values[held], whole[:, : values.shape[1]][held])
        assert {i.code for i in recording.issues} >= {"truncated"}
    path.write_bytes(raw[:600])
    with pytest.raises(UnreadableFile, match="ends within its header"):
        one(path)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (20, b"\0\0", "header is damaged"),  # no length of a tick
        (30, b"\xff\xff", "header is damaged"),
        (44, struct.pack("<d", float("nan")), "header is damaged"),
        (38, b"\x01\x01", "Macintosh"),
        (512 + 102, struct.pack("<i", 99), "holds no samples"),  # the blocks' times disprove it
        (512 + 6, struct.pack("<i", -1), "holds no samples"),
        (512 + 122, b"\0", "holds no samples"),  # the only channel is off
    ],
)
def test_what_is_damaged_is_refused_in_a_sentence(tmp_path, at, value, says):
    """No value of a damaged header is believed; a rate must agree with the times of the blocks."""
    x = np.arange(100)
    path = son(
        tmp_path / "x.smr",
        [channel(ADC, "EMG1", cut(x, (50, 50), divide=100), unit="uV", divide=100)],
    )
    raw = bytearray(path.read_bytes())
    raw[at : at + len(value)] = value
    path.write_bytes(bytes(raw))
    with pytest.raises(UnreadableFile, match=says):
        one(path)


def test_a_chain_that_turns_back_ends(tmp_path):
    """A block that names an earlier one ends the channel, which is said."""
    path = two(tmp_path / "x.smr")
    raw = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<i", raw, 512 + 6)
    (second,) = struct.unpack_from("<i", raw, first + 4)
    struct.pack_into("<i", raw, second + 4, first)
    path.write_bytes(bytes(raw))
    recording = one(path)
    assert [(i.code, i.channel) for i in recording.issues] == [("truncated", "EMG SCM R")]
    assert np.isfinite(recording.signal.read()[0]).sum() == 492
    assert [b.channel for b in recording.bad] == ["EMG SCM R"]


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of heads are overwritten or cut, nothing but a clear error is raised."""
    path = two(tmp_path / "x.smr", system=data.draw(st.sampled_from([5, 6, 9])))
    raw = bytearray(path.read_bytes())
    spots = [*range(2, 792), *range(1024, 1044), *range(2048, 2068)]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.sampled_from(spots))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
