"""How far each eye is closed: landmarks of the lids become a closure from 0 (open) to 1 (shut).

The gap between the lids is measured upright in the head's own frame, so that turning, tilting and
nodding change it little, in % of the distance of the eyes' outer corners. Landmarks of lids that
are shut stay apart by a gap that differs between people: 0 and 1 are therefore set for each eye by
gentle closures. Without them the person's own widest gap is 0, and a typical shut gap is 1 (flag
``uncalibrated``).

Between open and shut the scale is not straight: lids that are half shut read 0.3 to 0.5, more so
the smaller the face (``docs/video/accuracy``). Looking down lowers the upper lid, and the landmarks
do not tell that from closing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.mouth import in_head
from eutonia.model import (
    CannotMeasure,
    Channel,
    Condition,
    Floats,
    Landmarks,
    Movement,
    Side,
    Span,
)

#: A flag, and from and until when it holds.
Passing = tuple[str, float, float]

#: Upper and lower edge of each lid, in pairs: the person's own sides.
LIDS: dict[Side, tuple[tuple[int, int], ...]] = {
    "left": ((385, 380), (386, 374), (387, 373)),
    "right": ((160, 144), (159, 145), (158, 153)),
}
SIDES: tuple[Side, ...] = ("left", "right")
#: Least score of a face that is used.
LEAST_SCORE = 0.5
#: Turn from the camera beyond which the lids of the far eye are guessed. [D]
MAX_TURN_DEG = 40.0
#: Longest distance of pictures in 95 % of them for counting blinks (clinical-rules.md §1).
MAX_GAP_S = 0.050
#: The shut gap as a share of the open one, where no gentle closures were filmed. [D]
TYPICAL_SHUT = 0.1
#: Of all gaps without calibration, the quantile that is open: also where an eye is mostly shut.
OPEN_QUANTILE = 0.95
#: An eye whose open gap is below this share of the other's is flagged. Landmarks show a part of a
#: lid that hangs, less of it on dark skin: of rendered people 50 to 99 (chosen on 0 to 49), of
#: light skin 85 % of the lids that hung by half, all by 0.65 and 0.6 % of even ones fell below it,
#: of dark skin 42 %, 82 % and 0.1 %. Of conditions of 10 s simulated from these (people 50 to 99,
#: with blinks and a head that moves) 78 %, 99 % and 0.4 %, and 37 %, 76 % and 0.1 %. [D]
PTOSIS = 0.88
#: Below this gap of the wider eye, %, even lids read less alike, by its square, and so much less is
#: flagged: of 20 rendered people (even numbers 40 to 78; chosen on those below), light and dark
#: skin, even lids narrowed by 0.6 in 7 and 5 % (before, 30 and 17), by 0.8 in 0 and 7 (57 and 40);
#: of lids that hung alone as many as before. Both halves were in sight when this was set; of 20
#: people drawn afterwards (560 to 598), by 0.6 in 10 and 10 % (33 and 25), by 0.8 in 3 and 15 (60
#: and 45). [D]
NARROW_PCT = 7.5
#: Turn from the camera up to which even lids read even (there: 15 degrees and more). [D]
MAX_ASIDE_DEG = 25.0
#: Fewest closures that calibrate, and how much smaller the shut gap must be. [D]
LEAST_CLOSURES = 3
_LEAST_CHANGE = 0.35

#: Shortest time for which a condition is seen from the front that tells whether a lid hangs. [D]
LEAST_HANGS_S = 10.0

#: Flags of a whole channel.
UNCALIBRATED, UNEVEN, DROOPS = "uncalibrated", "too_uneven", "ptosis"


@dataclass(frozen=True, kw_only=True)
class LidRange:
    """The gap of each eye when open and when gently shut, in % of the distance of the eyes.

    Parameters
    ----------
    opened, shut : tuple of float
        Left and right; NaN for an eye that was not calibrated.
    n_closures : tuple of int
        Gentle closures behind it.
    """

    opened: tuple[float, float]
    shut: tuple[float, float]
    n_closures: tuple[int, int]


def range_of(landmarks: Landmarks, frames: NDArray[np.bool_]) -> LidRange:
    """Return the range of each lid from gentle closures.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``.
    frames : ndarray of bool, shape (n_frames,)
        The pictures of the segment in which the eyes are gently closed and opened.

    Raises
    ------
    CannotMeasure
        If fewer than three closures are seen in both eyes; where it is one, as with a lid that no
        longer shuts, only the other is calibrated.
    """
    gap, good = gaps(landmarks)
    found = [_levels(row[usable]) for row, usable in zip(gap, good & frames, strict=True)]
    seen = [n for *_, n in found]
    if max(seen) < LEAST_CLOSURES:
        raise CannotMeasure(
            f"The gentle closures cannot calibrate the eyes: {seen[0]} of the left and {seen[1]} "
            f"of the right were seen, {LEAST_CLOSURES} are needed. Film the whole face from the "
            "front, in good light; where the lids no longer shut, leave the segment out."
        )
    left, right = (f if f[2] >= LEAST_CLOSURES else _NONE for f in found)
    return LidRange(
        opened=(left[0], right[0]), shut=(left[1], right[1]), n_closures=(left[2], right[2])
    )


_NONE = (np.nan, np.nan, 0)


def _levels(values: Floats) -> tuple[float, float, int]:
    """Return the gap when open and when shut, and how often it was shut."""
    if not len(values):
        return _NONE
    low, high = np.quantile(values, [0.02, 0.98])
    middle = (low + high) / 2
    below = values < middle
    if not below.any() or below.all():
        return float(high), float(low), 0
    # Lids on their way lie between: of the lower ones, the lower half is shut.
    opened = float(np.median(values[~below]))
    shut = float(np.quantile(values[below], 0.25))
    n = int(np.count_nonzero(np.diff(below.astype(np.int8)) == 1) + below[0])
    moved = opened > 0 and opened - shut > _LEAST_CHANGE * opened
    return opened, shut, n if moved else 0


def gaps(landmarks: Landmarks) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the gap between the lids of each eye, and where it may be used.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``.

    Returns
    -------
    gap : ndarray, shape (2, n_frames)
        Left and right, in % of the distance of the eyes' outer corners; 0 where not good.
    good : ndarray of bool, same shape
        Seen, sure, and not turned from the camera by more than 40°.
    """
    gap, good, _ = _gaps(landmarks)
    return gap, good


def _gaps(landmarks: Landmarks) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what `gaps` does, and where the two eyes may be held against each other."""
    gap = np.zeros((2, landmarks.n_frames))
    good = np.zeros(gap.shape, dtype=bool)
    level = good.copy()
    face = landmarks.parts.get("face")
    if face is None or not face.seen.any():
        return gap, good, level
    seen = face.seen
    edges = np.array([LIDS[side] for side in SIDES])
    placed, facing = in_head(face, seen, edges.ravel().tolist())
    upper, lower = np.moveaxis(placed[..., 1].reshape(-1, *edges.shape), -1, 0)
    gap[:, seen] = (lower - upper).mean(axis=2).T
    good[:, seen] = facing >= np.cos(np.radians(MAX_TURN_DEG))
    level[:, seen] = facing >= np.cos(np.radians(MAX_ASIDE_DEG))
    good &= (face.score >= LEAST_SCORE) & np.isfinite(gap)
    return np.where(good, gap, 0.0), good, level & good


def lids(
    landmarks: Landmarks, *, limits: LidRange | None = None, segments: Iterable[Span] = ()
) -> Movement:
    """Return the closure of each eye, and how wide it is open.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``.
    limits : LidRange or None
        From gentle closures (`range_of`); None: open is the person's own widest, shut is typical.
    segments : iterable of Span
        Stretches of one condition each: whether a lid hangs is told in each condition for itself.

    Returns
    -------
    Movement
        Kind ``lid``. ``lid`` of each side: closure, 0 open to 1 shut, a little beyond where the
        eye opens wider or shuts harder. ``lid_opening`` of each side: the gap in % of the distance
        of the eyes' outer corners, good where the face is turned from the camera by up to 25°.
        Flags: ``uncalibrated``, of the closure; ``too_uneven`` where the pictures of the face lie
        more than 50 ms apart in more than 5 %; ``ptosis`` on an eye whose widest gap in pictures of
        a face that is turned by up to 25° is below 0.88 of the other's, of narrow eyes less (see
        `NARROW_PCT`): of the whole channel, or passing, in the conditions where it is. A condition
        seen for less than 10 s has the flag of the whole film.
    """
    gap, good, level = _gaps(landmarks)
    if not good.any():
        nothing = np.zeros((0, landmarks.n_frames))
        return Movement(kind="lid", channels=(), x=nothing, good=nothing.astype(bool))
    opened, shut = _range(gap, good, limits)
    with np.errstate(divide="ignore", invalid="ignore"):
        closure = (opened[:, None] - gap) / (opened - shut)[:, None]
    usable = good & np.isfinite(closure)
    flags = [
        (
            *(() if limits and limits.n_closures[row] else (UNCALIBRATED,)),
            *((UNEVEN,) if _uneven(landmarks.t_s, seen) else ()),
        )
        for row, seen in enumerate(good)
    ]
    hangs = _hanging(gap, level, landmarks, tuple(segments))
    told = list(zip(SIDES, flags, hangs, strict=True))
    return Movement(
        kind="lid",
        channels=(
            *(_channel("lid", side, "1", f, h) for side, f, h in told),
            # How wide an eye is open needs no gentle closures.
            *(
                _channel("lid_opening", side, "%", tuple(v for v in f if v != UNCALIBRATED), h)
                for side, f, h in told
            ),
        ),
        x=np.concatenate([np.where(usable, closure, 0.0), gap]),
        good=np.concatenate([usable, level]),
    )


def _opened(gap: Floats, good: NDArray[np.bool_]) -> Floats:
    """Return the gap of each eye when it is open."""
    return np.array(
        [
            np.quantile(g[m], OPEN_QUANTILE) if m.any() else np.nan
            for g, m in zip(gap, good, strict=True)
        ]
    )


def _range(gap: Floats, good: NDArray[np.bool_], limits: LidRange | None) -> tuple[Floats, Floats]:
    opened = _opened(gap, good)
    shut = TYPICAL_SHUT * opened
    if limits is None:
        return opened, shut
    known = np.array(limits.n_closures) > 0
    return np.where(known, limits.opened, opened), np.where(known, limits.shut, shut)


def _uneven(t_s: Floats, seen: NDArray[np.bool_]) -> bool:
    apart = np.diff(t_s[seen])
    return len(apart) == 0 or float(np.quantile(apart, 0.95)) > MAX_GAP_S + 1e-6


def _hanging(
    gap: Floats, level: NDArray[np.bool_], landmarks: Landmarks, segments: tuple[Span, ...]
) -> tuple[tuple[Passing, ...], ...]:
    """Return for each eye when it is open by less than the other; always, where that is all."""
    t_s = landmarks.t_s
    of: dict[Condition, NDArray[np.bool_]] = {}
    for span in segments:
        inside = (t_s >= span.start_s) & (t_s < span.stop_s)
        of[span.condition] = of.get(span.condition, False) | inside
    whole = _less(gap, level)
    found = {
        condition: _less(gap, level & inside)
        if (level & inside).all(axis=0).sum() >= LEAST_HANGS_S * landmarks.rate_hz
        else whole
        for condition, inside in of.items()
    }
    return tuple(
        ((DROOPS, -np.inf, np.inf),)
        if all(less[row] for less in found.values() or (whole,))
        else tuple((DROOPS, s.start_s, s.stop_s) for s in segments if found[s.condition][row])
        for row in range(len(gap))
    )


def _less(gap: Floats, seen: NDArray[np.bool_]) -> tuple[bool, ...]:
    """Tell of each eye whether it is open by less than the other, as of a lid that hangs."""
    mine = _opened(gap, seen)
    other = mine[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.maximum((NARROW_PCT / other) ** 2, 1.0)
    return tuple(bool(v) for v in mine < PTOSIS**times * other)


def _channel(
    site: str, side: Side, unit: str, flags: tuple[str, ...], hangs: tuple[Passing, ...]
) -> Channel:
    always = tuple(flag for flag, start, _ in hangs if start == -np.inf)
    return Channel(
        name=f"{site}_{side}",
        kind="lid",
        unit=unit,
        site=site,
        side=side,
        flags=(*flags, *always),
        passing=() if always else hangs,
    )
