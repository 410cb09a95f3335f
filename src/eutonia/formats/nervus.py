"""Nervus, NicoletOne and Natus ``.e`` of 2012 and later: lazy, one recording per sampling rate.

By specification: the maker publishes none, so what independent readers agree on was followed
(FieldTrip's ``read_nervus_header`` and ``read_nervus_data``, which its authors hold against the
maker's own text export; ieeg-portal's Nicolet-Reader in three versions; Brainstorm, biosig,
pynicolet, e2edfconverter, nicolet2edf); equal to nicolet-e2edf 0.4.2 on written files (counts,
start, events, segments) and to pynicolet 0.1.2 on those without a pause, where that is right; not
tried on a real file.

- Values are counts times the resolution, in microvolts as in the maker's text export. One reader
  (nicolet2edf) turns their sign, by the statistics of one patient; the others do not.
- No field is known to be the unit. It is microvolts where a channel has a reference electrode, or
  the text beside its electrode says so; else, or where that text is another unit, ``adc``.
- Readers differ on an offset of the counts: it is not applied, and said where one may be stated.
- Where the tables of channels differ, readers differ on which holds when. Tables without labels
  (amplifier disconnected) are matched by order or date, whichever accounts for the samples; where
  both do and differ, and at any other change, the file is refused.
- Names of types of events differ between readers: only undisputed ones are used. Events state
  parts of a second; whether segments do is not known, and said where they may.
- The patient's names are read only to strike them out of the texts of events.
- Left out: the patient, the study, users, montages, filters (it is not known whether they were
  applied), video. Files of before 2012 have another layout and are refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import WALL, Format, _nervus_file, units
from eutonia.formats._names import unique
from eutonia.formats._nervus_file import Layout, Mark, NervusFile, Segment, Series
from eutonia.formats._patient_names import STRUCK
from eutonia.formats._segments import Placed, placed
from eutonia.formats._son import SonSignal, Wave  # waves in blocks of one file, as here
from eutonia.formats.sites import places
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    Events,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

#: A table of channels may be dated up to this after its segment, whose start may be whole. [D]
_LATE_S = 1.0
_AGAIN = "Copy it again, or export it as EDF from NicoletOne or Natus NeuroWorks."
#: Names of types that at least two readers state and none disputes.
_TYPES = {
    "{A5A95612-A7F8-11CF-831A-0800091B5BDA}": "Annotation",
    "{A5A95616-A7F8-11CF-831A-0800091B5BDA}": "Patient event",
    "{A5A95617-A7F8-11CF-831A-0800091B5BDA}": "Impedance",
    "{A5A95645-A7F8-11CF-831A-0800091B5BDA}": "Event comment",
    "{A5A95646-A7F8-11CF-831A-0800091B5BDA}": "Seizure",
    "{08784382-C765-11D3-90CE-00104B6F4F70}": "Format change",
    "{08EC3F49-978D-4FE4-AE77-4C421335E5FF}": "Prune",
    "{481DFC97-013C-4BC5-A203-871B0375A519}": "Posthyperventilation",
    "{6387C7C8-6F98-4886-9AF4-FA750ED300DE}": "Amplifier reconnected",
    "{6FF394DA-D1B8-46DA-B78F-866C67CF02AF}": "Photic",
    "{71EECE80-EBC4-41C7-BF26-E56911426FB4}": "Recording paused",
    "{725798BF-CD1C-4909-B793-6C7864C27AB7}": "Review progress",
    "{96315D79-5C24-4A65-B334-E31A95088D55}": "Exam start",
    "{A71A6DB5-4150-48BF-B462-1C40521EBD6F}": "Amplifier disconnected",
}


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """The segments of a file, and the table of channels that holds in each."""

    file: NervusFile
    segments: list[Segment]
    layouts: list[Layout]

    @property
    def channels(self) -> Layout:
        """The table with labels."""
        return next(one for one in self.layouts if _labelled(one))

    @property
    def kept(self) -> list[Segment]:
        """The segments in which those channels were recorded."""
        return [s for s, one in zip(self.segments, self.layouts, strict=True) if _labelled(one)]

    def entries(self, channel: int) -> NDArray[np.int64]:
        """Return first byte and number of samples of each part of a channel."""
        found = self.file.sections.get(str(channel), np.empty((0, 2), np.int64)).copy()
        found[:, 1] //= 2
        return found

    def stored(self, channel: int) -> int:
        """Return how many samples of a channel the main index names."""
        return int(self.entries(channel)[:, 1].sum())

    def counts(self, channel: int) -> list[int]:
        """Return how many samples a channel has in each segment, by its duration."""
        return [
            round(s.duration_s * one[channel].rate_hz) if channel < len(one) else 0
            for s, one in zip(self.segments, self.layouts, strict=True)
        ]

    def fits(self) -> bool:
        """Whether the durations account for all samples, but for a part of one per segment."""
        n = max(len(one) for one in self.layouts)
        off = [abs(sum(self.counts(i)) - self.stored(i)) for i in range(n)]
        return any(map(_labelled, self.layouts)) and max(off) <= len(self.segments)


def looks_like_nervus(path: Path) -> bool:
    """Whether a file has the format's table of tags, or is an old file of its name."""
    old = path.suffix.lower() == ".e" and _nervus_file.is_old(path)
    return old or _nervus_file.has_tags(path)


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Nervus recording: one for each sampling rate.

    Raises
    ------
    UnreadableFile
        If it is older than 2012, damaged or holds no samples, or its channels change on the way.
    """
    if _nervus_file.is_old(path):
        raise UnreadableFile(
            f"{path}: has no main index, as Nervus files of before about 2012, which Eutonia does "
            "not read. Export it as EDF from NicoletOne or Natus NeuroWorks."
        )
    try:
        plan = _plan(path, _nervus_file.parse(path))
        marks, heard = _marks(plan.file)
        beside = _nervus_file.sensor_texts(plan.file)
    except (ValueError, OverflowError, struct.error) as error:
        raise UnreadableFile(f"{path}: this Nervus file is damaged ({error}). {_AGAIN}") from error
    groups: dict[float, list[int]] = {}
    for i, one in enumerate(plan.channels):
        if plan.stored(i):
            groups.setdefault(one.rate_hz, []).append(i)
    found = [_recording(plan, group, marks, beside) for group in groups.values()]
    found = [r for r in found if r.n_samples]
    if not found:
        raise UnreadableFile(f"{path}: holds no samples. {_AGAIN}")
    names, _ = unique([f"{r.rate_hz:g}Hz" for r in found])
    issues = (*_issues(plan), *heard)
    return tuple(
        replace(
            r,
            id=path.name if len(found) == 1 else f"{path.name}#{name}",
            issues=(*r.issues, *issues),
        )
        for r, name in zip(found, names, strict=True)
    )


def _labelled(layout: Layout) -> bool:
    return any(one.label for one in layout)


def _plan(path: Path, file: NervusFile) -> _Plan:
    """Return which table of channels holds in which segment."""
    segments, listed = _nervus_file.segments(file), _nervus_file.layouts(file)
    tables = {one for _, one in listed}
    if len({one for one in tables if _labelled(one)}) > 1:
        raise UnreadableFile(
            f"{path}: its channels, their rates or their scales change on the way, and it is not "
            "known for sure when. Export it as EDF from NicoletOne or Natus NeuroWorks."
        )
    if not any(_labelled(one) for one in tables):
        raise ValueError("its table of channels has no labels")
    by_number = [listed[min(k, len(listed) - 1)][1] for k in range(len(segments))]
    if len(tables) == 1:
        return _Plan(file=file, segments=segments, layouts=by_number)
    by_date = [_holding(listed, s.start_s) for s in segments]
    plans = [_Plan(file=file, segments=segments, layouts=one) for one in (by_number, by_date)]
    fitting = [plan for plan in plans if plan.fits()]
    if not fitting or any(plan.layouts != fitting[0].layouts for plan in fitting):
        raise ValueError("its segments, tables of channels and samples do not agree")
    return fitting[0]


def _holding(listed: list[tuple[float | None, Layout]], start_s: float | None) -> Layout:
    """Return the last table that is not later than a start, else the first."""
    when = -np.inf if start_s is None else start_s + _LATE_S
    held = [one for since, one in listed if since is None or since < when]
    return held[-1] if held else listed[0][1]


def _marks(file: NervusFile) -> tuple[list[Mark], list[Issue]]:
    """Return the events without the patient's names, and what is wrong with them."""
    marks, whole = _nervus_file.marks(file)
    issues = []
    if not whole:
        text = "The list of events is damaged; some of it is left out."
        issues.append(Issue(code="events", severity="warning", message=text))
    try:
        names = _nervus_file.patient(file)
    except (ValueError, OverflowError, struct.error):
        text = "The patient's names cannot be read: texts of events may hold them and are left out."
        issues.append(Issue(code="events", severity="warning", message=text))
        return [replace(m, text="") for m in marks], issues
    if names.search(file.path.stem.replace("_", " ")):
        text = "This file is named after the patient, as the recorder does: rename it."
        issues.append(Issue(code="patient_in_name", severity="warning", message=text))
    return [replace(m, text=names.sub(STRUCK, m.text)) for m in marks], issues


def _recording(
    plan: _Plan, group: list[int], marks: list[Mark], beside: dict[str, str]
) -> Recording:
    """Return the channels of one rate."""
    path, series = plan.file.path, [plan.channels[i] for i in group]
    names, issues = unique([one.label for one in series])
    rate = series[0].rate_hz
    counts = [round(s.duration_s * rate) for s in plan.kept]
    if len(plan.segments) == 1:  # all that is stored is this segment, also if it was not closed
        counts = [max(plan.stored(i) for i in group)]
    first = [0, *accumulate(counts)]
    scales = [_scale(one, beside.get(one.sensor, "")) for one in series]
    waves = tuple(_wave(plan, i, counts, gain) for i, (_, gain) in zip(group, scales, strict=True))
    ends = [int((w.first + w.n).max(initial=0)) for w in waves]
    signal = SonSignal(str(path.resolve()), waves, max(ends))
    starts = [s.start_s for s in plan.kept]
    axis = placed(signal, rate, first[:-1], starts)
    events, lost = _events(marks, first, starts, axis, rate)
    at = places(names, units=[unit for unit, _ in scales])
    return Recording(
        id=path.name,
        kind="",
        channels=tuple(
            Channel(name=name, kind=it.kind, unit=unit, site=it.site, side=it.side)
            for name, (unit, _), it in zip(names, scales, at, strict=True)
        ),
        clock=Clock(id=path.name) if starts[0] is None else Clock(id=WALL, offset_s=starts[0]),
        signal=axis.signal,
        rate_hz=float(f"{rate:.9g}"),
        events=events,
        sources=(Source(path=path.name, sha256=""),),
        issues=(*issues, *_lengths(plan, group, max(ends)), *lost, *axis.issues),
        bad=(*axis.bad, *_tails(names, ends, axis, rate)),
    )


def _scale(one: Series, beside: str) -> tuple[str, float]:
    """Return the unit of a channel and the value of one count in it."""
    unit = "uV" if one.reference else units.UNKNOWN
    if units.is_unit(beside):  # a resolution in any unit but microvolts was never seen
        unit = "uV" if units.standard(beside) == ("uV", 1.0) else units.UNKNOWN
    return (unit, one.resolution) if one.resolution else (units.UNKNOWN, 1.0)


def _wave(plan: _Plan, channel: int, counts: list[int], gain: float) -> Wave:
    """Return a channel on the axis of the kept segments, as much of it as the file holds."""
    entries = plan.entries(channel)
    stop = entries[:, 1].cumsum()
    start = stop - entries[:, 1]
    held = start + np.clip((plan.file.size - entries[:, 0]) // 2, 0, entries[:, 1])
    parts = [np.empty((0, 3), np.int64)]
    begin = place = 0
    lengths = iter(counts)
    for n_other, layout in zip(plan.counts(channel), plan.layouts, strict=True):
        if not _labelled(layout):  # what was stored without the channels is passed over
            begin += n_other
            continue
        n = next(lengths)
        low, high = np.maximum(start, begin), np.minimum(held, begin + n)
        rows = np.stack([entries[:, 0] + 2 * (low - start), place + low - begin, high - low], 1)
        parts.append(rows[high > low])
        begin, place = begin + n, place + n
    at, first, n_samples = np.concatenate(parts).T
    return Wave(dtype="<i2", gain=gain, offset=0.0, unit="", at=at, first=first, n=n_samples)


def _events(
    marks: list[Mark], first: list[int], starts: list[float | None], axis: Placed, rate_hz: float
) -> tuple[Events, tuple[Issue, ...]]:
    """Return the events from the first sample; those in a cut lie on it."""
    start = np.array([np.nan if s is None else s for s in starts])
    if marks and not (np.isfinite(start).all() and (np.diff(start) >= 0).all()):
        text = f"The segments do not state when they began: {len(marks)} event(s) left out."
        return Events(), (Issue(code="events", severity="warning", message=text),)
    marks = sorted(marks, key=lambda m: m.when_s)
    when = np.array([m.when_s for m in marks])
    at = np.maximum(np.searchsorted(start, when, side="right") - 1, 0)
    place = axis.on_axis(np.array(first[:-1], dtype=np.float64))
    onset = place[at] / rate_hz + when - start[at]
    columns: dict[str, NDArray[np.generic]] = {
        "type": np.array([_TYPES.get(m.type, m.type) for m in marks], dtype=np.str_),
        "channel": np.array([m.channel.strip("-") for m in marks], dtype=np.str_),
    }
    events = Events(
        onset_s=np.minimum(onset, np.append(place[1:], np.inf)[at] / rate_hz),
        duration_s=np.array([m.duration_s for m in marks]),
        name=tuple(m.text or _TYPES.get(m.type, f"type {m.type}") for m in marks),
        columns=columns if marks else {},
    )
    return events, ()


def _tails(names: list[str], ends: list[int], axis: Placed, rate_hz: float) -> list[BadSpan]:
    """Return where a channel has no samples any more while others have."""
    found, last = [], max(ends)
    for name, end in zip(names, ends, strict=True):
        if end < last:
            edges = axis.on_axis(np.array([end, last - 1], dtype=np.float64)) / rate_hz
            stop = float(edges[1]) + 1 / rate_hz
            span = BadSpan(
                start_s=float(edges[0]), stop_s=stop, reason="not recorded", channel=name
            )
            found.append(span)
    return found


def _lengths(plan: _Plan, group: list[int], n: int) -> list[Issue]:
    """Return what is said where samples and durations do not agree."""
    rate, slack = plan.channels[group[0]].rate_hz, len(plan.segments)
    stored = max(plan.stored(i) for i in group)
    stated = sum(round(s.duration_s * rate) for s in plan.kept)
    alone = slack == 1
    found = []
    missing = max(stated, stored if alone else 0) - n
    if missing > slack:
        text = f"{missing / rate:.6g} s that its segments state are missing: the file is truncated."
        found.append(Issue(code="truncated", severity="warning", message=text))
    more = max(plan.stored(i) - sum(plan.counts(i)) for i in group)
    if more > slack:
        done = "read up to the end (not closed?)" if alone else "left out"
        text = f"{more / rate:.6g} s more are stored than its segments state; {done}."
        found.append(Issue(code="sample_count", severity="warning", message=text))
    return found


def _issues(plan: _Plan) -> list[Issue]:
    """Return what is said of the whole file."""
    found = []
    if not plan.file.complete:
        text = "The main index breaks off: the file is truncated or damaged."
        found.append(Issue(code="truncated", severity="warning", message=text))
    for i, one in enumerate(plan.channels):
        if not plan.stored(i):
            text = f"{one.label or f'channel {i + 1}'} has no samples; left out."
            found.append(Issue(code="left_out", severity="warning", message=text))
    if any(one.offset for one in plan.channels):
        text = (
            "Channels may state an offset, on which sources differ: it is not applied, and levels "
            "(not changes) may be shifted."
        )
        found.append(Issue(code="offset", severity="note", message=text))
    if any(s.rest for s in plan.segments):
        text = (
            "Segments may state parts of a second that no source explains: events and pauses may "
            "be up to 1 s beside their time."
        )
        found.append(Issue(code="clock_coarse", severity="note", message=text))
    return found


FORMAT = Format(
    id="nervus",
    title="Nervus or Nicolet E",
    suffixes=(".e",),
    reads=looks_like_nervus,
    read=read,
)
