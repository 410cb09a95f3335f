"""Natural cubic splines: smooth curves that go on straight beyond their last knots."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats


def natural_spline(x: Floats, knots: Floats) -> Floats:
    """Return the columns of a natural cubic spline without the constant.

    The truncated power form (Hastie, Tibshirani and Friedman, Elements of Statistical Learning,
    our reading), on knots scaled from 0 to 1.

    Parameters
    ----------
    x : ndarray, shape (n,)
    knots : ndarray, shape (n_knots,)
        Rising, at least two; with two the curve is a line.

    Returns
    -------
    ndarray, shape (n, n_knots - 1)
    """
    unit = (x - knots[0]) / (knots[-1] - knots[0])
    k = (knots - knots[0]) / (knots[-1] - knots[0])
    cubes = np.maximum(unit[:, None] - k, 0) ** 3
    d = (cubes[:, :-1] - cubes[:, -1:]) / (k[-1] - k[:-1])
    return np.column_stack([unit, d[:, :-1] - d[:, -1:]])
