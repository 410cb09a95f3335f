"""How far the jaw lies to one side."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from eutonia.measures.covered_mouth import UNSEEN, moved, notes, total, with_cover
from eutonia.measures.part_seen import Shown
from eutonia.measures.positions import NECK, apart, from_camera
from eutonia.measures.quantiles import distributions, mean_and_quantiles
from eutonia.measures.still_mouth import BY_TURN, HELD, TURNED, by_turn, with_face
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
    Varying,
    Visit,
)
from eutonia.model.result import Finish

#: Mean part of a jaw's way aside that landmarks show, and its SD between people and views: 0.336
#: and 0.074, 0.19 to 0.46 in 95 %, of rendered jaws of people under number 50, in light (0.35) and
#: dark skin (0.32), that went 6 degrees aside, heads straight and turned by 5 to 20 degrees, tilted
#: and nodding by up to 15. [D]
SEEN, SEEN_SD = 0.335, 0.082
#: Between people: uneven faces, % shown (`docs/video/accuracy`).
SYSTEMATIC = 2.0
#: What a straight jaw is shown to go aside, SD in %, for each % that one corner is pulled higher or
#: lower against the other (when `eutonia.derive.mouth` has taken off the mean; up, down and aside,
#: in straight and turned heads), and for each % that it is more open: the landmarks of the chin go
#: with both (rendered people under number 50).
OF_CORNERS, OF_OPENING = 0.25, 0.11
_TURN = BY_TURN["jaw_deviation"]
#: Shares of the time beyond which the extremes lie (our rule).
TAIL = 0.05

MEASURE = Measure(
    id="mouth.jaw_deviation",
    version="6",
    title="Jaw to one side",
    unit={"mean": "%", "left_most": "%", "right_most": "%"},
    tier="clinical",
    sources=(),
    method="Chin beside the midline of eyes and nose, in % of the distance between the outer "
    "corners of the eyes, + to the person's right: mean, and what is passed in 5 % of the time on "
    "either side. The head's own turning, tilting and nodding are removed, and so is the mean by "
    "which the landmarks of the chin go with a turned head and with uneven heights of the corners "
    "of the mouth. Landmarks show "
    f"{SEEN:g} (SD {SEEN_SD:g}) of a jaw's way aside on rendered people, so what they show is "
    f"divided by {SEEN:g}, and limits and contrasts hold that part. Of what is shown, the limits "
    f"also hold {SYSTEMATIC:g} % (SD) for uneven faces, which a contrast between "
    f"conditions does not need. That holds {OF_CORNERS} % (SD) for each % by which the heights of "
    f"the corners of the mouth differ otherwise, {OF_OPENING} % for each % by which the jaw is "
    f"shown more open, and {_TURN[0]} and {_TURN[1]} % for each degree by which the head turns and "
    f"nods otherwise. {HELD} Limits, and contrasts to conditions without, also hold 1 % (SD) for a "
    "mouthpiece and 0.9 % for a hand at the face, contrasts of two conditions with a mouthpiece "
    f"0.6 %. {TURNED}",
    needs=Needs(inputs=from_camera("mouth"), target=Each(sites=("jaw_deviation",)), not_tasks=NECK),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-15, hi=15, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Few faces are even: what changes between rest and task says more than the number by "
    "itself. 1 % is about 0.9 mm in an adult. Landmarks show only "
    f"0.19 to 0.46 of a sideways movement of the jaw on rendered people; the number is over the "
    f"mean of that, {SEEN:g}, and the interval holds it. How much is shown of real faces is not "
    "known: where all of "
    "it is, the number is three times too large. A pulled corner of the mouth, and a turned head, "
    "take the landmarks of the chin with them, in all rendered people much alike: that mean is "
    "taken "
    "off, and the limits hold the rest; whether it is the same in real faces is not "
    f"known. The tongue is not seen. {UNSEEN}",
    history="Up to version 3 the number was what is shown, about a third of the way. Up to version "
    "5 what a pulled corner and a turned head do was not taken off.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum positions and count them by cell in blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span, edges = distributions([(b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"]])
    place = [OF_CORNERS * apart(x, "corner_up"), OF_OPENING * apart(x, "jaw_opening")]
    n_parts = 3
    aside = total([SYSTEMATIC, by_turn(x, rows), *moved(x, rows).T])
    plain = Varying(
        sd=np.zeros((len(rows), n_parts)),
        share=np.ones((len(rows), n_parts)),
        place=np.tile(place, (len(rows), 1)),
    )
    varying = with_face(with_cover(plain, x, rows), x, rows)
    shown = mean_and_quantiles(edges, TAIL, 1 - TAIL)
    return Result(
        blocks=blocks,
        finish=partial(_over_seen, shown=shown),
        span=span,
        limits=Shown(spread=SEEN_SD / SEEN, sd=aside[:, None] / SEEN),
        varying=replace(
            varying,
            sd=varying.sd / SEEN,
            share=np.full((len(rows), n_parts), 1 / SEEN),
            gain=np.full((len(rows), n_parts), SEEN_SD / SEEN),
        ),
        details={"shown_pct": shown(blocks.sum(axis=0))[:, 0]},
        notes=notes(x.condition),
    )


def _over_seen(total: Floats, *, shown: Finish) -> Floats:
    return shown(total) / SEEN


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate speech with the jaw to the right, seen in a face that is itself uneven."""
    from scipy.special import ndtri

    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    uneven = SYSTEMATIC * rng.standard_normal()
    seen = SEEN + SEEN_SD * rng.standard_normal()
    x = seen * (8.0 + around(rng, np.zeros(1), seconds=60, sd=3.0)) + uneven
    task = Condition.of(task="speaking")
    jaw = channel("jaw_deviation")
    made = visit(recording(x, (jaw,), rate_hz=RATE_HZ, condition=task))
    tail = 3.0 * float(ndtri(1 - TAIL))
    truth = {"mean": 8.0, "left_most": 8.0 - tail, "right_most": 8.0 + tail}
    return made, {(jaw.label, task.label, part): value for part, value in truth.items()}
