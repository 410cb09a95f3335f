"""Formats that no open library reads: they are known by name, to say how to export them."""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _library
from eutonia.model import Recording, UnreadableFile

#: Suffix to the format in words, and what the maker's program exports.
_EXPORT = {
    ".smrx": ("Spike2 of 64 bit", "in Spike2: File, Export As, a 32-bit .smr, EDF or MATLAB"),
    ".e": ("Nicolet .e", "in NicoletOne or Natus NeuroWorks: export as EDF"),
    ".erd": ("Natus or XLTEK", "in NeuroWorks: File, Export, EDF or EDF+"),
}
#: Files of the same name that belong to a Natus recording.
_NATUS = (".ent", ".stc", ".snc", ".vtc", ".etc", ".epo", ".eeg", ".mtg")


def leader(path: Path) -> Path:
    """Return the ``.erd`` of a Natus recording for a file beside it."""
    found = _library.beside(path, ".erd") if path.suffix.lower() in _NATUS else ()
    return found[0] if found else path


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
    what, how = _EXPORT[leader(path).suffix.lower()]
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
    leader=leader,
)
