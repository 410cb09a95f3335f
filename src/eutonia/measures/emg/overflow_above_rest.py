"""Overflow minus what the same muscle does at rest."""

from __future__ import annotations

import numpy as np

from eutonia.measures.levels import BLOCK_S, INPUTS, level_sums
from eutonia.measures.maximum import maxima
from eutonia.measures.overflow import CAUTION, NOT_TASKS, example_visit, reasons
from eutonia.model import (
    Aux,
    BlockBootstrap,
    CannotMeasure,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="emg.overflow_above_rest",
    version="1",
    title="Overflow above rest",
    unit="%MVC",
    tier="supportive",
    sources=("YoungSanger2011",),
    method="The overflow of emg.overflow minus the mean envelope of the same muscle at rest, in % "
    "of the same maximal contraction. Blocks of task and rest are resampled together.",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc"), "rest": Aux(task="rest")},
        target=Each(),
        not_tasks=NOT_TASKS,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=-10, hi=60, shown_by="docs/measures/emg.overflow_above_rest"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Where rest is itself dystonic the difference is small or negative although the muscle "
    f"is overactive: read it beside the level at rest. {CAUTION}",
    figure="bars",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum the envelope during the task and at rest, side by side; see `MEASURE`."""
    scale = maxima(x)
    why = reasons(x, scale)
    task, span = level_sums(x["emg"], x.targets, scale)
    rest, _ = level_sums(x.aux["rest"], x.targets, scale)
    if not rest[..., 1].any():
        raise CannotMeasure("The recording of rest has no usable sample of these muscles.")
    return Result(
        blocks=np.concatenate([task, _beside(rest, len(task))], axis=2),
        finish=_finish,
        span=span,
        reasons=tuple(
            w or ("" if n else "This muscle was not recorded at rest.")
            for w, n in zip(why, rest[..., 1].sum(axis=0), strict=True)
        ),
    )


def _beside(rest: Floats, n_blocks: int) -> Floats:
    """Spread the blocks of rest evenly over those of the task, so that both are resampled.

    Blocks that share a place are summed; places without one hold zeros.
    """
    out = np.zeros((n_blocks, *rest.shape[1:]))
    np.add.at(out, np.arange(len(rest)) * n_blocks // len(rest), rest)
    return out


def _finish(total: Floats) -> Floats:
    during, n, at_rest, n_rest = np.moveaxis(total, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * (during / n - at_rest / n_rest))[..., None]


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate writing with the right hand and rest at 2 %; the truth is the difference."""
    rest = 2.0
    made, overflow, task = example_visit(seed, rest=rest)
    return made, {(muscle, task, ""): level - rest for muscle, level in overflow.items()}
