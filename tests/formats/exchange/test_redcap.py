"""REDCap: a dictionary that REDCap's rules allow, and data that come back exactly."""

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.formats import redcap
from eutonia.formats.exchange import number
from eutonia.formats.questions import questions
from eutonia.formats.redcap.cells import Slot, code, codes, read, write
from eutonia.formats.redcap.forms import forms
from eutonia.formats.shape import Shape
from eutonia.knowledge import table
from eutonia.model import (
    DiaryEntry,
    EutoniaError,
    Examination,
    History,
    InvalidRecord,
    Score,
    VisitState,
)


@pytest.fixture(scope="module")
def rows():
    """Return the rows of the data dictionary."""
    return list(csv.DictReader(io.StringIO(redcap.dictionary())))


def parsed(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(k for r in rows for k in r)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# --- the dictionary


def test_the_dictionary_keeps_redcaps_rules(rows):
    """Eighteen columns; names are valid, unique and short; the record id is the first field."""
    header = next(csv.reader(io.StringIO(redcap.dictionary())))
    assert len(header) == 18
    assert header[0] == "Variable / Field Name"
    names = [r["Variable / Field Name"] for r in rows]
    assert names[0] == "record_id"
    assert len(names) == len(set(names))
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name), name
        assert "__" not in name  # three would read as a checkbox
        assert len(name) <= 100
    listed = [r["Form Name"] for r in rows]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", f) for f in listed)
    # the fields of one form stand together
    changes = [f for f, before in zip(listed, ["", *listed], strict=False) if f != before]
    assert len(changes) == len(set(changes))


def test_types_choices_and_checks_are_those_of_redcap(rows):
    """Only known field types, validations and choice codes are used."""
    types = {"text", "notes", "yesno", "dropdown", "checkbox"}
    checks = {"", "number", "integer", "time", "date_ymd", "datetime_ymd"}
    for row in rows:
        assert row["Field Type"] in types
        assert row["Text Validation Type OR Show Slider Number"] in checks
        assert row["Field Label"]
        choices = row["Choices, Calculations, OR Slider Labels"]
        assert bool(choices) == (row["Field Type"] in ("dropdown", "checkbox"))
        given_codes = [c.split(",")[0].strip() for c in choices.split("|")] if choices else []
        assert len(given_codes) == len(set(given_codes))
        assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", c) for c in given_codes), row


def test_ranges_and_conditions_of_the_questions_arrive(rows):
    """Limits, branching logic and section headers are those of the questions."""
    by_name = {r["Variable / Field Name"]: r for r in rows}
    grip = by_name["ex_grip_right_kg"]
    assert (grip["Text Validation Min"], grip["Text Validation Max"]) == ("0", "150")
    toxin = by_name["in_toxin_day"]["Branching Logic (Show field only if...)"]
    assert toxin == "[in_toxin_never] <> '1'"
    reported = by_name["in_safety_reported"]["Branching Logic (Show field only if...)"]
    assert reported == "[in_safety_asked] = '1'"
    for row in rows:
        for field in re.findall(r"\[(\w+)\]", row["Branching Logic (Show field only if...)"]):
            assert by_name[field]["Form Name"] == row["Form Name"]
    assert by_name["hx_note"]["Identifier?"] == "y"


def test_every_question_has_a_field(rows):
    """Nothing that is asked of an examination, history, diary or visit is missing."""
    names = {r["Variable / Field Name"] for r in rows} | {r["Form Name"] for r in rows}
    prefixes = {"intake": "in", "examination": "ex", "history": "hx", "diary": "di"}
    for table_name, prefix in prefixes.items():
        for question in questions(table_name):
            field = f"{prefix}_{question.field}"
            held = field in names or any(n.startswith(f"{field}_") for n in names)
            assert held or question.kind == "scores", field


def test_items_of_a_scale_that_needs_permission_have_no_field(rows):
    """Only totals can be entered for such a scale; a number-entry form stands for the others."""
    for key, scale in table("scales").items():
        fields = {
            r["Variable / Field Name"] for r in rows if r["Form Name"] == f"score_{code(key)}"
        }
        assert bool(fields) == (scale["status"] != "unknown")
        items = {f for f in fields if f.startswith(f"sc_{code(key)}_items_")}
        if scale["status"] == "permission":
            assert items == {f"sc_{code(key)}_items_more"}


def test_what_repeats_is_listed(rows):
    """All forms but those of the person are to be set to repeat."""
    listed = {r["Form Name"] for r in rows}
    assert listed - set(redcap.repeating()) == {"person", "history"}
    assert set(redcap.repeating()) <= listed


# --- data


def test_what_is_exported_comes_back_exactly(assessment):
    """Person, visit, state, examinations, history, diary and numbers survive."""
    (back,) = redcap.import_rows(redcap.export_rows([assessment]))
    assert back.examinations == assessment.examinations
    assert (back.history, back.diary) == (assessment.history, assessment.diary)
    assert (back.state, back.person) == (assessment.state, assessment.person)
    assert back.visit == assessment.visit
    assert back.numbers == tuple(number(f.estimate) for f in assessment.findings)


def test_rows_are_those_of_a_project_with_repeating_forms(assessment):
    """One row of the person's own, then rows whose instances count from one in each form."""
    rows = parsed(redcap.export_rows([assessment]))
    assert {r["record_id"] for r in rows} == {"sub-01"}
    assert [r["redcap_repeat_instrument"] for r in rows].count("") == 1
    assert rows[0]["redcap_repeat_instrument"] == ""
    seen = {}
    for row in rows[1:]:
        seen.setdefault(row["redcap_repeat_instrument"], []).append(row["redcap_repeat_instance"])
    for instances in seen.values():
        assert instances == [str(i) for i in range(1, len(instances) + 1)]
    assert set(seen) <= set(redcap.repeating())


def test_choices_are_checkboxes(assessment):
    """Several choices are fields with three underscores, 1 for what was chosen and 0 else."""
    rows = parsed(redcap.export_rows([assessment]))
    first = next(r for r in rows if r["redcap_repeat_instrument"] == "examination")
    assert first["ex_phenomenology___tremulous"] == "1"
    assert first["ex_phenomenology___jerky"] == "0"
    assert first["ex_motor_signs___none_found"] == "1"


def test_two_people_and_two_visits_stay_apart(assessment):
    """Records and visits are told apart; the history of a person stands once."""
    second = replace(assessment, visit="ses-03", examinations=(), diary=())
    other = replace(assessment, person=replace(assessment.person, id="sub-02"))
    back = redcap.import_rows(redcap.export_rows([assessment, second, other]))
    assert [(b.person.id, b.visit) for b in back] == [
        ("sub-01", "ses-02"),
        ("sub-01", "ses-03"),
        ("sub-02", "ses-02"),
    ]
    assert back[1].state == assessment.state
    assert back[2].examinations == assessment.examinations


def test_two_histories_of_one_person_are_refused(assessment):
    """A record cannot hold two histories, and neither is dropped in silence."""
    second = replace(assessment, visit="ses-03", history=History(onset_age=3.0))
    with pytest.raises(InvalidRecord, match="different histories"):
        redcap.export_rows([assessment, second])


@pytest.mark.parametrize("cls", [Examination, History, DiaryEntry, VisitState], ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_anything_that_the_forms_offer_comes_back_exactly(assessment, draw, cls, data):
    """Whatever texts, numbers and choices: all survive, but for the order of checkboxes."""
    noun = _offered(draw(data, cls), data)
    bare = replace(assessment, examinations=(), history=History(), diary=(), findings=())
    bare = replace(bare, state=VisitState())
    field = {Examination: "examinations", DiaryEntry: "diary", VisitState: "state"}.get(cls)
    value = {"examinations": (noun,), "diary": (noun,)}.get(field, noun)
    held = replace(bare, **{field or "history": value})
    (back,) = redcap.import_rows(redcap.export_rows([held]))
    given_back = getattr(back, field or "history")
    if given_back is None:  # a state that says nothing is no state
        given_back = VisitState()
    assert given_back == value


def _offered(noun, data):
    """Return the noun with every closed choice drawn from what its form offers, in its order."""
    form = next(f for f in forms() if f.noun is type(noun))
    changed = {}
    for slot in form.slots:
        value = getattr(noun, slot.shape.name)
        offered = [v for _, v in slot.codes if v]
        if slot.widget == "checkbox" and value:
            picked = data.draw(st.sets(st.sampled_from(offered), min_size=1, max_size=3))
            changed[slot.shape.name] = tuple(v for v in offered if v in picked)
        elif slot.widget == "dropdown" and value not in (*offered, slot.shape.default):
            changed[slot.shape.name] = data.draw(st.sampled_from(offered))
        elif slot.widget == "pairs":
            keys = [k for _, k in slot.keys]
            known = sorted((p for p in value if p[0] in keys), key=lambda p: keys.index(p[0]))
            changed[slot.shape.name] = (*known, *(p for p in value if p[0] not in keys))
    for child in [f for f in forms() if f.parent == form.name and f.noun is not Score]:
        inner = getattr(noun, child.field)
        changed[child.field] = inner and tuple(_row(r, child, data) for r in inner)
    if isinstance(noun, Examination):
        scales = [k for k, s in table("scales").items() if s["status"] != "unknown"]
        named = data.draw(st.permutations(scales))
        scores = zip(noun.scores, named, strict=False)
        changed["scores"] = tuple(
            Score(scale=n, video=s.video, limited=s.limited) for s, n in scores
        )
    return replace(noun, **changed)


def _row(row, form, data):
    changed = {}
    for slot in form.slots:
        value = getattr(row, slot.shape.name)
        offered = [v for _, v in slot.codes]
        if slot.widget == "dropdown" and value not in offered:
            changed[slot.shape.name] = data.draw(st.sampled_from(offered))
    return replace(row, **changed)


def test_codes_of_choices_are_unique():
    """Choices that look alike in lower case get different codes."""
    made = codes(["CE", "ce", "C E", "∅", "none found"], none_found=True)
    assert len({c for c, _ in made}) == 6
    assert dict(made)["ce"] == "CE"


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4))
def test_lists_of_texts_survive_any_text(texts):
    """Line ends, backslashes and the word for an empty list are told apart."""
    shape = Shape(name="x", kind="texts", may_be_unknown=True, default=None)
    slot = Slot(name="x", shape=shape, widget="notes")
    cells = dict(write(slot, tuple(texts)))
    if cells["x"] == "":  # one empty text is a blank cell, which says nothing
        assert texts == [""]
    else:
        assert read(slot, cells) == {"x": texts}
    assert read(slot, dict(write(slot, ()))) == {"x": []}


# --- wrong data


def changed(assessment, instrument, change):
    rows = parsed(redcap.export_rows([assessment]))
    place = next(i for i, r in enumerate(rows) if r["redcap_repeat_instrument"] == instrument)
    change(rows[place])
    return written(rows), place + 2


@pytest.mark.parametrize(
    ("instrument", "field", "value", "allowed"),
    [
        ("examination", "ex_grip_right_kg", "strong", "finite number"),
        ("examination", "ex_dsap", "1.5", "whole number"),
        ("examination", "ex_blinded", "maybe", "1 .yes."),
        ("examination", "ex_form", "gout", "cervical"),
        ("examination", "ex_phenomenology___jerky", "x", "1 .yes."),
        ("examination", "ex_danger_more", "nothing", "name=value"),
        ("examination", "di_time", "now", "form diary"),
        ("ex_regions", "ex_regions_of", "77", "no such examination"),
        ("ex_regions", "ex_regions_of", "", "whole number"),
        ("ex_regions", "redcap_repeat_instance", "0x1", "allowed"),
        ("ex_regions", "redcap_repeat_instrument", "shoes", "no such form"),
        ("number", "nr_value", "inf", "finite number"),
        ("number", "nr_lo", "", "without the other"),
        ("diary", "record_id", "", "record_id is blank"),
    ],
)
def test_a_wrong_cell_is_named(assessment, instrument, field, value, allowed):
    """The error names row, field and what is allowed."""
    text, place = changed(assessment, instrument, lambda r: r.update({field: value}))
    with pytest.raises(InvalidRecord, match=f"row {place}.*({allowed})") as caught:
        redcap.import_rows(text)
    if value:
        assert value in str(caught.value)


def test_foreign_columns_and_second_instances_are_refused():
    """A column that the dictionary does not have, or an instance that stands twice, is named."""
    with pytest.raises(InvalidRecord, match="shoe_size"):
        redcap.import_rows("record_id,shoe_size\nsub-01,43\n")
    with pytest.raises(InvalidRecord, match="record_id"):
        redcap.import_rows("name\nx\n")
    head = "record_id,redcap_repeat_instrument,redcap_repeat_instance,di_time\n"
    line = "sub-01,diary,1,2026-03-01 10:00\n"
    with pytest.raises(InvalidRecord, match=r"row 3.*redcap_repeat_instance"):
        redcap.import_rows(head + line + line)


@settings(max_examples=120, deadline=None)
@given(
    fields=st.lists(
        st.sampled_from(
            [
                *("redcap_repeat_instrument", "redcap_repeat_instance", "di_time", "ex_rater"),
                *("ex_danger_more", "ex_motor_signs___none_found", "hx_spread", "ex_regions_of"),
            ]
        ),
        unique=True,
    ),
    cells=st.lists(
        st.sampled_from(["", "1", "diary", "examination", "x", "a=1", "\\", '"', "ex_regions"]),
        min_size=8,
        max_size=8,
    ),
)
def test_any_file_gives_what_it_holds_or_an_error_with_words(fields, cells):
    """Nonsense in any cell never ends in anything but an error of ours."""
    rows = [dict(zip(["record_id", *fields], ["s", *cells], strict=False))]
    for text in (written(rows), ",".join(cells), "record_id\n" + "\n".join(cells)):
        try:
            redcap.import_rows(text)
        except EutoniaError as error:
            assert str(error)
