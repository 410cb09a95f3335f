"""Hints about the pattern in time: the rule, enough data, and what a hint never does."""

from datetime import datetime, timedelta
from math import cos, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.temporal import hints
from eutonia.model import DiaryEntry, Examination, RegionSeen

START = datetime(2026, 3, 2)


def _entry(day, hour, severity, *tasks):
    time = (START + timedelta(days=day, hours=hour)).isoformat(timespec="minutes")
    return DiaryEntry(time=time, ratings=(("severity", float(severity)),), tasks=tasks)


def _hint(pattern, diary, **kwargs):
    return next(h for h in hints(diary, **kwargs) if h.pattern == pattern)


def _tasks(*spec):
    """Return entries one a day: severity and task."""
    return [_entry(i, 10, severity, *tasks) for i, (severity, *tasks) in enumerate(spec)]


REST = [(0, "rest")] * 5


@pytest.mark.parametrize(
    ("diary", "given_"),
    [
        ([*REST, *[(4, "writing")] * 5], True),
        ([*REST, *[(4, "writing")] * 3, *[(2, "typing")] * 3], True),
        ([*REST, *[(4, "writing")] * 3, (2, "typing"), (1, "piano")], False),
        ([*REST, *[(4, "writing")] * 5, (1, "rest")], False),
        ([*REST, *[(4, "writing")] * 5, (1,)], False),
        ([*REST, *[(0, "writing")] * 5], False),
        ([*REST, *[(4, "writing")] * 4], None),
        ([*REST[1:], *[(4, "writing")] * 5], None),
        ([], None),
    ],
)
def test_action_specific(diary, given_):
    """Nothing at rest and something with one or two named tasks hints, given enough entries."""
    found = _hint("action_specific", _tasks(*diary))
    assert found.given is given_
    assert bool(found.missing) == (given_ is None)


def test_an_examination_hints_too():
    """Every affected region absent at rest and present in one task hints without a diary."""

    def examined(at_rest, *tasks):
        region = RegionSeen(region="UR", at_rest=at_rest, tasks=tasks)
        return _hint(
            "action_specific", [], examinations=[Examination(rater="A", regions=(region,))]
        )

    assert examined(False, "writing").given is True
    assert examined(True, "writing").given is None
    assert examined(None, "writing").given is None
    assert examined(False).given is None
    assert examined(False, "writing", "piano", "typing").given is None


def _daily(trough_h, *, amplitude=3.0, days=14, hours=(7, 11, 15, 19)):
    """Return a diary that follows a curve with its trough at an hour, and a known ripple."""
    return [
        _entry(
            d, h, 5 - amplitude * cos(2 * pi * (h - trough_h) / 24) + 0.1 * ((d * 7 + h) % 3 - 1)
        )
        for d in range(days)
        for h in hours
    ]


@pytest.mark.parametrize(
    ("diary", "mdc", "given_"),
    [
        (_daily(7), 2.0, True),
        (_daily(8.5), 2.0, True),
        (_daily(7), 4.0, False),
        (_daily(13), 2.0, False),
        (_daily(19), 2.0, False),
        (_daily(7, amplitude=0), 2.0, False),
        (_daily(7), None, None),
        (_daily(7, days=13), 2.0, None),
        (_daily(7, hours=(7, 13, 19)), 2.0, None),
    ],
)
def test_diurnal(diary, mdc, given_):
    """Fourteen days of four ratings, a curve above the detectable change, lowest on waking."""
    assert _hint("diurnal", diary, mdc=mdc).given is given_


def test_a_diurnal_hint_says_what_to_ask():
    """The hint asks about dopa-responsive dystonia and shows the curve's numbers."""
    found = _hint("diurnal", _daily(7), mdc=2.0)
    assert found.missing == ("Ask about dopa-responsive dystonia.",)
    assert "amplitude 3" in found.because[0]
    assert "lowest at 0" in found.because[1]


def test_without_a_detectable_change_no_curve_is_large():
    """Where the repeatability of the rating is not known, that is what is missing."""
    assert "minimal detectable change" in _hint("diurnal", _daily(7)).missing[0]


def _spells(*lengths_h, gap_h=0.25):
    """Return spells: a 0 before and after each, the given hours apart, one rating inside."""
    found = []
    for day, length in enumerate(lengths_h):
        found += [_entry(day, 10, 0), _entry(day, 10 + gap_h, 6), _entry(day, 10 + length, 0)]
    return found


@pytest.mark.parametrize(
    ("diary", "given_"),
    [
        (_spells(1, 1, 1, 1, 1), True),
        (_spells(1, 1, 1, 1, 3.9), True),
        (_spells(1, 1, 1, 1, 1, 5), True),
        (_spells(1, 1, 1, 1, 4), None),
        (_spells(1, 1, 1, 5, 5), False),
        (_spells(1, 1, 1, 1), None),
        ([_entry(d, 10, 5) for d in range(20)], False),
        ([_entry(d, 10, 0) for d in range(20)], None),
        ([], None),
    ],
)
def test_paroxysmal(diary, given_):
    """Four of five entries with symptoms in spells shown to be under four hours hint at it."""
    assert _hint("paroxysmal", diary).given is given_


def test_order_and_unreadable_times_do_not_matter():
    """Entries may come in any order, and one without a readable time is left out."""
    diary = _spells(1, 1, 1, 1, 1)
    odd = DiaryEntry(time="last week", ratings=(("severity", 9.0),))
    assert hints([odd, *reversed(diary)]) == hints(diary)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.floats(0, 23.9),
            st.floats(0, 10),
            st.sampled_from(["rest", "writing"]),
        ),
        max_size=100,
    )
)
def test_every_diary_gives_three_hints_or_says_what_lacks(entries):
    """No diary breaks the hints; what is open says why."""
    found = hints([_entry(*e) for e in entries], mdc=1.0)
    assert [h.pattern for h in found] == ["action_specific", "diurnal", "paroxysmal"]
    assert all(h.missing or h.because for h in found if h.given is None)
