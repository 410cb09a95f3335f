"""The rigged human mesh: vertices, faces, textures' coordinates, bones, weights, fitted parts.

The data is not part of Eutonia: a folder holds it, and its ``SOURCE.txt`` describes it. One unit of
the files is a decimetre; here everything is in metres, x to the person's left, y up, z forward.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.simulate.people.errors import MeshError

Ints = NDArray[np.intp]

#: Metres in one unit of the files.
METRE = 0.1

#: The files store a target's offsets as whole numbers of this many to the unit.
TARGET_STEPS = 2000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """Triangles over a set of vertices.

    Parameters
    ----------
    corners : ndarray of int, shape (n_triangles, 3)
        Vertices of each triangle, counterclockwise from outside.
    uv : ndarray, shape (n_triangles, 3, 2)
        Place of each corner in the texture, 0 to 1, v upwards.
    """

    corners: Ints
    uv: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """Bones in an order in which parents come first.

    Parameters
    ----------
    names : tuple of str
        Name of each bone; ``.L`` and ``.R`` are the person's.
    parents : ndarray of int, shape (n_bones,)
        Index of each bone's parent, -1 for the root.
    heads, tails : tuple of tuple of int
        The vertices whose mean is the near and the far end of each bone: so joints follow morphs.
    """

    names: tuple[str, ...]
    parents: Ints
    heads: tuple[tuple[int, ...], ...]
    tails: tuple[tuple[int, ...], ...]

    def index(self, name: str) -> int:
        """Return the index of a bone by its name."""
        return self.names.index(name)


@dataclass(frozen=True, kw_only=True, eq=False)
class Base:
    """The base mesh.

    Parameters
    ----------
    vertices : ndarray, shape (n_vertices, 3)
        Metres.
    groups : mapping of str to Surface
        Faces by the name of their group: ``body``, ``helper-tights``, ...
    skeleton : Skeleton
        The bones.
    weights : ndarray, shape (n_vertices, n_bones)
        How much each bone moves each vertex; rows sum to 1, or to 0 where no bone is named.
    """

    vertices: Floats
    groups: Mapping[str, Surface]
    skeleton: Skeleton
    weights: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A mesh fitted to the base by weights of three of its vertices: an eye, hair, teeth.

    Parameters
    ----------
    surface : Surface
        Its faces.
    anchors : ndarray of int, shape (n_vertices, 3)
        Base vertices that each of its vertices hangs on.
    shares : ndarray, shape (n_vertices, 3)
        Weight of each anchor.
    offsets : ndarray, shape (n_vertices, 3)
        Added in the units of `scales`.
    scales : tuple of (int, int, float), 3
        Per axis two base vertices and their distance, in the file's units, that keeps offsets.
    """

    surface: Surface
    anchors: Ints
    shares: Floats
    offsets: Floats
    scales: tuple[tuple[int, int, float], ...]

    def fit(self, base: Floats) -> Floats:
        """Return its vertices in metres for base vertices in metres, ``(n_vertices, 3)``."""
        scale = [
            abs(base[a, axis] - base[b, axis]) / reference
            for axis, (a, b, reference) in enumerate(self.scales)
        ]
        fitted: Floats = np.einsum("nk,nkd->nd", self.shares, base[self.anchors])
        return np.asarray(fitted + self.offsets * np.asarray(scale))

    def weights(self, base: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the weights of bones on its vertices from those of its anchors."""
        shares = np.clip(self.shares, 0, None).astype(np.float32)
        mixed = np.einsum("nk,nkb->nb", shares, base[self.anchors])
        total = mixed.sum(1, keepdims=True)
        return np.asarray(mixed / np.where(total > 0, total, 1))


def _open(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MeshError(
            f"The human mesh lacks {path}: give the folder that holds base.obj and SOURCE.txt."
        ) from error


@functools.lru_cache(maxsize=2)
def base(folder: Path) -> Base:
    """Read the base mesh with its bones and weights from the folder of the data.

    Raises
    ------
    MeshError
        If the folder lacks a file.
    """
    vertices, groups = _obj(_open(folder, "base.obj"))
    skeleton = _skeleton(json.loads(_open(folder, "default.mhskel")))
    named = json.loads(_open(folder, "default_weights.mhw"))["weights"]
    weights = np.zeros((len(vertices), len(skeleton.names)), np.float32)
    for bone, pairs in named.items():
        rows = np.asarray(pairs)
        weights[rows[:, 0].astype(int), skeleton.index(bone)] = rows[:, 1]
    total = weights.sum(1, keepdims=True)
    return Base(
        vertices=vertices * METRE,
        groups=groups,
        skeleton=skeleton,
        weights=(weights / np.where(total > 0, total, 1)).astype(np.float32),
    )


@functools.lru_cache(maxsize=64)
def part(folder: Path, kind: str, name: str) -> Part:
    """Read a fitted part such as ``("hair", "short01")`` from the folder of the data."""
    _, groups = _obj(_open(folder, f"{kind}/{name}.obj"))
    surface = Surface(
        corners=np.concatenate([g.corners for g in groups.values()]),
        uv=np.concatenate([g.uv for g in groups.values()]),
    )
    scales: dict[str, tuple[int, int, float]] = {}
    rows: list[list[float]] = []
    reading = False
    for line in _open(folder, f"{kind}/{name}.mhclo").splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] in ("verts", "delete_verts"):
            reading = words[0] == "verts"
        elif words[0] in ("x_scale", "y_scale", "z_scale"):
            scales[words[0]] = (int(words[1]), int(words[2]), float(words[3]))
        elif reading and words[0].isdigit():
            # One number is a base vertex to sit on; nine are anchors, shares and an offset.
            alone = [float(words[0])] * 3 + [1, 0, 0, 0, 0, 0]
            rows.append(alone if len(words) == 1 else [float(word) for word in words])
    table = np.asarray(rows)
    return Part(
        surface=surface,
        anchors=table[:, :3].astype(np.intp),
        shares=table[:, 3:6],
        offsets=table[:, 6:9],
        scales=tuple(scales[f"{axis}_scale"] for axis in "xyz"),
    )


class Targets:
    """The morph targets: named offsets of base vertices."""

    def __init__(self, folder: Path) -> None:
        path = folder / "targets.npz"
        if not path.is_file():
            raise MeshError(f"The human mesh lacks {path}: its morph targets are in that file.")
        with np.load(path) as file:
            self._arrays = {name: file[name] for name in file.files}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all targets."""
        return tuple(sorted(n[:-2] for n in self._arrays if n.endswith(":i")))

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a target of that name."""
        return f"{name}:i" in self._arrays

    def add(self, vertices: Floats, name: str, weight: float) -> None:
        """Add a target to vertices in metres, in place."""
        offsets = self._arrays[f"{name}:v"].astype(np.float64)
        vertices[self._arrays[f"{name}:i"]] += offsets * (weight * METRE / TARGET_STEPS)


@functools.lru_cache(maxsize=2)
def targets(folder: Path) -> Targets:
    """Read the morph targets from the folder of the data."""
    return Targets(folder)


def _skeleton(file: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Skeleton:
    bones = file["bones"]
    order: list[str] = []

    def descend(name: str | None) -> None:
        for bone, entry in bones.items():
            if entry["parent"] == name:
                order.append(bone)
                descend(bone)

    descend(None)
    joints = file["joints"]
    place = {name: k for k, name in enumerate(order)}
    return Skeleton(
        names=tuple(order),
        parents=np.array([place.get(bones[b]["parent"], -1) for b in order], np.intp),
        heads=tuple(tuple(map(int, joints[bones[b]["head"]])) for b in order),
        tails=tuple(tuple(map(int, joints[bones[b]["tail"]])) for b in order),
    )


def _obj(text: str) -> tuple[Floats, dict[str, Surface]]:
    """Return vertices in the file's units and the faces by group, quads cut into triangles."""
    vertices: list[list[float]] = []
    places: list[list[float]] = []
    faces: dict[str, list[list[list[int]]]] = {}
    group = "all"
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif word == "vt":
            places.append([float(x) for x in rest.split()[:2]])
        elif word == "g":
            group = rest.strip()
        elif word == "f":
            corners = [[int(i) - 1 for i in c.split("/")[:2]] for c in rest.split()]
            for k in range(1, len(corners) - 1):
                faces.setdefault(group, []).append([corners[0], corners[k], corners[k + 1]])
    uv = np.asarray(places)
    groups = {
        name: Surface(corners=(t := np.asarray(rows, np.intp))[..., 0], uv=uv[t[..., 1]])
        for name, rows in faces.items()
    }
    return np.asarray(vertices), groups
