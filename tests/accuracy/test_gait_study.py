"""The study of gait compares what it says it compares."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eutonia.accuracy import gait, hand_pictures, hands, mouth
from eutonia.simulate.fingers import hand_points
from eutonia.simulate.gait import Gait, walk
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.simulate.mouth import face_points
from eutonia.simulate.people.walk import Walk


def _film(*, turned_px=0.0):
    """Return a simulated walk as the study films it; shoulders read so many pixels ahead."""
    rng = np.random.default_rng(0)
    spec = Gait(seconds=gait.SECONDS, rate_hz=gait.RATE_HZ, spread_deg=0, lean_deg=(10, 0))
    walked = walk(rng, spec)
    true = filmed(rng, walked, Camera(distance_m=40))
    body = true.parts["body"]
    xyz = body.xyz.copy()
    xyz[:, [11, 12], 0] += turned_px
    read = replace(true, parts={"body": replace(body, xyz=xyz)})
    strikes = {f"{side}_strikes_s": tuple(walked.lands[side].tolist()) for side in gait.SIDES}
    drawn = Walk(**strikes, left_stance=0.62, right_stance=0.62)
    return gait.Filmed(identity=0, view="side", landmarks=read, true=true, walk=drawn)


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


def test_a_study_goes_on_from_what_was_tracked(tmp_path):
    """With everything in the cache no person is rendered, and rows have name and level."""
    nowhere = Path("no mesh is read")
    one = _film()
    body = one.true.parts["body"]
    for view in gait.VIEWS:
        name = f"gait_{gait._VERSION}_0_{view.replace(', ', '_')}.npz"
        arrays = {"xyz": body.xyz, "score": body.score, "visible": body.visible}
        np.savez(tmp_path / name, **arrays, true=body.xyz)
    bent = np.linspace(0, 80, 6 * len(hand_pictures.VIEWS))
    shown = np.stack([hand_points({"index_pip": angle}) for angle in bent])
    same = dict.fromkeys(("true", "world", "picture"), shown)
    name = f"hands_{hand_pictures._VERSION}_0.npz"
    np.savez(tmp_path / name, **same, task=np.array(["drawn"] * len(bent)))
    asked = list(mouth._asked())
    chin = np.array([[a.get("jaw_right", 0.0), a.get("jaw", 0.0), 0.0] for a in asked])
    points = np.array([face_points(opening_mm=o, deviation_mm=d) for d, o, _ in chin])
    np.savez(tmp_path / f"mouth_{mouth._VERSION}_0.npz", chin=chin, points=points)
    np.savez(tmp_path / f"mouth_{mouth._VERSION}_1.npz", chin=chin, points=points)
    done = []
    for study, people in ((gait, [0]), (hands, [0]), (mouth, [0, 1])):
        rows = study.study(people, nowhere, cache=tmp_path, progress=done.append)
        assert rows
        assert all(row["by"] and "level" in row for row in rows)
    assert done == [0, 0, 0, 1]
