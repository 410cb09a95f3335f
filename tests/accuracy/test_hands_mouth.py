"""The studies of hands and mouths compare what they say they compare."""

import numpy as np
import pytest

from eutonia.accuracy import hand_pictures, hands, mouth
from eutonia.accuracy.hand_pictures import FILMS, Seen
from eutonia.derive.hand_frame import FINGERS
from eutonia.measures.hand_sight import HIDDEN
from eutonia.simulate.fingers import hand_points
from eutonia.simulate.mouth import face_points


def _seen(identity, true, read, *, view="palm"):
    nothing = np.full((21, 3), np.nan)
    picture = nothing if read is None else hand_points({f"{f}_pip": read for f in FINGERS})
    return Seen(
        identity=identity,
        view=view,
        film=FILMS[0],
        task="drawn",
        true=hand_points({f"{f}_pip": true for f in FINGERS}),
        world=picture,
        picture=picture,
    )


def _compared(seen, quantity="curl", view="palm"):
    x = hands.angles(seen)
    return hands.compare(x, quantity, dict.fromkeys(FINGERS, x.view == view))


def test_a_tracker_that_shows_half_and_ten_more_is_said_to():
    """Read = 10 + half of the truth gives slope 0.5 and, at a mean of 40, -10; 8 are added."""
    seen = [_seen(i, t, 10 + 0.5 * t) for i in (0, 1) for t in (20.0, 40.0, 60.0)]
    seen += [_seen(0, t, t - 90, view="above") for t in (90.0, 95.0)]
    row = _compared(seen, "curl")
    assert row.slope == pytest.approx(0.5)
    assert row.bias == pytest.approx(-2)
    assert row.mean_error == pytest.approx((8 + 2 + 12) / 3)
    assert row.p95 == pytest.approx(12)
    assert row.constant_sd == pytest.approx(0, abs=1e-9)
    assert row.varying_sd == pytest.approx(np.std([0, 10, 20]))
    assert (row.n, row.found) == (24, 1.0)
    assert _compared(seen, "curl", "above").bias == pytest.approx(-82)


def test_hands_that_were_not_found_lower_the_share_and_nothing_else():
    """A lost hand counts in `found` and not in the errors; 8 degrees are added from the palm."""
    row = _compared([_seen(0, 30.0, 22.0), _seen(0, 50.0, 42.0), _seen(0, 50.0, None)])
    assert row.found == pytest.approx(2 / 3)
    assert row.n == 8
    assert row.mean_error == pytest.approx(0, abs=1e-9)


def test_a_finger_is_held_against_those_that_are_not_hidden():
    """Read 30 too much against two seen ones that are right; a hidden one may be anything."""
    true = {f"{f}_curl": np.zeros(1) for f in FINGERS}
    read = {"index_curl": 30.0, "middle_curl": 0.0, "ring_curl": 0.0, "little_curl": 500.0}
    flag = {f: np.array([HIDDEN if f == "little" else ""]) for f in FINGERS}
    x = hands.Read(
        true=true,
        read={k: np.array([v]) for k, v in read.items()},
        flag=flag,
        view=np.array(["thumb"]),
        task=np.array(["drawn"]),
        who=np.array([0]),
    )
    pairs = hands._pairs(x, "curl beyond", {"index": np.array([True])})
    assert [float(v[0]) for v in pairs[:2]] == [0.0, 30.0]
    assert hands._held(x, "curl beyond", "", 30 / 1.96 + 0.01) == 1.0
    assert hands._held(x, "curl beyond", "", 15 / 1.96 - 0.01) == 0.0


def test_the_cameras_of_a_study_stand_where_they_are_said_to():
    """The four named views lie within 27 degrees of their side; drawn ones never behind."""
    axes = np.eye(3)
    sides = {"above": [0, 0, -1], "palm": [0, 0, 1], "thumb": [1, 0, 0], "little": [-1, 0, 0]}
    for view, side in sides.items():
        at = hand_pictures._camera(axes, view, np.random.default_rng(0))
        assert np.linalg.norm(at) == pytest.approx(1)
        assert at @ np.array(side) > np.cos(np.radians(27))
    drawn = [hand_pictures._camera(axes, "anywhere", np.random.default_rng(i)) for i in range(200)]
    assert min(d[2] for d in drawn) > -0.3
    assert np.std(drawn, axis=0).min() > 0.3


def test_poses_of_the_clinic_change_what_they_say():
    """One finger curls by 40 to 100 more than the others, is lifted, or all stay together."""
    for task, joints in hand_pictures._poses(np.random.default_rng(3)):
        bends = {f: [joints[f"right_{f}_{j}"] for j in ("mcp", "pip", "dip")] for f in FINGERS}
        curls = {f: sum(b) for f, b in bends.items()}
        named, _, what = task.partition(" ")
        rest = [v for f, v in curls.items() if f != named]
        if what == "curled":
            assert 20 < curls[named] - np.mean(rest) < 120
        elif what == "lifted":
            assert bends[named][0] <= 0 < min(b[0] for f, b in bends.items() if f != named)
        elif task == "together":
            assert np.ptp(list(curls.values())) < 45
        elif task in ("flat", "fist"):
            assert all(c < 45 if task == "flat" else 150 < c < 245 for c in curls.values())


def test_a_fist_is_held_by_limits_that_reach_up_to_it():
    """Of a fist of 220 degrees a reading of 150 from the palm holds it, and one of 90 does not."""
    share, n = {}, hands.LEAST_FINGERS
    for read in (150.0, 90.0):
        values = {f"{f}_{j}": np.full(n, read) for f in FINGERS for j in ("curl", "pip_dip")}
        x = hands.Read(
            true={k: np.full(n, 220.0 if "curl" in k else 150.0) for k in values},
            read=values,
            flag={f: np.full(n, "bend_from_palm") for f in FINGERS},
            view=np.full(n, "palm"),
            task=np.full(n, "fist"),
            who=np.zeros(n, dtype=int),
        )
        rows = {r["by"]: r for r in hands._whole(x) if r["level"] == "from the palm"}
        share[read] = rows["curl of a fist, by how the finger is seen"]["held"]
    assert share == {150.0: 1.0, 90.0: 0.0}


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
