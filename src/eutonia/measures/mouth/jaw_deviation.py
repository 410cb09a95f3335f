"""How far the jaw lies to one side."""

from __future__ import annotations

import numpy as np

from eutonia.measures.covered_mouth import UNSEEN, moved, notes, total, with_cover
from eutonia.measures.positions import NECK, apart, from_camera, with_systematic
from eutonia.measures.quantiles import distributions, mean_and_quantiles
from eutonia.model import (
    Condition,
    Each,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
)

#: Between people: uneven faces, and heads turned by up to 20°, % (`docs/video/accuracy`).
SYSTEMATIC = 2.0
#: What a straight jaw seems to go aside, SD in %, for each % that one corner is pulled higher or
#: lower against the other, and for each % that it is more open: the landmarks of the chin go with
#: both (20 rendered people, development).
OF_CORNERS, OF_OPENING = 0.45, 0.09
#: Shares of the time beyond which the extremes lie (our rule).
TAIL = 0.05

MEASURE = Measure(
    id="mouth.jaw_deviation",
    version="3",
    title="Jaw to one side",
    unit={"mean": "%", "left_most": "%", "right_most": "%"},
    tier="clinical",
    sources=(),
    method="Chin beside the midline of eyes and nose, in % of the distance between the outer "
    "corners of the eyes, + to the person's right: mean, and what is passed in 5 % of the time on "
    "either side. The head's own turning, tilting and nodding are removed. The limits also hold "
    f"{SYSTEMATIC:g} % (SD) for uneven and turned faces, which a contrast between conditions does "
    f"not need. That holds {OF_CORNERS} % (SD) for each % by which the heights of the corners of "
    f"the mouth differ otherwise, and {OF_OPENING} % for each % by which the jaw is more open. "
    "Limits, and contrasts to conditions without, also hold 1 % (SD) for a mouthpiece and 0.9 % "
    "for a hand at the face, contrasts of two conditions with a mouthpiece 0.6 %.",
    needs=Needs(inputs=from_camera("mouth"), target=Each(sites=("jaw_deviation",)), not_tasks=NECK),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-5, hi=5, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Few faces are even: what changes between rest and task says more than the number by "
    "itself. 1 % is about 0.9 mm in an adult. On rendered people the tracker "
    "shows only about a third of a sideways movement of the jaw. A pulled corner of the mouth "
    "takes the landmarks of the chin with it: on rendered people one pulled up by 3 % moved a "
    "straight chin by 1 %, as much as a jaw 3 degrees aside, and hides a jaw that goes the other "
    f"way. The tongue is not seen. {UNSEEN}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum positions and count them by cell in blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span, edges = distributions([(b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"]])
    place = [OF_CORNERS * apart(x, "corner_up"), OF_OPENING * apart(x, "jaw_opening")]
    n_parts = 3
    by_cover = moved(x, rows)
    varying = Varying(
        sd=np.zeros((len(rows), n_parts)),
        share=np.ones((len(rows), n_parts)),
        place=np.tile(place, (len(rows), 1)),
    )
    return Result(
        blocks=blocks,
        finish=mean_and_quantiles(edges, TAIL, 1 - TAIL),
        span=span,
        limits=with_systematic(total([SYSTEMATIC, *by_cover.T])[:, None]),
        varying=with_cover(varying, x, rows),
        notes=notes(x.condition),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate speech with the jaw to the right, seen in a face that is itself uneven."""
    from scipy.special import ndtri

    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    uneven = SYSTEMATIC * rng.standard_normal()
    x = 2.0 + uneven + around(rng, np.zeros(1), seconds=60, sd=1.0)
    task = Condition.of(task="speaking")
    jaw = channel("jaw_deviation")
    made = visit(recording(x, (jaw,), rate_hz=RATE_HZ, condition=task))
    tail = 1.0 * float(ndtri(1 - TAIL))
    truth = {"mean": 2.0, "left_most": 2.0 - tail, "right_most": 2.0 + tail}
    return made, {(jaw.label, task.label, part): value for part, value in truth.items()}
