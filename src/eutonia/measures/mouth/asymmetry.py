"""Uneven corners of the mouth."""

from __future__ import annotations

import numpy as np

from eutonia.measures.corners import (
    APART_OF_ASIDE,
    APART_OF_GAP,
    OF_JAW,
    of_jaw,
    with_aside,
    with_opening,
)
from eutonia.measures.covered_mouth import UNSEEN, moved, notes, total, with_cover
from eutonia.measures.part_seen import OF_CORNER, OUT_OF_UP, Shown, out_of_up, with_part
from eutonia.measures.positions import NECK, Series, from_camera, mean, position_sums
from eutonia.measures.still_mouth import HELD, TURNED, by_turn, with_face
from eutonia.model import (
    Block,
    Condition,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

#: Between people: uneven faces, % (`docs/video/accuracy`).
SYSTEMATIC = 2.0

#: What even corners seem to become uneven, SD in %, for each % that the jaw is more open (20
#: rendered people, development).
OF_OPENING = {"corner_out": 0.17, "corner_up": 0.13}

MEASURE = Measure(
    id="mouth.asymmetry",
    version="7",
    title="Mouth asymmetry, right less left",
    unit="%",
    tier="supportive",
    sources=(),
    method="Mean place of the right corner of the mouth less that of the left, in the same "
    "pictures, in % of the distance between the outer corners of the eyes: how much further out "
    "from the midline, and how much higher. The limits also hold "
    f"{SYSTEMATIC:g} % (SD) for uneven faces, which a contrast between conditions does "
    "not need. That holds, for each % by which the jaw is more open, "
    f"{OF_OPENING['corner_out']} % (SD) outwards and {OF_OPENING['corner_up']} % in height, and "
    f"for each % by which it is shown to one side {APART_OF_ASIDE['corner_out']} % outwards and "
    f"{APART_OF_ASIDE['corner_up']} % in height. {OF_JAW} {APART_OF_GAP['corner_out']} and "
    f"{APART_OF_GAP['corner_up']} %. "
    "Limits, and contrasts to conditions without, also hold what a mouthpiece (1.3 % outwards and "
    "1.2 % in height, SD) or a hand at the face (0.7 and 0.3 %) makes of even corners. Those of "
    "two conditions with a mouthpiece hold 1.1 and 0.9 % for one that is set elsewhere. "
    "Limits and contrasts also hold what is shown of a pulled corner "
    f"on rendered people, 0.5 to 0.9 of its way in the mean (a gain with an SD of {OF_CORNER:g}), "
    f"and {OUT_OF_UP:g} % outwards for each % of height. "
    f"{HELD} {TURNED}",
    needs=Needs(
        inputs=from_camera("mouth"),
        target=Pairs("homologue", sites=("corner_out", "corner_up")),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-6, hi=6, shown_by="docs/video/accuracy"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Few faces are even: what changes between rest and task says more than the number by "
    "itself. Weakness of one side looks the same as pulling of the other; an examiner tells them "
    "apart. A jaw to one side truly takes the corners with it, with no corner pulled: 7 degrees of "
    "it read as 3 % on rendered people; in height landmarks show about 2 % too much of that, which "
    "limits and contrasts hold since version 7. Pulled against the jaw, corners can look even. "
    f"{UNSEEN}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the difference of the sides over blocks of three seconds; see `MEASURE`."""
    sides = np.array([[x.channels["mouth"][i].side for i in pair] for pair in x.targets])
    right = x.targets[sides == "right"]
    left = x.targets[sides == "left"]
    by_cover = moved(x, right, apart=True)
    errors = [SYSTEMATIC, by_turn(x, right, apart=True), out_of_up(x, right), *by_cover.T]
    errors.append(of_jaw(x, right, apart=True))

    def of_sides(block: Block) -> Series:
        both = block.mask[right] & block.mask[left]
        return block.x[right] - block.x[left], both, block.rate_hz

    blocks, span = position_sums(map(of_sides, x["mouth"]))
    moved_jaw = with_aside(with_opening(x, right, OF_OPENING), x, right, apart=True)
    covered = with_cover(moved_jaw, x, right, apart=True)
    return Result(
        blocks=blocks,
        finish=mean,
        span=span,
        limits=Shown(spread=OF_CORNER, sd=total(errors)[:, None]),
        varying=with_part(with_face(covered, x, right, apart=True), x, right),
        notes=notes(x.condition),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a right corner pulled out and down, partly shown, in an uneven face."""
    from eutonia.simulate.mouth import RATE_HZ, around, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    means = np.array([29.0, 36.0, -27.0, -31.0])
    channels = tuple(channel(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right"))
    out, up = means[1::2] - means[::2]
    out_seen, up_seen = (
        (1 + OF_CORNER * rng.standard_normal()) * way + SYSTEMATIC * rng.standard_normal()
        for way in (out, up)
    )
    out_seen += OUT_OF_UP * up_seen * rng.standard_normal()
    shown = means + np.array([0.0, out_seen - out, 0.0, up_seen - up])
    x = around(rng, shown, seconds=60, sd=2.0)
    task = Condition.of(task="speaking")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {
        (f"{channels[i].label} / {channels[i + 1].label}", task.label, ""): float(
            means[i + 1] - means[i]
        )
        for i in (0, 2)
    }
