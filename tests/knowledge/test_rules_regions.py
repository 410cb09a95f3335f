"""The rules of regions, axes, neck patterns and forms: each broken rule is found and named."""

import copy
import re
from pathlib import Path

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.regions import problems

FILES = ("regions", "proposals", "axes", "neck_patterns", "phenomenology", "forms")


@pytest.fixture(scope="module")
def sources():
    """Return the real sources."""
    return read_sources()


def test_the_files_keep_their_rules(sources):
    """The tables that ship break no rule of this module."""
    assert list(problems(sources)) == []


def _region_word_twice(s):
    s["regions"]["TR"]["synonyms"].append("Hals")


def _unknown_side(s):
    s["regions"]["CE"]["side"] = "up"


def _limb_without_mirror(s):
    del s["regions"]["UR"]["mirror"]


def _wrong_mirror(s):
    s["regions"]["UR"]["mirror"] = "DL"


def _no_plain_words(s):
    s["regions"]["CE"]["plain"] = ""


def _no_version(s):
    del s["adjacency"]["version"]


def _edge_to_nowhere(s):
    s["adjacency"]["profiles"]["default"]["edges"].append(["CE", "XX"])


def _edge_twice(s):
    s["adjacency"]["profiles"]["default"]["edges"].append(["LC", "UC"])


def _edge_of_one_side(s):
    s["adjacency"]["profiles"]["strict"]["edges"].remove(["CE", "UR"])


def _no_default(s):
    s["adjacency"]["default"] = "loose"


def _unmarked(s):
    del s["distributions"]["focal"]["mark"]


def _memory_cited(s):
    s["distributions"]["generalised_with_leg"]["refs"] = ["Albanese2013"]


def _checked_without_source(s):
    del s["age_bands"]["infancy"]["refs"]


def _gap_between_bands(s):
    s["age_bands"]["adolescence"]["from"] = 14


def _agreed_outside(s):
    s["age_bands"]["infancy"]["agreed"] = [0, 5]


def _no_direction(s):
    del s["neck_patterns"]["torticaput"]["direction"]


def _no_axis(s):
    s["neck_patterns"]["torticaput"]["axis"] = "spin"


def _shift_of_nothing(s):
    s["neck_shifts"]["lateral_shift"]["caput"] = "swancaput"


def _no_recognition(s):
    del s["forms"]["cervical"]["recognise"]


def _recognised_nowhere(s):
    s["forms"]["cervical"]["recognise"] = {"one_of": ["XX"]}


def _unknown_distribution(s):
    s["forms"]["generalised"]["recognise"] = {"distribution": ["everywhere"]}


def _unknown_task(s):
    s["forms"]["pianist"]["recognise"]["tasks"] = ["kazoo"]


def _subtype_without_rule(s):
    s["forms"]["axial"]["subtypes"]["pisa"] = {"name": "Pisa"}


def _proposal_of_nowhere(s):
    s["region_proposals"][0]["region"] = "XX"


def _proposal_cited(s):
    s["region_proposals"][0]["mark"] = "V"


def _proposal_without_limit(s):
    del s["region_proposals"][0]["over"]


def _muscle_of_nowhere(s):
    s["muscle_regions"]["by_muscle"]["procerus"] = "XX"


def _muscle_unknown(s):
    s["muscle_regions"]["by_muscle"]["smiler"] = "LC"


def _muscles_without_region(s):
    del s["muscle_regions"]["by_region"]["foot"]


def _table_missing(s):
    del s["motor_signs"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_proposal_of_nowhere, "region_proposals: there is no region 'XX'"),
        (_proposal_cited, "must carry the mark D"),
        (_proposal_without_limit, "needs a limit and words"),
        (_muscle_of_nowhere, "muscle_regions: there is no region 'XX'"),
        (_muscle_unknown, "muscle_regions: there is no muscle 'smiler'"),
        (_muscles_without_region, "muscles of the foot have no region"),
        (_region_word_twice, "regions: 'hals' means both CE and TR"),
        (_unknown_side, "the side of CE is none of"),
        (_limb_without_mirror, "UR has a fixed side if and only if"),
        (_wrong_mirror, "the mirror of UR does not mirror it"),
        (_no_plain_words, "CE has no plain"),
        (_no_version, "no version or no mark"),
        (_edge_to_nowhere, "joins no two regions"),
        (_edge_twice, "default has an edge twice"),
        (_edge_of_one_side, "strict is not the same for left and right"),
        (_no_default, "its default is none of its profiles"),
        (_unmarked, "distributions: focal carries no mark"),
        (_memory_cited, "generalised_with_leg must cite where it was checked if and only if"),
        (_checked_without_source, "age_bands: infancy must cite"),
        (_gap_between_bands, "adolescence does not begin where"),
        (_agreed_outside, "the agreed ages of infancy"),
        (_no_direction, "torticaput has no direction"),
        (_no_axis, "torticaput turns about no known axis"),
        (_shift_of_nothing, "'swancaput', which is no pattern"),
        (_no_recognition, "cervical is recognised by exactly one of"),
        (_recognised_nowhere, "cervical is recognised by a region that does not exist"),
        (_unknown_distribution, "generalised is recognised by a distribution"),
        (_unknown_task, "pianist uses the task 'kazoo'"),
        (_subtype_without_rule, "a sub-type of axial has no name or no rule"),
        (_table_missing, "motor_signs: is missing"),
    ],
)
def test_each_broken_rule_is_named(sources, break_it, words):
    """A table that breaks a rule is found, and the sentence says which."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    assert any(words in p for p in problems(broken)), list(problems(broken))


@pytest.mark.parametrize("name", FILES)
def test_no_dose_stands_in_the_tables(name):
    """No number in these files is followed by a unit in which drugs are measured."""
    from eutonia import knowledge

    text = Path(knowledge.__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    assert not re.search(r"\d\s*(mg|µg|mcg|ml|units?|IU|U)\b", text)
