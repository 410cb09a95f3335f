"""How much of the time the eye is shut: PERCLOS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import (
    CAUTION,
    CLOSED,
    LID,
    NEEDS,
    RARE,
    SHUT,
    UNCALIBRATED,
    UNEVEN,
)
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="eyes.perclos",
    version="4",
    title="Share of the time with the eye shut (PERCLOS)",
    unit="%",
    tier="supportive",
    sources=(),
    method=f"Share of the time, in which the eye was seen, with the lid closed by at least "
    f"{100 * SHUT:.0f} % of its own range. Each eye by itself. The upper limit also holds the time "
    f"in which this eye is at least {100 * CLOSED:.0f} % closed and the other is not: it may be "
    "shut then.",
    # Without gentle closures a shut lid of some people never reads 0.8 (rendered person 44: 0.6).
    needs=replace(NEEDS, inputs={"lid": replace(LID, not_flags=frozenset({UNEVEN, UNCALIBRATED}))}),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eyes.perclos"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} Made for drowsiness; sleepiness raises it too. One eye that closes alone "
    "reads 0.5 to 0.75 closed on rendered people and is not counted here, but in the interval. "
    f"{RARE}",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the time closed over blocks; see `MEASURE`."""
    blocks, span = lid_events.share_above(x, SHUT)
    alone = 100 * _alone(x)[:, None]
    return Result(
        blocks=blocks,
        finish=_percent,
        span=span,
        limits=lid_events.Unsure(limits=_limits, below=0 * alone, above=alone, most=100.0),
        evidence=lid_events.trace(x),
    )


def _alone(x: Inputs) -> Floats:
    """Return the share of the time in which an eye that closes alone may be shut, not counted."""
    channels, found = x.channels["lid"], np.zeros(len(x.targets))
    for target, row in enumerate(x.targets[:, 0]):
        others = [
            i for i, c in enumerate(channels) if c.site == "lid" and c.side != channels[row].side
        ]
        seconds = seen = 0.0
        for block in x["lid"]:
            usable, mine = block.mask[row], block.x[row]
            seen += usable.sum()
            for i in others:
                open_ = block.mask[i] & (block.x[i] < CLOSED)
                seconds += (usable & open_ & (mine >= CLOSED) & (mine < SHUT)).sum()
        found[target] = seconds / max(seen, 1.0)
    return found


def _percent(total: Floats) -> Floats:
    return 100 * lid_events.quotient(total)


def _limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    lo, hi = lid_events.share_limits(value / 100, error / 100, df)
    return 100 * lo, 100 * hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Spasms and blinks; the truth is mean time closed over mean time."""
    made = lid_example.visit(seed, lid_example.SPASMS, seconds=180)
    truth = 100 * lid_example.closed_share(lid_example.SPASMS, SHUT)
    return made, {lid_example.key(side): truth for side in ("left", "right")}
