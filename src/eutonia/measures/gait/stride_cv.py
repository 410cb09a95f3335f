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
    Varying,
    Visit,
)
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: Fewest strides of which a spread is given. [D]
MIN_STRIDES = 10
#: Least ratio of the spread to what the camera adds to it. [D]
RESOLVED = 1.4
#: Least share of the spread that strides in a row do not take back. [D]
KEPT = 0.1
#: Share of the median by which a stride is another that it may be half a stride, or one and a half:
#: a landing that was none. [D]
WILD = 0.35
#: Seconds by which strides are read wrong, SD, at least: from the side, also backwards, and from
#: front or back, where the highest lift is blunt. Rendered people under number 100, rounded up.
SIDE_S, BACKWARDS_S, FRONTAL_S = 0.012, 0.02, 0.025
#: Pictures a second beyond which more of them time landings no better. [D]
ENOUGH_HZ = 50.0
#: Columns of the sums: stride time, whether another follows at once, and how long that lasts.
_TIME, _PAIR, _AFTER = 1, 4, 6

MEASURE = Measure(
    id="gait.stride_cv",
    version="5",
    title="Variability of stride time",
    unit="%",
    tier="supportive",
    sources=(),
    method="Standard deviation over mean of the stride times of a foot (as in gait.stride_time), "
    "in strides that follow each other or not. The camera's own timing adds to it: the distance of "
    "two pictures over the square root of 12, and what the noise of the landmarks does to a "
    "landing; at least what strides of rendered people were read wrong by, 12 ms (SD) from the "
    "side, 20 backwards, 25 from front or back; and at least what strides in a row show of it: a "
    "landing read late makes one stride longer and the next as much shorter (twice their negative "
    "covariance), and strides that differ by more than 35 % from their median. The interval "
    "reaches down to what is left without it.",
    needs=Needs(inputs=st.inputs(), target=Each(sites=("foot",)), not_tasks=st.STILL),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=1.5, hi=20, shown_by="docs/measures/gait.stride_cv"),
    invariant=frozenset({"channel_order", "time_shift", "gain"}),
    caution="At 30 pictures a second a spread below about 2 % cannot be told from the camera's "
    "own, at 60 below about 1.5 %, from front or back at any rate below about 3.5 %. Speeding up, "
    "slowing down and turning count as variability. Who keeps to a beat makes up for a long stride "
    "by a short one, which looks like the camera's error.",
    history="Up to version 2 the camera's error was taken to be smaller, so that even strides "
    "could seem "
    "to vary by 5 %. Up to version 4 strides that reached across a turn counted, half and one and "
    "a half as long.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum stride times, their squares and products; see `MEASURE`."""
    side_s = BACKWARDS_S if x.condition.get("task") == "walking_backwards" else SIDE_S

    def moments(block: Block, target: NDArray[np.intp]) -> Floats:
        found = st.strides(x, block, st.sides_of(x, target))
        time = (found.stop - found.start) / block.rate_hz
        own = 2 * (found.error**2 + 1 / 12) / block.rate_hz**2  # of two landings
        least = np.where(found.side_view, side_s, FRONTAL_S) ** 2
        own = np.maximum(own, least)
        return np.stack([np.ones(len(time)), time, time**2, own, *_in_a_row(found, time)], axis=1)

    blocks, span = per.gathered(x, moments)
    total = blocks.sum(axis=0)
    n = total[:, 0]
    value = _finish(total)[:, 0]
    own, seen = _camera(blocks)
    camera = np.fmax(own, seen)
    better = [_better(x, target) for target in x.targets]
    reasons = [
        few or _unresolved(*one)
        for few, *one in zip(per.few(n, MIN_STRIDES), value, own, seen, better, strict=True)
    ]
    added = value - np.sqrt(np.maximum(value**2 - camera**2, 0.0))
    return Result(
        blocks=blocks,
        finish=_finish,
        limits=partial(_limits, camera=camera[:, None]),
        varying=Varying(sd=np.nan_to_num(added)[:, None] / HALF_95),
        span=span,
        reasons=tuple(reasons),
        n_effective=n,
        details={"camera_percent": camera},
    )


def _in_a_row(found: st.Strides, time: Floats) -> tuple[Floats, ...]:
    """Return of each stride whether another follows at once, both times, and their product."""
    follows = np.append(found.start[1:] == found.stop[:-1], False)[: len(time)]
    after = np.append(time[1:], 0.0)[: len(time)]
    return tuple(np.where(follows, v, 0.0) for v in (1.0, time, after, time * after))


def _camera(blocks: Floats) -> tuple[Floats, Floats]:
    """Return the spread that the camera's timing makes, in % of a stride, ``(n_targets,)`` each.

    What it makes of any strides; and what is seen of it, in wild strides and in those in a row.
    """
    n, sums, squares, own, *_ = blocks.sum(axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / n
        usual = _median(np.where(blocks[..., 0] > 0, blocks[..., 1], np.nan))
        wild, then = (np.abs(blocks[..., at] / usual - 1) > WILD for at in (_TIME, _AFTER))
        variance = (squares - sums**2 / n) / (n - 1)
        usable = np.where(wild[..., None], 0.0, blocks)
        usable[..., _PAIR:] *= ~then[..., None]
        kept, in_a_row = _variances(usable.sum(axis=0))
        seen = np.clip(variance - kept + in_a_row, 0.0, variance)
        percent = 100 * np.sqrt(np.stack([own / n, seen])) / mean
    return percent[0], percent[1]


def _median(times: Floats) -> Floats:
    """Return the median of each target's strides; NaN where it has none."""
    found = np.full(times.shape[1], np.nan)
    there = np.isfinite(times).any(axis=0)
    found[there] = np.nanmedian(times[:, there], axis=0)
    return found


def _variances(total: Floats) -> tuple[Floats, Floats]:
    """Return the variance of strides, and how much of it strides in a row take back."""
    n, sums, squares, _, pairs, first, second, product = total.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / n
        variance = (squares - sums**2 / n) / (n - 1)
        together = (product - mean * (first + second)) / pairs + mean**2
        # The mean was taken from the same strides, which makes this too small by variance / n.
        back: Floats = np.clip(-2 * (together + variance / n), 0.0, variance)
    return np.nan_to_num(variance), np.nan_to_num(back)


def _finish(total: Floats) -> Floats:
    n, sums, squares = total[..., 0], total[..., 1], total[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (squares - sums**2 / n) / (n - 1)
        cv: Floats = 100 * np.sqrt(np.maximum(variance, 0)) * n / sums
    return cv[..., None]


def _better(x: Inputs, target: NDArray[np.intp]) -> str:
    """Return how to film so that landings are timed better than they were."""
    blocks = x[st.INPUT]
    aside = all(st.strides(x, b, st.sides_of(x, target)).side_view.all() for b in blocks)
    often = min(b.rate_hz for b in blocks) >= ENOUGH_HZ
    ways = ([] if aside else ["from the side"]) + ([] if often else ["with more pictures a second"])
    return f"film {' and '.join(ways)}" if ways else "strides so even do not show in a film"


def _unresolved(value: float, own: float, seen: float, better: str) -> str:
    if value < RESOLVED * own:
        return (
            f"The strides vary by {value:.1f} %, of which the camera's own timing is up to "
            f"{own:.1f} %: {better}."
        )
    if np.sqrt(1 - KEPT) * value < seen:
        return (
            f"The strides seem to vary by {value:.1f} %, but as where landings were seen early or "
            "late: single strides are half or one and a half as long as usual, or one as much too "
            "short follows a long one (as it does where somebody keeps to a beat)."
        )
    return ""


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
