"""The files beside a recording of ANT Neuro: its pauses (``.seg``), events (``.evt``, ``.trg``).

By the code of libeep, ANT's ctk and Bruña's reader, which agree on every field read here; spikes,
seizures, sleep stages and R peaks are described by none of them, so reading stops there.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

_FIRST_DAY, _LAST_DAY = 25569.0, 2958464.0  # 1 January 1970 and the end of 9999, in days since 1900
_SAME_PERIOD = 1e-5  # relative, as in libeep
_LIBRARY = "class dcEventsLibrary_c"
_EPOCH, _MARKER, _ARTEFACT = (
    f"class dc{c}_c" for c in ("EpochEvent", "EventMarker", "ArtefactEvent")
)
_NUMBERS = {2: "<h", 3: "<i", 4: "<f", 5: "<d", 11: "<?", 16: "<b", 17: "<B", 18: "<H", 19: "<I"}
_TEXT, _ARRAY_OR_REFERENCE = 8, 0x6000
_MOST = 10**6  # of anything that is counted


@dataclass(frozen=True)
class Mark:
    """An event: when in seconds since 1970, for how long, its name, its ``Condition``."""

    at_s: float
    lasts_s: float
    name: str
    condition: str = ""


def seconds(day: float, fraction: float) -> float | None:
    """Return days since 1900 and seconds as seconds since 1970; None for no sensible day."""
    if not _FIRST_DAY <= day <= _LAST_DAY or not abs(fraction) < 86400:
        return None
    return round((day - _FIRST_DAY) * 86400, 6) + fraction


def segments(path: Path) -> list[tuple[float | None, int]]:
    """Return start and number of samples of each segment but the first, which is the rest.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    count, *lines = [n for n in path.read_text("latin-1").splitlines() if n.strip()]
    stated = re.fullmatch(r"NumberSegments=\s*(\d{1,6})\s*", count)
    rows = [line.split() for line in lines]
    if stated is None or len(rows) != int(stated[1]) - 1 or any(len(row) != 3 for row in rows):
        raise ValueError("its lines are not as many as it says")
    return [(seconds(float(day), float(part)), int(n)) for day, part, n in rows]


def triggers(path: Path, rate_hz: float) -> list[tuple[int, str]]:
    """Return sample and code of each line of a ``.trg``.

    Raises
    ------
    ValueError
        If the file is damaged or is of another rate.
    """
    head, *lines = path.read_text("latin-1").splitlines() or [""]
    period = float(head.split()[0]) if head.split() else 0.0
    if not abs(period * rate_hz - 1) < _SAME_PERIOD:
        raise ValueError("it is of another sampling rate")
    found = []
    for cells in (line.split() for line in lines):
        # Time, place in the file (sometimes left out), code, and perhaps "cls" with a class.
        code = cells[1] if len(cells) == 2 or cells[2:3] == ["cls"] else "".join(cells[2:3])
        if code:
            found.append((round(float(cells[0]) * rate_hz), code))
    return found


def events(path: Path) -> tuple[list[Mark], int]:
    """Return the events of an ``.evt``, and how many it says to hold.

    Those behind an event of an unknown class, or behind damage, are not returned.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    source = _Archive(path.read_bytes())
    try:
        version, packed, locked = source.take("<12x3i")
        if packed or locked or source.kind() != _LIBRARY:
            raise ValueError("it is compressed, locked or no library of events")
        source.text()
        (count,) = source.take("<I")
    except struct.error as error:
        raise ValueError("it ends early") from error
    found: list[Mark] = []
    try:
        for _ in range(min(count, _MOST)):
            mark = _event(source, version)
            if mark is None:
                break
            found.append(mark)
    except (struct.error, ValueError):
        pass  # what was read before the damage holds
    return found, count


def _event(source: _Archive, version: int) -> Mark | None:
    kind = source.kind()
    if kind not in (_EPOCH, _MARKER, _ARTEFACT):
        return None
    source.take("<i16x")  # number, identity
    source.kind()
    name = source.text()
    name = (source.text() if version >= 78 else "") or name
    _, _, _, lasts, _, day, part = source.take("<2ib4d")
    fields: dict[str, str] = {}
    for _ in range(source.take("<i")[0] if version >= 19 else 0):
        field = source.text()
        fields[field] = source.variant()
        source.text()  # unit
    said = fields.get("Name:", "")
    if kind == _EPOCH:
        source.take("<i" if version < 33 else "")
    else:
        source.text()  # channel and its reference
        source.text()
        if kind == _MARKER or version >= 174:
            said = source.text() or said
        if kind == _MARKER and version >= 35:
            source.take("<ib" if version >= 103 else "<2b")
    condition = fields.get("Condition", "").strip()
    parts = (fields.get("EventCode", ""), condition, said.strip())
    at = seconds(day, part)
    return Mark(
        at_s=float("nan") if at is None else at,
        lasts_s=lasts if 0 <= lasts < 1e9 else 0.0,
        name="/".join(p for p in parts if p) or name.strip() or "event",
        condition=condition,
    )


class _Archive:
    """Fields of an archive of the Microsoft foundation classes, one after another."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return found

    def text(self) -> str:
        """Return a text: its length in 1, 2 or 4 bytes, perhaps after a sign for wide letters."""
        (length,), wide = self.take("<B"), False
        if length == 0xFF:
            (length,) = self.take("<H")
            if length == 0xFFFE:
                wide = True
                (length,) = self.take("<B")
                length = self.take("<H")[0] if length == 0xFF else length
            if length == 0xFFFF:
                (length,) = self.take("<I")
        return self._letters(2 * length if wide else length, "utf-16-le" if wide else "")

    def kind(self) -> str:
        """Return the name of a class; empty where none follows."""
        return self.text() if self.take("<i")[0] == -1 else ""

    def variant(self) -> str:
        """Return a value as text; empty for a list, such as impedances."""
        (kind,) = self.take("<H")
        if kind in (0, 1):
            return ""
        if kind == _TEXT:
            return self._letters(self.take("<I")[0], "utf-16-le")
        if kind in _NUMBERS:
            return f"{self.take(_NUMBERS[kind])[0]:g}"
        if not kind & _ARRAY_OR_REFERENCE:
            raise ValueError(f"a value of unknown type {kind}")
        (inner,) = self.take("<H")
        if inner == _TEXT:
            self._letters(self.take("<I")[0], "utf-16-le")  # a first one that means nothing
            for _ in range(self.take("<I")[0]):
                self._letters(self.take("<I")[0], "utf-16-le")
            return ""
        layout = _NUMBERS.get(inner, "")
        if not layout:
            raise ValueError(f"a list of unknown type {inner}")
        self.take(layout)
        (count,) = self.take("<I")
        self._letters(count * struct.calcsize(layout), "")
        return ""

    def _letters(self, size: int, encoding: str) -> str:
        raw = self._data[self._at : self._at + size]
        if len(raw) < size:
            raise struct.error("it ends early")
        self._at += size
        if encoding:
            return raw.decode(encoding, errors="replace").rstrip("\0")
        return text(raw)


def text(raw: bytes) -> str:
    """Return letters in UTF-8, else in Latin-1, without the zeros that fill them up."""
    try:
        return raw.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return raw.rstrip(b"\0").decode("latin-1")
