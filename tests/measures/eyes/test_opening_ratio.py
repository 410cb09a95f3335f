"""A lid that hangs is told from even ones, as far as landmarks show it."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eyes.opening_ratio import TIMES, limits
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import OPENINGS
from eutonia.simulate.visit import recording, visit

RATE_HZ = 30.0
N = round(60 * RATE_HZ)
SECONDS = np.arange(N) / RATE_HZ


def _run(left, right):
    """Return what is said of gaps between the lids, in % of the distance of the eyes."""
    x = np.stack(np.broadcast_arrays(left, right, np.zeros(N))[:2])
    x = x + np.random.default_rng(3).normal(0, 0.1, x.shape)
    made = recording(x, OPENINGS, rate_hz=RATE_HZ, condition=Condition.of(task="rest"))
    held = visit(made)
    return run_measure(entry("eyes.opening_ratio"), held, visit_spans(held), seed=1)


def _shut(every_s, lasts_s, to=0.1):
    """Return what closures leave of a gap."""
    return np.where(SECONDS % every_s < lasts_s, to, 1.0)


def test_even_lids_read_one_through_blinks():
    """Both shut together for a tenth of the time: 1, and the interval holds it."""
    (e,) = _run(10 * _shut(3, 0.3), 10 * _shut(3, 0.3)).estimates
    assert e.value == pytest.approx(1.0, abs=0.02)
    assert e.interval.lo < 1 < e.interval.hi


@pytest.mark.parametrize("hangs", ["left", "right"])
def test_a_lid_that_hangs_by_half_is_told(hangs):
    """As rendered: it reads 0.85 of the other; the interval holds one half and excludes 1."""
    gaps = (8.5, 10.0) if hangs == "left" else (10.0, 8.5)
    (e,) = _run(*(g * _shut(3, 0.3) for g in gaps)).estimates
    truth = 0.5 if hangs == "left" else 2.0
    assert e.interval.lo < truth < e.interval.hi
    assert not e.interval.lo < 1 < e.interval.hi
    details = dict(e.details)
    assert details["as_read"] == pytest.approx(gaps[0] / gaps[1], rel=0.01)
    assert details["left_pct"] == pytest.approx(gaps[0], rel=0.03)


@pytest.mark.parametrize("hangs", ["left", "right"])
@pytest.mark.parametrize("shown", [1.0, 0.32, 0.17, 0.09])
def test_a_lid_of_either_skin_is_held(hangs, shown):
    """Whether all of a lid that hangs by 0.65 is shown, or as little as of dark skin, is held."""
    left, right = (0.35**shown, 1.0) if hangs == "left" else (1.0, 0.35**shown)
    (e,) = _run(10 * left * np.ones(N), 10 * right * np.ones(N)).estimates
    truth = 0.35 if hangs == "left" else 1 / 0.35
    assert e.interval.lo < truth < e.interval.hi


def test_lids_that_read_even_may_hang():
    """Lids that read even do not rule out that either is open by 0.6 of the other only."""
    (e,) = _run(10 * np.ones(N), 10 * np.ones(N)).estimates
    assert e.interval.lo < 0.6
    assert e.interval.hi > 1 / 0.6


@pytest.mark.parametrize(("gaps", "told"), [((4.9, 3.9), False), ((9.8, 7.8), True)])
def test_two_narrow_lids_that_read_uneven_need_not_be(gaps, told):
    """Lids both narrowed by 0.6 read 0.8 of each other by chance, open ones do not."""
    (e,) = _run(*(g * np.ones(N) for g in gaps)).estimates
    assert (e.interval.lo > 1) == told
    assert e.interval.hi > gaps[0] / gaps[1]


def test_limits_are_alike_for_both_lids():
    """Exchanging the lids turns value and limits over; the more is read, the further they lie."""
    read = np.exp(TIMES * np.linspace(-0.8, 0.8, 81))[:, None]
    lo, hi = limits(read, 0.001 * read, np.full(len(read), 20.0))
    assert (lo < read).all()
    assert (read < hi).all()
    assert np.allclose(lo * hi[::-1], 1.0)
    assert (np.diff(lo, axis=0) > 0).all()
    assert (np.diff(hi, axis=0) > 0).all()


def test_an_eye_that_winks_does_not_hang():
    """One eye that is shut for a third of the time is as wide when both are open."""
    (e,) = _run(10 * _shut(3, 1.0), 10 * np.ones(N)).estimates
    assert e.value == pytest.approx(1.0, abs=0.02)


def test_eyes_that_are_never_open_together_say_so():
    """Eyes that are shut in turns give no number and a reason."""
    turn = _shut(4, 2.0, to=0.0)
    outcome = _run(10 * turn, 10 * (1 - turn))
    assert not outcome.estimates
    assert any("open" in n.reason for n in outcome.not_measurable)
