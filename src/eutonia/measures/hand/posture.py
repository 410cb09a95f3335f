"""Mean angle of each joint of the hand."""

from __future__ import annotations

import numpy as np

from eutonia.measures.positions import from_camera, mean, position_sums, with_systematic
from eutonia.model import (
    Condition,
    Each,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Between people and views, from rendered hands, degrees (`docs/video/accuracy`).
SYSTEMATIC_DEG = 21.0
_FINGERS = ("index", "middle", "ring", "little")
SITES = (
    *(f"thumb_{j}" for j in ("cmc", "cmc_abduction", "mcp", "ip")),
    *(f"{f}_{j}" for f in _FINGERS for j in ("mcp", "mcp_abduction", "pip", "dip")),
    *("wrist_flexion", "wrist_deviation"),
)

MEASURE = Measure(
    id="hand.posture",
    version="1",
    title="Joint angles of the hand",
    unit="deg",
    tier="supportive",
    sources=(),
    method="Mean angle of each joint in the hand's own frame: flexion + and extension - (0 is "
    "straight), abduction and deviation of the wrist + towards the thumb. The limits also hold "
    f"{SYSTEMATIC_DEG:g} degrees (SD) for how the model places joints in different hands and "
    "views, which a contrast in the same view does not need.",
    needs=Needs(inputs=from_camera("finger"), target=Each(sites=SITES)),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-15, hi=75, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="One camera guesses depth. On rendered hands a joint's flexion is off by 11 to 21 "
    "degrees on average, and a change of 10 degrees at a knuckle shows as 4 to 5; from the thumb's "
    "side a finger that spreads is read as one that closes. Compare the same hand in the same "
    "view, between rest and task. Joints hidden behind other fingers, a pen or an "
    "instrument are guessed by the model and look more usual than they are.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum angles over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["finger"])
    return Result(blocks=blocks, finish=mean, span=span, limits=with_systematic(SYSTEMATIC_DEG))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a held posture, each joint read with an error that stays."""
    from eutonia.simulate.fingers import RATE_HZ, channel, posture
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([25.0, 40.0, 15.0])
    channels = tuple(channel(f"ring_{j}", "right") for j in ("mcp", "pip", "dip"))
    stays = SYSTEMATIC_DEG * rng.standard_normal(3)
    x = posture(rng, means + stays, seconds=40, sd=3.0, noise=1.5)
    task = Condition.of(task="playing")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
