"""Which way a number goes, in words."""

from dataclasses import replace

import pytest

from eutonia.model import Interval, Target
from eutonia.report.ways import way

PAIR = Target(label="left lid / right lid", channels=("l", "r"), sites=("lid", "lid"))


def _with(full, **changes):
    assessment, _ = full
    estimate = replace(assessment.findings[0].estimate, part="", quality=(), details=(), **changes)
    return estimate, replace(
        assessment, findings=(replace(assessment.findings[0], estimate=estimate),), contrasts=()
    )


def test_closures_of_one_eye_say_of_which(full):
    """The share has no side; nothing is said where no closure was of one eye only."""
    e, assessment = _with(full, measure="eyes.one_sided", target=PAIR, value=56.0)
    e = replace(e, details=(("left_alone", 0.0), ("right_alone", 5.0)))
    assert way(e, assessment) == "closures of that eye alone: left 0, right 5"
    assert way(replace(e, value=0.0), assessment) == ""


@pytest.mark.parametrize(
    ("q", "flags", "words"),
    [
        (0.44, (), ""),
        (0.01, (), "the right lid may hang"),
        (0.44, ("ptosis",), "the right lid hangs"),
    ],
)
def test_a_lid_that_the_sides_do_not_tell_apart_is_not_said_to_hang(full, q, flags, words):
    """One number beside a comparison that says otherwise raises no suspicion, but a flag does."""
    reach = Interval(lo=1.01, hi=4.6, kind="within the recording", method="m")
    e, assessment = _with(
        full,
        measure="eyes.opening_ratio",
        target=PAIR,
        value=1.49,
        interval=reach,
        tier="supportive",
    )
    sides = replace(
        full[0].contrasts[0],
        measure="eyes.opening",
        condition=e.condition,
        factor="side",
        a="left",
        b="right",
        q=q,
    )
    e = replace(e, quality=flags)
    one = replace(assessment.findings[0], estimate=e)
    assert way(e, replace(assessment, findings=(one,), contrasts=(sides,))) == words
