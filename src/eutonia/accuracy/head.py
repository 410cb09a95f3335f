"""Accuracy of the head's angles on rendered people, by angle, distance, camera, light and person.

Each person stands before a camera of their own (distance, focal length, place in the picture,
light, background), once with the head straight, which sets the zero, and in `POSES` and some drawn
ones, then with the trunk turned (`TURNS`). Each pose is reached from the straight head in steps, as
in a film; what is seen of a film that starts in the pose is kept beside it. What tracker and
derivation say is held against the posed bones. What was tracked is kept in a cache, so that a study
goes on where it stopped; pictures are not kept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.head import TRUNK_TURNED, head, zero_of
from eutonia.measures.posture import TURNED_SHARE
from eutonia.model import Floats, Landmarks, Points

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.truth import Truth

#: A picture and what is true of it.
Shot = tuple[NDArray[np.uint8], "Truth"]

AXES = ("yaw", "pitch", "roll")
_STEPS = (-60, -45, -30, -15, 15, 30, 45, 60)
#: One axis at a time: yaw to 60 degrees, the others to 45.
POSES = (
    (0.0, 0.0, 0.0),
    *((float(a), 0.0, 0.0) for a in _STEPS),
    *((0.0, float(a), 0.0) for a in _STEPS[1:-1]),
    *((0.0, 0.0, float(a)) for a in _STEPS[1:-1]),
)
#: Turns of the trunk, and of the head against it: with the trunk, or still to the camera.
TURNS = (*((float(a), 0.0) for a in (-45, -30, -20, 20, 30, 45)), (-30.0, 30.0), (30.0, -30.0))
#: Drawn poses of a person, each axis to 45 degrees, 45 degrees from straight in all at most.
N_DRAWN = 8
MOST_DEG = 45.0
#: Largest step on the way from the straight head to a pose, degrees: ten pictures a second of a
#: brisk turn.
STEP_DEG = 15.0
#: Vertices of the mesh: tip of the nose, and outer corner of the left eye.
TIP, CORNER = 294, 11473
#: Depth of a face from which it is about as deep as people's; see `knowledge/head_correction`. [D]
DEEP = 0.42
SIZE = (640, 480)
LIGHTS = ("even", "one side", "dim")
#: Raised whenever scenes or poses change: older caches are not used.
_VERSION = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Tracked:
    """What a tracker saw of one person, and what is true.

    Parameters
    ----------
    identity : int
    asked : ndarray, shape (n, 3)
        Poses; the first is straight.
    turn : ndarray, shape (n,)
        Of the trunk, to the person's right.
    face, body, world : ndarray, shape (n, n_points, 3)
        NaN where nothing was seen.
    first : ndarray, shape (n, 478, 3)
        The face of a film that starts in the pose.
    visible : ndarray, shape (n, 33)
    truth : ndarray, shape (n, 3)
        Yaw, pitch and roll of the head against the trunk.
    scene : mapping
        Distance, focal length over the picture's width, light, background; depth of the face: tip
        of the nose before the outer corners of the eyes, over the distance of these.
    """

    identity: int
    asked: Floats
    turn: Floats
    face: Floats
    first: Floats
    body: Floats
    world: Floats
    visible: Floats
    truth: Floats
    scene: dict[str, Any]

    def film(self, shown: NDArray[np.intp], *, body: bool = True) -> Landmarks:
        """Return some pictures as a film of one a second."""
        face, trunk = self.face[shown], self.body[shown]
        parts = {"face": Points(xyz=face.astype(np.float32), score=_seen(face))}
        if body:
            parts["body"] = Points(
                xyz=trunk.astype(np.float32),
                score=_seen(trunk),
                world=self.world[shown].astype(np.float32),
                visible=self.visible[shown].astype(np.float32),
            )
        t_s = np.arange(len(face), dtype=np.float64)
        return Landmarks(t_s=t_s, width=SIZE[0], height=SIZE[1], parts=parts)

    def errors(self, *, zero: bool = True, body: bool = True) -> Floats:
        """Return what is measured less what is true, ``(n, 3)``; NaN where nothing was seen.

        Poses with a turned trunk are not in the film and stay NaN.
        """
        shown = np.flatnonzero(self.turn == 0)
        marks = self.film(shown, body=body)
        found = head(marks, zero=zero_of(marks, shown == 0) if zero else None)
        errors = np.full(self.truth.shape, np.nan)
        measured = np.where(found.good[:3], found.x[:3], np.nan).T
        errors[shown] = (measured - self.truth[shown] + 180) % 360 - 180
        return errors

    def noticed(self, pose: int, *, zero: bool = True) -> tuple[bool, bool, bool]:
        """Tell whether a trunk that stays as in one pose is flagged, left out, and suspected.

        Without a zero the whole film is in that pose.
        """
        marks = self.film(np.array([0 if zero else pose] * 10 + [pose] * 10))
        found = head(marks, zero=zero_of(marks, marks.t_s < 10) if zero else None)
        row = next(i for i, c in enumerate(found.channels) if c.site == "trunk_turned")
        told = found.x[row, 10:][found.good[row, 10:]]
        return (
            TRUNK_TURNED in found.channels[0].flags,
            not found.good[0, 10:].any(),
            bool(len(told) and told.mean() >= TURNED_SHARE),
        )


def _seen(points: Floats) -> NDArray[np.float32]:
    return np.isfinite(points[:, 0, 0]).astype(np.float32)


def track(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Tracked]:
    """Render and track people, or read what was tracked before.

    Parameters
    ----------
    identities : iterable of int
        Seeds of people: below 100 for development, from 100 on to judge.
    mesh : path
        Folder of the human mesh.
    cache : path, optional
        Folder where what was tracked is kept.
    progress : callable, optional
        Called with each identity that is done.
    """
    for identity in identities:
        file = cache / f"head_{_VERSION}_{identity}.npz" if cache else None
        if file is not None and file.is_file():
            yield _read(file, identity)
        else:
            one = _tracked(identity, mesh)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                kept: dict[str, Any] = {f"scene_{k}": v for k, v in one.scene.items()}
                kept |= {k: v for k, v in vars(one).items() if isinstance(v, np.ndarray)}
                np.savez_compressed(file, **kept)
            yield one
        if progress:
            progress(identity)


def _read(file: Path, identity: int) -> Tracked:
    with np.load(file) as kept:
        scene = {k[6:]: kept[k].item() for k in kept.files if k.startswith("scene_")}
        arrays = {k: kept[k] for k in kept.files if not k.startswith("scene_")}
    return Tracked(identity=identity, scene=scene, **arrays)


def _tracked(identity: int, mesh: Path) -> Tracked:
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose
    from eutonia.simulate.people.render import render

    rng = np.random.default_rng((41, identity))
    who = person(identity, folder=mesh)
    scene, known = stage(rng, identity, who)
    turned = np.array([(yaw, 0.0, 0.0) for _, yaw in TURNS])
    asked = np.concatenate([np.array(POSES), _drawn(rng), turned])
    turn = np.zeros(len(asked))
    turn[-len(TURNS) :] = [t for t, _ in TURNS]

    @functools.cache  # ways share many poses
    def shot(yaw: float, pitch: float, roll: float, trunk: float) -> Shot:
        return render(who, Pose(yaw=yaw, pitch=pitch, roll=roll, turn=trunk), scene, folder=mesh)

    def films() -> Iterator[list[Shot]]:
        for pose in np.column_stack([asked, turn]):
            shots = [shot(*way) for way in way_to(pose).tolist()]
            yield shots
            yield shots[-1:]

    both = looked_at(films())
    seen: dict[str, Any] = {name: rows[::2] for name, rows in both.items()}
    seen["first"] = both["face"][1::2]
    return Tracked(identity=identity, asked=asked, turn=turn, scene=known, **seen)


def way_to(pose: Floats) -> Floats:
    """Return what leads to yaw, pitch, roll and turn of the trunk from the straight head, (n, 4).

    Head and trunk take steps of at most `STEP_DEG`.
    """
    far = max(float(np.linalg.norm(pose[:3])), abs(float(pose[3])))
    n = max(1, int(np.ceil(far / STEP_DEG)))
    return np.asarray(np.round(np.linspace(0, pose, n + 1), 6))


def looked_at(films: Iterable[Sequence[Shot]]) -> dict[str, Floats]:
    """Return what the trackers see in the last picture of each film, and its truth.

    The last picture is shown twice, as a posture is held. Fields as in `Tracked`.
    """
    from eutonia.tracking.body import BodyTracker
    from eutonia.tracking.face import FaceTracker

    face, body = FaceTracker(), BodyTracker()
    names = ("face", "body", "world", "visible", "truth")
    rows: dict[str, list[Floats]] = {name: [] for name in names}
    for film in films:
        face.reset()
        body.reset()
        for picture, _ in (*film, film[-1]):
            seen, trunk = face.follow(picture), body.follow(picture)
        points, metres, visible = np.full((33, 3), np.nan), np.full((33, 3), np.nan), np.zeros(33)
        if trunk is not None and trunk.visible is not None and trunk.world is not None:
            points, metres = trunk.xyz.astype(np.float64), trunk.world.astype(np.float64)
            visible = trunk.visible.astype(np.float64)
        nobody = np.full((478, 3), np.nan)
        rows["face"].append(nobody if seen is None else seen.xyz.astype(np.float64))
        rows["body"].append(points)
        rows["world"].append(metres)
        rows["visible"].append(visible)
        true = film[-1][1]
        rows["truth"].append(np.array([true.yaw, true.pitch, true.roll]))
    return {name: np.array(found) for name, found in rows.items()}


def stage(rng: np.random.Generator, identity: int, who: Person) -> tuple[Scene, dict[str, Any]]:
    """Return the place, light and camera of a person, and what is known of them."""
    from eutonia.simulate.people.scene import TWO_LIGHTS, Light, Scene

    light, background = LIGHTS[identity % 3], ("plain", "gradient", "busy")[identity // 3 % 3]
    focal, distance = float(rng.uniform(0.72, 1.0)), float(rng.choice([0.7, 0.9, 1.2]))
    aside, above = rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.02)
    base = who.heads[who.base.skeleton.index("head")]
    strong = Light(azimuth=70, elevation=25, colour=(0.8, 0.8, 0.78))
    scene = Scene(
        width=SIZE[0],
        height=SIZE[1],
        focal_px=focal * SIZE[0],
        distance_m=distance,
        aim=(float(base[0] + aside), float(base[1] + above), float(base[2])),
        lights=(strong, TWO_LIGHTS[1]) if light == "one side" else TWO_LIGHTS,
        exposure=0.35 if light == "dim" else 1.0,
        noise=4.0 if light == "dim" else 1.5,
        background=background,
        background_seed=identity,
        noise_seed=identity,
        supersampling=2,
    )
    wide, _, deep = who.shape[TIP] - who.shape[CORNER]
    known = {"distance_m": distance, "focal": focal, "light": light, "background": background}
    return scene, known | {"face_depth": float(-0.5 * deep / wide)}


def _drawn(rng: np.random.Generator) -> Floats:
    """Draw poses on all axes at once."""
    kept: list[Floats] = []
    while len(kept) < N_DRAWN:
        pose = rng.uniform(-MOST_DEG, MOST_DEG, 3)
        if np.linalg.norm(pose) <= MOST_DEG:
            kept.append(pose)
    return np.array(kept)


Row = dict[str, Any]


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Track people and return the rows of `report`; see `track` for the parameters."""
    return report(track(identities, mesh, cache=cache, progress=progress))


def report(people: Iterable[Tracked]) -> list[Row]:
    """Return the mean size of the errors by everything that varies.

    Returns
    -------
    list of dict
        ``by`` and ``level`` of what, ``people`` and ``pictures``, the share ``lost``, and for each
        axis the mean size of the error, its 95th percentile and its mean, in degrees. Of trunks
        that are turned, and of turned heads on trunks that are not: the shares ``flagged``,
        ``left_out`` and ``suspected`` (`eutonia.measures.posture.trunk_turned`).
    """
    people = list(people)
    errors = [p.errors() for p in people]
    return [
        *_by_pose(people, errors),
        *_by_scene(people, errors),
        *_by_what_is_missing(people),
        *(
            _noticed(words, turn, yaw, people, zero=zero)
            for words, zero in (("trunk turned", True), ("trunk turned all along, no zero", False))
            for turn, yaw in (*TURNS, *_HEADS)
        ),
    ]


def _by_pose(people: list[Tracked], errors: list[Floats]) -> Iterator[Row]:
    yield row_of("all to 45 degrees", "", errors, [_within(p) for p in people])
    yield row_of("one axis at a time", "to 45", errors, [_single(p) for p in people])
    yield row_of("all axes at once", "to 45", errors, [_several(p) for p in people])
    for place, axis in enumerate(AXES):
        for angle in sorted({int(p[place]) for p in POSES if p[place]}):
            chosen = [_is(p, place, angle) for p in people]
            yield row_of(f"{axis} of", str(angle), errors, chosen)
    first = [replace(p, face=p.first).errors() for p in people]
    words = "film that starts in the pose"
    yield row_of(words, "all to 45", first, [_within(p) for p in people])
    for angle in (-45, -30, 30, 45):
        yield row_of(words, f"pitch of {angle}", first, [_is(p, 1, angle) for p in people])


def _by_scene(people: list[Tracked], errors: list[Floats]) -> Iterator[Row]:
    for what in ("distance_m", "light", "background"):
        for level in sorted({p.scene[what] for p in people}):
            chosen = [_within(p) & (p.scene[what] == level) for p in people]
            yield row_of(what, str(level), errors, chosen)
    for what, by, name, lo, hi in _BANDS:
        chosen = [_within(p) & (lo <= p.scene[what] < hi) for p in people]
        yield row_of(by, name, errors, chosen)
    for one in people:
        chosen = [_within(p) & (p is one) for p in people]
        yield row_of("person", str(one.identity), errors, chosen)


def _by_what_is_missing(people: list[Tracked]) -> Iterator[Row]:
    for words, options in (
        ("without shoulders", {"body": False}),
        ("without a zero", {"zero": False}),
        ("without a zero or shoulders", {"zero": False, "body": False}),
    ):
        others = [p.errors(**options) for p in people]
        yield row_of(words, "to 45", others, [_within(p, straight=True) for p in people])


#: What is known of a scene, in bands.
_BANDS = (
    ("focal", "focal length over width", "0.72 to 0.85", 0.0, 0.85),
    ("focal", "focal length over width", "0.85 to 1", 0.85, 2.0),
    ("face_depth", "depth of the face", f"flatter than {DEEP:g}", 0.0, DEEP),
    ("face_depth", "depth of the face", f"{DEEP:g} or deeper", DEEP, 2.0),
)
#: Heads that turn on a trunk that does not: a false alarm is one of these.
_HEADS = ((0.0, -45.0), (0.0, -30.0), (0.0, 30.0), (0.0, 45.0))


def _noticed(by: str, turn: float, yaw: float, people: list[Tracked], *, zero: bool) -> Row:
    """Return how often a turned trunk is noticed."""
    found = []
    for one in people:
        pose = np.flatnonzero((one.turn == turn) & (one.asked == (yaw, 0, 0)).all(axis=1))[0]
        found.append(one.noticed(int(pose), zero=zero))
    flagged, left_out, suspected = np.mean(found, axis=0)
    return {
        "by": by,
        "level": f"trunk {turn:g}, head against it {yaw:g}",
        "people": len(people),
        "flagged": round(float(flagged), 3),
        "left_out": round(float(left_out), 3),
        "suspected": round(float(suspected), 3),
    }


def row_of(
    by: str,
    level: str,
    errors: list[Floats],
    chosen: list[NDArray[np.bool_]],
) -> Row:
    """Return people, pictures, the share lost, and the errors of each axis in chosen pictures."""
    some = np.concatenate([e[c] for e, c in zip(errors, chosen, strict=True)])
    seen = some[np.isfinite(some).all(axis=1)]
    row: Row = {
        "by": by,
        "level": level,
        "people": sum(bool(c.any()) for c in chosen),
        "pictures": len(some),
        "lost": round(1 - len(seen) / max(1, len(some)), 4),
    }
    for place, axis in enumerate(AXES):
        e = seen[:, place]
        size = np.abs(e)
        row[axis] = {
            "mean_error": round(float(size.mean()), 2) if len(e) else None,
            "p95": round(float(np.quantile(size, 0.95)), 2) if len(e) else None,
            "bias": round(float(e.mean()), 2) if len(e) else None,
        }
    return row


def _within(p: Tracked, *, straight: bool = False) -> NDArray[np.bool_]:
    inside = np.asarray((np.abs(p.asked) <= MOST_DEG).all(axis=1) & (p.turn == 0))
    inside[0] = straight  # the straight head set the zero
    return inside


def _single(p: Tracked) -> NDArray[np.bool_]:
    return np.asarray(_within(p) & (np.count_nonzero(p.asked, axis=1) == 1))


def _several(p: Tracked) -> NDArray[np.bool_]:
    return np.asarray(_within(p) & (np.count_nonzero(p.asked, axis=1) > 1))


def _is(p: Tracked, place: int, angle: int) -> NDArray[np.bool_]:
    alone = (np.count_nonzero(p.asked, axis=1) == 1) & (p.turn == 0)
    return np.asarray(alone & (p.asked[:, place] == angle))
