"""Draw a posed person in a scene: picture and truth."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.simulate.people import raster
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.pose import Bones, Pose, bones
from eutonia.simulate.people.scene import Picture, Scene, background, developed
from eutonia.simulate.people.truth import Truth, truth_of

Single = NDArray[np.float32]

#: Nothing nearer than this to the camera is drawn, metres.
NEAREST_M = 0.05

#: Opacity from which a see-through texture hides what lies behind it in its own layer.
SOLID = 60.0

#: Samples of a pixel whose depths are this alike show one surface.
SMOOTH = 0.997


def render(
    person: Person, pose: Pose, scene: Scene, *, folder: Path | None = None
) -> tuple[Picture, Truth]:
    """Draw a person and tell what is true of the picture.

    Parameters
    ----------
    person : Person
        From `body.person`.
    pose : Pose
        What their joints do.
    scene : Scene
        Camera, lights, background.
    folder : Path, optional
        Where the data of the mesh is, if not where the person was read from.

    Returns
    -------
    picture : ndarray of uint8, shape (height, width, 3)
        Blue, green, red, upright; the person's left is at the picture's right.
    truth : Truth
        Angles, closures, joints in space and in the picture.
    """
    placed = bones(person, pose, folder=folder)
    scene = scene.aimed(person, placed)
    return developed(draw(person, placed, scene), scene), truth_of(person, placed, scene)


def draw(person: Person, placed: Bones, scene: Scene) -> Single:
    """Return the light in each pixel before the sensor, ``(height, width, 3)``."""
    fine = scene.supersampling
    size = (scene.width * fine, scene.height * fine)
    camera = scene.camera()
    vertices = placed.carry(person, person.vertices, person.weights)
    pixels, depth = camera.project(vertices)
    # Centres of samples are whole numbers, as those of pixels are.
    xy = (pixels * fine + (fine - 1) / 2).astype(np.float32)[person.corners]
    shown = _shown(person, xy, depth, size)
    wall = background(scene.background, scene.background_seed, scene.width, scene.height)
    image = wall.reshape(-1, 3).astype(np.float32)
    if len(shown):
        level = _level(person, xy, shown)
        near = (1 / np.maximum(depth, NEAREST_M)).astype(np.float32)[person.corners]
        view = _View(
            person=person,
            xy=xy,
            near=near,
            values=_values(person, _light(person, vertices, scene), level),
            texture=person.atlas[level],
            size=size,
            fine=fine,
        )
        front = view.solids(image, shown[person.layer[shown] == 0])
        for layer in (1, 2, 3):
            view.sheets(image, shown[person.layer[shown] == layer], front)
    return image.reshape(scene.height, scene.width, 3)


def _shown(person: Person, xy: Single, depth: Floats, size: tuple[int, int]) -> NDArray[np.intp]:
    """Return the triangles that face the camera, in front of it and in the picture."""
    solid = raster.facing(xy, size=size)
    # Hair, brows and lashes are sheets that are seen from both sides.
    sheets = raster.touching(xy, size, np.flatnonzero(person.layer > 0))
    shown = np.concatenate([solid[person.layer[solid] == 0], sheets])
    return np.asarray(shown[(depth[person.corners[shown]] > NEAREST_M).all(1)])


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    """A person's triangles as the camera sees them."""

    person: Person
    xy: Single
    near: Single
    values: Single
    texture: Picture
    size: tuple[int, int]
    fine: int

    def solids(self, image: Single, members: NDArray[np.intp]) -> Single:
        """Draw what hides; return one over the depth of each sample, 0 where there is nothing."""
        width, height = self.size
        found = raster.fragments(self.xy[members], self.near[members], size=self.size)
        triangle, front = raster.nearest(found, n_samples=width * height)
        grid = (height // self.fine, self.fine, width // self.fine, self.fine)
        depths = front.reshape(height, width)
        farthest, nearest = self._over(depths, np.minimum), self._over(depths, np.maximum)
        # Most pixels show one smooth surface: one sample does for them.
        part = self.person.part[members][triangle].reshape(height, width)
        same = self._over(part, np.minimum) == self._over(part, np.maximum)
        same &= farthest > nearest * SMOOTH
        rows, columns = np.nonzero(same & (nearest > 0))
        first = triangle.reshape(grid)[rows, 0, columns, 0]
        middle = (self.fine - 1) / 2
        plane = raster.planes(self.xy[members], self.values[members])
        colour, _ = self._shaded(
            plane, first, columns * self.fine + middle, rows * self.fine + middle
        )
        image[rows * grid[2] + columns] = colour
        rows, columns = np.nonzero(~same & (nearest > 0))
        whole = np.zeros((len(rows), 3), np.float32)
        pixel = rows * grid[2] + columns
        for j in range(self.fine):
            for i in range(self.fine):
                hit = triangle.reshape(grid)[rows, j, columns, i]
                one = image[pixel]
                on = hit >= 0
                x, y = columns[on] * self.fine + i, rows[on] * self.fine + j
                one[on], _ = self._shaded(plane, hit[on], x, y)
                whole += one
        image[pixel] = whole / self.fine**2
        return front

    def _over(self, grid: NDArray[Any], pick: np.ufunc) -> NDArray[Any]:
        """Return the least or greatest of each pixel's samples."""
        f = self.fine
        return functools.reduce(pick, [grid[j::f, i::f] for j in range(f) for i in range(f)])

    def sheets(self, image: Single, members: NDArray[np.intp], front: Single) -> None:
        """Draw sheets that are seen through where their texture says, over what is there."""
        if not len(members):
            return
        found = raster.fragments(self.xy[members], self.near[members], size=self.size)
        # They lie on the skin: a little behind it still counts as before it.
        found = found.select(found.near * np.float32(1.002) >= front[found.sample])
        plane = raster.planes(self.xy[members], self.values[members])
        y, x = np.divmod(found.sample, self.size[0])
        colour, opacity = self._shaded(plane, found.triangle, x, y)
        solid = np.flatnonzero(opacity > SOLID)
        kept = raster.Fragments(
            sample=found.sample[solid], triangle=solid.astype(np.int32), near=found.near[solid]
        )
        best, _ = raster.nearest(kept, n_samples=len(front))
        sample = np.flatnonzero(best >= 0)
        chosen = best[sample]
        share = np.clip((opacity[chosen] - SOLID) / 100, 0, 1)
        y, x = np.divmod(sample, self.size[0])
        pixel = y // self.fine * (self.size[0] // self.fine) + x // self.fine
        touched, place = np.unique(pixel, return_inverse=True)
        weight = share / self.fine**2
        covered = np.bincount(place, weight)[:, None]
        added = np.stack([np.bincount(place, weight * c) for c in colour[chosen].T], 1)
        image[touched] = image[touched] * (1 - covered) + added

    def _shaded(
        self, plane: Single, triangle: NDArray[np.int32], x: NDArray[Any], y: NDArray[Any]
    ) -> tuple[Single, Single]:
        """Return the colour and the opacity of triangles at places in samples."""
        flat = plane.reshape(len(plane), -1)[triangle]
        k = flat.shape[1] // 3
        value = flat[:, :k] * x[:, None].astype(np.float32)
        value += flat[:, k : 2 * k] * y[:, None].astype(np.float32)
        value += flat[:, 2 * k :]
        looked = _looked_up(self.texture, value[:, 0], value[:, 1])
        return looked[:, :3] * value[:, 2:5] + value[:, 5:6], looked[:, 3]


def _light(person: Person, vertices: Floats, scene: Scene) -> Single:
    """Return the light on each vertex: factors on blue, green, red, and a highlight, (n, 4)."""
    points = vertices.astype(np.float32)
    a, b, c = (points[person.corners[:, k]] for k in range(3))
    (ux, uy, uz), (vx, vy, vz) = (b - a).T, (c - a).T
    across = np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], 1)
    normals = np.asarray(person.faces @ across)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    view = scene.camera().place.astype(np.float32) - points
    view /= np.maximum(np.linalg.norm(view, axis=1, keepdims=True), 1e-6)
    # Less light comes from below, and from where the skin turns away into its own folds.
    total = np.full((len(points), 3), scene.ambient, np.float32)
    total *= 0.85 + 0.15 * normals[:, 1:2]
    shine = np.zeros(len(points), np.float32)
    for lamp in scene.lights:
        towards = lamp.direction.astype(np.float32)
        facing = normals @ towards
        # Light wraps a little around skin, as it scatters inside.
        lit = np.clip((facing + 0.25) / 1.25, 0, None)
        total += lit[:, None] * np.asarray(lamp.colour, np.float32)
        half = view + towards
        half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
        shine += np.clip((normals * half).sum(1), 0, None) ** 24 * lamp.colour[1]
    return np.concatenate([total, (60 * shine * person.gloss)[:, None]], 1)


def _level(person: Person, xy: Single, chosen: NDArray[np.intp]) -> int:
    """Return which halving of the textures has about one texel a sample."""
    body = chosen[person.layer[chosen] == 0]
    edges = np.linalg.norm(xy[body, 1] - xy[body, 0], axis=1)
    texels = np.linalg.norm(person.texel[body, 1] - person.texel[body, 0], axis=1)
    ratio = np.median(texels[edges > 0] / edges[edges > 0]) if (edges > 0).any() else 1.0
    return int(np.clip(np.round(np.log2(max(ratio, 1.0))), 0, len(person.atlas) - 1))


def _values(person: Person, light: Single, level: int) -> Single:
    """Return what is interpolated over triangles: place in the texture and light, (n, 3, 6)."""
    scale = np.float32(0.5**level)
    texel = (person.texel + np.float32(0.5)) * scale - np.float32(0.5)
    return np.concatenate([texel, light[person.corners]], 2)


def _looked_up(texture: Picture, u: Single, v: Single) -> Single:
    """Return a texture's values at places between its pixels, (n, 4)."""
    # remap() wants pictures: rows of at most 2**14 places.
    row = 1 << 14
    n = len(u)
    if n == 0:
        return np.empty((0, 4), np.float32)
    rows = -(-n // row)
    padded = np.zeros((2, rows * row), np.float32)
    padded[0, :n], padded[1, :n] = u, v
    maps = padded.reshape(2, rows, row)
    out = cv2.remap(texture, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out.reshape(-1, 4)[:n].astype(np.float32)
