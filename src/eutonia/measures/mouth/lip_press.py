"""Lips that are pressed, pursed or held open."""

from __future__ import annotations

import numpy as np

from eutonia.measures.positions import BLOCK_S, NECK, from_camera, mean, position_sums
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="mouth.lip_press",
    version="1",
    title="Lips: height of the red, width, gap",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean height of both red lips (small when they are pressed), mean distance of the "
    "corners of the mouth (small when the lips are pursed) and mean gap between the lips (0 when "
    "closed), in % of the distance between the outer corners of the eyes.",
    needs=Needs(
        inputs=from_camera("mouth"),
        target=Each(sites=("lip_height", "lip_width", "lip_gap")),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0, hi=90, shown_by="docs/measures/mouth.lip_press"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Height and width are the person's own lips: read the difference between task and "
    "rest. Lips behind a mouthpiece, a hand or a beard are guessed by the model.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum distances over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"])
    return Result(blocks=blocks, finish=mean, span=span)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate lips that are pressed and pursed while speaking."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([9.0, 48.0, 6.0])
    channels = tuple(map(channel, ("lip_height", "lip_width", "lip_gap")))
    x = around(rng, means, seconds=60, sd=1.5)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
