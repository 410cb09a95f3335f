"""What is read from a long film takes memory that stays small beside its landmarks."""

import tracemalloc

import numpy as np
import pytest

from eutonia.derive.video import Calibration, calibrated, seen_in
from eutonia.model import Condition, Landmarks, Points, Span
from eutonia.simulate.mouth import face_points
from eutonia.tracking.possible import possible

N, RATE = 3000, 30.0


@pytest.fixture(scope="module")
def filmed():
    """Return a face of 478 points that moves a little and a body, of three thousand pictures."""
    rng = np.random.default_rng(3)
    face = np.asarray(face_points(), dtype=np.float32)
    face = face - face.mean(axis=0) + np.float32([320, 240, 0])
    moved = rng.normal(0, 0.3, (N, len(face), 3)).astype(np.float32)
    moved += face + np.sin(np.arange(N, dtype=np.float32) / 20)[:, None, None]
    body = rng.uniform(0, 400, (33, 3)) + rng.normal(0, 0.3, (N, 33, 3))
    sure = np.ones(N, dtype=np.float32)
    visible = np.ones((N, 33), dtype=np.float32)
    parts = {
        "face": Points(xyz=moved, score=sure),
        "body": Points(xyz=body.astype(np.float32), score=sure, visible=visible),
    }
    return Landmarks(t_s=np.arange(N) / RATE, width=640, height=480, parts=parts)


def _bytes_a_picture(read):
    """Return the most that is held at once while something is read, beside what was there."""
    tracemalloc.start()
    try:
        read()
        return tracemalloc.get_traced_memory()[1] / N
    finally:
        tracemalloc.stop()


def _straight(landmarks):
    span = Span(recording="film.mp4", start_s=0.0, stop_s=90.0, condition=Condition.of(task="zero"))
    return calibrated(landmarks, [span])


@pytest.mark.parametrize(
    "read",
    [possible, _straight, lambda film: seen_in(film, Calibration())],
    ids=["possible", "calibrated", "seen_in"],
)
def test_a_long_film_is_read_in_less_memory_than_its_landmarks(filmed, read):
    """No step copies all 478 points of all pictures: the most at once is less than they take."""
    read(filmed)  # tables are loaded once
    assert _bytes_a_picture(lambda: read(filmed)) < 478 * 3 * 4
