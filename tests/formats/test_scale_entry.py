"""What may be entered on a scale: ranges, steps, licences, and totals that fit their items."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.formats.scale_entry import check_score, entry_items, entry_totals, licensed
from eutonia.knowledge import table
from eutonia.model import InvalidRecord, Score

SCALES = [k for k, v in table("scales").items() if v["status"] != "unknown"]
PERMISSION = [k for k, v in table("scales").items() if v["status"] == "permission"]


def _score(scale, items=None, totals=None, **more):
    return Score(
        scale=scale,
        items=tuple((items or {}).items()),
        totals=tuple((totals or {}).items()),
        **more,
    )


@pytest.mark.parametrize("scale", SCALES)
def test_every_item_has_a_label_and_a_range(scale):
    """Each item and total that can be entered says what it is and what is allowed."""
    items = entry_items(scale, licensed=True)
    assert len({i.id for i in items}) == len(items)
    for item in (*items, *entry_totals(scale)):
        assert item.label
        assert item.lo < item.hi
        assert f"{item.lo:g} to {item.hi:g}" in item.allowed


def test_the_number_of_items_is_that_of_the_scales():
    """BFMDRS has 9 × 2 and 7 items, TWSTRS 11, 6 and 5, DIS 144, CDIP-58 58, CDQ-24 24."""
    counts = {k: len(entry_items(k, licensed=True)) for k in SCALES}
    assert counts["BFMDRS"] == 9 * 2 + 7
    assert counts["TWSTRS"] == 11 + 6 + 5
    assert (counts["UDRS"], counts["GDRS"], counts["DIS"]) == (28, 14, 144)
    assert (counts["CDIP58"], counts["CDQ24"], counts["VHI10"]) == (58, 24, 10)
    assert (counts["PHQ9"], counts["GAD7"], counts["ADDS"]) == (9, 7, 7 + 1)


def test_speech_and_swallowing_have_their_own_anchors():
    """What brings out dystonia of speech is graded by how often, not by which action."""
    anchors = {i.id: i.anchors for i in entry_items("BFMDRS")}
    own = anchors["movement.speech_swallowing_provoking"]
    assert own != anchors["movement.eyes_provoking"]
    assert [mark for _, _, mark in own] == ["D"] * 5


# --- licences -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", PERMISSION)
def test_without_permission_only_totals_are_taken(scale):
    """A scale that needs permission shows no item, refuses one, and takes its totals."""
    assert entry_items(scale) == ()
    total = entry_totals(scale)[-1]
    assert check_score(_score(scale, totals={total.id: total.lo})).totals == ((total.id, total.lo),)
    for item in entry_items(scale, licensed=True)[:1]:
        with pytest.raises(InvalidRecord, match=f"{scale}: its items need permission"):
            check_score(_score(scale, {item.id: item.lo}))
        assert check_score(_score(scale, {item.id: item.lo}), licensed=True)


def test_a_licence_is_found_up_to_the_data_set(tmp_path: Path):
    """A licence counts beside the visit and above it, but not above the data set, nor if empty."""
    visit = tmp_path / "data" / "sub-01" / "ses-01"
    visit.mkdir(parents=True)
    (tmp_path / "data" / "dataset_description.json").write_text("{}")
    for folder, counts in ((tmp_path, False), (tmp_path / "data", True), (visit, True)):
        assert not licensed("VHI10", visit)
        (folder / "licences").mkdir()
        file = folder / "licences" / "VHI10.txt"
        file.write_text("")
        assert not licensed("VHI10", visit)
        file.write_text("granted")
        assert licensed("VHI-10", visit) is counts
        assert not licensed("CDQ24", visit)
        file.unlink()


def test_what_is_not_implemented_says_why():
    """MDDS is refused with the reason, however it is asked for."""
    for ask in (entry_items, entry_totals, lambda name: check_score(_score(name))):
        with pytest.raises(InvalidRecord, match=r"MDDS cannot be entered: .*not implemented"):
            ask("MDDS")


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"), [("BFM", "BFMDRS"), ("phq-9", "PHQ9"), ("twstrs", "TWSTRS"), ("Tsui", "TSUI")]
)
def test_a_scale_is_known_by_its_other_names(name, key):
    """Other names and spellings lead to the same scale."""
    assert check_score(_score(name)).scale == key


def test_an_unknown_scale_names_the_nearest():
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(InvalidRecord, match=r"TWSTRT.*TWSTRS"):
        check_score(_score("TWSTRT"))


def test_an_item_is_known_by_its_bare_name_or_number():
    """The part may be left out where only one item has that name; else both are named."""
    found = check_score(_score("TWSTRS", {"rotation": 2, "pain.worst": 3}))
    assert dict(found.items) == {"severity.rotation": 2, "pain.worst": 3}
    assert check_score(_score("PHQ9", {"9": 1})).items == (("item_9", 1),)
    assert check_score(_score("CDIP58", {"mood.2": 1}), licensed=True).items == (
        ("mood.item_2", 1),
    )
    with pytest.raises(InvalidRecord, match=r"severity\.duration or pain\.duration"):
        check_score(_score("TWSTRS", {"duration": 1}))


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (
            _score("TWSTRS", {"severity.rotation": 5}),
            r"TWSTRS\.severity\.rotation .* is 5; .*0 to 4",
        ),
        (_score("TWSTRS", {"severity.rotation": 1.5}), "is 1.5; allowed: 0 to 4, whole numbers"),
        (_score("UDRS", {"neck_duration": 0.25}), "allowed: 0 to 4, steps of 0.5"),
        (_score("ADDS", {"unlimited": 92}), "is 92; allowed: 90 to 100, steps of 5"),
        (_score("JRS", {"severity": math.nan}), "is nan; allowed: 0 to 4"),
        (_score("JRS", {"severity": True}), "is True; allowed: 0 to 4"),
        (_score("JRS", {"severity": "3"}), "is '3'; allowed: 0 to 4"),
        (_score("JRS", {"severity": 10**400}), "allowed: 0 to 4"),
        (_score("JRS", {"severty": 1}), "no item 'severty'; allowed: severity"),
        (_score("JRS", {"severity": 1, " ": 1}), "no item ' '"),
        (Score(scale="JRS", items=(("severity", 1), ("severity", 2))), "severity stands twice"),
        (Score(scale="JRS", items=(1, 2)), "its items are .*allowed: pairs"),
        (_score("JRS", totals={"total": 9}), r"JRS\.total .* is 9; allowed: 0 to 8"),
        (_score("JRS", totals={"sum": 3}), "no total 'sum'; allowed: total 0 to 8"),
        (_score("TCS", {"fingers": 3}), "TCS has no items to enter, .*total 0 to 5"),
        (_score("TCS", totals={"total": 2.5}), "whole numbers"),
        (_score("SLEEP", totals={"total": 3}), "SLEEP has no total; enter its items: hours"),
        (_score("TWSTRS", version="0-90"), "no version '0-90'; allowed: 0-85, 0-87"),
        (_score("JRS", version="2"), "no version '2'; allowed: 1"),
        (_score("JRS", not_applicable=("severity",)), "severity always applies; .*no item"),
        (_score("TWSTRS", not_applicable=("work",)), r"work always applies; .*disability\.driving"),
        (_score("TWSTRS", {"driving": 1}, not_applicable=("driving",)), "said not to apply"),
        (_score("JRS", limited=True), "does not ask whether"),
        (_score("ADDS", {"writing": 1}, limited=False), "writing is 1, but limited is no"),
        (_score("ADDS", {"unlimited": 95}, limited=True), "without any limitation, but limited"),
        (_score("ADDS", {"unlimited": 95, "writing": 2}), "but writing is 2"),
        (_score("ADDS", limited="perhaps"), "allowed: yes or no"),
    ],
)
def test_a_wrong_entry_says_what_is_allowed(score, words):
    """The message names the scale, the item, the value and the allowed range."""
    with pytest.raises(InvalidRecord, match=words) as caught:
        check_score(score)
    assert score.scale in str(caught.value)


# --- totals and items together ------------------------------------------------------------------


@pytest.mark.parametrize(
    "score",
    [
        _score("JRS", {"severity": 3, "frequency": 2}, {"total": 5}),
        _score("JRS", {"severity": 3}, {"total": 7}),
        _score("TWSTRS", totals={"severity": 19, "disability": 11, "pain": 11, "total": 41}),
        _score("TWSTRS", totals={"severity": 19, "total": 60}),
        _score("TWSTRS", {"worst": 8, "best": 2, "usual": 5}, {"pain": 15}),
        _score("ADDS", {"writing": 3, "instrument": 3}, {"total": 60}),
        _score("WCRS", totals={"movement": 10, "speed": 1, "total": 11}),
    ],
)
def test_totals_that_fit_are_taken(score):
    """A total that the items, or the missing ones, allow stands beside them."""
    assert dict(check_score(score).totals) == dict(score.totals)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (_score("JRS", {"severity": 3, "frequency": 2}, {"total": 6}), "gives 5"),
        (_score("JRS", {"severity": 1}, {"total": 6}), "between 1 and 5"),
        (
            _score("TWSTRS", totals={"severity": 19, "disability": 11, "pain": 11, "total": 42}),
            "41",
        ),
        (_score("TWSTRS", totals={"severity": 19, "total": 80}), "between 19 and 69"),
        (_score("TWSTRS", {"worst": 8, "best": 2, "usual": 5}, {"pain": 16}), "between 5 and 15"),
        (_score("TWSTRS", {"rotation": 4}, {"total": 84.5}, version="0-85"), None),
        (_score("WCRS", totals={"movement": 10, "speed": 1, "total": 12}), "gives 11"),
        (_score("ADDS", {"writing": 3, "instrument": 3}, {"total": 70}), "between 0 and 64.28"),
    ],
)
def test_totals_that_contradict_are_refused(score, words):
    """A total that nothing beside it allows is refused with what it would be."""
    if words is None:  # still possible: the missing items may hold it
        assert check_score(score)
        return
    with pytest.raises(InvalidRecord, match=words):
        check_score(score)


def test_a_rounded_percentage_fits_its_items():
    """47 % is what is written of 47.14 %, and 48 % is not."""
    names = ("writing", "instrument", "buttoning", "utensils_feeding", "hygiene", "grasping")
    items = dict.fromkeys(names, 1) | {"housework_or_job": 3, "writing": 2}  # sum 10
    assert check_score(_score("ADDS", items, {"total": 47}))
    with pytest.raises(InvalidRecord, match=r"gives 47\.14"):
        check_score(_score("ADDS", items, {"total": 48}))


@pytest.mark.parametrize("scale", ["TWSTRS", "BSDI"])
def test_a_version_that_differs_in_its_items_takes_totals(scale):
    """What the other version changes is entered as a total, in the range of that version."""
    other = {"TWSTRS": ("0-87", "disability", 32), "BSDI": ("sum 0-30", "total", 30)}[scale]
    version, part, most = other
    assert check_score(_score(scale, totals={part: most}, version=version))
    assert part not in {i.part for i in entry_items(scale, True, version=version)}
    with pytest.raises(InvalidRecord, match="allowed: 0 to"):
        check_score(_score(scale, totals={part: most}))


# --- whatever is entered ------------------------------------------------------------------------

_IDS = sorted({i.id for k in SCALES for i in entry_items(k, licensed=True)})
_KEYS = st.sampled_from([*_IDS, "total", "9", "", "rotation"]) | st.text(max_size=8) | st.none()
_VALUES = st.integers(-2, 12) | st.floats() | st.text(max_size=3) | st.none() | st.booleans()
_PAIRS = st.lists(st.tuples(_KEYS, _VALUES), max_size=5).map(tuple)


@settings(max_examples=300, deadline=None)
@given(
    st.builds(
        Score,
        scale=st.sampled_from([*table("scales"), "PHQ-9", "x", ""]) | st.text(max_size=6),
        version=st.sampled_from(["", "0-87", "1"]) | st.text(max_size=3),
        items=_PAIRS | st.just(7),
        totals=_PAIRS,
        not_applicable=st.lists(_KEYS, max_size=2).map(tuple),
        limited=st.sampled_from([None, True, False, "x"]),
    ),
    st.booleans(),
)
def test_no_entry_crashes_the_check(score, licence):
    """Whatever is entered, it is taken or refused in words, and what is taken is taken again."""
    try:
        checked = check_score(score, licensed=licence)
    except InvalidRecord as error:
        assert str(error).strip()
    else:
        assert check_score(checked, licensed=licence) == checked
