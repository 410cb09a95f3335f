"""Leaving out outputs of a model changes no number of the others."""

import numpy as np

from eutonia.tracking import models
from eutonia.tracking.runtime import Model


def test_what_is_left_of_a_model_computes_the_same(video_models):
    """The body's model without its mask gives bit for bit the points, score, map and metres."""
    path = models.path("body_landmarks")
    picture = np.random.default_rng(0).random((1, 256, 256, 3), dtype=np.float32)
    full, part = Model(path)(picture), Model(path, outputs=(4, 0, 1, 3))(picture)
    for i, there in zip((4, 0, 1, 3), part, strict=True):
        np.testing.assert_array_equal(there, full[i])
