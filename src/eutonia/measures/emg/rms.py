"""Root mean square of surface EMG."""

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
    id="emg.rms",
    version="1",
    title="EMG amplitude (root mean square)",
    unit="uV",
    tier="supportive",
    sources=(),
    method="Square root of the mean square of the band-passed EMG (20-450 Hz; the mains is removed "
    "where there is hum, at a cost of 2-3 %) over all usable samples of the condition.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.filtered",
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
    valid=Range(lo=1, hi=2000, shown_by="docs/measures/emg.rms"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Amplitudes compare only at the same electrode site and skin preparation; between "
    "people they do not compare at all.",
    figure="bars",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum squares over blocks of one second; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span = [], []
    for place, block in enumerate(x["emg"]):
        length = round(BLOCK_S * block.rate_hz)
        total, count = sums(block.x[rows] ** 2, block.mask[rows], length)
        blocks.append(np.stack([total, count], axis=-1).swapaxes(0, 1))
        span += [place] * total.shape[1]
    return Result(blocks=np.concatenate(blocks), finish=_finish, span=np.array(span))


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        rms: Floats = np.sqrt(total[..., :1] / total[..., 1:])
    return rms


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two muscles at constant levels; the truth is the carrier's root mean square."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    level = np.array([[12.0], [80.0]])
    signal = level * emg.carrier(rng, 2, 30_000, rate_hz=1000, band_hz=(60, 200))
    channels = (emg_channel("biceps_brachii", "right"), emg_channel("triceps_brachii", "right"))
    task = Condition.of(task="posture")
    made = recording(signal, channels, rate_hz=1000, condition=task)
    truth = {(c.label, task.label, ""): v for c, v in zip(channels, level[:, 0], strict=True)}
    return visit(made), truth
