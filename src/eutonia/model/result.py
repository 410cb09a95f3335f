"""What a measure returns, from which the runner forms values, intervals and contrasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eutonia.model.recording import Floats

Finish = Callable[[Floats], Floats]
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


class TooShort(str):
    """A reason which says that a condition was recorded for too short a time for this number."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class PartShown:
    """Which part of a true difference is read, where it is only a part, as of lids by landmarks.

    Parameters
    ----------
    usual, least : float
        The share of it that is read: the median of people, and what 95 % of them exceed; all of it
        may be read as well.
    most : float
        The largest true difference that there is.
    """

    usual: float
    least: float
    most: float = np.inf


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
    shown, shown_sides : PartShown
        Which part of a true difference of two conditions, and of two sides, is read: the limits
        reach as far as the true one may be, the value stays as read. None: all of it is.
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
    shown: PartShown | None = None
    shown_sides: PartShown | None = None
    of_zero: Floats | None = None

    #: How much further below and above the value it may be, beside all errors that go either way.
    further: tuple[Floats, Floats] | None = None

    def beyond(self, row: int, part: int) -> tuple[float, float]:
        """Return how much further below and above a part of a target may be."""
        below, above = self.further or (None, None)
        if below is None or above is None:
            return 0.0, 0.0
        return float(below[row, part]), float(above[row, part])

    def between(self, other: Varying, *, rows: tuple[int, int], part: int) -> float:
        """Return the standard deviation of a difference of one part of a target here and there."""
        mine, theirs = rows
        sd = float(np.hypot(self.sd[mine, part], other.sd[theirs, part]))
        if self.share is None or self.place is None or other.place is None:
            return sd
        apart = float(np.linalg.norm(self.place[mine] - other.place[theirs]))
        return float(np.hypot(sd, self.share[mine, part] * apart))


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
