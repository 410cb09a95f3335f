"""Films put together from rendered stills: blur, sensor noise, sway, dropped pictures, tracking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Landmarks, Points

if TYPE_CHECKING:
    from eutonia.simulate.people.scene import Scene

Picture = NDArray[np.uint8]
#: Width and height of what is rendered and tracked: the middle of a larger picture.
SIZE = 288
#: Focal length over the longer side of that picture, as phones have it.
FOCALS = (0.85, 0.75, 0.95)
DISTANCE_M = 0.8
#: Focal length in pixels by the width of the face that it gives.
FACES: dict[int, float] = {140: 640.0, 100: 457.0}
#: Exposure and standard deviation of the sensor's noise, in grey levels.
LIGHTS: dict[str, tuple[float, float]] = {"even": (1.0, 2.0), "dim": (0.35, 4.0)}
BACKGROUNDS = ("plain", "gradient", "busy")
#: Share of dropped pictures, and of the time between pictures for which the shutter is open.
LOST, EXPOSED = 0.02, 0.5
_INSTANTS = 3
#: Largest sway of the head in the picture, pixels.
_SWAY_PX = 4.0


def scene_of(identity: int) -> tuple[Scene, dict[str, Any]]:
    """Return the scene in which a person is filmed, and what varies in it: from the front."""
    from eutonia.simulate.people.scene import Scene

    face = tuple(FACES)[identity % 2]
    light = tuple(LIGHTS)[identity // 2 % 2]
    background = BACKGROUNDS[identity % 3]
    scene = Scene(
        width=SIZE,
        height=SIZE,
        focal_px=FACES[face],
        distance_m=DISTANCE_M,
        exposure=LIGHTS[light][0],
        noise=0.0,
        background=background,
        background_seed=identity,
    )
    known = {"face_px": face, "light": light, "background": background}
    return scene, known | {"focal": FOCALS[identity // 4 % 3]}


def blurred_at(n: int, rate_hz: float) -> Floats:
    """Return the instants that each picture is a mean of, seconds, ``(n, n_instants)``."""
    within = EXPOSED * (np.arange(_INSTANTS) + 0.5) / _INSTANTS
    return np.asarray((np.arange(n)[:, None] + within) / rate_hz)


def blended(
    rng: np.random.Generator,
    n: int,
    rate_hz: float,
    noise: float,
    shares: Callable[[int], list[tuple[float, Picture]]],
) -> tuple[Floats, Iterator[Picture]]:
    """Put a film together.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of sway, noise and of what is dropped.
    n : int
        Pictures before some are dropped.
    rate_hz : float
    noise : float
        Standard deviation, grey levels.
    shares : callable
        From the number of a picture to the stills that it is a mean of, and their shares.

    Returns
    -------
    t_s : ndarray, shape (n_kept,)
    pictures : iterator of ndarray
    """
    sway = np.cumsum(rng.normal(0, 0.3, (n, 2)), axis=0) * np.sqrt(30 / rate_hz)
    sway = _SWAY_PX * np.tanh((sway - sway.mean(axis=0)) / _SWAY_PX)
    kept = np.flatnonzero(rng.random(n) >= LOST)
    pictures = (_noisy(rng, _mean(shares(int(i))), sway[i], noise) for i in kept)
    return kept / rate_hz, pictures


def _mean(shares: list[tuple[float, Picture]]) -> NDArray[np.float32]:
    total = np.zeros(shares[0][1].shape, dtype=np.float32)
    for share, picture in shares:
        total += np.float32(share) * picture
    return total


def _noisy(
    rng: np.random.Generator, picture: NDArray[np.float32], moved_px: Floats, noise: float
) -> Picture:
    """Return the picture shifted by parts of a pixel, with the sensor's noise."""
    import cv2

    shift = np.array([[1.0, 0.0, moved_px[0]], [0.0, 1.0, moved_px[1]]])
    size = (picture.shape[1], picture.shape[0])
    shown = cv2.warpAffine(picture, shift, size, borderMode=cv2.BORDER_REPLICATE)
    shown = shown + np.float32(noise) * rng.standard_normal(shown.shape, dtype=np.float32)
    return np.asarray(np.clip(np.rint(shown), 0, 255), dtype=np.uint8)


def tracked(
    identity: int, file: Path | None, make: Callable[[], tuple[Floats, Iterator[Picture]]]
) -> Landmarks:
    """Return what the tracker of faces sees in a film of a person, or what it saw before."""
    if file is not None and file.is_file():
        with np.load(file) as kept:
            return _landmarks(identity, kept["t_s"], kept["xyz"], kept["score"])
    from eutonia.tracking.face import FaceTracker

    tracker = FaceTracker()
    t_s, pictures = make()
    found = [tracker.follow(p) for p in pictures]
    lost = np.full((478, 3), np.nan, dtype=np.float32)
    xyz = np.stack([lost if f is None else f.xyz for f in found])
    score = np.array([0.0 if f is None else f.score for f in found], dtype=np.float32)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, t_s=t_s, xyz=xyz, score=score)
    return _landmarks(identity, t_s, xyz, score)


def _landmarks(
    identity: int, t_s: Floats, xyz: NDArray[np.float32], score: NDArray[np.float32]
) -> Landmarks:
    """Return landmarks as in the whole picture, of which the film is the middle."""
    scene, known = scene_of(identity)
    whole = round(scene.focal_px / known["focal"])
    margin = (whole - SIZE) / 2
    placed = xyz + np.array([margin, margin, 0], dtype=np.float32)
    face = Points(xyz=placed, score=score)
    return Landmarks(t_s=t_s, width=whole, height=whole, parts={"face": face})
