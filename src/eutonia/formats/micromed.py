"""Micromed ``.trc`` through neo, checked against a file written by its specification.

Not tried on a real file. The patient's name in the header is not passed on.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _neo
from eutonia.model import Recording


def looks_like_micromed(path: Path) -> bool:
    """Whether the first bytes are those of Micromed."""
    with path.open("rb") as file:
        return b"MICROMED" in file.read(32).upper()


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Micromed recording; see `_neo.read`."""
    return _neo.read(path, "MicromedRawIO", "Micromed TRC")


FORMAT = Format(
    id="micromed",
    title="Micromed TRC",
    suffixes=(".trc",),
    reads=looks_like_micromed,
    read=read,
)
