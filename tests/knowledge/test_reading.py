"""The guide: every question answered, every sentence known in some way, nothing forbidden."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.knowledge import citation, table
from eutonia.knowledge.reading import (
    OUR_RULE,
    about_form,
    forbidden,
    references_of,
    sources_of,
    topic,
    topics,
)
from eutonia.knowledge.rules.claims import texts
from eutonia.knowledge.wording import offences
from eutonia.model.errors import UnknownName

#: The rows of the evidence, by their ids, with the verdict each was given.
VERDICT = dict(
    re.findall(
        r"(\w+):(\S+)",
        "A1:S A2:S~ A3:S~ A4:S A5:S~ A6:S A7:C A8:X A9:C A10:S~ A11:U A12:C A13:S A14:U A15:C "
        "A16a:S~ A16b:X A17:U A18:X A19:X A20:S A21:S~ A22:U A23:S A24:C A25:S~ A26:S~ A27:U "
        "B1:S B2:S~ B3:S B4:C B5:U B6:S~ B7:C B8:U B9:S~ B10:U B11:S B12:U B13:S B14:C B15:C "
        "B16:S B17:C C1:S~ C2:C C3:X C4:S C5:S~ C6:S~ C7:S C8:S C9:S~ C10:S C11:S~ C12:S~ C13:S "
        "C14:S~ C15:S~ C16:C C17:S C18:S~ C19:S~",
    )
)

#: Every question of the three documents, by its words; C asks none, so its facts and key points.
QUESTIONS = {
    "A": ["feel like", "mental health condition", "be cured", "writer's cramp or the yips",
          "no cure", "How long does it take to recover"],
    "B": ["muscle disease", "only one body part", "progressive", "without surgery",
          "stress worsen", "How long does treatment take"],
    "C": ["What causes", "affect the mind", "what age", "prevented", "Which tests", "call a doctor",
          "avoid harm", "progressive", "without surgery", "stress worsen", "only one body part"],
}  # fmt: skip


def test_every_claim_of_the_documents_has_its_verdict() -> None:
    """No row of the evidence is missing, and none was judged more kindly or more harshly."""
    assert {key: row["verdict"] for key, row in table("claims").items()} == VERDICT
    parts = {key: row["part"] for key, row in table("claims").items() if "part" in row}
    assert parts == {"A16b": "S~", "A19": "C"}


@pytest.mark.parametrize(
    ("document", "words"), [(d, words) for d, listed in QUESTIONS.items() for words in listed]
)
def test_every_question_of_the_documents_is_answered(document, words) -> None:
    """A section of the questions carries it, says which document asked, and claims something."""
    sections = table("learn")["questions"]["sections"]
    (entry,) = [s for s in sections if words in s["title"]]
    assert document in entry["asked"]
    assert entry["title"].endswith("?")
    (section,) = [s for s in topic("questions").sections if s.title == entry["title"]]
    assert any(s.kind == "claim" for s in section.sentences)


def test_every_section_of_the_questions_was_asked() -> None:
    """No question is made up."""
    for section in table("learn")["questions"]["sections"]:
        assert any(w in section["title"] for d in section["asked"] for w in QUESTIONS[d])


@pytest.mark.parametrize("one", topics(), ids=lambda t: t.id)
def test_every_sentence_says_how_it_is_known(one) -> None:
    """A claim has a verdict; only what was checked has sources; the rest is our rule."""
    known = table("verdicts")
    for s in (x for section in one.sections for x in (*section.sentences, *section.details)):
        if s.kind != "claim":
            assert not (s.verdict or s.refs or s.sources or s.claims)
        elif s.verdict == OUR_RULE:
            assert not (s.refs or s.sources)
        else:
            assert s.verdict in known
            doubted = s.verdict in "CUX"
            assert s.refs or s.sources or (one.id == "claims" and doubted), s.text


def test_our_rule_is_named_as_in_the_report() -> None:
    """The guide and the report use the same words for what was not checked."""
    assert table("verdicts")[OUR_RULE]["name"] == table("statements")["our_rule"]


def test_no_source_of_the_guide_is_from_memory() -> None:
    """What is cited was read, and so prints without the word unconfirmed."""
    for one in topics():
        for key in references_of(one):
            assert table("references")[key]["seen"] != "memory", key
        assert not [words for words in sources_of(one) if "unconfirmed" in words]


def test_doubted_claims_stand_on_their_page_only() -> None:
    """Unsupported and contradicted claims are printed once, each with its verdict."""
    shown = {key for s in topic("claims").sentences for key in s.claims if s.verdict in "CUX"}
    assert shown == {key for key, verdict in VERDICT.items() if verdict in "CUX"}
    for one in topics():
        if one.id != "claims":
            used = {key for s in one.sentences for key in s.claims}
            assert not [key for key in used if VERDICT[key] in "UX"]


def test_a_claim_without_a_checked_source_is_our_rule() -> None:
    """C8 was known from memory: the guide says so, whatever its verdict."""
    (s,) = [s for s in topic("signs").sentences if "C8" in s.claims]
    assert (s.verdict, s.refs) == (OUR_RULE, ())


def test_a_sentence_on_several_claims_takes_the_weakest_verdict() -> None:
    """C4 is supported and C5 needs a correction."""
    (s,) = [s for s in topic("questions").sentences if s.claims == ("C4", "C5")]
    assert s.verdict == "S~"
    assert s.refs == ("Lange2022", "Pettigrew1985", "Albanese2025")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("torticollis", "cervical"),
        ("Botox", "botulinum_toxin"),
        ("emergency", "emergency"),
        ("writer's cramp", "writers_cramp"),
        ("Spasmodic Dysphonia", "laryngeal"),
        ("trihexyphenidyl", "medicines"),
        ("rTMS", "brain_stimulation"),
        ("stress", "living"),
        ("WHAT DYSTONIA IS", "what"),
        ("yoga", "calm"),
        ("Schiefhals", "cervical"),
        ("questions and answers", "questions"),
    ],
)
def test_a_topic_is_found_by_other_names(name, key) -> None:
    """Ids, titles, synonyms, forms and treatments lead to their topic."""
    assert topic(name).id == key


def test_an_unknown_topic_says_what_to_do() -> None:
    """The message names what was asked, a near topic and the list."""
    with pytest.raises(UnknownName, match=r"'torticolis'.*'cervical'.*lists all"):
        topic("torticolis")


@given(st.text(max_size=40))
def test_any_name_finds_a_topic_or_says_that_there_is_none(name) -> None:
    """No name makes the guide stumble."""
    try:
        assert topic(name).sections
    except UnknownName as error:
        assert "lists all topics" in str(error)


@pytest.mark.parametrize("form", sorted(table("forms")))
def test_every_form_has_a_few_words_for_its_patient(form) -> None:
    """Two to five plain sentences; also by another name of the form."""
    found = about_form(form)
    assert 2 <= len(found) <= 5
    assert about_form(table("forms")[form]["name"]) == found


def test_about_an_unknown_form_nothing_is_said() -> None:
    """No form, no sentence."""
    assert about_form("") == about_form("tail") == ()


def test_all_treatments_of_the_documents_are_told() -> None:
    """23 treatments, each with all its parts on its page."""
    assert len(table("therapies")) == 23
    for key, entry in table("therapies").items():
        page = topic(key)
        said = {s.text for s in page.sentences}
        for part in ("what", "expect", "sure", "sham", "cautions"):
            assert {s["say"] for s in entry[part]} <= said


@pytest.mark.parametrize(
    ("therapy", "words"),
    [
        ("bont", "allergy"),
        ("bont", "cow's milk"),
        ("bont", "already have trouble swallowing"),
        ("splint", "A cast may make dystonia worse"),
        ("baclofen", "Never stop"),
        ("benzodiazepine", "Never stop"),
    ],
)
def test_cautions_of_the_clinical_rules_are_told(therapy, words) -> None:
    """The corrections of the clinical rules stand among the cautions."""
    assert any(words in s["say"] for s in table("therapies")[therapy]["cautions"])


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("bont", ["14 of 20", "6 of 19", "20 of 39", "31.6", "83.9", "80.7"]),
        ("trihexyphenidyl", ["22 of 31", "71 %", "68 %", "2.4 years", "61 %", "38 %", "37 %"]),
        ("dbs", ["5.1 points (26 %)", "1.3 points (6 %)", "74.9", "82.6"]),
        ("rtms", ["26 studies", "0.21", "7 trials"]),
        ("retraining", ["87 %", "54"]),
        ("physiotherapy_cd", ["96"]),
        ("sensory_trick", ["57 %", "80 %", "19 %"]),
        ("mind_body", ["15", "93 %"]),
    ],
)
def test_the_published_numbers_are_told(key, numbers) -> None:
    """Effects are given as published, copied here from the domain's file of therapies."""
    page = topic(key)
    said = " ".join(
        s.text for section in page.sections for s in (*section.sentences, *section.details)
    )
    assert [n for n in numbers if n not in said] == []


def test_the_guideline_of_2016_carries_its_date_and_its_doubt() -> None:
    """It is never called current: one copy says confirmed 2022, another retired 2025."""
    said = " ".join(s.text for s in topic("botox").sentences)
    assert re.search(r"2016.*confirmed in 2022.*retired in April 2025", said)


def test_remission_is_told_as_agreed() -> None:
    """Uncommon, about 1 in 8, most relapse, rarer in musicians; on every page that speaks of it."""
    for key in ("what", "treatment", "questions", "claims"):
        said = " ".join(s.text for s in topic(key).sentences)
        assert re.search(r"remission is uncommon: about 1 in 8.*most of these.*relapse", said), key
    said = " ".join(s.text for s in topic("questions").sentences)
    assert "In musicians it is rarer still." in said


# --- wording


@pytest.mark.parametrize("rule", sorted(table("wording")))
def test_each_forbidden_wording_is_caught_and_its_good_form_passes(rule) -> None:
    """Its own examples, alone and inside a text, and with the reason in the message."""
    entry = table("wording")[rule]
    for bad in entry["bad"]:
        found = forbidden(f"This is a report. {bad} It goes on.")
        assert any(f.startswith(f"{rule}: ") and entry["reason"] in f for f in found), bad
    for good in entry["good"]:
        assert forbidden(f"This is a report. {good} It goes on.") == (), good


def test_a_wording_is_found_across_a_broken_line() -> None:
    """Text from a PDF is broken anywhere."""
    assert forbidden("There is\nno cure for it.")


def test_one_sentence_does_not_excuse_another() -> None:
    """What lifts a rule must stand in the same sentence."""
    assert forbidden("The reference is old. The movement is abnormal.")
    assert not forbidden("The movement is abnormal against the reference.")


def test_titles_of_others_are_not_our_words_but_their_doses_are_found() -> None:
    """A citation may hold the word abnormal; no citation excuses a dose."""
    assert forbidden(citation("AdlerYips2005")) == ()
    assert forbidden("Abnormal co-contraction was seen.")
    assert any(f.startswith("dosing") for f in forbidden("A trial of 120 and 240 U. A Journal"))


OWN = ("learn", "therapies", "statements", "forms", "verdicts", "documents", "evidence_levels")


@pytest.mark.parametrize("name", OWN)
def test_our_tables_hold_no_forbidden_wording(name) -> None:
    """The list is kept by every table of words that patients see."""
    found = [(where, f) for where, text in texts(table(name)) for f in forbidden(text)]
    assert not found


def test_what_may_be_said_of_a_claim_holds_no_forbidden_wording() -> None:
    """Also where the claim itself does."""
    for key, row in table("claims").items():
        assert forbidden(row["say"]) == (), key
    assert forbidden(table("claims")["A18"]["claim"])


def test_no_dose_is_in_the_guide_or_in_what_it_cites() -> None:
    """No amount of a drug, current or injection anywhere, titles of sources included."""
    rule = table("wording")["dosing"]
    for one in topics():
        shown = [s.text for section in one.sections for s in (*section.sentences, *section.details)]
        assert not [hit for text in (*shown, *sources_of(one)) for hit in offences(text, rule)]


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text) -> None:
    """No text makes the check stumble, and a clean part adds nothing."""
    assert forbidden(text + "\n\nSymptoms can often be reduced.") == forbidden(text + "\n\n")


def test_the_module_reads_knowledge_only() -> None:
    """The guide can be used by every floor above."""
    folder = Path(__file__).resolve().parents[2] / "src" / "eutonia" / "knowledge"
    for name in ("reading.py", "wording.py"):
        used = re.findall(r"^(?:from|import) (eutonia[\w.]*)", (folder / name).read_text(), re.M)
        assert set(used) <= {
            "eutonia.knowledge",
            "eutonia.knowledge.wording",
            "eutonia.model.errors",
        }
