"""Tremor of the fingers and of the wrist."""

from __future__ import annotations

from dataclasses import replace

from eutonia.measures import single_tremor as one
from eutonia.measures.hand_curls import CURLS
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

#: Smaller rhythms may be the landmarks' own noise, degrees (our rule, unconfirmed). [D]
LEAST_RMS_DEG = 0.5
#: The same of the wrist, which hangs on the body's landmarks: a still one of a rendered person
#: showed 1.2 degrees. [D]
LEAST_RMS_WRIST_DEG = 2.0
#: Share of another finger's size, and distance of the frequencies, below which a rhythm may be the
#: other's: a still finger of a rendered hand showed up to a fifth of its neighbour's. [D]
FOLLOWS, ALIKE_HZ = 0.25, 0.3

MEASURE = Measure(
    id="hand.finger_tremor",
    version="2",
    title="Tremor of a finger",
    unit={"freq": "Hz", "size": "deg"},
    tier="supportive",
    sources=(),
    method=f"Of each finger's curl (flexion of its joints summed) and of the wrist. {one.METHOD}",
    needs=Needs(
        inputs={"finger": Input(kind="finger", min_rate_hz=14, min_s=16)},
        target=Each(sites=("thumb_curl", *CURLS, "wrist_flexion", "wrist_deviation")),
        not_tasks=frozenset({"tapping", "scale", "typing"}),
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "freq": Range(lo=1, hi=12, shown_by="docs/measures/hand.finger_tremor"),
        "size": Range(lo=0.5, hi=30, shown_by="docs/measures/hand.finger_tremor"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{one.CAUTION} Only movement in the joints is seen: a hand that shakes as a whole, as "
    "in most tremors of the arm, changes no finger's angle. The landmarks of the other fingers "
    "follow one that trembles: less than a quarter of its size at its frequency is not counted.",
    figure="spectrum",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of each finger, its frequency and its size; see `MEASURE`."""
    sites = [x.channels["finger"][row].site for row in x.targets[:, 0]]
    least = [LEAST_RMS_WRIST_DEG if s.startswith("wrist") else LEAST_RMS_DEG for s in sites]
    found = one.measured(x, "finger", least_rms=least, unit="degrees")
    return replace(found, reasons=_of_their_own(x, found))


def _of_their_own(x: Inputs, found: Result) -> tuple[str, ...]:
    """Return why targets cannot be measured, with those whose landmarks follow another finger."""
    channels = [x.channels["finger"][row] for row in x.targets[:, 0]]
    assert found.finish is not None
    assert found.blocks is not None
    freq, size = found.finish(found.blocks.sum(axis=0)).T
    reasons = list(found.reasons)
    for i, channel in enumerate(channels):
        for k, other in enumerate(channels):
            same = channel.side == other.side and not (found.reasons[i] or found.reasons[k])
            if same and abs(freq[i] - freq[k]) < ALIKE_HZ and size[i] < FOLLOWS * size[k]:
                reasons[i] = (
                    f"The landmarks follow {other.label}, which trembles at the same frequency "
                    f"with {size[k]:.2g} degrees: the {size[i]:.2g} here may be none of its own."
                )
    return tuple(reasons)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a finger that trembles in a held posture."""
    from eutonia.simulate.fingers import RATE_HZ, channel

    task = Condition.of(task="posture")
    return one.example(seed, channel("ring_curl", "right"), task, rate_hz=RATE_HZ, rms=3.0)
