"""The header and the parameters of a C3D file, checked at every step.

Read here and not by a library, because a damaged file makes the usual one (ezc3d) end the whole
program; the tests compare the two.

References
----------
The C3D file format, user guide, Motion Lab Systems (c3d.org).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.model import UnreadableFile

_BLOCK = 512
_KEY = 0x50
_ORDER = {84: "<", 85: "vax", 86: ">"}  # Intel, DEC, SGI/MIPS
_MOST_BLOCKS = 255
#: Parameters by ``GROUP:NAME``; texts are tuples, numbers are arrays of one dimension.
Parameters = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a C3D file says about its frames.

    Parameters
    ----------
    order : str
        ``<``, ``>`` or ``vax``: how numbers are stored.
    n_points, n_analogs, per_frame : int
        Markers, analog channels, and analog samples of each channel in a frame of the markers.
    first_frame, n_frames : int
        Number of the first frame, from 1, and frames that the header promises.
    rate_hz : float
        Of the markers.
    data_at : int
        Where the first frame begins, in bytes.
    scale : float
        Metres, millimetres … per integer; negative: the file holds floats.
    events : tuple of (float, str)
        Events of the old kind, in the header itself: seconds and label.
    parameters : mapping
        All parameters.
    """

    order: str
    n_points: int
    n_analogs: int
    per_frame: int
    first_frame: int
    n_frames: int
    rate_hz: float
    data_at: int
    scale: float
    events: tuple[tuple[float, str], ...]
    parameters: Parameters

    @property
    def frame_words(self) -> int:
        """Numbers in one frame."""
        return 4 * self.n_points + self.n_analogs * self.per_frame

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of each number of a frame; VAX floats are words of 32 bits."""
        order = ">" if self.order == ">" else "<"
        if self.scale >= 0:
            return np.dtype(f"{order}i2")
        return np.dtype("<u4" if self.order == "vax" else f"{order}f4")


def looks_like_c3d(path: Path) -> bool:
    """Whether a file begins with a C3D header that points to a parameter section."""
    with path.open("rb") as file:
        head = file.read(2)
        if len(head) < 2 or head[1] != _KEY or head[0] < 2:
            return False
        file.seek((head[0] - 1) * _BLOCK)
        return file.read(4)[3:] in (b"T", b"U", b"V")


def floats(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Return VAX F floats, given as little-endian words, as numbers."""
    swapped = ((words << np.uint32(16)) | (words >> np.uint32(16))).astype(np.uint32)
    out: NDArray[np.float64] = swapped.view(np.float32).astype(np.float64) / 4
    return out


def parse(path: Path) -> Header:
    """Read the header and all parameters.

    Raises
    ------
    UnreadableFile
        If they contradict each other or the file's size.
    """
    raw = path.read_bytes() if path.stat().st_size < _BLOCK * _MOST_BLOCKS else _head(path)
    at = (raw[0] - 1) * _BLOCK if raw else 0
    if len(raw) < _BLOCK or raw[1] != _KEY or at < _BLOCK or len(raw) < at + 4:
        raise _damaged(path, "it has no complete header")
    order = _ORDER.get(raw[at + 3], "")
    if not order:
        raise _damaged(path, f"processor type {raw[at + 3]} is not known")
    words = np.frombuffer(raw[:_BLOCK], dtype=f"{'>' if order == '>' else '<'}u2")
    end = at + _BLOCK * max(raw[at + 2], 1)
    try:
        found = dict(_parameters(raw[:end], at + 4, order))
    except (IndexError, ValueError, struct.error) as error:
        raise _damaged(path, f"its parameters cannot be read ({error})") from error
    rate = _number(found, "POINT:RATE", _real(raw, 20, order))
    per_frame = max(1, int(words[9]))
    first, n_frames = _frames(found, words)
    header = Header(
        order=order,
        n_points=int(words[1]),
        n_analogs=int(words[2]) // per_frame,
        per_frame=per_frame,
        first_frame=first,
        n_frames=n_frames,
        rate_hz=rate,
        data_at=(int(words[8]) - 1) * _BLOCK,
        scale=_number(found, "POINT:SCALE", _real(raw, 12, order)),
        events=_old_events(raw, words, order),
        parameters=found,
    )
    _check(path, header, int(words[2]))
    return header


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2 * _BLOCK * _MOST_BLOCKS)


def _damaged(path: Path, why: str) -> UnreadableFile:
    return UnreadableFile(f"{path}: the C3D file is damaged: {why}. Copy or export it again.")


def _check(path: Path, header: Header, analog_words: int) -> None:
    wrong = [
        what
        for what, bad in (
            ("it holds neither markers nor analog channels", header.frame_words == 0),
            (f"its rate is {header.rate_hz:g} Hz", not 0 < header.rate_hz < 1e6),
            ("it holds no frames", header.n_frames < 1),
            ("its data begin inside the header", header.data_at < _BLOCK),
            ("its scale is 0 or no number", not math.isfinite(header.scale) or header.scale == 0),
            ("its analog samples do not divide", analog_words % header.per_frame != 0),
        )
        if bad
    ]
    if wrong:
        raise _damaged(path, wrong[0])


def _frames(found: Parameters, words: NDArray[np.uint16]) -> tuple[int, int]:
    """Return number of the first frame and number of frames.

    Above 65,535 they stand in ``TRIAL``, or as a number in ``POINT:FRAMES``.
    """
    begin, end = (found.get(f"TRIAL:ACTUAL_{x}_FIELD", ()) for x in ("START", "END"))
    if len(begin) == 2 and len(end) == 2:
        first, last = (int(x[0]) % 65536 + 65536 * (int(x[1]) % 65536) for x in (begin, end))
        return first, last - first + 1
    first, last = int(words[3]), int(words[4])
    stated = _number(found, "POINT:FRAMES", 0.0)
    if math.isfinite(stated) and (last < first or last == 65535):
        return first, int(stated) % 65536 if stated < 0 else int(stated)
    return first, last - first + 1


def _number(found: Parameters, name: str, default: float) -> float:
    value = found.get(name, ())
    is_number = isinstance(value, np.ndarray) and len(value) > 0
    return float(value[0]) if is_number else default


def _real(raw: bytes, at: int, order: str) -> float:
    part = raw[at : at + 4]
    if order == "vax":
        return float(floats(np.frombuffer(part, "<u4"))[0])
    return float(struct.unpack(f"{order}f", part)[0])


def _old_events(raw: bytes, words: NDArray[np.uint16], order: str) -> tuple[tuple[float, str], ...]:
    if words[149] != 12345:  # the key that says labels have four characters
        return ()
    n = min(int(words[150]), 18)
    times = [_real(raw, 304 + 4 * i, order) for i in range(n)]
    labels = [raw[396 + 4 * i : 400 + 4 * i].decode("latin-1").strip("\x00 ") for i in range(n)]
    return tuple((t, x or "event") for t, x in zip(times, labels, strict=True) if math.isfinite(t))


def _parameters(raw: bytes, at: int, order: str) -> Iterator[tuple[str, Any]]:
    """Yield each parameter as ``GROUP:NAME`` and value, in order of the file."""
    groups: dict[int, str] = {}
    waiting: list[tuple[int, str, Any]] = []
    short = ">" if order == ">" else "<"
    while at + 2 <= len(raw):
        length, group = struct.unpack_from("bb", raw, at)
        n = abs(length)
        if n == 0 or group == 0:
            break
        name = raw[at + 2 : at + 2 + n].decode("latin-1").upper()
        (step,) = struct.unpack_from(f"{short}h", raw, at + 2 + n)
        body = at + 4 + n
        if group < 0:
            groups[-group] = name
        else:
            waiting.append((group, name, _value(raw, body, order)))
        if step <= 0:
            break
        at += 2 + n + step
    for group, name, value in waiting:
        yield f"{groups.get(group, group)}:{name}", value


def _value(raw: bytes, at: int, order: str) -> Any:
    """Return the value of a parameter: texts, or numbers in one row."""
    kind, n_dims = struct.unpack_from("bB", raw, at)
    dims = raw[at + 2 : at + 2 + n_dims]
    size = math.prod(dims)
    at += 2 + n_dims
    width = abs(kind) if kind in (-1, 1, 2, 4) else 0
    part = raw[at : at + size * width]
    if not width or len(part) < size * width or len(dims) < n_dims:
        raise ValueError("one is longer than the section")
    if kind == -1:
        each = dims[0] if dims else 1
        texts = [part[i : i + each] for i in range(0, len(part), each)] if each else []
        return tuple(t.decode("utf-8", errors="replace").strip("\x00 ") for t in texts)
    short = ">" if order == ">" else "<"
    if kind == 4 and order == "vax":
        return floats(np.frombuffer(part, "<u4"))
    number = "f4" if kind == 4 else f"i{kind}"
    return np.frombuffer(part, f"{short}{number}").astype(np.float64)
