"""Estimates held against something, in words."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.judge import against_earlier, in_words, judge, significant, with_false_discovery
from eutonia.measures import entry
from eutonia.model import Context, Contrast, Estimate
from eutonia.run import run_measure, visit_spans
from eutonia.stats.multiple import false_discovery


@pytest.fixture(scope="module")
def estimate() -> Estimate:
    made, _ = entry("emg.rms").example(0)
    return run_measure(entry("emg.rms"), made, visit_spans(made)).estimates[0]


def _contrast(estimate, **changes):
    given = {
        "measure": estimate.measure,
        "target": estimate.target,
        "condition": estimate.condition,
        "factor": "task",
        "a": "posture",
        "b": "rest",
        "scale": "ratio",
        "value": 2.0,
        "interval": estimate.interval,
    }
    return Contrast(**{**given, **changes})


def test_the_sentence_holds_number_interval_and_its_kind(estimate):
    """In words: what, of what, in which condition, how much and how sure."""
    words = in_words(estimate)
    assert significant(estimate.value, estimate) in words
    assert "within the recording" in words
    assert "µV" in words
    assert estimate.target.label in words


def test_a_missing_interval_is_explained(estimate):
    """Without an interval the sentence gives the reason from the closed list."""
    bare = replace(estimate, interval=None, no_interval="few_blocks")
    assert "too few independent blocks" in in_words(bare)


def test_rounding_shows_two_digits_of_the_interval(estimate):
    """A number is never printed finer than its interval allows."""
    wide = replace(estimate, value=123.456, interval=replace(estimate.interval, lo=100, hi=150))
    narrow = replace(estimate, value=1.23456, interval=replace(estimate.interval, lo=1.2, hi=1.27))
    assert significant(wide.value, wide) == "123"
    assert significant(narrow.value, narrow) == "1.235"


def test_only_contrasts_of_this_estimate_count(estimate):
    """Contrasts of other measures, targets or conditions are not attached."""
    mine = _contrast(estimate, q=0.01)
    other = _contrast(estimate, measure="emg.other")
    finding = judge(estimate, contrasts=[mine, other])
    assert [c.kind for c in finding.comparisons] == ["reference", "condition"]
    assert finding.comparisons[1].verdict == "differs"


def test_a_difference_needs_false_discovery_control(estimate):
    """A small p alone is no difference; only q decides."""
    finding = judge(estimate, contrasts=[_contrast(estimate, p=0.01, q=0.2)])
    assert finding.comparisons[1].verdict == "no difference shown"


def test_q_values_are_over_all_tested_contrasts(estimate):
    """Contrasts without a p-value do not count as tests."""
    p = [0.001, 0.02, None, 0.5]
    judged = with_false_discovery([_contrast(estimate, p=v) for v in p])
    expected = false_discovery(np.array([0.001, 0.02, 0.5]))
    assert [c.q for c in judged if c.q is not None] == pytest.approx(list(expected))
    assert judged[2].q is None


def test_change_is_judged_by_measurement_error_only(estimate):
    """Without repeatability it is unknown; with it, the minimal detectable change decides."""
    earlier = replace(estimate, value=estimate.value - 5)
    assert against_earlier(estimate, earlier).verdict == "repeatability unknown"
    small = against_earlier(estimate, earlier, sem=2.6)
    assert small.verdict == "smaller than this measure can resolve"
    large = against_earlier(estimate, earlier, sem=1.0)
    assert large.verdict == "beyond measurement error"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"version": "0"}, "method version"),
        ({"context": Context(rater="B")}, "rater"),
        ({"context": Context(device="other")}, "device"),
        ({"notes": ("norm=task",)}, "normalisation"),
    ],
)
def test_other_circumstances_break_a_comparison(estimate, changes, named):
    """Another version, rater, device or normalisation is not compared, and said."""
    comparison = against_earlier(estimate, replace(estimate, **changes), sem=1.0)
    assert comparison.verdict == "not comparable"
    assert named in comparison.words
