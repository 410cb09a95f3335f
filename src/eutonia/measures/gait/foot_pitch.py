"""Toes down: the pitch of the foot as it lands, in swing and on the ground."""

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
    Visit,
)

#: Seconds before a landing over which the landing foot is read. [D]
LANDING_S = 0.05
#: Shares of the swing, and of the stance, in which the foot is read. [D]
SWING, STANCE = (0.6, 0.9), (0.25, 0.5)
#: What landmarks of so short a bone add to every picture alike, SD in degrees; and of each part in
#: running, where the other leg hides a standing foot, and backwards: rendered people under number
#: 100, rounded up.
SYSTEMATIC_DEG = 6.5
OTHER_DEG = {"running": (6.0, 5.0, 13.0), "walking_backwards": (11.0, 14.0, 5.0)}
#: What does not cancel against walking: rendered people, rounded up.
APART_DEG = {"running": (8.0, 7.0, 16.0), "walking_backwards": (8.5, 11.0, 8.0)}

MEASURE = Measure(
    id="gait.foot_pitch",
    version="4",
    title="Toes down",
    unit={"landing": "deg", "swing": "deg", "stance": "deg"},
    tier="clinical",
    sources=(),
    method="Angle in the picture, seen from the side, of the line from heel to toes with the "
    "horizontal of the camera, + toes down: in the last 50 ms before the foot lands, from 60 to "
    "90 % of its swing, and from 25 to 50 % of its stance; averaged over strides.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot_pitch",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-40, hi=60, shown_by="docs/measures/gait.foot_pitch"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A foot that lands heel first is below 0 as it lands; one that lands on its toes is "
    "above. High heels and a slope count as posture. On rendered walks of usual feet it reads 7 "
    "degrees too low before landing (spread 4), backwards 9 (spread 3); in runs a standing foot "
    "that the other leg crosses reads 10 too high (spread 7). The interval holds what landmarks "
    "are off all the time in rendered people: 6.5 degrees (SD; up to version 3 it was 5, and too "
    "little), a landing or swinging foot backwards 11 and 14, a runner's standing foot 13. What of "
    "that is another in running or backwards than in walking stands in the interval of the "
    "difference. Up to version 2, a film of both directions read one of them as it leaves.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the pitch over three phases of each stride; see `MEASURE`."""

    def angles(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.strides(x, block, st.sides_of(x, target))
        found = found.only(np.isfinite(found.leave))
        rows = [
            [per.mean_in(block, target[0], part) for part in phases(found, i, block.rate_hz)]
            for i in range(len(found))
        ]
        return per.counted(np.array(rows).reshape(len(rows), 3))

    blocks, span = per.gathered(x, angles)
    n = blocks[:, :, 3:].sum(axis=0).min(axis=1)
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(tasks.in_task(x, (SYSTEMATIC_DEG,) * 3, OTHER_DEG)),
        varying=tasks.apart(x, APART_DEG),
        span=span,
        reasons=per.few(n),
        n_effective=n,
    )


def phases(found: st.Strides, i: int, rate_hz: float) -> tuple[slice, slice, slice]:
    """Return the samples of the landing, the swing and the stance of a stride."""
    touch, leave = found.touch[i], found.leave[i]
    lands = found.stop[i] + touch - found.start[i]

    def part(start: float, stop: float, shares: tuple[float, float]) -> slice:
        first, last = (start + share * (stop - start) for share in shares)
        return slice(int(np.ceil(first)), int(np.floor(last)) + 1)

    return (
        part(lands - LANDING_S * rate_hz, lands, (0.0, 1.0)),
        part(leave, lands, SWING),
        part(touch, leave, STANCE),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a left foot that points down in swing; landmarks that are off by a constant."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    down = gait.of(left=25.0, right=0.0)
    walked = gait.walk(rng, gait.Gait(seconds=30, pitch_deg=down))
    made = visit(seen.traces(rng, walked, off={"foot_pitch": SYSTEMATIC_DEG}))
    return made, {
        (f"{side} foot pitch", "walking", part): value
        for side in gait.SIDES
        for part, value in (
            ("landing", gait.LANDS + down[side]),
            ("swing", gait.LANDS + down[side]),
            ("stance", 0.0),
        )
    }
