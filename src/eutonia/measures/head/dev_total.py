"""How far the head is from straight, all axes together."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.measures import posture
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit

MEASURE = Measure(
    id="head.dev_total",
    version="3",
    title="Deviation of the head from straight",
    unit="deg",
    tier="clinical",
    sources=(),
    method="Angle of the mean rotation between head and trunk over the condition: how far one turn "
    "about the best axis would have to go to set the head straight. The interval of a contrast "
    "adds 12 % (SD) of the way between the two postures.",
    needs=posture.of_all_axes(),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=5, hi=45, shown_by=posture.SHOWN_BY, saturates=True),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="It has no direction and is never below 0, so that below about 5 degrees it is mostly "
    "the error of the zero. " + posture.CAUTION + posture.SINCE_TWO + posture.RAISED_HAND,
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum rotations over blocks of a second; see `MEASURE`."""
    summed, span = posture.rotation_sums(x)
    rotation, _ = posture.mean_turn(summed.sum(axis=0))
    sd = posture.zero_sd(x.channels["head"], x.targets[0])
    # A turn of the trunk may hide all that the head is turned, so it counts whatever the direction.
    of_trunk = posture.trunk_sd(x, x.targets[0]).max() * np.ones((len(x.targets), 1))
    of_zero = posture.along(rotation, sd)[:, None]
    limits = posture.with_zero(np.hypot(of_zero, of_trunk), least=0.0)
    # The largest of the three: its direction is not known.
    share = np.full((len(x.targets), 1), max(posture.APART_SHARE.values()))
    return Result(
        blocks=summed,
        finish=finish,
        span=span,
        limits=limits,
        varying=posture.varying(x, share, of_trunk),
        notes=posture.trunk_notes(x),
    )


def finish(total: Floats) -> Floats:
    """Return the angle of the mean rotation from sums of rotations."""
    return posture.deviation(posture.mean_turn(total)[0])[..., None]


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for 20 s; the truth is its deviation in the long run."""
    from eutonia.measures.head_example import TARGET, let_go

    made, task = let_go(seed)
    return made, {(TARGET, task, ""): _true()}


@cache
def _true() -> float:

    from eutonia.measures.head_example import long_sums

    return float(finish(long_sums())[0, 0])
