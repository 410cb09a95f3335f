"""Where the epochs of a folder ``.mff`` lie in time, and its events and segments among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._egi_xml import Epoch, Mark, Moment, Segment
from eutonia.formats._segments import Placed, placed
from eutonia.model import BadSpan, Events, Floats, Issue, Signal

_NANO, _MICRO = 1e-9, 1e-6
_OFF = 1.5  # samples that a stated duration may be beside the stored one


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The stretches of a recording.

    Parameters
    ----------
    first, n : tuple of int
        First sample and number of samples of each.
    begin_s : tuple of float or None
        When each began, from the stated start of the recording.
    unit_s : float
        Seconds of one in all times but the dates.
    said : tuple of Issue
        What is wrong with them.
    """

    first: tuple[int, ...]
    n: tuple[int, ...]
    begin_s: tuple[float | None, ...]
    unit_s: float
    said: tuple[Issue, ...] = ()


def timing(
    epochs: list[Epoch] | None, counts: Sequence[int], rate_hz: float, unit_s: float, *, whole: bool
) -> Timing:
    """Return the stretches that the epochs name by their blocks.

    Parameters
    ----------
    epochs : list of Epoch or None
        None: nothing is known of pauses.
    counts : sequence of int
        Samples of each block.
    rate_hz, unit_s : float
        Sampling rate; seconds of one, as the folder's version says. Where the samples contradict
        it and fit the other unit, that is taken.
    whole : bool
        Whether the last block is complete.

    Raises
    ------
    ValueError
        If the epochs do not name the blocks in order.
    """
    if not epochs:
        return Timing(first=(0,), n=(sum(counts),), begin_s=(0.0,), unit_s=unit_s)
    at = [0, *accumulate(counts)]
    rows: list[tuple[int, int, int]] = []  # first sample, samples, begin
    complete: list[tuple[int, int]] = []  # samples, and how long they are said to last
    following = 1
    for one in epochs:
        if one.first != following or one.last < one.first or one.end < one.begin:
            raise ValueError("its epochs do not name the blocks in order")
        if one.first > len(counts):
            break
        last = min(one.last, len(counts))
        n = at[last] - at[one.first - 1]
        rows.append((at[one.first - 1], n, one.begin))
        if one.last < len(counts) or (whole and one.last == len(counts)):
            complete.append((n, one.end - one.begin))
        following = one.last + 1
    other = _NANO if unit_s == _MICRO else _MICRO
    fitting = [
        unit
        for unit in (unit_s, other)
        if all(abs(lasts * unit * rate_hz - n) <= _OFF for n, lasts in complete)
    ]
    unit = fitting[0] if fitting else unit_s
    begins: list[float | None] = [begin * unit if fitting else None for _, _, begin in rows]
    if not fitting and len(rows) == 1 and rows[0][2] == 0:
        begins = [0.0]
    said = []
    if not fitting:
        text = "The epochs' times contradict the samples: pauses are cuts of unknown length."
        said.append(Issue(code="epochs", severity="warning", message=text))
    if following <= len(counts):
        rows.append((at[following - 1], at[-1] - at[following - 1], 0))
        begins.append(None)
        text = "Samples follow the last epoch; when they were recorded is not known."
        said.append(Issue(code="epochs", severity="warning", message=text))
    return Timing(
        first=tuple(first for first, _, _ in rows),
        n=tuple(n for _, n, _ in rows),
        begin_s=tuple(begins),
        unit_s=unit,
        said=tuple(said),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Axis:
    """A signal on its time axis, and when its stretches began (NaN: not known)."""

    placed: Placed
    rate_hz: float
    unit_s: float
    begin_s: Floats

    @property
    def start_s(self) -> float | None:
        """Seconds from the stated start to the first sample."""
        begin = float(self.begin_s[0])
        return begin if np.isfinite(begin) else None

    def onset(self, time_s: Floats) -> Floats:
        """Return where times lie, in seconds from the first sample; those in a cut lie on it."""
        known = np.flatnonzero(np.isfinite(self.begin_s))
        order = known[np.argsort(self.begin_s[known], kind="stable")]
        near = time_s + 0.5 / self.rate_hz  # times are stated in whole samples at best
        at = order[np.maximum(np.searchsorted(self.begin_s[order], near, side="right") - 1, 0)]
        start = self.placed.place / self.rate_hz
        end = np.append(start[1:], np.inf)
        onset: Floats = np.minimum(start[at] + time_s - self.begin_s[at], end[at])
        return onset


def on_axis(signal: Signal, rate_hz: float, held: Timing, *, segmented: bool) -> Axis:
    """Put a signal on its time axis; segments that follow without a pause are cuts all the same."""
    rows: list[tuple[int, float | None]] = []
    end: float | None = None
    for first, n, begin in zip(held.first, held.n, held.begin_s, strict=True):
        joined = end is not None and begin is not None and abs(begin - end) <= 0.5 / rate_hz
        if not rows or segmented or not joined:
            rows.append((first, begin))
        end = None if begin is None else begin + n / rate_hz
    axis = placed(signal, rate_hz, [first for first, _ in rows], [begin for _, begin in rows])
    return Axis(
        placed=axis,
        rate_hz=rate_hz,
        unit_s=held.unit_s,
        begin_s=np.array([np.nan if begin is None else begin for _, begin in rows]),
    )


def events(
    axis: Axis, marks: Sequence[Mark], segments: Sequence[Segment], start: Moment | None
) -> tuple[Events, list[Issue]]:
    """Return events by code, and segments by category with their time zero (``t0``)."""
    known = np.isfinite(axis.begin_s).any()
    if (marks and (start is None or not known)) or (segments and not known):
        text = "When the recording or its epochs began is not known: events are left out."
        issue = Issue(code="events", severity="warning", message=text)
        marks, segments = (), segments if known else ()
        said = [issue]
    else:
        said = []
    found = [
        (
            one.at.since(start),
            one.duration * axis.unit_s,
            one.code or one.label,
            one.label,
            one.keys,
        )
        for one in marks
        if start is not None
    ]
    for one in segments:
        begin, lasts = one.begin * axis.unit_s, (one.end - one.begin) * axis.unit_s
        found.append((begin, lasts, one.category, "", ""))
        if one.zero is not None and one.begin <= one.zero <= one.end:
            found.append((one.zero * axis.unit_s, 0.0, f"{one.category} t0", "", ""))
    if not found:
        return Events(), said
    onset = axis.onset(np.array([row[0] for row in found]))
    order = np.argsort(onset, kind="stable").tolist()
    columns: dict[str, NDArray[np.generic]] = {
        "label": np.array([found[i][3] for i in order], dtype=np.str_),
        "keys": np.array([found[i][4] for i in order], dtype=np.str_),
    }
    return (
        Events(
            onset_s=onset[order],
            duration_s=np.array([found[i][1] for i in order]),
            name=tuple(found[i][2] or "event" for i in order),
            columns=columns,
        ),
        said,
    )


def bad(
    axis: Axis, segments: Sequence[Segment], names: dict[tuple[int, int], str]
) -> list[BadSpan]:
    """Return segments and channels of segments that were marked bad.

    Parameters
    ----------
    axis : Axis
        The time axis.
    segments : sequence of Segment
        What was marked.
    names : dict
        Name of each channel by the number of its signal and its own, both from 1.
    """
    found: list[BadSpan] = []
    if not np.isfinite(axis.begin_s).any():
        return found
    starts = axis.onset(np.array([one.begin * axis.unit_s for one in segments]))
    for one, onset in zip(segments, starts.tolist(), strict=True):
        start, stop = max(0.0, onset), onset + (one.end - one.begin) * axis.unit_s
        if stop <= start:
            continue
        if one.bad:
            found.append(BadSpan(start_s=start, stop_s=stop, reason=one.bad))
        found += [
            BadSpan(start_s=start, stop_s=stop, reason="marked bad", channel=names[key])
            for key in one.channels
            if key in names
        ]
    return found
