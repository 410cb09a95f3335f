"""Accuracy of jaw and mouth on rendered people: which part of a known movement is seen.

The truth of the jaw is the way of the front of the chin in the head's own frame, in % of the
distance between the outer corners of the eyes, as the reading is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.derive.mouth import mouth
from eutonia.model import Floats, Landmarks, Points, Side

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Bones

#: Degrees of the jaw that are shown, and turns of the head.
OPENINGS = (0.0, 4.0, 8.0, 14.0, 20.0)
ASIDE = (-8.0, -4.0, 4.0, 8.0)
TURNS = ((0.0, 0.0), (-20.0, 0.0), (20.0, 0.0), (0.0, 15.0), (0.0, -15.0))
PULLS = (0.5, 1.0)
#: Raised whenever poses or scenes change: older caches are not used.
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one thing came out.

    Parameters
    ----------
    what : str
        In words.
    value, spread : float
        Mean over people and standard deviation between them.
    n : int
        People.
    """

    what: str
    value: float
    spread: float
    n: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One person's pictures: what was asked, where the chin truly went, and what was tracked."""

    identity: int
    asked: tuple[dict[str, float], ...]
    chin: Floats
    points: Floats


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Render people who move jaw and mouth, track them, and compare.

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
        ``by`` (what is compared), ``level`` (how the head is turned), ``mean`` and ``sd`` over
        people, ``n`` people.
    """
    people = []
    for identity in identities:
        people.append(_kept(identity, mesh, cache))
        if progress is not None:
            progress(identity)
    found = []
    for row in summary(people):
        by, _, level = row.what.partition(", yaw ")
        found.append(
            {
                "by": by,
                "level": f"yaw {level}" if level else "",
                "mean": round(row.value, 3),
                "sd": round(row.spread, 3),
                "n": row.n,
            }
        )
    return found


def _kept(identity: int, mesh: Path, cache: Path | None) -> Seen:
    """Return what was tracked of a person, from the cache where it is there."""
    file = cache / f"mouth_{_VERSION}_{identity}.npz" if cache else None
    if file is None or not file.is_file():
        one = person_seen(identity, mesh)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(file, chin=one.chin, points=one.points)
        return one
    with np.load(file) as read:
        chin, points = read["chin"], read["points"]
    return Seen(identity=identity, asked=tuple(_asked()), chin=chin, points=points)


def summary(people: Iterable[Seen]) -> tuple[Row, ...]:
    """Return the mean and the spread between people of each comparison."""
    found: dict[str, list[float]] = {}
    for one in people:
        for what, value in _compared(one).items():
            if np.isfinite(value):  # too few pictures of the person were turned little enough
                found.setdefault(what, []).append(value)
    return tuple(
        Row(what=w, value=float(np.mean(v)), spread=float(np.std(v, ddof=1)), n=len(v))
        for w, v in found.items()
    )


def person_seen(identity: int, mesh: Path) -> Seen:
    """Render and track one person."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import Pose, bones
    from eutonia.simulate.people.render import render
    from eutonia.simulate.people.scene import Scene
    from eutonia.tracking.face import FaceTracker

    who, tracker = person(identity, folder=mesh), FaceTracker()
    # Lens at the height of the nose; the nearest protocol distance, on the axis of the camera.
    scene = Scene(distance_m=0.8, focal_px=900.0)
    asked, chin, points = [], [], []
    for n, wanted in enumerate(_asked()):
        pose = Pose(**wanted)
        fixed = scene.aimed(who, bones(who, Pose(), folder=mesh))
        picture, _ = render(who, pose, replace(fixed, noise_seed=n), folder=mesh)
        tracker.reset()
        seen = tracker.follow(picture)
        asked.append(wanted)
        chin.append(_chin(who, bones(who, pose, folder=mesh)))
        points.append(np.full((478, 3), np.nan) if seen is None else seen.xyz)
    xyz = np.array(points)
    eyes_px = np.nanmean(np.linalg.norm(xyz[:2, 33, :2] - xyz[:2, 263, :2], axis=-1))
    unit = eyes_px * scene.distance_m / scene.focal_px / 100
    return Seen(
        identity=identity, asked=tuple(asked), chin=np.array(chin) / unit, points=np.array(xyz)
    )


def _asked() -> Iterator[dict[str, Any]]:
    """Yield what each picture shows; the first two are the still face."""
    yield from ({}, {})
    for yaw, pitch in TURNS:
        for jaw in OPENINGS:
            yield {"yaw": yaw, "pitch": pitch, "jaw": jaw}
        for aside in ASIDE:
            yield {"yaw": yaw, "pitch": pitch, "jaw": 4.0, "jaw_right": aside}
    for pull in PULLS:
        yield {"mouth_right": pull}
        yield {"mouth_left": pull}


def _chin(who: Person, placed: Bones) -> Floats:
    """Return the chin in the head's own frame: to the right, down, backwards, metres.

    The most forward point on the midline of what hangs on the jaw for the most part.
    """
    index = who.base.skeleton.index
    body = np.unique(who.base.groups["body"].corners)
    hangs = who.base.weights[body, index("jaw")] > 0.7
    own = body[hangs & (np.abs(who.shape[body, 0]) < 0.004)]
    front = own[[np.argmax(who.shape[own, 2])]]
    place = placed.carry(who, who.shape[front], who.base.weights[front])[0]
    head = index("head")
    local = placed.turned[head].T @ (place - placed.heads[head])
    return np.array([-local[0], -local[1], -local[2]])


def _compared(one: Seen) -> dict[str, float]:
    """Return each comparison of one person."""
    n = len(one.asked)
    face = Points(xyz=one.points.astype(np.float32), score=np.ones(n, np.float32))
    move = mouth(Landmarks(t_s=np.arange(n) / 30, width=640, height=480, parts={"face": face}))
    read = {
        (c.site, c.side): np.where(g, v, np.nan)
        for c, v, g in zip(move.channels, move.x, move.good, strict=True)
    }
    jaw, aside = read["jaw_opening", "midline"], read["jaw_deviation", "midline"]
    out = {"not seen, share": float(np.isnan(jaw).mean())}
    for yaw, pitch in TURNS:
        here = np.array([(a.get("yaw"), a.get("pitch")) == (yaw, pitch) for a in one.asked])
        straight = here & np.array(["jaw_right" not in a for a in one.asked])
        sideways = here & ~straight
        name = f"yaw {yaw:g}, pitch {pitch:g}"
        out[f"opening seen per true, {name}"] = _slope(one.chin[straight, 1], jaw[straight])
        out[f"deviation seen per true, {name}"] = _slope(one.chin[sideways, 0], aside[sideways])
        out[f"deviation of a straight jaw, %, {name}"] = float(np.nanmean(aside[straight]))
        out[f"deviation read per opening, {name}"] = _slope(one.chin[straight, 1], aside[straight])
        out[f"opening read when closed, less straight ahead, %, {name}"] = float(
            jaw[straight][0] - jaw[0]
        )
    out["noise of a still face, opening, %"] = abs(float(jaw[1] - jaw[0])) / np.sqrt(2)
    degrees = np.array([a.get("jaw", np.nan) if a.get("yaw") == 0 else np.nan for a in one.asked])
    plain = np.isfinite(degrees) & np.array(["jaw_right" not in a for a in one.asked])
    out["true % per degree of the jaw"] = _slope(degrees[plain], one.chin[plain, 1])
    out["seen % per degree of the jaw"] = _slope(degrees[plain], jaw[plain])
    sides: tuple[tuple[Side, Side], ...] = (("right", "left"), ("left", "right"))
    for side, other in sides:
        pulled = [i for i, a in enumerate(one.asked) if a == {f"mouth_{side}": 1.0}]
        for site in ("corner_out", "corner_up"):
            for of in (side, other):
                moved = float(read[site, of][pulled[0]] - read[site, of][0])
                which = "same" if of == side else "other"
                out[f"{site} of the {which} side when the {side} corner is pulled, %"] = moved
    for site in ("corner_out", "corner_up"):
        apart = read[site, "right"][0] - read[site, "left"][0]
        out[f"{site} of a still face, right less left, %"] = float(apart)
    return out


def _slope(true: Floats, seen: Floats) -> float:
    there = np.isfinite(seen) & np.isfinite(true)
    x = true[there] - true[there].mean()
    return float(x @ seen[there] / (x @ x)) if there.sum() > 1 else float("nan")
