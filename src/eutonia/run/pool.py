"""From block statistics to values with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.model import (
    BlockBootstrap,
    Floats,
    Interval,
    Jackknife,
    Measure,
    NoInterval,
    Repeats,
    Result,
    Varying,
)
from eutonia.model.result import Finish
from eutonia.stats import intervals as iv

#: Fewest blocks and repeats for an interval (DESIGN.md, the contract of a measure).
MIN_BLOCKS = 8
MIN_REPEATS = 3


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """Values of one condition, with what is needed to form intervals and contrasts.

    Parameters
    ----------
    value : ndarray, shape (n_targets, n_parts)
    error : ndarray or None
        Standard errors (jackknife, analytic).
    draws : ndarray, shape (n_draws, n_targets, n_parts), or None
        Bootstrap draws.
    lo, hi : ndarray, shape (n_targets, n_parts)
        NaN where no interval can be given.
    n_blocks : ndarray, shape (n_targets,)
    repeats : ndarray, shape (n_repeats, n_targets, n_parts)
        Value of each repeat.
    no_interval : str
        Key of ``NO_INTERVAL`` for where the limits are NaN.
    kind, method : str
        Of the interval.
    varying : Varying, or None
        See `Result.varying`.
    """

    value: Floats
    lo: Floats
    hi: Floats
    n_blocks: Floats
    repeats: Floats
    blocks: Floats
    no_interval: str
    error: Floats | None = None
    draws: Floats | None = None
    kind: str = "within the recording"
    method: str = ""
    varying: Varying | None = None

    def interval(self, target: int, part: int) -> Interval | None:
        """Return the interval of one number."""
        lo, hi = float(self.lo[target, part]), float(self.hi[target, part])
        if not (np.isfinite(lo) and np.isfinite(hi)):
            return None
        return Interval(lo=lo, hi=hi, kind=self.kind, method=self.method)  # type: ignore[arg-type]


def pool(measure: Measure, result: Result, *, n_spans: int, seed: int) -> Pooled:
    """Return values and intervals as the measure declares them."""
    if result.blocks is None or result.finish is None:
        return _analytic(result)
    span = result.span if result.span is not None else np.zeros(len(result.blocks), dtype=np.intp)
    value = result.finish(result.blocks.sum(axis=0))
    nothing = np.full_like(value, np.nan)
    plain = Pooled(
        value=value,
        lo=nothing,
        hi=nothing,
        n_blocks=np.any(result.blocks != 0, axis=2).sum(axis=0).astype(np.float64),
        repeats=_repeats(result.blocks, result.finish, span, n_spans),
        blocks=result.finish(result.blocks),
        no_interval="few_blocks",
        varying=result.varying,
    )
    if isinstance(measure.interval, NoInterval):
        return replace(plain, no_interval=measure.interval.reason)
    if isinstance(measure.interval, Repeats):
        return _between_repeats(plain)
    if isinstance(measure.interval, BlockBootstrap):
        return _bootstrapped(plain, result, seed)
    if isinstance(measure.interval, Jackknife):
        return _jackknifed(plain, result, span if measure.interval.in_time else None)
    raise TypeError(f"{measure.id} returns blocks but declares {measure.interval}")


def _bootstrapped(plain: Pooled, result: Result, seed: int) -> Pooled:
    """Form limits from draws; `Result.limits` makes its own from their standard deviation."""
    if plain.n_blocks.max(initial=0) < MIN_BLOCKS or result.blocks is None or not result.finish:
        return plain
    draws = iv.bootstrap(result.blocks, result.finish, seed=seed)
    n = np.maximum(plain.n_blocks, 2)
    if result.limits is None:
        lo, hi = iv.percentile_limits(draws, n_blocks=n)
    else:
        lo, hi = result.limits(plain.value, draws.std(axis=0, ddof=1), n - 1)
    method = f"block bootstrap, {iv.N_RESAMPLES} resamples"
    return replace(plain, **_enough(plain, lo, hi), method=method, draws=draws)


def _jackknifed(plain: Pooled, result: Result, neighbours: NDArray[np.intp] | None) -> Pooled:
    """Form Student's interval; `neighbours`: spans, where blocks in a row resemble each other."""
    if plain.n_blocks.max(initial=0) < MIN_BLOCKS or result.blocks is None or not result.finish:
        return plain
    if neighbours is None:
        value, error = iv.jackknife(result.blocks, result.finish)
    else:
        value = plain.value
        error = iv.jackknife_in_time(result.blocks, result.finish, neighbours)
    df = np.maximum(plain.n_blocks - 1, 1)
    if result.limits is None:
        lo, hi = iv.student_limits(value, error, df=df)
    else:
        lo, hi = result.limits(value, error, df)
    return replace(plain, **_enough(plain, lo, hi), method="jackknife over blocks", error=error)


def _enough(plain: Pooled, lo: Floats, hi: Floats) -> dict[str, Any]:
    """Keep the limits of targets that have enough blocks."""
    keep = (plain.n_blocks >= MIN_BLOCKS)[:, None]
    return {"lo": np.where(keep, lo, np.nan), "hi": np.where(keep, hi, np.nan)}


def _repeats(blocks: Floats, finish: Finish, span: NDArray[np.intp], n_spans: int) -> Floats:
    """Return the value of each repeat; NaN for one without blocks."""
    sums = np.zeros((n_spans, *blocks.shape[1:]))
    np.add.at(sums, span, blocks)
    return finish(sums)


def _between_repeats(plain: Pooled) -> Pooled:
    n = np.isfinite(plain.repeats).sum(axis=0)
    if n.max(initial=0) < MIN_REPEATS:
        return replace(plain, no_interval="few_repeats")
    error = np.nanstd(plain.repeats, axis=0, ddof=1) / np.sqrt(n)
    lo, hi = iv.student_limits(plain.value, error, df=np.maximum(n.min(axis=1) - 1, 1))
    return replace(
        plain,
        lo=lo,
        hi=hi,
        error=error,
        kind="between repeats",
        method="Student over repeats",
        no_interval="few_repeats",
    )


def _analytic(result: Result) -> Pooled:
    if result.values is None or result.lo is None or result.hi is None:
        raise TypeError("a measure returns either blocks and finish, or values, lo and hi")
    n = result.n_effective
    return Pooled(
        value=result.values,
        lo=result.lo,
        hi=result.hi,
        n_blocks=n if n is not None else np.full(len(result.values), np.nan),
        repeats=result.values[None],
        blocks=np.zeros((0, *result.values.shape)),
        error=(result.hi - result.lo) / (2 * 1.959964),
        no_interval="undefined",
        method="analytic",
    )
