"""One clock for the recordings of a visit.

Only differences of time are kept; dates never leave this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from eutonia.formats import WALL
from eutonia.model import Clock, Issue, Recording

VISIT = "visit"


def seconds_of(acq_time: str) -> float | None:
    """Return an ``acq_time`` as seconds since 1970, with its parts of a second."""
    try:
        when = datetime.fromisoformat(acq_time)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def one_file(recordings: Sequence[Recording]) -> tuple[Recording, ...]:
    """Put the recordings of one file on one clock, and drop the date."""
    starts = [r.clock.offset_s for r in recordings if r.clock.id == WALL]
    out = []
    for r in recordings:
        clock = r.clock
        if clock.aligned != "declared":
            offset = clock.offset_s - min(starts) if clock.id == WALL else clock.offset_s
            name = r.id.split("#")[0] if len(recordings) > 1 else r.id
            how = "same file" if len(recordings) > 1 else "alone"
            how = clock.aligned if clock.aligned not in ("alone", "same file") else how
            clock = replace(clock, id=name, offset_s=offset, aligned=how)
        out.append(replace(r, clock=clock))
    return tuple(out)


def aligned(recordings: Sequence[Recording], acq: Mapping[str, str]) -> tuple[Recording, ...]:
    """Put the recordings of a visit on one clock where their starts are known.

    Parameters
    ----------
    recordings : sequence of Recording
        As the formats return them: a known start is on the clock ``WALL``.
    acq : mapping of str to str
        Id of a recording to its ``acq_time`` in ``scans.tsv``.

    Notes
    -----
    A declared clock wins, then ``acq_time`` where two files have one, then start times in the
    files that overlap. Starts known to whole seconds are reported: they do not carry a measure
    that needs milliseconds.
    """
    files = {r.id: r.id.split("#")[0] for r in recordings}
    scanned = {r.id: seconds_of(acq[files[r.id]]) for r in recordings if files[r.id] in acq}
    known = {k: v for k, v in scanned.items() if v is not None}
    if len({files[k] for k in known}) < 2:
        known = {}
    walls = {r.id: r.clock.offset_s for r in recordings if r.clock.id == WALL and r.id not in known}
    by_wall = _overlapping(recordings, walls, files) if not known else {}
    starts = known or by_wall
    zero = min(starts.values(), default=0.0)
    coarse = all(float(s).is_integer() for s in starts.values())
    out: list[Recording] = []
    for group in _by_file(recordings, files):
        rest = [r for r in group if r.id not in starts or r.clock.aligned == "declared"]
        out += one_file(rest) if rest else ()
        for r in group:
            if r.id in starts and r.clock.aligned != "declared":
                clock = Clock(id=VISIT, offset_s=starts[r.id] - zero, aligned="start times")
                issues = (*r.issues, _COARSE) if coarse else r.issues
                out.append(replace(r, clock=clock, issues=issues))
    order = [r.id for r in recordings]
    return tuple(sorted(out, key=lambda r: order.index(r.id)))


_COARSE = Issue(
    code="clock_coarse",
    severity="warning",
    message="The start times are known to whole seconds only: recordings are aligned to about "
    "1 s, which is too coarse for coherence or delays between them.",
)


def _overlapping(
    recordings: Sequence[Recording], walls: Mapping[str, float], files: Mapping[str, str]
) -> dict[str, float]:
    """Return the starts of recordings that overlap in time with one of another file."""
    spans = {r.id: (walls[r.id], walls[r.id] + r.duration_s) for r in recordings if r.id in walls}
    return {
        a: start
        for a, (start, stop) in spans.items()
        if any(
            files[a] != files[b] and start < other_stop and other_start < stop
            for b, (other_start, other_stop) in spans.items()
        )
    }


def _by_file(recordings: Sequence[Recording], files: Mapping[str, str]) -> list[list[Recording]]:
    groups: dict[str, list[Recording]] = {}
    for r in recordings:
        groups.setdefault(files[r.id], []).append(r)
    return list(groups.values())
