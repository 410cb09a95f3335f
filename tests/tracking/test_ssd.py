"""Detectors: their grids fit the models, and overlapping boxes are merged as published."""

import numpy as np
import pytest

from eutonia.tracking.runtime import Model
from eutonia.tracking.ssd import GRIDS, _merged, _overlap


def _box(x, y, width, height):
    return np.array([[x, y], [width, height]], dtype=np.float32)


@pytest.mark.parametrize("name", GRIDS)
def test_each_anchor_has_its_row(name, video_models):
    """The grid has as many anchors as the model has rows, and the input its size."""
    from eutonia.tracking import models

    grid = GRIDS[name]
    model = Model(models.path(name))
    raw, logits = model(np.zeros(model.shape, dtype=np.float32))
    assert model.shape == (1, grid.n, grid.n, 3)
    assert len(grid.anchors()) == raw.shape[1] == logits.shape[1]


def test_anchors_by_hand():
    """The near face detector's 896 anchors: 16 x 16 cells of two, then 8 x 8 cells of six."""
    anchors = GRIDS["face_detection"].anchors()
    assert anchors.shape == (16 * 16 * 2 + 8 * 8 * 6, 2)
    np.testing.assert_array_equal(anchors[[0, 1, 2, 32, 512, 518]].tolist(), [
        [4, 4], [4, 4], [12, 4], [4, 12], [8, 8], [24, 8],
    ])  # fmt: skip


def test_overlap_by_hand():
    """Two squares of 4 that share a half have 8 of 24 in common; apart they share nothing."""
    many = np.stack([_box(0, 0, 4, 4), _box(2, 0, 4, 4), _box(9, 0, 4, 4)])
    np.testing.assert_allclose(_overlap(many[0], many), [1, 1 / 3, 0], atol=1e-6)


def test_one_object_is_the_mean_of_its_boxes_by_score():
    """Boxes on one object give their mean weighted by score and the best score; others stay."""
    values = np.stack([_box(0, 0, 4, 4), _box(1, 0, 4, 4), _box(50, 0, 4, 4)])
    merged = _merged(values, np.array([0.6, 0.9, 0.7], dtype=np.float32))
    assert [round(score, 6) for _, score in merged] == [0.9, 0.7]
    np.testing.assert_allclose(merged[0][0][0], [0.9 / 1.5, 0], atol=1e-6)
    np.testing.assert_allclose(merged[1][0][0], [50, 0], atol=1e-6)


def test_empty_boxes_end():
    """Boxes without area are given one by one instead of looping for ever."""
    values = np.stack([_box(0, 0, 0, 0)] * 3)
    assert len(_merged(values, np.array([0.9, 0.8, 0.7], dtype=np.float32))) == 3
