"""Joints of limbs and fingers: which bone each turns, and about which axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eutonia.model import Floats
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.errors import MeshError

FINGERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "little": 5}

#: Joints of the limbs: bone, axis of a positive angle on the left side, whether the right side
#: mirrors it.
_AXES: dict[str, tuple[str, Floats, bool]] = {
    "arm_forward": ("upperarm01", np.array([-1.0, 0, 0]), False),
    "arm_out": ("upperarm01", np.array([0, 0, 1.0]), True),
    "arm_turn": ("upperarm01", np.array([0, 1.0, 0]), True),
    "hip_forward": ("upperleg01", np.array([-1.0, 0, 0]), False),
    "hip_out": ("upperleg01", np.array([0, 0, 1.0]), True),
    "hip_turn": ("upperleg01", np.array([0, 1.0, 0]), True),
    "knee": ("lowerleg01", np.array([1.0, 0, 0]), False),
    "ankle": ("foot", np.array([-1.0, 0, 0]), False),
    "inversion": ("foot", np.array([0, 0, -1.0]), True),
}


def joint(person: Person, name: str) -> tuple[str, Floats]:
    """Return the bone that a named joint turns and the axis of positive angles at rest.

    Raises
    ------
    MeshError
        If there is no such joint.
    """
    side, _, what = name.partition("_")
    end = {"left": ".L", "right": ".R"}.get(side)
    if end is None:
        raise MeshError(f"A joint's name starts with left_ or right_, not {name!r}.")
    if what in _AXES:
        bone, axis, mirrored = _AXES[what]
        # A mirror turns rotations about upright and forward axes the other way.
        return bone + end, -axis if mirrored and end == ".R" else axis
    index = person.base.skeleton.index

    def along(bone: str) -> Floats:
        k = index(bone + end)
        return np.asarray(person.tails[k] - person.heads[k])

    if what == "elbow":
        return "lowerarm01" + end, np.cross(along("upperarm01"), along("lowerarm01"))
    if what == "forearm_turn":
        return "lowerarm02" + end, along("lowerarm02") * (1 if end == ".R" else -1)
    if what == "wrist":
        return "wrist" + end, _across(along, 3)
    finger, _, level = what.partition("_")
    if finger in FINGERS:
        k = FINGERS[finger]
        levels = ("cmc", "mcp", "ip") if finger == "thumb" else ("mcp", "pip", "dip")
        if level == "spread":
            sign = 1 if end == ".L" else -1
            palm = np.cross(_across(along, k), along(f"finger{k}-1"))
            return f"finger{k}-1{end}", sign * palm
        if level in levels:
            return f"finger{k}-{levels.index(level) + 1}{end}", _across(along, k)
    raise MeshError(f"There is no joint {name!r}.")


def _across(along: Callable[[str], Floats], k: int) -> Floats:
    """Return the axis about which a finger bends: that of its own slight bend at rest."""
    return np.asarray(np.cross(along(f"finger{k}-1"), along(f"finger{k}-3")))
