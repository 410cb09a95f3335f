"""How long the lid takes to open again after a gentle closure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures import lid_events, lid_example, lid_noise
from eutonia.measures.lid_events import CAUTION, CLOSED, LID, SHUT, UNCALIBRATED, UNEVEN
from eutonia.model import (
    Block,
    BlockBootstrap,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)
from eutonia.stats.intervals import student_quantile

#: The lid counts as open again below this closure. [D]
OPEN = 0.2
#: How much longer the lid takes than the trace, and how much that varies between eyes: mean and
#: standard deviation of the logarithm, on rendered people (development) whose lids open at once,
#: or one after the other.
LONGER, VARIES = 0.18, 0.27
#: Fewest closures for a number: what varies between eyes is larger than the error of so few. [D]
LEAST = 3
#: All other tasks than gentle closures have spontaneous blinks, whose reopening is another thing.
_OTHER = frozenset({"rest", "speaking", "reading", "hold", "let_go", "range", "counting", "zero"})

MEASURE = Measure(
    id="eyes.reopening_latency",
    version="3",
    title="Time to reopen after gentle closures",
    unit="ms",
    tier="supportive",
    sources=(),
    method="In the segment of gentle closures: mean time from the last moment at which the lid is "
    "at least 80 % closed to the first at which it is less than 20 % closed, each eye by itself "
    "(our rule). The interval also holds that the trace reopens sooner than the lid: on rendered "
    "people the lid took 0.7 to 2 times as long. Of fewer than three closures nothing is given.",
    needs=Needs(
        # Where the closures did not calibrate an eye, it is not known what 80 % is.
        inputs={"lid": replace(LID, not_flags=frozenset({UNEVEN, UNCALIBRATED}))},
        target=Each(sites=("lid",)),
        not_tasks=_OTHER,
    ),
    scale="none",  # sides cannot be compared: an eye that opens last reads too fast
    interval=BlockBootstrap(block_s=0, least=LEAST),
    valid=Range(lo=100, hi=10_000, shown_by="docs/measures/eyes.reopening_latency"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="It starts when the lid starts to rise, not when the person is asked to open or wants "
    "to: a lid that stays shut before it rises is seen as a long closure instead. "
    "The scale of the lid is not straight: on rendered people the trace took 0.72 times as long as "
    "lids that opened together (median), and 0.84 and 1.0 times as long as the later and the first "
    f"of two that did not: do not compare the sides, and compare only within one person. {CAUTION}",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the times of reopening; see `MEASURE`."""
    parts, span = [], []
    for place, block in enumerate(x["lid"]):
        times = [_of_block(block, row) for row in x.targets[:, 0]]
        rows = lid_events.joined([np.stack([t, np.ones_like(t)], axis=1) for t in times])
        parts.append(rows)
        span += [place] * len(rows)
    blocks = np.concatenate(parts)
    n = blocks[..., 1].sum(axis=0)
    return Result(
        blocks=blocks,
        finish=lid_events.quotient,
        span=np.array(span, dtype=np.intp),
        limits=_limits,
        reasons=tuple(
            wanders or ("" if k >= LEAST else _FEW.format(n=int(k), least=LEAST))
            for wanders, k in zip(lid_noise.too_noisy(x, closed=CLOSED), n, strict=True)
        ),
        n_effective=n,
        evidence=lid_events.trace(x),
    )


_FEW = (
    "Closures to at least 80 % that were seen whole, with their reopening: {n}; at least {least} "
    "are needed. Film ten, each with the eyes open for two seconds after it."
)


def _limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    few = np.sqrt((df + 1) / df)[:, None]  # resampling n closures shows n - 1 parts of n
    with np.errstate(divide="ignore", invalid="ignore"):
        scatter = few * student_quantile(0.975, df)[:, None] * error / value
    half = np.hypot(scatter, 1.96 * VARIES)
    return value * np.exp(LONGER - half), value * np.exp(LONGER + half)


def _of_block(block: Block, row: int) -> Floats:
    found = lid_events.of_block(block, row)
    return reopenings(block.x[row], block.mask[row], found, rate_hz=block.rate_hz)


def reopenings(
    c: Floats, mask: NDArray[np.bool_], found: lid_events.Events, *, rate_hz: float
) -> Floats:
    """Return the time of each reopening in ms.

    Parameters
    ----------
    c : ndarray, shape (n_samples,)
        Closure of one lid.
    mask : ndarray of bool, shape (n_samples,)
    found : Events
        Its closures.
    rate_hz : float

    Returns
    -------
    ndarray, shape (n_seen_whole,)
    """
    next_on = np.append(np.ceil(found.on_s[1:] * rate_hz), len(c)).astype(np.intp)
    times = []
    for i in np.flatnonzero(found.begun):
        first, stop = int(np.ceil(found.on_s[i] * rate_hz)), int(next_on[i])
        last = int(found.off_s[i] * rate_hz) + 1
        shut = first + np.flatnonzero(c[first:last] >= SHUT)
        if not len(shut):
            continue
        j = int(shut[-1])
        low = j + 1 + np.flatnonzero(c[j + 1 : stop] < OPEN)
        if not len(low) or not mask[j : low[0] + 1].all():
            continue
        k = int(low[0])
        start = j + (c[j] - SHUT) / (c[j] - c[j + 1])
        end = k - (OPEN - c[k]) / (c[k - 1] - c[k])
        times.append(1000 * (end - start) / rate_hz)
    return np.array(times, dtype=np.float64)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Ten gentle closures or so; the lid takes longer than the trace from 80 to 20 %."""
    made = lid_example.gentle(seed)
    traced = 1000 * lid_example.mean_reopening_s(SHUT, OPEN)
    longer = np.exp(LONGER + VARIES * np.random.default_rng((seed, 1)).standard_normal(2))
    return made, {
        lid_example.key(s, lid_example.GENTLE): float(traced * by)
        for s, by in zip(("left", "right"), longer, strict=True)
    }
