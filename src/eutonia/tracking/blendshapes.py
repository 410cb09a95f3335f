"""52 expressions of the face from its landmarks."""

from __future__ import annotations

import numpy as np

from eutonia.tracking import models
from eutonia.tracking.runtime import Floats32, Model

#: The 146 of the 478 landmarks that the model reads, as the maker's graph lists them
#: (``face_blendshapes_graph.cc`` of MediaPipe, Apache-2.0).
# fmt: off
READ = np.array([
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65,
    66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136,
    144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172,
    173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283,
    284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324,
    332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385,
    386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472,
    473, 474, 475, 476, 477,
])
# fmt: on


class Blendshapes:
    """The model of expressions; names in order stand in ``knowledge/blendshapes``.

    Raises
    ------
    MissingModel
        If the model file is missing or is another one.
    """

    def __init__(self) -> None:
        self._model = Model(models.path("face_blendshapes"))

    def __call__(self, xyz: Floats32) -> Floats32:
        """Return 52 activations, 0 to 1, from landmarks in pixels, ``(478, 3)``."""
        (shapes,) = self._model(np.ascontiguousarray(xyz[None, READ, :2]))
        return shapes
