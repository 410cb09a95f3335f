"""Biopac: a file made after Application Note 156, and damaged ones.

No real file is at hand here; once, all 30 files that bioread tests itself with (versions 3.5 to
5.0, compressed and not) were read with values equal to bioread's.
"""

import pickle
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import biopac, of
from eutonia.model import EutoniaError, UnreadableFile

bioread = pytest.importorskip("bioread")
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_GRAPH_BYTES, _CHANNEL_BYTES, _VERSION = 1894, 252, 38  # 3.7.0


@dataclass(frozen=True)
class Made:
    """A channel to be written: every `divider`-th moment, as integers or as floats."""

    name: str
    unit: str
    samples: np.ndarray
    divider: int = 1
    gain: float = 1.0
    offset: float = 0.0

    @property
    def head(self) -> bytes:
        """The channel header."""
        first = struct.pack("<ih40s4shdd", _CHANNEL_BYTES, 0, self.name.encode(), b"", 0, 0, 1)
        unit = struct.pack("<20si", self.unit.encode(), len(self.samples))
        scale = struct.pack("<ddhh", self.gain, self.offset, 0, 0)
        return first + unit + scale + struct.pack("<hd128sh", 0, 0, b"", self.divider)


def write(path: Path, channels: list[Made], markers: list[tuple[int, str]]) -> Path:
    """Write an uncompressed file of version 3.7.0 at 2000 Hz."""
    graph = struct.pack("<hiihhhd", 0, _VERSION, _GRAPH_BYTES, len(channels), 0, 0, 0.5)
    kinds = [(2, 2) if c.samples.dtype.kind == "i" else (8, 1) for c in channels]
    moments = max(len(c.samples) * c.divider for c in channels)
    data = [
        c.samples[m // c.divider].tobytes()
        for m in range(moments)
        for c in channels
        if m % c.divider == 0 and m // c.divider < len(c.samples)
    ]
    items = [
        struct.pack("<ihhhh", at, 0, 0, 0, len(text)) + text.encode() + b"\x00"
        for at, text in markers
    ]
    marked = struct.pack("<ii", sum(map(len, items)), len(items)) + b"".join(items)
    journal = bytes([0x44, 0x33, 0x22, 0x11]) + struct.pack("<hi", 0, 0)
    path.write_bytes(
        graph.ljust(_GRAPH_BYTES, b"\x00")
        + b"".join(c.head for c in channels)
        + struct.pack("<hh", 4, 0)  # foreign data: none
        + b"".join(struct.pack("<hh", *k) for k in kinds)
        + b"".join(data)
        + marked
        + journal
    )
    return path


@pytest.fixture
def channels() -> list[Made]:
    """Return an EMG and a torque at 2000 Hz and a respiration at 500 Hz."""
    rng = np.random.default_rng(0)
    emg = rng.integers(-2000, 2000, 800).astype("<i2")
    return [
        Made("EMG biceps left", "mV", emg, gain=0.001, offset=0.02),
        Made("Torque", "Nm", rng.normal(0, 1, 800).astype("<f8")),
        Made("RESP - RSP100C", "Volts", rng.integers(0, 99, 200).astype("<i2"), divider=4),
    ]


@pytest.fixture
def path(tmp_path: Path, channels: list[Made]) -> Path:
    return write(tmp_path / "made.acq", channels, [(400, "grip"), (0, "Segment 1")])


def test_a_file_after_the_specification_reads_as_it_was_made(path, channels):
    """Values, units, rates, names and markers of a file written after the specification."""
    assert of(path).id == "biopac"
    fast, slow = biopac.read(path)
    assert (fast.rate_hz, slow.rate_hz) == (2000, 500)
    assert [(c.kind, c.unit, c.site) for c in fast.channels] == [
        ("emg", "uV", "biceps_brachii"),
        ("misc", "Nm", ""),
    ]
    x = fast.signal.read()
    np.testing.assert_allclose(x[0], (channels[0].samples * 0.001 + 0.02) * 1e3, atol=1e-9)
    np.testing.assert_array_equal(x[1], channels[1].samples)
    np.testing.assert_allclose(slow.signal.read()[0], channels[2].samples * 1e6)
    assert fast.events.name == ("Segment 1", "grip")
    np.testing.assert_allclose(fast.events.onset_s, [0.0, 0.2])
    assert fast.clock == slow.clock


def test_values_equal_those_of_the_library(path):
    """Each channel has the values of bioread in its own rate."""
    theirs = {c.name: c for c in bioread.read(str(path)).channels}
    factor = {"EMG biceps left": 1e3, "Torque": 1.0, "RESP - RSP100C": 1e6}
    for recording in biopac.read(path):
        for channel, x in zip(recording.channels, recording.signal.read(), strict=True):
            other = theirs[channel.name]
            np.testing.assert_allclose(x, other.data * factor[channel.name], rtol=1e-12)
            assert recording.rate_hz == other.samples_per_second


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_read_as_far_as_it_goes(path, tmp_path, channels, share):
    """Whole moments of a cut file are read, and the cut is said."""
    raw = path.read_bytes()
    begin = _GRAPH_BYTES + 3 * _CHANNEL_BYTES + 16
    cut = tmp_path / "cut.acq"
    cut.write_bytes(raw[: begin + int(share * 800 * 10.5)])
    fast, slow = biopac.read(cut)
    assert "truncated" in [i.code for i in fast.issues]
    assert fast.n_samples == 4 * slow.n_samples
    assert abs(fast.n_samples - share * 800) <= 4
    np.testing.assert_array_equal(fast.signal.read()[1], channels[1].samples[: fast.n_samples])


@FEW
@given(seed=st.integers(0, 2**16))
def test_parts_equal_the_whole(path, seed):
    """Any samples of any channels are the same read alone, also after pickling."""
    rng = np.random.default_rng(seed)
    for recording in biopac.read(path):
        signal = pickle.loads(pickle.dumps(recording.signal))
        a, b = sorted(int(x) for x in rng.integers(0, signal.shape[1] + 1, 2))
        rows = tuple(int(i) for i in rng.integers(0, signal.shape[0], 2))
        whole = recording.signal.read()
        np.testing.assert_array_equal(signal.read(a, b, rows), whole[list(rows), a:b])


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=5),
    cut=st.none() | st.integers(1, 12_000),
)
def test_a_damaged_file_is_read_or_refused(path, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    raw = bytearray(path.read_bytes())
    for at, value in changes:
        raw[at] = value
    damaged = path.with_name("damaged.acq")
    damaged.write_bytes(raw[:cut])
    try:
        for recording in of(damaged).read(damaged):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.acq" in str(error)


def test_headers_without_samples_are_refused(path):
    """A file that ends with its headers says so."""
    path.write_bytes(path.read_bytes()[: _GRAPH_BYTES + 3 * _CHANNEL_BYTES + 16])
    with pytest.raises(UnreadableFile, match="no samples"):
        biopac.read(path)
