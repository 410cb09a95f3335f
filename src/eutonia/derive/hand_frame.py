"""The hand's own frame, and the vectors in it.

The *distal* axis goes along a metacarpal (wrist to knuckle), the *radial* axis towards the thumb
across the knuckles, the *palmar* axis out of the palm.
"""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats, Side

#: Fingers and the first of their four points.
FINGERS = {"index": 5, "middle": 9, "ring": 13, "little": 17}


def frame(metacarpal: Floats, across: Floats, side: Side) -> tuple[Floats, Floats, Floats]:
    """Return the distal, radial and palmar axes, ``(n, 3)`` each."""
    along = unit(metacarpal)
    radial = unit(without(across, along))
    return along, radial, turn(side) * np.cross(radial, along)


def across(xyz: Floats) -> Floats:
    """Return the direction over the knuckles towards the thumb."""
    return xyz[:, 5] - xyz[:, 17]


def turn(side: Side) -> int:
    """Return the sign of a mirror image: the left hand is one of the right."""
    return 1 if side == "right" else -1


def angle(sine: Floats, cosine: Floats) -> Floats:
    """Return the angle of a sine and a cosine of any common length, degrees."""
    found: Floats = np.degrees(np.arctan2(sine, cosine))
    return found


def dot(a: Floats, b: Floats) -> Floats:
    """Return the scalar products of rows."""
    return np.asarray(np.einsum("nk,nk->n", a, b))


def norm(a: Floats) -> Floats:
    """Return lengths, with the axis kept."""
    length: Floats = np.linalg.norm(a, axis=-1, keepdims=True)
    return length


def unit(a: Floats) -> Floats:
    """Return directions; NaN for a bone without length."""
    length = norm(a)
    return a / np.where(length > 0, length, np.nan)


def without(a: Floats, axis: Floats) -> Floats:
    """Return the part of `a` at right angles to a unit axis."""
    return a - dot(a, axis)[:, None] * axis
