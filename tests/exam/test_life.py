"""The functional and lifestyle analysis: every answer is shown, every gap is named."""

import time
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.life import NOT_ASKED, rows, suggestions, table_rows
from eutonia.knowledge import table
from eutonia.model import Examination, History, Strength, Therapy, VisitState

FULL = Examination(
    rater="A",
    triggers=("stress", "long reading"),
    relief=("lying down",),
    tasks_affected=("piano",),
    tasks_spared=("typing",),
    onset_speed="scales above 100 per minute",
    onset_after_s=40,
    freezing=True,
    tool_tremor=False,
    worse_observed="worse",
    trick="right hand to the chin",
    trick_effect="partial",
    posture=("shoulder raised",),
    habits=("breaks are rare",),
    compensation=("other fingering",),
    work="teacher, half time",
    work_affected=6,
    participation=4,
    quality_of_life=5,
    confidence=3,
    social_anxiety=7,
    practice_minutes=40,
    practice_minutes_before=180,
    driving="stopped",
    pain_usual=5,
    pain_worst=8,
    swallowing="mild trouble, days 8 to 15",
    speech="easy to understand",
    weight_change_kg=-2.5,
    strength=(Strength(movement="finger extension", side="right", mrc=4),),
    grip_right_kg=28,
    grip_left_kg=34,
)
HISTORY = History(
    onset_age=34,
    diagnosis_age=36,
    onset_region="UR",
    onset_speed="years",
    onset_task="playing fast scales",
    spread=("UR 2015", "CE 2018"),
    remission="three months in 2017",
    illness_course="slowly more",
    therapies=(
        Therapy(kind="Botox", started="2018", effect="good", adverse="weak fingers"),
        Therapy(kind="trihexyphenidyl", started="2016", stopped="2017", effect="none"),
        Therapy(kind="retraining", started="2020", note="slow practice, tempo raised weekly"),
        Therapy(kind="hand therapy at home", effect="some"),
    ),
)
STATE = VisitState(fatigue=3, stress=6, sleep_h=6, pain=4, toxin_day=40)


def test_every_answer_is_shown_in_words():
    """A full record gives every row of the table, and nothing is listed as not asked."""
    found = dict(rows(FULL, HISTORY, STATE))
    assert list(found) == [r["name"] for r in table_rows()]
    assert found["triggers (worse with)"] == "stress; long reading"
    assert found["comes after"] == "about 40 s of the task"
    assert (found["freezes in mid-task"], found["tremor only with a tool"]) == ("yes", "no")
    assert found["when others watch"] == "worse"
    assert found["sensory trick"] == "right hand to the chin: helps in part"
    assert found["effect on work or school"] == "6 of 10 (0 not at all, 10 cannot work)"
    assert found["practice a day"] == "40 min now; 180 min before the dystonia"
    assert found["pain"] == "usual 5, worst 8, now 4 of 10 (0 none, 10 worst imaginable)"
    assert found["weight"] == "-2.5 kg since the last visit"


def test_strength_and_grip_stand_with_the_day_since_toxin():
    """Weakness is read with the toxin's day beside it, where that is known."""
    found = dict(rows(FULL, HISTORY, STATE))
    assert found["strength (MRC, 0 to 5)"] == "finger extension right 4 (day 40 since toxin)"
    assert found["grip"] == "right 28 kg, left 34 kg (day 40 since toxin)"
    without = dict(rows(FULL, HISTORY, VisitState()))
    assert without["grip"] == "right 28 kg, left 34 kg"


def test_the_course_of_the_illness_is_told_in_order():
    """Onset with age, place, task, speed and diagnosis; spread in order with names of regions."""
    found = dict(rows(FULL, HISTORY, STATE))
    assert found["began"] == (
        "at age 34; in: right upper limb (UR); first in: playing fast scales; "
        "it came over years; diagnosis at age 36"
    )
    assert found["spread"] == "right upper limb (UR) 2015, then cervical (CE) 2018"
    assert found["times without it"] == "three months in 2017"


def test_treatments_and_rehabilitation_are_told_apart_and_none_is_lost():
    """Each treatment stands once, rehabilitation with its content, also in words of one's own."""
    found = dict(rows(FULL, HISTORY, STATE))
    assert found["treatments so far"] == (
        "botulinum toxin injections, since 2018, good effect, unwanted: weak fingers; "
        "trihexyphenidyl, 2016 to 2017, no effect"
    )
    assert found["rehabilitation"] == (
        "retraining of the movement, since 2020, effect not known, "
        "slow practice, tempo raised weekly; hand therapy at home, some effect"
    )


def test_what_was_not_asked_is_listed():
    """An empty record gives one row that names every row of the table."""
    ((name, words),) = rows(Examination(rater="A"), History(), VisitState())
    assert name == NOT_ASKED
    assert words.split("; ") == [r["name"] for r in table_rows()]


@pytest.mark.parametrize(
    "field",
    [
        f.name
        for f in fields(Examination)
        if getattr(FULL, f.name) != getattr(Examination(rater="A"), f.name)
    ],
)
def test_each_answer_alone_leaves_the_list_of_gaps(field):
    """An answer given alone is shown, and its row leaves the list of what was not asked."""
    examination = Examination(rater="A", **{field: getattr(FULL, field)})
    found = rows(examination, History(), VisitState())
    assert len(found) == 2
    assert found[0][0] not in found[1][1].split("; ")


def test_zero_is_an_answer():
    """A rating of 0 is shown as 0, not taken for a gap."""
    found = dict(rows(Examination(rater="A", confidence=0, pain_usual=0), History(), VisitState()))
    assert found["confidence in one's own movement"].startswith("0 of 10")
    assert found["pain"].startswith("usual 0")


def test_the_ends_of_each_rating_are_those_of_the_question():
    """What 0 and 10 mean stands here as the question says it."""
    asked = {q["field"]: q["help"] for q in (*table("examination"), *table("intake"))}
    for row in table_rows():
        if "ends" in row:
            assert asked[row["field"]].rstrip(".") == row["ends"]


def test_suggestions_are_offered_for_posture_habits_and_compensation():
    """Three fields have suggestions, each once; others have none."""
    for field in ("posture", "habits", "compensation"):
        offered = suggestions(field)
        assert len(offered) == len(set(offered)) > 5
    assert suggestions("work") == ()


def test_it_takes_far_less_than_a_fifth_of_a_millisecond():
    """A thousand records take less than 0.2 s of the processor's time, at best of three."""
    took = []
    for _ in range(3):
        start = time.process_time()
        for _ in range(1000):
            rows(FULL, HISTORY, STATE)
        took.append(time.process_time() - start)
    assert min(took) < 0.2


@settings(max_examples=100, deadline=None)
@given(
    st.builds(Therapy, kind=st.text(max_size=12), started=st.text(max_size=4), note=st.text()),
    st.lists(st.text(max_size=6), max_size=4).map(tuple),
)
def test_no_words_break_it(therapy, words):
    """Any words of one's own are shown without an error."""
    history = History(therapies=(therapy,), spread=words)
    found = rows(Examination(rater="A", triggers=words), history, VisitState())
    assert all(isinstance(cell, str) for row in found for cell in row)
