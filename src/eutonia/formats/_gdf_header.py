"""The header and the table of events of GDF, the general data format for biosignals."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._patient_names import STRUCK, name_pattern
from eutonia.model import Issue, UnreadableFile

#: Versions from which the header has its second form, the events theirs, and a record's length
#: is one number.
_SECOND, _COUNT_FIRST, _FLOAT_LENGTH = 1.9, 1.94, 2.21
_TAGGED = 2.1  # version from which a list of further entries may follow
_TYPES = {0: "<u1", 1: "<i1", 2: "<u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<i8", 8: "<u8"}
_TYPES |= {16: "<f4", 17: "<f8", 279: "<i3", 535: "<u3"}
_EPOCH_DAYS = 719529  # from the year 0 to 1970
#: Codes of units (ISO/IEEE 11073-10101, A.6.3) of what is recorded here, and of prefixes (A.4.1).
_UNITS = {512: "1", 544: "%", 736: "deg", 768: "rad", 1280: "m", 2176: "s", 2496: "Hz"}
_UNITS |= {2720: "bpm", 2816: "m/s", 3776: "N", 3840: "Pa", 3872: "mmHg", 4160: "A", 4256: "V"}
_UNITS |= {4288: "Ohm", 6048: "degC"}
_PREFIXES = {0: "", 3: "k", 4: "M", 17: "c", 18: "m", 19: "u", 20: "n", 21: "p"}
_HIGH_PASS = re.compile(r"\s*([\d.]+)\s*-\s*[\d.]+\s*Hz")  # as biosig writes it in GDF 1


@dataclass(frozen=True)
class Line:
    """One channel in the header.

    Parameters
    ----------
    label, unit : str
        As written; the unit of a code in its usual letters.
    physical, digital : tuple of float
        Lowest and highest value, and the numbers that stand for them.
    samples : int
        In each record.
    dtype : str
        Type of a number, as `_records` takes it.
    at : int
        First byte in a record.
    high_pass_hz : float or None
        None where none is stated.
    """

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[float, float]
    samples: int
    dtype: str
    at: int
    high_pass_hz: float | None

    @property
    def n_bytes(self) -> int:
        """Bytes in each record."""
        return self.samples * int(self.dtype[-1])


@dataclass(frozen=True)
class Header:
    """What is used of a header.

    Parameters
    ----------
    version : float
        Of the format.
    start_s : float or None
        Seconds since 1970 by the clock of the device.
    data_at, n_records, record_s
        First byte of the records, how many are wholly in the file, and seconds of each.
    has_table : bool
        Whether a table of events may follow the records: their number was stated and holds.
    lines : tuple of Line
        The channels.
    device : str
        Maker and model.
    names : tuple of str
        What the writer calls its own events 1, 2 and so on, without the patient's name.
    issues : tuple of Issue
        What was found to be wrong.
    """

    version: float
    start_s: float | None
    data_at: int
    n_records: int
    record_s: float
    has_table: bool
    lines: tuple[Line, ...]
    device: str
    names: tuple[str, ...]
    issues: tuple[Issue, ...]

    @property
    def record_bytes(self) -> int:
        """Bytes of a record."""
        return sum(line.n_bytes for line in self.lines)


@dataclass(frozen=True)
class Table:
    """The events: seconds, codes, channels (0: all) and lengths in seconds, each ``(n,)``."""

    onset_s: NDArray[np.float64]
    code: NDArray[np.int64]
    channel: NDArray[np.int64]
    duration_s: NDArray[np.float64]


def parse(path: Path) -> Header:
    """Read the header of a GDF file.

    Raises
    ------
    UnreadableFile
        If it is damaged, no record is complete or a channel holds numbers of an unknown type.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(256)
        version = _version(fixed)
        if len(fixed) < 256 or version is None:
            raise _damaged(path)
        old = version < _SECOND
        (data_at,) = struct.unpack_from("<q", fixed, 184) if old else (_u2(fixed, 184) * 256,)
        n = int.from_bytes(fixed[252 : 256 if old else 254], "little")
        record_s = _record_s(fixed, version)
        if not 256 * (n + 1) <= data_at <= size or n == 0 or record_s is None:
            raise _damaged(path)
        variable = file.read(256 * n)
        tags = _tags(file.read(data_at - 256 * (n + 1))) if version >= _TAGGED else {}
    lines = _lines(path, variable, n, old=old)
    (stated,) = struct.unpack_from("<q", fixed, 236)
    held = (size - data_at) // max(1, sum(line.n_bytes for line in lines))
    issues = []
    if stated > held:
        text = (
            f"The file ends after {held} of {stated} records: it is truncated; these were read. "
            "The events, which stand at the end, are missing."
        )
        issues.append(Issue(code="truncated", severity="warning", message=text))
    n_records = held if stated < 0 else min(stated, held)
    if n_records < 1 or not any(line.samples for line in lines):
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    maker = tags.get(3, b"").split(b"\0")[:2]
    patient = name_pattern(_text(fixed[8:74]).split()[1:2])  # behind the number
    return Header(
        version=version,
        start_s=_start(fixed, old=old),
        data_at=data_at,
        n_records=n_records,
        record_s=record_s,
        has_table=0 <= stated <= held,
        lines=lines,
        device=" ".join(word for word in map(_text, maker) if word not in ("", "X")),
        names=tuple(patient.sub(STRUCK, _text(t)) for t in tags.get(1, b"\0").split(b"\0")[1:]),
        issues=tuple(issues),
    )


def events(path: Path, header: Header) -> tuple[Table, bool]:
    """Return the table of events, and whether it is whole; a file without one has no events."""
    with path.open("rb") as file:
        file.seek(header.data_at + header.n_records * header.record_bytes)
        head = file.read(8) if header.has_table else b""
        raw = file.read(2**28) if head else b""
    if not head:
        return _table(b"", 0, 0, 1.0), True
    rate, n = _counts(head.ljust(8, b"\0"), header)
    each = (12 if head[0] & 2 else 6) + (8 if head[0] & 4 else 0)
    whole = len(head) == 8 and (head[0] in (1, 3, 5, 7) or n == 0) and len(raw) >= n * each
    if not whole:
        return _table(b"", 0, 0, 1.0), False
    return _table(raw, n, head[0], rate), True


def _counts(head: bytes, header: Header) -> tuple[float, int]:
    """Return samples in a second by which events are counted, and how many events there are."""
    three = int.from_bytes(head[1:4], "little")
    if header.version < _COUNT_FIRST:
        rate, n = float(three), int.from_bytes(head[4:8], "little")
    else:
        (rate,), n = struct.unpack_from("<f", head, 4), three
    if not 0 < rate < np.inf:  # then of the grid on which all channels' samples lie
        rate = int(np.lcm.reduce([li.samples for li in header.lines if li.samples]))
        rate /= header.record_s
    return rate, n


def _table(raw: bytes, n: int, mode: int, rate: float) -> Table:
    at = np.frombuffer(raw, "<u4", n).astype(np.float64)
    code = np.frombuffer(raw, "<u2", n, 4 * n).astype(np.int64)
    channel, lasts = np.zeros(n, dtype=np.int64), np.zeros(n)
    if mode & 2:
        channel = np.frombuffer(raw, "<u2", n, 6 * n).astype(np.int64)
        lasts = np.frombuffer(raw, "<u4", n, 8 * n).astype(np.float64)
    return Table(onset_s=(at - 1) / rate, code=code, channel=channel, duration_s=lasts / rate)


def _lines(path: Path, raw: bytes, n: int, *, old: bool) -> tuple[Line, ...]:
    """Return the channels; each field is given for all of them before the next one."""

    def field(at: int, kind: str) -> list[float]:
        return [float(v) for v in np.frombuffer(raw, kind, n, at * n)]

    def texts(at: int, width: int) -> list[str]:
        return [_text(raw[at * n + width * i : at * n + width * (i + 1)]) for i in range(n)]

    low, high = field(104, "<f8"), field(112, "<f8")
    lowest, highest = (field(at, "<i8" if old else "<f8") for at in (120, 128))
    samples = np.frombuffer(raw, "<u4", n, 216 * n).tolist()
    codes = np.frombuffer(raw, "<u4", n, 220 * n).tolist()
    labels = texts(0, 16)
    if old:
        units, high_pass = texts(96, 8), [_stated(t) for t in texts(136, 80)]
    else:
        of_code = [_unit(int(c)) for c in field(102, "<u2")]
        units = [a or b for a, b in zip(of_code, texts(96, 6), strict=True)]
        high_pass = [v if 0 < v < np.inf else None for v in field(208, "<f4")]
    lines: list[Line] = []
    at = 0
    for i, code in enumerate(codes):
        if code not in _TYPES:
            raise UnreadableFile(
                f"{path}: channel {labels[i]!r} holds numbers of type {code}, which is not read "
                "here. Export the recording as EDF."
            )
        line = Line(
            label=labels[i],
            unit=units[i].strip("?"),  # as biosig writes one that it does not know
            physical=(low[i], high[i]),
            digital=(lowest[i], highest[i]),
            samples=samples[i],
            dtype=_TYPES[code],
            at=at,
            high_pass_hz=high_pass[i],
        )
        at += line.n_bytes
        lines.append(line)
    return tuple(lines)


def _unit(code: int) -> str:
    """Return the unit of a code, with its prefix; empty for one that is unknown."""
    unit, prefix = _UNITS.get(code & ~31, ""), _PREFIXES.get(code & 31)
    return f"{prefix}{unit}" if unit and prefix is not None else ""


def _stated(prefilter: str) -> float | None:
    found = _HIGH_PASS.match(prefilter)
    return float(found[1]) if found else None


def _version(fixed: bytes) -> float | None:
    try:
        return float(fixed[4:8])
    except ValueError:
        return None


def _record_s(fixed: bytes, version: float) -> float | None:
    (number,) = struct.unpack_from("<d", fixed, 244)
    above, below = struct.unpack_from("<II", fixed, 244)
    seconds = number if version >= _FLOAT_LENGTH else above / below if below else 0.0
    return seconds if 1e-9 < seconds < 1e9 else None


def _start(fixed: bytes, *, old: bool) -> float | None:
    """Return the start as seconds since 1970, as the device's clock showed it."""
    if not old:
        (days,) = struct.unpack_from("<Q", fixed, 168)
        return round((days / 2**32 - _EPOCH_DAYS) * 86400, 4) if days else None  # steps of 20 µs
    digits = fixed[168:184].decode("latin-1").strip("\0 ")
    try:
        moment = datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return moment.timestamp() + int(digits[14:16] or 0) / 100
    except ValueError:
        return None


def _tags(raw: bytes) -> dict[int, bytes]:
    """Return the entries behind the channels; the list ends with 0, or where it is damaged."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(raw) and raw[at]:
        length = int.from_bytes(raw[at + 1 : at + 4], "little")
        found[raw[at]] = raw[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _u2(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 2], "little")


def _text(raw: bytes) -> str:
    raw = raw.split(b"\0")[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()


def _damaged(path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the header of this GDF recording is damaged. Copy or export it again."
    )
