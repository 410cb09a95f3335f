"""Where a hand is against the face: near the head, or over the lips.

The model of the face gives all its points, seen or not, and stays sure of them behind a hand (score
1.00 on rendered people with a hand over the mouth): only the hand's own points tell. What is not a
hand, such as a cup that is held from below or a microphone, is not seen at all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Channel, Floats, Landmarks, Movement, Points

#: Site and name of the channel of the head: 1 where a hand is near.
SITE = "hand_at_head"
#: Farthest that a point of a hand that is at the head lies from the middle of the face, in half
#: sizes of the face: of the hand's own points, and of the body's, which end at the knuckles. On
#: rendered people (60 and 62 to 64) fingers at chin and cheek were at 0.9 to 1.3, at the side of
#: the neck at 1.8 to 2, the knuckles at 1.6 to 2.5. [D]
AT_HEAD, KNUCKLES_AT_HEAD = 2.2, 2.6
#: A hand is over the lips where it is nearer than this, in % of the distance between the eyes'
#: outer corners; fingers at chin and cheek were off by 40 or more on those people. [D]
OVER_LIPS = 10.0
#: Seconds around a look for which it holds: bodies and hands are looked for less often.
HOLD_S = 0.3
#: Score, or visibility, from which a point is believed.
_LEAST = 0.5
_OF_BODY = slice(15, 23)
#: First point of the irises.
_IRIS = 468
_RIM = (61, 40, 0, 270, 291, 321, 17, 91)  # of the lips, in turn
#: Bones of a hand by the points at their ends; the last five close the palm.
_BONES = np.array(
    [(f + k, f + k + 1) for f in (1, 5, 9, 13, 17) for k in range(3)]
    + [(0, 1), (0, 5), (0, 9), (0, 13), (0, 17), (5, 9), (9, 13), (13, 17)]
)
_ALONG = np.linspace(0, 1, 5)[:, None]


def with_hand(of_head: Movement, landmarks: Landmarks) -> Movement:
    """Return the head's movement with a channel more: 1 where a hand is at the head.

    Such a hand is raised, whatever the body's model says of it: there the height of the shoulders
    is not good.

    Parameters
    ----------
    of_head : Movement
    landmarks : Landmarks
        Of the same pictures.
    """
    near = at_head(landmarks)
    known = np.isfinite(near)
    if not known.any():
        return of_head
    added = Channel(name=SITE, kind="head", unit="1", site=SITE, side="midline")
    raises = np.array([c.site == "shoulder" for c in of_head.channels])[:, None] & (near == 1)
    good = of_head.good & ~raises
    return replace(
        of_head,
        channels=(*of_head.channels, added),
        x=np.vstack([np.where(good, of_head.x, 0.0), np.where(known, near, 0.0)]),
        good=np.vstack([good, known]),
    )


def at_head(landmarks: Landmarks) -> Floats:
    """Return 1 where a hand is within about a hand's length of the face, ``(n_frames,)``.

    NaN where neither body nor hand was seen, or no face.
    """
    of_hand, of_body = np.full((2, landmarks.n_frames), np.nan)
    face, middle, half = _face(landmarks)
    if face is None:
        return of_hand
    body = landmarks.parts.get("body")
    for part in _hands(landmarks):
        use = face & part.seen
        near = _within(part.xyz[use], middle[use], half[use], AT_HEAD)
        of_hand[use] = np.fmax(of_hand[use], near)
    if body is not None:
        use = face & body.seen
        points = np.array(body.xyz[use][:, _OF_BODY], dtype=np.float64)
        if body.visible is not None:
            points[np.asarray(body.visible[use][:, _OF_BODY]) < _LEAST] = np.nan
        of_body[use] = _within(points, middle[use], half[use], KNUCKLES_AT_HEAD)
    # Each by itself: a body that is looked at between two looks at the hands may miss the hand.
    return np.fmax(_holding(of_hand, landmarks.t_s), _holding(of_body, landmarks.t_s))


def _holding(near: Floats, t_s: Floats) -> Floats:
    """Return looks that are less frequent than pictures, each until the next, for `HOLD_S`."""
    looked = np.where(np.isfinite(near), np.arange(len(near)), -1)
    last = np.maximum.accumulate(looked)
    fresh = (last >= 0) & (t_s - t_s[last] <= HOLD_S)
    return np.where(fresh, near[last], np.nan)


def over_lips(landmarks: Landmarks) -> NDArray[np.bool_]:
    """Tell where a hand hides the lips, ``(n_frames,)``, as far as hands were looked for."""
    face, t_s = landmarks.parts.get("face"), landmarks.t_s
    hidden = np.zeros(landmarks.n_frames, dtype=np.bool_)
    if face is None:
        return hidden
    there: NDArray[np.bool_] = np.zeros(landmarks.n_frames, dtype=np.bool_)
    for part in _hands(landmarks):
        for i in np.flatnonzero(face.seen & part.seen & (part.score >= _LEAST)):
            eyes = np.linalg.norm(face.xyz[i, 33, :2] - face.xyz[i, 263, :2])
            rim = np.asarray(face.xyz[i, _RIM, :2], dtype=np.float64)
            there[i] |= _apart(_outline(part.xyz[i]), rim) < OVER_LIPS / 100 * eyes
    for at in t_s[there]:
        hidden |= np.abs(t_s - at) <= HOLD_S
    return hidden


def without_hidden(
    moved: Movement, hidden: NDArray[np.bool_], *, units: Collection[str] = ()
) -> Movement:
    """Return a movement without the pictures in which a hand hides the lips.

    `units` are those of the channels that this spoils; empty: of all. A hand over the lips of a
    still head turned it by up to 7 degrees (rendered person 309).
    """
    spoilt = np.array([not units or c.unit in units for c in moved.channels])
    good = moved.good & ~(spoilt[:, None] & hidden)
    return replace(moved, good=good, x=np.where(good, moved.x, 0.0))


def _hands(landmarks: Landmarks) -> list[Points]:
    return [landmarks.parts[p] for p in ("left_hand", "right_hand") if p in landmarks.parts]


def _face(landmarks: Landmarks) -> tuple[NDArray[np.bool_] | None, Floats, Floats]:
    """Return where a face is or was last, its middle and half its size, ``(n_frames, 2)``."""
    nothing = np.zeros((landmarks.n_frames, 2))
    face = landmarks.parts.get("face")
    if face is None or not face.seen.any():
        return None, nothing, nothing
    # A face that is lost behind a hand is looked for where it was last.
    last = np.maximum.accumulate(np.where(face.seen, np.arange(landmarks.n_frames), -1))
    middle, half = (row[last] for row in middle_and_half(face))
    return last >= 0, middle, half


def middle_and_half(face: Points) -> tuple[Floats, Floats]:
    """Return the middle of a face in the picture, and half its width and height, ``(n_frames, 2)``.

    Without the irises, which come after the other points.
    """
    xy = face.xyz[:, :_IRIS, :2]
    low, high = (edge.astype(np.float64) for edge in (xy.min(axis=1), xy.max(axis=1)))
    return (low + high) / 2, (high - low) / 2


def _within(xyz: NDArray[np.floating], middle: Floats, half: Floats, most: float) -> Floats:
    """Return 1 where a point lies within so many half sizes of the middle, ``(n,)``."""
    away = ((np.asarray(xyz[..., :2], dtype=np.float64) - middle[:, None]) / half[:, None]) ** 2
    return np.asarray((away.sum(axis=2) < most**2).any(axis=1), dtype=np.float64)


def _outline(hand: NDArray[np.floating]) -> Floats:
    """Return points along the bones of one hand, ``(n, 2)``."""
    a, b = (np.asarray(hand[_BONES[:, k], :2], dtype=np.float64) for k in (0, 1))
    return np.asarray((a[:, None] * (1 - _ALONG) + b[:, None] * _ALONG).reshape(-1, 2))


def _apart(points: Floats, rim: Floats) -> float:
    """Return how far the nearest point lies outside a convex outline; below 0 inside."""
    start, side = rim, np.roll(rim, -1, axis=0) - rim
    along = points[:, None] - start
    cross = side[:, 0] * along[..., 1] - side[:, 1] * along[..., 0]
    inside = (cross >= 0).all(axis=1) | (cross <= 0).all(axis=1)
    share = np.clip((along * side).sum(axis=2) / (side**2).sum(axis=1), 0, 1)
    away = np.linalg.norm(along - share[..., None] * side, axis=2).min(axis=1)
    return float(np.where(inside, -away, away).min())
