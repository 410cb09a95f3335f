"""Drift and slow jerks of the head, apart from tremor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.dsp import tremor
from eutonia.dsp.tremor import FREQ_HZ, SLOW_HZ
from eutonia.measures import face_at_work, head_noise, rhythm, squeezed_eyes
from eutonia.measures.head_tremor import (
    GAIN_SD,
    GAIN_WORDS,
    NEEDS,
    NOISE_DEG,
    RATE_HZ,
    expected_spectrum,
    filmed,
    gain_sd,
    gain_together,
    shown_tremor,
)
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit

LOWEST_HZ = 0.5
#: The most that landmarks make a still head seem to move so, root mean square, degrees: films of
#: still and of slightly swaying heads of rendered people 0 to 49, straight, turned, with blinks and
#: with a hand at the face (0.17 to 0.37, mean 0.27 and SD 0.06). And what is taken for nothing. [D]
NOISE_MOST_DEG, NOTHING_DEG = 0.45, 0.001
#: The same of a noisier film, times the root of its `head_noise.jitter`. [D]
NOISE_TIMES = 1.5
#: The same of the jitter itself, of more than 1.9 degrees of it: heads that kept still read 0.90 to
#: 1.04 times it (3 dark people 0 to 39), 0.82 to 1.01 times (5 of 40 to 79); small, dim faces. [D]
NOISE_AS_MUCH = 1.1

MEASURE = Measure(
    id="head.slow_movement",
    version="9",
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
    "degrees: the lower limit and differences hold that, and the landmarks' noise, which makes a "
    f"still head read up to {NOISE_MOST_DEG} degrees, and up to 1.2 where the face is small, dark "
    "and compressed, up to 4 in dim light besides: how much is read from the film above 8 Hz; and "
    "that of glasses where the intake says that they were worn.",
    history="Up to version 1 a jaw at work was not held, up to version 3 no noise, up to version 5 "
    "no more of it in a dark, compressed film, up to version 6 nothing of glasses, up to version 7 "
    "nothing of eyes that are squeezed shut, up to version 8 less of a very noisy film. Up to "
    "version 4 the gain of a shake was held too narrowly (10 % for 15).",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum slow power outside the rhythm; see `MEASURE`."""
    found = rhythm.shaken(x, "head")
    few = f"Fewer than {tremor.MIN_SEGMENTS} pieces of {tremor.SEGMENT_S:g} s are free of gaps."
    finish = _Slow(tuple(found.start_hz))
    total = found.blocks.sum(axis=0)
    gain = gain_together(x, finish.power(total), gain_sd(x))[:, None]
    of_face = face_at_work.MOST_SLOW_DEG if face_at_work.works(x.condition) else 0.0
    of_film = head_noise.most(x, least=NOISE_MOST_DEG, times=NOISE_TIMES, as_much=NOISE_AS_MUCH)
    most = float(np.hypot(np.hypot(of_face, squeezed_eyes.most_deg(x)), of_film))
    value = finish(total)
    below = face_at_work.share(value, most=most, noise=face_at_work.NOISE_SLOW_DEG)
    return Result(
        blocks=found.blocks,
        finish=finish,
        span=found.span,
        limits=_Limits(systematic=gain, most=most),
        varying=Varying(sd=gain, further=(below, np.zeros_like(below))),
        reasons=tuple(few if np.isnan(r.limit) else "" for r in found.rhythms),
        evidence=found.evidence(),
        notes=(
            *face_at_work.notes(x.condition, of_face),
            *squeezed_eyes.notes(x),
            *face_at_work.noise_notes(x.condition, value, round(of_film, 2)),
        ),
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
        What noise and a working face add at most, degrees: the lower limit is that without them.
    """

    most: float

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        lo, hi = super().__call__(value, _OVERLAP / rhythm.OVERLAP * error, df)
        with np.errstate(divide="ignore", invalid="ignore"):
            added = face_at_work.share(value, most=self.most, noise=NOTHING_DEG)
            return value * np.exp(-np.log(value / lo) - added), hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts far beyond the noise beside a tremor; truth by its spectra."""
    rng, shown = np.random.default_rng(seed), shown_tremor()
    x = shown.draw(rng, round(44 * RATE_HZ), rate_hz=RATE_HZ)
    x = _TIMES * np.exp(GAIN_SD * rng.standard_normal(3))[:, None] * x
    made, key = filmed(x + rng.normal(0, NOISE_DEG, x.shape))
    noise = 2 * NOISE_DEG**2 / RATE_HZ
    density = _TIMES**2 * (expected_spectrum(shown) - noise) + noise
    power = density[:, _SLOW].sum() * (FREQ_HZ[1] - FREQ_HZ[0])
    return made, {(*key, ""): float(np.sqrt(power))}


#: How much more that head moves than the one whose tremor is measured.
_TIMES = 8.0
