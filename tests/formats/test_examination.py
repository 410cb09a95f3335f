"""Examination and history: what is entered comes back, what is wrong is named, nothing is lost."""

import dataclasses
import json
import time
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import examination
from eutonia.formats.questions import questions
from eutonia.knowledge import table
from eutonia.model import (
    EutoniaError,
    Examination,
    Exposure,
    History,
    InvalidRecord,
    NeckSign,
    Override,
    RegionSeen,
    Score,
)

YAML = """\
rater: A
role: neurologist
date: 2026-03-01
blinded: no
form: Schiefhals
danger: {stridor: no, choking: no, suicidal_thoughts: no, fever: unknown}
dsap: 1
regions: [CE, {region: right arm, severity: 2, tasks: [writing, on]}]
neck:
  - {pattern: torticaput, side: rechts, degrees: 30}
  - laterocollis
muscles: [left splenius capitis]
phenomenology: [tremulous, jerky]
absent: mirror
motor_signs: none
course: static
trick: right hand to the chin
trick_effect: partial
onset_speed: 10:15
pain_usual: 5
driving: drives
scores:
  TWSTRS:
    severity: {rotation: 3, laterocollis: 1, shoulder: }
    disability: {work: 2, driving: na}
    pain: 11
  ADDS: 68
  BFMDRS: {movement: {neck: {provoking: 2, severity: 3}}}
  PHQ9: {9: 0}
overrides: {about: distribution, value: focal, reason: the arm is compensation}
note: |
  two lines
  of words
"""


@pytest.fixture
def visit(tmp_path):
    """Return the folder of a session of a BIDS data set."""
    folder = tmp_path / "sub-01" / "ses-02"
    folder.mkdir(parents=True)
    return folder


def test_a_natural_file_becomes_the_examination(visit):
    """Short forms, synonyms and other languages arrive in the noun with their types."""
    (visit / "examination.yaml").write_text(YAML, encoding="utf-8")
    (found,) = examination.load_examinations(visit)
    assert found == Examination(
        rater="A",
        role="neurologist",
        date="2026-03-01",
        blinded=False,
        form="cervical",
        danger=(("stridor", False), ("choking", False), ("suicidal_thoughts", False)),
        dsap=1,
        regions=(
            RegionSeen(region="CE"),
            RegionSeen(region="UR", severity=2.0, tasks=("writing", "on")),
        ),
        neck=(
            NeckSign(pattern="torticaput", side="right", degrees=30.0),
            NeckSign(pattern="laterocollis"),
        ),
        muscles=("left splenius capitis",),
        phenomenology=("tremulous", "jerky"),
        absent=("mirror",),
        motor_signs=(),
        course="static",
        trick="right hand to the chin",
        trick_effect="partial",
        onset_speed="10:15",
        pain_usual=5.0,
        driving="drives",
        scores=(
            Score(
                scale="TWSTRS",
                items=(
                    ("severity.rotation", 3.0),
                    ("severity.laterocollis", 1.0),
                    ("disability.work", 2.0),
                ),
                totals=(("pain", 11.0),),
                not_applicable=("disability.driving",),
            ),
            Score(scale="ADDS", totals=(("total", 68.0),)),
            Score(
                scale="BFMDRS",
                items=(("movement.neck_provoking", 2.0), ("movement.neck_severity", 3.0)),
            ),
            Score(scale="PHQ9", items=(("item_9", 0.0),)),
        ),
        overrides=(
            Override(about="distribution", value="focal", reason="the arm is compensation"),
        ),
        note="two lines\nof words",
    )


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"rater": None}, "rater is missing"),
        ({"pain_usual": 11}, "pain_usual is 11; allowed: 0 to 10"),
        ({"pain_usual": "010"}, "pain_usual is '010'"),
        ({"dsap": 6}, "dsap is 6; allowed: a whole number, 1 to 5"),
        ({"date": "1.3.2026"}, "date is '1.3.2026'; allowed: a date such as 2026-03-01"),
        ({"course": "upward"}, "course is 'upward'; allowed: static, progressive, unknown"),
        ({"form": "cervicl"}, "Did you mean cervical?"),
        ({"regions": ["CE", {"region": "UR", "side": "port"}]}, "regions[2].side is 'port'"),
        ({"regions": ["hand"]}, "regions[1].region is 'hand'; allowed: UC, LC, CE"),
        ({"regions": [{"side": "left"}]}, "regions[1].region is missing"),
        ({"regions": ["CE", ["UR"]]}, "regions[2] is ['UR']"),
        ({"regions": [{"region": "CE", "colour": 1}]}, "regions[1]: There is no field 'colour'"),
        ({"regions": [{"region": "CE", "severity": 5}]}, "regions[1].severity is 5; allowed: 0 to"),
        ({"regions": [{"region": "CE", "tasks": ["a", 1.5]}]}, "regions[1].tasks[2] is 1.5"),
        ({"danger": ["stridor"]}, "danger is ['stridor']; allowed: yes or no for each of"),
        ({"danger": {"stridr": "no"}}, "danger: There is no field 'stridr'; did you mean stridor"),
        ({"danger": {"stridor": "perhaps"}}, "danger.stridor is 'perhaps'; allowed: yes or no"),
        ({"danger": {"stridor": "no", "Stridor": "yes"}}, "danger.stridor stands twice"),
        ({"danger": {3: "no"}}, "danger: There is no field 3"),
        ({"motor_signs": ["tremor", "flu"]}, "motor_signs[2] is 'flu'; allowed: any of tremor"),
        ({"overrides": [{"about": "x", "value": "y"}]}, "overrides[1].reason is missing"),
        ({"scores": {"TWSTRZ": 3}}, "did you mean one of: TWSTRS"),
        ({"scores": {"TWSTRS": {"severity": {"rotation": 9}}}}, "TWSTRS.severity.rotation"),
        ({"scores": {"TWSTRS": {"severity": {"rotation": 9}}}}, "allowed: 0 to 4"),
        ({"scores": {"TWSTRS": "many"}}, "scores.TWSTRS is 'many'; allowed: a total, or"),
        ({"scores": {"TWSTRS": {"severity": {"rotation": "x"}}}}, "scores.TWSTRS.severity.rotat"),
        ({"scores": {"TWSTRS": 400}}, "allowed: 0 to 85"),
        ({"scores": {"CDQ24": {"items": {"item_1": 2}}}}, "need permission"),
        (
            {"scores": {"BFMDRS": {"movement": {"neck": {"severity": 1}, "neck_severity": 2}}}},
            "two",
        ),
        ({"scores": {"PHQ9": {"total": 3, "totals": {"total": 4}}}}, "total stands twice"),
        ({"scores": [{"total": 3}]}, "scores[1] is"),
        ({"scores": 3}, "scores is 3; allowed: a mapping of scale"),
        ({"scores": {3: 4}}, "scores: No scale is called"),
        ({"scores": {"ADDS": {"limited": "maybe"}}}, "scores.ADDS.limited is 'maybe'"),
        ({"scores": {"PGIC": {"video": ["x"]}}}, "scores.PGIC.video is ['x']"),
        ({"scores": {"PHQ9": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}}, "a mapping of item"),
        ({"note": "took 500 U"}, "no dose"),
        ({"dose": 5}, "no dose"),
        ({"patient_name": "x"}, "pseudonym"),
        ({"triggers": ["x"] * 2000}, "triggers has 2000 entries; allowed: at most 1000"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(answers, words):
    """A wrong answer names the path to the field, the value and what is allowed."""
    with pytest.raises(InvalidRecord) as error:
        examination.parse_examination({"rater": "A", **answers})
    assert words in str(error.value)
    assert len(str(error.value)) < 700


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"onset_age": 130}, "onset_age is 130; allowed: 0 to 120 years"),
        ({"exposures": ["metoclopramide 10 mg"]}, "no dose"),
        ({"exposures": [{"name": "metoclopramide", "dose": 10}]}, "no dose"),
        ({"therapies": ["botulinum toxin 5 e"]}, "no dose"),
        ({"tests": [{"item": "ceruloplasmin", "outcome": "fine"}]}, "tests[1].outcome is 'fine'"),
        ({"closed": [{"flag": "RF10", "result": "normal", "date": 2019}]}, "closed[1].by is miss"),
        ({"closed": [{"flag": "RF99", "result": "x", "date": 2019, "by": "A"}]}, "closed[1].flag"),
        ({"aetiology": ["cosmic"]}, "aetiology[1].block is 'cosmic'; allowed: genetic"),
        ({"consents": [{"use": "sale", "given": True}]}, "consents[1].use is 'sale'"),
        ({"growth": [{"age_years": 8, "height_cm": 1.3}]}, "growth[1].height_cm is 1.3"),
        ({"name": "x"}, "pseudonym"),
        ({"date_of_birth": "1980-01-01"}, "pseudonym"),
    ],
)
def test_a_history_that_cannot_be_is_refused(answers, words):
    """A wrong answer of the history names the path to the field, the value and what is allowed."""
    with pytest.raises(InvalidRecord) as error:
        examination.parse_history(answers)
    assert words in str(error.value)


def test_a_laboratory_value_is_no_dose():
    """Results and their units are kept as the laboratory wrote them."""
    test = {
        "item": "ceruloplasmin",
        "result": "low, 100 mg",
        "value": 0.1,
        "unit": "g/L",
        "lo": 0.2,
    }
    (found,) = examination.parse_history({"tests": [test]}).tests
    assert (found.result, found.value, found.unit, found.lo) == ("low, 100 mg", 0.1, "g/L", 0.2)


def test_a_history_is_found_through_its_words():
    """Names and synonyms of the tables lead to their keys, and other words are kept."""
    found = examination.parse_history(
        {
            "onset_region": "Hals",
            "therapies": ["Botox", "own idea"],
            "exposures": [{"name": "haloperidol", "kind": "antipsychotic", "date": 2019}],
        }
    )
    assert found.onset_region == "CE"
    assert [t.kind for t in found.therapies] == ["bont", "own idea"]
    assert found.exposures == (Exposure(name="haloperidol", kind="dopamine_blocker", date="2019"),)


# --- round trips and fuzz -----------------------------------------------------------------------


def _answers(question):
    match question.kind:
        case "yes_no":
            return st.sampled_from([True, False, "yes", "no"])
        case "number" | "integer":
            lo, hi = (question.lo, question.hi) if question.lo is not None else (-1e6, 1e6)
            whole = question.kind == "integer"
            return st.integers(int(lo), int(hi)) if whole else st.floats(lo, hi)
        case "choice":
            return st.sampled_from(question.choices)
        case "choices":
            return st.lists(st.sampled_from(question.choices), unique=True)
        case "date":
            return st.dates(min_value=_day(1900), max_value=_day(2099)).map(str)
        case "flags":
            keys = st.sampled_from([c.field for c in question.columns])
            return st.dictionaries(keys, st.booleans(), max_size=4)
        case "rows":
            needed = {c.field: _answers(c) for c in question.columns if c.required}
            rest = {c.field: _answers(c) for c in question.columns if not c.required}
            return st.lists(st.fixed_dictionaries(needed, optional=rest), max_size=3)
        case "texts":
            return st.lists(_words(), unique=True, max_size=3)
        case "scores":
            one = st.fixed_dictionaries(
                {},
                optional={
                    "TWSTRS": st.fixed_dictionaries(
                        {"severity": st.fixed_dictionaries({}, optional={"rotation": _0_to(4)})},
                        optional={"disability": st.just({"driving": "na"}), "version": _version()},
                    ),
                    "PHQ9": st.dictionaries(st.integers(1, 9), _0_to(3), max_size=9),
                    "ADDS": st.floats(0, 100) | st.none(),
                    "CGI": st.fixed_dictionaries({"severity": st.integers(1, 7)}),
                },
            )
            return one | st.lists(st.just({"scale": "PGIC", "total": 1}), max_size=2)
    return _words()


def _0_to(most):
    return st.integers(0, most)


def _version():
    return st.sampled_from(["0-85", ""])


def _day(year):
    return __import__("datetime").date(year, 1, 1)


def _words():
    return st.sampled_from(["text", "on", "10:15", "3", "no", "null", "Ω '\"#: -", "a\nb", "010"])


def _mappings(name):
    asked = {q.field: _answers(q) for q in questions(name) if q.field != "rater"}
    fixed = {"rater": st.sampled_from(["A", "B.1"])} if name == "examination" else {}

    @st.composite
    def draw_one(draw):
        chosen = draw(st.lists(st.sampled_from(sorted(asked)), unique=True, max_size=8))
        return draw(st.fixed_dictionaries({**fixed, **{f: asked[f] for f in chosen}}))

    return draw_one()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(mapping=_mappings("examination"), ending=st.sampled_from(["yaml", "json"]))
def test_every_examination_survives_its_file(tmp_path, mapping, ending):
    """Whatever can be answered comes back the same from JSON and from YAML."""
    for old in tmp_path.iterdir():
        old.unlink()
    found = examination.parse_examination(mapping)
    assert examination.parse_examination(examination.to_mapping(found)) == found
    (tmp_path / f"examination.{ending}").write_text(json.dumps({"rater": found.rater}))
    path = examination.save_examination(found, tmp_path)
    assert path.name == f"examination.{ending}"
    assert examination.load_examinations(tmp_path) == (found,)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(mapping=_mappings("history"), ending=st.sampled_from(["yaml", "json"]))
def test_every_history_survives_its_file(tmp_path, mapping, ending):
    """Whatever can be answered of a history comes back the same from JSON and from YAML."""
    (tmp_path / "person.yaml").unlink(missing_ok=True)
    (tmp_path / "person.json").unlink(missing_ok=True)
    found = examination.parse_history(mapping)
    (tmp_path / f"person.{ending}").write_text("{}")
    examination.save_history(found, tmp_path)
    assert examination.load_history(tmp_path) == found


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["CE", "left", "yes", "na", "none", "TWSTRS", "2026-03-01", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(["region", "side", "stridor", "TWSTRS", "items", "severity", "total"])
            | st.integers(),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=400)
@given(
    name=st.sampled_from(["examination", "history", "diary"]),
    data=st.data(),
)
def test_any_values_are_parsed_or_refused(name, data):
    """Whatever stands in a field is either valid or an InvalidRecord, never another error."""
    parse = {
        "examination": examination.parse_examination,
        "history": examination.parse_history,
        "diary": examination.parse_entry,
    }[name]
    fields = st.sampled_from([q.field for q in questions(name)])
    mapping = data.draw(st.dictionaries(fields, _ANY, max_size=4))
    needed = {"examination": {"rater": "A"}, "diary": {"time": "2026-03-01"}}.get(name, {})
    try:
        noun = parse({**needed, **mapping})
    except InvalidRecord as error:
        assert len(str(error)) < 1000
        return
    assert parse(examination.to_mapping(noun)) == noun


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "ignore")),
    cut=st.integers(0, len(YAML)),
)
@pytest.mark.parametrize("name", ["examination.yaml", "examination.json", "person.yaml"])
def test_any_bytes_are_read_or_refused(tmp_path, name, raw, cut):
    """A file of anything, also a good one that was damaged, gives a noun or an error of ours."""
    good = YAML.encode()
    for content in (raw, good[:cut] + raw[:4] + good[cut:]):
        (tmp_path / name).write_bytes(content)
        with suppress(EutoniaError):
            examination.load_examinations(tmp_path)
        with suppress(EutoniaError):
            examination.load_history(tmp_path)


# --- files --------------------------------------------------------------------------------------


def _write(folder, name, rater, **more):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"rater": rater, **more}), encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["examination.yaml", "examination.yml", "examination-B.json", "sub-01_ses-02_examination.json"],
)
def test_every_name_of_a_file_is_found(visit, name):
    """The names in the documentation are all read."""
    _write(visit, name, "B")
    assert [e.rater for e in examination.load_examinations(visit)] == ["B"]


@pytest.mark.parametrize("name", [".examination.yaml", "examination.yaml.bak", "my-exam.json"])
def test_other_files_are_no_examination(visit, name):
    """A hidden file, a copy and a file of another name are passed over."""
    _write(visit, name, "B")
    assert examination.load_examinations(visit) == ()


def test_several_raters_and_one_file_each(visit):
    """Two raters give two examinations, and two files of one rater are refused."""
    _write(visit, "examination.yaml", "A")
    _write(visit, "examination-B.yaml", "B")
    assert [e.rater for e in examination.load_examinations(visit)] == ["B", "A"]
    _write(visit, "sub-01_ses-02_examination.json", "a")
    with pytest.raises(InvalidRecord, match="both of rater a"):
        examination.load_examinations(visit)


def test_a_rater_never_overwrites_another(visit):
    """Saving one rater's examination leaves the files of the others as they are."""
    raters = ["A", "B.1", "B 1", "Ω"]
    paths = [examination.save_examination(Examination(rater=r), visit) for r in raters]
    assert len(set(paths)) == len(raters)
    again = dataclasses.replace(Examination(rater="B.1"), pain_usual=3.0)
    assert examination.save_examination(again, visit) == paths[1]
    found = {e.rater: e.pain_usual for e in examination.load_examinations(visit)}
    assert found == {"A": None, "B.1": 3.0, "B 1": None, "Ω": None}


def test_an_error_names_the_file(visit):
    """The message says in which of several files the field stands."""
    _write(visit, "examination.yaml", "A")
    _write(visit, "examination-B.json", "B", pain_usual=99)
    with pytest.raises(InvalidRecord, match=r"examination-B\.json: pain_usual is 99; allowed: 0"):
        examination.load_examinations(visit)


def test_items_of_a_scale_that_needs_permission_need_a_licence_file(visit):
    """With a licence beside the data set the items are taken, without one only totals."""
    _write(visit, "examination.yaml", "A", scores={"BSDI": {"reading": 2}})
    with pytest.raises(InvalidRecord, match="need permission"):
        examination.load_examinations(visit)
    (visit.parent.parent / "licences").mkdir()
    (visit.parent.parent / "licences" / "BSDI.txt").write_text("granted")
    (found,) = examination.load_examinations(visit)
    assert found.scores == (Score(scale="BSDI", items=(("reading", 2.0),)),)


@pytest.mark.parametrize("place", [".", ".."])
def test_the_history_lies_with_the_person_or_the_visit(visit, place):
    """A file of the person is found from the visit, and one beside it as well is refused."""
    (visit / place / "person.yaml").write_text("onset_age: 34\n")
    assert examination.load_history(visit).onset_age == 34
    (visit / "sub-01_person.json").write_text("{}")
    with pytest.raises(InvalidRecord, match="several files of one person"):
        examination.load_history(visit)


def test_a_new_history_belongs_to_the_person(visit):
    """Without a file it is written into the person's folder, from wherever it is asked."""
    path = examination.save_history(History(onset_age=34.0), visit)
    assert path == visit.parent / "person.json"
    assert examination.load_history(visit.parent).onset_age == 34
    assert examination.save_history(History(onset_age=35.0), visit) == path


def test_without_files_nothing_is_known(tmp_path):
    """A folder without files, or none at all, gives empty nouns."""
    for folder in (tmp_path, tmp_path / "missing"):
        assert examination.load_examinations(folder) == ()
        assert examination.load_history(folder) == History()
        assert examination.earlier_examinations(folder) == ()


def test_the_last_session_before_is_the_earlier_one(tmp_path):
    """Of several earlier sessions the last with an examination counts, 10 after 9."""
    person = tmp_path / "sub-01"
    for n in (2, 9, 10, 11, 12):
        (person / f"ses-{n}").mkdir(parents=True)
    _write(person / "ses-2", "examination.yaml", "old")
    _write(person / "ses-9", "examination.yaml", "last")
    _write(person / "ses-12", "examination.yaml", "later", pain_usual=99)
    assert [e.rater for e in examination.earlier_examinations(person / "ses-11")] == ["last"]
    assert examination.earlier_examinations(person / "ses-2") == ()
    with pytest.raises(InvalidRecord, match=r"^ses-12/examination.yaml: pain_usual"):
        (person / "ses-13").mkdir()
        examination.earlier_examinations(person / "ses-13")


def test_dates_go_before_labels(tmp_path):
    """Where the sessions are dated their dates decide, whatever they are called."""
    person = tmp_path / "sub-01"
    _write(person / "ses-pre", "examination.yaml", "A", date="2025-01-01")
    _write(person / "ses-post", "examination.yaml", "A", date="2026-01-01")
    (found,) = examination.earlier_examinations(person / "ses-post")
    assert found.date == "2025-01-01"
    assert examination.earlier_examinations(person / "ses-pre") == ()


def test_every_file_behind_a_visit_is_named(tmp_path):
    """The files that entries are read from are found, with those of the session before."""
    person = tmp_path / "sub-01"
    _write(person / "ses-1", "examination.yaml", "A")
    _write(person / "ses-2", "examination-A.yaml", "A")
    for path in ("person.yaml", "sub-01_diary.tsv", "ses-2/diary.csv", "ses-1/diary.csv"):
        (person / path).write_text("")
    found = {
        p.relative_to(person.resolve()).as_posix() for p in examination.files_for(person / "ses-2")
    }
    assert found == {
        "ses-1/examination.yaml",
        "ses-2/examination-A.yaml",
        "person.yaml",
        "sub-01_diary.tsv",
        "ses-2/diary.csv",
    }
    assert examination.files_for(tmp_path / "missing") == ()


# --- template and speed -------------------------------------------------------------------------


@pytest.mark.parametrize("form", table("forms"))
def test_the_template_of_each_form_can_be_filled_in(tmp_path, form):
    """An untouched template says nothing, and names every field that is asked for its form."""
    text = examination.template(form)
    (tmp_path / "examination.yaml").write_text(text.replace("\nrater:", "\nrater: A", 1), "utf-8")
    assert examination.load_examinations(tmp_path) == (Examination(rater="A", form=form),)
    for question in questions("examination"):
        assert (f"\n{question.field}:" in text) == question.asked_for(form)
    assert max(map(len, text.splitlines())) < 140


def test_the_template_of_no_form_is_refused():
    """A form that does not exist is refused with those that do."""
    with pytest.raises(InvalidRecord, match="form is 'flu'; allowed: cervical"):
        examination.template("flu")


def test_parsing_takes_a_few_times_a_plain_copy(visit):
    """An examination is checked in a few times what Python takes to copy its answers."""
    # Measured: 0.28 ms, 7.2 times a copy; 12 times would be half a millisecond. Interleaved, and
    # the least of many rounds, so that other work on the machine does not count.
    (visit / "examination.yaml").write_text(YAML, encoding="utf-8")
    mapping = examination.to_mapping(examination.load_examinations(visit)[0])
    rounds = [
        (
            _seconds(lambda: examination.parse_examination(mapping)),
            _seconds(lambda: deepcopy(mapping)),
        )
        for _ in range(25)
    ]
    parsed, copied = (min(times) for times in zip(*rounds, strict=True))
    assert parsed < 12 * copied, f"{parsed / copied:.1f} times, {parsed * 1000:.2f} ms"


def _seconds(work):
    start = time.process_time()
    for _ in range(20):
        work()
    return (time.process_time() - start) / 20
