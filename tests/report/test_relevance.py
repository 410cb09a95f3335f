"""Which of many numbers stand first."""

from dataclasses import replace

import pytest

from eutonia.measures.head import tremor_pow
from eutonia.model import Comparison, Condition, Contrast, Estimate, Finding, Interval, Target
from eutonia.report.relevance import (
    filmed_for,
    nearer,
    ranked,
    ranked_contrasts,
    said_by,
    unit_of,
)

from .conftest import recordings


def _finding(side, value, quality=(), measure="hand.posture"):
    """Return a made-up angle of a finger, or another number."""
    estimate = Estimate(
        measure=measure,
        version="1",
        title="T",
        unit="deg",
        tier="supportive",
        sources=(),
        target=Target(label=f"{side} finger", channels=("a",), sites=("little_mcp",), side=side),
        condition=Condition.of(task="scale"),
        value=value,
        interval=None,
        no_interval="few_blocks",
        n_effective=9,
        valid=(0, 100),
        valid_by="",
        quality=quality,
        notes=(),
        evidence="k",
        row=0,
    )
    return Finding(estimate=estimate, comparisons=(), words="")


def test_what_was_guessed_stands_after_what_was_seen():
    """The larger angle of an idle hand that the camera did not see is not the first number."""
    guessed, seen = _finding("left", -80.0, ("bend_guessed",)), _finding("right", 20.0)
    assert ranked([guessed, seen]) == (seen, guessed)
    sure = _finding("left", -80.0)
    assert ranked([seen, sure]) == (sure, seen)


def test_what_a_protocol_is_filmed_for_stands_before_what_else_its_film_shows():
    """A curl that the camera guessed comes before the larger angle of a joint that it saw."""
    curl = _finding("left", 20.0, ("bend_guessed",), measure="hand.curl.sum")
    assert ranked([_finding("left", 80.0), curl])[0] is curl


def test_the_hand_that_plays_stands_before_the_idle_one():
    """Whatever its angle; at rest neither plays."""
    idle, plays = _finding("left", -80.0), _finding("right", 20.0)
    assert ranked([plays, idle]) == (idle, plays)
    for task, first in (("scale", "right"), ("rest", "left")):
        of_right = Condition.of(task=task, side="right")
        both = [replace(f, estimate=replace(f.estimate, condition=of_right)) for f in (idle, plays)]
        assert ranked(both)[0].estimate.target.side == first


def test_what_a_film_was_made_for_stands_first():
    """Beside a film of the eyes the larger numbers of mouth and head wait, whatever their tier."""
    numbers = [
        _finding("midline", 90.0, measure=m)
        for m in ("head.dev_total", "mouth.jaw_excursion.rate", "emg.rms", "eyes.closed_share")
    ]
    aside = [f.estimate.measure for f in ranked(numbers, made_for=frozenset({"lid"}))[2:]]
    assert set(aside) == {"head.dev_total", "mouth.jaw_excursion.rate"}
    primary = replace(numbers[0], primary=True)
    assert ranked([*numbers[1:], primary], made_for=frozenset({"lid"}))[0] is primary


@pytest.mark.parametrize(
    ("name", "conditions", "kinds"),
    [
        ("eyes-2.mov", ("rest", "speaking"), {"lid"}),
        ("IMG_0342.mov", ("rest", "speaking", "closures"), {"lid"}),
        ("IMG_0342.mov", ("rest", "speaking"), {"lid", "mouth"}),
        ("IMG_0342.mov", ("zero", "let go", "let go, trick on"), {"head"}),
        ("IMG_0342.mov", ("whole recording",), set()),
        ("IMG_0342.mov", (), set()),
    ],
)
def test_what_a_film_was_made_for_follows_from_its_name_or_its_tasks(
    empty, name, conditions, kinds
):
    """The protocol in the name counts, else each protocol that has all the tasks."""
    one = next(r for r in recordings() if r.kind != "eeg")
    filmed = [
        replace(one, id=f"{name}#{kind}", kind=kind, conditions=conditions)
        for kind in ("head", "lid", "mouth")
    ]
    assert filmed_for(replace(empty[0], recordings=tuple(filmed))) == kinds


def test_what_may_be_nothing_stands_after_what_is_not():
    """A large angle whose interval holds 0 says less than a small one that is sure."""
    large, small = _finding("left", -80.0), _finding("right", 5.0)
    wide = replace(large, estimate=replace(large.estimate, interval=_interval(-170, 10)))
    sure = replace(small, estimate=replace(small.estimate, interval=_interval(4, 6)))
    assert ranked([wide, sure]) == (sure, wide)


def _interval(lo, hi):
    return Interval(lo=lo, hi=hi, kind="within the recording", method="")


def _contrast(measure, *, q, scale="difference"):
    return Contrast(
        measure=measure,
        target=Target(label="mouth", channels=("a",), sites=("mouth",)),
        condition=Condition.of(task="speaking"),
        factor="task",
        a="speaking",
        b="rest",
        scale=scale,
        value=2.0,
        interval=None,
        p=q,
        q=q,
        paired="blocks",
    )


def test_a_clinical_difference_stands_before_a_supportive_one_of_smaller_q():
    """A jaw that goes aside is named before lips that part in speech."""
    lips = _contrast("mouth.lip_press", q=0.001)
    jaw = _contrast("mouth.jaw_deviation.mean", q=0.01)
    assert ranked_contrasts([lips, jaw]) == (jaw, lips)


def test_what_differs_stands_before_all_that_does_not():
    """A foot of the research tier that differs comes before a clinical number that does not."""
    foot = _contrast("gait.foot_pitch.landing", q=0.001)
    jaw = _contrast("mouth.jaw_deviation.mean", q=0.6)
    assert ranked_contrasts([jaw, foot], made_for=frozenset({"mouth"})) == (foot, jaw)


def test_of_what_does_not_differ_the_least_likely_chance_stands_first():
    """A q of another family says nothing: p 0.17 stands before p 0.75 whatever their q."""
    curl = replace(_contrast("hand.curl.sum", q=0.9991), p=0.17)
    thumb = replace(_contrast("hand.posture", q=0.9637), p=0.75)
    assert ranked_contrasts([thumb, curl]) == (curl, thumb)


def test_a_ratio_of_powers_is_named_as_one(full):
    """A ratio of densities is not read as one of sizes."""
    assessment, _ = full
    first = assessment.findings[0]
    for part, said in (("yaw", "times the power"), ("rms", "times")):
        unit = tremor_pow.MEASURE.units[part]
        e = replace(first.estimate, measure=f"head.tremor_pow.{part}", unit=unit)
        one = replace(assessment, findings=(replace(first, estimate=e),))
        assert unit_of(_contrast(e.measure, q=0.01, scale="ratio"), one) == said


def test_what_two_numbers_say_of_the_same_moments_is_said_once():
    """The lean of a walk stands beside its mean over strides only where that is missing."""
    lean, mean = (_contrast(m, q=0.01) for m in ("trunk.lean", "gait.trunk_lean.mean"))
    assert said_by(lean, [lean, mean]) is True
    assert said_by(mean, [lean, mean]) is False
    assert said_by(lean, [lean, replace(mean, a="running")]) is False
    axes = Target(label="head", channels=("yaw", "pitch", "roll"), sites=("head",))
    null = replace(_finding("left", 5.0, measure="head.null.yaw").estimate, target=axes)
    turn = Target(label="yaw", channels=("yaw",), sites=("yaw",))
    mean = replace(_finding("left", 5.0, measure="head.yaw_mean").estimate, target=turn)
    assert said_by(null, [mean]) is True
    assert said_by(replace(null, measure="head.null.roll"), [mean]) is False
    assert said_by(null, [replace(mean, condition=Condition.of(task="reading"))]) is False
    total, shake = (replace(null, measure=f"head.tremor_pow.{p}") for p in ("total", "yaw"))
    assert said_by(shake, [total]) is True
    assert said_by(total, [shake]) is False


def _in(f, task, *, differs=False):
    told = (Comparison(kind="condition", against="", verdict="differs", words=""),)
    e = replace(f.estimate, condition=Condition.of(task=task))
    return replace(f, estimate=e, comparisons=told if differs else ())


def test_the_number_from_which_another_task_differs_stands_beside_it():
    """A still arm in walking forwards is not hidden by the even one in walking backwards."""
    arms, other = _finding("", 4.0, measure="gait.a"), _finding("", 200.0, measure="gait.b")
    still, even = _in(replace(arms), "walking"), _in(arms, "walking_backwards", differs=True)
    still = replace(still, estimate=replace(still.estimate, value=87.0))
    assert ranked([_in(other, "walking"), even, still])[:2] == (still, even)


def test_a_task_stands_before_the_grip_and_the_grip_before_rest():
    """However much further a finger curls in the grip; rest is not drawn up by what differs."""
    f = _finding("right", 140.0)
    grip, rest = _in(f, "posture", differs=True), _in(f, "rest")
    writing = _in(_finding("right", 110.0), "writing", differs=True)
    straight = _in(_finding("right", 5.0, measure="hand.lift"), "writing")
    assert ranked([rest, straight, grip, writing]) == (writing, grip, straight, rest)


def test_what_writing_adds_to_the_grip_stands_before_what_it_adds_to_rest():
    """Any grip differs from rest; nothing is nearer to a grip."""
    rest = replace(_contrast("hand.curl.sum", q=0.001), a="writing", b="rest")
    rest = replace(rest, condition=Condition.of(task="writing"))
    grip = replace(rest, b="posture", q=0.04)
    held = replace(rest, a="posture", condition=Condition.of(task="posture"), q=0.0001)
    assert ranked_contrasts([held, rest, grip]) == (grip, rest, held)
    assert nearer(rest, [held, rest, grip]) is grip
    assert nearer(grip, [held, rest, grip]) is None
    assert nearer(held, [held, rest, grip]) is None


def test_an_easy_passage_is_nearer_to_a_trigger_passage_than_hands_on_the_keys():
    """Whatever stands first in the assessment."""
    rest = replace(_contrast("hand.curl.sum", q=0.001), a="trigger_passage", b="rest")
    held, easy = replace(rest, b="posture"), replace(rest, b="easy_passage")
    assert nearer(rest, [rest, held, easy]) is easy
    assert nearer(rest, [rest, easy, held]) is easy
