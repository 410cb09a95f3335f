"""How long blinks last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import CAUTION, DURATION_HZ, NEEDS, UNEVEN
from eutonia.measures.lid_rest import RESTING
from eutonia.model import (
    Floats,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)
from eutonia.stats.intervals import student_quantile

#: Standard deviation between eyes of what a bent scale between open and shut adds to the mean
#: duration, on rendered people (docs/video/accuracy.json).
BENT_MS = 12.0
#: The same without gentle closures.
UNCALIBRATED_MS = 24.0

MEASURE = Measure(
    id="eyes.blink_duration",
    version="4",
    title="Duration of blinks",
    unit="ms",
    tier="supportive",
    sources=(),
    method="Mean time for which the lid is closed by more than half of its own range, over all "
    "blinks seen whole (below 500 ms); the moments are placed between pictures by a straight "
    "line. Needs at least 55 pictures a second. The interval also holds 12 ms for the scale of the "
    "lid, which is not straight (standard deviation between eyes, on rendered people); "
    f"without gentle closures 24 ms. {RESTING}",
    needs=Needs(
        inputs={
            "lid": Input(
                kind="lid",
                unit="1",
                min_rate_hz=DURATION_HZ,
                min_s=25,
                not_flags=frozenset({UNEVEN}),
            )
        },
        target=NEEDS.target,
        not_tasks=NEEDS.not_tasks,
        not_levels=NEEDS.not_levels,
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=60, hi=500, shown_by="docs/measures/eyes.blink_duration"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} Long exposures in dim light smear brief blinks. On rendered people blinks "
    "read about 20 to 27 ms too short: compare only with the same camera and method.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the durations of blinks; see `MEASURE`."""
    parts, span = [], []
    for place, block in enumerate(x["lid"]):
        found = [lid_events.of_block(block, row) for row in x.targets[:, 0]]
        lasts = [1000 * f.lasts_s[f.blink] for f in found]
        rows = lid_events.joined([np.stack([d, np.ones_like(d)], axis=1) for d in lasts])
        parts.append(rows)
        span += [place] * len(rows)
    blocks = np.concatenate(parts)
    n = blocks[..., 1].sum(axis=0)
    return Result(
        blocks=blocks,
        finish=lid_events.quotient,
        span=np.array(span, dtype=np.intp),
        limits=_Limits(np.where(lid_events.uncalibrated(x), UNCALIBRATED_MS, BENT_MS)),
        reasons=tuple(
            why or ("" if k else "No blink was seen whole.")
            for k, why in zip(n, lid_events.unclear(x, told="blinks"), strict=True)
        ),
        n_effective=n,
        evidence=lid_events.trace(x),
    )


@dataclass(frozen=True)
class _Limits:
    """Limits that hold what the bent scale of each eye adds; nothing below 0."""

    bent_ms: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        bent = 1.96 * self.bent_ms[:, None]
        half = np.hypot(student_quantile(0.975, df)[:, None] * error, bent)
        return np.maximum(value - half, 0.0), value + half


#: Those of the eyes that the limits were taken from.
SCALES = lid_example.Bend(sd=0.23, sides=0.23)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Blinks filmed at 60 pictures a second; the truth is the mean time above one half."""
    made = lid_example.visit(seed, lid_example.BLINKS, rate_hz=60, bend=SCALES)
    truth = 1000 * lid_example.mean_blink_s(lid_example.BLINKS)
    return made, {lid_example.key(side): truth for side in ("left", "right")}
