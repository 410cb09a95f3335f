"""Among several people one is chosen, and found again by place, size and roll."""

from math import pi

import numpy as np
import pytest

from eutonia.tracking.crops import Box
from eutonia.tracking.people import again, chief, distinct, roll
from eutonia.tracking.ssd import Detection

PICTURE = np.zeros((480, 640, 3), dtype=np.uint8)
LAST = Box(x=300, y=200, size=150)


def _face(x, y, size, *, score=0.9, angle=0.0):
    eyes = np.array([[0, 0], [np.cos(angle), np.sin(angle)]], dtype=np.float32)
    return Detection(
        x=x, y=y, width=size, height=size, angle=0.0, points=eyes, score=score
    )  # fmt: skip


def test_the_largest_and_most_central_comes_first():
    """Of equals the central one is first; a face more than twice as large wins from a corner."""
    middle, corner = _face(320, 240, 60), _face(20, 20, 70)
    assert chief([corner, middle], PICTURE) == [middle, corner]
    near = _face(20, 20, 130)
    assert chief([middle, near], PICTURE) == [near, middle]


@pytest.mark.parametrize(
    ("face", "same"),
    [
        (_face(310, 205, 105), True),
        (_face(360, 200, 100), True),
        (_face(400, 200, 100), False),
        (_face(300, 200, 210), False),
        (_face(300, 200, 45), False),
        (_face(300, 200, 100, angle=1.0), True),
        (_face(300, 200, 100, angle=pi), False),
    ],
)
def test_who_can_be_the_person_that_was_lost(face, same):
    """Near and alike can be the same; far away, much larger or upside down cannot."""
    assert bool(again([face], LAST, scale=1.5)) is same


def test_the_likeliest_comes_first():
    """Of two that could be the person, the nearer one is tried first."""
    near, far = _face(305, 200, 100), _face(340, 200, 100)
    assert again([far, near], LAST, scale=1.5) == [near, far]


def test_one_detection_per_person():
    """Of several views of one face the surest stays; another face stays too."""
    weak, sure, other = _face(310, 200, 200, score=0.6), _face(300, 200, 100), _face(500, 200, 90)
    assert distinct([weak, sure, other]) == [sure, other]


def test_roll_is_clockwise():
    """The line from the eye on the left to the eye on the right that falls is a positive roll."""
    assert roll(_face(0, 0, 1, angle=0.3)) == pytest.approx(0.3, abs=1e-6)
