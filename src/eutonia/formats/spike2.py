"""Spike2 ``.smr`` (32 bit, CED SON): waves in linked blocks, marks with codes and texts.

By specification (see `_son`), equal to neo where that is right; not tried on a real file. neo 0.14
moves channels that start or pause apart onto each other, loses marks in pauses, takes a marker's
four codes for one number, and reads wrong values beyond 2 GB. The 64-bit ``.smrx`` needs the
maker's closed library and is not read.

What the file says in comments is not passed on. Both edges of a level channel have its name: the
sources do not say surely which of them is the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import WALL, Format, _son, units
from eutonia.formats._names import unique
from eutonia.formats._segments import Placed, placed
from eutonia.formats._son import SonChannel, SonFile, SonSignal, Wave
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


@dataclass(frozen=True, kw_only=True, eq=False)
class _Axis:
    """The common axis of waves of one rate: the stretches in which any of them has samples.

    Parameters
    ----------
    origin : int
        Tick of its sample 0.
    divide : int
        Ticks between samples.
    begin, first : ndarray of int64, shape (n_stretches,)
        First sample of each stretch from the origin, and without the pauses.
    n : int
        Samples without the pauses.
    skew : float
        Ticks that a sample is at most away from its place.
    """

    origin: int
    divide: int
    begin: NDArray[np.int64]
    first: NDArray[np.int64]
    n: int
    skew: float

    def packed(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return samples from the origin as samples without the pauses."""
        at = np.searchsorted(self.begin, index, side="right") - 1
        return index - self.begin[at] + self.first[at]


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """What is marked: tick, name, codes."""

    tick: int
    name: str
    codes: str
    channel: str


def looks_like_spike2(path: Path) -> bool:
    """Whether a file is named ``.smr`` and bears the maker's mark."""
    with path.open("rb") as file:
        return path.suffix.lower() == ".smr" and b"CED" in file.read(64)


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Spike2 recording: one for each sampling rate.

    Raises
    ------
    UnreadableFile
        If it is damaged, or holds no samples.
    """
    file = _son.parse(path)
    waves = [c for c in file.channels if c.divide and len(c.blocks)]
    if not waves:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    marks = _marks(path, file)
    issues = _left_out(file)
    rates = list(dict.fromkeys(c.divide for c in waves))
    groups = [[c for c in waves if c.divide == rate] for rate in rates]
    found = [_recording(path, file, group, marks) for group in groups]
    starts = [r.clock.offset_s for r in found]
    names, _ = unique([f"{r.rate_hz:g}Hz" for r in found])
    out = []
    for r, name in zip(found, names, strict=True):
        clock = r.clock
        if clock.id != WALL:  # only the differences between the rates are known
            clock = replace(clock, offset_s=clock.offset_s - min(starts))
        one = path.name if len(found) == 1 else f"{path.name}#{name}"
        out.append(replace(r, id=one, clock=clock, issues=(*r.issues, *issues)))
    return tuple(out)


def _recording(path: Path, file: SonFile, group: list[SonChannel], marks: list[_Mark]) -> Recording:
    """Return the waves of one rate."""
    names, issues = unique([c.title for c in group])
    scales = [units.standard(c.unit) for c in group]
    axis, indices = _axis(group)
    waves = tuple(
        Wave(
            dtype="<i2" if c.kind == _son.ADC else "<f4",
            gain=c.gain * factor,
            offset=c.offset * factor,
            unit=c.unit,
            at=c.blocks[:, 0],
            first=axis.packed(index),
            n=c.blocks[:, 1],
        )
        for c, index, (_, factor) in zip(group, indices, scales, strict=True)
    )
    rate = 1 / (axis.divide * file.tick_s)
    signal = SonSignal(str(path.resolve()), waves, axis.n)
    on_axis = placed(signal, rate, axis.first.tolist(), (axis.begin / rate).tolist())
    offset = axis.origin * file.tick_s
    clock = Clock(id=path.name, offset_s=offset)
    if file.start is not None:
        clock = Clock(id=WALL, offset_s=file.start + offset)
    said = _said(group, names, axis, file.tick_s)
    return Recording(
        id=path.name,
        kind="",
        channels=tuple(
            Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)
            for name, (unit, _), at in zip(
                names, scales, places(names, units=[u for u, _ in scales]), strict=True
            )
        ),
        clock=clock,
        signal=on_axis.signal,
        rate_hz=float(f"{rate:.9g}"),
        events=_events(marks, axis, on_axis, rate),
        sources=(Source(path=path.name, sha256=""),),
        issues=(*issues, *said, *on_axis.issues),
        bad=(*on_axis.bad, *_missing(signal, names, on_axis, rate)),
    )


def _axis(group: list[SonChannel]) -> tuple[_Axis, list[NDArray[np.int64]]]:
    """Return the axis of channels, and the sample of each of their blocks from the origin.

    Channels that start apart stay aligned: a stretch begins at the sample nearest to its time.
    """
    divide = group[0].divide
    origin = int(min(c.blocks[0, 2] for c in group))
    indices, spans, skew = [], [], 0.0
    for channel in group:
        start, stop = channel.blocks[:, 2], channel.blocks[:, 3]
        index = np.empty(len(start), dtype=np.int64)
        heads = np.flatnonzero(np.append(True, start[1:] != stop[:-1] + divide))
        end = 0
        for head, after in pairwise([*heads.tolist(), len(start)]):
            exact = (int(start[head]) - origin) / divide
            begin = max(end, round(exact))
            skew = max(skew, abs(exact - begin) * divide)
            index[head:after] = begin + (start[head:after] - start[head]) // divide
            end = int(index[after - 1] + channel.blocks[after - 1, 1])
            spans.append((begin, end))
        indices.append(index)
    begins, lengths = _merged(spans)
    axis = _Axis(
        origin=origin,
        divide=divide,
        begin=np.array(begins, dtype=np.int64),
        first=np.cumsum([0, *lengths[:-1]], dtype=np.int64),
        n=sum(lengths),
        skew=skew,
    )
    return axis, indices


def _merged(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return begins and lengths of the stretches that some spans cover."""
    begins: list[int] = []
    lengths: list[int] = []
    for begin, end in sorted(spans):
        if begins and begin <= begins[-1] + lengths[-1]:
            lengths[-1] = max(lengths[-1], end - begins[-1])
        else:
            begins.append(begin)
            lengths.append(end - begin)
    return begins, lengths


def _missing(signal: SonSignal, names: list[str], axis: Placed, rate_hz: float) -> list[BadSpan]:
    """Return where a channel has no samples while others have."""
    found = []
    for wave, name in zip(signal.waves, names, strict=True):
        begin = np.append(wave.first, signal.n_samples)
        end = np.append(0, wave.first + wave.n)
        for at in np.flatnonzero(begin > end).tolist():
            edges = np.array([end[at], begin[at] - 1], dtype=np.float64)
            low, last = (axis.on_axis(edges) / rate_hz).tolist()
            found.append(
                BadSpan(start_s=low, stop_s=last + 1 / rate_hz, reason="not recorded", channel=name)
            )
    return found


def _said(
    group: list[SonChannel], names: list[str], axis: _Axis, tick_s: float
) -> tuple[Issue, ...]:
    """Return what is said of damaged channels, and of samples that are not simultaneous."""
    found = [
        Issue(
            code="truncated",
            severity="warning",
            message="Its chain of blocks breaks off: the file is truncated or damaged. What is "
            "before that was read.",
            channel=name,
        )
        for c, name in zip(group, names, strict=True)
        if not c.complete
    ]
    if axis.skew > 0:
        message = (
            f"The channels were sampled one after another: a sample lies up to "
            f"{axis.skew * tick_s * 1e3:.3g} ms beside its time."
        )
        found.append(Issue(code="skew", severity="note", message=message))
    return tuple(found)


def _left_out(file: SonFile) -> tuple[Issue, ...]:
    """Return what is said of channels that are not read, or not whole."""
    found = []
    for c in file.channels:
        name = c.title or f"channel {c.number}"
        if c.kind in _son.SHAPES and len(c.blocks):
            text = f"{name} holds marks with a shape (sorted spikes); they were not read."
            found.append(Issue(code="left_out", severity="note", message=text))
        elif not c.complete and not (c.divide and len(c.blocks)):
            text = f"{name} is truncated or damaged: some or all of it could not be read."
            found.append(Issue(code="truncated", severity="warning", message=text))
    return tuple(found)


def _marks(path: Path, file: SonFile) -> list[_Mark]:
    """Return all marks in order of time: texts, codes, edges by the name of their channel."""
    found = []
    for c in file.channels:
        title = c.title or f"channel {c.number}"
        if c.kind in _son.EDGES:
            ticks = c.items(path, np.dtype([("tick", "<i4")]))["tick"]
            found += [_Mark(tick=t, name=title, codes="", channel=title) for t in ticks.tolist()]
        elif c.kind in (_son.MARKER, _son.TEXT):
            fields = [("tick", "<i4"), ("codes", "V4"), ("text", f"V{c.item - 8}")]
            items = c.items(path, np.dtype(fields if c.item > 8 else fields[:2]))
            for item in items.tolist():
                codes = " ".join(str(b) for b in item[1].rstrip(b"\0") or b"\0")
                text = _son.text(item[2]) if c.item > 8 else ""
                name = text or f"{title} {_key(title, item[1]) or codes}"
                found.append(_Mark(tick=item[0], name=name, codes=codes, channel=title))
    return sorted(found, key=lambda m: m.tick)


def _key(title: str, codes: bytes) -> str:
    """Return the key that was pressed, for a mark of the keyboard."""
    key = chr(codes[0])
    return key if title.casefold() == "keyboard" and key.isascii() and key.isprintable() else ""


def _events(marks: list[_Mark], axis: _Axis, on_axis: Placed, rate_hz: float) -> Events:
    """Return the marks from the first sample; those in a cut lie on it."""
    exact: Floats = (np.array([m.tick for m in marks]) - axis.origin) / axis.divide
    at = np.maximum(np.searchsorted(axis.begin, exact, side="right") - 1, 0)
    next_at = np.append(on_axis.place[1:], np.inf)[at]
    onset = np.minimum(on_axis.place[at] + exact - axis.begin[at], next_at) / rate_hz
    columns: dict[str, NDArray[np.generic]] = {
        "channel": np.array([m.channel for m in marks], dtype=np.str_),
        "codes": np.array([m.codes for m in marks], dtype=np.str_),
    }
    return Events(
        onset_s=onset,
        duration_s=np.zeros(len(marks)),
        name=tuple(m.name for m in marks),
        columns=columns if marks else {},
    )


FORMAT = Format(
    id="spike2", title="Spike2 SMR", suffixes=(".smr",), reads=looks_like_spike2, read=read
)
