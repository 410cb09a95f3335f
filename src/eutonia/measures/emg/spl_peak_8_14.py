"""The 8-14 Hz peak in the modulation of splenius capitis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.emg_spectrum import BLOCK_S, RECTIFIED, SEGMENT_S, SLOW_HZ, spectra, within
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

PEAK_HZ = (8.0, 14.0)
#: Neighbours from which the background is drawn under the peak (our rule).
BELOW_HZ = (3.0, 7.0)
ABOVE_HZ = (15.0, 32.0)
#: Chance that a spectrum without a peak passes the limit somewhere in 8-14 Hz.
FALSE_POSITIVES = 0.05
#: Squared correlation of Hann bins one and two apart, and of half-overlapped Hann segments.
_BIN_R2 = (1.0, 4 / 9, 1 / 36)
_SEGMENT_R2 = 1 / 36
#: Independent looks in 8-14 Hz: bins of half a hertz, averaged by three, are this few (simulated).
_LOOKS = 7.0

MEASURE = Measure(
    id="emg.spl_peak_8_14",
    version="1",
    title="Peak at 8-14 Hz in splenius capitis",
    unit="dB",
    tier="research",
    sources=("Tijssen2000", "Tijssen2002", "Nijmeijer2014"),
    method="Height, in dB over the background, of the highest bin of 8-14 Hz in the spectrum of "
    "the rectified EMG (20-450 Hz; Welch, Hann, 2 s, 50 % overlap, three bins averaged). "
    "The background is a straight line of log power over frequency through 3-7 and 15-32 Hz. "
    "The peak is present (yes) when no bin beside it is higher and it passes the limit that a "
    "spectrum without one passes with a chance of 5 % anywhere in 8-14 Hz (F distribution, "
    "corrected for 7 independent looks; our rule).",
    needs=Needs(
        inputs=RECTIFIED,
        target=Each(sites=("splenius_capitis",)),
        not_tasks=frozenset({"rest", "movement", "mvc"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=3, hi=20, shown_by="docs/measures/emg.spl_peak_8_14"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="The highest of noisy bins: without a peak it reads 0.5 to 1.5 dB, so below 3 dB only "
    "yes or no counts. Absence may be weakness of the contraction, or a drive of 4-7 Hz, which "
    "raises the background; the second harmonic of a tremor at 4-7 Hz looks like a peak. Record "
    "a steady contraction of at least 1 minute.",
    evidence_against="Present in 7 of 8 controls and absent in 8 of 8 patients with cervical "
    "dystonia (Tijssen2000), absent in 8 of 10 with complex cervical dystonia (Tijssen2002), a "
    "difference found again in 10 against 10 (Nijmeijer2014): small groups, which overlap, and no "
    "rule for one person.",
    figure="spectrum",
    proofs=("simulated", "independent"),
)


@dataclass(frozen=True)
class Prominence:
    """Pure function from summed densities of 3-32 Hz to the height of the peak, in dB.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_bins,)
        Half a hertz apart.
    """

    freq_hz: Floats

    @cached_property
    def beside(self) -> NDArray[np.bool_]:
        """Bins from which the background is drawn."""
        inside = [within(self.freq_hz, band) for band in (BELOW_HZ, ABOVE_HZ)]
        return np.asarray(inside[0] | inside[1])

    @cached_property
    def under(self) -> NDArray[np.intp]:
        """Bins in which a peak is looked for, with one more on each side."""
        inside = np.flatnonzero(within(self.freq_hz, PEAK_HZ))
        return np.concatenate([inside[:1] - 1, inside, inside[-1:] + 1])

    @cached_property
    def line(self) -> Floats:
        """Weights of the neighbours in the background of each bin, ``(n_under, n_beside)``.

        The spectrum of rectified noise falls linearly with frequency, so a line over frequency fits
        it; one over log frequency would leave a hump of up to 0.2 dB under the peak.
        """
        design = np.stack([np.ones(len(self.freq_hz)), self.freq_hz], axis=1)
        weights: Floats = design[self.under] @ np.linalg.pinv(design[self.beside])
        return weights

    def heights(self, total: Floats) -> Floats:
        """Return ``(..., n_under)``: power over the background, as a ratio."""
        density = total[..., :-1]
        near = density[..., np.stack([self.under - 1, self.under, self.under + 1])].mean(axis=-2)
        with np.errstate(divide="ignore", invalid="ignore"):
            background = np.exp(np.log(density[..., self.beside]) @ self.line.T)
            ratio: Floats = near / background
        return ratio

    def __call__(self, total: Floats) -> Floats:
        """Return ``(..., 1)`` dB from sums ``(..., n_bins + 1)``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            highest = self.heights(total)[..., 1:-1].max(axis=-1, keepdims=True)
            height: Floats = 10 * np.log10(highest)
        return height

    def limit(self, segments: float) -> float:
        """Return the limit, in dB, that noise passes in 5 % of spectra of so many segments."""
        from scipy.special import fdtri, psi

        independent = segments / (1 + 2 * _SEGMENT_R2)
        if independent < 2:
            return np.inf
        near = _mean_variance(np.full((1, 3), 1 / 3)) / independent
        line = _mean_variance(self.line).max() / independent
        chance = (1 - FALSE_POSITIVES) ** (1 / _LOOKS)
        # The mean of log power lies below the log of mean power by log(k) - psi(k), k segments.
        low = np.log(independent) - psi(independent)
        return float(10 * np.log10(fdtri(2 / near[0], 2 / line, chance) * np.exp(low)))


def measure(x: Inputs) -> Result:
    """Sum spectra over blocks of four seconds; see `MEASURE`."""
    freq, blocks, span = spectra(x["emg"], x.targets[:, 0], band_hz=SLOW_HZ)
    total = blocks.sum(axis=0)
    finish = Prominence(freq)
    heights = np.nan_to_num(finish.heights(total))
    peak = 1 + heights[:, 1:-1].argmax(axis=1)[:, None]
    before, at, after = (np.take_along_axis(heights, peak + k, 1)[:, 0] for k in (-1, 0, 1))
    limit = np.array([finish.limit(n) for n in total[:, -1]])
    above = 10 * np.log10(np.maximum(at, 1)) > limit
    return Result(
        blocks=blocks,
        finish=finish,
        span=span,
        details={
            "present": (above & (at >= before) & (at >= after)).astype(np.float64),
            "limit_db": limit,
            "peak_hz": freq[finish.under][peak[:, 0]],
            "segments": total[:, -1],
        },
        evidence={
            "freq_hz": freq,
            "psd": total[:, :-1] / np.maximum(total[:, -1:], 1),
            "bands": np.array([PEAK_HZ]),
            "band_names": np.array(["8-14 Hz"]),
        },
    )


def _mean_variance(weights: Floats) -> Floats:
    """Return the variance of weighted means of neighbouring bins, each of unit variance.

    Bins more than two apart are independent; the gap under the peak is taken as one step, which
    matters little.
    """
    n = weights.shape[1]
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    r2 = np.where(apart < len(_BIN_R2), np.take(_BIN_R2, np.minimum(apart, 2)), 0.0)
    return np.asarray(np.einsum("ki,ij,kj->k", weights, r2, weights))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """One splenius with a drive of 10-12 Hz; the truth is its exact density over the carrier's.

    The density is seen through the Hann window and averaged over three bins, as in the measure; the
    background is that of the carrier, without any fit.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive, depth = 1000, 120_000, (50.0, 300.0), (10.0, 12.0), 0.15
    slow = emg.narrowband(rng, 1, n, rate_hz=rate_hz, band_hz=drive)
    carrier = emg.carrier(rng, 1, n, rate_hz=rate_hz, band_hz=band)
    channel, task = emg_channel("splenius_capitis", "left"), Condition.of(task="posture")
    signal = 50 * emg.modulated(carrier, 1 + depth * slow)
    made = visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task))
    return made, {(channel.label, task.label, ""): true_height(drive, depth, band)}


@cache
def true_height(drive_hz: tuple[float, float], depth: float, band_hz: tuple[float, float]) -> float:
    """Return the true height of a drive's peak, dB, seen through the window and the three bins."""
    from eutonia.simulate import emg

    fine = np.arange(1.0, 30.0, 0.02)
    density, background = (
        emg.rectified_spectra(
            fine,
            rate_hz=1000,
            band_hz=band_hz,
            depth_common=0.0,
            depth_own=d,
            drive_band_hz=drive_hz,
        )[0]
        for d in (depth, 1e-6)
    )
    away = np.arange(-2.0, 2.0, 0.02) * SEGMENT_S  # in bins
    hann = np.sinc(away) / (1 - away**2 + 1e-12)
    seen = np.convolve(density, hann**2 / (hann**2).sum(), mode="same")
    bins = np.arange(PEAK_HZ[0] - 0.5, PEAK_HZ[1] + 1, 1 / SEGMENT_S)
    ratio = np.interp(bins, fine, seen) / np.interp(bins, fine, background * (1 + depth**2))
    return float(10 * np.log10(np.convolve(ratio, np.full(3, 1 / 3), mode="valid").max()))
