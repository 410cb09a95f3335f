"""Neuroscan CNT: files written by the header of SCAN, with no library."""

import datetime
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
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = ("Cz", "EMG_FCR_L", "VEOG", "x1")


def setup(n: int, **fields: object) -> bytearray:
    """Return the first header: offsets as they follow from the fields of ``sethead.h``."""
    head = bytearray(900)
    head[:12] = b"Version 3.0\0"
    head[121:127] = b"SECRET"
    day, time = fields.get("day", "02/29/24"), fields.get("time", "10:11:12")
    head[225:235] = str(day).encode().ljust(10, b"\0")
    head[235:247] = str(time).encode().ljust(12, b"\0")
    struct.pack_into("<H", head, 370, n)
    struct.pack_into("<H", head, 376, fields.get("rate", 256))
    head[439] = 1  # a high-pass was on
    struct.pack_into("<f", head, 869, 0.5)
    for at, layout, name in (
        (12, "<i", "nextfile"),
        (16, "<I", "prevfile"),
        (864, "<I", "numsamples"),
        (885, "<B", "continuoustype"),
        (886, "<I", "eventtablepos"),
        (894, "<i", "channeloffset"),
    ):
        struct.pack_into(layout, head, at, fields.get(name, 0))
    return head


def electrodes(n: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Return the headers of channels with µV of a number and baseline of each, ``(n, 1)``."""
    raw, gain, baseline = b"", [], []
    for i in range(n):
        one = bytearray(75)
        one[:10] = (NAMES[i] if i < len(NAMES) else f"E{i}").encode().ljust(10, b"\0")
        struct.pack_into("<ff", one, 19, i, i * i)  # MNE wants a place on the screen
        struct.pack_into("<h", one, 47, 3 * i)
        struct.pack_into("<f", one, 59, 10 + i)
        struct.pack_into("<f", one, 71, 0.25)
        raw += bytes(one)
        gain.append((10 + i) * 0.25 / 204.8)
        baseline.append(3 * i)
    return raw, np.array(gain)[:, None], np.array(baseline)[:, None]


def neuroscan(
    path: Path,
    x: np.ndarray,
    *,
    size: int = 2,
    block: int = 1,
    events: tuple[tuple[int, int, int, int], ...] = (),
    table: int = 2,
    **fields: object,
) -> np.ndarray:
    """Write a recording and return its microvolts.

    Events are sample, trigger, function key, and response (low) with sign of acceptance (high).
    """
    n, n_samples = x.shape
    described, gain, baseline = electrodes(n)
    data_at = 900 + 75 * n
    numbers = x.reshape(n, -1, block).swapaxes(0, 1).astype(f"<i{size}").tobytes()
    rows = b""
    for sample, stim, key, pad in events:
        at = sample if table == 3 else data_at + sample * n * size
        rows += struct.pack("<HBBI", stim, key, pad, at) + bytes(0 if table == 1 else 11)
    head = setup(
        n,
        **{
            "numsamples": n_samples,
            "continuoustype": 3 if block > 1 else 1,
            "channeloffset": block * size if block > 1 else 0,
            "eventtablepos": data_at + len(numbers),
            **fields,
        },
    )
    teeg = struct.pack("<BII", table, len(rows), 0)
    path.write_bytes(bytes(head) + described + numbers + teeg + rows + b"\0")
    return (x - baseline) * gain


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def counts(n: int = 4, n_samples: int = 400, *, most: int = 900) -> np.ndarray:
    """Return whole numbers."""
    return np.random.default_rng(1).integers(-most, most, (n, n_samples))


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("block", [1, 40])
def test_values_are_those_of_the_header_whole_and_in_parts(tmp_path, size, block):
    """Baseline and calibration give microvolts, also where a part crosses the border of blocks."""
    x = counts(most=30_000 if size == 2 else 2**23)
    expected = neuroscan(tmp_path / "x.cnt", x, size=size, block=block)
    recording = one(tmp_path / "x.cnt")
    np.testing.assert_allclose(recording.signal.read(), expected, rtol=1e-6)
    whole = recording.signal.read()
    for a, b in ((0, 400), (39, 41), (35, 125), (399, 400), (7, 7)):
        np.testing.assert_array_equal(recording.signal.read(a, b, (2, 0)), whole[[2, 0], a:b])
    assert recording.rate_hz == 256
    assert recording.issues == ()


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("block", [1, 40])
def test_values_are_mnes(tmp_path, size, block):
    """MNE reads the same microvolts where the header is consistent."""
    mne = pytest.importorskip("mne")
    neuroscan(tmp_path / "x.cnt", counts(), size=size, block=block)
    raw = mne.io.read_raw_cnt(tmp_path / "x.cnt", verbose="error")
    np.testing.assert_allclose(
        one(tmp_path / "x.cnt").signal.read(), raw.get_data() * 1e6, rtol=1e-9, atol=1e-9
    )


def test_channels_are_what_their_names_say_and_nothing_of_the_person_is_kept(tmp_path):
    """EEG, EMG with its muscle, EOG and unknown; the high-pass; no name; folders work."""
    neuroscan(tmp_path / "X.CNT", counts())
    (recording,) = read_visit(tmp_path).recordings
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("Cz", "eeg", "uV"),
        ("EMG_FCR_L", "emg", "uV"),
        ("VEOG", "eog", "uV"),
        ("x1", "misc", "uV"),
    ]
    assert recording.channels[1].site == "flexor_carpi_radialis"
    assert recording.channels[1].side == "left"
    assert {c.high_pass_hz for c in recording.channels} == {0.5}
    assert "SECRET" not in repr(recording)
    assert recording.bad == ()  # a name of more than four letters marks no bad channel


@pytest.mark.parametrize("table", [1, 2, 3])
@pytest.mark.parametrize("size", [2, 4])
def test_events_are_at_their_samples(tmp_path, table, size):
    """Triggers, responses and keys of each type of table lie at the sample that was written."""
    events = ((0, 7, 0, 0), (128, 255, 0, 0), (128, 0, 0, 2), (300, 0, 5, 0), (301, 0, 0, 0))
    neuroscan(tmp_path / "x.cnt", counts(), size=size, events=events, table=table)
    recording = one(tmp_path / "x.cnt")
    assert recording.events.name == ("7", "255", "KeyPad Response 2", "Keyboard Response 5")
    np.testing.assert_array_equal(recording.events.onset_s, np.array([0, 128, 128, 300]) / 256)


def test_rejected_stretches_resets_and_pauses_are_bad(tmp_path):
    """Signs C to D reject what is between, B is a correction of DC, E a new start of recording."""
    events = (
        (0, 0, 0, 0xE0),
        (20, 0, 0, 0xC0),
        (60, 0, 0, 0xD0),
        (100, 3, 0, 0xB0),
        (200, 0, 0, 0xE0),
        (360, 0, 0, 0xC0),
    )
    neuroscan(tmp_path / "x.cnt", counts(), events=events)
    recording = one(tmp_path / "x.cnt")
    spans = {(b.start_s, b.stop_s, b.reason) for b in recording.bad}
    assert spans == {
        (20 / 256, 60 / 256, "rejected"),
        (360 / 256, 400 / 256, "rejected"),
        (100 / 256 - SEAM_S, 100 / 256 + 0.08 + SEAM_S, "reset of DC"),
        (200 / 256 - SEAM_S, 200 / 256 + SEAM_S, "the recording was cut here"),
    }
    assert recording.events.name == ("3",)


def test_a_channel_that_is_marked_bad_is_bad(tmp_path):
    """The flag of its header counts, for the whole recording."""
    neuroscan(tmp_path / "x.cnt", counts())
    raw = bytearray((tmp_path / "x.cnt").read_bytes())
    raw[900 + 2 * 75 + 14] = 1
    (tmp_path / "x.cnt").write_bytes(raw)
    (bad,) = one(tmp_path / "x.cnt").bad
    assert (bad.channel, bad.start_s, bad.stop_s) == ("VEOG", 0, 400 / 256)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("02/29/24", "10:11:12", (2024, 2, 29, 10, 11, 12)),
        ("29/02/24", "10:11:12", (2024, 2, 29, 10, 11, 12)),
        ("29.02.2024", "9:05:00", (2024, 2, 29, 9, 5, 0)),
        ("12/31/99", "23:59:59", (1999, 12, 31, 23, 59, 59)),
        ("03/03/05", "10:11:12", (2005, 3, 3, 10, 11, 12)),
        ("03/04/05", "10:11:12", None),
        ("", "", None),
        ("31/31/05", "10:11:12", None),
        ("02/29/24", "25:00:00", None),
    ],
)
def test_a_day_is_used_only_where_it_can_be_read_in_one_way(tmp_path, day, time, expected):
    """American and European days are told apart by a number over 12, else there is no start."""
    neuroscan(tmp_path / "x.cnt", counts(), day=day, time=time)
    recording = one(tmp_path / "x.cnt")
    if expected is None:
        assert recording.clock.id == "x.cnt"
        assert [i.code for i in recording.issues] == ["ambiguous_day"] * (day == "03/04/05")
    else:
        start = datetime.datetime(*expected, tzinfo=datetime.UTC)
        assert recording.clock.id == "wall"
        assert recording.clock.offset_s == start.timestamp()


@pytest.mark.parametrize("numsamples", [0, 4_294_966_564])
@pytest.mark.parametrize("size", [2, 4])
def test_a_wrong_number_of_samples_needs_the_mark_of_the_second_header(tmp_path, numsamples, size):
    """With the mark of 16 or 32 bits all samples and events are right; without, it is refused."""
    path = tmp_path / "x.cnt"
    expected = neuroscan(path, counts(), size=size, events=((9, 4, 0, 0),), numsamples=numsamples)
    with pytest.raises(UnreadableFile, match="16 or 32 bits"):
        one(path)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<i", raw, 12, len(raw))
    path.write_bytes(bytes(raw) + bytes(52) + bytes([size == 4]) + bytes(20))
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), expected, rtol=1e-6)
    np.testing.assert_array_equal(recording.events.onset_s, [9 / 256])


def test_blocks_of_synamps_are_of_16_bits(tmp_path):
    """Where the number of samples is wrong, the type of the file is enough."""
    expected = neuroscan(tmp_path / "x.cnt", counts(), block=20, numsamples=0)
    np.testing.assert_allclose(one(tmp_path / "x.cnt").signal.read(), expected, rtol=1e-6)


@pytest.mark.parametrize("high_place", [0, 1])
def test_a_file_beyond_4_gb_is_read_lazily_to_its_end(tmp_path, high_place):
    """The place of the events has 32 bits; its higher part is stated elsewhere, or nowhere."""
    n, n_samples = 64, 2**24 + 1000
    described, gain, baseline = electrodes(n)
    data_at, last = 900 + 75 * n, np.arange(10 * n).reshape(10, n)
    end = data_at + n_samples * n * 4
    head = setup(
        n,
        numsamples=n_samples,
        continuoustype=1,
        eventtablepos=end % 2**32,
        prevfile=high_place * (end >> 32),
    )
    with (tmp_path / "x.cnt").open("wb") as file:
        file.write(bytes(head) + described)
        file.seek(end - 10 * n * 4)
        file.write(last.astype("<i4").tobytes())
        file.write(struct.pack("<BII", 3, 19, 0))
        file.write(struct.pack("<HBBI", 8, 0, 0, n_samples - 5) + bytes(11))
    recording = one(tmp_path / "x.cnt")
    assert recording.n_samples == n_samples
    part = recording.signal.read(n_samples - 10, n_samples)
    np.testing.assert_allclose(part, (last.T - baseline) * gain, rtol=1e-6)
    np.testing.assert_array_equal(recording.events.onset_s, [(n_samples - 5) / 256])
    with (tmp_path / "x.cnt").open("r+b") as file:
        file.seek(end)
        file.write(struct.pack("<BII", 2, 19, 0))
    recording = one(tmp_path / "x.cnt")  # a place in the file has 32 bits only
    assert len(recording.events) == 0
    assert [i.code for i in recording.issues] == ["events"]


def test_what_a_truncated_file_holds_is_read_and_said(tmp_path):
    """Whole samples are kept, the missing table of events is said; in a header it is refused."""
    path = tmp_path / "x.cnt"
    expected = neuroscan(path, counts(), events=((9, 4, 0, 0),))
    raw = path.read_bytes()
    path.write_bytes(raw[: 900 + 4 * 75 + 100 * 8 + 3])
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), expected[:, :100], rtol=1e-6)
    assert [i.code for i in recording.issues] == ["truncated", "events"]
    for length in (500, 1000, 900 + 4 * 75 + 5):
        path.write_bytes(raw[:length])
        with pytest.raises(UnreadableFile, match=r"(?i)copy .*again"):
            one(path)


def test_a_channel_without_calibration_has_no_unit(tmp_path):
    """Numbers stay what they are, and that is said."""
    x = counts()
    neuroscan(tmp_path / "x.cnt", x)
    raw = bytearray((tmp_path / "x.cnt").read_bytes())
    struct.pack_into("<f", raw, 900 + 75 + 71, 0.0)
    (tmp_path / "x.cnt").write_bytes(raw)
    recording = one(tmp_path / "x.cnt")
    assert [c.unit for c in recording.channels] == ["uV", "adc", "uV", "uV"]
    np.testing.assert_array_equal(recording.signal.read(0, 9, (1,)), x[[1], :9] - 3)
    assert [(i.code, i.channel) for i in recording.issues] == [("no_scale", "EMG_FCR_L")]


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes are overwritten or cut, nothing but a clear error is raised."""
    path = tmp_path / "x.cnt"
    table = data.draw(st.sampled_from([1, 2, 3]))
    block = data.draw(st.sampled_from([1, 20]))
    neuroscan(path, counts(2, 60), events=((5, 1, 0, 0xC0),) * 3, table=table, block=block)
    raw = bytearray(path.read_bytes())
    places = st.sampled_from([12, 16, 225, 370, 376, 864, 885, 886, 894, 947, 971, len(raw) - 40])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(places | st.integers(9, len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=4))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read()
    except EutoniaError as error:
        assert path.name in str(error)
