"""Lines that switch between two levels, and samples that a counter shows to be lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from eutonia.model import BadSpan, Events, Floats, Signal

#: A channel is a mark when this share of its samples lies within a twentieth of its span of its
#: lowest or highest value, and it switches at most this often; our rules, unconfirmed.
_AT_LEVEL, _MOST_SWITCHES_HZ = 0.999, 2.0
_MOST_LOSSES = 0.01  # losses per sample above which the counter counts something else; our rule
_LOOK = 2**20  # samples of a channel looked at together


def is_mark(signal: Signal, row: int, rate_hz: float) -> bool:
    """Whether a channel only switches between two levels, now and then."""
    low, high = _extremes(signal, row)
    if not high > low:
        return False
    n, near, switches, last = 0, 0, 0, None
    for x in _blocks(signal, row):
        margin = (high - low) / 20
        near += int(((x < low + margin) | (x > high - margin)).sum())
        up = x > (low + high) / 2
        switches += int((up[1:] != up[:-1]).sum()) + int(last is not None and bool(up[0]) != last)
        last = bool(up[-1])
        n += len(x)
    often = switches > _MOST_SWITCHES_HZ * n / rate_hz
    return near >= _AT_LEVEL * n and switches > 0 and not often


def switches(name: str, line: Signal) -> list[tuple[int, str, str]]:
    """Return where a line switches: sample, name, and to which of its two levels.

    Which level means what is not known, so it is not said.
    """
    low, high = _extremes(line, 0)
    found: list[tuple[int, str, str]] = []
    if not high > low:
        return found
    first, last = 0, None
    for x in _blocks(line, 0):
        up = x > (low + high) / 2
        before = up[:1] if last is None else np.array([last])
        at = np.flatnonzero(np.diff(np.concatenate([before, up]).astype(np.int8)))
        found += [(first + int(i), f"{name} switches", "higher" if up[i] else "lower") for i in at]
        first, last = first + len(x), bool(up[-1])
    return found


def runs_of(counter: Signal | None) -> tuple[tuple[tuple[int, int], ...], int]:
    """Return each unbroken stretch (first sample, place in time), and how many samples are lost."""
    runs = [(0, 0)]
    if counter is None or counter.shape[1] < 2:
        return tuple(runs), 0
    top = _extremes(counter, 0)[1]
    wraps = 2.0 ** np.ceil(np.log2(top + 1)) if top >= 1 else 0.0
    if wraps < 2:
        return tuple(runs), 0
    first, last, lost = 0, None, 0
    for x in _blocks(counter, 0):
        with_last = x if last is None else np.concatenate([[last], x])
        start = first if last is None else first - 1
        skipped = (np.diff(with_last) - 1) % wraps
        for i in np.flatnonzero(skipped > 0):
            lost += int(skipped[i])
            runs.append((start + int(i) + 1, start + int(i) + 1 + lost))
        first, last = first + len(x), float(x[-1])
    if len(runs) - 1 > _MOST_LOSSES * first:  # a counter that counts something else
        return ((0, 0),), 0
    return tuple(runs), lost


def pauses(runs: Sequence[tuple[int, int]], rate_hz: float) -> tuple[BadSpan, ...]:
    """Return the spans between the stretches, where nothing was recorded."""
    return tuple(
        BadSpan(
            start_s=(at + b - a) / rate_hz, stop_s=place_b / rate_hz, reason="samples are missing"
        )
        for (a, at), (b, place_b) in pairwise(runs)
    )


def events_of(
    found: list[tuple[int, str, str]], runs: Sequence[tuple[int, int]], rate_hz: float
) -> Events:
    """Return switches as events, on the time axis that holds the pauses."""
    begins = np.array([a for a, _ in runs])
    moved = np.array([p - a for a, p in runs])
    found = sorted(found)
    at = np.array([s[0] for s in found], dtype=np.float64)
    if len(at):
        at = at + moved[np.searchsorted(begins, at, side="right") - 1]
    return Events(
        onset_s=at / rate_hz,
        duration_s=np.zeros(len(at)),
        name=tuple(s[1] for s in found),
        columns={"to": np.array([s[2] for s in found])} if found else {},
    )


def _blocks(signal: Signal, row: int) -> Iterator[Floats]:
    for first in range(0, signal.shape[1], _LOOK):
        yield signal.read(first, first + _LOOK, (row,))[0]


def _extremes(signal: Signal, row: int) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for x in _blocks(signal, row):
        low, high = min(low, float(np.nanmin(x))), max(high, float(np.nanmax(x)))
    return low, high
