"""Agreement of raters over a data set: who counts, what it says, and when it says nothing."""

import numpy as np
import pytest

from eutonia.exam.agreement import agreement, in_words
from eutonia.model import Examination, Score
from eutonia.stats.agreement import icc

RATINGS = np.array([[5, 6], [2, 2], [7, 8], [3, 5], [1, 1], [6, 6]], dtype=float)


def _seen(rater, value, scale="JRS"):
    return Examination(rater=rater, scores=(Score(scale=scale, totals=(("total", float(value)),)),))


def _visits(ratings, raters="AB", scale="JRS"):
    return [
        (
            f"sub-{i:02}",
            tuple(_seen(r, v, scale) for r, v in zip(raters, row, strict=True) if not np.isnan(v)),
        )
        for i, row in enumerate(ratings)
    ]


def test_the_numbers_are_those_of_the_ratings():
    """ICC(2,1) is that of the table of ratings; the error is √(MS between raters and error)."""
    (found,) = agreement(_visits(RATINGS))
    assert found.icc == icc(RATINGS)
    assert (found.raters, found.n_people) == (("A", "B"), 6)
    assert found.mdc == pytest.approx(1.96 * np.sqrt(2) * found.sem)
    # By hand: differences 1, 0, 1, 2, 0, 0, so error 1/3, raters (4/3 − 1/3) / 6: together 1/2.
    assert found.sem == pytest.approx(np.sqrt(1 / 2))
    assert in_words(found).startswith(f"JRS (version 1): ICC(2,1) {found.icc.value:.2f}")


def test_too_few_visits_give_a_sentence():
    """Four visits are fewer than five: no number, but why."""
    (found,) = agreement(_visits(RATINGS[:4]))
    assert found.icc is None
    assert "only 4 visits were rated by the same raters; at least 5" in in_words(found)


def test_a_missing_rating_drops_the_visit_and_is_never_filled_in():
    """A visit without one rater's total does not count."""
    gaps = np.vstack([RATINGS, [4, np.nan]])
    (found,) = agreement(_visits(gaps))
    assert found.icc == icc(RATINGS)


def test_the_group_with_the_most_ratings_is_taken():
    """Where the third rater saw two visits only, the other two are compared."""
    three = np.column_stack([RATINGS, [5, 2, np.nan, np.nan, np.nan, np.nan]])
    (found,) = agreement(_visits(three, raters="ABC"))
    assert found.raters == ("A", "B")
    whole = np.column_stack([RATINGS, RATINGS[:, 0]])
    assert agreement(_visits(whole, raters="ABC"))[0].raters == ("A", "B", "C")


def test_questionnaires_and_single_raters_do_not_count():
    """The person is the rater of a questionnaire, and one rater agrees with nobody."""
    assert agreement(_visits(RATINGS, scale="PHQ9")) == ()
    assert agreement([(p, e[:1]) for p, e in _visits(RATINGS)]) == ()


def test_equal_ratings_are_said_not_to_define_agreement():
    """Where nothing differs at all there is no correlation, and the line says so."""
    (found,) = agreement(_visits(np.full((6, 2), 3.0)))
    assert "agreement is not defined" in in_words(found)


def test_people_who_come_again_are_mentioned():
    """Visits of the same person are not independent: the line says so."""
    visits = [("sub-01", e) for _, e in _visits(RATINGS)]
    assert "more than once" in in_words(agreement(visits)[0])
    assert "more than once" not in in_words(agreement(_visits(RATINGS))[0])
