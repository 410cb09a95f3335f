"""Weighted kappa of items: what it says, and when it says nothing."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from eutonia.exam.item_agreement import item_agreement
from eutonia.model import Examination, Score

RATED = np.array([[4, 3], [2, 2], [3, 4], [0, 1], [1, 1], [2, 2], [4, 4]])


def _visits(ratings, item="severity", scale="JRS"):
    return [
        (
            f"sub-{i:02}",
            tuple(
                Examination(rater=r, scores=(Score(scale=scale, items=((item, float(v)),)),))
                for r, v in zip("AB", row, strict=True)
            ),
        )
        for i, row in enumerate(ratings)
    ]


def test_kappa_is_that_of_an_independent_tool():
    """The value is scikit-learn's quadratic kappa over all steps of the item."""
    (found,) = item_agreement(_visits(RATED))
    expected = cohen_kappa_score(*RATED.T, weights="quadratic", labels=range(5))
    assert found.kappa.value == pytest.approx(expected)
    assert (found.raters, found.kappa.n) == (("A", "B"), 7)
    assert "weighted kappa (quadratic)" in found.words
    assert "JRS" in found.words


def test_too_few_or_equal_ratings_give_a_sentence():
    """Four visits, or the same rating for everybody, give no number but the reason."""
    (few,) = item_agreement(_visits(RATED[:4]))
    assert few.kappa is None
    assert "only 4 rated by both" in few.words
    (same,) = item_agreement(_visits(np.full((6, 2), 2)))
    assert same.kappa is None
    assert "undefined" in same.words


def test_a_visit_that_one_rater_left_out_does_not_count():
    """Nothing is filled in, and questionnaires are left out."""
    alone = [("sub-99", (Examination(rater="A", scores=_visits(RATED)[0][1][0].scores),))]
    (found,) = item_agreement([*_visits(RATED), *alone])
    assert found.kappa.n == len(RATED)
    assert item_agreement(_visits(RATED % 4, item="item_1", scale="PHQ9")) == ()
