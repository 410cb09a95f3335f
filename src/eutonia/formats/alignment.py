"""One clock for recordings of two devices: by shared pulses, or by a shared artefact.

A corrections file asks for it (``clock: {align_to: other.edf, by: trigger}``); in Python,
`align` does it. What cannot be matched safely is refused with a reason, never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from eutonia.formats import corrections, leader_of
from eutonia.formats._align_pulses import Match, match_pulses
from eutonia.formats._align_signals import Trace, match_signals
from eutonia.formats.corrections import AlignTo
from eutonia.model import CannotAlign, Clock, EutoniaError, Floats, Issue, Recording

#: Expected error above which recordings are not compared wave by wave; our rule, unconfirmed.
FINE_MS = 5.0
_BLOCK = 2**20  # samples of a trigger channel read at a time
_LEAST_EVENTS = 4

Recordings = Sequence[Recording]


def align(
    recordings: Recordings,
    to: Recordings,
    *,
    by: str,
    channel: str = "",
    event: str = "",
    there: str = "",
) -> tuple[Recording, ...]:
    """Put the recordings of one file on the clock of another file's.

    Parameters
    ----------
    recordings, to : sequence of Recording
        What `eutonia.read.read` returns for the two files.
    by : {'trigger', 'artefact'}
        Whether both recorded the same pulses, or the same artefact or signal.
    channel : str, optional
        Name of the trigger channel, or of the channel that holds the artefact.
    event : str, optional
        Name of the events that are the pulses; without `channel` and `event`, the most frequent
        events of the same name in both, else the trigger channels.
    there : str, optional
        Name of the events or of the channel in the reference, where it differs.

    Returns
    -------
    tuple of Recording
        On the clock of the reference; ``clock.aligned`` says how, with the residual. Where the
        error may exceed 5 ms, an issue ``clock_coarse`` keeps measures that need milliseconds
        from using them together.

    Raises
    ------
    CannotAlign
        If the recordings share no such pulses or artefact, or the match is ambiguous.
    """
    if by == "trigger":
        (mine, times), (reference, others) = _pulses(recordings, to, channel, event, there)
        match = match_pulses(times, others, duration_s=mine.duration_s)
    elif by == "artefact":
        mine, trace = _trace(recordings, channel, event)
        reference, other = _trace(to, there or channel, event)
        match = match_signals(trace, other)
    else:
        raise CannotAlign(f"by is {by!r}; it has to be trigger or artefact.")
    return tuple(_moved(r, mine, reference, match) for r in recordings)


def requested(
    recordings: Recordings, path: Path, read: Callable[[Path], Recordings]
) -> tuple[Recording, ...]:
    """Return the recordings of a file, aligned as its corrections ask; `read` reads the other."""
    request = corrections.alignment_of(path)
    if request is None:
        return tuple(recordings)
    try:
        return _asked(recordings, read(leader_of(path.parent / request.file)), request)
    except EutoniaError as error:
        return _refused(recordings, request, error)


def in_visit(recordings: Recordings, base: Path) -> tuple[Recording, ...]:
    """Return the recordings of a visit, aligned as the corrections of their files ask."""
    files: dict[str, list[Recording]] = {}
    for r in recordings:
        files.setdefault(r.id.split("#")[0], []).append(r)
    asked = {f: a for f in files if (a := corrections.alignment_of(base / f)) is not None}
    names = {(base / f).resolve(): f for f in files}
    waiting = dict(asked)
    while waiting:
        # A file that others wait for comes first; a circle is broken with a refusal.
        file = next(
            (f for f, a in waiting.items() if _target(f, a, base, names) not in waiting), ""
        )
        circle = not file
        file = file or next(iter(waiting))
        request = waiting.pop(file)
        target = _target(file, request, base, names)
        try:
            if target is None or circle:
                why = "align each other in a circle" if circle else "was not read in this visit"
                raise CannotAlign(f"The files {why}." if circle else f"It {why}.")
            files[file] = list(_asked(files[file], files[target], request))
        except CannotAlign as error:
            files[file] = list(_refused(files[file], request, error))
    changed = {r.id: r for group in files.values() for r in group}
    return tuple(changed[r.id] for r in recordings)


def _target(file: str, request: AlignTo, base: Path, names: Mapping[Path, str]) -> str | None:
    return names.get(leader_of((base / file).parent / request.file).resolve())


def _asked(recordings: Recordings, to: Recordings, request: AlignTo) -> tuple[Recording, ...]:
    return align(
        recordings,
        to,
        by=request.by,
        channel=request.channel,
        event=request.event,
        there=request.there,
    )


def _refused(
    recordings: Recordings, request: AlignTo, error: EutoniaError
) -> tuple[Recording, ...]:
    text = f"This recording was not aligned to {request.file}. {error}"
    issue = Issue(code="not_aligned", severity="warning", message=text)
    return tuple(replace(r, issues=(*r.issues, issue)) for r in recordings)


def _moved(r: Recording, mine: Recording, reference: Recording, match: Match) -> Recording:
    """Put one recording of a file on the reference's clock, from the match of another of it."""
    slope = (1 + match.drift_ppm * 1e-6) * (1 + reference.clock.drift_ppm * 1e-6)
    slope /= 1 + mine.clock.drift_ppm * 1e-6
    start = reference.clock.visit_time(match.offset_s)
    later = r.clock.offset_s - mine.clock.offset_s
    clock = Clock(
        id=reference.clock.id,
        offset_s=start + later * slope,
        drift_ppm=(slope * (1 + r.clock.drift_ppm * 1e-6) - 1) * 1e6,
        aligned=match.how,
    )
    issues = tuple(i for i in r.issues if i.code != "clock_coarse")
    if match.error_ms > FINE_MS:
        text = (
            f"It was aligned by {match.how}; at the ends of the recording this may be wrong by "
            f"{match.error_ms:.0f} ms, which is too coarse for coherence or delays between them."
        )
        issues = (*issues, Issue(code="clock_coarse", severity="warning", message=text))
    return replace(r, clock=clock, issues=issues)


def _pulses(
    recordings: Recordings, to: Recordings, channel: str, event: str, there: str
) -> tuple[tuple[Recording, Floats], tuple[Recording, Floats]]:
    """Return the pulses on either side, each with the recording in whose time they are."""
    if not channel and not event:
        counts = [Counter(n for r in side for n in set(_frequent(r))) for side in (recordings, to)]
        shared = sorted(set(counts[0]) & set(counts[1]))
        if shared:
            event = max(shared, key=lambda n: max(r.events.name.count(n) for r in recordings))
    mine = _event_times(recordings, event) if event else _channel_pulses(recordings, channel)
    there = there or event or channel
    marked = any(len(_times(r, there)) for r in to)
    return mine, _event_times(to, there) if marked else _channel_pulses(to, there)


def _frequent(r: Recording) -> list[str]:
    return [n for n, k in Counter(r.events.name).items() if k >= _LEAST_EVENTS]


def _event_times(recordings: Recordings, event: str) -> tuple[Recording, Floats]:
    # Recordings with samples first: their events are in their own time.
    for r in sorted(recordings, key=lambda r: r.n_samples == 0):
        found = _times(r, event)
        if len(found):
            return r, found
    names = ", ".join(sorted({n for r in recordings for n in r.events.name})[:8]) or "none"
    raise CannotAlign(f"{_file(recordings)} holds no event {event!r}; its events: {names}.")


def _times(r: Recording, event: str) -> Floats:
    """Return when an event happened, by its name here or as the file writes it."""
    written = r.events.columns.get("written", np.array(r.events.name))
    pairs = zip(r.events.name, written, strict=True)
    is_it = np.array([event in (name, str(as_written)) for name, as_written in pairs], dtype=bool)
    found: Floats = r.events.onset_s[is_it]
    return found


def _channel_pulses(recordings: Recordings, channel: str) -> tuple[Recording, Floats]:
    for r in recordings:
        for row, c in enumerate(r.channels):
            if c.name == channel or (not channel and c.kind == "trigger"):
                return r, _edges(r, row)
    wanted = f"channel {channel!r}" if channel else "trigger channel and no event that both share"
    raise CannotAlign(f"{_file(recordings)} holds no {wanted}; its channels: {_names(recordings)}.")


def _edges(r: Recording, row: int) -> Floats:
    """Return when a channel rises from its usual level past the middle of its range."""
    assert r.signal is not None
    n = r.n_samples
    starts = range(0, n, _BLOCK)
    ends = np.array([_levels(r.signal.read(a, min(a + _BLOCK, n), (row,))[0]) for a in starts])
    ends = ends[np.isfinite(ends).all(axis=1)]
    if not len(ends):
        return np.zeros(0)
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    usual = float(np.median(ends[:, 2]))
    if high == low:
        return np.zeros(0)
    sign = -1.0 if usual > (low + high) / 2 else 1.0  # rests high: falls to mark
    rest = usual
    middle, half = rest + sign * (high - low) / 2, rest + sign * (high - low) / 4
    found: list[float] = []
    armed, last = True, np.nan
    for a in starts:
        x = r.signal.read(a, min(a + _BLOCK, n), (row,))[0]
        over = sign * (x - middle) > 0
        under = sign * (x - half) < 0
        steps = np.flatnonzero(over | under)
        for i in steps[np.flatnonzero(np.diff(over[steps], prepend=not armed))]:
            if over[i] and armed:
                before = x[i - 1] if i else last
                part = (middle - before) / (x[i] - before) if np.isfinite(before) else 1.0
                found.append(a + i - 1 + float(np.clip(part, 0, 1)))
            armed = not over[i]
        last = x[-1]
    edges = np.array(found)
    if r.stamps_s is not None:
        at: Floats = np.interp(edges, np.arange(n), r.stamps_s)
        return at
    return edges / (r.rate_hz or 1.0)


def _levels(x: Floats) -> tuple[float, float, float]:
    good = x[np.isfinite(x)]
    if not len(good):
        return np.nan, np.nan, np.nan
    return float(good.min()), float(good.max()), float(np.median(good))


def _trace(recordings: Recordings, channel: str, event: str) -> tuple[Recording, Trace]:
    if event or not channel:
        raise CannotAlign("An artefact is matched by the channel that holds it: give channel.")
    for r in recordings:
        for row, c in enumerate(r.channels):
            if c.name == channel and r.signal is not None:
                if not r.rate_hz:
                    raise CannotAlign(
                        f"{r.id} is sampled unevenly; match it by a trigger, not by an artefact."
                    )
                return r, Trace(r.signal, row, r.rate_hz)
    raise CannotAlign(
        f"{_file(recordings)} holds no channel {channel!r}; its channels: {_names(recordings)}."
    )


def _names(recordings: Recordings) -> str:
    names = [c.name for r in recordings for c in r.channels]
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "") or "none"


def _file(recordings: Recordings) -> str:
    return recordings[0].id.split("#")[0] if recordings else "The other file"
