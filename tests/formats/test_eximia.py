"""Nexstim eXimia: files of 64 channels of numbers, and nothing else."""

import numpy as np
import pytest

from eutonia.formats import of
from eutonia.model import UnreadableFile
from eutonia.read import read_visit


def eximia(path, x, more=b""):
    """Write 64 channels of int16."""
    path.write_bytes(x.T.astype("<i2").tobytes() + more)
    return path


def one(path):
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def numbers(n=3000):
    """Return 64 channels of noise whose trigger lines lie still."""
    x = np.random.default_rng(7).integers(-900, 900, (64, n))
    x[:3] = np.random.default_rng(8).integers(-3, 4, (3, n))
    return x


def test_values_channels_and_pulses(tmp_path):
    """EEG in steps of 76.3 nV at 1450 Hz; each rise of a line by 5 V is an event."""
    x = numbers()
    for line, at in ((1, 145), (1, 1450), (2, 290)):
        x[line, at : at + 15] += 3277  # 5 V
    recording = one(eximia(tmp_path / "x.nxe", x))
    assert recording.rate_hz == 1450
    eeg = recording.indices("eeg")
    assert len(eeg) == 60
    np.testing.assert_allclose(recording.signal.read()[list(eeg)], x[4:] * 0.07629510948348212)
    assert recording.channels[3].kind == "eog"
    np.testing.assert_allclose(recording.signal.read(5, 9, (3,)), x[[3], 5:9] * 0.3814755474174106)
    assert recording.events.name == ("Trig1", "Trig2", "Trig1")
    np.testing.assert_allclose(recording.events.onset_s, [0.1, 0.2, 1.0])
    assert [r.id for r in read_visit(tmp_path).recordings] == ["x.nxe"]


def test_values_are_mnes_but_for_its_unit(tmp_path):
    """MNE reads the same numbers and calls these microvolts volts; names are the same."""
    mne = pytest.importorskip("mne")
    path = eximia(tmp_path / "x.nxe", numbers())
    raw = mne.io.read_raw_eximia(path, verbose="error")
    recording = one(path)
    np.testing.assert_allclose(recording.signal.read(), raw.get_data(), rtol=1e-12, atol=1e-12)
    assert [c.name for c in recording.channels] == raw.ch_names
    assert [c.kind for c in recording.channels] == [
        "trigger" if kind == "stim" else kind for kind in raw.get_channel_types()
    ]


def test_a_line_that_lies_still_or_high_has_no_pulses(tmp_path):
    """Noise of a few steps and a line that is high from the start are no events."""
    x = numbers()
    x[0, :1500] += 3277
    assert len(one(eximia(tmp_path / "x.nxe", x)).events) == 0


def test_a_pulse_across_blocks_is_one(tmp_path, monkeypatch):
    """Lines are looked at in blocks; a pulse on their border is counted once."""
    monkeypatch.setattr("eutonia.formats.eximia._BLOCK", 100)
    x = numbers()
    x[1, 195:205] += 3277
    x[2, 200:300] += 3277
    recording = one(eximia(tmp_path / "x.nxe", x))
    assert recording.events.name == ("Trig1", "Trig2")
    np.testing.assert_allclose(recording.events.onset_s, np.array([195, 200]) / 1450)


def test_a_cut_sample_is_said_and_an_empty_file_refused(tmp_path):
    """All whole samples are read."""
    recording = one(eximia(tmp_path / "x.nxe", numbers(), b"\0\0\0"))
    assert recording.n_samples == 3000
    assert [i.code for i in recording.issues] == ["truncated"]
    (tmp_path / "y.nxe").write_bytes(b"\0" * 100)
    with pytest.raises(UnreadableFile, match="holds no samples"):
        one(tmp_path / "y.nxe")
