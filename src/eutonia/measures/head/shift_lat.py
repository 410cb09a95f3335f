"""Shift of the head to the side."""

from __future__ import annotations

from eutonia.measures import posture
from eutonia.model import Each, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

SITE = "shift_lateral"

MEASURE = Measure(
    id="head.shift_lat",
    version="2",
    title="Shift of the head to the side",
    unit="%",
    tier="supportive",
    sources=(),
    method="Median distance of the base of the skull from the middle of the shoulders, along their "
    "line, in % of their distance; to the person's right is above 0.",
    needs=Needs(
        inputs=posture.head_input("%"), target=Each(sites=(SITE,)), not_tasks=posture.NOT_A_POSTURE
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-60, hi=60, shown_by="docs/measures/head.shift_lat"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The base of the skull is placed behind the eyes by the proportions of an average head."
    " The error of the zero in the interval is our rule.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count shifts over blocks of a second; see `MEASURE`."""
    counted, span = posture.counts(x)
    sd = posture.zero_sd(x.channels["head"], x.targets[:, 0])
    limits = posture.with_zero(sd[:, None])
    return Result(blocks=counted, finish=posture.finish_median, span=span, limits=limits)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a shift that drifts for 20 s; the truth is its centre."""
    from eutonia.measures.head_example import shifted

    made, task = shifted(seed, ((SITE, "midline", 7.0),))
    return made, {("shift lateral", task, ""): 7.0}
