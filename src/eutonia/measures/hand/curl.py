"""How much each finger curls, and how much more than the others."""

from __future__ import annotations

import numpy as np

from eutonia.measures.hand_curls import CURLS, alone, beyond
from eutonia.measures.positions import BLOCK_S, from_camera, position_sums
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="hand.curl",
    version="1",
    title="Curl of a finger",
    unit={"sum": "deg", "beyond": "deg"},
    tier="clinical",
    sources=(),
    method="Flexion of a finger's three joints (MCP + PIP + DIP) summed, mean over the condition; "
    "and how much more that is than the mean of the hand's other fingers (2 to 5) in the same "
    "pictures.",
    needs=Needs(inputs=from_camera("finger"), target=Each(sites=CURLS)),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid={
        "sum": Range(lo=0, hi=165, shown_by="docs/video/accuracy"),
        "beyond": Range(lo=-100, hi=100, shown_by="docs/video/accuracy"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The interval holds what varies within the recording, not what the model misplaces in "
    "this hand and view: compare the same view, with rest and with the other hand. On rendered "
    "hands a change of curl shows as 0.5 to 0.6 of it from the back and the thumb's side, and as "
    "1.2 from the palm. What a finger does in playing depends on the piece: compare the same "
    "passage. Whether curling is involuntary or a way to make up for it no video shows.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum flexion, and flexion less that of the others, over three seconds; see `MEASURE`."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    own, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["finger"])
    apart, _ = position_sums((*beyond(b, channels, rows), b.rate_hz) for b in x["finger"])
    return Result(
        blocks=np.concatenate([own, apart], axis=-1),
        finish=_finish,
        span=span,
        part_reasons={"beyond": alone(channels, rows)},
    )


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        means: Floats = total[..., [0, 2]] / total[..., [1, 3]]
    return means


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate playing with the fourth and fifth finger curled under the hand."""
    from eutonia.simulate.fingers import RATE_HZ, channel, posture
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([70.0, 75.0, 110.0, 120.0])
    channels = tuple(channel(s, "right") for s in CURLS)
    x = posture(rng, means, seconds=60, sd=10.0, noise=2.0)
    task = Condition.of(task="playing")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    truth = {}
    for i, c in enumerate(channels):
        truth[c.label, task.label, "sum"] = float(means[i])
        truth[c.label, task.label, "beyond"] = float(means[i] - np.delete(means, i).mean())
    return made, truth
