"""Accuracy of gait on rendered people: what is left of known strides and postures, by view.

People walk on a treadmill with drawn stride times, inversion, lean and arm swing; they are filmed,
tracked, and measured as any video is. The truth of the times is that of the drawn walk. That of the
angles is read from the posed joints in the same picture by the same definitions, so that errors are
those of the tracked points; what a definition shows of a foot that is turned in is a row by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.gait import gait
from eutonia.derive.video import evenly
from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import Block, Channel, Events, Floats, Landmarks, Points, Side

if TYPE_CHECKING:
    from eutonia.simulate.people.body import Person
    from eutonia.simulate.people.pose import Bones
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.walk import Walk

#: Azimuth of the camera, degrees: to the person's left. The right flank is the mirror case.
VIEWS = {"side": 90.0, "side, backwards": 90.0, "front": 0.0, "back": 180.0}
#: Seconds of each walk, and pictures a second: with more of either a study takes hours.
SECONDS, RATE_HZ = 6.0, 30.0
#: Raised whenever walks or scenes change: older caches are not used.
_VERSION = 1
#: Width and height of the pictures.
SIZE = (480, 640)
SIDES: tuple[Side, ...] = ("left", "right")


@dataclass(frozen=True, kw_only=True, eq=False)
class Filmed:
    """One tracked walk and what is true of it."""

    identity: int
    view: str
    landmarks: Landmarks
    true: Landmarks
    walk: Walk


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one quantity came out in one view.

    Parameters
    ----------
    view, quantity, unit : str
        Which number, of each stride or of each walk.
    n : int
        Numbers compared.
    truth_sd : float
        How much the truth varied.
    bias, mean_error, sd : float
        Mean of what is read less what is true, mean size of that, and its spread.
    slope : float
        What is read for 1 more of the truth; NaN where the truth was the same for all.
    """

    view: str
    quantity: str
    unit: str
    n: int
    truth_sd: float
    bias: float
    mean_error: float
    sd: float
    slope: float


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Render people who walk, track them, and compare.

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
        One for each view and quantity: ``by``, ``level`` and the fields of `Row`.
    """
    films: list[Filmed] = []
    for identity in identities:
        films += [_kept(identity, view, mesh, cache) for view in VIEWS]
        if progress is not None:
            progress(identity)
    return [
        {"by": f"walk seen from the {row.view}", "level": f"{row.quantity} ({row.unit})"}
        | {k: v for k, v in asdict(row).items() if k in _SAID and np.isfinite(v)}
        for row in report(films)
    ]


_SAID = ("n", "truth_sd", "bias", "mean_error", "sd", "slope")


def _kept(identity: int, view: str, mesh: Path, cache: Path | None) -> Filmed:
    """Return what was tracked of one walk, from the cache where it is there."""
    name = f"gait_{_VERSION}_{identity}_{view.replace(', ', '_')}.npz"
    file = cache / name if cache else None
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


def _filmed(identity: int, view: str, body: Points, true: NDArray[np.float32]) -> Filmed:
    t = np.arange(len(true)) / RATE_HZ
    seen, posed = (
        Landmarks(t_s=t, width=SIZE[0], height=SIZE[1], parts={"body": points})
        for points in (body, Points(xyz=true, score=np.ones(len(true), dtype=np.float32)))
    )
    walk = drawn(identity, view)
    return Filmed(identity=identity, view=view, landmarks=seen, true=posed, walk=walk)


def film(identity: int, view: str, mesh: Path, *, seconds: float = SECONDS) -> Filmed:
    """Render one person's walk from one side and track it."""
    from eutonia.simulate.people.body import person
    from eutonia.simulate.people.pose import bones
    from eutonia.simulate.people.render import render
    from eutonia.simulate.people.scene import Scene
    from eutonia.simulate.people.walk import walker
    from eutonia.tracking.body import BodyTracker

    who, tracker = person(identity, folder=mesh), BodyTracker()
    pose_at = walker(who, drawn(identity, view), until_s=seconds + 0.1)
    scene = Scene(
        width=SIZE[0],
        height=SIZE[1],
        focal_px=1100.0,
        distance_m=4.0,
        aim="body",
        azimuth=VIEWS[view],
        background="busy",
        background_seed=identity,
        supersampling=1,
    )
    scene = scene.aimed(who, bones(who, pose_at(0.0), folder=mesh))
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
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
    """Draw how a person walks: the same in every view, but for the direction."""
    from eutonia.simulate.people.walk import Walk

    rng = np.random.default_rng((7, identity))
    step = rng.uniform(0.48, 0.65) * (1 + 0.03 * rng.standard_normal(int(4 * SECONDS) + 8))
    step[::2] *= 1 + rng.uniform(-0.1, 0.1)
    at = np.cumsum(step) - 3 * step[0] * rng.uniform(0.5, 1.0)
    stop = np.searchsorted(at, SECONDS + 2)
    return Walk(
        left_strikes_s=tuple(at[:stop:2].tolist()),
        right_strikes_s=tuple(at[1:stop:2].tolist()),
        left_inversion=float(rng.uniform(-5, 30)),
        right_inversion=float(rng.uniform(-5, 30)),
        left_swing=float(rng.uniform(3, 25)),
        right_swing=float(rng.uniform(3, 25)),
        lean_forward=float(rng.uniform(-5, 30)),
        lean_right=float(rng.uniform(-15, 15)),
        on_treadmill=True,
        backwards="backwards" in view,
    )


def report(films: Iterable[Filmed]) -> Iterator[Row]:
    """Yield how each quantity came out in each view."""
    pairs: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for one in films:
        for quantity, unit, read, true in compared(one):
            pairs.setdefault((one.view, quantity, unit), []).append((read, true))
    for (view, quantity, unit), found in pairs.items():
        read, true = np.array(found).T
        error = read - true
        spread = float(true.std())
        slope = float(np.polyfit(true, read, 1)[0]) if spread > 1e-6 and len(true) > 2 else np.nan
        yield Row(
            view=view,
            quantity=quantity,
            unit=unit,
            n=len(error),
            truth_sd=round(spread, 4),
            bias=round(float(error.mean()), 4),
            mean_error=round(float(np.abs(error).mean()), 4),
            sd=round(float(error.std()), 4),
            slope=round(slope, 3),
        )


#: What is read where in a stride of one foot, by quantity: channel, and shares of the stride.
_ANGLES = {
    "foot_pitch before landing": ("foot_pitch", 0.88, 0.97),
    "foot_pitch standing": ("foot_pitch", 0.2, 0.35),
    "foot_inversion lifted": ("foot_inversion", -0.07, 0.07),
    "foot_inversion standing": ("foot_inversion", 0.4, 0.6),
}


def compared(one: Filmed) -> Iterator[tuple[str, str, float, float]]:
    """Yield what was read and what is true: quantity, unit, read, true."""
    read, channels = _block(one.landmarks)
    true, _ = _block(one.true)
    for side in SIDES:
        found = st.strides(read, channels, side)
        yield from _times(one, side, found)
        for quantity, (site, lo, hi) in _ANGLES.items():
            row = _row(channels, site, side)
            parts = [st.window(found, i, lo, hi) for i in range(len(found))]
            for was, of in _means(read, true, row, parts, per.mean_in):
                yield quantity, "deg", was, of
                if quantity == "foot_inversion lifted":
                    turned = float(getattr(one.walk, f"{side}_inversion"))
                    yield "same angle, truly, for what the joint turned", "deg", of, turned
        parts = [st.window(found, i, 0, 1) for i in range(len(found))]
        near = "near" if side == "left" else "far"
        for was, of in _means(read, true, _row(channels, "arm", side), parts, per.swing_range):
            yield f"arm_swing, {near} arm", "deg", was, of
    for site in ("trunk_sagittal", "trunk_lateral"):
        row = _row(channels, site, "midline")
        good = read.mask[row] & true.mask[row]
        if good.mean() > 0.3:
            yield site, "deg", float(read.x[row][good].mean()), float(true.x[row][good].mean())


def _means(
    read: Block,
    true: Block,
    row: int,
    parts: list[slice],
    of: Callable[[Block, int, slice], float],
) -> Iterator[tuple[float, float]]:
    """Yield what was read and what is true, over the strides in which both are known."""
    both = np.array([(of(read, row, p), of(true, row, p)) for p in parts]).reshape(-1, 2)
    known = both[np.isfinite(both).all(axis=1)]
    if len(known):
        was, is_ = known.mean(axis=0)
        yield float(was), float(is_)


def _times(one: Filmed, side: Side, found: st.Strides) -> Iterator[tuple[str, str, float, float]]:
    """Yield number and times of the strides of one foot."""
    strikes = np.array(getattr(one.walk, f"{side}_strikes_s"))
    inside = (strikes[:-1] > 0.5) & (strikes[1:] < one.landmarks.t_s[-1] - 0.5)
    yield "strides found", "1", float(len(found)), float(inside.sum())
    for start, stop, leave in zip(
        found.start / RATE_HZ, found.stop / RATE_HZ, found.leave / RATE_HZ, strict=True
    ):
        nearest = int(np.argmin(np.abs(strikes - start)))
        if nearest + 1 == len(strikes):
            continue
        lasts = strikes[nearest + 1] - strikes[nearest]
        yield "stride_time", "s", float(stop - start), float(lasts)
        if one.view.startswith("side"):
            yield "landing", "s", float(start), float(strikes[nearest])
        if np.isfinite(leave):
            stance = getattr(one.walk, f"{side}_stance") * lasts
            yield "stance time", "s", float(leave - start), float(stance)


def _block(landmarks: Landmarks) -> tuple[Block, tuple[Channel, ...]]:
    movement = gait(landmarks)
    x = evenly(movement, landmarks.t_s, RATE_HZ)
    block = Block(x=_bridged(x), mask=np.isfinite(x), rate_hz=RATE_HZ, events=Events())
    return block, movement.channels


def _row(channels: tuple[Channel, ...], site: str, side: Side) -> int:
    return next(i for i, c in enumerate(channels) if (c.site, c.side) == (site, side))


def _bridged(x: Floats) -> Floats:
    """Return the channels with gaps closed by straight lines, as the runner does."""
    from eutonia.derive import bridge

    return bridge(x.copy(), np.isfinite(x))
