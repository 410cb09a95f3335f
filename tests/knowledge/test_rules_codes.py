"""The rules of the tables of codes: each broken rule is found and named."""

import copy

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.codes import problems


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep all rules."""
    return read_sources()


def test_the_tables_keep_their_rules(sources):
    """The tables that ship break no rule."""
    assert list(problems(sources)) == []


def _set(*path, value):
    def change(sources):
        node = sources
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("codes", "cervical", "name", value=""), "has no name"),
        (_set("codes", "cervical", "icd12", value=["X"]), "unknown terminology 'icd12'"),
        (_set("codes", "cervical", "hpo", value={"HP:473": "x"}), "'HP:473', which is no code"),
        (_set("codes", "cervical", "icd10cm", value={"g24": "x"}), "'g24', which is no code"),
        (_set("codes", "laryngeal", "icd10who", value={"J38.5": "x"}), "J38.5"),
        (_set("codes", "cervical", "icd11_foundation", value=["8A02"]), "'8A02'"),
        (_set("codes", "cervical", "aliases", value=["G24.9"]), "'G24.9' by cause or as an alias"),
        (_set("codes", "cervical", "stands_for", value={"form": ["gout"]}), "'gout'"),
        (_set("codes", "cervical", "stands_for", value={"mood": ["x"]}), "unknown kind 'mood'"),
        (
            _set("codes", "arm", "stands_for", value={"region": ["CE"]}),
            "both stand for region 'CE'",
        ),
        (_set("hpo_signs", "motor_signs", "gout", value={"HP:0000001": "x"}), "'gout'"),
        (_set("hpo_signs", "motor_signs", "tremor", value={"x": "x"}), "tremor has 'x'"),
        (_set("loinc", "PHQ9", "code", value="44261-7"), "no LOINC code"),
        (_set("loinc", "PHQ9", "mark", value="M"), "was not checked"),
        (lambda s: s["code_systems"].pop("mesh"), "mesh is missing"),
    ],
)
def test_a_broken_rule_is_named(sources, change, said):
    """The problem is found, and its sentence names the table first and the cause."""
    broken = copy.deepcopy(sources)
    change(broken)
    found = list(problems(broken))
    assert [p for p in found if said in p], found
    assert all(p.split(":")[0] in ("codes", "code_systems", "hpo_signs", "loinc") for p in found)
