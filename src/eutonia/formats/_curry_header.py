"""The text files of a Curry recording: sections of fields, lists of rows, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eutonia.model import UnreadableFile

#: What the header names data that Curry packed.
_PACKED = "{2912E8D8-F5C8-4E25-A8E7-A1385967DA09}"
_BORDER = re.compile(r"(\w+)[ \t]+(START_LIST|END_LIST|START|END)\b")


@dataclass(frozen=True)
class Header:
    """The fields of each section, named in lower case without ``_``, and the rows of each list.

    Curry 6 writes ``NUM_SAMPLES`` where its followers write ``NumSamples``.
    """

    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, str]:
        """The fields that describe the samples."""
        return self.fields.get("DATA_PARAMETERS", {})

    def rows(self, name: str) -> list[str]:
        """Return the rows of a list that are not empty."""
        return [row.strip() for row in self.lists.get(name, []) if row.strip()]

    def number(self, name: str, missing: float | None = None) -> float:
        """Return a number that describes the samples; finite."""
        if name not in self.data and missing is not None:
            return missing
        found = float(self.data[name])
        if not np.isfinite(found):
            raise ValueError(f"{name} is {found}")
        return found


@dataclass(frozen=True, kw_only=True)
class Row:
    """A channel: its place in the file from 1, name, group of sensors and written unit."""

    at: int
    name: str
    group: str
    unit: str


def parse(path: Path) -> Header:
    """Read ``NAME START`` to ``NAME END`` with fields, ``NAME START_LIST`` with rows."""
    raw = path.read_bytes()
    try:
        utf_16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = raw.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    header = Header()
    rows: list[str] | None = None
    section: dict[str, str] = {}
    for line in text.replace("\r", "").split("\n"):
        border = _BORDER.match(line)
        if rows is not None and (border is None or border[2] != "END_LIST"):
            rows.append(line)
        elif border:
            name, what = border[1].upper(), border[2]
            rows = header.lists.setdefault(name, []) if what == "START_LIST" else None
            section = header.fields.setdefault(name, {}) if what == "START" else {}
        elif "=" in line:
            key, _, value = line.partition("=")
            section.setdefault(key.strip().lower().replace("_", ""), value.strip())
    return header


def rate(header: Header) -> float:
    """Return the sampling rate; the time between samples may be rounded to whole microseconds."""
    rate, time_us = header.number("samplefreqhz", 0.0), header.number("sampletimeusec", 0.0)
    if rate > 0 and time_us > 0 and abs(1e6 / rate - time_us) > max(0.5, 1e-5 * time_us):
        raise ValueError(f"it states {rate:g} Hz, and {time_us:g} microseconds between samples")
    rate = rate if rate > 0 else 1e6 / time_us if time_us > 0 else 0.0
    if not 0 < rate < 1e7:
        raise ValueError(f"it states no sampling rate ({rate:g} Hz)")
    return rate


def rows(header: Header, labels: Header) -> list[Row]:
    """Return the channels in the order of the file; a reference may be named but not stored."""
    found: list[Row] = []
    device = "DEVICE_PARAMETERS"
    groups = {k.removeprefix(device): v for k, v in header.fields.items() if k.startswith(device)}
    if not groups:  # of Curry 6 the sources know the names only
        groups = {k.removeprefix("LABELS"): {} for k in labels.lists if k.startswith("LABELS")}
    for group, fields in groups.items():
        names = labels.rows(f"LABELS{group}")
        stored = [int(row) for row in header.rows(f"CHAN_IN_FILE{group}")]
        n = int(fields.get("numchanthisgroup", len(names)))
        names = names or [""] * max(n, len(stored))
        if not stored and len(names) == n:
            stored = [len(found) + 1 + i for i in range(n)]
        if len(stored) != len(names):
            raise ValueError(f"{n} channels and {len(names)} names in a group")
        unit = fields.get("dataunit", fields.get("dataunits", ""))
        found += [
            Row(at=at, name=name, group=group, unit=unit)
            for at, name in zip(stored, names, strict=True)
            if at > 0
        ]
    found.sort(key=lambda row: row.at)
    n = int(header.number("numchannels"))
    if n < 1 or [row.at for row in found] != list(range(1, n + 1)):
        raise ValueError(f"{n} channels are counted and {len(found)} described")
    return found


def start(header: Header) -> float | None:
    """Return the start as seconds since 1970, by the clock of the recording computer."""
    parts = ("year", "month", "day", "hour", "min", "sec", "millisec")
    try:
        year, month, day, hour, minute, second, millisec = (
            int(header.data.get(f"start{part}", "0")) for part in parts
        )
        when = datetime(year, month, day, hour, minute, second, millisec * 1000, UTC)
    except (ValueError, OverflowError):  # zeros where none is known
        return None
    return when.timestamp()


def refuse(path: Path, header: Header) -> None:
    """Refuse what holds no plain, continuous samples."""
    data = header.data
    if data.get("dataguid", "").upper() == _PACKED:
        raise UnreadableFile(
            f"{path}: its samples are compressed. In Curry, convert the recording to raw float."
        )
    # Only epochs and averages have this list; a single average counts as one trial.
    if header.rows("EPOCH_INFORMATION") or data.get("numtrials", "1").strip() not in ("0", "1"):
        raise UnreadableFile(
            f"{path}: holds no continuous recording (epochs or averages). Export the continuous "
            "recording."
        )
    order = data.get("databyteorder", "INTEL").upper()
    form = data.get("dataformat", "FLOAT").upper()
    if form not in ("FLOAT", "ASCII") or order not in ("INTEL", "ASCII"):
        raise UnreadableFile(
            f"{path}: its samples are {form} in the byte order {order}, which is not read. In "
            "Curry, convert the recording to raw float."
        )
