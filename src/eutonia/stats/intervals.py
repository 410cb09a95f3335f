"""Intervals of values that are functions of summed block statistics.

`blocks` is always ``(n_blocks, n_targets, n_stats)`` and `finish` maps summed statistics
``(..., n_targets, n_stats)`` to values ``(..., n_targets, n_parts)``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

Finish = Callable[[Floats], Floats]

#: Resamples of a bootstrap.
N_RESAMPLES = 999
#: Bytes of resampled statistics held at a time.
_AT_ONCE_BYTES = 1 << 25
#: Largest correlation of neighbouring blocks that is believed: nine alike count as one.
_MOST_ALIKE = 0.8


def student_quantile(p: float, df: Floats | float) -> Floats:
    """Return the quantile of Student's t distribution."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(df, p), dtype=np.float64)


def bootstrap(blocks: Floats, finish: Finish, *, seed: int, n: int = N_RESAMPLES) -> Floats:
    """Resample blocks with replacement and recompute the values.

    Parameters
    ----------
    blocks : ndarray, shape (n_blocks, n_targets, n_stats)
    finish : callable
    seed : int
    n : int
        Number of resamples.

    Returns
    -------
    ndarray, shape (n, n_targets, n_parts)
    """
    rng = np.random.default_rng(seed)
    n_blocks, n_targets, n_stats = blocks.shape
    times = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n).astype(np.float64)
    at_once = max(1, _AT_ONCE_BYTES // (8 * n * n_stats))
    parts = []
    for begin in range(0, n_targets, at_once):
        some = blocks[:, begin : begin + at_once]
        summed = times @ some.reshape(n_blocks, -1)
        parts.append(finish(summed.reshape(n, -1, n_stats)))
    return np.concatenate(parts, axis=1)


def percentile_limits(
    draws: Floats, *, n_blocks: Floats, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return percentile limits, widened for few blocks (Hesterberg 2015, our reading).

    The percentile interval is too narrow by ``sqrt((n - 1) / n)`` and by normal in place of t
    quantiles; both are undone by moving the percentiles outwards.

    Parameters
    ----------
    draws : ndarray, shape (n_draws, n_targets, n_parts)
    n_blocks : ndarray, shape (n_targets,)
        Blocks behind each target, at least 2.

    Returns
    -------
    lo, hi : ndarray, shape (n_targets, n_parts)
    """
    from scipy.special import ndtr

    wide = np.sqrt(n_blocks / (n_blocks - 1)) * student_quantile(0.5 + level / 2, n_blocks - 1)
    tail = np.clip(ndtr(-wide), 0.5 / len(draws), 0.5)
    ordered = np.sort(draws, axis=0)
    position = tail * (len(draws) - 1)
    lo = _at(ordered, position)
    hi = _at(ordered, len(draws) - 1 - position)
    return lo, hi


def _at(ordered: Floats, position: Floats) -> Floats:
    """Interpolate sorted draws at one position per target."""
    below = np.floor(position).astype(np.intp)
    share = (position - below)[:, None]
    target = np.arange(ordered.shape[1])
    above = np.minimum(below + 1, len(ordered) - 1)
    out: Floats = (1 - share) * ordered[below, target] + share * ordered[above, target]
    return out


def left_out(blocks: Floats, finish: Finish) -> Floats:
    """Return the values without each block in turn.

    Returns
    -------
    ndarray, shape (n_blocks, n_targets, n_parts)
        NaN for a block in which a target has no statistics: it does not count. Infinite where the
        value is undefined without the block.
    """
    total = blocks.sum(axis=0)
    present = np.any(blocks != 0, axis=2)
    at_once = max(1, _AT_ONCE_BYTES // (8 * max(1, blocks.shape[0] * blocks.shape[2])))
    parts = []
    for begin in range(0, max(1, blocks.shape[1]), at_once):
        part = slice(begin, begin + at_once)
        left = finish(total[part] - blocks[:, part])
        left = np.where(np.isnan(left), np.inf, left)
        parts.append(np.where(present[:, part, None], left, np.nan))
    return np.concatenate(parts, axis=1)


def influence(left: Floats) -> tuple[Floats, Floats]:
    """Return how far each block moves a value, in units whose squares add up to its variance.

    Parameters
    ----------
    left : ndarray, shape (n_blocks, ...)
        Values without each block, from `left_out`.

    Returns
    -------
    moved : ndarray, shape (n_blocks, ...)
        0 for blocks that do not count; NaN where a value is undefined without a block.
    n : ndarray, shape (...)
        Blocks that count.
    """
    counts = ~np.isnan(left)
    n = counts.sum(axis=0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN where nothing was recorded
        mean = np.where(counts, left, 0).sum(axis=0) / n
        return np.where(counts, np.sqrt((n - 1) / n) * (left - mean), 0.0), n


def jackknife(moved: Floats, n: Floats, *, in_time: NDArray[np.intp] | None = None) -> Floats:
    """Return the standard error of values of which each block was left out in turn.

    Parameters
    ----------
    moved, n : ndarray, shape (n_blocks, ...) and (...)
        From `influence`; the difference of two values' influences gives the error of theirs.
    in_time : ndarray of int, shape (n_blocks,), or None
        Spans, where blocks resemble their neighbours: then see `jackknife_in_time`.
    """
    if in_time is not None:
        return jackknife_in_time(moved, n, in_time)
    return np.asarray(np.sqrt((moved**2).sum(axis=0)))


def jackknife_in_time(moved: Floats, n: Floats, span: NDArray[np.intp]) -> Floats:
    """Return the jackknife's error where blocks that follow each other resemble each other.

    The correlation of neighbours, corrected for its bias in short series (Marriott and Pope 1954),
    gives the number of independent blocks, and so error and degrees of freedom. The error is
    returned for Student's quantile with ``n - 1`` degrees of freedom.

    Parameters
    ----------
    moved, n : ndarray, shape (n_blocks, ...) and (...)
        From `influence`, blocks in the order of time.
    span : ndarray of int, shape (n_blocks,)
        Blocks of two spans are no neighbours.

    Returns
    -------
    ndarray, shape (...)
    """
    n = np.maximum(n, 2)
    power = (moved**2).sum(axis=0)
    near = (span[1:] == span[:-1]).reshape(-1, *(1,) * (moved.ndim - 1))
    beside = (moved[1:] * moved[:-1] * near).sum(axis=0)
    r = beside / np.where(power > 0, power, 1.0)
    r = np.clip(r + (1 + 3 * r) / n, 0.0, _MOST_ALIKE)
    alike = (1 + r) / (1 - r)
    # The spread of few dependent blocks falls short of the true one by (n - alike) / (n - 1).
    spread = np.maximum(n - alike, n / 4) / (n - 1)
    wide = student_quantile(0.975, np.maximum(n / alike - 1, 2)) / student_quantile(0.975, n - 1)
    return np.asarray(wide * np.sqrt(power * alike / spread))


def student_limits(
    value: Floats, error: Floats, *, df: Floats, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return ``value ± t · error``; `df` broadcasts against the leading axis."""
    half = student_quantile(0.5 + level / 2, df)[:, None] * error
    return value - half, value + half


def two_sided_p(draws: Floats, *, null: float) -> float:
    """Return the two-sided bootstrap p-value of a value against `null`; never exactly 0."""
    n = len(draws)
    tail = min(np.count_nonzero(draws <= null), np.count_nonzero(draws >= null))
    return float(min(1.0, 2 * (tail + 1) / (n + 1)))


def student_p(value: float, error: float, *, df: float) -> float:
    """Return the two-sided p-value of Student's t."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(value) / error)) if error > 0 else float(value == 0)
