"""A software rasteriser: triangles in a picture to the nearest triangle of each sample.

Each row of samples meets a triangle in one span; all spans of all triangles are found at once and
laid out as fragments; then the nearest of a sample's fragments is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]
Ints = NDArray[np.intp]
Ints32 = NDArray[np.int32]

#: Slack in samples that closes the seams that rounding would leave between neighbours.
SLACK = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Fragments:
    """Samples covered by triangles, several a sample where triangles lie behind each other.

    Parameters
    ----------
    sample : ndarray of int, shape (n,)
        Row times width plus column.
    triangle : ndarray of int, shape (n,)
        Which triangle.
    near : ndarray, shape (n,)
        One over the depth: greater is nearer.
    """

    sample: Ints32
    triangle: Ints32
    near: Single

    def select(self, keep: NDArray[np.bool_]) -> Fragments:
        """Return some of them."""
        return Fragments(
            sample=self.sample[keep], triangle=self.triangle[keep], near=self.near[keep]
        )


def facing(xy: Single, *, size: tuple[int, int]) -> NDArray[np.intp]:
    """Return which triangles face the camera and touch the picture.

    Parameters
    ----------
    xy : ndarray, shape (n_triangles, 3, 2)
        Corners in samples, y down; counterclockwise seen from outside, y up.
    size : tuple of int
        Width and height in samples.
    """
    # Counterclockwise with y up is a negative area with y down.
    return np.flatnonzero((_area(xy) < 0) & _inside(xy, size))


def touching(xy: Single, size: tuple[int, int], among: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which of some triangles touch the picture, seen from either side."""
    return np.asarray(among[_inside(xy[among], size)])


def _inside(xy: Single, size: tuple[int, int]) -> NDArray[np.bool_]:
    lo, hi = xy.min(1), xy.max(1)
    return np.asarray(((hi > -0.5) & (lo < np.asarray(size, np.float32) - 0.5)).all(1))


def fragments(xy: Single, near: Single, *, size: tuple[int, int]) -> Fragments:
    """Find all samples whose centre lies in each triangle.

    Parameters
    ----------
    xy : ndarray, shape (n_triangles, 3, 2)
        Corners in samples.
    near : ndarray, shape (n_triangles, 3)
        One over the depth of each corner.
    size : tuple of int
        Width and height in samples.
    """
    triangle, y, first, last = _spans(xy, size)
    count = np.maximum(last - first + 1, 0)
    span = np.repeat(np.arange(len(count)), count)
    start = np.cumsum(count) - count
    x = np.arange(len(span)) + (first - start)[span]
    plane = planes(xy, near[..., None])[..., 0]
    a, b, c = plane[triangle].T
    depth = (a[span] * x + (b * y + c)[span]).astype(np.float32)
    sample = ((y * size[0])[span] + x).astype(np.int32)
    return Fragments(sample=sample, triangle=triangle[span].astype(np.int32), near=depth)


def _spans(xy: Single, size: tuple[int, int]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return triangle, row, first and last column of each row of each triangle.

    A row of samples meets a triangle in one span, which its three edges bound.
    """
    width, height = size
    top = np.clip(np.ceil(xy[..., 1].min(1) - SLACK), 0, height).astype(np.intp)
    bottom = np.clip(np.floor(xy[..., 1].max(1) + SLACK), -1, height - 1).astype(np.intp)
    rows = np.maximum(bottom - top + 1, 0)
    triangle = np.repeat(np.arange(len(xy)), rows)
    y = np.arange(len(triangle)) + (top - (np.cumsum(rows) - rows))[triangle]
    lo = np.zeros(len(y), np.float64)
    hi = np.full(len(y), width - 1, np.float64)
    p = xy.astype(np.float64)
    turn = np.sign(_area(p))
    for k in range(3):
        u, v = p[:, k], p[:, (k + 1) % 3]
        # Inside is where slope * x >= bound for this edge and row.
        slope = (turn * (u[:, 1] - v[:, 1]))[triangle]
        run = (turn * (v[:, 0] - u[:, 0]))[triangle]
        bound = -run * (y - u[triangle, 1]) + slope * u[triangle, 0]
        flat = slope == 0
        at = bound / np.where(flat, 1, slope)
        lo = np.where(slope > 0, np.maximum(lo, at), lo)
        hi = np.where(slope < 0, np.minimum(hi, at), hi)
        hi = np.where(flat & (bound > SLACK), -1, hi)
    first, last = np.ceil(lo - SLACK).astype(np.intp), np.floor(hi + SLACK).astype(np.intp)
    return triangle, y, np.maximum(first, 0), np.minimum(last, width - 1)


def _area(xy: NDArray[Any]) -> NDArray[Any]:
    """Return twice the signed area of triangles; y points down in pictures."""
    a, b, c = xy[:, 0], xy[:, 1], xy[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.asarray(area)


def planes(xy: Single, values: Single) -> Single:
    """Return a, b, c of value = a x + b y + c through the corners of each triangle.

    Parameters
    ----------
    xy : ndarray, shape (n, 3, 2)
        Corners.
    values : ndarray, shape (n, 3, k)
        Values at the corners.

    Returns
    -------
    ndarray, shape (n, 3, k)
        The slopes along x and y, and the value at the origin.
    """
    p = xy.astype(np.float64)
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    det = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    det = np.where(det == 0, np.inf, det)[:, None]
    d1, d2 = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    a = (d1 * e2[:, 1:] - d2 * e1[:, 1:]) / det
    b = (d2 * e1[:, :1] - d1 * e2[:, :1]) / det
    c = values[:, 0] - a * p[:, 0, :1] - b * p[:, 0, 1:]
    return np.stack([a, b, c], 1).astype(np.float32)


def nearest(found: Fragments, *, n_samples: int) -> tuple[Ints32, Single]:
    """Keep the nearest fragment of each sample.

    Returns
    -------
    triangle : ndarray of int, shape (n_samples,)
        -1 where there is none.
    near : ndarray, shape (n_samples,)
        One over its depth, 0 where there is none.
    """
    triangle = np.full(n_samples, -1, np.int32)
    near = np.zeros(n_samples, np.float32)
    # Compared as stored, or a rounded one would seem nearer than itself for ever.
    left = Fragments(
        sample=found.sample, triangle=found.triangle, near=found.near.astype(np.float32)
    )
    while len(left.sample):
        left = left.select(left.near > near[left.sample])
        near[left.sample] = left.near
        triangle[left.sample] = left.triangle
    return triangle, near
