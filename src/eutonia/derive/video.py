"""What was seen in a video as recordings: one per kind of movement, evenly sampled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.fingers import fingers
from eutonia.derive.gait import gait
from eutonia.derive.hand_at_face import over_lips, with_hand, without_hidden
from eutonia.derive.head import HeadZero, head, zero_of
from eutonia.derive.head_jaw import with_jaw
from eutonia.derive.head_lids import with_lids
from eutonia.derive.lids import LEAST_CLOSURES, SIDES, UNCALIBRATED, LidRange, lids, range_of
from eutonia.derive.mouth import mouth
from eutonia.model import (
    SHOULDERS_NOT_SOUGHT,
    ArraySignal,
    CannotMeasure,
    Channel,
    Floats,
    Issue,
    Landmarks,
    Movement,
    Recording,
    Span,
)

#: Parts of a walk that show more than shoulders and arms: without these nobody was seen walking.
_BELOW = ("foot", "knee", "hip", "trunk_sagittal", "trunk_lateral")
#: What of the head is read from the shoulders alone.
_OF_SHOULDERS = ("shift_lateral", "shift_sagittal", "shoulder")
#: Flag of a lid that stayed uncalibrated though gentle closures were filmed.
UNLIKE_OPEN = "closures_unlike_open"
#: Distance of two pictures, in pictures, up to which a value between them is used: one may be
#: missing, with uneven stamps. What lies further apart is said (`formats.video.GAP_STEPS`). [D]
APART = 2.5
#: Distance, in pictures, at which a time is that of a picture itself: stamps are rounded. [D]
ON = 0.1
#: Kinds of movement that may tremble; lids snap and feet land, which a curve would overshoot.
CURVED = ("head", "mouth", "finger")
#: Pictures follow one another that lie no further apart than so many usual distances; least number
#: of them that a curve is laid through.
FOLLOWS, LEAST_RUN = 1.6, 8


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a clinic calibrates with a person: the straight head and the gently shut lid."""

    zero: HeadZero | None = None
    lids: LidRange | None = None


def calibrated(
    landmarks: Landmarks, spans: Iterable[Span]
) -> tuple[Calibration, tuple[Issue, ...]]:
    """Read the calibration from the segments that were filmed for it, where there are any.

    Returns
    -------
    Calibration
        What a segment does not show is None, and assumed later.
    tuple of Issue
        Why a segment that was filmed gave nothing.
    """
    zero, closures = (during(landmarks, spans, task) for task in ("zero", "closures"))
    found: dict[str, Any] = {}
    issues = []
    for name, frames, read in (("zero", zero, zero_of), ("lids", closures, range_of)):
        if "face" not in landmarks.parts or not frames.any():
            continue
        try:
            found[name] = read(landmarks, frames)
        except CannotMeasure as error:
            text = f"The segment of calibration was not used: {error}"
            issues.append(Issue(code="not_calibrated", severity="warning", message=text))
    calibration = Calibration(**found)
    return calibration, (*issues, *_one_eye(calibration.lids))


def _one_eye(lids: LidRange | None) -> tuple[Issue, ...]:
    """Say which eye the gentle closures did not calibrate, where they did the other."""
    if lids is None or all(lids.n_closures):
        return ()
    failed = SIDES[lids.n_closures.index(0)]
    other = next(s for s in SIDES if s != failed)
    text = (
        f"The gentle closures calibrate the {other} eye (it read as shut {max(lids.n_closures)} "
        f"times), not the {failed} one: fewer than {LEAST_CLOSURES} could be told from its open "
        "lid, so that less is said of it. Film nearer, from the front, in bright even light; a lid "
        "that no longer shuts, as after toxin, cannot be calibrated."
    )
    return (Issue(code="not_calibrated", severity="warning", message=text),)


def during(landmarks: Landmarks, spans: Iterable[Span], task: str) -> NDArray[np.bool_]:
    """Return in which pictures a task was filmed, ``(n_frames,)``."""
    t = landmarks.t_s
    inside = np.zeros(len(t), dtype=bool)
    for span in spans:
        if span.condition.get("task") == task:
            inside |= (t >= span.start_s) & (t < span.stop_s)
    return inside


def seen_in(
    landmarks: Landmarks, calibration: Calibration, segments: Sequence[Span] = ()
) -> tuple[Movement, ...]:
    """Return every kind of movement that was seen: head, lid, mouth, finger, gait."""
    parts = {name for name, points in landmarks.parts.items() if points.seen.any()}
    found: list[Movement] = []
    if "face" in parts:
        hidden = over_lips(landmarks)
        moved = without_hidden(mouth(landmarks), hidden)
        turned = with_jaw(head(landmarks, zero=calibration.zero), moved)
        closures = lids(landmarks, limits=calibration.lids, segments=segments)
        turned = with_lids(without_hidden(turned, hidden, units=("deg",)), closures, landmarks.t_s)
        found.append(with_hand(turned, landmarks))
        found.append(_tried(closures, during(landmarks, segments, "closures")))
        found.append(moved)
    if any(_followed(landmarks, name) for name in parts & {"left_hand", "right_hand"}):
        found.append(fingers(landmarks))
    if "body" in parts and _followed(landmarks, "body"):
        edges = [at for span in segments for at in (span.start_s, span.stop_s)]
        walk = gait(landmarks, segments_s=edges)
        if any(g.any() for c, g in zip(walk.channels, walk.good, strict=True) if c.site in _BELOW):
            found.append(walk)
    return tuple(m for m in found if m.good.any())


def _tried(movement: Movement, closures: NDArray[np.bool_]) -> Movement:
    """Return lids of which those say so that gentle closures did not calibrate."""
    if not closures.any():
        return movement
    channels = (
        replace(c, flags=(*c.flags, UNLIKE_OPEN)) if UNCALIBRATED in c.flags else c
        for c in movement.channels
    )
    return replace(movement, channels=tuple(channels))


def _followed(landmarks: Landmarks, part: str) -> bool:
    """Tell whether a part was looked for in every picture, not now and then beside another."""
    there = landmarks.t_s[landmarks.parts[part].seen]
    apart = np.median(np.diff(there)) if len(there) > 1 else 0.0
    return bool(apart * landmarks.rate_hz <= APART)


def covered(landmarks: Landmarks) -> tuple[Issue, ...]:
    """Say that a hand lay over the lips, where one was seen to."""
    hidden = over_lips(landmarks)
    if not hidden.any():
        return ()
    text = (
        f"A hand lies over the lips in {hidden.mean():.0%} of the pictures, first at "
        f"{landmarks.t_s[hidden][0]:.1f} s: nothing is said about mouth, jaw and the angles of the "
        "head there, since the tracker guesses what it does not see. Film the mouth free."
    )
    return (Issue(code="mouth_covered", severity="warning", message=text),)


def as_recordings(
    movements: Iterable[Movement], landmarks: Landmarks, filmed: Recording
) -> tuple[Recording, ...]:
    """Return the movements of one video as recordings on its clock.

    Parameters
    ----------
    movements : iterable of Movement
        As `seen_in` returns them.
    landmarks : Landmarks
        Of the video.
    filmed : Recording
        The video itself: its name, place in time, condition, events and issues are handed on.

    Returns
    -------
    tuple of Recording
        At the median rate of the camera; samples without a picture near them are NaN.
    """
    return tuple(_recording(m, landmarks, filmed) for m in movements)


def _recording(movement: Movement, landmarks: Landmarks, filmed: Recording) -> Recording:
    rate = landmarks.rate_hz
    return replace(
        filmed,
        id=f"{filmed.id}#{movement.kind}",
        kind=movement.kind,
        channels=tuple(_told(c, landmarks) for c in movement.channels),
        signal=ArraySignal(evenly(movement, landmarks.t_s, rate)),
        rate_hz=rate,
        stamps_s=None,
    )


def _told(channel: Channel, landmarks: Landmarks) -> Channel:
    """Return a channel that says where what it needs was not looked for."""
    of_shoulders = channel.kind == "head" and channel.site in _OF_SHOULDERS
    if not of_shoulders or "body" in landmarks.parts:
        return channel
    return replace(channel, flags=(*channel.flags, SHOULDERS_NOT_SOUGHT))


def evenly(movement: Movement, t_s: Floats, rate_hz: float) -> Floats:
    """Return the movement at an even rate, NaN where no usable picture is near.

    Parameters
    ----------
    movement : Movement
        Values at the times of the pictures.
    t_s : ndarray, shape (n_frames,)
        Times of the pictures; uneven where the camera was, or where pictures were dropped.
    rate_hz : float
        Wanted rate.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        Interpolated between usable pictures that are near on both sides: by a curve where what
        moves may tremble, else linearly.
    """
    at = np.arange(int(float(t_s[-1] - t_s[0]) * rate_hz + ON) + 1) / rate_hz + t_s[0]
    out = np.full((len(movement.x), len(at)), np.nan)
    for row, values, good in zip(out, movement.x, movement.good, strict=True):
        there = t_s[good]
        if not len(there):
            continue
        right = np.clip(np.searchsorted(there, at), 0, len(there) - 1)
        left = np.maximum(right - 1, 0)
        before, after = at - there[left], there[right] - at
        on_one = np.minimum(np.abs(before), np.abs(after)) <= ON / rate_hz
        between = (before >= 0) & (after >= 0)
        near = between & (before + after <= APART / rate_hz) | on_one
        row[near] = np.interp(at[near], there, values[good])
        if movement.kind in CURVED:
            _curve(row, at, there, values[good])
    return out


def _curve(row: Floats, at: Floats, there: Floats, values: Floats) -> None:
    """Lay a curve through values whose pictures follow one another, in place of straight lines.

    Lines cut the tops off what is fast where samples lie between pictures: a tremor of 5 Hz filmed
    at 30 pictures a second loses a tenth of its size, one of 10 Hz a third. A curve (a cubic
    spline) loses none and 8 %.
    """
    from scipy.interpolate import make_interp_spline

    ends = np.flatnonzero(np.diff(there) > FOLLOWS * np.median(np.diff(there))) + 1
    for first, stop in pairwise([0, *ends.tolist(), len(there)]):
        if stop - first > LEAST_RUN:
            run = slice(first, stop)
            inside = (at >= there[first]) & (at <= there[stop - 1]) & np.isfinite(row)
            row[inside] = make_interp_spline(there[run], values[run], k=3)(at[inside])
