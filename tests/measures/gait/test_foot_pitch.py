"""The pitch of a far foot is read where it shows, and said to be hidden where it does not."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
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
