"""Whether the shoulders look turned since the zero, told by three witnesses that must agree.

A trunk that turns by 20 degrees makes its shoulders 6 % narrower, which a step back or a raised
shoulder does too, and the body's model turns with the head: none of these says enough by itself. So
the shoulders look turned where the model turns them by more than it does for a turn of the head
alone, and they are narrower than at the zero both in the picture and against the face. Which way
and how far they have turned cannot be told well enough to take it off.

On rendered people 60 to 89 a trunk turned by 20 degrees under twelve postures of the head was so
noticed in 54 %, one of 30 degrees in 97 %, and a still one was taken for turned in 2 %; of 220
pictures with a raised shoulder, a shifted head, or a trunk that leans or comes nearer, in none. Of
people 100 to 115, by whom nothing was chosen, the former were 49, 91 and 1 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.derive.trunk import Trunk, smooth
from eutonia.model import Floats, Landmarks

#: Share of a turn of the head from the camera that the body's model takes for the shoulders'. Mean
#: over rendered people 60 to 76, heads turned by 20 and 35 degrees.
SPILT = 0.25
#: Least turn of the shoulders as the body's model guesses it, beyond that share, in degrees: it
#: guesses about half of a true one. And how narrow they must be in the picture and against the
#: face. Chosen on people 60 to 76. [D]
LEAST_DEG, NARROW, NARROW_OF_FACE = 4.0, 0.96, 0.98


@dataclass(frozen=True, kw_only=True)
class Shoulders:
    """How the shoulders looked while the head was held straight.

    Parameters
    ----------
    yaw_deg : float
        Turn as the body's model guesses it, less what a turned head adds to it.
    wide : float
        Between them in the picture, in pixels.
    of_face : float
        The same in units of the size of the face.
    """

    yaw_deg: float = np.nan
    wide: float = np.nan
    of_face: float = np.nan


def shoulders_of(body: Trunk, near: Floats, camera_yaw: Floats) -> Shoulders:
    """Return how the shoulders look over some pictures.

    Parameters
    ----------
    body : Trunk
        Of the same pictures as the others, ``(n_frames,)``.
    near : ndarray, shape (n_frames,)
        Size of the face in pixels, NaN where it is not used.
    camera_yaw : ndarray, shape (n_frames,)
        Turn of the head from the camera, degrees, NaN where it is not used.
    """
    rows = (body.yaw - SPILT * camera_yaw, body.wide, body.wide / near)
    seen = np.isfinite(rows).all(axis=0)
    if not seen.any():
        return Shoulders()
    yaw, wide, of_face = (float(np.median(row[seen])) for row in rows)
    return Shoulders(yaw_deg=yaw, wide=wide, of_face=of_face)


def look_turned(
    body: Trunk, near: Floats, camera_yaw: Floats, *, zero: Shoulders, landmarks: Landmarks
) -> Floats:
    """Return 1 where the shoulders look turned since the zero, 0 where not, NaN where unknown.

    While a hand is raised nothing is said: it moves the shoulders.

    Parameters
    ----------
    body, near, camera_yaw
        As for `shoulders_of`.
    zero : Shoulders
        At the zero of the same video; without it nothing is known.
    landmarks : Landmarks
        For the rate.
    """
    found = np.full(landmarks.n_frames, np.nan)
    rows = (body.yaw - SPILT * camera_yaw, body.wide, body.wide / near, body.height[:, 0])
    seen = np.asarray(np.isfinite(np.stack(rows)).all(axis=0), dtype=np.bool_)
    if not seen.any() or not np.isfinite(zero.wide):
        return found
    yaw, wide, of_face = (smooth(row, seen, landmarks)[seen] for row in rows[:3])
    narrow = (wide <= NARROW * zero.wide) & (of_face <= NARROW_OF_FACE * zero.of_face)
    found[seen] = (np.abs(yaw - zero.yaw_deg) >= LEAST_DEG) & narrow
    return found
