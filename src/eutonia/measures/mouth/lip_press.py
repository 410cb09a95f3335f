"""Lips that are pressed, pursed or held open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.corners import OF_ASIDE, OF_GAP, OF_JAW, of_jaw, with_aside
from eutonia.measures.covered_mouth import UNSEEN, hidden, moved, notes, of_site, total, with_cover
from eutonia.measures.part_seen import OF_CORNER, Shown
from eutonia.measures.positions import BLOCK_S, NECK, apart, from_camera, mean, position_sums
from eutonia.measures.still_mouth import HELD, by_turn, with_face
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
    Varying,
    Visit,
)

#: What stays in view of lips at a mouthpiece: the corners.
SEEN = "lip_width"
GAP = "lip_gap"
#: Lips that are shut are read 2 % apart in the mean, open ones 3 to 4 % too far: a gap that is read
#: as r is taken to be ``r**2 / (r + GAP_EXCESS)``. True is the height, in the head's own frame,
#: between the lowest point of the upper and the highest of the lower lip. [D]
GAP_EXCESS = 5.0
#: What differs between people and ways of opening: SD in %, and of the part that is read. Chosen on
#: 30 people (0 to 29), light and dark skin, near and far, straight, turned by 15 and nodding by 12
#: degrees, jaws open by 2 to 12 degrees, also to one side, and lips that part without the jaw:
#: limits hold 98 % of 1280 gaps. Of 30 others (30 to 59) they hold 97 %, of lips that the jaw parts
#: by 2 degrees 91. [D]
GAP_SD, GAP_SPREAD = 2.1, 0.16
#: Of differences of the gap: SD for each % of the difference, and for each % of either gap. They
#: hold 97 % of those to shut lips (of the others 96), 99 % (99) of gaps opened alike and 95 % (95)
#: of jaws against lips; where one head is turned or nods 99, 98 and 95 % (99, 96 and 94). [D]
GAP_GAIN, GAP_ANEW = 0.25, 0.13
#: SD in %, for each % of a gap and each degree by which the head nods: at 12 degrees down 0.75 of
#: what a straight head shows is read, at 12 up 1.14. [D]
GAP_NOD = 0.016
#: What still lips seem to change, SD in %, for each % that the jaw is shown more open: rendered
#: people under number 50, whose gap truly opened; of the gap, how a jaw that opens it is read
#: otherwise than lips that part by themselves (0 to 29). [D]
OF_OPENING = {"lip_height": 0.2, "lip_width": 0.3, "lip_gap": 0.2}
#: Of the way of pulled corners, and of the gap, a part is shown, which makes the difference wrong,
#: not new.
OF_PART = {"lip_width": OF_CORNER, "lip_gap": GAP_GAIN}

MEASURE = Measure(
    id="mouth.lip_press",
    version="7",
    title="Lips: height of the red, width, gap",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean height of both red lips (small when they are pressed), mean distance of the "
    "corners of the mouth (small when the lips are pursed) and mean gap between the lips (0 when "
    "closed), in % of the distance between the outer corners of the eyes. Gaps are read 2 to 4 % "
    "too large on rendered people, those of shut lips as well: what is read as r is given as "
    f"r² / (r + {GAP_EXCESS:g}); limits hold the rest, {GAP_SD:g} % (SD) and a gain with an SD of "
    f"{GAP_SPREAD:g}; contrasts a gain with an SD of {GAP_GAIN:g} and {GAP_ANEW:g} (SD) of either "
    f"gap; both {GAP_NOD:g} of it for each degree by which the head nods. At a mouthpiece only the "
    "distance of the corners is taken; its limits, and contrasts to conditions without a "
    "mouthpiece, then hold 3.5 % (SD) for what that makes of it, those between two with a "
    "mouthpiece 1.6 %. Contrasts to a trick hold 0.7, 0.4 and 0.4 % for the hand, of width, gap "
    "and height. Limits hold what a head that is turned from the camera makes of still lips. "
    f"{HELD} That is {OF_OPENING['lip_height']} % of height and gap and "
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
    f"rest. {UNSEEN} Of a mouth that is covered as a whole no movement at all is read. How gaps of "
    "real lips are read is not known: the limits also hold those that are read "
    "right. Small changes of a gap are not told; keep the chin level.",
    history="Up to version 1 lips behind a mouthpiece were measured as if they were seen. Up to "
    "version 4 differences of width did not hold a jaw to one side, which made lips of rendered "
    "people read 2 to 5 % too wide; up to version 5 the limits of one condition did not. Up to "
    "version 6 the gap was what is read, on rendered people up to 12 % too large, with limits that "
    "held only 1 to 3 %.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum distances over blocks of three seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = position_sums((b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"])
    by_cover = moved(x, rows)
    sites = [x.channels["mouth"][row].site for row in rows]
    gap = np.array([[site == GAP] for site in sites])
    wide = gap * gap_of(max(apart(x, GAP), 0.0))
    nodded = GAP_NOD * wide * apart(x, "head_pitch")
    unseen = total([by_turn(x, rows), of_jaw(x, rows), *by_cover.T])[:, None]
    opening = of_site(x, rows, OF_OPENING)[:, None] * apart(x, "jaw_opening")
    plain = Varying(
        sd=GAP_ANEW * wide,
        share=np.ones_like(wide),
        place=np.concatenate([opening, nodded], axis=1),
        gain=of_site(x, rows, OF_PART)[:, None],
    )
    by_jaw = with_aside(plain, x, rows)
    return Result(
        blocks=blocks,
        finish=partial(_lips, gap=gap),
        span=span,
        limits=_Limits(spread=GAP_SPREAD * gap, sd=total([unseen, GAP_SD * gap, nodded]), gap=gap),
        varying=with_face(with_cover(by_jaw, x, rows), x, rows),
        reasons=tuple("" if s == SEEN else hidden(x.condition, "the lips") for s in sites),
        details={"shown_pct": np.where(gap, mean(blocks.sum(axis=0)), np.nan)[:, 0]},
        notes=notes(x.condition),
    )


def gap_of(shown: Floats | float) -> Floats:
    """Return the gap of lips that is true in the mean of rendered people where one is read, in %.

    Examples
    --------
    >>> np.round(gap_of(np.array([0.0, 2.0, 6.0, 12.0])), 1)
    array([0. , 0.6, 3.3, 8.5])
    """
    shown = np.maximum(np.asarray(shown, dtype=np.float64), 0.0)
    return shown**2 / (shown + GAP_EXCESS)


def gap_shown(true: Floats | float) -> Floats:
    """Return what is read of a gap in the mean of rendered people: the inverse of `gap_of`."""
    true = np.asarray(true, dtype=np.float64)
    return (true + np.sqrt(true**2 + 4 * GAP_EXCESS * true)) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class _Limits(Shown):
    """Limits that hold what is read wrong; no gap is less than 0."""

    gap: NDArray[np.bool_]

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        lo, hi = super().__call__(value, error, df)
        return np.where(self.gap, np.maximum(lo, 0.0), lo), hi


def _lips(total: Floats, *, gap: NDArray[np.bool_]) -> Floats:
    shown = mean(total)
    return np.where(gap, gap_of(np.where(gap, shown, 0.0)), shown)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate lips that are pressed and pursed while speaking, with what their gap makes of it."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([9.0, 48.0, 6.0])
    sites = ("lip_height", "lip_width", "lip_gap")
    channels = tuple(map(channel, sites))
    seen = means[2] * (1 + GAP_SPREAD * rng.standard_normal()) + GAP_SD * rng.standard_normal()
    shown = np.array([*means[:2], gap_shown(max(seen, 0.0))])
    of_gap = shown[2] * np.array([OF_GAP.get(site, 0.0) for site in sites])
    x = around(rng, shown + of_gap * rng.standard_normal(len(sites)), seconds=60, sd=1.5)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, means, strict=True)}
