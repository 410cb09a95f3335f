"""Coherence, imaginary coherency and phase lag between electrodes.

For segments l = 1…L with transforms X_l and Y_l, and S_l = X_l Y_l*:

- coherency c = ΣS / √(Σ|X|² Σ|Y|²); coherence |c|², imaginary coherency Im c;
- weighted phase lag index |ΣIm S| / Σ|Im S|, whose square is estimated without bias as
  ((ΣIm S)² - ΣIm² S) / ((Σ|Im S|)² - ΣIm² S).

For jointly Gaussian signals Im S is a difference of two exponential variables, from which follows
wPLI = 2t / (1 + t²) with t = |Im c| / √(1 - (Re c)²): the truth of the example.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.coherence import unbiased
from eutonia.dsp.connectivity import all_pairs, band_means
from eutonia.dsp.segments import starts, usable
from eutonia.dsp.spectrum import segment_transforms
from eutonia.measures import eeg_spectrum as es
from eutonia.measures.eeg_spectrum import BANDS
from eutonia.model import (
    Block,
    Condition,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

#: Electrodes over sensorimotor cortex between whose pairs intervals are given (our rule); the
#: matrix holds all pairs of all electrodes, which would be thousands of numbers.
SITES = ("F3", "Fz", "F4", "C3", "Cz", "C4", "P3", "Pz", "P4")
#: Hann segments of 2 s, half overlapping (our rule).
SEGMENT_S = 2.0
#: Fewest usable segments (our rule: one minute).
MIN_SEGMENTS = 58
#: Groups of neighbouring segments that the jackknife leaves out.
_GROUPS = 40
_KINDS = ("coh", "imcoh", "wpli")
PARTS = tuple(f"{kind}_{band}" for kind in _KINDS for band in BANDS)
#: Transforms ``(n_channels, n_segments, n_bins)``, and which segments are usable.
Segments = tuple[NDArray[np.complex128], NDArray[np.bool_]]
#: Sums per bin: real and imaginary cross-spectrum, |imaginary|, imaginary², both auto-spectra.
_N_SUMS = 6
_DOCS = "docs/measures/eeg.connectivity"

MEASURE = Measure(
    id="eeg.connectivity",
    version="1",
    title="EEG connectivity",
    unit=dict.fromkeys(PARTS, "1"),
    tier="research",
    sources=("Vinck2011", "Nolte2004"),
    method="From Hann segments of 2 s with 50 % overlap, by frequency, averaged over the band "
    "(delta 1-4, theta 4-8, alpha 8-13, beta 13-30, gamma 30-45 Hz, both edges): wpli, the square "
    "of the weighted phase lag index without the bias of few segments; imcoh, the imaginary part "
    "of coherency, above 0 where the first electrode leads by less than half a cycle; coh, the "
    "squared coherence, bias removed. All are 0 on average where nothing is shared. The plain "
    "index and the plain coherence stand beside them under 'plain'.",
    needs=Needs(
        inputs={"eeg": es.eeg_input(min_s=60, not_flags=es.NOT_FLAGS | {"bridged"})},
        target=Pairs("all", sites=SITES),
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        part: Range(lo=-1 if part.startswith("imcoh") else -0.05, hi=1, shown_by=_DOCS)
        for part in PARTS
    },
    invariant=frozenset({"gain", "channel_order"}),
    caution=es.CAUTION + " Read the phase lag index (wpli) for connectivity; coherence is given "
    "for comparison with the literature only: one source reaches many electrodes through the head, "
    "and the common reference adds to it, so that coherence is large without any connection. A "
    "phase lag does not show which area drives the other. Intervals are given for nine electrodes "
    "over sensorimotor cortex; the matrix of all electrodes has none.",
    figure="matrix",
    proofs=("simulated", "independent", "real"),
)


def measure(x: Inputs) -> Result:
    """Sum cross-spectra over groups of segments; see `MEASURE`."""
    bins = np.arange(round(BANDS["delta"][0] * SEGMENT_S), round(BANDS["gamma"][1] * SEGMENT_S) + 1)
    spans = [_transformed(b, bins) for b in x["eeg"]]
    per_group = max(1, -(-sum(good.shape[1] for _, good in spans) // _GROUPS))
    parts = [_sums(*one, x.targets, per_group=per_group) for one in spans]
    blocks = np.concatenate(parts)
    span = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    finish = _Bands(bins / SEGMENT_S)
    total = blocks.sum(axis=0)
    muscular = es.muscle(es.spectra(x, np.arange(len(x["eeg"][0].x))))
    of_pair = tuple(muscular[i] or muscular[j] for i, j in x.targets)
    names = [c.site or c.name for c in x.channels["eeg"]]
    return Result(
        blocks=blocks,
        finish=finish,
        span=span,
        reasons=_too_few(total[:, -1]),
        part_reasons={p: of_pair for p in PARTS if p.split("_")[1] in es.MUSCLE_PARTS},
        n_effective=total[:, -1],
        details={"segments": total[:, -1], **finish.plain(total)},
        evidence={
            "matrix": _matrix(spans, finish.freq_hz, muscular),
            "maps": np.array(PARTS),
            "electrodes": np.array(names),
        },
    )


def _first(block: Block) -> NDArray[np.intp]:
    """Return the first sample of every segment of a block."""
    length = round(SEGMENT_S * block.rate_hz)
    return starts(block.x.shape[1], length, step=length // 2)


def _too_few(segments: Floats) -> tuple[str, ...]:
    return tuple(
        ""
        if n >= MIN_SEGMENTS
        else f"Only {n:.0f} segments of {SEGMENT_S:g} s are free of artefacts in both channels; at "
        f"least {MIN_SEGMENTS} are needed. Record for longer."
        for n in segments
    )


def _transformed(block: Block, bins: NDArray[np.intp]) -> Segments:
    """Return the transforms of all channels, and which segments are usable."""
    first, length = _first(block), round(SEGMENT_S * block.rate_hz)
    spectra = segment_transforms(block.x, first, length=length, bins=bins)
    return spectra, usable(block.mask, first, length)


def _sums(
    spectra: NDArray[np.complex128],
    good: NDArray[np.bool_],
    targets: NDArray[np.intp],
    *,
    per_group: int,
) -> Floats:
    """Return sums over groups of segments, ``(n_groups, n_pairs, 6 n_bins + 1)``."""
    n_segments, n_bins = spectra.shape[1:]
    edges = np.arange(0, n_segments, per_group)
    out = np.zeros((len(edges), len(targets), _N_SUMS * n_bins + 1))
    auto = {i: spectra[i].real ** 2 + spectra[i].imag ** 2 for i in np.unique(targets)}
    one = np.ones((n_segments, 1))
    for pair, (i, j) in enumerate(targets if n_segments else ()):
        cross = spectra[i] * spectra[j].conj()
        imag = cross.imag
        sums = (cross.real, imag, np.abs(imag), imag**2, auto[i], auto[j], one)
        kept = np.concatenate(sums, axis=1) * (good[i] & good[j])[:, None]
        out[:, pair] = np.add.reduceat(kept, edges, axis=0)
    return out


@dataclass(frozen=True)
class _Bands:
    """Pure function from sums to the mean of each kind of connectivity in each band."""

    freq_hz: Floats

    def __call__(self, total: Floats) -> Floats:
        real, imag, absolute, square, xx, yy, n = self._split(total)
        power = xx * yy
        with np.errstate(divide="ignore", invalid="ignore"):
            squared = unbiased((real**2 + imag**2) / power, es.independent_segments(n))
            imaginary = imag / np.sqrt(power)
            lag = (imag**2 - square) / (absolute**2 - square)
        return np.concatenate([self._mean(v) for v in (squared, imaginary, lag)], axis=-1)

    def plain(self, total: Floats) -> dict[str, Floats]:
        """Return the magnitude of coherency and the index as other software gives them."""
        real, imag, absolute, _, xx, yy, _ = self._split(total)
        with np.errstate(divide="ignore", invalid="ignore"):
            magnitude = self._mean(np.sqrt((real**2 + imag**2) / (xx * yy)))
            index = self._mean(np.abs(imag) / absolute)
        return {
            f"{kind}_{band}.plain": values[:, i]
            for kind, values in (("coh", magnitude), ("wpli", index))
            for i, band in enumerate(BANDS)
        }

    def _split(self, total: Floats) -> list[Floats]:
        return np.split(total, [k * len(self.freq_hz) for k in range(1, _N_SUMS + 1)], axis=-1)

    def _mean(self, values: Floats) -> Floats:
        """Return the mean over the bins of each band, both edges included."""
        inside = [(self.freq_hz >= lo) & (self.freq_hz <= hi) for lo, hi in BANDS.values()]
        with np.errstate(invalid="ignore"):  # undefined where nothing was recorded
            return np.stack([values[..., i].mean(axis=-1) for i in inside], axis=-1)


def _matrix(spans: list[Segments], freq_hz: Floats, muscular: tuple[str, ...]) -> Floats:
    """Return plain connectivity of all recorded electrodes, ``(n_maps, n_channels, n_channels)``.

    Beta and gamma of channels with muscle activity are NaN.
    """
    spectra = np.concatenate([s for s, _ in spans], axis=1) if len(spans) > 1 else spans[0][0]
    good = np.concatenate([g for _, g in spans], axis=1)
    kinds = band_means(all_pairs(spectra, good), freq_hz, tuple(BANDS.values()))
    matrix = np.concatenate(kinds)
    spoilt = np.array([bool(why) for why in muscular])
    for place, name in enumerate(PARTS):
        if name.split("_")[1] in es.MUSCLE_PARTS:
            matrix[place, spoilt] = np.nan
            matrix[place][:, spoilt] = np.nan
    return matrix


#: What the example is drawn from: a shared process with a phase lag, and noise of each electrode.
_SHARED = {"exponent": 1.2, "level_uv": 5.0}
_OWN = {"exponent": 1.2, "level_uv": 4.0}
_ALPHA = {"centre_hz": 10.0, "width_hz": 1.5, "rms_uv": 6.0}
_PHASE_RAD = 0.9


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Two electrodes share a process that is late by a fixed phase at the second one.

    The truth follows from the exact cross-spectrum, for the phase lag index in closed form.
    """
    from scipy.signal import hilbert

    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n, margin = 128, 20_000, 500
    longer = n + 2 * margin
    shared = eeg.aperiodic(rng, 1, longer, rate_hz=rate_hz, **_SHARED)[0]
    shared = shared + eeg.oscillation(rng, longer, rate_hz=rate_hz, **_ALPHA)
    late = (hilbert(shared) * np.exp(-1j * _PHASE_RAD)).real
    own = eeg.aperiodic(rng, 2, n, rate_hz=rate_hz, **_OWN)
    signal = np.stack([shared, late])[:, margin:-margin] + own
    channels, task = (eeg_channel("F3"), eeg_channel("P3")), Condition.of(task="rest", eyes="open")
    made = visit(recording(signal, channels, rate_hz=rate_hz, condition=task))
    freq = np.arange(BANDS["delta"][0], BANDS["gamma"][1] + 0.1, 1 / SEGMENT_S)
    common = eeg.aperiodic_psd(freq, **_SHARED) + eeg.oscillation_psd(freq, **_ALPHA)
    size = common / (common + eeg.aperiodic_psd(freq, **_OWN))
    coherency = size * np.exp(1j * _PHASE_RAD)
    values = (np.abs(coherency) ** 2, coherency.imag, lag_index(coherency) ** 2)
    inside = {b: (freq >= lo) & (freq <= hi) for b, (lo, hi) in BANDS.items()}
    return made, {
        ("F3 / P3", task.label, f"{kind}_{band}"): float(value[inside[band]].mean())
        for kind, value in zip(_KINDS, values, strict=True)
        for band in BANDS
    }


def lag_index(coherency: NDArray[np.complex128]) -> Floats:
    """Return the weighted phase lag index of jointly Gaussian signals of known coherency.

    Im S = a E1 - b E2 with independent exponential E1, E2, where a - b = Im c and
    4 a b = 1 - |c|² (in units of the geometric mean of both powers), so that
    |E Im S| / E|Im S| = |a² - b²| / (a² + b²).
    """
    t = np.abs(coherency.imag) / np.sqrt(1 - coherency.real**2)
    index: Floats = 2 * t / (1 + t**2)
    return index
