"""Col-Cap: patterns that are named, patterns from angles, and what cannot be told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.exam.neck import NOT_SEPARABLE, from_angles, in_words, neck_patterns
from eutonia.knowledge import table
from eutonia.model import NeckSign


def _sign(text):
    pattern, _, side = text.partition(" ")
    return NeckSign(pattern=pattern, side=side or "unknown")


def _signs(*texts):
    return [_sign(t) for t in texts]


def test_the_words_of_the_first_page():
    """The patterns read as on the first page of the clinical rules, in the order of the table."""
    signs = _signs("shoulder_up right", "laterocaput left", "torticaput right")
    assert in_words(signs) == "torticaput R, laterocaput L, shoulder up R"


def test_the_eight_basic_forms_are_four_axes_on_two_levels():
    """Torti, latero, ante and retro each exist for the neck and for the head."""
    basic = {k for k, e in table("neck_patterns").items() if e["basic"]}
    stems = ("torti", "latero", "ante", "retro")
    assert basic == {stem + level for stem in stems for level in ("collis", "caput")}


@pytest.mark.parametrize(
    ("parts", "shift"),
    [
        (("laterocollis right", "laterocaput left"), "lateral shift R"),
        (("laterocollis left", "laterocaput right"), "lateral shift L"),
        (("antecollis", "retrocaput"), "forward sagittal shift"),
        (("retrocollis", "antecaput"), "backward sagittal shift"),
    ],
)
def test_two_patterns_make_a_shift(parts, shift):
    """A pattern of the neck and the opposite one of the head are said as a shift."""
    found = neck_patterns(_signs(*parts))
    assert found.words == shift
    assert len(found.patterns) == 2
    assert not found.missing


def test_a_tilt_of_one_side_is_no_shift():
    """Neck and head tilted to the same side stay two patterns."""
    found = neck_patterns(_signs("laterocollis right", "laterocaput right"))
    assert found.words == "laterocollis R, laterocaput R"
    assert not found.shifts


def test_a_shift_that_is_named_and_made_is_said_once():
    """A shift named beside its two parts is the same shift."""
    signs = _signs("laterocollis right", "laterocaput left", "lateral_shift right")
    assert neck_patterns(signs).words == "lateral shift R"


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        (("torticaput right", "torticaput left"), "exclude each other"),
        (("antecollis", "retrocollis"), "exclude each other"),
        (("torticollis",), "the side of torticollis"),
        (("giraffe",), "'giraffe' is no pattern"),
    ],
)
def test_what_contradicts_itself_or_lacks_is_said(signs, words):
    """Opposite patterns of one level, a missing side and an unknown pattern are each named."""
    assert any(words in m for m in neck_patterns(_signs(*signs)).missing)


def test_both_shoulders_may_be_raised():
    """Shoulders do not exclude each other."""
    assert not neck_patterns(_signs("shoulder_up right", "shoulder_up left")).missing


def test_one_view_does_not_part_neck_from_head():
    """From a front view alone the level that was named is not taken for known."""
    signs = _signs("torticaput right")
    front = neck_patterns(signs, views=("front",))
    assert not front.separable
    assert NOT_SEPARABLE in front.words
    assert any("profile" in m for m in front.missing)
    assert neck_patterns(signs, views=("front", "profile left")).separable
    assert neck_patterns(signs).separable


def test_sums_named_by_the_examiner_are_not_separable():
    """Rotation without a level says that neck and head were not told apart."""
    assert in_words(_signs("rotation left")) == f"rotation L, {NOT_SEPARABLE}"


# Each row of the sign conventions (classification §5): axis, sign, expected pattern and side.
SIGNS = [
    ("yaw", 20.0, "torticaput", "right"),
    ("yaw", -20.0, "torticaput", "left"),
    ("roll", 20.0, "laterocaput", "right"),
    ("roll", -20.0, "laterocaput", "left"),
    ("pitch", 20.0, "retrocaput", "midline"),
    ("pitch", -20.0, "antecaput", "midline"),
]


@pytest.mark.parametrize(("axis", "angle", "pattern", "side"), SIGNS)
def test_the_sign_conventions(axis, angle, pattern, side):
    """Above 0 is chin or ear to the person's right and chin up, for head and neck alike."""
    head = from_angles({axis: angle}, {axis: 0.0}).patterns
    assert [(s.pattern, s.side) for s in head] == [(pattern, side)]
    neck = from_angles({axis: 0.0}, {axis: angle}).patterns
    assert [(s.pattern, s.side) for s in neck] == [(pattern.replace("caput", "collis"), side)]


def test_both_angles_part_neck_from_head():
    """With both angles known, neck to the right and head to the left are a lateral shift."""
    found = from_angles({"roll": -12.0}, {"roll": 15.0})
    assert found.separable
    assert [s.pattern for s in found.shifts] == ["lateral_shift"]
    assert found.shifts[0].side == "right"


def test_without_the_neck_only_the_sum_is_known():
    """A head angle alone gives rotation or tilt, and says that the levels are not separable."""
    found = from_angles({"yaw": 24.0, "roll": -11.0})
    assert found.words == f"rotation R 24°, tilt L 11°, {NOT_SEPARABLE}"
    assert not found.separable
    assert any("profile" in m for m in found.missing)


def test_small_angles_are_no_pattern():
    """Below the least angle nothing is named; at it, a pattern is."""
    least = table("neck_rules")["least_deg"]["value"]
    assert from_angles({"yaw": least - 0.01}, {"yaw": 0.0}).patterns == ()
    assert from_angles({"yaw": float(least)}, {"yaw": 0.0}).words.startswith("torticaput R")
    assert from_angles({"yaw": 12.0}, {"yaw": 0.0}, least_deg=15).patterns == ()


angles = st.dictionaries(
    st.sampled_from(["yaw", "roll", "pitch"]),
    st.floats(-180, 180) | st.just(float("nan")) | st.just(float("inf")),
)


@given(angles, angles)
def test_mirroring_the_angles_mirrors_the_sides(head, neck):
    """Turning yaw and roll around swaps left and right and changes nothing else."""

    def swap(deg):
        return {a: v if a == "pitch" else -v for a, v in deg.items()}

    other = {"left": "right", "right": "left", "midline": "midline"}
    a, b = from_angles(head, neck), from_angles(swap(head), swap(neck))
    assert {(s.pattern, other[s.side]) for s in a.patterns} == {
        (s.pattern, s.side) for s in b.patterns
    }
    assert (a.separable, len(a.shifts)) == (b.separable, len(b.shifts))


@given(
    st.lists(
        st.builds(
            NeckSign,
            pattern=st.sampled_from(sorted(table("neck_patterns"))) | st.text(max_size=5),
            side=st.sampled_from(["left", "right", "both", "midline", "unknown"]),
            degrees=st.none() | st.floats(),
        ),
        max_size=6,
    )
)
def test_no_entry_breaks_the_reading_and_none_is_lost(signs):
    """Whatever is entered is kept among the patterns, and the words are never empty for it."""
    found = neck_patterns(signs)
    assert set(map(repr, found.patterns)) == set(map(repr, signs))
    assert bool(found.words.strip()) or not any(s.pattern.strip() for s in signs)


def test_published_frequencies_are_those_of_the_source():
    """The frequencies of 306 people stand as published, each cited."""
    told = table("neck_frequencies")
    assert {k: e.get("value", e.get("below")) for k, e in told.items()} == {
        "torticaput_primary": 49,
        "laterocaput_primary": 16.7,
        "other_primary": 10,
        "pure": 16.3,
        "per_person": 2.51,
        "tremor": 55.6,
        "shift": 14.7,
    }
    assert told["per_person"]["sd"] == 1.09
    assert all(e["refs"] == ["JostColCap2020"] for e in told.values())
