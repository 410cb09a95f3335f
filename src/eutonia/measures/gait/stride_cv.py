"""How much stride times vary."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import (
    Block,
    Each,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)
from eutonia.stats.intervals import student_quantile

#: Fewest strides of which a spread is given. [D]
MIN_STRIDES = 10
#: Least ratio of the spread to what the camera adds to it. [D]
RESOLVED = 1.4

MEASURE = Measure(
    id="gait.stride_cv",
    version="2",
    title="Variability of stride time",
    unit="%",
    tier="supportive",
    sources=(),
    method="Standard deviation over mean of the stride times of a foot (as in gait.stride_time), "
    "in strides that follow each other or not. The camera's own timing adds to it: the distance of "
    "two pictures over the square root of 12, and what the noise of the landmarks does to a "
    "landing. The interval reaches down to what is left without both.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=1.5, hi=20, shown_by="docs/measures/gait.stride_cv"),
    invariant=frozenset({"channel_order", "time_shift", "gain"}),
    caution="At 30 pictures a second a spread below about 2 % cannot be told from the camera's "
    "own, at 60 below about 1 %. Speeding up, slowing down and turning count as variability.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum stride times and their squares; see `MEASURE`."""

    def moments(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.strides(x, block, st.sides_of(x, target))
        time = (found.stop - found.start) / block.rate_hz
        own = 2 * (found.error**2 + 1 / 12) / block.rate_hz**2  # of two landings
        return np.stack([np.ones(len(time)), time, time**2, own], axis=1)

    blocks, span = per.gathered(x, moments)
    total = blocks.sum(axis=0)
    n, mean = total[:, 0], total[:, 1] / np.maximum(total[:, 0], 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        camera = 100 * np.sqrt(total[:, 3] / n) / mean
        value = _finish(total)[:, 0]
    reasons = [
        few or _unresolved(v, c)
        for few, v, c in zip(per.few(n, MIN_STRIDES), value, camera, strict=True)
    ]
    return Result(
        blocks=blocks,
        finish=_finish,
        limits=partial(_limits, camera=camera[:, None]),
        span=span,
        reasons=tuple(reasons),
        n_effective=n,
        details={"camera_percent": camera},
    )


def _finish(total: Floats) -> Floats:
    n, sums, squares = total[..., 0], total[..., 1], total[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (squares - sums**2 / n) / (n - 1)
        cv: Floats = 100 * np.sqrt(np.maximum(variance, 0)) * n / sums
    return cv[..., None]


def _unresolved(value: float, camera: float) -> str:
    if value >= RESOLVED * camera:
        return ""
    return (
        f"The strides vary by {value:.1f} %, of which the camera's own timing is up to "
        f"{camera:.1f} %: film with more pictures a second."
    )


def _limits(value: Floats, error: Floats, df: Floats, *, camera: Floats) -> tuple[Floats, Floats]:
    """Return limits on the logarithm, the lower one without the camera's own timing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = np.exp(student_quantile(0.975, df)[:, None] * error / value)
    lo, hi = value / wide, value * wide
    return np.sqrt(np.maximum(lo**2 - camera**2, 0.0)), hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a minute of strides with a known coefficient of variation."""
    from eutonia.simulate import gait
    from eutonia.simulate import gait_traces as seen
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    walked = gait.walk(rng, gait.Gait(seconds=60, cv_percent=4.0))
    truth = {(f"{side} foot", "walking", ""): 4.0 for side in gait.SIDES}
    return visit(seen.traces(rng, walked)), truth
