"""Shift of the head forwards."""

from __future__ import annotations

from eutonia.measures import posture
from eutonia.model import Each, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

SITE = "shift_sagittal"

MEASURE = Measure(
    id="head.shift_sag",
    version="2",
    title="Shift of the head forwards",
    unit="%",
    tier="supportive",
    sources=(),
    method="Median distance of the ears before the shoulders in a profile view, in % of the "
    "distance of the shoulders, brought to that of the base of the skull; forwards is above 0. It "
    "is not taken from the front.",
    needs=Needs(
        inputs=posture.head_input(""), target=Each(sites=(SITE,)), not_tasks=posture.NOT_A_POSTURE
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=4, hi=24, shown_by=posture.SHOWN_BY),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Six tenths of a shift are seen, and what is seen is enlarged by what rendered people "
    "show. Both profiles of a rendered person differ by 7 % (root mean square): compare only "
    "views from the same side and distance.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count shifts over blocks of a second; see `MEASURE`."""
    return posture.shifts(x)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a shift that drifts for 20 s; the truth is its centre."""
    from eutonia.measures.head_example import shifted

    made, task = shifted(seed, ((SITE, "midline", 15.0),))
    return made, {("shift sagittal", task, ""): 15.0}
