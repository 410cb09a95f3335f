"""Intermuscular coherence of surface EMG as recorded, not rectified, beside the rectified."""

from __future__ import annotations

import numpy as np

from eutonia.measures.emg.imc import BANDS
from eutonia.measures.pair_coherence import MIN_SEGMENTS, pair_result, segments_of
from eutonia.model import (
    Condition,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="imc_raw",
    version="1",
    title="Intermuscular coherence, EMG not rectified",
    unit=dict.fromkeys(BANDS, "1"),
    tier="research",
    sources=("Halliday1995", "Rosenberg1989"),
    method="As intermuscular coherence (imc), of the two EMGs as they were recorded: neither "
    "rectified nor filtered, because coherence below 20 Hz is looked at; the mean of each segment "
    "is removed. Whether to rectify is debated, so both are given.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                min_rate_hz=500,
                min_s=MIN_SEGMENTS,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            )
        },
        target=Pairs("all"),
        not_tasks=frozenset({"movement", "mvc"}),
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-0.02, hi=0.6, shown_by="docs/measures/imc_raw"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="Movement of cables and electrodes, the heartbeat and cross-talk are shared by the "
    "signals below 20 Hz and look like a drive; an amplifier that passes only 10 or 20 Hz and more "
    "leaves nothing to be seen there. Cross-talk too weak to be marked can still give a coherence "
    "of up to 0.09. A drive that only makes both muscles louder and softer does not show without "
    "rectifying.",
    evidence_against="A drive of 4-7 Hz in cervical dystonia (8 against 8, Tijssen2000) was not "
    "replicated: no difference and low diagnostic accuracy (10 against 10, Nijmeijer2014).",
    figure="coherence",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Compute the coherence of every pair; see `MEASURE`."""
    segments = segments_of([(b, b) for b in x["emg"]], x.targets, up_to_hz=50)
    return pair_result(segments, bands=BANDS, drawn_hz=50)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two muscles whose signals both hold a drive of 2-34 Hz in noise with a flat spectrum.

    The truth is the squared share of the drive's density in the whole density.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive, share = 1000, 120_000, (1.0, 300.0), (2.0, 34.0), 0.28
    signal = emg.carrier(rng, 2, n, rate_hz=rate_hz, band_hz=band)
    signal += share * emg.narrowband(rng, 1, n, rate_hz=rate_hz, band_hz=drive)
    channels = (
        emg_channel("splenius_capitis", "left"),
        emg_channel("sternocleidomastoid", "left"),
    )
    task = Condition.of(task="posture")
    common, own = share**2 / (drive[1] - drive[0]), 1 / (band[1] - band[0])
    label = " / ".join(c.label for c in channels)
    made = visit(recording(50 * signal, channels, rate_hz=rate_hz, condition=task))
    truth = (common / (common + own)) ** 2
    return made, {(label, task.label, part): truth for part in BANDS}
