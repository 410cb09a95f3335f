"""How high each shoulder is pulled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.measures import posture
from eutonia.model import Each, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

#: No shoulder can be pulled up or down by more, % of the distance of the shoulders: about 10 of
#: 40 cm (our rule, generous). [D]
POSSIBLE_PERCENT = 25.0
_ASKEW = (
    "The shoulders read {:.0f} % from level, more than a shoulder can be pulled: the camera looked "
    "from above or the body was turned to it. Film squarely from the front, the camera level."
)

MEASURE = Measure(
    id="head.shoulder",
    version="3",
    title="Height of the shoulder",
    unit="%",
    tier="supportive",
    sources=(),
    method="Median height of each shoulder in the picture above where it stood in the segment that "
    "sets the zero, in % of the distance of the shoulders. Without that segment in the same video: "
    "above the mean of both shoulders, so that only their difference is seen.",
    needs=Needs(
        inputs=posture.head_input(""),
        target=Each(sites=("shoulder",)),
        not_tasks=posture.NOT_A_POSTURE,
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-5, hi=12, shown_by=posture.SHOWN_BY),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A camera or a person that moved since the zero moves both shoulders. Two thirds of a "
    "height are seen, and what is seen is enlarged by what rendered people show. A hand that is "
    "raised, as for a trick, lifts what is seen as the shoulders: such pictures are left out. The "
    "part of the error of the zero that is the examiner's hand is our rule. More than 25 % is no "
    "shoulder but a camera that looks from above or aside: it is not given (up to version 2 it "
    "was).",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count heights over blocks of a second; see `MEASURE`."""
    found = posture.shifts(x)
    return replace(found, reasons=_askew(x, found.reasons))


def _askew(x: Inputs, reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return the reasons with a sentence for both shoulders where one reads what none can do."""
    (blocks,) = x.blocks.values()
    heights = [
        np.concatenate([b.x[row][b.mask[row]] for b in blocks]) for row in x.targets[:, 0].tolist()
    ]
    most = max((abs(float(np.median(h))) for h in heights if len(h)), default=0.0)
    before = reasons or ("",) * len(heights)
    if most <= POSSIBLE_PERCENT:
        return before
    return tuple(why or _ASKEW.format(most) for why in before)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return shoulders that drift for 20 s, one of them pulled up; the truth is their centre."""
    from eutonia.measures.head_example import shifted

    made, task = shifted(seed, (("shoulder", "left", 1.0), ("shoulder", "right", 9.0)))
    return made, {("left shoulder", task, ""): 1.0, ("right shoulder", task, ""): 9.0}
