"""The manifest beside an assessment: what it was made from, with what, and what was written."""

from __future__ import annotations

from pathlib import Path

from eutonia.model import InvalidRecord, Manifest

FILE = "manifest.json"


def save_manifest(manifest: Manifest, folder: Path) -> Path:
    """Write ``manifest.json``."""
    from pydantic import TypeAdapter

    path = folder / FILE
    path.write_bytes(TypeAdapter(Manifest).dump_json(manifest, indent=1) + b"\n")
    return path


def load_manifest(folder: Path) -> Manifest:
    """Read ``manifest.json``.

    Raises
    ------
    InvalidRecord
        If it is missing or damaged.
    """
    from pydantic import TypeAdapter, ValidationError

    path = folder / FILE
    if not path.is_file():
        raise InvalidRecord(
            f"{folder} holds no {FILE}: give the folder that `eutonia assess` wrote."
        )
    try:
        manifest: Manifest = TypeAdapter(Manifest).validate_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidRecord(
            f"{path} is damaged ({error.error_count()} fields); assess the visit again."
        ) from None
    return manifest
