"""Proposals of TWSTRS items from angles: bands, intervals and words."""

from dataclasses import replace

import pytest

from eutonia.exam.twstrs_angles import twstrs_proposals, twstrs_withheld
from eutonia.knowledge import table
from eutonia.model import Condition, Estimate, Interval, Target


def number(measure, value, lo, hi, unit="deg"):
    """Return an estimate with an interval."""
    return Estimate(
        measure=measure,
        version="1",
        title="Number",
        unit=unit,
        tier="clinical",
        sources=(),
        target=Target(label="yaw", channels=("yaw",), sites=("yaw",)),
        condition=Condition.of(task="hold" if measure == "head.time_neutral" else "let_go"),
        value=value,
        interval=Interval(lo=lo, hi=hi, kind="within the recording", method="test"),
        n_effective=20,
        valid=(-90.0, 90.0),
        valid_by="test",
    )


@pytest.mark.parametrize(
    ("measure", "value", "item", "score"),
    [
        ("head.yaw_mean", 22.0, "rotation", 1),
        ("head.yaw_mean", -23.0, "rotation", 2),
        ("head.yaw_mean", 46.0, "rotation", 3),
        ("head.yaw_mean", 68.0, "rotation", 4),
        ("head.roll_mean", 15.0, "laterocollis", 1),
        ("head.roll_mean", -16.0, "laterocollis", 2),
        ("head.roll_mean", 36.0, "laterocollis", 3),
        ("head.pitch_mean", 20.0, "retrocollis", 2),
        ("head.pitch_mean", -20.0, "anterocollis", 2),
    ],
)
def test_angles_fall_into_the_bands_of_the_items(measure, value, item, score):
    """Each edge of a band gives the score that stands in the table of the scale."""
    (found,) = twstrs_proposals([number(measure, value, value - 0.1, value + 0.1)])
    assert (found.item, found.score) == (item, score)


@pytest.mark.parametrize(
    ("seconds", "score"), [(60, 0), (59, 1), (46, 1), (45, 2), (31, 2), (30, 3), (16, 3), (15, 4)]
)
def test_seconds_fall_into_the_bands_of_the_time(seconds, score):
    """A completed 60 s is 0; less falls into the bands of 15 s."""
    (found,) = twstrs_proposals([number("head.time_neutral", seconds, seconds, seconds, "s")])
    assert found.score == score


def test_numbers_are_written_as_in_the_findings():
    """The least is rounded down, and nothing is called minus zero."""
    down = replace(number("head.pitch_mean", -38, -73, -28), quality=("at_least_27.84",))
    (proposed,) = twstrs_proposals([down])
    assert "at least 27 deg, read -38" in proposed.words
    (straight,) = twstrs_proposals([number("head.yaw_mean", -0.3, -0.4, 0.4)])
    assert "0 deg, interval 0 to 0" in straight.words
    assert "-0" not in straight.words


def test_a_nod_against_a_zero_that_nobody_set_proposes_nothing():
    """A low camera makes a retrocollis; a turn and a tilt do not depend on its height so."""
    for measure, n in (("head.pitch_mean", 0), ("head.yaw_mean", 1), ("head.roll_mean", 1)):
        unset = replace(number(measure, 17.0, 4.0, 30.0), quality=("zero_anatomical",))
        assert len(twstrs_proposals([unset])) == n
        assert len(twstrs_withheld([unset])) == 1 - n


def test_the_interval_says_which_scores_are_possible():
    """An angle near an edge allows both scores, and says so."""
    (found,) = twstrs_proposals([number("head.yaw_mean", -24.0, -29.0, -19.0)])
    assert (found.score, found.lowest, found.highest) == (2, 1, 2)
    assert "(1 to 2)" in found.words


def test_an_angle_of_which_only_the_least_is_known_may_be_any_more():
    """Where the landmarks saturate, the highest score stays possible, and the words say why."""
    found = replace(number("head.yaw_mean", 48.0, 46.0, 50.0), quality=("at_least_45",))
    (proposed,) = twstrs_proposals([found])
    assert (proposed.score, proposed.lowest, proposed.highest) == (3, 3, 4)
    assert "at least 45 deg, read 48: " in proposed.words


def test_an_angle_that_may_be_straight_is_none():
    """An interval that holds 0 proposes 0, not slight."""
    (found,) = twstrs_proposals([number("head.yaw_mean", 3.0, -2.0, 8.0)])
    assert (found.score, found.lowest, found.highest) == (0, 0, 1)


def test_a_shift_is_present_only_beyond_its_interval():
    """A shift of 7 % is present from 6 to 8, not from 3 to 11."""
    sure, unsure = twstrs_proposals(
        [number("head.shift_lat", 7, 6, 8, "%"), number("head.shift_lat", -7, -11, -3, "%")]
    )
    assert (sure.score, unsure.score, unsure.highest) == (1, 0, 1)


def test_a_large_shift_is_present_though_its_size_is_not_sure():
    """A shift of 23 %, 15 to 30, is present beyond doubt; the words say where it was validated."""
    large = replace(number("head.shift_lat", -23, -30, -15, "%"), valid=(-13.0, 13.0))
    (found,) = twstrs_proposals([large])
    assert (found.item, found.score, found.lowest, found.highest) == ("lateral_shift", 1, 1, 1)
    assert "outside the -13 to 13 % in which the method was validated" in found.words
    assert twstrs_withheld([large]) == ()


@pytest.mark.parametrize(
    ("measure", "value", "lo", "hi", "unit"),
    [("head.shift_lat", -17, -31, -3, "%"), ("head.yaw_mean", 60, 50, 70, "deg")],
)
def test_a_number_outside_the_range_of_its_method_says_why_it_proposes_nothing(
    measure, value, lo, hi, unit
):
    """Neither a shift that may be none nor an angle out of range is passed over in silence."""
    outside = replace(number(measure, value, lo, hi, unit), valid=(-13.0, 13.0))
    assert not twstrs_proposals([outside])
    (why,) = twstrs_withheld([outside])
    assert "no score is proposed" in why
    assert f"read {value} {unit}" in why


def test_an_angle_that_is_known_to_be_the_least_may_score_any_above():
    """Outside its range, but at least 40 degrees: the score may be any from there on."""
    beyond = replace(number("head.yaw_mean", 52, 40, 64), valid=(-45.0, 45.0))
    (proposed,) = twstrs_proposals([replace(beyond, quality=("at_least_40",))])
    assert proposed.highest == 4


def test_what_no_item_is_rated_by_is_not_called_withheld():
    """Numbers of other tasks and measures are no items that are missing."""
    other = replace(number("head.shift_lat", -17, -31, -3, "%"), valid=(-13.0, 13.0))
    assert twstrs_withheld([replace(other, condition=Condition.of(task="range"))]) == ()
    unlike = replace(other, measure="head.variability", interval=None)
    assert twstrs_withheld([unlike]) == twstrs_proposals([unlike]) == ()


def test_every_proposal_is_said_to_be_an_estimate():
    """Words say that nobody rated; only bands that were checked carry a reference."""
    found = twstrs_proposals(
        [number("head.yaw_mean", 24, 20, 28), number("head.roll_mean", 24, 20, 28)]
    )
    assert all("estimated, not rated" in p.words for p in found)
    assert found[0].refs == ()
    assert "our rule, unconfirmed" in found[0].words
    assert set(found[1].refs) <= table("references").keys()


def test_what_is_proposed_are_items_of_the_scale():
    """Every proposed item and score exists in the severity part of the scale's table."""
    parts = table("scales")["TWSTRS"]["parts"]["severity"]["items"]
    known = {i["id"]: (i["lo"], i["hi"]) for i in parts}
    every = [
        number("head.yaw_mean", 80, 79, 81),
        number("head.roll_mean", 80, 79, 81),
        number("head.pitch_mean", 80, 79, 81),
        number("head.pitch_mean", -80, -81, -79),
        number("head.shift_lat", 20, 19, 21),
        number("head.shift_sag", 20, 19, 21),
        number("head.time_neutral", 2, 1, 3, "s"),
    ]
    for p in twstrs_proposals(every):
        assert known[p.item][0] <= p.score <= known[p.item][1]
        assert p.score == known[p.item][1]


@pytest.mark.parametrize("levels", [{"task": "range"}, {"task": "let_go", "trick": "on"}])
def test_a_head_that_was_moved_or_helped_proposes_nothing(levels):
    """The scale rates the head let go, without the trick."""
    turned = number("head.yaw_mean", 30.0, 28.0, 32.0)
    assert twstrs_proposals([turned])
    assert twstrs_proposals([replace(turned, condition=Condition.of(**levels))]) == ()


def test_a_time_that_the_film_cut_short_proposes_nothing():
    """Straight to the end of 11 s may be straight for 60: from best to worst, so no score."""
    cut = number("head.time_neutral", 11.0, 11.0, 60.0, "s")
    assert twstrs_proposals([cut])
    short = replace(cut, quality=("at_least_11",))
    assert twstrs_proposals([short]) == ()
    assert "not over when the film" in twstrs_withheld([short])[0]
