"""The Leipzig score: points, what is from memory, and when a reading is shown."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.exam.wilson import leipzig
from eutonia.knowledge import table
from eutonia.model.errors import InvalidRecord

#: The points of the published table, as classification §8.1 gives them.
POINTS = [
    ("kayser_fleischer", "present", 2),
    ("neuropsychiatric", "present", 2),
    ("haemolysis", "present", 1),
    ("urinary_copper", "normal", 0),
    ("urinary_copper", "up to twice the upper limit", 1),
    ("urinary_copper", "more than twice the upper limit", 2),
    ("urinary_copper", "normal, but more than 5 times the upper limit after penicillamine", 2),
    ("liver_copper", "normal", -1),
    ("liver_copper", "up to 5 times the upper limit", 1),
    ("liver_copper", "more than 5 times the upper limit", 2),
    ("rhodanine", "present", 1),
    ("ceruloplasmin", "above 0.2 g/L", 0),
    ("ceruloplasmin", "0.1 to 0.2 g/L", 1),
    ("ceruloplasmin", "below 0.1 g/L", 2),
    ("atp7b", "on one chromosome", 1),
    ("atp7b", "on both chromosomes", 4),
]
MEMORY = {"kayser_fleischer", "neuropsychiatric", "haemolysis"}


@pytest.mark.parametrize(("item", "cell", "points"), POINTS)
def test_points_of_each_cell(item, cell, points):
    """Each cell gives the points of the published table, those from memory apart."""
    score = leipzig({item: cell})
    assert score.total == points
    assert (score.unconfirmed if item in MEMORY else score.checked) == points
    assert ("our rule, unconfirmed" in score.lines[0]) is (item in MEMORY)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"atp7b": "on both chromosomes"}, "highly likely"),
        ({"ceruloplasmin": "below 0.1 g/L"}, "probable"),
        ({"ceruloplasmin": "0.1 to 0.2 g/L"}, "unlikely"),
        ({"liver_copper": "normal"}, "unlikely"),
        (
            {"ceruloplasmin": "below 0.1 g/L", "urinary_copper": "more than twice the upper limit"},
            "highly likely",
        ),
    ],
)
def test_the_published_reading(entries, words):
    """4 or more, 2 to 3 and less give their published readings, said to be no diagnosis."""
    reading = leipzig(entries).reading
    assert words in reading
    assert "no diagnosis" in reading


def test_no_reading_hangs_on_points_from_memory():
    """Where the points from memory change the reading, none is shown."""
    entries = {"ceruloplasmin": "below 0.1 g/L", "kayser_fleischer": "present"}
    score = leipzig(entries)
    assert (score.total, score.checked, score.unconfirmed) == (4, 2, 2)
    assert score.reading == "no reading: it would hang on points from memory"
    same = leipzig(entries | {"atp7b": "on both chromosomes"})
    assert "highly likely" in same.reading


def test_missing_items_are_named():
    """What was not entered is counted and named, and nothing entered gives no reading."""
    score = leipzig({})
    assert (score.total, score.answered, score.of, score.reading) == (0, 0, 8, "nothing entered")
    assert len(leipzig({"rhodanine": "absent"}).missing) == 7


def test_the_total_does_not_depend_on_the_order():
    """Items in any order give the same points, and the totals stay in the range of the table."""
    cells = {k: list(e["cells"]) for k, e in table("leipzig").items()}
    least = sum(min(e["cells"].values()) for e in table("leipzig").values())
    most = sum(max(e["cells"].values()) for e in table("leipzig").values())
    for pick in product(*([c[0], c[-1]] for c in cells.values())):
        entries = dict(zip(cells, pick, strict=True))
        turned = dict(reversed(entries.items()))
        assert least <= leipzig(entries).total == leipzig(turned).total <= most


@given(st.dictionaries(st.sampled_from(list(table("leipzig"))) | st.text(), st.text(), min_size=1))
def test_odd_entries_name_what_is_allowed(entries):
    """An unknown item or cell is refused with the allowed ones, and never crashes otherwise."""
    try:
        leipzig(entries)
    except InvalidRecord as error:
        assert "allowed" in str(error) or "the items are" in str(error)
