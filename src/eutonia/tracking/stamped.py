"""The times of the pictures of an MP4 that was written at one rate, set to their own."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eutonia.model import UnreadableFile

#: Endings of files whose index holds a time for each picture.
ENDINGS = frozenset([".mp4", ".m4v", ".mov"])
#: Ticks a second: rates of cameras and whole milliseconds are whole numbers of them.
_TICKS = 90_000
_HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
#: Where the boxes of movie and track state their length, in ticks of the movie.
_LASTS = {b"mvhd": 16, b"tkhd": 20}

Box = tuple[bytes, "bytes | list[Box]"]


def stamp(path: Path, t_s: Sequence[float]) -> None:
    """Set the times of the pictures of an MP4 or QuickTime file, as OpenCV writes it.

    Parameters
    ----------
    path : Path
        Its index stands behind the pictures, which are stored in the order in which they show.
    t_s : sequence of float
        Time of each picture, increasing. The first one is shown at 0, the last one as long as the
        median of the others.

    Raises
    ------
    UnreadableFile
        If the file is another one.
    """
    at = _index(path)
    with path.open("r+b") as file:
        file.seek(at)
        boxes = _parsed(file.read())
        ticks = np.round((np.asarray(t_s, dtype=float) - t_s[0]) * _TICKS).astype(np.int64)
        steps = np.maximum(np.diff(ticks), 1)
        last = int(np.median(steps)) if len(steps) else _TICKS // 25
        made = _joined(_set(boxes, [*steps.tolist(), last], path))
        file.seek(at)
        file.write(made)
        file.truncate()


def _index(path: Path) -> int:
    """Return where the last box begins, which is the index."""
    at, end, kind, start = 0, path.stat().st_size, b"", 0
    with path.open("rb") as file:
        while at + 8 <= end:
            file.seek(at)
            size, kind = struct.unpack(">I4s", file.read(8))
            if size == 1:
                (size,) = struct.unpack(">Q", file.read(8))
            if size < 8:
                break
            start, at = at, at + size
    if kind != b"moov" or at != end:
        raise UnreadableFile(f"{path}: the times of its pictures cannot be set.")
    return start


def _parsed(data: bytes) -> list[Box]:
    found: list[Box] = []
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        found.append((kind, _parsed(body) if kind in _HOLDERS else body))
        at += max(size, 8)
    return found


def _joined(boxes: list[Box]) -> bytes:
    out = b""
    for kind, body in boxes:
        inner = _joined(body) if isinstance(body, list) else body
        out += struct.pack(">I4s", len(inner) + 8, kind) + inner
    return out


def _set(boxes: list[Box], steps: list[int], path: Path) -> list[Box]:
    """Return the boxes with the steps between the pictures, and without an edit list."""
    found: list[Box] = []
    for kind, body in boxes:
        if isinstance(body, list):
            found.append((kind, _set(body, steps, path)))
        elif kind in _LASTS:
            ticks = struct.unpack_from(">I", body, 12)[0] if kind == b"mvhd" else 1000
            lasts = struct.pack(">I", round(sum(steps) / _TICKS * ticks))
            at = _LASTS[kind]
            found.append((kind, body[:at] + lasts + body[at + 4 :]))
        elif kind == b"mdhd":
            found.append((kind, body[:12] + struct.pack(">II", _TICKS, sum(steps)) + body[20:]))
        elif kind == b"stts":
            found.append((kind, _table(steps)))
        elif kind == b"stsz" and struct.unpack_from(">I", body, 8)[0] != len(steps):
            raise UnreadableFile(f"{path}: not every picture was written; is the disk full?")
        elif kind != b"edts":
            found.append((kind, body))
    return found


def _table(steps: list[int]) -> bytes:
    """Return a table of steps, equal ones that follow one another counted."""
    rows: list[list[int]] = []
    for step in steps:
        if rows and rows[-1][1] == step:
            rows[-1][0] += 1
        else:
            rows.append([1, step])
    return struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(">II", *row) for row in rows)
