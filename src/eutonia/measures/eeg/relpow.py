"""Relative power of scalp EEG in the classical bands."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.spectrum import frequencies, power_density
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Input,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Bands (measures.md §5, our rule; printed in the report).
BANDS = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "gamma": (30.0, 45.0),
}
SEGMENT_S = 4.0
BLOCK_S = 4.0
#: Slope of log power over log frequency in 25-45 Hz above which muscle is suspected (our rule).
MUSCLE_SLOPE = -0.5
_MUSCLE_HZ = (25.0, 45.0)
_MUSCLE = (
    "The spectrum does not fall between 25 and 45 Hz: muscle activity of scalp, face or neck is "
    "mixed in, so beta and gamma cannot be told from it (our rule, unconfirmed)."
)

MEASURE = Measure(
    id="eeg.relpow",
    version="1",
    title="Relative EEG power",
    unit=dict.fromkeys(BANDS, "%"),
    tier="research",
    sources=(),
    method="Share of the power of 1-45 Hz that lies in each band, from Welch's spectrum with Hann "
    "segments of 4 s, 50 % overlap, integrated by trapezoids; reference as in the file.",
    needs=Needs(
        inputs={
            "eeg": Input(
                kind="eeg", min_rate_hz=100, min_s=32, not_flags=frozenset({"flat", "clipped"})
            )
        },
        target=Each(),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eeg.relpow"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="qEEG has no established diagnostic value in dystonia. Benzodiazepines raise beta, "
    "anticholinergics slow the EEG; muscle activity mimics beta and gamma.",
    figure="spectrum",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum power densities over blocks of four seconds; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = [], []
    total_density: Floats = np.zeros(0)
    segments: Floats = np.zeros(len(rows))
    freq = np.zeros(0)
    for place, block in enumerate(x["eeg"]):
        length = round(SEGMENT_S * block.rate_hz)
        freq = frequencies(length, block.rate_hz)
        density, count = power_density(
            block.x[rows],
            block.mask[rows],
            rate_hz=block.rate_hz,
            length=length,
            step=length // 2,
            group_s=BLOCK_S,
        )
        total_density = density.sum(axis=0) + (total_density if place else 0)
        segments = segments + count.sum(axis=0)
        blocks.append(_bands(density, freq))
        span += [place] * len(count)
    everything = np.concatenate(blocks)
    reasons = _muscle(total_density, freq)
    shown = (freq >= 0.5) & (freq <= 60)
    return Result(
        blocks=everything,
        finish=_finish,
        span=np.array(span),
        part_reasons={"beta": reasons, "gamma": reasons},
        evidence={
            "freq_hz": freq[shown],
            "psd": total_density[:, shown] / np.maximum(segments, 1)[:, None],
            "bands": np.array(list(BANDS.values())),
            "band_names": np.array(list(BANDS)),
        },
    )


def _bands(density: Floats, freq: Floats) -> Floats:
    """Return the power of each band by trapezoids, ``(n_blocks, n_channels, n_bands)``."""
    inside = [(freq >= lo - 1e-9) & (freq <= hi + 1e-9) for lo, hi in BANDS.values()]
    power = [np.trapezoid(density[..., i], freq[i], axis=-1) for i in inside]
    return np.stack(power, axis=-1)


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * total / total.sum(axis=-1, keepdims=True)
    return share


def _muscle(density: Floats, freq: Floats) -> tuple[str, ...]:
    """Return why beta and gamma are not measurable in each channel."""
    inside = (freq >= _MUSCLE_HZ[0]) & (freq <= _MUSCLE_HZ[1])
    log_f = np.log(freq[inside])
    log_f -= log_f.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (np.log(density[:, inside]) @ log_f) / (log_f @ log_f)
    return tuple(_MUSCLE if s > MUSCLE_SLOPE else "" for s in slope)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Aperiodic background with an alpha peak; the truth is the share of the exact density."""
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n = 250, 30_000
    background = {"exponent": 1.2, "level_uv": 6.0}
    alpha = {"centre_hz": 10.0, "width_hz": 1.0, "rms_uv": 8.0}
    signal = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, **background)
    signal = signal + eeg.oscillation(rng, n, rate_hz=rate_hz, **alpha)
    channel, task = eeg_channel("Pz"), Condition.of(task="rest", eyes="closed")
    fine = np.arange(1.0, 45.0, 0.005)
    density = eeg.aperiodic_psd(fine, **background) + eeg.oscillation_psd(fine, **alpha)
    truth = {
        (channel.label, task.label, band): float(
            100 * density[(fine >= lo) & (fine < hi)].sum() / density.sum()
        )
        for band, (lo, hi) in BANDS.items()
    }
    return visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task)), truth
