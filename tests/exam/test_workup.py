"""The work-up: reminders of classification §8 and clinical-rules §3 and §7, and results."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.workup import against_range, workup
from eutonia.knowledge import table
from eutonia.model import (
    Aetiology,
    Examination,
    Exposure,
    GeneFinding,
    Growth,
    History,
    PassiveRange,
    RegionSeen,
    Relative,
    Score,
    Strength,
    Therapy,
    WorkupResult,
)
from eutonia.model.record import Person, VisitState

ADULT = Person(id="sub-01", age_years=60)
CHILD = Person(id="sub-02", age_years=9)
SEEN = Examination(rater="A", date="2026-03-02")
LATE = History(onset_age=58)
EXPLAINED = (Aetiology(block="genetic", what="x", certainty="confirmed"),)


def items(person=ADULT, history=LATE, state=VisitState(), **examined):
    """Return item to its line for one examination."""
    danger = tuple((d, True) for d in examined.pop("danger", ()))
    seen = replace(SEEN, danger=danger, **examined)
    return {i.item: i for i in workup(person, state, (seen,), history)}


def regions(*some):
    return tuple(RegionSeen(region=r) for r in some)


WILSON = ("ceruloplasmin", "urinary_copper_24h", "kayser_fleischer")
ROWS = [
    # --- §8.1 Wilson disease
    *[({"history": History(onset_age=40)}, item, True) for item in WILSON],
    *[({"history": History(onset_age=56)}, item, False) for item in WILSON],
    *[({"history": LATE, "other_signs": ("liver",)}, item, True) for item in WILSON],
    *[({"history": History(onset_age=40, aetiology=EXPLAINED)}, item, False) for item in WILSON],
    ({"person": Person(id="x"), "history": History()}, "ceruloplasmin", True),  # age not known
    # --- §8.2 levodopa trial and what follows where it is not clear
    ({"history": History(onset_age=12)}, "levodopa_trial", True),
    ({"history": History(onset_age=28, onset_region="UR")}, "levodopa_trial", True),
    ({"variability": "diurnal"}, "levodopa_trial", True),
    ({}, "levodopa_trial", False),
    *[({"variability": "diurnal"}, i, True) for i in ("csf_neurotransmitters", "csf_pterins")],
    # --- §8.3 contracture
    ({"danger": ("fixed_posture",)}, "passive_range", True),
    ({"danger": ("fixed_posture",)}, "anaesthesia", True),
    # --- treatable causes
    ({"variability": "paroxysmal"}, "csf_glucose_ratio", True),
    (
        {"person": CHILD, "history": History(onset_age=3), "other_signs": ("seizures",)},
        "csf_glucose_ratio",
        True,
    ),
    (
        {"person": CHILD, "history": History(onset_age=3), "danger": ("fever",)},
        "biotin_thiamine",
        True,
    ),
    ({"history": replace(LATE, conditions=("encephalopathy",))}, "biotin_thiamine", True),
    ({"history": replace(LATE, conditions=("polycythaemia",))}, "manganese", True),
    ({"other_signs": ("liver",)}, "manganese", True),
    ({"history": replace(LATE, conditions=("tendon xanthomas",))}, "cholestanol", True),
    ({"other_signs": ("ophthalmoplegia",)}, "niemann_pick_c", True),
    ({"other_signs": ("ophthalmoplegia",)}, "vertical_gaze", True),
    ({"history": replace(LATE, conditions=("splenomegaly",))}, "niemann_pick_c", True),
    ({"danger": ("sudden_onset",)}, "autoantibodies", True),
    *[
        ({}, i, False)
        for i in (
            "csf_glucose_ratio",
            "biotin_thiamine",
            "manganese",
            "cholestanol",
            "niemann_pick_c",
            "autoantibodies",
        )
    ],
    # --- imaging and electrophysiology
    ({"regions": (RegionSeen(region="UR"), RegionSeen(region="DR"))}, "mri_brain", True),
    ({}, "mri_brain", False),
    ({"danger": ("electric_shocks",)}, "mri_spine", True),
    ({"history": History(onset_age=58, onset_region="DL")}, "dopamine_imaging", True),
    ({"regions": regions("CE")}, "emg", True),
    ({"variability": "paroxysmal"}, "eeg", True),
    ({}, "eeg", False),
    ({"danger": ("generalised_spasms",)}, "creatine_kinase", True),
    # --- genes
    ({"history": History(onset_age=20)}, "gene_test", True),
    ({"history": replace(LATE, family_dystonia=True)}, "gene_test", True),
    ({"history": replace(LATE, family_dystonia=True)}, "counselling", True),
    ({"history": replace(LATE, genes=(GeneFinding(gene="TOR1A"),))}, "counselling", True),
    ({}, "gene_test", False),
    # --- clinical-rules §7
    *[
        ({"person": CHILD, "history": History(onset_age=5)}, i, True)
        for i in ("growth", "school", "assent", "birth")
    ],
    *[({}, i, False) for i in ("growth", "school", "assent")],
    ({"regions": regions("UR")}, "handwriting", True),
    ({"regions": regions("LX")}, "intelligibility", True),
    ({"regions": regions("LC")}, "swallowing", True),
    ({"state": VisitState(toxin_day=14)}, "strength", True),
    ({"state": VisitState(toxin_day=14)}, "swallowing", True),
    ({"danger": ("eyes_closed_mostly",)}, "driving", True),
    *[
        ({}, i, True)
        for i in (
            "onset",
            "exposures",
            "treatments",
            "family_history",
            "drug_review",
            "mood",
            "work",
        )
    ],
]


@pytest.mark.parametrize(("visit", "item", "reminded"), ROWS)
def test_each_reminder(visit, item, reminded):
    """Each line is reminded of where its reason applies, and not elsewhere."""
    found = items(**visit)
    assert (item in found) is reminded
    if reminded:
        assert found[item].status == "open"
        assert found[item].reason


DONE = [
    ({"history": History(onset_age=58, onset_region="CE")}, "onset"),
    ({"history": replace(LATE, family_dystonia=False)}, "family_history"),
    ({"history": replace(LATE, relatives=(Relative(id="a", affected=True),))}, "pedigree"),
    ({"history": replace(LATE, exposures=(Exposure(name="none"),))}, "exposures"),
    ({"history": replace(LATE, therapies=(Therapy(kind="bont"),))}, "treatments"),
    ({"state": VisitState(drugs=())}, "drug_review"),
    ({"history": History(onset_age=12, levodopa_trial="no response")}, "levodopa_trial"),
    ({"history": History(onset_age=12, genes=(GeneFinding(gene="THAP1"),))}, "gene_test"),
    ({"history": History(onset_age=12, gene_counselling=True)}, "counselling"),
    ({"person": CHILD, "history": History(growth=(Growth(age_years=8, height_cm=130),))}, "growth"),
    ({"person": CHILD, "history": History(school="third year")}, "school"),
    ({"person": CHILD, "state": VisitState(assent=False)}, "assent"),
    ({"person": CHILD, "history": History(birth="at term")}, "birth"),
    ({"person": CHILD, "history": History(consanguinity=False)}, "related_parents"),
    ({"scores": (Score(scale="PHQ9", totals=(("total", 3),)),)}, "mood"),
    ({"regions": regions("CE"), "driving": "drives"}, "driving"),
    ({"work": "teacher"}, "work"),
    ({"regions": regions("LX"), "speech": "hoarse"}, "intelligibility"),
    ({"regions": regions("LX"), "swallowing": "normal"}, "swallowing"),
    (
        {"danger": ("head_drop",), "strength": (Strength(movement="neck extension", mrc=3),)},
        "strength",
    ),
    (
        {
            "danger": ("fixed_posture",),
            "passive_range": (PassiveRange(joint="elbow", motion="extension", passive_deg=0),),
        },
        "passive_range",
    ),
]


@pytest.mark.parametrize(("visit", "item"), DONE)
def test_what_is_entered_counts_as_done(visit, item):
    """A line whose answer stands in the record is done without a further entry."""
    assert items(**visit)[item].status == "done"


def test_active_range_alone_is_not_done():
    """An active range, as from a video, leaves the passive range open."""
    active = (PassiveRange(joint="elbow", motion="extension", active_deg=10),)
    assert items(danger=("fixed_posture",), passive_range=active)["passive_range"].status == "open"


@pytest.mark.parametrize("status", ["done", "ordered", "declined", "not needed"])
def test_an_entry_gives_the_status_with_its_reason(status):
    """What was entered is listed with its status and words, also where nothing reminds of it."""
    one = WorkupResult(item="eeg", status=status, result="as agreed", by="A", date="2025")
    found = items(history=replace(LATE, tests=(one,)))["eeg"]
    assert (found.status, found.result) == (status, "2025, as agreed, by A")


def test_the_latest_entry_decides_and_all_stay():
    """Declined in 2020 and done in 2023 is done, in any order of entry, and both are shown."""
    tests = (
        WorkupResult(item="mri_brain", date="2023", result="normal"),
        WorkupResult(item="mri_brain", status="declined", date="2020", result="fear"),
    )
    for some in (tests, tests[::-1]):
        found = items(history=replace(LATE, tests=some))["mri_brain"]
        assert found.status == "done"
        assert found.result == "2020, fear; 2023, normal"


def test_an_analyte_belongs_to_its_line_and_an_unknown_name_is_kept():
    """HVA counts for the line of neurotransmitters; what no table knows is listed as it is."""
    tests = (WorkupResult(item="hva", value=200, unit="nmol/L"), WorkupResult(item="tarot"))
    found = items(history=replace(LATE, tests=tests))
    assert found["csf_neurotransmitters"].status == "done"
    assert "200 nmol/L" in found["csf_neurotransmitters"].result
    assert (found["tarot"].group, found["tarot"].status) == ("other", "done")


@pytest.mark.parametrize(
    ("value", "lo", "hi", "words"),
    [
        (0.18, 0.2, 0.6, "below the laboratory's range, 0.2 to 0.6"),
        (0.2, 0.2, 0.6, "inside the laboratory's range, 0.2 to 0.6"),
        (0.7, 0.2, 0.6, "above the laboratory's range, 0.2 to 0.6"),
        (5, None, 4, "above the laboratory's range, 4 or less"),
        (5, 6, None, "below the laboratory's range, 6 or more"),
        (0.01, None, None, "no range of the laboratory entered: not judged"),
        (0.3, 0.6, 0.2, "upside down: not judged"),
    ],
)
def test_results_against_the_laboratory_alone(value, lo, hi, words):
    """A number is held against the range entered with it, and against nothing else."""
    one = WorkupResult(item="ceruloplasmin", value=value, unit="g/L", lo=lo, hi=hi)
    assert words in against_range(one)


def test_the_laboratorys_own_word_is_reported_as_such():
    """An outcome is printed as reported, not as ours."""
    one = WorkupResult(item="ceruloplasmin", outcome="abnormal", date="2024-05")
    assert against_range(one) == "2024-05, ceruloplasmin, reported as abnormal"


def test_no_dose_and_no_citation_from_memory():
    """No line names an amount of a drug, and only lines marked V cite."""
    import re

    for item in table("workup").values():
        assert not re.search(r"\d\s*(mg|units?)\b|mg/kg", f"{item['title']} {item['reason']}")
        assert bool(item.get("refs")) is (item["mark"] == "V")


def test_every_group_has_a_line():
    """History, family, drugs, laboratory, CSF and all other groups have lines of their own."""
    groups = set(table("workup_groups")) - {"other"}
    assert {item["group"] for item in table("workup").values()} == groups


def test_every_line_is_reached_by_some_visit():
    """No line is asleep: each is reminded of in some visit."""
    child = History(
        onset_age=5,
        family_dystonia=True,
        conditions=("encephalopathy", "diarrhoea", "splenomegaly"),
        exposures=(Exposure(name="haloperidol"),),
        onset_region="DR",
    )
    everything = {
        "danger": tuple(table("danger_signs")),
        "regions": regions(*table("regions")),
        "motor_signs": tuple(table("motor_signs")),
        "other_signs": tuple(table("other_signs")),
        "course": "progressive",
    }
    found = set(items(person=CHILD, history=child, **everything))
    found |= set(items(history=LATE, **everything))
    found |= set(items(variability="paroxysmal"))
    asleep = {key for key, item in table("workup").items() if item["remind"] == "never"}
    assert set(table("workup")) - asleep == found
    # Those are single analytes, which count for another line.
    assert all(table("laboratory")[key]["item"] in found for key in asleep)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=10),
    st.text(max_size=10),
    st.none() | st.floats(),
    st.none() | st.floats(),
    st.none() | st.floats(),
)
def test_odd_results_never_crash_and_are_never_lost(item, date, value, lo, hi):
    """Any name, date and number is listed under its name."""
    one = WorkupResult(item=item, date=date, value=value, lo=lo, hi=hi, result="kept")
    found = workup(ADULT, VisitState(), (SEEN,), replace(LATE, tests=(one,)))
    assert any("kept" in line.result for line in found)
