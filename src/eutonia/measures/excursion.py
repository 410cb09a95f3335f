"""What the measures of the range of motion share: the top of the excursions to one side."""

from __future__ import annotations

import numpy as np

from eutonia.measures import posture
from eutonia.model import (
    Analytic,
    CannotMeasure,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: A top counts where it was held for this long in all: a jerk of the landmarks is shorter.
HELD_S = 0.2
#: Less than this to one side is no excursion, in degrees. [D]
LEAST_DEG = 5.0
TASKS = frozenset({"range"})
#: Axis, sign and words of each direction.
WAYS = {
    "yaw_right": ("yaw", 1, "turn to the right"),
    "yaw_left": ("yaw", -1, "turn to the left"),
    "pitch_up": ("pitch", 1, "look up"),
    "pitch_down": ("pitch", -1, "look down"),
    "roll_right": ("roll", 1, "tilt to the right"),
    "roll_left": ("roll", -1, "tilt to the left"),
}
DOWN = "pitch_down"
_FURTHER = (
    f" From {-posture.BENDS_PITCH:g} degrees down on only the near end of it is known, as there "
    "the landmarks stop at another angle in each person."
)
_FURTHER_BEFORE = " Up to version 2 only the near end was given from 25 degrees down on."
#: Largest angles of the example, to the positive and the negative side.
EXAMPLE_TOPS = np.array([[42.0, 28.0], [25.0, 32.0], [18.0, 30.0]])
CAUTION = (
    "It is the active range of the day, as far as the person went: pain, effort and instruction "
    "are in it, and a video cannot tell dystonia from a contracture. Above 45 degrees, downwards "
    "above 15, read it as 'at least': as a posture that is down, it may be up to 25 more. The "
    "interval is that of the camera's path, not between attempts. " + posture.CAUTION
)


def declared(way: str) -> Measure:
    """Return the declaration of the range in one direction."""
    axis, sign, words = WAYS[way]
    seen = posture.AXIS_RANGES[axis]
    most = seen.hi if sign > 0 else -seen.lo
    return Measure(
        id=f"head.rom_{way}",
        version="3" if way == DOWN else "2",
        title=f"Range of motion: {words}",
        unit="deg",
        tier="supportive",
        sources=(),
        method=f"Largest angle from straight to which the head came by itself ({words}) and stayed "
        "for 0.2 s in all, over all repeats of the range. The interval is the error of the zero "
        f"and {posture.APART_SHARE[axis]:.0%} (SD) of the angle."
        + (_FURTHER if way == DOWN else ""),
        needs=Needs(inputs=posture.head_input(), target=Each(sites=(axis,)), tasks=TASKS),
        scale="difference",
        interval=Analytic(),
        valid=Range(lo=0, hi=most, shown_by=posture.SHOWN_BY, saturates=True),
        invariant=frozenset({"channel_order", "time_shift"}),
        caution=CAUTION,
        history=posture.AS_WIDE.format(1) + (_FURTHER_BEFORE if way == DOWN else ""),
        figure="bars",
        proofs=("simulated",),
    )


def tops(x: Inputs, sign: int) -> Floats:
    """Return the largest angle to one side, ``(n_spans, n_targets)``; NaN where not seen."""
    found = np.full((len(x["head"]), len(x.targets)), np.nan)
    for one, block in zip(found, x["head"], strict=True):
        need = max(1, round(HELD_S * block.rate_hz))
        for i, (row,) in enumerate(x.targets):
            values = sign * block.x[row][block.mask[row]]
            if len(values) >= need:
                one[i] = np.partition(values, -need)[-need]
    return found


def measure(x: Inputs, way: str) -> Result:
    """Return the largest angle in one direction with the errors of zero and landmarks."""
    axis, sign, words = WAYS[way]
    each = tops(x, sign)
    if not np.isfinite(each).any():
        raise CannotMeasure("The head was not seen during the range of motion.")
    best = np.nanmax(each, axis=0)
    least = np.maximum(best, 0.0)[:, None]
    of_zero = posture.zero_sd(x.channels["head"], x.targets[:, 0])[:, None]
    half = 1.959964 * np.hypot(of_zero, posture.APART_SHARE[axis] * least)
    never = f"The head never went {LEAST_DEG:g} degrees that way ({words})."
    return Result(
        values=least,
        lo=np.maximum(least - half, 0.0),
        hi=least + half,
        at_least=(least > -posture.BENDS_PITCH) & (way == DOWN),
        reasons=tuple("" if b >= LEAST_DEG else never for b in best),
        n_effective=np.isfinite(each).sum(axis=0).astype(np.float64),
    )


def example(seed: int, way: str) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return three cycles of the range, the best one known."""
    axis, sign, _ = WAYS[way]
    made, task = cycles(seed)
    top = float(EXAMPLE_TOPS[posture.AXES.index(axis), 0 if sign > 0 else 1])
    return made, {(axis, task, ""): top}


def cycles(seed: int) -> tuple[Visit, str]:
    """Return three cycles of the range, two of them not full, and the condition's label."""
    from eutonia.model import Condition
    from eutonia.simulate.head import excursions, head_recording
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    zero = posture.zero_drawn(rng)
    order = rng.permutation([1.0, 0.9, 0.8])
    share = np.array([[posture.APART_SHARE[axis]] for axis in posture.AXES])
    seen = EXAMPLE_TOPS * (1 + share * rng.standard_normal(EXAMPLE_TOPS.shape))
    one = [excursions(rng, k * seen, rate_hz=30.0, seconds=15.0) for k in order]
    task = Condition.of(task="range")
    made = head_recording(zero + np.concatenate(one, axis=1), rate_hz=30.0, condition=task)
    return visit(made), task.label
