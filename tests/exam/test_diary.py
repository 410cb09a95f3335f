"""The diary at a glance, against hand calculation, and any diary at all."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.exam import triggers
from eutonia.exam.diary import summary
from eutonia.model import DiaryEntry
from eutonia.simulate.diary import World, simulate_diary


def _entry(time, severity=None, **others):
    ratings = (("severity", float(severity)),) if severity is not None else ()
    return DiaryEntry(time=time, ratings=ratings, **others)


DIARY = (
    _entry("2026-03-01T08:00", 2),
    _entry("2026-03-01T20:00", 4),
    _entry("2026-03-03T09:00"),  # no rating, but a day with an entry
    _entry("2026-03-04T08:30", 6),
    _entry("2026-03-09T21:00", 8),
)


def test_days_entries_and_ratings_are_counted_by_hand():
    """Four days with an entry, five between them without, and the mean of 2, 4, 6 and 8."""
    found = summary(DIARY)
    assert (found.days, found.missing_days, found.entries) == (4, 5, 5)
    assert (found.first, found.last) == ("2026-03-01", "2026-03-09")
    (severity,) = found.ratings
    assert (severity.name, severity.n, severity.mean) == ("severity", 4, 5.0)
    assert severity.sd == pytest.approx((20 / 3) ** 0.5)
    assert (severity.lo, severity.hi) == (2, 8)


def test_weeks_begin_with_the_first_day():
    """The first week holds 2, 4 and 6, the second holds 8."""
    weeks = summary(DIARY).weeks
    assert [(w.name, w.n, w.mean) for w in weeks] == [
        ("from 2026-03-01", 3, 4.0),
        ("from 2026-03-08", 1, 8.0),
    ]


def test_an_entry_after_midnight_keeps_the_dates_right():
    """A diary that begins at one in the morning begins on the day before."""
    found = summary((_entry("2026-03-02T01:00", 3), _entry("2026-03-02T09:00", 3)))
    assert (found.days, found.first, found.last) == (2, "2026-03-01", "2026-03-02")


def test_best_and_worst_hours_need_five_ratings_each():
    """With five mornings at 2 and five evenings at 6 they are named; with four nothing is."""
    diary = tuple(
        _entry(f"2026-03-{d:02d}T{h:02d}:00", s) for d in range(1, 6) for h, s in ((9, 2), (21, 6))
    )
    rows = dict(summary(diary).rows)
    assert rows["best and worst hours"] == (
        "lowest 08 to 12 h (2.0, n = 5), highest 20 to 24 h (6.0, n = 5)"
    )
    assert "not enough data" in dict(summary(diary[:-1]).rows)["best and worst hours"]


def test_weeks_since_the_injection_are_counted_from_one():
    """Days 0 to 6 are week 1, day 7 begins week 2."""
    diary = tuple(_entry(f"2026-03-{d + 1:02d}T12:00", 5, toxin_day=float(d)) for d in range(8))
    assert [(w.name, w.n) for w in summary(diary).toxin_weeks] == [("week 1", 7), ("week 2", 1)]


def _cycle(days):
    return tuple(
        _entry(f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}T12:00", 5, toxin_day=float(d))
        for i, d in enumerate(days)
    )


def test_a_cycle_noted_only_at_the_trough_cannot_show_a_peak():
    """Notes from weeks 12 on give a reason; a whole cycle, or no toxin at all, gives none."""
    trough = summary(_cycle(range(84, 100))).cycle
    assert trough
    assert "0 days between weeks 4 and 6" in trough.reason
    assert "cannot show a peak" in trough.reason
    peak_only = summary(_cycle(range(28, 43))).cycle
    assert peak_only
    assert "before the effect or after it has begun to fade" in peak_only.reason
    assert summary(_cycle(range(90))).cycle is None
    assert summary(DIARY).cycle is None


def test_what_goes_with_worse_days_is_said_in_words():
    """A strong effect stands among the rows; without any, that none was shown does."""
    world = World(effects={"observed": 1.5})
    strong = dict(triggers.summary(simulate_diary(1, days=40, world=world)[0]).rows)
    assert strong["goes with worse days"].startswith("Being watched was followed by")
    none = dict(triggers.summary(simulate_diary(1, days=40)[0]).rows)
    assert "none was shown" in none["goes with worse days"]
    few = dict(triggers.summary(DIARY).rows)
    assert few["goes with worse days"].startswith("Not enough data yet")


def test_entries_without_a_readable_time_are_counted():
    """An entry whose time cannot be read is left out and said."""
    found = summary((*DIARY, _entry("yesterday", 9)))
    assert (found.unreadable, found.entries) == (1, 5)
    assert "1 entries without a readable time" in dict(found.rows)["days"]
    assert summary((_entry("", 3),)).rows[0] == (
        "days",
        "none; 1 entries without a readable time were left out",
    )


def test_every_rating_that_was_given_is_shown():
    """Also a rating that no table knows stands in the summary."""
    diary = tuple(replace(e, ratings=(*e.ratings, ("itch", 3.0))) for e in DIARY)
    assert [r.name for r in summary(diary).ratings] == ["severity", "itch"]


_TIMES = st.one_of(
    st.datetimes().map(lambda t: t.isoformat(timespec="minutes")),
    st.dates().map(str),
    st.sampled_from(["2026-03-01T08:00", "2026-03-01T08:00", "2026-03-01T23:59", "nonsense", ""]),
)
_NAMES = st.lists(st.text(max_size=5), max_size=3).map(tuple)
_ENTRIES = st.builds(
    DiaryEntry,
    time=_TIMES,
    ratings=st.dictionaries(
        st.sampled_from(["severity", "stress", "sleep_hours", "practice_minutes", "other"]),
        st.floats(allow_nan=True, allow_infinity=True, width=16),
    ).map(lambda d: tuple(d.items())),
    tasks=_NAMES,
    triggers=_NAMES,
    observed=st.none() | st.booleans(),
    medication=st.none() | st.booleans(),
    toxin_day=st.none() | st.floats(-10, 400),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ENTRIES, max_size=25).map(tuple))
def test_no_diary_breaks_it(diary):
    """Any entries at all, in any order, give rows of text and no error."""
    rows = triggers.summary(diary).rows
    assert all(isinstance(word, str) for row in rows for word in row)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 10), st.none() | st.integers(0, 10), st.none() | st.booleans()),
        min_size=80,
        max_size=80,
    ),
    st.none() | st.integers(0, 120),
)
def test_no_full_diary_breaks_it(said, toxin):
    """Full diaries of any ratings, also constant ones, give finite numbers or a reason."""
    diary = tuple(
        DiaryEntry(
            time=f"2026-03-{i // 4 + 1:02d}T{8 + 4 * (i % 4):02d}:00",
            ratings=(("severity", float(s)), *((("stress", float(x)),) if x is not None else ())),
            observed=o,
            toxin_day=None if toxin is None else float(toxin + i // 4),
        )
        for i, (s, x, o) in enumerate(said)
    )
    found, missing = triggers.associations(diary)
    for one in found:
        assert one.interval
        assert one.interval.lo <= one.value <= one.interval.hi
        assert abs(one.value) < 100
    assert all(m.reason.startswith("not enough data") for m in missing)
