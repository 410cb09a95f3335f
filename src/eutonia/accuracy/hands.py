"""Accuracy of finger joints on rendered hands: what is left of known angles, by joint and view.

The truth is read from the posed bones by the same definition of the angles, so the error is that
of the tracked points alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from eutonia.derive.fingers import FINGERS, joint_angles
from eutonia.model import Floats

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.truth import Truth

View = Literal["above", "palm", "side"]
VIEWS: tuple[View, ...] = get_args(View)
#: Joints that are reported, each over fingers 2 to 5.
JOINTS = ("mcp", "pip", "dip", "mcp_abduction", "curl")
#: Poses of the hand for each person and view.
N_POSES = 10
#: Raised whenever poses or scenes change: older caches are not used.
_VERSION = 1
#: Arm and forearm that hold the right hand freely in front of the person.
_ARM = {"right_arm_forward": 55.0, "right_elbow": 45.0, "right_arm_out": 5.0}
_CHAIN = (
    "wrist",
    *(f"thumb_{j}" for j in ("cmc", "mcp", "ip", "tip")),
    *(f"{f}_{j}" for f in FINGERS for j in ("mcp", "pip", "dip", "tip")),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one kind of joint came out in one view, fingers 2 to 5 together.

    Parameters
    ----------
    joint, view : str
    n : int
        Joints compared.
    found : float
        Share of pictures in which the hand was found.
    slope : float
        Degrees that are read for 1 degree more of the truth, within a finger of a person.
    bias, mean_error : float
        Mean of what is read less what is true, and mean size of that, degrees.
    constant_sd, varying_sd : float
        Standard deviation of the error that stays with a finger of a person in this view, and of
        what is left of it from pose to pose, degrees.
    """

    joint: str
    view: str
    n: int
    found: float
    slope: float
    bias: float
    mean_error: float
    constant_sd: float
    varying_sd: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One rendered hand: true points, and what was tracked (NaN where nothing was)."""

    identity: int
    view: View
    true: Floats
    world: Floats
    picture: Floats


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Render right hands in known poses, track them, and compare.

    Parameters
    ----------
    identities : iterable of int
        Simulated people: 0 to 99 for development, 100 to 199 for the final figures.
    mesh : Path
        Folder of the human mesh.
    cache : Path, optional
        Folder where what was tracked is kept.
    progress : callable, optional
        Called with each person that is done.

    Returns
    -------
    list of dict
        One for each view and kind of joint: ``by``, ``level`` and the fields of `Row`.
    """
    found: list[Seen] = []
    for identity in identities:
        found += _kept(identity, mesh, cache)
        if progress is not None:
            progress(identity)
    rows = (compare(found, view, joint) for view in VIEWS for joint in JOINTS)
    return [
        {"by": f"hand seen from the {_FROM[row.view]}", "level": row.joint}
        | {k: v for k, v in _rounded(row).items() if k not in ("joint", "view")}
        for row in rows
    ]


_FROM = {"above": "back", "palm": "palm", "side": "thumb's side"}


def _rounded(row: Row) -> dict[str, Any]:
    return {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(row).items()}


def _kept(identity: int, mesh: Path, cache: Path | None) -> list[Seen]:
    """Return what was tracked of a person, from the cache where it is there."""
    file = cache / f"hands_{_VERSION}_{identity}.npz" if cache else None
    if file is None or not file.is_file():
        found = list(hands(identity, mesh))
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            true, world, picture = (np.array([getattr(s, n) for s in found]) for n in _ARRAYS)
            np.savez_compressed(file, true=true, world=world, picture=picture)
        return found
    with np.load(file) as read:
        arrays = [read[name] for name in _ARRAYS]
    return [
        Seen(identity=identity, view=VIEWS[i % len(VIEWS)], true=t, world=w, picture=p)
        for i, (t, w, p) in enumerate(zip(*arrays, strict=True))
    ]


_ARRAYS = ("true", "world", "picture")


def hands(identity: int, mesh: Path, *, n_poses: int = N_POSES) -> Iterator[Seen]:
    """Render one person's right hand in random poses from every view, and track it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.render import render
    from eutonia.tracking.hands import HandTracker

    rng = np.random.default_rng(identity)
    who, tracker = person(identity, folder=mesh), HandTracker()
    for n in range(n_poses):
        pose = Pose(joints=_ARM | _fingers(rng))
        for view in VIEWS:
            scene = _scene(who, pose, view, mesh, seed=n)
            picture, truth = render(who, pose, scene, folder=mesh)
            tracker.reset()
            seen = tracker.follow(picture)
            wrist = truth.points_px["right_wrist"]
            near = min(
                seen.values(),
                key=lambda hand: float(np.hypot(*(hand.xyz[0, :2] - wrist))),
                default=None,
            )
            nothing = np.full((21, 3), np.nan)
            yield Seen(
                identity=identity,
                view=view,
                true=_true(truth) @ scene.camera().axes.T * [1, -1, -1],
                world=nothing
                if near is None or near.world is None
                else near.world.astype(np.float64),
                picture=nothing if near is None else near.xyz.astype(np.float64),
            )


def compare(found: list[Seen], view: View, joint: str, *, metric: bool = False) -> Row:
    """Return how a kind of joint came out in one view."""
    here = [s for s in found if s.view == view]
    true = joint_angles(np.array([s.true for s in here]), side="right")
    read = joint_angles(np.array([s.world if metric else s.picture for s in here]), side="right")
    who = np.array([s.identity for s in here])
    is_, was, group = [], [], []
    for k, finger in enumerate(FINGERS):
        is_.append(read[f"{finger}_{joint}"])
        was.append(true[f"{finger}_{joint}"])
        group.append(10 * who + k)
    got, truth, of = (np.concatenate(x) for x in (is_, was, group))
    there = np.isfinite(got)
    got, truth, of = got[there], truth[there], of[there]
    error = got - truth
    names, place = np.unique(of, return_inverse=True)
    count = np.bincount(place)
    stays = np.bincount(place, error) / count
    x = truth - (np.bincount(place, truth) / count)[place]
    return Row(
        joint=joint,
        view=view,
        n=len(got),
        found=float(np.mean([np.isfinite(s.picture[0, 0]) for s in here])),
        slope=float(x @ got / (x @ x)),
        bias=float(error.mean()),
        mean_error=float(np.abs(error).mean()),
        constant_sd=float(stays.std(ddof=1)) if len(names) > 1 else float("nan"),
        varying_sd=float((error - stays[place]).std()),
    )


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


def _scene(who: Person, pose: Pose, view: View, mesh: Path, *, seed: int) -> Scene:
    """Return a camera 55 cm from the hand, on the back's, the palm's or the thumb's side of it."""
    from eutonia.simulate.people.pose import bones
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.truth import joints_of

    placed = bones(who, pose, folder=mesh)
    points = joints_of(who, placed)
    wrist, index, little, middle = (
        points[f"right_{p}"] for p in ("wrist", "index_mcp", "little_mcp", "middle_mcp")
    )
    along = (middle - wrist) / np.linalg.norm(middle - wrist)
    across = index - little
    radial = across - (across @ along) * along
    radial /= np.linalg.norm(radial)
    palmar = np.cross(radial, along)
    back = {"above": -palmar, "palm": palmar, "side": 0.9 * radial - 0.44 * palmar}[view]
    elevation = float(np.degrees(np.arcsin(np.clip(back[1] / np.linalg.norm(back), -0.99, 0.99))))
    scene = Scene(
        distance_m=0.55,
        aim="right_hand",
        azimuth=float(np.degrees(np.arctan2(back[0], back[2]))),
        elevation=elevation,
        noise_seed=seed,
    )
    return scene.aimed(who, placed)
