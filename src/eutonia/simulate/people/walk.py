"""Walking: a pose at any time from known times of the heels' strikes.

The courses of hip, knee and ankle over a stride are round figures of a usual adult's walk, drawn
by us; they are there to look like a walk, not to be one. What is exact is their timing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from eutonia.model import Floats
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.pose import Pose, bones

#: Share of a stride at which the foot leaves the ground in the courses below.
TOE_OFF = 0.62

#: Share of a stride in which weight passes from one foot to the other.
DOUBLE = 0.12

#: Share of the stride, and degrees: flexion of hip and knee, dorsiflexion of the ankle.
_COURSES = {
    "hip_forward": ((0, 0.1, 0.3, 0.5, 0.62, 0.75, 0.87, 1), (17, 15, 3, -12, -8, 12, 19, 17)),
    "knee": ((0, 0.12, 0.38, 0.5, 0.62, 0.72, 0.87, 1), (-3, 9, -2, 5, 33, 56, 20, -3)),
    "ankle": ((0, 0.07, 0.25, 0.45, 0.62, 0.75, 0.9, 1), (0, -5, 4, 10, -14, -2, 1, 0)),
}


@dataclass(frozen=True, kw_only=True)
class Walk:
    """How a person walks.

    Parameters
    ----------
    left_strikes_s, right_strikes_s : tuple of float
        When each heel strikes, seconds: stride times and their asymmetry are what these say.
    left_stance, right_stance : float
        Share of each foot's stride that it is on the ground.
    left_inversion, right_inversion : float
        Of each foot, degrees, throughout.
    left_swing, right_swing : float
        Amplitude of each arm, degrees to either side of the middle.
    lean_forward, lean_right : float
        Of the trunk, degrees.
    on_treadmill : bool
        Whether the body stays where it is.
    backwards : bool
        Whether they walk backwards (strikes are then of the toes).
    """

    left_strikes_s: tuple[float, ...]
    right_strikes_s: tuple[float, ...]
    left_stance: float = TOE_OFF
    right_stance: float = TOE_OFF
    left_inversion: float = 0.0
    right_inversion: float = 0.0
    left_swing: float = 18.0
    right_swing: float = 18.0
    lean_forward: float = 3.0
    lean_right: float = 0.0
    on_treadmill: bool = False
    backwards: bool = False


def even(n_strides: int, stride_s: float, *, later: float = 0.5, start_s: float = 0.0) -> Walk:
    """Return a walk of equal strides.

    Parameters
    ----------
    n_strides : int
        How many.
    stride_s : float
        From one strike of the left heel to its next.
    later : float
        Share of the stride after which the right heel strikes; 0.5 is symmetrical.
    start_s : float
        First strike of the left heel.
    """
    left = start_s + np.arange(n_strides + 1) * stride_s
    right = left[:-1] + later * stride_s
    return Walk(left_strikes_s=tuple(map(float, left)), right_strikes_s=tuple(map(float, right)))


def phase(strikes_s: tuple[float, ...], t_s: float) -> float:
    """Return the share of the stride since the last strike, 0 to 1; strides go on at the ends."""
    strikes = np.asarray(strikes_s)
    before = strikes[0] - np.arange(3, 0, -1) * (strikes[1] - strikes[0])
    after = strikes[-1] + np.arange(1, 4) * (strikes[-1] - strikes[-2])
    every = np.concatenate([before, strikes, after])
    return float(np.interp(t_s, every, np.arange(len(every))) % 1)


def off_s(strikes_s: tuple[float, ...], stance: float) -> Floats:
    """Return when a foot leaves the ground in each stride between its strikes, seconds."""
    strikes = np.asarray(strikes_s)
    return np.asarray(strikes[:-1] + stance * np.diff(strikes))


def angles(walk: Walk, t_s: float) -> dict[str, float]:
    """Return the angles of all joints that walking moves at a time."""
    joints: dict[str, float] = {}
    sides = {
        "left": (walk.left_strikes_s, walk.left_stance, walk.left_inversion),
        "right": (walk.right_strikes_s, walk.right_stance, walk.right_inversion),
    }
    course = {}
    for side, (strikes, stance, inversion) in sides.items():
        share = phase(strikes, t_s)
        # Backwards is forwards in time reversed: what lifts off last, lands first.
        ends = (TOE_OFF, 0, TOE_OFF - 1) if walk.backwards else (0, TOE_OFF, 1)
        course[side] = float(np.interp(share, (0, stance, 1), ends)) % 1
        for name, curve in _CURVES.items():
            joints[f"{side}_{name}"] = float(curve(course[side]))
        joints[f"{side}_inversion"] = inversion
        # At rest the legs are apart and the arms away from the body.
        joints[f"{side}_hip_out"] = -6.0
        joints[f"{side}_arm_out"] = -36.0
        joints[f"{side}_elbow"] = -12.0
    for side, other, swing in (
        ("left", "right", walk.left_swing),
        ("right", "left", walk.right_swing),
    ):
        # An arm swings with the other side's leg.
        joints[f"{side}_arm_forward"] = swing * float(np.cos(2 * np.pi * course[other]))
    return joints


_CURVES = {
    name: CubicSpline(*map(np.asarray, course), bc_type="periodic")
    for name, course in _COURSES.items()
}


def walker(person: Person, walk: Walk, *, until_s: float) -> Callable[[float], Pose]:
    """Return the pose of a walking person at any time from 0 to `until_s`.

    The foot that carries the weight stays where it is, and its sole on the ground (a toe that
    pushes off may sink in a little: the mesh's toes do not bend).
    """
    t = np.arange(0, until_s + 0.04, 0.02)
    feet = np.array([_feet(person, _pose(walk, at)) for at in t])
    carried = np.array([_carried(walk, at) for at in t])
    share = carried / carried.sum(1, keepdims=True)
    speed = (-np.gradient(feet[..., 0], t, axis=0) * share).sum(1)
    forward = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(t))])
    ahead = PchipInterpolator(t, np.zeros(len(t)) if walk.on_treadmill else forward)
    height = PchipInterpolator(t, -(feet[..., 1] * share).sum(1))

    def pose_at(t_s: float) -> Pose:
        pose = _pose(walk, t_s)
        place = (0.0, float(height(t_s)), float(ahead(t_s)))
        return Pose(
            joints=pose.joints,
            lean_forward=walk.lean_forward,
            lean_right=walk.lean_right,
            at_m=place,
        )

    return pose_at


def _pose(walk: Walk, t_s: float) -> Pose:
    return Pose(
        joints=angles(walk, t_s), lean_forward=walk.lean_forward, lean_right=walk.lean_right
    )


def _carried(walk: Walk, t_s: float) -> tuple[float, float]:
    """Return how much weight the left and the right foot carry; it passes on while both stand."""
    shares = []
    for strikes, stance in (
        (walk.left_strikes_s, walk.left_stance),
        (walk.right_strikes_s, walk.right_stance),
    ):
        at = phase(strikes, t_s)
        rise, fall = at / DOUBLE, (stance - at) / DOUBLE
        shares.append(float(np.clip(min(rise, fall), 0, 1)) + 1e-6)
    return shares[0], shares[1]


def _feet(person: Person, pose: Pose) -> list[tuple[float, float]]:
    """Return for the left and right foot how far ahead the ankle and how high the sole is."""
    placed = bones(person, pose)
    names = person.base.skeleton.names
    found = []
    for end in (".L", ".R"):
        of_foot = [
            k for k, n in enumerate(names) if n.startswith(("foot", "toe")) and n.endswith(end)
        ]
        held = np.flatnonzero(person.base.weights[:, of_foot].sum(1) > 0.5)
        sole = placed.carry(person, person.shape[held], person.base.weights[held])
        ankle = placed.heads[names.index("foot" + end)]
        found.append((float(ankle[2]), float(sole[:, 1].min())))
    return found
