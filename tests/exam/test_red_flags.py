"""Red flags: every row of classification §7 and every sentence of clinical-rules §3, and the rest.

The table below is written from those two texts, not from ``knowledge/red_flags.yaml``.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.facts import facts
from eutonia.exam.red_flags import TIERS, asked, flags, hidden_tasks, stop_recording, why
from eutonia.knowledge import table
from eutonia.model import (
    Aetiology,
    DiaryEntry,
    Examination,
    Exposure,
    Flag,
    FlagClosed,
    History,
    NeckSign,
    PassiveRange,
    RegionSeen,
    Score,
    Therapy,
    WorkupResult,
)
from eutonia.model.record import Drug, Person, VisitState

DAY = "2026-03-02"
ADULT = Person(id="sub-01", age_years=60)
#: Long known, late onset, cause confirmed: raises nothing by itself.
QUIET = History(
    onset_age=55, aetiology=(Aetiology(block="acquired", what="x", certainty="confirmed"),)
)


def case(*danger, person=ADULT, state=VisitState(), history=QUIET, diary=(), **examined):
    """Return the arguments of `flags` for one examination with these danger signs."""
    examination = Examination(
        rater="A", date=DAY, danger=tuple((d, True) for d in danger), **examined
    )
    return person, state, (examination,), history, diary


def tiers(arguments, **more):
    """Return the flags that are raised and open, with their tiers."""
    return {f.id: f.tier for f in flags(*arguments, **more) if f.closed is None}


def regions(*pairs):
    return tuple(RegionSeen(region=r, side=s) for r, s in pairs)


def took(name, **more):
    return replace(QUIET, exposures=(Exposure(name=name, **more),))


def on(*names):
    return VisitState(drugs=tuple(Drug(name=n) for n in names))


def pains(*values, day=1):
    return tuple(
        DiaryEntry(time=f"2026-02-{day + i:02d}T20:00", ratings=(("pain", float(v)),))
        for i, v in enumerate(values)
    )


def phq(*items, total=None):
    named = tuple((f"item_{i}", float(v)) for i, v in items)
    return (
        Score(scale="PHQ9", items=named, totals=(("total", total),) if total is not None else ()),
    )


def passive(left, right, **more):
    return tuple(
        PassiveRange(joint="wrist", motion="extension", side=s, passive_deg=d, **more)
        for s, d in (("left", left), ("right", right))
    )


def untested(**fields):
    return replace(History(), **fields)


UNKNOWN = Person(id="sub-02")
HEMI = regions(("UR", "right"), ("DR", "right"))
BLOCKER = {"change": "started", "days_before": 7}
YOUNG = replace(QUIET, onset_age=49, aetiology=())

ROWS = [
    # --- RF01
    *[
        (case(s), "RF01", "EMERGENCY")
        for s in ("stridor", "choking", "cannot_swallow_saliva", "blue_lips")
    ],
    # --- RF02, RF03 and DSAP
    (case(dsap=4), "RF02", "EMERGENCY"),
    (case(dsap=5), "RF02", "EMERGENCY"),
    *[
        (case("generalised_spasms", s), "RF02", "EMERGENCY")
        for s in ("fever", "sweating", "fast_pulse", "dark_urine", "not_sleeping")
    ],
    (case("generalised_spasms"), "RF02", None),
    (case("fever"), "RF02", None),
    (case(dsap=3), "RF03", "URGENT"),
    (case(dsap=3), "RF02", None),
    (case("cannot_lie"), "RF03", "URGENT"),
    (case(dsap=2), "RF03", "SOON"),
    (case("cannot_sit"), "RF03", "SOON"),
    (case(dsap=1), "RF03", None),
    # --- RF04
    (case("new_dopamine_blocker"), "RF04", "URGENT"),
    (case("new_dopamine_blocker", "stridor"), "RF04", "EMERGENCY"),
    (case(history=took("metoclopramide", **BLOCKER)), "RF04", "URGENT"),
    (case(history=took("Prochlorperazine", **BLOCKER)), "RF04", "URGENT"),
    (case(history=took("Haldol", change="raised", days_before=0)), "RF04", "URGENT"),
    (case(history=took("something", kind="dopamine_blocker", **BLOCKER)), "RF04", "URGENT"),
    (case(history=took("haloperidol", change="started", days_before=8)), "RF04", None),
    (case(history=took("haloperidol", change="stopped", days_before=2)), "RF04", None),
    (case(history=took("aspirin", **BLOCKER)), "RF04", None),
    (case(history=took("haloperidol", date="2019", **BLOCKER)), "RF04", None),
    (case(history=took("haloperidol", date="2026-02-25", **BLOCKER)), "RF04", "URGENT"),
    (case("new_deviation", state=on("risperidone")), "RF04", "URGENT"),
    (case("new_deviation", "choking", state=on("risperidone")), "RF04", "EMERGENCY"),
    # --- RF05: new arm and leg, or sudden one-sided; not every one-handed task dystonia
    (case("one_sided_new"), "RF05", "URGENT"),
    (case("one_sided_new", "within_24h"), "RF05", "EMERGENCY"),
    (case("sudden_onset"), "RF05", "URGENT"),
    (case("sudden_onset", "within_24h"), "RF05", "EMERGENCY"),
    *[
        (case(s), "RF05", "URGENT")
        for s in ("new_weakness", "speech_loss", "sight_loss", "sensory_loss")
    ],
    (case("sensory_loss", "within_24h"), "RF05", "EMERGENCY"),
    (case("new_parts", regions=HEMI), "RF05", "URGENT"),
    (case(regions=HEMI), "RF05", None),  # known for five years
    (case(regions=HEMI, person=UNKNOWN), "RF05", "URGENT"),  # not known to be old
    (case(regions=HEMI, history=replace(QUIET, onset_age=59.5)), "RF05", "URGENT"),
    (case(form="hemidystonia", person=UNKNOWN), "RF05", "URGENT"),
    (case(regions=regions(("UR", "right"))), "RF05", None),
    (case(regions=regions(("UR", "right")), form="writers_cramp", person=UNKNOWN), "RF05", None),
    (
        case(
            regions=regions(("UR", "right")),
            history=replace(QUIET, onset_speed="minutes to hours", onset_age=60),
        ),
        "RF05",
        "URGENT",
    ),
    (case(history=replace(QUIET, onset_speed="minutes to hours")), "RF05", None),  # years ago
    # --- RF06
    *[
        (case(s), "RF06", "URGENT")
        for s in ("gait_trouble", "clumsy_hands", "bladder_bowel_change", "electric_shocks")
    ],
    (case("new_weakness", regions=regions(("CE", "unknown"))), "RF06", "URGENT"),
    (case("new_weakness", form="cervical"), "RF06", "URGENT"),
    (case("bladder_bowel_loss"), "RF06", "EMERGENCY"),
    (case("rapid_weakness"), "RF06", "EMERGENCY"),
    # --- RF07
    (case("toxin_breathing"), "RF07", "EMERGENCY"),
    (case("toxin_spread"), "RF07", "URGENT"),
    (case("choking", state=VisitState(toxin_day=10)), "RF07", "EMERGENCY"),
    (case("choking", state=VisitState(toxin_day=400)), "RF07", None),
    (
        case("aspiration", diary=(DiaryEntry(time="2026-03-01T09:00", toxin_day=12),)),
        "RF07",
        "URGENT",
    ),
    # --- RF08
    *[(case(s), "RF08", "URGENT") for s in ("dbs_trouble", "dbs_wound", "dbs_alarm")],
    (case("sudden_onset", state=VisitState(stimulator="on")), "RF08", "URGENT"),
    (case("fever", history=replace(QUIET, therapies=(Therapy(kind="dbs"),))), "RF08", "URGENT"),
    (case("dbs_trouble", "generalised_spasms", "sweating"), "RF08", "EMERGENCY"),
    (case("dbs_trouble", dsap=4), "RF08", "EMERGENCY"),
    # --- RF09
    (case("pump_withdrawal"), "RF09", "EMERGENCY"),
    (
        case("confusion", history=replace(QUIET, therapies=(Therapy(kind="baclofen pump"),))),
        "RF09",
        "EMERGENCY",
    ),
    (
        case("confusion", history=replace(QUIET, therapies=(Therapy(kind="baclofen"),))),
        "RF09",
        None,
    ),
    # --- RF10
    (case(history=YOUNG), "RF10", "SOON"),
    (case(history=replace(YOUNG, onset_age=50)), "RF10", None),
    (case(history=replace(YOUNG, onset_age=58), other_signs=("liver",)), "RF10", "SOON"),
    (case(history=replace(YOUNG, onset_age=58), other_signs=("psychiatric",)), "RF10", "SOON"),
    (case(person=Person(id="x", age_years=30), history=untested()), "RF10", "SOON"),
    (case(history=replace(QUIET, onset_age=30)), "RF10", None),  # cause confirmed
    # --- RF11
    (case(history=replace(QUIET, onset_age=20)), "RF11", "SOON"),
    (case(history=replace(QUIET, onset_age=21)), "RF11", None),
    (case(variability="diurnal"), "RF11", "SOON"),
    (case(history=replace(QUIET, diurnal=True)), "RF11", "SOON"),
    (
        case(
            history=replace(
                QUIET, onset_region="DL", tests=(WorkupResult(item="mri_brain", outcome="normal"),)
            )
        ),
        "RF11",
        "SOON",
    ),
    (case(history=replace(QUIET, onset_region="DL")), "RF11", None),
    # --- RF12
    *[
        (case(course="progressive", other_signs=(s,)), "RF12", "SOON")
        for s in ("dementia", "neuropathy", "seizures", "ophthalmoplegia", "deafness")
    ],
    (case(course="progressive", motor_signs=("ataxia",)), "RF12", "SOON"),
    (case(course="progressive", history=replace(QUIET, conditions=("Epilepsy",))), "RF12", "SOON"),
    (case(course="static", other_signs=("dementia",)), "RF12", None),
    (case(course="progressive"), "RF12", None),
    # --- RF13
    (case("fixed_posture"), "RF13", "SOON"),
    (case(passive_range=passive(40, 61)), "RF13", "SOON"),
    (case(passive_range=passive(40, 60)), "RF13", None),
    (case(passive_range=passive(60, 60, same_in_sleep=True)), "RF13", "SOON"),
    (
        case(
            passive_range=(
                PassiveRange(joint="wrist", motion="extension", side="left", active_deg=5),
                PassiveRange(joint="wrist", motion="extension", side="right", active_deg=70),
            )
        ),
        "RF13",
        None,
    ),
    # --- RF14
    (case(scores=phq((9, 1))), "RF14", "URGENT"),
    (case(scores=phq((9, 0))), "RF14", None),
    (case("suicidal_thoughts"), "RF14", "URGENT"),
    (case("suicidal_plan"), "RF14", "EMERGENCY"),
    (case(scores=phq(total=15.0)), "RF14", "SOON"),
    (case(scores=phq(total=14.0)), "RF14", None),
    (
        case(scores=phq((1, 3), (2, 3), (3, 3), (4, 3), (5, 3))),
        "RF14",
        "SOON",
    ),  # incomplete: 15 already
    (case(pain_usual=7), "RF14", "SOON"),
    (case(pain_usual=6.9, pain_worst=10), "RF14", None),
    (case("severe_pain"), "RF14", "SOON"),
    (case(diary=pains(7, 1, 8, 1, 9)), "RF14", "SOON"),
    (case(diary=pains(7, 1, 8, 1, 6)), "RF14", None),
    (case(state=VisitState(pain=9)), "RF14", None),  # now is not sustained
    # --- RF15
    *[(case(s), "RF15", "URGENT") for s in ("confusion", "urinary_retention", "eye_pain")],
    (case("new_depression", state=on("Tetrabenazine")), "RF15", "URGENT"),
    (case("new_depression", state=on("clonazepam")), "RF15", "URGENT"),
    (case("eye_pain", state=on("Artane")), "RF15", "EMERGENCY"),
    (case("sight_loss", state=on("trihexyphenidyl")), "RF15", "EMERGENCY"),
    (
        case("eye_pain", history=replace(QUIET, therapies=(Therapy(kind="trihexyphenidyl"),))),
        "RF15",
        "EMERGENCY",
    ),
    (
        case(
            "eye_pain",
            history=replace(QUIET, therapies=(Therapy(kind="trihexyphenidyl", stopped="2020"),)),
        ),
        "RF15",
        "URGENT",
    ),
    # --- RF16
    (case("not_seen_by_doctor"), "RF16", "DISCUSS"),
    # --- added by clinical-rules §3
    *[
        (case("acute_torticollis", s), "RF17", "URGENT")
        for s in ("neck_trauma", "fever", "headache")
    ],
    (case("acute_torticollis", person=Person(id="c", age_years=9)), "RF17", "URGENT"),
    (
        case(
            "acute_torticollis",
            history=took("fall", kind="trauma", change="happened", days_before=3),
        ),
        "RF17",
        "URGENT",
    ),
    (case("acute_torticollis"), "RF17", None),
    (case("head_drop"), "RF18", "SOON"),
    (case("antecollis", "stridor"), "RF19", "EMERGENCY"),
    (case("stridor", neck=(NeckSign(pattern="antecollis"),)), "RF19", "EMERGENCY"),
    (case("autonomic_failure", neck=(NeckSign(pattern="antecaput"),)), "RF19", "SOON"),
    (case("antecollis", other_signs=("autonomic_failure",)), "RF19", "SOON"),
    (case("antecollis"), "RF19", None),
    (case("stridor", neck=(NeckSign(pattern="retrocollis"),)), "RF19", None),
    (case("foot_onset"), "RF20", "SOON"),
    (case(history=replace(QUIET, onset_region="DR")), "RF20", "SOON"),
    (case(history=replace(QUIET, onset_region="DR", onset_age=17)), "RF20", None),
    (case("abrupt_stop"), "RF21", "URGENT"),
    (case("abrupt_stop", "fever"), "RF21", "EMERGENCY"),
    (case("abrupt_stop", dsap=4), "RF21", "EMERGENCY"),
    *[
        (case(history=took(name, change="stopped", days_before=5)), "RF21", "URGENT")
        for name in ("Lioresal", "diazepam", "Sinemet")
    ],
    (case(history=took("baclofen", change="stopped", date="2026-02-28")), "RF21", "URGENT"),
    (
        case(history=took("baclofen", change="stopped", date="2020-02-28", days_before=5)),
        "RF21",
        None,
    ),
    (case(history=took("aspirin", change="stopped", days_before=5)), "RF21", None),
    (
        case(history=replace(QUIET, therapies=(Therapy(kind="clonazepam", stopped="2026-02-27"),))),
        "RF21",
        "URGENT",
    ),
    (case("pump_overdose"), "RF22", "EMERGENCY"),
    *[(case(s), "RF23", "SOON") for s in ("weight_loss", "aspiration", "tongue_injury")],
    (case(weight_change_kg=-2), "RF23", "SOON"),
    (case(weight_change_kg=2), "RF23", None),
    (case("eyes_closed_mostly"), "RF24", "DISCUSS"),
    (case(state=VisitState(safety_reported=("feels odd since Tuesday",))), "RF25", "DISCUSS"),
    (case(state=VisitState(safety_reported=("Stridor",))), "RF01", "EMERGENCY"),
]


@pytest.mark.parametrize(("arguments", "flag", "tier"), ROWS)
def test_each_row_of_the_rules(arguments, flag, tier):
    """What a row describes raises its flag at its tier, and what it excludes does not."""
    assert tiers(arguments).get(flag) == tier


def test_a_visit_without_anything_raises_nothing():
    """A late, long known, explained dystonia without danger signs raises no flag."""
    assert tiers(case()) == {}


def test_every_flag_and_every_tier_of_it_has_a_row():
    """The rows above reach every tier of every flag, so that no rule goes untested."""
    reached = {(flag, tier) for _, flag, tier in ROWS if tier}
    there = {(k, t["tier"]) for k, e in table("red_flags").items() for t in e["tiers"]}
    # New low mood without a drug known to lower it is our extension of RF15.
    assert there - reached == {("RF15", "SOON")}
    assert tiers(case("new_depression")) == {"RF15": "SOON"}


def test_no_driving_with_closed_eyes():
    """Eyes closed most of the time say: do not drive."""
    assert "Do not drive" in flags(*case("eyes_closed_mostly"))[0].action


def test_range_of_motion_is_hidden_by_the_spinal_cord_alone():
    """Range-of-motion tasks are not offered while RF06 is open, and by no other flag."""
    assert hidden_tasks(flags(*case("electric_shocks"))) == {"range_of_motion"}
    assert hidden_tasks(flags(*case("stridor"))) == frozenset()
    closed = replace(
        QUIET, closed=(FlagClosed(flag="RF06", result="MRI normal", date=DAY, by="A"),)
    )
    assert hidden_tasks(flags(*case("electric_shocks", history=closed))) == frozenset()


@pytest.mark.parametrize(
    ("before", "now", "stops"),
    [
        (2, 5, True),
        (2, 4.9, False),
        (0, 3, True),
        (7, 5, False),
        (None, 9, False),
        (3, None, False),
    ],
)
def test_recording_stops_when_pain_rises_by_three(before, now, stops):
    """A recording stops exactly when pain has risen by 3 or more."""
    assert bool(stop_recording(before, now)) is stops


# --- order, words, sources ------------------------------------------------------------------------


def test_the_most_urgent_come_first_and_closed_ones_last():
    """Open flags come by falling tier, and what is closed comes after them."""
    closed = FlagClosed(flag="RF10", result="all tests normal", date="2019", by="A")
    history = replace(YOUNG, closed=(closed,))
    found = flags(*case("not_seen_by_doctor", "head_drop", "confusion", "choking", history=history))
    assert [f.tier for f in found] == ["EMERGENCY", "URGENT", "SOON", "DISCUSS", "SOON"]
    assert found[-1].id == "RF10"
    assert found[-1].closed == closed


def test_flags_say_what_led_to_them():
    """Each reason is a statement about what was entered, and numbers are the ones entered."""
    [flag] = flags(*case(scores=phq((9, 2))))
    assert flag.because == ("PHQ-9 item 9 is 2",)
    [flag] = flags(*case("antecollis", "autonomic_failure"))
    assert set(flag.because) == {
        "neck bends strongly forwards",
        "fainting on standing or other autonomic failure",
    }


def test_tiers_are_ours_and_never_cite():
    """A flag is our rule, without citation; its reason cites only what was checked."""
    for flag in flags(*case(*table("danger_signs"))):
        assert (flag.mark, flag.sources) == ("D", ())
        reason = why(flag.id)
        assert bool(reason.sources) == (reason.mark == "V")


def test_no_text_promises_safety_names_a_dose_or_diagnoses():
    """No text of a flag or a sign says no danger, names an amount of a drug, or blames."""
    import json
    import re

    text = json.dumps([table(t) for t in ("red_flags", "danger_signs", "dsap", "recording_stop")])
    assert not re.search(r"no danger|\d\s*mg\b|\bunits\b|abnormal|incurable|hysteric", text, re.I)
    assert "1000" not in text  # the cut-off of CK is from memory


def test_every_emergency_says_to_call():
    """Whatever can be an emergency says to call the local emergency number."""
    for entry in table("red_flags").values():
        if entry["tiers"][0]["tier"] == "EMERGENCY":
            assert "call your local emergency number" in entry["action"].lower()


def test_asked_counts_the_short_list_only():
    """Only signs of the short list count, once, whoever asked and whatever was answered."""
    one = Examination(rater="A", danger=(("stridor", False), ("fever", False)))
    other = Examination(rater="B", danger=(("stridor", True), ("choking", False)))
    core = sum(bool(s.get("core")) for s in table("danger_signs").values())
    assert asked(()) == (0, core)
    assert asked((one, other)) == (2, core)


def test_findings_of_a_recording_raise_a_flag():
    """A measure that a recording gives raises what its limit says, and less does not."""
    from types import SimpleNamespace

    def known(value):
        measured = SimpleNamespace(measure="eyes.closed_share", value=value)
        return facts(*case(), estimates=(measured,))

    assert tiers(case(), known=known(0.6)) == {"RF24": "DISCUSS"}
    assert tiers(case(), known=known(0.5)) == {}


@pytest.mark.parametrize(("spasms", "raised"), [(1.0, {"RF24"}), (0.0, set())])
def test_lids_that_a_camera_sees_shut_raise_a_flag(spasms, raised):
    """Eyes shut for most of a simulated film raise the flag by the measure; blinks do not."""
    from eutonia.measures import entry
    from eutonia.measures.lid_example import visit as filmed
    from eutonia.run import run_measure, visit_spans
    from eutonia.simulate.lids import Habit

    visit = filmed(0, Habit(gap_s=0.4, spasms=spasms) if spasms else Habit())
    share = entry("eyes.closed_share")
    estimates = run_measure(share, visit, visit_spans(visit), seed=0).estimates
    assert {e.target.side for e in estimates} == {"left", "right"}
    assert set(tiers(case(), known=facts(*case(), estimates=estimates))) == raised


# --- closing --------------------------------------------------------------------------------------


def closing(flag, date=DAY, result="seen in hospital, normal", by="A"):
    return FlagClosed(flag=flag, result=result, date=date, by=by)


def test_work_up_flags_stay_closed_and_stay_listed():
    """Wilson closed years ago with result, date and name stays closed, and is never deleted."""
    history = replace(YOUNG, closed=(closing("RF10", date="2019"),))
    [flag] = flags(*case(history=history))
    assert (flag.id, flag.closed) == ("RF10", closing("RF10", date="2019"))
    settled = replace(history, onset_age=55)  # not raised any more
    [flag] = flags(*case(history=settled))
    assert (flag.id, flag.closed) == ("RF10", closing("RF10", date="2019"))


@pytest.mark.parametrize("field", ["result", "by", "date"])
def test_a_closing_needs_result_date_and_name(field):
    """A closing that lacks its result, its date or its name closes nothing."""
    lacking = replace(closing("RF10", date="2019"), **{field: " "})
    [flag] = flags(*case(history=replace(YOUNG, closed=(lacking,))))
    assert flag.closed is None


@pytest.mark.parametrize(
    ("date", "closed"),
    [
        ("2026-03-02", True),
        ("2026-03-09", True),
        ("2026-03-01", False),
        ("2019", False),
        ("2026-03", False),
        ("2026", False),
        ("2027", True),
        ("soon", False),
        ("2026-13-45", False),
    ],
)
@pytest.mark.parametrize("sign", ["choking", "suicidal_thoughts", "electric_shocks"])
def test_acute_flags_are_not_closed_by_what_was_before(sign, date, closed):
    """An acute sign is closed only by a date that is surely not before the day it was found."""
    flag_id = flags(*case(sign))[0].id
    found = flags(*case(sign, history=replace(QUIET, closed=(closing(flag_id, date=date),))))
    assert (found[0].closed is not None) is closed


def test_an_old_closing_is_mentioned_when_it_no_longer_holds():
    """A flag that is open again says that and by whom it had been closed."""
    [flag] = flags(*case("choking", history=replace(QUIET, closed=(closing("RF01", date="2020"),))))
    assert flag.because[-1] == "closed on 2020 by A, before this was found: open again"


def test_an_undated_examination_keeps_acute_flags_open():
    """Where the day of the finding is not known, no closing of an acute flag holds."""
    person, state, (seen,), history, diary = case("choking")
    history = replace(history, closed=(closing("RF01", date="2030-01-01"),))
    [flag] = flags(person, state, (replace(seen, date=""),), history, diary)
    assert flag.closed is None


def test_a_later_diary_entry_outdates_a_closing():
    """Strong pain noted after the closing opens the flag again."""
    arguments = case(diary=pains(8, 8, 8, day=20))
    person, state, _, history, diary = arguments
    seen = (Examination(rater="A", date="2026-02-01"),)
    history = replace(history, closed=(closing("RF14", date="2026-02-10"),))
    assert flags(person, state, seen, history, diary)[0].closed is None


# --- several raters, order, monotone --------------------------------------------------------------

SIGNS = st.sets(st.sampled_from(sorted(table("danger_signs"))), max_size=12)
OTHER = st.sets(st.sampled_from(sorted(table("other_signs"))), max_size=3)


@st.composite
def visits(draw):
    """Draw a visit as the pieces that a positive answer is added to."""
    return {
        "danger": draw(SIGNS),
        "other": draw(OTHER),
        "phq": draw(st.lists(st.integers(0, 3), min_size=9, max_size=9)),
        "dsap": draw(st.none() | st.integers(1, 5)),
        "exposures": draw(st.sets(st.sampled_from(["haloperidol", "baclofen", "levodopa"]))),
        "drugs": draw(st.sets(st.sampled_from(["trihexyphenidyl", "tetrabenazine", "aspirin"]))),
        "patterns": draw(st.sets(st.sampled_from(["antecollis", "torticaput"]))),
        "pain_days": draw(st.sets(st.integers(1, 14))),
        "toxin_day": draw(st.none() | st.integers(0, 120)),
        "onset_age": draw(st.none() | st.integers(0, 90)),
    }


def build(v):
    """Return the arguments of `flags` for the pieces of a visit."""
    examination = Examination(
        rater="A",
        date=DAY,
        danger=tuple((k, k in v["danger"]) for k in sorted(table("danger_signs"))),
        dsap=v["dsap"],
        other_signs=tuple(sorted(v["other"])),
        course="progressive",
        neck=tuple(NeckSign(pattern=p) for p in sorted(v["patterns"])),
        scores=(
            Score(
                scale="PHQ9",
                items=tuple((f"item_{i + 1}", float(x)) for i, x in enumerate(v["phq"])),
            ),
        ),
    )
    history = History(
        onset_age=v["onset_age"],
        exposures=tuple(
            Exposure(name=n, change=change, days_before=3)
            for n in sorted(v["exposures"])
            for change in ("started", "stopped")
        ),
    )
    diary = tuple(
        DiaryEntry(time=f"2026-02-{d:02d}T10:00", ratings=(("pain", 8.0),))
        for d in sorted(v["pain_days"])
    )
    state = VisitState(
        toxin_day=v["toxin_day"], drugs=tuple(Drug(name=n) for n in sorted(v["drugs"]))
    )
    return Person(id="sub-01", age_years=40), state, (examination,), history, diary


@settings(max_examples=150, deadline=None)
@given(visits(), visits())
def test_one_more_positive_answer_never_lowers_a_tier_or_takes_a_flag_away(v, more):
    """Adding positive answers of any kind only adds flags and raises tiers."""
    worse = {
        key: v[key] | more[key]
        for key in ("danger", "other", "exposures", "drugs", "patterns", "pain_days")
    }
    worse["phq"] = [max(a, b) for a, b in zip(v["phq"], more["phq"], strict=True)]
    worse["dsap"] = max((d for d in (v["dsap"], more["dsap"]) if d), default=None)
    before, after = tiers(build(v)), tiers(build(v | worse))
    for flag, tier in before.items():
        assert flag in after
        assert TIERS.index(after[flag]) >= TIERS.index(tier)


@settings(max_examples=50, deadline=None)
@given(visits(), visits())
def test_the_order_of_raters_does_not_matter_and_each_counts(v, other):
    """Two raters give the same flags in either order, and at least those of each alone."""
    person, state, (a,), history, diary = build(v)
    b = build(other)[2][0]
    both = {f.id: f.tier for f in flags(person, state, (a, b), history, diary)}
    turned = {f.id: f.tier for f in flags(person, state, (b, a), history, diary)}
    alone = {f.id: f.tier for f in flags(person, state, (a,), history, diary)}
    assert both == turned
    assert all(TIERS.index(both[k]) >= TIERS.index(t) for k, t in alone.items())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=12), st.booleans()), max_size=4),
    st.text(max_size=12),
    st.text(max_size=12),
    st.floats(allow_nan=True),
)
def test_odd_entries_never_crash(danger, text, date, number):
    """Any text, date or number gives flags, and a positive answer that no rule knows is shown."""
    seen = Examination(
        rater="A", date=date, danger=tuple(danger), dsap=None, weight_change_kg=number
    )
    history = History(
        onset_age=number,
        conditions=(text,),
        exposures=(
            Exposure(name=text, kind=text, date=date, days_before=number, change="stopped"),
        ),
        closed=(FlagClosed(flag=text, result=text, date=date, by=text),),
        therapies=(Therapy(kind=text, stopped=date),),
    )
    diary = (DiaryEntry(time=date, ratings=(("pain", number),), toxin_day=number),)
    state = VisitState(safety_reported=(text,), toxin_day=number)
    found = flags(ADULT, state, (seen,), history, diary)
    assert all(isinstance(f, Flag) for f in found)
    strange = [k for k, there in danger if there and k not in table("danger_signs")]
    assert bool(strange) <= any(f.id == "RF25" for f in found)


def test_facts_are_all_in_the_table():
    """Every fact that the code can name is in the tables, with words."""
    known = table("danger_signs").keys() | table("flag_facts").keys()
    for arguments, _, _ in ROWS:
        assert facts(*arguments).keys() <= known
