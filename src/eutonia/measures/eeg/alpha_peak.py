"""The individual alpha peak, after the aperiodic part of the spectrum is taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.dsp.aperiodic import Peak, fit_line, top
from eutonia.measures import eeg_spectrum as es
from eutonia.measures.eeg.aperiodic import FIT_HZ
from eutonia.model import (
    Absent,
    Each,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Where the peak may lie.
ALPHA_HZ = (7.0, 14.0)
#: Least height of a peak (our rule): in dB, and in standard errors of the height.
MIN_DB = 1.0
MIN_ERRORS = 4.0
#: Independent bins that the height is averaged over, by simulation of plain noise (see the tests).
_BINS_OF_TOP = 4.0

MEASURE = Measure(
    id="eeg.alpha_peak",
    version="1",
    title="Individual alpha peak",
    unit={"frequency": "Hz", "height": "dB", "gravity": "Hz"},
    tier="research",
    sources=("Donoghue2020", "Klimesch1999"),
    method="Largest peak of 7-14 Hz in Welch's spectrum (Hann segments of 4 s, 50 % overlap) over "
    "its aperiodic part, a robust line through 2-40 Hz in double logarithmic scale: frequency and "
    "height of the top of a parabola through log power (Gaussian window, SD 0.75 Hz); centre of "
    "gravity of the power above the aperiodic part in 7-14 Hz.",
    needs=Needs(inputs={"eeg": es.eeg_input()}, target=Each()),
    scale="difference",
    interval=Jackknife(),
    valid={
        "frequency": Range(lo=7.5, hi=13.5, shown_by="docs/measures/eeg.alpha_peak"),
        "height": Range(lo=1, hi=25, shown_by="docs/measures/eeg.alpha_peak"),
        "gravity": Range(lo=8, hi=13, shown_by="docs/measures/eeg.alpha_peak"),
    },
    invariant=frozenset({"gain", "channel_order"}),
    caution=es.CAUTION + " Alpha slows with age and drowsiness; best measured with closed eyes.",
    figure="spectrum",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the densities of the fitted range over blocks; see `MEASURE`."""
    found = es.spectra(x, x.targets[:, 0])
    used = found.between(*FIT_HZ)
    blocks = np.concatenate([found.density[..., used], found.count[..., None]], axis=-1)
    finish = _Find(found.freq_hz[used])
    few = es.too_few(found.segments)
    absent = _absent(finish.peak(blocks.sum(axis=0)), found.segments)
    return Result(
        blocks=blocks,
        finish=finish,
        span=found.span,
        reasons=tuple(a or b for a, b in zip(few, absent, strict=True)),
        evidence=es.drawn(found),
    )


def _absent(peak: Peak, segments: Floats) -> tuple[str, ...]:
    """Return, for each channel, why it has no alpha peak; empty where it has."""
    n = np.maximum(es.independent_segments(segments), 1)
    error_db = 10 / np.log(10) / np.sqrt(n * _BINS_OF_TOP)
    least_db = np.maximum(MIN_DB, MIN_ERRORS * error_db)
    return tuple(
        ""
        if there and 10 * high >= least
        else Absent(
            f"No alpha peak: nothing in {ALPHA_HZ[0]:g}-{ALPHA_HZ[1]:g} Hz stands {least:.1f} dB "
            "above the aperiodic part. Record with closed eyes, relaxed and awake."
        )
        for there, high, least in zip(peak.found, peak.height, least_db, strict=True)
    )


@dataclass(frozen=True)
class _Find:
    """Pure function from summed densities and their count to the peak."""

    freq_hz: Floats

    def peak(self, total: Floats) -> Peak:
        """Return the top over the aperiodic part."""
        return self._both(total)[0]

    def __call__(self, total: Floats) -> Floats:
        peak, gravity = self._both(total)
        return np.stack([peak.freq_hz, 10 * peak.height, gravity], axis=-1)

    def _both(self, total: Floats) -> tuple[Peak, Floats]:
        log_power = es.log_density(total)
        aperiodic = fit_line(self.freq_hz, log_power).at(self.freq_hz)
        near = (self.freq_hz >= ALPHA_HZ[0] - 2) & (self.freq_hz <= ALPHA_HZ[1] + 2)
        flat = (log_power - aperiodic)[..., near]
        peak = top(self.freq_hz[near], flat, within_hz=ALPHA_HZ)
        inside = (self.freq_hz >= ALPHA_HZ[0]) & (self.freq_hz <= ALPHA_HZ[1])
        above = 10 ** log_power[..., inside] - 10 ** aperiodic[..., inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            gravity = (above @ self.freq_hz[inside]) / above.sum(axis=-1)
        return peak, gravity


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Aperiodic background with an alpha peak; the truth follows from the exact densities."""
    from eutonia.simulate import eeg

    made, label, _ = es.example(seed)
    fine = np.arange(*ALPHA_HZ, 0.001)
    alpha = eeg.oscillation_psd(fine, **es.EXAMPLE_ALPHA)
    over = 10 * np.log10(1 + alpha / eeg.aperiodic_psd(fine, **es.EXAMPLE_BACKGROUND))
    return made, {
        (*label, "frequency"): float(fine[over.argmax()]),
        (*label, "height"): float(over.max()),
        (*label, "gravity"): float((fine * alpha).sum() / alpha.sum()),
    }
