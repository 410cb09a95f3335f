"""Size of head tremor: power and root mean square."""

from __future__ import annotations

from dataclasses import dataclass

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
    added_share,
    bent_notes,
    expected_density,
    gain_sd,
    gain_together,
    misread,
    simulated,
    taken_notes,
)
from eutonia.measures.nod_of_jaw import nods
from eutonia.measures.posture import bent
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit
from eutonia.stats.normal import HALF_95

#: The density of the sum and of each axis goes with the square of the size, then the size.
_POWERS = np.array([2.0, 2.0, 2.0, 2.0, 1.0])
_WHERE = "docs/measures/head.tremor_pow"
#: Noise over the size of a tremor from which on only the least of it is known: that which a film
#: takes was studied up to 0.7, and its limit grows beyond anything that a head can do. [D]
DROWNED = 1.0

MEASURE = Measure(
    id="head.tremor_pow",
    version="10",
    title="Head tremor, size",
    unit={"total": "deg2/Hz", **dict.fromkeys(AXES, "deg2/Hz"), "rms": "deg"},
    tier="supportive",
    sources=("VuCMOR2022",),
    method="At the frequency of head.tremor_freq: the power density (Welch, Hann, 4 s) of yaw, "
    "pitch and roll, and their sum; and the root mean square of the tremor over the three axes, "
    f"from the power above what lies beside the top. {GAIN_WORDS} Where noise across the tremor is "
    "0.3 of its size or more, as in strongly compressed films, the upper limits hold what such a "
    "film takes of it, and single axes are not given; where that noise is larger than the tremor "
    "the number is the least that it may be.",
    needs=TREMOR_NEEDS,
    scale="ratio",
    interval=Jackknife(transform="log", least=LEAST_BLOCKS),
    valid={
        **{part: Range(lo=0.05, hi=500, shown_by=_WHERE) for part in ("total", *AXES)},
        "rms": Range(lo=0.5, hi=15, shown_by=_WHERE),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} The density of a regular tremor depends on the length of the window: "
    f"compare only with the same method, or compare the root mean square. {PUBLISHED}"
    f"{CONTRAST_WORDS}",
    history=f"{HISTORY} Up to version 9 a tremor smaller than the noise across it had an upper "
    "limit that no head reaches.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Take density and root mean square at the rhythm; see `MEASURE`."""
    found = nods(x)
    finish = _Size(tuple(found.shaken.start_hz))
    _, power = tremor.top(
        rhythm.densities(found.shaken.blocks.sum(axis=0)),
        np.nan_to_num(found.shaken.start_hz, nan=1.0),
    )
    size = np.sqrt(power.sum(axis=-1))
    taken = head_noise.taken(found.inputs, found.shaken.start_hz, size)
    below, above = _of_camera(x, power, gain_sd(x))
    changed = _of_camera(x, power, CHANGE_SD)
    shown = np.hypot(changed[1], taken[:, None] * _POWERS) - changed[1]
    drowned = taken > DROWNED * head_noise.TAKEN
    no_axes = tuple(BENT_AXES if bent(x) else TAKEN_AXES if t else "" for t in taken)
    return Result(
        blocks=found.shaken.blocks,
        finish=finish,
        span=found.shaken.span,
        limits=rhythm.LogLimits(
            systematic=np.hypot(above, taken[:, None] * _POWERS) / HALF_95, below=below
        ),
        varying=Varying(sd=changed[1] / HALF_95, further=(changed[0] - changed[1], shown)),
        at_least=np.repeat(drowned[:, None], len(_POWERS), axis=1),
        reasons=found.reasons(least_rms=LEAST_RMS_DEG, least_slow=LEAST_SLOW_RMS_DEG),
        part_reasons=dict.fromkeys(AXES, no_axes),
        evidence=found.shaken.evidence(),
        notes=(*found.notes, *bent_notes(x), *taken_notes(taken)),
    )


def _of_camera(x: Inputs, power: Floats, each: Floats) -> tuple[Floats, Floats]:
    """Return how far below and above the logarithm of each part may be, by gain and what is added.

    Parameters
    ----------
    x : Inputs
    power : ndarray, shape (n_targets, 3)
        As seen of yaw, pitch and roll.
    each : ndarray, shape (3,)
        Standard deviation of each gain.
    """
    sd = np.hypot(each, np.minimum(added_share(power, added_deg(x)), 1.0))
    together = HALF_95 * gain_together(x, power, sd)[:, None]
    # The density goes with the square of the size.
    below, above = (
        np.concatenate([2 * together, 2 * axis, together], axis=1)
        for axis in misread(power, each, added_deg(x))
    )
    return below, above


@dataclass(frozen=True)
class _Size:
    """Pure function from summed densities to density (sum, then axes) and root mean square."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        start = np.array(self.start_hz)
        mean = rhythm.densities(total)
        freq, power = tremor.top(mean, np.nan_to_num(start, nan=1.0))
        density = tremor.at_top(mean, freq)
        rms = np.sqrt(power.sum(axis=-1, keepdims=True))
        out = np.concatenate([density.sum(axis=-1, keepdims=True), density, rms], axis=-1)
        return np.where(np.isfinite(start)[:, None], out, np.nan)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate tremor, drift and noise; the truth follows from their and the window's spectra."""
    made = simulated(seed)
    density = expected_density(made.tremor)
    truth = {
        "total": float(density.sum()),
        **dict(zip(AXES, map(float, density), strict=True)),
        "rms": float(np.sqrt(np.square(made.tremor.rms_deg).sum())),
    }
    return made.visit, {(*made.key, part): value for part, value in truth.items()}
