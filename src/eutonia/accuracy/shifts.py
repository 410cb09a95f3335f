"""Accuracy of the head's shifts and of the height of the shoulders on rendered people.

Each person sits before a camera of their own, as in the study of the head but far enough away for
the shoulders. The neck carries the head aside, the head turns without being carried, a shoulder is
pulled up, a hand is at the face; the straight head sets the zero. Then they sit sideways, and the
head is carried forward. All in % of the distance of the shoulders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.accuracy.head import Tracked, looked_at, stage
from eutonia.derive.head import head, zero_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from eutonia.model import Floats
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.truth import Truth

#: What is done, and how, seen from the front; the first sets the zero.
FRONTAL: tuple[tuple[str, dict[str, float]], ...] = (
    ("straight", {}),
    *(("head carried aside", {"shift_right_cm": cm}) for cm in (-4.0, -2.0, 2.0, 4.0)),
    *(("head turned", {"yaw": a}) for a in (-30.0, -15.0, 15.0, 30.0)),
    *(("head tilted", {"roll": a}) for a in (-25.0, -12.0, 12.0, 25.0)),
    *(("head bent", {"pitch": a}) for a in (-20.0, 20.0)),
    *(("all at once", {"yaw": 20.0 * s, "pitch": -5.0, "roll": 12.0 * s}) for s in (-1, 1)),
    ("all at once", {"yaw": 20.0, "roll": 10.0, "shift_right_cm": 3.0}),
    ("all at once", {"yaw": -20.0, "roll": -10.0, "shift_right_cm": 3.0}),
    ("shoulder pulled up", {"shoulder_left": 8.0}),
    ("shoulder pulled up", {"shoulder_right": 8.0}),
    ("shoulder pulled up", {"shoulder_left": 16.0, "yaw": 15.0}),
    ("hand at the face", {}),
    ("hand at the face", {"yaw": 15.0, "roll": 8.0}),
)
#: How far the head is carried forward, cm, and from where it is seen.
SIDEWAYS = tuple(
    ("sideways, head carried forward" if cm else "sideways", {"azimuth": a, "shift_forward_cm": cm})
    for a in (-85.0, 85.0)
    for cm in (0.0, 3.0, 6.0)
)
DISTANCES_M = (1.0, 1.2, 1.5)
CHANNELS = ("shift_lateral", "shoulder_left", "shoulder_right", "shift_sagittal")
#: Raised whenever poses or scenes change: older caches are not used.
_VERSION = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifted:
    """What was measured and what is true of one person, in % of the distance of the shoulders.

    Parameters
    ----------
    measured, truth : ndarray, shape (n_pictures, 4)
        Of `FRONTAL`, then `SIDEWAYS`, by `CHANNELS`; NaN where nothing was seen.
    """

    measured: Floats
    truth: Floats


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Render, track and compare; see `eutonia.accuracy.head.track` for the parameters.

    Returns
    -------
    list of dict
        What was done (``by``) and what is read (``level``), ``people``, ``pictures``, the share
        ``lost``, the mean true value, the mean size of the error and its mean (``bias``), in % of
        the distance of the shoulders.
    """
    people = []
    for identity in identities:
        people.append(_kept(identity, mesh, cache))
        if progress:
            progress(identity)
    done = np.array([what for what, _ in (*FRONTAL, *SIDEWAYS)])
    rows = []
    for what in dict.fromkeys(done[1:].tolist()):
        for place, channel in enumerate(CHANNELS):
            if (channel == "shift_sagittal") == what.startswith("sideways"):
                rows.append(_row(what, channel, [_errors(p, done == what, place) for p in people]))
    return rows


def _errors(person: Shifted, chosen: NDArray[np.bool_], place: int) -> Floats:
    """Return truth and error of some pictures, ``(n, 2)``."""
    truth, measured = person.truth[chosen, place], person.measured[chosen, place]
    return np.column_stack([truth, measured - truth])


def _row(by: str, level: str, found: list[Floats]) -> dict[str, Any]:
    every = np.concatenate(found)
    seen = every[np.isfinite(every[:, 1])]
    row: dict[str, Any] = {
        "by": by,
        "level": level.replace("_", " "),
        "people": len(found),
        "pictures": len(every),
        "lost": round(1 - len(seen) / max(1, len(every)), 4),
    }
    if not len(seen):
        return row
    size = np.abs(seen)
    return row | {
        "truth": round(float(size[:, 0].mean()), 2),
        "mean_error": round(float(size[:, 1].mean()), 2),
        "p95": round(float(np.quantile(size[:, 1], 0.95)), 2),
        "bias": round(float(seen[:, 1].mean()), 2),
    }


def _kept(identity: int, mesh: Path, cache: Path | None) -> Shifted:
    """Return what was tracked of a person, from the cache where it is there, and measure it."""
    file = cache / f"shifts_{_VERSION}_{identity}.npz" if cache else None
    if file is not None and file.is_file():
        with np.load(file) as read:
            arrays = {name: read[name] for name in read.files}
    else:
        arrays = _tracked(identity, mesh)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(file, **dict[str, Any](arrays))
    return _measured(arrays)


def _tracked(identity: int, mesh: Path) -> dict[str, Floats]:
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.render import render

    who = person(identity, folder=mesh)
    rng = np.random.default_rng((47, identity))
    scene, _ = stage(rng, identity, who)
    scene = replace(scene, distance_m=float(rng.choice(DISTANCES_M)))
    films = [
        [render(who, pose, view, folder=mesh) for pose, view in film]
        for film in (*_from_the_front(who, scene), *_from_the_side(scene))
    ]
    straight = films[0][-1][1]
    return {**looked_at(films), "truth": np.array([_true(f[-1][1], straight) for f in films])}


def _from_the_front(who: Person, scene: Scene) -> Iterator[list[tuple[Pose, Scene]]]:
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.reach import touching

    for what, asked in FRONTAL:
        pose = Pose(**asked)  # type: ignore[arg-type]  # all of its numbers are floats
        yield [(touching(who, pose, "right", "chin") if what.startswith("hand") else pose, scene)]


def _from_the_side(scene: Scene) -> Iterator[list[tuple[Pose, Scene]]]:
    """Yield films of a person who turns sideways, and carries the head forward there."""
    from eutonia.simulate.people.pose import Pose

    for _, asked in SIDEWAYS:
        views = [replace(scene, azimuth=share * asked["azimuth"]) for share in (0, 0.3, 0.6, 1)]
        forward = Pose(shift_forward_cm=asked["shift_forward_cm"])
        yield [*((Pose(), view) for view in views), (forward, views[-1])]


def _true(one: Truth, straight: Truth) -> Floats:
    """Return what is true of a picture, in the order of `CHANNELS`."""
    width = np.linalg.norm(straight.points_m["left_shoulder"] - straight.points_m["right_shoulder"])
    up = [
        one.points_m[f"{side}_shoulder"][1] - straight.points_m[f"{side}_shoulder"][1]
        for side in ("left", "right")
    ]
    middle = (one.points_m["left_shoulder"] + one.points_m["right_shoulder"]) / 2
    ahead = one.points_m["head_base"][2] - middle[2]  # the trunk faces along the third axis
    return 100 * np.array([one.shift_right_m, *up, ahead]) / float(width)


def _measured(arrays: dict[str, Floats]) -> Shifted:
    """Return what the derivation makes of one film of all pictures."""
    n, truth = len(arrays["face"]), arrays["truth"]
    film = Tracked(
        identity=0,
        asked=np.zeros((n, 3)),
        turn=np.zeros(n),
        scene={},
        first=arrays["face"],
        **{k: arrays[k] for k in ("face", "body", "world", "visible")},
        truth=truth,
    ).film(np.arange(n))
    found = head(film, zero=zero_of(film, np.arange(n) == 0))
    rows = [[c.name for c in found.channels].index(name) for name in CHANNELS]
    measured = np.where(found.good[rows], found.x[rows], np.nan).T
    return Shifted(measured=measured, truth=truth)
