"""How long somebody walks or runs until the foot's posture sets in."""

from __future__ import annotations

import numpy as np

from eutonia.measures.gait import onset
from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import (
    Each,
    Inputs,
    Measure,
    Needs,
    Range,
    Repeats,
    Result,
    Visit,
)

MEASURE = Measure(
    id="gait.time_to_onset",
    version="5",
    title="Time until the foot's posture sets in",
    unit="s",
    tier="clinical",
    sources=(),
    method=onset.RULE + " Seconds from the first stride until then, averaged over walks.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=onset.SITES), not_tasks=st.STILL),
    scale="ratio",
    interval=Repeats(),
    valid=Range(lo=5, hi=600, shown_by="docs/measures/gait.time_to_onset"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Who starts with the posture has no onset: then it is not measurable, not 0. Fatigue "
    "and pain change a foot too. A foot from the front is not read (version 4). An interval needs "
    "three walks; one walk is right to about a stride.",
    history="Up to version 4 strides that reached across a turn counted, half and one and a half "
    "as long.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the onsets of all walks; see `MEASURE`."""
    found = [onset.runs(x, target) for target in x.targets]
    value = np.array([[run.onset_s for run in of] for of in found])
    there = np.isfinite(value)
    blocks = np.stack([np.where(there, value, 0.0), there.astype(np.float64)], axis=-1)
    return Result(
        blocks=blocks.swapaxes(0, 1),
        finish=per.mean_of,
        span=np.arange(value.shape[1]),
        reasons=tuple(onset.why_not(of) for of in found),
        n_effective=there.sum(axis=1).astype(np.float64),
        details={"longest_watched_s": np.array([max(r.watched_s for r in of) for of in found])},
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate six walks in which the toes slowly go down after a while."""
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    made = seen.to_onset(rng, n_walks=6, onset_s=11.0, spread_s=2.0)
    # The toes must have gone down by the least angle of the rule.
    truth = 11.0 + seen.RAMP_S * onset.BEYOND_DEG / seen.FULL_DEG
    return visit(made), {("left foot pitch", "walking", ""): truth}
