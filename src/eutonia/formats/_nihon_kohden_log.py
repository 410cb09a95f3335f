"""The log of a Nihon Kohden recording: what was marked, and when on the axis of its samples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import _library
from eutonia.formats._segments import Placed
from eutonia.model import Floats, Issue

_ROW = 45  # bytes
_BLOCKS = 22  # entries in the table of blocks before those of the second half of each row
_CLOCK_S = 2.0  # two clocks of whole seconds may differ by this; our rule [D]
_BEGINS = "REC START"  # the mark at the first sample after a pause


@dataclass(frozen=True)
class Mark:
    """A line of the log: what, seconds since the start, and when on the clock (NaN: not said)."""

    name: str
    elapsed_s: float
    clock_s: float


def marks(path: Path, signatures: frozenset[bytes]) -> tuple[list[Mark], tuple[Issue, ...]]:
    """Return the marks in the ``.log`` beside a recording.

    Parameters
    ----------
    path : Path
        The recording.
    signatures : frozenset of bytes
        With one of which a log begins.
    """
    files = _library.beside(path, ".log")
    if not files:
        text = "There is no .log file beside it: nothing that was marked is known."
        return [], (Issue(code="events", severity="note", message=text),)
    raw = files[0].read_bytes()
    if raw[:16] not in signatures or len(raw) <= 0x91:
        text = f"{files[0].name} is damaged: nothing that was marked is known. Copy it again."
        return [], (Issue(code="events", severity="warning", message=text),)
    found: list[Mark | None] = []
    for i in range(raw[0x91]):
        rows = _rows(raw, i)
        more = _rows(raw, i + _BLOCKS) if raw[0x91] < _BLOCKS else []
        if len(more) != len(rows):
            more = [b""] * len(rows)
        found += [_mark(row, rest) for row, rest in zip(rows, more, strict=True)]
    good = [m for m in found if m is not None]
    if len(good) == len(found):
        return good, ()
    text = f"{len(found) - len(good)} mark(s) of {files[0].name} are damaged; left out."
    return good, (Issue(code="events", severity="warning", message=text),)


def _rows(raw: bytes, i: int) -> list[bytes]:
    """Return the rows of a block of the log; what the file does not hold is empty."""
    entry = 0x92 + 4 + 20 * i
    at = int.from_bytes(raw[entry - 4 : entry], "little")
    if not at or at + 20 > len(raw):
        return []
    firsts = [at + 20 + _ROW * k for k in range(raw[at + 18])]
    return [raw[a : a + _ROW] for a in firsts]


def _mark(row: bytes, rest: bytes) -> Mark | None:
    """Return a mark: 20 letters and HHMMSS of a row; 20 more, and microseconds, of the other."""
    time = re.fullmatch(rb"(\d\d)([0-5]\d)([0-5]\d)", row[20:26])
    if time is None:
        return None
    raw = row[:20].split(b"\0")[0] + rest[:20].split(b"\0")[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    name = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    hours, minutes, seconds = (int(part) for part in time.groups())
    micro = int(rest[24:30]) if re.fullmatch(rb"\d{6}", rest[24:30]) else 0
    return Mark(name or "mark", 3600 * hours + 60 * minutes + seconds + micro / 1e6, _clock(row))


def _clock(row: bytes) -> float:
    stamp = re.match(rb"\((\d{12})\)", row[26:])
    try:
        when = datetime.strptime(stamp[1].decode() if stamp else "", "%y%m%d%H%M%S")
    except ValueError:
        return float("nan")
    return when.replace(tzinfo=UTC).timestamp()


def onsets(
    found: list[Mark], axis: Placed, rate_hz: float, starts: list[float | None]
) -> tuple[Floats, tuple[Issue, ...]]:
    """Return when the marks lie on the axis of the samples, NaN where that cannot be told.

    Parameters
    ----------
    found : list of Mark
        The log.
    axis : Placed
        The pieces on their axis.
    rate_hz : float
        Sampling rate.
    starts : list of float or None
        When the pieces began, seconds since 1970.
    """
    elapsed = np.array([m.elapsed_s for m in found], dtype=np.float64)
    first, put = axis.first / rate_hz, axis.place / rate_hz
    begins = np.array([np.nan if s is None else s for s in starts], dtype=np.float64)
    clock = np.array([m.clock_s for m in found], dtype=np.float64) - begins[0]
    begins = begins - begins[0]
    told = np.isfinite(clock)
    clear = len(begins) == len(first) and bool((np.diff(begins) > 0).all()) and begins[0] == 0
    if not clear or not told.any():
        if len(first) == 1:
            return elapsed, ()
        onset = np.where(elapsed < first[1], elapsed, np.nan)
        return onset, _unknown(int(np.isnan(onset).sum()))
    piece = np.maximum(np.searchsorted(begins, clock, side="right") - 1, 0)
    recorded = np.minimum(first[piece] + clock - begins[piece], np.append(first[1:], np.inf)[piece])
    off = np.abs(elapsed - clock), np.abs(elapsed - recorded)
    counts_pauses = np.sum(off[0][told]) <= np.sum(off[1][told])
    issues = _disagree(int((off[0 if counts_pauses else 1][told] > _CLOCK_S).sum()))
    if not counts_pauses:
        return axis.on_axis(elapsed * rate_hz) / rate_hz, issues
    begins, loose = _begins(found, begins)
    piece = np.maximum(np.searchsorted(begins, elapsed, side="right") - 1, 0)
    onset = np.minimum(put[piece] + elapsed - begins[piece], np.append(put[1:], np.inf)[piece])
    return onset, (*issues, *_loose(int(loose[piece].sum())))


def _begins(found: list[Mark], begins: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return when the pieces began by the log's times, and of which only the second is known.

    The mark that begins a piece says to the microsecond when; a block of the older kind does not.
    """
    begins, loose = begins.copy(), begins % 1 == 0
    loose[0] = False
    said = np.array([m.elapsed_s for m in found if m.name.startswith(_BEGINS)])
    for k in range(1, len(begins)):
        off = np.abs(said - begins[k])
        if len(said) and off.min() <= _CLOCK_S:
            begins[k], loose[k] = said[off.argmin()], False
    return begins, loose


def _loose(n: int) -> tuple[Issue, ...]:
    text = f"{n} mark(s) of the log lie behind a pause that is known to the second only."
    return (Issue(code="events", severity="warning", message=text),) * bool(n)


def _unknown(n: int) -> tuple[Issue, ...]:
    text = (
        f"{n} mark(s) of the log lie behind a pause and do not tell their time of day: whether "
        "their times count the pause is not known; left out."
    )
    return (Issue(code="events", severity="warning", message=text),) * bool(n)


def _disagree(n: int) -> tuple[Issue, ...]:
    text = f"{n} mark(s) of the log are more than {_CLOCK_S:g} s off their own time of day."
    return (Issue(code="events", severity="warning", message=text),) * bool(n)
