"""GDF 1 and 2, the general data format for biosignals: samples are decoded as asked for.

By biosig's description and its tables of events and units. Tried on a real recording (biosig's
``sample.gdf``, 1.25) and on files that biosig wrote from real recordings (2.51 and 1.25): values
are biosig's, and MNE's where MNE's are right. MNE 1.13 takes millivolts of GDF 1, and µV with its
sign, for volts, brings all channels to the highest rate, places events of another rate wrongly,
and cannot read a file of GDF 1 without a table of events, or a file with further entries in its
header, with a record's length as one number (from 2.21) or with numbers of several types.

An event is named by its code, or as the file itself names its own codes; with 0x8000 added a code
ends the event before. Artefacts (0x0101 to 0x010A) are events and bad spans. Values given at odd
times (0x7FFF) are left out and said.

References
----------
Schloegl 2006, arXiv:cs/0608052 (GDF).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, units
from eutonia.formats._gdf_header import Header, Line, Table, events, parse
from eutonia.formats._names import unique
from eutonia.formats._records import RecordSignal
from eutonia.formats._segments import placed
from eutonia.formats.sites import places
from eutonia.model import BadSpan, Channel, Clock, Events, Issue, Recording, Source

_ARTEFACTS = (
    *("eye", "heart", "muscle", "movement", "electrode"),
    *("sweat", "mains", "breathing", "pulse", "slow eye"),
)
_FIRST_ARTEFACT, _SEGMENT, _UNEVEN, _END = 0x0101, 0x7FFE, 0x7FFF, 0x8000


def looks_like_gdf(path: Path) -> bool:
    """Whether the first bytes are those of GDF."""
    with path.open("rb") as file:
        return file.read(4) == b"GDF "


def read(path: Path) -> tuple[Recording, ...]:
    """Read a GDF recording: one recording per sampling rate.

    Raises
    ------
    UnreadableFile
        If the header is damaged, no record is complete or a channel's type is unknown.
    """
    header = parse(path)
    table, whole = events(path, header)
    issues = list(header.issues)
    if not whole:
        text = "The table of events is damaged or cut off; its events are missing."
        issues.append(Issue(code="events", severity="warning", message=text))
    table, uneven = _without(table, _UNEVEN)
    if uneven:
        text = f"{uneven} values at odd times are kept in the table of events; they are not read."
        issues.append(Issue(code="events", severity="note", message=text))
    names, repeated = unique([line.label for line in header.lines])
    table = _ended(table)
    counts = dict.fromkeys(line.samples for line in header.lines if line.samples)
    found = [
        _group(
            Recording(
                id=path.name,
                kind="",
                channels=(),
                clock=_clock(path, header, len(counts)),
                device=header.device,
                sources=(Source(path=path.name, sha256=""),),
                issues=(*issues, *repeated),
            ),
            path,
            header,
            [i for i, line in enumerate(header.lines) if line.samples == samples],
            (names, table),
        )
        for samples in counts
    ]
    if len(found) == 1:
        return tuple(found)
    return tuple(replace(r, id=f"{r.id}#{r.rate_hz:g}Hz") for r in found)


def _clock(path: Path, header: Header, n_rates: int) -> Clock:
    if header.start_s is not None:
        return Clock(id=WALL, offset_s=header.start_s)
    return Clock(id=path.name, aligned="same file" if n_rates > 1 else "alone")


def _group(
    whole: Recording, path: Path, header: Header, rows: list[int], said: tuple[list[str], Table]
) -> Recording:
    """Fill in the channels of one rate."""
    names, table = said
    lines = [header.lines[i] for i in rows]
    rate = float(f"{lines[0].samples / header.record_s:.9g}")
    scales = [_scale(line) for line in lines]
    signal = RecordSignal(
        path=str(path.resolve()),
        data_at=header.data_at,
        record_bytes=header.record_bytes,
        n_records=header.n_records,
        samples=lines[0].samples,
        columns=tuple(line.at for line in lines),
        types=tuple(line.dtype for line in lines),
        gain=tuple(gain for _, gain, _ in scales),
        offset=tuple(offset for _, _, offset in scales),
        units=tuple(line.unit for line in lines),
    )
    cuts = np.rint(table.onset_s[table.code == _SEGMENT] * rate).astype(int).tolist()
    axis = placed(signal, rate, cuts, [None] * len(cuts))
    at = places([line.label for line in lines], units=[unit for unit, _, _ in scales])
    channels = tuple(
        Channel(
            name=names[i],
            kind=of.kind,
            unit=unit,
            site=of.site,
            side=of.side,
            high_pass_hz=line.high_pass_hz,
        )
        for i, line, (unit, _, _), of in zip(rows, lines, scales, at, strict=True)
    )
    return replace(
        whole,
        channels=channels,
        signal=axis.signal,
        rate_hz=rate,
        events=_events(table, header),
        issues=(*whole.issues, *_unscaled(channels, lines), *axis.issues),
        bad=(*axis.bad, *_bad(table, dict(zip(rows, channels, strict=True)))),
    )


def _scale(line: Line) -> tuple[str, float, float]:
    """Return unit, gain and offset of a channel; unit ``adc`` where the ranges are empty."""
    (pmin, pmax), (dmin, dmax) = line.physical, line.digital
    known = np.isfinite([pmin, pmax, dmin, dmax]).all()
    if not known or pmin == pmax or dmin >= dmax:
        return units.UNKNOWN, 1.0, 0.0
    unit, factor = units.standard(line.unit)
    gain = (pmax - pmin) / (dmax - dmin)
    return unit, gain * factor, (pmin - gain * dmin) * factor


def _unscaled(channels: tuple[Channel, ...], lines: list[Line]) -> list[Issue]:
    """Say which channels state a unit and no range."""
    text = "Its digital or physical range is empty, so the scale is not known."
    return [
        Issue(code="no_scale", severity="warning", message=text, channel=channel.name)
        for channel, line in zip(channels, lines, strict=True)
        if line.unit and channel.unit == units.UNKNOWN
    ]


def _without(table: Table, code: int) -> tuple[Table, int]:
    """Return the events but those of one code and of code 0 (empty), and how many it had."""
    found = table.code == code
    return _taken(table, np.flatnonzero(~found & (table.code != 0))), int(found.sum())


def _ended(table: Table) -> Table:
    """Return the events in order of time, those that another one ends with their length."""
    order = np.argsort(table.onset_s, kind="stable")
    code, onset = table.code[order], table.onset_s[order]
    lasts = table.duration_s[order].copy()
    begun: dict[tuple[int, int], int] = {}
    for i, (kind, channel) in enumerate(
        zip(code.tolist(), table.channel[order].tolist(), strict=True)
    ):
        if kind < _END:
            begun[kind, channel] = i
        elif (first := begun.pop((kind - _END, channel), None)) is not None:
            lasts[first] = onset[i] - onset[first]
            code[i] = 0
    ended = Table(onset_s=onset, code=code, channel=table.channel[order], duration_s=lasts)
    return _taken(ended, np.flatnonzero(code != 0))


def _taken(table: Table, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Table:
    return Table(
        onset_s=table.onset_s[rows],
        code=table.code[rows],
        channel=table.channel[rows],
        duration_s=table.duration_s[rows],
    )


def _events(table: Table, header: Header) -> Events:
    """Return all events but the beginnings of segments, which are cuts."""
    table, _ = _without(table, _SEGMENT)
    own = {code: name for code, name in enumerate(header.names, 1) if name}
    return Events(
        onset_s=table.onset_s,
        duration_s=table.duration_s,
        name=tuple(own.get(code, str(code)) for code in table.code.tolist()),
    )


def _bad(table: Table, channels: dict[int, Channel]) -> list[BadSpan]:
    """Return the artefacts that last, of all channels or of one of these."""
    found = []
    for onset, code, channel, lasts in zip(
        table.onset_s.tolist(),
        table.code.tolist(),
        table.channel.tolist(),
        table.duration_s.tolist(),
        strict=True,
    ):
        kind = code - _FIRST_ARTEFACT
        if not (0 <= kind < len(_ARTEFACTS) and lasts > 0):
            continue
        if channel and channel - 1 not in channels:
            continue
        name = channels[channel - 1].name if channel else ""
        reason = f"artefact: {_ARTEFACTS[kind]}"
        start = max(0.0, onset)
        found.append(BadSpan(start_s=start, stop_s=onset + lasts, reason=reason, channel=name))
    return found


FORMAT = Format(id="gdf", title="GDF", suffixes=(".gdf",), reads=looks_like_gdf, read=read)
