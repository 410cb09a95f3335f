"""Mean rectified area of surface EMG."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.segments import sums
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

BLOCK_S = 1.0

MEASURE = Measure(
    id="emg.mra",
    version="1",
    title="EMG amplitude (mean rectified)",
    unit="uV",
    tier="supportive",
    sources=(),
    method="Mean of the absolute value of the band-passed EMG (20-450 Hz; the mains is removed "
    "where there is hum, at a cost of 2-3 %) over all usable samples of the condition: the average "
    "rectified value.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.rectified",
                unit="uV",
                min_rate_hz=500,
                min_s=8,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            )
        },
        target=Each(),
    ),
    scale="ratio",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=1, hi=2000, shown_by="docs/measures/emg.mra"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Amplitudes compare only at the same electrode site and skin preparation; between "
    "people they do not compare at all. Below 5 µV the noise of most amplifiers is a part of it.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum rectified samples over blocks of one second; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = [], []
    for place, block in enumerate(x["emg"]):
        total, count = sums(block.x[rows], block.mask[rows], round(BLOCK_S * block.rate_hz))
        blocks.append(np.stack([total, count], axis=-1).swapaxes(0, 1))
        span += [place] * total.shape[1]
    return Result(blocks=np.concatenate(blocks), finish=_finish, span=np.array(span))


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total[..., :1] / total[..., 1:]
    return mean


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two muscles at constant levels for the minute that the protocol asks for.

    The mean of the absolute value of Gaussian noise is known.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    level = np.array([[12.0], [80.0]])
    signal = level * emg.carrier(rng, 2, 60_000, rate_hz=1000, band_hz=(60, 200))
    channels = (emg_channel("biceps_brachii", "right"), emg_channel("triceps_brachii", "right"))
    task = Condition.of(task="posture")
    made = recording(signal, channels, rate_hz=1000, condition=task)
    truth = np.sqrt(2 / np.pi) * level[:, 0]
    return visit(made), {
        (c.label, task.label, ""): float(v) for c, v in zip(channels, truth, strict=True)
    }
