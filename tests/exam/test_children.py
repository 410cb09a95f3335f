"""The record of a child: growth, assent, guardian and school."""

import pytest

from eutonia.exam.children import child, is_child
from eutonia.model import Consent, Growth, History
from eutonia.model.record import Person, VisitState

CHILD = Person(id="sub-01", age_years=9)


@pytest.mark.parametrize(
    ("age", "guardian", "there"),
    [(17.9, None, True), (18, True, False), (None, True, True), (None, None, False)],
)
def test_who_is_a_child(age, guardian, there):
    """Under 18 is a child; of unknown age, one for whom a guardian speaks."""
    person, history = Person(id="sub-01", age_years=age), History(guardian=guardian)
    assert is_child(person, history) is there
    assert (child(person, VisitState(), history) is not None) is there


def test_growth_is_a_course_in_order_of_age_without_a_reference():
    """Entered values come by age, whatever their order, and no reference is claimed."""
    growth = (Growth(age_years=8, height_cm=130), Growth(age_years=6, height_cm=118))
    found = child(CHILD, VisitState(), History(growth=growth))
    assert found.words == (
        "Height: 118 cm at 6 years, 130 cm at 8 years; no reference is shipped.",
    )
    assert {"weight", "head"} <= set(found.missing)


def test_a_fall_is_pointed_out():
    """A last value below the one before is pointed out, an equal one is not."""
    falling = (Growth(age_years=6, weight_kg=20), Growth(age_years=7, weight_kg=19))
    even = (Growth(age_years=6, weight_kg=20), Growth(age_years=7, weight_kg=20))
    assert "smaller" in child(CHILD, VisitState(), History(growth=falling)).words[0]
    assert "smaller" not in child(CHILD, VisitState(), History(growth=even)).words[0]


def test_one_no_of_the_child_outweighs_the_yes():
    """A child who did not agree is said to have refused; what is unknown is missing."""
    yes, no = (
        Consent(use="care", given=True, assent=True),
        Consent(use="research", given=True, assent=False),
    )
    refused = child(CHILD, VisitState(), History(consents=(yes, no)))
    assert "The child did not agree: do not record." in refused.words
    agreed = child(CHILD, VisitState(), History(consents=(yes,)))
    assert "The child agreed." in agreed.words
    assert "the child's own assent" in child(CHILD, VisitState(), History()).missing
    today = child(CHILD, VisitState(assent=False), History(consents=(yes,)))
    assert "The child did not agree: do not record." in today.words


def test_guardian_and_school_are_asked_for():
    """A guardian's consent that is given and not withdrawn, and school, are no longer missing."""
    bare = child(CHILD, VisitState(), History())
    assert {"the guardian's consent", "school"} <= set(bare.missing)
    consents = (Consent(use="care", given=True, by="guardian"),)
    full = child(CHILD, VisitState(), History(consents=consents, school="third year"))
    assert not {"the guardian's consent", "school"} & set(full.missing)
    withdrawn = (Consent(use="care", given=True, by="guardian", withdrawn="2026-01-01"),)
    again = child(CHILD, VisitState(), History(consents=withdrawn))
    assert "the guardian's consent" in again.missing
