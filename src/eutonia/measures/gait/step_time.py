"""Step time: from the landing of one foot to that of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait import tasks
from eutonia.measures.positions import with_systematic
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
    Varying,
    Visit,
)

#: Step times that count, in seconds. [D]
STEP_S = (0.2, 1.5)
#: How much earlier one foot's landing is seen than the other's, SD: the same in all strides of a
#: walk, and what does not cancel against walking. Rendered people 60 to 69, rounded up.
SYSTEMATIC_S, OTHER_S = 0.025, {"running": (0.004,), "walking_backwards": (0.03,)}
APART_S = {"running": 0.02, "walking_backwards": 0.04}
#: A foot is furthest ahead before it lands, the earlier the longer it swings: 0.04 to 0.06 s beside
#: a force plate, 0.125 of a usual swing of 0.4 s. So a step changes by a share of what one foot
#: begins or ceases to stand longer than the other. SD of that share: 1.96 of it are 0.125. Of the
#: true points of rendered walks, in which feet stood 0.55 to 0.70 of a stride, it was 0.09
#: (people 0 to 38, and 40 to 78), of runs 0.11; 1.96 SD alone held 94 to 100 % of the walks. [D]
LIMP_SHARE = 0.065
#: By how much one foot may stand longer where no stance shows, SD in s: as in these walks. [D]
UNKNOWN_S = 0.07

MEASURE = Measure(
    id="gait.step_time",
    version="6",
    title="Step time",
    unit="s",
    tier="supportive",
    sources=(),
    method="Mean time from the last landing of the other foot to the landing of this foot, seen "
    "from the side (landings as in gait.stride_time), of strides of two thirds to one and a half "
    "of their median.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0.25, hi=1.0, shown_by="docs/measures/gait.step_time"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Needs the view from the side. An even landing error cancels; what differs between the "
    "near and the far foot (25 ms in rendered people, 4 in running, 30 backwards) does not, and is "
    "in the interval: judge a difference of sides only in both directions of walking. A foot is "
    "furthest ahead before it lands, the earlier the longer it swings, so that where one foot "
    "comes to stand longer a step seems to change: a difference of two walks holds 0.065 (SD) of "
    "the seconds by which that changed (version 6; up to version 5 nothing, so that a limp could "
    "read as a change of steps).",
    history="Up to version 4 strides that reached across a turn counted, half and one and a half "
    "as long.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the step times of each foot; see `MEASURE`."""

    def times(block: Block, target: NDArray[np.intp]) -> Floats:
        side = st.sides_of(x, target)
        own, other = (
            st.landed(found.only(found.side_view))
            for found in (
                st.usual(x, block, side),
                st.usual(x, block, "right" if side == "left" else "left"),
            )
        )
        before = np.searchsorted(other, own) - 1
        own, before = own[before >= 0], before[before >= 0]
        step = (own - other[before]) / block.rate_hz
        return per.counted(step[(step >= STEP_S[0]) & (step <= STEP_S[1])][:, None])

    blocks, span = per.gathered(x, times)
    n = blocks[:, :, 1].sum(axis=0)
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(tasks.in_task(x, (SYSTEMATIC_S,), OTHER_S)),
        varying=_varying(x),
        span=span,
        reasons=per.few_from_side(x, n),
        n_effective=n,
    )


def _varying(x: Inputs) -> Varying:
    """Return what does not cancel against another task, and against a walk with another limp."""
    one, longer = np.ones((len(x.targets), 1)), _longer_s(x)
    hidden = 0.0 if np.isfinite(longer) else LIMP_SHARE * UNKNOWN_S
    return Varying(
        sd=hidden * one,
        share=one,
        place=tasks.at(x, APART_S, per_unit=one[:, 0], along=LIMP_SHARE * longer * one[:, 0]),
    )


def _longer_s(x: Inputs) -> float:
    """Return by how many seconds the left foot stands longer than the right; NaN where hidden."""
    mean = []
    for side in ("left", "right"):
        each = [(st.usual(x, b, side), b.rate_hz) for b in x[st.INPUT]]
        stands = np.concatenate([(found.leave - found.touch) / hz for found, hz in each])
        shown = stands[np.isfinite(stands)]
        mean.append(float(shown.mean()) if len(shown) else np.nan)
    return mean[0] - mean[1]


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a walk whose left step lasts longer, and a camera that sees one foot earlier."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    earlier = SYSTEMATIC_S * float(rng.standard_normal())
    walked = gait.walk(rng, gait.Gait(seconds=30, stride_s=1.1, limp=0.2 + 2 * earlier / 0.55))
    truth = {("left foot", "walking", ""): 0.605, ("right foot", "walking", ""): 0.495}
    return visit(seen.traces(rng, walked)), truth
