"""Writing a visit as a BIDS data set: recordings, sidecars, events, corrections, state.

EEG, EMG and field potentials are written as EDF (16 bit), sound as WAV, movement and physiology as
the headerless tables of BIDS. What BIDS has no place for is kept under keys that start with
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

from eutonia.formats import _edf_write, bids, intake
from eutonia.model import (
    MOVEMENTS,
    BadSpan,
    Channel,
    EutoniaError,
    Events,
    Floats,
    Recording,
    Visit,
)

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
#: Movements that were read from a video are motion files to BIDS, with ``EutoniaKind`` beside them.
_MOTION = dict.fromkeys(("motion", *MOVEMENTS), "motion")
_FOLDER = {"eeg": "eeg", "emg": "emg", "lfp": "ieeg", "audio": "beh", **_MOTION}
_SUFFIX = {"eeg": "eeg", "emg": "emg", "lfp": "ieeg", "audio": "audio", **_MOTION}
#: Files of ours that BIDS does not know.
_OURS = ("intake.*", "*.corrections.yaml", "truth.json")
_LABEL_LENGTH = 16


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
        parts = [prefix, f"task-{task}"]
        if recording.kind in _MOTION:
            filmed = recording.kind in MOVEMENTS
            parts.append(f"tracksys-{recording.kind if filmed else 'unknown'}")
        parts += [f"acq-{acq}"] if acq else []
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
    if recording.kind in ("eeg", "emg", "lfp"):
        return ".edf"
    if recording.kind in _MOTION:
        return ".tsv"
    return ".wav" if recording.kind == "audio" else ".tsv.gz"


def _write_data_set(visit: Visit, folder: Path, subject: str) -> None:
    """Write what describes the data set and its people."""
    described: dict[str, Any] = {
        "Name": "Eutonia visit",
        "BIDSVersion": "1.11.0",
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
    (folder / ".bidsignore").write_text(
        "".join(f"{name}\n" for name in _OURS), encoding="utf-8", newline="\n"
    )
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
        missing += _edf_write.write(recording, x, labels, path)
    elif path.suffix == ".wav":
        _write_wav(recording, x, path)
    else:
        np.savetxt(path, x.T, delimiter="\t", fmt="%.9g")
    shared = path.with_name(bids.stem(path))
    stem = shared.name.removesuffix(f"_{bids.modality(path)}")
    _write_json(shared.with_name(f"{shared.name}.json"), _sidecar(recording, labels, visit))
    if recording.kind not in ("audio", "physio"):
        _write_channels(recording, labels, path.with_name(f"{stem}_channels.tsv"))
    if len(recording.events):
        _write_events(recording.events, path.with_name(f"{stem}_events.tsv"))
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


def _write_wav(recording: Recording, x: Floats, path: Path) -> None:
    import soundfile

    soundfile.write(path, x.T, round(recording.rate_hz or 1.0), subtype="PCM_24")


def _sidecar(recording: Recording, labels: list[str], visit: Visit) -> dict[str, Any]:
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
    if recording.kind in MOVEMENTS:
        content["EutoniaKind"] = recording.kind
        flags = {n: list(c.flags) for n, c in zip(labels, recording.channels, strict=True)}
        content["EutoniaFlags"] = {n: f for n, f in flags.items() if f}
    if recording.device:
        content["Manufacturer"] = recording.device
    if recording.clock.aligned != "alone":
        clock = recording.clock
        content["EutoniaClock"] = {
            "id": clock.id,
            "offset_s": clock.offset_s,
            "drift_ppm": clock.drift_ppm,
        }
    if recording.kind == "emg":
        content["EMGPlacementScheme"] = "Other"
        content["EMGPlacementSchemeDescription"] = "not stated"
    if recording.kind == "physio":
        units = {n: {"Units": c.unit} for n, c in zip(labels, recording.channels, strict=True)}
        content |= {"StartTime": 0, "Columns": labels} | units
    marks = set(visit.labels) | ({"SIMULATED"} if recording.simulated else set())
    if marks:
        content["EutoniaLabels"] = sorted(marks)
    return content


def _write_channels(recording: Recording, labels: list[str], path: Path) -> None:
    """Write ``channels.tsv``, and what its columns mean."""
    rows = [
        {
            "name": label,
            "component": "n/a",
            "type": _TYPE.get(c.kind, "MISC"),
            "tracked_point": c.site or "n/a",
            "units": c.unit or "n/a",
            "sampling_frequency": f"{recording.rate_hz:.9g}",
            "target_muscle": c.site.replace("_", " ") if c.kind == "emg" and c.site else "n/a",
            "side": _or_missing(c.side),
            "status": "good",
        }
        for label, c in zip(labels, recording.channels, strict=True)
    ]
    own = {"component", "tracked_point"} if recording.kind in _MOTION else {"target_muscle"}
    if not any(c.kind == "emg" for c in recording.channels):
        own -= {"target_muscle"}
    left_out = {"component", "tracked_point", "target_muscle"} - own
    header = tuple(name for name in rows[0] if name not in left_out)
    _write_table(path, header, (tuple(row[name] for name in header) for row in rows))
    meant = {name: {"Description": _COLUMNS[name]} for name in header if name in _COLUMNS}
    _write_json(path.with_suffix(".json"), meant)


#: Columns of ``channels.tsv`` that BIDS wants explained.
_COLUMNS = {
    "side": "Side of the body: left, right or midline.",
    "target_muscle": "Muscle below the electrodes.",
}


def _write_events(events: Events, path: Path) -> None:
    """Write ``events.tsv``, and what its columns mean."""
    header = ("onset", "duration", "trial_type", *events.columns)
    rows = [
        (f"{on:.6f}", f"{long:.6f}", name, *(str(v) for v in others))
        for on, long, name, *others in zip(
            events.onset_s, events.duration_s, events.name, *events.columns.values(), strict=True
        )
    ]
    _write_table(path, header, rows)
    described = {"trial_type": {"Description": "What happened."}}
    described |= {name: {"Description": f"{name} of the event."} for name in events.columns}
    _write_json(path.with_suffix(".json"), described)


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
