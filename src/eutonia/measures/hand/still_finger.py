"""Movement of a finger while another one moves."""

from __future__ import annotations

import numpy as np

from eutonia.measures.hand_curls import CURLS, alone, moves, others, too_few
from eutonia.measures.hand_sight import fingers, first_of, too_short, unsure
from eutonia.model import (
    Condition,
    Each,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)
from eutonia.model.measure import MIN_BLOCKS

MEASURE = Measure(
    id="hand.still_finger",
    version="5",
    title="Movement of a finger while another moves",
    unit="%",
    tier="research",
    sources=("FuruyaFinger2013",),
    method="In windows of 0.5 s in which one of fingers 2 to 5 moves by itself (SD of its curl at "
    "least 5 degrees, the others at most 0.6 of that; our rule): SD of this finger's curl, in % of "
    "that of the finger that moves, over all windows in which another one moves. Fingers "
    "that are hidden behind two others are left out, and one whose bend is guessed is not "
    "measured. The published enslaving is in % of the "
    "finger's own full range.",
    needs=Needs(inputs=fingers(min_rate_hz=24.0, least=MIN_BLOCKS), target=Each(sites=CURLS)),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=5, hi=50, shown_by="docs/measures/hand.still_finger"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Ask for one finger at a time: in free playing several move on purpose. Fingers 3 to 5 "
    "follow each other in every hand. The landmarks' noise is a part of it, and the model lets a "
    "finger that is covered for a moment follow the seen ones. Fewer than eight times 3 s in which "
    "another finger moved by itself give no number (from version 4; before, one without an "
    "interval).",
    history="Up to version 4 a little finger that points at the camera counted as seen from its "
    "side, hands taken for their mirror image gave more numbers, and overstretched ones fewer.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum variances of windows in which another finger moves; see `MEASURE`."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    blocks, span = [], []
    for place, block in enumerate(x["finger"]):
        parts = []
        for row in rows:
            found = moves(block, [int(row), *others(channels, int(row))])
            mine = found.sums[:, 1:, 0, 0].sum(axis=1)
            movers = np.einsum("bmmm->bm", found.sums)[:, 1:].sum(axis=1)
            parts.append(np.stack([mine, movers, found.count[:, 1:].sum(axis=1)], axis=-1))
        blocks.append(np.stack(parts, axis=1))
        span += [place] * len(parts[0])
    everything = np.concatenate(blocks)
    windows = everything[..., 2].sum(axis=0)
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
        share: Floats = 100 * np.sqrt(total[..., :1] / total[..., 1:2])
    return share


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate one finger after the other that moves, and the others that follow by a share."""
    from eutonia.simulate.fingers import RATE_HZ, VARIES, channel, one_by_one
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    follows = np.array(
        [[1, 0.15, 0.1, 0.1], [0.2, 1, 0.3, 0.1], [0.1, 0.3, 1, 0.3], [0.1, 0.15, 0.25, 1]]
    )
    channels = tuple(channel(s, "right") for s in CURLS)
    x = one_by_one(rng, follows, seconds=240, noise=0.3)
    task = Condition.of(task="movement")
    made = visit(recording(60 + x, channels, rate_hz=RATE_HZ, condition=task))
    # Every finger moves as often and as far: squares add up. E k^2 = exp(s^2) if k varies around 1.
    squares = [np.delete(follows[:, j], j) ** 2 for j in range(len(channels))]
    return made, {
        (c.label, task.label, ""): 100 * float(np.sqrt(np.exp(VARIES**2) * of_finger.mean()))
        for c, of_finger in zip(channels, squares, strict=True)
    }
