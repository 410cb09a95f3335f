"""EGI: the folder ``.mff`` and simple binary ``.raw``, through MNE-Python.

By specification: not tried on a real file.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _mne
from eutonia.model import Clock, Events, Recording, UnreadableFile

_FOLDER = _mne.Reader("read_raw_egi", "EGI MFF", has_pulses=False)
_RAW = _mne.Reader("read_raw_egi", "EGI raw", has_pulses=False)
_HEADER = struct.Struct(">i6hi5h")  # version, date and time, ms, rate, channels, gain, bits, range


def leader(path: Path) -> Path:
    """Return the folder ``.mff`` that a file is in."""
    return next((p for p in path.parents if p.suffix.lower() == ".mff" and p.is_dir()), path)


def looks_like_egi(path: Path) -> bool:
    """Whether a path is a folder ``.mff``, or a ``.raw`` that begins with a version from 2 to 7."""
    if leader(path) != path or path.is_dir():
        return True
    with path.open("rb") as file:
        head = file.read(4)
    return path.suffix.lower() == ".raw" and 2 <= int.from_bytes(head, "big") <= 7


def read(path: Path) -> tuple[Recording, ...]:
    """Read an EGI recording; see `_mne.read`."""
    path = leader(path)
    if not path.is_dir():
        return _raw(path)
    files = sorted(p for p in path.rglob("*") if p.is_file())
    data = max(files, key=lambda p: p.stat().st_size, default=None)
    if data is None:
        raise UnreadableFile(f"{path}: the folder is empty. Copy the whole .mff folder again.")
    return _mne.read(path, _FOLDER, data=data, others=files)


def _raw(path: Path) -> tuple[Recording, ...]:
    """Read simple binary: scale and start are taken from its header.

    Numbers of the converter become microvolts by range / 2 ** bits (EGI's description of the
    format); MNE takes these for volts, and the time of day for that of this computer's zone.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise UnreadableFile(f"{path}: the file ends within its header. Copy it again.")
    _, *when, ms, _, _, _, bits, span = _HEADER.unpack(head)
    counts = bits != 0 and span != 0
    found = _mne.read(path, replace(_RAW, uv_per_volt=1.0) if counts else _RAW)
    try:
        start = datetime(*when, tzinfo=UTC).timestamp() + ms / 1000  # type: ignore[misc]
        clock = Clock(id=WALL, offset_s=start)
    except ValueError:
        clock = Clock(id=path.name)
    return tuple(replace(r, clock=clock, events=_starts(r)) for r in found)


def _starts(recording: Recording) -> Events:
    """Return the events but those that only carry on one of the sample before."""
    events, rate = recording.events, recording.rate_hz or 1.0
    at = [(n, round(t * rate)) for n, t in zip(events.name, events.onset_s, strict=True)]
    carried = {(n, i + 1) for n, i in at}
    keep = [i for i, one in enumerate(at) if one not in carried]
    return Events(
        onset_s=events.onset_s[keep],
        duration_s=np.zeros(len(keep)),
        name=tuple(events.name[i] for i in keep),
    )


FORMAT = Format(
    id="egi",
    title="EGI",
    suffixes=(".mff", ".raw"),
    reads=looks_like_egi,
    read=read,
    leader=leader,
    folder=True,
)
