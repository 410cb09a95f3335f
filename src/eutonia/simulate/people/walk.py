"""Walking and running: a pose at any time from known times of the heels' strikes.

The courses of the joints over a stride are drawn by us (`course`); they are there to look like a
walk or a run, not to be one. What is exact is their timing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from eutonia.model import Floats
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.course import RUNNING, WALKING, Course
from eutonia.simulate.people.pose import Pose, bones

#: Seconds that are no flight, but rounding.
_AT_ONCE_S = 1e-6

#: Metres a second squared: what pulls a runner back to the ground.
GRAVITY = 9.81

#: Share of a stride in which weight passes from one foot to the other.
DOUBLE = 0.12


@dataclass(frozen=True, kw_only=True)
class Walk:
    """How a person walks, or runs.

    Parameters
    ----------
    left_strikes_s, right_strikes_s : tuple of float
        When each heel strikes, seconds: stride times and their asymmetry are what these say.
    left_stance, right_stance : float
        Share of each foot's stride that it is on the ground; below a half for a run to fly.
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
    running : bool
        Whether they run: no foot is on the ground between one's stance and the other's strike.
    """

    left_strikes_s: tuple[float, ...]
    right_strikes_s: tuple[float, ...]
    left_stance: float = WALKING.toe_off
    right_stance: float = WALKING.toe_off
    left_inversion: float = 0.0
    right_inversion: float = 0.0
    left_swing: float = 18.0
    right_swing: float = 18.0
    lean_forward: float = 3.0
    lean_right: float = 0.0
    on_treadmill: bool = False
    backwards: bool = False
    running: bool = False

    @property
    def course(self) -> Course:
        """What the joints do over a stride."""
        return RUNNING if self.running else WALKING


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
    every = _every(strikes_s)
    return float(np.interp(t_s, every, np.arange(len(every))) % 1)


def _every(strikes_s: tuple[float, ...]) -> Floats:
    strikes = np.asarray(strikes_s)
    before = strikes[0] - np.arange(3, 0, -1) * (strikes[1] - strikes[0])
    after = strikes[-1] + np.arange(1, 4) * (strikes[-1] - strikes[-2])
    return np.concatenate([before, strikes, after])


def off_s(strikes_s: tuple[float, ...], stance: float) -> Floats:
    """Return when a foot leaves the ground in each stride between its strikes, seconds."""
    strikes = np.asarray(strikes_s)
    return np.asarray(strikes[:-1] + stance * np.diff(strikes))


def flights(walk: Walk) -> list[tuple[float, float]]:
    """Return from when to when no foot is on the ground, seconds, in order; a walk has none."""
    stands: list[tuple[float, float]] = []
    for strikes_s, stance in (
        (walk.left_strikes_s, walk.left_stance),
        (walk.right_strikes_s, walk.right_stance),
    ):
        every = _every(strikes_s)
        stands += zip(every[:-1].tolist(), off_s(tuple(every), stance).tolist(), strict=True)
    stands.sort()
    left = np.maximum.accumulate([off for _, off in stands])
    return [
        (float(off), on)
        for off, (on, _) in zip(left[:-1], stands[1:], strict=True)
        if on > off + _AT_ONCE_S
    ]


def angles(walk: Walk, t_s: float) -> dict[str, float]:
    """Return the angles of all joints that walking moves at a time."""
    joints: dict[str, float] = {}
    sides = {
        "left": (walk.left_strikes_s, walk.left_stance, walk.left_inversion),
        "right": (walk.right_strikes_s, walk.right_stance, walk.right_inversion),
    }
    course, at = walk.course, {}
    for side, (strikes, stance, inversion) in sides.items():
        share = phase(strikes, t_s)
        # Backwards is forwards in time reversed: what lifts off last, lands first.
        off = course.toe_off
        ends = (off, 0, off - 1) if walk.backwards else (0, off, 1)
        at[side] = float(np.interp(share, (0, stance, 1), ends)) % 1
        for name, curve in course.legs.items():
            joints[f"{side}_{name}"] = float(curve(at[side]))
        joints[f"{side}_inversion"] = inversion
        # At rest the legs are apart and the arms away from the body.
        joints[f"{side}_hip_out"] = -6.0
        joints[f"{side}_arm_out"] = -36.0
        joints[f"{side}_elbow"] = course.elbow
    for side, other, swing in (
        ("left", "right", walk.left_swing),
        ("right", "left", walk.right_swing),
    ):
        # An arm swings with the other side's leg.
        swung = swing * float(np.cos(2 * np.pi * at[other]))
        joints[f"{side}_arm_forward"] = course.arm_forward + swung
    return joints


def walker(person: Person, walk: Walk, *, until_s: float) -> Callable[[float], Pose]:
    """Return the pose of a walking or running person at any time from 0 to `until_s`.

    The foot that carries the weight stays where it is, and its sole on the ground (a toe that
    pushes off may sink in a little: the mesh's toes do not bend). Between a runner's feet the body
    flies as a stone does.
    """
    place_at = _run(person, walk, until_s) if walk.running else _walk(person, walk, until_s)

    def pose_at(t_s: float) -> Pose:
        height, ahead = place_at(t_s)
        return replace(_pose(walk, t_s), at_m=(0.0, height, ahead))

    return pose_at


#: Height and way ahead of the body at a time, metres.
_Place = Callable[[float], tuple[float, float]]


def _walk(person: Person, walk: Walk, until_s: float) -> _Place:
    t = np.arange(0, until_s + 0.04, 0.02)
    feet = np.array([_feet(person, _pose(walk, at)) for at in t])
    carried = np.array([_carried(walk, at) for at in t])
    share = carried / carried.sum(1, keepdims=True)
    speed = (-np.gradient(feet[..., 0], t, axis=0) * share).sum(1)
    ahead = _way(t, np.zeros(len(t)) if walk.on_treadmill else speed)
    height = PchipInterpolator(t, -(feet[..., 2] * share).sum(1))
    return lambda t_s: (float(height(t_s)), float(ahead(t_s)))


def _run(person: Person, walk: Walk, until_s: float) -> _Place:
    up = flights(walk)

    def height(t_s: float) -> float:
        flight = next(((off, on) for off, on in up if off < t_s < on), None)
        if flight is None:
            soles = [foot[2] for foot in _feet(person, _pose(walk, t_s))]
            return -min(s for s, stands in zip(soles, _standing(walk, t_s), strict=True) if stands)
        off, on = flight
        along = float(np.interp(t_s, flight, [height(off), height(on)]))
        return along + GRAVITY / 2 * (t_s - off) * (on - t_s)

    if walk.on_treadmill:
        return lambda t_s: (height(t_s), 0.0)
    t = np.arange(0, until_s + 0.02, 0.01)
    balls = np.array([[foot[1] for foot in _feet(person, _pose(walk, at))] for at in t])
    stands = np.array([_standing(walk, at) for at in t])
    back = np.where(stands, -np.gradient(balls, t, axis=0), 0).sum(1) / np.maximum(stands.sum(1), 1)
    on_ground = stands.any(1)
    ahead = _way(t, np.interp(t, t[on_ground], back[on_ground]))
    return lambda t_s: (height(t_s), float(ahead(t_s)))


def _way(t: Floats, speed: Floats) -> PchipInterpolator:
    """Return how far somebody has come at a time from their speeds."""
    steps = (speed[1:] + speed[:-1]) / 2 * np.diff(t)
    return PchipInterpolator(t, np.concatenate([[0], np.cumsum(steps)]))


def _standing(walk: Walk, t_s: float) -> tuple[bool, bool]:
    """Tell whether the left and the right foot is on the ground."""
    left, right = (
        not stance + _AT_ONCE_S < phase(strikes_s, t_s) < 1 - _AT_ONCE_S
        for strikes_s, stance in (
            (walk.left_strikes_s, walk.left_stance),
            (walk.right_strikes_s, walk.right_stance),
        )
    )
    return left, right


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


def _feet(person: Person, pose: Pose) -> list[tuple[float, float, float]]:
    """Return of each foot how far ahead ankle and ball are, and how high the sole is."""
    placed = bones(person, pose)
    names = person.base.skeleton.names
    found = []
    for end in (".L", ".R"):
        of_foot = [
            k for k, n in enumerate(names) if n.startswith(("foot", "toe")) and n.endswith(end)
        ]
        held = np.flatnonzero(person.base.weights[:, of_foot].sum(1) > 0.5)
        sole = placed.carry(person, person.shape[held], person.base.weights[held])
        foot = names.index("foot" + end)
        ankle, ball = placed.heads[foot], placed.tails[foot]
        found.append((float(ankle[2]), float(ball[2]), float(sole[:, 1].min())))
    return found
