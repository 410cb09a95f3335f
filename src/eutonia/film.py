"""What the report shows of a video: the traces, and some of its pictures with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Condition, Floats, Landmarks, Movement, Recording, Span

if TYPE_CHECKING:
    from eutonia.tracking.privacy import Face

#: Whether pictures of the person are kept: as they are, with the face covered, or none.
Pictures = Literal["shown", "covered", "none"]
#: Key of the arrays of a video in the evidence, before the name of the recording.
PREFIX = "video/"
#: Pictures of one video, more where there are more conditions; and their longer edge in pixels.
USUAL, MOST, LONGEST = 6, 9, 480
#: A picture of what is furthest from usual is of what lasts more than half of this, seconds. [D]
LASTS_S = 0.6
#: An end of a range was held for this long in all, and lies so far from straight, as measured
#: (``head.rom_*``).
HELD_S, LEAST_END_DEG = 0.2, 5.0
_ANGLES = ("yaw", "pitch", "roll")
#: Tasks that are there to calibrate.
CALIBRATES = ("zero", "closures", "mouthpiece_held")


def kept_of(
    path: Path,
    landmarks: Landmarks,
    moved: Sequence[Recording],
    *,
    spans: Sequence[Span],
) -> dict[str, NDArray[np.generic]]:
    """Return the traces of a video's movements and its conditions, as arrays for the report.

    Parameters
    ----------
    path : Path
        The video; only its name is kept.
    landmarks : Landmarks
    moved : sequence of Recording
        The movements that were read from it.
    spans : sequence of Span
        Of the video.

    Returns
    -------
    dict of str to ndarray
        For each kind of movement ``<kind>.x`` (float32), ``.labels``, ``.sites``, ``.units``,
        ``.flags`` (of each channel, with spaces between) and ``.rate_hz``; ``seen.<part>``, the
        share of looks that found it; ``span_s`` and ``span_names``; ``models``,
        names of the model files with their SHA-256.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "name": np.array(path.name),
        "span_s": np.array([(s.start_s, s.stop_s) for s in spans], dtype=float).reshape(-1, 2),
        "span_names": np.array([s.condition.label for s in spans], dtype=str),
        "rate_hz": np.array(landmarks.rate_hz),
        "size": np.array([landmarks.width, landmarks.height]),
        "models": np.array(sorted(landmarks.models.items()), dtype=str).reshape(-1, 2),
    }
    for r in moved:
        if r.signal is not None:
            arrays[f"{r.kind}.x"] = r.signal.read().astype(np.float32)
            arrays[f"{r.kind}.labels"] = np.array([c.label for c in r.channels], dtype=str)
            arrays[f"{r.kind}.sites"] = np.array([c.site for c in r.channels], dtype=str)
            arrays[f"{r.kind}.sides"] = np.array([c.side for c in r.channels], dtype=str)
            arrays[f"{r.kind}.units"] = np.array([c.unit for c in r.channels], dtype=str)
            arrays[f"{r.kind}.flags"] = np.array([" ".join(c.flags) for c in r.channels], dtype=str)
            arrays[f"{r.kind}.rate_hz"] = np.array(r.rate_hz)
    return arrays


def telling_times(
    landmarks: Landmarks, movements: Sequence[Movement], spans: Sequence[Span]
) -> list[float]:
    """Return the times of the pictures that say most: what is usual, and what is furthest from it.

    Of each condition the picture nearest to the median of all movements, but of a range of motion
    its ends; then, over all but what only calibrates, those that are furthest from it for a while
    (`LASTS_S`): a blink says little.
    """
    from scipy.ndimage import median_filter

    if not movements:
        return []
    good = np.concatenate([m.good for m in movements])
    x = np.where(good, np.concatenate([m.x for m in movements]), np.nan)
    use = good.mean(axis=1) > 0.2
    if not use.any():
        return []
    x = x[use]
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.nanmedian(x, axis=1, keepdims=True)
        spread = np.nanmedian(np.abs(x - centre), axis=1, keepdims=True) + 1e-9
        away = np.nan_to_num(np.abs(x - centre) / spread, nan=0.0)
    found: list[float] = []
    t = landmarks.t_s
    whole = _whole(x, [(t >= s.start_s) & (t < s.stop_s) for s in spans])
    told, ranges = whole & _of_a_task(t, spans), np.zeros(len(t), dtype=np.bool_)
    conditions = {s.condition for s in spans}
    most = min(MOST, max(USUAL, len(conditions) + 2))
    shown = set[Condition]()
    for span in sorted(spans, key=lambda s: s.start_s):
        within = (t >= span.start_s) & (t < span.stop_s)
        if span.condition.get("task") in CALIBRATES:
            told &= ~within
        if span.condition.get("task") == "range":
            ranges |= within
            continue
        inside = np.flatnonzero(whole & within)
        if len(inside) and len(found) < most - 2 and span.condition not in shown:
            shown.add(span.condition)
            found.append(float(t[inside[_most_usual(x[:, inside], spread)]]))
    pictures = max(1, round(LASTS_S * landmarks.rate_hz))
    lasting = median_filter(np.minimum(away, 20.0), size=(1, pictures), mode="nearest")
    total = np.where(told, lasting.sum(axis=0), -1.0)
    furthest = [i for i in np.argsort(-total) if total[i] >= 0]
    counted = [c for c in conditions if c.get("task") not in CALIBRATES]
    each = max(2, -(-most // max(1, len(counted))))
    for i in (*_ends(landmarks, movements, ranges), *furthest):
        if len(found) >= most:
            break
        if all(abs(t[i] - other) > 1.0 for other in found) and (
            ranges[i] or _shown_in(spans, found, float(t[i])) < each
        ):
            found.append(float(t[i]))
    return sorted(found)


def _of_a_task(t_s: Floats, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Tell which pictures belong to a segment: all, of a film of which nobody said what it shows.

    How a hand is turned into place shows nothing of what it does.
    """
    named = [(t_s >= s.start_s) & (t_s < s.stop_s) for s in spans if s.condition.levels]
    return np.any(named, axis=0) if named else np.ones(len(t_s), dtype=np.bool_)


def _whole(x: NDArray[np.float64], within: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Tell which pictures show most of what their segment shows: of two hands, the one that acts.

    `x` is NaN where nothing was seen.
    """
    seen = np.isfinite(x)
    whole: NDArray[np.bool_] = seen.mean(axis=0) > 0.5
    for inside in within:
        own = seen[:, inside].mean(axis=1) > 0.5 if inside.any() else np.zeros(len(x), np.bool_)
        if own.any():
            whole[inside] = seen[own][:, inside].mean(axis=0) > 0.5
    return whole


def _shown_in(spans: Sequence[Span], found: Sequence[float], at_s: float) -> int:
    """Return how many of the times found are of the condition of a time; many at its border."""
    own = next((s for s in spans if s.start_s <= at_s < s.stop_s), None)
    if own is None:
        return 0
    if min(at_s - own.start_s, own.stop_s - at_s) < LASTS_S and len(spans) > 1:
        return MOST
    same = [s for s in spans if s.condition == own.condition]
    return sum(any(s.start_s <= t < s.stop_s for s in same) for t in found)


def _most_usual(x: NDArray[np.float64], spread: NDArray[np.float64]) -> int:
    """Return the picture of a condition that is nearest to its median, all channels together."""
    there = np.isfinite(x).any(axis=1)
    own = np.nanmedian(x[there], axis=1, keepdims=True)
    return int(
        np.argmin(np.nansum(np.minimum(np.abs(x[there] - own) / spread[there], 20.0), axis=0))
    )


def _ends(
    landmarks: Landmarks, movements: Sequence[Movement], within: NDArray[np.bool_]
) -> list[int]:
    """Return the pictures of the ends of a head's range, the furthest from straight first."""
    held = max(1, round(HELD_S * landmarks.rate_hz))
    ends: list[tuple[float, int]] = []
    for movement in movements:
        for channel, row, good in zip(movement.channels, movement.x, movement.good, strict=True):
            at = np.flatnonzero(good & within)
            if movement.kind != "head" or channel.site not in _ANGLES or len(at) < held:
                continue
            for sign in (1, -1):
                far = at[np.argpartition(-sign * row[at], held - 1)[held - 1]]
                ends.append((float(sign * row[far]), int(far)))
    return [i for far, i in sorted(ends, reverse=True) if far >= LEAST_END_DEG]


def pictures_of(
    path: Path,
    landmarks: Landmarks,
    *,
    at_s: Sequence[float],
    movements: Sequence[Movement] = (),
    pictures: Pictures,
) -> dict[str, NDArray[np.generic]]:
    """Return some pictures of a video: landmarks drawn in, cut to the person, reduced in size.

    Returns
    -------
    dict of str to ndarray
        ``pictures`` (uint8, RGB, ``(n, height, width, 3)``) and ``pictures_s``; empty where no
        picture is to be kept.
    """
    if pictures == "none" or not len(at_s):
        return {}
    import cv2

    from eutonia.tracking.key_frames import key_frames
    from eutonia.tracking.privacy import Finder, cover

    def hide(picture: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        return cover(picture, [*Finder()(picture), *_followed(landmarks, i)])

    hidden = hide if pictures == "covered" else None
    found = key_frames(path, landmarks, at_s, movements=movements, hide=hidden)
    if not found:
        return {}
    high, wide = found[0].shape[:2]
    scale = min(1.0, LONGEST / max(high, wide))
    size = (round(wide * scale), round(high * scale))
    small = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in found]
    return {
        "pictures": np.stack([np.ascontiguousarray(p[..., ::-1]) for p in small]),
        "pictures_s": np.array(at_s[: len(found)], dtype=float),
    }


def _followed(landmarks: Landmarks, i: int) -> list[Face]:
    """Return where the followed face is, as its points say: detectors miss faces."""
    from eutonia.tracking.privacy import COVERED, Face

    face = landmarks.parts.get("face")
    if face is None or not face.seen[i]:
        return []
    low, high = face.xyz[i, :, :2].min(axis=0), face.xyz[i, :, :2].max(axis=0)
    x, y = (low + high) / 2
    return [Face(x=float(x), y=float(y), edge=COVERED * float((high - low).max()))]
