"""Codes of terminologies: the traps of the domain, licences, and units."""

import pytest

from eutonia.formats.codes import Code, codes_for, concept_of, licensed, terms
from eutonia.formats.shape import build, shapes
from eutonia.formats.ucum import ucum
from eutonia.knowledge import table
from eutonia.model import (
    Aetiology,
    Conclusion,
    DiaryEntry,
    Examination,
    History,
    InvalidRecord,
    VisitState,
)


def distribution(value):
    return Conclusion(axis="I", about="distribution", value=value, words=f"It is {value}.")


def of(codes, system):
    return [c.code for c in codes if c.system == system]


def test_a_named_form_gives_its_codes_with_the_traps():
    """Cervical dystonia is G24.3, and M43.6 is named as what must not stand beside it."""
    codes = codes_for((), "cervical")
    assert of(codes, "icd10cm") == of(codes, "icd10who") == ["G24.3"]
    assert of(codes, "hpo") == ["HP:0000473"]
    assert of(codes, "mondo") == ["MONDO:0000481"]
    assert all("M43.6" in c.note for c in codes)


def test_the_form_goes_before_the_distribution():
    """The more specific ICD code holds; the other terminologies name both."""
    codes = codes_for((distribution("focal"),), "cervical")
    assert of(codes, "icd10cm") == ["G24.3"]
    assert of(codes, "hpo") == ["HP:0000473", "HP:0004373"]
    assert of(codes_for((distribution("segmental"),)), "icd10cm") == ["G24.8"]


@pytest.mark.parametrize(
    ("block", "family", "expected"),
    [
        ("genetic", None, ["G24.1"]),
        ("idiopathic", True, ["G24.1"]),
        ("idiopathic", False, ["G24.2"]),
        ("acquired", None, ["G24.8"]),
        ("idiopathic", None, ["G24.1", "G24.2", "G24.8"]),
        (None, None, ["G24.1", "G24.2", "G24.8"]),
    ],
)
def test_generalised_dystonia_is_coded_by_its_cause(block, family, expected):
    """Familial and genetic G24.1, idiopathic G24.2, acquired G24.8; unknown: all are offered."""
    causes = [Aetiology(block=block, what="x")] if block else []
    codes = codes_for((), "generalised", aetiology=causes, family=family)
    assert of(codes, "icd10cm") == of(codes, "icd10who") == expected


def test_the_two_icd_10_name_g24_1_differently():
    """G24.1 is "Genetic torsion dystonia" in ICD-10-CM, "Idiopathic familial dystonia" by WHO."""
    codes = codes_for((), "generalised", aetiology=[Aetiology(block="genetic", what="x")])
    labels = {c.system: c.label for c in codes if c.code == "G24.1"}
    assert labels == {
        "icd10cm": "Genetic torsion dystonia",
        "icd10who": "Idiopathic familial dystonia",
    }


def test_writers_cramp_is_neurological_first():
    """F48.8 is offered only as an alias, after G24.8."""
    codes = [c for c in codes_for((), "writers_cramp") if c.system == "icd10cm"]
    assert codes[0].code == "G24.8"
    assert [c.code for c in codes if c.alias] == ["F48.8"]


def test_laryngeal_dystonia_is_never_laryngeal_spasm():
    """J38.5 stands nowhere."""
    assert "J38.5" not in of(codes_for((), "laryngeal"), "icd10cm")
    assert not [e for e in table("codes").values() if "J38.5" in e.get("icd10cm", {})]


def test_what_is_not_decided_has_no_code():
    """Undecided, unknown or none give no code, and the yips none, since few are dystonic."""
    for value in ("undecided", "unknown", "none"):
        assert codes_for((distribution(value),)) == ()
    assert codes_for((), "yips") == ()


def test_snomed_is_left_out_unless_allowed():
    """Without a licence no SNOMED CT code is suggested."""
    assert of(codes_for((), "cervical"), "snomed_ct") == []
    assert of(codes_for((), "cervical", snomed=True), "snomed_ct") == ["74333002"]


def test_no_mms_stem_code_of_icd_11_ships():
    """ICD-11 is there by Foundation ids, which are numbers, alone."""
    text = str(table("codes"))
    assert "8A02" not in text
    held = [c for e in table("codes").values() for c in e.get("icd11_foundation", ())]
    assert "1435836279" in held
    assert all(c.isdecimal() for c in held)


def test_forty_concepts_and_every_region_but_the_upper_face():
    """The domain's 40 concepts are there, and every region but one has its own."""
    assert len(table("codes")) == 40
    missing = [r for r in table("regions") if not concept_of("region", r)]
    assert missing == ["UC"]  # the HPO has no term for it: blepharospasm would say more
    assert terms("arm", "hpo") == {"HP:0031960": "Arm dystonia"}


def test_a_code_knows_its_terminology():
    """Uri and prefix come from the table of terminologies."""
    held = Code(system="icd10cm", code="G24.3", label="x", concept="cervical", why="y")
    assert held.uri == "http://hl7.org/fhir/sid/icd-10-cm"
    assert held.curie == "ICD10CM:G24.3"


def test_a_licence_is_a_file_of_the_data_set(tmp_path):
    """It is looked for up to the outermost data set, and not beyond it."""
    data = tmp_path / "data"
    results = data / "derivatives" / "eutonia" / "sub-01"
    results.mkdir(parents=True)
    for root in (data, data / "derivatives" / "eutonia"):
        (root / "dataset_description.json").write_text("{}", encoding="utf-8")
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "SNOMED.txt").write_text("elsewhere", encoding="utf-8")
    assert not licensed("SNOMED", results)
    (data / "licences").mkdir()
    (data / "licences" / "SNOMED.txt").write_text("", encoding="utf-8")
    assert not licensed("SNOMED", results)  # an empty file is no licence
    (data / "licences" / "SNOMED.txt").write_text("ours", encoding="utf-8")
    assert licensed("SNOMED", results)


@pytest.mark.parametrize(
    ("unit", "code"),
    [("uV", "uV"), ("%MVC", "%{MVC}"), ("years", "a"), ("points", "{score}"), ("", "1")],
)
def test_units_in_ucum(unit, code):
    """Our units become those of UCUM."""
    assert ucum(unit) == code


def test_a_unit_that_ucum_does_not_have_is_an_annotation():
    """It stands in braces, without blanks, braces or other letters inside."""
    assert ucum("ln(uV2/Hz)") == "{ln(uV2/Hz)}"
    assert ucum("Grad {x} µ") == "{Grad__x___}"


def test_nouns_are_told_by_their_declaration():
    """Each field of each noun has a kind, and a wrong value is named with what is allowed."""
    for noun in (Examination, History, DiaryEntry, VisitState):
        assert len(shapes(noun)) == len(noun.__dataclass_fields__)
    made = build(Examination, {"rater": "A", "dsap": 2, "neck": [{"pattern": "torticaput"}]})
    assert (made.neck[0].pattern, made.dsap) == ("torticaput", 2)
    wrong = [
        ({"rater": "A", "dsap": 2.5}, "dsap is 2.5; allowed: a whole number"),
        ({"rater": "A", "shoe": 1}, "shoe is not a field"),
        ({}, "rater is missing"),
        ({"rater": "A", "course": "up"}, "course is 'up'; allowed: static"),
        ({"rater": "A", "neck": [{"side": "left"}]}, "neck: pattern is missing"),
        ({"rater": "A", "danger": [["stridor", 3]]}, "stridor in danger is 3"),
        ({"rater": "A", "pain_usual": float("nan")}, "pain_usual is nan"),
    ]
    for values, said in wrong:
        with pytest.raises(InvalidRecord, match=said):
            build(Examination, values)
