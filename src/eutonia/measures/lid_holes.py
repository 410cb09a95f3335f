"""Short holes in the trace of a lid: pictures that the camera dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: A hole up to this long does not cut a closure, s: two dropped pictures of 30 a second. A lid that
#: opened and shut again would nearly always take longer; one that opens or closes in a hole does so
#: somewhere in it. [D]
HOLE_S = 0.15


def bridged(
    c: Floats, mask: NDArray[np.bool_], *, rate_hz: float, level: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the trace of a lid with a straight line over each short hole in or at a closure.

    Parameters
    ----------
    c : ndarray, shape (n_samples,)
        Closure, 0 open to 1 shut.
    mask : ndarray of bool, shape (n_samples,)
    rate_hz : float
    level : float
        The lid is shut on one side of the hole, or on both: at least so far.

    Returns
    -------
    c, mask : ndarray, shape (n_samples,)
    """
    edges = np.diff(np.concatenate([[True], mask, [True]]).astype(np.int8))
    starts, stops = np.flatnonzero(edges < 0), np.flatnonzero(edges > 0)
    c, mask = c.copy(), mask.copy()
    for start, stop in zip(starts, stops, strict=True):
        inside = start > 0 and stop < len(c)
        # From the last picture before the hole to the first one after it.
        if inside and stop + 1 - start <= HOLE_S * rate_hz + 1e-9:
            before, after = c[start - 1], c[stop]
            if max(before, after) >= level:
                c[start:stop] = np.linspace(before, after, stop - start + 2)[1:-1]
                mask[start:stop] = True
    return c, mask
