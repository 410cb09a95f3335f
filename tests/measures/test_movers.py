"""What a task uses follows from the task, its side and the muscle, and is never guessed."""

import pytest

from eutonia.measures.movers import agonist, uses, why_no_muscle, why_not_known
from eutonia.model import Condition
from eutonia.simulate.visit import emg_channel

WRITING = Condition.of(task="writing", side="right")


@pytest.mark.parametrize(
    ("muscle", "side", "used"),
    [
        ("flexor_carpi_radialis", "right", True),
        ("first_dorsal_interosseous", "right", True),
        ("trapezius_upper", "right", True),
        ("flexor_carpi_radialis", "left", False),
        ("sternocleidomastoid", "right", False),
        ("masseter", "left", False),
        ("tibialis_anterior", "right", False),
    ],
)
def test_writing_uses_arm_and_hand_of_its_side(muscle, side, used):
    """Muscles of the other side, the neck and the face do not belong to writing."""
    assert uses(WRITING, emg_channel(muscle, side)) is used


def test_both_hands_may_type_or_one():
    """Typing is of both hands, unless a side is stated."""
    left = emg_channel("extensor_digitorum", "left")
    assert uses(Condition.of(task="typing"), left)
    assert uses(Condition.of(task="typing", side="both"), left)
    assert not uses(Condition.of(task="typing", side="right"), left)


def test_what_is_not_known_is_said():
    """No task, an unknown task and an unstated side each have their sentence; the rest has none."""
    assert "names no task" in why_not_known(Condition())
    assert "juggling" in why_not_known(Condition.of(task="juggling"))
    assert "which side" in why_not_known(Condition.of(task="writing"))
    assert why_not_known(WRITING) == ""
    assert why_not_known(Condition.of(task="speaking")) == ""


def test_a_channel_without_muscle_or_side_is_said():
    """Such a channel cannot be placed, and the sentence says what to give."""
    nameless = type(emg_channel("soleus", "left"))(name="EMG1", kind="emg", unit="uV")
    assert "(muscle)" in why_no_muscle(nameless)
    assert "(side)" in why_no_muscle(emg_channel("soleus", "unknown"))
    assert why_no_muscle(emg_channel("soleus", "left")) == ""


@pytest.mark.parametrize(
    ("task", "side", "expected"),
    [
        ("wrist_flexion", "right", 1),
        ("wrist_extension", "right", 0),
        ("wrist_flexion", "both", 1),
        ("wrist_flexion", "left", None),
        ("writing", "right", None),
    ],
)
def test_the_agonist_follows_from_task_and_side(task, side, expected):
    """Of extensor and flexor of the right wrist, the one that moves; none on the other side."""
    pair = tuple(
        emg_channel(m, "right") for m in ("extensor_carpi_radialis", "flexor_carpi_radialis")
    )
    assert agonist(Condition.of(task=task, side=side), pair) == expected
