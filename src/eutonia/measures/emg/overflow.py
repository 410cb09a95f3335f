"""Overflow: activity of muscles that the task does not use."""

from __future__ import annotations

from eutonia.measures.levels import BLOCK_S, INPUTS, level_sums, mean_percent
from eutonia.measures.maximum import maxima
from eutonia.measures.overflow import CAUTION, NOT_TASKS, example_visit, reasons
from eutonia.model import (
    Aux,
    BlockBootstrap,
    Each,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="emg.overflow",
    version="1",
    title="Overflow to muscles that the task does not use",
    unit="%MVC",
    tier="supportive",
    sources=("YoungSanger2011",),
    method="100 · mean envelope (20-450 Hz, rectified, below 6 Hz) during the task of a muscle "
    "that the task does not use, over the best 0.5 s of the envelope of its own maximal "
    "contraction. Muscles of the other side do not belong to a task of one side. Which muscles a "
    "task uses is our table.",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc")},
        target=Each(),
        not_tasks=NOT_TASKS,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.5, hi=60, shown_by="docs/measures/emg.overflow"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="What the muscle does at rest, the heart and the amplifier's noise are part of it; see "
    f"emg.overflow_above_rest. {CAUTION}",
    figure="bars",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum the envelope in % of maximum over blocks of two seconds; see `MEASURE`."""
    scale = maxima(x)
    why = reasons(x, scale)
    blocks, span = level_sums(x["emg"], x.targets, scale)
    return Result(blocks=blocks, finish=mean_percent, span=span, reasons=why)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate writing with the right hand and known levels in the left wrist and the neck."""
    made, overflow, task = example_visit(seed, rest=0.5)
    return made, {(muscle, task, ""): level for muscle, level in overflow.items()}
