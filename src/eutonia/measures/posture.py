"""What the measures of the head's posture share: needs, statistics of blocks, and the zero's error.

Angles and shifts are counted in cells, and rotations are summed, over blocks of a second; both add
up. Neighbouring seconds of a drifting head resemble each other, which the runner's jackknife in
time takes into account. The error of the zero does not average out: it is added to every interval,
and cancels in contrasts of one visit, but for what grows with the way between two postures.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import angles, turned
from eutonia.dsp.segments import sums
from eutonia.measures import face_at_work, trick_hand
from eutonia.model import Channel, Each, Floats, Input, Inputs, Needs, Range, Result, Varying, Whole
from eutonia.model.result import Limits
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

AXES = ("yaw", "pitch", "roll")
BLOCK_S = 1.0
#: Cells of the counts: their width and the largest absolute value, in the unit of the channel.
CELL, MOST = 0.5, 120.0
_CENTRES = np.arange(-MOST, MOST + CELL / 2, CELL)
#: Standard deviation of a zero that an examiner set: their hand (2 degrees, our rule [D]) and the
#: landmarks of a nearly straight head (0.9, 1.3 and 0.6). The rest grows: see `APART_SHARE`.
SET_SD: Mapping[str, float] = {"yaw": 2.2, "pitch": 2.4, "roll": 2.1}
#: The same for the anatomical zero: 2.9, 3.6 and 2.0 on rendered people turned by up to 45 degrees,
#: and how people sit. [D]
ANATOMICAL_SD: Mapping[str, float] = {"yaw": 4.0, "pitch": 6.0, "roll": 3.0}
#: Error of the difference of two postures for each degree between them, all axes together: root
#: mean square over pairs that lie 10 to 30 degrees apart, of people 60 to 71. What postures that
#: are near each other get wrong, they get wrong alike. Straight is such a posture as well, so that
#: the error of an angle grows with how far the head is from straight (even people 72 to 98,
#: seven cameras: 95 % lie within 1.96 times 0.07 to 0.09, 0.10 to 0.13 and 0.06 to 0.08 of it). [D]
APART_SHARE: Mapping[str, float] = {"yaw": 0.10, "pitch": 0.12, "roll": 0.08}
#: The same of shifts and of the height of a shoulder, in % of the distance of the shoulders: root
#: mean square error of rendered people 60 to 83 (2.4, 6.1 and 2.2), and 2 for the hand of the
#: examiner [D]; a shift forward is seen without a zero.
SHIFT_SD: Mapping[str, float] = {"shift_lateral": 3.2, "shift_sagittal": 6.1, "shoulder": 3.0}
#: Without a zero, heads and shoulders are taken to sit evenly. [D]
SHIFT_ANATOMICAL_SD: Mapping[str, float] = {**SHIFT_SD, "shift_lateral": 5.0, "shoulder": 5.0}
#: Part of it that is another in another posture: their errors about each person's own mean, of the
#: shift forward from both sides.
SHIFT_APART: Mapping[str, float] = {"shift_lateral": 2.1, "shift_sagittal": 4.5, "shoulder": 1.9}
#: What a trunk that looks turned does to the turn of the head against it, SD: turns that are only
#: suspected are of 15 to 30 degrees, either way (rendered people 60 to 89). And the share of the
#: time of a condition from which on it counts. [D]
TURNED_SD, TURNED_SHARE = 15.0, 1 / 3
#: Fewest independent seconds for which a spread, or a mean of few, has an interval. [D]
LEAST_INDEPENDENT = 3.0
#: Says so beside a number.
TRUNK_NOTE = (
    "the shoulders look turned against the segment 'straight': how far the head is turned against "
    "the trunk is unsure by up to 30 degrees"
)
SHOWN_BY = "docs/video/accuracy"
#: Tasks in which the head is guided or sent somewhere.
NOT_A_POSTURE = frozenset({"zero", "closures", "range", "head_turn"})
CAUTION = (
    "From one frontal camera only the sum of neck and head is seen: collis and caput are not "
    "separable. A turn of the whole trunk counts as a turn of the head unless it is noticed: then "
    "its pictures are left out, or the interval holds it. Beside a segment 'straight' in the same "
    "film one of 20 degrees was noticed in about every second rendered person, one of 30 in "
    "nearly all, and a still one suspected in 2 %; without it one of 20 mostly is not, one of 30 "
    "in every second. The camera is taken to stand level, and without shoulders in view the angles "
    "are against the camera. Beyond 45 degrees, of a head that is down beyond 25, the landmarks "
    "saturate: such a value is 'at least' the near end of its interval."
)
#: Of what holds the turn of the head.
SINCE_TWO = "Up to version 1 the interval held nothing of a trunk that looks turned."

#: Of every angle: what a raised hand does to it.
RAISED_HAND = (
    " While a hand is raised, as in a trick, the trunk is taken to be tilted as before it. Up to "
    "the version before this the shoulders were believed, which tilted still heads of rendered "
    "people by up to 5 degrees. Differences to a trick hold 0.9 to 2.5 degrees (SD) for the hand."
)

#: The version up to which the interval did not grow with the angle.
AS_WIDE = (
    "Up to version {} the interval was as wide at every angle, and a head that looked up by 20 to "
    "45 degrees read about one more."
)
#: A head that reads further down than the latter may be anywhere below: there the landmarks stop at
#: another angle in each person. Of 27 rendered people (47 to 97, near and far) who were 30, 40 and
#: 50 degrees down most read 18 to 33, 23 to 40 and 22 to 46. From the former on a reading inside
#: the range may be such a head as well. Chosen on 13 of them (47 to 56 and 79 to 84), but for where
#: it begins. [D]
BENDS_PITCH, LOWEST_PITCH = -15.0, -25.0
#: The most by which such a head is further down than it reads, and root mean square of it (8 for
#: these people, 30 to 50 degrees down). [D]
FURTHER_DEG, BENT_SD = 25.0, 9.0
AXIS_RANGES = {
    a: Range(lo=LOWEST_PITCH if a == "pitch" else -45, hi=45, shown_by=SHOWN_BY, saturates=True)
    for a in AXES
}


def head_input(unit: str = "deg", *, min_s: float = 8.0) -> dict[str, Input]:
    """Return the input of a measure of the head."""
    return {"head": Input(kind="head", unit=unit, min_rate_hz=12, min_s=min_s)}


def of_axis(axis: str) -> Needs:
    """Return the needs of a measure of one angle, in every condition but guided ones."""
    target = Each(sites=(axis,))
    return Needs(inputs=head_input(""), target=target, not_tasks=NOT_A_POSTURE)


def of_all_axes(**more: object) -> Needs:
    """Return the needs of a measure of all three angles."""
    kept = {"not_tasks": NOT_A_POSTURE, **more}
    return Needs(inputs=head_input(""), target=Whole(sites=AXES), **kept)  # type: ignore[arg-type]


def pitch_of(x: Inputs, blocks: str = "head") -> float:
    """Return the median pitch of a condition; 0 where it is not known."""
    row = next((i for i, c in enumerate(x.channels["head"]) if c.site == "pitch"), None)
    used = x.aux[blocks] if blocks in x.aux else x[blocks]
    seen = np.concatenate([b.x[row][b.mask[row]] for b in used]) if row is not None else np.empty(0)
    return float(np.median(seen)) if len(seen) else 0.0


def bent(x: Inputs, blocks: str = "head") -> bool:
    """Tell whether the head is down, in the middle of a condition, beyond what can be read."""
    return pitch_of(x, blocks) < LOWEST_PITCH


def further(pitch: Floats) -> Floats:
    """Return by how much a head may be further down than its interval says without it, degrees."""
    share: Floats = (BENDS_PITCH - pitch) / (BENDS_PITCH - LOWEST_PITCH)
    return FURTHER_DEG * np.clip(share, 0.0, 1.0)


def bent_sd(x: Inputs, blocks: str = "head") -> float:
    """Return what a bent head adds to differences of the pitch and of all that holds it, SD."""
    return BENT_SD * float(further(np.array(pitch_of(x, blocks)))) / FURTHER_DEG


def trunk_turned(x: Inputs, blocks: str = "head") -> bool:
    """Tell whether the shoulders look turned for much of a condition."""
    rows = [i for i, c in enumerate(x.channels["head"]) if c.site == "trunk_turned"]
    if not rows:
        return False
    used = x.aux[blocks] if blocks in x.aux else x[blocks]
    told = np.concatenate([b.x[rows[0]][b.mask[rows[0]]] for b in used])
    return bool(len(told) and np.mean(told) >= TURNED_SHARE)


def trunk_notes(x: Inputs, *blocks: str) -> tuple[str, ...]:
    """Return what is said beside a turn of the head while the shoulders look turned."""
    turned_in = any(trunk_turned(x, b) for b in blocks or ("head",))
    return (f"{x.condition.label}: {TRUNK_NOTE}",) if turned_in else ()


def trunk_sd(x: Inputs, rows: NDArray[np.intp]) -> Floats:
    """Return what a trunk that looks turned adds to some channels, standard deviation."""
    sd = TURNED_SD if trunk_turned(x) else 0.0
    return np.array([sd * (x.channels["head"][row].site == "yaw") for row in rows])


def counts(x: Inputs) -> tuple[Floats, NDArray[np.intp]]:
    """Count samples of each target's channels by cell in blocks of a second.

    Returns
    -------
    counts : ndarray, shape (n_blocks, n_targets, k * n_cells)
        For each of the target's k channels, one after the other.
    span : ndarray of int, shape (n_blocks,)
    """
    found, span = [], []
    for place, block in enumerate(x["head"]):
        length = round(BLOCK_S * block.rate_hz)
        cell = np.rint((np.clip(block.x, -MOST, MOST) + MOST) / CELL).astype(np.intp)
        n_blocks = max(1, block.x.shape[1] // length)
        which = np.minimum(np.arange(block.x.shape[1]) // length, n_blocks - 1)
        rows = np.zeros((len(block.x), n_blocks, len(_CENTRES)))
        for row, at, use in zip(rows, cell, block.mask, strict=True):
            np.add.at(row, (which[use], at[use]), 1.0)
        found.append(np.concatenate([rows[t] for t in x.targets.T], axis=-1).swapaxes(0, 1))
        span += [place] * n_blocks
    return np.concatenate(found), np.array(span, dtype=np.intp)


@cache
def _smoothing(sd: float) -> Floats:
    """Return the matrix that smooths counts by a normal kernel."""
    apart = _CENTRES[:, None] - _CENTRES
    kernel = np.exp(-0.5 * (apart / sd) ** 2)
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def median(counted: Floats) -> Floats:
    """Return the median of counts, ``(..., n_cells)`` to ``(...)``, smoothed by one degree."""
    up_to = np.cumsum(counted @ _smoothing(1.0), axis=-1)
    goal = up_to[..., -1:] / 2
    above = np.minimum((up_to < goal).sum(axis=-1), len(_CENTRES) - 1)[..., None]
    high = np.take_along_axis(up_to, above, axis=-1)
    low = np.take_along_axis(up_to, np.maximum(above - 1, 0), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ((goal - low) / (high - low))[..., 0]
    found: Floats = _CENTRES[above[..., 0]] + CELL * (share - 0.5)
    return found


def mode(counted: Floats, *, sd: float) -> Floats:
    """Return the peak of counts smoothed by `sd`, ``(..., n_cells)`` to ``(...)``."""
    density = counted @ _smoothing(sd)
    top = np.clip(density.argmax(axis=-1), 1, len(_CENTRES) - 2)[..., None]
    before, at, after = (np.take_along_axis(density, top + k, axis=-1)[..., 0] for k in (-1, 0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = 0.5 * (before - after) / (before - 2 * at + after)
    found: Floats = np.where(at > 0, _CENTRES[top[..., 0]] + CELL * beside, np.nan)
    return found


def finish_median(total: Floats) -> Floats:
    """Return the median of one channel's counts as the only part."""
    return median(total)[..., None]


def rotation_sums(x: Inputs, blocks: str = "head") -> tuple[Floats, NDArray[np.intp]]:
    """Sum the rotations of all samples over blocks of a second, and count them.

    Returns
    -------
    sums : ndarray, shape (n_blocks, n_targets, 10)
    span : ndarray of int, shape (n_blocks,)
    """
    found, span = [], []
    for place, block in enumerate(x.aux[blocks] if blocks in x.aux else x[blocks]):
        length = round(BLOCK_S * block.rate_hz)
        of_targets = []
        for rows in x.targets:
            use = block.mask[rows].all(axis=0)
            flat = turned(*block.x[rows]).reshape(-1, 9).T
            total, count = sums(flat, np.broadcast_to(use, flat.shape), length)
            of_targets.append(np.concatenate([total, count[:1]]).T)
        found.append(np.stack(of_targets, axis=1))
        span += [place] * len(of_targets[0])
    return np.concatenate(found), np.array(span, dtype=np.intp)


def mean_turn(total: Floats) -> tuple[Floats, Floats]:
    """Return the mean rotation of sums, ``(..., 10)`` to ``(..., 3, 3)``, and how far they spread.

    Returns
    -------
    rotation : ndarray, shape (..., 3, 3)
    spread_deg : ndarray, shape (...)
        Root mean square angle of the samples to it (its chord).
    """
    n = np.where(total[..., 9:] > 0, total[..., 9:], np.nan)
    mean = (total[..., :9] / n).reshape(*total.shape[:-1], 3, 3)
    u, s, vt = np.linalg.svd(np.nan_to_num(mean))
    sign = np.sign(np.linalg.det(u @ vt))
    u[..., :, 2] *= sign[..., None]
    left = 3 - (s[..., 0] + s[..., 1] + sign * s[..., 2])
    known = np.isfinite(n)
    return np.where(known[..., None], u @ vt, np.nan), np.where(
        known[..., 0], np.degrees(np.sqrt(np.maximum(left, 0))), np.nan
    )


def independent(summed: Floats, span: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return how many of the seconds of each target tell a posture of their own.

    The correlation of neighbouring seconds, all axes together, corrected for its bias in short
    series, says how many of them count as one. A head that drifts for as long as it is filmed, or
    that changes once from one posture to another, has none.

    Parameters
    ----------
    summed : ndarray, shape (n_blocks, n_targets, 10)
    span : ndarray of int, shape (n_blocks,)
        From `rotation_sums`.

    Returns
    -------
    pieces : ndarray, shape (n_targets, 1)
    wander_deg : ndarray, shape (n_targets, 1)
        Root mean square angle of the seconds' postures to the mean one, all axes together.
    """
    each, centre = (angles(mean_turn(total)[0]) for total in (summed, summed.sum(axis=0)))
    apart = np.nan_to_num(each - centre)
    n = np.maximum((summed[..., 9] > 0).sum(axis=0), 2.0)
    power = (apart**2).sum(axis=(0, 2))
    near = (span[1:] == span[:-1])[:, None, None]
    beside = (apart[1:] * apart[:-1] * near).sum(axis=(0, 2))
    r = beside / np.where(power > 0, power, 1.0)
    r = np.clip(r + (1 + 3 * r) / n, 0.0, 1.0)
    pieces = n * (1 - r) / (1 + r)
    return pieces[:, None], np.sqrt(power / n)[:, None]


def deviation(rotation: Floats) -> Floats:
    """Return the angle of rotations in degrees, ``(..., 3, 3)`` to ``(...)``."""
    trace = np.trace(rotation, axis1=-2, axis2=-1)
    return np.asarray(np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1))))


def zero_sd(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> Floats:
    """Return the standard deviation of the zero of some channels, by their site and flags."""
    found = []
    for row in rows:
        channel = channels[row]
        set_by_hand = "zero_anatomical" not in channel.flags
        if channel.unit == "%":
            found.append((SHIFT_SD if set_by_hand else SHIFT_ANATOMICAL_SD)[channel.site])
        else:
            found.append((SET_SD if set_by_hand else ANATOMICAL_SD)[channel.site])
    return np.array(found)


def angle_sd(x: Inputs, rows: NDArray[np.intp], blocks: str = "head") -> Floats:
    """Return the standard deviation of what zero and landmarks make of some angles."""
    channels = x.channels["head"]
    share = np.array([APART_SHARE[channels[row].site] for row in rows])
    away = np.nan_to_num(np.linalg.norm(_place(x, blocks)))
    return np.asarray(np.hypot(zero_sd(channels, rows), share * away))


def _place(x: Inputs, blocks: str = "head") -> Floats:
    """Return the mean angles of a condition, ``(3,)``; NaN where the head was not seen."""
    channels = x.channels["head"]
    rows = [next((i for i, c in enumerate(channels) if c.site == axis), None) for axis in AXES]
    found = np.zeros(len(AXES))
    used = x.aux[blocks] if blocks in x.aux else x[blocks]
    for axis, row in enumerate(rows):
        if row is not None:
            seen = np.concatenate([b.x[row][b.mask[row]] for b in used])
            found[axis] = seen.mean() if len(seen) else np.nan
    return found


def along(rotation: Floats, sd: Floats) -> Floats:
    """Return the standard deviation of the angle of a rotation, from that of its three axes."""
    part = angles(rotation)
    length = np.linalg.norm(part, axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(length > 1e-6, part / length, 1 / np.sqrt(3))
    found: Floats = np.sqrt(((share * sd) ** 2).sum(axis=-1))
    return found


def varying(
    x: Inputs, share: Floats, sd: Floats | None = None, ways: NDArray[np.int_] | None = None
) -> Varying:
    """Return the error of differences, which grows with the way between two postures.

    Parameters
    ----------
    x : Inputs
    share : ndarray, shape (n_targets, n_parts)
        For each degree between them (see `APART_SHARE`).
    sd : ndarray, shape (n_targets, n_parts), optional
        What is new in this condition, such as a trunk that looks turned in it.
    ways : ndarray of int, shape (n_targets, n_parts), optional
        Which way each goes, -1 or 1, as a head bends `further` down; 0: not with it.
    """
    new = np.hypot(np.zeros(share.shape) if sd is None else sd, _of_face(x, share.shape[1]))
    bends = further(np.array(pitch_of(x))) * np.broadcast_to(0 if ways is None else ways, new.shape)
    return Varying(
        sd=new,
        share=share,
        place=np.broadcast_to(_place(x), (len(share), 3)),
        further=(np.maximum(-bends, 0.0), np.maximum(bends, 0.0)),
    )


def _of_face(x: Inputs, n_parts: int) -> Floats:
    """Return what face and hand turn a still head by: each part's axis, or the most."""
    sites = [[x.channels["head"][row].site for row in rows] for rows in x.targets]
    sd = np.array([[face_at_work.differs_by(x, s) for s in own] for own in sites])
    return sd if sd.shape[1] == n_parts else sd.max(axis=1, keepdims=True)


def shifts(x: Inputs) -> Result:
    """Count shifts over blocks of a second; their median has the error of the zero added."""
    counted, span = counts(x)
    channels, rows = x.channels["head"], x.targets[:, 0]
    apart = np.array([[SHIFT_APART[channels[row].site]] for row in rows])
    of_hand = np.array([[face_at_work.shifted_by(x.condition, channels[r].site)] for r in rows])
    sd = np.hypot(zero_sd(channels, rows)[:, None], of_hand)
    return Result(
        blocks=counted,
        finish=finish_median,
        span=span,
        limits=with_zero(sd, within=reached(counted)),
        varying=Varying(sd=np.hypot(apart, of_hand)),
        notes=trick_hand.notes(x),
    )


def reached(counted: Floats) -> tuple[Floats, Floats]:
    """Return the least and the largest value that was seen, ``(n_targets, n_channels)`` each.

    A head that goes to and fro between two postures has no posture of its own: what a jackknife
    makes of its median would lie where the head never was.
    """
    total = counted.sum(axis=0)
    seen = total.reshape(len(total), -1, len(_CENTRES)) > 0
    last = len(_CENTRES) - 1 - seen[..., ::-1].argmax(axis=-1)
    return _CENTRES[seen.argmax(axis=-1)], _CENTRES[last]


def with_zero(
    sd: Floats,
    *,
    least: float = -np.inf,
    within: tuple[Floats, Floats] | None = None,
    pitch: NDArray[np.bool_] | None = None,
) -> Limits:
    """Return limits that add the zero's error to the jackknife's.

    Parameters
    ----------
    sd : ndarray, shape (n_targets, n_parts)
    least : float
        No limit lies below.
    within : tuple of ndarray, shape (n_targets, n_parts), optional
        Beyond these, but for the zero's error, no limit lies.
    pitch : ndarray of bool, shape (n_targets, n_parts), optional
        Which are pitches, that may be `further` down.
    """

    def limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        of_zero = HALF_95 * sd
        half = np.hypot(student_quantile(0.975, df)[:, None] * error, of_zero)
        low, high = value - half, value + half
        if within is not None:
            low, high = np.maximum(low, within[0] - of_zero), np.minimum(high, within[1] + of_zero)
        if pitch is not None:
            low = np.where(pitch, low - further(value), low)
        return np.maximum(low, least), high

    return limits


def zero_drawn(rng: np.random.Generator, centre: tuple[float, ...] = ()) -> Floats:
    """Draw the error of a posture, of the zero alone without one, ``(3, 1)``, for examples."""
    away = np.linalg.norm(centre)
    sd = np.array([[np.hypot(SET_SD[a], APART_SHARE[a] * away)] for a in AXES])
    return np.asarray(sd * rng.standard_normal(sd.shape))
