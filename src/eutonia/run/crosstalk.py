"""Do two electrodes hear the same muscle? Asked before any pair of EMG channels is compared.

Motor units of two muscles share a drive, not their action potentials: the raw signals hardly
correlate. Cross-talk is the same action potentials at another electrode, so the raw signals do,
within the few milliseconds of their conduction (clinical-rules.md §1; the threshold is our rule).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Largest correlation of the band-passed signals within `LAG_S` that is not called cross-talk.
#: Below it cross-talk gives rectified Gaussian signals a coherence of at most 0.0063, the limit of
#: independence of 470 segments; unrectified ones one of up to 0.09.
MAX_CORRELATION = 0.3
LAG_S = 0.010
#: Seconds of the recording that are looked at.
SECONDS = 20.0
FLAG = "crosstalk"


def correlated(x: Floats, pairs: NDArray[np.intp], *, rate_hz: float) -> NDArray[np.bool_]:
    """Tell which pairs of channels hear the same muscle.

    Parameters
    ----------
    x : ndarray, shape (n_channels, n_samples)
        Band-passed EMG, not rectified; bad samples bridged.
    pairs : ndarray of int, shape (n_pairs, 2)
    rate_hz : float

    Returns
    -------
    ndarray of bool, shape (n_pairs,)
    """
    from scipy.fft import irfft, next_fast_len, rfft

    lag = round(LAG_S * rate_hz)
    length = next_fast_len(x.shape[1] + lag, real=True)
    centred = x - x.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(centred, axis=1)
    spectra = rfft(centred, length, axis=1)
    out = np.zeros(len(pairs), dtype=bool)
    for place, (a, b) in enumerate(pairs):
        if norm[a] == 0 or norm[b] == 0:
            continue
        cross = irfft(spectra[a] * spectra[b].conj(), length)
        near = np.concatenate([cross[: lag + 1], cross[length - lag :]])
        out[place] = np.abs(near).max() / (norm[a] * norm[b]) > MAX_CORRELATION
    return out
