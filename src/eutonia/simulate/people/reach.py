"""A hand that touches the face, as in a sensory trick, or any other point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import least_squares

from eutonia.model import Floats
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.errors import MeshError
from eutonia.simulate.people.pose import Bones, Pose, bones

#: Joints of an arm that reaching moves: lowest, highest and preferred angle, degrees.
_ARM = {
    "arm_forward": (-20, 120, 50),
    "arm_out": (-70, 40, -40),
    "arm_turn": (-90, 90, 0),
    "elbow": (-20, 110, 80),
    "forearm_turn": (-90, 60, 0),
    "wrist": (-50, 60, 0),
}

#: How the fingers are held: the index points, the others are half closed.
_FINGERS = {
    f"{finger}_{level}": degrees
    for finger, angle in (("index", 5.0), ("middle", 35.0), ("ring", 55.0), ("little", 55.0))
    for level, degrees in (("mcp", angle * 0.7), ("pip", angle), ("dip", angle * 0.5))
}

#: What can be touched: where the point lies on the head at rest, from the bone's end, metres.
TOUCHED = {
    "chin": ("jaw", (0.0, -0.004, 0.014)),
    "cheek": ("eye", (0.022, -0.050, -0.020)),
    "temple": ("eye", (0.045, 0.015, -0.045)),
}


def touching(person: Person, pose: Pose, side: str, what: str = "chin") -> Pose:
    """Return a pose in which the index finger's tip of one hand touches the face.

    Parameters
    ----------
    person : Person
        Who.
    pose : Pose
        What the rest of the body does; the head may be turned.
    side : str
        ``left`` or ``right``: hand and side of the face.
    what : str
        ``chin``, ``cheek`` or ``temple``.

    Raises
    ------
    MeshError
        If there is no such place.
    """
    if what not in TOUCHED:
        raise MeshError(f"A hand can touch {', '.join(TOUCHED)}, not {what!r}.")
    placed = bones(person, pose)
    end = {"left": ".L", "right": ".R"}[side]
    bone, offset = TOUCHED[what]
    index = person.base.skeleton.index(bone if bone == "jaw" else bone + end)
    start = person.tails[index]
    mirror = 1.0 if side == "left" else -1.0
    at_rest = start + np.array([offset[0] * mirror, offset[1], offset[2]])
    carrier = person.base.skeleton.index("jaw" if bone == "jaw" else "head")
    target = placed.heads[carrier] + placed.turned[carrier] @ (at_rest - person.heads[carrier])
    return reaching(person, pose, side, target)


def reaching(person: Person, pose: Pose, side: str, target: Floats) -> Pose:
    """Return a pose in which the tip of an index finger is at a point in metres, world axes."""
    names = list(_ARM)
    low, high, wanted = (np.array([_ARM[n][k] for n in names], float) for k in range(3))
    tip = person.base.skeleton.index("finger2-3" + {"left": ".L", "right": ".R"}[side])

    def posed(angles: Floats) -> Pose:
        moved = dict(zip((f"{side}_{n}" for n in names), map(float, angles), strict=True))
        held = {f"{side}_{n}": degrees for n, degrees in _FINGERS.items()}
        return replace(pose, joints={**pose.joints, **held, **moved})

    def miss(angles: Floats) -> Floats:
        placed: Bones = bones(person, posed(angles))
        # A millimetre off weighs as much as ten degrees from where joints like to be.
        return np.concatenate([(placed.tails[tip] - target) * 1000, (angles - wanted) / 100])

    start = np.clip(wanted, low + 1, high - 1)
    found = least_squares(miss, start, bounds=(low, high), diff_step=1e-3, max_nfev=40)
    return posed(found.x)
