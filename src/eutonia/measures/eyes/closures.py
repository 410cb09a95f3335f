"""Closures of half a second and more, a minute."""

from __future__ import annotations

from dataclasses import replace

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import BLINK_S, CAUTION, NEEDS_LONG, UNSURE
from eutonia.measures.lid_holes import HOLE_S
from eutonia.measures.lid_rest import RESTING
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="eyes.closures",
    version="5",
    title="Closures of half a second and more",
    unit="/min",
    tier="clinical",
    sources=(),
    method="Times at which the lid closes by more than half of its own range for at least "
    f"{1000 * BLINK_S[1]:.0f} ms, by the minutes in which the eye was seen (our rule). Each eye by "
    f"itself. A hole of up to {HOLE_S:g} s in a closure is bridged; one that a longer hole or the "
    f"end cuts counts where its beginning and half a second of it were seen. {RESTING}",
    needs=NEEDS_LONG,
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0, hi=30, shown_by="docs/measures/eyes.closures"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} {UNSURE} A long closure may be a spasm, a rest of the eyes or "
    "trouble to open them: the trace does not tell which.",
    history="Up to version 4 closures that came evenly were given as if exactly known; limits now "
    "lie one closure to either side at least. Up to version 3 a lid that hangs in one condition "
    "only read as spasms there.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count closures by their start; see `MEASURE`."""
    blocks, span = lid_events.counted(x, "long")
    usual = lid_events.RateLimits(minutes=lid_events.seen_minutes(blocks))

    def at(level: float) -> Floats:
        return lid_events.per_minute(lid_events.counted(x, "long", level)[0].sum(axis=0))

    return Result(
        blocks=blocks,
        finish=lid_events.per_minute,
        span=span,
        limits=lid_events.unsure(x, usual, at),
        details={"closures": blocks[..., 0].sum(axis=0)},
        reasons=lid_events.unclear(x),
        evidence=lid_events.trace(x),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate spasms among blinks, some of one eye; the truth is their mean rate."""
    habit = replace(lid_example.SPASMS, one_sided=0.2, other=0.3)
    made = lid_example.visit(seed, habit, seconds=300)
    truth = 60 * lid_example.long_share(habit) / lid_example.cycle_s(habit)
    truth *= 1 - habit.one_sided / 2
    return made, {lid_example.key(side): truth for side in ("left", "right")}
