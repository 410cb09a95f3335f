"""The intake: what is asked, what is refused, and that nothing gets lost."""

import json
from contextlib import suppress
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import intake
from eutonia.knowledge import table
from eutonia.model import Drug, EutoniaError, InvalidRecord, VisitState

FULL = {
    "safety_asked": True,
    "safety_reported": ["neck pain at night"],
    "form": "cervical",
    "affected_side": "right",
    "toxin_product": "incobotulinumtoxinA",
    "toxin_day": 84,
    "toxin_cycle": 7,
    "drugs": [{"name": "trihexyphenidyl", "minutes_since_dose": 180}, {"name": "clonazepam"}],
    "stimulator": "on",
    "stimulator_minutes": 60,
    "time_of_day": "10:15",
    "pain": 5,
    "glasses": False,
    "goal": "read for 30 minutes",
    "global_change": -1,
    "consent": ["care", "research"],
}


def test_every_field_of_the_state_is_asked_once():
    """The questions and the fields of the state are the same set, so neither can drift."""
    asked = [q.field for q in intake.questions()]
    assert sorted(asked) == sorted(f.name for f in fields(VisitState))


def test_danger_is_asked_first():
    """The questions about danger come before any other."""
    assert [q.field for q in intake.questions()[:2]] == ["safety_asked", "safety_reported"]


def test_full_answers_become_the_state():
    """Answers in the file's form arrive in the state with their types."""
    state = intake.parse(FULL)
    assert state.drugs == (
        Drug(name="trihexyphenidyl", minutes_since_dose=180.0),
        Drug(name="clonazepam"),
    )
    assert (state.toxin_day, state.toxin_cycle, state.stimulator) == (84.0, 7, "on")
    assert state.glasses is False
    assert state.consent == ("care", "research")


@pytest.mark.parametrize("nothing", [None, "", "unknown", "skip", " Unknown "])
@pytest.mark.parametrize("question", intake.questions(), ids=lambda q: q.field)
def test_every_question_can_be_skipped(question, nothing):
    """Nothing known, in any spelling, leaves every field as it is without an intake."""
    assert intake.parse({question.field: nothing}) == VisitState()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"pain": 11}, "pain is 11; allowed: 0 to 10"),
        ({"pain": -0.1}, "allowed: 0 to 10"),
        ({"pain": "5"}, "pain is '5'"),
        ({"pain": True}, "pain is True"),
        ({"pain": float("nan")}, "pain is nan"),
        ({"stress": float("inf")}, "stress is inf"),
        ({"toxin_day": -1}, "toxin_day is -1"),
        ({"toxin_cycle": 1.5}, "a whole number"),
        ({"sleep_h": 25}, "0 to 24 hours"),
        ({"global_change": 4}, "-3 to 3"),
        ({"affected_side": "port"}, "left, right, both, midline, unknown"),
        ({"form": "flu"}, "cervical"),
        ({"consent": ["care", "marketing"]}, "any of care, teaching, research"),
        ({"time_of_day": "25:00"}, "10:15"),
        ({"time_of_day": 615}, "10:15"),
        ({"glasses": 1}, "yes or no"),
        ({"goal": ["x"]}, "goal is"),
        ({"goal": "x" * 3000}, "at most 2000"),
        ({"goal": "half a character \ud800"}, "goal is"),
        ({"pian": 3}, "did you mean pain"),
        ({"dose": 200}, "no dose"),
        ({"toxin_dose": 200}, "no dose"),
        ({"toxin_units": 200}, "no dose"),
        ({"drugs": [{"name": "baclofen", "dose": 10}]}, "no dose"),
        ({"drugs": ["baclofen 10 mg"]}, "no dose"),
        ({"toxin_product": "abobotulinumtoxinA 500 U"}, "no dose"),
        ({"name": "somebody"}, "pseudonym"),
        ({"patient_name": "somebody"}, "pseudonym"),
        ({"date_of_birth": "1980-01-01"}, "pseudonym"),
        ({"drugs": [{"minutes_since_dose": 10}]}, "drugs is None"),
        ({"drugs": [{"name": "x", "minutes_since_dose": -1}]}, "0 to 525600"),
        ({"toxin_never": True, "toxin_day": 3}, "toxin_never is yes"),
        ({"stimulator": "none", "stimulator_minutes": 3}, "stimulator is none"),
        ({"safety_reported": ["choking"]}, "safety_asked is not yes"),
        ({3: 4}, "no field 3"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(answers, words):
    """A wrong answer names the field, the value and what is allowed."""
    with pytest.raises(InvalidRecord) as error:
        intake.parse(answers)
    assert words in str(error.value)


@pytest.mark.parametrize("wrong", [[], "text", 3, None])
def test_what_is_no_mapping_is_refused(wrong):
    """A list or a text is no intake."""
    with pytest.raises(InvalidRecord, match="mapping"):
        intake.parse(wrong)


def test_forms_and_sides_are_understood_in_other_languages():
    """The examiner's own words for form and side lead to the keys of the tables."""
    state = intake.parse({"form": "Schreibkrampf", "affected_side": "rechts"})
    assert (state.form, state.affected_side) == ("writers_cramp", "right")


def test_yaml_keeps_on_and_time_as_written(tmp_path):
    """YAML 1.1 would read ``on`` as true and ``10:15`` as 615."""
    (tmp_path / "intake.yaml").write_text("stimulator: on\ntime_of_day: 10:15\nglasses: no\n")
    state = intake.load(tmp_path)
    assert (state.stimulator, state.time_of_day, state.glasses) == ("on", "10:15", False)


def test_without_a_file_nothing_is_known(tmp_path):
    """A visit without an intake has an empty state, and so has an empty file."""
    assert intake.load(tmp_path) == VisitState()
    assert intake.load(tmp_path / "missing") == VisitState()
    (tmp_path / "intake.yaml").write_text("")
    assert intake.load(tmp_path) == VisitState()


def test_two_files_are_refused(tmp_path):
    """Of two intake files neither is preferred in silence."""
    (tmp_path / "intake.yaml").write_text("pain: 1\n")
    (tmp_path / "sub-01_intake.json").write_text("{}")
    with pytest.raises(InvalidRecord, match="several intake files"):
        intake.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("intake.json", '{"pain": 1, "pain": 2}'), ("intake.yaml", "pain: 1\npain: 2\n")],
)
def test_a_field_that_stands_twice_is_refused(tmp_path, name, text):
    """Of two answers to one question neither is dropped in silence."""
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidRecord, match="twice"):
        intake.load(tmp_path)


def test_an_error_names_the_file(tmp_path):
    """The message says in which file the field stands."""
    (tmp_path / "sub-01_intake.json").write_text('{"pain": 99}')
    with pytest.raises(InvalidRecord, match=r"sub-01_intake\.json: pain is 99"):
        intake.load(tmp_path)


@pytest.mark.parametrize("name", ["", "intake.yaml", "sub-01_ses-01_intake.json"])
def test_what_is_saved_is_loaded(tmp_path, name):
    """The file that is there is replaced in its own format, and gives the same state back."""
    if name:
        (tmp_path / name).write_text("{}")
    state = intake.parse(FULL)
    path = intake.save(state, tmp_path)
    assert path.name == (name or "intake.json")
    assert intake.load(tmp_path) == state
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


def _answers(question):
    match question.kind:
        case "yes_no":
            return st.booleans()
        case "number":
            return st.floats(question.lo, question.hi)
        case "integer":
            return st.integers(question.lo, question.hi)
        case "choice":
            return st.sampled_from(question.choices)
        case "choices":
            return st.lists(st.sampled_from(question.choices), unique=True, min_size=1)
        case "time":
            return st.times().map(lambda t: t.strftime("%H:%M"))
        case "drugs":
            one = st.fixed_dictionaries(
                {"name": st.sampled_from(["trihexyphenidyl", "clonazepam"])},
                optional={"minutes_since_dose": st.floats(0, 1000)},
            )
            return st.lists(one, max_size=3)
        case "texts":
            return st.lists(st.sampled_from(["choking", "näher µ", "on"]), unique=True)
    return st.sampled_from(["text", "on", "10:15", "3", "no", "null", "Ω '\"#: -", "über\nzwei"])


@st.composite
def _states(draw):
    asked = {q.field: q for q in intake.questions()}
    given_fields = draw(st.lists(st.sampled_from(sorted(asked)), unique=True))
    answers = {f: draw(_answers(asked[f])) for f in given_fields}
    kept = {f: v for f, v in answers.items() if intake.applies(asked[f], answers)}
    return intake.parse(kept)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(state=_states(), as_yaml=st.booleans())
def test_every_state_survives_its_file(tmp_path, state, as_yaml):
    """Whatever can be answered comes back the same from JSON and from YAML."""
    for old in tmp_path.iterdir():
        old.unlink()
    if as_yaml:
        (tmp_path / "intake.yaml").write_text("")
    intake.save(state, tmp_path)
    assert intake.load(tmp_path) == state


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([q.field for q in intake.questions()]), _ANY, max_size=4))
def test_any_values_are_parsed_or_refused(answers):
    """Whatever stands in a field is either valid or an InvalidRecord, never another error."""
    try:
        state = intake.parse(answers)
    except InvalidRecord:
        return
    assert intake.parse(intake.to_mapping(state)) == state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "ignore")))
@pytest.mark.parametrize("name", ["intake.yaml", "intake.json"])
def test_any_bytes_are_read_or_refused(tmp_path, name, raw):
    """A file of anything gives a state or an error of ours."""
    (tmp_path / name).write_bytes(raw)
    with suppress(EutoniaError):
        assert isinstance(intake.load(tmp_path), VisitState)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a: &a [*a]\n",
        "pain: &a [*a]\n",
        "? [1]\n: 2\n",
        "? {a: 1}\n: 2\n",
        "!!python/object/apply:os.system [ls]\n",
        "pain: !!int 1" + "0" * 5000,
        "pain: !!float x\n",
        "\x00",
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
        "pain: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n",
        "<<: 3\n",
        "pain: !!timestamp 2001-99-99\n",
    ],
)
def test_hostile_yaml_is_refused(tmp_path, text):
    """Deep, circular, exploding, executable or absurd YAML is refused with a short text."""
    (tmp_path / "intake.yaml").write_bytes(text.encode())
    with pytest.raises(InvalidRecord) as error:
        intake.load(tmp_path)
    assert len(str(error.value)) < 2000


def test_a_huge_file_is_refused(tmp_path):
    """A file of many megabytes is no intake."""
    (tmp_path / "intake.json").write_text(" " * 2_000_000)
    with pytest.raises(InvalidRecord, match="at most"):
        intake.load(tmp_path)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("pain", "3,5", 3.5),
        ("pain", "unknown", None),
        ("affected_side", "2", "right"),
        ("affected_side", "links", "left"),
        ("glasses", "Yes", True),
        ("consent", "care, research", ["care", "research"]),
        ("drugs", "none", []),
        ("stimulator", "none", "none"),
        ("stimulator", "unknown", "unknown"),
        ("safety_reported", "a; b", ["a", "b"]),
        (
            "drugs",
            "trihexyphenidyl: 180; clonazepam: unknown",
            [
                {"name": "trihexyphenidyl", "minutes_since_dose": 180.0},
                {"name": "clonazepam", "minutes_since_dose": None},
            ],
        ),
    ],
)
def test_typed_answers_become_values(field, typed, value):
    """What a person types is read as the value that the file would hold."""
    question = next(q for q in intake.questions() if q.field == field)
    assert intake.from_text(question, typed) == value


@settings(deadline=None)
@given(question=st.sampled_from(intake.questions()), typed=st.text(max_size=30))
def test_any_typing_is_read_or_refused(question, typed):
    """Whatever is typed is an answer, a skip, or an InvalidRecord."""
    try:
        value = intake.from_text(question, typed)
    except InvalidRecord:
        return
    base = {"safety_asked": True} if question.field == "safety_reported" else {}
    intake.parse({**base, question.field: value})
    json.dumps(value)


def test_the_choice_of_forms_is_the_table():
    """A form added to the table is offered at intake without further change."""
    question = next(q for q in intake.questions() if q.field == "form")
    assert question.choices == tuple(table("forms"))


def test_unknown_answers_are_not_written():
    """The file holds only what is known."""
    assert intake.to_mapping(replace(VisitState(), pain=0.0)) == {"pain": 0.0}
