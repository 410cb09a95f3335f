"""``eutonia export`` and ``eutonia import``: what leaves, what comes in, and what is noted."""

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from eutonia import cli
from eutonia.formats import assessment as stored
from eutonia.formats import audit, examination, fhir, redcap
from eutonia.formats.diary import load_diary
from eutonia.formats.pseudonyms import KEY_BYTES
from eutonia.model import (
    Assessment,
    Consent,
    DiaryEntry,
    Examination,
    FlagClosed,
    GeneFinding,
    History,
    Manifest,
    Person,
    RegionSeen,
    Score,
    VisitState,
)

HISTORY = History(
    onset_age=41.0,
    onset_region="CE",
    genes=(GeneFinding(gene="TOR1A", result="negative", date="2021"),),
    closed=(FlagClosed(flag="RF10", result="slit lamp clear", date="2019-05", by="Q7"),),
    consents=(
        Consent(use="care", given=True, date="2020-01-01", by="person"),
        Consent(use="research", given=True, date="2020-01-01", by="person"),
    ),
    note="Lives beside the old mill.",
)
EXAMINATION = Examination(
    rater="Q7",
    date="2026-03-01",
    form="cervical",
    regions=(RegionSeen(region="CE", side="right", severity=2.0, at_rest=True),),
    motor_signs=(),
    scores=(Score(scale="PHQ9", totals=(("total", 6.0),)),),
    note="Met at the old mill.",
)


@pytest.fixture
def results(tmp_path):
    """Return the results folder of a visit in a data set, with an assessment in it."""
    data = tmp_path / "data"
    visit = data / "sub-01" / "ses-02"
    visit.mkdir(parents=True)
    about = {"Name": "test", "BIDSVersion": "1.10.0"}
    (data / "dataset_description.json").write_text(json.dumps(about), encoding="utf-8")
    (data / ".eutonia").mkdir()  # one key, so that no date is shifted onto another by chance
    (data / ".eutonia" / "key").write_text("1f" * KEY_BYTES, encoding="ascii")
    made = Assessment(
        person=Person(id="sub-01", age_years=52.0, sex="female"),
        visit="ses-02",
        state=VisitState(form="cervical", pain=5.0, bystanders=False),
        recordings=(),
        lost=(),
        findings=(),
        contrasts=(),
        not_measurable=(),
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
        examinations=(EXAMINATION,),
        history=HISTORY,
        diary=(DiaryEntry(time="2026-02-27T21:30", ratings=(("pain", 4.0),)),),
    )
    folder = data / "derivatives" / "eutonia" / "sub-01" / "ses-02"
    stored.save(made, {}, folder)
    return folder


def export(results, to, *more):
    out = results.parents[4] / f"out-{to}.txt"
    code = cli.run(["export", str(results), "--to", to, "--out", str(out), *more])
    return code, out


@pytest.mark.parametrize("to", ["fhir", "phenopacket", "redcap", "json"])
def test_what_names_the_person_does_not_leave(results, to):
    """Pseudonym, dates, rater and free texts are changed in every format."""
    code, out = export(results, to)
    assert code == cli.DONE
    text = out.read_text(encoding="utf-8")
    for told in ("sub-01", "old mill", "2026-03-01", "Q7", "2019-05"):
        assert told not in text, told


@pytest.mark.parametrize("to", ["fhir", "phenopacket", "redcap", "json"])
def test_identified_keeps_what_was_entered(results, to):
    """With --identified the pseudonym leaves as it is."""
    code, out = export(results, to, "--identified")
    assert code == cli.DONE
    assert "sub-01" in out.read_text(encoding="utf-8")


def test_an_exported_bundle_is_valid_and_de_identified_dates_are_dates(results):
    """The de-identified bundle is a valid R4B resource, and its answers are read back."""
    _, out = export(results, "fhir")
    made = json.loads(out.read_text(encoding="utf-8"))
    get_fhir_model_class("Bundle").model_validate(made)
    back = fhir.from_bundle(made)
    assert back.person.id.startswith("sub-")
    assert back.examinations[0].regions == EXAMINATION.regions


def test_each_export_is_noted(results):
    """The audit log of the data set gains a line with format, use and the file's hash."""
    export(results, "fhir")
    export(results, "redcap", "--identified")
    lines = audit.entries(results)
    assert [(e.action, e.what, e.person) for e in lines] == [
        ("export", "fhir-care", "sub-01"),
        ("export", "redcap-care-identified", "sub-01"),
    ]
    assert all(len(e.files) == 1 for e in lines)
    assert audit.check(results) == ()


def test_without_consent_nothing_leaves(results, capsys):
    """A use without the person's consent gives no file, a sentence, and no line in the log."""
    code, out = export(results, "fhir", "--use", "teaching")
    assert code == cli.MISTAKE
    assert not out.exists()
    assert "teaching" in capsys.readouterr().err
    assert audit.entries(results) == ()
    code, out = export(results, "fhir", "--use", "research")
    assert (code, out.exists()) == (cli.DONE, True)


def test_research_never_gets_identified_data(results, capsys):
    """--identified is refused for any use but care."""
    code, out = export(results, "fhir", "--use", "research", "--identified")
    assert (code, out.exists()) == (cli.MISTAKE, False)
    assert "de-identified" in capsys.readouterr().err


def test_snomed_needs_a_file_of_the_data_set(results):
    """SNOMED CT codes leave only where licences/SNOMED.txt confirms a licence."""
    _, out = export(results, "fhir")
    assert "snomed" not in out.read_text(encoding="utf-8")
    licences = results.parents[3] / "licences"
    licences.mkdir()
    (licences / "SNOMED.txt").write_text("affiliate licence of the clinic", encoding="utf-8")
    _, out = export(results, "fhir")
    assert "snomed" in out.read_text(encoding="utf-8")


def test_questionnaires_and_the_dictionary_are_written(tmp_path, capsys):
    """Blank forms go to a file, or to the terminal as one document."""
    out = tmp_path / "q.json"
    assert cli.run(["export", "--questionnaire", "PHQ9", "--out", str(out)]) == cli.DONE
    get_fhir_model_class("Questionnaire").model_validate(json.loads(out.read_text("utf-8")))
    capsys.readouterr()
    assert cli.run(["export", "--dictionary"]) == cli.DONE
    assert capsys.readouterr().out == redcap.dictionary()
    assert cli.run(["export", "--questionnaire", "nothing"]) == cli.MISTAKE
    assert "TWSTRS" in capsys.readouterr().err
    assert cli.run(["export"]) == cli.MISTAKE


# --- import


@pytest.fixture
def visit(tmp_path):
    """Return an empty visit of the same person in another place."""
    folder = tmp_path / "elsewhere" / "sub-01" / "ses-02"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("to", ["fhir", "redcap"])
def test_what_was_exported_is_taken_in_whole(results, visit, to):
    """Examination, history, diary and intake arrive as they left."""
    _, out = export(results, to, "--identified")
    assert cli.run(["import", str(out), str(visit)]) == cli.DONE
    assert examination.load_examinations(visit) == (EXAMINATION,)
    assert examination.load_history(visit) == HISTORY
    entries, lost = load_diary(visit.parent)
    assert (entries, lost) == ((DiaryEntry(time="2026-02-27T21:30", ratings=(("pain", 4.0),)),), ())
    assert json.loads((visit / "intake.json").read_text("utf-8")) == {
        "form": "cervical",
        "pain": 5.0,
        "bystanders": False,
    }
    # taken in again, it changes nothing and adds nothing
    assert cli.run(["import", str(out), str(visit)]) == cli.DONE
    assert load_diary(visit.parent)[0] == entries
    assert [e.action for e in audit.entries(visit)] == ["import", "import"]


def test_a_phenopacket_gives_onset_and_genes(results, visit, capsys):
    """What is lossless is taken; features and the rest are named as not taken."""
    _, out = export(results, "phenopacket", "--identified")
    assert cli.run(["import", str(out), str(visit)]) == cli.LOSSES
    assert examination.load_history(visit) == History(onset_age=41.0, genes=HISTORY.genes)
    assert "phenotypic features" in capsys.readouterr().err


def test_another_person_is_refused(results, visit, tmp_path, capsys):
    """A file of one person is not taken into the folder of another unless asked for."""
    _, out = export(results, "fhir", "--identified")
    other = tmp_path / "elsewhere" / "sub-77" / "ses-02"
    other.mkdir(parents=True)
    assert cli.run(["import", str(out), str(other)]) == cli.MISTAKE
    assert list(other.iterdir()) == []
    assert "--any-person" in capsys.readouterr().err
    assert cli.run(["import", str(out), str(other), "--any-person"]) == cli.DONE


def test_what_is_there_is_not_replaced_unasked(results, visit, capsys):
    """A different examination of the same rater stops the import before anything is written."""
    examination.save_examination(replace(EXAMINATION, note="Kept."), visit)
    _, out = export(results, "fhir", "--identified")
    assert cli.run(["import", str(out), str(visit)]) == cli.MISTAKE
    assert "--replace" in capsys.readouterr().err
    assert examination.load_history(visit) == History()
    assert cli.run(["import", str(out), str(visit), "--replace"]) == cli.DONE
    assert examination.load_examinations(visit) == (EXAMINATION,)


def test_histories_grow_and_contradictions_stop(results, visit, capsys):
    """Lists gain what is new; a different onset is named and nothing is written."""
    old = History(genes=(GeneFinding(gene="GNAL", result="negative"),))
    examination.save_history(old, visit)
    _, out = export(results, "phenopacket", "--identified")
    cli.run(["import", str(out), str(visit)])
    found = examination.load_history(visit)
    assert (found.onset_age, found.genes) == (41.0, (*old.genes, *HISTORY.genes))
    examination.save_history(replace(found, onset_age=7.0), visit)
    capsys.readouterr()
    assert cli.run(["import", str(out), str(visit)]) == cli.MISTAKE
    assert "onset_age is 41.0" in capsys.readouterr().err
    assert examination.load_history(visit).onset_age == 7.0


def test_a_single_score_needs_a_rater_and_joins_the_examination(visit, tmp_path, capsys):
    """Answers to a scale's questionnaire become a score of the named rater's examination."""
    examination.save_examination(EXAMINATION, visit)
    score = Score(scale="GAD7", totals=(("total", 9.0),))
    file = tmp_path / "gad7.json"
    file.write_text(fhir.dumps(fhir.response(score)), encoding="utf-8")
    assert cli.run(["import", str(file), str(visit)]) == cli.MISTAKE
    assert "--rater" in capsys.readouterr().err
    assert cli.run(["import", str(file), str(visit), "--rater", "Q7"]) == cli.DONE
    (found,) = examination.load_examinations(visit)
    assert found.scores == (*EXAMINATION.scores, score)
    assert found.note == EXAMINATION.note


def test_answers_out_of_range_are_refused_by_our_own_rules(visit, tmp_path, capsys):
    """What FHIR allows but our questions do not is named with its range, and nothing is written."""
    file = tmp_path / "wrong.json"
    made = fhir.response(replace(EXAMINATION, pain_usual=37.0))
    file.write_text(fhir.dumps(made), encoding="utf-8")
    assert cli.run(["import", str(file), str(visit)]) == cli.MISTAKE
    err = capsys.readouterr().err
    assert "pain_usual" in err
    assert "0 to 10" in err
    assert list(visit.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no kind"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"{", "not valid JSON"),
        (b"[" * 10, "no kind"),
        (b'{"a":' * 5000, "not valid JSON"),
        (b'{"resourceType": "Bundle", "entry": [{"resource": NaN}]}', "NaN"),
        (b'{"resourceType": "Patient"}', "Bundle"),
        (b'{"x": 1}', "no kind"),
        (b"record_id,shoe_size\n1,2\n", "shoe_size"),
        (b'record_id\n"unclosed', "not valid CSV"),
    ],
)
def test_any_other_file_is_refused_with_words(visit, tmp_path, capsys, content, said):
    """A file that is none of the three kinds, or damaged, is a mistake with a reason."""
    file = tmp_path / "file.txt"
    file.write_bytes(content)
    assert cli.run(["import", str(file), str(visit)]) == cli.MISTAKE
    err = capsys.readouterr().err
    assert said in err
    assert "fault of Eutonia" not in err
