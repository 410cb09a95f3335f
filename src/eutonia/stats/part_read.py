"""Limits of what is read in part, where the part is known of most people and not of this one."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats
from eutonia.model.result import PartShown


def farthest(read: Floats | float, apart: Floats | float, shown: PartShown) -> Floats:
    """Return the largest true value that may read so, where the usual share of it is read or less.

    Above -`apart` it is the ``t`` of which too little is read by chance: ``usual * t -
    hypot((usual - least) * t, apart) = read``. Below, it is the one of which all is read. So
    whether it lies above 0 does not depend on the shares.

    Parameters
    ----------
    read : ndarray or float
    apart : ndarray or float
        How far the upper limit would reach if all were read.
    shown : PartShown

    Examples
    --------
    >>> shown = PartShown(usual=0.4, least=0.2)
    >>> np.round(farthest(np.array([-2.0, 0.0, 2.0]), 1.0, shown), 2)
    array([-1.  ,  2.89, 11.08])
    """
    less = shown.usual - shown.least
    square = shown.usual**2 - less**2
    whole = np.asarray(read + apart)
    up = np.maximum(read, -np.asarray(apart))
    little = (shown.usual * up + np.sqrt((less * up) ** 2 + square * np.square(apart))) / square
    return np.where(whole > 0, np.minimum(little, np.maximum(shown.most, whole)), whole)
