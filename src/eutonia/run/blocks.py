"""Reading the samples of a span, derived, masked and on the visit's clock."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from eutonia.derive import DerivedSignal, derive
from eutonia.knowledge import table
from eutonia.model import ENVELOPE, Block, Channel, Events, Floats, Input, Needs, Recording, Span
from eutonia.run.groups import Piece, common_time

#: Samples, which of them may be used, and what measures have computed from them.
Samples = tuple[Floats, NDArray[np.bool_], dict[Hashable, Any]]


@dataclass
class Memo:
    """Derived samples that were read already, the oldest forgotten beyond `limit` bytes."""

    limit: int = 400_000_000
    kept: dict[tuple[object, ...], Samples] = field(default_factory=dict)

    def read(
        self, recording: Recording, derivation: str, start: int, stop: int, rows: tuple[int, ...]
    ) -> Samples:
        """Return derived samples, their mask and what was computed from them, read once."""
        key = (recording.id, derivation, start, stop, rows)
        if key not in self.kept:
            signal = cast("DerivedSignal", derive(recording, derivation).signal)
            self.kept[key] = (*signal.read_masked(start, stop, rows), {})
            while len(self.kept) > 1 and sum(x[0].nbytes for x in self.kept.values()) > self.limit:
                del self.kept[next(iter(self.kept))]
        return self.kept[key]


def block(
    name: str, needs: Needs, piece: dict[str, Piece], rows: tuple[int, ...], memo: Memo
) -> Block:
    """Read one input of one span, cut to the time that all its inputs cover."""
    recording, _ = piece[name]
    return _read(recording, needs.inputs[name], common_time(piece.values()), rows, memo)


def aux_blocks(
    need: Input,
    channels: tuple[Channel, ...],
    memo: Memo,
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> tuple[Block, ...]:
    """Read the spans of the auxiliary condition from the same channels; missing ones are masked."""
    by_id, spans = known
    blocks = []
    for span in spans:
        recording = by_id[span.recording]
        place = {recording.channels[i].label: i for i in recording.indices(need.kind)}
        if not recording.rate_hz:
            continue
        rows = [_same(recording, place.get(c.label, -1), c, need) for c in channels]
        present = tuple(r for r in rows if r >= 0)
        if not present:
            continue
        during = recording.clock.visit_time(span.start_s), recording.clock.visit_time(span.stop_s)
        block = _read(recording, need, during, present, memo)
        x = np.zeros((len(rows), block.x.shape[1]))
        mask = np.zeros(x.shape, dtype=bool)
        there = np.array(rows) >= 0
        x[there], mask[there] = block.x, block.mask
        blocks.append(replace(block, x=x, mask=mask, computed={}))
    return tuple(blocks)


def _same(recording: Recording, row: int, channel: Channel, need: Input) -> int:
    """Return the row that holds what a channel holds elsewhere; -1 where it cannot be used."""
    if row < 0:
        return row
    flags = recording.channels[row].flags
    fast = need.fast_enough(recording.rate_hz or 0.0, flags)
    return row if fast and (ENVELOPE in flags) == (ENVELOPE in channel.flags) else -1


def _read(
    recording: Recording,
    need: Input,
    during: tuple[float, float],
    rows: tuple[int, ...],
    memo: Memo,
) -> Block:
    """Read samples between two times of the visit's clock."""
    rate = recording.rate_hz or 0.0
    start_s, stop_s = (recording.clock.recording_time(t) for t in during)
    start = max(0, round(start_s * rate))
    stop = min(recording.n_samples, round(stop_s * rate))
    x, mask, computed = memo.read(recording, need.derive, start, stop, rows)
    return Block(
        x=x,
        mask=mask,
        rate_hz=rate / (1 + recording.clock.drift_ppm * 1e-6),
        events=_named(recording.events.between(start_s, stop_s), need.event),
        start_s=recording.clock.visit_time(start / rate),
        computed=computed,
    )


def _named(events: Events, canonical: str) -> Events:
    if not canonical:
        return events
    found = _all_named(events, canonical)
    ends = _all_named(events, f"{canonical}_end").onset_s
    if not len(ends) or not len(found):
        return found
    # Where the end is a mark of its own, a moment lasts until the first one before the next onset.
    place = np.searchsorted(ends, found.onset_s, side="right")
    stop = np.append(ends, np.inf)[place]
    follows = stop <= np.append(found.onset_s[1:], np.inf)
    marked = (found.duration_s <= 0) & follows & np.isfinite(stop)
    return replace(found, duration_s=np.where(marked, stop - found.onset_s, found.duration_s))


def _all_named(events: Events, canonical: str) -> Events:
    synonyms = {canonical, *table("events").get(canonical, ())}
    return events.named(*(n for n in set(events.name) if n.strip().lower() in synonyms))
