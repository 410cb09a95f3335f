"""Movements that a trial can be cut around, and band power in short windows around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import usable
from eutonia.dsp.short_time import basis, power
from eutonia.dsp.spectrum import frequencies
from eutonia.measures.eeg_spectrum import NOT_FLAGS
from eutonia.model import Block, Floats, Input, Inputs

#: Seconds from the onset of movement that count as before it (measures.md §5).
REFERENCE_S = (-3.5, -2.5)
#: Trials that the protocol asks for (measures.md §5).
WANTED_TRIALS = 40
#: Fewest trials for a value (our rule: as many as an interval needs).
MIN_TRIALS = 8

_EDGE_HZ = 0.05

#: What measures around movements read; one that gives microvolts also asks for the unit.
EEG = Input(
    kind="eeg",
    min_rate_hz=100,
    min_s=30,
    not_flags=NOT_FLAGS,
    event="movement",
)


def free_before(block: Block, since_s: float) -> NDArray[np.bool_]:
    """Tell before which movements no other one ended later than `since_s` (negative) from onset."""
    onset = block.events.onset_s
    ends = np.concatenate([[-np.inf], np.maximum.accumulate(ends_s(block))[:-1]])
    return np.asarray(ends <= onset + since_s + 1e-9)


def free_after(block: Block, until_s: float) -> NDArray[np.bool_]:
    """Tell after which movements the next begins no earlier than `until_s` from their end."""
    following = np.concatenate([block.events.onset_s[1:], [np.inf]])
    return np.asarray(following >= ends_s(block) + until_s - 1e-9)


def ends_s(block: Block) -> Floats:
    """Return when each movement ends, in the span's time."""
    return np.asarray(block.events.onset_s + block.events.duration_s)


def inside(block: Block, start_s: Floats, stop_s: Floats) -> NDArray[np.bool_]:
    """Tell which stretches lie within the recording."""
    return np.asarray((start_s >= 0) & (stop_s <= block.x.shape[1] / block.rate_hz))


def too_few(trials: float) -> str:
    """Return why a channel with so few usable movements has no value."""
    return (
        f"Only {trials:.0f} usable movements; at least {MIN_TRIALS}, better {WANTED_TRIALS}, are "
        "needed, 6 s or more apart."
    )


def notes(x: Inputs, trials: Floats) -> tuple[str, ...]:
    """Return what is noted: too few trials, and what the movements were taken from if unmarked."""
    few = () if trials.max() >= WANTED_TRIALS else (f"fewer than {WANTED_TRIALS} trials",)
    taken = {str(v) for b in x["eeg"] for v in b.events.columns.get("taken_from", ())}
    return (*few, *sorted(taken))


def window_bins(
    rate_hz: float, *, window_s: float, band_hz: tuple[float, float]
) -> tuple[NDArray[np.intp], Floats]:
    """Return the bins of a window's transform in a band (upper edge left out), and their Hz."""
    freq = frequencies(round(window_s * rate_hz), rate_hz)
    bins = np.flatnonzero(in_band(freq, band_hz))
    return bins, freq[bins]


def in_band(freq_hz: Floats, band_hz: tuple[float, float]) -> NDArray[np.bool_]:
    """Tell which frequencies lie in a band, the upper edge left out.

    A clock that runs some ppm fast moves a bin off the edge that it belongs to.
    """
    return np.asarray((freq_hz >= band_hz[0] - _EDGE_HZ) & (freq_hz < band_hz[1] - _EDGE_HZ))


def window_power(
    block: Block,
    centre_s: Floats,
    rows: NDArray[np.intp],
    *,
    window_s: float,
    bins: NDArray[np.intp],
) -> Iterator[Floats]:
    """Yield the power of Hann windows, one channel at a time, so that the memory stays bounded.

    Parameters
    ----------
    block : Block
    centre_s : ndarray, shape (n_trials, n_times)
        Middle of each window, in the span's time.
    rows : ndarray of int, shape (n_channels,)
    window_s : float
        Length of a window.
    bins : ndarray of int, shape (n_bins,)
        From `window_bins`.

    Yields
    ------
    ndarray, shape (n_trials, n_times, n_bins)
        NaN where a sample of the window cannot be used.
    """
    length = round(window_s * block.rate_hz)
    first = np.round(centre_s * block.rate_hz).astype(np.intp).ravel() - length // 2
    good: NDArray[np.bool_] = usable(block.mask[rows], first, length)
    turns = basis(length, bins)
    for row, keep in zip(rows, good, strict=True):
        found = power(block.x[row], first, turns)
        found[~keep] = np.nan
        yield found.reshape(*centre_s.shape, len(bins))


def drawn_course(course: Floats, reference: Floats) -> dict[str, Floats]:
    """Return the mean course in % of the reference with pointwise limits from the trials.

    Parameters
    ----------
    course : ndarray, shape (n_trials, n_channels, n_times, n_bands)
        Power; a trial with NaN is left out.
    reference : ndarray, shape (n_trials, n_channels, n_bands)

    Returns
    -------
    dict
        ``course``, ``lo`` and ``hi``, each ``(n_bands, n_channels, n_times)``.
    """
    good = np.asarray(np.isfinite(course).all(axis=(2, 3)) & np.isfinite(reference).all(axis=2))
    n = np.maximum(good.sum(axis=0), 1)[:, None, None]
    kept = np.where(good[:, :, None, None], course, 0.0)
    base = np.where(good[:, :, None], reference, 0.0).sum(axis=0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = 100 * (kept.sum(axis=0) / base - 1)
        centred = 100 * kept * n / base - (mean + 100)
        error = np.sqrt((np.where(good[:, :, None, None], centred, 0.0) ** 2).sum(axis=0)) / n
    return {
        "course": mean.transpose(2, 0, 1),
        "lo": (mean - 1.96 * error).transpose(2, 0, 1),
        "hi": (mean + 1.96 * error).transpose(2, 0, 1),
    }
