"""EDF and BDF: decoded right, lazily, and damaged files met with a clear error."""

import pickle
import resource
import shutil
from pathlib import Path

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import edf, of
from eutonia.formats.signals import Gapped
from eutonia.model import EutoniaError, UnreadableFile

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def write(path: Path, data: np.ndarray, rate: float, **signal: object) -> Path:
    """Write channels of one rate with edfio."""
    signals = [
        edfio.EdfSignal(
            row,
            rate,
            label=f"EMG{i + 1}",
            physical_dimension=signal.get("unit", "uV"),
            physical_range=(-500, 500),
        )
        for i, row in enumerate(data)
    ]
    edfio.Edf(signals, annotations=signal.get("annotations")).write(path)
    return path


def patched(path: Path, at: int, text: bytes) -> Path:
    """Overwrite some bytes of a file."""
    raw = bytearray(path.read_bytes())
    raw[at : at + len(text)] = text
    path.write_bytes(bytes(raw))
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    data = np.random.default_rng(1).uniform(-400, 400, (3, 1000))
    return write(tmp_path / "plain.edf", data, 100)


@FEW
@given(
    n=st.integers(1, 5),
    rate=st.sampled_from([1, 32, 100, 256, 1000]),
    seconds=st.integers(1, 6),
    bdf=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_values_survive_a_round_trip_to_one_digital_step(tmp_path, n, rate, seconds, bdf, seed):
    """Whatever edfio writes is read back to within one digital step, whole and in pieces."""
    data = np.random.default_rng(seed).uniform(-400, 400, (n, rate * seconds))
    module, cls = (edfio.Bdf, edfio.BdfSignal) if bdf else (edfio.Edf, edfio.EdfSignal)
    path = tmp_path / ("x.bdf" if bdf else "x.edf")
    module([cls(row, rate, physical_range=(-500, 500)) for row in data]).write(path)
    (recording,) = of(path).read(path)
    step = 1000 / (2**24 - 1 if bdf else 2**16 - 1)
    whole = recording.signal.read()
    assert recording.rate_hz == rate
    assert np.abs(whole - data).max() <= step
    a, b = sorted(np.random.default_rng(seed).integers(0, rate * seconds + 1, 2))
    rows = tuple(np.random.default_rng(seed).permutation(n)[:2])
    np.testing.assert_array_equal(recording.signal.read(a, b, rows), whole[list(rows), a:b])


@pytest.mark.parametrize("name", ["test_stim_channel.edf", "test.bdf", "test.edf"])
def test_values_agree_with_mne(shared_data, name):
    """Every channel that MNE reads from the public test files has the same values."""
    import mne

    path = shared_data / "formats" / name
    raw = mne.io.read_raw(path, verbose="error", stim_channel=None, infer_types=False)
    ours = {
        c.name: x for r in edf.read(path) for c, x in zip(r.channels, r.signal.read(), strict=True)
    }
    theirs = {n: raw.get_data(n)[0] for n in raw.ch_names if n in ours and n != "Status"}
    assert len(theirs) >= 3
    volts = {i["ch_name"]: i["unit"] == mne.io.constants.FIFF.FIFF_UNIT_V for i in raw.info["chs"]}
    for channel, x in theirs.items():
        np.testing.assert_allclose(
            ours[channel], x * (1e6 if volts[channel] else 1), rtol=1e-9, atol=1e-6
        )


def test_uneven_rates_become_one_recording_each(shared_data):
    """A file with 100 Hz and 12.8 Hz holds two recordings with the values its header describes."""
    fast, slow = edf.read(shared_data / "formats" / "test_uneven_samp.edf")
    assert (fast.rate_hz, slow.rate_hz) == (100, 12.8)
    assert fast.duration_s == slow.duration_s == 110
    assert fast.channels[0].unit == "uV"
    x = fast.signal.read()[0]
    # "3Hz +5/-5 V" starting in the positive phase
    np.testing.assert_allclose(x, 5e6 * np.sin(2 * np.pi * 3 * np.arange(len(x)) / 100), atol=1.2e4)


def test_repeated_labels_are_made_unique_and_reported(shared_data):
    """Two channels of one label get two names, and the user is told."""
    (recording,) = edf.read(shared_data / "formats" / "duplicate_channel_labels.edf")
    names = [c.name for c in recording.channels]
    assert len(set(names)) == 3
    assert [i.code for i in recording.issues] == ["repeated_label"]


def test_a_shifted_header_is_repaired_and_reported(shared_data):
    """The public file whose header lost one byte is read, and the repair is reported."""
    folder = shared_data / "bids-emg-examples" / "emg_Multimodal" / "sub-01"
    (recording,) = edf.read(folder / "emg" / "sub-01_task-pullstand_emg.edf")
    assert recording.signal.shape == (10, 256)
    assert recording.rate_hz == 256
    assert "header_repaired" in [i.code for i in recording.issues]
    raw = (folder / "emg" / "sub-01_task-pullstand_emg.edf").read_bytes()
    first = int(np.frombuffer(raw[256 * 11 - 1 :][:2], "<i2")[0])
    expected = -500 + (first + 32768) * 1000 / 65535
    assert recording.signal.read(0, 1)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_a_shifted_header_without_a_fitting_length_is_refused(shared_data, tmp_path):
    """A repair that the file's length does not confirm is not made."""
    source = shared_data / "bids-emg-examples" / "emg_Multimodal" / "sub-01" / "emg"
    path = tmp_path / "x.edf"
    path.write_bytes((source / "sub-01_task-pullstand_emg.edf").read_bytes()[:-7])
    with pytest.raises(UnreadableFile, match="shifted"):
        edf.read(path)


def test_annotations_become_events(tmp_path):
    """Onset, duration and text of EDF+ annotations arrive as events."""
    notes = [edfio.EdfAnnotation(1.5, 2.0, "writing"), edfio.EdfAnnotation(7, None, "größer")]
    path = write(tmp_path / "a.edf", np.zeros((1, 1000)), 100, annotations=notes)
    (recording,) = edf.read(path)
    assert recording.events.name == ("writing", "größer")
    assert recording.events.onset_s.tolist() == [1.5, 7.0]
    assert recording.events.duration_s.tolist() == [2.0, 0.0]


def test_the_patients_name_is_struck_out_of_annotations(tmp_path):
    """EDF+ names the patient in a field of its own; a technician may have typed it again."""
    notes = [edfio.EdfAnnotation(1, None, "Mr HAAGSE, writes"), edfio.EdfAnnotation(2, None, "may")]
    path = write(tmp_path / "a.edf", np.zeros((1, 1000)), 100, annotations=notes)
    raw = bytearray(path.read_bytes())
    raw[8:88] = b"MCH-0234567 M 02-MAY-1951 Haagse_Harry".ljust(80)
    path.write_bytes(raw)
    (recording,) = edf.read(path)
    assert recording.events.name == ("Mr [name], writes", "may")


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e6), ("mV", 1e3), ("nV", 1e-3), ("uV", 1)])
def test_potentials_are_in_microvolts(tmp_path, unit, factor):
    """Whatever the header's unit, the signal is in microvolts."""
    data = np.full((1, 100), 250.0)
    (recording,) = edf.read(write(tmp_path / "u.edf", data, 100, unit=unit))
    assert recording.channels[0].unit == "uV"
    assert recording.signal.read()[0, 5] == pytest.approx(250 * factor, rel=1e-3)


def test_a_pause_keeps_its_length(tmp_path):
    """Records that start late (EDF+D) leave NaN and a bad span of the pause's length."""
    path = write(
        tmp_path / "d.edf",
        np.arange(500.0)[None] / 2,
        100,
        annotations=[edfio.EdfAnnotation(0, None, "start")],
    )
    raw = path.read_bytes()
    header = edf._edf_header.parse(path)
    assert header.record_s == 1
    out = bytearray(raw)
    out[192:197] = b"EDF+D"
    for record in (3, 4):  # two seconds later than they should
        at = header.data_at + record * header.record_bytes + header.columns[1]
        stamp = f"+{record + 2}\x14\x14".encode()
        out[at : at + len(stamp)] = stamp
    path.write_bytes(bytes(out))
    (recording,) = edf.read(path)
    assert isinstance(recording.signal, Gapped)
    assert recording.duration_s == 7
    (span,) = recording.bad
    assert (span.start_s, span.stop_s) == (3, 5)
    x = recording.signal.read()[0]
    assert np.isnan(x[300:500]).all()
    assert np.isfinite(x).sum() == 500
    assert x[500] == pytest.approx(150, abs=0.02)
    np.testing.assert_array_equal(recording.signal.read(290, 510)[0], x[290:510])


def test_an_unknown_number_of_records_is_counted(plain):
    """A header with -1 data records is read to the end of the file."""
    (recording,) = edf.read(patched(plain, 236, b"-1      "))
    assert recording.n_samples == 1000
    assert "record_count" in [i.code for i in recording.issues]


def test_a_truncated_file_gives_its_whole_records(plain):
    """Of a file cut in its seventh second, six seconds are read, and the loss is reported."""
    plain.write_bytes(plain.read_bytes()[: 256 * 4 + 6 * 600 + 100])
    (recording,) = edf.read(plain)
    assert recording.duration_s == 6
    assert "6 of 10" in next(i.message for i in recording.issues if i.code == "truncated")


@pytest.mark.parametrize(
    ("at", "text", "field"),
    [
        (252, b"0   ", "number of signals"),
        (252, b"abcd", "number of signals"),
        (244, b"0       ", "duration"),
        (244, b"nan     ", "duration"),
        (256 + 3 * 216, b"-5      ", "samples per record"),
        (256 + 3 * 112, b"many    ", "physical maximum|physical minimum"),
    ],
)
def test_an_absurd_field_is_named(plain, at, text, field):
    """The error says which field makes no sense and what it holds."""
    with pytest.raises(UnreadableFile, match=field):
        edf.read(patched(plain, at, text))


def test_an_empty_range_is_reported_and_not_scaled(plain):
    """A channel whose physical minimum equals its maximum keeps digital values, said so."""
    patched(plain, 256 + 3 * 104, b"500     ")
    (recording,) = edf.read(plain)
    assert recording.channels[0].unit == "adc"
    assert recording.channels[1].unit == "uV"
    assert [i.channel for i in recording.issues if i.code == "no_scale"] == ["EMG1"]


@FEW
@given(cut=st.integers(0, 256 * 4 + 6000))
def test_a_file_cut_anywhere_is_read_or_refused(tmp_path, cut):
    """Cut at any byte: recordings or UnreadableFile, never another exception."""
    whole = tmp_path / "w.edf"
    if not whole.exists():
        write(whole, np.zeros((3, 1000)), 100)
    path = tmp_path / "cut.edf"
    path.write_bytes(whole.read_bytes()[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read()
    except UnreadableFile as error:
        assert "cut.edf" in str(error)


@FEW
@given(raw=st.binary(max_size=2000), start=st.sampled_from([b"", b"0       ", b"\xffBIOSEMI"]))
def test_random_bytes_are_refused_clearly(tmp_path, raw, start):
    """Noise in the place of a file gives an error of ours, never a traceback."""
    path = tmp_path / "noise.edf"
    path.write_bytes(start + raw)
    try:
        of(path).read(path)
    except EutoniaError:
        return


def test_a_corrupted_header_never_breaks_the_reader(plain, tmp_path):
    """Any single header byte overwritten: recordings or an error of ours."""
    raw = plain.read_bytes()
    rng = np.random.default_rng(3)
    path = tmp_path / "c.edf"
    for at in rng.integers(0, 1024, 150):
        path.write_bytes(raw[:at] + bytes([rng.integers(32, 255)]) + raw[at + 1 :])
        try:
            for recording in of(path).read(path):
                recording.signal.read(0, 10)
        except EutoniaError:
            pass


def test_a_day_is_read_in_bounded_memory(tmp_path):
    """Blocks of a sparse 24 h file of 16 channels do not add up in memory."""
    small = write(tmp_path / "s.edf", np.zeros((16, 256)), 256)
    day = tmp_path / "day.edf"
    shutil.copy(small, day)
    patched(day, 236, b"86400   ")
    with day.open("r+b") as file:
        file.truncate(256 * 17 + 86400 * 16 * 512)
    (recording,) = edf.read(day)
    assert recording.duration_s == 86400
    recording.signal.read(0, 60 * 256)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for minute in range(0, 1440, 20):
        recording.signal.read(minute * 60 * 256, (minute + 1) * 60 * 256)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 30_000  # kB; the blocks read add up to 140 MB


def test_a_signal_travels_by_path(plain):
    """A pickled signal is small and reads the same samples."""
    (recording,) = edf.read(plain)
    frozen = pickle.dumps(recording.signal)
    assert len(frozen) < 2000
    np.testing.assert_array_equal(pickle.loads(frozen).read(), recording.signal.read())


def test_electrodes_are_recognised(shared_data):
    """The names of the public EEG (``Fc5.``) give electrode and side."""
    (recording,) = edf.read(shared_data / "eeg-physionet-eegmmi" / "S001R02.edf")
    assert [c.name for c in recording.channels if c.kind != "eeg" or not c.site] == []
    first = recording.channels[0]
    assert (first.name, first.site, first.side) == ("Fc5.", "FC5", "left")
