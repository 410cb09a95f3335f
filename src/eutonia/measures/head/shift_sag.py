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
    "distance of the shoulders; forwards is above 0. It is not taken from the front.",
    needs=Needs(
        inputs=posture.head_input("%"), target=Each(sites=(SITE,)), not_tasks=posture.NOT_A_POSTURE
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-60, hi=60, shown_by="docs/measures/head.shift_sag"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Depths of the body's landmarks set the scale in profile; compare only views from the "
    "same side and distance. The error of the zero in the interval is our rule.",
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

    made, task = shifted(seed, ((SITE, "midline", 25.0),))
    return made, {("shift sagittal", task, ""): 25.0}
