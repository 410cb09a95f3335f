"""How high each shoulder is pulled."""

from __future__ import annotations

from eutonia.measures import posture
from eutonia.model import Each, Inputs, Jackknife, Measure, Needs, Range, Result, Visit

MEASURE = Measure(
    id="head.shoulder",
    version="2",
    title="Height of the shoulder",
    unit="%",
    tier="supportive",
    sources=(),
    method="Median height of each shoulder in the picture above where it stood in the segment that "
    "sets the zero, in % of the distance of the shoulders. Without that segment in the same video: "
    "above the mean of both shoulders, so that only their difference is seen.",
    needs=Needs(
        inputs=posture.head_input("%"),
        target=Each(sites=("shoulder",)),
        not_tasks=posture.NOT_A_POSTURE,
    ),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-40, hi=40, shown_by="docs/measures/head.shoulder"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A camera or a person that moved since the zero moves both shoulders. An arm that is "
    "raised, as for a trick, lifts what is seen as its shoulder (by 6 % on the rendered person of "
    "the samples). The error of the zero in the interval is our rule.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count heights over blocks of a second; see `MEASURE`."""
    counted, span = posture.counts(x)
    sd = posture.zero_sd(x.channels["head"], x.targets[:, 0])
    limits = posture.with_zero(sd[:, None])
    return Result(blocks=counted, finish=posture.finish_median, span=span, limits=limits)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return shoulders that drift for 20 s, one of them pulled up; the truth is their centre."""
    from eutonia.measures.head_example import shifted

    made, task = shifted(seed, (("shoulder", "left", 1.0), ("shoulder", "right", 9.0)))
    return made, {("left shoulder", task, ""): 1.0, ("right shoulder", task, ""): 9.0}
