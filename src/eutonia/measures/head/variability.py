"""How much the head moves about its mean posture."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from eutonia.dsp.rotation import angles
from eutonia.measures import face_at_work, posture
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit
from eutonia.stats.intervals import (
    influence,
    jackknife_in_time,
    left_out,
    student_quantile,
)

#: Half the width of a 95 % interval of a normal distribution, in standard deviations.
_Z = 1.959964
#: Share of the degrees of freedom that counts for a spread.
COUNTED = 0.15

MEASURE = Measure(
    id="head.variability",
    version="2",
    title="Movement of the head about its posture",
    unit="deg",
    tier="supportive",
    sources=(),
    method="Root mean square angle between the head and its mean posture in the condition, drift, "
    "jerks and tremor together; what a mean over few independent seconds hides of it is added. An "
    "error of the zero cancels. While the face works (speaking, counting, eating), the lower limit "
    "and differences hold what that makes a still head seem to move.",
    needs=posture.of_all_axes(),
    scale="ratio",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0.5, hi=30, shown_by="docs/measures/head.variability"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A drift slower than the recording is not seen whole. Noise of the landmarks adds "
    "0.3 to 1 degrees (0.4 to 1 on small and dim films of rendered people). The face's part is in "
    "the limits since version 2. " + posture.CAUTION,
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum rotations over blocks of a second; see `MEASURE`."""
    summed, span = posture.rotation_sums(x)
    seen = finish(summed.sum(axis=0), 1.0)
    wander = jackknife_in_time(*influence(left_out(summed, mean_angles)), span)
    # The spread about the mean of the recording lacks the spread of that mean itself.
    with np.errstate(divide="ignore", invalid="ignore"):
        lacks = np.sqrt(1 + (wander**2).sum(axis=-1, keepdims=True) / seen**2)
    most = face_at_work.MOST_DEG if face_at_work.works(x.condition) else 0.0
    return Result(
        blocks=summed,
        finish=partial(finish, factor=lacks),
        span=span,
        limits=partial(relative_limits, most=most),
        varying=Varying(sd=_of_face(seen * lacks, most) / _Z),
        notes=face_at_work.notes(x.condition, most),
    )


def finish(total: Floats, factor: Floats | float) -> Floats:
    """Return the root mean square angle to the mean rotation from sums of rotations."""
    return posture.mean_turn(total)[1][..., None] * factor


def mean_angles(total: Floats) -> Floats:
    """Return the angles of the mean rotation from sums of rotations, ``(..., 3)``."""
    return angles(posture.mean_turn(total)[0])


def relative_limits(
    value: Floats, error: Floats, df: Floats, *, most: float
) -> tuple[Floats, Floats]:
    """Return Student's limits on the scale of the logarithm, the lower without the face's part.

    A spread that comes out too small has an error that does so too, which plain limits ignore:
    counting only a part of the degrees of freedom makes up for it (our rule; `make validate`).
    """
    df = np.maximum(df * COUNTED, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = student_quantile(0.975, df)[:, None] * error / value
    return value * np.exp(-np.hypot(half, _of_face(value, most))), value * np.exp(half)


def _of_face(value: Floats, most: float) -> Floats:
    return face_at_work.share(value, most=most, noise=face_at_work.NOISE_DEG)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for a minute; the truth is its spread in the long run."""
    from eutonia.measures.head_example import TARGET, let_go

    made, task = let_go(seed, seconds=60.0)
    return made, {(TARGET, task, ""): _true()}


@cache
def _true() -> float:
    from eutonia.measures.head_example import long_sums

    return float(finish(long_sums(), 1.0)[0, 0])
