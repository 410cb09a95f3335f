"""The trunk, as the shoulders of the 33 points of the body show it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Landmarks, Points

LEFT, RIGHT = 11, 12
_EARS, _WRISTS = (7, 8), (15, 16)
#: Each of the 33 points on the other side: nose, three of each eye, then left and right in turn.
_OTHER_SIDE = (0, 4, 5, 6, 1, 2, 3, *(k + 1 if k % 2 else k - 1 for k in range(7, 33)))
#: A wrist lower than this below its shoulder, in widths of the shoulders, is not raised. [D]
HANGING = 0.25
#: Least visibility of both shoulders, and least share of the pictures in which they must be seen.
LEAST_VISIBLE, LEAST_SHARE = 0.5, 0.5
#: Seconds over which the trunk is averaged: it turns slowly, and its depth is noisy. [D]
SMOOTH_S = 1.0
#: Longest stretch between two looks at the body over which its place is filled in: it is looked at
#: ten times a second where the face is what counts (``knowledge/video_parts``), and one look may be
#: in vain. [D]
BRIDGED_S = 0.25
#: Turn of the trunk from the camera from which a picture counts as a profile. [D]
PROFILE_DEG = 60.0
#: Share of the width from the front below which shoulders may be in profile: cos 60 degrees.
NARROW = 0.5
#: Turn of the trunk beyond which shoulders are seen to be narrow: a turn of 25 degrees changes the
#: width by 9 %, one of the head alone to 45 degrees by 4 % (rendered people 60 to 71).
AWAY_DEG = 25.0
#: A turn beyond this is a person taken to be seen from behind, which no face can be. [D]
BEHIND_DEG = 135.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Trunk:
    """Where the shoulders are, picture by picture; NaN where they are not seen.

    Parameters
    ----------
    roll : ndarray, shape (n_frames,)
        Tilt of the line of the shoulders in the picture, in degrees, averaged over a second; signs
        as for the head.
    yaw : ndarray, shape (n_frames,)
        Turn from the camera as the body's model guesses it from depth, in degrees: half of a turn
        of the head alone is in it, so that only a median over the film says something.
    wide : ndarray, shape (n_frames,)
        Between the shoulders in the picture, in pixels.
    middle : ndarray, shape (n_frames, 2)
        Between the shoulders, in pixels; filled in between two looks.
    height : ndarray, shape (n_frames, 2)
        Of the left and the right shoulder in the picture, in pixels, upwards; filled in. NaN while
        a hand is raised, as to the face: both shoulders then look higher than they are.
    width : float
        Between the shoulders if they were seen from the front, in pixels; NaN where never seen.
    forward : ndarray, shape (n_frames,)
        Ears before the shoulders, in % of the width; NaN but in profile; filled in.
    """

    roll: Floats
    yaw: Floats
    wide: Floats
    middle: Floats
    height: Floats
    width: float
    forward: Floats

    @property
    def seen(self) -> bool:
        """Whether the shoulders can serve as a reference."""
        return bool(np.isfinite(self.roll).mean() >= LEAST_SHARE)


def trunk(landmarks: Landmarks) -> Trunk:
    """Read the trunk from the shoulders.

    Parameters
    ----------
    landmarks : Landmarks
        With ``body``; without it nothing is seen.
    """
    n = landmarks.n_frames
    body = landmarks.parts.get("body")
    if body is None or not body.seen.any():
        nothing = np.full(n, np.nan)
        return Trunk(
            roll=nothing,
            yaw=nothing,
            wide=nothing,
            middle=np.full((n, 2), np.nan),
            height=np.full((n, 2), np.nan),
            width=np.nan,
            forward=nothing,
        )
    body = _put_right(body, landmarks.parts.get("face"))
    picture = np.asarray(body.xyz, dtype=np.float64) * [1, -1, -1]
    world = (
        picture if body.world is None else np.asarray(body.world, dtype=np.float64) * [1, -1, -1]
    )
    # Shoulders of somebody else say nothing about this head.
    usable = body.seen & ~landmarks.strangers & np.isfinite(world[:, 0, 0])
    if body.visible is not None:
        usable &= body.visible[:, [LEFT, RIGHT]].min(axis=1) >= LEAST_VISIBLE
    across, deep = picture[:, LEFT] - picture[:, RIGHT], world[:, LEFT] - world[:, RIGHT]
    yaw = np.degrees(np.arctan2(deep[:, 2], deep[:, 0]))
    usable &= np.abs(yaw) < BEHIND_DEG
    # Depth is guessed; the left shoulder right of the other in the picture is seen.
    facing = usable & (across[:, 0] > 0)
    roll = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    wide = np.hypot(across[:, 0], across[:, 1])
    # Turned shoulders look narrower: the widest tenth is the width from the front.
    width = float(np.quantile(wide[facing], 0.9)) if facing.any() else np.nan
    profile = usable & (np.abs(yaw) >= PROFILE_DEG) & (wide < NARROW * width)
    return Trunk(
        roll=smooth(roll, facing, landmarks),
        yaw=_only(yaw, usable),
        # Shoulders that have changed sides in the picture are turned by more than 90 degrees.
        wide=_only(np.where(across[:, 0] > 0, wide, 0.0), usable),
        middle=bridged(
            _only(picture[:, [LEFT, RIGHT], :2].mean(axis=1) * [1, -1], usable), landmarks.t_s
        ),
        height=bridged(
            _only(picture[:, [LEFT, RIGHT], 1], usable & ~_raised(body, picture, width)),
            landmarks.t_s,
        ),
        width=width,
        forward=bridged(_only(_forward(world, yaw), profile), landmarks.t_s),
    )


def put_right(landmarks: Landmarks) -> Landmarks:
    """Return landmarks whose body has the sides that `trunk` reads, to be shown to who checks them.

    Parameters
    ----------
    landmarks : Landmarks
        Changed only where a face is seen and the body's model sees a back.
    """
    body = landmarks.parts.get("body")
    if body is None:
        return landmarks
    right = _put_right(body, landmarks.parts.get("face"))
    return replace(landmarks, parts={**landmarks.parts, "body": right})


def _put_right(body: Points, face: Points | None) -> Points:
    """Return the body, its sides exchanged where a face is seen and the model sees a back.

    Of a head that is bent far down the model sees too little of the face, and takes the person to
    stand with the back to the camera: left and right are then exchanged.
    """
    if face is None:
        return body
    world = np.asarray(body.xyz if body.world is None else body.world, dtype=np.float64)
    across = world[:, LEFT] - world[:, RIGHT]
    # The world's third axis points away from the camera.
    behind = np.abs(np.degrees(np.arctan2(-across[:, 2], across[:, 0]))) >= BEHIND_DEG
    behind &= body.seen & face.seen
    if not behind.any():
        return body

    def exchanged(x: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        if x is None:
            return None
        out = np.array(x)
        out[behind] = out[behind][:, _OTHER_SIDE]
        return out

    return replace(
        body,
        xyz=np.asarray(exchanged(body.xyz)),
        world=exchanged(body.world),
        visible=exchanged(body.visible),
    )


def _raised(body: Points, picture: Floats, width: float) -> NDArray[np.bool_]:
    """Tell in which pictures a hand is raised to the height of its shoulder or nearly so."""
    below = picture[:, [LEFT, RIGHT], 1] - picture[:, list(_WRISTS), 1]
    raised = below < HANGING * width
    if body.visible is not None:
        raised &= body.visible[:, list(_WRISTS)] >= LEAST_VISIBLE
    return np.asarray(raised.any(axis=1))


def turned_away(body: Trunk, near: Floats, landmarks: Landmarks) -> NDArray[np.bool_]:
    """Tell in which pictures the trunk has turned from the camera by 25 degrees or more.

    There the shoulders are narrow against their own width from the front and against the size of
    the face: somebody who steps back is no narrower than the face, and a face that looks larger
    when it is lifted makes no shoulders narrow.

    Parameters
    ----------
    body : Trunk
    near : ndarray, shape (n_frames,)
        Size of the face in pixels, NaN where it was not seen.
    landmarks : Landmarks
        For the rate.
    """
    at_once = np.isfinite(near) & np.isfinite(body.wide)
    away = at_once.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for width in (body.wide, body.wide / near):
            if not (front := width[at_once & (width > 0)]).size:
                return away & False
            least = np.cos(np.radians(AWAY_DEG)) * np.quantile(front, 0.9)
            away &= smooth(width, at_once, landmarks) < least
    return away


def _forward(world: Floats, yaw: Floats) -> Floats:
    """Return how far the ears stand before the shoulders along the picture, in % of the width."""
    ears, shoulders = (world[:, list(p)] for p in (_EARS, (LEFT, RIGHT)))
    ahead = (ears.mean(axis=1) - shoulders.mean(axis=1))[:, 0]
    width = np.nanmedian(np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=1))
    # Turned to the own right, the person looks to the left of the picture.
    forward: Floats = -np.sign(yaw) * 100 * ahead / width
    return forward


def smooth(x: Floats, usable: NDArray[np.bool_], landmarks: Landmarks) -> Floats:
    """Return the mean of usable values over `SMOOTH_S`; NaN where there is none."""
    half = max(1, round(SMOOTH_S * landmarks.rate_hz)) // 2
    usable = usable & np.isfinite(x)
    sums = [
        np.concatenate([[0.0], np.cumsum(np.where(usable, v, 0.0))]) for v in (x, np.ones_like(x))
    ]
    at = np.arange(len(x))
    first, last = np.maximum(at - half, 0), np.minimum(at + half + 1, len(x))
    total, count = (s[last] - s[first] for s in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = np.where(count > 0, total / count, np.nan)
    return mean


def bridged(x: Floats, t_s: Floats) -> Floats:
    """Return values with those between two looks on a line; longer gaps stay NaN.

    Parameters
    ----------
    x : ndarray, shape (n_frames,) or (n_frames, n)
        NaN where nothing was seen.
    t_s : ndarray, shape (n_frames,)
        When, in seconds.
    """
    there = np.flatnonzero(np.isfinite(x).reshape(len(x), -1).all(axis=1))
    if len(there) < 2:
        return x
    after = np.searchsorted(there, np.arange(len(x))).clip(1, len(there) - 1)
    before, after = there[after - 1], there[after]
    near = (before < np.arange(len(x))) & (np.arange(len(x)) < after)
    near &= t_s[after] - t_s[before] <= BRIDGED_S
    rows = x.reshape(len(x), -1).T
    line = np.stack([np.interp(t_s, t_s[there], row[there]) for row in rows], axis=-1)
    return np.where(near.reshape(-1, *[1] * (x.ndim - 1)), line.reshape(x.shape), x)


def _only(x: Floats, usable: NDArray[np.bool_]) -> Floats:
    return np.where(usable.reshape(-1, *[1] * (x.ndim - 1)), x, np.nan)
