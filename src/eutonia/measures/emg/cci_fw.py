"""Co-contraction index of Falconer and Winter."""

from __future__ import annotations

import numpy as np

from eutonia.measures.co_contraction import (
    BLOCK_S,
    INPUTS,
    drawn,
    long_levels,
    pair_sums,
    silent,
    writing,
)
from eutonia.measures.maximum import TOXIN, normaliser
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
    id="emg.cci_fw",
    version="1",
    title="Co-contraction of antagonists (common area)",
    unit="%",
    tier="supportive",
    sources=("FalconerWinter1985",),
    method="100 · 2 ∫ min(E1, E2) dt / ∫ (E1 + E2) dt of the two envelopes (20-450 Hz, rectified, "
    "below 6 Hz), each in % of its maximal contraction (best 0.5 s). The numerator is the common "
    "area, not one muscle's.",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc", optional="norm=task")},
        target=Pairs("antagonist"),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=5, hi=85, shown_by="docs/measures/emg.cci_fw"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Above 85 % the index reads low, since the noise of both envelopes takes from their "
    "common area: 100 % reads 93-95. The best half second of a maximal contraction lies a few "
    f"per cent above its mean. {TOXIN} Without a maximal contraction (norm=task) it does not "
    "compare between people. Cross-talk between "
    "neighbouring muscles looks like co-contraction.",
    figure="pairs",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum common and total area over blocks of two seconds; see `MEASURE`."""
    scale, notes = normaliser(x)
    blocks, span = pair_sums(x, scale)
    return Result(
        blocks=blocks,
        finish=_finish,
        reasons=silent(blocks.sum(axis=0)),
        span=span,
        evidence=drawn(x, scale),
        notes=notes,
    )


def common_area(first: Floats, second: Floats) -> float:
    """Return the index of two whole envelopes, in % (the formula itself)."""
    return float(200 * np.minimum(first, second).sum() / (first + second).sum())


def _finish(total: Floats) -> Floats:
    common, one, other, _ = np.moveaxis(total, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        index: Floats = 200 * common / (one + other)
    return index[..., None]


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Wrist flexors and extensors at random, slowly changing levels.

    The truth is the index of the levels themselves, over a very long stretch of the same process.
    """
    made, pair, task = writing(seed)
    return made, {(pair, task, ""): common_area(*long_levels())}
