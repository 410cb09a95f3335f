"""How much more one arm swings than the other."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait import tasks
from eutonia.measures.positions import with_systematic
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
    Varying,
    Visit,
)

#: What landmarks add to or take from the swing of one arm and not of the other, SD of each arm, in
#: walking and in running: spread of the near arm's error on rendered people. Of the difference of
#: two tasks, the same. [D]
DIFFERENT_DEG, RUNNING_DEG = 2.5, 3.0
APART_DEG = {"running": 2.5, "walking_backwards": 1.0}

MEASURE = Measure(
    id="gait.arm_swing_asymmetry",
    version="6",
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
    "walk past the camera in both directions, at the same speed. The interval holds 2.5 degrees "
    "(SD) that landmarks add to one arm and not to the other, in running 3: of arms "
    "that swing by 20 degrees that is 18 %, so that only a clear difference shows. It cancels "
    "between two walks only if the same arm clearly swings more in both.",
    history="Up to version 4 strides that reached across a turn counted, half and one and a half "
    "as long. Up to version 5 the far arm was measured, too, which the tracker makes up.",
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
        percent = 100 * np.sqrt(2) / mean.mean(axis=1)[:, None]
    task = x.condition.get("task") or ""
    sd = percent * (RUNNING_DEG if task == "running" else DIFFERENT_DEG)
    tilt = tasks.tilted(signed, sd[:, 0])
    place = tasks.at(x, APART_DEG, per_unit=percent[:, 0], along=tilt)
    return Result(
        blocks=blocks,
        finish=per.difference_of,
        limits=partial(_limits, sd=np.nan_to_num(sd)),
        varying=Varying(sd=np.zeros(percent.shape), share=np.ones(percent.shape), place=place),
        span=span,
        reasons=per.few(total[:, 2:].min(axis=1)),
        n_effective=total[:, 2:].sum(axis=1),
        details={"left_minus_right_percent": signed},
    )


def _limits(value: Floats, error: Floats, df: Floats, *, sd: Floats) -> tuple[Floats, Floats]:
    """Return the limits of an amount without sign, with an error that does not average out."""
    lo, hi = with_systematic(sd)(value, error, df)
    return np.maximum(lo, 0.0), hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate two arms that swing by known angles, and a camera that misreads each."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    arms = gait.of(left=20.0, right=30.0)
    read = {side: swing + DIFFERENT_DEG * rng.standard_normal() for side, swing in arms.items()}
    walked = gait.walk(rng, gait.Gait(seconds=30, arm_deg=read))
    return visit(seen.traces(rng, walked)), {("left arm / right arm", "walking", ""): 40.0}
