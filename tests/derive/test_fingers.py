"""Finger joints are read from landmarks exactly, whatever the camera does."""

import numpy as np
import pytest

from eutonia.derive.fingers import fingers, joint_angles, lie
from eutonia.derive.hand_frame import FINGERS, across, frame
from eutonia.model import Landmarks, Points
from eutonia.simulate.fingers import hand_points

JOINTS = [f"{f}_{j}" for f in FINGERS for j in ("mcp", "mcp_abduction", "pip", "dip")]
THUMB = ["thumb_cmc", "thumb_cmc_abduction", "thumb_mcp", "thumb_ip"]


def _pose(seed):
    """Draw one angle for each joint within what a hand can do."""
    rng = np.random.default_rng(seed)
    least = {"mcp": -30, "mcp_abduction": -20, "pip": -15, "dip": -20}
    most = {"mcp": 90, "mcp_abduction": 20, "pip": 110, "dip": 80}
    drawn = {s: rng.uniform(least[s.split("_", 1)[1]], most[s.split("_", 1)[1]]) for s in JOINTS}
    limits = {"thumb_cmc": (-60, -10), "thumb_cmc_abduction": (0, 50)}
    limits |= {"thumb_mcp": (-10, 60), "thumb_ip": (-20, 80)}
    return drawn | {s: rng.uniform(*limits[s]) for s in THUMB}


def _rotation(rng):
    """Draw a rotation of the camera."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else -q


def _landmarks(**parts):
    n = len(next(iter(parts.values())).xyz)
    return Landmarks(t_s=np.arange(n) / 60, width=640, height=480, parts=parts)


def _points(xyz, **more):
    xyz = np.asarray(xyz, dtype=np.float32)
    return Points(xyz=xyz, score=np.ones(len(xyz), dtype=np.float32), **more)


def _hand(xyz, *, px=1000.0, **more):
    """Return a hand in metres as a camera shows it with so many pixels for each."""
    return _points(px * np.asarray(xyz), **more)


def _arm(world, *, nose=(100, 50), elbow=(100, 100), wrist=(0, 0), **more):
    """Return a body of known metric points whose right forearm is so in the picture."""
    px = 0.0 * world
    px[:, 0, :2] += nose
    px[:, 14, :2] += elbow
    px[:, 16, :2] += wrist
    return _points(px, world=world, **more)


def _straight(n):
    """Return metric points of a body whose right forearm goes on into the simulated hand."""
    body = np.zeros((n, 33, 3))
    body[:, 14] = -0.25 * hand_points({})[9] / np.linalg.norm(hand_points({})[9])
    return body


def test_a_right_hand_with_the_palm_to_the_camera_has_its_thumb_on_the_pictures_right():
    """The simulated hand lies as a real one does: fingers up, thumb to the person's left."""
    xyz = hand_points({"thumb_cmc": -40})
    assert xyz[4, 0] > 0 > xyz[20, 0]
    assert (xyz[[8, 12, 16, 20], 1] < xyz[[5, 9, 13, 17], 1]).all()
    curled = hand_points({"index_mcp": 60})
    assert curled[8, 2] < xyz[8, 2] - 0.03, "a finger curls towards the palm, here the camera"


def test_a_right_angle_drawn_by_hand_is_ninety_degrees():
    """Points written down without the simulator give the angles that one sees."""
    xyz = np.zeros((1, 21, 3))
    for first, x in zip(FINGERS.values(), (2.0, 1.0, 0.0, -1.0), strict=True):
        xyz[0, first : first + 4] = [[x, -9, 0], [x, -9, 0], [x, -9, 0], [x, -9, 0]]
    # The index goes from its knuckle towards the camera, then back down parallel to the palm.
    along = xyz[0, 5] / np.linalg.norm(xyz[0, 5])
    xyz[0, 6] = xyz[0, 5] + [0, 0, -4]
    xyz[0, 7] = xyz[0, 6] - 3 * along
    xyz[0, 8] = xyz[0, 7] - 2 * along
    found = joint_angles(xyz, side="right")
    assert found["index_mcp"][0] == pytest.approx(90)
    assert found["index_pip"][0] == pytest.approx(90)
    assert found["index_dip"][0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(found["middle_pip"][0]), "bones without length have no angle"


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("seed", range(8))
def test_known_angles_come_back_whatever_the_camera(side, seed):
    """Forward kinematics, any rotation, scale and shift: the same angles to a millionth."""
    rng = np.random.default_rng(100 + seed)
    pose = _pose(seed)
    xyz = hand_points(pose, side=side)
    seen = rng.uniform(0.1, 900) * xyz @ _rotation(rng).T + rng.uniform(-500, 500, 3)
    found = joint_angles(seen[None], side=side)
    for site, angle in pose.items():
        assert found[site][0] == pytest.approx(angle, abs=1e-6), site
    curl = pose["ring_mcp"] + pose["ring_pip"] + pose["ring_dip"]
    assert found["ring_curl"][0] == pytest.approx(curl, abs=1e-6)


def test_a_mirror_image_swaps_the_side_and_nothing_else():
    """A mirrored right hand is a left hand with the same angles, and no right hand."""
    pose = _pose(3)
    xyz = hand_points(pose)
    mirrored = xyz * [-1, 1, 1]
    same = joint_angles(mirrored[None], side="left")
    wrong = joint_angles(mirrored[None], side="right")
    for site in JOINTS + THUMB:
        assert same[site][0] == pytest.approx(pose[site], abs=1e-9)
    assert wrong["index_pip"][0] == pytest.approx(-pose["index_pip"], abs=1e-9)


def test_wrist_angles_come_from_the_forearm():
    """A hand turned at the wrist by 30° flexion, or 15° towards the thumb, reads so."""
    xyz = hand_points({})
    along = xyz[9] / np.linalg.norm(xyz[9])
    across = xyz[5] - xyz[17]
    radial = across - (across @ along) * along
    radial /= np.linalg.norm(radial)
    palmar = np.cross(radial, along)
    for flexion, deviation in ((30, 0), (-40, 0), (0, 15), (0, -20)):
        a, b = np.radians([flexion, deviation])
        forearm = np.cos(b) * (np.cos(a) * along - np.sin(a) * palmar) - np.sin(b) * radial
        body = np.zeros((1, 33, 3))
        body[0, 14] = -0.25 * forearm
        move = fingers(_landmarks(right_hand=_hand(xyz[None]), body=_arm(body)))
        found = {c.site: float(v[0]) for c, v in zip(move.channels, move.x, strict=True)}
        assert found["wrist_flexion"] == pytest.approx(flexion, abs=1e-3)
        assert found["wrist_deviation"] == pytest.approx(deviation, abs=1e-3)


def test_a_hidden_forearm_gives_no_wrist_angle():
    """Where the elbow is likely hidden, the wrist's samples are not good; the fingers' are."""
    body = _straight(2)
    visible = np.ones((2, 33), dtype=np.float32)
    visible[1, 14] = 0.2
    hand = _hand(np.stack([hand_points({})] * 2))
    move = fingers(_landmarks(right_hand=hand, body=_arm(body, visible=visible)))
    good = {c.site: g for c, g in zip(move.channels, move.good, strict=True)}
    assert good["wrist_flexion"].tolist() == [True, False]
    assert good["index_pip"].all()


@pytest.mark.parametrize(
    ("arm", "known"),
    [
        ({}, True),
        ({"elbow": (100, 520)}, False),
        ({"elbow": (-5, 100)}, False),
        ({"nose": (100, -40)}, False),
        ({"wrist": (70, 20)}, False),
    ],
)
def test_a_forearm_not_in_the_picture_or_of_another_hand_gives_no_wrist_angle(arm, known):
    """Elbows beyond the edge, or without a head, are guessed; a wrist 70 px away is another's."""
    body = _straight(1)
    hand = _hand(hand_points({})[None])
    assert np.linalg.norm(hand.xyz[0, 9]) == pytest.approx(90, abs=15)
    move = fingers(_landmarks(right_hand=hand, body=_arm(body, **arm)))
    good = {c.site: g for c, g in zip(move.channels, move.good, strict=True)}
    assert good["wrist_flexion"].tolist() == [known]


@pytest.mark.parametrize(("n_false", "known"), [(0, 20), (1, 19), (3, 0)])
@pytest.mark.parametrize(("flexion", "deviation"), [(-125, 0), (125, 0), (0, -60), (0, 80)])
def test_a_wrist_that_no_wrist_can_have_is_not_one(flexion, deviation, n_false, known):
    """What no wrist does is not given, nor any wrist of a film that shows it much of the time."""
    xyz = hand_points({})
    along, radial, palmar = frame(xyz[None, 9] - xyz[None, 0], across(xyz[None]), "right")
    a, b = np.radians([flexion, deviation])
    forearm = np.cos(b) * (np.cos(a) * along - np.sin(a) * palmar) - np.sin(b) * radial
    body = _straight(20)
    body[:n_false, 14] = -0.25 * forearm[0]
    move = fingers(_landmarks(right_hand=_hand(np.stack([xyz] * 20)), body=_arm(body)))
    good = {c.site: g for c, g in zip(move.channels, move.good, strict=True)}
    assert good["wrist_flexion"].sum() == good["wrist_deviation"].sum() == known
    assert good["index_pip"].all()


def test_pictures_without_the_hand_are_not_good():
    """A lost hand leaves numbers that are marked, never NaN; a hand never seen has no channel."""
    xyz = np.stack([hand_points(_pose(1))] * 3)
    xyz[1] = np.nan
    lost = _points(np.full((3, 21, 3), np.nan))
    move = fingers(_landmarks(right_hand=_hand(xyz), left_hand=lost))
    assert {c.side for c in move.channels} == {"right"}
    assert np.isfinite(move.x).all()
    assert move.good[:, [0, 2]].all()
    assert not move.good[:, 1].any()
    assert all(c.kind == "finger" for c in move.channels)
    of_angles = [c for c in move.channels if c.site != "grip" and not c.site.startswith("tip_")]
    assert {c.unit for c in of_angles} == {"deg"}
    assert move.kind == "finger"


def test_metric_points_count_from_the_palm_alone():
    """From the back angles are the picture's; from the palm flexion is the mean of both kinds."""
    mirror = np.array([-1, 1, 1])
    seen, metric = hand_points(_pose(2)) * mirror, hand_points(_pose(4)) * mirror
    turned = [-1, 1, -1]  # half a turn about the forearm: the back lies to the camera
    # What is read too straight is set right: knuckle, outer joints each, and whole finger.
    palm, back = (16, -4, 8), (10, 2.5, 15)
    for turn, share, (knuckle, outer, whole) in (([1, 1, 1], 0.5, palm), (turned, 0.0, back)):
        hand = _hand((seen * turn)[None], world=(metric * turn)[None])
        move = fingers(_landmarks(left_hand=hand))
        found = {c.site: float(v[0]) for c, v in zip(move.channels, move.x, strict=True)}
        expected = {s: (1 - share) * _pose(2)[s] + share * _pose(4)[s] for s in JOINTS}
        for joint, more in (("mcp", knuckle), ("pip", outer), ("dip", outer)):
            right = expected[f"middle_{joint}"] + more
            assert found[f"middle_{joint}"] == pytest.approx(right, abs=1e-3)
        both = expected["middle_pip"] + expected["middle_dip"] + 2 * outer
        assert found["middle_pip_dip"] == pytest.approx(both, abs=1e-3)
        curl = sum(expected[f"ring_{joint}"] for joint in ("mcp", "pip", "dip"))
        assert found["ring_curl"] == pytest.approx(curl + whole, abs=1e-3)
        apart = _pose(2)["ring_mcp_abduction"] + (1 if share else 0)
        assert found["ring_mcp_abduction"] == pytest.approx(apart, abs=1e-3)


def test_a_straight_hand_reads_zero_and_small_noise_stays_small():
    """Noise around 0 neither folds over nor jumps: its mean stays at 0."""
    rng = np.random.default_rng(5)
    xyz = hand_points({"thumb_cmc": -40})[None] + 3e-4 * rng.standard_normal((4000, 21, 3))
    found = joint_angles(xyz, side="right")
    for site in ("index_pip", "ring_dip", "little_mcp", "thumb_ip"):
        assert abs(found[site].mean()) < 0.1, site
        assert found[site].std() < 2.5, site


def test_the_forearm_is_carried_between_two_looks_at_the_body():
    """With a look at the body ten times a second the wrist is known in every picture between."""
    n = 31
    t_s = np.arange(n) / 60
    along = hand_points({})[9] / np.linalg.norm(hand_points({})[9])
    body = np.full((n, 33, 3), np.nan)
    body[::6] = 0.0
    body[::6, 14] = -0.25 * along
    body[18] = np.nan  # one look finds nobody: 0.2 s are carried
    hand = _hand(np.stack([hand_points({})] * n))
    move = fingers(_landmarks(right_hand=hand, body=_arm(body)))
    row = [c.site for c in move.channels].index("wrist_flexion")
    assert move.good[row].all()
    np.testing.assert_allclose(move.x[row], 0.0, atol=1e-3)
    body[12] = np.nan  # two in a row: 0.3 s are not
    move = fingers(_landmarks(right_hand=hand, body=_arm(body)))
    assert move.good[row].tolist() == [not 6 < i < 24 for i in range(n)]
    assert t_s[24] - t_s[6] == pytest.approx(0.3)


def test_a_thumb_at_the_index_is_flagged_as_a_hand_that_may_hold_a_tool():
    """A tip drawn on the other gives a grip of 0 % and the flag; an open hand has neither."""
    open_, shut = hand_points({"thumb_cmc": -40}), hand_points({"thumb_cmc": -40})
    shut[4] = shut[8]
    for hands, flagged in (((shut, shut, open_), True), ((shut, open_, open_), False)):
        move = fingers(_landmarks(right_hand=_hand(np.stack(hands))))
        assert all(("may_hold_a_tool" in c.flags) == flagged for c in move.channels)
    row = [c.site for c in move.channels].index("grip")
    assert move.x[row, 0] == pytest.approx(0, abs=1e-3)
    apart = np.linalg.norm(open_[[8, 12]] - open_[4], axis=1).min() / np.linalg.norm(open_[9])
    assert move.x[row, 1] == pytest.approx(100 * apart, rel=1e-4)
    assert move.x[row, 1] > 60


def test_how_the_hand_lies_does_not_change_as_the_picture_is_turned():
    """The axis out of a palm at the camera points at it, in a picture that lies on edge too."""
    flat = hand_points({})[None]
    upright = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    found, again = (lie(xyz, side="right") for xyz in (flat, flat @ upright.T))
    # The knuckles of the simulated hand are arched by 4 degrees.
    assert -90 <= found["hand_palm"] < -85
    for site, angle in found.items():
        assert again[site] == pytest.approx(angle, abs=1e-6)


def test_a_hand_turned_about_its_long_axis_shows_its_thumb_by_as_much():
    """Turned by 30 degrees, thumb to the camera, the hinge points 30 degrees more at it."""
    turned = np.radians(30.0)
    about = np.array(
        [
            [np.cos(turned), 0, np.sin(turned)],
            [0, 1, 0],
            [-np.sin(turned), 0, np.cos(turned)],
        ]
    )
    xyz = hand_points({})[None]
    before, after = lie(xyz, side="right"), lie(xyz @ about.T, side="right")
    assert before["hand_hinge"] - after["hand_hinge"] == pytest.approx(30, abs=1)
    assert after["hand_palm"] - before["hand_palm"] > 20


def test_a_hand_whose_palm_is_a_few_pixels_long_is_not_read():
    """A palm of 39 pixels gives no angle and says so; one of 41 gives them all."""
    xyz = np.stack([hand_points(_pose(1))] * 4)
    palm = np.linalg.norm(xyz[0, 9] - xyz[0, 0])
    for px, small in ((39, True), (41, False)):
        move = fingers(_landmarks(right_hand=_hand(xyz, px=px / palm)))
        assert move.good.any() != small
        assert all(("hand_small" in c.flags) == small for c in move.channels)


def test_pictures_in_which_a_hand_is_small_do_not_count():
    """A hand that comes nearer is read from where its palm is long enough, and is not flagged."""
    xyz = np.stack([hand_points(_pose(1))] * 4)
    xyz[0] *= 0.1
    move = fingers(_landmarks(right_hand=_hand(xyz)))
    assert not move.good[:, 0].any()
    assert move.good[:, 1:].all()
    assert not any("hand_small" in c.flags for c in move.channels)


def test_fingertips_are_where_the_picture_shows_them_in_palms():
    """A hand that moves by half a palm to the right moves every tip by 50 % that way alone."""
    xyz = np.stack([hand_points(_pose(1))] * 2)
    palm = np.linalg.norm(xyz[0, 9] - xyz[0, 0])
    xyz[1, :, 0] += palm / 2
    move = fingers(_landmarks(right_hand=_hand(xyz)))
    found = {c.site: x for c, x in zip(move.channels, move.x, strict=True)}
    for finger in FINGERS:
        assert np.diff(found[f"tip_{finger}_x"])[0] == pytest.approx(50, abs=1e-3)
        assert np.diff(found[f"tip_{finger}_y"])[0] == pytest.approx(0, abs=1e-3)
