"""The study of covered faces, on one rendered person in two poses."""

import numpy as np
import pytest

from eutonia.accuracy import covered


@pytest.fixture(scope="module")
def rows(shared_data, video_models, tmp_path_factory):
    """Return the rows of one person for development, and of the same from the cache."""
    folder = tmp_path_factory.mktemp("covered")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covered, "POSES", ((0.0, 0.0, 0.0), (20.0, 0.0, 0.0)))
        mesh = shared_data / "human-mesh"
        found = covered.study([62], mesh, cache=folder)
        again = covered.study([62], mesh / "none", cache=folder)
    files = {p.name.split("_", 3)[3]: np.load(p) for p in folder.glob("*.npz")}
    return found, again, files


def test_each_cover_has_its_row_and_is_kept(rows):
    """All covers are compared in the same poses, and the second time they come from the cache."""
    found, again, _ = rows
    assert [r["level"] for r in found] == list(covered.COVERS)
    assert found == again
    assert all(r["pictures"] == 1 for r in found)


def test_a_turn_of_20_degrees_is_seen_under_every_cover(rows):
    """Neither glasses nor a hand at the chin or cheek hide a turn: it is right to 6 degrees."""
    found, *_ = rows
    assert all(r["yaw"]["mean_error"] <= 6 for r in found if not r["lost"])
    assert not found[0]["lost"]


def test_the_cover_is_in_the_picture_and_the_zero_without_the_hand(rows):
    """Landmarks of the straight head move with glasses; with a hand only those of the turned."""
    *_, files = rows
    plain, glasses, hand = (
        files[f"{name}.npz"]["face"] for name in ("nothing", "glasses", "hand_at_the_chin")
    )
    assert np.abs(glasses[0] - plain[0]).max() > 0.5
    np.testing.assert_allclose(hand[0], plain[0])
    assert np.abs(hand[1] - plain[1]).max() > 0.5
