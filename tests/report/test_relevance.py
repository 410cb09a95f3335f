"""Which of many numbers stand first."""

from eutonia.model import Condition, Estimate, Finding, Target
from eutonia.report.relevance import ranked


def _finding(side, value, quality=()):
    """Return a made-up angle of a finger."""
    estimate = Estimate(
        measure="hand.posture",
        version="1",
        title="T",
        unit="deg",
        tier="supportive",
        sources=(),
        target=Target(label=f"{side} finger", channels=("a",), sites=("little_mcp",), side=side),
        condition=Condition.of(task="scale"),
        value=value,
        interval=None,
        no_interval="few_blocks",
        n_effective=9,
        valid=(0, 100),
        valid_by="",
        quality=quality,
        notes=(),
        evidence="k",
        row=0,
    )
    return Finding(estimate=estimate, comparisons=(), words="")


def test_what_was_guessed_stands_after_what_was_seen():
    """The larger angle of an idle hand that the camera did not see is not the first number."""
    guessed, seen = _finding("left", -80.0, ("bend_guessed",)), _finding("right", 20.0)
    assert ranked([guessed, seen]) == (seen, guessed)
    sure = _finding("left", -80.0)
    assert ranked([seen, sure]) == (sure, seen)
