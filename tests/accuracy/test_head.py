"""The study of the head's angles, on one rendered person in few poses."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.accuracy import head as study


@pytest.fixture(scope="module")
def tracked(shared_data, video_models, tmp_path_factory):
    """Return one person of those for development, in six poses, and the folder of the cache."""
    folder = tmp_path_factory.mktemp("tracked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "POSES", ((0, 0, 0), (30, 0, 0), (0, 20, 0), (0, 0, -30)))
        patch.setattr(study, "TURNS", ((0.0, 0.0), (-45.0, 45.0), (30.0, 0.0)))
        patch.setattr(study, "N_DRAWN", 1)
        mesh = shared_data / "human-mesh"
        (one,) = study.track([65], mesh, cache=folder)
        (again,) = study.track([65], mesh / "none", cache=folder)
    return one, again


def test_what_was_tracked_is_kept(tracked):
    """The second time a person comes from the cache, the same in every array."""
    one, again = tracked
    for name in ("asked", "turn", "face", "first", "body", "world", "visible", "truth"):
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name))
    assert one.scene == again.scene


def test_the_truth_is_what_was_asked(tracked):
    """Bones stand at the angles asked for, whatever the trunk does."""
    one, _ = tracked
    np.testing.assert_allclose(one.truth, one.asked, atol=0.5)


def test_angles_of_a_rendered_person_are_right(tracked):
    """After the zero, turn, nod and tilt are right to 6 degrees, and the zero to 1e-6."""
    one, _ = tracked
    errors = one.errors()
    np.testing.assert_allclose(errors[0], 0, atol=1e-6)
    assert (np.abs(errors[1:4]) <= 6).all()
    assert np.isnan(errors[one.turn != 0]).all()


@pytest.mark.parametrize("pose", [(0, 0, 0, 0), (-60, 0, 0, 0), (20, -20, 10, 0), (30, 0, 0, -45)])
def test_poses_are_reached_in_small_steps(pose):
    """Each way begins with the straight head and takes steps of at most 15 degrees to the pose."""
    way = study.way_to(np.array(pose, dtype=float))
    np.testing.assert_array_equal(way[0], 0)
    np.testing.assert_allclose(way[-1], pose, atol=1e-6)
    steps = np.diff(way, axis=0)
    assert (np.linalg.norm(steps[:, :3], axis=1) <= 15 + 1e-5).all()
    assert (np.abs(steps[:, 3]) <= 15 + 1e-5).all()


def test_a_film_that_starts_in_the_pose_is_kept_beside_the_way(tracked):
    """A face found at once is the face that was followed there, to 2 pixels on average."""
    one, _ = tracked
    away = np.linalg.norm((one.first - one.face)[..., :2], axis=2).mean(axis=1)
    assert (away[:4] <= 2).all()


def test_a_trunk_turned_by_45_degrees_is_noticed_and_a_straight_one_not(tracked):
    """Pictures with the trunk turned under a head that faces the camera are flagged, left out."""
    one, _ = tracked
    n = len(one.turn)
    assert one.noticed(n - 2)[:2] == (True, True)
    assert one.noticed(n - 3) == (False, False, False)
    assert one.noticed(1) == (False, False, False)


def test_shoulders_that_look_turned_are_counted_where_they_do(tracked):
    """The suspicion is that of `look_turned` in the poses after the zero, not of the zero."""
    one, _ = tracked
    narrow = replace(one, body=one.body.copy(), world=one.world.copy())
    middle = one.body[1, [11, 12], 0].mean()
    narrow.body[1, [11, 12], 0] = middle + 0.9 * (one.body[1, [11, 12], 0] - middle)
    away = np.radians(12.0)
    x, z = one.world[1, :, 0].copy(), one.world[1, :, 2].copy()
    narrow.world[1, :, 0] = np.cos(away) * x - np.sin(away) * z
    narrow.world[1, :, 2] = np.sin(away) * x + np.cos(away) * z
    assert narrow.noticed(1)[2]
    assert not narrow.noticed(0)[2]
