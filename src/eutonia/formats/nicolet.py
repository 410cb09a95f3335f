"""Nicolet ``.data`` with ``.head`` (the form of the EPILEPSIAE data base), through MNE-Python.

By specification: not tried on a real file. Nicolet's own ``.e`` is another format.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.formats._library import beside
from eutonia.model import Recording, UnreadableFile

_READER = _mne.Reader("read_raw_nicolet", "Nicolet", options=(("ch_type", "eeg"),))


def leader(path: Path) -> Path:
    """Return the samples that a header describes."""
    found = beside(path, ".data") if path.suffix.lower() == ".head" else ()
    return found[0] if found else path


def looks_like_nicolet(path: Path) -> bool:
    """Whether a file is named ``.data`` and has a header ``.head`` beside it."""
    return leader(path).suffix.lower() == ".data" and bool(beside(path, ".head"))


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Nicolet recording; see `_mne.read`."""
    path = leader(path)
    head = beside(path, ".head")
    if not head:
        raise UnreadableFile(f"{path}: the header {path.stem}.head is missing. Copy it beside it.")
    return _mne.read(path, _READER, others=head)


FORMAT = Format(
    id="nicolet",
    title="Nicolet data",
    suffixes=(".data",),
    reads=looks_like_nicolet,
    read=read,
    leader=leader,
)
