"""What the measures of the corners of the mouth share: what a jaw that moves makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.covered_mouth import of_site
from eutonia.measures.positions import apart as mean_of
from eutonia.model import Floats, Inputs, Varying

#: What corners seem to go outwards, SD in %, for each % that the jaw is shown aside: they do
#: not follow it as they should in the landmarks, of dark skin and on the far side least. Of
#: 17 people (0 to 48), jaws 6 degrees aside and 4.5 open, of which 3.4 % aside is shown, corners
#: read 4 to 5.5 % further apart than truly in dark skin, 2 to 3 in light. It is nearly alike in
#: both, so that of their difference little is left; in height they seem to differ by 0.6 of what
#: the jaw is shown aside, in nearly all of 50 people (0 to 49). [D]
OF_ASIDE: Mapping[str, float] = {"lip_width": 1.2, "corner_out": 0.6, "corner_up": 0.3}
#: The same of the right corner less the left. [D]
APART_OF_ASIDE: Mapping[str, float] = {"corner_out": 0.4, "corner_up": 0.6}
#: What lips and corners of an open mouth seem to be elsewhere, SD in %, for each % of the gap of
#: the lips, which is 0 in a mouth that is shut, as the jaw's opening is in no face: 50 people (0 to
#: 49), light and dark skin, jaws 4 and 9 degrees open. [D]
OF_GAP: Mapping[str, float] = {
    "lip_width": 0.25,
    "lip_height": 0.1,
    "corner_out": 0.12,
    "corner_up": 0.055,
}
#: The same of the right corner less the left. [D]
APART_OF_GAP: Mapping[str, float] = {"corner_out": 0.08, "corner_up": 0.05}
#: Said of limits that hold both.
OF_JAW = "Limits of one condition hold a jaw to one side, too, and for each % of the lips' gap"


def of_jaw(x: Inputs, rows: NDArray[np.intp], *, apart: bool = False) -> Floats:
    """Return what a jaw to one side and an open mouth make of lips and corners, SD in %.

    Parameters
    ----------
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.
    apart : bool
        Of the right side less the left.

    Returns
    -------
    ndarray, shape (n_targets,)
    """
    aside = of_site(x, rows, APART_OF_ASIDE if apart else OF_ASIDE) * mean_of(x, "jaw_deviation")
    gap = of_site(x, rows, APART_OF_GAP if apart else OF_GAP) * max(mean_of(x, "lip_gap"), 0.0)
    return np.asarray(np.hypot(aside, gap))


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
    opening = np.full(share.shape, mean_of(x, "jaw_opening"))
    return Varying(sd=0 * share, share=share, place=opening, sides=sides)


def with_aside(
    varying: Varying, x: Inputs, rows: NDArray[np.intp], *, apart: bool = False
) -> Varying:
    """Return an error of the camera's that also holds what a jaw to one side makes of corners.

    Parameters
    ----------
    varying : Varying
        With a share above 0 that is the same in all parts of a target.
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.
    apart : bool
        Of the right side less the left.
    """
    assert varying.share is not None and varying.place is not None
    table = APART_OF_ASIDE if apart else OF_ASIDE
    aside = of_site(x, rows, table)[:, None] * mean_of(x, "jaw_deviation")
    return replace(
        varying, place=np.concatenate([varying.place, aside / varying.share[:, :1]], axis=1)
    )
