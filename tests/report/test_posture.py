"""The head's lines on the first page."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from eutonia.measures.posture import TRUNK_NOTE
from eutonia.model import Condition, Contrast, Estimate, Interval, Target
from eutonia.report.posture import posture, repeats

LET_GO = {"task": "let_go"}


def said(*estimates):
    """Return the lines for some numbers."""
    findings = tuple(SimpleNamespace(estimate=e) for e in estimates)
    return dict(posture(SimpleNamespace(findings=findings)))


def angle(measure, value, half=4.0, *, levels=LET_GO, quality=(), part="", unit="deg"):
    """Return an estimate with a symmetric interval."""
    interval = Interval(lo=value - half, hi=value + half, kind="within the recording", method="x")
    return Estimate(
        measure=measure,
        version="1",
        title="Number",
        unit=unit,
        tier="clinical",
        sources=(),
        target=Target(label="head", channels=("yaw",), sites=("yaw",)),
        condition=Condition.of(**levels),
        value=value,
        interval=interval,
        n_effective=20,
        valid=(-45.0, 45.0),
        valid_by="test",
        quality=quality,
        part=part,
    )


def test_angles_are_said_with_their_direction_and_the_interval_in_it():
    """A turn of -24 [-28, -20] reads as 24 to the left, 20 to 28; one of 3 [-1, 7] may be none."""
    line = said(angle("head.yaw_mean", -24.0), angle("head.pitch_mean", 3.0))["LET GO"]
    assert line.startswith("rotation L 24.0 [20.0, 28.0], chin up (if any) 3.0 [−1.0, 7.0] deg")
    assert "zero set by the examiner" in line


def test_a_missing_zero_is_said_instead():
    """Nobody reads an anatomical zero as one that an examiner set."""
    line = said(angle("head.yaw_mean", 24.0, quality=("zero_anatomical",)))["LET GO"]
    assert "no zero set by the examiner" in line
    assert "; zero set by the examiner" not in line


def test_beyond_the_range_the_line_says_at_least():
    """An angle that saturates is no exact number on the first page either."""
    line = said(angle("head.yaw_mean", 51.0, quality=("at_least_45",)))["LET GO"]
    assert "rotation R at least 45 deg" in line


def test_beyond_the_range_no_interval_reaches_below_what_is_said():
    """Down by "at least 37" stands without limits, and says down."""
    low = replace(angle("head.pitch_mean", -45.0), quality=("at_least_35",))
    reach = Interval(lo=-53.0, hi=-37.0, kind="within the recording", method="x")
    low = replace(low, interval=reach)
    assert said(low)["LET GO"].startswith("chin down at least 35 deg")


def test_the_trick_is_shown_as_without_and_with():
    """The same axis in the same task, once helped."""
    helped = angle("head.yaw_mean", 9.0, levels={"task": "let_go", "trick": "on"})
    line = said(angle("head.yaw_mean", 24.0), helped)["TRICK"]
    assert "rotation R 24.0" in line
    assert "without, rotation R 9.0" in line
    assert "TRICK" not in said(angle("head.yaw_mean", 24.0))


def test_range_and_tremor_name_ends_and_axis():
    """The range names each side; the tremor the axis with the largest share."""
    ranged = {"task": "range"}
    lines = said(
        angle("head.rom_yaw_right", 71.0, levels=ranged),
        angle("head.rom_yaw_left", 38.0, levels=ranged),
        angle("head.tremor_freq", 4.1, 0.1, unit="Hz"),
        angle("head.tremor_axis.yaw", 70.0, part="yaw", unit="%"),
        angle("head.tremor_axis.roll", 10.0, part="roll", unit="%"),
    )
    assert "turn R 71.0 [67.0, 75.0], L 38.0 [34.0, 42.0] deg" in lines["RANGE"]
    assert lines["TREMOR"].startswith("4.10 [4.00, 4.20] Hz, mainly yaw (let go)")


def test_the_line_of_tremor_says_its_size_in_the_same_condition():
    """Root mean square with its limits, no density, and not that of another condition."""
    freq = angle("head.tremor_freq", 4.1, 0.1, unit="Hz")
    size = angle("head.tremor_pow.rms", 0.9, 0.2, part="rms", unit="deg")
    density = angle("head.tremor_pow.total", 2.2, 0.4, part="total", unit="deg2/Hz")
    line = said(freq, size, density)["TREMOR"]
    assert line == "4.10 [4.00, 4.20] Hz, 0.90 [0.70, 1.10] deg root mean square (let go)"
    helped = angle("head.tremor_pow.rms", 0.4, part="rms", levels={"task": "let_go", "trick": "on"})
    assert "square" not in said(freq, helped)["TREMOR"]


def _of_jaw(freq, size, *, label="jaw opening", notes=()):
    made = (
        angle("mouth.tremor.freq", freq, 0.1, part="freq", unit="Hz", levels={"task": "rest"}),
        angle("mouth.tremor.size", size, 0.5, part="size", unit="%", levels={"task": "rest"}),
    )
    jaw = Target(label=label, channels=(label,), sites=(label.replace(" ", "_"),))
    return tuple(replace(e, target=jaw, notes=notes) for e in made)


def test_a_tremor_of_the_jaw_stands_on_the_line_of_tremor():
    """Where it goes, frequency, size and condition; beside the head's, and each of its own."""
    opening, aside = _of_jaw(5.2, 1.1), _of_jaw(6.5, 2.3, label="jaw deviation")
    line = said(*opening)["TREMOR"]
    assert line.startswith("jaw opening 5.2")
    assert "Hz, 1.1" in line
    assert line.endswith("% of the eyes' distance (rest)")
    both = said(angle("head.tremor_freq", 4.1, 0.1, unit="Hz"), *opening, *aside)["TREMOR"]
    head, one, other = both.split("; ")
    assert head.startswith("4.1")
    assert (one, other.split()[1]) == (line, "deviation")
    assert "2.3" in other
    assert "2.3" not in one
    noted = said(*_of_jaw(5.2, 1.1, notes=("head: it trembles as well",)))["TREMOR"]
    assert noted == f"{line}, it trembles as well"
    assert all(repeats(SimpleNamespace(estimate=e)) for e in opening)


def test_the_size_of_a_tremor_is_not_repeated_below_its_line():
    """The row of the root mean square is left out below; those of the density stay."""
    size, density = (angle(f"head.tremor_pow.{p}", 0.9, part=p) for p in ("rms", "total"))
    assert repeats(SimpleNamespace(estimate=size)) is True
    assert repeats(SimpleNamespace(estimate=density)) is False


@pytest.mark.parametrize(("task", "there"), [("let_go", True), ("walking", False)])
def test_only_what_stands_in_a_line_is_left_out_below(task, there):
    """An angle in another task keeps its own row."""
    one = SimpleNamespace(estimate=angle("head.yaw_mean", 5.0, levels={"task": task}))
    assert repeats(one) is there
    other = replace(one.estimate, measure="head.dev_total")
    assert repeats(SimpleNamespace(estimate=other)) is False


def test_a_head_tremor_that_may_be_the_jaws_says_so_on_its_line():
    """What the measure notes of the jaw stands beside the frequency; other notes do not."""
    tremor = angle("head.tremor_freq", 4.1, 0.1, unit="Hz")
    noted = replace(tremor, notes=("slow: below 2.5 Hz", "jaw: the jaw trembles as well"))
    assert said(noted)["TREMOR"].endswith("Hz (let go), the jaw trembles as well")
    assert said(tremor)["TREMOR"].endswith("Hz (let go)")


def test_shoulders_that_look_turned_are_said_beside_the_angle():
    """Of the head's turn, in both lines that show it; the tilt alone says nothing."""
    turned = replace(angle("head.yaw_mean", 14.0), notes=(f"let go: {TRUNK_NOTE}",))
    helped = angle("head.yaw_mean", 9.0, levels={"task": "let_go", "trick": "on"})
    lines = said(turned, helped)
    assert TRUNK_NOTE in lines["LET GO"]
    assert lines["TRICK"].endswith(f"deg; {TRUNK_NOTE}")
    assert TRUNK_NOTE not in said(angle("head.roll_mean", 14.0))["LET GO"]


def test_the_line_knows_the_notes_of_the_measure():
    """Both notes begin as the line expects them."""
    from eutonia.measures import nod_of_jaw
    from eutonia.report.posture import JAW

    assert nod_of_jaw.SAME.startswith(JAW)
    assert nod_of_jaw.TAKEN_OFF.startswith(JAW)


def test_a_time_that_the_film_cut_short_says_at_least():
    """Nobody reads 11 s of a film of 11 s as the time after which the head was lost."""
    from eutonia.measures.head.time_neutral import AT_LEAST, ENDED

    hold = {"task": "hold", "trick": "off"}
    made = angle("head.time_neutral", 11.0, levels=hold, unit="s", quality=("at_least_11",))
    limits = Interval(lo=11.0, hi=60.0, kind="within the recording", method="x")
    made = replace(made, valid=(0.0, 60.0))
    cut = replace(made, interval=limits, notes=(f"{AT_LEAST}{ENDED}",), n_repeats=2)
    assert said(cut)["MIDLINE"] == (
        f"at least 11 s held straight (hold, trick off, mean of 2): {ENDED}"
    )
    assert said(replace(cut, quality=(), notes=()))["MIDLINE"].startswith("11 [11, 60] s held")


def test_the_hand_of_a_trick_stands_in_its_line():
    """Once for a condition, of two notes the one that says more; also where no angle is shown."""
    from eutonia.measures.trick_hand import HAND

    few, all_ = f"{HAND}let go, trick on): raised", f"{HAND}let go, trick on): raised, before"
    with_trick = {"task": "let_go", "trick": "on"}
    helped = replace(angle("head.yaw_mean", 9.0, levels=with_trick), notes=(few,))
    other = replace(angle("head.roll_mean", 9.0, levels=with_trick), notes=(all_,))
    line = said(angle("head.yaw_mean", 24.0), angle("head.roll_mean", 2.0), helped, other)["TRICK"]
    assert "rotation R 24.0" in line
    assert said(helped, other)["TRICK"] == all_


@pytest.mark.parametrize(("raised", "near", "doubted"), [(0.1, 0.1, True), (0.9, 0.1, False)])
def test_a_hand_that_is_seldom_seen_may_be_none(raised, near, doubted):
    """A collar was taken for one 10 % of the time; a trick is held for most of its segment."""
    from eutonia.measures.trick_hand import words

    assert ("it may be no hand at all" in words(raised, 0.0, near)) == doubted


def test_contrasts_with_a_trick_say_what_was_seen_of_the_hand():
    """Below the table of contrasts; where no number says it, that it is not known."""
    from eutonia.measures.trick_hand import HAND
    from eutonia.report.block import Paragraph
    from eutonia.report.conditions import _contrasts

    helped = angle("head.yaw_mean", 9.0, levels={"task": "let_go", "trick": "on"})
    contrast = Contrast(
        measure="head.yaw_mean",
        target=helped.target,
        condition=Condition.of(task="let_go"),
        factor="trick",
        a="on",
        b="off",
        scale="difference",
        value=-15.0,
        interval=helped.interval,
    )
    for notes, expected in (
        ((f"{HAND}let go, trick on): seen raised",), "Hand of the trick (let go, trick on): seen"),
        ((), "Whether a hand was seen at the trick is not known."),
    ):
        finding = SimpleNamespace(estimate=replace(helped, notes=notes))
        made = SimpleNamespace(contrasts=(contrast,), findings=(finding,))
        texts = [b.text for b in _contrasts(made) if isinstance(b, Paragraph)]
        assert texts[0].startswith(expected)
