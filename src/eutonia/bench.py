"""How fast is it, against a named peer in the same run? ``python -m eutonia.bench``.

Single thread (``make bench`` sets it); cases and peers run in turn, and the least CPU time of
several rounds counts. Ratios, not seconds, are comparable between computers. Peers that are not
installed are left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eutonia.dsp.spectrum import power_density
from eutonia.model import Floats

_ROUNDS = 5


@dataclass(frozen=True)
class Case:
    """One piece of work, and the peers that do the same."""

    name: str
    ours: Callable[[], object]
    peers: dict[str, Callable[[], object]]


def cases(folder: Path) -> Iterator[Case]:
    """Yield the work that is timed; files go into `folder`."""
    yield _welch()
    yield _coherence()
    if find_spec("mne"):
        yield _edf(folder)


def _noise(n_channels: int, seconds: float, rate_hz: float) -> Floats:
    rng = np.random.default_rng(1)
    return rng.standard_normal((n_channels, round(seconds * rate_hz)))


def _welch() -> Case:
    """64 channels, 600 s at 500 Hz, Hann segments of 2 s, 50 % overlap."""
    from scipy.fft import rfft
    from scipy.signal import welch

    x, length = _noise(64, 600, 500.0), 1000
    mask = np.ones(x.shape, dtype=bool)

    def bare() -> None:
        for row in x:
            views = np.lib.stride_tricks.sliding_window_view(row, length)[:: length // 2]
            for begin in range(0, len(views), 64):
                rfft(views[begin : begin + 64], axis=1)

    peers: dict[str, Callable[[], object]] = {
        "bare scipy.fft.rfft": bare,
        "scipy.signal.welch": lambda: welch(x, fs=500.0, nperseg=length),
    }
    if find_spec("mne"):
        from mne.time_frequency import psd_array_welch

        peers["mne psd_array_welch"] = lambda: psd_array_welch(
            x, 500.0, n_fft=length, n_overlap=length // 2, window="hann", verbose="error"
        )
    return Case(
        "Welch spectra, 64 channels x 600 s x 500 Hz",
        lambda: power_density(x, mask, rate_hz=500.0, length=length, step=length // 2, group_s=4.0),
        peers,
    )


def _coherence() -> Case:
    """All pairs of 8 channels, 300 s at 2 kHz, with limits."""
    from itertools import combinations

    from scipy.signal import coherence

    from eutonia.measures.pair_coherence import pair_result, segments_of
    from eutonia.model import Block, Events

    x = _noise(8, 300, 2000.0)
    pairs = list(combinations(range(8), 2))
    mask, rows = np.ones(x.shape, dtype=bool), np.array(pairs)

    def ours() -> None:
        # A new block each time, because a block remembers its transforms.
        block = Block(x=x, mask=mask, rate_hz=2000.0, events=Events())
        segments = segments_of([(block, block)], rows, up_to_hz=50)
        pair_result(segments, bands={"4_7": (4.0, 7.0)}, drawn_hz=50, surrogates=False)

    def scipy_pairs() -> None:
        for a, b in pairs:
            coherence(x[a], x[b], fs=2000.0, nperseg=2000, noverlap=0)

    peers: dict[str, Callable[[], object]] = {"scipy.signal.coherence": scipy_pairs}
    if find_spec("mne_connectivity"):
        from mne_connectivity import spectral_connectivity_epochs

        epochs = x.reshape(8, 300, 2000).swapaxes(0, 1)
        peers["mne-connectivity coh, fourier"] = lambda: spectral_connectivity_epochs(
            epochs,
            method="coh",
            mode="fourier",
            indices=(rows[:, 0], rows[:, 1]),
            sfreq=2000.0,
            fmin=1,
            fmax=50,
            verbose="error",
        )
    return Case(
        "28 EMG coherences with limits, 8 channels x 300 s x 2 kHz",
        ours,
        peers,
    )


def _edf(folder: Path) -> Case:
    """Read a whole EDF, 32 channels, 600 s at 500 Hz."""
    from edfio import Edf, EdfSignal
    from mne.io import read_raw_edf

    from eutonia.read import read

    path = folder / "bench_eeg.edf"
    Edf(
        [EdfSignal(row, 500.0, label=f"EEG {i}") for i, row in enumerate(_noise(32, 600, 500.0))]
    ).write(path)

    def ours() -> None:
        for recording in read(path):
            if recording.signal is not None:
                recording.signal.read()

    return Case(
        "Read EDF, 32 channels x 600 s x 500 Hz, with its hash",
        ours,
        {"mne read_raw_edf(preload)": lambda: read_raw_edf(path, preload=True, verbose="error")},
    )


def timed(case: Case, rounds: int = _ROUNDS) -> dict[str, float]:
    """Return the least CPU seconds of each contender, run in turn."""
    contenders = {"eutonia": case.ours, **case.peers}
    best = dict.fromkeys(contenders, np.inf)
    for _ in range(rounds):
        for name, work in contenders.items():
            before = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - before)
    return best


def main() -> int:
    """Print a table of seconds and ratios."""
    with TemporaryDirectory() as folder:
        for case in cases(Path(folder)):
            seconds = timed(case)
            ours = seconds.pop("eutonia")
            print(f"{case.name}: {ours:.3f} s CPU")  # noqa: T201 - a command
            for peer, theirs in seconds.items():
                print(f"    {theirs / ours:6.2f} x faster than {peer} ({theirs:.3f} s)")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
