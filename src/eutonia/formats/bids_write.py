"""Writing a visit as a BIDS data set: recordings, sidecars, events, corrections, state.

Evenly sampled physiology is written as EDF (16 bit), sound as WAV, movement as the headerless table
of the BIDS motion standard. What BIDS has no place for is kept under keys that start with
``Eutonia``, so that reading gives the same visit back.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import intake
from eutonia.model import BadSpan, Channel, EutoniaError, Events, Floats, Recording, Visit

#: Dates are fictitious; only their differences mean something.
_EPOCH = datetime(1985, 1, 1)
_TYPE = {
    "eeg": "EEG",
    "emg": "EMG",
    "ecg": "ECG",
    "eog": "EOG",
    "lfp": "DBS",
    "trigger": "TRIG",
    "resp": "RESP",
    "eda": "GSR",
    "temperature": "TEMP",
    "audio": "AUDIO",
    "acc": "ACCEL",
    "gyro": "GYRO",
    "mag": "MAGN",
    "position": "POS",
}
_FOLDER = {"eeg": "eeg", "emg": "emg", "lfp": "ieeg", "audio": "beh", "motion": "motion"}
_SUFFIX = {"eeg": "eeg", "emg": "emg", "lfp": "ieeg", "audio": "audio", "motion": "motion"}
_LABEL_LENGTH = 16
_RECORD_BYTES = 61_440  # the largest data record that EDF allows


def write_visit(visit: Visit, folder: Path) -> Path:
    """Write a visit into a BIDS data set.

    Parameters
    ----------
    visit : Visit
        Recordings with signals; those without an even rate are refused.
    folder : Path
        Root of the data set; made if needed. Other people and visits in it are kept.

    Returns
    -------
    Path
        The folder of the visit, ``folder/sub-…/ses-…``.

    Raises
    ------
    EutoniaError
        If a recording has no signal or no even sampling rate.
    """
    subject, session = _entity("sub", visit.person.id), _entity("ses", visit.id)
    base = folder / subject / session
    base.mkdir(parents=True, exist_ok=True)
    _write_data_set(visit, folder, subject)
    names = _names(visit, f"{subject}_{session}")
    scans = []
    for recording, (kind, stem) in zip(visit.recordings, names, strict=True):
        path = base / kind / f"{stem}{_ending(recording)}"
        path.parent.mkdir(exist_ok=True)
        _write_recording(recording, path, visit)
        scans.append((path.relative_to(base).as_posix(), _start(recording)))
    _write_table(base / f"{subject}_{session}_scans.tsv", ("filename", "acq_time"), scans)
    intake.save(visit.state, base)
    return base


def _start(recording: Recording) -> str:
    """Return the start on the visit's clock, as a fictitious time; n/a where it is not known."""
    if recording.clock.aligned == "alone":
        return "n/a"
    start = _EPOCH + timedelta(seconds=recording.clock.offset_s)
    return start.isoformat(timespec="microseconds")


def _entity(name: str, text: str) -> str:
    """Return ``name-label`` with the letters and digits of the text."""
    label = "".join(c for c in text.removeprefix(f"{name}-") if c.isascii() and c.isalnum())
    return f"{name}-{label or '01'}"


def _names(visit: Visit, prefix: str) -> list[tuple[str, str]]:
    """Return folder and stem of each recording; equal names are numbered as runs."""
    stems = []
    for recording in visit.recordings:
        words = recording.condition.get("task", "unknown").split("_")
        task = words[0] + "".join(w.capitalize() for w in words[1:])
        others = [(f, v) for f, v in recording.condition.levels if f != "task"]
        acq = "".join(f"{f}{v.capitalize()}" for f, v in others)
        acq = "".join(c for c in acq if c.isascii() and c.isalnum())
        suffix = _SUFFIX.get(recording.kind, "physio")
        parts = [prefix, f"task-{task}", *([f"acq-{acq}"] if acq else [])]
        stems.append((_FOLDER.get(recording.kind, "beh"), "_".join(parts), suffix))
    count, seen = Counter(stems), Counter[tuple[str, str, str]]()
    names = []
    for kind, stem, suffix in stems:
        key = (kind, stem, suffix)
        seen[key] += 1
        run = f"_run-{seen[key]:02d}" if count[key] > 1 else ""
        names.append((kind, f"{stem}{run}_{suffix}"))
    return names


def _ending(recording: Recording) -> str:
    return {"audio": ".wav", "motion": ".tsv"}.get(recording.kind, ".edf")


def _write_data_set(visit: Visit, folder: Path, subject: str) -> None:
    """Write what describes the data set and its people."""
    described: dict[str, Any] = {
        "Name": "Eutonia visit",
        "BIDSVersion": "1.10.0",
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "eutonia"}],
    }
    if visit.labels:
        described["EutoniaLabels"] = list(visit.labels)
    _write_json(folder / "dataset_description.json", described)
    person, path = visit.person, folder / "participants.tsv"
    header = ("participant_id", "age", "sex", "handedness")
    age = "n/a" if person.age_years is None else f"{person.age_years:g}"
    rows: dict[str, tuple[str, ...]] = {}
    own = (subject, age, _or_missing(person.sex), _or_missing(person.handedness))
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            kept = list(csv.DictReader(file, delimiter="\t"))
        rows = {r["participant_id"]: tuple(r.get(h) or "n/a" for h in header) for r in kept}
    rows[subject] = own
    _write_table(path, header, rows.values())
    (folder / "README").write_text(
        "A visit written by Eutonia. Dates are fictitious; only their differences count.\n",
        encoding="utf-8",
    )


def _or_missing(text: str) -> str:
    return "n/a" if text == "unknown" else text


def _write_recording(recording: Recording, path: Path, visit: Visit) -> None:
    if recording.signal is None or not recording.rate_hz:
        raise EutoniaError(
            f"{recording.id} has no evenly sampled signal; resample it before it is written."
        )
    x = recording.signal.read()
    missing = _missing(recording, x)
    labels = _labels(recording.channels)
    if path.suffix == ".edf":
        missing += _write_edf(recording, x, labels, path)
    elif path.suffix == ".wav":
        _write_wav(recording, x, path)
    else:
        np.savetxt(path, x.T, delimiter="\t", fmt="%.9g")
    shared = path.with_name(path.stem)
    stem = str(shared).removesuffix(f"_{path.stem.split('_')[-1]}")
    _write_json(shared.with_suffix(".json"), _sidecar(recording, visit))
    if path.suffix != ".wav":
        _write_channels(recording, labels, Path(f"{stem}_channels.tsv"))
    if len(recording.events):
        _write_events(recording.events, Path(f"{stem}_events.tsv"))
    if bad := (*recording.bad, *missing):
        _write_corrections(bad, recording.channels, labels, shared)


def _missing(recording: Recording, x: Floats) -> list[BadSpan]:
    """Bridge samples that are no numbers, in place, and return where they were."""
    spans = []
    rate = recording.rate_hz or 1.0
    for channel, row in zip(recording.channels, x, strict=True):
        good = np.isfinite(row)
        if good.all():
            continue
        edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=1, append=1))
        for start, stop in edges.reshape(-1, 2):
            span = BadSpan(
                start_s=start / rate, stop_s=stop / rate, reason="missing", channel=channel.name
            )
            spans.append(span)
        at = np.arange(len(row))
        row[~good] = np.interp(at[~good], at[good], row[good]) if good.any() else 0.0
    return spans


def _labels(channels: tuple[Channel, ...]) -> list[str]:
    """Return names that are unique and fit the format (16 characters)."""
    used: set[str] = set()
    labels = []
    for channel in channels:
        plain = channel.name.encode("ascii", "replace").decode().replace("?", "_") or "channel"
        label, number = plain[:_LABEL_LENGTH], 1
        while label in used:
            number += 1
            label = f"{plain[: _LABEL_LENGTH - len(str(number)) - 1]}_{number}"
        used.add(label)
        labels.append(label)
    return labels


def _write_edf(recording: Recording, x: Floats, labels: list[str], path: Path) -> list[BadSpan]:
    """Write the samples; return the padding, where they do not fill whole data records."""
    from edfio import Edf, EdfSignal
    from edfio import Recording as Header

    rate_hz = recording.rate_hz or 1.0
    n = x.shape[1]
    samples, record_s = _data_record(n, rate_hz, len(x))
    padding = -n % samples
    filled = np.pad(x, ((0, 0), (0, padding)), mode="edge")
    signals = [
        EdfSignal(
            row,
            samples / record_s,
            label=label,
            physical_dimension=channel.unit[:8],
            physical_range=_physical_range(row),
        )
        for row, label, channel in zip(filled, labels, recording.channels, strict=True)
    ]
    # In the field of the administration code, so that it is not taken for a device.
    code = "SIMULATED" if recording.simulated else "X"
    header = Header(hospital_administration_code=code)
    Edf(signals, recording=header, data_record_duration=record_s).write(path)
    if not padding:
        return []
    return [BadSpan(start_s=n / rate_hz, stop_s=(n + padding) / rate_hz, reason="padding")]


def _data_record(n: int, rate_hz: float, n_channels: int) -> tuple[int, float]:
    """Return samples and seconds of a data record: a divisor of `n` where there is a good one.

    The duration has to fit the header's eight characters, else the rate would change.
    """
    most = max(1, min(n, _RECORD_BYTES // (2 * n_channels)))
    least = max(1, min(most, round(rate_hz / 10)))

    def exact(samples: int) -> bool:
        return abs(float(f"{samples / rate_hz:.6g}") * rate_hz / samples - 1) < 1e-12

    for samples in range(most, least - 1, -1):
        if n % samples == 0 and exact(samples):
            return samples, float(f"{samples / rate_hz:.6g}")
    even = (s for s in range(min(most, max(1, round(rate_hz))), 0, -1) if exact(s))
    samples = next(even, min(most, max(1, round(rate_hz))))
    return samples, float(f"{samples / rate_hz:.6g}")


def _physical_range(row: Floats) -> tuple[float, float]:
    """Return a range that the header's eight characters can hold and that contains all samples."""
    largest = float(np.abs(row).max(initial=0.0)) or 1.0
    # Rounded up to three digits, so that it is printed exactly.
    scale = 10.0 ** (np.floor(np.log10(largest)) - 2)
    limit = float(np.ceil(largest / scale) * scale)
    return -float(f"{limit:.3g}"), float(f"{limit:.3g}")


def _write_wav(recording: Recording, x: Floats, path: Path) -> None:
    import soundfile

    soundfile.write(path, x.T, round(recording.rate_hz or 1.0), subtype="PCM_24")


def _sidecar(recording: Recording, visit: Visit) -> dict[str, Any]:
    kinds = Counter(c.kind for c in recording.channels)
    content: dict[str, Any] = {
        "TaskName": recording.condition.get("task", "unknown"),
        "SamplingFrequency": recording.rate_hz,
        "PowerLineFrequency": recording.line_hz or "n/a",
        "SoftwareFilters": "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": recording.duration_s,
        "EutoniaCondition": dict(recording.condition.levels),
    }
    reference = {"eeg": "EEGReference", "emg": "EMGReference", "lfp": "iEEGReference"}
    if recording.kind in reference:
        content[reference[recording.kind]] = "n/a"
    for kind, name in (("eeg", "EEGChannelCount"), ("emg", "EMGChannelCount")):
        if kinds[kind]:
            content[name] = kinds[kind]
    if recording.device:
        content["Manufacturer"] = recording.device
    if recording.clock.aligned != "alone":
        clock = recording.clock
        content["EutoniaClock"] = {
            "id": clock.id,
            "offset_s": clock.offset_s,
            "drift_ppm": clock.drift_ppm,
        }
    labels = set(visit.labels) | ({"SIMULATED"} if recording.simulated else set())
    if labels:
        content["EutoniaLabels"] = sorted(labels)
    return content


def _write_channels(recording: Recording, labels: list[str], path: Path) -> None:
    header = ("name", "type", "units", "sampling_frequency", "target_muscle", "side", "status")
    rows = [
        (
            label,
            _TYPE.get(c.kind, "MISC"),
            c.unit or "n/a",
            f"{recording.rate_hz:.9g}",
            c.site.replace("_", " ") if c.kind == "emg" and c.site else "n/a",
            _or_missing(c.side),
            "good",
        )
        for label, c in zip(labels, recording.channels, strict=True)
    ]
    _write_table(path, header, rows)


def _write_events(events: Events, path: Path) -> None:
    header = ("onset", "duration", "trial_type", *events.columns)
    rows = [
        (f"{on:.6f}", f"{long:.6f}", name, *(str(v) for v in others))
        for on, long, name, *others in zip(
            events.onset_s, events.duration_s, events.name, *events.columns.values(), strict=True
        )
    ]
    _write_table(path, header, rows)


def _write_corrections(
    bad: tuple[BadSpan, ...], channels: tuple[Channel, ...], labels: list[str], shared: Path
) -> None:
    import yaml

    label = {c.name: written for c, written in zip(channels, labels, strict=True)}
    spans = [
        {
            "start_s": float(b.start_s),
            "stop_s": float(b.stop_s),
            "reason": b.reason,
            **({"channel": label[b.channel]} if b.channel else {}),
        }
        for b in bad
    ]
    path = shared.with_name(f"{shared.name}.corrections.yaml")
    path.write_text(yaml.safe_dump({"bad": spans}, allow_unicode=True), encoding="utf-8")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
