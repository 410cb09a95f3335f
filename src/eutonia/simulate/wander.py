"""Movement around a posture: noise that forgets with one time constant."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats


def wander(
    rng: np.random.Generator, n_channels: int, n_samples: int, *, rate_hz: float, time_s: float
) -> Floats:
    """Draw independent channels of unit variance with autocorrelation ``exp(-lag / time_s)``.

    Unlike noise of a band, its mean over a stretch varies as that of real movements does.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    from scipy.signal import lfilter

    stays = np.exp(-1 / (time_s * rate_hz))
    white = rng.standard_normal((n_channels, n_samples))
    first = white[:, :1] * (1 / np.sqrt(1 - stays**2) - 1)  # starts in its stationary state
    white[:, :1] += first
    return np.asarray(lfilter([np.sqrt(1 - stays**2)], [1, -stays], white, axis=1))
