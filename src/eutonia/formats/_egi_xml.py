"""The XML files of a folder ``.mff``, as far as they are used; see `eutonia.formats.egi`.

Files that define entities are refused, and signs that XML forbids are passed over: Net Station
writes such signs into names. Times of epochs, segments and durations are whole numbers in the
folder's own unit; see `Info.unit_s`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from xml.etree import ElementTree

from eutonia.formats._patient_names import name_pattern

Element = ElementTree.Element

_MOST_XML = 2**28
_MOST_LISTED = 10_000  # channels
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding=["']([\w.-]+)["'][^>]*\?>|^\s*<\?xml[^>]*\?>"""
)
_MOMENT = re.compile(
    r"\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(?:(Z)|([+-])(\d\d?):?(\d\d)?)?\s*"
)
#: Fields of a subject that name a person, in any words that were seen.
_NAMING = re.compile(
    r"name|identifier|\bid\b|(?:patient|subject) (?:code|no|number)|initials|birth|technician"
    r"|physician",
    re.I,
)
#: Keys of events that say who the subject is.
_PERSONAL = frozenset({"age_", "sex_", "hand", "subj", "name", "dob_", "FILE"})


@dataclass(frozen=True)
class Moment:
    """A time as written: nanoseconds since 1970 on the local clock, and its zone in seconds."""

    local_ns: int
    zone_s: int | None

    def since(self, other: Moment) -> float:
        """Return the seconds after another; without zones, by the clock."""
        apart = self.local_ns - other.local_ns
        if self.zone_s is not None and other.zone_s is not None:
            apart -= (self.zone_s - other.zone_s) * 10**9
        return apart / 1e9


@dataclass(frozen=True)
class Info:
    """``info.xml``: version of the folder (0 where none is stated), start, amplifier."""

    version: int
    start: Moment | None
    amplifier: str

    @property
    def unit_s(self) -> float:
        """Seconds of one: nanoseconds in version 0, microseconds after it."""
        return 1e-6 if self.version else 1e-9


@dataclass(frozen=True)
class DataInfo:
    """``infoN.xml``: kind of data, gain (GCAL) by channel from 1, bad channels, high-pass."""

    kind: str = ""
    gain: Mapping[int, float] = field(default_factory=dict)
    bad: tuple[int, ...] = ()
    high_pass_hz: float | None = None


@dataclass(frozen=True)
class Epoch:
    """An unbroken stretch: begin and end in the folder's unit, first and last block from 1."""

    begin: int
    end: int
    first: int
    last: int


@dataclass(frozen=True)
class Sensor:
    """A sensor of the net: number, type (0: EEG, 1: reference), name."""

    number: int
    type: int
    name: str


@dataclass(frozen=True)
class Mark:
    """An event; the duration is in the folder's unit."""

    at: Moment
    duration: int
    code: str
    label: str
    keys: str


@dataclass(frozen=True)
class Segment:
    """A segment of a category; times in the folder's unit, bad channels by number of the signal."""

    category: str
    begin: int
    end: int
    zero: int | None
    bad: str
    averaged: bool
    channels: tuple[tuple[int, int], ...]


def load(path: Path | None) -> Element | None:
    """Return an XML file without namespaces; None where it is missing or damaged."""
    if path is None or path.stat().st_size > _MOST_XML:
        return None
    raw = path.read_bytes()
    if b"<!ENTITY" in raw or b"<!DOCTYPE" in raw or b"\0" in raw:  # entities may explode
        return None
    root = _parsed(raw)
    if root is None:
        declared = _DECLARED.match(raw)
        name = (declared[1] or b"").decode("ascii", "replace") if declared else ""
        body = raw[declared.end() :] if declared else raw
        root = _parsed(_FORBIDDEN.sub("", _decoded(body, name)))
    for node in root.iter() if root is not None else ():
        node.tag = node.tag.rpartition("}")[2]
    return root


def _parsed(raw: bytes | str) -> Element | None:
    try:
        return ElementTree.fromstring(raw)  # entities were refused before
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return None


def _decoded(raw: bytes, name: str) -> str:
    for encoding in (name, "utf-8"):
        try:
            return raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("cp1252", errors="replace")


def moment(text: str) -> Moment | None:
    """Return a time as ``2018-07-30T10:47:01.021673-04:00``; None where it is none."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    whole, fraction, zulu, sign, hours, minutes = found.groups()
    try:
        local = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    zone = 0 if zulu else None
    if sign:
        zone = (int(hours) * 3600 + int(minutes or 0) * 60) * (-1 if sign == "-" else 1)
    return Moment(int(local) * 10**9 + int((fraction or "").ljust(9, "0")), zone)


def info(root: Element) -> Info:
    """Read ``info.xml``."""
    stated = _int(_text(root, "mffVersion") or _text(root, "version"))
    return Info(stated or 0, moment(_text(root, "recordTime")), _text(root, "ampType"))


def data_info(root: Element | None) -> DataInfo:
    """Read an ``infoN.xml``; one that is missing states nothing."""
    if root is None:
        return DataInfo()
    kinds = root.find("generalInformation/fileDataType")
    gain: dict[int, float] = {}
    for calibration in root.iterfind("calibrations/calibration"):
        if _text(calibration, "type") == "GCAL" and not gain:
            for one in calibration.iterfind("channels/ch"):
                gain[_int(one.get("n")) or 0] = _float(one.text)
    cuts = [
        _float(cut.text)
        for one in root.iterfind("filters/filter")
        for cut in one.iterfind("cutoffFrequency")
        if _text(one, "type").lower() == "highpass" and cut.get("units", "Hz") == "Hz"
    ]
    bad = [
        number
        for one in root.iterfind("channels")
        if one.get("exclusion") == "badChannels"
        for number in _listed(one.text)
    ]
    known = [cut for cut in cuts if cut > 0]
    return DataInfo(
        kind=kinds[0].tag if kinds is not None and len(kinds) else "",
        gain=gain,
        bad=tuple(dict.fromkeys(bad)),
        high_pass_hz=max(known) if known else None,
    )


def epochs(root: Element) -> list[Epoch] | None:
    """Read ``epochs.xml``; None where a number is missing."""
    found = []
    for one in root.iterfind("epoch"):
        times = [_int(_text(one, t)) for t in ("beginTime", "endTime", "firstBlock", "lastBlock")]
        begin, end, first, last = times
        if begin is None or end is None or first is None or last is None:
            return None
        found.append(Epoch(begin, end, first, last))
    return found


def sensors(root: Element | None) -> list[Sensor]:
    """Read ``sensorLayout.xml`` or ``coordinates.xml``, each number once."""
    found = {}
    for one in root.iter("sensor") if root is not None else ():
        number, kind, name = _int(_text(one, "number")), _int(_text(one, "type")), ""
        if number is not None:
            name = _text(one, "name")
            found[number] = Sensor(number, -1 if kind is None else kind, name)
    return list(found.values())


def layout(root: Element | None) -> str:
    """Return the name of the net."""
    return _text(root, "name") if root is not None else ""


def physio(root: Element | None) -> list[tuple[str, str]]:
    """Read ``pnsSet.xml``: name and unit of each sensor, in the order of the channels."""
    nodes = root.iter("sensor") if root is not None else ()
    return [(_text(one, "name"), _text(one, "unit")) for one in nodes]


def marks(root: Element) -> tuple[list[Mark], int]:
    """Read a track of events, and how many of these state no time."""
    found, lost = [], 0
    for one in root.iterfind("event"):
        at = moment(_text(one, "beginTime"))
        if at is None:
            lost += 1
            continue
        keys = " ".join(f"{name}={value}" for name, value, _ in _keys(one))
        lasts = max(0, _int(_text(one, "duration")) or 0)
        found.append(Mark(at, lasts, _text(one, "code"), _text(one, "label"), keys))
    return found, lost


def segments(root: Element) -> list[Segment]:
    """Read ``categories.xml``; segments without times are left out."""
    found = []
    for category in root.iterfind("cat"):
        name = _text(category, "name") or "category"
        for one in category.iterfind("segments/seg"):
            begin, end = _int(_text(one, "beginTime")), _int(_text(one, "endTime"))
            if begin is None or end is None or end < begin:
                continue
            faults = " ".join((f.text or "").strip() for f in one.iterfind("faults/fault"))
            channels = [
                (_int(status.get("signalBin")) or 1, number)
                for status in one.iterfind("channelStatus/channels")
                if status.get("exclusion") == "badChannels"
                for number in _listed(status.text)
            ]
            found.append(
                Segment(
                    category=name,
                    begin=begin,
                    end=end,
                    zero=_int(_text(one, "evtBegin")),
                    bad=f"marked bad: {faults}".rstrip(": ") if one.get("status") == "bad" else "",
                    averaged=any(k == "#seg" for k, _, _ in _keys(one)),
                    channels=tuple(dict.fromkeys(channels)),
                )
            )
    return found


def averaged(root: Element | None) -> bool:
    """Whether ``history.xml`` says that the samples are averages."""
    tools = root.iterfind("entry/tool") if root is not None else ()
    return any("averaging" in _text(tool, "method").lower() for tool in tools)


def patient(roots: Iterable[Element]) -> re.Pattern[str]:
    """Return a pattern of the names and numbers in ``subject.xml``, only to strike them out."""
    return name_pattern(
        _text(one, "data")
        for root in roots
        for one in root.iter("field")
        if _NAMING.search(_text(one, "name"))
    )


def _keys(node: Element) -> Iterator[tuple[str, str, str]]:
    """Yield code, value and type of keys, but those that say who the subject is."""
    for one in node.iterfind("keys/key"):
        code, data = _text(one, "keyCode"), one.find("data")
        kind = data.get("dataType", "") if data is not None else ""
        if code and code not in _PERSONAL and kind not in ("person", "fileReference"):
            yield code, _text(one, "data"), kind


def _text(node: Element, name: str) -> str:
    text = " ".join((node.findtext(name) or "").split())
    return "" if text == "None" else text  # a library wrote this for an empty name


def _int(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _float(text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return 0.0
    return value if isfinite(value) else 0.0


def _listed(text: str | None) -> list[int]:
    found = (_int(word) for word in (text or "").split()[:_MOST_LISTED])
    return [number for number in found if number is not None and number > 0]
