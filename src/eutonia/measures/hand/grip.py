"""Time in which the thumb is held against a finger, as around a pen."""

from __future__ import annotations

import numpy as np

from eutonia.measures.positions import BLOCK_S, Series, from_camera, mean, position_sums
from eutonia.model import (
    Block,
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

#: Tips nearer than this are held together, % of the palm (our rule, as for the flag of the
#: derivation, unconfirmed). [D]
GRIP_PERCENT = 35.0

MEASURE = Measure(
    id="hand.grip",
    version="1",
    title="Time the thumb is held against a finger",
    unit="%",
    tier="supportive",
    sources=(),
    method="Share of the time in which the tip of the thumb is nearer to that of the index or "
    f"middle finger than {GRIP_PERCENT:g} % of the palm (wrist to middle knuckle; our rule, "
    "unconfirmed), as around a pen or a bow.",
    needs=Needs(inputs=from_camera("finger"), target=Each(sites=("grip",))),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/hand.grip"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Tools are not seen: a fist and a pinch without a tool look the same, and a tool held "
    "otherwise is missed. While a tool is held, the joints that it hides are guessed by the model "
    "and look more usual than they are.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum time in a grip over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]

    def held(block: Block) -> Series:
        near = (block.x[rows] < GRIP_PERCENT).astype(np.float64)
        return near, block.mask[rows], block.rate_hz

    blocks, span = position_sums(map(held, x["finger"]))
    return Result(blocks=blocks, finish=_finish, span=span)


def _finish(total: Floats) -> Floats:
    return 100 * mean(total)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a thumb that is now at the index finger and now away from it."""
    from eutonia.simulate.fingers import RATE_HZ, channel, on_and_off
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    gripped, share = on_and_off(rng, seconds=120, on_s=1.2, off_s=0.8)
    x = np.where(gripped, 15.0, 70.0) + 3 * rng.standard_normal(len(gripped))
    thumb = channel("grip", "right")
    task = Condition.of(task="grasping")
    made = visit(recording(x[None], (thumb,), rate_hz=RATE_HZ, condition=task))
    return made, {(thumb.label, task.label, ""): 100 * share}
