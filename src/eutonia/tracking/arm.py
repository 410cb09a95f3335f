"""Where an arm of the body ends at a hand that is followed: elsewhere it is a guess.

Of a person of whom little more than a hand is in the picture the model draws a whole one, and how
sure it is of that does not tell: it may take the hand for the head.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Points, Side

#: Points of the body: nose, and shoulder, elbow and wrist of each side.
_NOSE = 0
ARM: dict[Side, tuple[int, int, int]] = {"left": (11, 13, 15), "right": (12, 14, 16)}
#: Elbow and wrist are likely not hidden (our rule, unconfirmed [D]).
MIN_VISIBLE = 0.5
#: The wrist is this near to that of the hand, lengths of the palm: in films of rendered hands 0.05
#: to 0.5 where the arm was right, 0.7 to 1.1 where it was drawn elsewhere. [D]
AT_HAND = 0.5
#: A guessed elbow often lies at the very edge: this far from it, shares of its shorter side, it and
#: the nose count as in the picture (our rule). Where the head is not, the arm is guessed: of level
#: rendered hands whose nose was put outside 54 (83) % of 57 (63) elbows were off by more than a
#: palm; of 879 (826) pictures that show head, elbow and hand none is lost (people 0 to 39, by whom
#: it was chosen; 40 to 79). [D]
EDGE = 0.04


def ends_at(hand: Floats, body: Points, *, side: Side, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell where head and elbow are in the picture and the forearm ends at a hand.

    Parameters
    ----------
    hand : ndarray, shape (n_frames, 21, 3)
        In pixels; NaN where it was not seen.
    body : Points
        In the same pictures.
    side : {'left', 'right'}
        Which arm of the body.
    size : tuple of int
        Width and height of the picture.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
    """
    _, elbow, wrist = ARM[side]
    edge = EDGE * min(size)
    sought = body.xyz[:, [_NOSE, elbow], :2].astype(np.float64)
    inside = ((sought >= edge) & (sought <= np.array(size) - edge)).all(axis=(1, 2))
    palm = np.linalg.norm(hand[:, 9] - hand[:, 0], axis=1)
    near = np.linalg.norm(body.xyz[:, wrist, :2] - hand[:, 0, :2], axis=1) <= AT_HAND * palm
    found = inside & near
    if body.visible is not None:
        found &= (body.visible[:, [elbow, wrist]] >= MIN_VISIBLE).all(axis=1)
    return np.asarray(found)
