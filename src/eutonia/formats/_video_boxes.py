"""What an MP4 or QuickTime file says of itself beside its pictures: camera, speed, place."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 64_000_000  # of the index of a file; a longer one is passed over
_HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"meta", b"ilst")
_CUT_S = 0.01  # by which what is played is shorter than what is there, from which it was cut
_FLOAT32, _FLOAT64 = 23, 24  # types of a value


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the file's index says.

    Parameters
    ----------
    device : str
        Maker and model of the camera, or nothing.
    capture_hz : float
        Pictures a second at which they were taken; 0 where it is not said.
    streams : frozenset of str
        Kinds of its streams: ``vide``, ``soun``, …
    place : bool
        Whether it says where it was filmed.
    n_pictures : int
        Pictures that the file holds; 0 where its index does not say so.
    cut : bool
        Whether it was shortened by an edit list: not all that is there is played.
    """

    device: str = ""
    capture_hz: float = 0.0
    streams: frozenset[str] = frozenset()
    place: bool = False
    n_pictures: int = 0
    cut: bool = False


def said(path: Path) -> Said:
    """Return what an MP4 or QuickTime file says of itself; nothing for other or damaged files."""
    try:
        index = _index(path)
        values = dict(_values(index))
        streams = frozenset(
            body[8:12].decode("latin-1") for where, body in _boxes(index) if where.endswith("hdlr")
        )
        n_pictures, cut = _film(index)
    except (struct.error, ValueError, OSError, RecursionError):
        return Said()
    named = {k.rsplit(".", 1)[-1]: v for k, v in values.items()}
    maker = _text(named, "make", "manufacturer", "\xa9mak")
    model = _text(named, "model", "\xa9mod")
    speed = values.get("com.android.capture.fps", "")
    return Said(
        device=model if model.startswith(maker) else f"{maker} {model}".strip(),
        capture_hz=_number(speed),
        streams=streams & {"vide", "soun"},
        place=any("location" in k or k == "\xa9xyz" for k in values),
        n_pictures=n_pictures,
        cut=cut,
    )


def _film(index: bytes) -> tuple[int, bool]:
    """Return how many pictures the first track of pictures holds, and whether it was cut."""
    movie = dict(_boxes(index))
    for where, body in _boxes(index):
        if where != "moov/trak":
            continue
        track = dict(_boxes(body, "trak"))
        if track.get("trak/mdia/hdlr", b"")[8:12] != b"vide":
            continue
        sizes = track.get("trak/mdia/minf/stbl/stsz", b"")
        n = struct.unpack_from(">I", sizes, 8)[0] if len(sizes) >= 12 else 0
        ticks, lasts = _lasting(track.get("trak/mdia/mdhd", b""))
        per_s, _ = _lasting(movie.get("moov/mvhd", b""))
        edits = _edits(track.get("trak/edts/elst", b""))
        if not (edits and ticks and per_s):
            return n, False
        return n, lasts / ticks - sum(edits) / per_s > _CUT_S
    return 0, False


def _lasting(body: bytes) -> tuple[int, int]:
    """Return ticks a second, and the length in ticks, of a ``mvhd`` or ``mdhd`` box."""
    if len(body) < 20:
        return 0, 0
    layout, at = (">IQ", 20) if body[0] == 1 else (">II", 12)
    ticks, lasts = struct.unpack_from(layout, body, at)
    return int(ticks), int(lasts)


def _edits(body: bytes) -> list[int]:
    """Return the lengths of the stretches of an edit list that show pictures."""
    if len(body) < 8:
        return []
    (count,) = struct.unpack_from(">I", body, 4)
    layout = struct.Struct(">QqI" if body[0] == 1 else ">IiI")
    rows = layout.iter_unpack(body[8 : 8 + layout.size * min(count, len(body) // layout.size)])
    return [lasts for lasts, start, _ in rows if start >= 0]


def _text(named: dict[str, str], *keys: str) -> str:
    found = next((named[k] for k in keys if named.get(k)), "")
    return "".join(c for c in found if c.isprintable()).strip()[:80]


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 < found < 1e5 else 0.0


def _index(path: Path) -> bytes:
    """Return the body of the file's ``moov`` box, wherever it stands."""
    end = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= end:
            file.seek(at)
            size, kind = struct.unpack(">I4s", file.read(8))
            skip = 8
            if size == 1:
                (size,) = struct.unpack(">Q", file.read(8))
                skip = 16
            size = size or end - at
            if size < skip:
                break
            if kind == b"moov":
                return file.read(min(size - skip, _MOST_BYTES))
            at += size
    return b""


def _boxes(data: bytes, where: str = "moov") -> Iterator[tuple[str, bytes]]:
    """Yield each box inside, with the kinds that lead to it."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            break
        body, name = data[at + 8 : at + size], f"{where}/{kind.decode('latin-1')}"
        yield name, body
        if kind in _HOLDERS:
            yield from _boxes(_inside(kind, body), name)
        at += size


def _inside(kind: bytes, body: bytes) -> bytes:
    """Return the boxes in a box; ``meta`` of MP4 has four bytes before them, of QuickTime none."""
    versioned = kind == b"meta" and body[4:8] != b"hdlr"
    return body[4:] if versioned else body


def _values(index: bytes) -> Iterator[tuple[str, str]]:
    """Yield names and values of the movie's own texts, in the three ways in use."""
    keys: list[str] = []
    for where, body in _boxes(index):
        if where.endswith("meta/keys"):
            keys = _keys(body)
        elif "/ilst/" in where:
            name = where.rsplit("/", 1)[-1]
            number = int.from_bytes(name.encode("latin-1"), "big")
            named = keys[number - 1] if 0 < number <= len(keys) else name
            yield named, _value(body)
        elif "/udta/\xa9" in where and len(body) > 4:
            yield where.rsplit("/", 1)[-1], body[4:].decode("utf-8", "replace")


def _keys(body: bytes) -> list[str]:
    (count,) = struct.unpack_from(">I", body, 4)
    found: list[str] = []
    at = 8
    while len(found) < count and at + 8 <= len(body):
        (size,) = struct.unpack_from(">I", body, at)
        if size < 8:
            break
        found.append(body[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    return found


def _value(body: bytes) -> str:
    """Return the first value of an item as text."""
    size, kind, type_ = struct.unpack_from(">I4sI", body)
    if kind != b"data":
        return ""
    raw = body[16:size]
    if type_ == _FLOAT32 and len(raw) == 4:
        return str(struct.unpack(">f", raw)[0])
    if type_ == _FLOAT64 and len(raw) == 8:
        return str(struct.unpack(">d", raw)[0])
    return raw.decode("utf-8", "replace")
