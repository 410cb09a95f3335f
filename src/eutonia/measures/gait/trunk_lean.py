"""How the trunk leans and sways while walking."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

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
from eutonia.stats.normal import HALF_95

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

#: Most that landmarks sway without any sway of the trunk, walking, backwards and running: from the
#: side rendered people 5 to 36 read 1.6 to 4.9 degrees of none (ten films; mean and two SD are
#: 5.6), from the front two read 1.2 and 1.3. By its phase it adds to a sway or takes from it. [D]
STILL_SWAY_DEG = {"trunk_sagittal": 6.0, "trunk_lateral": 2.0}
#: What of that does not cancel between two conditions, SD of each, as a share of it: the sways that
#: those people read of none, added to known sways of any phase, made differences wrong by 2.5
#: degrees (root mean square), whether of one task or of two. [D]
SWAY_APART = 0.3
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
    version="6",
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
        "sway": Range(lo=6, hi=40, shown_by="docs/measures/gait.trunk_lean"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Vertical is the camera's: put it level. The interval of the mean holds 3 degrees (our "
    "rule) for that and for the landmarks, which cancel between conditions filmed alike but for a "
    "tenth (SD) of the difference, 0.3 degrees, and 0.5 between walking forwards and backwards or "
    "2 against running. A curved back is one line here. "
    + OBLIQUE
    + " Loose clothes hide the hips. Rendered people, seen from the "
    "side, read 4 degrees less forwards than their joints are, in running 3; without any sway they "
    "read up to 5 degrees of it, from front and back up to 2. Less than 6, from front and back 2, "
    "is not given; of more the interval holds as much to either side (our rule), and a difference "
    "0.3 of it (SD) of each condition.",
    history="Up to version 2 so little sway was given. Up to version 3 the interval of a "
    "difference "
    "held nothing of walking backwards nor a tenth of the difference. Up to version 4 strides that "
    "reached across a turn counted. Up to version 5 a sway seen from the side was given from 5 "
    "degrees on, its interval held nothing of what landmarks add, and differences of sways held "
    "what those of leans do.",
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
        limits=partial(_limits, still=_still(x)),
        varying=_varying(x, mean[:, 0]),
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


def varying(x: Inputs, lean: Floats) -> Varying:
    """Return what does not cancel between two conditions: tasks lie apart, and so do leans.

    Parameters
    ----------
    x : Inputs
    lean : ndarray, shape (n_targets,)
        Mean lean of each target in this condition, degrees.
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
    shape = len(x.targets), 1
    return Varying(sd=np.full(shape, NEW_DEG), share=np.ones(shape), place=place)


def _varying(x: Inputs, lean: Floats) -> Varying:
    """Return the same of lean and sway: what landmarks sway may meet a sway in any phase."""
    of_lean, sway = varying(x, lean), SWAY_APART * _still(x)[:, None]
    assert of_lean.share is not None
    return replace(
        of_lean,
        sd=np.concatenate([of_lean.sd, sway], axis=1),
        share=np.concatenate([of_lean.share, np.zeros_like(sway)], axis=1),
    )


def _still(x: Inputs) -> Floats:
    """Return the most that each trunk seems to sway without any sway."""
    sites = [x.channels[st.INPUT][row].site for row in x.targets[:, 0]]
    return np.array([STILL_SWAY_DEG[site] for site in sites])


def _limits(value: Floats, error: Floats, df: Floats, *, still: Floats) -> tuple[Floats, Floats]:
    """Return limits of lean and sway: of a sway all may be landmarks that are so large."""
    lo, hi = with_systematic(np.stack([np.full_like(still, SYSTEMATIC_DEG), still / HALF_95], 1))(
        value, error, df
    )
    lo[..., 1] = np.maximum(lo[..., 1], 0.0)
    return lo, hi


def _unresolved(x: Inputs, sway: Floats) -> tuple[str, ...]:
    """Return a sentence for each trunk that sways no more than landmarks do by themselves."""
    why = (
        "The trunk seems to sway by {:.1f} degrees in a stride; a still one can seem to sway by "
        "{:.0f} degrees."
    )
    return tuple(why.format(s, m) if s < m else "" for s, m in zip(sway, _still(x), strict=True))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a trunk that leans by a known angle and sways, and a camera that misreads both."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    read = 16.0 + STILL_SWAY_DEG["trunk_sagittal"] / HALF_95 * rng.standard_normal()
    walked = gait.walk(rng, gait.Gait(seconds=30, lean_deg=(15.0, 0.0), sway_deg=read))
    made = visit(seen.traces(rng, walked, off={"trunk_sagittal": SYSTEMATIC_DEG}))
    key = "trunk sagittal", "walking"
    return made, {(*key, "mean"): 15.0, (*key, "sway"): 16.0}
