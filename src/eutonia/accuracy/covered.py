"""Accuracy of the head's angles where glasses or a hand cover a part of the face.

Each person of the study of the head stands in the same place, light and camera, once as they are,
once with the frame of glasses, and with a hand at the chin or the cheek as in a sensory trick; the
zero is set without the hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.accuracy.head import Tracked, looked_at, row_of, stage

if TYPE_CHECKING:
    from eutonia.model import Floats
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Pose

#: Yaw, pitch and roll; the first sets the zero.
POSES = (
    *((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (-30.0, 0.0, 0.0)),
    *((0.0, 15.0, 0.0), (0.0, -15.0, 0.0), (0.0, 0.0, 20.0), (20.0, -10.0, -15.0)),
)
COVERS = ("nothing", "glasses", "hand at the chin", "hand at the cheek")
#: Raised whenever poses or scenes change: older caches are not used.
_VERSION = 1
_ARRAYS = ("face", "body", "world", "visible", "truth")


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
        For each cover the fields of `eutonia.accuracy.head.row_of`.
    """
    found: dict[str, list[Tracked]] = {cover: [] for cover in COVERS}
    for identity in identities:
        for cover in COVERS:
            found[cover].append(_kept(identity, cover, mesh, cache))
        if progress:
            progress(identity)
    turned = np.arange(len(POSES)) > 0
    return [
        row_of("covered by", cover, [p.errors() for p in people], [turned] * len(people))
        for cover, people in found.items()
    ]


def _kept(identity: int, cover: str, mesh: Path, cache: Path | None) -> Tracked:
    """Return what was tracked of a person, from the cache where it is there."""
    name = f"covered_{_VERSION}_{identity}_{cover.replace(' ', '_')}.npz"
    file = cache / name if cache else None
    if file is not None and file.is_file():
        with np.load(file) as read:
            arrays = {n: read[n] for n in _ARRAYS}
    else:
        arrays = _looked_at(identity, cover, mesh)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(file, **dict[str, Any](arrays))
    n = len(POSES)
    arrays["first"] = arrays["face"]
    return Tracked(identity=identity, asked=np.array(POSES), turn=np.zeros(n), scene={}, **arrays)


def _looked_at(identity: int, cover: str, mesh: Path) -> dict[str, Floats]:
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.render import render

    who = person(identity, folder=mesh, frame=cover == "glasses")
    scene, _ = stage(np.random.default_rng((43, identity)), identity, who)
    return looked_at([render(who, pose, scene, folder=mesh)] for pose in _poses(who, cover))


def _poses(who: Person, cover: str) -> Iterator[Pose]:
    """Yield the poses; the hand is not there while the zero is set."""
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.reach import touching

    for i, (yaw, pitch, roll) in enumerate(POSES):
        pose = Pose(yaw=yaw, pitch=pitch, roll=roll)
        hand = cover.startswith("hand") and i > 0
        yield touching(who, pose, "right", cover.rsplit(maxsplit=1)[-1]) if hand else pose
