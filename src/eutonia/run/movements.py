"""When movements began and ended, from the muscles, where nobody marked it.

Events that are marked come first: only movements without a known end are completed, and only
recordings without any mark get movements from bursts of the EMG that was recorded along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from eutonia.dsp.bursts import detect, moving_rms
from eutonia.model import Block, Events, Floats, Recording
from eutonia.model.measure import named_hz
from eutonia.run.blocks import Memo
from eutonia.run.groups import coarsely_aligned

#: Tasks in which a burst is no movement on purpose (our rule), as is one in a task nobody named.
STILL = frozenset({"", "rest", "posture", "hold", "mvc"})
#: Column of the events that says what they were taken from.
TAKEN_FROM = "taken_from"
EVENT = "movement"
_MIN_RATE_HZ = 500.0
_NOT_FLAGS = frozenset({"flat", "clipped", "envelope"})
#: The strongest activity exceeds the quietest second by this, or there is no burst (our rule).
_MIN_CONTRAST = 5.0
#: Bursts closer than this are one movement; shorter ones are none (our rules).
_GAP_S = 0.5
_MIN_S = 0.1
#: A movement's burst begins at most this long before or after the mark of its onset (our rule).
_NEAR_S = 0.5


def completed(block: Block, recording: Recording, others: Iterable[Recording], memo: Memo) -> Block:
    """Return a block with movements, or with their ends, from the muscle that shows them best.

    Parameters
    ----------
    block : Block
        Of one span; returned as it is where ends are known or no EMG can tell.
    recording : Recording
        That the block is from.
    others : iterable of Recording
        All of the visit.
    memo : Memo
    """
    events = block.events
    if len(events) and (events.duration_s > 0).any():
        return block
    if not len(events) and recording.condition.get("task") in STILL | {None}:
        return block
    best = max(
        (found for r in others for found in _muscles(block, recording, r, memo)),
        key=lambda found: found[0],
        default=None,
    )
    if best is None or best[0] < _MIN_CONTRAST:
        return block
    _, name, start_s, stop_s = best
    if len(events):
        return replace(block, events=_with_ends(events, name, start_s, stop_s))
    made = Events(
        onset_s=start_s,
        duration_s=stop_s - start_s,
        name=(EVENT,) * len(start_s),
        columns={TAKEN_FROM: np.full(len(start_s), f"movements=EMG of {name}")},
    )
    return replace(block, events=made)


def _muscles(
    block: Block, recording: Recording, other: Recording, memo: Memo
) -> list[tuple[float, str, Floats, Floats]]:
    """Return contrast, name, and start and stop of the movements, of each muscle of a recording."""
    rate = other.rate_hz or 0.0
    rows = tuple(i for i in other.indices("emg") if not set(other.channels[i].flags) & _NOT_FLAGS)
    if other.clock.id != recording.clock.id or named_hz(rate) < _MIN_RATE_HZ or not rows:
        return []
    if coarsely_aligned(recording, other):
        return []
    ends = block.start_s, block.start_s + block.x.shape[1] / block.rate_hz
    start = max(0, round(other.clock.recording_time(ends[0]) * rate))
    stop = min(other.n_samples, round(other.clock.recording_time(ends[1]) * rate))
    if stop - start < 2 * rate:
        return []
    x, mask, _ = memo.read(other, "emg.filtered", start, stop, rows)
    late_s = other.clock.visit_time(start / rate) - block.start_s
    true_rate = rate / (1 + other.clock.drift_ppm * 1e-6)
    found = []
    for row, good, i in zip(x, mask, rows, strict=True):
        contrast, on, off = _bursts(np.where(good, row, 0.0), true_rate)
        found.append((contrast, other.channels[i].label, on + late_s, off + late_s))
    return found


def _bursts(x: Floats, rate_hz: float) -> tuple[float, Floats, Floats]:
    """Return the contrast of a muscle, and start and stop of its bursts in seconds."""
    level = moving_rms(x, rate_hz=rate_hz)
    step = max(1, round(rate_hz / 100))
    seconds = level[: len(level) // (100 * step) * 100 * step : step].reshape(-1, 100).mean(axis=1)
    quiet, strong = float(seconds[seconds > 0].min(initial=np.inf)), float(np.quantile(level, 0.95))
    nothing = np.zeros(0)
    if not np.isfinite(quiet) or strong < _MIN_CONTRAST * quiet:
        return 0.0, nothing, nothing
    # Halfway, in dB, from the quietest second to strong activity, as for bursts without rest.
    first, last = detect(
        x, rate_hz=rate_hz, threshold=float(np.sqrt(quiet * strong)), baseline_rms=quiet
    )
    on, off = first / rate_hz, last / rate_hz
    if len(on):
        apart = on[1:] - off[:-1] >= _GAP_S
        on, off = on[np.append(True, apart)], off[np.append(apart, True)]
    long = off - on >= _MIN_S
    return strong / quiet, on[long], off[long]


def _with_ends(events: Events, name: str, start_s: Floats, stop_s: Floats) -> Events:
    """Return the events with the duration to the end of the burst that began with each."""
    duration = np.zeros(len(events))
    for i, onset in enumerate(events.onset_s):
        near = np.flatnonzero((np.abs(start_s - onset) <= _NEAR_S) & (stop_s > onset))
        if len(near):
            duration[i] = stop_s[near[0]] - onset
    taken = np.full(len(events), f"ends=EMG of {name}")
    return replace(events, duration_s=duration, columns={**events.columns, TAKEN_FROM: taken})
