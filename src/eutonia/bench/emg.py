"""Speed of EMG work: the panel of one visit, and coherence of all pairs; 8 channels x 300 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import combinations

import numpy as np

from eutonia.bench import Case, bare_transforms, noise
from eutonia.derive.emg import BAND_HZ, ENVELOPE_HZ
from eutonia.dsp.bursts import detect
from eutonia.dsp.filter import band_pass, low_pass
from eutonia.measures.co_contraction import pair_sums
from eutonia.measures.pair_coherence import pair_result, segments_of
from eutonia.model import Block, Events, Floats, Inputs

RATE_HZ = 2000.0
PAIRS = np.array(list(combinations(range(8), 2)))

Peers = dict[str, Callable[[], object]]


def cases() -> Iterator[Case]:
    """Yield the work that is timed."""
    yield _panel(_bursting(noise(8, 300, RATE_HZ)))
    yield _coherence(noise(8, 300, RATE_HZ))


def _bursting(x: Floats) -> Floats:
    """Return noise that swells once a second, each channel at its own time."""
    t = np.arange(x.shape[1]) / RATE_HZ
    phase = np.arange(len(x))[:, None] / len(x)
    swelling: Floats = 1 + 20 * np.exp(-(((t[None] + phase) % 1 - 0.5) ** 2) / 0.01)
    return x * swelling


def _panel(x: Floats) -> Case:
    """Band-pass, rectify, envelope, bursts, and all 28 co-contractions."""
    mask = np.ones(x.shape, dtype=bool)

    def ours() -> None:
        filtered = band_pass(x, rate_hz=RATE_HZ, band_hz=BAND_HZ)
        envelope = low_pass(np.abs(filtered), rate_hz=RATE_HZ, cutoff_hz=ENVELOPE_HZ)
        seconds = filtered.reshape(len(x), -1, round(RATE_HZ))
        quiet = np.sqrt(np.einsum("ijk,ijk->ij", seconds, seconds).min(axis=1) / RATE_HZ)
        for row, baseline in zip(filtered, quiet.tolist(), strict=True):
            detect(row, rate_hz=RATE_HZ, threshold=3 * baseline, baseline_rms=baseline)
        block = Block(x=np.maximum(envelope, 0), mask=mask, rate_hz=RATE_HZ, events=Events())
        inputs = Inputs(blocks={"emg": (block,)}, targets=PAIRS)
        pair_sums(inputs, envelope.max(axis=1, keepdims=True))

    peers: Peers = {"sosfiltfilt, rectify, sosfiltfilt, minimum over sum": lambda: _plain(x)}
    if find_spec("biosppy"):
        from biosppy.signals.emg import emg

        def biosppy() -> None:
            for row in x:
                emg(signal=row, sampling_rate=RATE_HZ, show=False)

        peers["biosppy filter and onsets"] = biosppy
    return Case(
        "EMG panel with bursts and 28 co-contractions, 8 channels x 300 s x 2 kHz",
        ours,
        peers,
        {
            "sosfiltfilt, rectify, sosfiltfilt, minimum over sum": 1 / 1.3,
            "biosppy filter and onsets": 12,
        },
        rounds=3,
    )


def _plain(x: Floats) -> None:
    """Do the shortest chain with SciPy that gives 28 co-contractions; it finds no bursts."""
    from scipy.signal import butter, sosfiltfilt

    band = butter(4, BAND_HZ, btype="bandpass", fs=RATE_HZ, output="sos")
    low = butter(4, ENVELOPE_HZ, fs=RATE_HZ, output="sos")
    envelope = sosfiltfilt(low, np.abs(sosfiltfilt(band, x, axis=1)), axis=1)
    for one, other in PAIRS:
        np.minimum(envelope[one], envelope[other]).sum() / (envelope[one] + envelope[other]).sum()


def _coherence(x: Floats) -> Case:
    """All pairs of 8 channels, with limits."""
    from scipy.signal import coherence

    mask = np.ones(x.shape, dtype=bool)

    def ours() -> None:
        # A new block each time, because a block remembers its transforms.
        block = Block(x=x, mask=mask, rate_hz=RATE_HZ, events=Events())
        segments = segments_of([(block, block)], PAIRS, up_to_hz=50)
        pair_result(segments, bands={"4_7": (4.0, 7.0)}, drawn_hz=50, surrogates=False)

    def scipy_pairs() -> None:
        for one, other in PAIRS:
            coherence(x[one], x[other], fs=RATE_HZ, nperseg=2000, noverlap=0)

    peers: Peers = {
        "bare scipy.fft.rfft": bare_transforms(x, length=2000, step=2000),
        "scipy.signal.coherence": scipy_pairs,
    }
    if find_spec("mne_connectivity"):
        from mne_connectivity import spectral_connectivity_epochs

        epochs = x.reshape(8, 300, 2000).swapaxes(0, 1)
        peers["mne-connectivity (coh, fourier)"] = lambda: spectral_connectivity_epochs(
            epochs,
            method="coh",
            mode="fourier",
            indices=(PAIRS[:, 0], PAIRS[:, 1]),
            sfreq=RATE_HZ,
            fmin=1,
            fmax=50,
            verbose="error",
        )
    return Case(
        "28 EMG coherences with limits, 8 channels x 300 s x 2 kHz",
        ours,
        peers,
        {"scipy.signal.coherence": 50, "mne-connectivity (coh, fourier)": 3},
    )
