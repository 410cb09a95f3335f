"""CSV, TSV and text tables of any logger: one row per sample.

Delimiter, decimal sign, header, units, time column and rate are found out; a JSON sidecar beside
the file (``SamplingFrequency``, ``Columns``) or a correction says what the file does not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _table_body, _table_layout, _table_time, bids, units
from eutonia.formats._table_body import Body
from eutonia.formats._table_layout import Layout
from eutonia.formats._table_time import COUNT_WORDS, TIME_WORDS, Timing
from eutonia.formats.signals import Gapped, Scaled, Stored
from eutonia.formats.sites import places, words
from eutonia.model import (
    ArraySignal,
    Channel,
    Clock,
    Events,
    Floats,
    Issue,
    Recording,
    Signal,
    Source,
    UnreadableFile,
)

_SPARSE = 0.2  # share of rows up to which a column of words holds events; our rule
_EVENT_WORDS = frozenset(
    ["event", "events", "marker", "markers", "annotation", "annotations", "elements"]
)


def looks_like_table(path: Path) -> bool:
    """Whether a file is text with rows of numbers."""
    try:
        _table_layout.find(path)
    except UnreadableFile:
        return False
    return True


def read(path: Path) -> tuple[Recording, ...]:
    """Read a table: one recording.

    Raises
    ------
    UnreadableFile
        If the file holds no rows of numbers or cannot be decoded.
    """
    layout, stated_hz = _with_sidecar(path, _table_layout.find(path))
    body = _table_body.read(path, layout)
    if len(body.values) < 2:
        raise UnreadableFile(f"{path}: the file holds fewer than two rows of numbers.")
    layout = _named(layout, body.values.shape[1])
    column, counters = _time_column(layout, body)
    timing, notes = _timing(layout, body, column, stated_hz)
    issues = [*_layout_issues(layout, body), *notes, *timing.issues]
    if not timing.rate_hz and timing.stamps_s is None:
        message = (
            "Neither a time column nor a sampling rate was found. Give the rate as rate_hz in "
            f"{bids.stem(path)}.corrections.yaml beside the file."
        )
        issues.append(Issue(code="no_rate", severity="error", message=message))
    signals = [
        c
        for c in range(body.values.shape[1])
        if c != column and c not in counters and c not in body.texts and c not in body.clocks
    ]
    if not signals:
        raise UnreadableFile(f"{path}: no column of samples was found beside the time.")
    signal, channels = _signal(path, layout, body, timing, tuple(signals))
    events, event_issues = _events(layout, body, timing)
    starts = timing.start_s
    return (
        Recording(
            id=path.name,
            kind="",
            channels=channels,
            clock=Clock(id=WALL, offset_s=starts) if starts else Clock(id=path.name),
            signal=signal,
            rate_hz=timing.rate_hz,
            stamps_s=timing.stamps_s,
            events=events,
            sources=(Source(path=path.name, sha256=body.sha256),),
            issues=(*issues, *event_issues),
            bad=_table_time.bad_spans(timing),
        ),
    )


def _with_sidecar(path: Path, layout: Layout) -> tuple[Layout, float | None]:
    """Add the names, units and rate that sidecars state."""
    meta = bids.metadata(path)
    rate = meta.get("SamplingFrequency")
    stated = float(rate) if isinstance(rate, int | float) and rate > 0 else layout.rate_hz
    names = meta.get("Columns")
    rows = bids.channel_rows(path)
    n = len(layout.units)
    if isinstance(names, list) and len(names) == n and not layout.names:
        columns = [meta.get(str(name)) for name in names]
        written = tuple(
            str(c.get("Units") or c.get("Unit") or "") if isinstance(c, dict) else ""
            for c in columns
        )
        return replace(layout, names=tuple(map(str, names)), units=written), stated
    if len(rows) == n and not layout.names:
        return replace(layout, names=tuple(r["name"] for r in rows)), stated
    return layout, stated


def _named(layout: Layout, n: int) -> Layout:
    """Give every column a name of its own and a unit, known or not."""
    names: list[str] = []
    for i, written in enumerate((layout.names + ("",) * n)[:n]):
        base, k = written or f"column {i + 1}", 2
        name = base
        while name in names:
            name, k = f"{base} ({k})", k + 1
        names.append(name)
    return replace(layout, names=tuple(names), units=(layout.units + ("",) * n)[:n])


def _time_column(layout: Layout, body: Body) -> tuple[int | None, tuple[int, ...]]:
    """Return the column of time, and columns that only count rows."""
    values = body.values[:100_000]
    rising = [_rises(values[:, c]) for c in range(values.shape[1])]
    numbered = [
        c
        for c in range(values.shape[1])
        if COUNT_WORDS & set(words(layout.names[c]))
        and c not in body.texts
        and _counts(values[:, c])  # an index can also be a finger
    ]
    if body.clocks:
        return body.clocks[0], tuple(numbered)
    named = [
        c
        for c, name in enumerate(layout.names)
        if (TIME_WORDS & set(words(name)) or layout.units[c].lower() in ("s", "ms", "ns"))
        and np.isfinite(values[:, c]).mean() > 0.9
        and rising[c] > 0.9
        and values.shape[1] > 1
    ]
    if named:
        extra = [c for c, name in enumerate(layout.names) if TIME_WORDS & set(words(name))]
        return named[0], tuple(numbered + extra)
    first = values[:, 0]
    if values.shape[1] > 1 and len(first) > 9 and np.all(np.diff(first) == 1):
        return None, (0, *numbered)
    if values.shape[1] > 1 and layout.names[0] == "column 1" and rising[0] > 0.99:
        return 0, tuple(numbered)
    return None, tuple(numbered)


def _counts(column: Floats) -> bool:
    """Whether all values are whole numbers."""
    there = column[np.isfinite(column)]
    return bool((there == np.round(there)).all())


def _rises(column: Floats) -> float:
    """Return the share of steps that go up."""
    steps = np.diff(column[np.isfinite(column)])
    return float((steps >= 0).mean()) if len(steps) and steps.any() else 0.0


def _timing(
    layout: Layout, body: Body, column: int | None, stated_hz: float | None
) -> tuple[Timing, list[Issue]]:
    n = len(body.values)
    if column is None or n < 2:
        return Timing(rate_hz=stated_hz, n_samples=n), []
    stamps = np.array(body.values[:, column])
    if column in body.clocks:
        stamps = _table_time.over_midnight(stamps)
        second, how = 1.0, ""
    else:
        finite = stamps[np.isfinite(stamps)][:10_000]
        second, how = _table_time.unit_of(layout.names[column], layout.units[column], finite)
    digit = _table_time.resolution(stamps - stamps[0]) * second
    zero = stamps[0] if np.isfinite(stamps[0]) and second < 1e-4 else 0.0
    found = _table_time.timing((stamps - zero) * second, stated_hz=stated_hz, unit_s=digit)
    notes = []
    if how:
        text = f"The time in column {layout.names[column]!r} was {how}."
        notes.append(Issue(code="inferred", severity="note", message=text))
    return found, notes


def _signal(
    path: Path, layout: Layout, body: Body, timing: Timing, columns: tuple[int, ...]
) -> tuple[Signal, tuple[Channel, ...]]:
    """Build the lazy signal and its channels, in converted units."""
    converted = [units.standard(layout.units[c]) for c in columns]
    names = [layout.names[c] for c in columns]
    signal: Signal
    if body.stored and timing.order is None:
        shape = body.values.shape
        signal = Stored(body.stored, shape[1], shape[0], columns, str(path.resolve()))
    else:
        picked = np.asarray(body.values[:, list(columns)])
        picked = picked if timing.order is None else picked[timing.order]
        signal = ArraySignal(np.ascontiguousarray(picked.T))
    if any(factor != 1 for _, factor in converted):
        signal = Scaled(signal, tuple(factor for _, factor in converted))
    if len(timing.runs) > 1:
        signal = Gapped(signal, timing.runs, timing.n_samples)
    found = places(names, units=[unit for unit, _ in converted])
    return signal, tuple(
        Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)
        for name, (unit, _), at in zip(names, converted, found, strict=True)
    )


def _events(layout: Layout, body: Body, timing: Timing) -> tuple[Events, list[Issue]]:
    """Turn columns with a word here and there into events."""
    n = len(body.values)
    found: list[tuple[float, str]] = []
    ignored = []
    for column, texts in body.texts.items():
        name = layout.names[column]
        if len(texts) > _SPARSE * n and not _EVENT_WORDS & set(words(name)):
            ignored.append(name)
            continue
        found += [(_row_time(row, timing), text) for row, text in texts]
    issues = []
    if ignored:
        text = f"Columns of words were left out: {', '.join(ignored)}."
        issues.append(Issue(code="words", severity="note", message=text))
    found = sorted(e for e in found if np.isfinite(e[0]))
    return (
        Events(
            onset_s=np.array([t for t, _ in found]),
            duration_s=np.zeros(len(found)),
            name=tuple(text for _, text in found),
        ),
        issues,
    )


def _row_time(row: int, timing: Timing) -> float:
    if timing.order is not None:
        row = int(np.searchsorted(timing.order, row))
    if timing.stamps_s is not None:
        return float(timing.stamps_s[min(row, len(timing.stamps_s) - 1)])
    if not timing.rate_hz:
        return float("nan")
    first, place = next((a, p) for a, p in reversed(timing.runs) if a <= row)
    return (place + row - first) / timing.rate_hz


def _layout_issues(layout: Layout, body: Body) -> list[Issue]:
    issues = []
    if body.ragged:
        text = f"{body.ragged} row(s) have more or fewer cells than the others; filled with NaN."
        issues.append(Issue(code="ragged_rows", severity="warning", message=text))
    if body.odd:
        text = f"{body.odd} cell(s) hold no number; taken as missing."
        issues.append(Issue(code="not_a_number", severity="warning", message=text))
    if layout.encoding.startswith(("utf-16", "latin")):
        text = f"The text was decoded as {layout.encoding}."
        issues.append(Issue(code="inferred", severity="note", message=text))
    return issues


FORMAT = Format(
    id="table",
    title="a table of a logger",
    suffixes=(".csv", ".tsv", ".txt", ".tsv.gz", ".csv.gz", ".dat"),
    reads=looks_like_table,
    read=read,
)
