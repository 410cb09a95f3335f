"""Lips that are pressed, pursed or held open."""

from __future__ import annotations

import numpy as np

from eutonia.measures.corners import OF_ASIDE, OF_GAP, OF_JAW, of_jaw, with_aside
from eutonia.measures.covered_mouth import UNSEEN, hidden, moved, notes, of_site, total, with_cover
from eutonia.measures.part_seen import OF_CORNER
from eutonia.measures.positions import (
    BLOCK_S,
    NECK,
    apart,
    from_camera,
    mean,
    position_sums,
    with_systematic,
)
from eutonia.measures.still_mouth import HELD, by_turn, with_face
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
)

#: What stays in view of lips at a mouthpiece: the corners.
SEEN = "lip_width"
#: What still lips seem to change, SD in %, for each % that the jaw is shown more open: rendered
#: people under number 50, whose gap truly opened. [D]
OF_OPENING = {"lip_height": 0.2, "lip_width": 0.3}
#: Of the way of pulled corners a part is shown, which makes the difference wrong, not new.
OF_PULL = {"lip_width": OF_CORNER}

MEASURE = Measure(
    id="mouth.lip_press",
    version="6",
    title="Lips: height of the red, width, gap",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean height of both red lips (small when they are pressed), mean distance of the "
    "corners of the mouth (small when the lips are pursed) and mean gap between the lips (0 when "
    "closed), in % of the distance between the outer corners of the eyes. At a mouthpiece only the "
    "distance of the corners is taken; its limits, and contrasts to conditions without a "
    "mouthpiece, then hold 3.5 % (SD) for what that makes of it, those between two with a "
    "mouthpiece 1.6 %. Contrasts to a trick hold 0.7, 0.4 and 0.4 % for the hand, of width, gap "
    "and height. Limits hold what a head that is turned from the camera makes of still lips. "
    f"{HELD} That is {OF_OPENING['lip_height']} % of height and "
    f"{OF_OPENING['lip_width']} % of width for each % by which the jaw is more open, too, and "
    f"{OF_ASIDE['lip_width']} % of width for each % by which the jaw is shown to one side. "
    f"{OF_JAW} {OF_GAP['lip_height']} % of height and {OF_GAP['lip_width']} % of width. "
    "Contrasts of width also hold what is shown of a pulled corner, 0.5 to 0.9 of its way in the "
    f"mean (a gain with an SD of {OF_CORNER:g}).",
    needs=Needs(
        inputs=from_camera("mouth"),
        target=Each(sites=("lip_height", "lip_width", "lip_gap")),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0, hi=90, shown_by="docs/measures/mouth.lip_press"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Height and width are the person's own lips: read the difference between task and "
    f"rest. {UNSEEN} Of a mouth that is covered as a whole no movement at all is read. Up to "
    "version 1 lips behind a mouthpiece were measured as if they were seen. Up to version 4 "
    "differences of width did not hold a jaw to one side, which made lips of rendered people read "
    "2 to 5 % too wide; up to version 5 the limits of one condition did not.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum distances over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"])
    by_cover = moved(x, rows)
    nothing = np.zeros((len(rows), 1))
    sites = [x.channels["mouth"][row].site for row in rows]
    opening = of_site(x, rows, OF_OPENING)[:, None] * apart(x, "jaw_opening")
    gain = of_site(x, rows, OF_PULL)[:, None]
    plain = Varying(sd=nothing, share=nothing + 1, place=opening, gain=gain)
    by_jaw = with_aside(plain, x, rows)
    return Result(
        blocks=blocks,
        finish=mean,
        span=span,
        limits=with_systematic(total([by_turn(x, rows), of_jaw(x, rows), *by_cover.T])[:, None]),
        varying=with_face(with_cover(by_jaw, x, rows), x, rows),
        reasons=tuple("" if s == SEEN else hidden(x.condition, "the lips") for s in sites),
        notes=notes(x.condition),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate lips that are pressed and pursed while speaking, with what their gap makes of it."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([9.0, 48.0, 6.0])
    sites = ("lip_height", "lip_width", "lip_gap")
    channels = tuple(map(channel, sites))
    of_gap = means[2] * np.array([OF_GAP.get(site, 0.0) for site in sites])
    x = around(rng, means + of_gap * rng.standard_normal(len(sites)), seconds=60, sd=1.5)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
