"""Estimates held against something, in words."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.judge import in_words, judge, significant, with_false_discovery
from eutonia.measures import entry
from eutonia.model import Contrast, Estimate
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
    assert significant(estimate)[0] in words
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
    assert significant(wide) == ("123", "100", "150")
    assert significant(narrow) == ("1.235", "1.200", "1.270")


def test_a_ratio_of_a_wide_interval_is_not_rounded_to_nothing(estimate):
    """11.4 times, 1.63 to 1502, is neither 0 nor of limits from 0."""
    wide = replace(estimate, value=11.42, interval=replace(estimate.interval, lo=1.63, hi=1502.3))
    assert significant(wide) == ("11", "2", "1502")


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


def test_an_untested_contrast_is_not_judged(estimate):
    """Without an interval there is no test: that is not the same as no difference."""
    untested = _contrast(estimate, p=None, q=None, interval=None, no_interval="few_blocks")
    (_, comparison) = judge(estimate, contrasts=[untested]).comparisons
    assert comparison.verdict == "not judged"
    assert "too few independent blocks" in comparison.words


def test_what_else_was_compared_hides_nothing(estimate):
    """Twenty contrasts of the mouth do not raise the q-value of the eyes' only one."""
    eyes, *mouth = [_contrast(estimate, p=0.01, measure="eyes.x")] + [
        _contrast(estimate, p=0.5, measure="mouth.x") for _ in range(20)
    ]
    one, *others = with_false_discovery([eyes, *mouth], family=lambda c: c.measure[:4])
    assert one.q == pytest.approx(0.01)
    assert all(c.q == pytest.approx(0.5) for c in others)


def test_q_values_are_over_all_tested_contrasts(estimate):
    """Contrasts without a p-value do not count as tests."""
    p = [0.001, 0.02, None, 0.5]
    judged = with_false_discovery([_contrast(estimate, p=v) for v in p], family=lambda _: "")
    expected = false_discovery(np.array([0.001, 0.02, 0.5]))
    assert [c.q for c in judged if c.q is not None] == pytest.approx(list(expected))
    assert judged[2].q is None
