"""The 33 points of a person's body, followed from picture to picture.

Detection, the turned square around the person, and the refinement of points from the heat map
follow the graph that the maker publishes with the models (``pose_landmark`` of MediaPipe), without
its smoothing.
"""

from __future__ import annotations

from math import atan2, cos, hypot, isfinite, sin

import numpy as np

from eutonia.model.landmarks import of_two
from eutonia.tracking import models
from eutonia.tracking.crops import Box, Cropper, Found, Picture
from eutonia.tracking.people import chief
from eutonia.tracking.runtime import Floats32, Model
from eutonia.tracking.ssd import Detector

#: Points of the body; the model adds points that say where to look next.
N_POINTS = 33
#: Least score of a body that counts as seen.
LEAST_SCORE = 0.5
#: Pictures for which a lost person is awaited nearby before another may be taken. [D]
AWAITED = 30
#: Pixels of the model's input.
N_CROP = 256
#: Least edge of the square around a body, in pixels, and least share of it that the body takes up:
#: less is no person whose posture is to be seen. People filled 0.44 to 0.75 of theirs; the foot of
#: a table, which a real film had followed as a body, 0.19 to 0.41 in nine of ten pictures. [D]
LEAST_PX, LEAST_SHARE = 100.0, 0.4
#: The square against the circle around the hips that holds the body.
MARGIN = 1.25
#: Tip of the nose of the face's mesh; the middle of the hips below it, and the square around the
#: person, in sizes of the face: 0.62 and 2.0 of 0.17 m.
NOSE, BELOW, WHOLE = 1, 3.6, 11.8
#: Edge of the part of a heat map that refines its point, and its least peak.
KERNEL, LEAST_PEAK = 7, 0.5


class BodyTracker:
    """Follow one person's body: the largest and most central at first, then the same one.

    `follow` gives 33 points: 0 nose, 11 and 12 shoulders, 13 and 14 elbows, 15 and 16 wrists,
    23 and 24 hips, 25 and 26 knees, 27 and 28 ankles, 29 and 30 heels, 31 and 32 toes (odd: the
    person's left), with `visible`, and `world` in metres around the middle of the hips.

    Raises
    ------
    MissingModel
        If a model file is missing or is another one.
    """

    def __init__(self) -> None:
        self._detect = Detector("body_detection")
        self._model = Model(models.path("body_landmarks"), outputs=(0, 1, 3, 4))
        self._crop = Cropper(N_CROP, border=True)
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._box: Box | None = None
        self._lost = 0

    def follow(self, picture: Picture, *, face: Found | None = None) -> Found | None:
        """Return the body in the next picture, or None where it is not seen.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3)
            BGR, upright.
        face : Found, optional
            The face in the same picture (`FaceTracker`) whose body it has to be.
        """
        last = self._box if self._lost < AWAITED else None
        here = None if last is None else self._look(picture, last)
        if here is not None and strange(here[0], face):
            here = last = None
        seen = here or self._search(picture, last, face)
        if seen is None:
            self._lost += 1
            return None
        found, self._box = seen
        self._lost = 0
        return found

    def _search(
        self, picture: Picture, last: Box | None, face: Found | None
    ) -> tuple[Found, Box] | None:
        """Return the person last seen in a square, else the chief one, and where to look next."""
        found = chief(self._detect(picture), picture)
        placed = [(one.score, around(one.points[0], one.points[1])) for one in found]
        if last is not None:
            placed = [one for one in placed if apart(one[1], last) < last.size / 2]
            placed.sort(key=lambda one: apart(one[1], last))
        while placed:
            first = placed[0][1]
            same = [one for one in placed if apart(one[1], first) < first.size / 4]
            looks = [(sure, self._look(picture, box)) for sure, box in same]
            # A body is now and then also seen upside down: what both models are sure of is right.
            good = [
                (sure * look[0].score, look)
                for sure, look in looks
                if look is not None and not strange(look[0], face)
            ]
            if good:
                return max(good, key=lambda one: one[0])[1]
            placed = [one for one in placed if one not in same]
        return None if face is None else self._under(picture, face)

    def _under(self, picture: Picture, face: Found) -> tuple[Found, Box] | None:
        """Return the body of a face that the detector, which sees one person, did not show."""
        rough = self._look(picture, under(face))
        look = rough and self._look(picture, rough[1])
        return look if look and not strange(look[0], face) else None

    def _look(self, picture: Picture, box: Box) -> tuple[Found, Box] | None:
        """Return the body in a square, if there is one, and where to look next."""
        raw, score, heat, world = self._model(self._crop(picture, box))
        if not score[0, 0] >= LEAST_SCORE:
            return None
        points = raw.reshape(-1, 5)
        xyz = box.out(refined(points[:, :3], heat[0]), n=N_CROP)
        here = around(xyz[N_POINTS], xyz[N_POINTS + 1])
        extent = float(np.ptp(xyz[:N_POINTS, :2], axis=0).max())
        if here.size < LEAST_PX or extent < LEAST_SHARE * here.size:
            return None
        if not usable(here, picture, beyond=0.5):
            return None
        found = Found(
            xyz=xyz[:N_POINTS],
            score=float(score[0, 0]),
            world=upright(world.reshape(-1, 3)[:N_POINTS], box),
            visible=(1 / (1 + np.exp(-points[:N_POINTS, 3]))).astype(np.float32),
        )
        return found, here


def around(middle: Floats32, rim: Floats32) -> Box:
    """Return the square around a person from the middle of the hips and a point on the circle.

    The circle holds the whole person, and its point lies above the head, so it also gives the
    direction of the body.
    """
    dx, dy = (rim[:2] - middle[:2]).tolist()
    x, y = middle[:2].tolist()
    return Box(x=x, y=y, size=2 * MARGIN * hypot(dx, dy), angle=atan2(dx, -dy))


def under(face: Found) -> Box:
    """Return the square around a person who stands or sits upright, from the face alone."""
    x, y = face.xyz[NOSE, :2].tolist()
    size = float(np.ptp(face.xyz[:, :2], axis=0).max())
    return Box(x=x, y=y + BELOW * size, size=WHOLE * size)


def strange(body: Found, face: Found | None) -> bool:
    """Return whether a body is not that of a face that is seen."""
    return face is not None and bool(of_two(face.xyz, body.xyz))


def apart(one: Box, other: Box) -> float:
    """Return the pixels between the centres of two squares."""
    return hypot(one.x - other.x, one.y - other.y)


def upright(world: Floats32, box: Box) -> Floats32:
    """Return points in metres turned from the axes of a crop to those of the picture."""
    c, s = cos(box.angle), sin(box.angle)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], dtype=np.float32)
    turned: Floats32 = world @ turn
    return turned


def refined(points: Floats32, heat: Floats32) -> Floats32:
    """Return points moved to the centre of their heat map's mass nearby.

    Only a map that is sure there moves its point; depth stays.

    Parameters
    ----------
    points : ndarray, shape (n_points, 3)
        Pixels of the crop.
    heat : ndarray, shape (height, width, n_points)
        Logits.
    """
    height, width, n = heat.shape
    scale = np.array([width, height], dtype=np.float32) / N_CROP
    # int() of the maker's code cuts towards zero.
    column, row = np.trunc(points[:, :2] * scale).astype(np.int64).T
    reach = np.arange(KERNEL) - KERNEL // 2
    rows, columns = row[:, None, None] + reach[:, None], column[:, None, None] + reach
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    logits = heat[rows.clip(0, height - 1), columns.clip(0, width - 1), np.arange(n)[:, None, None]]
    mass = np.where(inside, 1 / (1 + np.exp(-logits)), 0)
    sure = (mass.max(axis=(1, 2)) >= LEAST_PEAK) & inside[:, KERNEL // 2, KERNEL // 2]
    total = mass.sum(axis=(1, 2))[sure]
    moved = points.copy()
    moved[sure, 0] = (mass * columns).sum(axis=(1, 2))[sure] / total / scale[0]
    moved[sure, 1] = (mass * rows).sum(axis=(1, 2))[sure] / total / scale[1]
    return moved


def usable(box: Box, picture: Picture, *, beyond: float = 0.0) -> bool:
    """Return whether a square has a size and its centre is not farther out than a share of it."""
    height, width = picture.shape[:2]
    reach = beyond * box.size
    inside = -reach <= box.x <= width + reach and -reach <= box.y <= height + reach
    return isfinite(box.size) and box.size > 1 and inside
