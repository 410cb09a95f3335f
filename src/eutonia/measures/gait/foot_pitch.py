"""Toes down: the pitch of the foot as it lands, in swing and on the ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait import tasks
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
from eutonia.model.result import Limits
from eutonia.stats.intervals import student_quantile
from eutonia.stats.misread import misread
from eutonia.stats.normal import HALF_95

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
#: the other leg hides a standing foot: rendered people under number 100, rounded up.
SYSTEMATIC_DEG = 7.5
OTHER_DEG = {"running": (7.5, 7.5, 13.0)}
#: What does not cancel against walking: rendered people, rounded up.
APART_DEG = {"running": (8.0, 7.0, 16.0), "walking_backwards": (8.0, 8.0, 8.0)}
#: Pitch of a usual foot: of a heel that lands first, and of a flat foot. A foot that points down
#: beyond it is shown in part. Running: as rendered people's feet stand. [D]
USUAL_DEG = (-18.0, -18.0, 0.0)
OTHER_USUAL_DEG = {"running": (-12.0, 16.0, 5.0)}
#: SD of the error for each degree beyond that, and of what is new in each of two walks of one
#: person: 39 parts of strides of people 10 to 39 with feet that point down by 5 to 30 degrees,
#: beside the same walk with usual feet (0.73 was read; root mean square of what was not 0.33). [D]
GAIN_SD = 0.32
NEW_DEG = 2.0
#: No line in the picture is further from level, degrees.
UPRIGHT_DEG = 90.0

#: Why nothing is said of a foot in the air backwards.
BACKWARDS = (
    "Backwards the toes of a foot in the air point steeply down, and one that points down further "
    "is not told: in rendered people it was misread by up to 40 degrees. Compare the standing foot."
)

MEASURE = Measure(
    id="gait.foot_pitch",
    version="7",
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
    "above. High heels and a slope count as posture. Research tier: of what a foot points down "
    "more than usual 0.7 is read on average (single feet 0.2 to 1.15), so the number is too small; "
    "the interval holds that, and so reaches further down than up, beside what landmarks are off "
    "all the time in rendered people: 7.5 degrees (SD), a runner's standing foot 13. Chosen on "
    "eleven rendered people (10 to 39) with feet that point down by 5 to 30 degrees and with usual "
    "ones, filmed from up to 20 degrees beside the side at the height of the hips, and shown on "
    "eleven others (40 to 69): 130 of 131 numbers, 64 of 65 differences of two walks and all 65 of "
    "two feet were held, and a change by 12 to 30 degrees was told in 35 of 35, by 5 to 12 in 2 of "
    "9, and no change as one in 1 of 21. Not shown: runners whose feet point down. Backwards only "
    "the standing foot is read (version 6): in the air 8 of 40 numbers and differences with a foot "
    "that points down lay beyond it. Where the near leg swings before the far foot, that foot is "
    "not read. Of real people nothing is shown.",
    history="Up to version 5 the interval held 126 of the numbers and few of the differences. Up "
    "to version "
    "6 strides that reached across a turn counted, half and one and a half as long.",
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
    stays = tasks.in_task(x, (SYSTEMATIC_DEG,) * 3, OTHER_DEG)
    usual = tasks.in_task(x, USUAL_DEG, OTHER_USUAL_DEG)
    beyond = np.nan_to_num(per.mean_of(blocks.sum(axis=0)) - usual)
    hides = {part: _hidden(seen) for part, seen in zip(PARTS, n.T, strict=True)}
    if x.condition.get("task") == "walking_backwards":
        hides |= dict.fromkeys(("landing", "swing"), (BACKWARDS,) * len(x.targets))
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=_limits(stays, usual),
        varying=replace(
            tasks.apart(x, APART_DEG),
            sd=np.full(beyond.shape, NEW_DEG),
            sides=np.hypot(stays, GAIN_SD * beyond),
            gain=np.full(beyond.shape, GAIN_SD),
        ),
        span=span,
        reasons=per.few(n.max(axis=1)),
        part_reasons=hides,
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


def _limits(stays: Floats, usual: Floats) -> Limits:
    """Return limits that hold what stays and that a part is shown of what is not usual, by part."""

    def limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        half = np.hypot(student_quantile(0.975, df)[..., None] * error, HALF_95 * stays)
        lo, hi = misread(value - usual, half, half, np.array(HALF_95 * GAIN_SD))
        return np.clip(usual + lo, -UPRIGHT_DEG, None), np.clip(usual + hi, None, UPRIGHT_DEG)

    return limits


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
    """Simulate a left foot that points down in swing; landmarks are off, and show a part of it."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    down = gait.of(left=25.0, right=0.0)
    shown = {side: (1 + GAIN_SD * rng.standard_normal()) * more for side, more in down.items()}
    walked = gait.walk(rng, gait.Gait(seconds=30, pitch_deg=shown))
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
