"""Rotations, and the one convention of a head's three angles.

Picture a person from in front. x points to their left, y up, z forward, out of the nose. The head
is turned by `yaw` about the upright axis first (plus: the chin goes to the person's right), then by
`pitch` about its own ear-to-ear axis (plus: the chin goes up), then by `roll` about its own
nose axis (plus: the right ear goes to the right shoulder): intrinsic yaw, pitch, roll,
``R = Ry(-yaw) Rx(-pitch) Rz(roll)`` with the usual right-handed matrices. R turns what is known in
head axes into trunk axes: ``R @ (0, 0, 1)`` is where the nose points.
"""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats


def about(axis: Floats | tuple[float, float, float], degrees: float) -> Floats:
    """Return the right-handed rotation about an axis, 3 x 3."""
    direction = np.asarray(axis, dtype=np.float64)
    return from_vector(direction / np.linalg.norm(direction) * np.radians(degrees))


def from_vector(vector: Floats) -> Floats:
    """Return the rotation of a rotation vector in radians (Rodrigues), 3 x 3."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]], np.float64)
    if angle < 1e-9:
        return np.eye(3) + cross
    sine, versine = np.sin(angle) / angle, (1 - np.cos(angle)) / angle**2
    return np.asarray(np.eye(3) + sine * cross + versine * (cross @ cross))


def to_vector(matrix: Floats) -> Floats:
    """Return the rotation vector in radians of a rotation below half a turn, (3,)."""
    angle = np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1))
    axis = np.array(
        [matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]]
    )
    return np.asarray(axis / 2 if angle < 1e-9 else axis * angle / (2 * np.sin(angle)))


def of_head(yaw: float, pitch: float, roll: float) -> Floats:
    """Return the rotation of a head turned by three angles in degrees, 3 x 3."""
    turned = about((0, 1, 0), -yaw) @ about((1, 0, 0), -pitch) @ about((0, 0, 1), roll)
    return np.asarray(turned)


def angles(matrix: Floats) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees of a head's rotation (pitch below 90)."""
    nose = matrix[:, 2]
    yaw = -np.arctan2(nose[0], nose[2])
    pitch = np.arcsin(np.clip(nose[1], -1, 1))
    roll = np.arctan2(matrix[1, 0], matrix[1, 1])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))
