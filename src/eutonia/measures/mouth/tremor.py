"""Tremor of the jaw and the lips."""

from __future__ import annotations

from eutonia.measures import single_tremor as one
from eutonia.measures.positions import NECK
from eutonia.model import (
    Condition,
    Each,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Smaller rhythms may be the landmarks' own noise, % (our rule, unconfirmed). [D]
LEAST_RMS = 0.2

MEASURE = Measure(
    id="mouth.tremor",
    version="1",
    title="Tremor of the jaw",
    unit={"freq": "Hz", "size": "%"},
    tier="supportive",
    sources=(),
    method=f"Of the jaw's opening and of its deviation. {one.METHOD} Size in % of the distance "
    "between the outer corners of the eyes.",
    needs=Needs(
        inputs={"mouth": Input(kind="mouth", min_rate_hz=14, min_s=16)},
        target=Each(sites=("jaw_opening", "jaw_deviation")),
        not_tasks=NECK | {"eating", "speaking", "reading", "counting"},
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "freq": Range(lo=1, hi=12, shown_by="docs/measures/mouth.tremor"),
        "size": Range(lo=0.2, hi=10, shown_by="docs/measures/mouth.tremor"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{one.CAUTION} The tracker shows about 0.6 of an opening and a third of a "
    "sideways movement of the jaw (rendered people).",
    figure="spectrum",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of the jaw, its frequency and its size; see `MEASURE`."""
    return one.measured(
        x, "mouth", least_rms=[LEAST_RMS] * len(x.targets), unit="% of the eyes' distance"
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a jaw that trembles at rest."""
    from eutonia.simulate.mouth import RATE_HZ, channel

    task = Condition.of(task="rest")
    return one.example(seed, channel("jaw_opening"), task, rate_hz=RATE_HZ, rms=1.5)
