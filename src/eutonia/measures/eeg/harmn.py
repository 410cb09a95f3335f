"""Features compatible with the HarMNqEEG norms, and their global scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import harmn
from eutonia.dsp.harmn import Complexes
from eutonia.measures.eeg_spectrum import CAUTION, NOT_FLAGS
from eutonia.model import (
    CannotMeasure,
    Condition,
    Floats,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
    Whole,
)

#: Groups of epochs that the jackknife leaves out.
_GROUPS = 40

MEASURE = Measure(
    id="eeg.harmn",
    version="1",
    title="EEG features for HarMNqEEG norms: global scale",
    unit="ln(uV2/Hz)",
    tier="research",
    sources=("Li2022HarMN",),
    method="Cross-spectra of the 19 electrodes of the 10-20 system from rectangular epochs of "
    "2.56 s (1.17-19.14 Hz), average reference, shrinkage towards the mean power, and the mean "
    "logarithm of the power over electrodes and frequencies: the global scale. The evidence holds "
    "log-spectra and cross-spectra divided by it, which is what the norms are about.",
    needs=Needs(
        inputs={"eeg": Input(kind="eeg", unit="uV", min_rate_hz=50, min_s=32, not_flags=NOT_FLAGS)},
        target=Whole(sites=harmn.ELECTRODES),
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-5, hi=8, shown_by="docs/measures/eeg.harmn"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} The norm tables are not part of Eutonia: without them these are raw "
    "values. The scale says as much about skull and electrodes as about the brain.",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum cross-spectra over groups of epochs; see `MEASURE`."""
    finish = _Scale(harmn.frequencies(x["eeg"][0].rate_hz))
    blocks, span = zip(*(_grouped(x, rows) for rows in x.targets), strict=True)
    everything = np.stack(blocks, axis=1)
    found = finish.features(everything.sum(axis=0))
    n_epochs = everything[:, :, -1].sum(axis=0)
    return Result(
        blocks=everything,
        finish=finish,
        span=span[0],
        n_effective=n_epochs,
        details={"epochs": n_epochs, "shrinkage": found.shrinkage.mean(axis=-1)},
        evidence={
            "freq_hz": found.freq_hz,
            "log_spectrum": found.log_spectrum[0],
            "cross_real": found.cross[0].real,
            "cross_imag": found.cross[0].imag,
            "shrinkage": found.shrinkage[0],
            "electrodes": np.array(harmn.ELECTRODES[:-1]),
        },
    )


def _grouped(x: Inputs, rows: NDArray[np.intp]) -> tuple[Floats, NDArray[np.intp]]:
    """Return packed sums of cross-spectra, ``(n_groups, n_stats)``, and the span of each."""
    epochs = [harmn.cross_spectra(b.x[rows], b.mask[rows], rate_hz=b.rate_hz) for b in x["eeg"]]
    n_epochs = sum(map(len, epochs))
    if n_epochs < harmn.MIN_EPOCHS:
        raise CannotMeasure(
            f"Only {n_epochs} epochs of {harmn.EPOCH_S} s are free of artefacts in all 19 "
            f"electrodes; at least {harmn.MIN_EPOCHS} are needed."
        )
    per_group = max(1, -(-n_epochs // _GROUPS))
    blocks, span = [], []
    for place, some in enumerate(epochs):
        for begin in range(0, len(some), per_group):
            group = some[begin : begin + per_group]
            total = group.sum(axis=0)
            # Hermitian: the real part fits below the diagonal, the imaginary part above it.
            packed = np.tril(total.real) + np.triu(total.imag, 1)
            blocks.append(np.append(packed, len(group)))
            span.append(place)
    return np.stack(blocks), np.array(span)


@dataclass(frozen=True)
class _Scale:
    """Pure function from summed cross-spectra to the logarithm of the global scale."""

    freq_hz: Floats

    def features(self, total: Floats) -> harmn.Features:
        """Return the features of packed sums ``(..., n_freq · 361 + 1)``."""
        n = len(harmn.ELECTRODES)
        packed = total[..., :-1].reshape(*total.shape[:-1], len(self.freq_hz), n, n)
        half: Complexes = np.tril(packed, -1) - 1j * np.triu(packed, 1).swapaxes(-1, -2)
        power = np.diagonal(packed, axis1=-2, axis2=-1)[..., None] * np.eye(n)
        cross: Complexes = half + half.conj().swapaxes(-1, -2) + power
        return harmn.features(cross, total[..., -1], self.freq_hz)

    def __call__(self, total: Floats) -> Floats:
        return np.asarray(self.features(total).log_scale[..., None])


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate white noise of equal power everywhere: average reference leaves 18/19 of it.

    The truth is the logarithm of its two-sided density after re-referencing.
    """
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, sd_uv = 100, 12.0
    signal = sd_uv * rng.standard_normal((len(harmn.ELECTRODES), 18_000))
    channels, rest = tuple(map(eeg_channel, harmn.ELECTRODES)), Condition.of(task="rest")
    truth = float(np.log(sd_uv**2 / rate_hz * 18 / 19))
    made = visit(recording(signal, channels, rate_hz=rate_hz, condition=rest))
    return made, {("19 EEG channels", rest.label, ""): truth}
