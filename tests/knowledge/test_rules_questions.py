"""The rules of the tables of questions: each broken rule is found and named."""

import copy

import pytest

from eutonia.knowledge import normalise
from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.questions import problems


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep these rules."""
    return read_sources()


def test_the_questions_keep_their_rules(sources):
    """The tables that ship break no rule of theirs."""
    assert list(problems(sources)) == []


def _question(sources, table, field):
    return next(q for q in sources[table] if q["field"] == field)


def _field_twice(s):
    s["history"].append(dict(s["history"][0]))


def _no_such_kind(s):
    _question(s, "history", "school")["kind"] = "essay"


def _asks_nothing(s):
    _question(s, "diary", "note")["ask"] = ""


def _a_dose(s):
    _question(s, "history", "levodopa_trial")["help"] = "such as 100 mg"


def _no_such_table(s):
    _question(s, "examination", "motor_signs")["choices_from"] = "signs_of_the_zodiac"


def _no_choices(s):
    del _question(s, "examination", "course")["choices"]


def _range_upside_down(s):
    _question(s, "examination", "pain_usual")["hi"] = -1


def _half_a_range(s):
    del _question(s, "examination", "pain_usual")["hi"]


def _no_range(s):
    entry = _question(s, "examination", "dsap")
    del entry["lo"], entry["hi"]


def _no_such_form(s):
    _question(s, "examination", "neck")["forms"] = ["flu"]


def _rows_of_nothing(s):
    del _question(s, "examination", "regions")["record"]


def _rows_in_rows(s):
    _question(s, "examination", "regions")["columns"][0]["kind"] = "rows"


def _column_without_choices(s):
    del _question(s, "examination", "regions")["columns"][0]["choices_from"]


def _flags_of_nothing(s):
    del _question(s, "examination", "danger")["choices_from"]


def _no_mark(s):
    del _question(s, "examination", "note")["mark"]


def _no_heading(s):
    del _question(s, "intake", "remarks")["part"]


def _depends_on_nothing(s):
    _question(s, "intake", "toxin_day")["unless"] = ["toxin_ever", True]


def _rating_without_end(s):
    del s["diary_ratings"]["pain"]["worse"]


def _rating_without_range(s):
    del s["diary_ratings"]["pain"]["hi"]


def _rating_without_mark(s):
    del s["diary_ratings"]["pain"]["mark"]


def _rating_without_question(s):
    s["diary_ratings"]["pain"]["ask"] = ""


def _column_of_nothing(s):
    s["diary_columns"]["weather"] = {"name": "weather"}


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_field_twice, "onset_age has no field of its own"),
        (_no_such_kind, "unknown kind 'essay'"),
        (_asks_nothing, "diary: note asks nothing"),
        (_a_dose, "levodopa_trial names a dose"),
        (_no_such_table, "signs_of_the_zodiac"),
        (_no_choices, "course has no choices"),
        (_range_upside_down, "pain_usual has the range 0 to -1"),
        (_half_a_range, "pain_usual has the range 0 to None"),
        (_no_range, "dsap has no range"),
        (_no_such_form, "asked for 'flu'"),
        (_rows_of_nothing, "regions says not of which records"),
        (_rows_in_rows, "region cannot stand in a row"),
        (_column_without_choices, "column that is wrong: region has no choices"),
        (_flags_of_nothing, "danger names no table"),
        (_no_mark, "note carries no mark"),
        (_no_heading, "remarks stands under no heading"),
        (_depends_on_nothing, "toxin_ever"),
        (_rating_without_end, "which end is worse"),
        (_rating_without_range, "pain has no range"),
        (_rating_without_mark, "diary_ratings: pain carries no mark"),
        (_rating_without_question, "diary_ratings: pain asks nothing"),
        (_column_of_nothing, "weather is no column"),
    ],
)
def test_each_broken_rule_is_named(sources, break_it, words):
    """A table of questions that breaks a rule is refused with the rule."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    assert any(words in problem for problem in problems(broken)), list(problems(broken))


def test_no_word_means_two_columns_of_a_diary(sources):
    """Each title of a column names one rating or one field only."""
    owner = {}
    for table in ("diary_ratings", "diary_columns"):
        for key, entry in sources[table].items():
            for word in {normalise(w) for w in (key, entry["name"], *entry.get("synonyms", ()))}:
                assert owner.setdefault(word, key) == key, word
