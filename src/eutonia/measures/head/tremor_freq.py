"""Frequency of head tremor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.dsp import tremor
from eutonia.measures import head_noise, rhythm
from eutonia.measures.head_tremor import (
    CAUTION,
    LEAST_BLOCKS,
    LEAST_RMS_DEG,
    LEAST_SLOW_RMS_DEG,
    PUBLISHED,
    TAKEN_HZ,
    TREMOR_NEEDS,
    simulated,
    taken_notes,
)
from eutonia.measures.nod_of_jaw import nods
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit

MEASURE = Measure(
    id="head.tremor_freq",
    version="5",
    title="Head tremor, frequency",
    unit="Hz",
    tier="supportive",
    sources=("VuCMOR2022",),
    method="Welch's density of yaw, pitch and roll (Hann, 4 s, half overlapped, straight line "
    "removed, gaps without weight). A tremor is a top between 1 and 12 Hz, at most 0.4 times the "
    "pictures a second, that passes the limit which movement without a rhythm passes in 1 % of "
    "recordings (F distribution over the density beside it, corrected for all frequencies and "
    "axes; our rule); below 2.5 Hz also not wider than 0.7 Hz at half height, which slow jerks "
    "are. The strongest top counts. Its frequency is the centre of gravity of the power above "
    f"what lies beside it, summed over the axes. {rhythm.FREQUENCY_WORDS}",
    needs=TREMOR_NEEDS,
    scale="difference",
    interval=Jackknife(least=LEAST_BLOCKS),
    valid=Range(lo=1, hi=10, shown_by="docs/video/accuracy"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution=f"{CAUTION} {PUBLISHED}",
    history=rhythm.BEFORE.format(4),
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm and its frequency; see `MEASURE`."""
    found = nods(x)
    start = found.shaken.start_hz
    mean = rhythm.densities(found.shaken.blocks.sum(axis=0))
    _, power = tremor.top(mean, np.nan_to_num(start, nan=1.0))
    taken = head_noise.taken(found.inputs, start, np.sqrt(power.sum(axis=-1)))
    return Result(
        blocks=found.shaken.blocks,
        finish=_Frequency(tuple(found.shaken.start_hz)),
        span=found.shaken.span,
        limits=rhythm.of_frequency,
        varying=Varying(sd=np.full((len(start), 1), rhythm.FILM_SD_HZ)),
        reasons=found.reasons(least_rms=LEAST_RMS_DEG, least_slow=LEAST_SLOW_RMS_DEG),
        details={
            "times_background": np.array([r.ratio for r in found.shaken.rhythms]),
            **found.details,
        },
        evidence=found.shaken.evidence(),
        notes=(*found.notes, *taken_notes(taken, TAKEN_HZ)),
    )


@dataclass(frozen=True)
class _Frequency:
    """Pure function from summed densities to the frequency near where the rhythm was found."""

    start_hz: tuple[float, ...]

    def __call__(self, total: Floats) -> Floats:
        start = np.array(self.start_hz)
        freq, _ = tremor.top(rhythm.densities(total), np.nan_to_num(start, nan=1.0))
        out: Floats = np.where(np.isfinite(start), freq, np.nan)[..., None]
        return out


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a tremor whose frequency wanders over drift and noise, and a film beside it."""
    made = simulated(seed)
    true = made.tremor.freq_hz + rhythm.film_hz(seed)
    return made.visit, {(*made.key, ""): true}
