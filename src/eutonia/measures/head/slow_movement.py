"""Drift and slow jerks of the head, apart from tremor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.dsp import tremor
from eutonia.dsp.tremor import FREQ_HZ, SLOW_HZ
from eutonia.measures import face_at_work, rhythm
from eutonia.measures.head_tremor import (
    GAIN_WORDS,
    NEEDS,
    expected_spectrum,
    gain_together,
    simulated,
)
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit
from eutonia.stats.normal import HALF_95

LOWEST_HZ = 0.5

MEASURE = Measure(
    id="head.slow_movement",
    version="3",
    title="Slow movement of the head (0.5 to 2.5 Hz, without tremor)",
    unit="deg",
    tier="supportive",
    sources=(),
    method="Root mean square of yaw, pitch and roll together from 0.5 to 2.5 Hz (Welch's density "
    "as in head.tremor_freq, summed). Where a rhythm lies there, the density beside it stands for "
    f"the density under it. {GAIN_WORDS}",
    needs=NEEDS,
    scale="ratio",
    interval=Jackknife(transform="log"),
    valid=Range(lo=0.1, hi=20, shown_by="docs/measures/head.slow_movement"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Slow jerks, corrections of the posture, speech and looking around all count here. "
    "Drift slower than 0.5 Hz is part of the posture, not of this number. A jaw or lids at work "
    "(speaking, counting, eating, gentle closures) make a still head seem to move by up to 0.7 "
    "degrees: the lower limit and differences hold that (version 2). Noise of the landmarks adds "
    "0.2 to 0.6 degrees.",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum slow power outside the rhythm; see `MEASURE`."""
    found = rhythm.shaken(x, "head")
    few = f"Fewer than {tremor.MIN_SEGMENTS} pieces of {tremor.SEGMENT_S:g} s are free of gaps."
    finish = _Slow(tuple(found.start_hz))
    total = found.blocks.sum(axis=0)
    gain = gain_together(x, finish.power(total))
    most = face_at_work.MOST_SLOW_DEG if face_at_work.works(x.condition) else 0.0
    return Result(
        blocks=found.blocks,
        finish=finish,
        span=found.span,
        limits=_Limits(systematic=gain[:, None], most=most),
        varying=Varying(sd=_of_face(finish(total), most) / HALF_95),
        reasons=tuple(few if np.isnan(r.limit) else "" for r in found.rhythms),
        evidence=found.evidence(),
        notes=face_at_work.notes(x.condition, most),
    )


_SLOW = (FREQ_HZ >= LOWEST_HZ) & (FREQ_HZ <= SLOW_HZ)


@dataclass(frozen=True)
class _Slow:
    """Pure function from summed densities to the root mean square of slow movement."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        return np.asarray(np.sqrt(self.power(total).sum(axis=-1, keepdims=True)))

    def power(self, total: Floats) -> Floats:
        """Return the power on each axis, ``(..., n_targets, n_axes)``."""
        mean = rhythm.densities(total)
        start = np.array(self.start_hz)[:, None]
        under = np.abs(FREQ_HZ - start) <= tremor.inner_hz(start)  # NaN: nothing is under it
        rest = np.where(under[:, None], np.minimum(mean, tremor.background(mean)), mean)
        return np.asarray(rest[..., _SLOW].sum(axis=-1) * (FREQ_HZ[1] - FREQ_HZ[0]))


#: The segments of this example share less than those of a tremor: their errors grow by 1.1.
_OVERLAP = 1.1


@dataclass(frozen=True, kw_only=True, eq=False)
class _Limits(rhythm.LogLimits):
    """Limits of `rhythm.LogLimits` with a smaller allowance for overlapping segments.

    Parameters
    ----------
    most : float
        What a working face adds at most, degrees: the lower limit is that without it.
    """

    most: float

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        lo, hi = super().__call__(value, _OVERLAP / rhythm.OVERLAP * error, df)
        with np.errstate(divide="ignore", invalid="ignore"):
            below = np.hypot(np.log(value / lo), _of_face(value, self.most))
        return value * np.exp(-below), hi


def _of_face(value: Floats, most: float) -> Floats:
    return face_at_work.share(value, most=most, noise=face_at_work.NOISE_SLOW_DEG)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Drift and noise beside a tremor; the truth follows from their spectra."""
    made = simulated(seed)
    density = expected_spectrum(made.tremor)
    power = density[:, _SLOW].sum() * (FREQ_HZ[1] - FREQ_HZ[0])
    return made.visit, {(*made.key, ""): float(np.sqrt(power))}
