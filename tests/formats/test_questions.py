"""The questions: one definition that agrees with the nouns, and what each kind takes."""

import dataclasses
import json
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia import model
from eutonia.formats.answers import check, parse
from eutonia.formats.questions import NOUNS, Question, applies, questions
from eutonia.formats.typed import from_text, in_words
from eutonia.model import InvalidRecord

ALL = [(name, q) for name in NOUNS for q in questions(name)]
RECORDS = [(q.record, q) for _, q in ALL if q.kind == "rows"]


@pytest.mark.parametrize("name", NOUNS)
def test_questions_and_fields_are_the_same(name):
    """Each field of a noun is asked once, and nothing else is asked."""
    asked = [q.field for q in questions(name)]
    assert sorted(asked) == sorted(f.name for f in dataclasses.fields(NOUNS[name]))


@pytest.mark.parametrize(("record", "question"), RECORDS, ids=lambda x: str(x)[:20])
def test_columns_and_fields_are_the_same(record, question):
    """Each field of the record behind a row is a column once, and nothing else is."""
    columns = [c.field for c in question.columns]
    assert sorted(columns) == sorted(f.name for f in dataclasses.fields(getattr(model, record)))


def _literals(noun, asked):
    for field, hint in get_type_hints(noun).items():
        if get_origin(hint) is Literal:
            yield next(q for q in asked if q.field == field), get_args(hint)


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        *(pair for name in NOUNS for pair in _literals(NOUNS[name], questions(name))),
        *(pair for record, q in RECORDS for pair in _literals(getattr(model, record), q.columns)),
    ],
    ids=lambda x: x.field if isinstance(x, Question) else "",
)
def test_choices_are_the_levels_of_the_noun(question, levels):
    """What may be chosen is what the noun's type allows."""
    assert set(question.choices) == set(levels)


def test_examination_asks_for_danger_first():
    """The danger signs come before any other question of an examination."""
    assert questions("examination")[0].field == "danger"


def test_choices_from_a_table_are_its_keys():
    """A region, sign or test added to its table can be answered without further change."""
    from eutonia.knowledge import table

    asked = {q.field: q for q in questions("examination")}
    assert asked["regions"].column["region"].choices == tuple(table("regions"))
    assert [c.field for c in asked["danger"].columns] == list(table("danger_signs"))
    assert asked["regions"].column["region"].required
    assert not asked["regions"].column["side"].required


def test_units_are_ucum():
    """Units are codes of UCUM, and a person reads them in words."""
    units = {u for _, q in ALL for u in (q.unit, *(c.unit for c in q.columns))} - {""}
    # Looked up by hand in the tables of UCUM.
    assert units <= {"a", "d", "h", "min", "s", "deg", "kg", "cm", "m", "lx", "/s"}
    assert next(q for _, q in ALL if q.unit == "h").unit_words == "hours"


def test_a_form_only_shortens_what_is_asked():
    """The neck is not asked for a leg, and still may be answered."""
    neck = next(q for q in questions("examination") if q.field == "neck")
    assert neck.asked_for("cervical")
    assert neck.asked_for("")
    assert not neck.asked_for("leg")
    assert parse("examination", {"rater": "A", "form": "leg", "neck": ["torticollis"]}).neck


def test_only_if_and_unless():
    """A question hangs on another's answer in either direction, and is asked while that is open."""
    asked = {q.field: q for q in questions("intake")}
    assert applies(asked["toxin_day"], {})
    assert not applies(asked["toxin_day"], {"toxin_never": True})
    assert not applies(asked["safety_reported"], {})
    assert applies(asked["safety_reported"], {"safety_asked": True})


_DATE = Question(field="x", kind="date", ask="?", partial=True)
_WHOLE = Question(field="x", kind="date", ask="?")
_MOMENT = Question(field="x", kind="moment", ask="?")


@pytest.mark.parametrize(
    ("question", "value", "found"),
    [
        (_DATE, 2019, "2019"),
        (_DATE, "2019-05", "2019-05"),
        (_DATE, "2020-02-29", "2020-02-29"),
        (_WHOLE, "2026-03-01", "2026-03-01"),
        (_MOMENT, "2026-03-01 9:05", "2026-03-01T09:05"),
        (_MOMENT, "2026-03-01T21:30:59.5", "2026-03-01T21:30"),
        (_MOMENT, "2026-03-01T21:30+02:00", "2026-03-01T21:30"),
        (_MOMENT, "2026-03-01", "2026-03-01"),
    ],
)
def test_dates_are_iso(question, value, found):
    """A date keeps the precision that it was given with, and a moment is local to the minute."""
    assert check(question, value) == found


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (_DATE, "2019-13"),
        (_DATE, "01.03.2026"),
        (_DATE, 19),
        (_DATE, True),
        (_DATE, "2021-02-29"),
        (_WHOLE, "2019"),
        (_WHOLE, 2019),
        (_WHOLE, "1026-03-01"),
        (_MOMENT, "2026-03-01T25:00"),
        (_MOMENT, "2026-03-01T21:30Z"),
        (_MOMENT, "١٢٣٤-٠٥-٠٦"),
        (_MOMENT, 20260301),
    ],
)
def test_what_is_no_date_is_refused(question, value):
    """Another order of day and month, a day that does not exist and world time are refused."""
    with pytest.raises(InvalidRecord, match=r"allowed: (a )?date"):
        check(question, value)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("took 200 mg", True),
        ("abobotulinumtoxinA 500 U", True),
        ("500 units in the neck", True),
        ("5 mg/kg", True),
        ("ceruloplasmin 20 mg/dL", False),
        ("CK 900 U/L", False),
        ("fingers 4 e 5", False),
        ("lifts 3 g with the tongue", False),
        ("in 2 u-turns", False),
    ],
)
def test_a_dose_in_a_text_is_refused(text, doubt):
    """An amount of a drug is refused, a concentration of a laboratory and plain counts are not."""
    question = Question(field="note", kind="text", ask="?")
    if not doubt:
        assert check(question, text) == text
        return
    with pytest.raises(InvalidRecord, match="no dose"):
        check(question, text)


def test_a_whole_number_is_a_text_as_written():
    """A rater may be called 3; a number with a fraction was perhaps 1.10 and is refused."""
    question = Question(field="rater", kind="text", ask="?")
    assert check(question, 3) == "3"
    for value in (1.1, True, 10**16):
        with pytest.raises(InvalidRecord, match="rater is"):
            check(question, value)


# --- typed --------------------------------------------------------------------------------------

_EXAMINATION = {q.field: q for q in questions("examination")}


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("regions", "CE", [{"region": "CE"}]),
        (
            "regions",
            "neck, side=left; UR, severity=2, tasks=writing/typing",
            [
                {"region": "neck", "side": "left"},
                {"region": "UR", "severity": 2.0, "tasks": ["writing", "typing"]},
            ],
        ),
        ("regions", "none", []),
        ("regions", "region=CE, at_rest=yes", [{"region": "CE", "at_rest": "yes"}]),
        ("danger", "stridor=no; choking=yes", {"stridor": "no", "choking": "yes"}),
        ("scores", "ADDS=68,5; PGIC=-1", {"ADDS": 68.5, "PGIC": -1.0}),
        ("date", "2026-03-01", "2026-03-01"),
        ("dsap", "2", 2.0),
    ],
)
def test_typed_answers_become_values(field, typed, value):
    """What a person types is read as the value that the file would hold."""
    assert from_text(_EXAMINATION[field], typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("regions", "CE, left", "'left' does not say of which field"),
        ("regions", "CE, colour=red", "no field 'colour'"),
        ("regions", "CE, side=port", r"regions\[1\].side is 'port'"),
        ("regions", "CE, side=left, side=right", "side stands twice"),
        ("regions", "side=left", r"regions\[1\].region is missing"),
        ("danger", "stridor", "equals sign"),
        ("danger", "stridor=perhaps", "yes or no"),
        ("dsap", "2.5", "a whole number, 1 to 5"),
        ("dsap", "many", "a whole number, 1 to 5"),
    ],
)
def test_what_cannot_be_typed_is_refused(field, typed, words):
    """A wrong line names the place and what is allowed."""
    with pytest.raises(InvalidRecord, match=words):
        from_text(_EXAMINATION[field], typed)


@given(
    pair=st.sampled_from([p for p in ALL if p[1].kind != "scores"]),
    typed=st.text(max_size=40) | st.from_regex(r"[a-zA-Z_]{1,9}([=,;/][a-z0-9.]{0,6}){0,4}"),
)
def test_any_typing_is_read_or_refused(pair, typed):
    """Whatever is typed is an answer, a skip, or an InvalidRecord; never another error."""
    try:
        value = from_text(pair[1], typed)
    except InvalidRecord:
        return
    json.dumps(value)
    assert in_words(value)


def test_rows_are_shown_as_they_are_typed():
    """What the terminal shows of a record is what it reads."""
    rows = [{"region": "CE", "side": "left"}, {"region": "UR", "tasks": ["writing", "typing"]}]
    typed = in_words(rows)
    assert typed == "region=CE, side=left; region=UR, tasks=writing/typing"
    assert from_text(_EXAMINATION["regions"], typed) == rows
