"""Turn of the head: the median yaw of a condition."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.measures import face_at_work, mean_angle, posture
from eutonia.model import Inputs, Jackknife, Measure, Result, Visit

AXIS = "yaw"

MEASURE = Measure(
    id="head.yaw_mean",
    version="6",
    title="Turn of the head",
    unit="deg",
    tier="clinical",
    sources=(),
    method="Median of the angle between head and trunk over the condition; rotation: "
    "the chin to the person's right is above 0. The interval adds the error of the zero and "
    f"{posture.APART_SHARE[AXIS]:.0%} (SD) of the way from straight to the drift within the "
    "recording; that of a contrast adds as much of the way between the two postures.",
    needs=posture.of_axis(AXIS),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=posture.AXIS_RANGES[AXIS],
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=posture.CAUTION + posture.RAISED_HAND + face_at_work.EXPRESSION,
    history=f"{posture.SINCE_TWO} {posture.AS_WIDE.format(3)} "
    f"{face_at_work.NO_EXPRESSION.format(4)} "
    f"{face_at_work.LESS_OF_LIDS.format(5)}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count angles over blocks of a second; see `MEASURE`."""
    return mean_angle.measure(x)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for 20 s; the truth is its median in the long run."""
    from eutonia.measures.head_example import let_go

    made, task = let_go(seed)
    return made, {(AXIS, task, ""): _true()}


@cache
def _true() -> float:
    from eutonia.measures.head_example import long_run

    return float(np.median(long_run()[posture.AXES.index(AXIS)]))
