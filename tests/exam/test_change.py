"""Change of a scale: thresholds one by one, measurement error apart, and what breaks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.exam.change import changes, state_differences
from eutonia.formats.scale_entry import check_score, entry_items
from eutonia.knowledge import table
from eutonia.knowledge.wording import forbidden
from eutonia.model import Drug, Examination, Score, VisitState

OURS = table("statements")["our_rule"]
LOADS = [k for k, v in table("scales").items() if v["status"] != "unknown"]


def _seen(scale, totals=None, items=None, *, rater="A", video="", version=""):
    score = Score(
        scale=scale,
        version=version,
        items=tuple((items or {}).items()),
        totals=tuple((totals or {}).items()),
    )
    checked = check_score(score, licensed=True)
    return Examination(rater=rater, video=video, scores=(checked,))


def _one(scale, before, after, part="total", **more):
    (found,) = changes(
        _seen(scale, {part: after}), _seen(scale, {part: before}), unknown=(), **more
    )
    return found


def _reached(found):
    return [anchor.split(":")[0] for anchor, said in found.mcid if said == "reached"]


@pytest.mark.parametrize(
    ("after", "reached"),
    [
        (41, []),
        (33.1, []),
        (33, ["−8 points"]),
        (32, ["−8 points", "−9 points"]),
        (30, ["−8 points", "−9 points", "−11 points"]),
        (29.1, ["−8 points", "−9 points", "−11 points", "−11.9 points"]),
        (60, []),
    ],
)
def test_each_threshold_of_twstrs_is_crossed_by_itself(after, reached):
    """From 41, the thresholds −8, −9, −11 and −11.9 are crossed one after the other (P21)."""
    found = _one("TWSTRS", 41, after)
    assert _reached(found) == reached
    assert len(found.mcid) == 4
    assert found.mdc == "repeatability unknown"
    assert found.sources == ("Dashtipour2019", "Espay2018")
    assert "by baseline" in found.words


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [
        (50, 41.7, ["−16.6 %"]),
        (50, 41.71, []),
        (40, 48.6, ["+21.5 %"]),
        (40, 48.59, []),
        (0, 10, []),
    ],
)
def test_bfmdrs_has_thresholds_in_percent_both_ways(before, after, reached):
    """16.6 % less and 21.5 % more of the earlier movement score count; after 0 neither does."""
    found = _one("BFMDRS", before, after, part="movement")
    assert _reached(found) == reached
    if before == 0:
        assert found.percent is None
        assert {said for _, said in found.mcid} == {"undefined: the earlier score is 0"}


def test_bfmdrs_disability_counts_half_a_point_either_way():
    """Half a point of disability crosses the threshold of its own direction only."""
    assert _reached(_one("BFMDRS", 10, 9.5, part="disability")) == ["−0.5 points"]
    assert _reached(_one("BFMDRS", 10, 10.5, part="disability")) == ["+0.5 points"]


@pytest.mark.parametrize(
    ("scale", "before", "after", "percent"),
    [
        ("TWSTRS", 40, 30, 25),
        ("TWSTRS", 40, 50, -25),
        ("TWSTRS", 0, 5, None),
        ("ADDS", 50, 60, 20),
        ("TCS", 4, 3, -25),
        ("JRS", 5, 5, 0),
    ],
)
def test_percent_is_improvement_in_the_direction_of_the_scale(scale, before, after, percent):
    """Less is better on TWSTRS and worse on ADDS and TCS; after 0 there is no percentage."""
    assert _one(scale, before, after).percent == percent


def test_a_scale_that_does_not_begin_at_zero_has_no_percentage():
    """CGI runs from 1 to 7, so a share of it means nothing."""
    assert _one("CGI", 4, 2, part="severity").percent is None


@pytest.mark.parametrize("scale", ["PGIC", "CGI"])
def test_a_rating_of_change_has_no_change(scale):
    """What already is a change is not subtracted from an earlier one."""
    part = {"PGIC": "total", "CGI": "improvement"}[scale]
    assert changes(_seen(scale, {part: 2}), _seen(scale, {part: 1})) == ()


@pytest.mark.parametrize(("change", "verdict"), [(41, "smaller than"), (42, "beyond")])
def test_measurement_error_is_known_for_dis_only(change, verdict):
    """7.21 % of the 576 points are 41.5 points (T12); the reading of the percentage is ours."""
    found = _one("DIS", 200, 200 - change)
    assert found.mdc.startswith(verdict)
    assert "41.5 points" in found.mdc
    assert "7.21 %" in found.mdc
    assert OURS in found.mdc
    assert _one("DIS", 100, 50, part="dystonia").mdc == "repeatability unknown"


def test_thresholds_from_memory_are_our_rule_without_source():
    """A threshold marked M names no source and is called our rule."""
    found = _one("PHQ9", 15, 9)
    assert _reached(found) == ["−5 points"]
    assert found.sources == ()
    assert all(OURS in anchor for anchor, _ in found.mcid)
    assert OURS in found.words


# --- what breaks a comparison -------------------------------------------------------------------


def test_another_rater_is_not_judged():
    """With another rater the numbers stand, and no threshold or error is judged."""
    (found,) = changes(_seen("TWSTRS", {"total": 20}, rater="B"), _seen("TWSTRS", {"total": 41}))
    assert found.broken == ("other rater",)
    assert (found.before, found.after) == (41, 20)
    assert {said for _, said in found.mcid} == {"not judged: other rater"}
    assert found.mdc == "not judged: other rater"
    assert "Reached" not in found.words


def test_another_rater_of_writers_cramp_is_warned_of():
    """WCRS between raters carries the published warning with its ICC."""
    (found,) = changes(_seen("WCRS", {"total": 9}, rater="B"), _seen("WCRS", {"total": 15}))
    assert "0.395" in found.words
    assert "Not valid between raters" in found.words


def test_the_person_is_the_rater_of_a_questionnaire():
    """Who collected a questionnaire does not matter, nor how a rater's code is spelt."""
    (found,) = changes(_seen("PHQ9", {"total": 4}, rater="B"), _seen("PHQ9", {"total": 9}))
    assert found.broken == ()
    (found,) = changes(_seen("JRS", {"total": 4}, rater="a "), _seen("JRS", {"total": 6}))
    assert found.broken == ()


def test_an_unnamed_rater_is_not_the_same_rater():
    """Where a rater is not named nobody can say that it was the same."""
    (found,) = changes(_seen("JRS", {"total": 4}, rater=""), _seen("JRS", {"total": 6}, rater=""))
    assert found.broken == ("rater unknown",)


def test_a_change_stays_within_one_version():
    """0–87 against 0–85 is not comparable, and has no percentage."""
    now = _seen("TWSTRS", {"total": 30}, version="0-87")
    (found,) = changes(now, _seen("TWSTRS", {"total": 41}))
    assert found.broken == ("other version",)
    assert (found.version, found.percent) == ("0-87", None)
    same = changes(now, _seen("TWSTRS", {"total": 41}, version="0-87"))[0]
    assert same.broken == ()
    assert same.mcid == ()  # thresholds are of 0–85
    assert "No threshold" in same.words


def test_an_unnamed_version_is_the_first():
    """A score without a version and one of the first version are comparable."""
    now = _seen("TWSTRS", {"total": 30}, version="0-85")
    assert changes(now, _seen("TWSTRS", {"total": 41}))[0].broken == ()


def test_live_against_video_breaks():
    """A rating from video is not compared with a live one; two of video are."""
    video = _seen("TWSTRS", {"total": 30}, video="a.mp4")
    (found,) = changes(video, _seen("TWSTRS", {"total": 41}))
    assert found.broken == ("live against video",)
    assert changes(video, _seen("TWSTRS", {"total": 41}, video="b.mp4"))[0].broken == ()


def test_the_like_is_compared_with_the_like():
    """Where a scale was rated live and from video, each is compared with its own kind."""

    def seen(live, video):
        scores = (
            Score(scale="JRS", totals=(("total", video),), video="a.mp4"),
            Score(scale="JRS", totals=(("total", live),)),
        )
        return Examination(rater="A", scores=scores)

    found = changes(seen(2, 3), seen(5, 6))
    assert [(c.before, c.after, c.broken) for c in found] == [(6, 3, ()), (5, 2, ())]


def test_another_state_breaks_and_an_unknown_one_is_said():
    """What is known to differ breaks the comparison; what is not known is said."""
    pair = _seen("JRS", {"total": 3}), _seen("JRS", {"total": 6})
    (found,) = changes(*pair, differs=("other toxin phase",), unknown=())
    assert found.broken == ("other toxin phase",)
    (found,) = changes(*pair)
    assert found.broken == ()
    assert "Not known whether these were the same: toxin phase, drugs, stimulator" in found.words


@pytest.mark.parametrize(
    ("now", "earlier", "differs", "unknown"),
    [
        ({}, {}, (), ("toxin phase", "drugs", "stimulator")),
        ({"toxin_day": 84}, {"toxin_day": 77}, (), ("drugs", "stimulator")),
        ({"toxin_day": 84}, {"toxin_day": 76}, ("other toxin phase",), ("drugs", "stimulator")),
        ({"toxin_never": True}, {"toxin_never": True}, (), ("drugs", "stimulator")),
        ({"toxin_never": True}, {}, (), ("toxin phase", "drugs", "stimulator")),
        (
            {"toxin_day": 20},
            {"toxin_never": True},
            ("other toxin phase",),
            ("drugs", "stimulator"),
        ),
        (
            {"stimulator": "on"},
            {"stimulator": "off"},
            ("other stimulator",),
            ("toxin phase", "drugs"),
        ),
        ({"stimulator": "on"}, {"stimulator": "on"}, (), ("toxin phase", "drugs")),
        (
            {"drugs": (Drug(name="Baclofen"),)},
            {"drugs": (Drug(name="baclofen "),)},
            (),
            ("toxin phase", "stimulator"),
        ),
        (
            {"drugs": ()},
            {"drugs": (Drug(name="x"),)},
            ("other drugs",),
            ("toxin phase", "stimulator"),
        ),
        (
            {"toxin_product": "a"},
            {"toxin_product": "b"},
            ("other toxin product",),
            ("toxin phase", "drugs", "stimulator"),
        ),
    ],
)
def test_states_are_told_apart(now, earlier, differs, unknown):
    """Phase (within 7 days), product, drugs and stimulator are the same, other, or unknown."""
    assert state_differences(VisitState(**now), VisitState(**earlier)) == (differs, unknown)


# --- what is incomplete -------------------------------------------------------------------------


def test_items_in_common_without_a_total_say_so():
    """Two items in both visits, no total: their sums are shown and not judged."""
    now = _seen("TWSTRS", items={"rotation": 1, "severity.duration": 2, "time": 4})
    before = _seen("TWSTRS", items={"rotation": 3, "severity.duration": 3})
    found = next(c for c in changes(now, before) if c.part == "severity")
    assert (found.before, found.after) == (3 + 2 * 3, 1 + 2 * 2)
    assert found.broken[0] == "total incomplete"
    assert (found.percent, found.mcid) == (None, ())
    assert "The 2 items" in found.words
    assert "3 of 11" in found.words


def test_nothing_in_common_gives_no_change():
    """Different items, another scale, or no earlier score give nothing to subtract."""
    now = _seen("JRS", items={"severity": 1})
    assert changes(now, _seen("JRS", items={"frequency": 1})) == ()
    assert changes(now, _seen("TSUI", {"total": 3})) == ()
    assert changes(now, Examination(rater="A")) == ()


# --- words --------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LOADS), st.data())
def test_nobody_is_called_improved_without_a_threshold(scale, data):
    """The word stands only inside the anchor of a named threshold; words never diagnose."""
    parts = [
        k
        for k, p in table("scales")[scale]["parts"].items()
        if p["formula"]["kind"] != "none" and p["range"]["lo"] >= 0
    ]
    if not parts:
        return
    part = data.draw(st.sampled_from(parts))
    span = table("scales")[scale]["parts"][part]["range"]
    value = st.integers(span["lo"], min(span["hi"], 20))
    pair = (_seen(scale, {part: data.draw(value)}) for _ in range(2))
    for found in changes(*pair):
        words = found.words
        assert forbidden(words) == ()
        assert [f for anchor, _ in found.mcid for f in forbidden(anchor)] == []
        for m in table("scales")[scale].get("mcid", ()):
            words = words.replace(m["anchor"], "")
        for never in ("improved", "abnormal", "recover", "cause", "significant", "no danger"):
            assert never not in words
        assert ("Reached" in found.words) == any(said == "reached" for _, said in found.mcid)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_going_there_and_back_is_no_change_at_all(data):
    """Swapping the visits turns the change round, and a part compared with itself has none."""
    items = [i for i in entry_items("BFMDRS") if i.part == "disability"]
    one, other = ({i.id: data.draw(st.integers(0, 4)) for i in items} for _ in range(2))
    there = changes(_seen("BFMDRS", items=one), _seen("BFMDRS", items=other))[-1]
    back = changes(_seen("BFMDRS", items=other), _seen("BFMDRS", items=one))[-1]
    assert (there.before, there.after) == (back.after, back.before)
    same = changes(_seen("BFMDRS", items=one), _seen("BFMDRS", items=one))[-1]
    assert _reached(same) == []
    assert "no change" in same.words
