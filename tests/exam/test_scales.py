"""Scoring: hand-computed vectors, published maxima, and properties of every formula."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.scales import Incomplete, Total, estimates, reference, totals
from eutonia.formats.scale_entry import check_score, entry_items, entry_totals
from eutonia.formats.scale_table import scale_of
from eutonia.knowledge import table
from eutonia.knowledge.wording import forbidden
from eutonia.model import Drug, Examination, Score, VisitState

SCALES = [k for k, v in table("scales").items() if v["status"] != "unknown"]
SCORED = [
    k
    for k in SCALES
    if any(
        p["items"] and p["formula"]["kind"] != "none" for p in table("scales")[k]["parts"].values()
    )
]
OURS = table("statements")["our_rule"]


def _score(scale, items=None, totals=None, **more):
    score = Score(
        scale=scale,
        items=tuple((items or {}).items()),
        totals=tuple((totals or {}).items()),
        **more,
    )
    return check_score(score, licensed=True)


def _asked(scale):
    return [i for i in entry_items(scale, licensed=True) if i.only_if != "unlimited"]


def _all(scale, value, **more):
    """Return a scale with every item at its least (0) or most (1) of the worst direction."""
    worst = {i.id: i.hi if (value == 1) != i.reversed else i.lo for i in _asked(scale)}
    limited = True if scale == "ADDS" else None
    return _score(scale, worst, limited=limited, **more)


def _values(score):
    return {t.part: t.value for t in totals(score) if isinstance(t, Total)}


# --- hand-computed vectors ----------------------------------------------------------------------

#: The most each scale can reach, as published or by the structure (T10).
MOST = {
    "BFMDRS": {"movement": 120, "disability": 30},
    "TWSTRS": {"severity": 35, "disability": 30, "pain": 20, "total": 85},
    "UDRS": {"total": 112},
    "GDRS": {"total": 140},
    "JRS": {"total": 8},
    "BSDI": {"total": 4},
    "CDQ24": {"total": 100},
    "ADDS": {"total": 0},
    "VHI10": {"total": 40},
    "DIS": {"dystonia": 288, "choreoathetosis": 288, "total": 576},
    "BADS": {"total": 32},
    "TSUI": {"total": 25},
    "PHQ9": {"total": 27},
    "GAD7": {"total": 21},
    "FAM": {"total": 1000},
}


@pytest.mark.parametrize("scale", [*MOST, "CDIP58"])
def test_the_worst_of_every_item_gives_the_published_end(scale):
    """With every item at its worst each part reaches the end of its range (T10)."""
    expected = MOST.get(scale) or dict.fromkeys(table("scales")[scale]["parts"], 100)
    assert _values(_all(scale, 1)) == pytest.approx(expected)


@pytest.mark.parametrize("scale", [s for s in SCORED if s not in ("ADDS", "FAM")])
def test_the_best_of_every_item_gives_zero(scale):
    """With every item at its best each part is 0, also where items begin at 1."""
    assert set(_values(_all(scale, 0)).values()) == {0}


ADDS_10 = {
    **{"writing": 3, "instrument": 2, "buttoning": 1, "utensils_feeding": 1},
    **{"hygiene": 1, "grasping": 1, "housework_or_job": 1},
}


@pytest.mark.parametrize(
    ("score", "value"),
    [
        (_score("ADDS", dict.fromkeys(ADDS_10, 0), limited=True), 90),
        (_score("ADDS", ADDS_10), 47.142857),
        (_score("ADDS", dict.fromkeys(ADDS_10, 3)), 0),
        (_score("ADDS", {"unlimited": 100}, limited=False), 100),
        (_score("ADDS", {"unlimited": 95}), 95),
        (
            _score(
                "ADDS",
                {k: v for k, v in ADDS_10.items() if k != "instrument"},
                not_applicable=("instrument",),
            ),
            90 - 90 * 8 / 21,
        ),
    ],
)
def test_adds_by_its_published_formula(score, value):
    """Totals 0 (limited), 10 and 21 give 90, 47.142857 and 0; unlimited 90 to 100 (T09)."""
    (found,) = totals(score)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert found.refs == ("ADDSappendix",)


def test_adds_needs_to_know_whether_there_is_any_limitation():
    """All items at 0 mean 90 with a limitation and more without, so it must be said."""
    (found,) = totals(_score("ADDS", dict.fromkeys(ADDS_10, 0)))
    assert isinstance(found, Incomplete)
    assert "any limitation" in found.words


def test_the_pain_of_twstrs_by_hand():
    """Worst 8, best 2 and usual 5 make a severity of pain of 5.0 (T10)."""
    items = {"worst": 8, "best": 2, "usual": 5, "pain.duration": 0, "disability_by_pain": 0}
    assert _values(_score("TWSTRS", items))["pain"] == 5.0
    assert _values(_score("TWSTRS", items | {"pain.duration": 3}))["pain"] == 8.0


SEVERITY = {
    **{"rotation": 3, "laterocollis": 2, "anterocollis": 1, "retrocollis": 2, "lateral_shift": 1},
    **{"sagittal_shift": 0, "severity.duration": 4, "sensory_trick": 1, "shoulder": 2},
    **{"rom": 3, "time": 2},
}


def test_the_severity_of_twstrs_by_hand():
    """3+2+max(1,2)+1+0+2·4+1+2+3+2 is 24."""
    assert _values(_score("TWSTRS", SEVERITY)) == {"severity": 24}


def test_the_movement_scale_of_bfmdrs_by_hand():
    """Eyes 2×3×½, neck 4×2×½ and right arm 1×4 give 3 + 4 + 4 = 11."""
    items = {i.id: 0 for i in entry_items("BFMDRS") if i.part == "movement"}
    items |= {"movement.eyes_provoking": 2, "movement.eyes_severity": 3}
    items |= {"movement.neck_provoking": 4, "movement.neck_severity": 2}
    items |= {"movement.right_arm_provoking": 1, "movement.right_arm_severity": 4}
    assert _values(_score("BFMDRS", items)) == {"movement": 11}


def test_tsui_by_hand():
    """Excursion 5 × duration 2 + shoulder 1 + tremor 2 × 1 is 13."""
    items = {"excursion": 5, "duration": 2, "shoulder": 1}
    items |= {"tremor_severity": 2, "tremor_duration": 1}
    assert _values(_score("TSUI", items)) == {"total": 13}


def test_percent_scales_by_hand():
    """CDQ-24 all at 1 of 4 is 25 %; CDIP-58 weights its parts by their items."""
    assert _values(_score("CDQ24", {f"item_{i}": 1 for i in range(1, 25)})) == {"total": 25}
    items = {i.id: 3 if i.part == "mood" else 1 for i in entry_items("CDIP58", licensed=True)}
    found = _values(_score("CDIP58", items))
    assert found["mood"] == 50
    assert found["total"] == pytest.approx(100 * (7 * 3 + 51 - 58) / (4 * 58))


def test_the_mean_of_bsdi_leaves_out_what_does_not_apply():
    """4, 2, 2, 0 and 1 without driving have the mean 1.8."""
    items = {"reading": 4, "watching_tv": 2, "shopping": 2, "walking_about": 0}
    score = _score("BSDI", items | {"everyday_activities": 1}, not_applicable=("driving",))
    (found,) = totals(score)
    assert found.value == pytest.approx(1.8)
    assert "driving: does not apply" in found.flags


def test_a_rate_is_counted_over_time():
    """Twelve movements in 30 seconds are 0.4 per second."""
    assert _values(_score("FAM", {"movements": 12, "seconds": 30})) == {"total": 0.4}


# --- what is missing ----------------------------------------------------------------------------

DISABILITY = {
    **{"work": 3, "self_care": 2, "reading": 4, "television": 1, "outside_activities": 2},
}


def test_driving_is_prorated_and_flagged():
    """Five items that sum to 12 become 14.4, flagged as prorated in the part and in the whole."""
    pain = {"pain.worst": 0, "pain.best": 0, "pain.usual": 0}
    pain |= {"pain.duration": 0, "pain.disability_by_pain": 0}
    score = _score("TWSTRS", SEVERITY | DISABILITY | pain, not_applicable=("driving",))
    found = {t.part: t for t in totals(score)}
    assert found["disability"].value == pytest.approx(14.4)
    assert "prorated" in found["disability"].flags
    assert "prorated" in found["total"].flags
    assert found["total"].value == pytest.approx(24 + 14.4)
    assert not found["disability"].refs  # prorating is our rule
    notes = {e.part: e.notes for e in estimates(Examination(rater="A", scores=(score,)))[0]}
    assert "prorated: driving does not apply: the other five items × 6/5" in notes["disability"]
    assert f"prorating ({OURS})" in notes["disability"]
    assert "prorated in a part" in notes[""]
    assert not any("prorat" in n for n in notes["severity"])


def test_a_missing_item_is_never_guessed():
    """Driving that was merely left out gives no total, only 5 of 6."""
    (found,) = [t for t in totals(_score("TWSTRS", DISABILITY)) if t.part == "disability"]
    assert isinstance(found, Incomplete)
    assert found.words == "incomplete (5 of 6)"
    prorated = _score("TWSTRS", {"work": 3}, not_applicable=("driving",))
    (found,) = [t for t in totals(prorated) if t.part == "disability"]
    assert found.words == "incomplete (1 of 5)"


def test_a_whole_without_all_parts_names_those_that_lack():
    """Severity alone stands; the whole says which parts it waits for."""
    severity, whole = totals(_score("TWSTRS", SEVERITY))
    assert (severity.part, severity.value) == ("severity", 24)
    assert whole.words == "incomplete (1 of 3; parts; missing: disability, pain)"


def test_an_entered_total_stands_beside_what_lacks():
    """A total entered as such needs no items, and says that it was entered."""
    (found,) = totals(_score("TWSTRS", totals={"total": 41}))
    assert (found.value, found.flags) == (41, ("entered",))
    assert found.refs == ("BMJCE2014",)


@pytest.mark.parametrize("scale", SCORED)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_incomplete_exactly_if_an_item_is_missing(scale, data):
    """Leaving out any one item takes away the total of its part, and only its and the whole's."""
    score = _all(scale, 1)
    gone = data.draw(st.sampled_from(_asked(scale)))
    less = replace(score, items=tuple(p for p in score.items if p[0] != gone.id))
    before, after = _values(score), _values(less)
    summing = {p.id for p in scale_of(scale).parts.values() if gone.part in dict(p.formula.of)}
    assert set(before) - set(after) == {gone.part, *summing}
    lacking = {t.part: t for t in totals(less) if isinstance(t, Incomplete)}
    if gone.part in lacking:
        assert (lacking[gone.part].n, lacking[gone.part].m) == (
            lacking[gone.part].m - 1,
            len([i for i in _asked(scale) if i.part == gone.part]),
        )


# --- properties of every formula ----------------------------------------------------------------


def _entries(scale):
    """Return a strategy for all items of a scale within range and steps."""

    def one(item):
        if not item.step:
            return st.floats(item.lo, item.hi)
        return st.integers(0, int((item.hi - item.lo) / item.step)).map(
            lambda n: item.lo + n * item.step
        )

    return st.fixed_dictionaries({i.id: one(i) for i in _asked(scale)})


@pytest.mark.parametrize("scale", SCORED)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_totals_stay_in_range_whatever_the_order(scale, data):
    """Each total lies in the range of its part, and the order of the items does not matter."""
    entries = data.draw(_entries(scale))
    limited = True if scale == "ADDS" else None
    score = _score(scale, entries, limited=limited)
    found = _values(score)
    assert found.keys() == {t.id for t in entry_totals(scale)} & found.keys()
    assert found
    for part, value in found.items():
        assert scale_of(scale).parts[part].lo <= value <= scale_of(scale).parts[part].hi
    mixed = replace(score, items=tuple(data.draw(st.permutations(score.items))))
    assert _values(mixed) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("scale", SCORED)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_worse_item_never_makes_a_better_total(scale, data):
    """Raising one item moves no total against the direction of the scale."""
    entries = data.draw(_entries(scale))
    item = data.draw(
        st.sampled_from([i for i in _asked(scale) if entries[i.id] < i.hi])
        if any(entries[i.id] < i.hi for i in _asked(scale))
        else st.none()
    )
    if item is None:
        return
    limited = True if scale == "ADDS" else None
    worse = entries | {item.id: min(item.hi, entries[item.id] + (item.step or 1))}
    before, after = (_values(_score(scale, e, limited=limited)) for e in (entries, worse))
    upwards = scale_of(scale).higher_is_worse != item.reversed
    for part in before:
        moved = after[part] - before[part]
        assert moved >= -1e-9 if upwards else moved <= 1e-9


# --- estimates ----------------------------------------------------------------------------------


def test_an_estimate_carries_what_a_number_needs():
    """Id, version, range, origin, tier, source, context and how it was rated are all there."""
    state = VisitState(toxin_day=84, stimulator="none", drugs=(Drug(name="clonazepam"),))
    score = _score("TWSTRS", SEVERITY, video="neck.mp4")
    seen = Examination(rater="B", date="2026-03-01", blinded=False, scores=(score,))
    (found,), (lacking,) = estimates(seen, state)
    assert (found.measure, found.part, found.version) == (
        "scale.twstrs.severity",
        "severity",
        "0-85",
    )
    assert (found.value, found.unit, found.valid) == (24, "points", (0, 35))
    assert (found.origin, found.tier, found.no_interval) == ("rated", "clinical", "exact")
    assert set(found.sources) == {"BMJCE2014", "MyoblocTWSTRS"}
    assert (found.context.rater, found.context.time) == ("B", "2026-03-01")
    assert (found.context.medication, found.context.stimulator) == ("clonazepam", "none")
    assert found.context.days_since_toxin == 84
    assert {"rated from video: neck.mp4", "not blinded"} <= set(found.notes)
    assert "version not named, 0-85 taken" in found.notes
    assert lacking.measure == "scale.twstrs"
    assert "1 of 3" in lacking.reason


def test_what_was_not_checked_is_never_cited():
    """An estimate has sources only where range and scoring were checked; else it says our rule."""
    for scale in SCORED:
        seen = Examination(rater="A", scores=(_all(scale, 1),))
        for e in estimates(seen)[0]:
            part = scale_of(scale).parts[e.part or "total"]
            marks = {part.mark, part.formula.mark}
            assert marks == {"V"} or not e.sources, e.measure
            if part.verified and not e.sources:
                assert any(OURS in n for n in e.notes), e.measure


def test_every_source_is_confirmed():
    """No estimate cites a reference that is known from memory only."""
    for scale in SCALES:
        for part in scale_of(scale).parts.values():
            for ref in (*part.refs, *part.formula.refs):
                assert table("references")[ref]["confirmed"], ref


def test_questionnaires_are_reported_and_bands_are_our_rule():
    """PHQ-9 of 12 is the person's report; its band is shown as our rule, unconfirmed."""
    items = {f"item_{i}": v for i, v in enumerate([2, 2, 2, 2, 1, 1, 1, 1, 0], start=1)}
    (found,), _ = estimates(Examination(rater="A", scores=(_score("PHQ-9", items),)))
    assert (found.measure, found.value) == ("scale.phq9", 12)
    assert (found.origin, found.tier, found.sources) == ("reported", "supportive", ())
    assert f"band: moderate ({OURS})" in found.notes
    assert "rated live" not in found.notes


def test_sleep_and_the_day_give_items_and_no_total():
    """Items without a total stand by themselves, with their own units."""
    scores = (
        _score("SLEEP", {"hours": 5.5, "woken_by_spasm": 2}),
        _score("DYSTONIA_DAY", {"stress": 4, "trick_worked": 1}),
    )
    found, lacking = estimates(Examination(rater="A", scores=scores))
    assert {e.measure: (e.value, e.unit) for e in found} == {
        "scale.sleep.hours": (5.5, "h"),
        "scale.sleep.woken_by_spasm": (2, "1"),
        "scale.dystonia_day.stress": (4, "points"),
        "scale.dystonia_day.trick_worked": (1, "1"),
    }
    assert not lacking


def test_an_unreadable_score_is_said_and_loses_nothing_else():
    """A score of a scale that does not exist is not measurable; the others are estimated."""
    scores = (Score(scale="MDDS"), _score("TCS", totals={"total": 3}))
    found, (lacking,) = estimates(Examination(rater="A", scores=scores))
    assert [e.measure for e in found] == ["scale.tcs"]
    assert "not implemented" in lacking.reason


@pytest.mark.parametrize(("value", "verdict"), [(11, "inside"), (12, "outside")])
def test_the_voice_handicap_is_held_against_its_published_norm(value, verdict):
    """Above 11 lies outside the reference of 158 people, mean 2.83 and SD 3.93 (P19)."""
    seen = Examination(rater="A", scores=(_score("VHI10", totals={"total": value}),))
    held = reference(estimates(seen)[0][0])
    assert held.verdict == f"{verdict} the reference"
    assert "2.83" in held.words
    assert "3.93" in held.words
    assert "158" in held.words
    assert held.source == "Arffa2012"


def test_other_scales_have_no_reference():
    """No norm is invented where none was checked."""
    seen = Examination(rater="A", scores=(_score("JRS", totals={"total": 5}),))
    assert reference(estimates(seen)[0][0]) is None


@pytest.mark.parametrize("scale", SCALES)
def test_nothing_forbidden_is_said_of_a_score(scale):
    """Titles, labels, notes and reasons keep to the wording of the house."""
    scores = [_score(scale)]
    scores += [_all(scale, 1)] if scale in SCORED else []
    scores += [_score(scale, totals={t.id: t.hi}) for t in entry_totals(scale)]
    done, lacking = estimates(Examination(rater="A", blinded=True, scores=tuple(scores)))
    said = [w for e in done for w in (e.title, e.valid_by, *e.notes)]
    said += [w for m in lacking for w in (m.title, m.reason)]
    for item in (*entry_items(scale, licensed=True), *entry_totals(scale)):
        said += [item.label, item.help, *(words for _, words, _ in item.anchors)]
    assert [f for words in said for f in forbidden(words)] == []
