"""Rebuild ``samples/`` from the wheel that its recordings come from.

The recordings are two small files of biosignalsnotebooks 0.6.14 (MIT); this is the only script that
needs h5py::

    pip download --no-deps biosignalsnotebooks==0.6.14
    pip install edfio h5py numpy
    python tools/build_samples.py biosignalsnotebooks-0.6.14-py3-none-any.whl
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
INSIDE = "biosignalsnotebooks/notebook_files/osf_files/signal_samples/"

#: Origin, its SHA-256 in the wheel, and where it goes.
EEG = (
    "S001R02.edf",
    "31a95e0a880e6c3d89960d9d62c144f24cc4e9f5d7e93c7f864ef61cd49e847e",
    "sub-01/ses-01/eeg/sub-01_ses-01_task-restEyesClosed_eeg",
)
EMG = (
    "emg_bursts.h5",
    "32989903d9196e7bf0db1306da56fda787fb6fe35591b06e9b68d040f036d5fb",
    "sub-01/ses-01/emg/sub-01_ses-01_task-movement_emg",
)

#: EDF+ writes an unknown date as 1 January 1985, and an unknown field as X.
NO_DATE = b"01.01.8500.00.00"
NO_NAME = b"X X X X"


def main(wheel: Path) -> None:
    """Write recordings, sidecars and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        eeg = _checked(archive, *EEG[:2])
        emg = _checked(archive, *EMG[:2])
        licence = archive.read("biosignalsnotebooks-0.6.14.dist-info/LICENSE.txt")
    (SAMPLES / "LICENSE-biosignalsnotebooks.txt").write_bytes(licence.replace(b"\r\n", b"\n"))
    _dataset()
    _write_eeg(eeg, SAMPLES / EEG[2])
    _write_emg(emg, SAMPLES / EMG[2])


def _checked(archive: zipfile.ZipFile, name: str, sha256: str) -> bytes:
    data = archive.read(INSIDE + name)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{name} in this wheel is another file (SHA-256 {found})")
    return data


def _dataset() -> None:
    _json(
        SAMPLES / "dataset_description.json",
        Name="Eutonia samples: a composite visit",
        BIDSVersion="1.11.0",
        DatasetType="raw",
        License="MIT",
        HowToAcknowledge="See README.md and SOURCE.txt.",
        EutoniaLabels=["COMPOSITE"],
    )
    _tsv(SAMPLES / "participants.tsv", [("participant_id", "group"), ("sub-01", "healthy")])
    _json(
        SAMPLES / "participants.json",
        group={
            "Description": "healthy: volunteers; this person is put together from two of them",
            "Levels": {"healthy": "volunteers, no disease stated by the sources"},
        },
    )


def _write_eeg(data: bytes, stem: Path) -> None:
    """Copy the EEG byte by byte, but for its date and the fields that name a person."""
    date_free = b"Startdate X X X BCI2000"
    header = data[:8] + NO_NAME.ljust(80) + date_free.ljust(80) + NO_DATE
    edf = header + data[len(header) :]
    _file(stem.with_suffix(".edf"), edf)
    count = int(edf[252:256])
    labels = [edf[256 + 16 * i : 272 + 16 * i].decode().strip() for i in range(count)]
    rows = [(name, "EEG", "uV") for name in labels if name != "EDF Annotations"]
    _tsv(_beside(stem, "channels.tsv"), [("name", "type", "units"), *rows])
    _json(
        stem.with_suffix(".json"),
        TaskName="rest, eyes closed",
        TaskDescription="one minute of rest with the eyes closed",
        SamplingFrequency=160,
        PowerLineFrequency="n/a",
        EEGReference="n/a",
        EEGPlacementScheme="10-10",
        EEGChannelCount=len(rows),
        SoftwareFilters="n/a",
        RecordingType="continuous",
        RecordingDuration=61,
    )


def _write_emg(data: bytes, stem: Path) -> None:
    """Convert the EMG to millivolts and write it as EDF without loss.

    The transfer function is that of ``raw_to_phy`` in the wheel's ``conversion.py`` (sensor EMG,
    device channeller): ``mV = adc · 3.0 / 2**16 − 1.5``, gain 1. With the EDF's digital value
    ``adc − 32768`` that is ``digital · 3 / 65536``, so each sample keeps its 16 bits.
    """
    import edfio
    import h5py
    import numpy as np

    with h5py.File(io.BytesIO(data)) as file:
        device = file[next(iter(file))]
        adc = device["raw/channel_3"][()].ravel()
        rate_hz = int(device.attrs["sampling rate"])
    signal = edfio.EdfSignal.from_digital(
        (adc.astype(np.int32) - 32768).astype(np.int16),
        sampling_frequency=rate_hz,
        label="EMG biceps",
        physical_dimension="mV",
        physical_range=(-1.5, 1.499954),  # the header has room for eight characters
        digital_range=(-32768, 32767),
    )
    # 28,519 samples are 19 records of 1.501 s, so nothing is cut or padded.
    edf = edfio.Edf([signal], data_record_duration=1.501)
    buffer = io.BytesIO()
    edf.write(buffer)
    raw = buffer.getvalue()
    _file(stem.with_suffix(".edf"), raw)
    header = ("name", "type", "units", "target_muscle", "side")
    row = ("EMG biceps", "EMG", "mV", "biceps brachii", "n/a")
    _tsv(_beside(stem, "channels.tsv"), [header, row])
    _json(
        stem.with_suffix(".json"),
        TaskName="movement",
        TaskDescription="cyclic contractions of the biceps brachii",
        SamplingFrequency=rate_hz,
        PowerLineFrequency="n/a",
        EMGReference="n/a",
        EMGPlacementScheme="n/a",
        EMGChannelCount=1,
        Manufacturer="PLUX",
        ManufacturersModelName="biosignalsplux (device label: channeller)",
        SoftwareFilters="n/a",
        RecordingType="continuous",
        RecordingDuration=len(adc) / rate_hz,
    )


def _beside(stem: Path, ending: str) -> Path:
    return stem.with_name(f"{stem.name.rpartition('_')[0]}_{ending}")


def _file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _json(path: Path, **content: Any) -> None:
    _file(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def _tsv(path: Path, rows: list[tuple[str, ...]]) -> None:
    _file(path, "".join("\t".join(row) + "\n" for row in rows).encode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
