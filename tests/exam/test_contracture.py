"""Passive range: differences between the sides, and that active range never shows a contracture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.exam.contracture import joints, largest_difference
from eutonia.model import Examination, PassiveRange


def examined(*ranges):
    return (Examination(rater="A", passive_range=ranges),)


def wrist(side, passive=None, **more):
    return PassiveRange(joint="Wrist", motion="extension", side=side, passive_deg=passive, **more)


@pytest.mark.parametrize(
    ("left", "right", "difference", "side", "said"),
    [
        (40, 61, 21, "left", True),
        (40, 60, 20, "left", False),
        (60, 20, 40, "right", True),
        (50, 50, 0, "", False),
    ],
)
def test_difference_between_the_sides(left, right, difference, side, said):
    """The smaller side and the difference are found; only above 20 degrees it is pointed out."""
    [joint] = joints(examined(wrist("left", left), wrist("right", right)))
    assert (joint.difference_deg, joint.smaller_side) == (difference, side)
    assert ("our limit" in joint.words) is said


def test_one_side_alone_gives_no_difference():
    """Without the other side nothing is compared."""
    [joint] = joints(examined(wrist("left", 10)))
    assert joint.difference_deg is None
    assert largest_difference(examined(wrist("left", 10))) is None


def test_joints_and_motions_are_not_mixed():
    """The left wrist is not held against the right elbow, nor flexion against extension."""
    elbow = PassiveRange(joint="elbow", motion="extension", side="right", passive_deg=140)
    bent = PassiveRange(joint="wrist", motion="flexion", side="right", passive_deg=80)
    assert largest_difference(examined(wrist("left", 10), elbow, bent)) is None


def test_raters_are_not_mixed():
    """One rater's left is not held against another's right."""
    both = (*examined(wrist("left", 10)), *examined(wrist("right", 70)))
    assert largest_difference(both) is None


@given(st.floats(0, 180), st.floats(0, 180))
def test_active_range_never_shows_a_contracture(left, right):
    """However much active ranges differ, no difference is derived, and the words say why."""
    ranges = (wrist("left", active_deg=left), wrist("right", active_deg=right))
    [joint] = joints(examined(*ranges))
    assert (joint.difference_deg, joint.smaller_side) == (None, "")
    assert "cannot show a contracture" in joint.words


def test_sleep_is_kept():
    """The range in sleep is unknown, the same or free, and any yes counts."""
    assert joints(examined(wrist("left", 10)))[0].same_in_sleep is None
    free = wrist("left", 10, same_in_sleep=False)
    assert "free in sleep" in joints(examined(free))[0].words
    both = joints(examined(free, wrist("right", 60, same_in_sleep=True)))[0]
    assert both.same_in_sleep is True


def test_a_range_entered_for_both_sides_counts_for_each():
    """What was measured on both sides at once is no missing range, and neither is a midline one."""
    neck = PassiveRange(joint="neck", motion="rotation", side="both", passive_deg=80)
    jaw = PassiveRange(joint="jaw", motion="opening", side="midline", passive_deg=40)
    both, midline = joints((Examination(rater="A", passive_range=(neck, jaw)),))
    assert (both.difference_deg, both.words) == (0, "neck, rotation: passive left 80°, right 80°")
    assert (midline.difference_deg, midline.words) == (None, "jaw, opening: passive 40°")
