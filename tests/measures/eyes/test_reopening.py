"""How long lids take to open again, of few closures."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import LIDS
from eutonia.simulate.visit import recording, visit

RATE_HZ, SECONDS = 30.0, 30


def _run(opens_s):
    """Return what is found of closures every six seconds whose lids open evenly in these times."""
    t = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    lid = np.zeros(len(t))
    for k, opens in enumerate(opens_s):
        since = t - 6 * k - 1
        lid = np.where((since >= 0) & (since < 1), 1.0, lid)
        lid = np.where((since >= 1) & (since < 1 + opens), 1 - (since - 1) / opens, lid)
    closing = Condition.of(task="closures")
    made = recording(np.stack([lid, lid]), LIDS, rate_hz=RATE_HZ, condition=closing)
    held = visit(made)
    return run_measure(entry("eyes.reopening_latency"), held, visit_spans(held), seed=1)


@pytest.mark.parametrize("opens_s", [(0.8, 1.0, 1.2), (0.8, 1.0, 1.2, 1.0, 0.9)])
def test_few_closures_have_the_limits_of_the_scale(opens_s):
    """Three closures of 600 ms hold 0.7 to 2 times as long, as ten do, and their own scatter."""
    (e, _) = _run(opens_s).estimates
    assert e.value == pytest.approx(600 * np.mean(opens_s), abs=15)
    assert e.interval.lo < 0.7 * e.value
    assert e.interval.hi > 2 * e.value


def test_closures_that_differ_widen_the_limits():
    """Three that take 0.3, 1 and 1.7 s say less than three that take a second each."""
    (alike, _) = _run((1.0, 1.0, 1.0)).estimates
    (unlike, _) = _run((0.3, 1.0, 1.7)).estimates
    assert unlike.interval.hi > 1.5 * alike.interval.hi


def test_two_closures_give_no_number():
    """They are too few, and the reason says how many were seen and what to film."""
    outcome = _run((1.0, 1.0))
    assert not outcome.estimates
    assert all("reopening: 2;" in n.reason for n in outcome.not_measurable)
    assert all("Film ten" in n.reason for n in outcome.not_measurable)
