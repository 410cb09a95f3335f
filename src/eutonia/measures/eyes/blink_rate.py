"""Blinks a minute."""

from __future__ import annotations

from dataclasses import replace

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import BLINK_S, CAUTION, NEEDS, NEVER_HOME, UNSURE
from eutonia.measures.lid_holes import HOLE_S
from eutonia.measures.lid_rest import RESTING
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="eyes.blink_rate",
    version="5",
    title="Blinks",
    unit="/min",
    tier="clinical",
    sources=("BentivoglioBlink1997", "BentivoglioBSP2006"),
    method="Times at which the lid closes by more than half of its own range and opens again "
    f"(below 40 %) within {1000 * BLINK_S[1]:.0f} ms, by the minutes in which the eye was seen. "
    "Each eye by itself. Needs at least 27 pictures a second whose distance is at most 50 ms in "
    f"95 %. A hole of up to {HOLE_S:g} s in a closure is bridged. {RESTING}",
    needs=NEEDS,
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=3, hi=60, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} {UNSURE} Published means of 150 healthy people of 5 to 87 years, "
    "log-normal: 17 a minute at rest, 26 in conversation, 4.5 reading (BentivoglioBlink1997): a "
    f"comparison, no limit for one person. {NEVER_HOME}",
    history="Up to version 4 blinks that came evenly were given as if exactly known; limits now "
    "lie one blink to either side at least. Up to version 3 a lid that hangs in one condition only "
    "read too few blinks there.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count blinks by their start; see `MEASURE`."""
    blocks, span = lid_events.counted(x, "blink")
    usual = lid_events.RateLimits(minutes=lid_events.seen_minutes(blocks))

    def at(level: float) -> Floats:
        return lid_events.per_minute(lid_events.counted(x, "blink", level)[0].sum(axis=0))

    return Result(
        blocks=blocks,
        finish=lid_events.per_minute,
        span=span,
        limits=lid_events.unsure(x, usual, at),
        details={"blinks": blocks[..., 0].sum(axis=0)},
        reasons=lid_events.unclear(x, told="blinks"),
        evidence=lid_events.trace(x),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate blinks, some of one eye; the truth is one over the mean time between them."""
    habit = replace(lid_example.BLINKS, one_sided=0.2, other=0.3)
    made = lid_example.visit(seed, habit)
    truth = 60 / lid_example.cycle_s(habit) * (1 - habit.one_sided / 2)
    return made, {lid_example.key(side): truth for side in ("left", "right")}
