"""How far the head is from straight, all axes together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import angles, turned
from eutonia.measures import face_at_work, posture, trick_hand
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Visit
from eutonia.stats.normal import HALF_95

MEASURE = Measure(
    id="head.dev_total",
    version="9",
    title="Deviation of the head from straight",
    unit="deg",
    tier="clinical",
    sources=(),
    method="Angle of the one turn about the best axis that would set the head straight from its "
    "median yaw, pitch and roll (head.yaw_mean and its like): no less than any of these (until "
    "version 5 of the mean rotation, which in a drift was less). But for the error of the zero, "
    "no limit lies beyond where the head was seen; where it wanders by more than 1.96 of its SD "
    "(root mean square) and fewer than 3 seconds are independent (a drift, or one change of "
    "posture), it has no mean posture, and there is no interval. The interval adds the error of "
    "the zero and 8 to 12 % (SD) of the deviation, by its direction; that of a contrast 12 % of "
    "the way between the two postures and, where nobody set a zero, all that a zero elsewhere (4, "
    "6 and 3 degrees, SD) makes of a difference of two distances from it.",
    needs=posture.of_all_axes(),
    scale="difference",
    interval=Jackknife(in_time=True),
    valid=Range(lo=5, hi=45, shown_by=posture.SHOWN_BY, saturates=True),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="It has no direction and is never below 0, so that below about 5 degrees it is mostly "
    "the error of the zero. "
    + posture.CAUTION
    + posture.RAISED_HAND
    + face_at_work.EXPRESSION
    + " Distances from a wrong zero subtract wrongly: without a segment 'straight' a difference "
    "may be as large as the way between the two postures, however small it reads, and is seldom "
    "called different; the angles of each axis say more.",
    history=f"{posture.SINCE_TWO} {posture.AS_WIDE.format(4)} "
    f"{face_at_work.NO_EXPRESSION.format(6)} Up to version 7 they held nothing of a wrong zero. "
    f"{face_at_work.LESS_OF_LIDS.format(8)}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum rotations over blocks of a second; see `MEASURE`."""
    counted, span = posture.counts(x)
    rotation = _turn(counted.sum(axis=0))
    summed, seconds = posture.rotation_sums(x)
    least, most = _reached(summed, rotation)
    sd = posture.angle_sd(x, x.targets[0])
    # A turn of the trunk may hide all that the head is turned, so it counts whatever the direction.
    of_trunk = posture.trunk_sd(x, x.targets[0]).max() * np.ones((len(x.targets), 1))
    of_zero = posture.along(rotation, sd)[:, None]
    pieces, wander = posture.independent(summed, seconds)
    # A head that wanders by less has a deviation whose error is mostly the zero's.
    unsure = (pieces < posture.LEAST_INDEPENDENT) & (wander > HALF_95 * of_zero)
    sd, bent = np.hypot(of_zero, of_trunk), np.full((len(x.targets), 1), posture.bent(x))
    further = float(posture.further(np.array(posture.pitch_of(x))))
    limits = _Within(sd=sd, least=least, most=most, unsure=unsure, further=further)
    # The largest of the three: its direction is not known.
    share = np.full((len(x.targets), 1), max(posture.APART_SHARE.values()))
    varying = posture.varying(x, share, of_trunk, np.ones((len(x.targets), 1), dtype=np.int_))
    return Result(
        blocks=counted,
        finish=finish,
        span=span,
        limits=limits,
        varying=replace(varying, of_zero=_unknown_zero(x)),
        at_least=bent,
        no_interval="few_independent",
        notes=(*posture.trunk_notes(x), *trick_hand.notes(x)),
    )


def _unknown_zero(x: Inputs) -> Floats | None:
    """Return the SD of each axis of a zero that nobody set, ``(3,)``; None where one was set."""
    channels, rows = x.channels["head"], x.targets[0]
    unset = any("zero_anatomical" in channels[row].flags for row in rows)
    return posture.zero_sd(channels, rows) if unset else None


def _reached(summed: Floats, middle: Floats) -> tuple[Floats, Floats]:
    """Return between which deviations the middle of what was seen must lie.

    Returns
    -------
    least, most : ndarray, shape (n_targets, 1)
        The least deviation of any posture between those of single seconds, and the largest of them.
    """
    each, _ = posture.mean_turn(summed)
    by_axis = angles(each)
    low, high = np.nanmin(by_axis, axis=0), np.nanmax(by_axis, axis=0)
    nearest = np.clip(0.0, low, high)
    most = np.nanmax(posture.deviation(each), axis=0)
    least = np.minimum(np.linalg.norm(nearest, axis=-1), posture.deviation(middle))
    return least[:, None], np.maximum(most, posture.deviation(middle))[:, None]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Within:
    """Limits with the zero's error, as far as the head was seen to go.

    Parameters
    ----------
    sd, least, most : ndarray, shape (n_targets, 1)
        Of the zero; and deviations beyond which, but for the zero's error, no limit lies.
    unsure : ndarray of bool, shape (n_targets, 1)
        Where a head that wanders was seen for too few independent seconds to have a mean posture.
    further : float
        By how much a head may be further down, and so from straight, than it reads.
    """

    sd: Floats
    least: Floats
    most: Floats
    unsure: NDArray[np.bool_]
    further: float

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        made = posture.with_zero(self.sd, least=0.0, within=(self.least, self.most))
        lo, hi = made(value, error, df)
        hi = hi + self.further
        return np.where(self.unsure, np.nan, lo), np.where(self.unsure, np.nan, hi)


def finish(total: Floats) -> Floats:
    """Return the angle of the turn by the medians of counts, ``(..., 3 * n_cells)``."""
    return posture.deviation(_turn(total))[..., None]


def _turn(total: Floats) -> Floats:
    """Return the turn by the median of each axis, ``(..., 3 * n_cells)`` to ``(..., 3, 3)``."""
    middle = posture.median(total.reshape(*total.shape[:-1], len(posture.AXES), -1))
    return turned(*np.moveaxis(middle, -1, 0))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for 20 s; the truth is its deviation in the long run."""
    from eutonia.measures.head_example import TARGET, let_go

    made, task = let_go(seed)
    return made, {(TARGET, task, ""): _true()}


@cache
def _true() -> float:
    from eutonia.measures.head_example import long_inputs

    counted, _ = posture.counts(long_inputs())
    return float(finish(counted.sum(axis=0))[0, 0])
