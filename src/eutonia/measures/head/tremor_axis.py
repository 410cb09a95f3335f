"""In which direction the head trembles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from eutonia.dsp import tremor
from eutonia.measures import rhythm
from eutonia.measures.head_tremor import (
    AXES,
    BENT_AXES,
    CAUTION,
    GAIN_SD,
    GAIN_WORDS,
    LEAST_BLOCKS,
    LEAST_RMS_DEG,
    LEAST_SLOW_RMS_DEG,
    PUBLISHED,
    TREMOR_NEEDS,
    simulated,
)
from eutonia.measures.nod_of_jaw import nods
from eutonia.measures.posture import bent
from eutonia.measures.rhythm import OVERLAP
from eutonia.model import CannotMeasure, Floats, Inputs, Jackknife, Measure, Range, Result, Visit
from eutonia.stats.intervals import student_quantile

MEASURE = Measure(
    id="head.tremor_axis",
    version="4",
    title="Head tremor, share of each axis",
    unit=dict.fromkeys(AXES, "%"),
    tier="supportive",
    sources=("VuCMOR2022",),
    method="Of the power of the tremor (head.tremor_pow, above what lies beside the top), the "
    "share in yaw, pitch and roll; not of a head that is down by more than 25 degrees. "
    f"{GAIN_WORDS}",
    needs=TREMOR_NEEDS,
    scale="difference",
    interval=Jackknife(least=LEAST_BLOCKS),
    valid=Range(lo=2, hi=98, shown_by="docs/measures/head.tremor_axis"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution=f"Axes are those of the head, from its zero. {CAUTION} {PUBLISHED}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Divide the power of the rhythm among the axes; see `MEASURE`."""
    if bent(x):
        raise CannotMeasure(BENT_AXES)
    found = nods(x)
    return Result(
        blocks=found.shaken.blocks,
        finish=_Shares(tuple(found.shaken.start_hz)),
        span=found.shaken.span,
        limits=partial(_limits, gain_sd=GAIN_SD),
        reasons=found.reasons(least_rms=LEAST_RMS_DEG, least_slow=LEAST_SLOW_RMS_DEG),
        evidence=found.shaken.evidence(),
        notes=found.notes,
    )


@dataclass(frozen=True)
class _Shares:
    """Pure function from summed densities to shares in per cent."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        start = np.array(self.start_hz)
        _, power = tremor.top(rhythm.densities(total), np.nan_to_num(start, nan=1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100 * power / power.sum(axis=-1, keepdims=True)
        return np.where(np.isfinite(start)[:, None], share, np.nan)


def _limits(value: Floats, error: Floats, df: Floats, *, gain_sd: Floats) -> tuple[Floats, Floats]:
    """Return limits on the scale of log odds, which end at 0 and 100 %."""
    from scipy.special import expit

    share = np.clip(value / 100, 1e-6, 1 - 1e-6)
    odds = np.log(share / (1 - share))
    squares = (share * gain_sd) ** 2
    # Each axis has a gain of its own: odds move by its own and by the mean of the others'.
    others = (squares.sum(axis=-1, keepdims=True) - squares) / (1 - share) ** 2
    gain = 2 * np.sqrt(gain_sd**2 + others)
    chance = OVERLAP * student_quantile(0.975, df)[:, None] * error / 100 / (share * (1 - share))
    half = np.hypot(chance, 1.96 * gain)
    lo, hi = (100 * expit(odds + s * half) for s in (-1, 1))
    return np.minimum(lo, value), np.maximum(hi, value)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a tremor with known root mean square on each axis."""
    made = simulated(seed)
    power = np.square(made.tremor.rms_deg)
    share = 100 * power / power.sum()
    return made.visit, {(*made.key, a): float(s) for a, s in zip(AXES, share, strict=True)}
