"""The turned square of a picture that a model looks at, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, cos, sin

import numpy as np
from numpy.typing import NDArray

from eutonia.tracking.runtime import Floats32

Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What a tracker saw of one part of a person in one picture: a row of `model.Points`.

    Parameters
    ----------
    xyz : ndarray of float32, shape (n_points, 3)
        Pixels of the picture (x to its right, y down; may lie outside it), and depth in the same
        scale, towards the camera negative.
    score : float
        How sure the model is that the part is there, 0 to 1.
    world : ndarray of float32, shape (n_points, 3), or None
        Metres around the part's own centre.
    visible : ndarray of float32, shape (n_points,), or None
        How sure the model is that each point is not hidden.
    shapes : ndarray of float32, shape (n_shapes,), or None
        Activations of the face's blendshapes.
    """

    xyz: Floats32
    score: float
    world: Floats32 | None = None
    visible: Floats32 | None = None
    shapes: Floats32 | None = None


@dataclass(frozen=True, kw_only=True)
class Box:
    """A turned square of a picture.

    Parameters
    ----------
    x, y : float
        Its centre, in pixels.
    size : float
        Length of its edge, in pixels.
    angle : float
        Radians by which its upright is turned clockwise, as seen on the screen.
    """

    x: float
    y: float
    size: float
    angle: float = 0.0

    def out(self, points: Floats32, *, n: int) -> Floats32:
        """Return points of a crop of ``n`` pixels, ``(..., 2 or 3)``, in pixels of the picture.

        Depth, where there is a third coordinate, is brought to the same scale.
        """
        scale = self.size / n
        c, s = scale * cos(self.angle), scale * sin(self.angle)
        u, v = points[..., 0] - n / 2, points[..., 1] - n / 2
        back = np.empty_like(points)
        back[..., 0] = c * u - s * v + self.x
        back[..., 1] = s * u + c * v + self.y
        back[..., 2:] = scale * points[..., 2:]
        return back


def whole(picture: Picture, *, angle: float = 0.0) -> Box:
    """Return the square that holds the whole picture, around its centre."""
    height, width = picture.shape[:2]
    return Box(x=width / 2, y=height / 2, size=float(max(height, width)), angle=angle)


def tiles(picture: Picture) -> list[Box]:
    """Return overlapping squares of half the picture's length, which show small people larger."""
    height, width = picture.shape[:2]
    edge = max(height, width) / 2
    return [Box(x=x, y=y, size=edge) for y in _centres(height, edge) for x in _centres(width, edge)]


def _centres(length: int, edge: float) -> list[float]:
    """Return the middles of squares that cover a length and share a third with their neighbours."""
    n = max(1, ceil((length - edge / 3) / (2 * edge / 3)))
    return np.linspace(edge / 2, length - edge / 2, n).tolist() if n > 1 else [length / 2]


def shrunk(picture: Picture, box: Box, *, times: int) -> tuple[Picture, Box]:
    """Return the neighbourhood of a box, each of its pixels the mean of `times` × `times`.

    Without it, a crop of a large picture would take single pixels with all their noise.
    """
    import cv2

    height, width = picture.shape[:2]
    times = min(times, height, width)
    reach = box.size * (abs(cos(box.angle)) + abs(sin(box.angle))) / 2 + times
    left, right = _span(box.x, reach, length=width, times=times)
    top, bottom = _span(box.y, reach, length=height, times=times)
    part = picture[top:bottom, left:right]
    size = (part.shape[1] // times, part.shape[0] // times)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    x, y = (box.x - left + 0.5) / times - 0.5, (box.y - top + 0.5) / times - 0.5
    return small.astype(np.uint8, copy=False), replace(box, x=x, y=y, size=box.size / times)


def _span(middle: float, reach: float, *, length: int, times: int) -> tuple[int, int]:
    """Return first and last pixel (exclusive) around a middle, inside and a multiple of `times`."""
    start = min(max(int(middle - reach), 0), length - times)
    stop = max(min(ceil(middle + reach), length), start + times)
    return start, stop - (stop - start) % times


class Cropper:
    """Cut boxes out of pictures as a model wants them; its buffers are used again and again.

    Parameters
    ----------
    n : int
        Pixels of the model's square input.
    low : float
        What black becomes (0 or −1); white becomes 1.
    border : bool
        Whether the picture's edge is drawn out beyond it (else it is black there).
    mean : bool
        Whether a large box is first made smaller by means of its pixels, which lowers noise.
    """

    def __init__(
        self, n: int, *, low: float = 0.0, border: bool = False, mean: bool = True
    ) -> None:
        self.n = n
        self._mean = mean
        self._low = low
        self._border = border
        self._rgb = np.empty((n, n, 3), dtype=np.uint8)
        self._x = np.empty((1, n, n, 3), dtype=np.float32)

    def __call__(self, picture: Picture, box: Box) -> Floats32:
        """Return the box as RGB of `float32`, shape ``(1, n, n, 3)``, valid until the next call.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3)
            BGR, upright.
        box : Box
        """
        import cv2

        n = self.n
        if self._mean and box.size >= 2 * n:
            picture, box = shrunk(picture, box, times=int(box.size / n))
        scale = box.size / n
        c, s = scale * cos(box.angle), scale * sin(box.angle)
        # Where each pixel of the crop comes from; the inverse of what warpAffine takes by default.
        source = np.array(
            [[c, -s, box.x - (c - s) * n / 2], [s, c, box.y - (s + c) * n / 2]], dtype=np.float64
        )
        bgr = cv2.warpAffine(
            picture,
            source,
            (n, n),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE if self._border else cv2.BORDER_CONSTANT,
        )
        cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB, dst=self._rgb)
        np.copyto(self._x[0], self._rgb)  # before multiplying: faster than both at once
        self._x *= np.float32((1 - self._low) / 255)
        if self._low:
            self._x += np.float32(self._low)
        return self._x
