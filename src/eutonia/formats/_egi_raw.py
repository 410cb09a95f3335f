"""EGI simple binary ``.raw``, versions 2 to 7: lazy; see `eutonia.formats.egi`."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import WALL, units
from eutonia.formats._egi_signals import Frames
from eutonia.formats._segments import Placed, placed
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Issue, Recording, Source, UnreadableFile

_HEADER = struct.Struct(">i6hi5H")  # version, date and time, ms, rate, channels, gain, bits, range
_DTYPE = {2: ">i2", 4: ">f4", 6: ">f8"}
_SEGMENT_HEAD = 6  # category in 16 bits, time stamp in 32
_BEGINS = "epoc"  # where the recording was resumed, or a segment begins
#: Marks of synchronisation and of a scanner's volumes, in hundreds; left out, as in MNE.
TICKS = ("sync", "TREV")
_BLOCK = 2**16  # frames looked at together


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What the header says; `segments` is 0 in a continuous file."""

    version: int
    start_s: float | None
    rate_hz: float
    n_channels: int
    scale: tuple[int, int]
    categories: tuple[str, ...]
    segments: int
    samples: int
    codes: tuple[str, ...]
    size: int


def read(path: Path) -> tuple[Recording, ...]:
    """Read a simple binary file.

    Raises
    ------
    UnreadableFile
        If the header is damaged or no sample is there.
    """
    header = _header(path)
    said: list[Issue] = []
    signal = _frames(path, header, said)
    states = _states(signal)
    cuts = sorted({0, *_cuts(header, signal, states)})
    axis = placed(signal, header.rate_hz, cuts, [None] * len(cuts))
    _, unit = _scale(header)
    names = [f"E{i + 1}" for i in range(header.n_channels)]
    if unit == units.UNKNOWN:
        text = "The header states bits without a range or the reverse: the scale is not known."
        said.append(Issue(code="no_scale", severity="warning", message=text))
    found = places(names, units=[unit] * len(names), kinds=["eeg"] * len(names))
    clock = Clock(id=path.name)
    if header.segments:
        text = (
            "The segments' time stamps are in no unit that a source states: the pauses between "
            "segments, and when the first began, are not known."
        )
        said.append(Issue(code="segments", severity="note", message=text))
    elif header.start_s is not None:
        clock = Clock(id=WALL, offset_s=header.start_s)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=name, kind=it.kind, unit=unit, site=it.site, side=it.side)
                for name, it in zip(names, found, strict=True)
            ),
            clock=clock,
            signal=axis.signal,
            rate_hz=header.rate_hz,
            events=_events(path, header, signal, states, axis),
            device="EGI",
            sources=(Source(path=path.name, sha256=""),),
            issues=(*said, *axis.issues),
            bad=axis.bad,
        ),
    )


def _header(path: Path) -> _Header:
    """Read the header."""
    with path.open("rb") as file:
        version, *when, ms, rate, n_channels, _, bits, span = _unpacked(path, file, _HEADER.format)
        categories, segments = [], 0
        if version & 1:
            (n_categories,) = _unpacked(path, file, ">H")
            for _ in range(n_categories):
                (length,) = _unpacked(path, file, ">B")
                categories.append(_text(_exactly(path, file, length)))
            (segments,) = _unpacked(path, file, ">H")
        samples, n_codes = _unpacked(path, file, ">iH")
        codes = [_text(_exactly(path, file, 4)) for _ in range(n_codes)]
        size = file.tell()
    empty = samples < 1 or (version & 1 and not segments)
    if not 2 <= version <= 7 or not rate or not n_channels or empty:
        raise UnreadableFile(
            f"{path}: its header is damaged (version {version}, {n_channels} channels at {rate} "
            f"Hz, {samples} samples). Copy it again, or export it as EDF from Net Station."
        )
    return _Header(
        version=version,
        start_s=_start(when, ms),
        rate_hz=float(rate),
        n_channels=n_channels,
        scale=(bits, span),
        categories=tuple(categories),
        segments=segments,
        samples=samples,
        codes=tuple(codes),
        size=size,
    )


def _unpacked(path: Path, file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, _exactly(path, file, struct.calcsize(layout)))


def _exactly(path: Path, file: BinaryIO, n: int) -> bytes:
    raw = file.read(n)
    if len(raw) < n:
        raise UnreadableFile(f"{path}: the file ends within its header. Copy it again.")
    return raw


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def _start(when: list[int], ms: int) -> float | None:
    """Return the start as seconds since 1970; None where it is no date."""
    if not 1980 <= when[0] <= 2200 or not 0 <= ms < 1000:
        return None
    try:
        year, month, day, hour, minute, second = when
        start = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return start.timestamp() + ms / 1000


def _scale(header: _Header) -> tuple[float, str]:
    """Return the value of one, and the unit; without bits and range they are microvolts."""
    bits, span = header.scale
    if not bits and not span:
        return 1.0, "uV"
    if not bits or not span or bits > 64:
        return 1.0, units.UNKNOWN
    return span / 2.0**bits, "uV"


def _frames(path: Path, header: _Header, said: list[Issue]) -> Frames:
    """Return the samples that are there; what is missing is said."""
    dtype, n_columns = _DTYPE[header.version & 6], header.n_channels + len(header.codes)
    frame = n_columns * np.dtype(dtype).itemsize
    head, pieces = (_SEGMENT_HEAD, header.segments) if header.segments else (0, 1)
    room = path.stat().st_size - header.size
    whole, rest = divmod(max(0, room), head + header.samples * frame)
    stated = pieces * header.samples
    held = min(stated, whole * header.samples + max(0, rest - head) // frame)
    if held < stated:
        text = f"The file ends after {held} of {stated} samples: it is truncated; these were read."
        said.append(Issue(code="truncated", severity="warning", message=text))
    if not held:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    return Frames(
        path=str(path.resolve()),
        dtype=dtype,
        at=header.size,
        head=head,
        per_piece=header.samples,
        n_samples=held,
        n_channels=header.n_channels,
        n_columns=n_columns,
        gain=_scale(header)[0],
    )


def _states(signal: Frames) -> list[NDArray[np.int64]]:
    """Return first sample and end of each run of states other than zero, for each code."""
    rows = list(range(signal.n_channels, signal.n_columns))
    edges: list[list[NDArray[np.int64]]] = [[] for _ in rows]
    n, last = signal.n_samples, np.zeros((len(rows), 1), dtype=bool)
    step = max(1, min(_BLOCK, 2**24 // max(1, len(rows))))
    for start in range(0, n if rows else 0, step):
        stop = min(n, start + step)
        on = np.concatenate([last, signal.columns(start, stop, rows) != 0], axis=1)
        last = on[:, -1:]
        for found, row in zip(edges, on, strict=True):
            found.append(np.flatnonzero(row[1:] != row[:-1]).astype(np.int64) + start)
    ends = [np.full(int(one), n, dtype=np.int64) for one in last[:, 0]]
    return [
        np.concatenate([*found, end]).reshape(-1, 2) for found, end in zip(edges, ends, strict=True)
    ]


def _cuts(header: _Header, signal: Frames, states: list[NDArray[np.int64]]) -> list[int]:
    """Return the first samples of segments, or of what followed a pause."""
    if header.segments:
        return list(range(0, signal.n_samples, header.samples))
    starts = [
        one[:, 0].tolist() for c, one in zip(header.codes, states, strict=True) if c == _BEGINS
    ]
    return [sample for found in starts for sample in found]


def _events(
    path: Path,
    header: _Header,
    signal: Frames,
    states: list[NDArray[np.int64]],
    axis: Placed,
) -> Events:
    """Return runs of states, which end where a segment does, and the segments by category."""
    found: list[tuple[int, int, str]] = []
    for code, runs in zip(header.codes, states, strict=True):
        if code in TICKS:
            continue
        for first, end in runs.tolist():
            stops = [first, end]
            if header.segments:
                n = header.samples
                stops = [first, *range((first // n + 1) * n, end, n), end]
            found += [
                (lo, hi - lo if hi - lo > 1 else 0, code or "event") for lo, hi in pairwise(stops)
            ]
    if header.segments:
        found += _categories(path, header, signal)
    found.sort(key=lambda one: one[0])
    onset = axis.on_axis(np.array([at for at, _, _ in found], dtype=np.float64))
    return Events(
        onset_s=onset / header.rate_hz,
        duration_s=np.array([n for _, n, _ in found], dtype=np.float64) / header.rate_hz,
        name=tuple(name for _, _, name in found),
    )


def _categories(path: Path, header: _Header, signal: Frames) -> list[tuple[int, int, str]]:
    """Return first sample, length and category of each segment; categories count from 1."""
    n, found = header.samples, []
    with path.open("rb") as file:
        for i, first in enumerate(range(0, signal.n_samples, n)):
            file.seek(header.size + i * (_SEGMENT_HEAD + n * signal.frame_bytes))
            (k,) = _unpacked(path, file, ">H")
            named = header.categories[k - 1] if 1 <= k <= len(header.categories) else ""
            found.append((first, min(n, signal.n_samples - first), named or f"category {k}"))
    return found
