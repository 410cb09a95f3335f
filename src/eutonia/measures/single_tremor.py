"""What the measures of a tremor along one channel share: frequency and size, and the example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eutonia.dsp import tremor
from eutonia.measures import rhythm
from eutonia.model import Absent, Channel, Condition, Floats, Inputs, Result, Visit

METHOD = (
    "Welch's density (Hann, 4 s, half overlapped, straight line removed, gaps without weight). A "
    "tremor is a top between 1 and 12 Hz, at most 0.4 times the pictures a second, that passes the "
    "limit which movement without a rhythm passes in 1 % of recordings (our rule); below 2.5 Hz "
    "also not wider than 0.7 Hz at half height. Its frequency is the centre of gravity of the "
    "power above what lies beside it, its size the root mean square of that power. "
    f"{rhythm.FREQUENCY_WORDS}"
)
CAUTION = (
    "Frequency and size do not tell dystonic from other tremor. Chewing, speaking, trills and any "
    "other rhythm of the task are found as well. Long exposures in dim light damp fast tremor."
)


def measured(
    x: Inputs,
    name: str,
    *,
    least_rms: Sequence[float],
    unit: str,
    gain_sd: Floats | float = rhythm.GAIN_SD,
) -> Result:
    """Return frequency and size of each target's rhythm.

    Parameters
    ----------
    x : Inputs
    name : str
        Of the input.
    least_rms : sequence of float
        Size below which a rhythm of each target is not told from noise.
    unit : str
        Of the size, in words.
    gain_sd : float or ndarray, shape (n_targets,)
        Of the logarithm of the gain with which camera and tracker show each target's movement.
    """
    found = rhythm.shaken(x, name)
    finish = _Tremor(tuple(found.start_hz))
    size = finish(found.blocks.sum(axis=0))[:, 1]
    small = (
        f"No tremor: a rhythm has only {{:.2g}} {unit} (root mean square), below the "
        "{:g} that a video can tell from noise (our rule)."
    )
    return Result(
        blocks=found.blocks,
        finish=finish,
        span=found.span,
        limits=_Limits(gain_sd),
        reasons=tuple(
            why or (Absent(small.format(rms, least)) if rms < least else "")
            for why, rms, least in zip(found.reasons(least_rms=0.0), size, least_rms, strict=True)
        ),
        evidence=found.evidence(),
        notes=found.notes,
    )


@dataclass(frozen=True)
class _Tremor:
    """Pure function from summed densities to frequency and size."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        start = np.array(self.start_hz)
        mean = rhythm.densities(total)
        freq, power = tremor.top(mean, np.nan_to_num(start, nan=1.0))
        out = np.stack([freq, np.sqrt(power.sum(axis=-1))], axis=-1)
        return np.where(np.isfinite(start)[:, None], out, np.nan)


@dataclass(frozen=True)
class _Limits:
    """Limits of the frequency, and of the size with the camera's gain."""

    gain_sd: Floats | float

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        of_size = rhythm.LogLimits(systematic=np.atleast_1d(self.gain_sd)[:, None])
        freq = rhythm.of_frequency(value[:, :1], error[:, :1], df)
        size = of_size(value[:, 1:], error[:, 1:], df)
        return np.hstack([freq[0], size[0]]), np.hstack([freq[1], size[1]])


def example(
    seed: int,
    channel: Channel,
    condition: Condition,
    *,
    rate_hz: float,
    rms: float,
    gain_sd: float = rhythm.GAIN_SD,
) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a rhythm near 5.2 Hz over drift and noise, seen with a gain that stays."""
    from eutonia.simulate.tremor import Tremor
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    shown = Tremor(freq_hz=5.2, width_hz=0.15, rms_deg=(rms,))
    x = shown.draw(rng, round(60 * rate_hz), rate_hz=rate_hz)
    x = x * np.exp(gain_sd * rng.standard_normal()) + rng.normal(0, 0.15, x.shape)
    made = visit(recording(x, (channel,), rate_hz=rate_hz, condition=condition))
    key = (channel.label, condition.label)
    return made, {(*key, "freq"): shown.freq_hz + rhythm.film_hz(seed), (*key, "size"): rms}
