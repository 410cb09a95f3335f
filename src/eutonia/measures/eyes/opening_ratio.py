"""How far the lids are open, one against the other: a lid that hangs."""

from __future__ import annotations

from functools import partial
from statistics import NormalDist

import numpy as np

from eutonia.measures.lid_events import quotient
from eutonia.measures.lid_example import TASK
from eutonia.measures.positions import Series, from_camera, position_sums
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
    Visit,
)
from eutonia.model.result import PartShown
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95
from eutonia.stats.part_read import farthest

#: An eye is open where its gap is at least this share of its widest (`WIDEST`): no blinks. [D]
OPEN, WIDEST = 0.7, 0.95
#: What even lids read, SD of the logarithm of the ratio: rendered people under number 50, each
#: with light and with dark skin, straight and turned, nodding or tilting by 15 degrees, with open
#: jaws and pulled corners, near and far, bright and dim, read 0.040. [D]
EVEN_SD = 0.045
#: The narrower, the less alike even lids read, and one lid in two filmings: SD of the logarithm,
#: times the square of the gap in %, and at most times the gap. Of 20 rendered people (even numbers
#: below 40), light and dark skin, lids open to narrowed by 0.8, sides read apart by 0.049, 0.108
#: and 0.23 where gaps read 7 to 8, 5 to 6 and 2.5 to 4 %, filmings each by 0.056, 0.094 and 0.16
#: (of 20 others 0.058, 0.108 and 0.188, and 0.068, 0.138 and 0.267). [D]
NARROW, NARROWEST = 3.5, 0.75
#: How many times the logarithm that is read the true one is, where lids of these people hung by
#: 0.35 to 0.8: the median of both skins in equal parts. [D]
TIMES = 4.2
#: Which share of the true logarithm is read of dark skin, of which less is shown (0.32 of light):
#: the median, and what 95 % exceed. [D]
USUAL, LEAST = 0.17, 0.08
#: A lid that leaves less than a twentieth of the opening is shut, not narrow. [D]
MOST = float(np.log(20))
SHOWN = PartShown(usual=USUAL, least=LEAST)

MEASURE = Measure(
    id="eyes.opening_ratio",
    version="3",
    title="Opening of the left lid over the right",
    unit="1",
    tier="supportive",
    sources=(),
    method="Gap between the lids of the left eye over that of the right in the head's own frame: "
    "geometric mean over the pictures in which both eyes are open (each at least "
    f"{100 * OPEN:.0f} % of its own {WIDEST:g} quantile) and the head is turned from the camera by "
    f"up to 25 degrees, taken to the power of {TIMES:g}, since landmarks show only a part of a lid "
    "that hangs. 1: as wide; below 1 the left lid hangs lower. Also given: the ratio as read, and "
    "the gap of each in % of the distance between the outer corners of the eyes. The limits hold "
    f"{EVEN_SD:g} (SD of the logarithm) for what even lids read, of narrow ones more ({NARROW:g} "
    f"over the square of a gap, at most {NARROWEST:g} over it), that landmarks show all of a lid "
    f"that hangs, and that they show as little as of dark skin ({USUAL:g} of the logarithm, of one "
    f"lid in twenty less than {LEAST:g}).",
    needs=Needs(
        inputs=from_camera("lid"),
        target=Pairs("homologue", sites=("lid_opening",)),
        not_tasks=frozenset({"closures"}),
        not_levels=frozenset({("eyes", "closed")}),
    ),
    scale="none",  # what differs between conditions is shown in part, and by a share not known
    interval=Jackknife(),
    valid=Range(lo=0.3, hi=3.3, shown_by="docs/measures/eyes.opening_ratio"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Landmarks show a part of a lid that hangs, and less of it on dark skin: one that "
    "hung by half read 0.63 to 0.94 of the other on rendered people with light skin and 0.77 to "
    "0.99 with dark, one by 0.65 of it 0.46 to 0.83 and 0.65 to 0.94, even lids 0.93 to 1.1. So a "
    "lid that hangs is often not told, and a number near 1 does not rule it out: lids that read "
    "even have limits of about 0.55 and 1.8. Flagged as ptosis, in each condition that shows the "
    "eyes from the front for 10 s, is an eye that reads below 0.88 of the other: of 50 people by "
    "whom nothing was chosen, straight and turned, near and far, bright and dim, with light skin "
    "85 % of the lids that hung by half, all by 0.65 and by 0.8, and 0.6 % of even ones; with "
    "dark skin 42, 82, 96 and 0.1 %. The interval held 99 % of the lids that hung with light skin "
    "and 97 % with dark. Brighter pictures of dark skin show no more. An eye that is narrowed by "
    "a squint or a spasm all the time, or a brow lifted on the other side, looks the same: for "
    "the examiner to tell. Healthy faces are uneven too. Two lids that hang alike read 1; even "
    "lids narrowed by 0.4 to 0.8 often read uneven: up to version 2 the limits did not hold that, "
    "and up to a half were flagged, now 3 to 15 %, since narrow eyes have to differ by more. Of "
    "20 people drawn after the limits were set, even lids, open and narrowed, were told to be "
    "uneven in 2 and 8 % (light and dark skin). How much of it is shown of real faces is not "
    "known: the limits also hold that all is.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the logarithm of the ratio over blocks of three seconds; see `MEASURE`."""
    sides = np.array([[x.channels["lid"][i].side for i in pair] for pair in x.targets])
    both = [x.targets[sides == side] for side in ("left", "right")]
    widths = [widest(x, rows) for rows in both]

    def logs(block: Block) -> Series:
        usable = np.ones((len(x.targets), block.x.shape[1]), dtype=bool)
        for rows, gap in zip(both, widths, strict=True):
            usable &= block.mask[rows] & (block.x[rows] > np.maximum(OPEN * gap, 0.0)[:, None])
        left, right = (np.where(usable, block.x[rows], 1.0) for rows in both)
        return np.log(left / right), usable, block.rate_hz

    blocks, span = position_sums(map(logs, x["lid"]))
    n = blocks[..., 1].sum(axis=0)
    left, right = widths
    even = np.hypot(uneven(left, EVEN_SD), uneven(right, EVEN_SD)) / np.sqrt(2)
    return Result(
        blocks=blocks,
        finish=_ratio,
        span=span,
        limits=partial(limits, even=even[:, None]),
        reasons=tuple("" if k else "Both eyes were never seen open from the front." for k in n),
        details={
            "as_read": np.exp(quotient(blocks.sum(axis=0)))[:, 0],
            "left_pct": left,
            "right_pct": right,
        },
    )


def widest(x: Inputs, rows: np.ndarray) -> Floats:
    """Return the gap of each channel when its eye is open; NaN where it was not seen."""
    seen = [np.concatenate([b.x[row][b.mask[row]] for b in x["lid"]]) for row in rows]
    return np.array([np.quantile(v, WIDEST) if v.size else np.nan for v in seen])


def _ratio(total: Floats) -> Floats:
    return np.exp(TIMES * quotient(total))


def uneven(gap: Floats, least: float) -> Floats:
    """Return what a gap reads otherwise than an even one, or anew: SD of the logarithm."""
    with np.errstate(divide="ignore"):
        return np.maximum(least, np.minimum(NARROW / gap, NARROWEST) / gap)


def limits(
    value: Floats, error: Floats, df: Floats, *, even: Floats | float = EVEN_SD
) -> tuple[Floats, Floats]:
    """Return limits of the true ratio: what is read may show all of it, or as little as `LEAST`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        read = np.log(value) / TIMES
        of_blocks = student_quantile(0.975, df)[:, None] * error / value / TIMES
    apart = np.hypot(of_blocks, HALF_95 * np.asarray(even))
    return np.exp(-farthest(-read, apart, SHOWN)), np.exp(farthest(read, apart, SHOWN))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a left lid of dark skin that hangs by 0.65, of which a part is shown, and blinks."""
    from eutonia.simulate import lids
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    spread = np.log(USUAL / LEAST) / NormalDist().inv_cdf(0.95)
    share = min(USUAL * np.exp(spread * rng.standard_normal()), 1.0)
    seen = np.exp(share * np.log(0.35) + EVEN_SD * rng.standard_normal())
    closed = lids.filmed(rng, lids.draw(rng, 60, lids.Habit()), seconds=60, rate_hz=30)
    gap = 10.0 * np.array([[seen], [1.0]]) * (1 - 0.9 * closed)
    made = visit(recording(gap, lids.OPENINGS, rate_hz=30, condition=TASK))
    left, right = (c.label for c in lids.OPENINGS)
    return made, {(f"{left} / {right}", TASK.label, ""): 0.35}
