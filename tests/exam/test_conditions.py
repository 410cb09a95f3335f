"""The language of conditions, partial dates, and the recognition of drugs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.exam.conditions import in_words, met, rule
from eutonia.exam.dates import first_day, last_day, surely_older
from eutonia.exam.drugs import is_pump, is_stimulator, kind_of, kinds

FACTS = {"fever": True, "dsap": 3.0, "headache": True}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("fever", ["fever"]),
        ("choking", None),
        ("always", []),
        ("never", None),
        ({"any": ["choking", "fever", "headache"]}, ["fever", "headache"]),
        ({"any": ["choking", "stridor"]}, None),
        ({"all": ["fever", "headache"]}, ["fever", "headache"]),
        ({"all": ["fever", "choking"]}, None),
        ({"not": "choking"}, []),
        ({"not": "fever"}, None),
        ({"any": [{"not": "choking"}]}, []),
        ({"fact": "dsap", "at_least": 3}, ["dsap"]),
        ({"fact": "dsap", "over": 3}, None),
        ({"fact": "dsap", "below": 4}, ["dsap"]),
        ({"fact": "age", "below": 4}, None),
        ({"fact": "age", "at_least": -1}, None),
        ({"fact": "fever", "at_least": 0}, None),  # a yes is no number
        ("airway", None),
        ({"all": [{"any": ["fever", "choking"]}, {"fact": "dsap", "over": 2}]}, ["fever", "dsap"]),
    ],
)
def test_each_form_of_a_condition(condition, names):
    """Each form is true exactly when it should be, and says which facts made it true."""
    assert met(rule(condition), FACTS) == names


def test_facts_in_words_come_once_with_their_number():
    """Facts are said once each, with the number where they have one."""
    assert in_words(["dsap", "fever", "dsap"], FACTS) == ("DSAP level 3", "fever")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-05-03", date(2019, 5, 3), date(2019, 5, 3)),
        ("2019-05-03T10:15", date(2019, 5, 3), date(2019, 5, 3)),
        ("2019-02-30", None, None),
        ("19-02-03", None, None),
        ("", None, None),
        ("spring", None, None),
        ("٢٠١٩", None, None),
        ("0000", None, None),
    ],
)
def test_partial_dates(text, first, last):
    """A partial date is the span of days that it can mean; what is no date is none."""
    assert (first_day(text), last_day(text)) == (first, last)


@given(st.text(max_size=14))
def test_no_text_breaks_a_date(text):
    """Any text is a date or none, and the first day never comes after the last."""
    first, last = first_day(text), last_day(text)
    assert (first is None) == (last is None)
    assert first is None or first <= last


def test_surely_older_needs_both_days():
    """A span counts as older only if its last day is, and an unknown day never is."""
    assert surely_older("2019", "2020-03-01", days=30)
    assert not surely_older("2020", "2020-03-01", days=30)
    assert not surely_older("", "2020-03-01", days=30)
    assert not surely_older("2019", "", days=30)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("metoclopramide", "dopamine_blocker"),
        ("Prochlorperazine", "dopamine_blocker"),
        ("HALDOL", "dopamine_blocker"),
        ("haloperidol drops", "dopamine_blocker"),
        ("quetiapine (at night)", "dopamine_blocker"),
        ("tetrabenazine", "vmat2"),
        ("trihexyphenidyl", "anticholinergic"),
        ("Clonazepam", "benzodiazepine"),
        ("Lioresal", "baclofen"),
        ("L-Dopa", "levodopa"),
        ("levodopa/benserazide", "levodopa"),
        ("manganese", "toxin"),
        ("aspirin", ""),
        ("", ""),
    ],
)
def test_typed_names_are_recognised(name, kind):
    """A drug is recognised by INN, brand or synonym, in any spelling, with words around it."""
    assert kind_of(name) == kind


def test_several_kinds_and_devices():
    """Several names give their kinds; pumps and stimulators are told from tablets."""
    assert kinds(["Haldol", "aspirin", "valium"]) == {"dopamine_blocker", "benzodiazepine"}
    assert is_pump("intrathecal baclofen")
    assert not is_pump("baclofen")
    assert is_stimulator("DBS (GPi)")
    assert is_stimulator("deep brain stimulation")
    assert not is_stimulator("tDCS")
