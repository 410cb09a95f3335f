"""Pose units of the face: which bones turn, and how, for one expression."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from eutonia.model import Floats
from eutonia.simulate.people import rotation
from eutonia.simulate.people.errors import MeshError


def unit(folder: Path, name: str) -> dict[str, Floats]:
    """Return the rotation vectors in radians of a unit, by bone.

    Raises
    ------
    MeshError
        If there is no such unit.
    """
    units = face_units(folder)
    if name not in units:
        raise MeshError(f"There is no pose unit {name}; there are {', '.join(sorted(units))}.")
    return units[name]


@functools.lru_cache(maxsize=2)
def face_units(folder: Path) -> dict[str, dict[str, Floats]]:
    """Read the pose units of the face: rotation vectors in radians by bone, mesh axes."""
    names = json.loads((folder / "face-poseunits.json").read_text())["framemapping"]
    header, _, motion = (folder / "face-poseunits.bvh").read_text().partition("MOTION")
    bones: list[tuple[str, int]] = []
    words = header.split()
    at = 0
    for k, word in enumerate(words):
        if word in ("ROOT", "JOINT"):
            bone = words[k + 1]
        elif word == "CHANNELS":
            count = int(words[k + 1])
            bones.append((bone, at + count - 3))
            at += count
    rows = [list(map(float, line.split())) for line in motion.strip().splitlines()[2:]]
    # The file is z-up: mesh (x, y, z) = file (x, z, -y).
    upright = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    units: dict[str, dict[str, Floats]] = {}
    for name, row in zip(names, rows, strict=True):
        units[name] = {}
        for bone, start in bones:
            x, y, z = row[start : start + 3]
            # Below this the file holds rounding only.
            if max(abs(x), abs(y), abs(z)) > 0.05:
                units[name][bone] = upright @ rotation.to_vector(_euler(x, y, z))
    return units


def _euler(x: float, y: float, z: float) -> Floats:
    turned = rotation.about((1, 0, 0), x) @ rotation.about((0, 1, 0), y)
    return np.asarray(turned @ rotation.about((0, 0, 1), z))
