"""Shift of the head to the side."""

from __future__ import annotations

from eutonia.measures import posture
from eutonia.model import Each, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

SITE = "shift_lateral"

MEASURE = Measure(
    id="head.shift_lat",
    version="3",
    title="Shift of the head to the side",
    unit="%",
    tier="supportive",
    sources=(),
    method="Median distance of the base of the skull from the middle of the shoulders, along their "
    "line, in % of their distance; to the person's right is above 0.",
    needs=Needs(
        inputs=posture.head_input(""), target=Each(sites=(SITE,)), not_tasks=posture.NOT_A_POSTURE
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-13, hi=13, shown_by=posture.SHOWN_BY),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The landmarks of the shoulders follow the head: two thirds of a shift are seen, and "
    "what is seen is enlarged by what rendered people show, on whom it is then off by 2 %. The "
    "base of the skull is placed behind the eyes by the proportions of an average head. The "
    "part of the error of the zero that is the examiner's hand is our rule. A hand at the face "
    "moves what is seen as the middle of the shoulders, by 5 % on rendered people: intervals "
    "with a trick hold that (version 3).",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count shifts over blocks of a second; see `MEASURE`."""
    return posture.shifts(x)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a shift that drifts for 20 s; the truth is its centre."""
    from eutonia.measures.head_example import shifted

    made, task = shifted(seed, ((SITE, "midline", 7.0),))
    return made, {("shift lateral", task, ""): 7.0}
