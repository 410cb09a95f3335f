"""Pictures in which nobody can be recognised by the face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import pi
from pathlib import Path

import numpy as np

from eutonia.model import Floats, UnreadableFile
from eutonia.tracking.crops import Picture, whole
from eutonia.tracking.people import distinct, size
from eutonia.tracking.ssd import Detector
from eutonia.tracking.stamped import ENDINGS, stamp
from eutonia.tracking.video import header, pictures

#: Edge of the covered square over the edge of the detected face: with hair, ears and chin. [D]
COVERED = 1.8
#: Blocks of one colour along a covered square: fewer than any face can be recognised by. [D]
BLOCKS = 6
#: A face is covered from this long before it was detected until as long after. [D]
AROUND_S = 0.5
#: Least score of a face that is covered: rather a wall too many than a face too few. [D]
LEAST = 0.3
#: Pictures between two looks for heads that lie or hang.
TURNED_EVERY = 5

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Face:
    """Where a face is, in pixels: its middle and the edge of the square that covers it."""

    x: float
    y: float
    edge: float


def cover(picture: Picture, faces: Iterable[Face]) -> Picture:
    """Return the picture with each face replaced by a few blocks of its mean colours.

    The blocks hold all that is left of the face: nothing can be computed back from them.
    """
    import cv2

    out = picture.copy()
    height, width = picture.shape[:2]
    for face in faces:
        half = face.edge / 2
        x0, x1 = max(0, round(face.x - half)), min(width, round(face.x + half))
        y0, y1 = max(0, round(face.y - half)), min(height, round(face.y + half))
        if x1 <= x0 or y1 <= y0:
            continue
        few = cv2.resize(picture[y0:y1, x0:x1], (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
        out[y0:y1, x0:x1] = cv2.resize(few, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
    return out


class Finder:
    """Find all faces of a picture, near and far, now and then also in turned views."""

    def __init__(self) -> None:
        self._near = Detector("face_detection", least=LEAST)
        self._far = Detector("face_detection_far", least=LEAST)
        self._n = 0

    def __call__(self, picture: Picture) -> list[Face]:
        """Return every face that a detector reports, and rather one too many."""
        angles = [0.0, *([pi / 2, -pi / 2, pi] if self._n % TURNED_EVERY == 0 else [])]
        self._n += 1
        found = [
            one
            for angle in angles
            for detector in (self._near, self._far)
            for one in detector(picture, whole(picture, angle=angle))
        ]
        return [Face(x=f.x, y=f.y, edge=COVERED * size(f)) for f in distinct(found)]


def blur(path: Path | str, out: Path | str, *, progress: Progress | None = None) -> float:
    """Write a copy of a video with all faces covered; sound and metadata are not copied.

    Each picture keeps its time, see `Film`.

    Parameters
    ----------
    path, out : path
        The video, and the file to write (``.mp4`` or ``.avi``).
    progress : callable, optional
        Called with a few words, pictures done, and pictures in all.

    Returns
    -------
    float
        Share of the pictures in which at least one face was covered.

    Raises
    ------
    UnreadableFile
        If the video cannot be decoded, or the copy cannot be written.
    MissingModel
        If the models are missing.
    """
    path, out = Path(path), Path(out)
    if out.exists() and out.resolve() == path.resolve():
        raise UnreadableFile(f"{out}: the copy would overwrite the video; name another file.")
    about, find = header(path), Finder()
    n = len(about.stamps_s)
    times: list[float] = []
    seen: list[list[Face]] = []
    for t_s, picture in pictures(path, about=about):
        times.append(t_s)
        seen.append(find(picture))
        if progress:
            progress("looking for faces", len(times), 2 * n)
    at = np.array(times)
    covered = 0
    size_ = {"width": about.width, "height": about.height}
    with Film(out, rate_hz=rate_of(at), **size_) as film:
        for i, (t_s, picture) in enumerate(pictures(path, about=about)):
            first, last = np.searchsorted(at, (t_s - AROUND_S, t_s + AROUND_S))
            faces = [face for some in seen[first:last] for face in some]
            covered += bool(faces)
            film.add(cover(picture, faces), t_s=t_s)
            if progress:
                progress("covering them", n + i + 1, 2 * n)
    return covered / max(len(times), 1)


class Film:
    """A video that is being written; a context manager.

    Pictures with a time keep it: in MP4 and QuickTime to the tick, elsewhere, where all pictures
    last equally long, by repeating the one before a pause. So a player's clock is the film's.

    Parameters
    ----------
    path : Path
    width, height : int
    rate_hz : float
        Pictures a second of those that are added without a time; and of files that can hold but
        one rate.

    Raises
    ------
    UnreadableFile
        If it cannot be written.
    """

    def __init__(self, path: Path, *, width: int, height: int, rate_hz: float) -> None:
        import cv2

        code = {".avi": "MJPG", ".webm": "VP80"}.get(path.suffix.lower(), "mp4v")
        fourcc = cv2.VideoWriter.fourcc(*code)
        self._path, self._rate_hz = path, rate_hz
        self._times: list[float] = []
        self._written = 0
        self._before: Picture | None = None
        self._writer = cv2.VideoWriter(str(path), fourcc, rate_hz, (width, height))
        if not self._writer.isOpened():
            raise UnreadableFile(
                f"{path}: a video cannot be written here. Name a folder of your own and one of "
                "the endings .mp4, .avi or .webm."
            )

    def __enter__(self) -> Film:
        return self

    def add(self, picture: Picture, *, t_s: float | None = None) -> None:
        """Append one picture, shown from a time on: that of all pictures, or of none."""
        if t_s is not None:
            self._times.append(t_s)
            if self._path.suffix.lower() not in ENDINGS:
                self._wait(t_s - self._times[0])
            self._before = picture
        self._written += 1
        self._writer.write(picture)

    def _wait(self, t_s: float) -> None:
        """Show the picture before until a time."""
        if self._before is not None:
            while self._written < round(t_s * self._rate_hz):
                self._writer.write(self._before)
                self._written += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._writer.release()
        if kind is None and self._times and self._path.suffix.lower() in ENDINGS:
            stamp(self._path, self._times)


def rate_of(t_s: Floats) -> float:
    """Return a rate at which no picture has to wait for those before it in the long run."""
    steps = np.diff(t_s)
    if not len(steps):
        return 25.0
    return float(1 / min(np.median(steps), np.mean(steps)))
