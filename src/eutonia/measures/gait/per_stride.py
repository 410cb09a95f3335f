"""What the measures of gait share: from strides to sums, and from sums to numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait.strides import INPUT, MIN_STRIDES, fuller, strides, window
from eutonia.model import Block, Floats, Inputs


def few(n: Floats, least: int = MIN_STRIDES) -> tuple[str, ...]:
    """Return a sentence for each target with too few strides; empty where there are enough."""
    return tuple(
        ""
        if count >= least
        else f"Whole strides seen: {count:.0f}; at least {least} are needed: walk further, or "
        "several times past the camera."
        for count in n
    )


def few_from_side(x: Inputs, n: Floats) -> tuple[str, ...]:
    """Return a sentence for each target with too few strides that were seen from the side.

    Where enough of them were seen from the front or back it is the view that lacks, not the walk.
    """
    found = [strides(x, block, side) for block in x[INPUT] for side in ("left", "right")]
    elsewhere = sum(int((~one.side_view).sum()) for one in found)
    if elsewhere < 2 * MIN_STRIDES:
        return few(n)
    why = (
        f"Of {sum(map(len, found))} strides {elsewhere} were seen from the front or back, where it "
        "does not show when a foot lands and leaves: film from the side."
    )
    return tuple(why if short else "" for short in few(n))


def stacked(parts: list[Floats]) -> Floats:
    """Stack the rows of several targets, the shorter lists filled up with zeros.

    Parameters
    ----------
    parts : list of ndarray, each shape (n_rows, n_stats)

    Returns
    -------
    ndarray, shape (longest, n_targets, n_stats)
    """
    longest = max(len(p) for p in parts)
    return np.stack([np.pad(p, ((0, longest - len(p)), (0, 0))) for p in parts], axis=1)


def mean_in(block: Block, row: int, part: slice, *, least: float = 0.5) -> float:
    """Return the mean over usable samples; NaN where less than that share of them is usable."""
    good = block.mask[row, part]
    return float(block.x[row, part][good].mean()) if good.size and good.mean() >= least else np.nan


def swing_range(block: Block, row: int, part: slice) -> float:
    """Return the range of a movement in one stride, from a fit of two harmonics to it.

    The range of the samples themselves would grow with their noise. NaN where less than 70 % of
    the stride is usable.
    """
    good = block.mask[row, part]
    n = len(good)
    if n < 12 or good.mean() < 0.7:
        return np.nan
    phase = 2 * np.pi * np.arange(n) / n
    basis = np.stack(
        [
            np.ones(n),
            np.arange(n) / n - 0.5,
            *(f(k * phase) for k in (1, 2) for f in (np.cos, np.sin)),
        ],
        axis=1,
    )
    weight, *_ = np.linalg.lstsq(basis[good], block.x[row, part][good], rcond=None)
    fitted = basis[:, 2:] @ weight[2:]
    return float(np.ptp(fitted))


def counted(values: Floats) -> Floats:
    """Return sums and counts: ``(n, n_parts)`` with NaN to ``(n, 2 n_parts)`` without."""
    there = np.isfinite(values)
    return np.concatenate([np.where(there, values, 0.0), there.astype(np.float64)], axis=1)


def mean_of(total: Floats) -> Floats:
    """Turn summed values and counts into means, ``(..., 2 n_parts)`` to ``(..., n_parts)``."""
    half = total.shape[-1] // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total[..., :half] / total[..., half:]
    return mean


def difference_of(total: Floats) -> Floats:
    """Turn sums and counts of left and right into |L - R| / mean in %.

    ``(..., 4)``, sum left, sum right, count left, count right, to ``(..., 1)``.
    """
    mean = mean_of(total)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * np.abs(mean[..., :1] - mean[..., 1:]) / mean.mean(-1, keepdims=True)
    return share


def not_below_zero(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return Student's limits of an amount that has no sign."""
    from eutonia.stats.intervals import student_limits

    lo, hi = student_limits(value, error, df=df)
    return np.maximum(lo, 0.0), hi


def gathered(
    x: Inputs, of: Callable[[Block, NDArray[np.intp]], Floats]
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the rows of every target in every span.

    Parameters
    ----------
    x : Inputs
    of : callable
        From a block and a target's rows of channels to statistics, ``(n_rows, n_stats)``.

    Returns
    -------
    blocks : ndarray, shape (n_blocks, n_targets, n_stats)
    span : ndarray of int, shape (n_blocks,)
    """
    parts = [stacked([of(block, target) for target in x.targets]) for block in x[INPUT]]
    span = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    return np.concatenate(parts), span.astype(np.intp)


def arm_ranges(x: Inputs, block: Block, row: np.intp) -> Floats:
    """Return the range of one arm in each stride that was seen from the side, ``(n, 1)``."""
    found = fuller(x, block)
    found = found.only(found.side_view)
    each = [swing_range(block, int(row), window(found, i, 0, 1)) for i in range(len(found))]
    return np.array(each).reshape(len(each), 1)
