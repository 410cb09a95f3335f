"""The 478 points of one person's face, followed from picture to picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import atan2, cos, exp, hypot, pi, sin

import numpy as np

from eutonia.tracking import models
from eutonia.tracking.blendshapes import Blendshapes
from eutonia.tracking.crops import Box, Cropper, Found, Picture, tiles, whole
from eutonia.tracking.people import again, chief, distinct, roll, size
from eutonia.tracking.runtime import Floats32, Model
from eutonia.tracking.ssd import Detection, Detector

#: Least score of a face that counts as seen. The model answers near 0 or near 1.
LEAST_SCORE = 0.5
#: Edge of the square around a face over the longer side of the face, as in the maker's graph.
MARGIN = 1.5
#: The same for faces just detected, one try after another: boxes around small faces are too large,
#: those around heads turned away too small. [D]
MARGINS = (MARGIN, 1.1, 2.2)
#: Where a face is looked for that is not seen where it was: so far to each side and below (share of
#: the edge of its square), and in a square so much smaller. Of a head that nods by 15 degrees
#: between two pictures, the face moves down by an eighth; above it, hair was taken for a face. [D]
BESIDE, SMALLER = 0.1, 0.8
#: Looks until the square fits a face just detected: two as a rule, five for a head in profile.
SETTLED = 6
#: Pixels of the model's input.
N_CROP = 256
#: Outer corners of the eyes, on the left and on the right of an upright picture.
EYES = (33, 263)
#: Pictures between two looks for other people while one is followed: at the whole picture, left
#: and right of the person in turn, each in 3 s. Of rendered faces of 30 pixels (of 640) 92 %
#: (people 0-39) and 79 % (40-79) were seen in such parts, 12 % in the whole picture. [D]
LOOK_EVERY = 30
#: Pictures for which a lost person is awaited before another may be taken. [D]
AWAITED = 30
#: Score from which a detected face is surely upright in the detector's view: below, faces that
#: hang were taken for upright ones.
SURE = 0.85
#: Pictures between two looks in turned and smaller views, while nobody is seen. [D]
WIDE_EVERY = 10
#: Turned views: a detector sees faces that are turned by up to about 60 degrees.
TURNED = (pi / 2, -pi / 2, pi)
#: Length of a picture, in pixels, from which small faces in it are worth a look: below, they hold
#: too few pixels. [D]
TILED = 960
#: A face that lies this far from the middle of its square (share of its edge), has grown so much,
#: or turned by twice as many radians, is looked at again in the right square: further out, angles
#: depend on where the square lies (by about 1 degree; by half as much below). [D]
MOVED = 0.05


class FaceTracker:
    """Follow one face; call it with the pictures of a video in their order.

    A new face is taken from the near-range detector, else the far-range one, else from turned
    views; then each picture is searched around the landmarks of the last one. Nothing is smoothed.

    Parameters
    ----------
    shapes : bool
        Whether expressions (blendshapes) are computed as well.

    Attributes
    ----------
    others : int
        The most other faces that one of the last looks for them saw; these are taken each
        `LOOK_EVERY` pictures while following, at the whole picture and beside the person in turn.
    taken : int
        How many times a face was chosen anew; above 1, it may not be one person all along.

    Raises
    ------
    MissingModel
        If a model file is missing or is another one.
    """

    def __init__(self, *, shapes: bool = False) -> None:
        self._near = Detector("face_detection")
        self._far = Detector("face_detection_far")
        self._model = Model(models.path("face_landmarks"))
        self._crop = Cropper(N_CROP, border=True)
        self._shapes = Blendshapes() if shapes else None
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._last: Box | None = None
        self._lost = 0
        self._followed = 0
        self._beside: tuple[int, ...] = ()
        self._looks = 0
        self.others = 0
        self.taken = 0

    def follow(self, picture: Picture) -> Found | None:
        """Return the face in the next picture, or None where it is not seen.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3)
            BGR, upright.

        Returns
        -------
        Found
            478 points: 468 of the mesh, then 5 of the iris on the left of the picture, then 5 of
            the other.
        """
        here = self._here(picture, self._last) if self._last and not self._lost else None
        if here is None and (found := self._search(picture)) is not None:
            here = found, around(found.xyz)
        if here is None:
            self._lost += 1
            return None
        self._lost = 0
        found, box = here
        self._last = box
        if self._followed % LOOK_EVERY == 0:
            self._count(picture, box)
        self._followed += 1
        if self._shapes is not None:
            found = replace(found, shapes=self._shapes(found.xyz))
        return found

    def _here(self, picture: Picture, box: Box) -> tuple[Found, Box] | None:
        """Return the face in a square, and the one that fits; looks again where it fits badly."""
        found = next(filter(None, (self._look(picture, b) for b in (box, *beside(box)))), None)
        if found is None:
            return None
        right = around(found.xyz)
        if moved(box, right) and (sharp := self._look(picture, right)) is not None:
            found, right = sharp, around(sharp.xyz)
        return found, right

    def _look(self, picture: Picture, box: Box) -> Found | None:
        """Return the face in a square of the picture, if there is one."""
        raw, logit, _ = self._model(self._crop(picture, box))
        score = 1 / (1 + exp(-min(max(float(logit.ravel()[0]), -50.0), 50.0)))
        if score < LEAST_SCORE:
            return None
        return Found(xyz=box.out(raw.reshape(-1, 3), n=N_CROP), score=score)

    def _search(self, picture: Picture) -> Found | None:
        """Return the person awaited, else the largest and most central, wherever detected."""
        awaited = self._last if self._lost < AWAITED else None
        for seen in self._views(picture):
            if awaited is None:
                candidates = chief(seen, picture)
            else:
                candidates = again(seen, awaited, scale=MARGIN)
            for one in candidates:
                tries = (self._look(picture, square(one, margin)) for margin in MARGINS)
                found = self._settled(picture, next(filter(None, tries), None))
                if found is not None:
                    self.taken += awaited is None
                    self._followed = 0
                    return found
        return None

    def _settled(self, picture: Picture, found: Found | None) -> Found | None:
        """Return the face in the square that fits it; the detector only says roughly where."""
        for _ in range(SETTLED):
            if found is None:
                return None
            box = around(found.xyz)
            found = self._look(picture, box)
            if found is not None and not moved(box, around(found.xyz)):
                break
        return found

    def _views(self, picture: Picture) -> Iterator[list[Detection]]:
        """Yield more and more of what detectors see, one detection per person.

        Views beyond the upright ones cost time: they are left out where an upright view is sure,
        and taken only now and then while nobody is seen or what is seen proves no face for long.
        """
        seen = self._near(picture)
        yield [one for one in seen if one.score >= SURE]
        seen += self._far(picture)
        yield [one for one in distinct(seen) if one.score >= SURE]
        if (seen and self._lost < AWAITED) or self._lost % WIDE_EVERY == 0:
            for angle in TURNED:
                view = whole(picture, angle=angle)
                seen += self._near(picture, view) + self._far(picture, view)
            if max(picture.shape) >= TILED:
                seen += [one for tile in tiles(picture) for one in self._far(picture, tile)]
            yield distinct(seen)

    def _count(self, picture: Picture, box: Box) -> None:
        """Look for other people in the next view: small faces are seen in parts of a picture."""
        views = (whole(picture), *sides(picture, box))
        view = views[self._looks % len(views)]
        others = (one for one in self._far(picture, view) if not inside(one, box))
        seen = sum(self._look(picture, square(one)) is not None for one in others)
        self._looks += 1
        self._beside = (*self._beside, seen)[-len(views) :]
        self.others = max(self._beside)


def sides(picture: Picture, box: Box) -> tuple[Box, Box]:
    """Return squares left and right of the middle of a face, at least half the picture's length."""
    height, width = picture.shape[:2]
    half = max(height, width) / 2
    left, right = max(half, box.x), max(half, width - box.x)
    return (
        Box(x=box.x - left / 2, y=_level(box.y, left, height), size=left),
        Box(x=box.x + right / 2, y=_level(box.y, right, height), size=right),
    )


def _level(y: float, edge: float, height: int) -> float:
    """Return the middle of a square near `y` that lies in the picture, if it fits."""
    return min(max(y, edge / 2), height - edge / 2) if edge < height else height / 2


def inside(one: Detection, box: Box) -> bool:
    """Return whether a detected face is, or lies in, the one that a square belongs to."""
    away = max(abs(one.x - box.x), abs(one.y - box.y))
    return away < max(size(one), box.size / MARGIN) / 2


def square(one: Detection, margin: float = MARGIN) -> Box:
    """Return the square around a detected face, upright along the line of its eyes."""
    return Box(x=one.x, y=one.y, size=margin * size(one), angle=roll(one))


def around(xyz: Floats32) -> Box:
    """Return the square around a face from its landmarks.

    The face is measured along its own axes (the maker's graph measures along the picture's), so
    that the square turns with the head and keeps its size.
    """
    (x0, y0), (x1, y1) = xyz[EYES, :2].tolist()
    angle = atan2(y1 - y0, x1 - x0)
    c, s = cos(angle), sin(angle)
    along = xyz[:, :2] @ np.array([[c, -s], [s, c]], dtype=np.float32)
    (u0, v0), (u1, v1) = along.min(axis=0).tolist(), along.max(axis=0).tolist()
    u, v = (u0 + u1) / 2, (v0 + v1) / 2
    return Box(x=c * u - s * v, y=s * u + c * v, size=MARGIN * max(u1 - u0, v1 - v0), angle=angle)


def beside(box: Box) -> tuple[Box, ...]:
    """Return smaller squares to the sides and below, where turned and bent heads are seen."""
    c, s = BESIDE * box.size * cos(box.angle), BESIDE * box.size * sin(box.angle)
    ways = ((-c, -s), (c, s), (-s, c))
    size = box.size * SMALLER
    return tuple(replace(box, x=box.x + dx, y=box.y + dy, size=size) for dx, dy in ways)


def moved(used: Box, right: Box) -> bool:
    """Return whether a face lies so far from the middle of its square that it should be redone."""
    turned = (right.angle - used.angle + pi) % (2 * pi) - pi
    away = max(hypot(right.x - used.x, right.y - used.y), abs(right.size - used.size)) / used.size
    return away > MOVED or abs(turned) > 2 * MOVED
