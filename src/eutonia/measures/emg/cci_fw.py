"""Co-contraction index of Falconer and Winter."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.dsp.segments import sums
from eutonia.model import (
    Aux,
    Block,
    BlockBootstrap,
    Condition,
    Floats,
    Input,
    Inputs,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

BLOCK_S = 2.0
#: The maximal contraction is the best mean envelope over this window (our rule).
MVC_WINDOW_S = 0.5
#: Mean level, as a share of maximum, below which two muscles are silent (our rule).
MIN_LEVEL = 0.02
#: Samples kept of an envelope for the figure.
_DRAWN = 1500
#: Seconds for which one of the simulated muscles leads.
_KNOT_S = 0.5

MEASURE = Measure(
    id="emg.cci_fw",
    version="1",
    title="Co-contraction of antagonists (common area)",
    unit="%",
    tier="supportive",
    sources=("FalconerWinter1985",),
    method="100 · 2 ∫ min(E1, E2) dt / ∫ (E1 + E2) dt of the two envelopes (20-450 Hz, rectified, "
    "below 6 Hz), each in % of its maximal contraction (best 0.5 s). The numerator is the common "
    "area, not one muscle's.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.envelope",
                min_rate_hz=1000,
                min_s=16,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            )
        },
        aux={"mvc": Aux(task="mvc", optional="norm=task")},
        target=Pairs("antagonist"),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=5, hi=85, shown_by="docs/measures/emg.cci_fw"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Above 85 % the index reads low, since the noise of both envelopes takes from their "
    "common area: 100 % reads 93-95. The best half second of a maximal contraction lies a few "
    "per cent above its mean. Botulinum toxin lowers the maximal contraction, so an index in % of "
    "it can hide the toxin's effect: across a toxin cycle compare µV at the same sites. Without a "
    "maximal contraction (norm=task) it does not compare between people. Cross-talk between "
    "neighbouring muscles looks like co-contraction.",
    figure="pairs",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum common and total area over blocks of two seconds; see `MEASURE`."""
    scale, notes = normaliser(x)
    first, second = x.targets.T
    blocks, span = [], []
    for place, block in enumerate(x["emg"]):
        length = round(BLOCK_S * block.rate_hz)
        level = block.x / scale
        parts = []
        for one, other in zip(first, second, strict=True):
            both = (block.mask[one] & block.mask[other])[None]
            common = 2 * np.minimum(level[one], level[other])[None]
            total = (level[one] + level[other])[None]
            area, samples = sums(total, both, length)
            parts.append(np.concatenate([sums(common, both, length)[0], area, samples]))
        blocks.append(np.stack(parts).transpose(2, 0, 1))
        span += [place] * blocks[-1].shape[0]
    everything = np.concatenate(blocks)
    return Result(
        blocks=everything,
        finish=_finish,
        reasons=tuple(_silent(*total) for total in everything.sum(axis=0)),
        span=np.array(span),
        evidence=drawn(x["emg"][0], scale, x),
        notes=notes,
    )


def common_area(first: Floats, second: Floats) -> float:
    """Return the index of two whole envelopes, in % (the formula itself)."""
    return float(200 * np.minimum(first, second).sum() / (first + second).sum())


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        index: Floats = 100 * total[..., :1] / total[..., 1:2]
    return index


def _silent(_: float, area: float, samples: float) -> str:
    """Return why a pair has no index: co-contraction of two silent muscles is amplifier noise."""
    mean = 100 * area / samples / 2 if samples else 0.0
    if mean >= 100 * MIN_LEVEL:
        return ""
    return (
        f"Neither muscle was active: together they reach {mean:.1f} % of their maximum on average, "
        f"less than {100 * MIN_LEVEL:g} % (our rule)."
    )


def normaliser(x: Inputs) -> tuple[Floats, tuple[str, ...]]:
    """Return each channel's level for 100 %, and what to note where that is not a maximum."""
    best = _best(x.aux.get("mvc", ()), len(x["emg"][0].x))
    if np.isfinite(best).all():
        return best[:, None], ()
    return _best(x["emg"], len(x["emg"][0].x))[:, None], ("norm=task",)


def _best(blocks: tuple[Block, ...], n_channels: int) -> Floats:
    """Return the largest mean over `MVC_WINDOW_S` in each channel; NaN where there is none."""
    best = np.full(n_channels, np.nan)
    for block in blocks:
        width = round(MVC_WINDOW_S * block.rate_hz)
        if block.x.shape[1] < width:
            continue
        area = np.cumsum(np.pad(np.where(block.mask, block.x, 0.0), ((0, 0), (1, 0))), axis=1)
        mean = (area[:, width:] - area[:, :-width]).max(axis=1) / width
        best = np.fmax(best, np.where(mean > 0, mean, np.nan))
    return best


def drawn(block: Block, scale: Floats, x: Inputs) -> dict[str, np.ndarray]:
    """Return the envelopes of the first span in %, thinned for a figure."""
    step = max(1, block.x.shape[1] // _DRAWN)
    return {
        "t_s": np.arange(0, block.x.shape[1], step) / block.rate_hz,
        "envelope": 100 * block.x[:, ::step] / scale,
        "targets": x.targets,
    }


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Wrist flexors and extensors at random, slowly changing levels.

    The truth is the index of the levels themselves, over a very long stretch of the same process.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n = 1000, 60_000
    channels = tuple(
        emg_channel(site, "right") for site in ("extensor_carpi_radialis", "flexor_carpi_radialis")
    )
    task, mvc = Condition.of(task="writing"), Condition.of(task="mvc")
    band = (60.0, 250.0)
    gain = np.array([[400.0], [250.0]])
    writing = (
        gain * _levels(rng, n, rate_hz) * emg.carrier(rng, 2, n, rate_hz=rate_hz, band_hz=band)
    )
    most = gain * _steady_tone(9_000, rate_hz)
    made = visit(
        recording(writing, channels, rate_hz=rate_hz, condition=task),
        recording(most, channels, rate_hz=rate_hz, condition=mvc),
    )
    label = " / ".join(c.label for c in channels)
    return made, {(label, task.label, ""): common_area(*long_levels())}


def _steady_tone(n: int, rate_hz: int) -> Floats:
    """Return a tone with the mean absolute value of unit Gaussian noise.

    The best half second of noise would be a few per cent above its mean; a tone's is exactly it.
    """
    phase = 2 * np.pi * 110 * np.arange(n) / rate_hz
    return np.asarray(np.sqrt(np.pi / 2) * np.sin(phase))


def _levels(rng: np.random.Generator, n: int, rate_hz: float) -> Floats:
    """Draw two activation levels (share of maximum): one muscle leads, then the other."""
    knots = round(n / rate_hz / _KNOT_S) + 3
    leads = rng.integers(0, 2, knots)
    strong, weak = rng.uniform(0.25, 0.45, knots), rng.uniform(0.04, 0.14, knots)
    level = np.stack([np.where(leads == 0, strong, weak), np.where(leads == 1, strong, weak)])
    kernel = np.hanning(round(_KNOT_S * rate_hz))
    steps = np.repeat(level, round(_KNOT_S * rate_hz), axis=1)
    smooth = [np.convolve(row, kernel / kernel.sum(), mode="valid")[:n] for row in steps]
    return np.stack(smooth)


@cache
def long_levels() -> Floats:
    """Return the levels of the example over more than five hours, at 100 Hz."""
    return _levels(np.random.default_rng(0), 2_000_000, 100)
