"""The study of gait compares what it says it compares."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eutonia.accuracy import gait, gait_films, hand_pictures, hands, mouth, running
from eutonia.model import Landmarks, Points
from eutonia.simulate.fingers import hand_points
from eutonia.simulate.gait import Gait, walk
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.simulate.mouth import face_points
from eutonia.simulate.people.body import person
from eutonia.simulate.people.pose import bones
from eutonia.simulate.people.walk import Walk, flights, walker


def _film(*, turned_px=0.0, view="side"):
    """Return a simulated walk as the study films it; shoulders read so many pixels ahead."""
    rng, shot = np.random.default_rng(0), gait_films.SHOTS[view]
    spec = Gait(seconds=shot.seconds, rate_hz=shot.rate_hz, spread_deg=0, lean_deg=(10, 0))
    walked = walk(rng, spec)
    true = filmed(rng, walked, Camera(distance_m=40))
    body = true.parts["body"]
    xyz = body.xyz.copy()
    xyz[:, [11, 12], 0] += turned_px
    read = replace(true, parts={"body": replace(body, xyz=xyz)})
    strikes = {f"{side}_strikes_s": tuple(walked.lands[side].tolist()) for side in gait_films.SIDES}
    drawn = Walk(**strikes, left_stance=0.62, right_stance=0.62)
    return gait_films.Filmed(identity=0, view=view, landmarks=read, true=true, walk=drawn)


def _rows(one):
    return {row.quantity: row for row in gait.report([one])}


def test_a_tracker_that_sees_all_has_no_error_in_angles_and_strides():
    """Read = true gives 0 for every angle, and strides that last as long as they were drawn."""
    found = _rows(_film())
    for angle in ("foot_pitch before landing", "trunk_sagittal", "arm_swing, near arm"):
        assert found[angle].mean_error == 0
    assert found["stride_time"].n >= 6
    assert found["stride_time"].mean_error < 0.01
    # The foot goes back under the hips before it lands and until after it leaves.
    assert -0.07 < found["landing"].bias < -0.02
    assert 0.03 < found["stance time"].bias < 0.12


def test_shoulders_read_ahead_are_an_error_of_the_lean_alone():
    """Five degrees more lean are said to be five; feet do not change."""
    height = 1500 * 0.5 / 40  # pixels from hips to shoulders
    found = _rows(_film(turned_px=height * (np.tan(np.radians(15)) - np.tan(np.radians(10)))))
    assert found["trunk_sagittal"].bias == pytest.approx(5, abs=0.2)
    assert found["foot_pitch before landing"].mean_error == 0


def test_what_two_tasks_share_is_no_error_of_their_difference():
    """Shoulders 5 degrees ahead in both tasks cancel; in one alone they are its error."""
    height = 1500 * 0.5 / 40
    ahead = height * (np.tan(np.radians(15)) - np.tan(np.radians(10)))
    walk, back = _film(turned_px=ahead), _film(turned_px=ahead, view="side, backwards")
    for other, bias in ((back, 0.0), (_film(view="side, backwards"), -5.0)):
        rows = {(r.view, r.quantity): r for r in gait.report([walk, other])}
        row = rows["side, backwards, less walking", "trunk_sagittal"]
        assert row.bias == pytest.approx(bias, abs=0.3)
        assert row.n == 1


def test_every_run_is_filmed_beside_a_walk_of_the_same_person():
    """Whoever runs has a walk from the same place, and runs with shorter stances and flights."""
    for identity in range(5):
        walk = gait_films.drawn(identity, "side, walking")
        run = gait_films.drawn(identity, "side, running")
        assert walk == gait_films.drawn(identity, "side")
        assert run.left_inversion == walk.left_inversion
        assert max(run.left_stance, run.right_stance) < 0.45 < walk.left_stance
        assert len(flights(run)) > 2 * 5 / 0.8
        assert not [f for f in flights(walk) if f[0] > 0]
    assert set(gait.AGAINST.values()) <= set(gait_films.SHOTS)


def test_the_stances_of_a_built_run_are_read_from_its_true_points(shared_data):
    """With the points as posed, contacts come out 10 to 40 ms early and toe-offs within 20 ms."""
    mesh, view = shared_data / "human-mesh", "side, running"
    if not (mesh / "base.obj").is_file():
        pytest.skip(f"no human mesh in {mesh}: nobody can run")
    shot, who = gait_films.SHOTS[view], person(3, folder=mesh)
    run = replace(gait_films.drawn(3, view), left_stance=0.40, right_stance=0.31)
    pose_at = walker(who, run, until_s=shot.seconds)
    scene = shot.scene(3).aimed(who, bones(who, pose_at(0.0)))
    t_s = np.arange(90) / shot.rate_hz
    xyz = np.stack([gait_films.posed(who, bones(who, pose_at(t)), scene) for t in t_s])
    body = Points(xyz=xyz, score=np.ones(len(t_s), dtype=np.float32))
    true = Landmarks(t_s=t_s, width=scene.width, height=scene.height, parts={"body": body})
    found = _rows(gait_films.Filmed(identity=3, view=view, landmarks=true, true=true, walk=run))
    assert found["stride_time"].mean_error < 0.008
    assert -0.04 < found["landing"].bias < -0.01
    leaving = found["landing"].bias + found["stance time"].bias
    assert abs(leaving) < 0.02
    assert found["stance, left less right"].mean_error < 7  # of 25


def test_a_study_goes_on_from_what_was_tracked(tmp_path):
    """With everything in the cache no person is rendered, and rows have name and level."""
    nowhere = Path("no mesh is read")
    one = _film()
    body = one.true.parts["body"]
    for view in gait_films.SHOTS:
        arrays = {"xyz": body.xyz, "score": body.score, "visible": body.visible}
        np.savez(tmp_path / gait_films.name_of(0, view), **arrays, true=body.xyz)
    views = hand_pictures.VIEWS * 6
    bent = np.linspace(0, 80, len(views))
    shown = np.stack([hand_points({"index_pip": angle}) for angle in bent])
    same = dict.fromkeys(("true", "world", "picture"), shown)
    name = f"hands_{hand_pictures._VERSION}_0.npz"
    film = np.repeat(hand_pictures.FILMS[0], len(bent))
    task = np.repeat("drawn", len(bent))
    np.savez(tmp_path / name, **same, view=np.array(views), film=film, task=task)
    asked = list(mouth._asked())
    chin = np.array([[a.get("jaw_right", 0.0), a.get("jaw", 0.0), 0.0] for a in asked])
    points = np.array([face_points(opening_mm=o, deviation_mm=d) for d, o, _ in chin])
    np.savez(tmp_path / f"mouth_{mouth._VERSION}_0.npz", chin=chin, points=points)
    np.savez(tmp_path / f"mouth_{mouth._VERSION}_1.npz", chin=chin, points=points)
    done = []
    for study, people in ((gait, [0]), (running, [0]), (hands, [0]), (mouth, [0, 1])):
        rows = study.study(people, nowhere, cache=tmp_path, progress=done.append)
        assert rows
        assert all(row["by"] and "level" in row for row in rows)
    assert done == [0, 0, 0, 0, 1]
