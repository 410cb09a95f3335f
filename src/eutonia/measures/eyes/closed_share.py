"""How much of the time the eye is closed."""

from __future__ import annotations

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import (
    CAUTION,
    CLOSED,
    NEEDS_LONG,
    OF_SCALE,
    RARE,
    UNSURE,
)
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="eyes.closed_share",
    version="5",
    title="Share of the time with the eye closed",
    unit="1",
    tier="clinical",
    sources=("Peterson2016",),
    method=f"Share of the time, in which the eye was seen, with the lid closed by at least "
    f"{100 * CLOSED:.0f} % of its own range. Each eye by itself. {OF_SCALE}",
    needs=NEEDS_LONG,
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0, hi=1, shown_by="docs/measures/eyes.closed_share"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} {UNSURE} {RARE} Of a lid that rests near one half, as one that hangs "
    "or is narrowed, it is not known whether it counts as closed: the limits, and those of "
    "differences, then hold both. Published: closure in video against rating scales, "
    "Spearman 0.52 to 0.56 in 50 people (Peterson2016).",
    history="Up to version 2 two lids of one course differed in one of three people.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the time closed over blocks; see `MEASURE`."""
    blocks, span = lid_events.share_above(x, CLOSED)

    def at(level: float) -> Floats:
        return lid_events.quotient(lid_events.share_above(x, level)[0].sum(axis=0))

    below, above = lid_events.at_other_thresholds(x, at)
    scale = lid_events.bent(x, CLOSED)
    return Result(
        blocks=blocks,
        finish=lid_events.quotient,
        span=span,
        limits=lid_events.Unsure(
            limits=scale.around(lid_events.share_limits), below=below, above=above, most=1.0
        ),
        varying=scale.varying(other=(below, above)),
        reasons=lid_events.unclear(x, told="time"),
        evidence=lid_events.trace(x),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Spasms and blinks through bent scales; the truth is mean time closed over mean time."""
    made = lid_example.visit(seed, lid_example.SPASMS, seconds=180, bend=lid_example.SCALES)
    truth = lid_example.closed_share(lid_example.SPASMS, CLOSED)
    return made, {lid_example.key(side): truth for side in ("left", "right")}
