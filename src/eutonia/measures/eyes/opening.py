"""How wide each eye is open: lids that are narrowed, squint or hang."""

from __future__ import annotations

from functools import partial

import numpy as np

from eutonia.measures.eyes.opening_ratio import (
    EVEN_SD,
    LEAST,
    MOST,
    NARROW,
    NARROWEST,
    OPEN,
    USUAL,
    WIDEST,
    uneven,
    widest,
)
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
from eutonia.model.result import PartShown
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
#: Which share of the logarithm is read of what one eye narrows: of 20 rendered people (even numbers
#: below 40), light and dark skin, both lids narrowed by 0.25 to 0.6 show 0.6 and 0.52 (median), one
#: that hangs by 0.3 to 0.8 0.48 and 0.34, of which 95 % exceed 0.26 and 0.19. [D]
OF_ONE = PartShown(usual=0.45, least=0.2, most=MOST)
#: Of two sides less, as in `eyes.opening_ratio`: the lid that hangs draws the other along. Of these
#: people 0.34 and 0.21, 95 % above 0.09. [D]
OF_SIDES = PartShown(usual=USUAL, least=LEAST, most=MOST)

MEASURE = Measure(
    id="eyes.opening",
    version="3",
    title="Opening of the eye, as landmarks show it",
    unit="%",
    tier="supportive",
    sources=(),
    method="Gap between the lids in the head's own frame, in % of the distance between the outer "
    "corners of the eyes: geometric mean over the pictures in which the eye is open (at least "
    f"{100 * OPEN:.0f} % of its own {WIDEST:g} quantile: no blinks) and the head is turned from "
    "the camera by up to 25 degrees. Each eye by itself; conditions and sides are compared by the "
    f"ratio. The limits hold {ANEW_SD:g} (SD of the logarithm) for what lids that are as wide read "
    f"anew in each condition, and those of the two sides {EVEN_SD:g} for what even lids read; of "
    f"narrow lids more, {NARROW:g} over the square of the gap, at most {NARROWEST:g} over the gap. "
    "Of the wider eye they also hold that the narrower one may only draw it along: its upper limit "
    f"reaches {DRAWN:g} of how much wider it reads (logarithms), its differences between "
    "conditions as much of what that changes. The number of a contrast is the ratio that is read; "
    f"its interval reaches as far as the true one may be, of whose logarithm {OF_ONE.usual:g} is "
    f"read in the median and hardly less than {OF_ONE.least:g}, of two sides {OF_SIDES.usual:g} "
    f"and {OF_SIDES.least:g}, up to a lid that leaves a twentieth of the opening; p is that of "
    "what is read.",
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
    caution="Landmarks show about half of a narrowing, in logarithms. Read a contrast as: at "
    "least as much as the limit near 1, as much as the number if landmarks showed all of it, and "
    "likely more, up to the far limit. The numbers of each eye are what landmarks show, not the "
    "size of the real gap, and their own intervals do not hold that. Of 20 rendered people (40 to "
    "78) by whom nothing was chosen, lids narrowed by 0.25, 0.4 and 0.6 of their opening read "
    "0.89, 0.76 and 0.56 of it with light skin and 0.88, 0.81 and 0.68 with dark (true: 0.75, 0.6 "
    "and 0.4), one that hung alone by 0.5, 0.65 and 0.8 0.77, 0.62 and 0.48, and 0.82, 0.76 and "
    "0.63. Intervals held 100 and 99 % of the true ratios of conditions and 100 and 98 % of those "
    "of sides, of dark lids that hung by 0.8, against before, 90 %; up to version 2 they held 42 "
    "and 30, and 4 and 2 % of those that truly differ. They are wide: 0.76 has one of 0.21 to "
    "0.92. A lid that hangs alone draws the other along: beside one that hung by 0.8 it read 0.83 "
    "to 0.88 of before. So an eye that reads narrower while the other narrows more may only follow "
    "it; read the sides together. There it was told to differ in 0 to 5 % (in 23 and 6 % up to "
    "version 1). Both lids narrowed by 0.25 in one condition were told in 23 and 17 %, by 0.4 in "
    "93 and 82, by 0.6 in all; the lesser of two that were narrowed by 0.4 and 0.6 in 80 and 75, "
    "by 0.4 and 0.8 in 40 and 80 %: that it is not told does not mean that it is not narrowed. "
    "Even lids that were open or both narrowed were told to be uneven in 1 and 6 % (up to version "
    "2 in 22 and 21). What a narrow eye narrows further is hardly told. Looking down narrows as "
    "well (eyes turned down by 25 degrees with lids that follow read "
    "0.77): film both conditions with the same gaze and pose. It does not tell ptosis from a "
    "squint, a spasm that lasts, light that dazzles or toxin that spread: for the examiner to "
    "tell. Eyes differ between people by far more than conditions: no number is abnormal by "
    "itself. How much is shown of real lids is not known.",
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
    read = quotient(blocks.sum(axis=0))
    anew, wider = uneven(np.exp(read), ANEW_SD), _wider(read)
    return Result(
        blocks=blocks,
        finish=_gap,
        span=span,
        limits=partial(_limits, anew, DRAWN * wider),
        varying=Varying(
            sd=anew,
            share=np.full_like(anew, DRAWN / HALF_95),
            place=wider,
            sides=uneven(np.exp(read), EVEN_SD) / np.sqrt(2),
            shown=OF_ONE,
            shown_sides=OF_SIDES,
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


def _limits(
    anew: Floats, drawn: Floats, value: Floats, error: Floats, df: Floats
) -> tuple[Floats, Floats]:
    """Return limits that hold what is new in each filming, besides the spread of the blocks.

    Above they also hold by how much the other eye may have `drawn` this one along.
    """
    anew = HALF_95 * anew
    with np.errstate(divide="ignore", invalid="ignore"):
        of_blocks = student_quantile(0.975, df)[:, None] * error / value
    below, above = np.hypot(of_blocks, anew), np.hypot(of_blocks, np.hypot(anew, drawn))
    return value * np.exp(-below), value * np.exp(above)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate narrow lids of 6 % that blink, each filming of which reads otherwise."""
    from eutonia.simulate import lids
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    wide = np.array([[6.0], [6.0]])
    closed = lids.filmed(rng, lids.draw(rng, 60, lids.Habit()), seconds=60, rate_hz=30)
    gap = wide * np.exp(uneven(wide, ANEW_SD) * rng.standard_normal((2, 1))) * (1 - 0.9 * closed)
    made = visit(recording(gap, lids.OPENINGS, rate_hz=30, condition=TASK))
    truth = zip(lids.OPENINGS, wide[:, 0].tolist(), strict=True)
    return made, {(c.label, TASK.label, ""): gap for c, gap in truth}
