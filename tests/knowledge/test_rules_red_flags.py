"""The rules of red flags, danger signs, work-up, laboratory and genes: each broken one is named."""

import copy

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules import red_flags, workup
from eutonia.knowledge.wording import forbidden


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep all rules."""
    return read_sources()


def found(sources):
    return [*red_flags.problems(sources), *workup.problems(sources)]


def test_the_files_keep_their_rules(sources):
    """The files that ship break none of these rules."""
    assert found(sources) == []


def change(*path):
    """Return a function that puts the last of `path` at the place the others lead to."""
    *way, last, value = path

    def apply(s):
        for key in way:
            s = s[key]
        s[last] = value

    return apply


def drop(*path):
    *way, last = path

    def apply(s):
        for key in way:
            s = s[key]
        del s[last]

    return apply


def when(condition):
    return change("red_flags", "RF16", "tiers", 0, "when", condition)


BROKEN = [
    (drop("dsap"), "the table dsap is missing"),
    (change("danger_signs", "stridor", "ask", "Breathe."), "stridor has no name or no question"),
    (change("danger_signs", "stridor", "group", "x"), "unknown group 'x'"),
    (change("danger_signs", "choking", "synonyms", ["Stridor"]), "means both"),
    (drop("danger_signs", "stridor", "mark"), "stridor carries no mark"),
    (change("flag_facts", "stridor", {"words": "x"}), "stridor is a danger sign too"),
    (change("flag_conditions", "fever", "stridor"), "fever is a fact too"),
    (change("flag_conditions", "airway", {"any": ["sudden", "airway"]}), "airway rests on itself"),
    (change("flag_conditions", "sudden", {"any": ["one_sided"]}), "rests on itself"),
    (change("flag_findings", 0, "fact", "x"), "'x' is no fact"),
    (when("flying"), "unknown fact 'flying'"),
    (when("always"), "raised for everybody"),
    (when({"any": []}), "empty condition"),
    (when({"some": ["fever"]}), "cannot be read"),
    (when({}), "cannot be read"),
    (when(7), "cannot be read"),
    (when({"not": "fever"}), "could take a flag away"),
    (when({"all": ["fever", {"not": "stridor"}]}), "could take a flag away"),
    (when({"fact": "fever", "over": 1}), "is no number"),
    (when({"fact": "phq9", "below": 5}), "could take it away"),
    (when({"fact": "phq9", "above": 5}), "needs one of"),
    (when({"fact": "phq9", "over": "5"}), "with '5'"),
    (change("red_flags", "RF16", "tiers", []), "no tier"),
    (change("red_flags", "RF16", "tiers", 0, "tier", "PANIC"), "unknown one"),
    (lambda s: s["red_flags"]["RF04"]["tiers"].reverse(), "do not fall"),
    (drop("red_flags", "RF16", "closing"), "how it can be closed"),
    (drop("red_flags", "RF16", "action"), "lacks a title"),
    (change("red_flags", "RF01", "action", "Wait."), "emergency number"),
    (change("red_flags", "RF16", "why", "refs", ["Allen2014"]), "is marked D and cites"),
    (drop("red_flags", "RF01", "why", "refs"), "marked V without a reference"),
    (drop("dsap", "3"), "levels are 1 to 5"),
    (change("dsap", "3", "tier", "PANIC"), "unknown tier 'PANIC'"),
    (drop("workup", "eeg", "remind"), "when it is reminded"),
    (change("workup", "eeg", "remind", "flying"), "unknown fact 'flying'"),
    (change("workup", "eeg", "group", "x"), "unknown group 'x'"),
    (drop("workup", "eeg", "reason"), "lacks a title or a reason"),
    (change("workup", "levodopa_trial", "reason", "Give 100 mg."), "names a dose"),
    (change("workup", "levodopa_trial", "reason", "1 mg/kg"), "names a dose"),
    (drop("workup", "eeg", "mark"), "eeg carries no mark"),
    (change("laboratory", "hva", "units", []), "no units"),
    (change("laboratory", "hva", "item", "x"), "no line of the work-up"),
    (drop("workup", "hva"), "hva cannot be entered"),
    (change("laboratory", "hva", "published", [{"words": "x", "mark": "M"}]), "was not checked"),
    (change("leipzig", "rhodanine", "cells", {"present": "1"}), "without points"),
    (lambda s: s["leipzig_readings"].reverse(), "do not fall"),
    (change("genes", "tor 1a", {}), "no symbol of a gene"),
    (change("genes", "TOR1A", "mark", "M"), "lacks its mark"),
    (drop("genes", "TOR1A", "hint_mark"), "from memory"),
    (change("exposures", "vmat2", "names", ["haloperidol"]), "means both"),
    (drop("exposures", "vmat2", "mark"), "vmat2 carries no mark"),
]


@pytest.mark.parametrize(("break_it", "words"), BROKEN)
def test_each_broken_rule_is_named(sources, break_it, words):
    """A table that breaks a rule is found, and the message says what is wrong."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    assert any(words in problem for problem in found(broken)), found(broken)


def test_work_up_may_use_not(sources):
    """A reminder may depend on what is absent, which a red flag may not."""
    changed = copy.deepcopy(sources)
    changed["workup"]["eeg"]["remind"] = {"not": "fever"}
    assert found(changed) == []


def test_every_problem_begins_with_its_table(sources):
    """Each message begins with a table, so that one table can be compiled by itself."""
    for break_it, _ in BROKEN:
        broken = copy.deepcopy(sources)
        break_it(broken)
        for problem in found(broken):
            assert problem.partition(":")[0] in sources


def test_no_text_uses_forbidden_wording(sources):
    """No text diagnoses, prescribes, doses, promises or says that all is safe."""
    # Titles of genes are those of OMIM and stay as they are.
    names = ["danger_signs", "flag_facts", "red_flags", "dsap", "recording_stop", "workup"]
    names += ["laboratory", "leipzig", "leipzig_readings", "exposures", "gene_statements"]
    spoken = list(_texts([sources[name] for name in names]))
    assert len(spoken) > 300
    assert [found for text in spoken for found in forbidden(text)] == []


def _texts(node):
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, str) and " " in node:
        yield node
