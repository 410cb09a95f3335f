"""From the landmarks alone it is said which bends a camera can see."""

import numpy as np
import pytest

from eutonia.derive.finger_sight import (
    FREE,
    FRONT,
    GUESSED,
    HIDDEN,
    PALM,
    PINCHED,
    best,
    flag,
    in_plane,
    sight,
)
from eutonia.derive.fingers import fingers, grip, joint_angles, read
from eutonia.derive.hand_frame import FINGERS
from eutonia.model import Landmarks, Points
from eutonia.simulate.fingers import hand_points

#: Fingers that are bent by different amounts, so that from the side none lies behind another.
FANNED = {
    **{f"index_{j}": v for j, v in {"mcp": -10, "pip": 0, "dip": 0}.items()},
    **{f"middle_{j}": v for j, v in {"mcp": 50, "pip": 60, "dip": 30}.items()},
    **{f"ring_{j}": v for j, v in {"mcp": 45, "pip": 70, "dip": 30}.items()},
    **{f"little_{j}": v for j, v in {"mcp": -10, "pip": 5, "dip": 0}.items()},
    "thumb_cmc": -50,
    "thumb_cmc_abduction": 10,
}


def _seen_from(xyz, direction):
    """Turn a hand so that the camera stands in this direction: radial, distal, palmar."""
    distal = xyz[9] / np.linalg.norm(xyz[9])
    radial = xyz[5] - xyz[17] - (xyz[5] - xyz[17]) @ distal * distal
    radial /= np.linalg.norm(radial)
    palmar = np.array([0, 0, -1.0])  # `hand_points` lays the palm to the camera
    palmar -= palmar @ distal * distal + palmar @ radial * radial
    axes = np.stack([radial, distal, palmar / np.linalg.norm(palmar)])
    away = -np.array(direction, dtype=float) @ axes
    away /= np.linalg.norm(away)
    right = np.cross([0.31, 0.9, 0.2], away)
    right /= np.linalg.norm(right)
    return xyz @ np.stack([right, np.cross(away, right), away]).T


def _how(direction, pose=FANNED, *, side="right"):
    xyz = _seen_from(hand_points(pose, side=side), direction)
    return {f: int(s[0]) for f, s in sight(xyz[None], side=side).items()}


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_shows_its_two_fingers_and_hides_the_others(side):
    """Two are free from the thumb's side, two from the other; back and tips show none."""
    radial = {"index": FREE, "middle": FREE, "ring": HIDDEN, "little": HIDDEN}
    ulnar = {"index": HIDDEN, "middle": HIDDEN, "ring": FREE, "little": FREE}
    assert _how([1, 0, 0], side=side) == radial
    assert _how([-1, 0, 0], side=side) == ulnar
    assert set(_how([0, 0, 1], side=side).values()) == {PALM}
    assert set(_how([0, 0, -1], side=side).values()) == {GUESSED}
    assert set(_how([0, 1, 0], side=side).values()) == {GUESSED}


def test_the_side_ends_45_degrees_from_the_hinge():
    """A camera 43° off the hinge towards the back still sees the index, one at 48° does not."""
    for off, expected in ((43, FREE), (48, GUESSED)):
        a = np.radians(off)
        assert _how([np.cos(a), 0, -np.sin(a)])["index"] == expected


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_little_finger_that_points_at_the_camera_is_not_seen_from_its_side(side):
    """From 22° off the hinge towards the fingertips it is free, from 26° on guessed."""
    for off, expected in ((22, FREE), (26, GUESSED), (-26, FREE)):
        a = np.radians(off)
        assert _how([-np.cos(a), np.sin(a), 0], side=side)["little"] == expected
        assert _how([np.cos(a), np.sin(a), 0], side=side)["index"] == FREE


@pytest.mark.parametrize("side", ["left", "right"])
def test_all_fingers_are_seen_from_ahead_over_the_back_of_the_hand(side):
    """From 15 to 63 degrees off the back towards the fingertips; not from above, not end on."""
    for off, expected in ((13, GUESSED), (16, FRONT), (62, FRONT), (65, GUESSED)):
        a = np.radians(off)
        assert set(_how([0, np.sin(a), -np.cos(a)], side=side).values()) == {expected}
    assert set(_how([0, -0.7, -0.7], side=side).values()) == {GUESSED}, "over the wrist"
    assert set(_how([0, 0.7, 0.7], side=side).values()) == {GUESSED}, "over the palm"


def test_a_finger_behind_another_is_guessed():
    """Bent alike, the nearer of two is free and the other guessed, whichever side it is."""
    alike = {"thumb_cmc": -50, "thumb_cmc_abduction": 10}
    found = _how([1, 0, 0], alike)
    assert (found["index"], found["middle"]) == (FREE, GUESSED)
    found = _how([-1, 0, 0], alike)
    assert (found["little"], found["ring"]) == (FREE, GUESSED)


@pytest.mark.parametrize(("joint", "before"), [(6, GUESSED), (7, PINCHED), (8, PINCHED)])
def test_a_thumb_before_the_index_covers_it(joint, before):
    """Before the middle joint it makes the index guessed, beyond it pinched, behind it free."""
    xyz = _seen_from(hand_points(FANNED), [1, 0, 0])
    # Of the palm, whose fifth counts as a finger's width, joints are a quarter and more apart.
    xyz[7:9] = xyz[6] + np.outer([0.3, 0.6], xyz[6] - xyz[5]) / np.linalg.norm(xyz[6] - xyz[5]) * (
        np.linalg.norm(xyz[9] - xyz[0])
    )
    for depth, expected in ((-0.02, before), (0.02, FREE)):
        xyz[1:5] = xyz[joint] + [0, 0, depth]
        assert sight(xyz[None], side="right")["index"][0] == expected


def test_a_tip_behind_another_finger_is_guessed_though_the_thumb_covers_it_too():
    """Where the index lies before it as well, the middle finger's end is no pinch."""
    xyz = _seen_from(hand_points(FANNED), [1, 0, 0])
    xyz[1:5] = xyz[12] - [0, 0, 0.05]
    assert sight(xyz[None], side="right")["middle"][0] == PINCHED
    xyz[8] = xyz[12] - [0, 0, 0.03]
    assert sight(xyz[None], side="right")["middle"][0] == GUESSED


def test_depth_that_the_model_got_wrong_does_not_enter_a_free_finger():
    """Noise in the outer points' depth moves the angles of hidden fingers, not of free ones."""
    xyz = np.stack([_seen_from(hand_points(FANNED), [1, 0, -0.3])] * 50)
    xyz[:, [7, 8, 15, 16], 2] += 0.02 * np.random.default_rng(0).standard_normal((50, 4))
    found, flags = read(xyz, side="right")
    assert flags["index"] == ()
    # What an index reads too straight from its own side, 11 degrees, is added to its outer joints.
    for joint, more in (("mcp", 0), ("pip", 5.5), ("dip", 5.5)):
        true = FANNED[f"index_{joint}"]
        np.testing.assert_allclose(found[f"index_{joint}"], true + more, atol=1e-6)
    plain = joint_angles(xyz, side="right")
    assert plain["index_pip"].std() > 5
    assert found["ring_pip"].std() == pytest.approx(plain["ring_pip"].std())
    assert found["ring_pip"].std() > 2


@pytest.mark.parametrize("seed", range(6))
def test_an_ideal_hand_is_not_changed_whatever_the_camera(seed):
    """Bones that lie in their plane of bending already stay where they are."""
    rng = np.random.default_rng(seed)
    pose = {f"{f}_{j}": rng.uniform(0, 80) for f in FINGERS for j in ("mcp", "pip", "dip")}
    pose |= {f"{f}_mcp_abduction": rng.uniform(-15, 15) for f in FINGERS}
    for direction in ([1, 0.2, 0.3], [-1, 0.1, -0.4], [0, 0, 1]):
        xyz = _seen_from(hand_points(pose), direction)[None]
        free = dict.fromkeys(FINGERS, np.array([bool(direction[0])]))
        np.testing.assert_allclose(in_plane(xyz, free, side="right"), xyz, atol=1e-9)


def test_a_flag_says_what_holds_in_nearly_all_pictures():
    """Nine of ten must show the bend; six of ten that hide it are enough to leave it out."""

    def of(free=0, palm=0, pinched=0, front=0, guessed=0, hidden=0):
        rows = [FREE] * free + [PALM] * palm + [PINCHED] * pinched + [FRONT] * front
        return flag(np.array([*rows, *[GUESSED] * guessed, *[HIDDEN] * hidden], dtype=np.int8))

    assert of(free=9, hidden=1) == ()
    assert of(free=4, hidden=6) == ("bend_hidden",)
    assert of(free=5, palm=4, guessed=1) == ("bend_from_palm",)
    assert of(free=8, guessed=2) == ("bend_guessed",)
    assert of(free=5, pinched=4, guessed=1) == ("bend_pinched",)
    assert of(free=5, pinched=3, guessed=2) == ("bend_guessed",)
    assert of(palm=5, pinched=5) == ("bend_guessed",)
    assert of(guessed=4, hidden=5, palm=1) == ("bend_guessed",)
    assert of(front=9, guessed=1) == ("bend_from_front",)
    assert of(free=5, front=5) == ("bend_from_front",)
    assert of(front=8, guessed=2) == ("bend_guessed",)
    assert of(palm=5, front=5) == ("bend_guessed",)


@pytest.mark.parametrize(
    ("bend", "length", "pictures", "believed"),
    [(0, 1.0, 10, True), (0, 0.7, 10, False), (0, 0.7, 1, True), (90, 0.7, 10, True)],
)
def test_an_index_too_short_to_be_straight_is_not_believed(bend, length, pictures, believed):
    """A pen taken for it reads straight beside bent ones; one that does bend may be short."""
    pose = FANNED | {"index_pip": bend, "index_dip": bend / 2}
    xyz = np.stack([_seen_from(hand_points(pose), [1, 0, 0])] * 10)
    world = xyz.copy()
    world[:pictures, 6:9] = world[:pictures, 5:6] + length * (xyz[:pictures, 6:9] - xyz[:1, 5:6])
    _, flags = read(xyz, side="right", world=world)
    assert (flags["index"] == ()) == believed
    assert believed or flags["index"] == ("bend_hidden",)


def _film(xyz):
    pixels = 1000 * np.asarray(xyz, dtype=np.float32)  # a palm of 90 mm is 90 pixels long
    hand = Points(xyz=pixels, score=np.ones(len(xyz), dtype=np.float32))
    t_s = np.arange(len(xyz)) / 60
    return fingers(Landmarks(t_s=t_s, width=640, height=480, parts={"right_hand": hand}))


def test_flags_stand_on_the_joints_of_their_finger_alone():
    """Six channels of each hidden finger are flagged; pictures without a hand do not count."""
    xyz = np.stack([_seen_from(hand_points(FANNED), [1, 0, 0])] * 9)
    xyz[3:] = np.nan
    flagged = {c.site for c in _film(xyz).channels if "bend_hidden" in c.flags}
    joints = ("mcp", "mcp_abduction", "pip", "dip", "pip_dip", "curl")
    assert flagged == {f"{f}_{j}" for f in ("ring", "little") for j in joints}
    assert not any(c.flags for c in _film(xyz).channels if c.site not in flagged)


def test_a_hand_taken_for_its_mirror_image_is_not_read():
    """The same points with their depth reversed bend all fingers backwards: no angle is good."""
    pose = {f"{f}_{j}": 30 for f in FINGERS for j in ("mcp", "pip", "dip")}
    right = _seen_from(hand_points(pose), [-1, 0, -0.4])
    move = _film(np.stack([right, right * [1, 1, -1]]))
    rows = [i for i, c in enumerate(move.channels) if c.site != "grip"]
    assert move.good[rows, 0].all()
    assert not move.good[rows, 1].any()


@pytest.mark.parametrize(
    ("bend", "thumb", "shown"), [(-4, -20, False), (-4, 5, True), (4, -20, True), (-20, 5, True)]
)
def test_only_a_thumb_behind_fingers_that_bend_backwards_is_a_mirror_image(bend, thumb, shown):
    """Little is enough where both lie behind the hand; overstretched fingers alone are not."""
    pose = {f"{f}_{j}": bend for f in FINGERS for j in ("mcp", "pip", "dip")}
    angles, _ = read(hand_points(pose | {"thumb_cmc_abduction": thumb})[None], side="right")
    assert np.isfinite([angles[f"{f}_curl"][0] for f in FINGERS]).all() == shown


def test_a_hidden_fingertip_does_not_make_a_grip():
    """From the little finger's side neither tip counts as held; it is flagged, and no tool said."""
    shut = hand_points(FANNED)
    shut[4] = shut[8]
    for direction, hides in (([-1, 0, 0], True), ([1, 0, 0], False)):
        film = _film(np.stack([_seen_from(shut, direction)] * 5))
        (thumb,) = (c for c in film.channels if c.site == "grip")
        assert ("bend_hidden" in thumb.flags) == hides
        assert ("may_hold_a_tool" in thumb.flags) != hides


def test_of_two_fingers_the_one_that_was_seen_counts():
    """Beside a hidden finger the thumb's distance is that from the other one's tip."""
    assert best([("bend_hidden",), ("bend_guessed",)]) == ("bend_guessed",)
    assert best([("bend_guessed",), ("bend_pinched",)]) == ("bend_pinched",)
    assert best([("bend_guessed",), ("bend_from_front",)]) == ("bend_from_front",)
    assert best([("bend_from_palm",), ()]) == ()
    xyz = hand_points(FANNED)[None]
    each = [grip(xyz, [f])[0] for f in ("index", "middle")]
    assert grip(xyz, ["index", "middle"])[0] == min(each)
    assert each[0] != each[1]
