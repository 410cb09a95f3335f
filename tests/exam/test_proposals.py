"""Regions that recordings propose: what is above its limit, for an examiner to look at."""

from dataclasses import replace

import pytest

from eutonia.exam import verdicts
from eutonia.exam.proposals import proposals
from eutonia.knowledge import table
from eutonia.measures import entries, entry
from eutonia.model import Condition, Interval, Target
from eutonia.run import run_measure, visit_spans

MEASURE = "emg.overflow_above_rest"


@pytest.fixture(scope="module")
def measured():
    """Return a simulated visit of writing with overflow, and what is measured of it."""
    one = entry(MEASURE)
    visit, truth = one.example(7)
    return visit, run_measure(one, visit, visit_spans(visit), seed=0).estimates, truth


def _about(estimate, *, muscle, side, lo, value=30.0):
    target = Target(label=f"{side} {muscle}", channels=("x",), sites=(muscle,), side=side)
    interval = Interval(lo=lo, hi=2 * value, kind="within the recording", method="bootstrap")
    return replace(estimate, target=target, value=value, interval=interval)


def test_every_rule_is_about_a_measure_that_exists():
    """A rule about a measure that nobody takes would never propose anything."""
    known = {e.declared.full_id(part) for e in entries().values() for part in e.declared.units}
    assert {rule["measure"] for rule in table("region_proposals")} <= known


def test_overflow_above_the_limit_proposes_the_arm_of_the_muscle(measured):
    """The proposed regions are those of muscles whose true overflow is above the limit of 5 %."""
    _, estimates, truth = measured
    over = {muscle for (muscle, _, _), level in truth.items() if level > 5}
    below = {muscle for (muscle, _, _), level in truth.items() if level < 5}
    reasons = " ".join(why for _, why in proposals(estimates))
    assert over
    assert all(muscle in reasons for muscle in over)
    assert not any(muscle in reasons for muscle in below)
    assert {region for region, _ in proposals(estimates)} == {"UL"}


def test_proposals_reach_the_classification_and_are_not_counted(measured):
    """What is measured stands in the conclusions as a proposal; the distribution stays unknown."""
    visit, estimates, _ = measured
    found = {c.about: c for c in verdicts(visit, estimates).conclusions}
    assert found["region_proposals"].missing
    assert found["distribution"].value == "unknown"
    assert (
        found["distribution"] == {c.about: c for c in verdicts(visit).conclusions}["distribution"]
    )


@pytest.mark.parametrize(
    ("muscle", "side", "region"),
    [
        ("splenius_capitis", "left", "CE"),
        ("orbicularis_oculi", "left", "UC"),
        ("masseter", "right", "LC"),
        ("thyroarytenoid", "unknown", "LX"),
        ("rectus_abdominis", "left", "TR"),
        ("first_dorsal_interosseous", "left", "UL"),
        ("tibialis_anterior", "right", "DR"),
    ],
)
def test_the_region_is_the_muscle_s(measured, muscle, side, region):
    """Each part of the body maps to its region of Axis I, limbs with their side."""
    one = _about(measured[1][0], muscle=muscle, side=side, lo=20.0)
    assert [r for r, _ in proposals([one])] == [region]


def test_nothing_is_proposed_from_chance_or_without_a_side(measured):
    """An interval that reaches the limit, no interval, and a limb of unknown side stay silent."""
    first = measured[1][0]
    at_limit = _about(first, muscle="tibialis_anterior", side="left", lo=5.0)
    bare = replace(at_limit, interval=None)
    nowhere = _about(first, muscle="tibialis_anterior", side="", lo=20.0)
    other = replace(_about(first, muscle="masseter", side="left", lo=20.0), measure="emg.rms")
    assert proposals([at_limit, bare, nowhere, other]) == ()


@pytest.mark.parametrize(("task", "regions"), [("let_go", ["CE"]), ("range", [])])
def test_a_turned_head_proposes_the_neck_unless_turning_was_asked_for(measured, task, regions):
    """The deviation counts where the head was let go, not where its range was shown."""
    head = replace(
        _about(measured[1][0], muscle="", side="midline", lo=15.0),
        measure="head.dev_total",
        unit="deg",
        condition=Condition.of(task=task),
    )
    assert [region for region, _ in proposals([head])] == regions


def test_a_share_is_said_as_a_percentage(measured):
    """Eyes closed for 0.4 of the time read as 40 %."""
    eyes = replace(
        _about(measured[1][0], muscle="", side="left", lo=0.3, value=0.4),
        measure="eyes.closed_share",
        unit="1",
        condition=Condition.of(task="reading"),
    )
    ((region, why),) = proposals([eyes])
    assert region == "UC"
    assert "40 %, interval 30 % to 80 %" in why
