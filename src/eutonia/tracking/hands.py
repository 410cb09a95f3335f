"""The 21 points of each hand of a person, followed from picture to picture.

Detection and the turned squares around the hands follow the graph that the maker publishes with
the models (``hand_landmark_tracking`` of MediaPipe). Three things are ours: where the body is
known, its wrists say which hand is whose and where to look for it; a hand that stays away is looked
for only now and then, because the detector costs more than following a hand; and now and then a
softer and brighter copy of the picture is searched, because the detector overlooks dark skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, sin

import numpy as np

from eutonia.tracking import models
from eutonia.tracking.body import upright, usable
from eutonia.tracking.crops import Box, Cropper, Found, Picture, shrunk, whole
from eutonia.tracking.runtime import Floats32, Model
from eutonia.tracking.ssd import Detection, Detector

LEFT, RIGHT = "left_hand", "right_hand"
#: Least score of a hand that counts as seen.
LEAST_SCORE = 0.5
#: Pixels of the model's input.
N_CROP = 224
#: What the model's depth is divided by to be in the scale of x (the maker's ``normalize_z``).
DEPTH = 0.4
#: Points that hold still while fingers move: wrist, thumb to its last joint, knuckles, next joints.
STEADY = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]
#: Pictures in which a hand just lost is looked for at once, and then from one look to the next. [D]
EAGER, LOOK_EVERY = 3, 10
#: Pictures from one look at the softer and brighter copy to the next, between two other looks. [D]
SOFT_EVERY = 5 * LOOK_EVERY
#: About the longest edge of that copy, SD of its blur in its pixels, and power of its light:
#: chosen on hands of either skin of rendered people below 50. [D]
SOFT_EDGE, SOFT_PX, SOFT_POWER = 288, 1.0, 0.5
#: Pictures over which the belief which hand it is is averaged. [D]
MEMORY = 30
#: Two hands whose points lie closer than this share of their square are one. [D]
SAME_HAND = 0.1
#: Least score of a body whose wrists are trusted: one that is half seen may lie on the hand. [D]
SURE_BODY = 0.8
#: A trunk that lies within this share of a hand's square around its middle is that hand. On filmed
#: hands such ones reached to 0.5, a trunk behind a hand begins at 1.5. [D]
WITHIN_HAND = 0.75
#: Body: shoulders and hips.
TRUNK = [11, 12, 23, 24]
#: Body: wrist, outer knuckle and index knuckle of each side.
ARMS = {LEFT: (15, 17, 19), RIGHT: (16, 18, 20)}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Hand:
    """A hand that is followed: what was seen, where to look next, and how sure it is a left one."""

    found: Found
    box: Box
    left: float
    n: int


class HandTracker:
    """Follow the two hands of one person.

    `follow` gives 21 points for each hand that is seen: 0 wrist, then four for each finger from the
    thumb to the little finger, from the palm to the tip; `world` in metres around the hand.

    Parameters
    ----------
    most : int
        How many hands there are to see at most, 1 or 2; no other one is looked for.

    Raises
    ------
    MissingModel
        If a model file is missing or is another one.
    """

    def __init__(self, *, most: int = 2) -> None:
        self._most = most
        self._detect = Detector("palm_detection")
        self._model = Model(models.path("hand_landmarks"), outputs=(0, 1, 2, 3))
        self._crop = Cropper(N_CROP, border=True)
        self.reset()

    def reset(self) -> None:
        """Forget the hands."""
        self._hands: list[_Hand] = []
        self._missed = 0

    def seek(self) -> None:
        """Look for hands in the next picture, however long none was seen."""
        self._missed = 0

    def follow(self, picture: Picture, body: Found | None = None) -> dict[str, Found]:
        """Return the hands in the next picture by ``left_hand`` and ``right_hand``: their owner's.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3)
            BGR, upright and not mirrored.
        body : Found, optional
            The same person's body in the same picture (`BodyTracker`).
        """
        body = body if body is not None and body.score >= SURE_BODY else None
        looks = [self._look(picture, old.box, body=body, old=old) for old in self._hands]
        hands = distinct([hand for hand in looks if hand is not None])
        if len(hands) < len(self._hands):
            self._missed = 0
        if len(hands) < self._most:
            found: list[_Hand] = []
            if self._missed < EAGER or self._missed % LOOK_EVERY == 0:
                found = self._others(picture, body, hands)
            if not found and (self._missed == 0 or self._missed % SOFT_EVERY == LOOK_EVERY // 2):
                found = self._overlooked(picture, body, hands)
            hands = distinct(hands + found)
            self._missed += 1
        self._hands = hands[: self._most]
        return by_side(self._hands)

    def _others(self, picture: Picture, body: Found | None, hands: list[_Hand]) -> list[_Hand]:
        """Return hands that are not followed yet: at the body's wrists, else by the detector."""
        # The body only says roughly where the hand is: look again at where it was seen.
        at = wrists(body) if body is not None else []
        found = [hand for box in at if (hand := self._again(picture, box, hands, body))]
        if found:
            return found
        seen = (self._new(picture, palm(d), hands, body) for d in self._detect(picture)[:2])
        return [hand for hand in seen if hand is not None]

    def _overlooked(self, picture: Picture, body: Found | None, hands: list[_Hand]) -> list[_Hand]:
        """Return hands that the detector sees in the softer copy only; each is looked at twice."""
        soft, times = softened(picture)
        at = [enlarged(palm(d), times) for d in self._detect(soft)[:2]]
        return [hand for box in at if (hand := self._again(picture, box, hands, body))]

    def _again(
        self, picture: Picture, box: Box, hands: list[_Hand], body: Found | None
    ) -> _Hand | None:
        """Return the hand that is seen in a square and then again where it was seen."""
        near = self._new(picture, box, hands, body)
        return None if near is None else self._look(picture, near.box, body=body)

    def _new(
        self, picture: Picture, box: Box, hands: list[_Hand], body: Found | None
    ) -> _Hand | None:
        """Return the hand in a square, unless one that is followed lies there."""
        if any(hypot(box.x - h.box.x, box.y - h.box.y) < h.box.size / 4 for h in hands):
            return None
        return self._look(picture, box, body=body)

    def _look(
        self, picture: Picture, box: Box, *, body: Found | None, old: _Hand | None = None
    ) -> _Hand | None:
        """Return the hand in a square, if there is one and it is this person's."""
        raw, score, flag, world = self._model(self._crop(picture, box))
        if not score[0, 0] >= LEAST_SCORE:
            return None
        points = raw.reshape(-1, 3)
        points[:, 2] /= DEPTH
        xyz = box.out(points, n=N_CROP)
        here = around(xyz)
        if not usable(here, picture) or _strange(xyz, here, body):
            return None
        # The model was trained on mirrored pictures: its left is the owner's right.
        now = 1 - float(flag[0, 0]) if body is None else _nearer(xyz, here, body, float(flag[0, 0]))
        n = min(old.n + 1, MEMORY) if old else 1
        left = old.left + (now - old.left) / n if old else now
        found = Found(xyz=xyz, score=float(score[0, 0]), world=upright(world.reshape(-1, 3), box))
        return _Hand(found=found, box=here, left=left, n=n)


def palm(detection: Detection) -> Box:
    """Return the square around a hand whose palm was detected."""
    (x0, y0), (x1, y1) = detection.points[0].tolist(), detection.points[2].tolist()
    angle = atan2(x1 - x0, y0 - y1)  # from the wrist to the middle finger's knuckle
    middle = detection.x, detection.y
    return _square(middle, (detection.width, detection.height), angle=angle, shift=0.5, scale=2.6)


def softened(picture: Picture) -> tuple[Picture, int]:
    """Return a small, soft and bright copy of a picture, and how many pixels each of its is from.

    The detector takes single pixels, in whose noise dark skin is lost.
    """
    import cv2

    times = max(1, round(max(picture.shape[:2]) / SOFT_EDGE))
    small, _ = shrunk(picture, whole(picture), times=times)
    light = np.rint(255 * (np.arange(256) / 255) ** SOFT_POWER).astype(np.uint8)
    soft = cv2.LUT(cv2.GaussianBlur(small, (0, 0), SOFT_PX), light)
    return soft.astype(np.uint8, copy=False), times


def enlarged(box: Box, times: int) -> Box:
    """Return a square of a smaller copy of a picture in pixels of the picture."""
    x, y = (box.x + 0.5) * times - 0.5, (box.y + 0.5) * times - 0.5
    return replace(box, x=x, y=y, size=box.size * times)


def around(xyz: Floats32) -> Box:
    """Return the square around a hand from its steady points."""
    points = xyz[:, :2].astype(np.float64)
    knuckles = (points[5] + points[13]) / 4 + points[9] / 2
    dx, dy = (knuckles - points[0]).tolist()
    angle = atan2(dx, -dy)
    c, s = cos(angle), sin(angle)
    turned = points[STEADY] @ np.array([[c, -s], [s, c]])
    low, high = turned.min(axis=0), turned.max(axis=0)
    u, v = ((low + high) / 2).tolist()
    width, height = (high - low).tolist()
    middle = c * u - s * v, s * u + c * v
    return _square(middle, (width, height), angle=angle, shift=0.1, scale=2.0)


def wrists(body: Found) -> list[Box]:
    """Return the squares around the hands of a body whose wrists are to be seen."""
    boxes = []
    for wrist, little, index in ARMS.values():
        if not _shown(body, wrist):
            continue
        middle = (2 * body.xyz[index] + body.xyz[little]) / 3
        x, y = middle[:2].tolist()
        dx, dy = (middle - body.xyz[wrist])[:2].tolist()
        boxes.append(Box(x=x, y=y, size=5.4 * hypot(dx, dy), angle=atan2(dx, -dy)))
    return boxes


def taken_for_body(hand: Found, body: Found) -> bool:
    """Return whether a body's trunk lies on a hand: a large hand that was taken for a body."""
    box = around(hand.xyz)
    away = np.hypot(*(body.xyz[TRUNK, :2] - [box.x, box.y]).T)
    return bool(away.max() < WITHIN_HAND * box.size)


def distinct(hands: Sequence[_Hand]) -> list[_Hand]:
    """Return the hands without those that lie on another one, followed for longer or surer."""
    kept: list[_Hand] = []
    for hand in sorted(hands, key=lambda hand: (-hand.n, -hand.found.score)):
        apart = [
            float(np.hypot(*(hand.found.xyz - other.found.xyz)[:, :2].T).mean()) / other.box.size
            for other in kept
        ]
        if all(share > SAME_HAND for share in apart):
            kept.append(hand)
    return kept


def by_side(hands: Sequence[_Hand]) -> dict[str, Found]:
    """Return one or two hands under the sides that fit best together."""
    if len(hands) < 2:
        return {LEFT if hand.left > 0.5 else RIGHT: hand.found for hand in hands}
    left, right = sorted(hands, key=lambda hand: -hand.left)
    return {LEFT: left.found, RIGHT: right.found}


def _square(
    middle: tuple[float, float],
    edges: tuple[float, float],
    *,
    angle: float,
    shift: float,
    scale: float,
) -> Box:
    """Return a turned rectangle's square, moved towards the fingers by a share of its height."""
    away = shift * edges[1]
    x, y = middle[0] + away * sin(angle), middle[1] - away * cos(angle)
    return Box(x=x, y=y, size=scale * max(edges), angle=angle)


def _shown(body: Found, point: int) -> bool:
    """Return whether a point of the body is more likely seen than hidden."""
    return body.visible is None or bool(body.visible[point] > 0.5)


def _reaches(xyz: Floats32, body: Found) -> dict[str, float]:
    """Return the pixels from a hand's wrist to the body's wrists that are to be seen."""
    return {
        side: float(np.hypot(*(xyz[0] - body.xyz[arm[0]])[:2]))
        for side, arm in ARMS.items()
        if _shown(body, arm[0])
    }


def _strange(xyz: Floats32, box: Box, body: Found | None) -> bool:
    """Return whether a hand is another person's: both wrists are seen, and neither is there."""
    if body is None:
        return False
    reaches = _reaches(xyz, body)
    return len(reaches) == 2 and min(reaches.values()) > box.size


def _nearer(xyz: Floats32, box: Box, body: Found, model_right: float) -> float:
    """Return how sure a hand is the left one, by the body's wrists where both are seen."""
    reaches = _reaches(xyz, body)
    if len(reaches) < 2 or min(reaches.values()) > box.size:
        return 1 - model_right
    return reaches[RIGHT] / max(reaches[LEFT] + reaches[RIGHT], 1e-6)
