"""Contrasts: two conditions, or two sides, that differ in exactly one factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from eutonia.knowledge import table
from eutonia.model import (
    Condition,
    Contrast,
    Floats,
    Interval,
    Measure,
    Target,
)
from eutonia.run.pool import MIN_BLOCKS, MIN_REPEATS, Pooled
from eutonia.stats import intervals as iv

#: Half the width of a 95 % interval of a normal distribution, in standard deviations.
_Z = 1.959964


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One condition's numbers as the contrasts need them."""

    condition: Condition
    targets: tuple[Target, ...]
    pooled: Pooled
    repeats: tuple[int, ...]
    usable: frozenset[tuple[int, int]]  # (target, part) that became estimates


def contrasts(measure: Measure, measured: list[Measured], *, affected: str) -> Iterator[Contrast]:
    """Yield every contrast of the measure, conditions first, then sides."""
    if measure.scale in ("none", "circular"):
        return
    for one, other in combinations(measured, 2):
        yield from _conditions(measure, one, other)
    for one in measured:
        yield from _sides(measure, one, affected=affected)


def _conditions(measure: Measure, one: Measured, other: Measured) -> Iterator[Contrast]:
    """Compare two conditions that differ in one factor, in which one is held against the other."""
    factors = one.condition.differing(other.condition)
    if len(factors) != 1:
        return
    factor = factors[0]
    level, beside = one.condition.get(factor), other.condition.get(factor)
    if not (level and beside):
        return
    if _held_against(factor, beside, level):
        one, other = other, one
    elif not _held_against(factor, level, beside):
        return
    levels = (factor, one.condition.get(factor), other.condition.get(factor))
    place = {t.label: i for i, t in enumerate(other.targets)}
    for i, target in enumerate(one.targets):
        for k in range(len(measure.units)):
            a, b = _Side(one, i, k), _Side(other, place.get(target.label, -1), k)
            yield from _contrast(measure, a, b, levels)


def _held_against(factor: str, level: str, reference: str) -> bool:
    """Tell whether a level of a factor is compared with another one."""
    entry = table("conditions").get(factor, {})
    usual = {entry.get("reference"), entry.get("against", {}).get(level)}
    return reference in usual and level != entry.get("reference")


def _sides(measure: Measure, one: Measured, *, affected: str) -> Iterator[Contrast]:
    """Compare the affected side (or the left) with the other side of the same muscles."""
    first = affected if affected in ("left", "right") else "left"
    second = "right" if first == "left" else "left"
    place = {(t.sites, t.side): i for i, t in enumerate(one.targets)}
    for i, target in enumerate(one.targets):
        if target.side != first:
            continue
        for k in range(len(measure.units)):
            a, b = _Side(one, i, k), _Side(one, place.get((target.sites, second), -1), k)
            yield from _contrast(measure, a, b, ("side", first, second))


def _contrast(
    measure: Measure, a: _Side, b: _Side, levels: tuple[str, str, str]
) -> Iterator[Contrast]:
    """Yield the contrast of two numbers, if both exist and it is defined."""
    if not (a.usable and b.usable):
        return
    difference = _compare(measure, a, b)
    if difference is None:
        return
    difference = _widened(difference, _varying(a, b))
    factor, of_a, of_b = levels
    yield Contrast(
        measure=measure.full_id(list(measure.units)[a.part]),
        target=a.of.targets[a.target],
        condition=a.of.condition,
        factor=factor,
        a=of_a,
        b=of_b,
        scale=measure.scale,
        value=difference.value,
        interval=difference.interval,
        no_interval=difference.no_interval,
        p=difference.p,
        paired=difference.paired,
    )


@dataclass(frozen=True, kw_only=True)
class _Difference:
    """The number that a contrast is made of."""

    value: float
    interval: Interval | None = None
    no_interval: str = ""
    p: float | None = None
    paired: str = "blocks"


@dataclass(frozen=True)
class _Side:
    """One of the two numbers that are compared."""

    of: Measured
    target: int
    part: int

    @property
    def usable(self) -> bool:
        return (self.target, self.part) in self.of.usable

    @property
    def value(self) -> float:
        return float(self.of.pooled.value[self.target, self.part])

    @property
    def n_blocks(self) -> float:
        return float(self.of.pooled.n_blocks[self.target])

    def repeats(self) -> dict[int, float]:
        values = self.of.pooled.repeats[:, self.target, self.part]
        pairs = zip(self.of.repeats, values, strict=False)
        return {n: float(v) for n, v in pairs if np.isfinite(v)}

    def draws(self) -> Floats | None:
        draws = self.of.pooled.draws
        return None if draws is None else draws[:, self.target, self.part]

    def error(self) -> float | None:
        error = self.of.pooled.error
        return None if error is None else float(error[self.target, self.part])


def _paired(a: _Side, b: _Side) -> tuple[Floats, Floats] | None:
    """Return the repeats that both have, where there are enough of them."""
    mine, theirs = a.repeats(), b.repeats()
    both = sorted(set(mine) & set(theirs))
    if len(both) < MIN_REPEATS:
        return None
    return np.array([mine[n] for n in both]), np.array([theirs[n] for n in both])


def _compare(measure: Measure, a: _Side, b: _Side) -> _Difference | None:
    """Return value, interval and p of a contrast; None where the ratio is undefined."""
    ratio = measure.scale == "ratio"
    if ratio and not (a.value > 0 and b.value > 0):
        return None
    value = a.value / b.value if ratio else a.value - b.value
    paired = _paired(a, b)
    if paired is not None:
        return _from_repeats(value, *paired, ratio=ratio)
    if min(a.n_blocks, b.n_blocks) < MIN_BLOCKS:
        return _Difference(value=value, no_interval="few_blocks")
    first, second = a.draws(), b.draws()
    if first is not None and second is not None:
        return _from_draws(value, first, second, ratio=ratio, n=min(a.n_blocks, b.n_blocks))
    error_a, error_b = a.error(), b.error()
    independent = a.of is not b.of  # two sides of one recording share its blocks
    if error_a is None or error_b is None or not independent or ratio:
        return _Difference(value=value, no_interval="undefined")
    return _from_errors(value, (error_a, a.n_blocks), (error_b, b.n_blocks))


def _varying(a: _Side, b: _Side) -> float:
    """Return the standard deviation of what of the two numbers' errors does not cancel."""
    mine, theirs = a.of.pooled.varying, b.of.pooled.varying
    if mine is None or theirs is None:
        return 0.0
    return mine.between(theirs, rows=(a.target, b.target), part=a.part)


def _widened(difference: _Difference, sd: float) -> _Difference:
    """Add an error of a difference that does not average out, of normal distribution."""
    if difference.interval is None or sd == 0:
        return difference
    value, interval = difference.value, difference.interval
    below, above = (np.hypot(limit - value, _Z * sd) for limit in (interval.lo, interval.hi))
    lo, hi = value - float(below), value + float(above)
    return replace(
        difference,
        interval=replace(interval, lo=lo, hi=hi, method=f"{interval.method}; errors of the camera"),
        p=iv.student_p(value, (hi - lo) / (2 * _Z), df=np.inf),
    )


def _from_repeats(value: float, one: Floats, other: Floats, *, ratio: bool) -> _Difference:
    if ratio and (one.min() <= 0 or other.min() <= 0):
        return _Difference(value=value, no_interval="undefined")
    apart = np.log(one / other) if ratio else one - other
    middle, error = float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(len(apart)))
    half = float(iv.student_quantile(0.975, len(apart) - 1)) * error
    lo, hi = middle - half, middle + half
    if ratio:
        middle, lo, hi = (float(np.exp(v)) for v in (middle, lo, hi))
    return _Difference(
        value=middle,
        interval=Interval(lo=lo, hi=hi, kind="between repeats", method="Student over repeats"),
        p=iv.student_p(float(apart.mean()), error, df=len(apart) - 1),
        paired="repeats",
    )


def _from_draws(
    value: float, first: Floats, second: Floats, *, ratio: bool, n: float
) -> _Difference:
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = first / second if ratio else first - second
    draws = draws[np.isfinite(draws)]
    if len(draws) < 0.9 * len(first):
        return _Difference(value=value, no_interval="undefined")
    lo, hi = iv.percentile_limits(draws[:, None, None], n_blocks=np.array([n]))
    return _Difference(
        value=value,
        interval=Interval(
            lo=float(lo[0, 0]),
            hi=float(hi[0, 0]),
            kind="within the recording",
            method=f"block bootstrap, {iv.N_RESAMPLES} resamples",
        ),
        p=iv.two_sided_p(draws, null=1.0 if ratio else 0.0),
    )


def _from_errors(value: float, one: tuple[float, float], other: tuple[float, float]) -> _Difference:
    """Combine two independent standard errors (Welch–Satterthwaite degrees of freedom)."""
    (e1, n1), (e2, n2) = one, other
    error = float(np.hypot(e1, e2))
    df = error**4 / (e1**4 / (n1 - 1) + e2**4 / (n2 - 1)) if error > 0 else n1 + n2 - 2
    half = float(iv.student_quantile(0.975, df)) * error
    return _Difference(
        value=value,
        interval=Interval(
            lo=value - half,
            hi=value + half,
            kind="within the recording",
            method="jackknife over blocks",
        ),
        p=iv.student_p(value, error, df=df),
    )
