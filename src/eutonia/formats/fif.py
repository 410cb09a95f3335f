"""FIF, the format of MNE-Python and of Elekta, through MNE; split files are one recording."""

from __future__ import annotations

import re
from pathlib import Path

from eutonia.formats import Format, _mne, bids
from eutonia.model import Recording

_READER = _mne.Reader(
    "read_raw_fif", "FIF", options=(("on_split_missing", "warn"),), states_kinds=True
)
#: Tag 100 (file id) of type 31 and 20 bytes begins each file; gzip is looked into by MNE alone.
_MAGIC = bytes.fromhex("000000640000001f00000014")


def leader(path: Path) -> Path:
    """Return the first part of a recording that was split at 2 GB."""
    if not path.name.lower().endswith(".fif"):
        return path
    first = path.with_name(re.sub(r"-\d+\.fif$", ".fif", path.name))
    if bids.entities(path).get("split", "01").lstrip("0") not in ("", "1"):
        first = path.with_name(re.sub(r"_split-(\d*)\d(?=_)", _first, path.name))
    return first if first.is_file() else path


def _first(found: re.Match[str]) -> str:
    return "_split-" + "1".rjust(len(found[1]) + 1, "0")


def looks_like_fif(path: Path) -> bool:
    """Whether the first bytes are those of FIF."""
    with path.open("rb") as file:
        return file.read(12) == _MAGIC


def read(path: Path) -> tuple[Recording, ...]:
    """Read a continuous FIF recording; see `_mne.read`."""
    return _mne.read(path, _READER)


FORMAT = Format(
    id="fif",
    title="FIF",
    suffixes=(".fif",),
    reads=looks_like_fif,
    read=read,
    leader=leader,
)
