"""A hand that was only glimpsed is no hand of the film; one that was filmed stays."""

import numpy as np
import pytest

from eutonia.model import Landmarks, Points
from eutonia.tracking.fleeting import without_fleeting

RATE = 30.0


def _film(n, seen):
    """Return a film of a left hand, and of a right one in some of its pictures."""
    xyz = np.zeros((n, 21, 3), dtype=np.float32)
    other = np.full_like(xyz, np.nan)
    other[seen] = 0.0
    parts = {
        name: Points(xyz=x, score=np.isfinite(x[:, 0, 0]).astype(np.float32), world=x)
        for name, x in (("left_hand", xyz), ("right_hand", other))
    }
    return Landmarks(t_s=np.arange(n) / RATE, width=640, height=480, parts=parts)


@pytest.mark.parametrize(
    ("n", "seen", "stays"),
    [
        (1800, slice(290, 293), False),  # a tenth of a second of a minute
        (1800, slice(290, 350), True),  # two seconds of it
        (60, slice(0, 15), True),  # half a second of two
    ],
)
def test_a_hand_seen_for_under_a_second_of_a_long_film_was_not_filmed(n, seen, stays):
    """Three pictures of a right hand in a minute are none; the left hand keeps all of its own."""
    found = without_fleeting(_film(n, seen))
    right = found.parts["right_hand"]
    assert right.seen.any() == stays
    assert np.isfinite(right.world).any() == stays
    assert found.parts["left_hand"].seen.all()


def test_a_hand_that_is_looked_for_now_and_then_counts_with_its_pauses():
    """Four looks a second that all see a hand for two seconds of thirty are a hand."""
    film = _film(900, slice(300, 360, 8))
    assert without_fleeting(film) is film


@pytest.mark.parametrize(("score", "beside", "stays"), [(0.7, 0, 0), (0.7, 3, 4), (0.95, 0, 1)])
def test_an_unsure_hand_of_a_single_look_is_none(score, beside, stays):
    """Beside a hand that is there, looks of score 0.7 count if others are beside them."""
    film = _film(900, np.r_[100, 100 + 8 * np.arange(1, beside + 1), 300:400].astype(int))
    right = film.parts["right_hand"]
    right.score[:200] *= score
    kept = without_fleeting(film).parts["right_hand"].seen
    assert kept[:200].sum() == stays
    assert kept[300:400].all()
