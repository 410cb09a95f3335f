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
PARTS = ("landing", "swing", "stance")
#: Least share of each part in which the foot must show. The near leg hides the far foot in much of
#: its stance, which it spends flat; as it swings its pitch changes fast. [D]
LEAST = (0.5, 0.5, 0.3)
#: What landmarks of so short a bone add to every picture alike, SD in degrees, of the near and of
#: the far foot, up to 28 degrees beside the view from the side; and of each part in running, where
#: the other leg hides a standing foot, and backwards: rendered people under number 100, rounded up.
SYSTEMATIC_DEG = 7.5
OTHER_DEG = {"running": (7.5, 7.5, 13.0), "walking_backwards": (11.0, 14.0, 7.5)}
#: What does not cancel against walking: rendered people, rounded up.
APART_DEG = {"running": (8.0, 7.0, 16.0), "walking_backwards": (8.5, 11.0, 8.0)}

MEASURE = Measure(
    id="gait.foot_pitch",
    version="5",
    title="Toes down",
    unit={"landing": "deg", "swing": "deg", "stance": "deg"},
    tier="research",
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
    "above. High heels and a slope count as posture. Research tier: of rendered feet that point "
    "down by 8 to 26 degrees half is read (0.7 landing, 0.5 swinging, 0.4 standing; single feet "
    "from -0.3 to 1.4), which the interval does not hold: a small number does not rule one out. "
    "The interval holds what landmarks are off all the time in rendered people: 7.5 degrees (SD; "
    "version 5; before 6.5), a landing or swinging foot backwards 11 and 14, a runner's standing "
    "foot 13. What of that is another in running or backwards than in walking stands in the "
    "interval of the difference. Where the near leg swings before the far foot, that foot is not "
    "read (up to version 4 it was, and read up to 15 degrees more down than it stood). From some "
    "way beside the side view both feet read up to 6 degrees up or down. Up to version 2, a film "
    "of both directions read one of them as it leaves.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the pitch over three phases of each stride; see `MEASURE`."""

    def angles(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.strides(x, block, st.sides_of(x, target))
        found = found.only(np.isfinite(found.leave))
        rows = [
            [
                per.mean_in(block, target[0], part, least=least)
                for part, least in zip(phases(found, i, block.rate_hz), LEAST, strict=True)
            ]
            for i in range(len(found))
        ]
        return per.counted(np.array(rows).reshape(len(rows), 3))

    blocks, span = per.gathered(x, angles)
    n = blocks[:, :, 3:].sum(axis=0)  # of each target and part
    enough = np.where(n >= st.MIN_STRIDES, n, np.inf).min(axis=1)
    n_effective = np.where(np.isfinite(enough), enough, n.max(axis=1))
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(tasks.in_task(x, (SYSTEMATIC_DEG,) * 3, OTHER_DEG)),
        varying=tasks.apart(x, APART_DEG),
        span=span,
        reasons=per.few(n.max(axis=1)),
        part_reasons={part: _hidden(seen) for part, seen in zip(PARTS, n.T, strict=True)},
        n_effective=n_effective,
    )


def _hidden(n: Floats) -> tuple[str, ...]:
    """Return a sentence for each foot that hardly shows in this part of its strides."""
    return tuple(
        ""
        if count >= st.MIN_STRIDES
        else f"The foot showed in this part of {count:.0f} strides; at least {st.MIN_STRIDES} are "
        "needed. The near leg hides the far foot: film from the other side too."
        for count in n
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
