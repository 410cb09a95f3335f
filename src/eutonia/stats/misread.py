"""Limits of what is shown too small or too large by a share of itself that is not known."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats


def misread(read: Floats, below: Floats, above: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the limits of a true value that is read with a gain around 1 (as Fieller's theorem).

    The true values x from which the one that was read lies no further than a reach h and the share
    q of x itself: ``(read - x)^2 <= h^2 + (q x)^2``. Whether 0 is one of them does not depend on q.

    Parameters
    ----------
    read : ndarray
    below, above : ndarray, same shape
        How far the limits would reach at a gain of exactly 1.
    share : ndarray, broadcasts with `read`
        Half width of the interval of the gain, below 1.

    Returns
    -------
    lo, hi : ndarray, same shape

    Examples
    --------
    >>> lo, hi = misread(np.array(10.0), np.array(0.0), np.array(0.0), np.array(0.5))
    >>> round(float(lo), 2), round(float(hi), 2)
    (6.67, 20.0)
    """
    left = 1 - share**2
    down, up = (
        np.sqrt(np.maximum(read**2 - left * (read**2 - reach**2), 0.0)) for reach in (below, above)
    )
    return (read - down) / left, (read + up) / left
