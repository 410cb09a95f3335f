"""The rules that the knowledge files must keep: each broken rule is found and named."""

import copy

import pytest

from eutonia.knowledge import __main__ as program
from eutonia.knowledge.compile import compile_tables, problems, read_sources
from eutonia.model.errors import InvalidRecord


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep all rules."""
    return read_sources()


def test_the_files_keep_their_rules(sources):
    """The files that ship break no rule."""
    assert problems(sources) == []


def _muscle_twice(s):
    s["muscles"]["soleus"]["synonyms"].append("S.C.M.")


def _unknown_antagonist(s):
    s["antagonists"].append({"pair": ["soleus", "flubber"], "mark": "D"})


def _pair_twice(s):
    s["antagonists"].append({"pair": ["soleus", "tibialis_anterior"], "mark": "D"})


def _pair_without_mark(s):
    s["antagonists"].append({"pair": ["soleus", "masseter"]})


def _unknown_region(s):
    s["muscles"]["soleus"]["region"] = "tail"


def _no_reference_level(s):
    s["conditions"]["eyes"]["reference"] = "ajar"


def _level_twice(s):
    s["conditions"]["eyes"]["levels"]["open"].append("EC")


def _phrase_of_no_condition(s):
    s["phrases"].append({"levels": {"task": "flying"}, "synonyms": ["flying"]})


def _bare_off(s):
    s["conditions"]["trick"]["levels"][False] = []


def _number_as_word(s):
    s["muscles"]["soleus"]["synonyms"].append(4)


def _nobody_cited(s):
    s["forms"]["leg"]["refs"] = ["Nobody1901"]


def _null_synonym(s):
    s["events"]["cue"].append(None)


def _memory_as_evidence(s):
    item = {"words": "x", "references": ["Halliday1995"], "mark": "V"}
    s["evidence"]["imc"]["positive"].append(item)


def _missing_reference(s):
    item = {"words": "x", "references": ["Nobody1900"], "mark": "V"}
    s["evidence"]["imc"]["positive"].append(item)


def _unchecked_evidence(s):
    item = {"words": "x", "references": ["Tijssen2000"], "mark": "M"}
    s["evidence"]["imc"]["positive"].append(item)


def _reference_unseen(s):
    del s["references"]["Tijssen2000"]["seen"]


def _form_without_primary(s):
    s["forms"]["leg"]["primary"] = []


def _table_missing(s):
    del s["electrodes"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_muscle_twice, "'scm' means both"),
        (_unknown_antagonist, "no muscle is called 'flubber'"),
        (_pair_twice, "not a new pair"),
        (_pair_without_mark, "no mark"),
        (_unknown_region, "unknown region 'tail'"),
        (_no_reference_level, "reference of eyes"),
        (_level_twice, "'ec' means both"),
        (_phrase_of_no_condition, "task=flying"),
        (_bare_off, "needs quotes"),
        (_number_as_word, "needs quotes"),
        (_nobody_cited, "Nobody1901"),
        (_null_synonym, "needs quotes"),
        (_memory_as_evidence, "from memory"),
        (_missing_reference, "Nobody1900"),
        (_unchecked_evidence, "not checked"),
        (_reference_unseen, "how far it was checked"),
        (_form_without_primary, "no primary finding"),
        (_table_missing, "'electrodes' is missing"),
    ],
)
def test_each_broken_rule_is_named(sources, break_it, words):
    """A table that breaks a rule does not compile, and the message says which."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    with pytest.raises(InvalidRecord, match=words):
        compile_tables(broken)


def test_a_key_that_stands_twice_is_refused(tmp_path):
    """YAML would silently keep the last of two equal keys."""
    (tmp_path / "a.yaml").write_text("muscles:\n  soleus: {}\n  soleus: {}\n")
    with pytest.raises(InvalidRecord, match="'soleus' stands twice"):
        read_sources(tmp_path)


def test_a_stale_json_fails_the_check(tmp_path, monkeypatch, capsys):
    """``--check`` fails while the JSON differs from the YAML files, and passes after compiling."""
    monkeypatch.setattr(program, "COMPILED", tmp_path / "compiled")
    assert program.main(["--check"]) == 1
    assert "not what the YAML files say" in capsys.readouterr().err
    assert program.main([]) == 0
    assert program.main(["--check"]) == 0
