"""How the trunk leans, standing, sitting and walking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import sums
from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait import tasks
from eutonia.measures.gait.trunk_lean import APART_DEG, OBLIQUE, SYSTEMATIC_DEG
from eutonia.measures.positions import NECK, with_systematic
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

#: Seconds of a block: longer than a stride, and than most of what sways while standing. [D]
BLOCK_S = 2.0
#: What does not cancel where walking, or sitting, is held against standing, SD in degrees: rendered
#: people 60 to 89 (1.5 and 0.9), rounded up; from the side and from the front. [D]
FROM_STANDING_DEG = {"trunk_sagittal": 2.0, "trunk_lateral": 1.0}
#: Tasks that lie apart from walking.
_APART = ("standing", "sitting", *tasks.TASKS)

MEASURE = Measure(
    id="trunk.lean",
    version="2",
    title="Lean of the trunk",
    unit="deg",
    tier="clinical",
    sources=(),
    method="Mean angle of the line from the middle of the hips to that of the shoulders with the "
    "camera's vertical over all usable pictures, + forwards (from the side) or to the person's "
    "right (from front or back); in standing, sitting and walking alike.",
    needs=Needs(
        inputs=st.inputs(min_rate_hz=5),
        target=Each(sites=("trunk_sagittal", "trunk_lateral")),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-15, hi=30, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Vertical is the camera's: put it level. The interval holds 3 degrees (our rule) for "
    "that and for the landmarks, which cancel between tasks filmed alike. A curved back is one "
    "line here. Loose clothes hide the hips. Rendered people, seen from the side, read 4 degrees "
    "less forwards than their joints are, standing 2 to 3, at most 7. " + OBLIQUE + " Slow drift "
    "over the minute is part of the interval. Filmed close by, as for the neck, the hips are "
    "guessed: there it is not taken (version 2).",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the lean over blocks of two seconds; see `MEASURE`."""

    def leans(block: Block, target: NDArray[np.intp]) -> Floats:
        rows = target[:1]
        total, count = sums(block.x[rows], block.mask[rows], round(BLOCK_S * block.rate_hz))
        return np.stack([total[0], count[0]], axis=1)

    blocks, span = per.gathered(x, leans)
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(SYSTEMATIC_DEG),
        varying=_varying(x),
        span=span,
    )


def _varying(x: Inputs) -> Varying:
    """Return what does not cancel between tasks: running and walking, walking and standing."""
    task, channels = x.condition.get("task") or "", x.channels[st.INPUT]
    share = np.zeros((len(x.targets), 1))
    for target, row in enumerate(x.targets[:, 0]):
        still = FROM_STANDING_DEG[channels[row].site]
        # From standing to walking it is one step, between standing and sitting the root of two.
        known = {"walking": still, "sitting": still / np.sqrt(2), "running": APART_DEG}
        share[target] = known.get(task, 0.0)
    place = np.tile([float(task == one) for one in _APART], (len(x.targets), 1))
    return Varying(sd=np.zeros(share.shape), share=share, place=place)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate somebody who stands bent forwards and wanders around that."""
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    made = seen.standing(rng, lean_deg=25.0, off_deg=SYSTEMATIC_DEG)
    return visit(made), {("trunk sagittal", "standing", ""): 25.0}
