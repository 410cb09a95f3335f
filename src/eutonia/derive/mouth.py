"""Mouth and jaw: landmarks of the face become distances in the head's own frame.

Turning, tilting, nodding, moving and scaling of the head are removed by laying eyes and nose of
each picture (corners of the eyes, the nose and its wings: nothing that the jaw moves) on the
person's own mean. Distances are in % of that between the outer corners of
the eyes (about 90 mm in adults [M]), which does not move with the mouth. The midline is that of
eyes and nose; + is the person's right, or up, or open. The model of the face draws chin and corners
of a turned or nodding head aside, and the chin with a pulled corner, in all people much alike:
that mean is taken off (`OF_TURN`, `CHIN_WITH_CORNERS`).

The tongue, the platysma and the teeth are not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import angles, upright
from eutonia.model import Channel, Floats, Landmarks, Movement, Points, Side

#: Pairs of the middle of the face (person's right, left): corners of the eyes, wings of the nose.
#: With forehead and temples in their place, a head turned by 20° moved a straight jaw by 7 instead
#: of 2 % (rendered people 0 to 2).
PAIRS = ((33, 263), (133, 362), (98, 327), (64, 294))
#: The midline from between the eyes down the nose to its base.
MIDLINE = (8, 168, 6, 197, 195, 5, 4, 1, 2)
_STABLE = (*(right for right, _ in PAIRS), *(left for _, left in PAIRS), *MIDLINE)
_HAIRLINE, _BASE_OF_NOSE = 10, 2
#: Chin: its lowest point and those around it.
CHIN = (152, 148, 377, 175)
_CORNERS: dict[Side, int] = {"right": 61, "left": 291}
_UPPER, _LOWER = (0, 13), (14, 17)  # outer and inner edge of each lip, on the midline
#: Beyond this angle between face and camera, half of the mouth is guessed (our rule [D]).
MAX_TURN_DEG = 40.0
#: Beyond this one nothing is said about the sides: a straight jaw of a head turned by 20° reads up
#: to 3 % to one side (rendered people), of one turned by 40° up to 7 % (a real one). [D]
MAX_ASIDE_DEG = 25.0
#: What is a matter of the sides.
ASIDE = ("jaw_deviation", "corner_out", "corner_up")
#: How the face is turned from the camera, which is what was taken off: it leaves a rest.
HEAD = ("head_yaw", "head_pitch", "head_roll")
#: The gap of the lids, beside which the model of the face moves a still chin.
LIDS = "lid_gap"
#: Upper and lower edges of the lids of both eyes.
_LIDS = ((385, 386, 387, 160, 159, 158), (380, 374, 373, 144, 145, 153))
#: Points that say how a face lies in its frame, and those whose distances are taken.
_OF_FRAME = (*_STABLE, _HAIRLINE)
_READ = (*CHIN, *_CORNERS.values(), *_UPPER, *_LOWER, *_LIDS[0], *_LIDS[1])
#: Pictures from which the person's mean eyes and nose is made.
_FOR_MEAN = 300


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the turn of a head from the camera makes of one distance of a still mouth.

    Parameters
    ----------
    most : float
        What a far turn to the right makes of the midline or the right side, %; of the left side, a
        turn to the left.
    within_deg : float
        The turn over which it is reached (hyperbolic tangent).
    nod : float
        % for each degree of pitch.
    """

    most: float = 0.0
    within_deg: float = 10.0
    nod: float = 0.0

    def made(self, yaw: Floats, pitch: Floats) -> Floats:
        """Return what yaw and pitch in degrees make of it."""
        return np.asarray(self.most * np.tanh(yaw / self.within_deg) + self.nod * pitch)


#: Mean of 75 rendered people (0 to 49 and the even ones to 98) in light and dark skin, yaw to 25
#: and pitch to 15 degrees. [D]
OF_TURN: Mapping[str, Turn] = {
    "jaw_deviation": Turn(most=3.3, within_deg=9.0),
    "corner_out": Turn(most=1.9, within_deg=10.0, nod=0.04),
    "corner_up": Turn(most=0.83, within_deg=20.0, nod=0.095),
    "lip_width": Turn(nod=0.08),
}
#: How far a still chin is drawn to the right for each % by which the right corner stands higher
#: than the left: 0.27 to 0.45 for corners pulled up or aside, 0.2 to 0.45 down (rendered people
#: under number 50). A jaw that truly goes aside takes the corner of its side down. [D]
CHIN_WITH_CORNERS = 0.33


def mouth(landmarks: Landmarks) -> Movement:
    """Return the movements of jaw and lips.

    Parameters
    ----------
    landmarks : Landmarks
        With ``face``.

    Returns
    -------
    Movement
        Kind ``mouth``, in % of the distance of the eyes' outer corners:
        ``jaw_opening`` (chin below the base of the nose), ``jaw_deviation`` (chin, + to the right),
        ``lip_gap`` (between the inner edges), ``lip_height`` (both red lips: small when pressed),
        ``lip_width`` (corner to corner: small when pursed), and for each side ``corner_out`` (from
        the midline) and ``corner_up`` (above the base of the nose, so negative). ``lid_gap``, the
        mean of both eyes, tells when lids shut, which moves a still chin. In degrees, what
        was taken off them: ``head_yaw``, ``head_pitch`` and ``head_roll``, how eyes and nose are
        turned from the camera (signs of `eutonia.dsp.rotation`; of rendered people right to 1.2
        degrees (SD) in yaw and, as faces differ, 3 in pitch).
        Not good where no face was seen or it is turned from the camera by more than 40°, for
        deviation and corners by more than 25°.

    Notes
    -----
    Landmarks come from a model of faces that smooths unusual ones: ``docs/video/accuracy`` shows
    which part of a known movement of the jaw is seen. Only ``lip_gap`` has an anatomical zero;
    where the closed jaw lies differs between people.
    """
    face = landmarks.parts.get("face")
    if face is None or not face.seen.any():
        return Movement(
            kind="mouth",
            channels=(),
            x=np.zeros((0, landmarks.n_frames)),
            good=np.zeros((0, landmarks.n_frames), dtype=bool),
        )
    seen = face.seen
    placed, facing, turned = _placed(face, seen, _READ)
    by_point = dict(zip(_READ, np.moveaxis(placed, 1, 0), strict=True))
    found = _straightened(_distances(by_point), *turned[:2]) | {
        (site, "midline"): a for site, a in zip(HEAD, turned, strict=True)
    }
    x = np.zeros((len(found), landmarks.n_frames))
    good = np.zeros(x.shape, dtype=bool)
    x[:, seen] = list(found.values())
    most = [MAX_ASIDE_DEG if site in ASIDE else MAX_TURN_DEG for site, _ in found]
    good[:, seen] = np.isfinite(x[:, seen]) & (facing >= np.cos(np.radians(most))[:, None])
    channels = tuple(channel(site, side) for site, side in found)
    return Movement(kind="mouth", channels=channels, x=np.where(good, x, 0.0), good=good)


def channel(site: str, side: Side) -> Channel:
    """Return the channel of one distance."""
    name = f"{side}_{site}" if side != "midline" else site
    unit = "deg" if site in HEAD else "%"
    return Channel(name=name, kind="mouth", unit=unit, site=site, side=side)


def in_head(
    face: Points, frames: NDArray[np.bool_], points: Sequence[int]
) -> tuple[Floats, Floats]:
    """Return points of a face in the frame of the person's own head.

    Parameters
    ----------
    face : Points
    frames : ndarray of bool, shape (n_frames,)
        Pictures that show it.
    points : sequence of int
        Which are wanted.

    Returns
    -------
    placed : ndarray, shape (n, n_points, 3)
        To the person's right, down from the base of the nose, and backwards, in % of the distance
        between the outer corners of the eyes.
    facing : ndarray, shape (n,)
        Cosine of the angle between the face and the camera.
    """
    placed, facing, _ = _placed(face, frames, points)
    return placed, facing


def _placed(
    face: Points, frames: NDArray[np.bool_], points: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """Return what `in_head` does, and yaw, pitch and roll from the camera, ``(3, n)``."""
    still = face.some(_STABLE, frames)
    fit = _fit(still, _mean_shape(still[:: max(1, len(still) // _FOR_MEAN)]))
    usual = fit.apply(face.some(_OF_FRAME, frames))
    eyes = usual[:, _OF_FRAME.index(33)] - usual[:, _OF_FRAME.index(263)]
    unit = np.linalg.norm(eyes, axis=-1).mean() / 100
    mean = dict(zip(_OF_FRAME, usual.mean(axis=0), strict=True))
    del still, usual, eyes
    frame, origin = _axes(mean), mean[_BASE_OF_NOSE]
    middle = np.mean([mean[point] for pair in PAIRS for point in pair], axis=0)
    origin = origin + ((middle - origin) @ frame[0]) * frame[0]
    placed = fit.apply(face.some(points, frames))
    # Where the face's right, down and backwards point in each picture, opposed: left, up, forwards.
    axes = upright(-(fit.rotation.swapaxes(1, 2) @ frame.T).swapaxes(1, 2)).swapaxes(1, 2)
    return (placed - origin) @ frame.T / unit, axes[:, 2, 2], angles(axes).T


@dataclass(frozen=True)
class _Fit:
    """Rotation, scale and shift that lay each picture's eyes and nose on the mean."""

    rotation: Floats
    scale: Floats
    centre: Floats
    onto: Floats

    def apply(self, xyz: Floats) -> Floats:
        """Return points of each picture, ``(n, k, 3)``, laid on the mean."""
        turned = np.einsum("nij,nkj->nki", self.rotation, xyz - self.centre[:, None])
        turned *= self.scale[:, None, None]
        turned += self.onto
        return np.asarray(turned)


def _mean_shape(shapes: Floats) -> Floats:
    """Return the mean of shapes that differ in rotation, scale and place (Procrustes)."""
    mean = shapes[len(shapes) // 2]
    for _ in range(3):
        mean = _fit(shapes, mean).apply(shapes).mean(axis=0)
    return np.asarray(mean)


def _fit(shapes: Floats, onto: Floats) -> _Fit:
    """Fit shapes ``(n, k, 3)`` onto one, ``(k, 3)``, by least squares (Umeyama 1991)."""
    centre, goal = shapes.mean(axis=1), onto.mean(axis=0)
    from_, to = shapes - centre[:, None], onto - goal
    u, s, vt = np.linalg.svd(np.einsum("ki,nkj->nij", to, from_))
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None]) @ vt
    scale = (s * sign).sum(axis=1) / (from_**2).sum(axis=(1, 2))
    return _Fit(rotation, scale, centre, goal)


def _axes(face: Mapping[int, Floats]) -> Floats:
    """Return the axes of a face, by point, as rows: to the person's right, down, backwards."""
    right = _unit(np.sum([_unit(face[one] - face[other]) for one, other in PAIRS], axis=0))
    down = face[_BASE_OF_NOSE] - face[_HAIRLINE]
    down = _unit(down - (down @ right) * right)
    # The picture's axes (right, down, away) with the person's right on its left: a mirrored frame.
    return np.stack([right, down, np.cross(down, right)])


def _unit(a: Floats) -> Floats:
    direction: Floats = a / np.linalg.norm(a)
    return direction


def _distances(placed: Mapping[int, Floats]) -> dict[tuple[str, Side], Floats]:
    """Return every distance by site and side, from points in the head's frame, ``(n, 3)``."""
    chin = np.mean([placed[point] for point in CHIN], axis=0)
    found: dict[tuple[str, Side], Floats] = {
        ("jaw_opening", "midline"): chin[:, 1],
        ("jaw_deviation", "midline"): chin[:, 0],
        ("lip_gap", "midline"): _apart(placed, _UPPER[1], _LOWER[0]),
        ("lip_height", "midline"): _apart(placed, *_UPPER) + _apart(placed, *_LOWER),
        ("lip_width", "midline"): _apart(placed, *_CORNERS.values()),
    }
    for side, point in _CORNERS.items():
        outwards = 1 if side == "right" else -1
        found["corner_out", side] = outwards * placed[point][:, 0]
        found["corner_up", side] = -placed[point][:, 1]
    upper, lower = (np.mean([placed[p][:, 1] for p in edge], axis=0) for edge in _LIDS)
    found[LIDS, "midline"] = lower - upper
    return found


def _straightened(
    found: dict[tuple[str, Side], Floats], yaw: Floats, pitch: Floats
) -> dict[tuple[str, Side], Floats]:
    """Return the distances without what turn and corners make of a still mouth in the mean."""
    straight = {
        (site, side): x - OF_TURN[site].made(yaw if side != "left" else -yaw, pitch)
        if site in OF_TURN
        else x
        for (site, side), x in found.items()
    }
    right_less_left = straight["corner_up", "right"] - straight["corner_up", "left"]
    straight["jaw_deviation", "midline"] = (
        straight["jaw_deviation", "midline"] - CHIN_WITH_CORNERS * right_less_left
    )
    return straight


def _apart(placed: Mapping[int, Floats], a: int, b: int) -> Floats:
    distance: Floats = np.linalg.norm(placed[a] - placed[b], axis=-1)
    return distance
