"""Many comparisons at once."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats


def false_discovery(p: Floats) -> Floats:
    """Return q-values after Benjamini and Hochberg.

    Parameters
    ----------
    p : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        Least false-discovery rate at which each comparison would be called a difference.
    """
    n = len(p)
    order = np.argsort(p)
    ranked = p[order] * n / np.arange(1, n + 1)
    q = np.empty(n)
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q
