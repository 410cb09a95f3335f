"""The difference, or ratio, of two numbers of one visit, and how sure it is.

Two conditions are independent. Two sides of one recording are not: whatever moves both cancels, so
each block is left out of, or drawn for, both at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from eutonia.model import Condition, Floats, Interval, Measure, Repeats, Target
from eutonia.run.pool import MIN_REPEATS, WITHOUT_BLOCKS, Pooled
from eutonia.stats import intervals as iv
from eutonia.stats.misread import misread
from eutonia.stats.normal import HALF_95
from eutonia.stats.part_read import farthest
from eutonia.stats.unknown_zero import distances_apart

#: Why an interval is wider than the spread of the blocks.
_HIDDEN = "errors that blocks do not show"
_WITHIN: Final = "within the recording"
_Apart = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One condition's numbers as the contrasts need them."""

    condition: Condition
    targets: tuple[Target, ...]
    pooled: Pooled
    repeats: tuple[int, ...]
    usable: frozenset[tuple[int, int]]  # (target, part) that became estimates


class _Reach(NamedTuple):
    """How far a limit lies: the measure's own, the same if blocks had no spread, Student's."""

    own: float = 0.0
    fixed: float = 0.0
    blocks: float = 0.0

    @property
    def of_blocks(self) -> float:
        """What the measure's own limit holds of the spread of the blocks."""
        own, fixed = self.own, self.fixed
        return np.inf if own == np.inf else float(np.sqrt(max(own**2 - fixed**2, 0.0)))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The number that a contrast is made of; see `eutonia.model.Contrast`."""

    value: float
    interval: Interval | None = None
    no_interval: str = ""
    p: float | None = None
    paired: str = "blocks"


@dataclass(frozen=True)
class Term:
    """One of the two numbers that are compared."""

    of: Measured
    target: int
    part: int

    @property
    def usable(self) -> bool:
        """Whether it became an estimate."""
        return (self.target, self.part) in self.of.usable

    @property
    def value(self) -> float:
        """The number."""
        return float(self.of.pooled.value[self.target, self.part])

    @property
    def n_blocks(self) -> float:
        """Blocks in which the target was seen."""
        return float(self.of.pooled.n_blocks[self.target])

    def repeats(self) -> dict[int, float]:
        """Return the value of each repeat."""
        values = self.of.pooled.repeats[:, self.target, self.part]
        pairs = zip(self.of.repeats, values, strict=False)
        return {n: float(v) for n, v in pairs if np.isfinite(v)}

    def draws(self) -> Floats | None:
        """Return the bootstrap's draws."""
        draws = self.of.pooled.draws
        return None if draws is None else draws[:, self.target, self.part]

    def moved(self, *, ratio: bool) -> tuple[Floats, float] | None:
        """Return how each block moves the number, or its logarithm, and how many blocks count."""
        left = self.of.pooled.left
        if left is None:
            return None
        column = left[:, self.target, self.part]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(column <= 0, np.inf, np.log(column)) if ratio else column
            moved, n = iv.influence(logs)
        return moved, float(n)

    def error(self, *, ratio: bool) -> float | None:
        """Return the standard error of the number, or of its logarithm."""
        pooled = self.of.pooled
        if (moved := self.moved(ratio=ratio)) is not None:
            return float(iv.jackknife(moved[0], np.array(moved[1]), in_time=pooled.neighbours))
        if pooled.error is None:
            return None
        error = float(pooled.error[self.target, self.part])
        return error / self.value if ratio else error

    @property
    def unsure(self) -> str:
        """Why its measure gives no limits though blocks are enough; empty: it gives them."""
        pooled, at = self.of.pooled, (self.target, self.part)
        known = np.isfinite(pooled.lo[at]) and np.isfinite(pooled.hi[at])
        return "" if known else pooled.unsure

    @property
    def needs_no_blocks(self) -> bool:
        """Whether its limits would be the same whatever the spread of the blocks."""
        pooled, at = self.of.pooled, (self.target, self.part)
        if pooled.fixed is None:
            return False
        own = np.array([pooled.lo[at], pooled.hi[at]])
        fixed = np.array([limit[at] for limit in pooled.fixed])
        return bool(np.isfinite(own).all() and np.allclose(own, fixed, rtol=1e-12, atol=0))

    @property
    def of_side(self) -> tuple[float, float, float] | None:
        """What is new in each side: its SD, and how much further below and above it may be."""
        varying = self.of.pooled.varying
        if varying is None or varying.sides is None:
            return None
        at = self.target, self.part
        return float(varying.sides[at]), *varying.beyond(*at)

    def reach(self, *, ratio: bool) -> tuple[_Reach, _Reach]:
        """Return how far the limits lie below and above, where the measure makes its own."""
        pooled = self.of.pooled
        if pooled.fixed is None:
            return _Reach(), _Reach()
        error, df = self.error(ratio=ratio) or 0.0, float(pooled.df[self.target])
        blocks = float(iv.student_quantile(0.975, df)) * error
        own, fixed = (
            _distances(self.value, *(float(v[self.target, self.part]) for v in limits), ratio=ratio)
            for limits in ((pooled.lo, pooled.hi), pooled.fixed)
        )
        return _Reach(own[0], fixed[0], blocks), _Reach(own[1], fixed[1], blocks)

    def stretch(self, *, ratio: bool) -> float:
        """Return how many times the measure takes the spread of its blocks, at least once.

        Some know that it is too small, such as where segments overlap.
        """
        below, above = self.reach(ratio=ratio)
        if not 0 < below.blocks < np.inf or not np.isfinite(below.of_blocks + above.of_blocks):
            return 1.0
        mean = np.sqrt((below.of_blocks**2 + above.of_blocks**2) / 2)
        return max(1.0, float(mean / below.blocks))


def _distances(value: float, lo: float, hi: float, *, ratio: bool) -> _Apart:
    """Return how far limits lie below and above a value, or their logarithms."""
    if ratio:
        with np.errstate(divide="ignore"):
            value, lo, hi = (float(np.log(max(v, 0.0))) for v in (value, lo, hi))
    return max(value - lo, 0.0), max(hi - value, 0.0)


def compare(measure: Measure, a: Term, b: Term) -> Difference | None:
    """Return the contrast of two numbers; None where the ratio is undefined.

    Two terms of the same `Measured` are two sides of one recording, and so depend on each other.
    """
    ratio = measure.scale == "ratio"
    if ratio and not (a.value > 0 and b.value > 0):
        return None
    found = _between_repeats(a, b, ratio=ratio) or _within(a, b, ratio=ratio)
    if found.no_interval == "undefined" and isinstance(measure.interval, Repeats):
        return replace(found, no_interval="few_repeats")
    if found.interval is None or found.interval.method == WITHOUT_BLOCKS:
        return found
    if a.of is b.of:
        found = _stretched(found, max(t.stretch(ratio=ratio) for t in (a, b)), ratio=ratio)
    else:
        found = _at_least(found, _own_limits(a, b, ratio=ratio), ratio=ratio)
    if not _same_place(a, b):
        found = _wider(found, _not_in_blocks(a, b, ratio=ratio), ratio=ratio, why=_HIDDEN)
    else:
        found = _wider(found, _of_camera(a, b), ratio=ratio, why="errors of the camera")
        found = found if ratio else _misread(found, a, b)
    return _in_part(found, a, b, ratio=ratio)


def _same_place(a: Term, b: Term) -> bool:
    """Tell whether two terms are of the same part of the body, and not of its two sides."""
    return a.of.targets[a.target].label == b.of.targets[b.target].label


def _between_repeats(a: Term, b: Term, *, ratio: bool) -> Difference | None:
    """Compare the repeats that both have, where there are enough of them."""
    mine, theirs = a.repeats(), b.repeats()
    both = sorted(set(mine) & set(theirs))
    if len(both) < MIN_REPEATS:
        return None
    one, other = np.array([mine[n] for n in both]), np.array([theirs[n] for n in both])
    if ratio and (one.min() <= 0 or other.min() <= 0):
        return Difference(value=a.value / b.value, no_interval="unstable")
    apart = np.log(one / other) if ratio else one - other
    error, df = float(apart.std(ddof=1) / np.sqrt(len(apart))), len(apart) - 1
    how = Interval(lo=0, hi=0, kind="between repeats", method="Student over repeats")
    found = _from_error(float(apart.mean()), error, df, ratio=ratio, how=how)
    return replace(found, paired="repeats")


def _within(a: Term, b: Term, *, ratio: bool) -> Difference:
    """Compare with the interval that blocks give."""
    value = a.value / b.value if ratio else a.value - b.value
    if a.needs_no_blocks and b.needs_no_blocks:
        return _from_limits(value, a, b, ratio=ratio)
    if any(t.n_blocks < t.of.pooled.least for t in (a, b)):
        return Difference(value=value, no_interval="few_blocks")
    if why := a.unsure or b.unsure:
        return Difference(value=value, no_interval=why)
    first, second = a.draws(), b.draws()
    if first is not None and second is not None:
        n = min(a.n_blocks, b.n_blocks)
        return _from_draws(value, first, second, ratio=ratio, n=n)
    errors = _shared(a, b, ratio=ratio) if a.of is b.of else _independent(a, b, ratio=ratio)
    if errors is None:
        return Difference(value=value, no_interval="undefined")
    method = a.of.pooled.method
    how = Interval(lo=0, hi=0, kind=_WITHIN, method=method)
    return _from_error(float(np.log(value)) if ratio else value, *errors, ratio=ratio, how=how)


def _shared(a: Term, b: Term, *, ratio: bool) -> tuple[float, float] | None:
    """Return error and degrees of freedom where both have the same blocks (paired jackknife)."""
    mine, theirs = a.moved(ratio=ratio), b.moved(ratio=ratio)
    if mine is None or theirs is None:
        return None
    n = max(mine[1], theirs[1])
    moved = mine[0] - theirs[0]
    return float(iv.jackknife(moved, np.array(n), in_time=a.of.pooled.neighbours)), n - 1


def _independent(a: Term, b: Term, *, ratio: bool) -> tuple[float, float] | None:
    """Combine two standard errors (Welch–Satterthwaite degrees of freedom)."""
    e1, e2, n1, n2 = a.error(ratio=ratio), b.error(ratio=ratio), a.n_blocks, b.n_blocks
    if e1 is None or e2 is None:
        return None
    error = float(np.hypot(e1, e2))
    df = error**4 / (e1**4 / (n1 - 1) + e2**4 / (n2 - 1)) if error > 0 else n1 + n2 - 2
    return error, df


def _from_error(value: float, error: float, df: float, *, ratio: bool, how: Interval) -> Difference:
    """Form Student's interval of a difference, or of the logarithm of a ratio."""
    back = _back(ratio)
    if not (np.isfinite(error) and error > 0):
        return Difference(value=back(value), no_interval="unstable" if error != 0 else "no_spread")
    half = float(iv.student_quantile(0.975, df)) * error
    return Difference(
        value=back(value),
        interval=replace(how, lo=back(value - half), hi=back(value + half)),
        p=iv.student_p(value, error, df=df),
    )


def _from_limits(value: float, a: Term, b: Term, *, ratio: bool) -> Difference:
    """Combine limits that are not of blocks; on two sides they may be opposite."""
    (low_a, high_a), (low_b, high_b) = ([r.own for r in t.reach(ratio=ratio)] for t in (a, b))
    reach = float(np.hypot(low_a, high_b)), float(np.hypot(high_a, low_b))
    if not _same_place(a, b):
        reach = low_a + high_b, high_a + low_b
    at, back = float(np.log(value)) if ratio else value, _back(ratio)
    lo, hi = back(at - reach[0]), back(at + reach[1])
    return Difference(
        value=value,
        interval=Interval(lo=lo, hi=hi, kind=_WITHIN, method=WITHOUT_BLOCKS),
        p=iv.student_p(at, (reach[0] if at > 0 else reach[1]) / HALF_95, df=np.inf),
    )


def _from_draws(
    value: float, first: Floats, second: Floats, *, ratio: bool, n: float
) -> Difference:
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = first / second if ratio else first - second
    draws = draws[np.isfinite(draws)]
    if len(draws) < 0.9 * len(first):
        return Difference(value=value, no_interval="unstable")
    if np.ptp(draws) == 0:
        return Difference(value=value, no_interval="no_spread")
    limits = iv.percentile_limits(draws[:, None, None], n_blocks=np.array([n]))
    lo, hi = (float(limit[0, 0]) for limit in limits)
    method = f"block bootstrap, {iv.N_RESAMPLES} resamples"
    return Difference(
        value=value,
        interval=Interval(lo=lo, hi=hi, kind=_WITHIN, method=method),
        p=_p_of_draws(draws, n, ratio=ratio),
    )


def _p_of_draws(draws: Floats, n: float, *, ratio: bool) -> float:
    """Return the p-value of draws, widened for few blocks as the interval is.

    Of 999 draws at least 0.002 lie beyond anything, so that no contrast of hundreds would ever
    differ; and of few blocks too few do. Student's p of the draws has neither fault.
    """
    p = iv.two_sided_p(draws, null=1.0 if ratio else 0.0)
    if ratio and draws.min() <= 0:
        return p
    apart = np.log(draws) if ratio else draws
    error = float(apart.std(ddof=1)) * float(np.sqrt(n / (n - 1)))
    student = iv.student_p(float(apart.mean()), error, df=n - 1)
    return student if p <= 2 / (len(draws) + 1) else max(p, student)


def _not_in_blocks(a: Term, b: Term, *, ratio: bool) -> _Apart:
    """Return what the limits of two sides hold that no spread of their blocks shows.

    Unless the measure says how much of it cancels, it may be opposite on the two sides: a camera
    that sees one foot land too early makes that step shorter and the other one longer by as much.
    """
    mine, theirs = a.of_side, b.of_side
    if mine is not None and theirs is not None:
        half = HALF_95 * float(np.hypot(mine[0], theirs[0]))
        return half + mine[1] + theirs[2], half + mine[2] + theirs[1]
    (low_a, high_a), (low_b, high_b) = ([r.fixed for r in t.reach(ratio=ratio)] for t in (a, b))
    return low_a + high_b, high_a + low_b


def _own_limits(a: Term, b: Term, *, ratio: bool) -> _Apart:
    """Return how far the measure's own limits reach but for what is the same in two conditions."""
    (low_a, high_a), (low_b, high_b) = (
        [reach.of_blocks for reach in term.reach(ratio=ratio)] for term in (a, b)
    )
    return float(np.hypot(low_a, high_b)), float(np.hypot(high_a, low_b))


def _of_camera(a: Term, b: Term) -> _Apart:
    """Return half the interval of what of the two numbers' errors is declared not to cancel."""
    mine, theirs = a.of.pooled.varying, b.of.pooled.varying
    if mine is None or theirs is None:
        return 0.0, 0.0
    half = HALF_95 * mine.between(theirs, rows=(a.target, b.target), part=a.part)
    (below_a, above_a), (below_b, above_b) = (
        v.beyond(t.target, t.part) for v, t in ((mine, a), (theirs, b))
    )
    below, above = (float(np.hypot(half, far)) for far in _of_zero(a, b))
    return below + below_a + above_b, above + above_a + below_b


def _of_zero(a: Term, b: Term) -> _Apart:
    """Return what a zero that nobody set makes of the difference of two distances from it."""
    mine, theirs = a.of.pooled.varying, b.of.pooled.varying
    if mine is None or theirs is None or mine.place is None or theirs.place is None:
        return 0.0, 0.0
    sd = mine.of_zero if mine.of_zero is not None else theirs.of_zero
    if sd is None:
        return 0.0, 0.0
    return distances_apart(mine.place[a.target], theirs.place[b.target], sd)


def _misread(found: Difference, a: Term, b: Term) -> Difference:
    """Let the limits hold an error that grows with the true difference; p does not depend on it."""
    varying, interval = a.of.pooled.varying, found.interval
    if varying is None or varying.gain is None or interval is None:
        return found
    share = HALF_95 * float(varying.gain[a.target, a.part])
    if not 0 < share < 1:
        return found
    below, above = (np.array(reach) for reach in _reach(found, ratio=False))
    lo, hi = (float(v) for v in misread(np.array(found.value), below, above, np.array(share)))
    if varying.bounded:
        (low_a, high_a), (low_b, high_b) = ([r.own for r in t.reach(ratio=False)] for t in (a, b))
        lo = max(lo, min(found.value - low_a - high_b, interval.lo))
        hi = min(hi, max(found.value + high_a + low_b, interval.hi))
    return replace(found, interval=replace(interval, lo=lo, hi=hi))


def _in_part(found: Difference, a: Term, b: Term, *, ratio: bool) -> Difference:
    """Let the limits reach as far as the truth may be of which a part is read; p is the same."""
    varying, interval = a.of.pooled.varying, found.interval
    shown = (varying.shown if _same_place(a, b) else varying.shown_sides) if varying else None
    if shown is None or interval is None:
        return found
    (below, above), back = _reach(found, ratio=ratio), _back(ratio)
    value = float(np.log(found.value)) if ratio else found.value
    lo, hi = back(-farthest(-value, below, shown)), back(farthest(value, above, shown))
    method = f"{interval.method}; only a part may be read"
    return replace(found, interval=replace(interval, lo=lo, hi=hi, method=method))


def _stretched(found: Difference, times: float, *, ratio: bool) -> Difference:
    """Let the interval reach so many times as far."""
    below, above = _reach(found, ratio=ratio)
    return _reaching(found, (times * below, times * above), ratio=ratio, why=_HIDDEN)


def _wider(found: Difference, by: _Apart, *, ratio: bool, why: str) -> Difference:
    """Add errors, of normal distribution, that do not average out."""
    below, above = _reach(found, ratio=ratio)
    reach = float(np.hypot(below, by[0])), float(np.hypot(above, by[1]))
    return _reaching(found, reach, ratio=ratio, why=why)


def _at_least(found: Difference, reach: _Apart, *, ratio: bool) -> Difference:
    """Let the interval reach at least as far as this."""
    below, above = _reach(found, ratio=ratio)
    reach = max(below, reach[0]), max(above, reach[1])
    return _reaching(found, reach, ratio=ratio, why=_HIDDEN)


def _reach(found: Difference, *, ratio: bool) -> _Apart:
    assert found.interval is not None
    return _distances(found.value, found.interval.lo, found.interval.hi, ratio=ratio)


def _reaching(found: Difference, reach: _Apart, *, ratio: bool, why: str) -> Difference:
    """Return the contrast with an interval that reaches further, and the p-value that follows."""
    if found.interval is None or np.allclose(reach, _reach(found, ratio=ratio), rtol=1e-9):
        return found
    value, back = float(np.log(found.value)) if ratio else found.value, _back(ratio)
    toward = reach[0] if value > 0 else reach[1]
    p = iv.student_p(value, toward / HALF_95, df=np.inf)
    return replace(
        found,
        interval=replace(
            found.interval,
            lo=back(value - reach[0]),
            hi=back(value + reach[1]),
            method=f"{found.interval.method}; {why}",
        ),
        p=max(p, found.p or 0.0),
    )


def _back(ratio: bool) -> Callable[[float | Floats], float]:
    return (lambda v: float(np.exp(v))) if ratio else float
