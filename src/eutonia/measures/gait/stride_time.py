"""Stride time: from landing to landing of one foot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import (
    Block,
    Each,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="gait.stride_time",
    version="4",
    title="Stride time",
    unit="s",
    tier="supportive",
    sources=(),
    method="Mean time from one landing of a foot to its next. Seen from the side, a foot lands "
    "where it is furthest ahead of the hips in the direction of travel, below 10 Hz; from the "
    "front or back, from one highest lift to the next (our rule). Strides lie in one view.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0.5, hi=2.0, shown_by="docs/measures/gait.stride_time"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Depends on the chosen speed: compare only walks of the same instruction. A walkway of "
    "5 m holds three to five strides; several passes are pooled.",
    history="Up to version 3 strides that reached across a turn counted, half and one and a half "
    "as long.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the stride times of each foot; see `MEASURE`."""

    def times(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.strides(x, block, st.sides_of(x, target))
        return per.counted((found.stop - found.start)[:, None] / block.rate_hz)

    blocks, span = per.gathered(x, times)
    n = blocks[:, :, 1].sum(axis=0)
    return Result(blocks=blocks, finish=per.mean_of, span=span, reasons=per.few(n), n_effective=n)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a walk seen from the side whose strides vary around a known mean."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    walked = gait.walk(rng, gait.Gait(seconds=30, stride_s=1.1))
    truth = {(f"{side} foot", "walking", ""): 1.1 for side in gait.SIDES}
    return visit(seen.traces(rng, walked)), truth
