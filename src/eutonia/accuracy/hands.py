"""Accuracy of finger joints on rendered hands: what is left of known angles, and from which side.

The truth is read from the posed bones by the same definition of the angles, so the error is that
of the tracked points alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.accuracy.hand_pictures import FILMS, VIEWS, Seen, tracked
from eutonia.derive.fingers import joint_angles, read
from eutonia.derive.hand_frame import FINGERS
from eutonia.measures.hand import curl, lift, posture
from eutonia.measures.hand_sight import FRONT, GUESSED, HIDDEN, PALM, PINCHED
from eutonia.model import Floats

#: Joints that are reported, each over fingers 2 to 5.
JOINTS = ("mcp", "pip", "dip", "mcp_abduction", "curl")
_FROM = {
    "above": "the back",
    "palm": "the palm",
    "thumb": "the thumb's side",
    "little": "the little finger's side",
    "ahead": "ahead, over its back",
    "anywhere": "any side",
}
_SIGHTS = {
    "": "from its own side, free",
    PALM: "from the palm",
    PINCHED: "from its own side, its end behind the thumb",
    FRONT: "from ahead, over the hand's back",
    GUESSED: "guessed",
    HIDDEN: "hidden behind two others",
}
#: Of fewer that are seen so nothing is said; what is held around a pen stands in hand/curl.py.
LEAST_FINGERS = 30
#: Poses of all fingers, each shown by itself.
_WHOLE = {"flat": "a flat hand", "fist": "a fist"}
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one kind of angle came out.

    Parameters
    ----------
    n : int
        Angles compared.
    found : float
        Share of them that was read.
    slope : float
        Degrees that are read for 1 degree more of the truth, within a finger of a person.
    bias, mean_error, p95 : float
        Mean of what is read less what is true; mean size of that, and its 95th percentile, degrees.
    constant_sd, varying_sd : float
        Standard deviation of the error that stays with a finger of a person, and of what is left of
        it from pose to pose, degrees.
    """

    n: int
    found: float
    slope: float
    bias: float
    mean_error: float
    p95: float
    constant_sd: float
    varying_sd: float


_DEGREES = ("slope", "bias", "mean_error", "p95", "constant_sd", "varying_sd")


@dataclass(frozen=True, kw_only=True, eq=False)
class Read:
    """Angles of all hands of a study: true and read, by site; and the flag of each finger."""

    true: Mapping[str, Floats]
    read: Mapping[str, Floats]
    flag: Mapping[str, NDArray[np.str_]]
    view: NDArray[np.str_]
    task: NDArray[np.str_]
    who: NDArray[np.intp]


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
        ``by``, ``level`` and the fields of `Row`; by how the finger was seen, also ``held``: the
        share of errors within 1.96 SD of what the measure's interval holds.
    """
    found: list[Seen] = []
    for identity in identities:
        found += tracked(identity, mesh, cache)
        if progress is not None:
            progress(identity)
    films = {film: [s for s in found if s.film == film] for film in FILMS}
    asked, *others = films.values()
    bent = angles([s for s in asked if s.task not in _WHOLE])
    alike = [[s for s in asked if s.task == task] for task in _WHOLE]
    whole = [row for of in alike if of for row in _whole(angles(of))]
    less = [row for of in others if of for row in _less(of)]
    return [row for row in (*_by_sight(bent), *whole, *less, *_by_view(bent)) if row["n"]]


def angles(found: list[Seen]) -> Read:
    """Return the true angles, those that are read as in a film, and how fingers were seen."""
    # Each picture for itself: how a film is read follows from all of its pictures.
    each = [read(s.picture[None], side="right", world=s.world[None]) for s in found]
    return Read(
        true=joint_angles(np.array([s.true for s in found]), side="right"),
        read={site: np.concatenate([got[site] for got, _ in each]) for site in each[0][0]},
        flag={f: np.array(["".join(flags[f]) for _, flags in each]) for f in FINGERS},
        view=np.array([s.view for s in found]),
        task=np.array([s.task for s in found]),
        who=np.array([s.identity for s in found]),
    )


def _by_view(x: Read) -> Iterator[dict[str, Any]]:
    """Yield joints by view, fingers together, and the curl of each finger."""
    for view in VIEWS:
        for joint in JOINTS:
            row = compare(x, joint, dict.fromkeys(FINGERS, x.view == view))
            yield _said(f"hand seen from {_FROM[view]}", joint.replace("_", " "), row)
    for view in VIEWS:
        for finger in FINGERS:
            row = compare(x, "curl", {finger: x.view == view})
            yield _said(f"curl, hand seen from {_FROM[view]}", finger, row)


def _by_sight(x: Read) -> Iterator[dict[str, Any]]:
    """Yield what the measures give, by how the derivation says that the finger was seen."""
    for name in _MEASURED:
        yield from _seen(x, name, f"{name}, by how the finger is seen")
    clinic = x.task != "drawn"
    for flag, words in _SIGHTS.items():
        row = compare(x, "curl", {f: clinic & (x.flag[f] == flag) for f in FINGERS})
        if row.n < LEAST_FINGERS:
            continue
        yield _said("curl, one finger curled or lifted, or all together", words, row)


def _whole(x: Read) -> Iterator[dict[str, Any]]:
    """Yield what the measures give of one pose of all fingers, by how they are seen."""
    whole = _WHOLE[str(x.task[0])]
    for name in ("curl", "bend of the outer joints together"):
        yield from _seen(x, name, f"{name} of {whole}, by how the finger is seen")


def _less(found: list[Seen]) -> Iterator[dict[str, Any]]:
    """Yield what the measures give of pictures that are not those that the protocols ask for."""
    bent = angles([s for s in found if s.task not in _WHOLE])
    for name in ("curl", "curl beyond the others", "bend of the outer joints together"):
        yield from _seen(bent, name, f"{name} ({found[0].film}), by how the finger is seen")


def _seen(x: Read, name: str, by: str) -> Iterator[dict[str, Any]]:
    """Yield one quantity of `_MEASURED` by how the finger is seen."""
    quantity, errors = _MEASURED[name]
    for flag, words in _SIGHTS.items():
        row = compare(x, quantity, {f: x.flag[f] == flag for f in FINGERS})
        if row.n < LEAST_FINGERS:
            continue
        # As the measures do: of what has no error of its own that of a guessed finger counts.
        sd = errors.get(flag, errors.get(GUESSED) if flag in (FRONT, PINCHED) else None)
        held = {} if sd is None else {"held": _held(x, quantity, flag, sd)}
        yield _said(by, words, row) | held


def _said(by: str, level: str, row: Row) -> dict[str, Any]:
    said = {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(row).items()}
    return {"by": by, "level": level} | {k: v for k, v in said.items() if not np.isnan(v)}


#: What the measures give: name to quantity, and the SD that intervals hold, by flag.
_MEASURED = {
    "curl": ("curl", {k: v[0] for k, v in curl.SYSTEMATIC_DEG.items()}),
    "curl beyond the others": ("curl beyond", {k: v[1] for k, v in curl.SYSTEMATIC_DEG.items()}),
    "bend of a knuckle": (
        "mcp",
        {k: v[0] for k, v in posture.SYSTEMATIC_DEG["knuckle"].items()},
    ),
    "bend of the outer joints together": (
        "pip_dip",
        {k: v[0] for k, v in posture.SYSTEMATIC_DEG["outer"].items()},
    ),
    "abduction": (
        "mcp_abduction",
        {k: v[0] for k, v in posture.SYSTEMATIC_DEG["spreading"].items()},
    ),
    "lift": ("mcp beyond", {k: v[0] for k, v in lift.SYSTEMATIC_DEG.items()}),
}


#: How much more fingers may bend than they read.
_HIDING = {"curl": curl.HIDING, "pip_dip": posture.HIDING}


def compare(x: Read, quantity: str, where: Mapping[str, Mask]) -> Row:
    """Return how an angle came out in some pictures of some fingers.

    Parameters
    ----------
    x : Read
    quantity : str
        A joint such as ``pip``; ``flexion`` for all three joints; ``curl beyond`` or ``mcp beyond``
        for what a finger has more than the mean of those of the others that are not hidden.
    where : mapping of str to ndarray of bool, shape (n_pictures,)
        By finger.
    """
    truth, got, of = _pairs(x, quantity, where)
    there = np.isfinite(got)
    found = float(there.mean()) if len(there) else 0.0
    truth, got, of = truth[there], got[there], of[there]
    if not len(got):
        return Row(n=0, found=found, **dict.fromkeys(_DEGREES, float("nan")))
    error = got - truth
    names, place = np.unique(of, return_inverse=True)
    count = np.bincount(place)
    stays = np.bincount(place, error) / count
    away = truth - (np.bincount(place, truth) / count)[place]
    # Rounding alone spreads a finger that is posed once.
    spread = float(away @ away) if np.ptp(away) > 1e-6 else 0.0
    return Row(
        n=len(got),
        found=found,
        slope=float(away @ got / spread) if spread > 0 else float("nan"),
        bias=float(error.mean()),
        mean_error=float(np.abs(error).mean()),
        p95=float(np.percentile(np.abs(error), 95)),
        constant_sd=float(stays.std(ddof=1)) if len(names) > 1 else float("nan"),
        varying_sd=float((error - stays[place]).std()),
    )


def _held(x: Read, quantity: str, flag: str, sd: float) -> float:
    """Return the share of angles within 1.96 of an SD, or what a finger may bend more."""
    truth, got, _ = _pairs(x, quantity, {f: x.flag[f] == flag for f in FINGERS})
    truth, got = truth[np.isfinite(got)], got[np.isfinite(got)]
    if not len(got):
        return float("nan")
    hiding = _HIDING.get(quantity)
    seen = GUESSED if flag == PINCHED else flag
    more = [hiding.above(v, seen) if hiding is not None else 0.0 for v in got.tolist()]
    inside = (truth >= got - 1.96 * sd) & (truth <= got + np.maximum(more, 1.96 * sd))
    return round(float(inside.mean()), 3)


def _pairs(
    x: Read, quantity: str, where: Mapping[str, Mask]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return true and read values, and a number for each joint of a finger of a person."""
    joint, _, beyond = quantity.partition(" ")
    joints = JOINTS[:3] if quantity == "flexion" else (joint,)
    true: list[Floats] = []
    read_: list[Floats] = []
    of: list[NDArray[np.intp]] = []
    for k, (finger, here) in enumerate(where.items()):
        for j, one in enumerate(joints):
            for values, out in ((x.true, true), (x.read, read_)):
                own = values[f"{finger}_{one}"]
                out.append((own - _others(values, x.flag, finger, one) if beyond else own)[here])
            of.append(1000 * x.who[here] + 10 * k + j)
    return np.concatenate(true), np.concatenate(read_), np.concatenate(of)


def _others(
    values: Mapping[str, Floats], flag: Mapping[str, NDArray[np.str_]], finger: str, joint: str
) -> Floats:
    """Return the mean of the fingers that are not hidden, as the measures take it."""
    rest = [f for f in FINGERS if f != finger]
    seen = np.array([flag[f] != HIDDEN for f in rest])
    total = np.where(seen, [values[f"{f}_{joint}"] for f in rest], 0.0).sum(axis=0)
    mean: Floats = total / np.where(seen.any(axis=0), seen.sum(axis=0), np.nan)
    return mean
