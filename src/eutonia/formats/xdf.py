"""XDF of the Lab Streaming Layer: every stream a recording, all on one clock.

References
----------
Extensible Data Format 1.0, https://github.com/sccn/xdf/wiki/Specifications
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import Format, _steady, _store, _table_time, _xdf_load
from eutonia.formats._table_time import Timing
from eutonia.formats._xdf_channels import channels_of, device_of, first, is_marker
from eutonia.formats._xdf_chunks import MAGIC, Survey
from eutonia.formats._xdf_load import Stream
from eutonia.formats.signals import Gapped, Scaled
from eutonia.model import (
    ArraySignal,
    BadSpan,
    Clock,
    Events,
    Floats,
    Issue,
    Recording,
    Signal,
    Source,
    UnreadableFile,
)

ALIGNED = "xdf clock offsets"
_CRYSTAL_PPM = 200.0  # up to here the clock carries the difference, beyond it the rate; our rule
_LEAST_PPM = 0.01  # less is rounding
_WANDER_S = 0.005  # from an even rate, beyond which it is said; our rule
_SEAM_S = 0.5  # on either side of a restarted clock nothing is measured; our rule


@dataclass(frozen=True)
class _Placed:
    """A stream with a name of its own and what was found about it."""

    stream: Stream
    name: str
    issues: tuple[Issue, ...]


def looks_like_xdf(path: Path) -> bool:
    """Whether a file begins like XDF, also where it is packed (``.xdfz``)."""
    import gzip
    import zlib

    with path.open("rb") as file:
        head = file.read(4)
        if head[:2] != b"\x1f\x8b":
            return head == MAGIC
        file.seek(0)
        try:
            return gzip.GzipFile(fileobj=file).read(4) == MAGIC
        except (OSError, EOFError, zlib.error):
            return False


def read(path: Path) -> tuple[Recording, ...]:
    """Read an XDF file: one recording per stream that holds samples.

    Streams of words are recordings of events; the events are also given to every stream of
    samples that was recorded at the same time.

    Raises
    ------
    UnreadableFile
        If no stream can be decoded or none holds a sample.
    """
    digest = _store.digest(path)
    streams, survey = _xdf_load.load(path, digest)
    streams, faults = _finite(streams)
    placed = _named(streams)
    full = [p for p in placed if len(p.stream.stamps_s)]
    if not full:
        raise UnreadableFile(f"{path}: none of the {len(streams)} stream(s) holds a sample.")
    zero = min(float(p.stream.stamps_s[0]) for p in full)
    mixed = len({p.stream.has_offsets for p in full}) > 1
    common = (*_damage(survey), *faults)
    recordings, warps = [], []
    for p in full:
        issues = (*p.issues, *_count_issue(p.stream), *_no_offsets(p.stream, mixed=mixed))
        build = _events if _holds_events(p.stream) else _samples
        found, warp = build(replace(p, issues=(*common, *issues)), zero)
        warps.append(warp)
        how = ALIGNED if p.stream.has_offsets else "same file"
        recordings.append(
            replace(
                found,
                id=f"{path.name}#{p.name}",
                clock=replace(found.clock, id=path.name, aligned=how),
                device=device_of(p.stream.info),
                sources=(Source(path=path.name, sha256=digest),),
            )
        )
    empty = tuple(
        Issue(
            code="stream_empty",
            severity="note",
            message=f"The stream {p.name!r} of this file holds no samples; left out.",
        )
        for p in placed
        if not len(p.stream.stamps_s)
    )
    recordings[0] = replace(recordings[0], issues=(*recordings[0].issues, *empty))
    return _with_events(tuple(recordings), warps)


def _finite(streams: tuple[Stream, ...]) -> tuple[tuple[Stream, ...], tuple[Issue, ...]]:
    """Drop the clock where pyxdf could make nothing of it: stamps that are no numbers."""
    good, issues = [], []
    for s in streams:
        if len(s.stamps_s) and not np.isfinite(s.stamps_s[:1]).all():
            text = f"The time of stream {s.id} cannot be told, as its first stamp is damaged"
            issues.append(Issue(code="stamps_missing", severity="warning", message=text + "."))
            good.append(replace(s, stamps_s=np.zeros(0)))
        else:
            good.append(s)
    return tuple(good), tuple(issues)


def _named(streams: tuple[Stream, ...]) -> list[_Placed]:
    """Give every stream a name of its own."""
    names: list[str] = []
    placed = []
    for s in streams:
        base = " ".join(first(s.info, "name").split()) or f"stream {s.id}"
        name, k = base, 2
        while name in names:
            name, k = f"{base} ({k})", k + 1
        names.append(name)
        issues: tuple[Issue, ...] = ()
        if name != base:
            text = f"The stream name {base!r} occurs more than once; this one is now {name!r}."
            issues = (Issue(code="repeated_label", severity="warning", message=text),)
        placed.append(_Placed(s, name, issues))
    return placed


def _holds_events(stream: Stream) -> bool:
    return stream.signal is None or is_marker(stream.info)


def _samples(placed: _Placed, zero: float) -> tuple[Recording, Floats]:
    """Build the recording of a stream of numbers, and how its stamps wander (see `Steady`)."""
    stream = placed.stream
    assert stream.signal is not None
    channels, factors, issues = channels_of(stream.info)
    timing, drift_ppm, even = _timing(stream)
    notes = _rate_notes(even, float(first(stream.info, "nominal_srate")), drift_ppm)
    signal: Signal = stream.signal
    if timing.order is not None:  # some stamps are missing
        signal = ArraySignal(np.ascontiguousarray(signal.read()[:, timing.order]))
    if any(f != 1 for f in factors):
        signal = Scaled(signal, factors)
    if len(timing.runs) > 1:
        signal = Gapped(signal, timing.runs, timing.n_samples)
    restarts, bad = _restarts(stream, timing)
    start = float(stream.stamps_s[0]) - zero
    warp = np.zeros((2, 0)) if even is None else even.wander
    if even is not None:  # the first sample lies on the even axis
        start += float(even.stamps_s[0])
    made = Recording(
        id=placed.name,
        kind="",
        channels=channels,
        clock=Clock(id="", offset_s=start, drift_ppm=drift_ppm),
        signal=signal,
        rate_hz=timing.rate_hz,
        stamps_s=timing.stamps_s,
        issues=(*placed.issues, *issues, *timing.issues, *notes, *restarts),
        bad=(*_table_time.bad_spans(timing), *bad),
    )
    return made, warp + np.array([[float(stream.stamps_s[0]) - zero], [0.0]])


def _timing(stream: Stream) -> tuple[Timing, float, _steady.Steady | None]:
    """Find rate and pauses of a stream, and how far its clock drifts from the stated rate."""
    stamps = stream.stamps_s - stream.stamps_s[0]
    nominal = float(first(stream.info, "nominal_srate"))
    if nominal == 0 or len(stamps) < 3 or not np.isfinite(stamps).all():
        return _table_time.stamped(stamps), 0.0, None
    if _drops_samples(stream.info):
        return _table_time.timing(stamps, stated_hz=nominal), 0.0, None
    even = _steady.steady(stamps, nominal_hz=nominal)
    ppm = (even.step_s * nominal - 1) * 1e6
    drift = ppm if _LEAST_PPM <= abs(ppm) <= _CRYSTAL_PPM else 0.0
    own = (even.stamps_s - even.stamps_s[0]) / (1 + drift * 1e-6)
    found = _table_time.timing(own, stated_hz=nominal)
    if found.rate_hz is None:  # no rate holds: the stamps as they came
        raw = _table_time.stamped(stamps)
        return replace(raw, issues=(*found.issues, *raw.issues)), 0.0, None
    return found, drift, even


def _rate_notes(even: _steady.Steady | None, nominal: float, drift: float) -> list[Issue]:
    if even is None:
        return []
    notes = []
    ppm = (even.step_s * nominal - 1) * 1e6
    if abs(ppm) >= 1 and abs(ppm) < 1e4:  # more is `rate_disagrees`
        used = "which its clock accounts for" if drift else "which was used"
        text = f"{nominal:g} Hz are stated; by its stamps the stream ran at {1 / even.step_s:.7g}"
        notes.append(Issue(code="rate_measured", severity="note", message=f"{text} Hz, {used}."))
    limit = max(_WANDER_S, 1 / nominal, 3 * even.jitter_s)
    if even.wander_s > limit:
        text = (
            f"The sampling wanders by up to {even.wander_s * 1e3:.0f} ms from an even rate; "
            "compare it with other recordings only where that does not matter."
        )
        notes.append(Issue(code="rate_wanders", severity="warning", message=text))
    return notes


def _drops_samples(info: dict[str, Any]) -> bool:
    """Whether the sender says that it may leave samples out, as cameras do."""
    return first(info, "desc", "synchronization", "can_drop_samples").lower() == "true"


def _restarts(stream: Stream, timing: Timing) -> tuple[list[Issue], list[BadSpan]]:
    """Report where the sender's clock was another one from then on."""
    if not stream.resets:
        return [], []
    rate = timing.rate_hz
    if rate:
        places = [
            (next(p + i - a for a, p in reversed(timing.runs) if a <= i)) / rate
            for i in stream.resets
        ]
    else:
        places = [float(stream.stamps_s[i] - stream.stamps_s[0]) for i in stream.resets]
    at = ", ".join(f"{s:.3f} s" for s in places[:5])
    text = (
        f"The sender's clock was restarted {len(places)} time(s) (at {at}); the parts were put on "
        "one clock by their clock offsets."
    )
    bad = [
        BadSpan(start_s=max(0.0, s - _SEAM_S), stop_s=s + _SEAM_S, reason="the clock was restarted")
        for s in places
    ]
    return [Issue(code="clock_restarted", severity="warning", message=text)], bad


def _events(placed: _Placed, zero: float) -> tuple[Recording, Floats]:
    """Build the recording of a stream of words, in seconds of the file."""
    stream = placed.stream
    onset = stream.stamps_s - zero
    labels = [c.name for c in channels_of(stream.info)[0]]
    if stream.signal is None:
        rows = [[" ".join(str(w).split()) for w in row] for row in stream.words[: len(onset)]]
    else:
        rows = [[f"{v:g}" for v in sample] for sample in stream.signal.read().T]
    good = np.flatnonzero(np.isfinite(onset))
    order = good[np.argsort(onset[good], kind="stable")]
    rows = [rows[i] for i in order]
    issues = placed.issues
    if len(order) < len(onset):
        text = f"{len(onset) - len(order)} event(s) have no time; left out."
        issues = (*issues, Issue(code="events", severity="warning", message=text))
    events = Events(
        onset_s=onset[order],
        duration_s=np.zeros(len(order)),
        name=tuple(next((w for w in row if w), "marker") for row in rows),
        columns={k: np.array([r[i] for r in rows]) for i, k in enumerate(labels)}
        if len(labels) > 1
        else {},
    )
    made = Recording(
        id=placed.name, kind="events", channels=(), clock=Clock(id=""), events=events, issues=issues
    )
    return made, np.zeros((2, 0))


def _with_events(recordings: tuple[Recording, ...], warps: list[Floats]) -> tuple[Recording, ...]:
    """Give the events of the file to every recording of samples during which they happened."""
    marked = [r for r in recordings if r.kind == "events" and len(r.events)]
    if not marked:
        return recordings
    onset = np.concatenate([r.clock.offset_s + r.events.onset_s for r in marked])
    names = [name for r in marked for name in r.events.name]
    columns = marked[0].events.columns if len(marked) == 1 else {}
    out = []
    for r, warp in zip(recordings, warps, strict=True):
        if r.kind == "events":
            out.append(r)
            continue
        # Where the sampling wanders, an event belongs to the sample that was stamped like it.
        even = onset - np.interp(onset, warp.sum(axis=0), warp[1]) if warp.size else onset
        own: Floats = (even - r.clock.offset_s) / (1 + r.clock.drift_ppm * 1e-6)
        inside = np.flatnonzero((own >= 0) & (own <= r.duration_s))
        order = inside[np.argsort(own[inside], kind="stable")]
        events = Events(
            onset_s=own[order],
            duration_s=np.zeros(len(order)),
            name=tuple(names[i] for i in order),
            columns={k: v[order] for k, v in columns.items()},
        )
        out.append(replace(r, events=events))
    return tuple(out)


def _damage(survey: Survey) -> tuple[Issue, ...]:
    """Report what could not be read in the whole file."""
    issues = []
    if survey.cut:
        text = "The file ends within a chunk: what was complete before was read. Copy it again."
        issues.append(Issue(code="truncated", severity="warning", message=text))
    lost = {a: n for a, n in survey.lost.items() if not survey.cut or a != max(survey.lost)}
    if lost:
        where = ", ".join(str(a) for a in list(lost)[:5])
        kinds = "; ".join(f"{k} ({n}x)" for k, n in survey.faults.items())
        text = (
            f"{sum(lost.values())} byte(s) at {len(lost)} place(s) (byte {where}) are damaged and "
            f"were left out: {kinds}. What follows them may be shifted in time."
        )
        issues.append(Issue(code="chunks_damaged", severity="warning", message=text))
    return tuple(issues)


def _count_issue(stream: Stream) -> tuple[Issue, ...]:
    """Report where the recorder counted other samples than the file holds."""
    stated = first(stream.footer, "sample_count")
    n = len(stream.stamps_s)
    if not stated.isdigit() or int(stated) == n:
        return ()
    text = f"The recorder counted {stated} sample(s), the file holds {n}; those were read."
    return (Issue(code="sample_count", severity="note", message=text),)


def _no_offsets(stream: Stream, *, mixed: bool) -> tuple[Issue, ...]:
    if stream.has_offsets or not mixed:
        return ()
    text = (
        "This stream's clock was never measured against the recorder's, that of others was: its "
        "times hold only if it was sent from the recording computer."
    )
    return (Issue(code="no_clock_offsets", severity="warning", message=text),)


FORMAT = Format(
    id="xdf",
    title="XDF of the Lab Streaming Layer",
    suffixes=(".xdf", ".xdfz", ".xdf.gz"),
    reads=looks_like_xdf,
    read=read,
)
