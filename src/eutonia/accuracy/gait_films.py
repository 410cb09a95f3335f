"""Films of rendered people who walk and run, tracked, with what is true of every picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Landmarks, Points, Side

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Bones, Pose
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.walk import Walk


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How somebody is filmed, and what they do.

    Parameters
    ----------
    azimuth : float
        Of the camera, degrees: to the person's left. The right flank is the mirror case.
    rate_hz : float
        Pictures a second.
    seconds : float
        With more of either a study takes hours.
    backwards, running : bool
        What they do.
    passing : bool
        Whether they go past a camera that stands still; otherwise they are on a treadmill.
    distance_m : float
        Of the camera.
    """

    azimuth: float = 90.0
    rate_hz: float = 30.0
    seconds: float = 6.0
    backwards: bool = False
    running: bool = False
    passing: bool = False
    distance_m: float = 4.8

    def scene(self, identity: int) -> Scene:
        """Return camera and room; a person is about half as high as a picture is."""
        from eutonia.simulate.people.scene import Scene

        wide = self.passing
        return Scene(
            width=800 if wide else 480,
            height=448 if wide else 640,
            focal_px=700.0 if wide else 1100.0,
            distance_m=self.distance_m,
            aim="body",
            azimuth=self.azimuth,
            background="busy",
            background_seed=identity,
            supersampling=1,
        )


#: What is filmed of each person, by the words for it: walks, in which the feet of tall people are
#: close to the lower edge of the picture, and runs beside a walk of the same people.
WALKS = {
    "side": Shot(distance_m=4.0),
    "side, backwards": Shot(backwards=True, distance_m=4.0),
    "front": Shot(azimuth=0, distance_m=4.0),
    "back": Shot(azimuth=180, distance_m=4.0),
}
RUNS = {
    "side, walking": Shot(),
    "side, running": Shot(running=True, seconds=5),
    "side, running, 60/s": Shot(running=True, rate_hz=60, seconds=3),
    "side, running past": Shot(running=True, passing=True, seconds=2.6, distance_m=5.5),
    "front, running": Shot(azimuth=0, running=True, seconds=5),
}
SHOTS = WALKS | RUNS
#: Raised whenever walks or scenes change: older caches are not used.
VERSION = 1
SIDES: tuple[Side, ...] = ("left", "right")


@dataclass(frozen=True, kw_only=True, eq=False)
class Filmed:
    """One tracked walk and what is true of it."""

    identity: int
    view: str
    landmarks: Landmarks
    true: Landmarks
    walk: Walk

    @property
    def shot(self) -> Shot:
        """How it was filmed."""
        return SHOTS[self.view]


def kept(identity: int, view: str, mesh: Path, cache: Path | None) -> Filmed:
    """Return what was tracked of one walk, from the cache where it is there."""
    file = cache / name_of(identity, view) if cache else None
    if file is None or not file.is_file():
        one = film(identity, view, mesh)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            body = one.landmarks.parts["body"]
            true, visible = one.true.parts["body"].xyz, np.asarray(body.visible)
            np.savez_compressed(file, xyz=body.xyz, score=body.score, visible=visible, true=true)
        return one
    with np.load(file) as read:
        body = Points(xyz=read["xyz"], score=read["score"], visible=read["visible"])
        true = read["true"]
    return _filmed(identity, view, body, true)


def name_of(identity: int, view: str) -> str:
    """Return the name of the file that holds what was tracked of one walk."""
    return f"gait_{VERSION}_{identity}_{re.sub('[^a-z0-9]+', '_', view)}.npz"


def _filmed(identity: int, view: str, body: Points, true: NDArray[np.float32]) -> Filmed:
    shot = SHOTS[view]
    scene, t = shot.scene(identity), np.arange(len(true)) / shot.rate_hz
    seen, posed = (
        Landmarks(t_s=t, width=scene.width, height=scene.height, parts={"body": points})
        for points in (body, Points(xyz=true, score=np.ones(len(true), dtype=np.float32)))
    )
    walk = drawn(identity, view)
    return Filmed(identity=identity, view=view, landmarks=seen, true=posed, walk=walk)


def film(identity: int, view: str, mesh: Path) -> Filmed:
    """Render one person's walk as a shot says, and track it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import bones
    from eutonia.simulate.people.render import render
    from eutonia.tracking.body import BodyTracker

    shot, who, tracker = SHOTS[view], person(identity, folder=mesh), BodyTracker()
    pose_at = _moving(who, drawn(identity, view), shot)
    scene = shot.scene(identity)
    scene = scene.aimed(who, bones(who, pose_at(0.0), folder=mesh))
    t = np.arange(round(shot.seconds * shot.rate_hz)) / shot.rate_hz
    shape = (len(t), 33)
    xyz, true = (np.full((*shape, 3), np.nan, dtype=np.float32) for _ in range(2))
    visible, score = np.zeros(shape, dtype=np.float32), np.zeros(len(t), dtype=np.float32)
    for k, at in enumerate(t):
        pose = pose_at(float(at))
        picture, _ = render(who, pose, scene, folder=mesh)
        true[k] = posed(who, bones(who, pose, folder=mesh), scene)
        seen = tracker.follow(picture)
        if seen is not None and seen.visible is not None:
            xyz[k], visible[k], score[k] = seen.xyz, seen.visible, seen.score
    return _filmed(identity, view, Points(xyz=xyz, score=score, visible=visible), true)


def _moving(who: Person, walk: Walk, shot: Shot) -> Callable[[float], Pose]:
    """Return the pose at a time; who goes past is before the camera at half time."""
    from eutonia.simulate.people.walk import walker

    pose_at = walker(who, walk, until_s=shot.seconds + 0.1)
    _, _, way = pose_at(shot.seconds / 2).at_m

    def moved(t_s: float) -> Pose:
        pose = pose_at(t_s)
        _, height, ahead = pose.at_m
        return replace(pose, at_m=(0.0, height, ahead - way))

    return moved


def posed(who: Person, placed: Bones, scene: Scene) -> NDArray[np.float32]:
    """Return where the points of the body truly are in the picture, ``(33, 3)``; the head is one.

    Heel and toes are the hindmost and the foremost points of the skin of a foot.
    """
    from eutonia.simulate.people.truth import joints_of

    joints = joints_of(who, placed)
    points = np.tile(joints["head_base"], (33, 1))
    for k, side in enumerate(SIDES):
        for point, name in _JOINTS.items():
            points[point + k] = joints[f"{side}_{name}"]
        end = ".L" if side == "left" else ".R"
        names = enumerate(who.base.skeleton.names)
        of_foot = [i for i, n in names if n.startswith(("foot", "toe")) and n.endswith(end)]
        held = np.flatnonzero(who.base.weights[:, of_foot].sum(axis=1) > 0.5)
        ends = held[[who.shape[held, 2].argmin(), who.shape[held, 2].argmax()]]
        points[[29 + k, 31 + k]] = placed.carry(who, who.shape[ends], who.base.weights[ends])
    pixels, _ = scene.camera().project(points)
    return np.concatenate([pixels, np.zeros((33, 1))], axis=1).astype(np.float32)


#: Points of the body that are joints, left side.
_JOINTS = {11: "shoulder", 13: "elbow", 15: "wrist", 23: "hip", 25: "knee", 27: "ankle"}


def drawn(identity: int, view: str) -> Walk:
    """Draw how a person walks or runs: the same in every view, but for the direction."""
    from eutonia.simulate.people.walk import Walk

    shot = SHOTS[view]
    rng = np.random.default_rng((7, identity))
    step = rng.uniform(0.48, 0.65) * (1 + 0.03 * rng.standard_normal(32))
    step[::2] *= 1 + rng.uniform(-0.1, 0.1)
    at = np.cumsum(step) - 3 * step[0] * rng.uniform(0.5, 1.0)
    stop = np.searchsorted(at, 8.0)
    walk = Walk(
        left_strikes_s=tuple(at[:stop:2].tolist()),
        right_strikes_s=tuple(at[1:stop:2].tolist()),
        left_inversion=float(rng.uniform(-5, 30)),
        right_inversion=float(rng.uniform(-5, 30)),
        left_swing=float(rng.uniform(3, 25)),
        right_swing=float(rng.uniform(3, 25)),
        lean_forward=float(rng.uniform(-5, 30)),
        lean_right=float(rng.uniform(-15, 15)),
        on_treadmill=not shot.passing,
        backwards=shot.backwards,
    )
    return _run(rng, walk) if shot.running else walk


def _run(rng: np.random.Generator, walk: Walk) -> Walk:
    """Return the run of somebody who walks so: other times, swing and lean, the same feet."""
    step = rng.uniform(0.31, 0.40) * (1 + 0.02 * rng.standard_normal(48))
    step[::2] *= 1 + rng.uniform(-0.08, 0.08)
    at = np.cumsum(step) - 3 * step[0] * rng.uniform(0.5, 1.0)
    stop = np.searchsorted(at, 8.0)
    return replace(
        walk,
        left_strikes_s=tuple(at[:stop:2].tolist()),
        right_strikes_s=tuple(at[1:stop:2].tolist()),
        left_stance=float(rng.uniform(0.28, 0.40)),
        right_stance=float(rng.uniform(0.28, 0.40)),
        left_swing=float(rng.uniform(10, 35)),
        right_swing=float(rng.uniform(10, 35)),
        lean_forward=float(rng.uniform(-5, 25)),
        running=True,
    )
