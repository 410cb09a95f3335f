"""How far the lids are open, one against the other: a lid that hangs."""

from __future__ import annotations

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
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: An eye is open where its gap is at least this share of its widest (`WIDEST`): no blinks. [D]
OPEN, WIDEST = 0.7, 0.95
#: What even lids read, SD of the logarithm of the ratio: rendered people under number 50, straight
#: and turned or nodding by up to 15 degrees, with open jaws, lifted brows and pulled corners read
#: 0.042. [D]
EVEN_SD = 0.045
#: How many times the logarithm that is read the true one is: where lids of the same people hung by
#: 0.35 to 0.8, 1.5 to 9; 1 where all of it is seen. Mean and standard deviation. [D]
TIMES, TIMES_SD = 3.8, 1.5

MEASURE = Measure(
    id="eyes.opening_ratio",
    version="1",
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
    f"that the power is {TIMES_SD:g} (SD) more or less, down to 1, all of it seen, and "
    f"{EVEN_SD:g} (SD of the logarithm) for what even lids read.",
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
    caution="Landmarks show a part of a lid that hangs: one that hung by half read 0.73 to 0.94 of "
    "the other on rendered people, one by 0.65 of it 0.5 to 0.85, even lids 0.9 to 1.1. So a lid "
    "that hangs by less than half is often not told, and a number near 1 does not rule it out. "
    "Flagged as ptosis is an eye that reads below 0.88 of the other: of 50 people by whom nothing "
    "was chosen, straight and turned, 61 of 100 lids that hung by half, 93 of 100 by 0.65 and all "
    "100 by 0.8, and 8 of 950 pictures of even lids; the interval held 93 % of the lids that hung. "
    "Of dark skin less is shown: of twelve people rendered with either skin, lids that hung by "
    "half were flagged in 21 of 24 pictures light and 13 of 24 dark, by 0.65 in 23 and 21. An eye "
    "that is narrowed by a squint or a spasm all the time, or a brow lifted on the other side, "
    "looks the same: for the examiner to tell. Healthy faces are uneven too. Two lids that hang "
    "alike read 1. How much of it is shown of real faces is not known: the limits also hold that "
    "all is.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the logarithm of the ratio over blocks of three seconds; see `MEASURE`."""
    sides = np.array([[x.channels["lid"][i].side for i in pair] for pair in x.targets])
    both = [x.targets[sides == side] for side in ("left", "right")]
    least = [OPEN * _widest(x, rows) for rows in both]

    def logs(block: Block) -> Series:
        usable = np.ones((len(x.targets), block.x.shape[1]), dtype=bool)
        for rows, gap in zip(both, least, strict=True):
            usable &= block.mask[rows] & (block.x[rows] > np.maximum(gap, 0.0)[:, None])
        left, right = (np.where(usable, block.x[rows], 1.0) for rows in both)
        return np.log(left / right), usable, block.rate_hz

    blocks, span = position_sums(map(logs, x["lid"]))
    n = blocks[..., 1].sum(axis=0)
    return Result(
        blocks=blocks,
        finish=_ratio,
        span=span,
        limits=limits,
        reasons=tuple("" if k else "Both eyes were never seen open from the front." for k in n),
        details={
            "as_read": np.exp(quotient(blocks.sum(axis=0)))[:, 0],
            "left_pct": _widest(x, both[0]),
            "right_pct": _widest(x, both[1]),
        },
    )


def _widest(x: Inputs, rows: np.ndarray) -> Floats:
    """Return the gap of each channel when its eye is open; NaN where it was not seen."""
    seen = [np.concatenate([b.x[row][b.mask[row]] for b in x["lid"]]) for row in rows]
    return np.array([np.quantile(v, WIDEST) if v.size else np.nan for v in seen])


def _ratio(total: Floats) -> Floats:
    return np.exp(TIMES * quotient(total))


def limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return limits of the true ratio; see `TIMES`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        true = np.log(value)
        of_blocks = student_quantile(0.975, df)[:, None] * error / value
    by_power = HALF_95 * TIMES_SD / TIMES * true
    half = np.sqrt(of_blocks**2 + (HALF_95 * TIMES * EVEN_SD) ** 2 + by_power**2)
    return np.exp(true - half), np.exp(true + half)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a left lid that hangs by half, of which landmarks show a part, and blinks."""
    from eutonia.simulate import lids
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    shown = np.log(0.5) / max(TIMES + TIMES_SD * rng.standard_normal(), 0.9)
    seen = np.exp(shown + EVEN_SD * rng.standard_normal())
    closed = lids.filmed(rng, lids.draw(rng, 60, lids.Habit()), seconds=60, rate_hz=30)
    gap = 10.0 * np.array([[seen], [1.0]]) * (1 - 0.9 * closed)
    made = visit(recording(gap, lids.OPENINGS, rate_hz=30, condition=TASK))
    left, right = (c.label for c in lids.OPENINGS)
    return made, {(f"{left} / {right}", TASK.label, ""): 0.5}
