"""Neuroscan and ANT ``.cnt``: two formats of one name, told apart by content, through MNE-Python.

Never tried on any file: none could be had, none is written in the tests.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.model import Recording

_NEUROSCAN = _mne.Reader("read_raw_cnt", "Neuroscan CNT")
_ANT = _mne.Reader("read_raw_ant", "ANT Neuro CNT")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(12)


def looks_like_cnt(path: Path) -> bool:
    """Whether the first bytes are those of Neuroscan (``Version 3``) or ANT (RIFF of CNT)."""
    head = _head(path)
    neuroscan = head.startswith(b"Version 3") and path.suffix.lower() == ".cnt"
    return neuroscan or (head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"CNT ")


def read(path: Path) -> tuple[Recording, ...]:
    """Read a CNT recording; see `_mne.read`."""
    return _mne.read(path, _NEUROSCAN if _head(path).startswith(b"Version") else _ANT)


FORMAT = Format(
    id="cnt", title="Neuroscan or ANT CNT", suffixes=(".cnt",), reads=looks_like_cnt, read=read
)
