"""Consent: not known is no, the latest holds, and a child is asked too."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.formats import consent
from eutonia.formats.consent import allows, keep_until
from eutonia.model import Consent, History, InvalidRecord, VisitState

ALONE = VisitState(bystanders=False)
TODAY = "2026-06-01"


def history(*consents, guardian=False, retention=""):
    """Return a history with consents to research as (given, date, withdrawn)."""
    found = tuple(
        Consent(use="research", given=g, date=d, withdrawn=w, by="person") for g, d, w in consents
    )
    return History(consents=found, guardian=guardian, retention=retention)


def may(record, state=ALONE, use="research", age=40.0):
    """Return the answer of today."""
    return allows(record, state, use, age_years=age, on=TODAY)


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ([], False),
        ([(True, "2026-01-01", "")], True),
        ([(False, "2026-01-01", "")], False),
        ([(True, "2026-01-01", "2026-02-01")], False),
        ([(True, "2026-01-01", "2026-06-01")], False),
        ([(True, "2026-01-01", "2026-07-01")], True),  # withdrawn later than the use
        ([(True, "2026-07-01", "")], False),  # given later than the use
        ([(True, "2025-01-01", "2025-02-01"), (True, "2026-01-01", "")], True),
        ([(True, "2026-01-01", ""), (True, "2025-01-01", "2025-02-01")], True),
        ([(True, "2026-01-01", ""), (False, "2026-03-01", "")], False),
        ([(False, "2026-03-01", ""), (True, "2026-03-01", "")], True),
        ([(True, "", "")], True),
        ([(True, "2026-01-01", ""), (False, "", "")], False),  # cannot be put in order
        ([(False, "2026", ""), (True, "2026-03-01", "")], False),  # same
        ([(False, "2025", ""), (True, "2026-03-01", "")], True),
        ([(True, "2026-01-01", "said so")], False),
    ],
)
def test_the_latest_consent_holds(consents, expected):
    """Each course of giving and withdrawing gives the answer that the rule says by hand."""
    allowed, why = may(history(*consents))
    assert allowed is expected
    assert why.endswith(".")


def test_consent_to_one_use_is_none_to_another():
    """Care is not teaching, teaching is not research."""
    assert not may(history((True, "2026-01-01", "")), use="teaching")[0]
    assert not may(history((True, "2026-01-01", "")), use="care")[0]


def test_the_visit_can_forbid_and_stands_in_where_the_history_is_silent():
    """What was asked at intake holds for this visit, and never undoes a withdrawal."""
    care_only = VisitState(bystanders=False, consent=("care",))
    both = VisitState(bystanders=False, consent=("care", "research"))
    assert not may(history((True, "2026-01-01", "")), care_only)[0]
    assert may(history(), both)[0]
    assert not may(history((True, "2025-01-01", "2025-02-01")), both)[0]


@pytest.mark.parametrize(
    ("by", "assent", "asked", "expected"),
    [
        ("person", True, None, False),
        ("unknown", True, None, False),
        ("guardian", None, None, False),
        ("guardian", False, None, False),
        ("guardian", True, None, True),
        ("guardian", None, True, True),
        ("guardian", True, False, False),
    ],
)
def test_a_child_needs_the_guardian_and_agrees_too(by, assent, asked, expected):
    """Below 18 only a guardian's consent with the child's own yes is enough."""
    one = Consent(use="research", given=True, date="2026-01-01", by=by, assent=assent)
    record = History(consents=(one,))
    state = VisitState(bystanders=False, assent=asked)
    assert may(record, state, age=12.0)[0] is expected
    assert may(record, state, age=17.99)[0] is expected


def test_an_unknown_age_is_no_answer():
    """Where neither age nor guardian is known, nobody knows who has to consent."""
    one = Consent(use="research", given=True, date="2026-01-01", by="person")
    allowed, why = may(History(consents=(one,)), age=None)
    assert not allowed
    assert "age" in why
    assert may(History(consents=(one,), guardian=False), age=None)[0]
    assert not may(History(consents=(one,), guardian=True), age=None)[0]
    assert not may(History(consents=(one,), guardian=True), age=50.0)[0]


@pytest.mark.parametrize("bystanders", [True, None])
def test_others_in_the_recordings_forbid_all_but_care(bystanders):
    """Somebody else who is seen or heard, or may be, was not asked."""
    state = VisitState(bystanders=bystanders, consent=("care", "teaching", "research"))
    assert not may(History(), state)[0]
    assert not may(History(), state, use="teaching")[0]
    assert may(History(), state, use="care")[0]


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("10 years", date(2036, 1, 1)),
        ("10 years, or until withdrawn", date(2036, 1, 1)),
        ("6 months", date(2026, 7, 3)),
        ("until 2031-02-28", date(2031, 2, 28)),
        ("until 2031-02", date(2031, 2, 28)),
        ("until 2031", date(2031, 12, 31)),
        ("as long as useful", None),
        ("", None),
    ],
)
def test_how_long_is_read_from_the_answer(words, until):
    """Periods run from the consent; an end that is named holds; other words are no date."""
    found, why = keep_until(history((True, "2026-01-01", ""), retention=words), ALONE)
    assert found == until
    assert why.endswith(".")


def test_after_its_time_the_record_is_used_no_more():
    """Past the end of keeping every use is refused, with what to do."""
    record = history((True, "2020-01-01", ""), retention="5 years")
    allowed, why = may(record)
    assert not allowed
    assert "erase" in why
    assert allows(record, ALONE, "research", age_years=40, on="2024-12-31")[0]


def test_withdrawing_marks_what_holds_and_keeps_what_was():
    """The consent stays in the record with its day of withdrawal; other uses are untouched."""
    record = History(
        consents=(
            Consent(use="research", given=True, date="2026-01-01", by="person"),
            Consent(use="care", given=True, date="2026-01-01", by="person"),
        )
    )
    new = consent.withdrawn(record, "research", on=TODAY)
    assert new.consents[0].withdrawn == TODAY
    assert new.consents[1] == record.consents[1]
    assert not may(new)[0]
    again = consent.given(new, Consent(use="research", given=True, date="2026-06-02", by="person"))
    assert len(again.consents) == 3
    assert allows(again, ALONE, "research", age_years=40, on="2026-06-03")[0]


def test_withdrawing_what_was_never_given_is_kept_too():
    """A no is an answer that has to last."""
    new = consent.withdrawn(History(), "teaching", on=TODAY)
    both = VisitState(bystanders=False, consent=("teaching",))
    assert not allows(new, both, "teaching", age_years=40, on=TODAY)[0]


@pytest.mark.parametrize("use", ["", "Research", "sale"])
def test_an_unknown_use_is_a_mistake(use):
    """What is no use is named, with those that there are."""
    with pytest.raises(InvalidRecord, match="care, teaching, research"):
        allows(History(), ALONE, use)


texts = st.one_of(st.just(""), st.dates().map(str), st.sampled_from(["2019", "2019-05"]), st.text())


@given(
    st.lists(
        st.builds(
            Consent,
            use=st.sampled_from(consent.USES),
            given=st.booleans(),
            date=texts,
            withdrawn=texts,
            by=st.sampled_from(["person", "guardian", "unknown"]),
            assent=st.sampled_from([True, False, None]),
        ),
        max_size=4,
    ),
    st.one_of(texts, st.sampled_from(["10 years", "999 years", "until 2031-13", "until 9999"])),
    st.one_of(st.none(), st.floats(0, 110)),
)
def test_whatever_is_recorded_gets_a_sentence_and_no_yes_without_a_yes(consents, keep, age):
    """No record crashes it, and without any consent given in it the answer is no."""
    record = History(consents=tuple(consents), retention=keep, guardian=False)
    for use in consent.USES:
        allowed, why = allows(record, ALONE, use, age_years=age)
        assert why.strip()
        if allowed:
            assert any(c.given and c.use == use for c in consents)
