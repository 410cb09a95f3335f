"""Where each corner of the mouth is pulled to."""

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
    id="mouth.corner_pull",
    version="1",
    title="Corner of the mouth",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean place of each corner of the mouth in the head's own frame, in % of the distance "
    "between the outer corners of the eyes: out from the midline of eyes and nose, and up from "
    "the base of the nose (so negative).",
    needs=Needs(
        inputs=from_camera("mouth"), target=Each(sites=("corner_out", "corner_up")), not_tasks=NECK
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=-80, hi=80, shown_by="docs/measures/mouth.corner_pull"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The place itself is the person's own face: read the difference between task and rest "
    "and between the sides. 1 % is about 0.9 mm in an adult. The platysma below the jaw is not "
    "seen.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum positions over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"])
    return Result(blocks=blocks, finish=mean, span=span)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate speech in which the right corner is pulled out and down."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([29.0, 36.0, -27.0, -31.0])
    channels = tuple(channel(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right"))
    x = around(rng, means, seconds=60, sd=2.0)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
