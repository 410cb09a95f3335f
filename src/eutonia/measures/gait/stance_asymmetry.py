"""How much longer one foot stands than the other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait import tasks
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
    Varying,
    Visit,
)
from eutonia.stats.intervals import student_quantile
from eutonia.stats.misread import misread
from eutonia.stats.normal import HALF_95

#: What one foot reads longer than the other in all strides of a walk, seen from one side; the same
#: in other tasks; and what does not cancel between a task and walking, SD: rendered people under
#: number 100, rounded up.
USUAL_PERCENT = 4.0
OTHER_PERCENT = {"running": (14.0,), "walking_backwards": (4.5,)}
APART_PERCENT = {"running": 14.0, "walking_backwards": 5.0}
#: What is new in each walk, also within one task: how somebody walks changes how it is read. [D]
NEW_PERCENT = 1.5
#: SD of the error for each percent of a true asymmetry: ten people under number 50, each filmed
#: with asymmetries of both signs, of which 0.92 was read (root mean square of what was not 0.13,
#: rounded up). [D]
GAIN_SD = 0.15

MEASURE = Measure(
    id="gait.stance_asymmetry",
    version="7",
    title="Stance asymmetry",
    unit="%",
    tier="clinical",
    sources=("Fellin2010",),
    method="|L - R| over their mean, of the share of its strides in which each foot stands, seen "
    "from the side, over strides of two thirds to one and a half of their median. In walking it "
    "stands while it moves back under the hips: from where its landing end is furthest ahead to "
    "where its trailing end is furthest behind, in the direction of travel, below 10 Hz (our "
    "rule). In running a foot moves back in the air too: there it stands until the knee is "
    "straightest before that (Fellin2010), from where the knee is straightest as the foot comes "
    "down (our rule).",
    needs=Needs(inputs=st.inputs(), target=Pairs("homologue", sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0, hi=60, shown_by="docs/measures/gait.stance_asymmetry"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Has no sign, so that equal feet give a small number above 0, not 0; which foot stands "
    "longer is noted beside it; the seconds of each in the details are of a stride of mean length. "
    "The far foot is seen worse: walk past in both directions. A foot moves back before it bears "
    "weight (some 45 ms beside a force plate), so that a difference in bearing weight reads about "
    "a fifth smaller. The interval holds 4 % (SD, rendered people) that one foot reads longer than "
    "the other in all strides alike, backwards 4.5 and running 14 (up to version 3 nothing of that "
    "but in running, so that equal feet of a walk could be called uneven). It also holds that of "
    "an asymmetry itself 0.7 to 1.05 is read, 0.9 on average (SD 15 % of it, version 6), and so "
    "reaches further up than down. Rendered people with asymmetries of 6 to 20 %, filmed up to 15 "
    "degrees beside the side view: of eight by whom nothing was chosen (51 to 77) all 24 numbers "
    "and 23 of 24 differences of two walks were held. What one foot reads longer cancels between "
    "two walks only if the same foot clearly stands longer in both. A runner's far knee that the "
    "other leg hides gives no stance. Contact in running was checked on rendered runs alone.",
    history="Up to version 2 a film of both directions gave the swing of one of them. Up to "
    "version 6 strides that reached across a turn counted, half and one and a half as long.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the stance times of both feet; see `MEASURE`."""

    def times(block: Block, _: NDArray[np.intp]) -> Floats:
        feet = [st.usual(x, block, side) for side in ("left", "right")]
        stance, stride = (
            _paired(feet[0].start, feet[1].start, [of(foot, block.rate_hz) for foot in feet])
            for of in (_stance, _stride)
        )
        there = np.isfinite(stance)
        return np.concatenate([np.nan_to_num(stance), np.nan_to_num(stride), there], axis=1)

    blocks, span = per.gathered(x, times)
    total = blocks.sum(axis=0)
    n = total[:, 4:]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Some strides of one foot have no partner: of a stride of both, so that sides compare.
        stride_s = total[:, 2:4].sum(axis=1) / n.sum(axis=1)
        share = per.mean_of(total[:, :4])
        signed = 100 * (share[:, 0] - share[:, 1]) / share.mean(axis=1)
    sd = tasks.in_task(x, (USUAL_PERCENT,), OTHER_PERCENT)
    one = np.ones((len(signed), 1))
    tilt = tasks.tilted(signed, sd[0] * one[:, 0])
    return Result(
        blocks=blocks,
        finish=_finish,
        limits=partial(_limits, sd=sd),
        varying=Varying(
            sd=NEW_PERCENT * one,
            share=one,
            place=tasks.at(x, APART_PERCENT, per_unit=one[:, 0], along=tilt),
            gain=GAIN_SD * one,
        ),
        span=span,
        reasons=per.few_from_side(x, n.min(axis=1)),
        n_effective=n.sum(axis=1),
        details={
            "left_minus_right_percent": signed,
            "left_s": share[:, 0] * stride_s,
            "right_s": share[:, 1] * stride_s,
        },
        notes=_longer(x, signed),
    )


def _longer(x: Inputs, signed: Floats) -> tuple[str, ...]:
    """Say which foot reads as the one that stands longer; the number has no sign."""
    said = ("right", "left")
    return tuple(
        f"{x.condition.label}: of the two it is the {said[int(more > 0)]} foot that reads longer"
        for more in signed
        if np.isfinite(more) and more
    )


def _limits(value: Floats, error: Floats, df: Floats, *, sd: Floats) -> tuple[Floats, Floats]:
    """Return the limits of an amount without sign that is off, and shown in part."""
    half = np.hypot(student_quantile(0.975, df)[..., None] * error, HALF_95 * sd)
    lo, hi = misread(value, half, half, np.array(HALF_95 * GAIN_SD))
    return np.maximum(lo, 0.0), hi


def _finish(total: Floats) -> Floats:
    """Compare the shares of the strides, ``(..., 6)``: stance, stride and number, left and right.

    Strides are as long on either side; what they vary by is thus kept out of the difference.
    """
    return per.difference_of(total[..., :4])


def _stance(found: st.Strides, rate_hz: float) -> Floats:
    """Return the seconds for which a foot stands; NaN where that does not show."""
    return np.asarray((found.leave - found.touch) / rate_hz)


def _stride(found: st.Strides, rate_hz: float) -> Floats:
    """Return the seconds from landing to landing; NaN where the stance does not show."""
    lasts: Floats = (found.stop - found.start) / rate_hz
    return np.where(np.isfinite(found.leave), lasts, np.nan)


def _paired(left: Floats, right: Floats, value: list[Floats]) -> Floats:
    """Return each left value with the right one that begins next, ``(n, 2)``, NaN where alone.

    A long stride is long for both feet: pairs keep that out of the spread of the difference.
    """
    follows = np.searchsorted(right, left)
    ends = np.append(left[1:], np.inf)
    pairs = follows < len(right)
    pairs[pairs] = right[follows[pairs]] < ends[pairs]
    rows = np.full((len(left), 2), np.nan)
    rows[:, 0] = value[0]
    rows[pairs, 1] = value[1][follows[pairs]]
    alone = np.delete(value[1], follows[pairs])
    return np.concatenate([rows, np.stack([np.full(len(alone), np.nan), alone], axis=1)])


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a walk in which the left foot stands shorter, and a camera that misreads it."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    # Feet go back for 0.81 of a stride: 1 % more of one than of the other is 0.0081 of a stride.
    off = 0.0081 * USUAL_PERCENT * rng.standard_normal()
    apart = (1 + GAIN_SD * rng.standard_normal()) * 0.11 + off
    spec = gait.Gait(seconds=30, stance=gait.of(left=0.61 - apart / 2, right=0.61 + apart / 2))
    true = replace(spec, stance=gait.of(left=0.555, right=0.665))
    left, right = (gait.moving_back(true, side) for side in gait.SIDES)
    truth = {("left foot / right foot", "walking", ""): 200 * (right - left) / (left + right)}
    return visit(seen.traces(rng, gait.walk(rng, spec))), truth
