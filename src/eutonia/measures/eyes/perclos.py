"""How much of the time the eye is shut: PERCLOS."""

from __future__ import annotations

from dataclasses import replace

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import CAUTION, LID, NEEDS, RARE, SHUT, UNCALIBRATED, UNEVEN
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="eyes.perclos",
    version="3",
    title="Share of the time with the eye shut (PERCLOS)",
    unit="%",
    tier="supportive",
    sources=(),
    method=f"Share of the time, in which the eye was seen, with the lid closed by at least "
    f"{100 * SHUT:.0f} % of its own range. Each eye by itself.",
    # Without gentle closures a shut lid of some people never reads 0.8 (rendered person 44: 0.6).
    needs=replace(NEEDS, inputs={"lid": replace(LID, not_flags=frozenset({UNEVEN, UNCALIBRATED}))}),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eyes.perclos"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} Made for drowsiness; sleepiness raises it too. One eye that closes alone "
    "reads 0.5 to 0.75 closed on rendered people and is not counted here. "
    f"{RARE}",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the time closed over blocks; see `MEASURE`."""
    blocks, span = lid_events.share_above(x, SHUT)
    return Result(
        blocks=blocks,
        finish=_percent,
        span=span,
        limits=_limits,
        evidence=lid_events.trace(x),
    )


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
