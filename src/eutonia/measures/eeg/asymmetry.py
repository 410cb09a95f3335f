"""Asymmetry of EEG power between homologous electrodes."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures import eeg_spectrum as es
from eutonia.model import (
    BlockBootstrap,
    Channel,
    Condition,
    Floats,
    Inputs,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

MEASURE = Measure(
    id="eeg.asymmetry",
    version="1",
    title="EEG asymmetry, right over left",
    unit=dict.fromkeys(es.SPLIT_BANDS, "1"),
    tier="research",
    sources=(),
    method="ln(power right) - ln(power left) of electrodes that mirror each other, by band, from "
    "Welch's spectra (Hann segments of 4 s, 50 % overlap, trapezoids); reference as in the file. "
    "Above 0: more power on the right.",
    needs=Needs(inputs={"eeg": es.eeg_input()}, target=Pairs("homologue")),
    scale="difference",
    interval=BlockBootstrap(block_s=es.BLOCK_S),
    valid=Range(lo=-4, hi=4, shown_by="docs/measures/eeg.asymmetry"),
    invariant=frozenset({"gain", "channel_order"}),
    caution=es.CAUTION + " Less alpha commonly goes with more activity of that side; a thinner "
    "skull or a reference on one side makes an asymmetry as well.",
    figure="scalp",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Compare the power of both sides over the same blocks; see `MEASURE`."""
    left, right = _sides(x)
    of_left, of_right = es.spectra(x, left), es.spectra(x, right)
    stats = [part for found in (of_left, of_right) for part in _sums(found)]
    muscular = tuple(a or b for a, b in zip(es.muscle(of_left), es.muscle(of_right), strict=True))
    return Result(
        blocks=np.concatenate(stats, axis=-1),
        finish=_finish,
        span=of_left.span,
        reasons=es.too_few(np.minimum(of_left.segments, of_right.segments)),
        part_reasons=dict.fromkeys(es.MUSCLE_PARTS, muscular),
        evidence={"freq_hz": of_left.freq_hz, "left": of_left.mean, "right": of_right.mean},
    )


def _sides(x: Inputs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of the left and of the right electrodes: odd numbers are left."""
    channels = x.channels["eeg"]
    swap = np.array([_number(channels[i]) % 2 == 0 for i, _ in x.targets], dtype=bool)
    first, second = x.targets.T
    return np.where(swap, second, first), np.where(swap, first, second)


def _number(channel: Channel) -> int:
    return int("".join(c for c in channel.site if c.isdigit()))


def _sums(found: es.Spectra) -> tuple[Floats, Floats]:
    power = es.band_power(found.density, found.freq_hz, es.SPLIT_BANDS)
    return power, found.count[..., None]


def _finish(total: Floats) -> Floats:
    left, right = np.split(total, 2, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.log(right[..., :-1] / right[..., -1:] * left[..., -1:] / left[..., :-1])
    return ratio


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two electrodes with partly shared alpha of different size and unequal backgrounds."""
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n = 250, 45_000
    shared = eeg.oscillation(rng, n, rate_hz=rate_hz, **es.EXAMPLE_ALPHA)

    def alpha(freq_hz: Floats) -> Floats:
        return eeg.oscillation_psd(freq_hz, **es.EXAMPLE_ALPHA)

    signal, powers = [], []
    for weight, level_uv in ((1.0, 6.0), (0.6, 7.0)):  # left, right
        own = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, exponent=1.0, level_uv=level_uv)[0]
        signal.append(own + weight * shared)
        powers.append(
            [
                eeg.band_power(
                    partial(eeg.aperiodic_psd, exponent=1.0, level_uv=level_uv), band_hz=edges
                )
                + weight**2 * eeg.band_power(alpha, band_hz=edges)
                for edges in es.SPLIT_BANDS.values()
            ]
        )
    channels, task = (eeg_channel("O1"), eeg_channel("O2")), Condition.of(task="rest")
    made = visit(recording(np.stack(signal), channels, rate_hz=rate_hz, condition=task))
    return made, {
        ("O1 / O2", task.label, band): float(np.log(right / left))
        for band, left, right in zip(es.SPLIT_BANDS, *powers, strict=True)
    }
