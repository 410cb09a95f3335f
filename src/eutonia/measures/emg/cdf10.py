"""Share of low frequencies in the modulation of surface EMG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from eutonia.measures.emg_spectrum import BLOCK_S, RECTIFIED, SLOW_HZ, spectra, within
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

LOW_HZ = (3.0, 10.0)

MEASURE = Measure(
    id="emg.cdf10",
    version="1",
    title="Share of 3-10 Hz in the rectified EMG",
    unit="1",
    tier="research",
    sources=("deBruijnTox2017",),
    method="Power of 3-10 Hz over power of 3-32 Hz of the rectified EMG (20-450 Hz), from Welch's "
    "spectrum with Hann segments of 2 s, 50 % overlap, integrated by trapezoids.",
    needs=Needs(
        inputs=RECTIFIED,
        target=Each(),
        not_tasks=frozenset({"rest", "movement", "mvc"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.2, hi=0.9, shown_by="docs/measures/emg.cdf10"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="A steady contraction is needed: starting and stopping change it, and any tremor "
    "raises it. Without any modulation it is 0.24, the share of the band. No norm is shipped.",
    evidence_against="Raised in the dystonic neck muscles of a group (deBruijnTox2017); no "
    "replication was checked, and tremor alone raises it as well.",
    figure="spectrum",
    proofs=("simulated", "independent", "real"),
)


@dataclass(frozen=True)
class LowShare:
    """Pure function from summed densities of 3-32 Hz to the share of 3-10 Hz."""

    freq_hz: Floats

    def __call__(self, total: Floats) -> Floats:
        """Return ``(..., 1)`` from sums ``(..., n_bins + 1)``."""
        low = within(self.freq_hz, LOW_HZ)
        density = total[..., :-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.trapezoid(density[..., low], self.freq_hz[low], axis=-1) / np.trapezoid(
                density, self.freq_hz, axis=-1
            )
        return np.asarray(share)[..., None]


def measure(x: Inputs) -> Result:
    """Sum spectra over blocks of four seconds; see `MEASURE`."""
    freq, blocks, span = spectra(x["emg"], x.targets[:, 0], band_hz=SLOW_HZ)
    total = blocks.sum(axis=0)
    return Result(
        blocks=blocks,
        finish=LowShare(freq),
        span=span,
        evidence={
            "freq_hz": freq,
            "psd": total[:, :-1] / np.maximum(total[:, -1:], 1),
            "bands": np.array([LOW_HZ]),
            "band_names": np.array(["3-10 Hz"]),
        },
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """One neck muscle with a drive of 4-9 Hz; the truth is the share of the exact density."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, band, drive, depth = 1000, 60_000, (50.0, 300.0), (4.0, 9.0), 0.2
    slow = emg.narrowband(rng, 1, n, rate_hz=rate_hz, band_hz=drive)
    carrier = emg.carrier(rng, 1, n, rate_hz=rate_hz, band_hz=band)
    channel = emg_channel("splenius_capitis", "right")
    task = Condition.of(task="posture")
    made = visit(
        recording(
            50 * emg.modulated(carrier, 1 + depth * slow),
            (channel,),
            rate_hz=rate_hz,
            condition=task,
        )
    )
    return made, {(channel.label, task.label, ""): true_share(band, drive, depth)}


@cache
def true_share(band_hz: tuple[float, float], drive_hz: tuple[float, float], depth: float) -> float:
    """Return the share of 3-10 Hz in the exact density of 3-32 Hz, sampled at 1 kHz."""
    from eutonia.simulate import emg

    fine = np.arange(3.0, 32.0, 0.02)
    density, _ = emg.rectified_spectra(
        fine,
        rate_hz=1000,
        band_hz=band_hz,
        depth_common=0.0,
        depth_own=depth,
        drive_band_hz=drive_hz,
    )
    return float(density[fine < LOW_HZ[1]].sum() / density.sum())
