"""A pair of glasses: two rims, a bridge and two temples, each a tube."""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats
from eutonia.simulate.people.mesh import Ints

#: Blue, green, red of the frame.
COLOUR = (38.0, 34.0, 32.0)

#: Metres: half-width and half-height of a rim, how thick it is, how far before the pupil it lies,
#: and how long the temples are.
RIM = (0.026, 0.020)
THICK, BEFORE, TEMPLE = 0.0016, 0.014, 0.105

#: Corners around a tube.
SIDES = 6


def frame(eyes: Floats, pupils: Floats) -> tuple[Floats, Ints]:
    """Return vertices and triangles of a frame.

    Parameters
    ----------
    eyes, pupils : ndarray, shape (2, 3)
        Centres of the left and the right eye and the points before them where they look, metres.

    Returns
    -------
    vertices : ndarray, shape (n, 3)
    corners : ndarray of int, shape (m, 3)
    """
    z = float(pupils[:, 2].mean()) + BEFORE
    lines = []
    turn = np.linspace(0, 2 * np.pi, 41)
    for x, y, _ in eyes:
        rim = np.stack([np.cos(turn) * RIM[0] + x, np.sin(turn) * RIM[1] + y], 1)
        lines.append(np.column_stack([rim, np.full(len(rim), z)]))
    (lx, ly, _), (rx, ry, _) = eyes
    y = (ly + ry) / 2 + 0.006
    bend = np.linspace(rx + RIM[0] * 0.97, lx - RIM[0] * 0.97, 7)
    lines.append(np.column_stack([bend, np.full(7, y), np.full(7, z)]))
    for x, out in ((lx, 1), (rx, -1)):
        start = np.array([x + out * RIM[0], y, z])
        lines.append(
            start + np.linspace(0, 1, 9)[:, None] * np.array([out * 0.009, 0.002, -TEMPLE])
        )
    vertices: list[Floats] = []
    corners: list[Ints] = []
    for line in lines:
        points, triangles = _tube(line)
        corners.append(triangles + sum(map(len, vertices)))
        vertices.append(points)
    return np.concatenate(vertices), np.concatenate(corners)


def _tube(line: Floats) -> tuple[Floats, Ints]:
    """Return a tube around a line of points."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    # A direction that no part of a frame runs along for long.
    aside = np.cross(along, [0.35, 0.25, 0.9])
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    other = np.cross(along, aside)
    turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
    ring = (
        np.cos(turn)[None, :, None] * aside[:, None] + np.sin(turn)[None, :, None] * other[:, None]
    )
    vertices = (line[:, None] + THICK * ring).reshape(-1, 3)
    i, k = np.meshgrid(np.arange(len(line) - 1), np.arange(SIDES), indexing="ij")
    a, b = i * SIDES + k, i * SIDES + (k + 1) % SIDES
    c, d = a + SIDES, b + SIDES
    squares = np.stack([a, b, d, a, d, c], -1).reshape(-1, 3)
    return vertices, squares.astype(np.intp)
