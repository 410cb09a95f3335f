"""Exponent and offset of the aperiodic part of the EEG's spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.dsp.aperiodic import fit_line
from eutonia.measures import eeg_spectrum as es
from eutonia.model import Each, Floats, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

#: Range of the fit (our rule: below the mains, above slow drifts).
FIT_HZ = (2.0, 40.0)

MEASURE = Measure(
    id="eeg.aperiodic",
    version="1",
    title="Aperiodic part of the EEG",
    unit={"exponent": "1", "offset": "log10(uV2/Hz)"},
    tier="research",
    sources=("Donoghue2020",),
    method="log10 of the power density = offset - exponent · log10 of the frequency, without knee, "
    "over 2-40 Hz of Welch's spectrum (Hann segments of 4 s, 50 % overlap); robust regression "
    "leaves the peaks out, the bias of the logarithm is removed. Not measurable where muscle "
    "activity keeps the spectrum from falling.",
    needs=Needs(inputs={"eeg": es.eeg_input()}, target=Each()),
    scale="difference",
    interval=Jackknife(),
    valid={
        "exponent": Range(lo=0.6, hi=3, shown_by="docs/measures/eeg.aperiodic"),
        "offset": Range(lo=-2, hi=5, shown_by="docs/measures/eeg.aperiodic"),
    },
    invariant=frozenset({"channel_order"}),
    caution=es.CAUTION
    + " The exponent depends on the range of the fit; compare only equal ranges.",
    figure="scalp",
    proofs=("simulated", "independent", "real"),
)

_NO_UNIT = "The channel is not in microvolts: its unit or scale is not known."


def measure(x: Inputs) -> Result:
    """Sum the densities of the fitted range over blocks; see `MEASURE`."""
    rows = x.targets[:, 0]
    found = es.spectra(x, rows)
    used = found.between(*FIT_HZ)
    muscular = es.muscle(found, what="the aperiodic part")
    few = es.too_few(found.segments)
    scaled = ["" if x.channels["eeg"][r].unit == "uV" else _NO_UNIT for r in rows]
    return Result(
        blocks=np.concatenate([found.density[..., used], found.count[..., None]], axis=-1),
        finish=_Fit(found.freq_hz[used]),
        span=found.span,
        reasons=tuple(a or b for a, b in zip(few, muscular, strict=True)),
        part_reasons={"offset": tuple(scaled)},
        evidence=es.drawn(found),
    )


@dataclass(frozen=True)
class _Fit:
    """Pure function from summed densities and their count to exponent and offset."""

    freq_hz: Floats

    def __call__(self, total: Floats) -> Floats:
        line = fit_line(self.freq_hz, es.log_density(total))
        return np.stack([line.exponent, line.offset], axis=-1)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Aperiodic background with an alpha peak; the truth is what was drawn from."""
    made, label, _ = es.example(seed)
    exponent, level_uv = es.EXAMPLE_BACKGROUND.values()
    return made, {
        (*label, "exponent"): exponent,
        (*label, "offset"): float(2 * np.log10(level_uv)),
    }
