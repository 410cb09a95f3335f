"""Formats that no open library reads: they are known by name, to say how to export them."""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format
from eutonia.model import Recording, UnreadableFile

#: Suffix to the format in words, and what the maker's program exports.
_EXPORT = {
    ".smrx": ("Spike2 of 64 bit", "in Spike2: File, Export As, a 32-bit .smr, EDF or MATLAB"),
}


def is_closed(path: Path) -> bool:
    """Whether a file is named like one of these."""
    return path.suffix.lower() in _EXPORT


def read(path: Path) -> tuple[Recording, ...]:
    """Say how to export the recording.

    Raises
    ------
    UnreadableFile
        Always.
    """
    what, how = _EXPORT[path.suffix.lower()]
    raise UnreadableFile(
        f"{path}: recordings of {what} can only be read by the maker's programs. Export it there "
        f"({how}) and read that."
    )


FORMAT = Format(
    id="closed",
    title="recordings to be exported first",
    suffixes=tuple(_EXPORT),
    reads=is_closed,
    read=read,
)
