"""Films of a moving person, with the truth of every picture."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from eutonia.model import Floats
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.pose import Pose, bones
from eutonia.simulate.people.render import draw
from eutonia.simulate.people.scene import Scene, developed
from eutonia.simulate.people.truth import Truth, truth_of

#: Ticks a second of the stamps that a film gets.
TICKS = 90_000

#: Pictures averaged over an exposure.
BLUR = 4

#: Boxes of an MP4 file that hold boxes.
_NESTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def stamps(seconds: float, rate_hz: float, *, drop: float = 0.0, seed: int = 0) -> Floats:
    """Return when pictures are taken, with some dropped at random.

    Parameters
    ----------
    seconds, rate_hz : float
        Length, and pictures a second.
    drop : float
        Share of pictures that are lost; never the first.
    seed : int
        Which ones.

    Returns
    -------
    ndarray
        Seconds from the start.
    """
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    kept = np.random.default_rng((19, seed)).random(len(t)) >= drop
    kept[:1] = True
    return np.asarray(t[kept])


def film(
    person: Person,
    pose_at: Callable[[float], Pose],
    scene: Scene,
    path: Path,
    *,
    t_s: Floats | Sequence[float],
    exposure_s: float = 0.0,
) -> list[Truth]:
    """Write a film of a person as an MP4 file whose pictures carry the given stamps.

    The camera stands still: what it looks at is taken from the first pose.

    Parameters
    ----------
    person : Person
        Who.
    pose_at : callable
        Their pose at a time in seconds.
    scene : Scene
        Camera, lights, background; each picture has its own noise.
    path : Path
        Where to, ending in ``.mp4``.
    t_s : sequence of float
        When each picture is taken, increasing; gaps are dropped pictures.
    exposure_s : float
        How long each is exposed, from its stamp on: movement blurs it. The truth is that of the
        middle of the exposure.

    Returns
    -------
    list of Truth
        One a picture.
    """
    times = np.asarray(t_s, dtype=np.float64)
    fixed = scene.aimed(person, bones(person, pose_at(float(times[0]))))
    size = (scene.width, scene.height)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, size)
    if not writer.isOpened():
        raise OSError(f"{path} cannot be written: is the folder there, and does it end in .mp4?")
    truths = []
    steps = (np.arange(BLUR) + 0.5) / BLUR * exposure_s if exposure_s else np.zeros(1)
    for k, t in enumerate(times):
        light = sum(draw(person, bones(person, pose_at(t + step)), fixed) for step in steps)
        noisy = replace(fixed, noise_seed=fixed.noise_seed + k)
        writer.write(developed(np.asarray(light / len(steps), np.float32), noisy))
        truths.append(truth_of(person, bones(person, pose_at(t + exposure_s / 2)), fixed))
    writer.release()
    stamp(path, times)
    return truths


def stamp(path: Path, t_s: Floats) -> None:
    """Give the pictures of an MP4 file that OpenCV wrote their times.

    Raises
    ------
    ValueError
        If there are not as many times as pictures.
    """
    data = path.read_bytes()
    ticks = np.round((np.asarray(t_s) - t_s[0]) * TICKS).astype(int)
    steps = [int(step) for step in np.diff(ticks)]
    # The last picture is shown as long as pictures usually are.
    steps.append(int(np.median(steps)) if steps else TICKS // 30)
    path.write_bytes(_restamped(data, steps))


def _restamped(data: bytes, steps: Sequence[int]) -> bytes:
    """Return boxes with new durations; the pictures lie before them, so that none moves."""
    out, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        if kind in _NESTS:
            body = _restamped(body, steps)
        elif kind == b"mdhd":
            body = body[:12] + struct.pack(">II", TICKS, sum(steps)) + body[20:]
        elif kind == b"stts":
            if (held := _count(body)) != len(steps):
                raise ValueError(f"{held} pictures were written, but {len(steps)} times given")
            body = struct.pack(">II", 0, len(steps))
            body += b"".join(struct.pack(">II", 1, step) for step in steps)
        if kind != b"edts":
            out.append(struct.pack(">I4s", len(body) + 8, kind) + body)
        at += size
    return b"".join(out)


def _count(stts: bytes) -> int:
    """Return how many pictures a table of durations is about."""
    (rows,) = struct.unpack_from(">I", stts, 4)
    return sum(struct.unpack_from(">I", stts, 8 + 8 * k)[0] for k in range(rows))
