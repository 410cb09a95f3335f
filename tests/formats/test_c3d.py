"""C3D: values equal to ezc3d's and to another program's export; damaged files are refused."""

import pickle
import struct
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import c3d, of
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILES = ["formats/Gait.c3d", "formats/sample_OptiTrack_walking.c3d"]
ARM = "mocap-emg-pyomeca/markers_analogs.c3d"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a file that ezc3d wrote: two markers, one not always seen, two EMG, three events."""
    ezc3d = pytest.importorskip("ezc3d")
    rng = np.random.default_rng(3)
    out = ezc3d.c3d()
    out["parameters"]["POINT"]["RATE"]["value"] = [100]
    out["parameters"]["POINT"]["LABELS"]["value"] = ("LWRA", "RWRA")
    out["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    points = np.ones((4, 2, 50))
    points[:3] = rng.normal(0, 500, (3, 2, 50))
    residuals = np.zeros((1, 2, 50))
    residuals[0, 1, 10:15] = -1
    points[:3, 1, 10:15] = np.nan
    out["data"]["points"] = points
    out["data"]["meta_points"]["residuals"] = residuals
    out["parameters"]["ANALOG"]["RATE"]["value"] = [1000]
    out["parameters"]["ANALOG"]["LABELS"]["value"] = ("L SCM", "R SCM")
    out["parameters"]["ANALOG"]["UNITS"]["value"] = ("mV", "uV")
    out["data"]["analogs"] = rng.normal(0, 1, (1, 2, 500))
    out.add_event([0, 0.2], label="Foot Strike", context="Left")
    out.add_event([0, 0.1], label="Foot Off", context="Right")
    path = tmp_path / "written.c3d"
    out.write(str(path))
    return path


@pytest.mark.parametrize("name", [*FILES, ARM])
def test_values_equal_those_of_ezc3d(shared_data, name):
    """Every marker (in m, NaN where not seen) and analog channel has the values of ezc3d."""
    ezc3d = pytest.importorskip("ezc3d")
    theirs = ezc3d.c3d(str(shared_data / name))
    to_m = 1e-3  # all three are in mm
    for recording in c3d.read(shared_data / name):
        ours = recording.signal.read()
        if recording.channels[0].kind == "position":
            points = theirs["data"]["points"][:3].transpose(1, 0, 2).reshape(len(ours), -1) * to_m
            np.testing.assert_allclose(ours, points, rtol=1e-6, atol=1e-9)
            assert recording.rate_hz == theirs["parameters"]["POINT"]["RATE"]["value"][0]
        else:
            factor = [[1e6 if c.unit == "uV" else 1.0] for c in recording.channels]
            analogs = theirs["data"]["analogs"][0] * factor
            np.testing.assert_allclose(ours, analogs, rtol=1e-9, atol=1e-9)
            assert recording.rate_hz == theirs["parameters"]["ANALOG"]["RATE"]["value"][0]


def test_analogs_equal_the_export_of_another_program(shared_data):
    """All 38 analog channels agree with the CSV that Vicon Nexus exported, to its digits."""
    _, analogs = c3d.read(shared_data / ARM)
    lines = (shared_data / ARM).with_name("analogs.csv").read_text().splitlines()
    names = lines[3].split(",")[2:]
    cells = [[Decimal(x or "nan") for x in line.split(",")[2:]] for line in lines[5:] if line]
    table = np.array(cells, dtype=np.float64)
    digit = np.array([[10.0 ** x.as_tuple().exponent for x in row] for row in cells])
    assert table.shape == (11600, 38)
    assert (analogs.rate_hz, analogs.n_samples) == (2000, 11600)
    ends = [c.name.rsplit(".", 1)[1] for c in analogs.channels]
    ours = dict(zip(ends, analogs.signal.read() * 1e-6, strict=True))
    for name, volts, last in zip(names, table.T, digit.T, strict=True):
        # Half of the last digit that the other program printed; it rounds twice, so a bit more.
        assert np.all(np.abs(ours[name] - volts) <= 0.501 * last), name


def test_muscles_are_recognised_and_the_subjects_name_is_dropped(shared_data):
    """EMG channels get their muscles, markers stand in metres, no label holds a person's name."""
    points, analogs = read(shared_data / ARM)
    sites = {c.name: c.site for c in analogs.channels}
    assert sites["Delt_ant.EMG1"] == "deltoid_anterior"
    assert sites["Biceps.EMG4"] == "biceps_brachii"
    assert sites["Triceps.EMG5"] == "triceps_brachii"
    assert points.kind == "motion"
    assert analogs.kind == "emg"
    assert {c.unit for c in points.channels} == {"m"}
    assert not [c.name for c in points.channels if ":" in c.name]
    assert points.clock == analogs.clock
    assert points.clock.aligned == "same file"


def test_what_a_description_names_is_used_where_the_label_says_nothing(shared_data):
    """Force plates are forces; labels such as LBIC take side and muscle."""
    _, analogs = c3d.read(shared_data / "formats" / "Gait.c3d")
    found = {c.name: c for c in analogs.channels}
    assert (found["F1X"].kind, found["F1X"].unit) == ("force", "N")
    assert (found["LBIC"].site, found["LBIC"].side) == ("biceps_brachii", "left")


def test_units_events_and_unseen_markers(written):
    """Millivolts become microvolts, residual -1 is NaN, events stand in order with their side."""
    points, analogs = of(written).read(written)
    unseen = np.isnan(points.signal.read())
    assert unseen[3:, 10:15].all()
    assert unseen.sum() == 15
    assert [c.unit for c in analogs.channels] == ["uV", "uV"]
    assert [(c.site, c.side) for c in analogs.channels] == [
        ("sternocleidomastoid", "left"),
        ("sternocleidomastoid", "right"),
    ]
    x = analogs.signal.read()
    assert 900 < x[0].std() / x[1].std() < 1100
    assert points.events.name == ("Foot Off", "Foot Strike")
    np.testing.assert_allclose(points.events.onset_s, [0.1, 0.2], atol=1e-6)
    assert list(points.events.columns["side"]) == ["right", "left"]


@pytest.mark.parametrize("order", [85, 86])
def test_files_of_other_processors_hold_the_same_values(tmp_path, order):
    """A file with the numbers of a DEC or SGI machine, made by hand, reads as it was made."""
    path = tmp_path / "other.c3d"
    values = np.random.default_rng(0).normal(0, 100, (7, 6)).astype(np.float32)
    values[:, 3] = 0
    path.write_bytes(_by_hand(values, order))
    points, analogs = c3d.read(path)
    np.testing.assert_allclose(points.signal.read(), values[:, :3].T * 1e-3, rtol=1e-6)
    np.testing.assert_allclose(analogs.signal.read()[0], values[:, 4:].ravel(), rtol=1e-6)
    assert (points.rate_hz, analogs.rate_hz) == (50.0, 100.0)


def _by_hand(frames: np.ndarray, processor: int) -> bytes:
    """Write one marker and one analog channel, two samples in a frame, after the specification."""
    big = ">" if processor == 86 else "<"

    def real(x: float) -> bytes:
        if processor == 86:
            return struct.pack(">f", x)
        low, high = struct.unpack("<HH", struct.pack("<f", x * 4))
        return struct.pack("<HH", high, low)

    def parameter(group: int, name: str, kind: int, dims: list[int], data: bytes) -> bytes:
        body = struct.pack("bB", kind, len(dims)) + bytes(dims) + data + b"\x00"
        head = struct.pack("bb", len(name), group) + name.encode()
        return head + struct.pack(f"{big}h", len(body) + 2) + body

    section = b"".join(
        [
            b"\x01\x50\x01" + bytes([processor]),
            struct.pack("bb", 5, -1) + b"POINT" + struct.pack(f"{big}h", 3) + b"\x00",
            parameter(1, "RATE", 4, [], real(50.0)),
            parameter(1, "UNITS", -1, [2, 1], b"mm"),
            parameter(1, "SCALE", 4, [], real(-1.0)),
        ]
    )
    head = b"\x02\x50" + struct.pack(f"{big}5H", 1, 2, 1, len(frames), 0)
    head += real(-1.0) + struct.pack(f"{big}2H", 3, 2) + real(50.0)
    data = b"".join(real(float(x)) for x in frames.ravel())
    return head.ljust(512, b"\x00") + section.ljust(512, b"\x00") + data


@FEW
@given(seed=st.integers(0, 2**16))
def test_parts_equal_the_whole(written, seed):
    """Any samples of any channels are the same read alone, also after pickling."""
    rng = np.random.default_rng(seed)
    for recording in c3d.read(written):
        signal = pickle.loads(pickle.dumps(recording.signal))
        n, k = signal.shape[1], signal.shape[0]
        a, b = sorted(rng.integers(0, n + 1, 2))
        rows = tuple(int(i) for i in rng.integers(0, k, 2))
        whole = recording.signal.read()
        np.testing.assert_array_equal(signal.read(int(a), int(b), rows), whole[list(rows), a:b])


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), max_size=6),
    cut=st.none() | st.integers(1, 12000),
)
def test_a_damaged_file_is_read_or_refused(written, tmp_path, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    raw = bytearray(written.read_bytes())
    for at, value in changes:
        raw[at % len(raw)] = value
    path = tmp_path / "damaged.c3d"
    path.write_bytes(raw[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.c3d" in str(error)


def test_a_truncated_file_is_read_as_far_as_it_goes(shared_data, tmp_path):
    """Whole frames of a cut file are read, and the cut is said."""
    path = tmp_path / "cut.c3d"
    raw = (shared_data / "formats" / "Gait.c3d").read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    points, analogs = c3d.read(path)
    assert "truncated" in [i.code for i in points.issues]
    assert 100 < points.n_samples < 487
    assert analogs.n_samples == 10 * points.n_samples
    whole, _ = c3d.read(shared_data / "formats" / "Gait.c3d")
    np.testing.assert_array_equal(points.signal.read(), whole.signal.read(0, points.n_samples))


def test_a_header_alone_is_refused(written, tmp_path):
    """A file that ends with its header says so."""
    path = tmp_path / "head.c3d"
    path.write_bytes(written.read_bytes()[:700])
    with pytest.raises(UnreadableFile, match=r"head\.c3d"):
        of(path).read(path)
