"""Where each corner of the mouth is pulled to."""

from __future__ import annotations

import numpy as np

from eutonia.measures.corners import OF_ASIDE, OF_GAP, OF_JAW, of_jaw, with_aside, with_opening
from eutonia.measures.covered_mouth import UNSEEN, moved, notes, total, with_cover
from eutonia.measures.part_seen import OF_CORNER, OUT_OF_UP, out_of_up, with_part
from eutonia.measures.positions import (
    BLOCK_S,
    NECK,
    from_camera,
    mean,
    position_sums,
    with_systematic,
)
from eutonia.measures.still_mouth import HELD, TURNED, by_turn, with_face
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

#: Of one corner, so that both together have the 2 % (SD between people) of uneven faces
#: (`mouth.asymmetry`).
SYSTEMATIC = 2.0 / np.sqrt(2)
#: What one corner seems to move unlike the other, SD in %, for each % that the jaw is more open:
#: half the variance of `mouth.asymmetry`.
OF_OPENING = {"corner_out": 0.12, "corner_up": 0.09}

MEASURE = Measure(
    id="mouth.corner_pull",
    version="8",
    title="Corner of the mouth",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean place of each corner of the mouth in the head's own frame, in % of the distance "
    "between the outer corners of the eyes: out from the midline of eyes and nose, and up from "
    "the base of the nose (so negative). The limits also hold "
    f"{SYSTEMATIC:.1f} % (SD) for uneven faces, as does the difference of the sides; a "
    "contrast between conditions does not need it, but holds, for each % by which the jaw is "
    f"more open, {OF_OPENING['corner_out']} % (SD) outwards and {OF_OPENING['corner_up']} % in "
    f"height, and {OF_ASIDE['corner_out']} % outwards and {OF_ASIDE['corner_up']} % in height for "
    f"each % by which it is shown to one side. {OF_JAW} {OF_GAP['corner_out']} % "
    f"outwards and {OF_GAP['corner_up']} % in height. "
    "Limits, and contrasts to conditions without, also hold what a mouthpiece (1.9 % "
    "outwards and 1.3 % in height, SD) or a hand at the face (0.5 to 0.6 %) makes of a corner, and "
    "contrasts of two conditions with a mouthpiece 0.9 % for one that is set elsewhere. "
    "Contrasts also hold what is shown of a pulled corner "
    f"on rendered people, 0.5 to 0.9 of its way in the mean (a gain with an SD of {OF_CORNER:g}), "
    f"and {OUT_OF_UP:g} % outwards for each % of height. "
    f"{HELD} {TURNED}",
    needs=Needs(
        inputs=from_camera("mouth"), target=Each(sites=("corner_out", "corner_up")), not_tasks=NECK
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=-80, hi=80, shown_by="docs/measures/mouth.corner_pull"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The place itself is the person's own face: read the difference between task and rest "
    "and between the sides. 1 % is about 0.9 mm in an adult. The platysma below the jaw is not "
    "seen. An opening jaw takes both corners down, and a jaw to one side takes them with it, by "
    "3 % between the sides for 7 degrees on rendered people; landmarks show less of it, of dark "
    f"skin least, which contrasts hold since version 7, and limits since version 8. {UNSEEN}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum positions over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    by_cover = moved(x, rows)
    apart = moved(x, rows, apart=True) / np.sqrt(2)
    turned = by_turn(x, rows, apart=True) / np.sqrt(2)
    uneven = of_jaw(x, rows, apart=True) / np.sqrt(2)
    by_height = out_of_up(x, rows) / np.sqrt(2)
    sides = total([SYSTEMATIC, turned, uneven, by_height, *apart.T])[:, None]
    errors = [SYSTEMATIC, by_turn(x, rows), of_jaw(x, rows), *by_cover.T]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"])
    opened = with_aside(with_opening(x, rows, OF_OPENING, sides=sides), x, rows)
    return Result(
        blocks=blocks,
        finish=mean,
        span=span,
        limits=with_systematic(total(errors)[:, None]),
        varying=with_part(with_face(with_cover(opened, x, rows), x, rows), x, rows),
        notes=notes(x.condition),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a right corner pulled out and down, in a face that is itself uneven."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([29.0, 36.0, -27.0, -31.0])
    channels = tuple(channel(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right"))
    uneven = SYSTEMATIC * rng.standard_normal(len(means))
    x = around(rng, means + uneven, seconds=60, sd=2.0)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
