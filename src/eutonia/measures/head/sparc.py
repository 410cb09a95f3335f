"""How smooth each turn of the head is."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.dsp.smoothness import CUTOFF_HZ, angular_speed, ldlj, movements, sparc
from eutonia.measures.head_tremor import AXES
from eutonia.measures.lid_events import quotient
from eutonia.model import (
    Block,
    Channel,
    Condition,
    Floats,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
    Whole,
)

#: Speed that a movement must reach, degrees a second: above noise and tremor (our rule). [D]
LEAST_SPEED = 20.0
#: Of the filter of the angles: turns of a head have little above it, the landmarks' noise has. [D]
FILTER_HZ = 6.0

MEASURE = Measure(
    id="head.sparc",
    version="1",
    title="Smoothness of the turns of the head (spectral arc length)",
    unit="1",
    tier="research",
    sources=("Balasubramanian2015",),
    method="Mean over single movements, those that reach 20 degrees a second and as far as the "
    "speed stays above 5 % of their highest (our rule), of the negative length of the amplitude "
    f"spectrum of the speed to {CUTOFF_HZ:g} Hz. Angles are filtered below {FILTER_HZ:g} Hz "
    "first. Nearer to 0 is smoother. Also given: the mean log dimensionless jerk of the same "
    "movements, without interval.",
    needs=Needs(
        inputs={"head": Input(kind="head", unit="deg", min_rate_hz=27, min_s=8)},
        target=Whole(sites=AXES),
        tasks=frozenset({"range", "head_turn"}),
    ),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=-4, hi=-1.4, shown_by="docs/measures/head.sparc"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Research: no norm for dystonia. Slower and smaller turns are less smooth: compare the "
    "same instruction. Tremor and pauses make turns less smooth too. Noise of the landmarks of "
    "0.15 degrees shifts the log dimensionless jerk by more than one: it is no finding of its own.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum the smoothness of single movements; see `MEASURE`."""
    parts, span, jerks = [], [], []
    for place, block in enumerate(x["head"]):
        found = [_smoothness(block, rows) for rows in x.targets]
        longest = max(len(f) for f in found)
        stats = np.zeros((longest, len(found), 2))
        for target, values in enumerate(found):
            stats[: len(values), target] = np.stack([values[:, 0], np.ones(len(values))], axis=1)
        parts.append(stats)
        jerks.append(np.array([f[:, 1].sum() for f in found]))
        span += [place] * longest
    blocks = np.concatenate(parts)
    n = blocks[..., 1].sum(axis=0)
    none = f"No movement reached {LEAST_SPEED:g} degrees a second and was seen whole."
    with np.errstate(divide="ignore", invalid="ignore"):
        jerk = np.sum(jerks, axis=0) / n
    return Result(
        blocks=blocks,
        finish=quotient,
        span=np.array(span, dtype=np.intp),
        reasons=tuple("" if k else none for k in n),
        n_effective=n,
        details={"movements": n, "ldlj": jerk},
    )


def _smoothness(block: Block, rows: Floats) -> Floats:
    """Return spectral arc length and log dimensionless jerk of each movement, ``(n, 2)``."""
    rate = block.rate_hz
    speed = angular_speed(block.x[rows], rate_hz=rate, cutoff_hz=FILTER_HZ)
    seen = np.asarray(block.mask[rows].all(axis=0))
    pieces = movements(speed, seen, rate_hz=rate, least_speed=LEAST_SPEED)
    values = [(sparc(speed[p], rate_hz=rate), ldlj(speed[p], rate_hz=rate)) for p in pieces]
    return np.array(values, dtype=np.float64).reshape(-1, 2)


@cache
def _truth() -> float:
    """Return the mean over many turns, their speed known at 200 a second without noise."""
    from eutonia.simulate.turns import AXES as SHARES
    from eutonia.simulate.turns import EVERY_S, draw

    rate, n = 200.0, 2000
    drawn = draw(np.random.default_rng(0), n)
    t = np.arange(round((n + 1) * EVERY_S * rate)) / rate
    values = []
    for start, lasts, k in zip(drawn.start_s, drawn.lasts_s, range(n), strict=True):
        near = t[(t >= start - 0.2) & (t <= start + lasts + 0.2)]
        speed = np.abs(np.gradient(drawn.one(k, near), near)) * float(np.linalg.norm(SHARES))
        seen = np.ones(len(near), dtype=bool)
        pieces = movements(speed, seen, rate_hz=rate, least_speed=LEAST_SPEED)
        values += [sparc(speed[p], rate_hz=rate) for p in pieces]
    return float(np.mean(values))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate twelve turns with corrections of random size, filmed with noise."""
    from eutonia.simulate.turns import AXES as SHARES
    from eutonia.simulate.turns import EVERY_S, draw
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    rate, n = 30.0, 12
    t = np.arange(round((n + 1) * EVERY_S * rate)) / rate
    yaw = draw(rng, n).yaw(t)
    x = np.outer(SHARES, yaw) + rng.normal(0, 0.1, (3, len(t)))
    task = Condition.of(task="range")
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    made = visit(recording(x, channels, rate_hz=rate, condition=task))
    return made, {("head", task.label, ""): _truth()}
