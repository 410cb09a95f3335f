"""Intermuscular coherence of rectified surface EMG, and its cumulant for the figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.dsp.cumulant import MAX_HZ
from eutonia.measures.pair_coherence import (
    MIN_SEGMENTS,
    cumulant_evidence,
    pair_result,
    segments_of,
)
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

BANDS = {"4_7": (4.0, 7.0), "4_12": (4.0, 12.0), "15_30": (15.0, 30.0)}

MEASURE = Measure(
    id="imc",
    version="2",
    title="Intermuscular coherence",
    unit=dict.fromkeys(BANDS, "1"),
    tier="research",
    sources=("Halliday1995", "Rosenberg1989"),
    method="Coherence of the two rectified EMGs (20-450 Hz) over disjoint Hann segments of 1 s, "
    "its bias removed, averaged over the band (both edges included). The 95 % limit of "
    "independence is 1 - 0.05^(1/(L-1)) for L segments (fewer in effect where both muscles are "
    "louder at some times: segments_effective); a band is above it when its largest bin "
    "passes the limit corrected for the number of bins (Šidák). p_surrogate says how often the "
    "largest of the band's bins is as large when the segments of one muscle are put into random "
    "order (1,000 times, within 20 s). phase_deg (at the peak) and delay_ms (slope "
    "of the phase, from three bins above the limit on) are positive where the second muscle "
    "follows the first. With repeats of at least 20 segments, pooled_over_repeats is the "
    "coherence pooled on the scale artanh(sqrt(C)), and p_repeats_differ tests whether they are "
    "equal (smallest p of the band's bins, corrected for their number). Pairs are many: contrasts "
    "of conditions and sides are controlled for false discovery, single p-values are not.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.rectified",
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
    valid=Range(lo=-0.02, hi=0.6, shown_by="docs/measures/imc"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="Cross-talk between neighbouring muscles gives coherence at all frequencies without a "
    "common drive; muscles that start and stop together give it at low frequencies, so it is taken "
    "from steady contractions, not from single movements. A value near 0 is expected without a "
    "common drive; it may be slightly negative because its bias is removed.",
    evidence_against="A drive of 4-7 Hz between sternocleidomastoid and splenius was present in "
    "cervical dystonia and absent in controls (8 against 8, Tijssen2000), but this was not "
    "replicated: no difference and low diagnostic accuracy (10 against 10, Nijmeijer2014).",
    figure="coherence",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Compute the coherence of every pair; see `MEASURE`."""
    segments = segments_of([(b, b) for b in x["emg"]], x.targets, up_to_hz=MAX_HZ)
    result = pair_result(segments, bands=BANDS, drawn_hz=50)
    return replace(result, evidence={**result.evidence, **cumulant_evidence(segments)})


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two neck muscles with a common drive of 2-34 Hz; the truth is the analytic coherence."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive = 1000, 120_000, (50.0, 300.0), (2.0, 34.0)
    common, own = 0.35, 0.15
    slow = emg.narrowband(rng, 3, n, rate_hz=rate_hz, band_hz=drive)
    modulators = 1 + common * slow[:1] + own * slow[1:]
    signal = 50 * emg.modulated(emg.carrier(rng, 2, n, rate_hz=rate_hz, band_hz=band), modulators)
    channels = (
        emg_channel("splenius_capitis", "left"),
        emg_channel("sternocleidomastoid", "left"),
    )
    task = Condition.of(task="posture")
    freq = np.arange(1.0, 51.0)
    truth = emg.rectified_coherence(
        freq,
        rate_hz=rate_hz,
        band_hz=band,
        depth_common=common,
        depth_own=own,
        drive_band_hz=drive,
    )
    label = " / ".join(c.label for c in channels)
    made = visit(recording(signal, channels, rate_hz=rate_hz, condition=task))
    return made, {
        (label, task.label, part): float(truth[(freq >= lo) & (freq <= hi)].mean())
        for part, (lo, hi) in BANDS.items()
    }
