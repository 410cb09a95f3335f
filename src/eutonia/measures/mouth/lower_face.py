"""How much the lower face moves."""

from __future__ import annotations

from functools import partial

import numpy as np

from eutonia.dsp.filter import low_pass
from eutonia.measures import covered_mouth
from eutonia.measures.positions import BLOCK_S, NECK, Series, from_camera, position_sums
from eutonia.model import (
    Block,
    BlockBootstrap,
    Condition,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
    Whole,
)
from eutonia.stats.intervals import (
    influence,
    jackknife_in_time,
    left_out,
    student_quantile,
)

#: Speech moves jaw and lips below this; above, the landmarks' noise is most of it (our rule).
CUTOFF_HZ = 8.0
#: What a mouthpiece makes of the logarithm of a speed, SD: 0.6 to 2.5 of what was seen without one
#: in films of rendered people (63 and 65) that kept still or moved jaw or corner. Of that, what
#: changes where it is set elsewhere, for each of two conditions. [D]
BY_MOUTHPIECE, SET_ANEW = 0.5, 0.2
#: What is counted: jaw down and sideways, both corners out and up.
SITES = ("jaw_opening", "jaw_deviation", "corner_out", "corner_up")

MEASURE = Measure(
    id="mouth.lower_face",
    version="3",
    title="Movement of the lower face",
    unit="%/s",
    tier="supportive",
    sources=(),
    method="Root mean square speed below 8 Hz of the chin (down and sideways) and of both corners "
    "of the mouth (out and up) in the head's own frame, in % of the distance between the outer "
    "corners of the eyes per second; the mean over these six. The interval takes into account that "
    "neighbouring seconds resemble each other. At a mouthpiece the limits, and contrasts to "
    "conditions without, also hold a factor of 2.7 either way (95 %), contrasts of two conditions "
    "with a mouthpiece one of 1.7 (our rules).",
    needs=Needs(inputs=from_camera("mouth", min_rate_hz=24.0), target=Whole(), not_tasks=NECK),
    scale="ratio",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=3, hi=150, shown_by="docs/measures/mouth.lower_face"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The noise of the landmarks is a part of it and grows when the face is small or dark: "
    "compare with rest in the same video. Speaking itself moves the face; more movement than at "
    "rest is no finding by itself. Behind a mouthpiece half to twice of a movement is seen, and a "
    "still face seems to move up to 2.5 times as much (rendered people); whether jaw, corner or "
    f"instrument moves is not told. {covered_mouth.UNSEEN}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum squared speeds over blocks of three seconds; see `MEASURE`."""
    rows = [i for i, c in enumerate(x.channels["mouth"]) if c.site in SITES]

    def squared_speed(block: Block) -> Series:
        smooth = low_pass(block.x[rows], rate_hz=block.rate_hz, cutoff_hz=CUTOFF_HZ)
        squares = (_slope(smooth) * block.rate_hz) ** 2
        usable = np.array(block.mask[rows].all(axis=0))
        usable[2:-2] &= usable[:-4] & usable[1:-3] & usable[3:-1] & usable[4:]
        n = (len(x.targets), 1)
        return np.tile(squares.mean(axis=0), n), np.tile(usable, n), block.rate_hz

    blocks, span = position_sums(map(squared_speed, x["mouth"]))
    in_time = jackknife_in_time(*influence(left_out(blocks, _finish)), span)
    cover = float(covered_mouth.at_mouthpiece(x.condition))
    one = np.ones((len(x.targets), 1))
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        limits=partial(_limits, in_time=in_time, cover=cover * BY_MOUTHPIECE),
        varying=Varying(sd=cover * SET_ANEW * one, share=BY_MOUTHPIECE * one, place=cover * one),
        notes=covered_mouth.notes(x.condition),
    )


def _limits(
    value: Floats, error: Floats, df: Floats, *, in_time: Floats, cover: float
) -> tuple[Floats, Floats]:
    """Return limits around a speed: blocks in a row resemble each other, which `error` ignores."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(error > 0, np.maximum(error, in_time), error)
        half = student_quantile(0.975, df)[:, None] * error / value
        half = np.hypot(half, 1.959964 * cover)
    return value * np.exp(-half), value * np.exp(half)


def _slope(x: Floats) -> Floats:
    """Return the change per sample from five points, to 2 % up to a seventh of the rate."""
    padded = np.pad(x, ((0, 0), (2, 2)), mode="reflect", reflect_type="odd")
    slope: Floats = (
        8 * (padded[:, 3:-1] - padded[:, 1:-3]) - (padded[:, 4:] - padded[:, :-4])
    ) / 12
    return slope


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        speed: Floats = np.sqrt(total[..., :1] / total[..., 1:])
    return speed


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate movements with a known spectrum, so with a known speed."""
    from eutonia.simulate.mouth import RATE_HZ, channel
    from eutonia.simulate.noise import band
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    lo, hi, sd = 0.5, 3.0, 2.0
    channels = (
        *map(channel, ("jaw_opening", "jaw_deviation")),
        *(channel(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right")),
    )
    n = round(60 * RATE_HZ)
    x = sd * band(rng, 6, n, rate_hz=RATE_HZ, band_hz=(lo, hi))
    task = Condition.of(task="speaking")
    made = visit(
        recording(
            x + 0.02 * rng.standard_normal(x.shape), channels, rate_hz=RATE_HZ, condition=task
        )
    )
    # The variance of the slope of noise that is flat in a band: the mean of (2 pi f)^2.
    speed = 2 * np.pi * sd * np.sqrt((hi**3 - lo**3) / (3 * (hi - lo)))
    return made, {("mouth", task.label, ""): float(speed)}
