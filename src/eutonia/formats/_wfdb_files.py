"""The files of a WFDB record: which belong together, what their header says, how long they are.

References
----------
WFDB header and signal file formats: wfdb.io/spec (PhysioNet).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eutonia.model import UnreadableFile

_RECORD = re.compile(r"[\w./-]+(?:/\d+)?\s+\d+(?:\s|$)")
#: Usual names of annotators, which are the suffixes of annotation files (PhysioNet).
ANNOTATORS = (
    *("atr", "ari", "qrs", "qrsc", "wqrs", "gqrs", "sqrs", "ecg", "ann", "man", "marker", "event"),
    *("trigger", "st", "sta", "stb", "stc", "apn", "al", "alh", "pu", "pu0", "pu1", "q1c", "q2c"),
    *("qt1", "qt2", "flash", "breath", "arousal", "xws", "not", "dft", "edr"),
)
#: Bytes of a sample in each storage format that has a fixed size.
_BYTES = {
    "8": 1.0,
    "16": 2.0,
    "24": 3.0,
    "32": 4.0,
    "61": 2.0,
    "80": 1.0,
    "160": 2.0,
    "212": 1.5,
    "310": 4 / 3,
    "311": 4 / 3,
}


def header_of(path: Path) -> Path:
    """Return the header of a record for any of its files; the path itself where there is none.

    A segment of a record of several segments leads to the header of the whole.
    """
    header = path if path.suffix.lower() == ".hea" else path.with_suffix(".hea")
    if header != path and not header.is_file():
        return path
    lines = lines_of(header)
    if header != path:
        named = [x.split()[0] for x in lines[1:]]
        annotated = path.suffix[1:].lower() in ANNOTATORS
        if path.name not in named and not (annotated and lines):
            return path
    if lines and (whole := _whole(header)):
        return whole
    return header if lines else path


def _whole(header: Path) -> Path | None:
    """Return the header of the record that names this one as a segment."""
    base = header.stem.rpartition("_")[0]
    if not base:
        return None
    whole = header.with_name(f"{base}.hea")
    lines = lines_of(whole) if whole.is_file() else []
    segments = [x.split()[0] for x in lines[1:]] if lines and "/" in lines[0].split()[0] else []
    return whole if header.stem in segments else None


def lines_of(header: Path) -> list[str]:
    """Return the lines of a header that are no comments; none where it is no header."""
    if header.suffix.lower() != ".hea":
        return []
    with header.open("rb") as file:
        raw = file.read(2**20)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    lines = [x.strip() for x in text.splitlines()]
    lines = [x for x in lines if x and not x.startswith("#")]
    return lines if lines and _RECORD.match(lines[0]) else []


def check_names(path: Path, lines: Sequence[str]) -> None:
    """Refuse a header that names files outside its own folder."""
    for line in lines[1:]:
        name = line.split()[0]
        if name.startswith(("/", "\\")) or ".." in name or ":" in name:
            raise UnreadableFile(
                f"{path}: the header names the file {name!r} outside its own folder, which is not "
                "read. Copy the file beside the header and correct its name there."
            )


def frames_in(path: Path, header: Any, file: str) -> int | None:
    """Return how many frames a signal file holds; None for compressed ones."""
    rows = [i for i, f in enumerate(header.file_name) if f == file]
    if any(header.fmt[i] not in _BYTES for i in rows):
        return None
    samples = sum((header.samps_per_frame[i] or 1) * _BYTES[header.fmt[i]] for i in rows)
    size = path.with_name(file).stat().st_size - int(header.byte_offset[rows[0]] or 0)
    return int(max(0, size) / samples + 1e-9)


def uncalibrated(lines: Sequence[str]) -> tuple[bool, ...]:
    """Return for each signal whether its header states no gain: a missing one, or 0."""
    cells = [line.split() for line in lines[1:]]
    return tuple(len(c) < 3 or re.match(r"0*(?:\.0*)?(?![\d.e])", c[2]) is not None for c in cells)
