"""Curry 7 (``.dat`` with ``.dap``) and 8 or 9 (``.cdt`` with ``.cdt.dpa``), through MNE-Python.

Never tried on any file: none could be had, none is written in the tests.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.formats._library import beside
from eutonia.model import Recording, UnreadableFile

_READER = _mne.Reader("read_raw_curry", "Curry")
_OLD = (".dap", ".rs3", ".ceo", ".cef")  # beside .dat
_NEW = (".cdt.dpa", ".cdt.dpo", ".cdt.ceo", ".cdt.cef")  # beside .cdt


def leader(path: Path) -> Path:
    """Return the file of samples for one that describes them."""
    found: tuple[Path, ...] = ()
    if path.name.lower().endswith(_NEW):
        found = beside(path.with_suffix("").with_suffix(""), ".cdt")
    elif path.suffix.lower() in _OLD and beside(path, ".dap"):
        found = beside(path, ".dat")
    return found[0] if found else path


def looks_like_curry(path: Path) -> bool:
    """Whether a file is named ``.cdt``, or a header ``.dap`` is beside it; samples have no mark."""
    if path.suffix.lower() == ".cdt" or leader(path) != path:
        return True
    return path.suffix.lower() == ".dat" and bool(beside(path, ".dap"))


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Curry recording; see `_mne.read`."""
    path = leader(path)
    others = beside(path, *(_OLD if path.suffix.lower() == ".dat" else _NEW))
    if not others:
        raise UnreadableFile(
            f"{path}: the header of this Curry recording ({path.name}.dpa) is missing. Copy all of "
            "its files into one folder."
        )
    return _mne.read(path, _READER, others=others)


FORMAT = Format(
    id="curry",
    title="Curry",
    suffixes=(".cdt", ".dat"),
    reads=looks_like_curry,
    read=read,
    leader=leader,
)
