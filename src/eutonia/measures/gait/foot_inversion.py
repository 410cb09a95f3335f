"""How far a foot turns inwards, in the air and on the ground, as the front shows it."""

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

#: Share of a stride on each side of the highest lift that is swing, and on each side of the other
#: foot's that is stance. [D]
SWING, STANCE = 0.07, 0.10
#: What landmarks of so short a bone add to every picture alike, degrees: swing, and stance, where
#: they turn a standing foot in by 12 degrees on average (rendered people, docs/video/accuracy; the
#: first also people under number 100, filmed from up to 6 degrees beside, rounded up).
SYSTEMATIC_DEG = (10.0, 15.0)
#: What does not cancel between walking forwards and backwards, SD: the same people, rounded up.
BACKWARDS_DEG = (5.0, 2.5)
#: Why nothing is said of a runner's foot in the air.
LIFTED_BEHIND = (
    "A runner's lifted foot points away from the camera: its turn cannot be read from the front."
)

MEASURE = Measure(
    id="gait.foot_inversion",
    version="3",
    title="Foot turned inwards",
    unit={"swing": "deg", "stance": "deg"},
    tier="research",
    sources=(),
    method="Angle in the picture, seen from the front, between shank (knee to ankle) and foot "
    "(ankle to toes), + where the toes go towards the other leg; mean around the highest lift of "
    "the foot (swing) and of the other foot (stance), averaged over strides.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot_inversion",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-5, hi=10, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Judge a foot by eye on the overlay, not by this number: in six rendered people the "
    "landmarks followed a foot that turns in by anything from nothing to all of it. Turning the "
    "toes in looks the same as tipping the sole in. The interval holds what the landmarks are off "
    "all the time: 10 degrees in swing, 15 on the ground (up to version 2: 5 and 14, too little "
    "for a camera that stands a little beside); a difference of walking backwards to forwards "
    "holds 5 and 2.5. From behind nothing is read.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the angle around the lifts of either foot; see `MEASURE`."""

    def angles(block: Block, target: NDArray[np.intp]) -> Floats:
        side = st.sides_of(x, target)
        own, other = (
            found.only(~found.side_view)
            for found in (
                st.strides(x, block, side),
                st.strides(x, block, "right" if side == "left" else "left"),
            )
        )
        lift = st.landed(other)  # highest lifts of the other foot
        rows = []
        for i, (start, stop) in enumerate(zip(own.start, own.stop, strict=True)):
            lasts = stop - start
            inside = lift[(lift > start + 0.2 * lasts) & (lift < stop - 0.2 * lasts)]
            middle = (inside[0] - start) / lasts if len(inside) else np.nan
            rows.append(
                (
                    per.mean_in(block, target[0], st.window(own, i, 0.0, SWING)),
                    per.mean_in(
                        block, target[0], st.window(own, i, middle - STANCE, middle + STANCE)
                    )
                    if np.isfinite(middle)
                    else np.nan,
                )
            )
        return per.counted(np.array(rows).reshape(len(rows), 2))

    blocks, span = per.gathered(x, angles)
    n = blocks[:, :, 2:].sum(axis=0).min(axis=1)
    running = x.condition.get("task") == "running"
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(np.array(SYSTEMATIC_DEG)),
        varying=tasks.apart(x, {"running": SYSTEMATIC_DEG, "walking_backwards": BACKWARDS_DEG}),
        part_reasons={"swing": (LIFTED_BEHIND,) * len(x.targets)} if running else {},
        span=span,
        reasons=per.few(n),
        n_effective=n,
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a left foot that turns in, more in the air than on the ground, from the front."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    tips = gait.of(left=20.0, right=2.0)
    stands = gait.of(left=8.0, right=0.0)
    # A standing foot is off by what a lifted one is, and by something of its own.
    own = np.sqrt(SYSTEMATIC_DEG[1] ** 2 - SYSTEMATIC_DEG[0] ** 2)
    shown = {side: angle + own * rng.standard_normal() for side, angle in stands.items()}
    spec = gait.Gait(seconds=30, inversion_deg=tips, stance_inversion_deg=shown)
    off = {"foot_inversion": SYSTEMATIC_DEG[0]}
    made = visit(seen.traces(rng, gait.walk(rng, spec), view="front", off=off))
    return made, {
        (f"{side} foot inversion", "walking", part): of[side]
        for part, of in (("swing", tips), ("stance", stands))
        for side in gait.SIDES
    }
