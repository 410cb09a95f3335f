"""In which direction the head trembles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from eutonia.dsp import tremor
from eutonia.measures import head_noise, rhythm
from eutonia.measures.head_tremor import (
    AXES,
    BENT_AXES,
    CAUTION,
    CHANGE_SD,
    CONTRAST_WORDS,
    GAIN_WORDS,
    HISTORY,
    LEAST_BLOCKS,
    LEAST_RMS_DEG,
    LEAST_SLOW_RMS_DEG,
    PUBLISHED,
    TAKEN_AXES,
    TREMOR_NEEDS,
    added_deg,
    gain_sd,
    misread,
    simulated,
)
from eutonia.measures.nod_of_jaw import nods
from eutonia.measures.posture import bent
from eutonia.measures.rhythm import OVERLAP
from eutonia.model import (
    CannotMeasure,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Range,
    Result,
    Varying,
    Visit,
)
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

MEASURE = Measure(
    id="head.tremor_axis",
    version="9",
    title="Head tremor, share of each axis",
    unit=dict.fromkeys(AXES, "%"),
    tier="supportive",
    sources=("VuCMOR2022",),
    method="Of the power of the tremor (head.tremor_pow, above what lies beside the top), the "
    "share in yaw, pitch and roll; not of a head that is down by more than 25 degrees, nor where "
    "the film may have taken a part of the tremor. "
    f"{GAIN_WORDS}",
    needs=TREMOR_NEEDS,
    scale="difference",
    interval=Jackknife(least=LEAST_BLOCKS),
    valid=Range(lo=2, hi=98, shown_by="docs/measures/head.tremor_axis"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution=f"Axes are those of the head, from its zero. {CAUTION} {PUBLISHED}{CONTRAST_WORDS}",
    history=HISTORY,
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Divide the power of the rhythm among the axes; see `MEASURE`."""
    if bent(x):
        raise CannotMeasure(BENT_AXES)
    found = nods(x)
    finish = _Shares(tuple(found.shaken.start_hz))
    total = found.shaken.blocks.sum(axis=0)
    power = finish.power(total)
    size = np.sqrt(power.sum(axis=-1))
    if head_noise.taken(found.inputs, found.shaken.start_hz, size).any():
        raise CannotMeasure(TAKEN_AXES)
    below, above = _of_camera(x, power, gain_sd(x))
    changed = np.minimum(*_of_camera(x, power, CHANGE_SD))
    share = finish(total)
    moves = share * (1 - share / 100)  # for one of the logarithm of the odds
    return Result(
        blocks=found.shaken.blocks,
        finish=finish,
        span=found.shaken.span,
        limits=partial(_limits, below=below, above=above),
        varying=Varying(sd=moves * changed / HALF_95),
        reasons=found.reasons(least_rms=LEAST_RMS_DEG, least_slow=LEAST_SLOW_RMS_DEG),
        evidence=found.shaken.evidence(),
        notes=found.notes,
    )


@dataclass(frozen=True)
class _Shares:
    """Pure function from summed densities to shares in per cent."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        power = self.power(total)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100 * power / power.sum(axis=-1, keepdims=True)
        return np.where(np.isfinite(self.start_hz)[:, None], share, np.nan)

    def power(self, total: Floats) -> Floats:
        """Return the power of the rhythm on each axis."""
        start = np.nan_to_num(np.array(self.start_hz), nan=1.0)
        return tremor.top(rhythm.densities(total), start)[1]


def _of_camera(x: Inputs, power: Floats, each: Floats) -> tuple[Floats, Floats]:
    """Return how far below and above the log odds of each share may be, by what is misread."""
    below, above = (2 * log for log in misread(power, each, added_deg(x)))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = power / power.sum(axis=-1, keepdims=True)

    def others(log: Floats) -> Floats:
        squares = (share * log) ** 2
        rest = squares.sum(axis=-1, keepdims=True) - squares
        return np.asarray(np.sqrt(np.maximum(rest, 0)) / np.maximum(1 - share, 1e-6))

    return np.hypot(below, others(above)), np.hypot(above, others(below))


def _limits(
    value: Floats, error: Floats, df: Floats, *, below: Floats, above: Floats
) -> tuple[Floats, Floats]:
    """Return limits on the scale of log odds, which end at 0 and 100 %."""
    from scipy.special import expit

    share = np.clip(value / 100, 1e-6, 1 - 1e-6)
    odds = np.log(share / (1 - share))
    chance = OVERLAP * student_quantile(0.975, df)[:, None] * error / 100 / (share * (1 - share))
    lo = 100 * expit(odds - np.hypot(chance, below))
    hi = 100 * expit(odds + np.hypot(chance, above))
    return np.minimum(lo, value), np.maximum(hi, value)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a tremor with known root mean square on each axis."""
    made = simulated(seed)
    power = np.square(made.tremor.rms_deg)
    share = 100 * power / power.sum()
    return made.visit, {(*made.key, a): float(s) for a, s in zip(AXES, share, strict=True)}
