"""Postures: what is asked of a person's joints, and where bones and skin then are.

All angles are degrees added to the mesh at rest (standing, arms held away from the body, knees,
elbows and fingers slightly bent); sides are the person's.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from eutonia.model import Floats
from eutonia.simulate.people import rotation
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.joints import joint
from eutonia.simulate.people.units import unit

#: Shares of a head's rotation that each bone of the neck takes, from below.
NECK = {"neck01": 0.2, "neck02": 0.2, "neck03": 0.2}

#: Strength of the lower lid's pose unit against the upper's: the upper lid does most of a blink.
LOWER_LID = 0.35

#: Degrees of the jaw in the pose unit that opens the mouth.
JAW_UNIT = 20.2


@dataclass(frozen=True, kw_only=True)
class Pose:
    """What is asked of a person's joints.

    Parameters
    ----------
    yaw, pitch, roll : float
        Head against trunk, by `rotation.of_head`: plus is chin to the right, chin up, right ear
        to the right shoulder.
    shift_right_cm, shift_forward_cm : float
        How far the neck carries the head aside and forward without turning it.
    turn, lean_forward, lean_right : float
        Trunk against the world: chest to the person's right, forward, to the right.
    shoulder_left, shoulder_right : float
        Elevation of each collar bone.
    lid_left, lid_right : float
        Closure of each eye, 0 open to 1 shut: the share of the open gap that is gone.
    gaze_right, gaze_up : float
        Eyes in the head.
    jaw, jaw_right : float
        Opening, and deviation to the right.
    mouth_left, mouth_right : float
        Pull of each corner of the mouth to its side, 0 to 1.
    units : mapping of str to float
        Strength of further pose units of the face, such as ``{"LeftBrowDown": 1}``.
    joints : mapping of str to float
        ``left_`` or ``right_`` and: arm_forward, arm_out, arm_turn, elbow, forearm_turn (palm
        towards the face of the earth: pronation), wrist (flexion), hip_forward, hip_out, hip_turn,
        knee, ankle (dorsiflexion), inversion (sole inwards), thumb_cmc, thumb_mcp, thumb_ip,
        and for index, middle, ring, little: _mcp, _pip, _dip (flexion), _spread (to the thumb).
    at_m : tuple of float
        Where the body is moved to, metres, world axes.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift_right_cm: float = 0.0
    shift_forward_cm: float = 0.0
    turn: float = 0.0
    lean_forward: float = 0.0
    lean_right: float = 0.0
    shoulder_left: float = 0.0
    shoulder_right: float = 0.0
    lid_left: float = 0.0
    lid_right: float = 0.0
    gaze_right: float = 0.0
    gaze_up: float = 0.0
    jaw: float = 0.0
    jaw_right: float = 0.0
    mouth_left: float = 0.0
    mouth_right: float = 0.0
    units: Mapping[str, float] = field(default_factory=dict)
    joints: Mapping[str, float] = field(default_factory=dict)
    at_m: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bones:
    """Where the bones of a posed person are.

    Parameters
    ----------
    turned : ndarray, shape (n_bones, 3, 3)
        Rotation of each since rest, world axes.
    heads, tails : ndarray, shape (n_bones, 3)
        Their ends, metres.
    """

    turned: Floats
    heads: Floats
    tails: Floats

    def carry(self, person: Person, points: Floats, weights: NDArray[Any] | csr_matrix) -> Floats:
        """Move points at rest with the bones.

        Parameters
        ----------
        points : ndarray, shape (n, 3)
            At rest, metres.
        weights : ndarray or sparse matrix, shape (n, n_bones)
            How much each bone moves each point.
        """
        moved = self.heads - np.einsum("bij,bj->bi", self.turned, person.heads)
        both = np.concatenate([self.turned.reshape(-1, 9), moved], 1)
        mixed = np.asarray(weights @ both)
        turned = np.einsum("nij,nj->ni", mixed[:, :9].reshape(-1, 3, 3), points)
        return np.asarray(turned + mixed[:, 9:])


def bones(person: Person, pose: Pose, *, folder: Path | None = None) -> Bones:
    """Return where the bones are in a pose; `folder` if the data is not where it was."""
    skeleton = person.base.skeleton
    local = local_rotations(person, pose, folder=folder or person.folder)
    n = len(skeleton.names)
    turned, heads = np.empty((n, 3, 3)), np.empty((n, 3))
    for k, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        own = local.get(name)
        if parent < 0:
            turned[k] = np.eye(3) if own is None else own
            heads[k] = person.heads[k] + pose.at_m
            continue
        turned[k] = turned[parent] if own is None else turned[parent] @ own
        heads[k] = heads[parent] + turned[parent] @ (person.heads[k] - person.heads[parent])
    tails = heads + np.einsum("bij,bj->bi", turned, person.tails - person.heads)
    return Bones(turned=turned, heads=heads, tails=tails)


def local_rotations(person: Person, pose: Pose, *, folder: Path) -> dict[str, Floats]:
    """Return the rotation of each bone that moves against its parent, world axes at rest."""
    local = _trunk(pose)
    local |= _neck(person, pose)
    local |= _face(person, pose, folder=folder)
    for name, degrees in pose.joints.items():
        bone, axis = joint(person, name)
        local[bone] = local.get(bone, np.eye(3)) @ rotation.about(axis, degrees)
    return local


def _trunk(pose: Pose) -> dict[str, Floats]:
    """Turn at the pelvis, lean in five equal parts of the spine, raise the collar bones."""
    lean = rotation.about((1, 0, 0), pose.lean_forward) @ rotation.about((0, 0, 1), pose.lean_right)
    fifth = rotation.from_vector(rotation.to_vector(lean) / 5)
    local = {f"spine0{k}": fifth for k in range(1, 6)}
    local["root"] = rotation.about((0, 1, 0), -pose.turn)
    local["clavicle.L"] = rotation.about((0, 0, 1), pose.shoulder_left)
    local["clavicle.R"] = rotation.about((0, 0, -1), pose.shoulder_right)
    return local


def _neck(person: Person, pose: Pose) -> dict[str, Floats]:
    """Spread the head's rotation over the neck; head against trunk is exactly as asked."""
    whole = rotation.of_head(pose.yaw, pitch=pose.pitch, roll=pose.roll)
    vector = rotation.to_vector(whole)
    index = person.base.skeleton.index
    reach = float(np.linalg.norm(person.heads[index("head")] - person.heads[index("neck01")]))
    aside = np.degrees(np.arcsin(np.clip(pose.shift_right_cm / 100 / reach, -0.9, 0.9)))
    ahead = np.degrees(np.arcsin(np.clip(pose.shift_forward_cm / 100 / reach, -0.9, 0.9)))
    carried = rotation.about((0, 0, 1), float(aside)) @ rotation.about((1, 0, 0), float(ahead))
    local = {name: rotation.from_vector(share * vector) for name, share in NECK.items()}
    local["neck01"] = carried @ local["neck01"]
    below = local["neck01"] @ local["neck02"] @ local["neck03"]
    local["head"] = below.T @ whole
    return local


def _face(person: Person, pose: Pose, *, folder: Path) -> dict[str, Floats]:
    """Turn lids, eyes, jaw and lips by pose units; the jaw by exactly the angle asked."""
    strength = dict(pose.units)
    for side, closure in (("Left", pose.lid_left), ("Right", pose.lid_right)):
        shut = lid_strength(person, side, closure, folder=folder) if closure else 0.0
        for lid, share in ((f"{side}UpperLidClosed", 1.0), (f"{side}LowerLidUp", LOWER_LID)):
            strength[lid] = strength.get(lid, 0.0) + share * shut
    strength["MouthLeftPullSide"] = strength.get("MouthLeftPullSide", 0.0) + pose.mouth_left
    strength["MouthRightPullSide"] = strength.get("MouthRightPullSide", 0.0) + pose.mouth_right
    strength["JawDrop"] = strength.get("JawDrop", 0.0) + pose.jaw / JAW_UNIT
    vectors: dict[str, Floats] = {}
    for name, share in strength.items():
        if share:
            for bone, vector in unit(folder, name).items():
                vectors[bone] = vectors.get(bone, np.zeros(3)) + share * vector
    local = {bone: rotation.from_vector(v) for bone, v in vectors.items()}
    opened, aside = rotation.about((1, 0, 0), pose.jaw), rotation.about((0, 1, 0), -pose.jaw_right)
    local["jaw"] = aside @ opened
    look = rotation.about((0, 1, 0), -pose.gaze_right) @ rotation.about((1, 0, 0), -pose.gaze_up)
    local["eye.L"] = local["eye.R"] = look
    return local


#: Vertices of the left upper and lower lid's edge, pair by pair from the nose outwards.
LID_EDGE = ((6838, 6831), (6785, 6828), (6784, 6825), (6790, 6820))


@functools.lru_cache(maxsize=4)
def _mirror(person: Person) -> dict[int, int]:
    """Return the right counterpart of each vertex of the left lids' edges."""
    v = person.base.vertices
    body = np.unique(person.base.groups["body"].corners)
    return {
        k: int(body[np.argmin(np.abs(v[body] - v[k] * (-1, 1, 1)).sum(1))])
        for pair in LID_EDGE
        for k in pair
    }


def lid_gap(person: Person, side: str, placed: Bones) -> float:
    """Return the gap between the lids of one eye in metres, along the head's upright axis."""
    pairs = np.array(LID_EDGE)
    if side == "Right":
        mirror = _mirror(person)
        pairs = np.array([[mirror[k] for k in pair] for pair in LID_EDGE])
    flat = pairs.ravel()
    moved = placed.carry(person, person.shape[flat], person.base.weights[flat])
    up = placed.turned[person.base.skeleton.index("head")][:, 1]
    upper, lower = moved.reshape(-1, 2, 3).transpose(1, 0, 2)
    return float(((upper - lower) @ up).mean())


@functools.lru_cache(maxsize=32)
def _lid_curve(person: Person, side: str, folder: Path) -> tuple[Floats, Floats]:
    """Return closures and the strengths of the lids' pose units that bring them about."""
    strengths = np.linspace(0, 1.6, 33)
    gaps = np.array(
        [
            lid_gap(
                person,
                side,
                bones(
                    person,
                    Pose(units={f"{side}UpperLidClosed": s, f"{side}LowerLidUp": LOWER_LID * s}),
                    folder=folder,
                ),
            )
            for s in strengths
        ]
    )
    closed = np.maximum.accumulate(1 - gaps / gaps[0])
    return closed, strengths


def open_gap(person: Person, side: str) -> float:
    """Return the gap between the lids of an open eye in metres; `side` is Left or Right."""
    return _open_gaps(person)[side]


@functools.lru_cache(maxsize=32)
def _open_gaps(person: Person) -> dict[str, float]:
    placed = bones(person, Pose())
    return {side: lid_gap(person, side, placed) for side in ("Left", "Right")}


def lid_strength(person: Person, side: str, closure: float, *, folder: Path) -> float:
    """Return how strongly the lids' pose units must act for a closure of 0 to 1."""
    closed, strengths = _lid_curve(person, side, folder)
    return float(np.interp(closure, closed, strengths))
