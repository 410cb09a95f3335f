"""Every row of the classification's tables, disagreement, overrides, and that nothing breaks it."""

import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.classification import classify
from eutonia.knowledge import table
from eutonia.model import (
    DiaryEntry,
    Examination,
    History,
    InvalidRecord,
    NeckSign,
    Override,
    Person,
    RegionSeen,
    Relative,
    Score,
)

PERSON = Person(id="sub-01")


def _seen(*regions, rater="A", **fields):
    return Examination(rater=rater, regions=tuple(RegionSeen(region=r) for r in regions), **fields)


def _conclude(*examinations, history=History(), person=PERSON, **kwargs):
    found = classify(examinations, history, person=person, **kwargs)
    return {c.about: c for c in found}


# --- age at onset: each row of §2.1, its edges and what lies between the printed bands ----------


@pytest.mark.parametrize(
    ("age", "band", "mark"),
    [
        (0, "infancy", "V"),
        (2, "infancy", "V"),
        (2.9, "infancy", "D"),
        (3, "childhood", "V"),
        (12, "childhood", "V"),
        (12.99, "childhood", "D"),
        (13, "adolescence", "V"),
        (20, "adolescence", "V"),
        (20.5, "adolescence", "D"),
        (21, "early_adulthood", "V"),
        (39, "early_adulthood", "V"),
        (40, "early_adulthood", "D"),
        (40.9, "early_adulthood", "D"),
        (41, "late_adulthood", "V"),
        (88, "late_adulthood", "V"),
    ],
)
def test_the_bands_of_age_are_half_open(age, band, mark):
    """Each age falls in its band, and only ages on which the sources agree carry the citation."""
    found = _conclude(history=History(onset_age=age))["age_at_onset"]
    assert (found.value, found.mark) == (band, mark)
    assert bool(found.sources) == (mark == "V")


def test_an_unknown_age_is_never_imputed_from_the_diagnosis():
    """With only the age at diagnosis the band is unknown, and the diagnosis is still shown."""
    found = _conclude(history=History(diagnosis_age=34))["age_at_onset"]
    assert found.value == "unknown"
    assert "age at diagnosis 34 years" in found.because
    assert any("not the age at onset" in m for m in found.missing)


def test_onset_and_diagnosis_are_both_kept():
    """Both ages are told, and the band follows the onset."""
    found = _conclude(history=History(onset_age=12, diagnosis_age=19))["age_at_onset"]
    assert found.value == "childhood"
    assert found.because == ("age at onset 12 years", "age at diagnosis 19 years")
    assert not found.missing


@pytest.mark.parametrize(
    ("history", "value", "words"),
    [
        (History(onset_age=-1), "unknown", "0 to 150"),
        (History(onset_age=float("nan")), "unknown", "0 to 150"),
        (History(onset_age=62), "undecided", "corrected"),
        (History(onset_age=30, diagnosis_age=20), "early_adulthood", "before the age at onset"),
    ],
)
def test_ages_that_cannot_be_are_said(history, value, words):
    """No age, an onset after the present age, and a diagnosis before the onset are each named."""
    person = Person(id="sub-01", age_years=50)
    found = _conclude(history=history, person=person)["age_at_onset"]
    assert found.value == value
    assert any(words in m for m in found.missing)


# --- family -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "value"),
    [
        (History(family_dystonia=True), "positive"),
        (History(family_dystonia=False), "negative"),
        (History(), "unknown"),
        (
            History(relatives=(Relative(id="1", affected=True, what="cervical dystonia"),)),
            "positive",
        ),
        (History(relatives=(Relative(id="1", affected=True, what="tremor"),)), "unknown"),
        (
            History(
                family_dystonia=False,
                relatives=(Relative(id="1", affected=True, what="Dystonia"),),
            ),
            "undecided",
        ),
    ],
)
def test_family_history(history, value):
    """The answer and the pedigree are brought together; a contradiction is undecided."""
    assert _conclude(history=history)["family_history"].value == value


# --- distribution -------------------------------------------------------------------------------


def test_no_region_marked_is_unknown_and_not_none():
    """An examination without regions says nothing; regions rated 0 say that none is affected."""
    assert _conclude(_seen())["distribution"].value == "unknown"
    free = Examination(rater="A", regions=(RegionSeen(region="CE", severity=0),))
    assert _conclude(free)["distribution"].value == "none"


def test_a_region_rated_0_is_not_counted():
    """A region that was looked at and found free does not make a focal dystonia segmental."""
    regions = (RegionSeen(region="CE", severity=2), RegionSeen(region="UR", severity=0))
    found = _conclude(Examination(rater="A", regions=regions))
    assert found["distribution"].value == "focal"


def test_raters_who_disagree_leave_it_undecided_and_both_are_shown():
    """Two raters with different regions are both told, and neither is preferred."""
    found = _conclude(_seen("CE"), _seen("CE", "TR", rater="B"))["distribution"]
    assert found.value == "undecided"
    assert any(b.startswith("rater A: focal") for b in found.because)
    assert any(b.startswith("rater B: segmental") for b in found.because)
    assert any("the raters differ" in m for m in found.missing)


def test_raters_who_agree_say_it_together():
    """Two raters with the same regions, in any order, agree."""
    found = _conclude(_seen("CE", "TR"), _seen("TR", "CE", rater="B"))["distribution"]
    assert (found.value, len(found.because), found.missing) == ("segmental", 2, ())


def test_the_same_spread_over_different_regions_is_said():
    """Two raters who both see one region, but not the same one, are not said to agree on it."""
    found = _conclude(_seen("CE"), _seen("UC", rater="B"))
    assert found["distribution"].value == "focal"
    assert any("regions" in m for m in found["distribution"].missing)
    assert found["form"].value == "undecided"


def test_a_side_that_would_decide_is_asked_for():
    """Arm and leg of one side with a face of unknown side: the side would make it hemidystonia."""
    found = _conclude(_seen("UR", "DR", "LC"))["distribution"]
    assert found.value == "multifocal"
    assert any("side of the lower cranial" in m for m in found.missing)
    sided = (*_seen("UR", "DR").regions, RegionSeen(region="LC", side="right"))
    assert _conclude(Examination(rater="A", regions=sided))["distribution"].value == "hemidystonia"


def test_one_sided_without_arm_and_leg_is_flagged():
    """Neck and arm of one side stay segmental, and it is said that all is on one side."""
    regions = (RegionSeen(region="CE", side="left"), RegionSeen(region="UL"))
    found = _conclude(Examination(rater="A", regions=regions))["distribution"]
    assert found.value == "segmental"
    assert "one side" in found.words


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (RegionSeen(region="XX"), "no region 'XX'"),
        (RegionSeen(region="UR", side="left"), "right upper limb"),
    ],
)
def test_regions_that_cannot_be_leave_it_undecided(region, words):
    """An unknown region or a wrong side is named instead of breaking the whole classification."""
    found = _conclude(Examination(rater="A", regions=(region,)))
    assert found["distribution"].value == "undecided"
    assert any(words in m for m in found["distribution"].missing)


def test_proposals_are_listed_and_never_counted():
    """What a finding proposes changes no conclusion; it is listed until an examiner decides."""
    proposals = (("UR", "bursts while writing"), ("CE", "head turned"))
    alone, with_them = _conclude(_seen("CE")), _conclude(_seen("CE"), proposals=proposals)
    proposed = with_them.pop("region_proposals")
    assert with_them == alone
    assert proposed.value == "UR, CE"
    assert [m for m in proposed.missing if "(UR)" in m]
    assert not [m for m in proposed.missing if "(CE)" in m]
    assert any("bursts while writing" in b for b in proposed.because)


def test_generalised_names_no_source_that_was_not_read():
    """The generalised rule is from memory: it carries no citation."""
    found = _conclude(_seen("TR", "CE", "UR"))["distribution"]
    assert (found.value, found.mark, found.sources) == ("generalised_without_leg", "M", ())


def test_the_older_scheme_stands_beside():
    """A trunk with two arms is generalised today and was segmental before 2013."""
    found = _conclude(_seen("TR", "UR", "UL"))
    assert found["distribution"].value == "generalised_without_leg"
    assert found["legacy_distribution"].value == "segmental"
    assert found["legacy_distribution"].axis == "scheme"


# --- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "mark"),
    [
        ("course", "static", "M"),
        ("course", "progressive", "M"),
        ("variability", "persistent", "V"),
        ("variability", "action_specific", "V"),
        ("variability", "diurnal", "V"),
        ("variability", "paroxysmal", "V"),
    ],
)
def test_the_temporal_pattern_is_what_the_examiner_names(field, value, mark):
    """Course and variability come from the examiner alone; the four patterns are published."""
    found = _conclude(_seen("CE", **{field: value}))[field]
    assert (found.value, found.mark) == (value, mark)
    assert bool(found.sources) == (mark == "V")


def test_a_pattern_in_time_is_unknown_until_it_is_named():
    """Nothing named is unknown, and two names are undecided."""
    assert _conclude(_seen("CE"))["variability"].value == "unknown"
    two = (_seen("CE", course="static"), _seen("CE", rater="B", course="progressive"))
    assert _conclude(*two)["course"].value == "undecided"


def test_a_hint_is_never_assigned():
    """An examination that hints at a task leaves the variability unknown."""
    region = RegionSeen(region="UR", at_rest=False, tasks=("writing",))
    found = _conclude(Examination(rater="A", regions=(region,)))
    assert found["variability_hint"].value == "action_specific"
    assert found["variability"].value == "unknown"


# --- phenomenology ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flag",
    [
        *("tremulous", "jerky", "overflow", "mirror", "null_point", "sensory_trick", "task"),
        "posture_pattern",
    ],
)
def test_each_flag_of_the_heading_of_2025_is_kept(flag):
    """Every flag that the domain lists exists, and is concluded when an examiner sees it."""
    assert flag in table("phenomenology")
    assert _conclude(_seen("CE", phenomenology=(flag,)))["phenomenology"].value == flag


def test_a_trick_that_works_is_a_sensory_trick():
    """The effect of the trick decides; a trick without effect is none that was seen."""
    works = _seen("CE", trick="hand to chin", trick_effect="partial")
    assert _conclude(works)["phenomenology"].value == "sensory_trick"
    fails = _seen("CE", trick="hand to chin", trick_effect="none")
    assert _conclude(fails)["phenomenology"].value == "none"


def test_yes_against_no_is_undecided_but_silence_is_not():
    """Only a rater who looked and did not see contradicts one who saw."""
    saw = _seen("CE", phenomenology=("tremulous", "jerky"))
    silent, denied = _seen("CE", rater="B"), _seen("CE", rater="B", absent=("tremulous",))
    assert _conclude(saw, silent)["phenomenology"].value == "tremulous, jerky"
    found = _conclude(saw, denied)["phenomenology"]
    assert found.value == "undecided"
    assert found.words == "Seen: jerky; the raters differ on tremulous."


# --- associated features ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "value"),
    [
        ((), "isolated"),
        (("tremor",), "isolated"),
        (("myoclonus",), "combined"),
        (("parkinsonism",), "combined"),
        (("tremor", "chorea"), "combined"),
        (None, "unknown"),
    ],
)
def test_isolated_or_combined(signs, value):
    """Another movement disorder makes it combined, tremor does not, and not looked is unknown."""
    assert _conclude(_seen("CE", motor_signs=signs))["associated"].value == value


def test_only_tremor_makes_nothing_combined():
    """Of all motor signs that are listed, tremor alone leaves the dystonia isolated."""
    assert [k for k, e in table("motor_signs").items() if not e["combined"]] == ["tremor"]


def test_that_tremor_does_not_count_is_not_cited():
    """The exception for tremor is from memory: with tremor the conclusion carries no citation."""
    assert _conclude(_seen("CE", motor_signs=("tremor",)))["associated"].sources == ()
    assert _conclude(_seen("CE", motor_signs=()))["associated"].sources


def test_other_signs_are_listed_and_complex_is_only_a_word():
    """Other signs stand in a conclusion of their own; complex is never a value."""
    found = _conclude(_seen("CE", motor_signs=("myoclonus",), other_signs=("seizures",)))
    assert found["associated"].value == "combined"
    assert "complex" in found["associated"].words
    assert found["other_manifestations"].value == "present"
    assert "seizures" in found["other_manifestations"].words
    assert "complex" not in {c.value for c in found.values()}


def test_non_motor_items_are_listed_wherever_they_were_noted():
    """Items come from the examination, the diary and the scales; the others are named as open."""
    seen = _seen("CE", pain_usual=4.0, scores=(Score(scale="GAD7"),), social_anxiety=2.0)
    diary = (DiaryEntry(time="2026-03-01T08:00", ratings=(("fatigue", 3.0),)),)
    found = _conclude(seen, diary=diary)["non_motor"]
    assert found.value == "pain, anxiety, social_anxiety, fatigue"
    assert found.missing == ("not noted: sleep", "not noted: mood")


# --- neck ---------------------------------------------------------------------------------------


def test_the_neck_is_read_and_raters_need_not_agree_to_the_degree():
    """The same patterns with other degrees agree; another side does not."""

    def neck(rater, side, degrees):
        sign = NeckSign(pattern="torticaput", side=side, degrees=degrees)
        return _seen("CE", rater=rater, neck=(sign,))

    same = _conclude(neck("A", "right", 20.0), neck("B", "right", 25.0))["neck_pattern"]
    assert same.value == "torticaput R"
    assert "torticaput R 25°" in same.because[1]
    other = _conclude(neck("A", "right", 20.0), neck("B", "left", 25.0))["neck_pattern"]
    assert other.value == "undecided"


# --- the examiner's last word -------------------------------------------------------------------


def _override(**fields):
    return Override(
        **{"about": "distribution", "value": "segmental", "reason": "seen on video"} | fields
    )


def test_an_override_replaces_the_value_and_keeps_both():
    """The examiner's value holds; what was computed and the reason stay beside it."""
    found = _conclude(_seen("CE", overrides=(_override(),)))["distribution"]
    assert (found.value, found.computed) == ("segmental", "focal")
    assert "seen on video" in found.reason
    assert found.sources == ()
    assert any("cervical" in b for b in found.because)


@pytest.mark.parametrize("about", ["age_at_onset", "form", "genetic", "legacy_distribution"])
def test_every_conclusion_can_be_overridden(about):
    """Whatever is concluded, an examiner may replace it."""
    found = _conclude(_seen("CE", overrides=(_override(about=about, value="x"),)))[about]
    assert found.value == "x"


def test_an_override_of_what_is_not_computed_is_kept():
    """An override of something that Eutonia does not conclude is not lost."""
    found = _conclude(_seen("CE", overrides=(_override(about="handedness_shift", value="yes"),)))
    assert found["handedness_shift"].value == "yes"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "the reason is empty"),
        ({"reason": "  "}, "the reason is empty"),
        ({"value": ""}, "the value is empty"),
        ({"about": " "}, "what it is about"),
    ],
)
def test_an_override_without_a_reason_is_refused(fields, words):
    """An override needs what it is about, a value and a reason."""
    with pytest.raises(InvalidRecord, match=words):
        _conclude(_seen("CE", overrides=(_override(**fields),)))


def test_two_overrides_that_differ_are_undecided():
    """Raters who override differently are both shown, with both reasons."""
    a = _seen("CE", overrides=(_override(),))
    b = _seen("CE", rater="B", overrides=(_override(value="focal", reason="one region"),))
    found = _conclude(a, b)["distribution"]
    assert found.value == "undecided"
    assert "rater A concludes segmental" in found.because
    assert "rater B: one region" in found.reason


# --- versions, and whatever comes ---------------------------------------------------------------


def test_2025_is_the_default_and_each_version_gives_its_items():
    """Each version concludes what it lists, and 2013 leaves out what 2025 added."""
    new, old = _conclude(_seen("CE")), _conclude(_seen("CE"), version="2013")
    assert new["classification_version"].value == "2025"
    for version, found in (("2025", new), ("2013", old)):
        items = table("axis_items")[version]
        assert {*items["axis_I"], *items["axis_II"]} <= found.keys()
    assert not {"family_history", "phenomenology", "genetic", "mechanism"} & old.keys()


def test_an_unknown_version_is_refused():
    """A version that does not exist is named with those that do."""
    with pytest.raises(InvalidRecord, match=r"version '1984'.*2013, 2025"):
        _conclude(_seen("CE"), version="1984")


def test_nothing_known_gives_only_unknown():
    """Without any examination all but the version is unknown, and says what is needed."""
    found = _conclude()
    found.pop("classification_version")
    assert {c.value for c in found.values()} == {"unknown"}
    assert not [c.about for c in found.values() if not c.missing]


words = st.text(string.ascii_letters + " ,;äß’", max_size=12)
some = st.sampled_from
_regions = st.builds(
    RegionSeen,
    region=some(sorted(table("regions"))) | words,
    side=some(["left", "right", "both", "midline", "unknown"]),
    at_rest=some([None, True, False]),
    tasks=st.lists(some(["writing", "piano", "rest", "not writing"]) | words, max_size=3).map(
        tuple
    ),
    severity=st.none() | st.floats(),
    note=words,
)
_examinations = st.builds(
    Examination,
    rater=some(["A", "B", ""]),
    form=some(["", "cervical", "Meige", "Schreibkrampf"]) | words,
    regions=st.lists(_regions, max_size=4).map(tuple),
    neck=st.lists(
        st.builds(NeckSign, pattern=some(sorted(table("neck_patterns"))) | words), max_size=3
    ).map(tuple),
    phenomenology=st.lists(some(sorted(table("phenomenology"))) | words, max_size=3).map(tuple),
    absent=st.lists(some(sorted(table("phenomenology"))), max_size=2).map(tuple),
    motor_signs=st.none() | st.lists(some(sorted(table("motor_signs"))) | words).map(tuple),
    other_signs=st.none() | st.lists(some(sorted(table("other_signs"))) | words).map(tuple),
    overrides=st.lists(
        st.builds(
            Override,
            about=some(["distribution", "form", "associated"]),
            value=st.just("x"),
            reason=st.just("y"),
        ),
        max_size=2,
    ).map(tuple),
    pain_usual=st.none() | st.floats(),
    speech=words,
    video=words,
)
_diary = st.builds(
    DiaryEntry,
    time=words | st.datetimes().map(lambda t: t.isoformat(timespec="minutes")),
    ratings=st.lists(st.tuples(some(["severity", "pain"]), st.floats()), max_size=2).map(tuple),
    tasks=st.lists(words, max_size=2).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_examinations, max_size=3).map(tuple),
    st.builds(History, onset_age=st.none() | st.floats(), diagnosis_age=st.none() | st.floats()),
    st.lists(_diary, max_size=4).map(tuple),
)
def test_whatever_is_entered_gives_conclusions_with_words(examinations, history, diary):
    """No entry breaks the classification, and each conclusion has a value, words and known axes."""
    found = classify(examinations, history, person=PERSON, diary=diary)
    for c in found:
        assert c.value
        assert c.words.strip()
        assert c.axis in ("I", "II", "scheme")
        assert not c.sources or c.mark == "V"
    abouts = [c.about for c in found if c.about != "variability_hint"]
    assert len(abouts) == len(set(abouts))


@given(st.permutations([_seen("CE"), _seen("UR", rater="B"), _seen("CE", rater="C")]))
def test_the_order_of_raters_changes_no_value(examinations):
    """Whichever rater comes first, the conclusions are the same."""
    reference = _conclude(_seen("CE"), _seen("UR", rater="B"), _seen("CE", rater="C"))
    found = _conclude(*examinations)
    assert {k: c.value for k, c in found.items()} == {k: c.value for k, c in reference.items()}


def test_an_examination_can_be_repeated_without_effect():
    """The same rater's examination twice says no more than once."""
    one = _seen("CE", motor_signs=())
    found, twice = _conclude(one), _conclude(one, replace(one))
    assert {k: c.value for k, c in found.items()} == {k: c.value for k, c in twice.items()}
