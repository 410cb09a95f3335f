"""Copies of what stands beside recordings in BIDS: only the fields that are known to be technical.

These lists are of what stays; everything else goes and is named in a warning.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eutonia.formats import bids, pseudonyms
from eutonia.formats._deidentify_marks import CannotDeidentify, Copied, mark, swept
from eutonia.formats._free_text import without_serial
from eutonia.formats.pseudonyms import Identity

_KEYS_KEPT = """
TaskName SamplingFrequency PowerLineFrequency RecordingDuration RecordingType EpochLength
EEGReference EEGGround EEGPlacementScheme EEGChannelCount EMGReference EMGGround
EMGPlacementScheme EMGChannelCount EOGChannelCount ECGChannelCount MISCChannelCount
MiscChannelCount TriggerChannelCount SEEGChannelCount ECOGChannelCount iEEGReference iEEGGround
Manufacturer ManufacturersModelName SoftwareFilters HardwareFilters StartTime Columns Units
TrackedPointsCount MotionChannelCount ACCELChannelCount GYROChannelCount MAGNChannelCount
POSChannelCount TrackingSystemName SpatialAxes RotationRule RotationOrder BIDSVersion DatasetType
License EutoniaLabels EutoniaClock EutoniaCondition EutoniaKind EutoniaFlags
EEGCoordinateSystem EEGCoordinateUnits EMGCoordinateSystem EMGCoordinateUnits iEEGCoordinateSystem
iEEGCoordinateUnits AudioChannelCount AudioSampleRate
"""
_KEYS = frozenset(_KEYS_KEPT.split())
_DEVICE = ("Manufacturer", "ManufacturersModelName")
_COLUMNS_KEPT = """
name type units sampling_frequency low_cutoff high_cutoff notch reference ground group status
target_muscle side hemisphere component tracked_point reference_frame impedance material x y z size
signal_electrode placement_scheme onset duration trial_type value sample response_time
"""
_COLUMNS = frozenset(_COLUMNS_KEPT.split())
_PARTICIPANTS = ("participant_id", "age", "sex", "handedness")
_NUMBER = re.compile(rb"\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|n/a|nan)\s*", re.IGNORECASE)


def copy_json(source: Path, target: Path, identity: Identity) -> Copied:
    """Write a JSON sidecar with its technical keys; all others go."""
    content, wrong = bids.load_json(source)
    if wrong:
        raise CannotDeidentify(f"{source}: {wrong} Mend or delete it.")
    gone: list[str] = []
    kept = _object(content, identity, gone, columns=frozenset(_columns_of(content)))
    if source.name == "dataset_description.json":
        kept["Name"] = "De-identified by Eutonia"  # BIDS wants one
    target.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return Copied(files=(target,), warnings=_left_out(source, "keys", gone))


def _columns_of(content: dict[str, Any]) -> list[str]:
    listed = content.get("Columns")
    return [c for c in listed if isinstance(c, str)] if isinstance(listed, list) else []


def _object(
    content: dict[str, Any], identity: Identity, gone: list[str], *, columns: frozenset[str]
) -> dict[str, Any]:
    """Return the keys that are known; below a column's name its unit only."""
    kept: dict[str, Any] = {}
    for key, value in content.items():
        described = isinstance(value, dict) and (key in columns or key in _COLUMNS)
        if described and "Units" in value:
            kept[key] = {"Units": _value(value["Units"], identity)}
        elif key in _KEYS:
            new = _value(value, identity)
            kept[key] = without_serial(new) if key in _DEVICE and isinstance(new, str) else new
        else:
            gone.append(key)
    return kept


def _value(value: Any, identity: Identity) -> Any:
    if isinstance(value, str):
        return swept(value, identity)
    if isinstance(value, list):
        return [_value(v, identity) for v in value]
    if isinstance(value, dict):
        return {swept(str(k), identity): _value(v, identity) for k, v in value.items()}
    return value


def copy_table(source: Path, target: Path, identity: Identity) -> Copied:
    """Write ``channels.tsv``, ``electrodes.tsv`` or ``events.tsv`` with its technical columns."""
    header, rows = _read(source)
    marks = [h for h in header if h in ("trial_type", "value")]
    keep = [h for h in header if h in _COLUMNS or _all_numbers(r[h] for r in rows)]
    new, removed = [], 0
    for row in rows:
        clean = {h: swept(row[h], identity) if h not in marks else row[h] for h in keep}
        for h in marks:
            clean[h] = row[h] if _is_number(row[h]) else mark(row[h], identity) or "n/a"
        removed += any(clean[h] == "n/a" and bids.present(row[h]) for h in marks)
        new.append([clean[h] for h in keep])
    _write(target, keep, new)
    warnings = _left_out(source, "columns", [h for h in header if h not in keep])
    if removed:
        warnings += (f"{removed} events lost their name: it is free text.",)
    return Copied(files=(target,), warnings=warnings)


def copy_participants(source: Path, target: Path, identity: Identity) -> Copied:
    """Write the row of one person in ``participants.tsv``; ages above 89 become 90."""
    header, rows = _read(source)
    keep = [h for h in header if h in _PARTICIPANTS]
    mine = [r for r in rows if r.get("participant_id") == identity.person]
    for row in mine:
        row["participant_id"] = identity.new
        age = row.get("age", "n/a")
        row["age"] = "90" if _is_number(age) and float(age) > 89 else age
    short = re.compile(r"[A-Za-z0-9./-]{0,16}")
    new = [[r[h] if short.fullmatch(r[h]) else "n/a" for h in keep] for r in mine]
    _write(target, keep, new)
    gone = [h for h in header if h not in keep]
    return Copied(files=(target,), warnings=_left_out(source, "columns", gone))


def copy_times(source: Path, target: Path, identity: Identity, named: Any) -> Copied:
    """Write ``scans.tsv`` or ``sessions.tsv``: names as `named` gives them, dates shifted."""
    header, rows = _read(source)
    keep = [h for h in header if h in ("filename", "session_id", "acq_time")]
    new = []
    for row in rows:
        clean = {h: "n/a" if h == "acq_time" else named(row[h]) for h in keep}
        if "acq_time" in keep:
            clean["acq_time"] = pseudonyms.shifted(row["acq_time"], identity.days) or "n/a"
        if all(clean[h] for h in keep):
            new.append([clean[h] for h in keep])
    _write(target, keep, new)
    gone = [h for h in header if h not in keep]
    return Copied(files=(target,), warnings=_left_out(source, "columns", gone))


def copy_numbers(source: Path, target: Path, identity: Identity) -> Copied:  # noqa: ARG001 - no text
    """Write a headerless table of samples, packed anew without the name and date of gzip.

    Raises
    ------
    CannotDeidentify
        If a cell is no number.
    """
    packed = source.suffix == ".gz"
    try:
        with gzip.open(source, "rb") if packed else source.open("rb") as file:
            body = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise CannotDeidentify(f"{source}: cannot be read ({error}). Copy it again.") from None
    for number, line in enumerate(body.splitlines(), start=1):
        if not all(_NUMBER.fullmatch(cell) for cell in line.split(b"\t")):
            raise CannotDeidentify(
                f"{source}: line {number} holds words, not only numbers. Give the columns' names "
                "in the JSON beside it, as BIDS wants, and remove texts."
            )
    if packed:
        with target.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as out:
            out.write(body)
    else:
        target.write_bytes(body)
    return Copied(files=(target,))


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    rows, wrong = bids.table_rows(path)
    if wrong:
        raise CannotDeidentify(f"{path}: {wrong} Mend or delete it.")
    first = path.read_bytes().decode("utf-8-sig", errors="replace").lstrip().split("\n")[0]
    header = list(rows[0]) if rows else [h.strip() for h in first.split("\t")]
    return header, [{h: r.get(h, "n/a") for h in header} for r in rows]


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _all_numbers(cells: Iterable[str]) -> bool:
    """Whether a column holds numbers of measurement only; whole long ones may be telephone's."""
    found = [c for c in cells if bids.present(c)]
    return bool(found) and all(
        _is_number(c) and len(re.sub(r"\D", "", c.split(".")[0])) < 6 for c in found
    )


def _left_out(path: Path, what: str, gone: list[str]) -> tuple[str, ...]:
    return (f"{path.name}: {what} left out: {', '.join(gone)}.",) if gone else ()
