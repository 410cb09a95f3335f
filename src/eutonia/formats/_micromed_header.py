"""The header of a Micromed ``.trc`` file: channels, parts and marks. `micromed` names the sources.

640 bytes name zones by their place and length; the zones lie between them and the samples. All
numbers are little endian, all texts end at their NUL.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np

from eutonia.formats._patient_names import STRUCK, name_pattern
from eutonia.model import Issue, UnreadableFile

_FIXED, _PATIENT, _DATE, _SIZES, _VERSION, _ZONES_AT = 640, 64, 128, 138, 175, 176
_ZONE = struct.Struct("<8sII")
_MOST_BYTES = 2**22  # of a zone; the largest known one has 123,392
_UNUSED = 0xFFFFFFFF  # sample of a row that holds nothing; so do rows of zeros
_FIELDS = (
    *("type", "plus", "minus", "low", "high", "ground"),
    *("lowest", "highest", "unit", "high_pass", "rate"),
)
_RANGE = ["<i4", "<i4", "<i2", "<u2", "<u2"]
_NEW = np.dtype(
    {
        "names": _FIELDS,
        "formats": ["u1", "V6", "V6", "<u4", "<u4", "<u4", *_RANGE],
        "offsets": [1, 2, 8, 14, 18, 22, 26, 30, 34, 36, 44],
        "itemsize": 128,
    }
)
_OLD = np.dtype(
    {
        "names": _FIELDS,
        "formats": ["u1", "V6", "V6", "<u2", "<u2", "<u2", *_RANGE],
        "offsets": [0, 2, 8, 14, 16, 18, 20, 24, 28, 30, 38],
        "itemsize": 128,
    }
)
#: Version of the header: type of an entry of ORDER, and an electrode.
_LAYOUTS = {2: ("u1", _OLD), 3: ("u1", _OLD), 4: ("<u2", _NEW)}
_SECONDS = 2  # in this version notes count seconds
_UNITS = {-1: "nV", 0: "uV", 1: "mV", 2: "V", 100: "%", 101: "bpm", 102: "1"}
_BIPOLAR, _MARKER = 1, 2  # bits of the type of an electrode
_COMMON = "G2"  # the input to which all others are recorded
_NOTE = np.dtype([("at", "<u4"), ("text", "V40")])
_TRIGGER = np.dtype([("at", "<u4"), ("value", "<u2")])
_PAIR = np.dtype([("at", "<u4"), ("until", "<u4")])  # also of the parts: time and sample
_EVENT_TEXT, _EVENT = 64, 64 + 100 * _PAIR.itemsize


@dataclass(frozen=True)
class Line:
    """One channel: name, unit, scale and filter as the file states them.

    Parameters
    ----------
    label, unit : str
        Name of the input or inputs; unit, empty for a code that is not known.
    gain, ground : float
        ``value = (number - ground) * gain``; a gain of 0 where the ranges are empty.
    high_pass_hz : float or None
        None where none is stated.
    is_marker : bool
        Whether it holds the recorder's trigger.
    """

    label: str
    unit: str
    gain: float
    ground: float
    high_pass_hz: float | None
    is_marker: bool


@dataclass(frozen=True)
class Mark:
    """Something marked: first and last sample in the file, what, and in which list."""

    at: float
    until: float
    name: str
    type: str


@dataclass(frozen=True)
class Header:
    """What is used of a header.

    Parameters
    ----------
    start_s : float or None
        Seconds since 1970 by the recorder's clock, when what was first recorded began.
    rate_hz : float
        Of all channels.
    data_at, width, n_samples : int
        First byte of the samples, bytes of a number, samples of each channel.
    lines : tuple of Line
        The channels, in their order in the file.
    parts : tuple of (int, float)
        First sample of each part, and seconds from the start to it.
    marks : tuple of Mark
        In order of time, without the patient's names.
    issues : tuple of Issue
        What was found to be wrong.
    """

    start_s: float | None
    rate_hz: float
    data_at: int
    width: int
    n_samples: int
    lines: tuple[Line, ...]
    parts: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class _Zones:
    """The zones of a file by their names; one that is missing is empty."""

    file: IO[bytes]
    at: dict[str, tuple[int, int]]
    end: int

    def read(self, name: str) -> bytes | None:
        """Return a zone; None if it does not lie between the header and the samples."""
        start, length = self.at.get(name, (_FIXED, 0))
        if not length:
            return b""
        if not _FIXED <= start <= start + length <= self.end:
            return None
        self.file.seek(start)
        return self.file.read(min(length, _MOST_BYTES))


def parse(path: Path) -> Header:
    """Read the header of a Micromed recording.

    Raises
    ------
    UnreadableFile
        If it is damaged, of a type that is not read, or states compressed samples or several
        sampling rates.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        if len(fixed) < _FIXED:
            raise UnreadableFile(f"{path}: ends within its header. Copy it again.")
        data_at, n, multiplexer, rate, width, packed = struct.unpack_from("<I5H", fixed, _SIZES)
        version = fixed[_VERSION]
        _check(path, version, packed)
        if data_at < _FIXED or not n or not rate or width not in (1, 2, 4):
            raise _damaged(path, f"{n} channels of {width} bytes at {rate} Hz")
        if data_at > size:
            raise UnreadableFile(f"{path}: ends within its header. Copy it again.")
        zones = _Zones(file=file, at=_zones(fixed), end=data_at)
        electrodes = _electrodes(path, zones, version, n)
        step = _step(path, electrodes["rate"], multiplexer == width * n, rate)
        n_samples, rest = divmod(size - data_at, n * width)
        rate_hz = float(rate * step)
        parts = _parts(zones.read("TRONCA") or b"", n_samples, rate_hz)
        names = _patient(fixed)
        marks, issues = _marks(zones, n_samples, rate_hz if version == _SECONDS else 1.0)
    if not n_samples:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    return Header(
        start_s=_start(fixed),
        rate_hz=rate_hz,
        data_at=data_at,
        width=width,
        n_samples=n_samples,
        lines=tuple(_line(one, rate_hz) for one in electrodes),
        parts=parts,
        marks=tuple(
            Mark(at=m.at, until=m.until, name=names.sub(STRUCK, m.name), type=m.type)
            for m in sorted(marks, key=lambda m: m.at)
        ),
        issues=(*_said(path, names, rest), *issues),
    )


def _check(path: Path, version: int, packed: int) -> None:
    if version not in _LAYOUTS:
        raise UnreadableFile(
            f"{path}: has a Micromed header of type {version}; types 2, 3 and 4 are read. Export "
            "the recording as EDF from SystemPLUS."
        )
    if packed:
        raise UnreadableFile(
            f"{path}: its samples are compressed in a way that is not publicly known. Export the "
            "recording as EDF from SystemPLUS."
        )


def _said(path: Path, names: re.Pattern[str], rest: int) -> list[Issue]:
    """Return what is said of a file that ends within a sample, and of its name."""
    found = []
    if rest:
        text = "The file ends within a sample: it is truncated; all before it were read."
        found.append(Issue(code="truncated", severity="warning", message=text))
    if names.search(path.stem.replace("_", " ")):
        text = "This file is named after the patient: rename it."
        found.append(Issue(code="patient_in_name", severity="warning", message=text))
    return found


def _zones(fixed: bytes) -> dict[str, tuple[int, int]]:
    """Return place and length of each zone, whatever their order and number."""
    found: dict[str, tuple[int, int]] = {}
    for at in range(_ZONES_AT, _FIXED - _ZONE.size + 1, _ZONE.size):
        name, start, length = _ZONE.unpack_from(fixed, at)
        found.setdefault(_text(name).upper(), (start, length))
    return found


def _electrodes(
    path: Path, zones: _Zones, version: int, n: int
) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Return the electrodes of the channels, in the order in which these are stored."""
    code, electrode = _LAYOUTS[version]
    order, known = zones.read("ORDER"), zones.read("LABCOD")
    if order is None or known is None or len(order) < n * np.dtype(code).itemsize:
        raise _damaged(path, "its list of channels is missing")
    table = np.frombuffer(known[: len(known) // electrode.itemsize * electrode.itemsize], electrode)
    codes = np.frombuffer(order, code, n).astype(np.int64)
    if codes.max() >= len(table):
        raise _damaged(path, "its list of channels names electrodes that are not there")
    return table[codes]


def _step(
    path: Path, coefficients: np.ndarray[tuple[int], np.dtype[np.uint16]], plain: bool, rate: int
) -> int:
    """Return by what the stated rate is multiplied, the same for all channels."""
    found = sorted({int(c) or 1 for c in coefficients})
    if len(found) > 1 or (found[0] > 1 and not plain):
        rates = " and ".join(f"{rate * c} Hz" for c in found)
        raise UnreadableFile(
            f"{path}: its samples lie in blocks of several for a channel ({rates}), in an order "
            "that is not publicly known. Export the recording as EDF from SystemPLUS."
        )
    return found[0]


def _line(one: np.void, rate_hz: float) -> Line:
    digital = int(one["high"]) - int(one["low"])
    physical = int(one["highest"]) - int(one["lowest"])
    high_pass = int(one["high_pass"]) / 1000
    return Line(
        label=_label(_text(bytes(one["plus"])), _text(bytes(one["minus"])), int(one["type"])),
        unit=_UNITS.get(int(one["unit"]), ""),
        gain=physical / (digital + 1) if digital > 0 else 0.0,
        ground=float(one["ground"]),
        high_pass_hz=high_pass if 0 < high_pass < rate_hz / 2 else None,
        is_marker=bool(int(one["type"]) & _MARKER),
    )


def _label(plus: str, minus: str, kind: int) -> str:
    """Return ``EMG1`` of ``EMG1+`` and ``EMG1-``, both inputs of other pairs, else the first."""
    stem = plus.removesuffix("+")
    if stem and stem != plus and stem == minus.removesuffix("-"):
        return stem
    if kind & _BIPOLAR and plus and minus not in ("", plus, _COMMON):
        return f"{plus}-{minus}"
    return plus


def _parts(raw: bytes, n_samples: int, rate_hz: float) -> tuple[tuple[int, float], ...]:
    """Return first sample and time of each part; the first one is listed only if it began late."""
    rows = np.frombuffer(raw[: len(raw) // _PAIR.itemsize * _PAIR.itemsize], _PAIR)
    found = [(0, 0.0)]
    for i, (time, sample) in enumerate(rows.tolist()):
        if sample >= n_samples or (i and not time and not sample):
            break
        if not i and not sample:
            found = [(0, time / rate_hz)]
        elif sample > found[-1][0]:
            before, began = found[-1]
            if abs(time / rate_hz - began - (sample - before) / rate_hz) > 0.5 / rate_hz:
                found.append((sample, time / rate_hz))
    return tuple(found)


def _marks(zones: _Zones, n_samples: int, note_step: float) -> tuple[list[Mark], list[Issue]]:
    """Return notes, flags, events and triggers, and what is wrong with them."""
    lists = {
        "NOTE": lambda raw: _notes(raw, note_step),
        "FLAGS": lambda raw: _pairs(raw, "Flag", "Flag"),
        "EVENT A": lambda raw: _events(raw, "Event A"),
        "EVENT B": lambda raw: _events(raw, "Event B"),
        "TRIGGER": _triggers,
    }
    found: list[Mark] = []
    issues: list[Issue] = []
    for name, read in lists.items():
        raw = zones.read(name)
        if raw is None:
            text = f"The zone {name} lies outside of the header; its marks are missing."
            issues.append(Issue(code="events", severity="warning", message=text))
            continue
        found += read(raw)
    within = [m for m in found if m.at <= n_samples]
    if len(within) < len(found):
        lost = len(found) - len(within)
        text = f"{lost} mark(s) lie behind the last sample and are left out: it may be truncated."
        issues.append(Issue(code="events", severity="warning", message=text))
    last = float(n_samples)
    return [Mark(m.at, min(m.until, last), m.name, m.type) for m in within], issues


def _notes(raw: bytes, step: float) -> Iterator[Mark]:
    later = False
    for row in np.frombuffer(raw[: len(raw) // _NOTE.itemsize * _NOTE.itemsize], _NOTE):
        at, text = int(row["at"]), _text(bytes(row["text"]))
        # A note may stand at the first sample, but not behind later ones: that row is empty.
        if at == _UNUSED or (not at and (later or not text)):
            continue
        later = later or at > 0
        yield Mark(at=at * step, until=at * step, name=text or "Note", type="Note")


def _triggers(raw: bytes) -> Iterator[Mark]:
    rows = np.frombuffer(raw[: len(raw) // _TRIGGER.itemsize * _TRIGGER.itemsize], _TRIGGER)
    later = False
    for at, value in rows.tolist():
        if at == _UNUSED or (not at and (later or not value)):
            continue
        later = later or at > 0
        yield Mark(at=at, until=at, name=str(value), type="Trigger")


def _events(raw: bytes, kind: str) -> Iterator[Mark]:
    """Yield the stretches of each description: 64 bytes of text, then up to 100 of them."""
    for at in range(0, len(raw), _EVENT):
        text = _text(raw[at : at + _EVENT_TEXT])
        yield from _pairs(raw[at + _EVENT_TEXT : at + _EVENT], text or kind, kind)


def _pairs(raw: bytes, name: str, kind: str) -> Iterator[Mark]:
    rows = np.frombuffer(raw[: len(raw) // _PAIR.itemsize * _PAIR.itemsize], _PAIR)
    for at, until in rows.tolist():
        if at != _UNUSED and (at or until):
            ends = until if until != _UNUSED else at
            yield Mark(at=at, until=max(at, ends), name=name, type=kind)


def _start(fixed: bytes) -> float | None:
    """Return the start as seconds since 1970, as the recorder's clock showed it."""
    day, month, year, hour, minute, second = fixed[_DATE : _DATE + 6]
    try:
        moment = datetime(1900 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp()


def _patient(fixed: bytes) -> re.Pattern[str]:
    """Return a pattern of the patient's names, only to strike them out of texts."""
    both = (fixed[_PATIENT : _PATIENT + 22], fixed[_PATIENT + 22 : _PATIENT + 42])
    return name_pattern(map(_text, both))


def _text(raw: bytes) -> str:
    """Return a text up to its NUL, without what cannot be seen."""
    text = raw.split(b"\0")[0].decode("cp1252", errors="replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _damaged(path: Path, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the header of this Micromed recording is damaged ({what}). Copy it again, or "
        "export it as EDF from SystemPLUS."
    )
