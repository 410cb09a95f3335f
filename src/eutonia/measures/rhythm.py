"""What the measures of tremor share: spectra of angles, computed once, and the rhythm in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import tremor
from eutonia.dsp.tremor import FREQ_HZ, Rhythm
from eutonia.model import Absent, Block, Floats, Inputs
from eutonia.model.measure import named_hz
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: Half-overlapped segments share some of the chance of a tremor that wanders slowly: jackknife
#: errors grow by this (1.15 to 1.27 in simulations).
OVERLAP = 1.2
#: Standard deviation of the gain with which a camera and a tracker show an angle that oscillates.
GAIN_SD = 0.05
#: How far the clock of a camera may be off: a file that states 30 pictures a second for 29.97. [D]
CLOCK_SHARE = 0.001
#: Standard deviation of what film and landmarks add to the frequency of a tremor beside what its
#: segments differ by, Hz, anew in each condition: seven to nine segments at times differ little by
#: chance, and what shifts all of them alike they do not show. Of regular head tremors of 1.5 to 9
#: Hz (0.4 to 2 degrees; rendered people, 27 to 60 pixels between the corners of the eyes, two
#: lights, JPEG down to 35, 25 and 30 pictures a second), in pieces of 16 s of people 0 to 39, 67 of
#: 71 frequencies were held without it, 69 with 0.0075 to 0.015, and of 276 pairs of films 19 were
#: told apart without it, 7 with 0.01; of people 40 to 79, by whom nothing was chosen, 54 of 54 and
#: none of 153 pairs both ways. Trembling jaws of ten people were held both ways, off by 0.008 Hz at
#: most. Fingers were not studied. [D]
FILM_SD_HZ = 0.01
FREQUENCY_WORDS = (
    "The interval of the frequency holds 0.1 % for the clock of the camera, as files state 30 "
    f"pictures a second for 29.97, and {FILM_SD_HZ:g} Hz (SD) for what film and landmarks add "
    "beside the spread of the segments, which differences between conditions hold too (our rule)."
)
BEFORE = "Up to version {} the frequency's interval held nothing for film and landmarks."
#: Noted where a faster tremor would be read as a slower one.
ALIASED = "aliasing: a faster tremor than half the pictures a second is read as a slower one"
SLOW = f"slow: below {tremor.SLOW_HZ:g} Hz tremor is not told from slow jerks by its frequency"
_SURE_HZ = 24.0
N_BINS = len(FREQ_HZ)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shaken:
    """The movement of each target, segment by segment.

    Parameters
    ----------
    blocks : ndarray, shape (n_segments, n_targets, n_axes * (n_frequencies + 1))
        Densities of each axis, then the number of segments of each axis.
    span : ndarray of int, shape (n_segments,)
    rhythms : tuple of Rhythm
        Of each target.
    rate_hz : float
        The lowest of the blocks.
    unit : str
        Of what moves.
    """

    blocks: Floats
    span: NDArray[np.intp]
    rhythms: tuple[Rhythm, ...]
    rate_hz: float
    unit: str

    @property
    def start_hz(self) -> Floats:
        """Where the rhythm of each target is, ``(n_targets,)``; NaN where there is none."""
        return np.array([r.freq_hz for r in self.rhythms])

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known of the frequencies."""
        notes = [ALIASED] if named_hz(self.rate_hz) < _SURE_HZ else []
        slow = [r for r in self.rhythms if r.found and r.freq_hz < tremor.SLOW_HZ]
        return tuple([*notes, SLOW] if slow else notes)

    def reasons(self, *, least_rms: float, least_slow: float = 0.0) -> tuple[str, ...]:
        """Return, for each target, why it has no tremor; empty where it has.

        `least_rms` is the least size that counts, `least_slow` that below `SLOW_HZ`, if larger.
        """
        mean = densities(self.blocks.sum(axis=0))
        with np.errstate(invalid="ignore"):
            _, power = tremor.top(mean, np.nan_to_num(self.start_hz, nan=1.0))
        rms = np.sqrt(power.sum(axis=-1))
        least = [max(least_rms, least_slow * (r.freq_hz < tremor.SLOW_HZ)) for r in self.rhythms]
        return tuple(map(self._reason, self.rhythms, rms.tolist(), least))

    def _reason(self, found: Rhythm, rms: float, least_rms: float) -> str:
        if np.isnan(found.limit):
            return (
                f"Fewer than {tremor.MIN_SEGMENTS} pieces of {tremor.SEGMENT_S:g} s are free of "
                "gaps."
            )
        if not found.found:
            low, high = tremor.RANGE_HZ[0], tremor.fastest_hz(self.rate_hz)
            if not found.ratio:
                return Absent(
                    f"No tremor: the spectrum has no top between {low:g} and {high:.3g} Hz."
                )
            return Absent(
                f"No tremor: no rhythm of {low:g}-{high:.3g} Hz stands above the other movement "
                f"(highest {found.ratio:.1f} times its surroundings; chance reaches "
                f"{found.limit:.1f} times in {tremor.FALSE_POSITIVES:.0%} of recordings)."
            )
        if rms < least_rms:
            return Absent(
                f"No tremor: a rhythm of {found.freq_hz:.1f} Hz has only {rms:.3g} degrees (root "
                f"mean square), below the {least_rms:g} that a video can tell from pulse, noise "
                "and drift."
            )
        return ""

    def evidence(self) -> dict[str, NDArray[np.generic]]:
        """Return what `eutonia.plot.rhythm` draws; the densities are summed over axes."""
        return {
            "density": densities(self.blocks.sum(axis=0)).sum(axis=1),
            "freq_hz": FREQ_HZ,
            "rhythm_hz": np.array([r.freq_hz if r.found else np.nan for r in self.rhythms]),
            "density_unit": np.array(f"{self.unit}\N{SUPERSCRIPT TWO}/Hz"),
        }


def shaken(x: Inputs, name: str) -> Shaken:
    """Return the spectra of every target's axes, and its rhythm.

    Parameters
    ----------
    x : Inputs
    name : str
        Of the input that holds angles; the rows of a target are its axes.
    """
    parts, span = [], []
    for place, block in enumerate(x[name]):
        density, count = block.once(("tremor",), lambda b=block: _spectra(b))  # type: ignore[misc]
        n = len(density)
        d = density[:, x.targets].reshape(n, len(x.targets), -1)
        parts.append(np.concatenate([d, count[:, x.targets]], axis=-1))
        span += [place] * n
    blocks = np.concatenate(parts)
    rate = min(b.rate_hz for b in x[name])
    n_axes = x.targets.shape[1]
    return Shaken(
        blocks=blocks,
        span=np.array(span, dtype=np.intp),
        rhythms=tuple(_rhythm(rows, n_axes, rate) for rows in blocks.swapaxes(0, 1)),
        rate_hz=rate,
        unit=x.channels[name][x.targets[0, 0]].unit,
    )


def _spectra(block: Block) -> tuple[Floats, Floats]:
    return tremor.spectra(block.x, block.mask, rate_hz=block.rate_hz)


def _rhythm(blocks: Floats, n_axes: int, rate_hz: float) -> Rhythm:
    density, count = _split(blocks, n_axes)
    limits = (tremor.RANGE_HZ[0], tremor.fastest_hz(rate_hz))
    return tremor.steady_rhythm(density, count, within_hz=limits)


def _split(total: Floats, n_axes: int) -> tuple[Floats, Floats]:
    shape = (*total.shape[:-1], n_axes, N_BINS)
    return total[..., :-n_axes].reshape(shape), total[..., -n_axes:]


def densities(total: Floats) -> Floats:
    """Return mean densities ``(..., n_axes, n_frequencies)`` of summed statistics."""
    n_axes = total.shape[-1] // (N_BINS + 1)
    density, count = _split(total, n_axes)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = np.where(count[..., None] > 0, density / count[..., None], 0.0)
    return mean


@dataclass(frozen=True, kw_only=True, eq=False)
class LogLimits:
    """Student's limits of the logarithm, with a systematic error besides.

    Parameters
    ----------
    systematic : ndarray, broadcast to (n_targets, n_parts)
        Relative standard deviation.
    below : ndarray, broadcast to (n_targets, n_parts), optional
        How far below the logarithm of the value it may be instead (95 %).
    """

    systematic: Floats
    below: Floats | None = None

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        above = HALF_95 * self.systematic
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = OVERLAP * error / value * student_quantile(0.975, df)[:, None]
            lo = value * np.exp(-np.hypot(chance, above if self.below is None else self.below))
            return lo, value * np.exp(np.hypot(chance, above))


def gain_of_sum(power: Floats, gain_sd: Floats) -> Floats:
    """Return the relative SD of a root of summed powers whose axes have gains of their own.

    Parameters
    ----------
    power : ndarray, shape (..., n_axes)
    gain_sd : ndarray, shape (n_axes,) or (..., n_axes)
        Standard deviation of each gain.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = power / power.sum(axis=-1, keepdims=True)
    return np.asarray(np.sqrt(((gain_sd * share) ** 2).sum(axis=-1)))


def student(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return Student's limits, the error raised for overlapping segments."""
    half = OVERLAP * student_quantile(0.975, df)[:, None] * error
    return value - half, value + half


def of_frequency(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return Student's limits of a frequency, with what is the same in all segments of a film."""
    lo, hi = student(value, error, df)
    fixed = np.hypot(CLOCK_SHARE * value, HALF_95 * FILM_SD_HZ)
    return value - np.hypot(value - lo, fixed), value + np.hypot(hi - value, fixed)


def film_hz(seed: int) -> float:
    """Draw how far a simulated film shows a frequency beside the true one, Hz."""
    return FILM_SD_HZ * float(np.random.default_rng([seed, N_BINS]).standard_normal())
