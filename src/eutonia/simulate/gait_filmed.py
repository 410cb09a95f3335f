"""A camera that films a walking figure, and what is lost on the way to landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eutonia.model import Landmarks, Points
from eutonia.simulate.gait import Walk

View = Literal["side", "front", "back"]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where the camera stands and what is lost on the way to landmarks.

    Parameters
    ----------
    view : {'side', 'front', 'back'}
        From the side it sees the person's right flank.
    distance_m : float
    moves : bool
        Whether it goes along with the person (or the person walks on a treadmill).
    noise_px : float
        Spread of each landmark.
    dropped : float
        Share of pictures that were not recorded.
    exchanged : sequence of (float, float)
        Seconds between which the tracker takes one leg for the other.
    mirrored : bool
        The person walks to the left of the picture, so that the left flank is seen.
    """

    view: View = "side"
    distance_m: float = 5.0
    height_m: float = 1.0
    moves: bool = True
    noise_px: float = 0.0
    dropped: float = 0.0
    exchanged: Sequence[tuple[float, float]] = ()
    mirrored: bool = False


_FOCAL_PX, _WIDTH, _HEIGHT = 1500.0, 1280, 1080


def filmed(rng: np.random.Generator, walked: Walk, camera: Camera) -> Landmarks:
    """Return the landmarks that a camera on a tripod would give."""
    points = walked.points.copy()
    if camera.moves:
        points[:, :, 0] -= walked.gait.speed_mps * walked.t_s[:, None] * (
            -1 if walked.gait.backwards else 1
        ) + (walked.gait.speed_mps * walked.gait.seconds if walked.gait.backwards else 0)
    else:
        points[:, :, 0] -= points[:, 23:25, 0].mean()
    ahead, up, right = np.moveaxis(points, 2, 0)
    if camera.view == "side":
        x, depth = (-ahead, right) if camera.mirrored else (ahead, -right)
    elif camera.view == "front":
        x, depth = -right, -ahead
    else:
        x, depth = right, ahead
    depth = np.maximum(depth + camera.distance_m, 0.5)
    xyz = np.stack(
        [
            _WIDTH / 2 + _FOCAL_PX * x / depth,
            _HEIGHT / 2 - _FOCAL_PX * (up - camera.height_m) / depth,
            _FOCAL_PX * (depth - depth[:, 23:25].mean(axis=1, keepdims=True)) / camera.distance_m,
        ],
        axis=2,
    )
    xyz += camera.noise_px * rng.standard_normal(xyz.shape)
    for start, stop in camera.exchanged:
        rows = (walked.t_s >= start) & (walked.t_s < stop)
        legs = np.arange(25, 33)
        xyz[np.ix_(rows, legs)] = xyz[np.ix_(rows, legs + np.resize([1, -1], 8))]
    kept = rng.random(len(xyz)) >= camera.dropped
    kept[[0, -1]] = True
    body = Points(
        xyz=xyz[kept].astype(np.float32),
        score=np.ones(int(kept.sum()), dtype=np.float32),
        visible=np.full((int(kept.sum()), 33), 0.99, dtype=np.float32),
    )
    return Landmarks(t_s=walked.t_s[kept], width=_WIDTH, height=_HEIGHT, parts={"body": body})
