"""The pictures of a video, one after another, upright and with the time of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.video import Header, grabbed, header, opened, pixel_aspect, square

__all__ = ["Header", "ahead", "header", "pictures", "pictures_at"]

Picture = NDArray[np.uint8]
Shown = tuple[float, Picture]
#: Pictures that are decoded while one is looked at.
_AHEAD = 3
#: Seconds before a picture that are leapt to: a decoder may land a little later. [D]
_BEFORE_S = 0.5
#: By which the time of one picture may differ from one reading to the next.
_ROUNDING_S = 1e-4


def pictures(
    path: Path | str,
    *,
    about: Header | None = None,
    start_s: float = 0.0,
    stop_s: float = float("inf"),
    mirrored: bool = False,
) -> Iterator[Shown]:
    """Yield each picture of a video and its time; one at a time is in memory.

    Parameters
    ----------
    path : path
        The video.
    about : Header, optional
        What `header` said of it; it is read where it is not given.
    start_s, stop_s : float
        Pictures from `start_s` to before `stop_s`, in the file's own time, are yielded; those
        before are leapt over where the file allows it, else decoded but not converted.
    mirrored : bool
        Whether the video is a mirror image, which is turned back.

    Yields
    ------
    t_s : float
        Seconds from the video's first picture, always increasing: pictures that have the time of
        the one before, or an earlier one, are left out.
    picture : ndarray of uint8, shape (height, width, 3)
        BGR, upright, with square pixels.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded.
    """
    import cv2

    about = about or header(path)
    capture, first = _leapt(path, about, start_s)
    aspect = pixel_aspect(capture)
    step = 1 / about.rate_hz
    last = float("-inf")
    try:
        for i in grabbed(capture):
            shown = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 if about.stamped else i * step
            first = shown if first is None else first
            t_s = shown - first
            if t_s <= last or t_s < start_s:
                continue
            if t_s >= stop_s:
                break
            fine, picture = capture.retrieve()
            if not fine:
                continue
            last = t_s
            if mirrored:
                picture = picture[:, ::-1]
            yield t_s, np.ascontiguousarray(square(picture, aspect))
    finally:
        capture.release()


def pictures_at(
    path: Path | str, numbers: Iterable[int], *, n: int, mirrored: bool = False
) -> Iterator[Picture]:
    """Yield some of the `n` pictures that `pictures` yields, by their increasing numbers from 0.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded.
    """
    about = header(path)
    if len(about.stamps_s) != n:  # some cannot be decoded: only counting finds the others
        wanted = set(numbers)
        stream = islice(pictures(path, about=about, mirrored=mirrored), max(wanted, default=-1) + 1)
        yield from (picture for i, (_, picture) in enumerate(stream) if i in wanted)
        return
    for number in numbers:
        start_s = float(about.stamps_s[number]) - _ROUNDING_S
        yield from (
            picture
            for _, picture in islice(
                pictures(path, about=about, start_s=start_s, mirrored=mirrored), 1
            )
        )


def ahead(stream: Iterator[Shown]) -> Iterator[Shown]:
    """Yield what a stream yields; a thread decodes the next few while one is looked at."""
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, stream, None) for _ in range(_AHEAD))
        try:
            while (shown := waiting.popleft().result()) is not None:
                waiting.append(pool.submit(next, stream, None))
                yield shown
        finally:
            pool.shutdown(cancel_futures=True)


def _leapt(path: Path | str, about: Header, start_s: float) -> tuple[Any, float | None]:
    """Return the decoder of a video shortly before a time, and the stamp of its first picture.

    None for the stamp where it stands before the first picture: near the beginning, and where the
    file cannot be sought in.
    """
    import cv2

    capture = opened(path)
    if start_s < 2 * _BEFORE_S or not about.stamped:
        return capture, None
    if capture.grab():
        first = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        capture.set(cv2.CAP_PROP_POS_MSEC, (first + start_s - _BEFORE_S) * 1000)
        if capture.grab() and capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 - first < start_s:
            return capture, first
    capture.release()
    return opened(path), None
