"""The protocols hold what clinical-rules §4 asks, and leave out what a red flag hides."""

import pytest

from eutonia.exam.protocols import RANGE, for_form, names, protocol
from eutonia.exam.red_flags import hidden_tasks
from eutonia.formats.conditions import level_of
from eutonia.knowledge import table
from eutonia.model import Condition, Flag, FlagClosed, UnknownName

#: clinical-rules §4: minutes, and the steps that each protocol must have, in order.
RULES = {
    "neck": (
        7,
        "zero let_go eyes_closed hold range trick counting writing walking profiles",
    ),
    "eyes": (5, "rest talking reading light closures"),
    "face": (4, "rest speaking eating trick"),
    "writing": (6, "loops sentence spiral other_hand"),
    "music": (10, "warm_up easy trigger tempo scales_right scales_left"),
    "voice": (4, "vowel voiced voiceless counting reading whisper"),
    "leg": (6, "barefoot shod backwards to_onset"),
    "axial": (4, "standing walking sitting"),
}
#: The seconds and repeats that clinical-rules §4 itself gives.
TIMES = {
    ("neck", "zero"): (5, 1),
    ("neck", "let_go"): (20, 1),
    ("neck", "eyes_closed"): (10, 1),
    ("neck", "hold"): (60, 2),
    ("neck", "trick"): (None, 2),
    ("neck", "range"): (None, 2),
    ("eyes", "rest"): (60, 1),
    ("eyes", "talking"): (60, 1),
    ("eyes", "reading"): (60, 1),
    ("eyes", "light"): (30, 1),
    ("eyes", "closures"): (None, 10),
    ("writing", "sentence"): (None, 10),
    ("music", "scales_right"): (None, 10),
    ("music", "scales_left"): (None, 10),
    ("voice", "vowel"): (None, 3),
    ("axial", "standing"): (60, 1),
}


def test_the_eight_protocols_are_those_of_the_rules():
    """Names and minutes are those of clinical-rules §4, and each step stands in order."""
    assert set(names()) == set(RULES)
    for name, (minutes, steps) in RULES.items():
        one = protocol(name)
        have = [s.id for s in one.segments]
        assert one.minutes == minutes
        assert [s for s in have if s in steps.split()] == steps.split()


def test_given_seconds_and_repeats_are_kept():
    """Where the rules give seconds or repeats, they stand so."""
    for (name, step), (seconds, repeats) in TIMES.items():
        (one,) = [s for s in protocol(name).segments if s.id == step]
        assert one.repeats == repeats
        assert seconds in (None, one.seconds)


@pytest.mark.parametrize("name", RULES)
def test_every_protocol_fits_its_time(name):
    """The recording fits its minutes, the clinic's fifteen, and the five at home."""
    one, short = protocol(name), protocol(name, home=True)
    assert sum(s.total_s for s in one.segments) <= 60 * one.minutes
    assert one.minutes < 15
    assert 0 < sum(s.total_s for s in short.segments) <= 300
    assert {s.id for s in short.segments} <= {s.id for s in one.segments}


@pytest.mark.parametrize("name", RULES)
def test_every_step_says_what_it_is_for(name):
    """Each step has what to do and what it is for; the set-up begins with the general part."""
    one = protocol(name)
    assert all(s.do.endswith(".") and s.for_what for s in one.segments)
    setup = " ".join(one.setup)
    assert "tripod" in setup
    assert "right hand" in setup
    assert len({s.id for s in one.segments}) == len(one.segments)


def _flag(closed=None):
    return Flag(
        id="RF06", tier="URGENT", title="Spinal cord", action="", because=("x",), closed=closed
    )


def test_an_open_cord_flag_hides_range_and_a_closed_one_does_not():
    """With RF06 open the neck's range is not offered and named as left out; closed, it is back."""
    hidden = protocol("neck", without=hidden_tasks([_flag()]))
    assert "range" not in [s.id for s in hidden.segments]
    assert hidden.left_out == ("range",)
    closed = FlagClosed(flag="RF06", result="MRI normal", date="2026-01-01", by="A")
    back = protocol("neck", without=hidden_tasks([_flag(closed)]))
    assert "range" in [s.id for s in back.segments]
    assert not back.left_out


def test_every_range_task_is_marked():
    """Every step recorded as the task range is of the kind that the flag hides."""
    steps = [s for name in names() for s in protocol(name).segments]
    assert all((s.condition.get("task") == "range") == (s.kind == RANGE) for s in steps)


def test_other_words_find_the_protocol():
    """Synonyms in any spelling find it, and an unknown name lists what there is."""
    assert protocol("Torticollis").id == "neck"
    assert protocol("writer's cramp").id == "writing"
    with pytest.raises(UnknownName, match="neck, eyes"):
        protocol("knee")


def test_forms_lead_to_their_protocols():
    """A pianist is led to music, Meige to eyes and face, a form without a protocol to none."""
    assert for_form("pianist") == ("music",)
    assert for_form("meige") == ("eyes", "face")
    assert for_form("yips") == ()


def test_no_protocol_names_a_dose_or_an_instruction_to_treat():
    """No text of the protocols speaks of doses or of stopping a medicine."""
    text = str(table("protocols")) + str(table("protocol_rules"))
    assert not [w for w in (" mg", " units", "dose", "stop taking") if w in text]


def test_walks_with_and_without_shoes_are_two_conditions():
    """They differ in the shoes alone, as steps of the protocol and as names of segments."""
    steps = {s.id: s for s in protocol("leg").segments}
    bare, shod = (steps[name].condition for name in ("barefoot", "shod"))
    assert bare.differing(shod) == ("shoes",)
    for name in ("barefoot", "shod"):
        assert Condition.of(**level_of(steps[name].name)) == steps[name].condition
