"""The studies of hands and mouths compare what they say they compare."""

import numpy as np
import pytest

from eutonia.accuracy import hands, mouth
from eutonia.derive.fingers import FINGERS
from eutonia.simulate.fingers import hand_points
from eutonia.simulate.mouth import face_points


def _seen(identity, true, read):
    nothing = np.full((21, 3), np.nan)
    picture = nothing if read is None else hand_points({f"{f}_pip": read for f in FINGERS})
    return hands.Seen(
        identity=identity,
        view="side",
        true=hand_points({f"{f}_pip": true for f in FINGERS}),
        world=nothing,
        picture=picture,
    )


def test_a_tracker_that_shows_half_and_ten_more_is_said_to():
    """Read = 10 + half of the truth gives slope 0.5 and, at a mean of 40, a bias of -10."""
    seen = [_seen(i, t, 10 + 0.5 * t) for i in (0, 1) for t in (20.0, 40.0, 60.0)]
    row = hands.compare(seen, "side", "pip")
    assert row.slope == pytest.approx(0.5)
    assert row.bias == pytest.approx(-10)
    assert row.mean_error == pytest.approx((0 + 10 + 20) / 3)
    assert row.constant_sd == pytest.approx(0, abs=1e-9)
    assert row.varying_sd == pytest.approx(np.std([0, 10, 20]))
    assert (row.n, row.found) == (24, 1.0)


def test_hands_that_were_not_found_lower_the_share_and_nothing_else():
    """A lost hand counts in `found` and not in the errors."""
    row = hands.compare(
        [_seen(0, 30.0, 30.0), _seen(0, 50.0, 50.0), _seen(0, 50.0, None)], "side", "pip"
    )
    assert row.found == pytest.approx(2 / 3)
    assert row.n == 8
    assert row.mean_error == pytest.approx(0, abs=1e-9)


def test_a_tracker_that_shows_half_of_the_jaw_is_said_to():
    """Chins that go half of the true way give 0.5, for opening and for deviation."""
    people = []
    for identity in (0, 1):
        asked = tuple(mouth._asked())
        chin = np.array([[a.get("jaw_right", 0.0), a.get("jaw", 0.0), 0.0] for a in asked])
        points = np.array(
            [face_points(opening_mm=0.45 * o, deviation_mm=0.45 * d) for d, o, _ in chin]
        )
        people.append(mouth.Seen(identity=identity, asked=asked, chin=chin, points=points))
    found = {row.what: row.value for row in mouth.summary(people)}
    # 0.45 mm are 0.5 % of the simulated face's 90 mm.
    assert found["deviation seen per true, yaw 0, pitch 0"] == pytest.approx(0.5, abs=0.01)
    assert found["opening seen per true, yaw 0, pitch 0"] == pytest.approx(0.5, abs=0.01)
    assert found["not seen, share"] == 0
