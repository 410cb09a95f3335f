"""Rendered right hands in known poses, seen from every side, and what is tracked of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import cv2
import numpy as np

from eutonia.derive.hand_frame import FINGERS
from eutonia.model import Floats

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Bones
    from eutonia.simulate.people.scene import Picture, Scene
    from eutonia.simulate.people.truth import Truth

View = Literal["above", "palm", "thumb", "little", "ahead", "anywhere"]
VIEWS: tuple[View, ...] = get_args(View)
Film = Literal["film, 1080 lines", "film, 480 lines", "not encoded, 480 lines"]
#: The first is what the protocols ask for; encoding, and few lines, take bends away.
FILMS: tuple[Film, ...] = get_args(Film)
#: Pictures of a film, each with its own noise, by which the encoder comes to rest.
N_FILMED = 8
#: Drawn poses of the hand for each person and view, beside those of the clinic.
N_DRAWN = 6
#: The last pictures, which are looked at: as in a film, a hand is sought first and then followed.
N_LOOKS = 3
#: Raised whenever poses or scenes change: older caches are not used.
_VERSION = 6
#: Arm and forearm that hold the right hand freely in front of the person.
_ARM = {"right_arm_forward": 55.0, "right_elbow": 45.0, "right_arm_out": 5.0}
_CHAIN = (
    "wrist",
    *(f"thumb_{j}" for j in ("cmc", "mcp", "ip", "tip")),
    *(f"{f}_{j}" for f in FINGERS for j in ("mcp", "pip", "dip", "tip")),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One rendered hand: true points, and what was tracked (NaN where nothing was)."""

    identity: int
    view: View
    film: Film
    task: str
    true: Floats
    world: Floats
    picture: Floats


def tracked(identity: int, mesh: Path, cache: Path | None) -> list[Seen]:
    """Return what was tracked of a person, from the cache where it is there.

    Parameters
    ----------
    identity : int
        Simulated person.
    mesh : Path
        Folder of the human mesh.
    cache : Path or None
        Folder where what was tracked is kept.
    """
    file = cache / f"hands_{_VERSION}_{identity}.npz" if cache else None
    if file is None or not file.is_file():
        found = list(_hands(identity, mesh))
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            kept: dict[str, Any] = {n: np.array([getattr(s, n) for s in found]) for n in _KEPT}
            np.savez_compressed(file, **kept)
        return found
    with np.load(file) as read:
        columns = [read[name] for name in _KEPT]
    return [
        Seen(identity=identity, **dict(zip(_KEPT, row, strict=True)))
        for row in zip(*columns, strict=True)
    ]


_KEPT = ("view", "film", "task", "true", "world", "picture")


def _hands(identity: int, mesh: Path) -> Iterator[Seen]:
    """Film one person's right hand in every pose from every view, and track it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose, bones
    from eutonia.simulate.people.truth import truth_of
    from eutonia.tracking.hands import HandTracker

    rng = np.random.default_rng(identity)
    who, tracker = person(identity, folder=mesh), HandTracker()
    for n, (task, joints) in enumerate(_poses(rng)):
        pose = Pose(joints=_ARM | joints)
        placed = bones(who, pose, folder=mesh)
        for view in VIEWS:
            seen_from = _scene(who, placed, view, rng=np.random.default_rng((identity, n)))
            for kind in FILMS:
                scene = _taken(seen_from, kind)
                tracker.reset()
                hands = [tracker.follow(p) for p in _pictures(who, placed, scene, kind)][-1]
                truth = truth_of(who, placed, scene)
                wrist = truth.points_px["right_wrist"]
                near = min(
                    hands.values(),
                    key=lambda hand: float(np.hypot(*(hand.xyz[0, :2] - wrist))),
                    default=None,
                )
                nothing = np.full((21, 3), np.nan)
                yield Seen(
                    identity=identity,
                    view=view,
                    film=kind,
                    task=task,
                    true=_true(truth) @ scene.camera().axes.T * [1, -1, -1],
                    world=nothing
                    if near is None or near.world is None
                    else near.world.astype(np.float64),
                    picture=nothing if near is None else near.xyz.astype(np.float64),
                )


def _taken(scene: Scene, kind: Film) -> Scene:
    """Return the scene as a camera of that many lines takes it."""
    if "1080" not in kind:
        return scene
    more = 1080 / scene.height
    return replace(scene, width=1440, height=1080, focal_px=scene.focal_px * more, supersampling=1)


def _pictures(who: Person, placed: Bones, scene: Scene, kind: Film) -> list[Picture]:
    """Return the pictures that are looked at: the same one, or the last ones of a film."""
    from eutonia.simulate.people.render import draw
    from eutonia.simulate.people.scene import developed

    light = draw(who, placed, scene)
    if kind.startswith("not"):
        return [developed(light, scene)] * N_LOOKS
    noisy = (replace(scene, noise_seed=scene.noise_seed + k) for k in range(N_FILMED))
    return _encoded([developed(light, each) for each in noisy])[-N_LOOKS:]


def _encoded(pictures: list[Picture]) -> list[Picture]:
    """Return what a film in MPEG-4, as `simulate.people.film` writes it, shows of pictures."""
    height, width = pictures[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/hand.mp4"
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (width, height))
        for picture in pictures:
            writer.write(picture)
        writer.release()
        film = cv2.VideoCapture(path)
        read = [film.read()[1] for _ in pictures]
        film.release()
    return [np.asarray(picture, np.uint8) for picture in read]


def _poses(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield what a pose is and its joints: drawn ones, then what a clinic sees."""
    for _ in range(N_DRAWN):
        yield "drawn", _fingers(rng)
    for finger in FINGERS:
        yield f"{finger} curled", _half_bent(rng) | _bent(finger, rng.uniform(40, 100), rng)
    for finger in rng.permutation(list(FINGERS))[:2]:
        yield f"{finger} lifted", _half_bent(rng) | {f"right_{finger}_mcp": rng.uniform(-20, 0)}
    for more in (0.0, rng.uniform(30, 90)):
        yield "together", _half_bent(rng, more)
    for whole, joints in _WHOLE.items():
        yield whole, _alike(joints, rng)


#: Joints of all four fingers of a flat hand and of a fist: least and most, degrees.
_WHOLE = {
    "flat": {"mcp": (-15.0, 8.0), "pip": (0.0, 8.0), "dip": (-3.0, 5.0)},
    "fist": {"mcp": (50.0, 70.0), "pip": (80.0, 95.0), "dip": (40.0, 60.0)},
}


def _alike(joints: dict[str, tuple[float, float]], rng: np.random.Generator) -> dict[str, float]:
    """Draw a hand whose fingers all bend nearly alike."""
    bend = {joint: rng.uniform(*between) for joint, between in joints.items()}
    return {f"right_{f}_{j}": a + rng.normal(0, 4) for f in FINGERS for j, a in bend.items()}


def _half_bent(rng: np.random.Generator, more: float = 0.0) -> dict[str, float]:
    """Draw fingers that rest half bent, near each other; all may flex more."""
    joints: dict[str, float] = {}
    for finger in FINGERS:
        joints |= _bent(finger, more, rng)
    return joints


def _bent(finger: str, more: float, rng: np.random.Generator) -> dict[str, float]:
    """Draw a finger that rests half bent and is curled by some degrees over its joints."""
    rest = {"mcp": 20.0, "pip": 30.0, "dip": 15.0}
    share = {"mcp": 0.3, "pip": 0.45, "dip": 0.25}
    return {f"right_{finger}_{j}": a + share[j] * more + rng.normal(0, 4) for j, a in rest.items()}


def _fingers(rng: np.random.Generator) -> dict[str, float]:
    """Draw joints of the four fingers, each by itself; the last joint goes with the middle one."""
    joints: dict[str, float] = {}
    for finger in FINGERS:
        middle = rng.uniform(-5, 75)
        joints[f"right_{finger}_mcp"] = rng.uniform(-15, 55)
        joints[f"right_{finger}_pip"] = middle
        joints[f"right_{finger}_dip"] = 0.5 * middle
    return joints


def _true(truth: Truth) -> Floats:
    return np.array([truth.points_m[f"right_{name}"] for name in _CHAIN])


def _scene(who: Person, placed: Bones, view: View, *, rng: np.random.Generator) -> Scene:
    """Return a camera 55 cm from the hand, on the side of it that the view names."""
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.truth import joints_of

    points = joints_of(who, placed)
    wrist, index, little, middle = (
        points[f"right_{p}"] for p in ("wrist", "index_mcp", "little_mcp", "middle_mcp")
    )
    along = (middle - wrist) / np.linalg.norm(middle - wrist)
    across = index - little
    radial = across - (across @ along) * along
    radial /= np.linalg.norm(radial)
    back = _camera(np.stack([radial, along, np.cross(radial, along)]), view, rng)
    scene = Scene(
        distance_m=0.55,
        aim="right_hand",
        azimuth=float(np.degrees(np.arctan2(back[0], back[2]))),
        elevation=float(np.degrees(np.arcsin(np.clip(back[1], -0.99, 0.99)))),
        noise_seed=int(rng.integers(1000)),
    )
    return scene.aimed(who, placed)


def _camera(axes: Floats, view: View, rng: np.random.Generator) -> Floats:
    """Return the direction to the camera from the radial, distal and palmar axes (rows)."""
    radial, distal, palmar = axes
    fixed = {
        "above": -palmar,
        "palm": palmar,
        "thumb": 0.9 * radial - 0.44 * palmar,
        "little": -0.9 * radial - 0.44 * palmar,
        "ahead": 0.7 * distal - 0.7 * palmar,
    }
    if view in fixed:
        return np.asarray(fixed[view] / np.linalg.norm(fixed[view]))
    while True:  # anywhere, but neither behind the person nor along the forearm
        drawn = rng.standard_normal(3)
        drawn /= np.linalg.norm(drawn)
        if drawn[2] > -0.3 and drawn @ axes[1] > -0.8:
            return np.asarray(drawn)
