"""FHIR R4: valid for another library, linked, repeatable, and read back exactly."""

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.formats import fhir
from eutonia.formats.exchange import number
from eutonia.knowledge import table
from eutonia.model import (
    DiaryEntry,
    EutoniaError,
    Examination,
    History,
    InvalidRecord,
    Score,
    UnknownName,
    VisitState,
)

NOUNS = (Examination, History, DiaryEntry, VisitState)


def valid(resource):
    """Hold a resource against the R4B model of an independent library."""
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def plain(resource):
    """Return a resource after a way through JSON text."""
    return json.loads(fhir.dumps(resource))


# --- questionnaires


@pytest.mark.parametrize("name", fhir.names())
def test_every_questionnaire_is_valid(name):
    """Each questionnaire, also of every scale, is a valid R4B resource with unique link ids."""
    for licensed in (False, True):
        made = plain(fhir.questionnaire(name, licensed=licensed))
        valid(made)
        links = [i["linkId"] for i in _all_items(made)]
        assert len(links) == len(set(links))


def _all_items(node):
    for item in node.get("item", []):
        yield item
        yield from _all_items(item)


def test_there_is_no_questionnaire_for_a_scale_that_is_not_implemented():
    """An unknown name, or a scale never identified, is refused with the names there are."""
    for name in ("MDDS", "nothing"):
        with pytest.raises(UnknownName, match="TWSTRS"):
            fhir.questionnaire(name)


def test_items_of_a_scale_that_needs_permission_wait_for_the_licence():
    """Without a licence only totals are asked for; with it the items come."""
    for key in [k for k, s in table("scales").items() if s["status"] == "permission"]:
        asked = {i["linkId"] for i in fhir.questionnaire(key)["item"]}
        assert "totals" in asked
        closed = [i for i in fhir.questionnaire(key)["item"] if i["linkId"] == "items"]
        assert [i["linkId"] for c in closed for i in c["item"]] == ["items.other"] * len(closed)
    held = fhir.questionnaire("BSDI", licensed=True)
    items = next(i for i in held["item"] if i["linkId"] == "items")
    assert "items.driving" in [i["linkId"] for i in items["item"]]


def test_limits_units_and_choices_of_the_questions_arrive():
    """The range and unit of a number, and the words of a choice, stand in the questionnaire."""
    items = {i["linkId"]: i for i in _all_items(fhir.questionnaire("examination"))}
    limits = {e["url"].rpartition("/")[2]: e for e in items["grip_right_kg"]["extension"]}
    assert (limits["minValue"]["valueDecimal"], limits["maxValue"]["valueDecimal"]) == (0, 150)
    assert limits["questionnaire-unit"]["valueCoding"]["code"] == "kg"
    codes = {o["valueCoding"]["code"]: o["valueCoding"] for o in items["form"]["answerOption"]}
    assert codes["cervical"]["display"] == "cervical dystonia"
    intake = {i["linkId"]: i for i in _all_items(fhir.questionnaire("intake"))}
    when = intake["toxin_day"]["enableWhen"][0]
    assert (when["question"], when["operator"], when["answerBoolean"]) == (
        "toxin_never",
        "!=",
        True,
    )


# --- answers


@pytest.mark.parametrize("cls", NOUNS, ids=lambda c: c.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_answer_is_read_back_exactly(draw, cls, data):
    """Whatever the types allow survives the way through JSON, but for the order of named pairs."""
    noun = draw(data, cls)
    given_back = fhir.from_response(plain(fhir.response(noun)))
    assert _sorted(given_back) == _sorted(noun)


def _sorted(noun):
    named = [f for f in ("danger", "ratings") if hasattr(noun, f)]
    return replace(noun, **{f: tuple(sorted(getattr(noun, f))) for f in named})


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_score_is_read_back_exactly(draw, data):
    """A score answers the questionnaire of its scale and comes back as it was."""
    known = [k for k, s in table("scales").items() if s["status"] != "unknown"]
    score = replace(draw(data, Score), scale=data.draw(st.sampled_from(known)))
    back = fhir.from_response(plain(fhir.response(score)))
    named = {f: tuple(sorted(getattr(score, f))) for f in ("items", "totals")}
    back_named = {f: tuple(sorted(getattr(back, f))) for f in ("items", "totals")}
    assert replace(back, **back_named) == replace(score, **named)


def test_answers_fit_their_questionnaire(assessment):
    """Each answer stands under an item of the questionnaire, in its order and of its type."""
    nouns = [*assessment.examinations, assessment.history, *assessment.diary, assessment.state]
    for noun in [*nouns, *assessment.examinations[0].scores]:
        made = plain(fhir.response(noun))
        valid(made)
        name = made["questionnaire"].rpartition(":")[2]
        _fits(made["item"], fhir.questionnaire(name, licensed=True)["item"])


_ANSWERS = {
    "boolean": {"valueBoolean"},
    "decimal": {"valueDecimal"},
    "integer": {"valueInteger"},
    "string": {"valueString"},
    "date": {"valueDate"},
    "choice": {"valueCoding"},
    "open-choice": {"valueCoding", "valueString"},
}


def _fits(items, definitions):
    order = [d["linkId"] for d in definitions]
    places = [order.index(i["linkId"]) for i in items]
    assert places == sorted(places)
    for item in items:
        definition = definitions[order.index(item["linkId"])]
        if definition["type"] == "group":
            assert "answer" not in item
            _fits(item.get("item", []), definition["item"])
            continue
        keys = {k for a in item["answer"] for k in a}
        assert keys <= _ANSWERS[definition["type"]], item
        assert definition.get("repeats") or len(item["answer"]) == 1
    once = [d["linkId"] for d in definitions if not d.get("repeats")]
    for link in once:
        assert [i["linkId"] for i in items].count(link) <= 1


def test_not_asked_differs_from_none_found():
    """An empty tuple and None are told apart after the way through FHIR."""
    for signs in (None, ()):
        noun = Examination(rater="A", motor_signs=signs)
        assert fhir.from_response(plain(fhir.response(noun))).motor_signs == signs


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(questionnaire="http://elsewhere/q"), "elsewhere"),
        (lambda r: r["item"].append({"linkId": "shoe_size", "answer": []}), "shoe_size"),
        (lambda r: r["item"].append({"linkId": "dsap", "answer": [{"valueString": "x"}]}), "dsap"),
        (lambda r: r["item"].append({"linkId": "course", "answer": [{"valueString": "up"}]}), "up"),
        (
            lambda r: r["item"].append({"linkId": "dsap", "answer": [{"valueAttachment": {}}]}),
            "dsap",
        ),
        (lambda r: r.update(item=[i for i in r["item"] if i["linkId"] != "rater"]), "rater"),
        (lambda r: r.update(item="nonsense"), "nonsense"),
    ],
)
def test_a_wrong_answer_is_named(change, said):
    """The error names the item or the answer that is wrong."""
    made = plain(fhir.response(Examination(rater="A")))
    change(made)
    with pytest.raises(InvalidRecord, match=said):
        fhir.from_response(made)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["linkId", "answer", "item", "valueDecimal", "valueCoding", "code", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(items=JSON, link=st.sampled_from(["regions", "dsap", "scores", "danger", "motor_signs", 3]))
def test_any_answers_give_a_noun_or_an_error_with_words(items, link):
    """Nonsense in place of answers never ends in anything but an error of ours."""
    response = plain(fhir.response(Examination(rater="A")))
    for key in ("item", "answer"):
        response["item"] = [{"linkId": "rater", "answer": [{"valueString": "A"}]}]
        response["item"].append({"linkId": link, key: items})
        try:
            fhir.from_response(response)
        except EutoniaError as error:
            assert str(error)


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(["Observation", "Patient", "Encounter", "Other"]), held=JSON)
def test_any_bundle_gives_what_it_holds_or_an_error_with_words(kind, held):
    """Nonsense in place of resources never ends in anything but an error of ours."""
    code = {"coding": [{"system": "urn:eutonia:measure", "code": "emg.rms"}]}
    resource = {"resourceType": kind, "code": code, "valueQuantity": held, "component": held}
    resource |= {"identifier": held}
    for entry in ([{"resource": resource}], [held], held):
        try:
            fhir.from_bundle({"resourceType": "Bundle", "entry": entry})
        except EutoniaError as error:
            assert str(error)


# --- the bundle


def test_the_bundle_and_every_resource_in_it_are_valid(assessment):
    """The bundle as a whole and each resource alone are valid R4B resources."""
    made = plain(fhir.bundle(assessment))
    valid(made)
    for entry in made["entry"]:
        valid(entry["resource"])
    kinds = {e["resource"]["resourceType"] for e in made["entry"]}
    assert kinds == {
        *("Patient", "Encounter", "Observation", "Condition", "Flag"),
        *("QuestionnaireResponse", "DiagnosticReport"),
    }


def test_references_inside_the_bundle_resolve(assessment):
    """Every reference leads to an entry, and no two entries share an address."""
    made = plain(fhir.bundle(assessment))
    addresses = [e["fullUrl"] for e in made["entry"]]
    assert len(addresses) == len(set(addresses))
    references = set(_references(made))
    assert references
    assert references <= set(addresses)


def _references(node):
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_the_same_assessment_gives_the_same_bytes(assessment):
    """Ids and order follow from the content alone."""
    assert fhir.dumps(fhir.bundle(assessment)) == fhir.dumps(fhir.bundle(assessment))
    other = fhir.bundle(replace(assessment, visit="ses-03"))
    assert other["id"] != fhir.bundle(assessment)["id"]


def test_the_bundle_gives_back_what_it_holds(assessment):
    """Numbers with units and intervals, answers, and the person come back exactly."""
    back = fhir.from_bundle(plain(fhir.bundle(assessment)))
    assert back.numbers == tuple(number(f.estimate) for f in assessment.findings)
    assert back.examinations == assessment.examinations
    assert (back.history, back.diary) == (assessment.history, assessment.diary)
    assert (back.state, back.person) == (assessment.state, assessment.person)
    assert back.visit == "ses-02"


def test_a_number_carries_the_six_things(assessment):
    """Interval and its kind, version, source, range, and tier stand on the observation."""
    made = plain(fhir.bundle(assessment))
    held = next(
        e["resource"]
        for e in made["entry"]
        if e["resource"].get("code", {}).get("text") == "EMG amplitude"
    )
    names = {c["code"]["text"].replace(" ", "_") for c in held["component"]}
    assert {"interval_low", "interval_high", "interval_kind", "tier", "valid_range"} <= names
    assert {"version", "source", "in_valid_range", "n_effective"} <= names
    assert held["valueQuantity"]["code"] == "uV"
    assert held["method"]["text"] == "emg.rms version 2"


def test_what_could_not_be_measured_says_why(assessment):
    """A measure that was not taken has a reason and no value."""
    made = plain(fhir.bundle(assessment))
    absent = [e["resource"] for e in made["entry"] if "dataAbsentReason" in e["resource"]]
    assert [a["dataAbsentReason"]["text"] for a in absent] == ["The recording is too short."]
    assert not [a for a in absent if "valueQuantity" in a]


def test_a_score_with_a_loinc_code_carries_it(assessment):
    """The PHQ-9 total carries its LOINC code first, and our own measure beside it."""
    made = plain(fhir.bundle(assessment))
    codings = [
        e["resource"]["code"]["coding"]
        for e in made["entry"]
        if e["resource"].get("code", {}).get("text") == "Patient Health Questionnaire-9"
    ]
    assert [(c["system"], c["code"]) for c in codings[0]] == [
        ("http://loinc.org", "44261-6"),
        ("urn:eutonia:measure", "scale.phq9"),
    ]


def test_the_laboratory_range_is_the_laboratorys_own(assessment):
    """A test's value stands beside the range that the laboratory gave, and no other has one."""
    made = plain(fhir.bundle(assessment))
    ranged = [e["resource"] for e in made["entry"] if "referenceRange" in e["resource"]]
    assert [
        (r["referenceRange"][0]["low"]["value"], r["valueQuantity"]["value"]) for r in ranged
    ] == [(0.2, 0.25)]


def test_a_closed_flag_is_inactive_and_stays(assessment):
    """A red flag that somebody closed is kept with the day, and the open one stays active."""
    made = plain(fhir.bundle(assessment))
    flags = [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Flag"]
    assert [(f["status"], f.get("period", {}).get("end")) for f in flags] == [
        ("active", None),
        ("inactive", "2019-05"),
    ]


def test_no_condition_is_confirmed_by_the_program(assessment):
    """A suggested code is never confirmed; only an examiner's own certainty confirms a cause."""
    made = plain(fhir.bundle(assessment))
    conditions = [
        e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Condition"
    ]
    status = [c["verificationStatus"]["coding"][0]["code"] for c in conditions]
    assert "confirmed" not in status
    assert all(
        "clinician confirms" in c["note"][-1]["text"]
        for c in conditions
        if c["code"]["text"] != "no cause found"
    )


def test_simulated_data_are_marked_as_test_data(assessment):
    """Every resource of a simulated person carries the label and HL7's tag for test data."""
    made = plain(fhir.bundle(assessment))
    for holder in [made, *(e["resource"] for e in made["entry"])]:
        assert {t["code"] for t in holder["meta"]["tag"]} == {"SIMULATED", "HTEST"}


def test_snomed_waits_for_a_licence(assessment):
    """No SNOMED CT code leaves unless the deployer confirms a licence."""
    system = "http://snomed.info/sct"
    assert system not in fhir.dumps(fhir.bundle(assessment))
    assert system in fhir.dumps(fhir.bundle(assessment, snomed=True))


def test_what_is_foreign_is_listed_and_not_lost():
    """Resources of others are counted among what was left, never dropped in silence."""
    entry = [{"resource": {"resourceType": "Medication"}}] * 2
    back = fhir.from_bundle({"resourceType": "Bundle", "type": "collection", "entry": entry})
    assert back.left == ("2 Medication",)
