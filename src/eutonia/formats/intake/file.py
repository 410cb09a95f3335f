"""The intake file of a visit: read, checked, written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eutonia.formats import answers
from eutonia.formats.answer_file import files_in, read_mapping, write_mapping
from eutonia.formats.plain import to_mapping
from eutonia.model import InvalidRecord, VisitState


def parse(mapping: Mapping[str, Any]) -> VisitState:
    """Check the answers and return them as the state of the visit (`eutonia.formats.answers`)."""
    state: VisitState = answers.parse("intake", mapping)
    return state


def path_in(folder: Path) -> Path | None:
    """Return the intake file of a visit's folder, or None.

    Raises
    ------
    InvalidRecord
        If there are several: none of them can be preferred.
    """
    found = files_in(folder, "intake")
    if len(found) > 1:
        listed = ", ".join(p.name for p in found)
        raise InvalidRecord(f"{folder.name} holds several intake files ({listed}); keep one.")
    return found[0] if found else None


def load(folder: Path) -> VisitState:
    """Read the state of a visit from its folder; without an intake file nothing is known.

    Raises
    ------
    InvalidRecord
        If the file breaks its rules (see `parse`), or there are several.
    """
    path = path_in(Path(folder))
    return load_file(path) if path else VisitState()


def load_file(path: Path) -> VisitState:
    """Read the state of a visit from one YAML or JSON file (see `parse`)."""
    try:
        return parse(read_mapping(Path(path)))
    except InvalidRecord as error:
        raise InvalidRecord(f"{path.name}: {error}") from error


def save(state: VisitState, folder: Path) -> Path:
    """Write the state into the visit's folder and return the file.

    An intake file that is there is replaced in its own format; else ``intake.json`` is written.
    """
    return write_mapping(path_in(folder) or folder / "intake.json", to_mapping(state))
