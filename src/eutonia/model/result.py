"""What a measure returns, from which the runner forms values, intervals and contrasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.model.recording import Floats

Finish = Callable[[Floats], Floats]
#: Within so many standard deviations lie 95 % of the errors of three axes.
CHI_3_95 = 2.795
#: From values, their jackknife errors and degrees of freedom ``(n_targets,)`` to limits.
Limits = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


class Absent(str):
    """A reason which says that what is measured was looked for well enough, and is not there.

    A head without tremor has no frequency of tremor: that is a result, not a failure. What was too
    short, hidden or noisy to be looked for well enough has a plain reason.
    """

    __slots__ = ()


class Untold(str):
    """A reason which says that something was found, and that the recording does not tell where.

    What stands before its first colon is a result by itself, which the first page shows.
    """

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Varying:
    """That part of an error in `Result.limits` which changes from one condition to another.

    The interval of a contrast of two conditions holds it; what both share cancels. It is in the
    unit of the value where conditions are compared by their difference, and of the natural
    logarithm of the value where they are compared by their ratio.

    Parameters
    ----------
    sd : ndarray, shape (n_targets, n_parts)
        Standard deviation of what is new in each condition.
    share : ndarray, shape (n_targets, n_parts)
        Standard deviation for one unit of distance between the places of the two conditions.
    place : ndarray, shape (n_targets, n_axes)
        Where the movement was, such as the mean angles of the head: near places share their error.
    sides : ndarray, shape (n_targets, n_parts)
        Standard deviation of what is new in each side of one recording. None: nothing of the limits
        is known to cancel between sides, and it may even be opposite.
    gain : ndarray, shape (n_targets, n_parts)
        Standard deviation of the error for each unit of the true difference of two conditions,
        below 0.5; compared by the difference only. A camera that shows a part of a movement makes
        a difference smaller, and does not make one out of nothing.
    bounded : bool
        Whether what the own limits of two values allow bounds their difference, however small a
        part of it `gain` lets be read.
    of_zero : ndarray, shape (n_axes,)
        Where the value is the distance of `place` from a zero that nobody set: the standard
        deviation of each axis of that zero. Distances from a wrong zero subtract wrongly.
    """

    sd: Floats
    share: Floats | None = None
    place: Floats | None = None
    sides: Floats | None = None
    gain: Floats | None = None
    bounded: bool = False
    of_zero: Floats | None = None

    #: How much further below and above the value it may be, beside all errors that go either way.
    further: tuple[Floats, Floats] | None = None

    def beyond(self, row: int, part: int) -> tuple[float, float]:
        """Return how much further below and above a part of a target may be."""
        below, above = self.further or (None, None)
        if below is None or above is None:
            return 0.0, 0.0
        return float(below[row, part]), float(above[row, part])

    def lengths(self, other: Varying, *, rows: tuple[int, int]) -> tuple[float, float]:
        """Return how far below and above the difference of two distances from a zero may lie.

        For all zeros within their 95 %: never further apart than the two places are.
        """
        sd = self.of_zero if self.of_zero is not None else other.of_zero
        if sd is None or self.place is None or other.place is None:
            return 0.0, 0.0
        places = np.stack([self.place[rows[0]], other.place[rows[1]]])
        way = places - places[::-1]
        # A zero in line with both, beyond either, sees all of the way between them.
        beyond = np.maximum(-(places * way / sd**2).sum(axis=1), 0.0)
        steps = np.maximum((way**2 / sd**2).sum(axis=1), 1e-12)
        in_line = (places + (beyond / steps)[:, None] * way) / sd
        zeros = np.concatenate([in_line, _ball()])
        zeros = sd * zeros[np.linalg.norm(zeros, axis=1) <= CHI_3_95 + 1e-9]
        to = np.linalg.norm(places[:, None] - zeros, axis=-1)
        read = float(np.diff(np.linalg.norm(places, axis=1))[0])
        apart = to[0] - to[1] + read
        return -float(apart.min()), float(apart.max())

    def between(self, other: Varying, *, rows: tuple[int, int], part: int) -> float:
        """Return the standard deviation of a difference of one part of a target here and there."""
        mine, theirs = rows
        sd = float(np.hypot(self.sd[mine, part], other.sd[theirs, part]))
        if self.share is None or self.place is None or other.place is None:
            return sd
        apart = float(np.linalg.norm(self.place[mine] - other.place[theirs]))
        return float(np.hypot(sd, self.share[mine, part] * apart))


@cache
def _ball() -> Floats:
    """Return points all over the ball that holds 95 % of a normal error of three axes, (n, 3)."""
    one = np.linspace(-1.0, 1.0, 21)
    cube = np.stack(np.meshgrid(one, one, one), axis=-1).reshape(-1, 3)
    length = np.maximum(np.linalg.norm(cube, axis=1), 1e-12)
    filled: Floats = CHI_3_95 * cube * (np.abs(cube).max(axis=1) / length)[:, None]
    return filled


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a measure returns: additive block statistics, or values with their own limits.

    Parameters
    ----------
    blocks : ndarray, shape (n_blocks, n_targets, n_stats), or None
        Statistics of each block that add up over blocks (sums, counts, spectra). The runner sums
        them for the value, resamples them for the interval, and pools spans by concatenation.
    finish : callable
        Pure function from summed statistics ``(..., n_targets, n_stats)`` to values
        ``(..., n_targets, n_parts)``. It must broadcast over the leading axes and give NaN where a
        value is undefined.
    span : ndarray of int, shape (n_blocks,)
        Index of the input block (repeat) that each statistic came from.
    limits : callable, or None
        From values, jackknife or bootstrap errors and degrees of freedom to limits, where the usual
        interval around the value would be wrong; it must broadcast as `finish` does. An error is
        NaN where blocks are too few: so must be the limits, unless they do not need it. An error of
        0 leaves what blocks cannot show, such as an error of the camera's.
    varying : Varying, or None
        What of an error in `limits` does not cancel in a contrast: of the value, or of its
        logarithm where the measure is compared by the ratio.
    no_interval : str
        Key of ``NO_INTERVAL`` for targets with enough blocks whose `limits` are NaN; contrasts with
        such a target have no interval either. Empty: there are none.
    values, lo, hi : ndarray, shape (n_targets, n_parts)
        Used instead of `blocks` with `Analytic`.
    at_least : ndarray of bool, shape (n_targets, n_parts), or None
        Whether a value is only the least that it may be, such as a time that was not over when the
        recording ended.
    reasons : tuple of str, length n_targets
        Why a target could not be measured (a sentence); empty where it could. `Absent` where it was
        looked for and is not there.
    part_reasons : mapping of str to tuple of str
        The same for single parts of a target.
    n_effective : ndarray, shape (n_targets,), or None
        Number of independent pieces behind each value; None: the number of blocks.
    details : mapping of str to ndarray (n_targets,)
        Further facts about each target, such as the frequency of a peak, which carry no interval
        and are never compared.
    evidence : mapping of str to ndarray
        Named arrays from which figures are drawn.
    notes : tuple of str
        What the estimate was normalised by, as ``norm=task`` (it is compared with the same only),
        or a caution in words, without ``=``.
    """

    blocks: Floats | None = None
    finish: Finish | None = None
    span: NDArray[np.intp] | None = None
    limits: Limits | None = None
    varying: Varying | None = None
    no_interval: str = ""
    values: Floats | None = None
    lo: Floats | None = None
    hi: Floats | None = None
    at_least: NDArray[np.bool_] | None = None
    reasons: tuple[str, ...] = ()
    part_reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    n_effective: Floats | None = None
    details: Mapping[str, Floats] = field(default_factory=dict)
    evidence: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
