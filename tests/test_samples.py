"""The composite visit in ``samples/`` is small, sourced, nameless and equal to its origin."""

import json
import re
from pathlib import Path

import mne
import numpy as np
import pytest

EEG = "sub-01/ses-01/eeg/sub-01_ses-01_task-restEyesClosed_eeg.edf"
EMG = "sub-01/ses-01/emg/sub-01_ses-01_task-movement_emg.edf"


def _samples(path: Path, first: int) -> bytes:
    """Return an EDF file without its first bytes."""
    return path.read_bytes()[first:]


def _volts(path: Path) -> mne.io.BaseRaw:
    return mne.io.read_raw_edf(path, preload=True, verbose="error")


def test_samples_state_source_and_licence(samples: Path) -> None:
    """Each recording is named in SOURCE.txt, and the licence's text lies beside it."""
    source = (samples / "SOURCE.txt").read_text(encoding="utf-8")
    for path in samples.rglob("*.edf"):
        assert path.relative_to(samples).as_posix() in source
    licence = (samples / "LICENSE-biosignalsnotebooks.txt").read_text(encoding="utf-8")
    assert licence.startswith("MIT License")


def test_samples_are_marked_as_composite(samples: Path) -> None:
    """The data set carries the label that every page of its report must show."""
    description = json.loads((samples / "dataset_description.json").read_text(encoding="utf-8"))
    assert description["EutoniaLabels"] == ["COMPOSITE"]
    assert "two different volunteers" in (samples / "README.md").read_text(encoding="utf-8")


def test_samples_stay_small(samples: Path) -> None:
    """All samples together take at most 3 MB."""
    assert sum(p.stat().st_size for p in samples.rglob("*") if p.is_file()) <= 3_000_000


@pytest.mark.parametrize("name", [EEG, EMG])
def test_headers_hold_no_date_and_no_name(samples: Path, name: str) -> None:
    """The headers use EDF+'s marks for an unknown person, date and time."""
    header = (samples / name).read_bytes()[:256].decode("ascii")
    assert header[8:88].split() == ["X", "X", "X", "X"]
    assert header[88:168].split()[:4] == ["Startdate", "X", "X", "X"]
    assert header[168:184] == "01.01.8500.00.00"


def test_no_sidecar_holds_a_date(samples: Path) -> None:
    """No text beside the recordings holds a calendar date or a device address."""
    for path in (p for p in samples.rglob("*") if p.suffix in {".tsv", ".json", ".txt", ".md"}):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(19|20)\d\d-\d\d?-\d\d?\b", text), path
        assert not re.search(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", text), path


@pytest.mark.parametrize("name", [EEG, EMG])
def test_sidecars_agree_with_the_header(samples: Path, name: str) -> None:
    """channels.tsv names every channel in order, and the sidecar states the header's rate."""
    path = samples / name
    raw = _volts(path)
    stem = path.name.rpartition("_")[0]
    table = path.with_name(f"{stem}_channels.tsv").read_text(encoding="utf-8").splitlines()
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert [line.split("\t")[0] for line in table[1:]] == raw.ch_names
    assert sidecar["SamplingFrequency"] == pytest.approx(raw.info["sfreq"])
    assert sidecar["RecordingDuration"] == pytest.approx(raw.n_times / raw.info["sfreq"])


def test_eeg_samples_equal_the_origin(samples: Path, shared_data: Path) -> None:
    """Past the 256 bytes that name person and date, the EEG is its origin byte by byte."""
    origin = shared_data / "eeg-physionet-eegmmi" / "S001R02.edf"
    assert _samples(samples / EEG, 184) == _samples(origin, 184)


def test_emg_samples_equal_the_origin(samples: Path, shared_data: Path) -> None:
    """The EMG in mV is the origin's raw counts by the manufacturer's transfer function."""
    h5py = pytest.importorskip("h5py", reason="h5py reads the origin of the sample EMG")
    with h5py.File(shared_data / "biosignalsnotebooks" / "emg_bursts.h5") as file:
        counts = file[next(iter(file))]["raw/channel_3"][()].ravel().astype(float)
    expected_mv = counts * 3.0 / 2**16 - 1.5
    stored_mv = _volts(samples / EMG).get_data()[0] * 1e3
    assert len(stored_mv) == len(counts)
    # The header's field of eight characters rounds the upper limit by 2e-7 mV.
    np.testing.assert_allclose(stored_mv, expected_mv, rtol=0, atol=1e-6)


def test_eeg_shows_alpha_over_the_back_of_the_head(samples: Path) -> None:
    """With the eyes closed, most power at O1, Oz and O2 is alpha, with a peak at 10 Hz."""
    raw = _volts(samples / EEG).pick(["O1..", "Oz..", "O2.."])
    psd = raw.compute_psd("welch", fmin=1, fmax=45, n_fft=320, verbose="error")
    power, freqs = psd.get_data(return_freqs=True)
    alpha = (freqs >= 8) & (freqs <= 13)
    assert np.all(power[:, alpha].sum(axis=1) > 0.5 * power.sum(axis=1))
    assert np.all(np.abs(freqs[alpha][power[:, alpha].argmax(axis=1)] - 10) <= 0.5)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.4])
def test_emg_shows_nine_contractions(samples: Path, share: float) -> None:
    """The EMG envelope has nine bursts more than half a second apart, wherever the threshold."""
    from scipy.signal import butter, sosfiltfilt

    emg = _volts(samples / EMG).get_data()[0]
    rectified = np.abs(sosfiltfilt(butter(4, 20, "high", fs=1000, output="sos"), emg))
    envelope = sosfiltfilt(butter(2, 3, fs=1000, output="sos"), rectified)
    active_s = np.flatnonzero(envelope > share * np.quantile(envelope, 0.99)) / 1000
    assert np.count_nonzero(np.diff(active_s) > 0.5) + 1 == 9
