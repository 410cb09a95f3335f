"""How much of the time the eye is shut: PERCLOS."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from eutonia.measures import lid_events, lid_example, lid_noise
from eutonia.measures.lid_events import (
    CAUTION,
    CLOSED,
    LONG,
    NEEDS_LONG,
    OF_SCALE,
    RARE,
    REOPENED,
    SHUT,
    UNCALIBRATED,
)
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit
from eutonia.stats.normal import HALF_95

#: A lid that is shut alone reads 0.52 to 0.82 and draws the other to 0.16 to 0.38, so that one that
#: is shut by 80 % reads 0.4 or more, and more than the other by this (people 20 to 25, 30 to 35).
#: [D]
ALONE, APART = REOPENED, 0.2
#: An eye that may be shut alone for so much of the time, %, and longer than is counted, has no
#: number (our rule).
LEAST_ALONE = 2.0
_ALONE = (
    "This eye closes alone for {alone:.0f} % of the time, in which landmarks do not show whether "
    "it is shut: only {counted:.1f} % would be counted. Read eyes.closed_share and eyes.one_sided."
)

MEASURE = Measure(
    id="eyes.perclos",
    version="8",
    title="Share of the time with the eye shut (PERCLOS)",
    unit="%",
    tier="supportive",
    sources=(),
    method=f"Share of the time, in which the eye was seen, with the lid closed by at least "
    f"{100 * SHUT:.0f} % of its own range. Each eye by itself. {OF_SCALE} The "
    "limits hold what thresholds give that lie four times the noise of the open eye higher and "
    "lower. The upper "
    f"limit also holds the time in which this eye reads at least {ALONE:g} and {APART:g} more than "
    f"the other: it may be shut alone then. Where that is {LEAST_ALONE:g} % of the time or more, "
    "and more than is counted, no number is given.",
    # Without gentle closures a shut lid of some people never reads 0.8 (rendered person 44: 0.6).
    needs=replace(NEEDS_LONG, inputs={"lid": replace(LONG, not_flags=frozenset({UNCALIBRATED}))}),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eyes.perclos"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} Made for drowsiness; sleepiness raises it too. One eye that closes alone "
    "reads 0.5 to 0.8 closed on rendered people and is not counted here, but in the interval, and "
    "in that of the difference of the eyes; where it is most of what the eye does, no number is "
    "given: read eyes.closed_share and eyes.one_sided. "
    "Of dark skin it reads too little: 19 instead of 21 % on twelve rendered people (21 % with "
    f"light skin). {RARE}",
    history="Up to version 4 two lids of one course differed in one of four people; up to version "
    "5 a far too low number was given where one eye alone closed most of the time.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the time closed over blocks; see `MEASURE`."""
    blocks, span = lid_events.share_above(x, SHUT)
    alone = 100 * _alone(x)[:, None]
    scale = lid_events.bent(x, SHUT).times(100)
    below, above = lid_noise.at_other_levels(x, partial(_at, x), level=SHUT, closed=CLOSED)
    # Noise and a bent scale are independent of each other.
    moved = replace(scale, below=np.hypot(scale.below, below), above=np.hypot(scale.above, above))
    return Result(
        blocks=blocks,
        finish=_percent,
        span=span,
        limits=lid_events.Unsure(
            limits=moved.around(_limits), below=0 * alone, above=alone, most=100.0
        ),
        varying=_wandering(scale.varying(sides=alone), np.maximum(below, above) / HALF_95),
        reasons=tuple(
            wanders or _hidden(*shares)
            for wanders, *shares in zip(
                lid_noise.too_noisy(x, closed=CLOSED),
                alone[:, 0],
                _percent(blocks.sum(axis=0))[:, 0],
                strict=True,
            )
        ),
        evidence=lid_events.trace(x),
    )


def _at(x: Inputs, level: float) -> Floats:
    """Return the share of the time above a level, %, ``(n_targets, 1)``."""
    return _percent(lid_events.share_above(x, level)[0].sum(axis=0))


def _wandering(varying: Varying, sd: Floats) -> Varying:
    """Add what the noise of a lid makes anew in each condition and side."""
    sides = sd if varying.sides is None else np.hypot(varying.sides, sd)
    return replace(varying, sd=np.hypot(varying.sd, sd), sides=sides)


def _hidden(alone: float, counted: float) -> str:
    """Return why an eye that is mostly shut alone has no number; empty where it has one."""
    hides = alone >= max(LEAST_ALONE, counted)
    return _ALONE.format(alone=alone, counted=counted) if hides else ""


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
                apart = block.mask[i] & (block.x[i] < mine - APART)
                seconds += (usable & apart & (mine >= ALONE) & (mine < SHUT)).sum()
        found[target] = seconds / max(seen, 1.0)
    return found


def _percent(total: Floats) -> Floats:
    return 100 * lid_events.quotient(total)


def _limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    lo, hi = lid_events.share_limits(value / 100, error / 100, df)
    return 100 * lo, 100 * hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Spasms and blinks through bent scales; the truth is mean time closed over mean time."""
    made = lid_example.visit(seed, lid_example.SPASMS, seconds=180, bend=lid_example.SCALES)
    truth = 100 * lid_example.closed_share(lid_example.SPASMS, SHUT)
    return made, {lid_example.key(side): truth for side in ("left", "right")}
