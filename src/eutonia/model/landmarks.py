"""What a tracker saw in each picture of a video, and the movements read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model.recording import Channel, Floats, Source


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """The landmarks of one part of one person, picture by picture.

    Parameters
    ----------
    xyz : ndarray of float32, shape (n_frames, n_points, 3)
        Position in pixels of the picture (x to its right, y down) and depth in the same scale
        (towards the camera is negative), NaN where the part was not seen.
    score : ndarray of float32, shape (n_frames,)
        How sure the model is that the part is there, 0 to 1; 0 where it was not seen.
    world : ndarray of float32, shape (n_frames, n_points, 3), or None
        Metres around the part's own centre, same axes, where the model gives them (hand, body).
    visible : ndarray of float32, shape (n_frames, n_points), or None
        How sure the model is that each point is not hidden, where it says so (body).
    shapes : ndarray of float32, shape (n_frames, n_shapes), or None
        Activation of the face's blendshapes, 0 to 1, in the order of ``knowledge/blendshapes``.
    others : ndarray of float32, shape (n_frames,), or None
        How many other people the last looks for them saw, where the tracker looks (face).
    person : ndarray of float32, shape (n_frames,), or None
        Number of the person that is followed: it grows by one each time that someone had to be
        chosen anew, who may be another person (face).
    """

    xyz: NDArray[np.float32]
    score: NDArray[np.float32]
    world: NDArray[np.float32] | None = None
    visible: NDArray[np.float32] | None = None
    shapes: NDArray[np.float32] | None = None
    others: NDArray[np.float32] | None = None
    person: NDArray[np.float32] | None = None

    @property
    def seen(self) -> NDArray[np.bool_]:
        """In which pictures the part was found, ``(n_frames,)``."""
        found: NDArray[np.bool_] = np.isfinite(self.xyz[:, 0, 0])
        return found

    def some(self, points: Sequence[int], frames: NDArray[np.bool_], *, axes: int = 3) -> Floats:
        """Return where some points are in some pictures, ``(n, n_points, axes)``.

        Nothing else is copied: of a face all points of an hour are more than a gigabyte.

        Parameters
        ----------
        points : sequence of int
        frames : ndarray of bool, shape (n_frames,)
        axes : int
            2 for the place in the picture alone, without the depth.
        """
        at = np.ix_(frames, np.asarray(points), np.arange(axes))
        return np.asarray(self.xyz[at], dtype=np.float64)

    def without(self, where: NDArray[np.bool_]) -> Points:
        """Return these points as not seen in some pictures, ``(n_frames,)``."""

        def emptied(x: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.where(where.reshape(-1, *[1] * (x.ndim - 1)), np.float32(np.nan), x)

        gone = {
            name: emptied(x)
            for name in ("world", "visible", "shapes", "others", "person")
            if (x := getattr(self, name)) is not None
        }
        score = np.where(where, np.float32(0), self.score)
        return replace(self, xyz=emptied(self.xyz), score=score, **gone)


@dataclass(frozen=True, kw_only=True, eq=False)
class Landmarks:
    """All that is kept of a video: no picture, but still personal data.

    Parameters
    ----------
    t_s : ndarray, shape (n_frames,)
        Presentation time of each picture from the first, increasing; uneven where the camera was.
        Slow motion is already brought back to the time of the movement.
    width, height : int
        Pixels of the upright picture (after the rotation flag).
    parts : mapping of str to Points
        ``face`` (478 points), ``body`` (33), ``left_hand`` and ``right_hand`` (21 each): the
        person's own sides.
    mirrored : bool
        Whether the video was a mirror image; the points are already turned back.
    models : mapping of str to str
        SHA-256 of each model file that was used.
    sources : tuple of Source
        The video.
    """

    t_s: Floats
    width: int
    height: int
    parts: Mapping[str, Points]
    mirrored: bool = False
    models: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()

    @property
    def n_frames(self) -> int:
        """Number of pictures."""
        return len(self.t_s)

    @property
    def rate_hz(self) -> float:
        """Pictures a second: one over the median distance of two."""
        steps = np.diff(self.t_s)
        return float(1 / np.median(steps)) if len(steps) else 0.0

    @property
    def strangers(self) -> NDArray[np.bool_]:
        """In which pictures the face and the body that were followed are of two people."""
        if not {"face", "body"} <= set(self.parts):
            return np.zeros(self.n_frames, dtype=bool)
        return of_two(self.parts["face"].xyz, self.parts["body"].xyz)


#: A face whose nose is further from the body's than its own size is of another person: of one
#: person they lay up to half of it apart (37 films), of two in one film 6 and more. [D]
_STRANGE = 1.0


def of_two(face: NDArray[np.float32], body: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell where a face and a body are of two people; not where either was not seen.

    Parameters
    ----------
    face, body : ndarray, shape (..., n_points, 3)
        Pixels: 478 points of a face, 33 of a body; the noses are their second and their first.
    """
    sizes = np.ptp(face[..., :2], axis=-2).max(axis=-1)
    apart = np.linalg.norm(face[..., 1, :2] - body[..., 0, :2], axis=-1)
    found: NDArray[np.bool_] = apart > _STRANGE * sizes  # never true of NaN
    return found


#: Kinds of movement that are read from a video.
MOVEMENTS = ("head", "lid", "mouth", "finger", "gait")
#: Flag of a channel that the shoulders are needed for, in a film that was not searched for them.
SHOULDERS_NOT_SOUGHT = "shoulders_not_looked_for"
#: Flag of a hand that was too small in most pictures for its fingers to be read.
HAND_SMALL = "hand_small"
#: Flag of a head whose face is so small that the landmarks move more beside what they show.
FACE_SMALL = "face_small"
#: Flag of a head that wears glasses, as the intake says.
GLASSES = "glasses"


@dataclass(frozen=True, kw_only=True, eq=False)
class Movement:
    """One kind of movement read from landmarks, picture by picture.

    Parameters
    ----------
    kind : str
        One of `MOVEMENTS`: the kind of its channels.
    channels : tuple of Channel
        Named, with site, side and unit; flags say what weakens all of a channel, such as
        ``zero_anatomical``.
    x : ndarray, shape (n_channels, n_frames)
        In the channels' units; any number where `good` is False.
    good : ndarray of bool, shape (n_channels, n_frames)
        Which values may be used.
    """

    kind: str
    channels: tuple[Channel, ...]
    x: Floats
    good: NDArray[np.bool_]
