"""How far a standing foot turns inwards, as the front shows it."""

from __future__ import annotations

from dataclasses import replace

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

#: Share of a stride on each side of the highest lift of the other foot that is stance. [D]
STANCE = 0.10
#: What landmarks of so short a bone add to every picture alike, degrees: they turn a standing foot
#: in by 10 to 12 degrees on average (rendered people, docs/video/accuracy).
SYSTEMATIC_DEG = 15.0
#: What does not cancel between walking forwards and backwards, SD: feet of 16 people under 50 that
#: turned in by 0 to 35 degrees, cameras 1 to 1.6 m high (nine feet that did not change were off by
#: 3.5, root mean square, at most 5.8), rounded up; what does not between two walks of one kind; and
#: SD for each degree of a true difference: people 10 to 39. [D]
BACKWARDS_DEG = 4.0
NEW_DEG = 1.5
GAIN_SD = 0.45

MEASURE = Measure(
    id="gait.foot_inversion",
    version="4",
    title="Foot turned inwards",
    unit={"stance": "deg"},
    tier="research",
    sources=(),
    method="Angle in the picture, seen from the front, between shank (knee to ankle) and foot "
    "(ankle to toes), + where the toes go towards the other leg; mean around the highest lift of "
    "the other foot, averaged over strides.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot_inversion",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-5, hi=10, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Judge a foot by eye on the overlay, not by this number. Turning the toes in looks the "
    "same as tipping the sole in, and of what a foot turns in at its joint 0.5 shows in the "
    "picture. Of that the landmarks of 26 rendered people followed 0.8 on average, of single feet "
    "anything from nothing to twice as much; the interval holds 15 degrees (SD) and, of a "
    "difference of two walks, 0.45 of it: chosen on 13 of these (10 to 39) it held all 52 angles "
    "and 52 differences in the picture of the others (40 to 69). Backwards less forwards it holds "
    "4 degrees (SD; before version 4 2.5): rendered feet that stood alike in both read up to 7 "
    "apart. Of 18 others (52 to 94), who were in sight when it was rounded up, it held 38 of 38 "
    "differences. A foot in the air is not read (version 4; before, it was): of 5 to 35 degrees in "
    "its joint 2 to 10 show in the picture, and of these the landmarks followed 0.2, from -2 to "
    "1.1. From behind nothing is read.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average the angle around the lifts of the other foot; see `MEASURE`."""

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
            if not len(inside):
                rows.append(np.nan)
                continue
            middle = (inside[0] - start) / lasts
            part = st.window(own, i, middle - STANCE, middle + STANCE)
            rows.append(per.mean_in(block, target[0], part))
        return per.counted(np.array(rows).reshape(len(rows), 1))

    blocks, span = per.gathered(x, angles)
    n = blocks[:, :, 1].sum(axis=0)
    apart = {"running": (SYSTEMATIC_DEG,), "walking_backwards": (BACKWARDS_DEG,)}
    each = (len(x.targets), 1)
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(SYSTEMATIC_DEG),
        varying=replace(
            tasks.apart(x, apart), sd=np.full(each, NEW_DEG), gain=np.full(each, GAIN_SD)
        ),
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
    spec = gait.Gait(seconds=30, inversion_deg=tips, stance_inversion_deg=stands)
    off = {"foot_inversion": SYSTEMATIC_DEG}
    made = visit(seen.traces(rng, gait.walk(rng, spec), view="front", off=off))
    return made, {
        (f"{side} foot inversion", "walking", "stance"): stands[side] for side in gait.SIDES
    }
