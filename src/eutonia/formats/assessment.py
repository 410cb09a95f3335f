"""The assessment on disk: exact JSON, its arrays, a tidy table and the manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from eutonia.formats.findings_table import write_table
from eutonia.formats.manifest import save_manifest
from eutonia.model import SCHEMA_VERSION, Assessment, Evidence, InvalidRecord

FILE = "assessment.json"
ARRAYS = "evidence.npz"
TABLE = "findings.csv"

#: From a schema version to the function that lifts a record to the next; versions never skip.
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda record: record,  # 2 adds z to comparisons, and the high-pass filter of channels
    2: lambda r: r | {"examinations": [_examined(e) for e in _listed(r, "examinations")]},
    3: lambda r: r | {"findings": [_judged(f) for f in _listed(r, "findings")]},
    4: lambda record: record,  # 5 adds flags of a part of a channel
}


def _listed(record: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [e for e in record.get(field) or () if isinstance(e, dict)]


def _examined(old: dict[str, Any]) -> dict[str, Any]:
    """Lift an examination to version 3, which keeps raw items beside totals."""
    scores = [
        {"scale": name, "totals": [["total", value]]} for name, value in old.get("scores", ())
    ]
    return old | {"scores": scores}


def _judged(old: dict[str, Any]) -> dict[str, Any]:
    """Lift a finding to version 4, which does not call an untested contrast "no difference"."""

    def lifted(one: dict[str, Any]) -> dict[str, Any]:
        untested = one.get("verdict") == "no difference shown" and one.get("q") is None
        return one | {"verdict": "not judged"} if untested else one

    return old | {"comparisons": [lifted(c) for c in _listed(old, "comparisons")]}


_KEYS = "keys"  # the entry of the archive that holds the keys of the evidence
_SHOWN_PROBLEMS = 5


def save(assessment: Assessment, evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """Write an assessment to a folder.

    Parameters
    ----------
    assessment : Assessment
    evidence : Evidence
        The arrays that `Estimate.evidence` points to.
    folder : Path
        Made if it does not exist; files of the same names are replaced.

    Returns
    -------
    tuple of Path
        ``assessment.json``, ``evidence.npz``, ``findings.csv`` and ``manifest.json``.

    Raises
    ------
    InvalidRecord
        If a number is NaN or infinite (JSON has neither); nothing is written then.
    """
    text = dumps(assessment)
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / FILE, folder / ARRAYS, folder / TABLE)
    _replace(paths[0], lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
    _replace(paths[1], lambda part: _save_arrays(evidence, part))
    _replace(paths[2], lambda part: write_table(assessment, part))
    return (*paths, save_manifest(assessment.manifest, folder))


def load(folder: Path) -> tuple[Assessment, Evidence]:
    """Read what `save` wrote; strict: nothing unknown, nothing converted.

    Raises
    ------
    InvalidRecord
        If a file is missing, damaged or breaks the schema; names the field, its value and what is
        allowed.
    """
    path = folder / FILE
    if not path.is_file():
        raise InvalidRecord(
            f"{folder} holds no {FILE}: give the folder that `eutonia assess` made."
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidRecord(f"{path} is not UTF-8 text; assess the visit again.") from None
    return loads(text, where=str(path)), _load_arrays(folder / ARRAYS)


def dumps(assessment: Assessment) -> str:
    """Return the assessment as JSON; every float is written so that it reads back exactly.

    Raises
    ------
    InvalidRecord
        If a number is NaN or infinite; names the field.
    """
    record = _adapter().dump_python(assessment)
    try:
        return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError:
        field, value = next(_not_finite(record, ""))
        raise InvalidRecord(
            f"{field} is {value}; a number of an assessment must be finite. A value that could "
            "not be computed belongs among those not measurable."
        ) from None


def loads(text: str, *, where: str = FILE) -> Assessment:
    """Return the assessment that JSON text holds, migrated to the present schema.

    Raises
    ------
    InvalidRecord
        As for `load`.
    """
    from pydantic import ValidationError

    def refuse(number: str) -> NoReturn:
        raise InvalidRecord(f"{where}: {number} is not a number that an assessment may hold.")

    try:
        record = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise InvalidRecord(
            f"{where} is not valid JSON (line {error.lineno}: {error.msg}); assess the visit again."
        ) from None
    if not isinstance(record, dict):
        raise InvalidRecord(f"{where} holds a {type(record).__name__}, not an assessment.")
    record = migrate(record, where=where)
    for field, value in _not_finite(record, ""):
        raise InvalidRecord(f"{where}: {field} is {value}; it must be finite.")
    try:
        assessment: Assessment = _adapter().validate_json(json.dumps(record), strict=True)
    except ValidationError as error:
        raise InvalidRecord(f"{where} breaks the schema:\n{_problems(error)}") from None
    for field in _unknown(record, _adapter().dump_python(assessment), ""):
        raise InvalidRecord(f"{where}: {field} is not a field of an assessment; remove it.")
    return assessment


def migrate(record: Mapping[str, Any], *, where: str = FILE) -> dict[str, Any]:
    """Lift a record of an older schema, step by step, to the present one.

    Raises
    ------
    InvalidRecord
        If its version is missing, not a whole number, or newer than this program knows.
    """
    lifted = dict(record)
    version = lifted.get("schema_version")
    if type(version) is not int:
        raise InvalidRecord(
            f"{where}: schema_version is {version!r}; it must be a whole number from 1 to "
            f"{SCHEMA_VERSION}."
        )
    if version > SCHEMA_VERSION:
        raise InvalidRecord(
            f"{where} has schema version {version}, but this Eutonia knows versions up to "
            f"{SCHEMA_VERSION}: it was written by a newer one. Update Eutonia to read it."
        )
    for step in range(version, SCHEMA_VERSION):
        if step not in MIGRATIONS:
            raise InvalidRecord(f"{where} has schema version {version}, which cannot be read.")
        lifted = MIGRATIONS[step](lifted) | {"schema_version": step + 1}
    if version < 1:
        raise InvalidRecord(f"{where} has schema version {version}; the first one is 1.")
    return lifted


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an assessment."""
    made = _adapter().json_schema()
    for part in (made, *made.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    made["properties"]["schema_version"] = {"const": SCHEMA_VERSION, "type": "integer"}
    made["required"] = sorted({*made.get("required", ()), "schema_version"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:eutonia:assessment:{SCHEMA_VERSION}",
        **made,
    }


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Assessment)


def _problems(error: Any) -> str:
    """Return the first problems, one a line: field, value, what is allowed."""
    found = error.errors(include_url=False)
    lines = []
    for one in found[:_SHOWN_PROBLEMS]:
        field = _path(one["loc"])
        if one["type"] == "missing":
            lines.append(f"  {field} is missing.")
        else:
            value = repr(one["input"])
            shown = value if len(value) < 60 else value[:57] + "…"
            lines.append(f"  {field} is {shown}: {one['msg'][0].lower()}{one['msg'][1:]}.")
    if len(found) > _SHOWN_PROBLEMS:
        lines.append(f"  … and {len(found) - _SHOWN_PROBLEMS} more.")
    return "\n".join(lines)


def _path(location: tuple[int | str, ...]) -> str:
    words = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location)
    return words.removeprefix(".") or "the record"


def _not_finite(value: Any, path: str) -> Iterator[tuple[str, float]]:
    """Yield the path and value of every float that is NaN or infinite."""
    if isinstance(value, float):
        if not np.isfinite(value):
            yield path, value
    else:
        for step, inner in _inside(value):
            yield from _not_finite(inner, f"{path}{step}".removeprefix("."))


def _unknown(given: Any, kept: Any, path: str) -> Iterator[str]:
    """Yield the path of every key that was given but that the dataclasses did not keep."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, inner in given.items():
            here = f"{path}.{key}".removeprefix(".")
            if key not in kept:
                yield here
            else:
                yield from _unknown(inner, kept[key], here)
    elif isinstance(given, list) and isinstance(kept, list | tuple):
        for i, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from _unknown(one, other, f"{path}[{i}]")


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f".{k}", v) for k, v in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"[{i}]", v) for i, v in enumerate(value))


def _save_arrays(evidence: Evidence, path: Path) -> None:
    """Write the arrays; the keys stand in an entry of their own, since they may hold slashes."""
    arrays: dict[str, Any] = {
        f"{i}/{name}": array
        for i, arrays_of_key in enumerate(evidence.values())
        for name, array in arrays_of_key.items()
    }
    arrays[_KEYS] = np.array(list(evidence), dtype=str)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _load_arrays(path: Path) -> Evidence:
    if not path.is_file():
        raise InvalidRecord(f"{path.parent} holds no {path.name}; assess the visit again.")
    from zipfile import BadZipFile
    from zlib import error as CompressionError  # noqa: N812 - it is an exception

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            evidence: Evidence = {str(key): {} for key in arrays[_KEYS]}
            keys = list(evidence)
            for entry in arrays.files:
                place, _, name = entry.partition("/")
                if name:
                    evidence[keys[int(place)]][name] = arrays[entry]
    except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile, CompressionError):
        raise InvalidRecord(f"{path} is damaged; assess the visit again.") from None
    return evidence


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write beside the file and put it in place at once, so that no half file is ever left."""
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
