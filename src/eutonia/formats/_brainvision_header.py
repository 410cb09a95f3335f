"""The texts of a BrainVision recording: what its header and its marker file say."""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eutonia.formats import units
from eutonia.model import Issue, UnreadableFile

MAGIC = re.compile(
    rb"(\xef\xbb\xbf)?\s*Brain ?Vision( Core| V-Amp)? Data( Exchange)? (Header|Marker)"
)
#: Written binary format to the type of a number.
_TYPES = {"INT_16": "i2", "INT_32": "i4", "IEEE_FLOAT_32": "f4", "UINT_16": "u2"}
_MOST_CHANNELS = 10_000  # beyond what any amplifier has: the header is damaged
#: The micro sign as other code pages show it, where a file was re-encoded wrongly.
_BROKEN_MICRO = re.compile(r"^(Â[µμ]|Î¼|\ufffd|\?)(?=[A-Za-z])")

Sections = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Line:
    """One channel as the header gives it; None where that is not stated."""

    name: str
    resolution: float | None
    unit: str
    high_pass_hz: float | None = None


@dataclass(frozen=True)
class Header:
    """What a header says.

    Parameters
    ----------
    data, markers : str
        Names of the other two files; empty where there is none.
    dtype : str
        Type of a number, as NumPy writes it.
    vectorized : bool
        Whether all samples of a channel follow one another.
    rate_hz : float
        Sampling rate.
    points : int or None
        Samples of each channel, where the header says so.
    channels : tuple of Line
        In the order of the data.
    issues : tuple of Issue
        What was not as it should be.
    """

    data: str
    markers: str
    dtype: str
    vectorized: bool
    rate_hz: float
    points: int | None
    channels: tuple[Line, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Marker:
    """One marker; `sample` counts from 0, `channel` from 1 (0: all)."""

    kind: str
    text: str
    sample: int
    points: int
    channel: int
    start_s: float | None


def parse(path: Path) -> Header:
    """Read a header.

    Raises
    ------
    UnreadableFile
        If it is none, or a field that is needed is missing, absurd or of a kind that is not read.
    """
    said, comment = _texts(path)
    common = said.get("common infos", {})
    if common.get("dataformat", "BINARY").upper() != "BINARY":
        raise UnreadableFile(
            f"{path}: its samples are written as text (DataFormat={common['dataformat']}), which "
            "Eutonia does not read. Export the recording again with binary data."
        )
    if common.get("datatype", "TIMEDOMAIN").upper() != "TIMEDOMAIN":
        raise UnreadableFile(
            f"{path}: holds spectra (DataType={common['datatype']}), not samples in time. Export "
            "the recording before the spectrum was computed."
        )
    orientation = common.get("dataorientation", "MULTIPLEXED").upper()
    if orientation not in ("MULTIPLEXED", "VECTORIZED"):
        raise _absurd(path, "DataOrientation", orientation, "MULTIPLEXED or VECTORIZED")
    binary = said.get("binary infos", {})
    written = binary.get("binaryformat", "")
    if written.upper() not in _TYPES:
        raise _absurd(path, "BinaryFormat", written, ", ".join(_TYPES))
    big = binary.get("usebigendianorder", "NO").upper() == "YES"
    interval_us = _number(path, common, "SamplingInterval")
    n = _number(path, common, "NumberOfChannels")
    if not 1 <= n <= _MOST_CHANNELS or n % 1:
        raise _absurd(path, "NumberOfChannels", f"{n:g}", f"a count from 1 to {_MOST_CHANNELS}")
    if not 1e-3 <= interval_us <= 1e9:
        raise _absurd(path, "SamplingInterval", f"{interval_us:g}", "a time in microseconds")
    points = _number(path, common, "DataPoints") if common.get("datapoints") else 0.0
    channels, issues = _channels(said.get("channel infos", {}), int(n))
    cutoffs = _high_pass(comment)
    channels = tuple(replace(c, high_pass_hz=cutoffs.get(c.name)) for c in channels)
    return Header(
        data=common.get("datafile", ""),
        markers=common.get("markerfile", ""),
        dtype=(">" if big else "<") + _TYPES[written.upper()],
        vectorized=orientation == "VECTORIZED",
        rate_hz=float(f"{1e6 / interval_us:.9g}"),
        points=int(points) if 1 <= points < 2**53 else None,
        channels=channels,
        issues=issues,
    )


def markers(path: Path) -> tuple[tuple[Marker, ...], int]:
    """Return the markers of a marker file, and how many of its lines are damaged."""
    found, damaged = [], 0
    for name, text in sections(path).get("marker infos", {}).items():
        fields = [f.strip().replace(r"\1", ",") for f in text.split(",")] + [""] * 6
        if not name.startswith("mk"):
            continue
        try:
            sample, points, channel = (int(f or 0) for f in fields[2:5])
        except ValueError:
            damaged += 1
            continue
        if not 0 <= sample < 2**53 or not 0 <= points < 2**53:
            damaged += 1
            continue
        start = start_of(fields[5])
        found.append(Marker(fields[0], fields[1], max(0, sample - 1), points, channel, start))
    return tuple(found), damaged


def start_of(text: str) -> float | None:
    """Return ``20131113161403794232`` as seconds since 1970; None where it is no date."""
    if not re.fullmatch(r"[0-9]{20}", text) or not text.strip("0"):
        return None
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return when.timestamp()


def sections(path: Path) -> Sections:
    """Return the fields of each section, in lower case, up to the free comment.

    Raises
    ------
    UnreadableFile
        If the file cannot be read or does not begin like a header or marker file.
    """
    return _texts(path)[0]


def _texts(path: Path) -> tuple[Sections, list[str]]:
    """Return the sections and the lines of the comment."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"{path}: the file cannot be read ({error.__class__.__name__}). Copy it again."
        ) from error
    if MAGIC.match(raw) is None:
        raise UnreadableFile(
            f"{path}: does not begin like a BrainVision header. Copy or export it again."
        )
    found: Sections = {}
    section: dict[str, str] = {}
    lines = _decode(raw).splitlines()
    for i, line in enumerate(lines):
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            if text.lower() == "[comment]":
                return found, lines[i + 1 :]
            section = found.setdefault(text[1:-1].strip().lower(), {})
        elif "=" in text and not text.startswith(";"):
            name, _, value = text.partition("=")
            section.setdefault(name.strip().lower(), value.strip())
    return found, []


def _high_pass(comment: list[str]) -> dict[str, float]:
    """Return the amplifier's high-pass of each channel, where the recorder's comment has it.

    It is given in Hz or as a time constant; software filters say otherwise, and then none is taken.
    """
    if any(re.match(r"#\s+Low Cutoff", line) for line in comment):
        return {}
    at = next((i for i, line in enumerate(comment) if re.match(r"#\s+Name\s", line)), None)
    if at is None:
        return {}
    columns = re.split(r"\s{2,}", comment[at].strip())
    place = next((i for i, c in enumerate(columns) if c.startswith("Low Cutoff")), None)
    found: dict[str, float] = {}
    for line in comment[at + 1 :]:
        cells = re.split(r"\s{2,}", line.strip())
        if place is None or not cells[0].isdecimal() or len(cells) <= place:
            break
        if cells[place] == "DC":
            found[cells[1]] = 0.0
        elif re.fullmatch(r"[0-9]*\.?[0-9]+", cells[place]) and float(cells[place]) > 0:
            value = float(cells[place])
            found[cells[1]] = value if "Hz" in columns[place] else 1 / (2 * math.pi * value)
    return found


def _decode(raw: bytes) -> str:
    """Decode by the stated code page, else as UTF-8, else as Windows does."""
    stated = re.search(rb"(?i)^\s*codepage\s*=\s*([\w-]+)", raw, re.M)
    page = stated[1].decode("ascii", errors="replace") if stated else "utf-8"
    for encoding in (page, "utf-8-sig"):
        try:
            codecs.lookup(encoding)
            return raw.decode(encoding).lstrip("\ufeff")
        except (LookupError, ValueError):  # "ANSI", or not what is stated
            continue
    return raw.decode("cp1252", errors="replace")


def _channels(said: dict[str, str], n: int) -> tuple[tuple[Line, ...], tuple[Issue, ...]]:
    """Return all channels; one that the header does not describe has no scale."""
    lines, lost = [], []
    for i in range(1, n + 1):
        if f"ch{i}" not in said:
            lost.append(str(i))
            lines.append(Line("", None, ""))
            continue
        # Commas in names are written as \1. A unit that is not stated is µV by the format's
        # definition, a resolution that is not stated is 1.
        fields = [f.strip().replace(r"\1", ",") for f in said[f"ch{i}"].split(",")] + [""] * 4
        unit = _BROKEN_MICRO.sub("µ", fields[3]) or "µV"
        lines.append(Line(fields[0], _resolution(fields[2]), unit))
        if lines[-1].resolution is None:
            lost.append(fields[0] or str(i))
    if not lost:
        return tuple(lines), ()
    text = f"The header does not give the scale of {', '.join(lost[:8])}; values are raw counts."
    return tuple(lines), (Issue(code="no_scale", severity="warning", message=text),)


def _resolution(text: str) -> float | None:
    if not text:
        return 1.0
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and value != 0 else None


def scale(line: Line) -> tuple[str, float]:
    """Return unit and gain of a channel; unit ``adc`` where the scale is not stated."""
    if line.resolution is None:
        return units.UNKNOWN, 1.0
    unit, factor = units.standard(line.unit)
    return unit, line.resolution * factor


def _number(path: Path, common: dict[str, str], name: str) -> float:
    text = common.get(name.lower(), "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _absurd(path, name, text, "a number")
    return value


def _absurd(path: Path, field: str, found: str, expected: str) -> UnreadableFile:
    what = f"{field}={found}" if found else f"{field} is missing"
    return UnreadableFile(
        f"{path}: the header is damaged: {what}; expected {expected}. Export the recording again."
    )
