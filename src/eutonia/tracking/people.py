"""Several people in a picture: which one is measured, and which one it was."""

from __future__ import annotations

from collections.abc import Iterable
from math import atan2, hypot, log, pi

from eutonia.tracking.crops import Box, Picture
from eutonia.tracking.ssd import Detection

#: A person lost from sight is awaited at the same place within this many of its own sizes. [D]
NEAR = 0.75
#: And of about the same size: at most this many times larger or smaller (of a head that is turned
#: away, detectors show little more than half). [D]
ALIKE = 2.0
#: And upright within this many radians of before (detectors err by up to one when it is far). [D]
TURNED = 1.6


def chief(found: Iterable[Detection], picture: Picture) -> list[Detection]:
    """Return detections with the largest and most central first.

    A face in a corner counts as half as large as in the middle. [D]
    """
    height, width = picture.shape[:2]
    far = hypot(width, height) / 2

    def weight(one: Detection) -> float:
        away = hypot(one.x - width / 2, one.y - height / 2) / far
        return size(one) * (1 - away / 2)

    return sorted(found, key=weight, reverse=True)


def again(found: Iterable[Detection], last: Box, *, scale: float) -> list[Detection]:
    """Return those that can be the person last seen in a box, the likeliest first.

    Parameters
    ----------
    found : iterable of Detection
    last : Box
    scale : float
        Size of the box over the size of the detection it belongs to.
    """
    before = last.size / scale

    def unlike(one: Detection) -> float:
        away = hypot(one.x - last.x, one.y - last.y) / before
        grown = abs(log(size(one) / before))
        turned = abs((roll(one) - last.angle + pi) % (2 * pi) - pi)
        return max(away / NEAR, grown / log(ALIKE), turned / TURNED)

    return sorted((one for one in found if unlike(one) <= 1), key=unlike)


def roll(one: Detection) -> float:
    """Return by how many radians a detected face is turned clockwise, from its eyes."""
    (x0, y0), (x1, y1) = one.points[0].tolist(), one.points[1].tolist()
    return atan2(y1 - y0, x1 - x0)


def size(one: Detection) -> float:
    """Return the longer edge of a detection, in pixels."""
    return max(one.width, one.height)


def distinct(found: Iterable[Detection]) -> list[Detection]:
    """Return one detection per person, the surest, where several views saw the same one."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _same(one: Detection, other: Detection) -> bool:
    """Return whether the middle of one lies in the other's square (views differ in size)."""
    return max(abs(one.x - other.x), abs(one.y - other.y)) < max(size(one), size(other)) / 2
