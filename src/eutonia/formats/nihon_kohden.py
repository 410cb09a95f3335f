"""Nihon Kohden (``.eeg`` with ``.pnt``, ``.21e``, ``.log``), through MNE-Python.

Never tried on any file: none could be had, none is written in the tests.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.formats._library import beside
from eutonia.model import Recording

_READER = _mne.Reader("read_raw_nihon", "Nihon Kohden")
_BESIDE = (".pnt", ".21e", ".log", ".bft", ".cmt", ".cn2", ".egf", ".reg")
_MAGIC = (b"EEG-1", b"EEG-2", b"DAE-2", b"QI-40")


def leader(path: Path) -> Path:
    """Return the ``.eeg`` that stands for a file beside it."""
    if path.suffix.lower() not in _BESIDE:
        return path
    found = [p for p in beside(path, ".eeg") if looks_like_nihon_kohden(p)]
    return found[0] if found else path


def looks_like_nihon_kohden(path: Path) -> bool:
    """Whether a file begins with the name of one of the maker's devices."""
    with path.open("rb") as file:
        return file.read(5) in _MAGIC


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Nihon Kohden recording; see `_mne.read`."""
    path = leader(path)
    return _mne.read(path, _READER, others=beside(path, *_BESIDE))


FORMAT = Format(
    id="nihon_kohden",
    title="Nihon Kohden EEG",
    suffixes=(".eeg",),
    reads=looks_like_nihon_kohden,
    read=read,
    leader=leader,
)
