"""Limits of a band's mean coherence that hold down to no coherence at all.

Near zero the estimate is the square of a sum whose mean is zero: its variance hardly depends on
what it is estimated from, so the jackknife is 1.4 times too wide at zero and too narrow just above.
The limits here are the coherences under which the estimate would not be surprising. Our rule,
checked by simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Correlation of the transforms of bins that lie 0, 1 and 2 apart, through a Hann window.
_HANN = np.array([1.0, -2 / 3, 1 / 6])
#: Coherence times segments up to which the jackknife does not say how wide the limits are.
_SMALL = 8.0
#: Coherence times segments from which on both tails are alike; at zero there is only one.
_TWO_TAILS = 3.0
_TAIL = 0.025
_HALVINGS = 45


@dataclass(frozen=True)
class BandLimits:
    """Limits of the mean, over a band, of coherences whose bias was removed.

    Parameters
    ----------
    n_segments : ndarray, shape (n_targets, 1)
        Effective segments.
    n_bins : ndarray of int, shape (n_parts,)
        Bins of each band, neighbours of a Hann spectrum with disjoint segments.
    """

    n_segments: Floats
    n_bins: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return the 95 % limits, ``(n_targets, n_parts)``.

        Parameters
        ----------
        value, error : ndarray, shape (n_targets, n_parts)
            Estimates and their jackknife errors.
        df : ndarray, shape (n_targets,)
            Degrees of freedom of the errors.
        """
        # Without segments the value is NaN, and so are its limits.
        n, k = (
            np.maximum(self.n_segments, 1),
            np.array([_correlated(int(m)) for m in self.n_bins]).T,
        )
        c = np.clip(value, 0, 1)
        # On average the jackknife counts what is quadratic in the noise twice.
        expected = 2 * k[0] * c * (1 - c) ** 2 / n + 2 * k[1] * (1 - c) ** 4 / n**2
        wider = np.maximum(
            error**2 / np.maximum(expected, 1e-30), np.clip(1 - c * n / _SMALL, 0, 1)
        )

        def quantile(c: Floats, p: Floats) -> Floats:
            """Return a quantile of the estimate where the coherence is `c` (Wilson-Hilferty)."""
            from scipy.special import stdtrit

            bias = (1 - c) ** 2 / n
            mean = c + bias
            variance = 2 * k[0] * c * (1 - c) ** 2 / n + k[1] * (1 - c) ** 4 / n**2
            h = wider * variance / (9 * mean**2)
            root = 1 - h + stdtrit(df[:, None], p) * np.sqrt(h)
            return np.asarray(mean * np.maximum(root, 0) ** 3 - bias)

        def low_tail(c: Floats) -> Floats:
            return _TAIL * np.clip(c * n / _TWO_TAILS, 0, 1)

        lo = _last(lambda c: quantile(c, 1 - 2 * _TAIL + low_tail(c)) < value, value)
        hi = _last(
            lambda c: (low_tail(c) == 0) | (quantile(c, np.maximum(low_tail(c), 1e-9)) <= value),
            value,
        )
        there = np.isfinite(value) & np.isfinite(error)
        return (
            np.where(there, np.minimum(lo, value), np.nan),
            np.where(there, np.maximum(hi, value), np.nan),
        )


def _last(holds: Callable[[Floats], NDArray[np.bool_]], like: Floats) -> Floats:
    """Return the largest coherence up to which a condition holds, by halving."""
    below, above = np.zeros_like(like), np.ones_like(like)
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        yes = holds(middle)
        below, above = np.where(yes, middle, below), np.where(yes, above, middle)
    return below


def _correlated(n_bins: int) -> tuple[float, float]:
    """Return the variance of a mean over bins, of what is linear and what is quadratic in noise."""
    apart = np.abs(np.subtract.outer(np.arange(n_bins), np.arange(n_bins)))
    r = np.where(apart < len(_HANN), _HANN[np.minimum(apart, len(_HANN) - 1)], 0.0)
    return float((r**2).mean()), float((r**4).mean())
