"""How the trunk leans and sways while walking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.positions import with_systematic
from eutonia.model import (
    Block,
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

#: What landmarks and a camera that stands askew add to every picture alike, in degrees. [D]
SYSTEMATIC_DEG = 3.0
#: What does not cancel between walking and running, and walking backwards, SD: rendered people,
#: rounded up.
APART_DEG, BACKWARDS_DEG = 2.0, 0.5
#: What does not cancel where walking, or sitting, is held against standing, SD: rendered people
#: 60 to 89 (1.5 and 0.9), rounded up; from the side and from the front. [D]
FROM_STANDING_DEG = {"trunk_sagittal": 2.0, "trunk_lateral": 1.0}
#: The same between any two conditions: all the time, and for each degree between their leans.
NEW_DEG, PER_DEGREE = 0.2, 0.1

#: Most that landmarks sway without any sway of the trunk: rendered people from the side (mean 2.3
#: to 4.6 degrees), and from front and back (mean 0.9 to 1.1).
STILL_SWAY_DEG = {"trunk_sagittal": 5.0, "trunk_lateral": 2.0}
#: What a lean below 0 and above 0 is.
_WAYS = {
    "trunk_sagittal": "+ is forwards, \N{MINUS SIGN} is backwards",
    "trunk_lateral": "+ is to the person's right, \N{MINUS SIGN} is to the person's left",
}
#: A camera that does not stand square to the person.
OBLIQUE = (
    "The camera must stand square to the person: of a trunk that leans forwards by 25 degrees, a "
    "front view from 20 degrees beside shows 7 to 9 to the side, though nothing leans there."
)

MEASURE = Measure(
    id="gait.trunk_lean",
    version="5",
    title="Lean of the trunk over strides",
    unit={"mean": "deg", "sway": "deg"},
    tier="clinical",
    sources=(),
    method="Angle of the line from the middle of the hips to that of the shoulders with the "
    "camera's vertical, + forwards (from the side) or to the person's right (from front or back): "
    "its mean over whole strides, and its range within a stride (of a fit of two harmonics).",
    needs=Needs(
        inputs=st.inputs(),
        target=Each(sites=("trunk_sagittal", "trunk_lateral")),
        not_tasks=st.STILL,
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "mean": Range(lo=-15, hi=30, shown_by="docs/video/accuracy"),
        "sway": Range(lo=5, hi=40, shown_by="docs/measures/gait.trunk_lean"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Vertical is the camera's: put it level. The interval of the mean holds 3 degrees (our "
    "rule) for that and for the landmarks, which cancel between conditions filmed alike but for a "
    "tenth (SD) of the difference, 0.3 degrees, and 0.5 between walking forwards and backwards or "
    "2 against running. A curved back is one line here. "
    + OBLIQUE
    + " Loose clothes hide the hips. Rendered people, seen from the "
    "side, read 4 degrees less forwards than their joints are, in running 3; without any sway they "
    "read up to 5 degrees of it, from front and back up to 2: so little is not given.",
    history="Up to version 2 so little sway was given. Up to version 3 the interval of a "
    "difference "
    "held nothing of walking backwards nor a tenth of the difference. Up to version 4 strides that "
    "reached across a turn counted.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Average lean and sway over strides; see `MEASURE`."""

    def angles(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.fuller(x, block)
        rows = [
            (
                per.mean_in(block, target[0], st.window(found, i, 0, 1)),
                per.swing_range(block, target[0], st.window(found, i, 0, 1)),
            )
            for i in range(len(found))
        ]
        return per.counted(np.array(rows).reshape(len(rows), 2))

    blocks, span = per.gathered(x, angles)
    n = blocks[:, :, 2:].sum(axis=0).min(axis=1)
    mean = per.mean_of(blocks.sum(axis=0))
    return Result(
        blocks=blocks,
        finish=per.mean_of,
        limits=with_systematic(np.array([SYSTEMATIC_DEG, 0.0])),
        varying=varying(x, mean[:, 0], n_parts=2),
        span=span,
        reasons=per.few(n),
        part_reasons={"sway": _unresolved(x, mean[:, 1])},
        n_effective=n,
        notes=ways(x),
    )


def ways(x: Inputs) -> tuple[str, ...]:
    """Say in words to which side each sign of a lean is."""
    channels = x.channels[st.INPUT]
    said = {channels[row].label: _WAYS[channels[row].site] for row in x.targets[:, 0]}
    return tuple(f"{label}: {words}" for label, words in said.items())


def varying(x: Inputs, lean: Floats, *, n_parts: int = 1) -> Varying:
    """Return what does not cancel between two conditions: tasks lie apart, and so do leans.

    Parameters
    ----------
    x : Inputs
    lean : ndarray, shape (n_targets,)
        Mean lean of each target in this condition, degrees.
    n_parts : int
        Numbers of a target, all of which get the same.
    """
    task, channels = x.condition.get("task") or "", x.channels[st.INPUT]
    place = np.zeros((len(x.targets), 5))
    for target, row in enumerate(x.targets[:, 0]):
        still = FROM_STANDING_DEG[channels[row].site]
        # Walking, standing and sitting lie equally far from each other.
        known = {
            "standing": (still, 0.0, 0.0, 0.0),
            "sitting": (still / 2, np.sqrt(0.75) * still, 0.0, 0.0),
            "running": (0.0, 0.0, APART_DEG, 0.0),
            "walking_backwards": (0.0, 0.0, 0.0, BACKWARDS_DEG),
        }
        place[target, :4] = known.get(task, (0.0,) * 4)
    place[:, 4] = PER_DEGREE * np.nan_to_num(lean)
    shape = len(x.targets), n_parts
    return Varying(sd=np.full(shape, NEW_DEG), share=np.ones(shape), place=place)


def _unresolved(x: Inputs, sway: Floats) -> tuple[str, ...]:
    """Return a sentence for each trunk that sways no more than landmarks do by themselves."""
    sites = [x.channels[st.INPUT][row].site for row in x.targets[:, 0]]
    most = [STILL_SWAY_DEG[site] for site in sites]
    why = (
        "The trunk seems to sway by {:.1f} degrees in a stride; a still one can seem to sway by "
        "{:.0f} degrees."
    )
    return tuple(why.format(s, m) if s < m else "" for s, m in zip(sway, most, strict=True))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a trunk that leans by a known angle and sways with every stride."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    walked = gait.walk(rng, gait.Gait(seconds=30, lean_deg=(15.0, 0.0), sway_deg=8.0))
    made = visit(seen.traces(rng, walked, off={"trunk_sagittal": SYSTEMATIC_DEG}))
    key = "trunk sagittal", "walking"
    return made, {(*key, "mean"): 15.0, (*key, "sway"): 8.0}
