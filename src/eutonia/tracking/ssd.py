"""The four detectors: a grid of anchors, each of which may report a box and key points.

Grids, scales and thresholds are those that the maker publishes with the models (the graph files
``face_detection``, ``palm_detection`` and ``pose_detection`` of MediaPipe).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from eutonia.tracking import models
from eutonia.tracking.crops import Box, Cropper, Picture, whole
from eutonia.tracking.runtime import Floats32, Model

#: Boxes that share more than this (intersection over union) are one object.
SAME_OBJECT = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Detection:
    """One object that a detector saw.

    Parameters
    ----------
    x, y : float
        Centre of its box, in pixels of the picture.
    width, height : float
        Edges of its box, in pixels, along `angle`.
    angle : float
        Radians by which the detector's view was turned (clockwise).
    points : ndarray of float32, shape (n_key_points, 2)
        Pixels of the picture.
    score : float
        0 to 1.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float
    points: Floats32
    score: float


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How a detector's outputs lie on the picture.

    Parameters
    ----------
    n : int
        Pixels of its square input.
    strides : tuple of int
        Pixels between two cells of each layer.
    per_layer : int
        Anchors per cell and layer.
    low : float
        What black is in its input.
    least : float
        Least score of a detection.
    mean : bool
        Whether large pictures are made smaller by means (`Cropper`).
    """

    n: int
    strides: tuple[int, ...]
    per_layer: int = 2
    low: float = -1.0
    least: float = 0.5
    mean: bool = True

    def anchors(self) -> Floats32:
        """Return the centres of all anchors in pixels of the input, ``(n_anchors, 2)``.

        Layers of the same stride are one grid with all their anchors cell by cell.
        """
        parts = []
        for stride, layers in Counter(self.strides).items():
            axis = (np.arange(self.n // stride, dtype=np.float32) + 0.5) * stride
            y, x = np.meshgrid(axis, axis, indexing="ij")
            cells = np.stack([x.ravel(), y.ravel()], axis=1)
            parts.append(np.repeat(cells, layers * self.per_layer, axis=0))
        return np.concatenate(parts)


#: By the model's id in ``knowledge/video_models``.
GRIDS = {
    "face_detection": Grid(n=128, strides=(8, 16, 16, 16)),
    "face_detection_far": Grid(n=192, strides=(4,), per_layer=1, least=0.6),
    # With means, none of the 39 small hands was found that the maker's graph finds in real walks.
    "palm_detection": Grid(n=192, strides=(8, 16, 16, 16), low=0.0, mean=False),
    "body_detection": Grid(n=224, strides=(8, 16, 32, 32, 32)),
}


class Detector:
    """One of the detectors in `GRIDS`.

    Parameters
    ----------
    name : str
        Its id in ``knowledge/video_models``.
    least : float, optional
        Least score of a detection; the maker's by default.
    """

    def __init__(self, name: str, *, least: float | None = None) -> None:
        grid = GRIDS[name]
        least = grid.least if least is None else least
        self._model = Model(models.path(name))
        self._crop = Cropper(grid.n, low=grid.low, mean=grid.mean)
        self._anchors = grid.anchors()
        self._least_logit = float(np.log(least / (1 - least)))

    def __call__(self, picture: Picture, view: Box | None = None) -> list[Detection]:
        """Return what it sees, the surest first.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3)
            BGR, upright.
        view : Box, optional
            The square to look at, turned for people who lie or hang; the whole picture by default.
        """
        box = view or whole(picture)
        raw, logits = self._model(self._crop(picture, box))
        keep = np.flatnonzero(logits[0, :, 0] >= self._least_logit)
        if not keep.size:
            return []
        score = 1 / (1 + np.exp(-logits[0, keep, 0]))
        values = raw[0, keep].reshape(len(keep), -1, 2)
        values[:, 0] += self._anchors[keep]
        values[:, 2:] += self._anchors[keep, None]
        found = []
        for mean, best in _merged(values, score):
            middle, edges = mean[0], mean[1] * (box.size / self._crop.n)
            x, y = box.out(middle, n=self._crop.n).tolist()
            width, height = edges.tolist()
            points = box.out(mean[2:], n=self._crop.n)
            found.append(
                Detection(
                    x=x, y=y, width=width, height=height, angle=box.angle, points=points, score=best
                )
            )
        return found


def _merged(values: Floats32, score: Floats32) -> list[tuple[Floats32, float]]:
    """Return the mean of each group of overlapping boxes, weighted by score, and its best score.

    Parameters
    ----------
    values : ndarray, shape (n, 2 + n_key_points, 2)
        Centre, edges and key points of each box.
    score : ndarray, shape (n,)
    """
    order = np.argsort(-score, kind="stable")
    values, score = values[order], score[order]
    merged = []
    while len(score):
        same = _overlap(values[0], values) > SAME_OBJECT
        same[0] = True  # also where the box is empty, so that the loop ends
        weight = score[same, None, None]
        merged.append(((weight * values[same]).sum(axis=0) / weight.sum(), float(score[0])))
        values, score = values[~same], score[~same]
    return merged


def _overlap(one: Floats32, many: Floats32) -> Floats32:
    """Return intersection over union of a box and each of many, ``(n,)``."""
    low = np.maximum(one[0] - one[1] / 2, many[:, 0] - many[:, 1] / 2)
    high = np.minimum(one[0] + one[1] / 2, many[:, 0] + many[:, 1] / 2)
    common = np.clip(high - low, 0, None).prod(axis=1)
    union = one[1].prod() + many[:, 1].prod(axis=1) - common
    share: Floats32 = common / np.maximum(union, 1e-9)
    return share
