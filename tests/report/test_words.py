"""Rounding and wording."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.model import Comparison, Condition, Contrast, Interval, Target, VisitState
from eutonia.report import words

from .conftest import MUSCLES, estimate


def interval(lo: float, hi: float) -> Interval:
    return Interval(lo=lo, hi=hi, kind="within the recording", method="bootstrap")


@pytest.mark.parametrize(
    ("value", "lo", "hi", "expected"),
    [
        (45.678, 41.1, 50.2, "45.7 [41.1, 50.2]"),
        (0.0987, 0.08, 0.12, "0.099 [0.080, 0.120]"),
        (1234.5, 900.0, 1600.0, "1230 [900, 1600]"),
        (-41.5, -53.6, -6.04, "−42 [−54, −6]"),
        # One limit far away, as of ratios: each is rounded by what is known to its side.
        (-41.5, -45.6, -0.04, "−41.5 [−45.6, 0]"),
        (11.42, 1.634, 1502.3, "11 [2, 1500]"),
        (0.79, 0.002, 475.0, "0.8 [0.0, 480]"),
        (0.46, 0.09, 150.2, "0.46 [0.09, 150]"),
        (1.0, 1.0, 12.34, "1 [1, 12]"),
        # A limit that is not 0 is not shown as 0; one that is almost 0 is.
        (74.0, 1.4, 146.6, "70 [1, 150]"),
        (74.0, 0.04, 148.0, "70 [0, 150]"),
        (74.0, 0.0, 148.0, "70 [0, 150]"),
    ],
)
def test_a_number_has_two_digits_of_the_width_of_its_interval(value, lo, hi, expected):
    """Value and limits share the decimals that two digits of the width need, if not skewed."""
    got = interval(lo, hi)
    assert f"{words.number(value, got)} {words.limits(got, value)}" == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (31.25, "31.2"),
        (0.0, "0"),
        (-0.00123, "−0.00123"),
        (12345.6, "12346"),
        (1e-9, "0.00000000100"),
    ],
)
def test_a_number_without_interval_has_three_digits(value, expected):
    """Where no interval says how much is known, three significant digits are shown."""
    assert words.number(value) == expected


@given(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.floats(1e-6, 1e6),
)
def test_rounding_never_moves_a_number_by_more_than_its_interval_allows(value, width):
    """What is printed lies within a tenth of the width of the interval."""
    printed = words.number(value, interval(value - width / 2, value + width / 2))
    read = float(printed.replace("−", "-"))
    got_width = (value + width / 2) - (value - width / 2)
    assert abs(read - value) <= 0.06 * got_width + 1e-12 * abs(value)
    assert not (read == 0 and printed.startswith("−"))
    assert math.isfinite(read)


def test_a_contrast_says_what_is_held_against_what():
    """Sides, tasks and other factors are told apart, and a ratio is not written as a difference."""
    common = {
        "measure": "emg.rms",
        "target": MUSCLES[0],
        "condition": Condition.of(task="writing", trick="on"),
        "value": 1.0,
        "interval": None,
    }
    trick = Contrast(factor="trick", a="on", b="off", scale="difference", **common)
    side = Contrast(factor="side", a="right", b="left", scale="ratio", **common)
    assert words.contrast_words(trick) == "trick on − trick off"
    assert words.held(trick) == "writing"
    assert words.contrast_words(side) == "right side ÷ left side"


def test_an_unknown_form_or_source_is_shown_as_it_was_given():
    """An assessment of an older or newer Eutonia can still be reported."""
    assert words.form(VisitState(form="new_form")) == "new form"
    assert words.form(VisitState()) == "no form named"
    assert "Nobody1900" in words.citation("Nobody1900")
    assert words.card("no.such.measure") is None


def test_a_long_name_keeps_both_ends():
    """A shortened name still shows how it starts and ends, and that something is missing."""
    got = words.short("start" + "x" * 100 + "end", 20)
    assert len(got) == 20
    assert got.startswith("start")
    assert got.endswith("end")
    assert "…" in got


@pytest.mark.parametrize(
    ("value", "flag", "expected"),
    [
        (11.0, "at_least_11", "at least 11"),
        (10.9996, "at_least_11", "at least 11"),
        (51.2, "at_least_45", "at least 45 (read 51)"),
    ],
)
def test_what_is_only_the_least_says_so_once(value, flag, expected):
    """A time cut short is itself the least; an angle that saturates was read as more than that."""
    made = estimate("head.time_neutral", MUSCLES[0], Condition(), value, quality=(flag,))
    wide = interval(value - 10, value + 40)
    assert words.value_of(replace(made, interval=wide)) == expected


@pytest.mark.parametrize(
    ("value", "flag", "expected"),
    [
        (-45.0, "at_least_35", "down, at least 35 (read −45)"),
        (-38.0, "at_least_30.4", "down, at least 30 (read −38)"),
        (50.0, "at_least_42.9", "up, at least 42 (read 50)"),
    ],
)
def test_of_what_is_beyond_the_range_only_the_least_is_said(value, flag, expected):
    """The way it goes, the least rounded down, and no limits of an interval beside it."""
    pitch = Target(label="pitch", channels=("pitch",), sites=("pitch",))
    made = estimate("head.pitch_mean", pitch, Condition(), value, quality=(flag,))
    reach = interval(value - 8, value + 8)
    made = replace(made, unit="deg", part="", valid=(-35.0, 45.0), interval=reach)
    assert words.value_of(made) == expected
    assert words.limits_of(made) == words.OPEN
    assert "[" not in words.value_in_words(made)
    exact = replace(made, quality=())
    assert "[" in words.value_in_words(exact)
    assert words.limits_of(exact) == words.limits(exact.interval, value)


def test_an_interval_without_zero_beside_no_difference_is_explained():
    """Among many comparisons one that would differ alone may be chance, and that is said."""
    base = Comparison(
        kind="condition",
        against="task rest",
        verdict="no difference shown",
        words="",
        interval=Interval(lo=0.06, hi=0.36, kind="within the recording", method=""),
        q=0.062,
    )
    assert words.verdict_of(base).endswith(
        "(alone it would be; among so many it may be chance, q 0.062)"
    )
    assert words.verdict_of(replace(base, scale="ratio")).endswith("q 0.062)")
    across = replace(base.interval, lo=-0.1)
    assert words.verdict_of(replace(base, interval=across)) == "no difference shown"


def test_the_size_of_a_tremor_is_not_taken_for_its_amplitude():
    """The part of a measure that is a size says that it is a root mean square."""
    assert words.part_words("size") == "size (root mean square)"
    assert words.part_words("4_7") == "4–7\u00a0Hz"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("norm=task", "normalised by the largest task"),
        ("ends=EMG of left biceps", "ends: EMG of left biceps"),
        ("short: of 12 s no interval can be given", "short: of 12 s no interval can be given"),
    ],
)
def test_a_note_is_printed_in_words(note, said):
    """No report shows the keys by which notes are held against each other."""
    assert words.note_words(note) == said
