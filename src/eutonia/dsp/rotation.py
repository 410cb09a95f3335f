"""Rotations: of a rigid set of points, of the ray to it, and as angles of the head.

Axes of a rotation are the person's as the camera meets them: x to the person's left (the right of
the picture), y up, z forwards, out of the face (towards the camera). A rotation maps directions of
the turning body to those of the frame that it is seen in.

One decomposition holds everywhere: ``R = Ry(-yaw) Rx(-pitch) Rz(roll)``. Read from right to left
about fixed axes, or from left to right about the head's own: first the turn about the upright axis
of the frame, then the nod about the ear-to-ear axis so turned, then the tilt about the axis out of
the face. Signs are the person's own: yaw above 0 is the chin to the right, pitch above 0 the chin
up, roll above 0 the ear to the right shoulder.
"""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats

#: Focal length over the longer side of the picture, where the camera's is not known: phones film
#: with 0.75 to 0.95, webcams with 0.65 to 0.9. [D]
FOCAL = 0.85


def upright(xyz: Floats) -> Floats:
    """Turn points of a picture (y down, z away) to the axes of this module."""
    return np.asarray(xyz * np.array([1.0, -1.0, -1.0]))


def fit(points: Floats, shape: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what lays a rigid shape on points: rotation, scale and what is left over.

    Least squares with one scale (Umeyama 1991), one singular value decomposition a picture.

    Parameters
    ----------
    points : ndarray, shape (n_frames, n_points, 3)
    shape : ndarray, shape (n_points, 3)

    Returns
    -------
    rotation : ndarray, shape (n_frames, 3, 3)
    scale : ndarray, shape (n_frames,)
    left : ndarray, shape (n_frames,)
        Root mean square distance that remains, as a share of the shape's own radius.
    """
    to = points - points.mean(axis=1, keepdims=True)
    of = shape - shape.mean(axis=0)
    u, s, vt = np.linalg.svd(np.einsum("nki,kj->nij", to, of))
    s[:, 2] *= np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    spread = (of**2).sum()
    scale = s.sum(axis=1) / spread
    left = np.maximum((to**2).sum(axis=(1, 2)) - scale**2 * spread, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return u @ vt, scale, np.sqrt(left / spread) / scale


def mean_rotation(rotations: Floats) -> Floats:
    """Return the rotation nearest to all of some, ``(n, 3, 3)`` to ``(3, 3)`` (chordal mean)."""
    u, _, vt = np.linalg.svd(rotations.mean(axis=0))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    nearest: Floats = u @ flip @ vt
    return nearest


def ray(xy: Floats, *, width: int, height: int, focal: float = FOCAL) -> Floats:
    """Return the rotation from the frame of the ray to a point to the frame of the camera.

    A model that looks at a crop sees a head as from straight ahead of it: a face that looks at the
    camera from the edge of the picture seems frontal, though it is turned by the ray's angle.

    Parameters
    ----------
    xy : ndarray, shape (n_frames, 2)
        Pixels of the picture.
    width, height : int
        Of the picture, in pixels.
    focal : float
        Focal length over the longer side.

    Returns
    -------
    ndarray, shape (n_frames, 3, 3)
    """
    f = focal * max(width, height)
    right, up = xy[:, 0] - width / 2, height / 2 - xy[:, 1]
    to = np.stack([-right, -up, np.full(len(xy), f)], axis=1)
    a, b, c = (to / np.linalg.norm(to, axis=1, keepdims=True)).T
    # The smallest rotation that brings (0, 0, 1) to (a, b, c).
    k = 1 / (1 + c)
    rows = [[1 - a * a * k, -a * b * k, a], [-a * b * k, 1 - b * b * k, b], [-a, -b, c]]
    return np.moveaxis(np.array(rows), 2, 0)


def angles(rotations: Floats) -> Floats:
    """Return yaw, pitch and roll in degrees, ``(..., 3, 3)`` to ``(..., 3)``."""
    r = rotations
    yaw = -np.arctan2(r[..., 0, 2], r[..., 2, 2])
    pitch = np.arcsin(np.clip(r[..., 1, 2], -1, 1))
    roll = np.arctan2(r[..., 1, 0], r[..., 1, 1])
    found: Floats = np.degrees(np.stack([yaw, pitch, roll], axis=-1))
    return found


def turned(yaw: Floats | float, pitch: Floats | float = 0.0, roll: Floats | float = 0.0) -> Floats:
    """Return the rotation of angles in degrees, ``(...)`` to ``(..., 3, 3)``: undoes `angles`."""
    y, p, r = np.radians(np.broadcast_arrays(-np.asarray(yaw), -np.asarray(pitch), roll))
    zero, one = np.zeros_like(y), np.ones_like(y)
    about_y = [[np.cos(y), zero, np.sin(y)], [zero, one, zero], [-np.sin(y), zero, np.cos(y)]]
    about_x = [[one, zero, zero], [zero, np.cos(p), -np.sin(p)], [zero, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), zero], [np.sin(r), np.cos(r), zero], [zero, zero, one]]
    first, second, third = (
        np.moveaxis(np.array(m), (0, 1), (-2, -1)) for m in (about_y, about_x, about_z)
    )
    out: Floats = first @ second @ third
    return out


def seen_angles(rotations: Floats) -> Floats:
    """Return yaw, pitch and roll of ``R = Rz(roll) Ry(-yaw) Rx(-pitch)``, ``(..., 3)``.

    So a model sees a head whose crop is turned upright first.
    """
    r = rotations
    yaw = np.arcsin(np.clip(r[..., 2, 0], -1, 1))
    pitch = -np.arctan2(r[..., 2, 1], r[..., 2, 2])
    roll = np.arctan2(r[..., 1, 0], r[..., 0, 0])
    found: Floats = np.degrees(np.stack([yaw, pitch, roll], axis=-1))
    return found


def from_seen(seen: Floats) -> Floats:
    """Return the rotation of `seen_angles`, ``(..., 3)`` to ``(..., 3, 3)``."""
    yaw, pitch, roll = np.moveaxis(seen, -1, 0)
    out: Floats = turned(0.0, 0.0, roll) @ turned(yaw) @ turned(0.0, pitch)
    return out
