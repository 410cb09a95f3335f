"""BIDS: entities in names, sidecars with inheritance, participants and scans.

Reads EEG, EMG, motion and physio layouts (BIDS 1.10 and the EMG extension proposal) and keeps
going where a sidecar is missing, empty or broken: that is an issue, never an error.
"""

from __future__ import annotations

import csv
import io
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from eutonia.model import Person

SUFFIX_KIND = {
    "eeg": "eeg",
    "ieeg": "lfp",
    "emg": "emg",
    "motion": "motion",
    "physio": "physio",
    "audio": "audio",
    "beh": "physio",
}
#: Channel type of ``channels.tsv`` to kind.
TYPE_KIND = {
    "EEG": "eeg",
    "EMG": "emg",
    "ECG": "ecg",
    "EKG": "ecg",
    "EOG": "eog",
    "HEOG": "eog",
    "VEOG": "eog",
    "SEEG": "seeg",
    "ECOG": "ecog",
    "DBS": "lfp",
    "TRIG": "trigger",
    "RESP": "resp",
    "GSR": "eda",
    "EDA": "eda",
    "TEMP": "temperature",
    "AUDIO": "audio",
    "ACCEL": "acc",
    "GYRO": "gyro",
    "MAGN": "mag",
    "POS": "position",
    "FORCE": "force",
    "MISC": "misc",
    "OTHER": "misc",
}
_ENTITY = re.compile(r"([a-z]+)-([A-Za-z0-9+]+)")
_MISSING = ("n/a", "", "nan")


def stem(path: Path) -> str:
    """Return the name of a file without its suffixes: ``sub-01_task-rest_emg``."""
    name = path.name
    for ending in (".tsv.gz", ".csv.gz"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return path.stem


def entities(path: Path) -> dict[str, str]:
    """Return the entities in a BIDS name, such as ``{'sub': '01', 'task': 'rest'}``."""
    found = (_ENTITY.fullmatch(part) for part in stem(path).split("_"))
    return {m[1]: m[2] for m in found if m}


def modality(path: Path) -> str:
    """Return the BIDS suffix of a name (``emg``), empty where the name is not BIDS."""
    last = stem(path).split("_")[-1]
    return last if "sub" in entities(path) and _ENTITY.fullmatch(last) is None else ""


def root_of(path: Path) -> Path:
    """Return the data set's folder: where ``dataset_description.json`` is, or above ``sub-``."""
    parents = [path, *path.parents]
    for folder in parents:
        if (folder / "dataset_description.json").is_file():
            return folder
    for folder in parents:
        if folder.name.startswith("sub-") and folder.is_dir():
            return folder.parent
    return path.parent if path.is_file() else path


def sidecars(path: Path, kind: str, ending: str) -> tuple[Path, ...]:
    """Return the sidecars of a file after the inheritance principle, the most general first.

    Parameters
    ----------
    path : Path
        The recording.
    kind : str
        BIDS suffix of the sidecar, such as ``channels`` or ``emg``.
    ending : str
        Such as ``.tsv``.
    """
    mine = entities(path)
    if "sub" not in mine:
        own = path.with_name(f"{stem(path)}{'' if kind == modality(path) else '_' + kind}{ending}")
        return (own,) if own.is_file() else ()
    root = root_of(path)
    folders = [f for f in reversed(path.parents) if f == root or root in f.parents]
    found: list[Path] = []
    for folder in folders:
        matching = [
            f
            for f in sorted(folder.glob(f"*{kind}{ending}"))
            if stem(f).split("_")[-1] == kind and entities(f).items() <= mine.items()
        ]
        found += sorted(matching, key=lambda f: len(entities(f)))
    return tuple(found)


def load_json(path: Path) -> tuple[dict[str, Any], str]:
    """Return a JSON file's object, and what is wrong with it (empty: nothing)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        what = (
            "is empty" if path.is_file() and path.stat().st_size == 0 else f"is damaged ({error})"
        )
        return {}, f"{path.name} {what} and was left out."
    return (found, "") if isinstance(found, dict) else ({}, f"{path.name} holds no JSON object.")


def metadata_files(path: Path) -> tuple[Path, ...]:
    """Return the JSON sidecars of a recording, the most general first."""
    kind = modality(path)
    return sidecars(path, kind, ".json")


@lru_cache(maxsize=256)
def _metadata(files: tuple[Path, ...], stamps: tuple[float, ...]) -> dict[str, Any]:  # noqa: ARG001
    merged: dict[str, Any] = {}
    for file in files:
        merged |= load_json(file)[0]
    return merged


def metadata(path: Path) -> dict[str, Any]:
    """Return the merged JSON sidecars of a recording; empty where there are none."""
    files = metadata_files(path)
    return dict(_metadata(files, tuple(f.stat().st_mtime for f in files)))


def table_rows(path: Path) -> tuple[list[dict[str, str]], str]:
    """Return the rows of a TSV sidecar, and what is wrong with it (empty: nothing)."""
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\x00", "")
        rows = list(csv.DictReader(io.StringIO(text), delimiter="\t", restval="n/a"))
    except (OSError, csv.Error) as error:
        return [], f"{path.name} cannot be read ({error}) and was left out."
    if not text.strip():
        return [], f"{path.name} is empty and was left out."
    clean = [
        {(k or "").strip(): (v or "").strip() for k, v in r.items() if isinstance(v, str)}
        for r in rows
    ]
    return clean, ""


def channel_files(path: Path) -> tuple[Path, ...]:
    """Return the ``channels.tsv`` files of a recording; physio and audio have none."""
    has = modality(path) in ("", "eeg", "ieeg", "emg", "motion", "nirs", "meg")
    return sidecars(path, "channels", ".tsv") if has else ()


def channel_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of ``channels.tsv`` that have a name; empty where there is none."""
    files = channel_files(path)
    rows = table_rows(files[-1])[0] if files else []
    return [r for r in rows if r.get("name")]


def electrode_files(path: Path) -> tuple[Path, ...]:
    """Return the ``electrodes.tsv`` files that hold for a recording, one for each space."""
    mine = entities(path)
    found = path.parent.glob("*_electrodes.tsv") if "sub" in mine else iter(())
    return tuple(
        f
        for f in sorted(found)
        if {k: v for k, v in entities(f).items() if k != "space"}.items() <= mine.items()
    )


def hemispheres(path: Path) -> dict[str, str]:
    """Return the hemisphere that ``electrodes.tsv`` states for electrodes, as it is written."""
    rows = [r for f in electrode_files(path) for r in table_rows(f)[0]]
    return {r["name"]: h for r in rows if r.get("name") and (h := present(r.get("hemisphere")))}


def present(text: str | None) -> str:
    """Return a cell's text, empty for ``n/a``."""
    return "" if text is None or text.strip().lower() in _MISSING else text.strip()


def person(folder: Path) -> Person:
    """Return the person of a visit's folder, from ``participants.tsv``; all else is unknown."""
    found = [p for p in (folder, *folder.parents) if p.name.startswith("sub-")]
    name = found[0].name if found else ""
    if not name:
        return Person(id="unknown")
    file = root_of(folder) / "participants.tsv"
    rows = table_rows(file)[0] if file.is_file() else []
    row = next((r for r in rows if r.get("participant_id") == name), {})
    try:
        age: float | None = float(row.get("age", ""))
    except ValueError:
        age = None
    sex = {
        "f": "female",
        "female": "female",
        "m": "male",
        "male": "male",
        "o": "other",
        "other": "other",
    }
    hand = {
        "r": "right",
        "right": "right",
        "l": "left",
        "left": "left",
        "a": "both",
        "ambidextrous": "both",
        "both": "both",
    }
    return Person(
        id=name,
        age_years=age if age is not None and 0 <= age < 130 else None,
        sex=sex.get(row.get("sex", "").lower(), "unknown"),  # type: ignore[arg-type]
        handedness=hand.get((row.get("handedness") or row.get("hand") or "").lower(), "unknown"),  # type: ignore[arg-type]
    )


def acquisition_times(folder: Path) -> dict[Path, str]:
    """Return the ``acq_time`` of each file that a ``scans.tsv`` in or above the folder names."""
    found: dict[Path, str] = {}
    root = root_of(folder)
    for place in (folder, *folder.parents):
        for scans in place.glob("*_scans.tsv"):
            for row in table_rows(scans)[0]:
                when = present(row.get("acq_time"))
                if when and row.get("filename"):
                    found[(place / row["filename"]).resolve()] = when
        if place == root:
            break
    return found


def labels(folder: Path) -> tuple[str, ...]:
    """Return ``EutoniaLabels`` of the data set, such as ``('COMPOSITE',)``."""
    file = root_of(folder) / "dataset_description.json"
    found = load_json(file)[0].get("EutoniaLabels", []) if file.is_file() else []
    return tuple(str(x) for x in found) if isinstance(found, list) else ()
