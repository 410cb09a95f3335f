"""The guide can be read with eight to nine years of school, measured by two published formulas."""

import math
import re

import pytest

from eutonia.knowledge import table
from eutonia.knowledge.reading import Topic, topics

GRADE = 9
LONGEST_SENTENCE = 30

#: Words that the rule below miscounts, after the CMU Pronouncing Dictionary (all words of the guide
#: were compared with it); abbreviations are spelled.
COUNTED = {
    "acquired": 3,
    "anyone": 3,
    "being": 2,
    "careful": 2,
    "doing": 2,
    "easier": 3,
    "extremely": 3,
    "guideline": 2,
    "guidelines": 2,
    "laboratory": 4,
    "laryngeal": 4,
    "meige": 1,
    "movement": 2,
    "movements": 2,
    "people": 2,
    "perfectionism": 5,
    "players": 2,
    "radioactive": 5,
    "rarely": 2,
    "rhythm": 2,
    "safely": 2,
    "someone": 2,
    "something": 2,
    "sometimes": 2,
    "spasm": 2,
    "spasms": 2,
    "suicide": 3,
    "surgeons": 2,
    "technique": 2,
    "tired": 2,
    "tongue": 1,
    "whoever": 3,
    "eeg": 3,
    "emg": 3,
    "mri": 3,
    "rtms": 4,
    "tdcs": 4,
}


def syllables(word: str) -> int:
    """Count groups of vowels, split where two are spoken, less what is silent at the end."""
    plain = re.sub(r"[^a-z]", "", re.sub(r"[’']s$", "", word.lower()))
    if plain in COUNTED:
        return COUNTED[plain]
    n = len(re.findall(r"[aeiouy]+", plain))
    n += len(
        re.findall(
            r"(?<![ctsg])i[ao]|(?<=[tc])ia(?!l|n)|io(?=[aeiou])|eo|[^q]u[ao]|iu|ie(?=t)|ea$|yi",
            plain,
        )
    )
    silent = (
        r"[^aeiouy]e$" if not re.search(r"[^aeiouyl]le$", plain) else r"(?!)",
        r"[^aeiouytd]ed$",
        r"[^aeiouyscxzgh]es$" if not re.search(r"[^aeiouy]les$", plain) else r"(?!)",
    )
    return max(1, n - any(re.search(ending, plain) for ending in silent))


def sentences(text: str) -> list[str]:
    """Split a text into sentences."""
    return [s for s in re.split(r"(?<=[.!?:])\s+", text) if re.search("[A-Za-z]", s)]


def words(text: str) -> list[str]:
    """Split a text into words."""
    return re.findall(r"[A-Za-z0-9’'.-]*[A-Za-z0-9]", text)


def flesch_kincaid(text: str) -> float:
    """Return the grade after Kincaid et al. 1975."""
    spoken = [syllables(w) for w in words(text)]
    return 0.39 * len(spoken) / len(sentences(text)) + 11.8 * sum(spoken) / len(spoken) - 15.59


def smog(text: str) -> float:
    """Return the SMOG grade after McLaughlin 1969."""
    long = sum(syllables(w) >= 3 for w in words(text))
    return 1.043 * math.sqrt(30 * long / len(sentences(text))) + 3.1291


def said(one: Topic) -> str:
    """Return all that a topic says, without headings, quoted claims and details."""
    return " ".join(s.text for s in one.sentences)


@pytest.mark.parametrize(
    ("word", "n"),
    [
        ("dystonia", 4),
        ("muscles", 2),
        ("movement", 2),
        ("injections", 3),
        ("involuntary", 5),
        ("stimulation", 4),
        ("people", 2),
        ("area", 3),
        ("idea", 3),
        ("treated", 2),
        ("voice", 1),
        ("little", 2),
        ("changes", 2),
        ("patient", 2),
        ("social", 2),
        ("quiet", 2),
        ("EEG", 3),
        ("parent's", 2),
    ],
)
def test_syllables_are_counted_as_spoken(word, n) -> None:
    """The count agrees with how the word is spoken."""
    assert syllables(word) == n


def test_the_formulas_give_what_their_authors_print() -> None:
    """Ten words of 13 syllables in one sentence: hand calculation of both formulas."""
    text = "The injections calm the muscle for some weeks at home."
    assert [syllables(w) for w in words(text)] == [1, 3, 1, 1, 2, 1, 1, 1, 1, 1]
    assert flesch_kincaid(text) == pytest.approx(0.39 * 10 + 11.8 * 1.3 - 15.59)
    assert smog(text) == pytest.approx(1.043 * math.sqrt(30) + 3.1291)


@pytest.mark.parametrize("one", topics(), ids=lambda t: t.id)
def test_a_page_is_read_with_nine_years_of_school(one: Topic) -> None:
    """Flesch–Kincaid and SMOG are at most 9 on every page."""
    text = said(one)
    assert flesch_kincaid(text) <= GRADE
    assert smog(text) <= GRADE


@pytest.fixture
def textstat(monkeypatch):
    """Return textstat with its hyphenation in place of a dictionary that it would download."""
    import importlib

    library = pytest.importorskip("textstat")
    counting = importlib.import_module("textstat.backend.counts._count_syllables")
    monkeypatch.setattr(counting, "get_cmudict", lambda _lang: {})
    return library


def test_another_program_finds_the_pages_as_easy(textstat) -> None:
    """Textstat too gives at most 9, and grades no page harder than we do by more than one."""
    for one in topics():
        text = said(one)
        grades = textstat.flesch_kincaid_grade(text), textstat.smog_index(text)
        assert max(grades) <= GRADE, one.id
        assert grades[0] <= flesch_kincaid(text) + 1, one.id
        assert grades[1] <= smog(text) + 1, one.id


def test_sentences_are_short() -> None:
    """No sentence of the guide is longer than 30 words."""
    long = [
        (one.id, s)
        for one in topics()
        for s in sentences(said(one))
        if len(words(s)) > LONGEST_SENTENCE
    ]
    assert not long


#: Words of the field that a lay reader need not know, with how the same page explains them.
JARGON = {
    "tremor": r"shak",
    "remission": r"pause|uncommon",
    "sham": r"sham|without",
    "basal ganglia": r"deep in the brain|groups of nerve cells",
    "cerebellum": r"small brain",
    "contracture": r"stiff",
    "overflow": r"join in",
    "embouchure": r"lips",
    "glaucoma": r"eye",
    "sensory trick": r"touch",
    "acquired": r"from outside|stroke",
    "segmental": r"next to each other",
    "multifocal": r"not neighbours",
}


@pytest.mark.parametrize("word", JARGON)
def test_a_word_of_the_field_is_explained_on_its_page(word) -> None:
    """A page that uses a technical word also says what it means."""
    for one in topics():
        text = said(one)
        if re.search(rf"\b{word}", text, re.I):
            assert re.search(JARGON[word], text, re.I), one.id


FIELD_ONLY = (
    r"aetiolog|idiopathic|dyston\w+ posturing|sensorimotor|pathophysiolog|neurotransmitter|"
    r"phenomenolog|efficacy|co-contraction|odds ratio|hedges|BFMDRS|TWSTRS|GPi|placebo|"
    r"dysphagia|dysarthria|myelopathy|neuromodulation|participants?\b|contraindicat"
)


def test_words_that_only_the_field_knows_stay_out() -> None:
    """Such words stand in the details and sources only."""
    used = [
        (one.id, m.group(0)) for one in topics() for m in [re.search(FIELD_ONLY, said(one))] if m
    ]
    assert not used


def test_what_may_be_said_of_a_claim_is_plain() -> None:
    """The wording of all claims together, also of those that no page prints, is as easy."""
    text = " ".join(row["say"] for row in table("claims").values())
    assert flesch_kincaid(text) <= GRADE
    assert smog(text) <= GRADE
