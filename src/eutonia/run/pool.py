"""From block statistics to values with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from eutonia.model.measure import MIN_BLOCKS
from eutonia.model.result import Finish, Limits
from eutonia.stats import intervals as iv
from eutonia.stats.normal import HALF_95

#: Fewest repeats for an interval (DESIGN.md, the contract of a measure).
MIN_REPEATS = 3

#: How intervals were formed, in words.
_DRAWN = f"block bootstrap, {iv.N_RESAMPLES} resamples"
_LEFT_OUT = "jackknife over blocks"
WITHOUT_BLOCKS = "limits of what was counted or seen, without blocks"


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """Values of one condition, with what is needed to form intervals and contrasts.

    Parameters
    ----------
    value : ndarray, shape (n_targets, n_parts)
    error : ndarray or None
        Standard errors (jackknife, bootstrap, analytic).
    draws : ndarray, shape (n_draws, n_targets, n_parts), or None
        Bootstrap draws.
    left : ndarray, shape (n_blocks, n_targets, n_parts), or None
        Values without each block (jackknife); see `eutonia.stats.intervals.left_out`.
    neighbours : ndarray of int, shape (n_blocks,), or None
        Spans of blocks that resemble each other in time; None: they do not.
    fixed : tuple of ndarray, shape (n_targets, n_parts), or None
        Limits of a measure that makes its own, as they would be if blocks had no spread.
    lo, hi : ndarray, shape (n_targets, n_parts)
        NaN where no interval can be given.
    n_blocks : ndarray, shape (n_targets,)
    repeats : ndarray, shape (n_repeats, n_targets, n_parts)
        Value of each repeat.
    no_interval : str
        Key of ``NO_INTERVAL`` for where the limits are NaN.
    unsure : str
        The same for targets that have enough blocks, where the measure says so itself.
    kind, method : str
        Of the interval.
    varying : Varying, or None
        See `Result.varying`.
    least : int
        Fewest blocks for an interval.
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
    left: Floats | None = None
    neighbours: NDArray[np.intp] | None = None
    fixed: tuple[Floats, Floats] | None = None
    kind: str = "within the recording"
    method: str = ""
    varying: Varying | None = None
    unsure: str = ""
    least: int = MIN_BLOCKS

    @property
    def df(self) -> Floats:
        """Degrees of freedom of the errors, ``(n_targets,)``."""
        return np.maximum(self.n_blocks - 1, 1)

    def why_none(self, target: int) -> str:
        """Return the key of why the numbers of a target have no interval."""
        return (
            self.unsure if self.unsure and self.n_blocks[target] >= self.least else self.no_interval
        )

    def interval(self, target: int, part: int) -> Interval | None:
        """Return the interval of one number."""
        lo, hi = float(self.lo[target, part]), float(self.hi[target, part])
        if not (np.isfinite(lo) and np.isfinite(hi)):
            return None
        few = self.fixed is not None and self.n_blocks[target] < self.least
        method = WITHOUT_BLOCKS if few else self.method
        return Interval(lo=lo, hi=hi, kind=self.kind, method=method)  # type: ignore[arg-type]


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
        unsure=result.no_interval,
        least=getattr(measure.interval, "least", MIN_BLOCKS),
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
    if result.blocks is None or result.finish is None or not _any_has_enough(plain):
        return _limited(plain, result.limits)
    draws = iv.bootstrap(result.blocks, result.finish, seed=seed)
    made = replace(plain, error=draws.std(axis=0, ddof=1), draws=draws, method=_DRAWN)
    if result.limits is not None:
        return _limited(made, result.limits)
    return _enough(made, *iv.percentile_limits(draws, n_blocks=np.maximum(plain.n_blocks, 2)))


def _jackknifed(plain: Pooled, result: Result, neighbours: NDArray[np.intp] | None) -> Pooled:
    """Form Student's interval; `neighbours`: spans, where blocks in a row resemble each other."""
    if result.blocks is None or result.finish is None or not _any_has_enough(plain):
        return _limited(plain, result.limits)
    left = iv.left_out(result.blocks, result.finish)
    moved, n = iv.influence(left)
    error = iv.jackknife(moved, n, in_time=neighbours)
    made = replace(plain, error=error, left=left, neighbours=neighbours, method=_LEFT_OUT)
    if result.limits is not None:
        return _limited(made, result.limits)
    return _enough(made, *iv.student_limits(plain.value, error, df=made.df))


def _any_has_enough(plain: Pooled) -> bool:
    return bool(plain.n_blocks.max(initial=0) >= plain.least)


def _limited(plain: Pooled, limits: Limits | None) -> Pooled:
    """Form the measure's own limits; where blocks are few, those that need no error."""
    if limits is None:
        return plain
    enough = (plain.n_blocks >= plain.least)[:, None]
    unknown = np.full_like(plain.value, np.nan)
    error = unknown if plain.error is None else np.where(enough, plain.error, unknown)
    lo, hi = limits(plain.value, error, plain.df)
    fixed = limits(plain.value, np.zeros_like(plain.value), plain.df)
    return replace(plain, lo=lo, hi=hi, fixed=fixed)


def _enough(plain: Pooled, lo: Floats, hi: Floats) -> Pooled:
    """Keep the limits of targets that have enough blocks."""
    keep = (plain.n_blocks >= plain.least)[:, None]
    return replace(plain, lo=np.where(keep, lo, np.nan), hi=np.where(keep, hi, np.nan))


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
        error=(result.hi - result.lo) / (2 * HALF_95),
        no_interval="undefined",
        method="analytic",
    )
