"""How wide each eye is open: lids that are narrowed, squint or hang."""

from __future__ import annotations

from functools import partial

import numpy as np

from eutonia.measures.eyes.opening_ratio import EVEN_SD, OPEN, WIDEST, widest
from eutonia.measures.lid_events import quotient
from eutonia.measures.lid_example import TASK
from eutonia.measures.positions import Series, from_camera, position_sums
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
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: What lids that are as wide read anew from one filming to another, SD of the logarithm: two such
#: differ by 0.062 (19 rendered people below 50, each with light and with dark skin, the head turned
#: by up to 12 degrees, nodding by 8, tilting by 6, the jaw open by up to 6 degrees, near and far,
#: bright and dim), by up to 0.09 where only one of them nods or turns by 15 degrees. [D]
ANEW_SD = 0.06
#: A lid that hangs alone draws the landmarks of the other along: by up to so much of how much wider
#: than it that one reads (logarithms; 95 %). Of 25 people (even numbers below 50), each with light
#: and with dark skin, of whom one lid hung by 0.3 to 0.8, in the same pose and in another, the
#: other lid so differed in 0.4 and 0.9 %, without it in 26 and 12 %. [D]
DRAWN = 0.75

MEASURE = Measure(
    id="eyes.opening",
    version="2",
    title="Opening of the eye, as landmarks show it",
    unit="%",
    tier="supportive",
    sources=(),
    method="Gap between the lids in the head's own frame, in % of the distance between the outer "
    "corners of the eyes: geometric mean over the pictures in which the eye is open (at least "
    f"{100 * OPEN:.0f} % of its own {WIDEST:g} quantile: no blinks) and the head is turned from "
    "the camera by up to 25 degrees. Each eye by itself; conditions and sides are compared by the "
    f"ratio. The limits hold {ANEW_SD:g} (SD of the logarithm) for what lids that are as wide read "
    f"anew in each condition, and those of the two sides {EVEN_SD:g} for what even lids read. Of "
    "the wider eye they also hold that the narrower one may only draw it along: its upper limit "
    f"reaches {DRAWN:g} of how much wider it reads (logarithms), its differences between "
    "conditions as much of what that changes.",
    needs=Needs(
        inputs=from_camera("lid"),
        target=Each(sites=("lid_opening",)),
        not_tasks=frozenset({"closures"}),
        not_levels=frozenset({("eyes", "closed")}),
    ),
    scale="ratio",
    interval=Jackknife(),
    valid=Range(lo=3, hi=20, shown_by="docs/measures/eyes.opening"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Landmarks show about half of a narrowing, in logarithms: rendered lids that were "
    "narrowed by 0.25, 0.4 and 0.6 of their opening read 0.88, 0.79 and 0.6 of it (light and dark "
    "skin; the true ones are 0.75, 0.6 and 0.4), so that of the eye that narrows more a change "
    "that is given is the least that it is. A lid that hangs alone draws the other along: one "
    "that hung by 0.6 read 0.72 and the other one 0.9 (0.76 to 0.99), by 0.8 0.56 and 0.85 (0.72 "
    "to 0.97), of lids that were as wide as before. So an eye that reads narrower while the other "
    "narrows more may only follow it; read the sides together. Of 25 people by whom nothing was "
    "chosen, such a lid was told to differ in 2 % with light and 0.4 % with dark skin (in 23 and 6 "
    "% up to version 1, whose limits did not hold it). Of lids that were both narrowed, one by 0.4 "
    "and the other by 0.6, the lesser was told in 92 and 88 %, by 0.4 and 0.8 in 46 and 72 %: that "
    "it is not told does not mean that it is not narrowed. Of 25 other people by whom nothing was "
    "chosen, both lids narrowed by 0.4 in one condition were told in 90 % of the eyes with light "
    "and in 76 % with dark skin; 2 and 3 % of lids as wide differed, 4 % where the head nodded or "
    "turned by 15 degrees in one. "
    "Looking down narrows as well (eyes turned down by 25 degrees with lids that follow read "
    "0.77): film both conditions with the same gaze and pose. It does not tell ptosis from a "
    "squint, a spasm that lasts, light that dazzles or toxin that spread: for the examiner to "
    "tell. Eyes differ between people by far more than conditions: no number is abnormal by "
    "itself, and the size of a real gap is not known from it.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the logarithm of the gap over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    least = np.maximum(OPEN * widest(x, rows), 0.0)[:, None]

    def logs(block: Block) -> Series:
        usable = block.mask[rows] & (block.x[rows] > least)
        return np.log(np.where(usable, block.x[rows], 1.0)), usable, block.rate_hz

    blocks, span = position_sums(map(logs, x["lid"]))
    one = np.ones((len(rows), 1))
    wider = _wider(quotient(blocks.sum(axis=0)))
    return Result(
        blocks=blocks,
        finish=_gap,
        span=span,
        limits=partial(_limits, DRAWN * wider),
        varying=Varying(
            sd=ANEW_SD * one,
            share=DRAWN / HALF_95 * one,
            place=wider,
            sides=EVEN_SD / np.sqrt(2) * one,
        ),
        reasons=tuple(
            "" if n else "This eye was never seen open from the front."
            for n in blocks[..., 1].sum(axis=0)
        ),
    )


def _gap(total: Floats) -> Floats:
    with np.errstate(over="ignore"):
        out: Floats = np.exp(quotient(total))
    return out


def _wider(read: Floats) -> Floats:
    """Return how much wider than the other each eye reads, ``(n_targets, 1)``; 0 if narrower."""
    apart: Floats = np.fmax(read - np.fmin.reduce(read, axis=0), 0.0)
    return apart


def _limits(drawn: Floats, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return limits that hold what is new in each filming, besides the spread of the blocks.

    Above they also hold by how much the other eye may have `drawn` this one along.
    """
    anew = HALF_95 * ANEW_SD
    with np.errstate(divide="ignore", invalid="ignore"):
        of_blocks = student_quantile(0.975, df)[:, None] * error / value
    below, above = np.hypot(of_blocks, anew), np.hypot(of_blocks, np.hypot(anew, drawn))
    return value * np.exp(-below), value * np.exp(above)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate lids of 10 and 8 % that blink, each filming of which reads a little otherwise."""
    from eutonia.simulate import lids
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    wide = np.array([[10.0], [8.0]])
    closed = lids.filmed(rng, lids.draw(rng, 60, lids.Habit()), seconds=60, rate_hz=30)
    gap = wide * np.exp(ANEW_SD * rng.standard_normal((2, 1))) * (1 - 0.9 * closed)
    made = visit(recording(gap, lids.OPENINGS, rate_hz=30, condition=TASK))
    truth = zip(lids.OPENINGS, wide[:, 0].tolist(), strict=True)
    return made, {(c.label, TASK.label, ""): gap for c, gap in truth}
