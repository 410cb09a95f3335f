"""Corticomuscular coherence between scalp EEG and rectified surface EMG."""

from __future__ import annotations

import numpy as np

from eutonia.measures.pair_coherence import MIN_SEGMENTS, pair_result, segments_of
from eutonia.model import (
    Clock,
    Condition,
    Cross,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

BANDS = {"alpha": (8.0, 12.0), "beta": (15.0, 30.0)}
#: Electrodes over the sensorimotor strip.
SITES = ("C5", "C3", "C1", "Cz", "C2", "C4", "C6")

MEASURE = Measure(
    id="cmc",
    version="2",
    title="Corticomuscular coherence",
    unit=dict.fromkeys(BANDS, "1"),
    tier="research",
    sources=("Halliday1995", "Rosenberg1989"),
    method="Coherence of the EEG, as referenced in the file, over the sensorimotor strip with the "
    "rectified EMG (20-450 Hz), over disjoint Hann segments of 1 s cut at the same times of the "
    "common clock; bias removed, averaged over the band (both edges included). Limit, surrogates, "
    "phase, delay (positive: the muscle follows the electrode) and repeats as for intermuscular "
    "coherence.",
    needs=Needs(
        inputs={
            "eeg": Input(
                kind="eeg",
                min_rate_hz=120,
                min_s=MIN_SEGMENTS,
                not_flags=frozenset({"flat", "clipped", "loose"}),
            ),
            "emg": Input(
                kind="emg",
                derive="emg.rectified",
                min_rate_hz=500,
                min_s=MIN_SEGMENTS,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            ),
        },
        target=Cross("eeg", "emg", first_sites=SITES),
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-0.02, hi=0.5, shown_by="docs/measures/cmc"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="Needs both recordings on one clock. Muscle activity of scalp and neck, and benzo"
    "diazepines, change the beta band. qEEG has no established diagnostic value in dystonia.",
    figure="coherence",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Compute the coherence of every electrode with every muscle; see `MEASURE`."""
    pairs = list(zip(x["eeg"], x["emg"], strict=True))
    return pair_result(segments_of(pairs, x.targets, up_to_hz=50), bands=BANDS, drawn_hz=50)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """One electrode and one muscle share a drive of 5-35 Hz; the clocks differ.

    The EEG is ``drive + noise`` with flat spectra, so that the truth is analytic: the coherence of
    the drive with each signal, multiplied.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import eeg_channel, emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive = 1000, 130_000, (50.0, 300.0), (5.0, 35.0)
    common, noise = 0.3, 0.8
    slow = emg.narrowband(rng, 2, n, rate_hz=rate_hz, band_hz=drive)
    signal = 50 * emg.modulated(
        emg.carrier(rng, 1, n, rate_hz=rate_hz, band_hz=band), 1 + common * slow[:1]
    )
    brain = 10 * (slow[:1] + noise * slow[1:]) + rng.standard_normal((1, n))
    late = 2_000  # the EEG starts two seconds after the EMG, and is sampled half as often
    hold = Condition.of(task="hold")
    electrode, muscle = eeg_channel("C3"), emg_channel("first_dorsal_interosseous", "right")
    made = visit(
        recording(
            _decimated(brain[:, late:]),
            (electrode,),
            rate_hz=rate_hz / 2,
            condition=hold,
            clock=Clock(id="visit", offset_s=late / rate_hz, aligned="declared"),
        ),
        recording(
            signal,
            (muscle,),
            rate_hz=rate_hz,
            condition=hold,
            clock=Clock(id="visit", aligned="declared"),
        ),
    )
    freq = np.arange(1.0, 51.0)
    # With no drive of its own, |coherency| of the muscle with the drive is the square root of the
    # coherence that two such muscles would have.
    with_muscle = np.sqrt(
        emg.rectified_coherence(
            freq,
            rate_hz=rate_hz,
            band_hz=band,
            depth_common=common,
            depth_own=0.0,
            drive_band_hz=drive,
        )
    )
    density = 100 / (drive[1] - drive[0])  # uV²/Hz of the drive; white noise has 1 / 500 Hz
    with_brain = density / (density * (1 + noise**2) + 1 / (rate_hz / 2))
    truth = with_muscle * with_brain
    label = f"{electrode.label} / {muscle.label}"
    return made, {
        (label, hold.label, part): float(truth[(freq >= lo) & (freq <= hi)].mean())
        for part, (lo, hi) in BANDS.items()
    }


def _decimated(x: np.ndarray) -> np.ndarray:
    from scipy.signal import decimate

    return np.ascontiguousarray(decimate(x, 2, ftype="fir", axis=1))
