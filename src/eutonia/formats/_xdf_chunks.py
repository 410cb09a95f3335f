"""The chunks of an XDF file, checked before pyxdf decodes them.

pyxdf trusts lengths and counts, so that a damaged one may allocate without bound or shift all that
follows. Only chunks whose content fills them exactly are passed on; what is left out is counted.

References
----------
Extensible Data Format 1.0, https://github.com/sccn/xdf/wiki/Specifications
"""

from __future__ import annotations

import math
import mmap
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np

MAGIC = b"XDF:"
_BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")
_HEADER, _SAMPLES, _OFFSET, _FOOTER = 2, 3, 4, 6
_BYTES = {"int8": 1, "int16": 2, "int32": 4, "int64": 8, "float32": 4, "double64": 8, "string": 0}
_LONGEST_S = 1e12  # a clock offset beyond this is damaged
_MOST_CHANNELS = 65_536

Data = mmap.mmap | bytes


@dataclass(frozen=True)
class Shape:
    """What a stream's header says about its samples."""

    name: str
    n_channels: int
    rate_hz: float
    sample_bytes: int


@dataclass
class Survey:
    """Which parts of a file are sound.

    Parameters
    ----------
    parts : list of (int, int) or bytes
        Stretches of the file, and headers that were mended, in order.
    streams : dict of int to Shape
        Streams with a sound header.
    lost : dict of int to int
        Damaged places in the file: first byte and number of bytes.
    faults : dict of str to int
        What was wrong, and how often.
    cut : bool
        Whether the file ends within a chunk.
    """

    parts: list[tuple[int, int] | bytes] = field(default_factory=list)
    streams: dict[int, Shape] = field(default_factory=dict)
    lost: dict[int, int] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    cut: bool = False

    @property
    def sound(self) -> bool:
        """Whether pyxdf can be given the file as it is."""
        return len(self.parts) == 1 and not self.lost

    def keep(self, start: int, end: int) -> None:
        """Add a stretch, joined to the last one where it follows."""
        last = self.parts[-1] if self.parts else b""
        if isinstance(last, tuple) and last[1] == start:
            self.parts[-1] = (last[0], end)
        else:
            self.parts.append((start, end))

    def copy_to(self, data: Data, file: BinaryIO) -> None:
        """Write the sound parts to a file."""
        for part in self.parts:
            if isinstance(part, bytes):
                file.write(part)
                continue
            for at in range(part[0], part[1], 2**24):
                file.write(data[at : min(at + 2**24, part[1])])


def survey(data: Data) -> Survey:
    """Walk through all chunks of a file that begins with `MAGIC`."""
    found = Survey()
    found.keep(0, len(MAGIC))
    at = len(MAGIC)
    while at < len(data):
        content, end = _extent(data, at)
        fault, mended = ("", b"") if not content else _fault(data, content, end, found)
        if content and not fault:
            if mended:
                found.parts.append(mended)
            else:
                found.keep(at, end)
            at = end
            continue
        after = end if content and (end == len(data) or _extent(data, end)[0]) else 0
        after = after or _next_boundary(data, at)
        found.lost[at] = after - at
        if fault:
            found.faults[fault] += 1
        elif after == len(data):
            found.cut = True
        else:
            found.faults["a damaged chunk"] += 1
        at = after
    return found


def _extent(data: Data, at: int) -> tuple[int, int]:
    """Return where the content (tag first) and the end of a chunk lie; 0, 0 if it has none."""
    length, content = _varint(data, at, len(data))
    if length < 2 or content + length > len(data):
        return 0, 0
    tag = struct.unpack_from("<H", data, content)[0]
    if not 1 <= tag <= 6 or (tag in (_HEADER, _SAMPLES, _OFFSET, _FOOTER) and length < 6):
        return 0, 0
    return content, content + length


def _varint(data: Data, at: int, end: int) -> tuple[int, int]:
    """Return a number of variable length and where it ends; -1 where there is none."""
    size = data[at] if at < end else 0
    if size not in (1, 4, 8) or at + 1 + size > end:
        return -1, at
    return int.from_bytes(data[at + 1 : at + 1 + size], "little"), at + 1 + size


def _next_boundary(data: Data, at: int) -> int:
    found = data.find(_BOUNDARY, at + 1)
    return len(data) if found < 0 else found + len(_BOUNDARY)


def _fault(data: Data, content: int, end: int, found: Survey) -> tuple[str, bytes]:
    """Say what is wrong with a chunk, and return it anew where that mends it."""
    tag = struct.unpack_from("<H", data, content)[0]
    if tag == 1:
        return ("" if _xml(data[content + 2 : end]) is not None else "a damaged file header"), b""
    if tag not in (_HEADER, _SAMPLES, _OFFSET, _FOOTER):
        return "", b""
    stream = struct.unpack_from("<I", data, content + 2)[0]
    start = content + 6
    if tag == _HEADER:
        return _header_fault(data[start:end], stream, found)
    if stream not in found.streams:
        return "a chunk of a stream without a sound header", b""
    shape = found.streams[stream]
    if tag == _SAMPLES:
        whole = _words if shape.sample_bytes == 0 else _numbers
        good, what = whole(data, start, end, shape), "a damaged chunk of samples"
    elif tag == _OFFSET:
        values = struct.unpack_from("<2d", data, start) if end - start == 16 else (math.inf,)
        good = all(math.isfinite(v) and abs(v) < _LONGEST_S for v in values)
        what = "a damaged clock offset"
    else:
        good, what = _sound_footer(data[start:end]), "a damaged footer"
    return "" if good else what, b""


def _xml(raw: bytes | str) -> ElementTree.Element | None:
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return None
    return root if root.tag == "info" and len(root) else None


def _header_fault(raw: bytes, stream: int, found: Survey) -> tuple[str, bytes]:
    root = _xml(raw.decode("utf-8", "replace"))
    if root is None or stream in found.streams:
        return "a damaged or repeated stream header", b""
    form = (root.findtext("channel_format") or "").strip()
    try:
        n_channels = int(root.findtext("channel_count") or "")
        rate_hz = float(root.findtext("nominal_srate") or "0")
    except ValueError:
        return "a damaged stream header", b""
    if (
        form not in _BYTES
        or not 0 < n_channels <= _MOST_CHANNELS
        or not 0 <= rate_hz < 1e9
        or (0 < rate_hz < 1e-6)
    ):
        return "a damaged stream header", b""
    name = (root.findtext("name") or "").strip()
    found.streams[stream] = Shape(name, n_channels, rate_hz, n_channels * _BYTES[form])
    missing = [tag for tag in ("name", "nominal_srate") if not root.findtext(tag)]
    if not missing:
        return "", b""
    for tag in missing:  # pyxdf needs both
        old = root.find(tag)
        element = ElementTree.SubElement(root, tag) if old is None else old
        element.text = {"name": f"stream {stream}", "nominal_srate": "0"}[tag]
    body = struct.pack("<HI", _HEADER, stream) + ElementTree.tostring(root, encoding="utf-8")
    return "", b"\x08" + struct.pack("<Q", len(body)) + body


def _sound_footer(raw: bytes) -> bool:
    root = _xml(raw)
    if root is None:
        return False
    count = root.find("sample_count")
    return count is None or (count.text or "").strip().isdigit()


def _numbers(data: Data, start: int, end: int, shape: Shape) -> bool:
    """Whether a chunk of numbers holds exactly the samples that it announces."""
    n, at = _varint(data, start, end)
    size, body = shape.sample_bytes, end - at
    if n < 0 or not n * (1 + size) <= body <= n * (9 + size):
        return False
    raw = np.frombuffer(data, dtype=np.uint8, count=body, offset=at)
    # The three usual layouts: no sample has a stamp, all have, or the first alone.
    if body == n * (1 + size) and not raw[:: 1 + size].any():
        return True
    if body == n * (9 + size) and (raw[:: 9 + size] == 8).all():
        return True
    if body == n * (1 + size) + 8 and raw[0] == 8 and not raw[9 + size :: 1 + size].any():
        return True
    for _ in range(n):
        if at >= end or data[at] not in (0, 8):
            return False
        at += 1 + data[at] + size
    return at == end


def _words(data: Data, start: int, end: int, shape: Shape) -> bool:
    """Whether a chunk of strings holds exactly the samples that it announces."""
    n, at = _varint(data, start, end)
    if not 0 <= n * (1 + 2 * shape.n_channels) <= end - at:
        return False
    for _ in range(n):
        if at >= end or data[at] not in (0, 8):
            return False
        at += 1 + data[at]
        for _ in range(shape.n_channels):
            length, at = _varint(data, at, end)
            if length < 0 or at + length > end:
                return False
            at += length
    return at == end
