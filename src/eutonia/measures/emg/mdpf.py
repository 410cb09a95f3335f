"""Median frequency of surface EMG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.measures.emg_spectrum import BLOCK_S, spectra
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

#: Band whose power is halved: that of the amplitude measures.
BAND_HZ = (20.0, 450.0)

MEASURE = Measure(
    id="emg.mdpf",
    version="1",
    title="Median frequency of the EMG",
    unit="Hz",
    tier="research",
    sources=("Go2014",),
    method="Frequency that halves the power of 20-450 Hz of the raw, band-passed EMG, from Welch's "
    "spectrum with Hann segments of 2 s, 50 % overlap, integrated by trapezoids and interpolated "
    "between bins.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.filtered",
                min_rate_hz=1000,
                min_s=32,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            )
        },
        target=Each(),
        not_tasks=frozenset({"rest"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=40, hi=250, shown_by="docs/measures/emg.mdpf"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="It falls with fatigue, cold and the thickness of fat, and depends on muscle, force "
    "and the distance of the electrodes: it compares only within one site. In the leg, 70 Hz told "
    "dystonia from none with 73 % sensitivity and 63 % specificity in 10 people (Go2014): a fact "
    "about that group, no diagnosis. In a muscle at rest it is that of the amplifier's noise.",
    evidence_against="The threshold of 70 Hz missed 27 % and was wrong in 37 % (n = 10, Go2014); "
    "no replication was checked.",
    figure="spectrum",
    proofs=("simulated", "independent", "real"),
)


@dataclass(frozen=True)
class Median:
    """Pure function from summed densities to the frequency that halves their integral."""

    freq_hz: Floats

    def __call__(self, total: Floats) -> Floats:
        """Return ``(..., 1)`` Hz from sums ``(..., n_bins + 1)``."""
        density = total[..., :-1]
        steps = np.diff(self.freq_hz) * (density[..., 1:] + density[..., :-1]) / 2
        area = np.concatenate([np.zeros((*steps.shape[:-1], 1)), np.cumsum(steps, axis=-1)], -1)
        half = area[..., -1:] / 2
        after = np.clip((area < half).sum(axis=-1, keepdims=True), 1, len(self.freq_hz) - 1)
        low = np.take_along_axis(area, after - 1, axis=-1)
        step = np.take_along_axis(area, after, axis=-1) - low
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (half - low) / step
        below = self.freq_hz[after - 1]
        out: Floats = below + share * (self.freq_hz[after] - below)
        return out


def measure(x: Inputs) -> Result:
    """Sum spectra over blocks of four seconds; see `MEASURE`."""
    freq, blocks, span = spectra(x["emg"], x.targets[:, 0], band_hz=BAND_HZ)
    total = blocks.sum(axis=0)
    return Result(
        blocks=blocks,
        finish=Median(freq),
        span=span,
        evidence={
            "freq_hz": freq,
            "psd": total[:, :-1] / np.maximum(total[:, -1:], 1),
            "bands": np.array([BAND_HZ]),
            "band_names": np.array(["power that is halved"]),
        },
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Noise of two flat steps; the truth is where its integral is halved."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    edges_hz, power = (40.0, 90.0, 240.0), (0.6, 0.4)
    signal = 60 * emg.stepped(rng, 1, 60_000, rate_hz=1000, edges_hz=edges_hz, power=power)
    channel = emg_channel("tibialis_anterior", "left")
    task = Condition.of(task="walking")
    made = visit(recording(signal, (channel,), rate_hz=1000, condition=task))
    truth = edges_hz[0] + (edges_hz[1] - edges_hz[0]) * 0.5 / power[0]
    return made, {(channel.label, task.label, ""): truth}
