"""Genes against the list: what matches, and what is always said."""

from eutonia.exam.genes import advice, matches
from eutonia.knowledge import table


def test_all_54_genes_match_in_any_case_and_once():
    """Each gene of the list is found in any case, once, in the order given."""
    names = list(table("genes"))
    assert len(names) == 54
    found = matches([n.lower() for n in names] + names)
    assert [m.gene for m in found] == names


def test_a_match_holds_what_was_checked():
    """TOR1A carries OMIM 128100 and both words of its inheritance, as checked."""
    [match] = matches(["BRCA1", " tor1a "])
    assert (match.omim, match.inheritance) == ("128100", ("AD", "incomplete penetrance"))
    assert match.mondo == "MONDO:0007492"
    assert "no interpretation of variants" in match.statement


def test_names_that_contain_a_gene_do_not_match():
    """Only whole symbols count."""
    assert matches(["TOR1AIP1", "TOR1", "", "XTOR1A"]) == ()


def test_the_advice_leaves_minors_out_only_for_a_known_adult():
    """Counselling and the limits are always said; minors unless the person is known to be adult."""
    assert any("Minors" in words for words in advice())
    assert any("Minors" in words for words in advice(minor=True))
    adult = advice(minor=False)
    assert not any("Minors" in words for words in adult)
    assert any("counselling" in words for words in adult)


def test_hints_are_marked_as_from_memory():
    """Every hint carries the mark of memory, and the rest the mark of what was checked."""
    assert {e["hint_mark"] for e in table("genes").values()} == {"M"}
    assert {e["mark"] for e in table("genes").values()} == {"V"}
