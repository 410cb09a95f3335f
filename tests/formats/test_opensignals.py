"""OpenSignals: known answers of the maker's samples, scales only where certain, marks, losses."""

import json
import pickle
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from eutonia.formats import of, opensignals
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read

h5py = pytest.importorskip("h5py")
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(path: Path, rows: np.ndarray, meta: dict[str, dict[str, object]]) -> Path:
    """Write a text file as OpenSignals does: two header lines, tabs, and a tab at the end."""
    head = f"# OpenSignals Text File Format\n# {json.dumps(meta)}\n# EndOfHeader\n"
    body = "".join("\t".join(map(str, row)) + "\t\n" for row in rows.tolist())
    path.write_text(head + body)
    return path


def meta(**changes: object) -> dict[str, object]:
    """Return the header of one device."""
    return {
        "sensor": ["EMG", "RAW"],
        "device name": "x",
        "column": ["nSeq", "DI", "CH1", "CH2"],
        "sync interval": 2,
        "time": "09:39:01.5",
        "date": "2017-5-22",
        "comments": "",
        "channels": [1, 2],
        "device": "biosignalsplux",
        "sampling rate": 1000,
        "label": ["CH1", "CH2"],
        "resolution": [16, 16],
        **changes,
    }


@pytest.fixture
def rows() -> np.ndarray:
    """Return 900 rows: a counter that wraps at 256, a digital line, noise, a slow ramp."""
    rng = np.random.default_rng(0)
    n = np.arange(900)
    line = (n >= 300).astype(int)
    return np.column_stack([n % 256, line, rng.integers(0, 65536, 900), n * 7])


def test_bursts_stand_where_they_are_known_to_be(shared_data):
    """The nine contractions of the maker's EMG sample begin at the known times."""
    (recording,) = read(shared_data / "biosignalsnotebooks" / "emg_bursts.h5")
    assert recording.signal.shape == (1, 28_519)
    (channel,) = recording.channels
    assert (channel.kind, channel.unit) == ("emg", "uV")
    x = recording.signal.read()[0]
    assert abs(np.median(x)) < 30  # the scale's zero is the signal's
    envelope = sosfiltfilt(butter(2, 3, fs=1000, output="sos"), np.abs(x - x.mean()))
    level = np.percentile(envelope, 95)
    rises = np.flatnonzero(np.diff((envelope > 0.5 * level).astype(int)) == 1)
    # A contraction ends where the envelope falls below a fifth; what rises before that is its part.
    rests = [envelope[a:b].min() < 0.2 * level for a, b in pairwise(rises)]
    onsets = rises[[True, *rests]] / 1000
    known = [1.6, 4.8, 8.4, 11.8, 14.8, 17.4, 20.4, 23.4, 26.8]
    assert len(onsets) == 9
    np.testing.assert_allclose(onsets, known, atol=0.15)


def test_microvolts_follow_the_makers_transfer_function(shared_data):
    """EMG of biosignalsplux is (ADC / 2^n - 1/2) * 3 V / 1000, as its data sheet says."""
    path = shared_data / "biosignalsnotebooks" / "emg_bursts.h5"
    with h5py.File(path) as file:
        raw = next(iter(file.values()))["raw/channel_3"][:, 0].astype(float)
    (recording,) = read(path)
    expected = (raw / 2**16 - 0.5) * 3.0 / 1000 * 1e6
    np.testing.assert_allclose(recording.signal.read()[0], expected, rtol=1e-12, atol=1e-9)


def test_a_channel_that_switches_becomes_events_without_a_claim(shared_data):
    """The mark of the EEG sample switches seven times, about every 30 s; no level gets a name."""
    path = shared_data / "biosignalsnotebooks" / "eeg_sample_closed_open_eyes.h5"
    (recording,) = read(path)
    assert [c.kind for c in recording.channels] == ["eeg", "trigger"]
    np.testing.assert_allclose(
        recording.events.onset_s,
        [57.887, 87.856, 117.951, 148.150, 178.843, 208.101, 238.561],
        atol=0.002,
    )
    assert set(recording.events.columns["to"]) == {"higher", "lower"}
    assert not [n for n in recording.events.name if "eye" in n or "open" in n]


def test_a_scale_that_documents_disagree_on_stays_counts(shared_data):
    """The maker's documents give two gains for ECG: counts, and the advice to state the factor."""
    (recording,) = read(shared_data / "biosignalsnotebooks" / "ecg_5_min.h5")
    assert recording.signal.shape == (1, 300_000)
    assert [(c.kind, c.unit) for c in recording.channels] == [("ecg", "adc")]
    assert [i.code for i in recording.issues] == ["no_scale"]
    assert "corrections" in recording.issues[0].message


def test_a_text_file_gives_the_same_as_its_columns(tmp_path, rows):
    """Names, rate, kinds, scale and the digital line's switch come from the header."""
    path = write(tmp_path / "x.txt", rows, {"00:11:22:33:44:55": meta()})
    assert of(path).id == "opensignals"
    (recording,) = read(path)
    assert recording.rate_hz == 1000
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("CH1", "emg", "uV"),
        ("CH2", "misc", "adc"),
    ]
    x = recording.signal.read()
    np.testing.assert_allclose(x[0], (rows[:, 2] / 2**16 - 0.5) * 3000, atol=1e-9)
    np.testing.assert_array_equal(x[1], rows[:, 3])
    assert recording.events.name == ("DI switches",)
    np.testing.assert_allclose(recording.events.onset_s, [0.3])
    assert "2017" not in repr(recording)
    assert recording.bad == ()


def test_lost_samples_are_pauses(tmp_path, rows):
    """Rows that the counter shows to be missing leave a pause of their length, also for events."""
    kept = np.delete(rows, slice(200, 250), axis=0)
    (recording,) = read(write(tmp_path / "x.txt", kept, {"m": meta()}))
    x = recording.signal.read()
    assert x.shape == (2, 900)
    assert np.isnan(x[:, 200:250]).all()
    assert np.isfinite(np.delete(x, slice(200, 250), axis=1)).all()
    assert [(b.start_s, b.stop_s) for b in recording.bad] == [(0.2, 0.25)]
    assert "gaps" in [i.code for i in recording.issues]
    np.testing.assert_allclose(recording.events.onset_s, [0.3])


def test_two_devices_are_two_recordings_on_one_clock(tmp_path, rows):
    """Columns of two devices are told apart by the header."""
    both = np.column_stack([rows, rows[:, :3]])
    second = meta(sensor=["EMG"], column=["nSeq", "DI", "CH1"], channels=[1], label=["SCM left"])
    second |= {"resolution": [16], "device": "bitalino_rev"}
    found = read(write(tmp_path / "x.txt", both, {"a": meta(), "b": second}))
    assert [r.signal.shape for r in found] == [(2, 900), (1, 900)]
    assert found[0].clock == found[1].clock
    channel = found[1].channels[0]
    assert (channel.site, channel.side) == ("sternocleidomastoid", "left")
    expected = (rows[:, 2] / 2**16 - 0.5) * 3.3 / 1009 * 1e6
    np.testing.assert_allclose(found[1].signal.read()[0], expected, atol=1e-9)


def test_values_that_were_converted_are_not_converted_again(tmp_path, rows):
    """A file that says its values are converted keeps them, with the scale unknown."""
    (recording,) = read(write(tmp_path / "x.txt", rows, {"m": meta(convertedValues=1)}))
    assert recording.channels[0].unit == "adc"
    np.testing.assert_array_equal(recording.signal.read()[0], rows[:, 2])


def test_corrections_give_the_scale_that_the_file_lacks(tmp_path, rows):
    """The advice works: unit and factor in the corrections turn counts into microvolts."""
    path = write(tmp_path / "x.txt", rows, {"m": meta()})
    path.with_name("x.corrections.yaml").write_text("channels: {CH2: {unit: mV, factor: 0.002}}")
    (recording,) = read(path)
    assert recording.channels[1].unit == "uV"
    np.testing.assert_allclose(recording.signal.read()[1], rows[:, 3] * 2.0)


@FEW
@given(seed=st.integers(0, 2**16))
def test_parts_equal_the_whole(shared_data, seed):
    """Any samples of any channels are the same read alone, also after pickling."""
    rng = np.random.default_rng(seed)
    path = shared_data / "biosignalsnotebooks" / "eeg_sample_closed_open_eyes.h5"
    (recording,) = opensignals.read(path)
    signal = pickle.loads(pickle.dumps(recording.signal))
    a, b = sorted(int(x) for x in rng.integers(0, 3000, 2))
    rows = tuple(int(i) for i in rng.integers(0, 2, 2))
    whole = recording.signal.read(0, 3000)
    np.testing.assert_array_equal(signal.read(a, b, rows), whole[list(rows), a:b])


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), min_size=1, max_size=5),
    cut=st.none() | st.integers(1, 3000),
)
def test_a_damaged_text_is_read_or_refused(tmp_path, rows, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    path = write(tmp_path / "damaged.txt", rows[:60], {"m": meta()})
    raw = bytearray(path.read_bytes())
    for at, value in changes:
        raw[at % len(raw)] = value
    path.write_bytes(raw[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.txt" in str(error)


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), min_size=1, max_size=5),
    cut=st.none() | st.integers(1, 40_000),
)
def test_a_damaged_hdf5_is_read_or_refused(shared_data, tmp_path, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    path = tmp_path / "damaged.h5"
    raw = bytearray((shared_data / "biosignalsnotebooks" / "emg_bursts.h5").read_bytes())
    for at, value in changes:
        raw[at] = value
    path.write_bytes(raw[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.h5" in str(error)


def test_without_h5py_the_error_says_what_to_install(shared_data, tmp_path, monkeypatch):
    """A missing library is named with the command that installs it."""
    path = tmp_path / "x.h5"
    shutil.copyfile(shared_data / "biosignalsnotebooks" / "emg_bursts.h5", path)
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(UnreadableFile, match=r"pip install eutonia\[formats\]"):
        of(path).read(path)
