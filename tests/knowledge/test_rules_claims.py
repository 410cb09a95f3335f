"""The rules of claims, therapies, guide and wording: each broken rule is found and named."""

import copy

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.claims import problems


@pytest.fixture(scope="module")
def sources():
    """Return the real sources."""
    return read_sources()


def test_the_tables_keep_their_rules(sources) -> None:
    """The files that ship break no rule."""
    assert list(problems(sources)) == []


def _first(s, topic="what"):
    return s["learn"][topic]["sections"][0]["sentences"][0]


def _claim_gone(s):
    del s["claims"]["A16b"]


def _claim_invented(s):
    s["claims"]["B18"] = copy.deepcopy(s["claims"]["B17"])


def _claim_of_another(s):
    s["claims"]["A1"]["document"] = "C"


def _no_verdict(s):
    s["claims"]["A1"]["verdict"] = "true"


def _nothing_to_say(s):
    s["claims"]["A1"]["say"] = ""


def _one_sided(s):
    s["claims"]["A7"]["evidence"] = s["claims"]["A7"]["evidence"][:1]


def _memory_cited(s):
    s["claims"]["A1"]["evidence"][0]["refs"] = ["Jabusch2005"]


def _memory_with_source(s):
    s["claims"]["A1"]["evidence"][0]["mark"] = "M"


def _checked_without_source(s):
    s["claims"]["A1"]["evidence"][0] = {"words": "x", "mark": "V"}


def _unmarked(s):
    s["claims"]["A1"]["evidence"][0] = {"words": "x"}


def _known_in_no_way(s):
    s["learn"]["what"]["sections"][0]["sentences"].append({"say": "Dystonia is frequent."})


def _known_in_two_ways(s):
    _first(s)["claim"] = ["A1"]


def _rests_on_unsupported(s):
    s["learn"]["what"]["sections"][0]["sentences"].append({"say": "x", "claim": ["A11"]})


def _rests_on_contradicted(s):
    s["therapies"]["dbs"]["what"].append({"say": "x", "claim": ["A18"]})


def _rests_on_nothing(s):
    s["learn"]["what"]["sections"][0]["sentences"].append({"say": "x", "claim": ["A99"]})


def _explanation_with_source(s):
    one = {"say": "x", "kind": "explanation", "refs": ["Albanese2013"]}
    s["learn"]["what"]["sections"][0]["sentences"].append(one)


def _dose(s):
    s["therapies"]["trihexyphenidyl"]["expect"].append({"say": "Mostly 30 mg a day.", "mark": "M"})


def _dose_in_a_study(s):
    s["therapies"]["bont"]["studies"][0]["result"] = "120 U and 240 U"


def _dose_in_a_title(s):
    s["references"]["XeominHCP"]["citation"] = "A page on 240 U"
    s["therapies"]["bont"]["studies"][0]["refs"] = ["XeominHCP"]


def _current(s):
    s["therapies"]["tdcs"]["what"].append({"say": "The current is 2 mA.", "mark": "M"})


def _no_caution(s):
    s["therapies"]["dbs"]["cautions"] = []


def _unknown_level(s):
    s["therapies"]["dbs"]["level"] = "wonderful"


def _unknown_form(s):
    s["therapies"]["dbs"]["forms"].append("tail")


def _unknown_scale(s):
    s["therapies"]["dbs"]["scales"].append("GUESS")


def _therapy_without_home(s):
    s["learn"]["scans"]["therapies"] = ["dbs"]


def _no_such_therapy(s):
    s["learn"]["scans"]["therapies"].append("crystals")


def _form_without_topic(s):
    del s["learn"]["axial"]


def _name_twice(s):
    s["learn"]["living"]["synonyms"].append("Botox")


def _flag_left_out(s):
    s["red_flags"]["RF99"] = {"tiers": [{"tier": "URGENT"}]}


def _flag_too_low(s):
    section = s["learn"]["emergency"]["sections"]
    section[0]["sentences"] = [x for x in section[0]["sentences"] if "RF09" not in x["flags"]]


def _promise(s):
    s["learn"]["what"]["sections"][0]["sentences"].append({"say": "You will recover.", "mark": "D"})


def _incurable_claim(s):
    s["claims"]["A18"]["say"] = "Dystonia is incurable."


def _bad_pattern(s):
    s["wording"]["promise"]["pattern"] = "("


def _toothless(s):
    s["wording"]["promise"]["bad"].append("All is well.")


def _overzealous(s):
    s["wording"]["promise"]["good"].append("You will recover.")


def _without_reason(s):
    s["wording"]["promise"]["reason"] = ""


def _table_missing(s):
    del s["claims"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_claim_gone, "claims: A16b has no row"),
        (_claim_invented, "claims: B18 is no claim"),
        (_claim_of_another, "claims: A1 names another document"),
        (_no_verdict, "claims: A1 has no known verdict"),
        (_nothing_to_say, "claims: A1 lacks"),
        (_one_sided, "claims: A7 is contested, but only one side"),
        (_memory_cited, "claims: A1 cites Jabusch2005, which is from memory"),
        (_memory_with_source, "claims: A1 is marked M and names 1 sources"),
        (_checked_without_source, "claims: A1 is marked V and names 0 sources"),
        (_unmarked, "claims: A1 says something without a mark"),
        (_known_in_no_way, "must say in one way how it is known"),
        (_known_in_two_ways, "must say in one way how it is known"),
        (_rests_on_unsupported, "rests on A11, which is U"),
        (_rests_on_contradicted, "rests on A18, which is X"),
        (_rests_on_nothing, "rests on A99, which is none"),
        (_explanation_with_source, "claims nothing and so is one of"),
        (_dose, "holds a dose (30 mg)"),
        (_dose_in_a_study, "holds a dose (120 U)"),
        (_dose_in_a_title, "holds a dose (240 U)"),
        (_current, "holds a dose (2 mA)"),
        (_no_caution, "therapies: dbs lacks cautions"),
        (_unknown_level, "unknown level 'wonderful'"),
        (_unknown_form, "names 'tail'"),
        (_unknown_scale, "names 'GUESS'"),
        (_therapy_without_home, "amen_spect stands in 0 topics"),
        (_no_such_therapy, "'crystals', which is no therapy"),
        (_form_without_topic, "learn: the form axial has no topic"),
        (_name_twice, "learn: 'botox' means both"),
        (_flag_left_out, "emergency leaves out RF99 as URGENT"),
        (_flag_too_low, "emergency leaves out RF09 as EMERGENCY"),
        (_promise, "says 'will recover' (promise)"),
        (_incurable_claim, "says 'incurable' (incurable)"),
        (_bad_pattern, "wording: promise is no regular expression"),
        (_toothless, "wording: promise does not catch 'All is well.'"),
        (_overzealous, "wording: promise catches"),
        (_without_reason, "wording: promise lacks its reason"),
        (_table_missing, "claims: the table is missing"),
    ],
)
def test_a_broken_rule_is_found(sources, break_it, words) -> None:
    """Each way to break a table is named, with the table first."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    found = list(problems(broken))
    assert any(words in p for p in found), found[:5]
    known = {"documents", "verdicts", "claims", "evidence_levels", "therapies", "learn", "wording"}
    assert {p.split(":")[0] for p in found} <= known | {"learn_groups"}
