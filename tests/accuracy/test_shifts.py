"""The study of shifts and shoulders, on one rendered person."""

import numpy as np
import pytest

from eutonia.accuracy import shifts

FRONTAL = (
    ("straight", {}),
    ("head carried aside", {"shift_right_cm": 4.0}),
    ("shoulder pulled up", {"shoulder_left": 16.0}),
    ("hand at the face", {}),
)
SIDEWAYS = (("sideways", {"azimuth": 85.0, "shift_forward_cm": 0.0}),)


@pytest.fixture(scope="module")
def rows(shared_data, video_models, tmp_path_factory):
    """Return the rows of one person for development by what was done and read, twice."""
    folder = tmp_path_factory.mktemp("shifts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shifts, "FRONTAL", FRONTAL)
        patch.setattr(shifts, "SIDEWAYS", SIDEWAYS)
        mesh = shared_data / "human-mesh"
        found = shifts.study([64], mesh, cache=folder)
        again = shifts.study([64], mesh / "none", cache=folder)
    assert found == again, "the second time it comes from the cache"
    return {(r["by"], r["level"]): r for r in found}


def test_the_truth_is_that_of_the_bones(rows):
    """A head carried by 4 cm has moved by that over the shoulders; nothing else has."""
    aside = rows["head carried aside", "shift lateral"]
    assert 8 <= aside["truth"] <= 18
    assert rows["head carried aside", "shoulder left"]["truth"] == pytest.approx(0, abs=0.01)
    pulled = rows["shoulder pulled up", "shoulder left"]
    assert 5 <= pulled["truth"] <= 15
    assert rows["shoulder pulled up", "shoulder right"]["truth"] == pytest.approx(0, abs=0.01)


def test_what_was_moved_is_read_and_a_raised_hand_leaves_the_shoulders_out(rows):
    """The errors are a fraction of what was moved; with a hand at the face no height is given."""
    for of in (("head carried aside", "shift lateral"), ("shoulder pulled up", "shoulder left")):
        assert rows[of]["mean_error"] < 0.5 * rows[of]["truth"]
    assert rows["hand at the face", "shoulder left"]["lost"] == 1
    assert np.isfinite(rows["sideways", "shift sagittal"]["mean_error"])
