"""The rules of life, the diary's triggers and the protocols: each broken rule is named."""

import copy

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.life import problems


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep all rules."""
    return read_sources()


def test_the_files_keep_their_rules(sources):
    """The files that ship break none of these rules."""
    assert list(problems(sources)) == []


def _row_twice(s):
    s["life"]["rows"].append(dict(s["life"]["rows"][0]))


def _row_without_mark(s):
    del s["life"]["rows"][0]["mark"]


def _row_of_no_field(s):
    s["life"]["rows"][0]["field"] = "shoe_size"


def _row_of_no_source(s):
    s["life"]["rows"][0]["of"] = "horoscope"


def _composed_of_nothing(s):
    s["life"]["rows"].append({"name": "x", "composed": "horoscope", "mark": "D"})


def _family_of_nothing(s):
    s["life"]["rehabilitation"]["families"].append("magic")


def _trigger_of_no_rating(s):
    s["diary_triggers"]["mood"] = dict(s["diary_triggers"]["stress"])


def _trigger_of_no_answer(s):
    s["diary_triggers"]["alone"] = dict(s["diary_triggers"]["observed"])


def _trigger_per_year(s):
    s["diary_triggers"]["stress"]["per"] = "year"


def _trigger_without_mark(s):
    del s["diary_triggers"]["stress"]["mark"]


def _course_falls(s):
    s["diary_rules"]["toxin_course"]["peak"] = [42, 28]


def _course_without_source(s):
    del s["diary_rules"]["toxin_course"]["refs"]


def _table_missing(s):
    del s["protocols"]


def _name_twice(s):
    s["protocols"]["eyes"]["synonyms"].append("Torticollis")


def _protocol_without_mark(s):
    del s["protocols"]["eyes"]["mark"]


def _no_form(s):
    s["protocols"]["eyes"]["forms"].append("elbow")


def _too_long(s):
    s["protocols"]["eyes"]["segments"][0]["seconds"] = 600


def _no_set_up(s):
    s["protocols"]["eyes"]["minutes"] = 15


def _nothing_at_home(s):
    for segment in s["protocols"]["eyes"]["segments"]:
        segment.pop("home", None)


def _no_purpose(s):
    s["protocols"]["eyes"]["segments"][0]["for"] = ""


def _no_condition(s):
    s["protocols"]["eyes"]["segments"][0]["levels"] = {"task": "flying"}


def _no_kind(s):
    s["protocols"]["eyes"]["segments"][0]["kind"] = "flying"


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (_row_twice, "life: the row 'triggers (worse with)' stands twice"),
        (_row_without_mark, "life: the row 'triggers (worse with)' carries no mark"),
        (_row_of_no_field, "examination.shoe_size"),
        (_row_of_no_source, "horoscope.triggers"),
        (_composed_of_nothing, "composed of 'horoscope'"),
        (_family_of_nothing, "no treatment is of the family 'magic'"),
        (_trigger_of_no_rating, "the diary has no rating 'mood'"),
        (_trigger_of_no_answer, "the diary has no answer 'alone'"),
        (_trigger_per_year, "stress is neither per"),
        (_trigger_without_mark, "stress lacks its mark"),
        (_course_falls, "do not rise"),
        (_course_without_source, "without a reference"),
        (_table_missing, "protocols: the table is missing"),
        (_name_twice, "means both neck and eyes"),
        (_protocol_without_mark, "protocols: eyes carries no mark"),
        (_no_form, "'elbow', which is no form"),
        (_too_long, "more than its 5 minutes"),
        (_no_set_up, "leaves no time for the set-up"),
        (_nothing_at_home, "takes 0 s at home"),
        (_no_purpose, "does not say 'for'"),
        (_no_condition, "task=flying, which is no condition"),
        (_no_kind, "which no red flag hides"),
    ],
    ids=lambda v: v.__name__.strip("_") if callable(v) else "",
)
def test_each_broken_rule_is_found(sources, breaks, words):
    """A table with this one fault gives a sentence that names it."""
    broken = copy.deepcopy(sources)
    breaks(broken)
    assert words in " | ".join(problems(broken))
