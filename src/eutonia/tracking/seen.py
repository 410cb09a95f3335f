"""What a reader should know of how a person was seen in a video."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.video import undecoded
from eutonia.model import Floats, Issue, Landmarks, Points
from eutonia.tracking.video import pictures_at

# All limits here are our own rules, unconfirmed [D].
LOST_SHARE = 0.05  # of the time in which a part was not seen, from which it is said
LOST_S = 0.5  # least pause in which a part counts as lost
LOST_STEPS = 2.5  # and the same in distances of two looks
OUT_SHARE = 0.02  # of the pictures in which a part reaches beyond the picture
OTHERS_SHARE = 0.02  # of the pictures in which other people are seen, or
OTHERS_S = 2.0  # on end; a single look that sees somebody holds for 45 pictures
EVEN_SHARE = 0.9  # of the distances of repeated pictures, where a converter repeated them
STRANGERS_SHARE = 0.01  # of the pictures in which face and body are of two people
SMALL_FACE = 60.0  # pixels between the outer corners of the eyes, below which lids are coarse
JUMP_SIZES = 1.0  # sizes of a part by which it moves from one look to the next
JUMP_S = 0.2  # longest time between two looks in which such a move is a jump
AGAIN_S = 3.0  # in which a face found anew so near and so alike is the one that was lost
AGAIN_NEAR, AGAIN_ALIKE = 0.75, 1.5  # in its sizes, and how many times as large
# Grey level (0 to 255) of a face, below which it is dark: of the 34 rendered people with dark skin
# below 100 43 to 60 at full exposure; of their films 36 to 50 there, and 11 to 17 at 0.3 to 0.35.
DARK_FACE = 25.0
DARK_LOOKS = (0.0, 0.5, 0.9)  # shares of the pictures with a face at which that is read
REPEAT_SHARE = 0.05  # of the pictures that repeat the one before
SHORT_S = 1.0  # by which the pictures end before the video does
_BLOCK = 1024  # pictures of which the points are in memory at once
_SHOULDERS, _LEGS = (11, 12), tuple(range(23, 33))  # of a body; hips to feet
_ANKLES = (27, 28)
FILMED_LEGS = 0.5  # of the pictures in which an ankle is in the picture, where legs are filmed
_CORNERS = (33, 263)  # outer corners of the eyes
_HANDS = frozenset({"left_hand", "right_hand"})
#: Stills of five rendered people at three sizes: found in 15, 13, 12 and 4 of 15. [D]
_NO_HAND = (
    "No hand was found in any picture, though hands were filmed. The detector finds a hand best "
    "from above, from the little finger's side and from the palm, and seldom from the thumb's "
    "side: turn hand or camera a little, use even light and a plain background."
)
#: What of the body a film has to show: all but the arms, the shoulders, or nothing.
InView = Literal["whole", "shoulders", "nothing"]
_WORDS = {"face": "face", "body": "body", "left_hand": "left hand", "right_hand": "right hand"}


def issues(
    landmarks: Landmarks,
    *,
    filmed_s: float | None = None,
    filmed_n: int | None = None,
    body: InView | None = None,
    aids: Collection[str] = (),
) -> tuple[Issue, ...]:
    """Return what is wrong with how a person was seen.

    Parameters
    ----------
    landmarks : Landmarks
        As tracked, or stored.
    filmed_s : float, optional
        Length of the video in the same time, to tell whether its pictures end early.
    filmed_n : int, optional
        Pictures that the video holds, to tell how many could not be decoded.
    body : {'whole', 'shoulders', 'nothing'}, optional
        What of the body has to stay in the picture for what was filmed; None: the shoulders, and
        the legs where they are in most pictures.
    aids : collection of str, optional
        Parts that were looked for beside what was filmed: nothing is said where they are not seen.

    Returns
    -------
    tuple of Issue
        ``nobody`` (error), ``not_seen`` (note), ``part_lost``, ``leaves_picture``, ``small_face``,
        ``several_people``, ``another_person``, ``jumps``, ``two_people``, ``repeated_pictures``,
        ``no_hand``, ``decoding_stopped``, ``undecoded``.
    """
    found: list[Issue] = []
    filmed = {name: p for name, p in landmarks.parts.items() if name not in aids}
    seen = {name: p for name, p in filmed.items() if p.seen.any()}
    if not seen:
        text = f"Nobody was found in the pictures (looked for: {_listed(filmed)})."
        found.append(Issue(code="nobody", severity="error", message=text))
    elif missing := [name for name in filmed if name not in seen]:
        text = f"Not seen in any picture: {_listed(missing)}."
        found.append(Issue(code="not_seen", severity="note", message=text))
        if body == "nothing" and not seen.keys() & _HANDS:
            found.append(_issue("no_hand", _NO_HAND))
    shown = {name: _shown(points, landmarks, body) for name, points in seen.items()}
    for name, points in seen.items():
        found += _lost(name, points, landmarks.t_s, body)
        found += _outside(name, shown[name])
    if "face" in seen:
        found += _small(shown["face"]) + _people(seen["face"], shown["face"], landmarks.t_s)
    for name in ("face", "body"):
        if name in seen:
            found += _jumps(name, shown[name], landmarks.t_s)
    found += _strangers(landmarks)
    found += _repeats(list(shown.values()), landmarks)
    if filmed_s is not None and landmarks.n_frames and filmed_s - landmarks.t_s[-1] > SHORT_S:
        text = (
            f"The pictures could be decoded up to {landmarks.t_s[-1]:.1f} s of {filmed_s:.1f} s: "
            "the rest of the video is damaged. Copy it again."
        )
        found.append(_issue("decoding_stopped", text))
    elif filmed_n is not None and landmarks.n_frames < filmed_n:
        found.append(undecoded(filmed_n - landmarks.n_frames, filmed_n))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shown:
    """Where one part was in each picture, ``(n_frames,)`` each; NaN where it was not seen."""

    seen: NDArray[np.bool_]
    middle: Floats  # (n_frames, 2)
    radius: Floats
    apart: Floats  # the outer corners of the eyes; NaN for other parts
    out: NDArray[np.bool_]  # a point that is needed lies beyond the picture
    edge: str  # what these points are of
    same: NDArray[np.bool_]  # every point is where it was in the picture before


def _shown(points: Points, landmarks: Landmarks, body: InView | None) -> _Shown:
    """Go through the points once, in blocks: they may lie on disk."""
    n = landmarks.n_frames
    middle, radius, apart = np.full((n, 2), np.nan), np.full(n, np.nan), np.full(n, np.nan)
    out, same = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    size = np.array([landmarks.width, landmarks.height])
    needed = _needed(points, size, body)
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        xyz = np.asarray(points.xyz[max(start - 1, 0) : rows.stop], dtype=np.float64)
        same[max(start, 1) : rows.stop] = (xyz[1:] == xyz[:-1]).all(axis=(1, 2))
        xyz = xyz[min(start, 1) :]
        middle[rows] = xyz[..., :2].mean(axis=1)
        radius[rows] = 2 * np.sqrt(xyz[..., :2].var(axis=1).sum(axis=1))
        beyond = np.any((xyz[..., :2] < 0) | (xyz[..., :2] > size), axis=2)
        if points.visible is not None:  # of a body, arms and legs out of view are no surprise
            beyond &= points.visible[rows] > 0.5
            beyond &= needed
        out[rows] = beyond.any(axis=1)
        if xyz.shape[1] > max(_CORNERS):
            apart[rows] = np.linalg.norm(xyz[:, _CORNERS[0]] - xyz[:, _CORNERS[1]], axis=1)
    return _Shown(
        seen=points.seen,
        middle=middle,
        radius=radius,
        apart=apart,
        out=out,
        edge="shoulders" if needed.sum() == len(_SHOULDERS) else "",
        same=same,
    )


def _needed(points: Points, size: NDArray[np.intp], body: InView | None) -> NDArray[np.bool_]:
    """Return which points of a body have to stay in the picture; arms need not."""
    needed = np.zeros(points.xyz.shape[1], dtype=np.bool_)
    if points.visible is None or body == "nothing":
        return needed
    needed[list(_SHOULDERS)] = True
    if body is None:
        ankles = points.some(_ANKLES, points.seen, axes=2)
        inside = np.all((ankles >= 0) & (ankles <= size), axis=2).any(axis=1)
        body = "whole" if inside.size and inside.mean() >= FILMED_LEGS else "shoulders"
    if body == "whole":
        needed[: min(_SHOULDERS)] = needed[list(_LEGS)] = True
    return needed


def _lost(name: str, points: Points, t_s: Floats, body: InView | None) -> list[Issue]:
    """Say where a part was not seen, whatever the pace at which it was looked for."""
    if (name, body) == ("body", "nothing"):
        return []  # what a film of hands shows of it is an aid
    there = t_s[points.seen]
    step = float(np.median(np.diff(there))) if len(there) > 1 else 0.0
    edges = np.concatenate([[t_s[0] - step], there, [t_s[-1] + step]])
    pauses = np.diff(edges)
    long = pauses > max(LOST_S, LOST_STEPS * step)
    total = float(t_s[-1] - t_s[0]) + step
    share = float((pauses[long] - step).sum()) / total if total else 0.0
    if share < LOST_SHARE:
        return []
    longest = int(np.argmax(pauses))
    start = max(0.0, float(edges[longest]))
    text = (
        f"The {_WORDS[name]} was not seen in {share:.0%} of the time, longest from {start:.1f} s "
        f"for {pauses[longest]:.1f} s; nothing of it is measured there."
    )
    return [_issue("part_lost", text)]


def _outside(name: str, shown: _Shown) -> list[Issue]:
    """Say that a part reaches beyond the picture, where its points are guesses."""
    share = float(shown.out[shown.seen].mean())
    if share < OUT_SHARE:
        return []
    what = f"A part of the {shown.edge or _WORDS[name]} leaves the picture"
    text = f"{what} in {share:.0%} of the pictures that show the {_WORDS[name]}."
    return [_issue("leaves_picture", text)]


def _small(face: _Shown) -> list[Issue]:
    apart = float(np.median(face.apart[face.seen]))
    if apart >= SMALL_FACE:
        return []
    text = (
        f"The face is small ({apart:.0f} pixels between the eyes' outer corners): lids are seen "
        "coarsely. Film nearer or with more lines."
    )
    return [_issue("small_face", text)]


def dark_face(path: Path, landmarks: Landmarks) -> tuple[Issue, ...]:
    """Say that the face is dark, which a light wall behind it hides from the whole picture.

    Parameters
    ----------
    path : Path
        The video.
    landmarks : Landmarks
        What was seen in it.

    Returns
    -------
    tuple of Issue
        ``dark_face``, or nothing.
    """
    face = landmarks.parts.get("face")
    at = np.flatnonzero(face.seen) if face is not None else np.zeros(0, np.intp)
    if face is None or not at.size:
        return ()
    chosen = sorted({int(at[int(share * len(at))]) for share in DARK_LOOKS})
    shown = pictures_at(path, chosen, n=landmarks.n_frames, mirrored=landmarks.mirrored)
    grey = [_grey(p, face.xyz[i, :, :2]) for i, p in zip(chosen, shown, strict=False)]
    if not grey or np.median(grey) >= DARK_FACE:
        return ()
    text = (
        f"The face is dark (grey level {np.median(grey):.0f} of 255): its points wander, lids that "
        "shut are not seen, and a head that keeps still seems to move. Film with more light on the "
        "face, not behind it."
    )
    return (_issue("dark_face", text),)


def _grey(picture: NDArray[np.uint8], xy: NDArray[np.float32]) -> float:
    """Return the median grey level of some points of a picture."""
    height, width = picture.shape[:2]
    x, y = np.clip(np.rint(xy.T), 0, [[width - 1], [height - 1]]).astype(np.intp)
    return float(np.median(picture[y, x].mean(axis=1)))


def _people(face: Points, shown: _Shown, t_s: Floats) -> list[Issue]:
    """Say that several people are in the picture, or were followed one after another."""
    found = []
    others = np.zeros(0, np.bool_) if face.others is None else face.others[face.seen] > 0
    first_s, last_s = _longest(others, t_s[face.seen])
    if others.any() and (others.mean() > OTHERS_SHARE or last_s - first_s >= OTHERS_S):
        text = (
            f"Other faces are in the picture in {others.mean():.0%} of the pictures, longest from "
            f"about {first_s:.0f} to {last_s:.0f} s; the largest and most central person was "
            "followed. Film one person alone."
        )
        found.append(_issue("several_people", text))
    if chosen := _elsewhere(face, shown, t_s):
        text = (
            f"The face was lost and found elsewhere {chosen} time(s): another person may have "
            "been followed. Check the overlay."
        )
        found.append(_issue("another_person", text))
    return found


def _longest(there: NDArray[np.bool_], t_s: Floats) -> tuple[float, float]:
    """Return the first and last time of the longest stretch in which something is there."""
    steps = np.diff(there, prepend=False, append=False)
    first, last = np.flatnonzero(steps).reshape(-1, 2).T
    if not first.size:
        return 0.0, 0.0
    long = int(np.argmax(t_s[last - 1] - t_s[first]))
    return float(t_s[first[long]]), float(t_s[last[long] - 1])


def _elsewhere(face: Points, shown: _Shown, t_s: Floats) -> int:
    """Return how often a face was chosen anew that is not surely the one that was lost.

    Who turns out of view and back is soon at the same place again, and of the same size.
    """
    if face.person is None:
        return 0
    at = np.flatnonzero(face.seen)
    new = np.flatnonzero(np.diff(face.person[at]) > 0)
    before, after = at[new], at[new + 1]
    away = np.linalg.norm(shown.middle[after] - shown.middle[before], axis=1)
    grown = np.abs(np.log(shown.radius[after] / shown.radius[before]))
    same = away <= AGAIN_NEAR * np.minimum(shown.radius[after], shown.radius[before])
    same &= (grown <= np.log(AGAIN_ALIKE)) & (t_s[after] - t_s[before] <= AGAIN_S)
    return int(np.diff(face.person[at])[new][~same].sum())


def _jumps(name: str, shown: _Shown, t_s: Floats) -> list[Issue]:
    """Say that a part was suddenly somewhere else, as of another person."""
    there = t_s[shown.seen]
    moved = np.linalg.norm(np.diff(shown.middle[shown.seen], axis=0), axis=1)
    jumped = (moved > JUMP_SIZES * shown.radius[shown.seen][1:]) & (np.diff(there) <= JUMP_S)
    if not jumped.any():
        return []
    at = ", ".join(f"{t:.1f} s" for t in there[1:][jumped][:5])
    text = (
        f"The {_WORDS[name]} jumps {int(jumped.sum())} time(s) (at {at}): another person may have "
        "been followed. Film one person alone."
    )
    return [_issue("jumps", text)]


def _strangers(landmarks: Landmarks) -> list[Issue]:
    """Say that the face and the body that were followed are not of one person."""
    share = float(landmarks.strangers.mean()) if landmarks.n_frames else 0.0
    if share < STRANGERS_SHARE:
        return []
    text = (
        f"In {share:.0%} of the pictures the face of one person and the body of another were "
        "followed: there the head is not held against the trunk. Film one person alone."
    )
    return [_issue("two_people", text)]


def _repeats(parts: list[_Shown], landmarks: Landmarks) -> list[Issue]:
    """Say that pictures repeat the one before, as after a conversion to another rate."""
    if not parts or landmarks.n_frames < 2:
        return []
    changed = np.any([(p.seen | np.roll(p.seen, 1)) & ~p.same for p in parts], axis=0)
    repeated = np.any([p.same for p in parts], axis=0) & ~changed
    share = float(repeated[1:].mean())
    if share < REPEAT_SHARE:
        return []
    gaps = np.diff(np.flatnonzero(repeated))
    even = bool(gaps.size) and np.mean(np.abs(gaps - np.median(gaps)) <= 1) > EVEN_SHARE
    why = (
        f"the camera took about {(1 - share) * landmarks.rate_hz:.0f} a second. Export the video "
        "at its own rate."
        if even
        else "here and there, as where a camera leaves out what stands still. If fast movement "
        "looks jerky, export the video at its own rate."
    )
    text = f"{share:.0%} of the pictures repeat the one before: {why}"
    return [_issue("repeated_pictures", text)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_WORDS[n] for n in names)


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, severity="warning", message=message)
