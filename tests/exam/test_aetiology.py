"""Axis II: four independent blocks, the mapping to 2013, and the retired words."""

import pytest

from eutonia.exam.aetiology import axis_two, legacy_term, mapped_legacy
from eutonia.model import Aetiology, Examination, GeneFinding, History


def _block(block, what="x", certainty="probable", evidence="seen"):
    return Aetiology(block=block, what=what, certainty=certainty, evidence=evidence)


def _axis(*entries, examinations=(), version="2025", **history):
    found = axis_two(History(aetiology=entries, **history), examinations, version=version)
    return {c.about: c for c in found}


@pytest.mark.parametrize("block", ["genetic", "acquired", "anatomical", "mechanism"])
@pytest.mark.parametrize("certainty", ["confirmed", "probable", "suspected"])
def test_each_block_stands_alone_with_its_certainty(block, certainty):
    """An entry under one block gives that block its certainty, and the others stay unknown."""
    found = _axis(_block(block, certainty=certainty))
    others = {"genetic", "acquired", "anatomical", "mechanism"} - {block}
    assert found[block].value == certainty
    assert {found[o].value for o in others} == {"unknown"}


def test_the_highest_certainty_of_a_block_counts_and_all_is_shown():
    """Two entries in a block are both told; what lacks its evidence is named."""
    found = _axis(
        _block("genetic", "DYT-TOR1A", "suspected", ""), _block("genetic", "DYT-THAP1", "confirmed")
    )["genetic"]
    assert found.value == "confirmed"
    assert "DYT-TOR1A (suspected); DYT-THAP1 (confirmed)" in found.words
    assert found.missing == ("the evidence for: DYT-TOR1A",)


@pytest.mark.parametrize(
    ("entries", "family", "value"),
    [
        ((_block("genetic"),), None, "inherited"),
        ((_block("acquired"),), None, "acquired"),
        ((_block("idiopathic"),), None, "idiopathic"),
        ((_block("idiopathic"),), True, "idiopathic_familial"),
        ((_block("idiopathic"),), False, "idiopathic_sporadic"),
        ((_block("genetic"), _block("acquired")), None, "undecided"),
        ((_block("genetic", certainty="suspected"),), None, "undecided"),
        ((_block("genetic"), _block("acquired", certainty="suspected")), None, "inherited"),
        ((_block("mechanism"),), None, "unknown"),
        ((), None, "unknown"),
    ],
)
def test_the_mapping_to_2013(entries, family, value):
    """Each block maps to its category of 2013; what is only suspected decides nothing."""
    assert _axis(*entries, family_dystonia=family)["aetiology_2013"].value == value


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("degeneration", "degeneration"),
        ("neurodegeneration: basal ganglia", "degeneration"),
        ("structural lesion", "structural"),
        ("infarct of the right putamen", "structural"),
        ("no lesion", "none"),
        ("normal MRI", "none"),
        ("something bright", "undecided"),
    ],
)
def test_nervous_system_pathology(what, value):
    """Words under anatomical give degeneration, lesion or none; others are asked about."""
    found = _axis(_block("anatomical", what))["pathology_2013"]
    assert found.value == value
    assert bool(found.missing) == (value == "undecided")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("primary", "isolated, idiopathic or inherited"),
        ("Primary torsion dystonia", "isolated, idiopathic or inherited"),
        ("primäre Dystonie", "isolated, idiopathic or inherited"),
        ("secondary", "acquired"),
        ("Dystonie secondaire", "acquired"),
    ],
)
def test_retired_words_are_mapped_and_flagged(word, value):
    """Primary and secondary are accepted, mapped, and shown as mapped."""
    found = mapped_legacy(word)
    assert (found.about, found.axis, found.value) == ("mapped_legacy", "scheme", value)
    assert _axis(_block("idiopathic", word))["mapped_legacy"] == found


def test_other_words_are_not_retired():
    """A present word is not taken for a retired one."""
    assert legacy_term("DYT-TOR1A") == ""
    assert mapped_legacy("primarily at night") is None
    assert "mapped_legacy" not in _axis(_block("genetic"))


def test_a_gene_on_file_is_not_a_conclusion():
    """A reported variant asks the examiner and fills no block."""
    found = _axis(genes=(GeneFinding(gene="GCH1", result="pathogenic"),))["genetic"]
    assert found.value == "unknown"
    assert "GCH1 was reported as pathogenic" in found.missing[0]


def test_functional_signs_are_named_and_not_counted():
    """Positive signs are the examiner's to conclude from."""
    e = Examination(rater="A", functional_signs=("entrainment",))
    found = _axis(examinations=(e,))["acquired"]
    assert found.value == "unknown"
    assert "entrainment" in found.missing[0]


def test_the_version_of_2013_has_no_blocks():
    """With 2013 only its two items are concluded."""
    assert _axis(_block("genetic"), version="2013").keys() == {"aetiology_2013", "pathology_2013"}
