"""The null position: where the head rests most when it is let go."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from eutonia.measures import face_at_work, posture, trick_hand
from eutonia.model import Floats, Inputs, Jackknife, Measure, Needs, Result, Visit, Whole

#: Standard deviation of the kernel that smooths the density, in degrees. [D]
KERNEL = 3.0
#: Share of the jackknife's error that counts: a peak moves in steps as seconds are left out, which
#: the jackknife takes for more than the peak varies (our rule; ``make validate``). [D]
COUNTED = 0.8

MEASURE = Measure(
    id="head.null",
    version="7",
    title="Null position of the head",
    unit=dict.fromkeys(posture.AXES, "deg"),
    tier="clinical",
    sources=(),
    method="Peak of the density of each angle while the head is let go, smoothed by a normal "
    "kernel of 3 degrees (our rule): where the head stays most, whatever way it took there. The "
    "interval adds the error of the zero and 10, 12 and 8 % (SD) of the way from straight; that of "
    "a contrast adds as much of the way between the two postures.",
    needs=Needs(
        inputs=posture.head_input(""),
        target=Whole(sites=posture.AXES),
        tasks=frozenset({"let_go", "rest"}),
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=posture.AXIS_RANGES,
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A head that goes to and fro between two postures has two peaks: only the higher one "
    "is given. " + posture.CAUTION + posture.RAISED_HAND + face_at_work.EXPRESSION,
    history=f"{posture.SINCE_TWO} {posture.AS_WIDE.format(3)} Up to version 4 differences held on "
    "every axis what the hand of a trick does to pitch. "
    f"{face_at_work.NO_EXPRESSION.format(5)} "
    f"{face_at_work.LESS_OF_LIDS.format(6)}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count angles over blocks of a second; see `MEASURE`."""
    counted, span = posture.counts(x)
    of_zero = np.array([posture.angle_sd(x, rows) for rows in x.targets])
    of_trunk = np.array([posture.trunk_sd(x, rows) for rows in x.targets])
    sd = np.hypot(of_zero, of_trunk)
    share = np.array([[posture.APART_SHARE[axis] for axis in posture.AXES]] * len(x.targets))
    ways = -np.array([[axis == "pitch" for axis in posture.AXES]] * len(x.targets), dtype=np.int_)
    return Result(
        blocks=counted,
        finish=finish,
        span=span,
        limits=partial(_limits, sd=sd, within=posture.reached(counted)),
        varying=posture.varying(x, share, of_trunk, ways),
        notes=(*posture.trunk_notes(x), *trick_hand.notes(x)),
    )


def _limits(
    value: Floats, error: Floats, df: Floats, *, sd: Floats, within: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    pitch = np.array(posture.AXES) == "pitch"
    return posture.with_zero(sd, within=within, pitch=pitch)(value, COUNTED * error, df)


def finish(total: Floats) -> Floats:
    """Return the peaks of three channels' counts, ``(..., 3 * n_cells)`` to ``(..., 3)``."""
    return posture.mode(total.reshape(*total.shape[:-1], 3, -1), sd=KERNEL)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head let go for 20 s; the truth is the peak of its density in the long run."""
    from eutonia.measures.head_example import TARGET, let_go

    made, task = let_go(seed)
    return made, {
        (TARGET, task, axis): peak for axis, peak in zip(posture.AXES, _true(), strict=True)
    }


@cache
def _true() -> tuple[float, ...]:
    from eutonia.measures.head_example import long_inputs

    counted, _ = posture.counts(long_inputs())
    return tuple(finish(counted.sum(axis=0))[0].tolist())
