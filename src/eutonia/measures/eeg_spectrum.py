"""What the resting EEG measures share: bands, Welch's spectrum, muscle index and reasons.

The spectra of a span are computed once for all measures (`Block.once`), of all its channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.spectrum import frequencies, power_density
from eutonia.model import Block, Condition, Floats, Input, Inputs, Visit

Psd = Callable[[Floats], Floats]
Bands = Mapping[str, tuple[float, float]]

#: Bands in Hz (measures.md §5, our rule; printed in the report).
BANDS: Bands = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "gamma": (30.0, 45.0),
}
#: The bands with both halves of beta as further parts.
SPLIT_BANDS: Bands = {**BANDS, "beta_low": (13.0, 20.0), "beta_high": (20.0, 30.0)}
#: Parts that muscle activity can mimic.
MUSCLE_PARTS = ("beta", "gamma", "beta_low", "beta_high")

#: Welch's spectrum: Hann segments of 4 s, half overlapping, summed in blocks of 6 s, or longer
#: ones where a span would have more than `MAX_BLOCKS` (more blocks make no interval surer).
SEGMENT_S = 4.0
BLOCK_S = 6.0
MAX_BLOCKS = 50
#: Fewest segments without a bad sample (our rule: as many as an interval needs).
MIN_SEGMENTS = 8
#: Frequencies that are kept.
_KEPT_HZ = 60.0
#: Segments that carry as much as one independent one: neighbouring Hann segments that overlap by
#: half correlate by 1/36 in power.
_PER_INDEPENDENT = 1 + 2 / 36

#: Channels with these flags are not used (see ``eutonia.quality_eeg`` for ``loose``).
NOT_FLAGS = frozenset({"flat", "clipped", "loose"})

#: Stands beside every number (clinical-rules.md §1).
CAUTION = (
    "qEEG has no established diagnostic value in dystonia. Benzodiazepines raise beta, "
    "anticholinergics slow the EEG; muscle activity mimics beta and gamma."
)

#: Slope of log power over log frequency in 25-45 Hz above which muscle is suspected (our rule).
MUSCLE_SLOPE = -0.5
_MUSCLE_HZ = (25.0, 45.0)
_MUSCLE = (
    "The spectrum does not fall between 25 and 45 Hz: muscle activity of scalp, face or neck is "
    "mixed in, so {what} cannot be told from it (our rule, unconfirmed)."
)


def eeg_input(
    *, unit: str = "", min_s: float = 32.0, not_flags: frozenset[str] = NOT_FLAGS
) -> Input:
    """Return what the resting measures need of the EEG."""
    return Input(kind="eeg", unit=unit, min_rate_hz=100, min_s=min_s, not_flags=not_flags)


@dataclass(frozen=True, kw_only=True, eq=False)
class Spectra:
    """Sums of power densities over blocks of time, of some channels.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_frequencies,)
        Up to 60 Hz or half the sampling rate.
    density : ndarray, shape (n_blocks, n_channels, n_frequencies)
        Sums over the segments of each block, in unit²/Hz.
    count : ndarray, shape (n_blocks, n_channels)
        Segments in each sum.
    span : ndarray of int, shape (n_blocks,)
        Repeat that each block came from.
    """

    freq_hz: Floats
    density: Floats
    count: Floats
    span: NDArray[np.intp]

    @property
    def segments(self) -> Floats:
        """Number of segments of each channel."""
        total: Floats = self.count.sum(axis=0)
        return total

    @property
    def mean(self) -> Floats:
        """Welch's estimate of each channel, ``(n_channels, n_frequencies)``."""
        total: Floats = self.density.sum(axis=0) / np.maximum(self.segments, 1)[:, None]
        return total

    def between(self, low_hz: float, high_hz: float) -> NDArray[np.bool_]:
        """Return which bins lie in a range, both edges included."""
        return np.asarray((self.freq_hz >= low_hz - 1e-9) & (self.freq_hz <= high_hz + 1e-9))


def spectra(x: Inputs, rows: NDArray[np.intp]) -> Spectra:
    """Return the spectra of some channels in all blocks of the input ``eeg``.

    Parameters
    ----------
    x : Inputs
    rows : ndarray of int, shape (n_channels,)
        Rows of the channels.
    """
    found = [b.once(("eeg.spectra", SEGMENT_S, BLOCK_S), partial(_of, b)) for b in x["eeg"]]
    n_bins = min(len(freq) for freq, _, _ in found)
    return Spectra(
        freq_hz=found[0][0][:n_bins],
        density=np.concatenate([d[:, rows, :n_bins] for _, d, _ in found]),
        count=np.concatenate([c[:, rows] for _, _, c in found]),
        span=np.repeat(np.arange(len(found)), [len(c) for _, _, c in found]),
    )


def _of(block: Block) -> tuple[Floats, Floats, Floats]:
    """Return frequencies, densities and counts of one block."""
    length = round(SEGMENT_S * block.rate_hz)
    freq = frequencies(length, block.rate_hz)
    density, count = power_density(
        block.x,
        block.mask,
        rate_hz=block.rate_hz,
        length=length,
        step=length // 2,
        group_s=max(BLOCK_S, block.x.shape[1] / block.rate_hz / MAX_BLOCKS),
    )
    kept = int(np.searchsorted(freq, _KEPT_HZ + 1e-9))
    return freq[:kept], np.ascontiguousarray(density[..., :kept]), count


def band_power(density: Floats, freq_hz: Floats, bands: Bands) -> Floats:
    """Integrate densities over bands by trapezoids, both edges included.

    Parameters
    ----------
    density : ndarray, shape (..., n_frequencies)
    freq_hz : ndarray, shape (n_frequencies,)
    bands : mapping of name to (low, high)

    Returns
    -------
    ndarray, shape (..., n_bands)
    """
    inside = [(freq_hz >= lo - 1e-9) & (freq_hz <= hi + 1e-9) for lo, hi in bands.values()]
    power = [np.trapezoid(density[..., i], freq_hz[i], axis=-1) for i in inside]
    return np.stack(power, axis=-1)


def independent_segments(count: Floats) -> Floats:
    """Return how many independent segments overlapping ones are worth."""
    worth: Floats = count / _PER_INDEPENDENT
    return worth


def too_few(segments: Floats) -> tuple[str, ...]:
    """Return, for each target, a sentence where too few segments are free of artefacts."""
    return tuple(
        ""
        if n >= MIN_SEGMENTS
        else f"Only {n:.0f} segments of {SEGMENT_S:g} s are free of artefacts; at least "
        f"{MIN_SEGMENTS} are needed. Record for longer, with fewer blinks and a relaxed face."
        for n in segments
    )


def muscle(found: Spectra, what: str = "beta and gamma") -> tuple[str, ...]:
    """Return, for each channel, why `what` cannot be measured; empty where it can.

    The index is the slope of log power over log frequency in 25-45 Hz; muscle activity makes the
    spectrum flat or rising there.
    """
    inside = found.between(*_MUSCLE_HZ)
    log_f = np.log(found.freq_hz[inside])
    log_f -= log_f.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (np.log(found.density.sum(axis=0)[:, inside]) @ log_f) / (log_f @ log_f)
    return tuple(_MUSCLE.format(what=what) if s > MUSCLE_SLOPE else "" for s in slope)


def drawn(found: Spectra) -> dict[str, NDArray[np.generic]]:
    """Return the arrays from which the spectrum is drawn."""
    shown = found.between(0.5, _KEPT_HZ)
    return {
        "freq_hz": found.freq_hz[shown],
        "psd": found.mean[:, shown],
        "bands": np.array(list(BANDS.values())),
        "band_names": np.array(list(BANDS)),
    }


def log_density(total: Floats) -> Floats:
    """Return log10 of the mean density, without the bias of the logarithm.

    The mean of n independent periodograms has a logarithm that lies ``ln n - digamma(n)`` too low.

    Parameters
    ----------
    total : ndarray, shape (..., n_frequencies + 1)
        Sums of densities; the last is the number of segments.
    """
    from scipy.special import digamma

    count = total[..., -1:]
    n = np.maximum(independent_segments(count), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_mean = np.log(total[..., :-1] / count)
    found: Floats = (log_mean + np.log(n) - digamma(n)) / np.log(10)
    return np.where(count > 0, found, np.nan)


#: What the examples are drawn from.
EXAMPLE_BACKGROUND = {"exponent": 1.0, "level_uv": 5.0}
EXAMPLE_ALPHA = {"centre_hz": 10.2, "width_hz": 1.2, "rms_uv": 8.0}


def example(seed: int) -> tuple[Visit, tuple[str, str], Psd]:
    """Simulate three minutes of one electrode: aperiodic background with an alpha peak.

    Returns
    -------
    visit : Visit
    label : tuple of str
        Target and condition.
    psd : callable
        The exact one-sided density, uV²/Hz, at frequencies in Hz.
    """
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n = 250, 45_000
    signal = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, **EXAMPLE_BACKGROUND)
    signal = signal + eeg.oscillation(rng, n, rate_hz=rate_hz, **EXAMPLE_ALPHA)
    channel, task = eeg_channel("Pz"), Condition.of(task="rest", eyes="closed")

    def psd(freq_hz: Floats) -> Floats:
        return eeg.aperiodic_psd(freq_hz, **EXAMPLE_BACKGROUND) + eeg.oscillation_psd(
            freq_hz, **EXAMPLE_ALPHA
        )

    made = visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task))
    return made, (channel.label, task.label), psd
