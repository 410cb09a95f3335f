"""What a changed expression, or a turned head, makes of lips, corners and a chin that keep still.

The landmarks of the mouth go a little with the rest of the face: rendered people with shut lids, a
squint of one side, a lifted brow; and with heads that are turned from the camera. That is a turn
from straight ahead, not from the film's own mean: limits of one number take the turn itself, and
contrasts between conditions the difference of turns, in one film or in two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.covered_mouth import of_site
from eutonia.measures.positions import apart as mean_of
from eutonia.model import Floats, Inputs, Varying

#: Root mean square, in %, of what another expression changes. [D]
BY_EXPRESSION: Mapping[str, float] = {
    "corner_out": 0.45,
    "corner_up": 0.7,
    "lip_height": 0.7,
    "lip_width": 0.65,
    "lip_gap": 0.75,
    "jaw_deviation": 0.45,
}
#: The same of the right corner less the left. [D]
APART_BY_EXPRESSION: Mapping[str, float] = {"corner_out": 0.55, "corner_up": 0.3}
#: The same, for each degree by which the face is turned, and nods, from the camera: what is left
#: when `eutonia.derive.mouth` has taken off the mean. 75 people (0 to 49 and the even ones to 98),
#: light and dark skin, yaw to 25 and pitch to 15 degrees. [D]
BY_TURN: Mapping[str, tuple[float, float]] = {
    "corner_out": (0.09, 0.07),
    "corner_up": (0.065, 0.085),
    "lip_height": (0.075, 0.09),
    "lip_width": (0.105, 0.11),
    "lip_gap": (0.11, 0.1),
    "jaw_deviation": (0.09, 0.05),
}
APART_BY_TURN: Mapping[str, tuple[float, float]] = {
    "corner_out": (0.15, 0.085),
    "corner_up": (0.06, 0.035),
}
#: Said of every contrast that holds it.
HELD = (
    "Contrasts between conditions also hold what another expression of the rest of the face, and a "
    "head that is turned otherwise, make of a still mouth on rendered people."
)
#: Said of limits that hold how far the head is turned.
TURNED = (
    "What a turned or nodding head makes of an even, still mouth in the mean of rendered people is "
    "taken off; limits, and differences of the sides, hold the rest, by how far the face is turned "
    "from the camera."
)


def with_face(
    varying: Varying, x: Inputs, rows: NDArray[np.intp], *, apart: bool = False
) -> Varying:
    """Return an error of the camera's that also holds what the rest of the face moves.

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
    # Of a difference of two conditions: each has its half.
    by_expression = APART_BY_EXPRESSION if apart else BY_EXPRESSION
    anew = of_site(x, rows, by_expression)[:, None] / np.sqrt(2)
    turned = _turned(x, rows, apart=apart) / varying.share[:, :1]
    return replace(
        varying,
        sd=np.hypot(varying.sd, anew),
        place=np.concatenate([varying.place, turned], axis=1),
    )


def by_turn(x: Inputs, rows: NDArray[np.intp], *, apart: bool = False) -> Floats:
    """Return what the head's turn from the camera makes of a still mouth, SD in %.

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
    return np.asarray(np.hypot(*_turned(x, rows, apart=apart).T))


def _turned(x: Inputs, rows: NDArray[np.intp], *, apart: bool) -> Floats:
    """Return what mean yaw and pitch from the camera make, with sign, SD in %; 0 where not read."""
    angles = [mean_of(x, site) for site in ("head_yaw", "head_pitch")]
    return of_site(x, rows, APART_BY_TURN if apart else BY_TURN) * angles
