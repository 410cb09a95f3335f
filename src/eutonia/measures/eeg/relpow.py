"""Relative power of scalp EEG in the classical bands."""

from __future__ import annotations

import numpy as np

from eutonia.measures import eeg_spectrum as es
from eutonia.measures.eeg_spectrum import BANDS
from eutonia.model import BlockBootstrap, Each, Floats, Inputs, Measure, Needs, Range, Result, Visit

MEASURE = Measure(
    id="eeg.relpow",
    version="1",
    title="Relative EEG power",
    unit=dict.fromkeys(es.SPLIT_BANDS, "%"),
    tier="research",
    sources=(),
    method="Share of the power of 1-45 Hz that lies in each band, from Welch's spectrum with Hann "
    "segments of 4 s, 50 % overlap, integrated by trapezoids; reference as in the file. Bands: "
    "delta 1-4, theta 4-8, alpha 8-13, beta 13-30 (low 13-20, high 20-30), gamma 30-45 Hz.",
    needs=Needs(inputs={"eeg": es.eeg_input()}, target=Each()),
    scale="difference",
    interval=BlockBootstrap(block_s=es.BLOCK_S),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eeg.relpow"),
    invariant=frozenset({"gain", "channel_order"}),
    caution=es.CAUTION,
    figure="spectrum",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the power of each band over blocks of six seconds; see `MEASURE`."""
    found = es.spectra(x, x.targets[:, 0])
    return Result(
        blocks=es.band_power(found.density, found.freq_hz, es.SPLIT_BANDS),
        finish=_finish,
        span=found.span,
        reasons=es.too_few(found.segments),
        part_reasons=dict.fromkeys(es.MUSCLE_PARTS, es.muscle(found)),
        evidence=es.drawn(found),
    )


def _finish(total: Floats) -> Floats:
    whole = total[..., : len(BANDS)].sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * total / whole
    return share


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Aperiodic background with an alpha peak; the truth is the share of the exact density."""
    from eutonia.simulate.eeg import band_share

    made, label, psd = es.example(seed)
    return made, {
        (*label, band): 100 * band_share(psd, band_hz=edges, total_hz=(1.0, 45.0))
        for band, edges in es.SPLIT_BANDS.items()
    }
