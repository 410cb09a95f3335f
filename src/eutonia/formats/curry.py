"""Curry 6 and 7 (``.dat`` with ``.dap``, ``.rs3``), 8 and 9 (``.cdt`` with ``.cdt.dpa``).

By specification: the maker's reader (curryreader 0.1.2), Brainstorm, the EEGLAB plug-in loadcurry
and MNE, which agree on every field used here but where it is said; equal to MNE where that reads a
file; not tried on a real file. MNE 1.13 loads all samples to open a file, takes all units but
``uV`` and ``fT`` for volts, and fails where electrodes have no place, samples are not counted, or
are stored channel by channel.

An event's sample counts from 0, as Brainstorm and MNE take it (loadcurry: from 1). No source names
a mark of a pause: a recording that was paused looks continuous. Of the amplifier and the patient
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _curry_header, _library, units
from eutonia.formats._binary import BinarySignal
from eutonia.formats._curry_header import Header, Row
from eutonia.formats._keep import kept
from eutonia.formats._library import beside
from eutonia.formats._names import unique
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import place, places
from eutonia.model import (
    Channel,
    Clock,
    Events,
    Issue,
    Recording,
    Signal,
    UnreadableFile,
)

_OLD = (".dap", ".rs3", ".cef", ".ceo")  # beside .dat
_NEW = (".cdt.dpa", ".cdt.dpo", ".cdt.cef", ".cdt.ceo")  # beside .cdt
_EYES = ("heo", "veo")  # the maker's caps name the channels of eye movements so
_BLOCK = 2**18  # samples looked at together
_LINES = 2**14
_MOST_EVENTS = 0.1  # per sample; a trigger that changes more often marks no events


def leader(path: Path) -> Path:
    """Return the file of samples for one that describes them."""
    found: tuple[Path, ...] = ()
    if path.name.lower().endswith(_NEW):
        found = beside(path.with_suffix(""), ".cdt")
    elif path.suffix.lower() in _OLD and beside(path, ".dap"):
        found = beside(path, ".dat")
    return found[0] if found else path


def looks_like_curry(path: Path) -> bool:
    """Whether a file is named ``.cdt``, or a header ``.dap`` is beside it; samples have no mark."""
    if path.suffix.lower() == ".cdt" or leader(path) != path:
        return True
    return path.suffix.lower() == ".dat" and bool(beside(path, ".dap"))


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Curry recording.

    Raises
    ------
    UnreadableFile
        If the header is missing or damaged, the samples are packed, epochs or averages, or none.
    """
    path = leader(path)
    old = path.suffix.lower() == ".dat"
    files = [found for ending in (_OLD if old else _NEW) for found in beside(path, ending)]
    headers = [f for f in files if f.suffix.lower() in (".dap", ".dpa", ".dpo")]
    if not headers:
        raise UnreadableFile(
            f"{path}: the header of this Curry recording ({path.name}.dpa) is missing. Copy all of "
            "its files into one folder."
        )
    header = _curry_header.parse(headers[0])
    labels = (
        [_curry_header.parse(f) for f in files if f.suffix.lower() == ".rs3"] if old else [header]
    )
    _curry_header.refuse(path, header)
    try:
        rate = _curry_header.rate(header)
        rows = _curry_header.rows(header, labels[0] if labels else Header())
        channels, factors, issues = _channels(rows)
        signal, said = _signal(path, header, rows, factors)
    except (KeyError, ValueError, OverflowError) as error:
        raise UnreadableFile(
            f"{path}: the header of this Curry recording is damaged ({error}). Copy it again."
        ) from error
    if not labels:
        text = f"The file {path.stem}.rs3, which names the channels, is missing."
        issues += (Issue(code="missing_file", severity="warning", message=text),)
    marks = [f for f in files if f.suffix.lower() in (".cef", ".ceo")]
    if marks:
        events, heard = _events(marks[0], rate, signal.shape[1])
    else:
        events, heard = _pulses(signal, channels, rate)
    start = _curry_header.start(header)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=channels,
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=signal,
            rate_hz=rate,
            events=events,
            sources=_library.sources(path, path, files),
            issues=(*issues, *said, *heard),
        ),
    )


def _channels(
    rows: list[Row],
) -> tuple[tuple[Channel, ...], tuple[float, ...], tuple[Issue, ...]]:
    """Return the channels, the factors to their units, and what is said of their names."""
    names, issues = unique([row.name for row in rows])
    scales = [units.standard(row.unit) for row in rows]
    kinds = []
    for i, row in enumerate(rows):
        kind = place(row.name, unit=scales[i][0]).kind
        if row.group.startswith("_MAG"):
            kind = "misc"  # magnetometers of MEG, not of a movement sensor
        elif row.group == "" and kind == "misc":
            kind = "eog" if row.name.lower() in _EYES else "eeg"
        scales[i] = ("1", 1.0) if kind == "trigger" else scales[i]
        kinds.append(kind)
    found = places(names, units=[unit for unit, _ in scales], kinds=kinds)
    channels = tuple(
        Channel(name=name, kind=kind, unit=unit, site=at.site, side=at.side)
        for name, kind, (unit, _), at in zip(names, kinds, scales, found, strict=True)
    )
    return channels, tuple(factor for _, factor in scales), tuple(issues)


def _signal(
    path: Path, header: Header, rows: list[Row], factors: tuple[float, ...]
) -> tuple[Signal, tuple[Issue, ...]]:
    """Return the samples, and whether there are as many as the header says."""
    n, stated = len(rows), int(header.number("numsamples", -1.0))
    by_channel = header.data.get("datasamporder", "SAMP").upper() == "CHAN"
    if header.data.get("dataformat", "").upper() == "ASCII":
        if by_channel:
            raise ValueError("samples as text, stored channel by channel, are not read")
        signal, held = _text(path, n, factors)
    else:
        held = path.stat().st_size // (4 * n)
        whole = stated if stated > 0 else held
        if by_channel and whole > held * n:
            raise ValueError(f"it counts {stated} samples of each channel")
        signal = BinarySignal(
            path=str(path.resolve()),
            dtype="<f4",
            n_channels=n,
            n_samples=whole if by_channel else min(held, whole),
            vectorized=by_channel,
            gain=factors,
            units=tuple(row.unit for row in rows),
        )
    if held < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy it again.")
    if stated <= 0 or stated == held:
        return signal, ()
    text = (
        f"The header counts {stated} samples and the file holds {held}: it is truncated, or a part "
        "of a longer recording, whose events then lie too late."
        if held < stated
        else f"The header counts {stated} samples and the file holds {held}."
    )
    code = "truncated" if held < stated else "sample_count"
    return signal, (Issue(code=code, severity="warning", message=text),)


def _text(path: Path, n: int, factors: tuple[float, ...]) -> tuple[Signal, int]:
    """Decode samples written as text, one of all channels a line, once to the disk."""
    with path.open("rb") as file:
        held = sum(1 for line in file if line.strip())
    if not held:
        return BinarySignal(str(path), "<f4", n, 0, vectorized=False, gain=factors), 0
    room, signal = kept(path, held, n)
    done = 0
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        lines: Iterator[str] = (line for line in file if line.strip())
        while block := list(islice(lines, _LINES)):
            try:
                room[done : done + len(block)] = np.loadtxt(block, comments=None, ndmin=2)
            except ValueError as error:
                raise UnreadableFile(
                    f"{path}: a line after sample {done} has not {n} numbers. Export it again."
                ) from error
            done += len(block)
    return Scaled(signal, factors), held


def _events(path: Path, rate_hz: float, n: int) -> tuple[Events, tuple[Issue, ...]]:
    """Return the events of a file: their text, else their type; both have a row of their own."""
    header = _curry_header.parse(path)
    rows = header.rows("NUMBER_LIST")
    texts = header.lists.get("REMARK_LIST", [])
    if len(texts) != len(rows):
        texts = [""] * len(rows)
    found = []
    for row, text in zip(rows, texts, strict=True):
        try:
            numbers = [int(cell) for cell in row.split()]
            sample, kind = numbers[0], numbers[2]
        except (ValueError, IndexError):
            continue
        # Of those that last, first and last sample follow.
        begin, end = numbers[4:6] if len(numbers) >= 6 else (sample, sample)
        lasts = max(0, end - begin) if begin == sample else 0
        if 0 <= sample < n:
            found.append((sample / rate_hz, lasts / rate_hz, text.strip() or str(kind), kind))
    found.sort(key=lambda e: e[0])
    events = Events(
        onset_s=np.array([e[0] for e in found], dtype=np.float64),
        duration_s=np.array([e[1] for e in found], dtype=np.float64),
        name=tuple(e[2] for e in found),
        columns={"code": np.array([e[3] for e in found], dtype=np.int64)} if found else {},
    )
    said = []
    if len(found) < len(rows):
        said.append(f"{len(rows) - len(found)} event(s) are damaged or lie outside; left out.")
    if any(header.rows("REMARK_LIST")) and not any(texts):
        said.append("There are not as many texts as events; the texts were not read.")
    return events, tuple(Issue(code="events", severity="warning", message=t) for t in said)


def _pulses(
    signal: Signal, channels: tuple[Channel, ...], rate_hz: float
) -> tuple[Events, tuple[Issue, ...]]:
    """Return the changes of trigger channels, for a recording without a file of events."""
    found: list[tuple[int, int]] = []
    issues = []
    for row, channel in enumerate(channels):
        changes = _changes(signal, row) if channel.kind == "trigger" else []
        if changes is None:
            text = "It is not in whole steps, or changes too often to hold events; none were read."
            issues.append(Issue(code="events", severity="note", message=text, channel=channel.name))
        found += changes or []
    found.sort()
    events = Events(
        onset_s=np.array([at for at, _ in found], dtype=np.float64) / rate_hz,
        duration_s=np.zeros(len(found)),
        name=tuple(str(code) for _, code in found),
        columns={"code": np.array([code for _, code in found], dtype=np.int64)} if found else {},
    )
    return events, tuple(issues)


def _changes(signal: Signal, row: int) -> list[tuple[int, int]] | None:
    """Return samples and codes of a trigger's changes, None where there are too many."""
    found: list[tuple[int, int]] = []
    n, last = signal.shape[1], 0.0
    rest = float(np.nanmedian(signal.read(0, _BLOCK, (row,))))  # loadcurry: codes are above it
    for start in range(0, n, _BLOCK):
        x = np.nan_to_num(signal.read(start, start + _BLOCK, (row,))[0] - rest)
        at = np.flatnonzero((np.diff(x, prepend=last) != 0) & (x != 0))
        found += [(start + int(i), int(x[i])) for i in at]
        last = float(x[-1])
        if (x % 1).any() or len(found) > max(10.0, _MOST_EVENTS * n):
            return None
    return found


FORMAT = Format(
    id="curry",
    title="Curry",
    suffixes=(".cdt", ".dat"),
    reads=looks_like_curry,
    read=read,
    leader=leader,
)
