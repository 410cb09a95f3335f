"""Leaving out what changes nothing leaves a model's numbers as they were."""

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


def test_channels_that_never_change_are_left_out_without_a_trace(video_models):
    """The hand's points stay to 0.001 pixels without the channels that are always the same."""
    path = models.path("hand_landmarks")
    full, part = Model(path), Model(path, outputs=(0, 1, 2, 3))
    random = np.random.default_rng(0)
    smooth = random.random((1, 14, 14, 3), dtype=np.float32).repeat(16, axis=1).repeat(16, axis=2)
    near = (1e-3, 1e-6, 1e-5, 1e-5)
    for picture in (smooth, random.random((1, 224, 224, 3), dtype=np.float32), 0 * smooth):
        for there, whole, most in zip(part(picture), full(picture), near, strict=True):
            np.testing.assert_allclose(there, whole, rtol=0, atol=most)
    assert 1152 in _widths(full)
    assert max(_widths(part)) < 1152


def _widths(model: Model) -> set[int]:
    """Return how many channels the model's maps of 7 x 7 pixels have."""
    shapes = [tuple(one["shape"]) for one in model._interpreter.get_tensor_details()]
    return {shape[3] for shape in shapes if shape[1:3] == (7, 7)}
