"""How much more one arm swings than the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import (
    Block,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="gait.arm_swing_asymmetry",
    version="2",
    title="Asymmetry of arm swing",
    unit="%",
    tier="supportive",
    sources=(),
    method="|L - R| over their mean, of the mean range of each arm (as in gait.arm_swing).",
    needs=Needs(inputs=st.inputs(), target=Pairs("homologue", sites=("arm",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0, hi=180, shown_by="docs/measures/gait.arm_swing_asymmetry"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Has no sign; which arm swings more is in the details. The trunk hides the far arm: "
    "walk past the camera in both directions, at the same speed.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the ranges of both arms; see `MEASURE`."""

    def ranges(block: Block, target: NDArray[np.intp]) -> Floats:
        return per.counted(np.concatenate([per.arm_ranges(x, block, r) for r in target], axis=1))

    blocks, span = per.gathered(x, ranges)
    total = blocks.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = per.mean_of(total)
        signed = 100 * (mean[:, 0] - mean[:, 1]) / mean.mean(axis=1)
    return Result(
        blocks=blocks,
        finish=per.difference_of,
        limits=per.not_below_zero,
        span=span,
        reasons=per.few(total[:, 2:].min(axis=1)),
        n_effective=total[:, 2:].sum(axis=1),
        details={"left_minus_right_percent": signed},
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate two arms that swing by known angles."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    walked = gait.walk(rng, gait.Gait(seconds=30, arm_deg=gait.of(left=20.0, right=30.0)))
    return visit(seen.traces(rng, walked)), {("left arm / right arm", "walking", ""): 40.0}
