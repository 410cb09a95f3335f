"""Films and walks: their timing."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from eutonia.simulate.people.body import Person
from eutonia.simulate.people.film import film, stamp, stamps
from eutonia.simulate.people.pose import Pose, bones
from eutonia.simulate.people.scene import Scene
from eutonia.simulate.people.walk import Walk, angles, even, flights, off_s, phase, walker

SMALL = Scene(width=160, height=120, focal_px=150, supersampling=1)


def read(path: Path) -> tuple[list[float], list[np.ndarray]]:
    """Return stamps in seconds and pictures of a file as OpenCV decodes it."""
    video, times, pictures = cv2.VideoCapture(str(path)), [], []
    while True:
        there, picture = video.read()
        if not there:
            return times, pictures
        times.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        pictures.append(picture)


def test_a_film_has_the_stamps_asked(someone: Person, tmp_path: Path) -> None:
    """Dropped pictures are gaps in the file's own stamps, and each picture has its truth."""
    t_s = stamps(0.6, 30, drop=0.3, seed=2)
    assert 8 < len(t_s) < 18
    path = tmp_path / "turn.mp4"
    truths = film(someone, lambda t: Pose(yaw=40 * t), SMALL, path, t_s=t_s)
    times, pictures = read(path)
    assert times == pytest.approx(t_s, abs=1e-4)
    assert [t.yaw for t in truths] == pytest.approx(40 * t_s, abs=1e-6)
    assert pictures[0].shape == (120, 160, 3)


def test_an_exposure_blurs_and_dates_the_truth_to_its_middle(
    someone: Person, tmp_path: Path
) -> None:
    """A moving head is smoother after a long exposure, whose truth is that of its middle."""
    sharp, blurred = tmp_path / "sharp.mp4", tmp_path / "blurred.mp4"

    def turning(t: float) -> Pose:
        return Pose(yaw=400 * t - 20)

    film(someone, turning, SMALL, sharp, t_s=[0.05])
    truths = film(someone, turning, SMALL, blurred, t_s=[0.0], exposure_s=0.1)
    assert truths[0].yaw == pytest.approx(0, abs=1e-6)
    detail = [
        cv2.Laplacian(read(p)[1][0][20:70, 55:105], cv2.CV_64F).std() for p in (sharp, blurred)
    ]
    assert detail[1] < 0.8 * detail[0]


def test_times_that_do_not_fit_the_pictures_are_refused(someone: Person, tmp_path: Path) -> None:
    """Stamping more times than pictures is an error that says both numbers."""
    path = tmp_path / "film.mp4"
    film(someone, lambda _: Pose(), SMALL, path, t_s=[0.0, 0.1])
    with pytest.raises(ValueError, match="2 pictures were written, but 3 times given"):
        stamp(path, np.array([0.0, 0.1, 0.2]))


def test_dropping_loses_the_share_asked() -> None:
    """About the asked share of pictures is lost, never the first, and the rest keep their times."""
    t_s = stamps(100, 30, drop=0.1, seed=4)
    assert t_s[0] == 0
    assert len(t_s) == pytest.approx(2700, abs=60)
    np.testing.assert_allclose(t_s * 30, np.round(t_s * 30), atol=1e-9)


def test_strides_have_the_times_asked() -> None:
    """The phase is 0 at each strike and a half between two, and feet leave after their stance."""
    walk = even(4, 1.2, later=0.45)
    assert np.diff(walk.left_strikes_s) == pytest.approx([1.2] * 4)
    assert np.subtract(walk.right_strikes_s, walk.left_strikes_s[:-1]) == pytest.approx([0.54] * 4)
    assert phase(walk.left_strikes_s, 2.4 + 0.6) == pytest.approx(0.5)
    assert phase(walk.left_strikes_s, -0.6) == pytest.approx(0.5)
    assert off_s(walk.left_strikes_s, 0.6) == pytest.approx([0.72, 1.92, 3.12, 4.32])


def test_uneven_strides_repeat_the_same_course() -> None:
    """At each strike of unequal strides the leg has the same angles."""
    walk = Walk(left_strikes_s=(0.0, 1.0, 2.3, 3.2), right_strikes_s=(0.5, 1.6, 2.8))
    legs = [
        {k: v for k, v in angles(walk, t).items() if k in ("left_knee", "left_hip_forward")}
        for t in (1.0, 2.3)
    ]
    assert legs[0] == pytest.approx(legs[1])


def ankles(person: Person, walk: Walk, t_s: np.ndarray) -> np.ndarray:
    """Return the left and right ankle and the hip at times, ``(n, 3, 3)``."""
    pose_at, names = walker(person, walk, until_s=float(t_s[-1]) + 0.1), person.base.skeleton.names
    those = [names.index(n) for n in ("foot.L", "foot.R", "upperleg01.L")]
    return np.array([bones(person, pose_at(t)).heads[those] for t in t_s])


def test_the_standing_foot_stays_and_the_swinging_foot_advances(someone: Person) -> None:
    """A foot that carries alone moves by less than 1 cm, the other by over half a metre."""
    walk = even(4, 1.1)
    # The left foot swings from 62 to 100 % of its stride; the right carries alone.
    moved = np.ptp(ankles(someone, walk, np.linspace(1.1 + 0.64 * 1.1, 2.18, 12))[..., 2], axis=0)
    assert moved[1] < 0.01
    assert moved[0] > 0.5


def test_a_foot_is_farthest_ahead_of_the_hip_when_it_strikes(someone: Person) -> None:
    """The ankle's greatest lead over the hip comes within 40 ms of the strike."""
    t_s = np.arange(0.7, 1.6, 0.01)
    place = ankles(someone, even(4, 1.1), t_s)
    lead = place[:, 0, 2] - place[:, 2, 2]
    assert t_s[np.argmax(lead)] == pytest.approx(1.1, abs=0.04)


def test_walking_backwards_goes_backwards(someone: Person) -> None:
    """The body moves back by as much as it moves forward in the same steps."""
    walk, t_s = even(4, 1.1), np.array([1.1, 2.2])
    ahead = np.diff(ankles(someone, walk, t_s)[:, 2, 2])[0]
    back = np.diff(ankles(someone, replace(walk, backwards=True), t_s)[:, 2, 2])[0]
    assert ahead > 0.8
    assert back == pytest.approx(-ahead, rel=0.1)


def test_a_treadmill_keeps_the_body_in_place(someone: Person) -> None:
    """On a treadmill the hip goes nowhere over a stride."""
    walk = replace(even(4, 1.1), on_treadmill=True)
    hip = ankles(someone, walk, np.array([1.1, 2.2]))[:, 2, 2]
    assert hip[0] == pytest.approx(hip[1], abs=1e-6)


#: The stances of a run whose left foot stands longer, and its strides of 0.7 s.
RUN = replace(even(4, 0.7), running=True, left_stance=0.4, right_stance=0.3, left_inversion=12.0)


def soles(person: Person, walk: Walk, t_s: list[float]) -> np.ndarray:
    """Return the height of the lowest point of the left and right foot's skin, ``(n, 2)``."""
    pose_at, names = walker(person, walk, until_s=3.0), person.base.skeleton.names
    found = []
    for t in t_s:
        placed = bones(person, pose_at(t))
        for end in (".L", ".R"):
            foot = [i for i, n in enumerate(names) if n[:3] in ("foo", "toe") and n.endswith(end)]
            held = np.flatnonzero(person.base.weights[:, foot].sum(axis=1) > 0.5)
            skin = placed.carry(person, person.shape[held], person.base.weights[held])
            found.append(skin[:, 1].min())
    return np.array(found).reshape(-1, 2)


def test_a_walk_has_no_flight_and_a_run_has_two_a_stride() -> None:
    """Each flight lasts from one foot's stance to the other's strike, by the asked shares."""
    assert flights(even(4, 1.1)) == []
    one, other = (f for f in flights(RUN) if 0.69 < f[0] < 1.39)
    assert one == pytest.approx((0.7 + 0.4 * 0.7, 0.7 + 0.5 * 0.7))
    assert other == pytest.approx((1.05 + 0.3 * 0.7, 1.4))


def test_nobody_touches_the_ground_in_flight(someone: Person) -> None:
    """Both soles are above the ground within a flight; one is on it from strike to toe-off."""
    for off, on in (f for f in flights(RUN) if 0 < f[0] < 1.4):
        flying = soles(someone, RUN, np.linspace(off, on, 7)[1:-1].tolist())
        assert flying.min() > 0.002
    for strike, stance, foot in ((0.7, 0.4, 0), (1.05, 0.3, 1)):
        stands = np.linspace(strike, strike + stance * 0.7, 9).tolist()
        found = soles(someone, RUN, stands)
        np.testing.assert_allclose(found[:, foot], 0, atol=1e-6)
        assert found[:, 1 - foot].min() > 0.01


def test_a_flying_body_falls_as_a_stone_does(someone: Person) -> None:
    """The height of the hips in flight bends by 9.81 m/s2, at every instant."""
    pose_at = walker(someone, RUN, until_s=2.0)
    off, on = next(f for f in flights(RUN) if f[0] > 0.7 and f[1] - f[0] > 0.1)
    t_s = np.linspace(off + 0.01, on - 0.01, 9)
    height = np.array([pose_at(t).at_m[1] for t in t_s])
    falling = np.diff(height, 2) / (t_s[1] - t_s[0]) ** 2
    np.testing.assert_allclose(falling, -9.81, rtol=1e-6)


def test_the_foot_of_a_runner_stays_where_it_stands(someone: Person) -> None:
    """While the flat foot stands, its ball moves by less than 2 cm; the body goes on by 0.3 m."""
    names = someone.base.skeleton.names
    pose_at, ball = walker(someone, RUN, until_s=2.0), names.index("foot.L")
    t_s = np.linspace(0.7 + 0.08, 0.7 + 0.38 * 0.7, 9)
    placed = [bones(someone, pose_at(t)) for t in t_s]
    assert np.ptp([p.tails[ball][2] for p in placed]) < 0.02
    assert np.ptp([p.heads[names.index("root")][2] for p in placed]) > 0.3


def test_a_runner_bends_knees_and_elbows_more(someone: Person) -> None:
    """The knee of the swinging leg bends beyond 75 degrees, and elbows are bent by 45 more."""
    run, walk = ([angles(w, t) for t in np.arange(0, 0.7, 0.02)] for w in (RUN, even(4, 0.7)))
    assert max(a["left_knee"] for a in run) > 75 > 60 > max(a["left_knee"] for a in walk)
    assert run[0]["left_elbow"] > walk[0]["left_elbow"] + 45
