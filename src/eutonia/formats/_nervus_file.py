"""The container of a Nervus ``.e`` file: tags, main index, and the packets that are used.

A section is what all entries of the main index with one number name, one after another; a tag
gives a section its name. Entries lie in blocks that name the next one. All numbers are little
endian, all texts UTF-16. The sources are named in `nervus`.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from math import isfinite
from mmap import ACCESS_READ, mmap
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._patient_names import name_pattern
from eutonia.model import UnreadableFile

SEGMENTS, CHANGES, EVENTS = "SegmentStream", "InfoChangeStream", "Events"
SERIES = "{A271CCCB-515D-4590-B6A1-DC170C8D6EE2}"
SENSORS = "{8032E68A-EA3E-42E8-893E-6E93C59ED515}"
_PATIENT = "{D0B3FD0B-49D9-4BF0-8929-296DE5A55910}"
_EVENT = UUID("{B799F680-72A4-11D3-93D3-00500400C148}").bytes_le
_INDEX_AT, _TAGS_AT, _COUNT_AT = 24, 172, 172208
_TAG = np.dtype([("name", "V80"), ("section", "<u4")])
#: The tags end where the number of entries stands.
_MOST_TAGS = (_COUNT_AT - _TAGS_AT - 4) // _TAG.itemsize
_ENTRY = np.dtype([("section", "<u8"), ("at", "<u8"), ("room", "<u4"), ("n", "<u4")])
_CHANGE = np.dtype([("guid", "V16"), ("day", "<f8"), ("s", "<f8"), ("at", "<u8"), ("n", "<u8")])
_SERIES_COUNT_AT, _SERIES_AT = 752, 760
_SERIES = np.dtype(
    {
        "names": ["label", "sensor", "reference", "rate", "resolution", "offset"],
        "formats": ["V64", "V64", "V64", "<f8", "<f8", "<f8"],
        "offsets": [0, 128, 192, 272, 280, 292],
        "itemsize": 552,
    }
)
_SENSOR_COUNT_AT, _SENSORS_AT = 744, 752
_SENSOR = np.dtype({"names": ["name", "text"], "formats": ["V64", "V32"], "itemsize": 384})
_SEGMENT = np.dtype(
    {
        "names": ["day", "rest", "duration"],
        "formats": ["<f8"] * 3,
        "offsets": [0, 8, 16],
        "itemsize": 152,
    }
)
_EVENT_HEAD = struct.Struct("<16sQ8xddd72xQ16s16x64s")
_TEXT_AT = 264
#: Of the patient's fields, those that are numbers of 8 bytes (birth, death, height, weight), and
#: those that name the patient (numbers, names, mother's name); all others are texts.
_NUMBERS, _NAMES = (7, 8, 23, 24), range(1, 7)
_DAY_S, _EPOCH_DAY = 86400.0, 25569  # days from 1899-12-30 to 1970-01-01


@dataclass(frozen=True, kw_only=True)
class Series:
    """One channel as the table of channels states it.

    Parameters
    ----------
    label, sensor, reference : str
        Of the channel, of its electrode and of the one it is recorded against.
    rate_hz, resolution : float
        Sampling rate; value of one step (0: not stated).
    offset : float
        What may be the value of count 0.
    """

    label: str
    sensor: str
    reference: str
    rate_hz: float
    resolution: float
    offset: float


#: The channels of a stretch in the order of their sections.
Layout = tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch without a pause: its start (seconds since 1970, None: not stated) and duration.

    ``rest`` is whether it states something beside its start that may be a part of a second.
    """

    start_s: float | None
    duration_s: float
    rest: bool


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An event: when (seconds since 1970), how long, its type, its channel and its text."""

    when_s: float
    duration_s: float
    type: str
    channel: str
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class NervusFile:
    """What a file holds, and where.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Its bytes.
    sections : dict of str to ndarray of int64, shape (n_entries, 2)
        For each tag, first byte and length of its parts.
    complete : bool
        Whether the main index is whole.
    """

    path: Path
    size: int
    sections: dict[str, NDArray[np.int64]]
    complete: bool

    def section(self, tag: str) -> bytes:
        """Return a section; it ends early where the file does."""
        parts = []
        with self.path.open("rb") as file:
            for at, n in self.sections.get(tag, np.empty((0, 2), np.int64)).tolist():
                file.seek(at)
                parts.append(file.read(min(n, self.size)))
                if len(parts[-1]) < n:
                    break
        return b"".join(parts)


def has_tags(path: Path) -> bool:
    """Whether a file has a table of tags that names the stream of segments."""
    with path.open("rb") as file:
        head = file.read(_TAGS_AT + 4)
        n = int.from_bytes(head[_TAGS_AT:], "little") if len(head) == _TAGS_AT + 4 else 0
        table = file.read(n * _TAG.itemsize) if 0 < n <= _MOST_TAGS else b""
    return any(_text(table[i : i + 80]) == SEGMENTS for i in range(0, len(table), _TAG.itemsize))


def is_old(path: Path) -> bool:
    """Whether a file has no main index, as those of before about 2012."""
    with path.open("rb") as file:
        head = file.read(_TAGS_AT)
    return len(head) > _INDEX_AT + 4 and not any(head[_INDEX_AT : _INDEX_AT + 4])


def parse(path: Path) -> NervusFile:
    """Read the tags and the main index.

    Raises
    ------
    UnreadableFile
        If the file ends within its header.
    ValueError
        If the header is damaged.
    """
    size = path.stat().st_size
    if size < _COUNT_AT + 4:
        raise UnreadableFile(
            f"{path}: ends within its header. Copy it again, or export it as EDF from NicoletOne."
        )
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as raw:
        (n_tags,) = struct.unpack_from("<I", raw, _TAGS_AT)
        if not 0 < n_tags <= _MOST_TAGS:
            raise ValueError(f"a table of {n_tags} tags")
        tags = np.frombuffer(raw, _TAG, count=n_tags, offset=_TAGS_AT + 4).copy()
        (first,) = struct.unpack_from("<I", raw, _INDEX_AT)
        (n_entries,) = struct.unpack_from("<I", raw, _COUNT_AT)
        index, complete = _index(raw, first, n_entries)
    # Addresses behind any file stay behind this one, and 63 bits hold them.
    places = np.stack([np.minimum(index["at"], size), index["n"]], axis=1).astype(np.int64)
    numbers = np.minimum(index["section"], 2**32).astype(np.int64)
    order = np.argsort(numbers, kind="stable")
    numbers = numbers[order]
    found: dict[str, NDArray[np.int64]] = {}
    for name, section in zip(tags["name"].tolist(), tags["section"].tolist(), strict=True):
        low, high = np.searchsorted(numbers, [section, section + 1]).tolist()
        if high > low:
            found.setdefault(_text(name), places[order[low:high]])
    return NervusFile(path=path, size=size, sections=found, complete=complete)


def _index(raw: mmap, at: int, n_entries: int) -> tuple[NDArray[np.void], bool]:
    """Follow the blocks of the main index; each but the last names the next."""
    blocks, found, seen = [np.empty(0, _ENTRY)], 0, set()
    while found < n_entries:
        if at in seen or not 0 < at <= len(raw) - 8:
            break
        seen.add(at)
        n, end = int.from_bytes(raw[at : at + 8], "little"), 0
        n = min(n, (len(raw) - at - 8) // _ENTRY.itemsize)
        end = at + 8 + n * _ENTRY.itemsize
        blocks.append(np.frombuffer(raw[at + 8 : end], _ENTRY))
        found += n
        at = int.from_bytes(raw[end : end + 8], "little")
    return np.concatenate(blocks), found >= n_entries


def layouts(file: NervusFile) -> list[tuple[float | None, Layout]]:
    """Return the tables of channels, and when each began to hold.

    Raises
    ------
    ValueError
        If one is damaged.
    """
    raw = file.section(SERIES)
    guid = UUID(SERIES).bytes_le
    changes = file.section(CHANGES)
    listed = np.frombuffer(changes[: len(changes) // _CHANGE.itemsize * _CHANGE.itemsize], _CHANGE)
    found = []
    for each, day, rest, at, n in listed.tolist():
        if bytes(each) == guid and n:
            found.append((_since_1970(day, rest), _layout(raw[at : at + n])))
    return found or [(None, _layout(raw))]


def _layout(raw: bytes) -> Layout:
    if raw[:16] != UUID(SERIES).bytes_le or len(raw) < _SERIES_AT:
        raise ValueError("its table of channels is missing or does not begin as it should")
    (n,) = struct.unpack_from("<I", raw, _SERIES_COUNT_AT)
    if not 0 < n <= (len(raw) - _SERIES_AT) // _SERIES.itemsize:
        raise ValueError(f"its table of {n} channels has {len(raw)} bytes")
    found = []
    for one in np.frombuffer(raw, _SERIES, count=n, offset=_SERIES_AT).tolist():
        label, sensor, reference = (_text(bytes(field)) for field in one[:3])
        rate, resolution, offset = one[3:]
        if not 0 < rate < 1e6:
            raise ValueError(f"a sampling rate of {rate:g} Hz")
        found.append(
            Series(
                label=label,
                sensor=sensor,
                reference=reference,
                rate_hz=rate,
                resolution=resolution if 1e-12 < abs(resolution) < 1e12 else 0.0,
                offset=offset if 1e-9 < abs(offset) < 1e9 else 0.0,
            )
        )
    return tuple(found)


def segments(file: NervusFile) -> list[Segment]:
    """Return the stretches without a pause.

    Raises
    ------
    ValueError
        If there are none, or one cannot be.
    """
    raw = file.section(SEGMENTS)
    if not raw or len(raw) % _SEGMENT.itemsize:
        raise ValueError(f"its list of segments has {len(raw)} bytes")
    found = []
    for day, rest, duration in np.frombuffer(raw, _SEGMENT).tolist():
        if not 0 <= duration < 1e8:
            raise ValueError(f"a segment of {duration:g} s")
        part = 1e-3 < abs(rest) < 1
        found.append(Segment(start_s=_since_1970(day), duration_s=duration, rest=part))
    return found


def sensor_texts(file: NervusFile) -> dict[str, str]:
    """Return the text beside each electrode's name that may be its unit."""
    raw = file.section(SENSORS)
    if len(raw) < _SENSORS_AT:
        return {}
    (n,) = struct.unpack_from("<H", raw, _SENSOR_COUNT_AT)
    n = min(n, (len(raw) - _SENSORS_AT) // _SENSOR.itemsize)
    listed = np.frombuffer(raw, _SENSOR, count=n, offset=_SENSORS_AT).tolist()
    return {_text(bytes(name)): _text(bytes(text)) for name, text in listed}


def marks(file: NervusFile) -> tuple[list[Mark], bool]:
    """Return the events, and whether the whole section could be read."""
    raw, at, whole = file.section(EVENTS), 0, True
    found = []
    while at + _EVENT_HEAD.size <= len(raw):
        guid, size, day, rest, lasts, n, kind, channel = _EVENT_HEAD.unpack_from(raw, at)
        when = _since_1970(day, rest)
        if guid != _EVENT or not _EVENT_HEAD.size <= size <= len(raw) - at:
            break
        if when is None or not isfinite(lasts):
            whole = False
        else:
            text = raw[at + _TEXT_AT : at + min(size, _TEXT_AT + 2 * n)]
            found.append(
                Mark(
                    when_s=when,
                    duration_s=max(0.0, lasts),
                    type=f"{{{UUID(bytes_le=kind)}}}".upper(),
                    channel=_text(channel),
                    text=_text(text),
                )
            )
        at += size
    stated = int(file.sections.get(EVENTS, np.zeros((1, 2), np.int64))[:, 1].sum())
    return found, whole and len(raw) == stated and not any(raw[at:])


def patient(file: NervusFile) -> re.Pattern[str]:
    """Return a pattern of the patient's names and numbers, only to strike them out of texts.

    Raises
    ------
    ValueError, struct.error
        If the packet is damaged.
    """
    raw = file.section(_PATIENT)
    fields: list[str] = []
    if raw:
        n_values, n_texts = struct.unpack_from("<QQ", raw, 24)
        if max(n_values, n_texts) > len(raw):
            raise ValueError("the patient's packet counts more than it holds")
        at = 40
        for _ in range(n_values):
            (field,) = struct.unpack_from("<Q", raw, at)
            at += 16 if field in _NUMBERS else 8
        setup = struct.unpack_from(f"<{2 * n_texts}Q", raw, at)
        at += 16 * n_texts
        for field, n in zip(setup[::2], setup[1::2], strict=True):
            text = _text(raw[at : at + 2 * n])
            fields += [text] if field in _NAMES else []
            at += 2 * n + 2
    return name_pattern(fields)


def _since_1970(day: float, rest_s: float = 0.0) -> float | None:
    """Return a day (of OLE) and seconds as seconds since 1970; None where it cannot be a date."""
    if not 1 < day < 1e5 or not abs(rest_s) <= _DAY_S:
        return None
    return round((day - _EPOCH_DAY) * _DAY_S + rest_s, 5)  # a day keeps about 1e-6 s


def _text(raw: bytes) -> str:
    """Return a text up to its first NUL: what follows in its field is left from before."""
    return raw.decode("utf-16-le", errors="replace").split("\0")[0].strip()
