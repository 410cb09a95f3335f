"""What the measures of the corners of the mouth share: an opening jaw that moves them unlike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.positions import apart
from eutonia.model import Floats, Inputs, Varying


def with_opening(
    x: Inputs,
    rows: NDArray[np.intp],
    of_opening: Mapping[str, float],
    *,
    sides: Floats | None = None,
) -> Varying:
    """Return what of the corners' places changes with how far the jaw is open.

    Parameters
    ----------
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A corner of each target.
    of_opening : mapping of str to float
        SD in % for each % that the jaw is more open, by the corner's site.
    sides : ndarray, shape (n_targets, 1), optional
        See `eutonia.model.Varying`.
    """
    share = np.array([[of_opening[x.channels["mouth"][row].site]] for row in rows])
    opening = np.full(share.shape, apart(x, "jaw_opening"))
    return Varying(sd=0 * share, share=share, place=opening, sides=sides)
