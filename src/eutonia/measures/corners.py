"""What the measures of the corners of the mouth share: what a jaw that moves makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.covered_mouth import of_site
from eutonia.measures.positions import apart
from eutonia.model import Floats, Inputs, Varying

#: What corners seem to go outwards, SD in %, for each % that the jaw is shown aside: they do
#: not follow it as they should in the landmarks, of dark skin and on the far side least. Of
#: 17 people (0 to 48), jaws 6 degrees aside and 4.5 open, of which 3.4 % aside is shown, corners
#: read 4 to 5.5 % further apart than truly in dark skin, 2 to 3 in light. It is nearly alike in
#: both, so that of their difference little is left. [D]
OF_ASIDE: Mapping[str, float] = {"lip_width": 1.2, "corner_out": 0.6}


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


def with_aside(varying: Varying, x: Inputs, rows: NDArray[np.intp]) -> Varying:
    """Return an error of the camera's that also holds what a jaw to one side makes of corners.

    Parameters
    ----------
    varying : Varying
        With a share above 0 that is the same in all parts of a target.
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.
    """
    assert varying.share is not None and varying.place is not None
    aside = of_site(x, rows, OF_ASIDE)[:, None] * apart(x, "jaw_deviation")
    return replace(
        varying, place=np.concatenate([varying.place, aside / varying.share[:, :1]], axis=1)
    )
