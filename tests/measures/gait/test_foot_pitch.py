"""The pitch of a foot is read where it shows; its interval holds that a part of it is shown."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import gait
from eutonia.simulate import gait_traces as seen
from eutonia.simulate.visit import visit


def _walked(*, hidden=(), seconds=30.0):
    """Return a walk whose left foot's pitch is lost in some shares of its strides."""
    rng = np.random.default_rng(3)
    walked = gait.walk(rng, gait.Gait(seconds=seconds))
    made = seen.traces(rng, walked)
    names = [c.name for c in made.channels]
    lands, t = walked.lands["left"], walked.t_s
    stride = np.searchsorted(lands, t, side="right") - 1
    share = (t - lands[stride]) / (lands[stride + 1] - lands[stride])
    lost = np.any([(share >= a) & (share < b) for a, b in hidden] or [share < 0], axis=0)
    x = made.signal.read(0, len(t)).copy()
    x[names.index("left_foot_pitch"), lost] = np.nan
    return replace(made, signal=type(made.signal)(x))


def _parts(recording):
    made = visit(recording)
    outcome = run_measure(entry("gait.foot_pitch"), made, visit_spans(made), seed=1)
    left = {e.part: e for e in outcome.estimates if e.target.side == "left"}
    return left, [n.reason for n in outcome.not_measurable]


def test_a_standing_foot_that_hardly_shows_is_refused_and_the_rest_given():
    """Hidden in all of mid-stance: no stance, a sentence about the near leg, the swing as known."""
    left, reasons = _parts(_walked(hidden=[(0.1, 0.45)]))
    assert set(left) == {"landing", "swing"}
    assert left["swing"].value == pytest.approx(gait.LANDS, abs=2)
    assert any("near leg hides the far foot" in why for why in reasons)


def test_a_standing_foot_is_read_where_it_shows():
    """Hidden in half of mid-stance, a flat foot still reads 0."""
    left, _ = _parts(_walked(hidden=[(0.24, 0.45)]))
    assert left["stance"].value == pytest.approx(0, abs=1.5)


def test_the_interval_of_a_foot_that_points_down_holds_three_times_what_is_read():
    """A foot that reads 12 degrees further down than usual may be down by 36; a usual one not."""
    rng = np.random.default_rng(4)
    down = gait.of(left=12.0, right=0.0)
    walked = gait.walk(rng, gait.Gait(seconds=30.0, pitch_deg=down))
    made = visit(seen.traces(rng, walked))
    outcome = run_measure(entry("gait.foot_pitch"), made, visit_spans(made), seed=1)
    found = {e.target.side: e for e in outcome.estimates if e.part == "landing"}
    assert found["left"].interval.hi > gait.LANDS + 36 > found["right"].interval.hi
    assert found["left"].interval.lo < gait.LANDS + 12 < found["left"].interval.hi


def test_a_change_that_is_shown_in_part_is_held_by_the_difference_of_two_walks():
    """Of 20 degrees more half is read: the difference is told, and its interval holds all of it."""
    rng = np.random.default_rng(5)
    walks = [
        replace(
            seen.traces(rng, gait.walk(rng, gait.Gait(seconds=30.0, pitch_deg=down))),
            id=trick,
            condition=Condition.of(task="walking", trick=trick),
        )
        for trick, down in (
            ("off", gait.of(left=10.0, right=0.0)),
            ("on", gait.of(left=0, right=0)),
        )
    ]
    made = visit(*walks)
    outcome = run_measure(entry("gait.foot_pitch"), made, visit_spans(made), seed=1)
    (left,) = (
        c.interval
        for c in outcome.contrasts
        if (c.factor, c.target.side, c.measure) == ("trick", "left", "gait.foot_pitch.landing")
    )
    assert left.lo < -20 < left.hi < 0


def test_two_feet_are_held_against_each_other_with_what_each_is_misread_by():
    """A difference of 12 degrees between two feet is not told; one of 40 is."""
    rng = np.random.default_rng(6)
    for down, told in ((12.0, False), (40.0, True)):
        walked = gait.walk(rng, gait.Gait(seconds=30.0, pitch_deg=gait.of(left=down, right=0.0)))
        made = visit(seen.traces(rng, walked))
        outcome = run_measure(entry("gait.foot_pitch"), made, visit_spans(made), seed=1)
        (landing,) = (c for c in outcome.contrasts if c.measure == "gait.foot_pitch.landing")
        assert (landing.interval.lo > 0 or landing.interval.hi < 0) == told
