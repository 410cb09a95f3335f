"""What no head can have done is taken out, and what fast heads do is not."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.dsp.rotation import turned, upright
from eutonia.knowledge import table
from eutonia.model import Landmarks, Points
from eutonia.tracking.possible import possible, slips

S = 6.0


def film(yaw, pitch=0.0, *, rate_hz=30.0, size=40.0, t_s=None):
    """Return landmarks of a rigid face that turns so, with half a pixel of noise."""
    yaw = np.asarray(yaw, dtype=float)
    rigid = table("head_points")
    turn = turned(yaw, np.broadcast_to(pitch, yaw.shape))
    size = np.broadcast_to(size, yaw.shape)[:, None, None]
    points = size * np.einsum("nij,kj->nki", turn, np.array(rigid["shape"]))
    xyz = np.zeros((len(yaw), 478, 3), dtype=np.float32)
    noise = np.random.default_rng(3).normal(0, 0.5, points.shape)
    xyz[:, rigid["points"]] = upright(points) + np.array([320, 240, 0]) + noise
    face = Points(
        xyz=xyz,
        score=np.ones(len(yaw), np.float32),
        shapes=np.zeros((len(yaw), 52), np.float32),
        person=np.ones(len(yaw), np.float32),
    )
    t_s = np.arange(len(yaw)) / rate_hz if t_s is None else t_s
    return Landmarks(t_s=t_s, width=640, height=480, parts={"face": face})


def lost(landmarks, *pictures):
    """Return landmarks of a face that was not seen in some pictures."""
    face = landmarks.parts["face"]
    xyz = face.xyz.copy()
    xyz[list(pictures)] = np.nan
    return replace(landmarks, parts={"face": replace(face, xyz=xyz)})


def taken(landmarks):
    """Return the pictures that are taken out."""
    return np.flatnonzero(slips(landmarks.parts["face"], landmarks.t_s)).tolist()


@pytest.mark.parametrize("pictures", [[60], [60, 61]])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_face_that_jumps_away_and_back_is_not_seen_then(pictures, repeated):
    """One or two pictures at -62 degrees in a turn by 76, also where each is shown twice."""
    yaw = np.full(120, 76.0)
    yaw[pictures] = -62
    found = film(yaw)
    if repeated:
        twice = {"face": replace(found.parts["face"], xyz=np.repeat(found.parts["face"].xyz, 2, 0))}
        found = replace(found, t_s=np.arange(240) / 60, parts=twice)
        pictures = [2 * p + k for p in pictures for k in (0, 1)]
    assert taken(found) == pictures


def test_a_face_that_shrinks_before_it_is_lost_is_not_seen():
    """To half its size from one picture to the next, then lost; found again it is itself."""
    size = np.full(120, 40.0)
    size[[60, 61]] = 18.0, 14.0
    assert taken(lost(film(np.full(120, 60.0), size=size), *range(62, 90))) == [60, 61]


@pytest.mark.parametrize(
    ("size", "seen", "gone"), [(13.0, 8, True), (13.0, 60, False), (30.0, 8, False)]
)
def test_a_small_face_between_two_losses_is_no_face(size, seen, gone):
    """A third of the size for a quarter of a second is none; for two seconds it is somebody."""
    sizes = np.full(240, 40.0)
    sizes[70 : 70 + seen] = size
    found = film(np.full(240, 50.0), size=sizes)
    found = lost(found, *range(60, 70), *range(70 + seen, 80 + seen))
    assert taken(found) == (list(range(70, 70 + seen)) if gone else [])


def test_what_is_taken_out_is_as_not_seen_at_all():
    """No points, score, expression nor person; the landmarks that came stay as they are."""
    yaw = np.zeros(90)
    yaw[40] = 80
    was = film(yaw)
    face = possible(was).parts["face"]
    assert face.seen.tolist() == [i != 40 for i in range(90)]
    assert face.score[40] == 0
    assert np.isnan(face.shapes[40]).all()
    assert np.isnan(face.person[40])
    assert was.parts["face"].seen.all()


def test_who_is_followed_for_longer_elsewhere_stays():
    """Half a second at another angle may be another person, of which is told elsewhere."""
    yaw = np.zeros(120)
    yaw[60:75] = 80
    assert taken(film(yaw)) == []


@pytest.mark.parametrize("rate_hz", [12.0, 24.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize(
    ("freq_hz", "yaw", "pitch"),
    [(4.0, 20, 0), (2.0, 40, 0), (12.0, 5, 0), (8.0, 3, 6), (3.0, 0, 15)],
)
def test_shakes_and_tremors_stay(rate_hz, freq_hz, yaw, pitch):
    """Fast shakes by 20 and 40 degrees, and tremors up to 12 Hz, at every rate of pictures."""
    t = np.arange(round(S * rate_hz)) / rate_hz
    wave = np.sin(2 * np.pi * freq_hz * t + 0.7)
    assert taken(film(yaw * wave, pitch * wave, rate_hz=rate_hz)) == []


@pytest.mark.parametrize("rate_hz", [12.0, 24.0, 30.0, 60.0])
@pytest.mark.parametrize("by_deg", [10, 25, 40])
def test_jerks_stay(rate_hz, by_deg):
    """Pulls by up to 40 degrees that rise within 0.1 s, on stamps that shake by 6 ms."""
    t = np.arange(round(S * rate_hz)) / rate_hz
    jerk = sum(np.exp(-(((t - at) / 0.08) ** 2)) for at in (1.0, 2.013, 3.021, 4.037, 5.02))
    shaken = t + np.random.default_rng(1).uniform(-0.006, 0.006, len(t))
    assert taken(film(by_deg * jerk, rate_hz=rate_hz, t_s=shaken)) == []


def test_who_leans_to_the_camera_stays():
    """A face that doubles within half a second grows, and does not jump."""
    size = 40 * 2 ** np.clip((np.arange(120) / 30 - 1) / 0.5, 0, 1)
    assert taken(film(np.zeros(120), size=size)) == []


def test_nothing_to_take_out_changes_nothing():
    """The same landmarks come back, without a copy; so do those without a face."""
    still = film(np.zeros(60))
    assert possible(still) is still
    none = replace(still, parts={})
    assert possible(none) is none


def test_it_costs_a_small_part_of_a_picture():
    """Under 0.1 ms a picture, of which following a face takes several."""
    from time import perf_counter

    long = film(np.zeros(3000))
    best = np.inf
    for _ in range(3):
        began = perf_counter()
        possible(long)
        best = min(best, perf_counter() - began)
    assert best / 3000 < 1e-4
