"""How independently a finger moves of the others."""

from __future__ import annotations

import numpy as np

from eutonia.measures.hand_curls import CURLS, alone, moves, others, too_few
from eutonia.measures.hand_sight import fingers, first_of, too_short, unsure
from eutonia.measures.positions import BLOCK_S
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
from eutonia.model.measure import MIN_BLOCKS

MEASURE = Measure(
    id="hand.individuation",
    version="5",
    title="Independence of a finger",
    unit="1",
    tier="research",
    sources=(),
    method="1 - mean over the hand's other fingers (2 to 5) of |slope| of their curl on that of "
    "this finger, in windows of 0.5 s in which it moves by itself (SD of its curl at least 5 "
    "degrees, the others at most 0.6 of that; our rule). 1: the others stay still. Fingers that "
    "are hidden behind two others are left out, and one whose bend is guessed is not measured.",
    needs=Needs(inputs=fingers(min_rate_hz=24.0, least=MIN_BLOCKS), target=Each(sites=CURLS)),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.5, hi=0.97, shown_by="docs/measures/hand.individuation"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Ask for one finger at a time. Only what goes with the finger counts, not what the "
    "others do by themselves (hand.still_finger). The ring finger is the least independent one in "
    "every hand; no norm was checked. Fewer than eight times 3 s in which the finger moved by "
    "itself give no number (from version 4; before, one without an interval).",
    history="Up to version 4 a little finger that points at the camera counted as seen from its "
    "side, hands taken for their mirror image gave more numbers, and overstretched ones fewer.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum covariances of windows in which the finger moves; see `MEASURE`."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    blocks, span = [], []
    for place, block in enumerate(x["finger"]):
        parts = []
        for row in rows:
            beside = others(channels, int(row))
            found = moves(block, [int(row), *beside])
            stats = np.zeros((len(found.count), 2 + len(CURLS) - 1))
            stats[:, 0], stats[:, 1] = found.count[:, 0], found.sums[:, 0, 0, 0]
            stats[:, 2 : 2 + len(beside)] = found.sums[:, 0, 0, 1:]
            # A finger that was not seen; blocks in which nothing moved stay empty.
            stats[found.count[:, 0] > 0, 2 + len(beside) :] = np.nan
            parts.append(stats)
        blocks.append(np.stack(parts, axis=1))
        span += [place] * len(parts[0])
    everything = np.concatenate(blocks)
    windows = everything[..., 0].sum(axis=0)
    few = tuple(too_few(n) for n in windows)
    short = too_short(everything, least=MIN_BLOCKS)
    return Result(
        blocks=everything,
        finish=_finish,
        span=np.array(span, dtype=np.intp),
        reasons=first_of(unsure(channels, rows), alone(channels, rows), few, short),
        details={"windows": windows},
    )


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.abs(total[..., 2:] / total[..., 1:2])
    there = np.isfinite(slopes)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, slopes, 0.0).sum(axis=-1) / there.sum(axis=-1)
    index: Floats = (1 - mean)[..., None]
    return index


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate one finger after the other that moves, and the others that follow by a share."""
    from eutonia.simulate.fingers import RATE_HZ, channel, one_by_one
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    follows = np.array(
        [[1, 0.15, 0.1, 0.1], [0.2, 1, 0.3, 0.1], [0.1, 0.3, 1, 0.3], [0.1, 0.15, 0.25, 1]]
    )
    channels = tuple(channel(s, "right") for s in CURLS)
    x = one_by_one(rng, follows, seconds=240, noise=0.3)
    task = Condition.of(task="movement")
    made = visit(recording(60 + x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {
        (c.label, task.label, ""): 1 - float(np.delete(follows[i], i).mean())
        for i, c in enumerate(channels)
    }
