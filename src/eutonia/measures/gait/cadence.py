"""Cadence: steps a minute."""

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
    id="gait.cadence",
    version="4",
    title="Cadence",
    unit="/min",
    tier="supportive",
    sources=(),
    method="120 over the mean stride time (as in gait.stride_time) of the left foot, or of "
    "the right one where clearly more strides were seen: two steps to a stride.",
    needs=Needs(inputs=st.inputs(), target=Pairs("homologue", sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=60, hi=240, shown_by="docs/measures/gait.cadence"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Depends on the chosen speed: compare only walks of the same instruction.",
    history="Up to version 3 strides that reached across a turn counted, half and one and a half "
    "as long.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the stride times of the foot that was seen better; see `MEASURE`."""

    def times(block: Block, _: NDArray[np.intp]) -> Floats:
        found = st.fuller(x, block)
        return per.counted((found.stop - found.start)[:, None] / block.rate_hz)

    blocks, span = per.gathered(x, times)
    n = blocks[:, :, 1].sum(axis=0)
    return Result(blocks=blocks, finish=_finish, span=span, reasons=per.few(n), n_effective=n)


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        steps: Floats = 120 / per.mean_of(total)
    return steps


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a walk of known mean stride time."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    walked = gait.walk(rng, gait.Gait(seconds=30, stride_s=1.2))
    return visit(seen.traces(rng, walked)), {("left foot / right foot", "walking", ""): 100.0}
