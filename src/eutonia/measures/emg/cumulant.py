"""Cumulant density of two rectified EMGs: lag and width of their synchrony."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.cumulant import MAX_HZ, MAX_LAG_S, covariance, lags, peak
from eutonia.measures.pair_coherence import (
    MIN_SEGMENTS,
    SEGMENT_S,
    cumulant_evidence,
    segments_of,
    too_few,
)
from eutonia.model import (
    Condition,
    Floats,
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
    id="emg.cumulant",
    version="2",
    title="Synchrony of two muscles (cumulant density)",
    unit={"lag": "ms", "width": "ms"},
    tier="research",
    sources=("Halliday1995", "Tijssen2000"),
    method="Inverse Fourier transform of the summed cross-spectrum, 1-200 Hz, of the two rectified "
    "EMGs (20-450 Hz; disjoint Hann segments of 1 s, those of intermuscular coherence), divided by "
    "the root of both powers. width is that of the largest deflection within 100 ms, up (in phase) "
    "or down, at half its height; lag is the centre of gravity of what lies above that half, "
    "positive where the second muscle follows the first. Both are given only where the deflection "
    "passes the 95 % limit for the largest of all lags under independence.",
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
    scale="none",  # the largest peaks of two conditions or sides need not be the same peak
    interval=Jackknife(),
    valid={
        "lag": Range(lo=-60, hi=60, shown_by="docs/measures/emg.cumulant"),
        "width": Range(lo=8, hi=40, shown_by="docs/measures/emg.cumulant"),
    },
    invariant=frozenset({"gain", "channel_order"}),
    caution="Cross-talk gives a narrow peak at lag 0 that is no common drive. A slow common "
    "modulation gives a broad peak that hides a narrow one on top of it. Conditions and sides are "
    "not compared (version 2): their largest peaks need not be the same one.",
    evidence_against="A narrow sub-peak, 13 ms wide, was described in cervical dystonia, and "
    "sternocleidomastoid and splenius were in phase in patients only (8 against 8, Tijssen2000); "
    "the coherence behind it was not replicated (10 against 10, Nijmeijer2014). It is no sign of a "
    "diagnosis.",
    proofs=("simulated", "independent"),
)

_N_LAGS = len(lags())
NOTHING = (
    "Nothing in the cumulant rises above the 95 % limit of independence, so there is no lag and no "
    "width."
)
TOO_WIDE = (
    "The largest deflection of the cumulant does not fall to half its height within "
    f"{1000 * MAX_LAG_S:g} ms on both sides, so it is a slow common course and no peak."
)


def lag_and_width(total: Floats) -> Floats:
    """Return lag and width, ms, ``(..., 2)`` of summed cumulants ``(..., n_lags + 1)``."""
    lag_s, width_s, _ = peak(total[..., :_N_LAGS])
    return 1000 * np.stack([lag_s, width_s], axis=-1)


def measure(x: Inputs) -> Result:
    """Compute lag and width for every pair; see `MEASURE`."""
    segments = segments_of([(b, b) for b in x["emg"]], x.targets, up_to_hz=MAX_HZ)
    spectra, span = segments.blocks(len(segments.freq_hz))
    top = covariance(spectra[..., :-1], segments.freq_hz, segment_s=SEGMENT_S)
    evidence = cumulant_evidence(segments)
    n = spectra[..., -1].sum(axis=0)
    _, width_s, height = peak(evidence["cumulant"])
    with np.errstate(invalid="ignore"):
        above = np.abs(height) > evidence["cumulant_limit"]
    reasons = tuple(
        short or ("" if seen else NOTHING) or ("" if np.isfinite(width) else TOO_WIDE)
        for short, seen, width in zip(too_few(n), above, width_s, strict=True)
    )
    return Result(
        blocks=np.concatenate([top, spectra[..., -1:]], axis=2),
        finish=lag_and_width,
        span=span,
        reasons=reasons,
        n_effective=n,
        details={
            "height": height,
            "limit": evidence["cumulant_limit"],
            "limit_of_one_lag": evidence["cumulant_limit_each"],
            "segments": n,
        },
        evidence=dict(evidence),
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two neck muscles whose common drive of 2-34 Hz reaches the second 12 ms later.

    The truth is the maximum and the half height of the analytic cross-covariance.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive, late = 1000, 120_000, (50.0, 300.0), (2.0, 34.0), 12
    common, own = 0.25, 0.1
    slow = emg.narrowband(rng, 3, n + late, rate_hz=rate_hz, band_hz=drive)
    shared = np.stack([slow[0, late:], slow[0, :n]])
    signal = 50 * emg.modulated(
        emg.carrier(rng, 2, n, rate_hz=rate_hz, band_hz=band),
        1 + common * shared + own * slow[1:, :n],
    )
    channels = (
        emg_channel("splenius_capitis", "left"),
        emg_channel("sternocleidomastoid", "left"),
    )
    task = Condition.of(task="posture")
    label = " / ".join(c.label for c in channels)
    made = visit(recording(signal, channels, rate_hz=rate_hz, condition=task))
    return made, {
        (label, task.label, "lag"): float(late),
        (label, task.label, "width"): 1000 * true_width_s(drive),
    }


def true_width_s(drive_band_hz: tuple[float, float]) -> float:
    """Return the true width at half height, s, of the cross-covariance of two driven EMGs."""
    from eutonia.simulate.emg import rectified_covariance

    lag = np.arange(0, 0.1, 1e-5)
    _, cross = rectified_covariance(
        lag,
        band_hz=(50.0, 300.0),
        depth_common=0.25,
        depth_own=0.1,
        drive_band_hz=drive_band_hz,
    )
    return 2 * float(lag[np.argmax(cross < cross[0] / 2)])
