"""Absolute co-activation of antagonists: the mean of the lower envelope."""

from __future__ import annotations

import numpy as np

from eutonia.measures.co_contraction import (
    BLOCK_S,
    INPUTS,
    drawn,
    long_levels,
    pair_sums,
    writing,
)
from eutonia.measures.maximum import TOXIN, maxima, missing
from eutonia.model import (
    Aux,
    BlockBootstrap,
    Floats,
    Inputs,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="emg.cci_min",
    version="1",
    title="Co-activation of antagonists (lower of the two)",
    unit="%MVC",
    tier="supportive",
    sources=(),
    method="100 · mean over time of min(E1, E2), the lower of the two envelopes (20-450 Hz, "
    "rectified, below 6 Hz), each as a share of its maximal contraction (best 0.5 s). It tells how "
    "much both muscles do at once, not which share of their work that is.",
    needs=Needs(inputs=INPUTS, aux={"mvc": Aux(task="mvc")}, target=Pairs("antagonist")),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.5, hi=60, shown_by="docs/measures/emg.cci_min"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Where both muscles are equally active it reads 5-8 % of its value low, since the "
    f"noise of each envelope takes from what they share. {TOXIN} Cross-talk between neighbouring "
    "muscles looks like co-contraction.",
    figure="pairs",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum the lower envelope over blocks of two seconds; see `MEASURE`."""
    scale = maxima(x)[:, None]
    blocks, span = pair_sums(x, scale)
    return Result(
        blocks=blocks,
        finish=_finish,
        reasons=missing(x, scale),
        span=span,
        evidence=drawn(x, scale),
    )


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = 100 * total[..., :1] / total[..., 3:]
    return mean


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return the visit of `emg.cci_fw`; the truth is the mean of the lower noise-free level."""
    made, pair, task = writing(seed)
    return made, {(pair, task, ""): float(100 * long_levels().min(axis=0).mean())}
