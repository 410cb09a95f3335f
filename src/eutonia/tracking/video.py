"""The pictures of a video, one after another, upright and with the time of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.video import Header, grabbed, header, opened, pixel_aspect, square

__all__ = ["Header", "header", "pictures"]

Picture = NDArray[np.uint8]


def pictures(
    path: Path | str,
    *,
    about: Header | None = None,
    start_s: float = 0.0,
    stop_s: float = float("inf"),
    mirrored: bool = False,
) -> Iterator[tuple[float, Picture]]:
    """Yield each picture of a video and its time; one at a time is in memory.

    Parameters
    ----------
    path : path
        The video.
    about : Header, optional
        What `header` said of it; it is read where it is not given.
    start_s, stop_s : float
        Pictures from `start_s` to before `stop_s`, in the file's own time, are yielded; those
        before are decoded but not converted.
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
    capture = opened(path)
    aspect = pixel_aspect(capture)
    step = 1 / about.rate_hz
    first, last = None, float("-inf")
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
