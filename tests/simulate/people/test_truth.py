"""Posed people: what is asked is what their skin does."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from eutonia.simulate.people import rotation
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.errors import MeshError
from eutonia.simulate.people.pose import Pose, bones
from eutonia.simulate.people.reach import touching
from eutonia.simulate.people.scene import Scene
from eutonia.simulate.people.truth import Truth, truth_of

ANGLES = [(30, 0, 0), (-45, 10, -20), (15, -35, 40), (60, 25, 5)]


def truth(person: Person, pose: Pose, scene: Scene | None = None) -> Truth:
    """Return the truth of a pose."""
    placed = bones(person, pose)
    return truth_of(person, placed, (scene or Scene()).aimed(person, placed))


def skull(person: Person) -> np.ndarray:
    """Return the vertices that only the head's bone moves."""
    head = person.base.skeleton.index("head")
    return np.flatnonzero(person.base.weights[:, head] > 0.9999)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), ANGLES)
def test_the_skull_turns_rigidly_by_the_rotation_asked(
    someone: Person, yaw: float, pitch: float, roll: float
) -> None:
    """Vertices of the skull are at rest and posed apart by one rotation, that of three angles."""
    those = skull(someone)
    assert len(those) > 300
    rest = someone.shape[those]
    pose = Pose(yaw=yaw, pitch=pitch, roll=roll, shift_right_cm=2, shift_forward_cm=-1)
    moved = bones(someone, pose).carry(someone, rest, someone.base.weights[those])
    found, error = Rotation.align_vectors(moved - moved.mean(0), rest - rest.mean(0))
    # Independent of our matrices: intrinsic turns about y, x and z by SciPy.
    asked = Rotation.from_euler("YXZ", [-yaw, -pitch, roll], degrees=True)
    assert np.degrees((found * asked.inv()).magnitude()) < 1e-4
    assert error < 1e-5


@pytest.mark.parametrize(("yaw", "pitch", "roll"), ANGLES)
def test_truth_reads_back_the_angles_against_a_moved_trunk(
    someone: Person, yaw: float, pitch: float, roll: float
) -> None:
    """Yaw, pitch and roll are those of the head on the trunk however the trunk leans and turns."""
    pose = Pose(yaw=yaw, pitch=pitch, roll=roll, turn=20, lean_forward=15, lean_right=-10)
    found = truth(someone, pose)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((yaw, pitch, roll), abs=1e-6)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), ANGLES)
def test_angles_undo_the_rotation(yaw: float, pitch: float, roll: float) -> None:
    """The three angles of a matrix made of three angles are those angles."""
    matrix = rotation.of_head(yaw, pitch, roll)
    assert rotation.angles(matrix) == pytest.approx((yaw, pitch, roll))


def test_the_signs_are_those_of_the_house() -> None:
    """Plus is: chin to the right, chin up, right ear to the right shoulder."""
    nose, right_ear = np.array([0, 0, 1.0]), np.array([-1.0, 0, 0])
    assert (rotation.of_head(30, 0, 0) @ nose)[0] < 0
    assert (rotation.of_head(0, 30, 0) @ nose)[1] > 0
    assert (rotation.of_head(0, 0, 30) @ right_ear)[1] < 0


def test_a_straight_head_before_a_level_camera_is_the_identity(someone: Person) -> None:
    """Head and trunk have the camera's axes when nothing is asked."""
    found = truth(someone, Pose())
    np.testing.assert_allclose(found.head_in_camera, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found.trunk_in_camera, np.eye(3), atol=1e-12)


def test_the_persons_left_is_at_the_pictures_right(someone: Person) -> None:
    """From in front, left joints appear to the right of their partners."""
    points = truth(someone, Pose(), Scene(aim="body", distance_m=4)).points_px
    for name in ("shoulder", "wrist", "hip", "ankle", "eye", "index_tip"):
        assert points[f"left_{name}"][0] > points[f"right_{name}"][0] + 5


def test_lids_close_as_asked_each_by_itself(someone: Person) -> None:
    """The lost share of the gap is as asked, rises at each step, and spares the other eye."""
    asked = np.linspace(0, 1, 11)
    left = [truth(someone, Pose(lid_left=c, yaw=25, roll=-15)) for c in asked]
    found = np.array([t.lid_left for t in left])
    assert found == pytest.approx(asked, abs=0.01)
    assert (np.diff(found) > 0.05).all()
    assert [t.lid_right for t in left] == pytest.approx(np.zeros(11), abs=1e-6)
    assert truth(someone, Pose(lid_right=0.5)).lid_right == pytest.approx(0.5, abs=0.01)


def test_the_jaw_opens_and_deviates_as_asked(someone: Person) -> None:
    """Opening and deviation to the right come back, and the chin goes down and to the right."""
    found = truth(someone, Pose(jaw=18, jaw_right=6, pitch=20, yaw=-30))
    assert (found.jaw, found.jaw_right) == pytest.approx((18, 6), abs=1e-6)
    chin = someone.base.skeleton.index("jaw")
    moved = bones(someone, Pose(jaw=18, jaw_right=6)).tails[chin] - someone.tails[chin]
    assert moved[0] < 0
    assert moved[1] < 0


#: A joint, the bone it turns, and the bone that carries that.
HINGES = [
    ("index_pip", "finger2-2", "finger2-1"),
    ("middle_pip", "finger3-2", "finger3-1"),
    ("little_dip", "finger5-3", "finger5-2"),
    ("thumb_ip", "finger1-3", "finger1-2"),
    ("elbow", "lowerarm01", "upperarm02"),
    ("knee", "lowerleg01", "upperleg02"),
]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("joint", "bone", "parent"), HINGES)
def test_joints_turn_by_the_degrees_asked(
    someone: Person, side: str, joint: str, bone: str, parent: str
) -> None:
    """A bone turns against its parent by the angle asked, and no other joint bends."""
    name, end = f"{side}_{joint}", {"left": ".L", "right": ".R"}[side]
    pose = Pose(joints={name: 30})
    turned, index = bones(someone, pose).turned, someone.base.skeleton.index
    against = Rotation.from_matrix(turned[index(parent + end)].T @ turned[index(bone + end)])
    assert np.degrees(against.magnitude()) == pytest.approx(30)
    before, after = truth(someone, Pose()).bends, truth(someone, pose).bends
    # Hinges lie across the whole finger, its slight bend at rest a little aside of them.
    assert after[name] - before[name] == pytest.approx(30, abs=3)
    assert max(abs(after[k] - before[k]) for k in before if k != name) < 0.01


@pytest.mark.parametrize("side", ["left", "right"])
def test_limbs_move_the_way_their_names_say(someone: Person, side: str) -> None:
    """Arms and legs go forward and out, shoulders up, toes up, each on its own side."""
    at_rest = truth(someone, Pose()).points_m
    out = 1 if side == "left" else -1

    def shift(point: str, pose: Pose) -> np.ndarray:
        return truth(someone, pose).points_m[f"{side}_{point}"] - at_rest[f"{side}_{point}"]

    assert shift("wrist", Pose(joints={f"{side}_arm_forward": 30}))[2] > 0.05
    assert shift("wrist", Pose(joints={f"{side}_arm_out": 30}))[0] * out > 0.05
    assert shift("ankle", Pose(joints={f"{side}_hip_forward": 30}))[2] > 0.05
    assert shift("ankle", Pose(joints={f"{side}_hip_out": 20}))[0] * out > 0.05
    assert shift("ankle", Pose(joints={f"{side}_knee": 30}))[2] < -0.05
    assert shift("forefoot", Pose(joints={f"{side}_ankle": 15}))[1] > 0.005
    raised = replace(Pose(), **{f"shoulder_{side}": 12.0})
    assert shift("shoulder", raised)[1] > 0.01


def test_the_head_shifts_without_turning(someone: Person) -> None:
    """A shift carries the head to the right and forward and leaves its angles at zero."""
    found = truth(someone, Pose(shift_right_cm=2, shift_forward_cm=3))
    assert found.shift_right_m == pytest.approx(0.02, abs=0.004)
    assert found.shift_forward_m == pytest.approx(0.03, abs=0.008)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((0, 0, 0), abs=1e-9)


@pytest.mark.parametrize("what", ["chin", "cheek", "temple"])
def test_a_trick_brings_the_finger_to_the_face(someone: Person, what: str) -> None:
    """The tip of the index finger comes within 15 mm of the turned head's skin."""
    pose = Pose(yaw=15, roll=10)
    placed = bones(someone, touching(someone, pose, "right", what))
    tip = placed.tails[someone.base.skeleton.index("finger2-3.R")]
    neck = [someone.base.skeleton.index(n) for n in ("head", "jaw")]
    names = someone.base.skeleton.names
    facial = [k for k in range(len(names)) if _below(someone, k, neck)]
    face = np.flatnonzero(someone.base.weights[:, facial].sum(1) > 0.9)
    skin = placed.carry(someone, someone.shape[face], someone.base.weights[face])
    assert np.linalg.norm(skin - tip, axis=1).min() < 0.015


def _below(person: Person, bone: int, among: list[int]) -> bool:
    while bone >= 0:
        if bone in among:
            return True
        bone = int(person.base.skeleton.parents[bone])
    return False


@pytest.mark.parametrize("name", ["index_pip", "left_index_xyz", "left_tail"])
def test_an_unknown_joint_is_refused_by_name(someone: Person, name: str) -> None:
    """A joint that does not exist is an error that names it."""
    with pytest.raises(MeshError, match=name):
        bones(someone, Pose(joints={name: 10}))


def test_an_unknown_expression_is_refused_by_name(someone: Person) -> None:
    """A pose unit that does not exist is an error that names it."""
    with pytest.raises(MeshError, match="Grin"):
        bones(someone, Pose(units={"Grin": 1}))
