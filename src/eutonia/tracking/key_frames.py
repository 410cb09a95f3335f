"""Pictures of a video for the report: what was seen drawn in, cut to the person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from eutonia.model import Floats, Landmarks, Movement
from eutonia.tracking.crops import Picture
from eutonia.tracking.overlay import WHOLE, annotated, of_body, visible
from eutonia.tracking.video import pictures_at


def key_frames(
    path: Path,
    landmarks: Landmarks,
    at_s: Sequence[float] | Floats,
    *,
    movements: Sequence[Movement] = (),
    hide: Callable[[Picture, int], Picture] | None = None,
) -> list[Picture]:
    """Return the pictures nearest to some times, cut to the person, for the report.

    Parameters
    ----------
    path : Path
    landmarks : Landmarks
        Drawn in.
    at_s : sequence of float
        Times of the landmarks.
    movements : sequence of Movement
        Fingers whose bend was guessed are drawn pale, hidden ones in grey.
    hide : callable, optional
        Given each picture and its number before it is drawn into, such as `privacy.cover`.

    Returns
    -------
    list of ndarray of uint8
        BGR, all of one shape, in the order of time.
    """
    wanted = {int(np.argmin(np.abs(landmarks.t_s - t))) for t in at_s}
    cuts, fingers = _around(landmarks, sorted(wanted)), [m for m in movements if m.kind == "finger"]
    chosen = pictures_at(path, sorted(wanted), n=len(landmarks.t_s), mirrored=landmarks.mirrored)
    found = []
    for i, picture in zip(sorted(wanted), chosen, strict=False):
        shown = hide(picture, i) if hide else picture
        drawn = annotated(shown, landmarks, i, movements=fingers, film=False)
        found.append(drawn[cuts[i]])
    return found


#: Room around the person in a cut picture, as a share of their size.
_ROOM = 0.25


def _around(landmarks: Landmarks, chosen: list[int]) -> dict[int, tuple[slice, slice]]:
    """Return rows and columns around the person in each chosen picture, all of one size."""
    boxes = {i: box for i in chosen if (box := _box(landmarks, i)) is not None}
    full = np.array([landmarks.width, landmarks.height])
    if not boxes:
        return dict.fromkeys(chosen, (slice(0, int(full[1])), slice(0, int(full[0]))))
    extents = np.array([high - low for low, high in boxes.values()])
    size = extents.max(axis=0) + 2 * _ROOM * extents.max()
    size = np.minimum(np.maximum(size, _LEAST), full).round().astype(int)
    found = {}
    for i in chosen:
        low, high = boxes.get(i, (full / 2, full / 2))
        start = np.clip((low + high - size) / 2, 0, full - size).round().astype(int)
        (x0, y0), (x1, y1) = start.tolist(), (start + size).tolist()
        found[i] = (slice(y0, y1), slice(x0, x1))
    return found


def _box(landmarks: Landmarks, i: int) -> tuple[Floats, Floats] | None:
    """Return the corners of what is seen of the person in one picture."""
    seen = [
        p.xyz[i, visible(p, i, _of_film(landmarks, i, name)), :2]
        for name, p in landmarks.parts.items()
        if p.seen[i]
    ]
    points = np.concatenate([np.zeros((0, 2)), *seen]).astype(np.float64)
    return (points.min(axis=0), points.max(axis=0)) if len(points) else None


def _of_film(landmarks: Landmarks, i: int, name: str) -> Iterable[int]:
    """Return the points of a part that a picture is cut to.

    Of the body, where the face is seen and no ankle, head and shoulders: a film of face or neck;
    in a film of hands what is drawn of it.
    """
    part, face = landmarks.parts[name], landmarks.parts.get("face")
    if name == "body" and (lines := of_body(landmarks, i, i)) != WHOLE:
        return sorted({*chain(*lines)})
    near = (
        name == "body" and face is not None and face.seen[i] and not len(visible(part, i, _ANKLES))
    )
    return range(_ELBOW if near else part.xyz.shape[1])


#: Ankles of the body, and the first of its points below head and shoulders.
_ANKLES, _ELBOW = (27, 28), 13
#: Least edge of a cut picture, in pixels.
_LEAST = 32
