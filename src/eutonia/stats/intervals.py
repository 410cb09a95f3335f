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


def jackknife(blocks: Floats, finish: Finish) -> tuple[Floats, Floats]:
    """Leave each block out in turn.

    Returns
    -------
    value : ndarray, shape (n_targets, n_parts)
        From all blocks.
    error : ndarray, shape (n_targets, n_parts)
        Standard error; blocks in which a target has no statistics do not count.
    """
    total = blocks.sum(axis=0)
    value = finish(total)
    present = np.any(blocks != 0, axis=2)
    n = present.sum(axis=0).astype(np.float64)
    at_once = max(1, _AT_ONCE_BYTES // (8 * blocks.shape[0] * blocks.shape[2]))
    error = np.empty_like(value)
    for begin in range(0, blocks.shape[1], at_once):
        part = slice(begin, begin + at_once)
        left = finish(total[part] - blocks[:, part])
        keep = present[:, part, None]
        with np.errstate(divide="ignore", invalid="ignore"):  # NaN where nothing was recorded
            mean = np.where(keep, left, 0).sum(axis=0) / n[part, None]
            spread = np.where(keep, left - mean, 0)
            error[part] = np.sqrt((n[part, None] - 1) / n[part, None] * (spread**2).sum(axis=0))
    return value, error


def jackknife_in_time(blocks: Floats, finish: Finish, span: NDArray[np.intp]) -> Floats:
    """Return the jackknife's error where blocks that follow each other resemble each other.

    The correlation of neighbours, corrected for its bias in short series (Marriott and Pope 1954),
    gives the number of independent blocks, and so error and degrees of freedom. The error is
    returned for Student's quantile with ``n_blocks - 1`` degrees of freedom.

    Parameters
    ----------
    blocks : ndarray, shape (n_blocks, n_targets, n_stats)
        In the order of time; blocks without statistics are left out.
    finish : callable
    span : ndarray of int, shape (n_blocks,)
        Blocks of two spans are no neighbours.

    Returns
    -------
    ndarray, shape (n_targets, n_parts)
    """
    total = blocks.sum(axis=0)
    keep = np.any(blocks != 0, axis=2)[:, :, None]
    n = np.maximum(keep.sum(axis=0), 2).astype(np.float64)
    left = finish(total - blocks)
    with np.errstate(invalid="ignore"):
        moved = np.where(keep, left - np.where(keep, left, 0).sum(axis=0) / n, 0)
    power = (moved**2).sum(axis=0)
    beside = (moved[1:] * moved[:-1] * (span[1:] == span[:-1])[:, None, None]).sum(axis=0)
    r = beside / np.where(power > 0, power, 1.0)
    r = np.clip(r + (1 + 3 * r) / n, 0.0, _MOST_ALIKE)
    alike = (1 + r) / (1 - r)
    # The spread of few dependent blocks falls short of the true one by (n - alike) / (n - 1).
    spread = np.maximum(n - alike, n / 4) / (n - 1)
    wide = student_quantile(0.975, np.maximum(n / alike - 1, 2)) / student_quantile(0.975, n - 1)
    return np.asarray(wide * np.sqrt((n - 1) / n * power * alike / spread))


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
