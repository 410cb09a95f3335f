"""Amplitude of surface EMG in % of the maximal voluntary contraction."""

from __future__ import annotations

import numpy as np

from eutonia.measures.levels import BLOCK_S, INPUTS, level_sums, mean_percent
from eutonia.measures.maximum import TOXIN, maxima, missing
from eutonia.model import (
    Aux,
    BlockBootstrap,
    Condition,
    Each,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="emg.mra_mvc",
    version="1",
    title="EMG amplitude in % of the maximal contraction",
    unit="%MVC",
    tier="supportive",
    sources=(),
    method="100 · mean envelope (20-450 Hz, rectified, below 6 Hz) of the condition over the best "
    "0.5 s of the envelope of the same muscle's maximal contraction (our rule).",
    needs=Needs(inputs=INPUTS, aux={"mvc": Aux(task="mvc")}, target=Each()),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.5, hi=110, shown_by="docs/measures/emg.mra_mvc"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution=f"{TOXIN} It is only as good as the effort of the maximal contraction: pain, weakness "
    "and fear lower it too. The best half second of a maximal contraction lies a few per cent "
    "above its mean.",
    figure="bars",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum the envelope in % over blocks of two seconds; see `MEASURE`."""
    scale = maxima(x)
    blocks, span = level_sums(x["emg"], x.targets, scale)
    return Result(blocks=blocks, finish=mean_percent, span=span, reasons=missing(x, scale))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two neck muscles at 5 and 40 % of a steady maximum; the truth is these levels."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    level = np.array([5.0, 40.0])
    channels = (
        emg_channel("splenius_capitis", "left"),
        emg_channel("sternocleidomastoid", "right"),
    )
    task, mvc = Condition.of(task="posture"), Condition.of(task="mvc")
    gain = np.array([[300.0], [450.0]])
    noise = emg.carrier(rng, 2, 30_000, rate_hz=1000, band_hz=(60.0, 250.0))
    made = visit(
        recording(gain * level[:, None] / 100 * noise, channels, rate_hz=1000, condition=task),
        recording(
            gain * emg.steady_tone(9_000, rate_hz=1000), channels, rate_hz=1000, condition=mvc
        ),
    )
    return made, {(c.label, task.label, ""): float(v) for c, v in zip(channels, level, strict=True)}
