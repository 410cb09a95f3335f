"""The Dystonia Severity Action Plan: its levels (classification §7.1), raters and trend."""

from itertools import combinations

import pytest

from eutonia.exam.dsap import dsap, trend
from eutonia.knowledge import table
from eutonia.model import Examination

SIGNS = (
    "cannot_sit",
    "cannot_lie",
    "not_sleeping",
    "generalised_spasms",
    "fever",
    "fast_pulse",
    "sweating",
    "dark_urine",
    "organ_failure",
)


def seen(*yes, no=(), level=None):
    danger = tuple((s, True) for s in yes) + tuple((s, False) for s in no)
    return Examination(rater="A", danger=danger, dsap=level)


@pytest.mark.parametrize(
    ("yes", "level", "tier"),
    [
        (("cannot_sit",), 2, "SOON"),
        (("cannot_lie",), 3, "URGENT"),
        (("cannot_sit", "not_sleeping"), 3, "URGENT"),
        (("generalised_spasms", "fever"), 4, "EMERGENCY"),
        (("generalised_spasms", "fast_pulse"), 4, "EMERGENCY"),
        (("generalised_spasms", "sweating"), 4, "EMERGENCY"),
        (("generalised_spasms", "dark_urine"), 5, "EMERGENCY"),
        (("generalised_spasms", "organ_failure"), 5, "EMERGENCY"),
    ],
)
def test_each_level_from_its_signs(yes, level, tier):
    """The signs of each level reach it, with the tier of the plan."""
    found = dsap([seen(*yes)])
    assert (found.level, found.tier, found.by) == (level, tier, "signs")


def test_level_one_needs_both_questions_answered_with_no():
    """Level 1 is said only where sitting and lying were asked about; else the level is unknown."""
    assert dsap([]) is None
    assert dsap([seen(no=("cannot_sit",))]) is None
    assert dsap([seen("fever")]) is None
    found = dsap([seen(no=("cannot_sit", "cannot_lie"))])
    assert (found.level, found.tier) == (1, None)


def test_the_examiner_counts_upwards_only():
    """A level above the signs is the examiner's; one below them changes nothing."""
    up = dsap([seen("cannot_sit", level=4)])
    assert (up.level, up.by, up.because) == (4, "examiner", ("graded 4 by the examiner",))
    down = dsap([seen("cannot_lie", level=1)])
    assert (down.level, down.by, down.because) == (3, "signs", ("cannot lie comfortably",))
    assert dsap([seen(level=2), seen(level=3)]).level == 3


def test_one_more_sign_never_lowers_the_level():
    """Over all pairs and triples of signs, adding one never lowers the level."""
    for n in (1, 2):
        for some in combinations(SIGNS, n):
            before = dsap([seen(*some)])
            for more in SIGNS:
                after = dsap([seen(*some, more)])
                assert (after.level if after else 0) >= (before.level if before else 0)


def test_levels_from_memory_cite_nothing():
    """Levels 1 and 2 were read in a source and cite it; 3 to 5 are from memory and do not."""
    for level, entry in table("dsap").items():
        assert (entry["mark"] == "V") is (int(level) <= 2)
        assert bool(entry.get("refs")) is (int(level) <= 2)


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([], "No level"),
        ([("2026-01-01", 2)], "one level shows no trend"),
        ([("2026-02-01", 3), ("2026-01-01", 1)], "rose from 1 to 3 (2026-01-01 to 2026-02-01)"),
        ([("2026-01-01", 3), ("2026-02-01", 2)], "fell from 3 to 2"),
        ([("2026-01-01", 3), ("2026-02-01", 3)], "Level 3 again"),
        ([("", 2), ("2026-02-01", 3)], "an unknown day"),
    ],
)
def test_the_trend_in_words(levels, words):
    """The trend says the last step with its dates, whatever the order of entry."""
    assert words in trend(levels)


def test_slipping_from_one_again_and_again_is_unstable():
    """Leaving level 1 twice counts as unstable, leaving it once does not."""
    course = [(f"2026-01-0{i}", level) for i, level in enumerate((1, 2, 1, 2), start=1)]
    assert "left level 1 2 times: this counts as unstable" in trend(course)
    assert "unstable" not in trend(course[:3])
