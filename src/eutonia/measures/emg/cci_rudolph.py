"""Co-contraction index of Rudolph."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.dsp.segments import sums
from eutonia.measures.co_contraction import BLOCK_S, INPUTS, MIN_LEVEL, long_levels, writing
from eutonia.measures.maximum import TOXIN, missing, normaliser
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
    id="emg.cci_rudolph",
    version="1",
    title="Co-contraction of antagonists (Rudolph)",
    unit="1",
    tier="supportive",
    sources=("Rudolph2000",),
    method="Mean over time of (lower / higher) · (lower + higher) of the two envelopes, each as a "
    "share of its maximal contraction (0 to 2). Samples whose higher envelope is below 2 % of "
    "maximum are left out.",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc", optional="norm=task")},
        target=Pairs("antagonist"),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.02, hi=1.5, shown_by="docs/measures/emg.cci_rudolph"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="The noise of both envelopes takes from what they share, so strong co-contraction "
    f"reads low. {TOXIN} Without a maximal contraction (norm=task) it does not compare between "
    "people. Cross-talk between neighbouring muscles looks like co-contraction.",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum the shared activity over blocks of two seconds; see `MEASURE`."""
    scale, notes = normaliser(x)
    blocks, span, seen, left_out = [], [], 0.0, np.zeros(len(x.targets))
    for place, block in enumerate(x["emg"]):
        length = round(BLOCK_S * block.rate_hz)
        level = block.x / scale
        parts = []
        for target, (one, other) in enumerate(x.targets):
            both = (block.mask[one] & block.mask[other])[None]
            active = both & (np.maximum(level[one], level[other]) >= MIN_LEVEL)
            shared = shared_activity(level[one], level[other])[None]
            parts.append(np.concatenate(sums(shared, active, length)))
            left_out[target] += both.sum() - active.sum()
        seen += block.x.shape[1]
        blocks.append(np.stack(parts).transpose(2, 0, 1))
        span += [place] * blocks[-1].shape[0]
    everything = np.concatenate(blocks)
    never = (
        "Neither muscle ever reached "
        f"{100 * MIN_LEVEL:g} % of its maximum, below which the index is noise."
    )
    return Result(
        blocks=everything,
        finish=_finish,
        span=np.array(span),
        reasons=tuple(
            why or ("" if n else never)
            for why, n in zip(missing(x, scale), everything[:, :, 1].sum(axis=0), strict=True)
        ),
        details={"share_left_out": left_out / seen},
        notes=notes,
    )


def shared_activity(first: Floats, second: Floats) -> Floats:
    """Return (lower / higher) · (lower + higher) of two envelopes, sample by sample."""
    lower, higher = np.minimum(first, second), np.maximum(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared: Floats = np.where(higher > 0, lower / higher * (lower + higher), 0.0)
    return shared


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total[..., :1] / total[..., 1:]
    return mean


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return the visit of `emg.cci_fw`; the truth is the index of its noise-free levels."""
    made, pair, task = writing(seed)
    return made, {(pair, task, ""): _true_index()}


@cache
def _true_index() -> float:
    return float(shared_activity(*long_levels()).mean())
