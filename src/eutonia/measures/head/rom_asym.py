"""Whether the head turns and tilts further to one side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.measures import excursion, posture
from eutonia.model import Analytic, Inputs, Measure, Needs, Range, Result, Visit, Whole
from eutonia.stats.normal import HALF_95

PARTS = ("yaw", "roll")
#: Least range to both sides together, in degrees. [D]
LEAST_BOTH_DEG = 20.0

MEASURE = Measure(
    id="head.rom_asym",
    version="3",
    title="Asymmetry of the range of motion",
    unit=dict.fromkeys(PARTS, "1"),
    tier="supportive",
    sources=(),
    method="(right - left) / (right + left) of the largest angles to both sides, for turning and "
    "tilting: 0 is even, 1 goes to the right only. The interval is the error of the zero and of "
    "each side, 10 % (SD) of a turn and 8 % of a tilt.",
    needs=Needs(inputs=posture.head_input(), target=Whole(sites=PARTS), tasks=excursion.TASKS),
    scale="difference",
    interval=Analytic(),
    valid=Range(lo=-1, hi=1, shown_by="docs/measures/head.rom_asym"),
    # Not of gain: beyond 45 degrees only the least is known.
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="An error of the zero takes from one side what it gives to the other. Where one side "
    "is beyond 45 degrees, of which only the least is known, the asymmetry to that side is 'at "
    "least' the near end of its interval; where both are, nothing is said. " + excursion.CAUTION,
    history=f"{posture.AS_WIDE.format(1)} Up to version 2 sides of which only the least is known "
    "had "
    "a closed interval.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Return the asymmetry of both axes; see `MEASURE`."""
    n = len(x.targets)
    values, half = np.full((n, 2), np.nan), np.full((n, 2), np.nan)
    cut, both_cut = np.zeros((n, 2), dtype=np.bool_), np.zeros((n, 2), dtype=np.bool_)
    for part in range(2):
        one = replace(x, targets=x.targets[:, part : part + 1])
        right, left = (np.nanmax(excursion.tops(one, sign), axis=0) for sign in (1, -1))
        both = right + left
        most = posture.AXIS_RANGES[PARTS[part]].hi
        both_cut[:, part] = np.minimum(right, left) > most
        cut[:, part] = np.maximum(right, left) > most
        enough = (both >= LEAST_BOTH_DEG) & ~both_cut[:, part]
        values[enough, part] = np.clip((right - left) / both, -1, 1)[enough]
        sd = posture.zero_sd(x.channels["head"], x.targets[:, part]) * both
        # What the landmarks get wrong on one side, they need not on the other.
        of_sides = np.sqrt(2) * posture.APART_SHARE[PARTS[part]] * right * left
        half[enough, part] = (HALF_95 * 2 * np.hypot(sd, of_sides) / both**2)[enough]
    why = f"The head went less than {LEAST_BOTH_DEG:g} degrees to both sides together."
    beyond = "Of both sides only the least is known, so that neither can be said to go further."
    return Result(
        values=values,
        lo=np.maximum(values - half, -1),
        hi=np.minimum(values + half, 1),
        at_least=cut,
        part_reasons={
            name: tuple(
                "" if np.isfinite(v) else beyond if far else why
                for v, far in zip(values[:, part], both_cut[:, part], strict=True)
            )
            for part, name in enumerate(PARTS)
        },
        n_effective=np.full(n, float(len(x["head"]))),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return three cycles of the range; the truth follows from the largest angles."""
    made, task = excursion.cycles(seed)
    truth = {}
    for part in PARTS:
        right, left = excursion.EXAMPLE_TOPS[posture.AXES.index(part)]
        truth["head", task, part] = float((right - left) / (right + left))
    return made, truth
