"""What a changed expression, or a turned head, makes of lips, corners and a chin that keep still.

The landmarks of the mouth go a little with the rest of the face. From rendered people under number
50: shut lids, a squint of one side, a lifted brow; and heads that turn and nod by 6 to 15 degrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

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
#: The same, for each degree by which the head turns and nods. [D]
BY_TURN: Mapping[str, tuple[float, float]] = {
    "corner_out": (0.17, 0.105),
    "corner_up": (0.085, 0.14),
    "lip_height": (0.075, 0.13),
    "lip_width": (0.09, 0.17),
    "lip_gap": (0.11, 0.125),
    "jaw_deviation": (0.285, 0.085),
}
APART_BY_TURN: Mapping[str, tuple[float, float]] = {
    "corner_out": (0.28, 0.11),
    "corner_up": (0.1, 0.05),
}
#: Said of every contrast that holds it.
HELD = (
    "Contrasts between conditions also hold what another expression of the rest of the face, and a "
    "head that is turned otherwise, make of a still mouth on rendered people."
)
#: Said of limits that hold how far the head is turned.
TURNED = (
    "Limits, and differences of the sides, also hold what a head that is turned otherwise than in "
    "most of the film makes of an even, still mouth on rendered people. A head that is turned all "
    "the time makes an even mouth uneven, which they do not hold: film the face straight."
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
    sites = [x.channels["mouth"][row].site for row in rows]
    expression, turn = (APART_BY_EXPRESSION, APART_BY_TURN) if apart else (BY_EXPRESSION, BY_TURN)
    angles = [mean_of(x, site) for site in ("head_yaw", "head_pitch")]
    # Of a difference of two conditions: each has its half.
    anew = np.array([[expression[site]] for site in sites]) / np.sqrt(2)
    turned = np.array([turn[site] for site in sites]) * angles / varying.share[:, :1]
    return replace(
        varying,
        sd=np.hypot(varying.sd, anew),
        place=np.concatenate([varying.place, turned], axis=1),
    )


def by_turn(x: Inputs, rows: NDArray[np.intp], *, apart: bool = False) -> Floats:
    """Return what the head's mean turn makes of a straight mouth, SD in %.

    The turn counts from the person's own mean over the film: a head that is turned in nearly all of
    it has hardly any, and what it makes of the mouth is not held.

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
    turn = APART_BY_TURN if apart else BY_TURN
    sites = [x.channels["mouth"][row].site for row in rows]
    return np.array([turn[site][0] for site in sites]) * abs(mean_of(x, "head_yaw"))
