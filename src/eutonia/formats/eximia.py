"""Nexstim eXimia ``.nxe``, EEG with TMS of fixed channels and rate, through MNE-Python.

By specification: not tried on a real file.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.model import Recording

#: MNE hands on microvolts, in which the format's fixed steps are, as if they were volts.
_READER = _mne.Reader("read_raw_eximia", "eXimia NXE", states_kinds=True, uv_per_volt=1.0)


def looks_like_eximia(path: Path) -> bool:
    """Whether a file is named ``.nxe``; it has no mark of its own."""
    return path.suffix.lower() == ".nxe"


def read(path: Path) -> tuple[Recording, ...]:
    """Read an eXimia recording; see `_mne.read`."""
    return _mne.read(path, _READER)


FORMAT = Format(
    id="eximia", title="eXimia NXE", suffixes=(".nxe",), reads=looks_like_eximia, read=read
)
