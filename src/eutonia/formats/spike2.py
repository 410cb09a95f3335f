"""Spike2 ``.smr`` (32 bit) through neo.

Never tried on any file: none could be had, none is written in the tests.
The 64-bit ``.smrx`` needs the maker's closed library
and is not read.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _neo
from eutonia.model import Recording


def looks_like_spike2(path: Path) -> bool:
    """Whether a file is named ``.smr`` and bears the maker's mark."""
    with path.open("rb") as file:
        return path.suffix.lower() == ".smr" and b"CED" in file.read(64)


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Spike2 recording; see `_neo.read`."""
    return _neo.read(path, "Spike2RawIO", "Spike2 SMR")


FORMAT = Format(
    id="spike2", title="Spike2 SMR", suffixes=(".smr",), reads=looks_like_spike2, read=read
)
