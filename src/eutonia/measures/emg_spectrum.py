"""What the spectral measures of EMG share: Welch spectra, computed once for all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.spectrum import frequencies, power_density
from eutonia.model import Block, CannotMeasure, Floats, Input

#: Segments are two seconds long, Hann, half overlapped: half a hertz apart.
SEGMENT_S = 2.0
BLOCK_S = 4.0
#: Frequencies of the modulation of EMG that are looked at (deBruijnTox2017).
SLOW_HZ = (3.0, 32.0)

#: A clock that drifts moves the bins a little: by so much a bin may lie outside a band.
NEARLY_HZ = 0.05

#: Rectified EMG: its spectrum is that of the modulation, and of the noise of the carrier.
RECTIFIED = {
    "emg": Input(
        kind="emg",
        derive="emg.rectified",
        min_rate_hz=500,
        min_s=50,  # the protocol's minute, with room for what was marked bad
        not_flags=frozenset({"flat", "clipped", "envelope"}),
    )
}


def spectra(
    blocks: tuple[Block, ...], rows: NDArray[np.intp], *, band_hz: tuple[float, float]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Sum Welch's power densities in blocks of four seconds.

    Parameters
    ----------
    blocks : tuple of Block
    rows : ndarray of int, shape (n_targets,)
        Channels.
    band_hz : tuple of float
        Lowest and highest frequency that is kept; the highest is lowered to half the rate.

    Returns
    -------
    freq_hz : ndarray, shape (n_bins,)
    sums : ndarray, shape (n_blocks, n_targets, n_bins + 1)
        Densities, unit²/Hz, and as the last the number of segments.
    span : ndarray of int, shape (n_blocks,)

    Raises
    ------
    CannotMeasure
        If the recordings of one condition have different rates, and so different frequencies.
    """
    rates = sorted({round(b.rate_hz, 3) for b in blocks})
    if len(rates) > 1 and rates[-1] > 1.001 * rates[0]:
        raise CannotMeasure(
            f"The recordings of this condition have different sampling rates ({rates[0]:g} and "
            f"{rates[-1]:g} Hz); their spectra cannot be added. Name them as two conditions."
        )
    freq = frequencies(round(SEGMENT_S * blocks[0].rate_hz), blocks[0].rate_hz)
    keep = np.flatnonzero(within(freq, band_hz))
    found, span = [], []
    for place, block in enumerate(blocks):
        density, count = block.once(
            ("welch", SEGMENT_S, BLOCK_S),
            lambda b=block: _welch(b),  # type: ignore[misc]
        )
        density, count = density[:, rows][..., keep], count[:, rows, None]
        found.append(np.concatenate([density, count], axis=2))
        span += [place] * len(count)
    return freq[keep], np.concatenate(found), np.array(span, dtype=np.intp)


def within(freq_hz: Floats, band_hz: tuple[float, float]) -> NDArray[np.bool_]:
    """Return which bins lie in a band, both edges included."""
    low, high = band_hz[0] - NEARLY_HZ, band_hz[1] + NEARLY_HZ
    return np.asarray((freq_hz >= low) & (freq_hz <= high))


def _welch(block: Block) -> tuple[Floats, Floats]:
    length = round(SEGMENT_S * block.rate_hz)
    return power_density(
        block.x,
        block.mask,
        rate_hz=block.rate_hz,
        length=length,
        step=length // 2,
        group_s=BLOCK_S,
    )
