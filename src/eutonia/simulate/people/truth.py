"""What is true of a picture: taken from the posed bones and skin, not from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eutonia.model import Floats
from eutonia.simulate.people import rotation
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.joints import FINGERS
from eutonia.simulate.people.pose import Bones, lid_gap, open_gap
from eutonia.simulate.people.scene import Scene

#: Named points: bone, and whether its far end.
_ENDS: dict[str, tuple[str, bool]] = {
    "shoulder": ("upperarm01", False),
    "elbow": ("lowerarm01", False),
    "wrist": ("wrist", False),
    "hip": ("upperleg01", False),
    "knee": ("lowerleg01", False),
    "ankle": ("foot", False),
    "forefoot": ("foot", True),
    "eye": ("eye", False),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What a perfect tracker would find.

    Parameters
    ----------
    head_in_trunk, head_in_camera : ndarray, shape (3, 3)
        Rotation of the head against the trunk, and against the camera's axes (picture's right, up,
        back): both identity for a straight head in front of a level camera.
    trunk_in_camera : ndarray, shape (3, 3)
        The trunk's against the camera's axes.
    yaw, pitch, roll : float
        Of `head_in_trunk`, degrees, by `rotation.of_head`.
    lid_left, lid_right : float
        Share of the open gap between the lids that is gone, 0 to 1.
    jaw, jaw_right : float
        Rotation of the jaw against the head: opening and deviation, degrees.
    shift_right_m, shift_forward_m : float
        How far the head's base has moved in the trunk from its place at rest, trunk axes.
    bends : mapping of str to float
        Angle in degrees between the lines from joint to joint that meet at one, 0 straight:
        fingers (``left_index_pip``), ``left_elbow``, ``left_knee``. Measured on the posed bones: it
        holds the slight bend of the rest, which is not quite about the same axis as what is added.
    points_m : mapping of str to ndarray, shape (3,)
        Joints in world axes: ``left_shoulder``, ``right_wrist``, ``left_index_tip``, ...
    points_px : mapping of str to ndarray, shape (2,)
        Where they appear in the picture, whether hidden or not.
    """

    head_in_trunk: Floats
    head_in_camera: Floats
    trunk_in_camera: Floats
    yaw: float
    pitch: float
    roll: float
    lid_left: float
    lid_right: float
    jaw: float
    jaw_right: float
    shift_right_m: float
    shift_forward_m: float
    bends: Mapping[str, float]
    points_m: Mapping[str, Floats]
    points_px: Mapping[str, Floats]


def truth_of(person: Person, placed: Bones, scene: Scene) -> Truth:
    """Return what is true of a posed person seen by an aimed scene's camera."""
    index = person.base.skeleton.index
    camera = scene.camera()
    head, trunk = placed.turned[index("head")], placed.turned[index("spine01")]
    relative = trunk.T @ head
    yaw, pitch, roll = rotation.angles(relative)
    jaw = head.T @ placed.turned[index("jaw")]
    closed = {
        side: 1 - lid_gap(person, side, placed) / open_gap(person, side)
        for side in ("Left", "Right")
    }
    top, below = index("head"), index("neck01")
    moved = trunk.T @ (placed.heads[top] - placed.heads[below])
    moved = moved - (person.heads[top] - person.heads[below])
    points = joints_of(person, placed)
    pixels, _ = camera.project(np.array(list(points.values())))
    return Truth(
        head_in_trunk=relative,
        head_in_camera=camera.axes @ head,
        trunk_in_camera=camera.axes @ trunk,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        lid_left=closed["Left"],
        lid_right=closed["Right"],
        # A jaw that opens turns its front down: about the ear-to-ear axis.
        jaw=float(np.degrees(np.arctan2(-jaw[1, 2], np.hypot(jaw[0, 2], jaw[2, 2])))),
        jaw_right=float(np.degrees(-np.arctan2(jaw[0, 2], jaw[2, 2]))),
        shift_right_m=float(-moved[0]),
        shift_forward_m=float(moved[2]),
        bends=_bends(points),
        points_m=points,
        points_px=dict(zip(points, pixels, strict=True)),
    )


def joints_of(person: Person, placed: Bones) -> dict[str, Floats]:
    """Return named joints of a posed person in metres, world axes."""
    index = person.base.skeleton.index
    points: dict[str, Floats] = {
        "head_base": placed.heads[index("head")],
        "head_top": placed.tails[index("head")],
        "neck_base": placed.heads[index("neck01")],
        "pelvis": placed.heads[index("root")],
    }
    for side, end in (("left", ".L"), ("right", ".R")):
        for name, (bone, far) in _ENDS.items():
            points[f"{side}_{name}"] = (placed.tails if far else placed.heads)[index(bone + end)]
        for finger, k in FINGERS.items():
            for level, name in enumerate(_levels(finger)[:3], start=1):
                points[f"{side}_{finger}_{name}"] = placed.heads[index(f"finger{k}-{level}{end}")]
            points[f"{side}_{finger}_tip"] = placed.tails[index(f"finger{k}-3{end}")]
    return points


def _bends(points: Mapping[str, Floats]) -> dict[str, float]:
    """Return the angle at each joint between what leads to it and what leaves it."""
    paths: list[tuple[str, ...]] = [("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")]
    paths += [("wrist", *(f"{f}_{level}" for level in _levels(f))) for f in FINGERS]
    chains = [[f"{side}_{name}" for name in path] for side in ("left", "right") for path in paths]
    return {
        b: _angle(points[b] - points[a], points[c] - points[b])
        for chain in chains
        for a, b, c in zip(chain, chain[1:], chain[2:], strict=False)
    }


def _levels(finger: str) -> tuple[str, str, str, str]:
    """Return a finger's joints from the wrist to the tip."""
    return ("cmc", "mcp", "ip", "tip") if finger == "thumb" else ("mcp", "pip", "dip", "tip")


def _angle(u: Floats, v: Floats) -> float:
    cosine = u @ v / (np.linalg.norm(u) * np.linalg.norm(v))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


#: The former name.
_points = joints_of
