"""Speed of EEG work: spectra, connectivity, reading, and a whole visit; 64 channels x 600 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.bench import Case, bare_transforms, noise
from eutonia.dsp.connectivity import all_pairs, band_means
from eutonia.dsp.filter import band_pass
from eutonia.dsp.segments import starts
from eutonia.dsp.spectrum import power_density, segment_transforms, slepian, tapered_density
from eutonia.model import Floats

RATE_HZ = 500.0
LENGTH = 1000
#: Bandwidth of the multitaper cases, in Hz: four tapers.
BANDWIDTH_HZ = 2.5
BANDS = ((1.0, 4.0), (4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 45.0))
BINS = np.arange(2, 91)
#: Seconds whose spectra are summed together: fifty blocks.
GROUP_S = 12.0

Peers = dict[str, Callable[[], object]]


def cases(folder: Path) -> Iterator[Case]:
    """Yield the work that is timed; files go into `folder`."""
    x = noise(64, 600, RATE_HZ)
    yield _welch(x)
    yield _multitaper(x)
    yield from _connectivity(x)
    if find_spec("mne"):
        path = _written(x, folder / "bench_eeg.edf")
        yield _read(path)
        yield _visit(path)


def _welch(x: Floats) -> Case:
    from scipy.signal import welch

    mask = np.ones(x.shape, dtype=bool)
    peers: Peers = {
        "bare scipy.fft.rfft": bare_transforms(x, length=LENGTH, step=LENGTH // 2),
        "scipy.signal.welch": lambda: welch(x, fs=RATE_HZ, nperseg=LENGTH),
    }
    if find_spec("mne"):
        from mne.time_frequency import psd_array_welch

        peers["mne psd_array_welch"] = lambda: psd_array_welch(
            x, RATE_HZ, n_fft=LENGTH, n_overlap=LENGTH // 2, window="hann", verbose="error"
        )
    return Case(
        "Welch spectra, 64 channels x 600 s x 500 Hz",
        lambda: power_density(
            x, mask, rate_hz=RATE_HZ, length=LENGTH, step=LENGTH // 2, group_s=GROUP_S
        ),
        peers,
        {"bare scipy.fft.rfft": 0.4, "scipy.signal.welch": 6, "mne psd_array_welch": 2.5},
    )


def _multitaper(x: Floats) -> Case:
    mask = np.ones(x.shape, dtype=bool)
    tapers = slepian(LENGTH, BANDWIDTH_HZ * LENGTH / (2 * RATE_HZ))
    peers: Peers = {}
    if find_spec("mne"):
        from mne.time_frequency import psd_array_multitaper

        peers["mne psd_array_multitaper"] = lambda: psd_array_multitaper(
            _epochs(x), RATE_HZ, bandwidth=BANDWIDTH_HZ, normalization="full", verbose="error"
        )
    return Case(
        "Multitaper spectra of it, 4 tapers",
        lambda: tapered_density(
            x, mask, rate_hz=RATE_HZ, tapers=tapers, step=LENGTH, group_s=GROUP_S
        ),
        peers,
        {"mne psd_array_multitaper": 6},
        rounds=3,
    )


def _connectivity(x: Floats) -> Iterator[Case]:
    """Yield 2,016 pairs with the peer's own window, in double and single precision, and tapers."""
    hann = np.hanning(LENGTH)[None]
    single: Any = x.astype(np.float32)
    many = slepian(LENGTH, BANDWIDTH_HZ * LENGTH / (2 * RATE_HZ))
    fourier = _mne_connectivity(x, mode="fourier")
    tapered = _mne_connectivity(x, mode="multitaper", mt_bandwidth=BANDWIDTH_HZ)
    name = "Coherence + imaginary coherence + wPLI, 2,016 pairs, 5 bands, "
    yield Case(
        f"{name}Hann, float64", lambda: connectivity(x, hann), fourier, dict.fromkeys(fourier, 5.0)
    )
    yield Case(
        f"{name}Hann, float32",
        lambda: connectivity(single, hann),
        fourier,
        dict.fromkeys(fourier, 9.0),
    )
    yield Case(
        f"{name}4 tapers",
        lambda: connectivity(x, many),
        tapered,
        dict.fromkeys(tapered, 8.0),
        rounds=2,
    )


def connectivity(x: Floats, tapers: Floats) -> tuple[Floats, ...]:
    """Return coherence, imaginary coherence and wPLI of all pairs in `BANDS`."""
    first = starts(x.shape[1], LENGTH)
    spectra = segment_transforms(x, first, length=LENGTH, bins=BINS, tapers=tapers)
    return band_means(all_pairs(spectra), BINS * RATE_HZ / LENGTH, BANDS)


def _mne_connectivity(x: Floats, **options: Any) -> Peers:
    if not find_spec("mne_connectivity"):
        return {}
    from mne_connectivity import spectral_connectivity_epochs

    def work() -> object:
        return spectral_connectivity_epochs(
            _epochs(x),
            method=["coh", "imcoh", "wpli"],
            sfreq=RATE_HZ,
            fmin=[lo for lo, _ in BANDS],
            fmax=[hi for _, hi in BANDS],
            faverage=True,
            verbose="error",
            **options,
        )

    return {f"mne-connectivity ({options['mode']})": work}


def _epochs(x: Floats) -> Floats:
    return x.reshape(len(x), -1, LENGTH).swapaxes(0, 1)


def _written(x: Floats, path: Path) -> Path:
    from edfio import Edf, EdfSignal

    from eutonia.knowledge import table

    names = table("electrodes")["names"][: len(x)]
    signals = [
        EdfSignal(30 * row, RATE_HZ, label=name, physical_dimension="uV")
        for name, row in zip(names, x, strict=True)
    ]
    Edf(signals).write(path)
    return path


def _read(path: Path) -> Case:
    from mne.io import read_raw_edf

    return Case(
        "Read it from EDF, with its hash",
        lambda: _samples(path),
        {"mne read_raw_edf(preload)": lambda: read_raw_edf(path, preload=True, verbose="error")},
    )


def _samples(path: Path) -> Floats:
    from eutonia.read import read

    (recording,) = read(path)
    assert recording.signal is not None
    return recording.signal.read()


def _visit(path: Path) -> Case:
    """Read, 1-45 Hz, Welch, Hann connectivity and five scalp maps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from eutonia import plot
    from eutonia.knowledge import table

    names = tuple(table("electrodes")["names"][:64])
    hann = np.hanning(LENGTH)[None]

    def drawn(draw: Callable[[int, Any], object]) -> None:
        canvas = Figure(figsize=(10, 2))
        FigureCanvasAgg(canvas)
        for i, ax in enumerate(canvas.subplots(1, len(BANDS))):
            draw(i, ax)
        canvas.canvas.draw()

    def ours() -> None:
        x = band_pass(_samples(path), rate_hz=RATE_HZ, band_hz=(1.0, 45.0))
        density, count = power_density(
            x,
            np.ones(x.shape, dtype=bool),
            rate_hz=RATE_HZ,
            length=LENGTH,
            step=LENGTH // 2,
            group_s=GROUP_S,
        )
        connectivity(x, hann)
        mean = density.sum(axis=0) / count.sum(axis=0)[:, None]
        power = [mean[:, 2 * int(lo) : 2 * int(hi)].sum(axis=1) for lo, hi in BANDS]
        drawn(lambda i, ax: plot.scalp(power[i], names, ax=ax))

    def mne_steps() -> None:
        import mne

        raw = mne.io.read_raw_edf(path, preload=True, verbose="error")
        raw.set_montage("standard_1005", on_missing="ignore", verbose="error")
        raw.filter(1.0, 45.0, verbose="error")
        mean = raw.compute_psd(
            "welch", n_fft=LENGTH, n_overlap=LENGTH // 2, window="hann", verbose="error"
        ).get_data()
        next(iter(_mne_connectivity(raw.get_data(), mode="fourier").values()))()
        power = [mean[:, 2 * int(lo) : 2 * int(hi)].sum(axis=1) for lo, hi in BANDS]
        drawn(lambda i, ax: mne.viz.plot_topomap(power[i], raw.info, axes=ax, show=False))

    peers: Peers = {"mne and mne-connectivity": mne_steps} if find_spec("mne_connectivity") else {}
    return Case(
        "EEG visit: read, filter, Welch, Hann connectivity, five maps",
        ours,
        peers,
        {"mne and mne-connectivity": 2.5},
        rounds=3,
    )
