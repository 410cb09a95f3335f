"""Neuroscan (SCAN 3 to 4.5) ``.cnt``: a header, numbers of 16 or 32 bits, a table of events.

By specification (the header file of SCAN as Bourke gives it; the readers of EEGLAB, Brainstorm,
biosig, libeep and NS_CNT), its values equal to MNE's where MNE's are right; not tried on a real
file. MNE 1.13 takes the fifth letter of a name for the sign of a bad channel, a day as American,
an hour as that of this computer, sets events early by a sample, and by the whole header in tables
of type 3.

Where the sources differ: blocks of one channel each are only read in files that say to be of that
type (3), as libeep and NS_CNT do. A day that could be American or European is not used. Whether
numbers have 16 or 32 bits follows from the number of samples and the place of the events; else
from the mark that EEGLAB and Brainstorm know; else the file is refused. The name of the person and
event files beside the recording are not read.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import WALL, Format, units
from eutonia.formats._names import unique
from eutonia.formats._segments import SEAM_S, placed
from eutonia.formats.signals import Rows
from eutonia.formats.sites import places
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    Events,
    Floats,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_SETUP, _ELECTRODE = 900, 75  # bytes
_MARK_OF_32 = 52  # behind the place of the second header, where there is one
_BLOCKED = 3  # type of a file of SynAmps: blocks of one channel each
_PER_UNIT = 204.8  # numbers of sensitivity times calibration, in µV
_REJECTED, _ACCEPTED, _RESET, _STARTED = 0xC, 0xD, 0xB, 0xE
_RESET_LASTS_S = 0.08  # a correction of DC is written 0.07 to 0.08 s before it acts (libeep)
_FIRST_YEAR = 80  # years of two digits before it are of this century, as in biosig
_BASE = [("stim", "<u2"), ("key", "u1"), ("pad", "u1"), ("at", "<u4")]
_EVENT = {1: np.dtype(_BASE), 2: np.dtype([*_BASE, ("rest", "V11")])}
_EVENT[3] = _EVENT[2]


@dataclass(frozen=True)
class NeuroscanSignal:
    """Numbers of all channels, block after block; a block of one sample is the usual one.

    Parameters
    ----------
    path : str
        The file.
    data_at, n_samples : int
        First byte of the numbers, and samples of each channel.
    block : int
        Samples of a channel that follow one another.
    dtype : str
        Type of a number.
    gain, baseline : tuple of float
        ``value = (number - baseline) * gain``, one for each channel.
    """

    path: str
    data_at: int
    n_samples: int
    block: int
    dtype: str
    gain: tuple[float, ...]
    baseline: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(len(self.gain)) if channels is None else channels)
        if stop <= start or not rows:
            return np.empty((len(rows), max(0, stop - start)))
        # Mapped anew for each part, so that a long file never stays in memory.
        shape = (self.n_samples // self.block, len(self.gain), self.block)
        numbers = np.memmap(self.path, self.dtype, mode="r", offset=self.data_at, shape=shape)
        first, last = start // self.block, (stop - 1) // self.block
        part = numbers[first : last + 1, rows].swapaxes(0, 1).reshape(len(rows), -1)
        begin = start - first * self.block
        baseline = np.array([self.baseline[i] for i in rows])[:, None]
        gain = np.array([self.gain[i] for i in rows])[:, None]
        scaled: Floats = (part[:, begin : begin + stop - start] - baseline) * gain
        return scaled


@dataclass(frozen=True)
class _Setup:
    """What is used of the first header; places and sizes in bytes."""

    rate_hz: float
    n_channels: int
    n_stated: int
    kind: int
    block: int
    table_at: int
    high_place: int
    second_at: int
    high_pass_hz: float | None
    day: str
    time: str

    @property
    def data_at(self) -> int:
        return _SETUP + _ELECTRODE * self.n_channels


def looks_like_neuroscan(path: Path) -> bool:
    """Whether a ``.cnt`` begins as all files of SCAN do; averages and epochs have other names."""
    with path.open("rb") as file:
        return file.read(9) == b"Version 3" and path.suffix.lower() == ".cnt"


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Neuroscan recording.

    Raises
    ------
    UnreadableFile
        If the header is damaged, holds no samples or leaves the size of a number open.
    """
    with path.open("rb") as file:
        setup = _setup(path, file.read(_SETUP))
        electrodes = file.read(_ELECTRODE * setup.n_channels)
    if len(electrodes) < _ELECTRODE * setup.n_channels:
        raise UnreadableFile(f"{path}: ends within the header of its channels. Copy it again.")
    size, stated, table_at = _size(path, setup)
    names, gain, baseline = _electrodes(electrodes)
    labels, issues = unique(names)
    said = [*issues, *_uncalibrated(labels, gain)]
    unit = ["uV" if g else units.UNKNOWN for g in gain]
    block = setup.block // size if setup.kind == _BLOCKED and setup.block > size else 1
    held = (path.stat().st_size - setup.data_at) // (size * setup.n_channels)
    if held < stated:
        text = f"The file ends after {held} of {stated} samples: it is truncated; these were read."
        said.append(Issue(code="truncated", severity="warning", message=text))
    n = min(held, stated) // block * block
    if n < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    signal = NeuroscanSignal(
        path=str(path.resolve()),
        data_at=setup.data_at,
        n_samples=n,
        block=block,
        dtype=f"<i{size}",
        gain=tuple(g or 1.0 for g in gain),
        baseline=baseline,
    )
    table, at = _table(path, table_at, setup, size, said)
    cuts = at[(table["pad"] >> 4 == _STARTED) & (at > 0)].tolist()
    axis = placed(signal, setup.rate_hz, cuts, [None] * len(cuts))
    start = _start(setup, said)
    found = places(labels, units=unit)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(
                    name=name,
                    kind=place.kind,
                    unit=u,
                    site=place.site,
                    side=place.side,
                    high_pass_hz=setup.high_pass_hz,
                )
                for name, u, place in zip(labels, unit, found, strict=True)
            ),
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=axis.signal,
            rate_hz=setup.rate_hz,
            events=_events(table, at, n, setup.rate_hz),
            device="Neuroscan",
            sources=(Source(path=path.name, sha256=""),),
            issues=(*said, *axis.issues),
            bad=(*axis.bad, *_bad(electrodes, labels, table, at, n / setup.rate_hz, setup.rate_hz)),
        ),
    )


def _setup(path: Path, raw: bytes) -> _Setup:
    if len(raw) < _SETUP:
        raise UnreadableFile(f"{path}: ends within its header. Copy it again.")
    (n_channels,) = struct.unpack_from("<H", raw, 370)
    (rate,) = struct.unpack_from("<H", raw, 376)
    second_at, high_place = struct.unpack_from("<iI", raw, 12)
    (n_stated,) = struct.unpack_from("<I", raw, 864)
    (low_cut,) = struct.unpack_from("<f", raw, 869)
    kind, table_at, _, block = struct.unpack_from("<BIfi", raw, 885)
    if not 1 <= n_channels <= 10_000 or not rate:
        raise UnreadableFile(
            f"{path}: the header of this Neuroscan recording is damaged ({n_channels} channels at "
            f"{rate} Hz). Copy it again."
        )
    return _Setup(
        rate_hz=float(rate),
        n_channels=n_channels,
        n_stated=n_stated,
        kind=kind,
        block=block,
        table_at=table_at,
        high_place=high_place,
        second_at=second_at,
        high_pass_hz=float(low_cut) if raw[439] and 0 < low_cut < rate / 2 else None,
        day=_text(raw[225:235]),
        time=_text(raw[235:247]),
    )


def _size(path: Path, setup: _Setup) -> tuple[int, int, int]:
    """Return bytes of a number, samples of each channel, and the place of the events.

    The place is stated in 32 bits, sometimes with the higher ones elsewhere.
    """
    for size in (2, 4):
        end = setup.data_at + setup.n_stated * setup.n_channels * size
        if setup.n_stated and end % 2**32 == setup.table_at:
            return size, setup.n_stated, end
    table_at, in_file = setup.table_at + (setup.high_place << 32), path.stat().st_size
    mark = b""
    if 0 < setup.second_at < in_file:
        with path.open("rb") as file:
            file.seek(setup.second_at + _MARK_OF_32)
            mark = file.read(1)
    blocked = setup.kind == _BLOCKED and setup.block > 1  # older than numbers of 32 bits
    size = 2 if blocked else {b"\0": 2, b"\1": 4}.get(mark, 0)
    if size and setup.data_at < table_at <= in_file:
        n = (table_at - setup.data_at) // (size * setup.n_channels)
        return size, n, table_at
    raise UnreadableFile(
        f"{path}: its header contradicts itself about the number of samples, so that it is not "
        "known whether numbers have 16 or 32 bits. Copy it again, or export it as EDF."
    )


def _electrodes(raw: bytes) -> tuple[list[str], tuple[float, ...], tuple[float, ...]]:
    """Return name, µV of a number (0: not known) and baseline of each channel."""
    names, gain, baseline = [], [], []
    for at in range(0, len(raw), _ELECTRODE):
        names.append(_text(raw[at : at + 10]))
        (sensitivity,), (calibration,) = (struct.unpack_from("<f", raw, at + i) for i in (59, 71))
        factor = sensitivity * calibration / _PER_UNIT
        gain.append(factor if np.isfinite(factor) else 0.0)
        baseline.append(float(struct.unpack_from("<h", raw, at + 47)[0]))
    return names, tuple(gain), tuple(baseline)


def _uncalibrated(labels: list[str], gain: tuple[float, ...]) -> list[Issue]:
    text = "The file states no calibration: the unit is not known."
    return [
        Issue(code="no_scale", severity="warning", message=text, channel=label)
        for label, factor in zip(labels, gain, strict=True)
        if not factor
    ]


def _table(
    path: Path, table_at: int, setup: _Setup, size: int, said: list[Issue]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Return the events in order of time, and the sample of each; what is missing is said."""
    with path.open("rb") as file:
        file.seek(table_at)
        head = file.read(9)
        kind, n_bytes, further = struct.unpack("<BII", head) if len(head) == 9 else (0, 0, 0)
        file.seek(table_at + 9 + further)
        raw = file.read(min(n_bytes, 2**28)) if kind in _EVENT else b""
    each = _EVENT.get(kind, _EVENT[1])
    whole = kind in _EVENT and len(raw) == n_bytes
    if kind != 3 and table_at >= 2**32:  # places have 32 bits only
        raw, whole = b"", not n_bytes
    if not whole:
        text = "The table of events is damaged or of an unknown type; events are missing."
        said.append(Issue(code="events", severity="warning", message=text))
    table = np.frombuffer(raw[: len(raw) // each.itemsize * each.itemsize], each)
    at = table["at"].astype(np.int64)
    if kind != 3:  # in type 3 the sample itself, else a place in the file
        at = (at - setup.data_at) // (size * setup.n_channels)
    order = np.argsort(at, kind="stable")
    return table[order], at[order]


def _events(
    table: NDArray[np.void], at: NDArray[np.int64], n_samples: int, rate_hz: float
) -> Events:
    """Return triggers by their value, and keys that were pressed; marks of rejection are none."""
    values = (
        ("{}", table["stim"]),
        ("KeyPad Response {}", table["pad"] & 0xF),
        ("Keyboard Response {}", table["key"]),
    )
    found = [
        (int(at[i]), text.format(value))
        for text, of_event in values
        for i, value in enumerate(of_event.tolist())
        if value and 0 <= at[i] < n_samples
    ]
    found.sort(key=lambda e: e[0])
    return Events(
        onset_s=np.array([sample for sample, _ in found], dtype=np.float64) / rate_hz,
        duration_s=np.zeros(len(found)),
        name=tuple(name for _, name in found),
    )


def _bad(
    electrodes: bytes,
    labels: list[str],
    table: NDArray[np.void],
    at: NDArray[np.int64],
    end_s: float,
    rate_hz: float,
) -> list[BadSpan]:
    """Return channels and stretches that were marked as bad, and corrections of DC."""
    flags = electrodes[14::_ELECTRODE]
    bad = [
        BadSpan(start_s=0.0, stop_s=end_s, reason="marked bad", channel=label)
        for label, flag in zip(labels, flags, strict=True)
        if flag
    ]
    begun = None
    for t, mark in zip((at / rate_hz).tolist(), (table["pad"] >> 4).tolist(), strict=True):
        if mark == _REJECTED and begun is None:
            begun = t
        elif mark == _ACCEPTED and begun is not None:
            bad.append(BadSpan(start_s=max(0.0, begun), stop_s=t, reason="rejected"))
            begun = None
        elif mark == _RESET:
            stop = t + _RESET_LASTS_S + SEAM_S
            bad.append(BadSpan(start_s=max(0.0, t - SEAM_S), stop_s=stop, reason="reset of DC"))
    if begun is not None:
        bad.append(BadSpan(start_s=max(0.0, begun), stop_s=end_s, reason="rejected"))
    return bad


def _start(setup: _Setup, said: list[Issue]) -> float | None:
    """Return the start as seconds since 1970, where the day can be read in one way only."""
    day = re.fullmatch(r"(\d\d?)\D(\d\d?)\D(\d{4}|\d\d)", setup.day)
    time = re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d))?", setup.time)
    if day is None or time is None:
        return None
    a, b, year = (int(part) for part in day.groups())
    year += 0 if year > 99 else 1900 if year >= _FIRST_YEAR else 2000
    hour, minute, second = (int(part or 0) for part in time.groups())
    found = set()
    for month, number in ((a, b), (b, a)):
        try:
            moment = datetime(year, month, number, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        found.add(moment.timestamp())
    if len(found) == 1:
        return found.pop()
    if found:
        text = "The day of the recording can be read in two ways; its start is not used."
        said.append(Issue(code="ambiguous_day", severity="note", message=text))
    return None


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


FORMAT = Format(
    id="neuroscan",
    title="Neuroscan CNT",
    suffixes=(".cnt",),
    reads=looks_like_neuroscan,
    read=read,
)
