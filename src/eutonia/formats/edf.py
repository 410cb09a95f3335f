"""EDF, EDF+C, EDF+D and BDF: samples are decoded as they are asked for.

References
----------
Kemp et al. 1992, doi:10.1016/0013-4694(92)90009-7 (EDF); Kemp & Olivan 2003,
doi:10.1016/S1388-2457(03)00123-8 (EDF+).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _edf_header, units
from eutonia.formats._edf_header import Header, is_annotation
from eutonia.formats._names import unique
from eutonia.formats._patient_names import STRUCK, name_pattern
from eutonia.formats._records import RecordSignal, records
from eutonia.formats.signals import Gapped
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
)

_TAL = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14([^\x00]*)")
_ANNOTATION_BLOCK = 2**22  # bytes of data records looked through at once


def read(path: Path) -> tuple[Recording, ...]:
    """Read an EDF or BDF file: one recording per sampling rate.

    Raises
    ------
    UnreadableFile
        If the header is damaged beyond a safe repair or no data record is complete.
    """
    header = _edf_header.parse(path)
    onsets, events, broken = _annotations(path, header)
    kept = [i for i, n in enumerate(header.samples) if n and not is_annotation(header.labels[i])]
    rates = Counter(header.samples[i] for i in kept)
    names, name_issues = unique([header.labels[i] for i in kept])
    named = dict(zip(kept, names, strict=True))
    issues = (*header.issues, *broken, *name_issues)
    start = header.start_s
    clock = (
        Clock(id=WALL, offset_s=start + (float(onsets[0]) if len(onsets) else 0.0))
        if start is not None
        else Clock(id=path.name, aligned="same file" if len(rates) > 1 else "alone")
    )
    if not kept:
        return (_shell(path, header, clock, events, issues),)
    recordings = []
    for samples in rates:
        rows = [i for i in kept if header.samples[i] == samples]
        whole = _shell(path, header, clock, events, issues)
        recordings.append(_group(whole, path, header, onsets, {i: named[i] for i in rows}))
    if len(recordings) == 1:
        return tuple(recordings)
    return tuple(replace(r, id=f"{r.id}#{r.rate_hz:g}Hz") for r in recordings)


def _shell(
    path: Path, header: Header, clock: Clock, events: Events, issues: tuple[Issue, ...]
) -> Recording:
    fields = header.recording.split()
    device = " ".join(w for w in fields[4:] if w != "X") if fields[:1] == ["Startdate"] else ""
    return Recording(
        id=path.name,
        kind="events",
        channels=(),
        clock=clock,
        events=events,
        device=device.replace("_", " "),
        simulated="SIMULATED" in re.split(r"[\W_]+", header.recording),
        sources=(Source(path=path.name, sha256=""),),
        issues=issues,
    )


def _group(
    whole: Recording, path: Path, header: Header, onsets: Floats, named: dict[int, str]
) -> Recording:
    """Fill in the channels of one rate."""
    rows = list(named)
    samples = header.samples[rows[0]]
    rate = float(f"{samples / header.record_s:.9g}")  # 28519 in 28.519 s are 1000 Hz
    scales = [_scale(header, i) for i in rows]
    channels = []
    issues = list(whole.issues)
    found = places([header.labels[i] for i in rows], units=[unit for unit, _, _ in scales])
    for i, (unit, gain, _), at in zip(rows, scales, found, strict=True):
        channels.append(
            Channel(
                name=named[i],
                kind=at.kind,
                unit=unit,
                site=at.site,
                side=at.side,
                high_pass_hz=header.high_pass_hz[i],
            )
        )
        if unit == units.UNKNOWN and gain == 1.0 and header.units[i]:
            message = "Its digital or physical range is empty, so the scale is not known."
            issues.append(
                Issue(code="no_scale", severity="warning", message=message, channel=named[i])
            )
    signal = RecordSignal(
        path=str(path.resolve()),
        data_at=header.data_at,
        record_bytes=header.record_bytes,
        n_records=header.n_records,
        samples=samples,
        columns=tuple(header.columns[i] for i in rows),
        types=(f"<i{header.sample_bytes}",) * len(rows),
        gain=tuple(g for _, g, _ in scales),
        offset=tuple(o for _, _, o in scales),
        units=tuple(header.units[i] for i in rows),
    )
    gapped, bad = _place_records(signal, onsets, header.record_s)
    if bad:
        message = f"The recording pauses {len(bad)} time(s); nothing is measured there."
        issues.append(Issue(code="gaps", severity="note", message=message))
    return replace(
        whole,
        kind="",
        channels=tuple(channels),
        signal=gapped,
        rate_hz=rate,
        issues=tuple(issues),
        bad=bad,
    )


def _scale(header: Header, i: int) -> tuple[str, float, float]:
    """Return unit, gain and offset of a signal; unit ``adc`` where the ranges are empty."""
    (pmin, pmax), (dmin, dmax) = header.physical[i], header.digital[i]
    if pmin == pmax or dmin >= dmax:
        return units.UNKNOWN, 1.0, 0.0
    unit, factor = units.standard(header.units[i])
    gain = (pmax - pmin) / (dmax - dmin)
    return unit, gain * factor, (pmin - gain * dmin) * factor


def _place_records(
    signal: RecordSignal, onsets: Floats, record_s: float
) -> tuple[RecordSignal | Gapped, tuple[BadSpan, ...]]:
    """Put records that do not follow one another (EDF+D) on an even time axis."""
    if len(onsets) < 2:
        return signal, ()
    rate = signal.samples / record_s
    late = np.flatnonzero(np.diff(onsets) - record_s > 0.5 / rate) + 1
    if len(late) == 0:
        return signal, ()
    runs = [(0, 0)]
    bad = []
    for record in late:
        begin = int(record) * signal.samples
        expected = runs[-1][1] + begin - runs[-1][0]
        at = max(expected, round(float(onsets[record] - onsets[0]) * rate))
        runs.append((begin, at))
        bad.append(BadSpan(start_s=expected / rate, stop_s=at / rate, reason="not recorded"))
    n = runs[-1][1] + signal.shape[1] - runs[-1][0]
    return Gapped(signal, tuple(runs), n), tuple(bad)


def _annotations(path: Path, header: Header) -> tuple[Floats, Events, tuple[Issue, ...]]:
    """Return the onset of each record (EDF+) and what is annotated, from the first sample."""
    where = [
        (at, n * header.sample_bytes)
        for at, n, label in zip(header.columns, header.samples, header.labels, strict=True)
        if is_annotation(label)
    ]
    if not where:
        return np.zeros(0), Events(), ()
    names = name_pattern([header.patient_name])
    onsets: list[float] = []
    found: list[tuple[float, float, str]] = []
    step = max(1, _ANNOTATION_BLOCK // header.record_bytes)
    for first in range(0, header.n_records, step):
        block = records(path, header, first, min(first + step, header.n_records))
        for record in block:
            kept = None
            for at, width in where:
                for tal in _TAL.finditer(record[at : at + width].tobytes()):
                    onset = float(tal[1])
                    kept = onset if kept is None else kept
                    words = (names.sub(STRUCK, _decode(t)) for t in tal[3].split(b"\x14"))
                    found += [(onset, float(tal[2] or 0), w) for w in words if w]
            onsets.append(np.nan if kept is None else kept)
    times = np.array(onsets)
    issues: tuple[Issue, ...] = ()
    expected = times[0] + np.arange(len(times)) * header.record_s
    stamped = bool(np.isfinite(times).all()) and bool((np.diff(times) > 0).all())
    if not stamped or header.continuity != "D":
        if not stamped or np.abs(times - expected).max() > header.record_s / 2:
            message = "The time stamps of the data records are missing or run backwards; the "
            issues = (
                Issue(
                    code="record_stamps",
                    severity="warning",
                    message=message + "records were taken as following one another.",
                ),
            )
        times = expected if np.isfinite(times[0]) else np.zeros(0)
    zero = times[0] if len(times) else 0.0
    found.sort(key=lambda e: e[0])
    events = Events(
        onset_s=np.array([e[0] - zero for e in found]),
        duration_s=np.array([e[1] for e in found]),
        name=tuple(e[2] for e in found),
    )
    return times, events, issues


def _decode(text: bytes) -> str:
    return text.decode("utf-8", errors="replace").strip()


FORMAT = Format(
    id="edf",
    title="EDF, EDF+ or BDF",
    suffixes=(".edf", ".bdf", ".rec"),
    reads=_edf_header.looks_like_edf,
    read=read,
)
