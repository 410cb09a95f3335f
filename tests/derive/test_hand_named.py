"""The hand that a segment names against the one that was seen."""

import numpy as np
import pytest

from eutonia.derive.hand_named import named_otherwise
from eutonia.model import Condition, Landmarks, Points, Span


def _landmarks(*, left, right):
    """Return 20 s at 10 pictures a second, with a hand seen in the given seconds."""
    t = np.arange(200) / 10
    parts = {}
    for side, seconds in (("left", left), ("right", right)):
        seen = np.zeros(len(t), dtype=bool)
        for start, stop in seconds:
            seen |= (t >= start) & (t < stop)
        xyz = np.where(seen[:, None, None], np.float32(1), np.float32(np.nan))
        xyz = np.broadcast_to(xyz, (len(t), 21, 3))
        parts[f"{side}_hand"] = Points(xyz=xyz, score=seen.astype(np.float32))
    return Landmarks(t_s=t, width=640, height=480, parts=parts)


def _span(start, stop, **levels):
    return Span(recording="a.mp4", start_s=start, stop_s=stop, condition=Condition.of(**levels))


_EASY = _span(0, 10, task="easy_passage", side="right")
_REST = _span(10, 20, task="rest")


def test_a_left_hand_in_a_segment_of_the_right_one_is_said():
    """The segment, the hand it names and the hand that was seen are told, once."""
    again = _span(10, 20, task="trigger_passage", side="right")
    (issue,) = named_otherwise(_landmarks(left=[(0, 20)], right=[]), [_EASY, again])
    assert issue.code == "other_hand"
    assert "easy passage" in issue.message and "trigger passage" in issue.message
    assert "names the right hand, and a left one was seen" in issue.message


@pytest.mark.parametrize(
    ("left", "right"),
    [([], [(0, 20)]), ([(0, 20)], [(0, 20)]), ([(10, 20)], []), ([(0, 4)], []), ([], [])],
    ids=["the named hand", "both hands", "in another segment", "seldom", "no hand"],
)
def test_nothing_is_said_where_the_named_hand_was_not_replaced(left, right):
    """A hand beside the named one, or outside its segment, is no contradiction."""
    assert not named_otherwise(_landmarks(left=left, right=right), [_EASY, _REST])
