"""Where the head is: landmarks of the face and the shoulders become angles and shifts.

The rotation between head and trunk comes from a rigid set of points of the upper face (forehead,
temples, corners of the eyes, bridge of the nose, cheekbones) laid on the person's own set, as seen
while the examiner held the head straight. What the landmark model gets wrong about this face, such
as a chin that looks lower than it is, is in both and cancels. Without such a segment, the set is
that of many faces, and the zero is less certain (flag ``zero_anatomical``).

Angles are those of `eutonia.dsp.rotation`: one decomposition, yaw, then pitch, then roll. The
camera is taken to stand level: the picture's upright is gravity's. How far the trunk is turned
cannot be seen well by one camera, because the body's landmarks turn with the head: taking their
word made a yaw of 30 degrees of rendered people wrong by 7 to 9. The trunk is taken to face as it
did at the zero, or else the camera; pictures in which the shoulders have visibly turned are left
out, and a film in which they have is flagged (``trunk_turned``). A smaller turn is only suspected,
from the shoulders at the zero of the same video, and said picture by picture (`head_trunk`). How
often the former is noticed is in docs/video/accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.hand_at_face import middle_and_half
from eutonia.derive.head_trunk import Shoulders, look_turned, shoulders_of
from eutonia.derive.trunk import PROFILE_DEG, Trunk, bridged, smooth, trunk, turned_away
from eutonia.dsp.rotation import (
    angles,
    fit,
    from_seen,
    mean_rotation,
    ray,
    seen_angles,
    turned,
    upright,
)
from eutonia.knowledge import table
from eutonia.model import (
    FACE_SMALL,
    CannotMeasure,
    Channel,
    Floats,
    Landmarks,
    Movement,
    Points,
    Side,
    Source,
)

#: Least score of a face that is used.
LEAST_SCORE = 0.5
#: Turn from the camera beyond which the landmarks no longer follow. [D]
MAX_TURN_DEG = 70.0
#: Tilt beyond which the landmarks have been laid on upside down. [D]
MAX_TILT_DEG = 110.0
#: Least seconds of a usable zero segment. [D]
LEAST_ZERO_S = 1.0
#: From the middle of the outer corners of the eyes to the base of the skull, in units of their
#: distance: right, up, forwards. [D]
_SKULL_BASE = np.array([0.0, -0.35, -1.0])
_EYES = (33, 263)
#: Least distance of these below which a face counts as small, pixels. [D]
SMALL_FACE_PX = 40.0
#: Largest yaw and pitch for which the correction grows; from the latter on looking up has its own.
_CORRECTED_TO, _UP_FROM = 60.0, 21.0
_HAND_OF_BODY = slice(15, 23)

#: Flags of a whole channel.
ZERO_ANATOMICAL, NO_TRUNK, NOT_IN_PROFILE = "zero_anatomical", "no_trunk", "not_in_profile"
TRUNK_TURNED = "trunk_turned"
#: Share of a turn and of a tilt of the head alone that the body's model takes for the shoulders'.
#: Means over rendered people 60 to 71.
_SPILT_YAW, _SPILT_ROLL = 0.3, 0.06
#: Least turn of the head of a person who sits sideways. [D]
_PROFILE_OF_HEAD = 45.0
#: The trunk counts as turned for a whole film where its yaw has changed by this much (three
#: standard deviations between people), or where this share of its pictures is left out. [D]
TURNED_DEG, TURNED_SHARE = 15.0, 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadZero:
    """The straight head: the person's own rigid face, and where the shoulders were.

    Parameters
    ----------
    shape : ndarray, shape (n_points, 3)
        The points of ``knowledge/head_points`` in the head's own axes; straight is no rotation.
    yaw_deg : float
        Turn of the straight head, and so of the trunk, from the camera.
    shoulders_deg : float
        Tilt of the line of the shoulders then; NaN where it was not seen.
    trunk_deg : float
        Turn of the trunk then as the body's model guesses it; NaN where it was not seen.
    lateral : float
        Head beside the middle of the shoulders then, in % of their width; NaN if not seen.
    heights : tuple of float
        Of the left and the right shoulder in the picture, in pixels, upwards; NaN if not seen.
    n_frames : int
        Pictures behind it.
    spread_deg : tuple of float
        Standard deviation of yaw, pitch and roll between them.
    filmed : tuple of Source
        In which video: heights and shoulders hold only there.
    shoulders : Shoulders
        How they looked then.
    """

    shape: Floats
    yaw_deg: float = 0.0
    shoulders_deg: float = 0.0
    trunk_deg: float = 0.0
    lateral: float = 0.0
    heights: tuple[float, float] = (np.nan, np.nan)
    n_frames: int = 0
    spread_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    filmed: tuple[Source, ...] = field(default=())
    shoulders: Shoulders = field(default=Shoulders())


def zero_of(landmarks: Landmarks, frames: NDArray[np.bool_]) -> HeadZero:
    """Return the zero from the pictures in which the examiner holds the head straight.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``, and ``body`` for the shoulders.
    frames : ndarray of bool, shape (n_frames,)
        The pictures of the segment.

    Raises
    ------
    CannotMeasure
        If the face was seen for less than a second of it.
    """
    face = landmarks.parts.get("face")
    use = frames & _usable(face) if face is not None else np.zeros(len(frames), dtype=bool)
    if face is None or use.sum() < LEAST_ZERO_S * landmarks.rate_hz:
        raise CannotMeasure(
            f"The face was seen for {use.sum() / max(landmarks.rate_hz, 1e-9):.1f} s of the "
            f"segment that sets the head's zero; at least {LEAST_ZERO_S:g} s are needed. Film it "
            "again, or leave the segment unmarked: then the anatomical zero is used."
        )
    generic = anatomical()
    points = _rigid(face, use)
    seen, scale, _ = fit(points, generic.shape)
    to_camera = _ray(face, use, landmarks)
    rotations = to_camera @ corrected(seen)
    yaw = float(angles(mean_rotation(rotations))[0])
    # What the model makes of a straight head that is seen along this ray is undone.
    to_head = uncorrected(to_camera.swapaxes(1, 2) @ turned(yaw)).swapaxes(1, 2)
    flat = (points - points.mean(axis=1, keepdims=True)) / scale[:, None, None]
    shape = np.median(np.einsum("nij,nkj->nki", to_head, flat), axis=0)
    body = trunk(landmarks)
    around = angles(turned(yaw).T @ rotations)
    zero = HeadZero(
        shape=shape + generic.shape.mean(axis=0) - shape.mean(axis=0),
        yaw_deg=yaw,
        shoulders_deg=_middle(body.roll[use]),
        trunk_deg=_middle(body.yaw[use] - _SPILT_YAW * angles(rotations)[:, 0]),
        heights=(_middle(body.height[use, 0]), _middle(body.height[use, 1])),
        n_frames=int(use.sum()),
        spread_deg=tuple(np.std(around, axis=0).tolist()),
        filmed=landmarks.sources,
    )
    lateral = _lateral(face, use, zero, body)
    near, to_the_side = np.full((2, landmarks.n_frames), np.nan)
    near[use], to_the_side[use] = fit(points, zero.shape)[1], angles(rotations)[:, 0]
    shoulders = shoulders_of(body, near, to_the_side)
    return HeadZero(**{**vars(zero), "lateral": _middle(lateral), "shoulders": shoulders})


def anatomical() -> HeadZero:
    """Return the zero of many faces, for where the examiner set none."""
    return HeadZero(shape=np.array(table("head_points")["shape"], dtype=np.float64))


def head(landmarks: Landmarks, *, zero: HeadZero | None = None) -> Movement:
    """Return where the head is, against the trunk, gravity and the camera.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``; ``body`` gives the trunk, hands and body what hides the face.
    zero : HeadZero, optional
        From `zero_of`; without it the anatomical zero is used (flag ``zero_anatomical``).

    Returns
    -------
    Movement
        Kind ``head``. In degrees: ``yaw``, ``pitch``, ``roll`` against the trunk (flag ``no_trunk``
        where the shoulders are not seen: then against gravity and the camera; ``trunk_turned``
        where the trunk does not face as it did at the zero; ``face_small`` where the eyes are less
        than `SMALL_FACE_PX` apart), ``pitch_gravity``, ``roll_gravity``,
        ``yaw_camera``. In % of the distance of the shoulders: ``shift_lateral`` (to the person's
        right), ``shift_sagittal`` (base of the skull before the shoulders; only from a profile,
        else flag ``not_in_profile``) and ``shoulder``, left and right (upwards; not while a hand
        is raised). ``face_hidden``: 1 where a hand is before the
        face. ``trunk_turned``: 1 where the shoulders look turned since the zero of this video.
    """
    n = landmarks.n_frames
    face = landmarks.parts.get("face")
    flags = {ZERO_ANATOMICAL} if zero is None else set()
    zero = zero or anatomical()
    body = trunk(landmarks)
    if not body.seen:
        flags.add(NO_TRUNK)
    x = np.zeros((len(_SITES), n))
    good = np.zeros(x.shape, dtype=bool)
    use = _usable(face) if face is not None else np.zeros(n, dtype=bool)
    if face is not None and use.any():
        found, away, near_px = _turns(face, use, zero, body, landmarks)
        upright_face = np.abs(found[4]) <= MAX_TILT_DEG
        near = (np.abs(found[5]) <= MAX_TURN_DEG) & upright_face & ~away
        if _has_turned(body.yaw[use], found[5], zero, away):
            flags.add(TRUNK_TURNED)
        if _eyes_apart(face, use) < SMALL_FACE_PX:
            flags.add(FACE_SMALL)
        x[:6, use], good[:6, use] = found, near
        good[5, use] = upright_face
        aside = _lateral(face, use, zero, body) - (zero.lateral if zero.n_frames else 0.0)
        x[6, use] = _true_shift("lateral", aside, yaw=found[0], roll=found[2])
        good[6, use] = near
        if _same(zero, landmarks):
            to_camera = np.full(n, np.nan)
            to_camera[use] = found[5]
            told = look_turned(body, near_px, to_camera, zero=zero.shoulders, landmarks=landmarks)
            x[10], good[10] = told, True
    x[7] = _true_shift("forward", body.forward)
    x[8:10] = _true_shift("shoulder", _elevation(body, zero, landmarks))
    x[11] = _hidden(landmarks, use)
    good[7:10] = good[11] = True
    good &= np.isfinite(x)
    own = [flags] * 7 + [set() if good[7].any() else {NOT_IN_PROFILE}]
    own += [set() if _level_known(zero, landmarks) else {ZERO_ANATOMICAL}] * 2 + [set()] * 2
    channels = tuple(
        Channel(name=name, kind="head", unit=unit, site=site, side=side, flags=tuple(sorted(f)))
        for (name, site, side, unit), f in zip(_SITES, own, strict=True)
    )
    return Movement(kind="head", channels=channels, x=np.where(good, x, 0.0), good=good)


_SITES: tuple[tuple[str, str, Side, str], ...] = (
    *((a, a, "midline", "deg") for a in ("yaw", "pitch", "roll")),
    *((a, a, "midline", "deg") for a in ("pitch_gravity", "roll_gravity", "yaw_camera")),
    *((a, a, "midline", "%") for a in ("shift_lateral", "shift_sagittal")),
    ("shoulder_left", "shoulder", "left", "%"),
    ("shoulder_right", "shoulder", "right", "%"),
    ("trunk_turned", "trunk_turned", "midline", "1"),
    ("face_hidden", "face_hidden", "midline", "1"),
)


def _eyes_apart(face: Points, use: NDArray[np.bool_]) -> float:
    """Return the usual distance of the outer corners of the eyes, pixels."""
    left, right = np.moveaxis(face.some(_EYES, use, axes=2), 1, 0)
    return float(np.median(np.linalg.norm(left - right, axis=1)))


def _usable(face: Points) -> NDArray[np.bool_]:
    return face.seen & (face.score >= LEAST_SCORE)


def _rigid(face: Points, use: NDArray[np.bool_]) -> Floats:
    """Return the rigid points of some pictures, ``(n, n_points, 3)``, in upright axes."""
    return upright(face.some(table("head_points")["points"], use))


def _ray(face: Points, use: NDArray[np.bool_], landmarks: Landmarks) -> Floats:
    xy = face.some(table("head_points")["points"], use, axes=2)
    return ray(xy.mean(axis=1), width=landmarks.width, height=landmarks.height)


def _turns(
    face: Points, use: NDArray[np.bool_], zero: HeadZero, body: Trunk, landmarks: Landmarks
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Return six angles of some pictures, ``(6, n)``, where the trunk turned away, and sizes.

    Those of the face in pixels, ``(n_frames,)``.
    """
    seen, scale, _ = fit(_rigid(face, use), zero.shape)
    rotation = _ray(face, use, landmarks) @ corrected(seen)
    facing = turned(zero.yaw_deg)
    of_gravity = angles(facing.T @ rotation)
    tilt, near = (np.full(len(use), np.nan) for _ in range(2))
    tilt[use], near[use] = of_gravity[:, 2], scale
    spilt = _SPILT_ROLL * smooth(tilt, use, landmarks)[use]
    tilted = facing @ turned(0.0, 0.0, _trunk_roll(body, zero, use, spilt, landmarks))
    of_trunk = angles(tilted.swapaxes(1, 2) @ rotation)
    of_camera = angles(rotation)
    found = np.stack([*of_trunk.T, of_gravity[:, 1], of_gravity[:, 2], of_camera[:, 0]])
    return found, turned_away(body, near, landmarks)[use], near


def _has_turned(yaw: Floats, of_head: Floats, zero: HeadZero, away: NDArray[np.bool_]) -> bool:
    """Tell whether the trunk, as the body's model guesses its turn, left where it was at zero."""
    # A profile, head and trunk, is filmed on purpose.
    front = (np.abs(yaw) < PROFILE_DEG) | (np.abs(of_head) < _PROFILE_OF_HEAD)
    front &= np.isfinite(yaw)
    if not front.any():
        return False
    at_zero = zero.trunk_deg if np.isfinite(zero.trunk_deg) else 0.0
    moved = _middle((yaw - _SPILT_YAW * of_head)[front]) - at_zero
    return bool(away[front].mean() > TURNED_SHARE or abs(moved) >= TURNED_DEG)


def corrected(seen: Floats) -> Floats:
    """Return rotations without what the landmark model is known to make of a turned head.

    Nine coefficients of ``knowledge/head_correction``, the same for everybody: mostly a nod that
    reads a fifth too small. What a face that is flatter or deeper adds to it cannot be known from
    its landmarks, and stays in the error.
    """
    found = seen_angles(seen)
    return from_seen(found + _added(found))


def uncorrected(true: Floats) -> Floats:
    """Return the rotations that the landmark model makes of true ones: undoes `corrected`."""
    wanted = seen_angles(true)
    found = wanted
    for _ in range(20):
        found = wanted - _added(found)
    return from_seen(found)


def _added(seen: Floats) -> Floats:
    """Return what is added to yaw, pitch and roll as seen, ``(..., 3)``."""
    y, p = np.moveaxis(np.clip(seen[..., :2], -_CORRECTED_TO, _CORRECTED_TO) / 30.0, -1, 0)
    u = np.maximum(p - _UP_FROM / 30.0, 0.0)
    terms = {"y": y, "p": p, "p2": p**2, "p3": p**3, "y2": y**2, "yp": y * p}
    terms |= {"u2": u**2, "u3": u**3}
    known = table("head_correction")
    axes = ("yaw", "pitch", "roll")
    return np.stack([sum(c * terms[t] for t, c in known[a].items()) for a in axes], axis=-1)


def _trunk_roll(
    body: Trunk, zero: HeadZero, use: NDArray[np.bool_], spilt: Floats, landmarks: Landmarks
) -> Floats:
    """Return how far the shoulders have tilted since the zero, bridged over gaps.

    A raised hand tilts what is seen as the shoulders, by up to 5 degrees on rendered people: while
    it is up, as for a trick, the trunk is taken to be tilted as before and after.
    """
    hands_down: Floats = np.isfinite(body.height).astype(np.float64).min(axis=1)
    # The tilt is a mean over a second: a hand counts as long as it is in it.
    level = smooth(hands_down, np.ones(len(hands_down), dtype=np.bool_), landmarks) > 1 - 1e-9
    there = np.flatnonzero(np.isfinite(body.roll) & level)
    if not body.seen or not len(there) or not np.isfinite(zero.shoulders_deg):
        return np.zeros(int(use.sum()))
    now = np.flatnonzero(use)
    # Where a tilt is borrowed, so is what the head's own tilt made of it.
    lent = np.interp(now, there, np.interp(there, now, spilt))
    spilt = np.where(level[use], spilt, lent)
    return np.asarray(np.interp(now, there, body.roll[there]) - zero.shoulders_deg - spilt)


def _lateral(face: Points, use: NDArray[np.bool_], zero: HeadZero, body: Trunk) -> Floats:
    """Return how far the base of the skull lies to the person's right of the mid-shoulders, %."""
    points = _rigid(face, use)
    seen, scale, _ = fit(points, zero.shape)
    eyes = [table("head_points")["points"].index(p) for p in _EYES]
    between = zero.shape[eyes]
    away = between.mean(axis=0) - zero.shape.mean(axis=0)
    away = away + np.linalg.norm(between[0] - between[1]) * _SKULL_BASE
    base = points.mean(axis=1) + scale[:, None] * (seen @ away)
    aside = base[:, :2] * [1, -1] - body.middle[use]
    roll = np.radians(np.where(np.isfinite(body.roll[use]), body.roll[use], 0.0))
    along = aside[:, 0] * np.cos(roll) - aside[:, 1] * np.sin(roll)
    return np.asarray(-100 * along / body.width)


def _true_shift(what: str, seen: Floats, **turned_by: Floats) -> Floats:
    """Return a shift without what the body's model is known to make of it.

    Its shoulders follow the head, and the head its shoulders, so that two thirds of a shift are
    seen, and a turn or tilt of the head looks like one; see ``knowledge/shift_correction``.
    """
    known = table("shift_correction")[what]
    spilt = sum((known[axis] * angle for axis, angle in turned_by.items()), known["straight"])
    return np.asarray((seen - spilt) / known["read"])


def _elevation(body: Trunk, zero: HeadZero, landmarks: Landmarks) -> Floats:
    """Return how high each shoulder stands above its zero, ``(2, n_frames)``, in % of the width.

    Without their height at a zero of the same video: above the mean of both.
    """
    level = (
        np.array(zero.heights)
        if _level_known(zero, landmarks)
        else body.height.mean(axis=1, keepdims=True)
    )
    return np.asarray(100 * (body.height - level).T / body.width)


def _level_known(zero: HeadZero, landmarks: Landmarks) -> bool:
    """Tell whether both shoulders were seen, hands down, at the zero of this video."""
    return _same(zero, landmarks) and bool(np.isfinite(zero.heights).all())


def _same(zero: HeadZero, landmarks: Landmarks) -> bool:
    """Tell whether the zero was set in this video."""
    return zero.n_frames > 0 and zero.filmed == landmarks.sources


def _hidden(landmarks: Landmarks, use: NDArray[np.bool_]) -> Floats:
    """Return 1 where a point of a hand lies before the face, NaN where no hand can be known."""
    face, parts = landmarks.parts.get("face"), landmarks.parts
    hidden = np.full(landmarks.n_frames, np.nan)
    looked = [parts[p] for p in ("body", "left_hand", "right_hand") if p in parts]
    if face is None or not use.any() or not looked:
        return hidden
    # A face that is lost behind a hand is looked for where it was last.
    last = np.maximum.accumulate(np.where(use, np.arange(len(use)), -1))
    centre, half = (row[last] for row in middle_and_half(face))
    for part in looked:
        which = _HAND_OF_BODY if part is parts.get("body") else slice(None)
        points = np.asarray(part.xyz[:, which, :2], dtype=np.float64)
        there = np.isfinite(points[..., 0])
        if part is parts.get("body"):
            if part.visible is not None:
                there &= part.visible[:, which] >= LEAST_SCORE
            hidden[part.seen] = np.fmax(hidden[part.seen], 0.0)
        away = ((points - centre[:, None]) / half[:, None]) ** 2
        inside = ((away.sum(axis=2) < 1) & there).any(axis=1)
        hidden[there.any(axis=1)] = np.fmax(hidden, inside)[there.any(axis=1)]
    hidden = np.where(last >= 0, hidden, np.nan)
    return np.ceil(bridged(hidden, landmarks.t_s))


def _middle(x: Floats) -> float:
    x = x[np.isfinite(x)]
    return float(np.median(x)) if len(x) else np.nan
