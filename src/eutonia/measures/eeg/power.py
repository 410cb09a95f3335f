"""Absolute power of scalp EEG in the classical bands."""

from __future__ import annotations

import numpy as np

from eutonia.measures import eeg_spectrum as es
from eutonia.model import BlockBootstrap, Each, Floats, Inputs, Measure, Needs, Range, Result, Visit

MEASURE = Measure(
    id="eeg.power",
    version="1",
    title="EEG power",
    unit=dict.fromkeys(es.SPLIT_BANDS, "uV2"),
    tier="research",
    sources=(),
    method="Power density from Welch's spectrum (Hann segments of 4 s, 50 % overlap), integrated "
    "over each band by trapezoids: delta 1-4, theta 4-8, alpha 8-13, beta 13-30 (low 13-20, high "
    "20-30), gamma 30-45 Hz; reference as in the file. Beta and gamma are not measurable where the "
    "spectrum does not fall between 25 and 45 Hz.",
    needs=Needs(inputs={"eeg": es.eeg_input(unit="uV")}, target=Each()),
    scale="ratio",
    interval=BlockBootstrap(block_s=es.BLOCK_S),
    valid=Range(lo=0.01, hi=10_000, shown_by="docs/measures/eeg.power"),
    invariant=frozenset({"channel_order"}),
    caution=es.CAUTION + " Absolute power depends on the reference, the skull and the electrodes' "
    "distance; it differs severalfold between healthy people.",
    figure="scalp",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum the power of each band over blocks of six seconds; see `MEASURE`."""
    found = es.spectra(x, x.targets[:, 0])
    power = es.band_power(found.density, found.freq_hz, es.SPLIT_BANDS)
    return Result(
        blocks=np.concatenate([power, found.count[..., None]], axis=-1),
        finish=_finish,
        span=found.span,
        reasons=es.too_few(found.segments),
        part_reasons=dict.fromkeys(es.MUSCLE_PARTS, es.muscle(found)),
        evidence=es.drawn(found),
    )


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total[..., :-1] / total[..., -1:]
    return mean


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Aperiodic background with an alpha peak; the truth is the integral of the exact density."""
    made, label, psd = es.example(seed)
    from eutonia.simulate.eeg import band_power

    return made, {
        (*label, band): band_power(psd, band_hz=edges) for band, edges in es.SPLIT_BANDS.items()
    }
