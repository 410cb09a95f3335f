"""How fast somebody walks or runs when the foot's posture sets in."""

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
    id="gait.speed_to_onset",
    version="6",
    title="Speed at which the foot's posture sets in",
    unit="/s",
    tier="clinical",
    sources=(),
    method=onset.RULE
    + f" Speed at which the standing foot goes back under the hips in these {onset.IN_A_ROW} "
    "strides, in leg lengths a second, seen from the side; averaged over walks. It also holds on "
    "a treadmill and for a camera that moves along.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot_pitch",)), not_tasks=st.STILL),
    scale="ratio",
    interval=Repeats(),
    valid=Range(lo=0.5, hi=5, shown_by="docs/measures/gait.speed_to_onset"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Who starts with the posture has no onset: then it is not measurable, not 0. Fatigue "
    "and pain change a foot too. An interval needs three walks; one walk is right to about a "
    "stride.",
    history="Up to version 5 strides that reached across a turn counted, half and one and a half "
    "as long.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the onsets of all walks; see `MEASURE`."""
    found = [onset.runs(x, target) for target in x.targets]
    value = np.array([[run.speed for run in of] for of in found])
    there = np.isfinite(value)
    blocks = np.stack([np.where(there, value, 0.0), there.astype(np.float64)], axis=-1)
    return Result(
        blocks=blocks.swapaxes(0, 1),
        finish=per.mean_of,
        span=np.arange(value.shape[1]),
        reasons=tuple(onset.why_not(of) or _unseen(of) for of in found),
        n_effective=there.sum(axis=1).astype(np.float64),
        details={"longest_watched_s": np.array([max(r.watched_s for r in of) for of in found])},
    )


def _unseen(found: list[onset.Run]) -> str:
    """Return a sentence where the posture set in and no speed then can be read."""
    if any(np.isfinite(run.speed) for run in found):
        return ""
    return (
        "The posture set in, but the standing foot was seen in too few pictures of these strides "
        "to tell its speed: film with more pictures a second, the near foot clear of the other."
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate six walks in which toes down sets in after a while."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    made = seen.to_onset(rng, n_walks=6, onset_s=12.0, spread_s=2.0)
    return visit(made), {("left foot pitch", "walking", ""): 1.2 / (gait.THIGH + gait.SHANK)}
