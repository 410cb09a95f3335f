"""What goes with worse days: right on simulated diaries, silent where there is too little."""

import re
from dataclasses import replace

import numpy as np
import pytest

from eutonia.exam.triggers import NO_TOXIN, associations, in_words, summary
from eutonia.model import DiaryEntry
from eutonia.simulate.diary import World, simulate_diary

#: What no sentence about a diary may say.
CAUSAL = re.compile(
    r"\b(caus\w*|because|due to|leads? to|results? in|provok\w*|trigger(s|ed) (it|the)|therefore|"
    r"improv\w*|abnormal\w*|makes? (it|the))\b",
    re.IGNORECASE,
)


def _found(seeds, key, **asked):
    """Return the estimates of one trigger over many simulated diaries, where measurable."""
    found = []
    for seed in range(seeds):
        entries, _ = simulate_diary(seed, **asked)
        found += [e for e in associations(entries)[0] if e.part == key]
    assert len(found) > 0.9 * seeds
    return found


def _share(found, name="p", below=0.05):
    return np.mean([dict(e.details).get(name, 1.0) < below for e in found])


STRESS = ("stress",)


@pytest.mark.parametrize("memory_h", [3.0, 24.0])
def test_stress_without_effect_is_called_so(memory_h):
    """Of 150 diaries with autocorrelated severity and stress, about 5 % or fewer show a link."""
    found = _found(150, "stress", days=35, world=World(asks=STRESS, memory_h=memory_h))
    assert _share(found) <= 0.105  # three standard errors above 5 %


def test_a_true_effect_is_found_and_held_by_the_interval():
    """An effect of 0.3 points per point is found in most diaries, and 91 to 99 % hold it."""
    world = World(asks=STRESS, effects={"stress": 0.3})
    found = _found(150, "stress", days=35, world=world)
    assert _share(found) > 0.8
    truth = [0.3 * dict(e.details)["apart"] for e in found]
    inside = [
        e.interval.lo < t < e.interval.hi for e, t in zip(found, truth, strict=True) if e.interval
    ]
    assert 0.90 <= np.mean(inside) <= 0.99
    assert np.mean([e.value for e in found]) == pytest.approx(np.mean(truth), abs=0.06)


def test_a_yes_or_no_trigger_is_recovered_in_points():
    """Being watched adds 1 point at the next entry, on average over the diaries."""
    world = World(asks=("observed",), effects={"observed": 1.0})
    found = _found(60, "observed", days=35, world=world)
    assert np.mean([e.value for e in found]) == pytest.approx(1.0, abs=0.08)
    assert _share(found) > 0.9


def test_a_short_night_is_compared_with_its_day():
    """Half a point per hour less sleep is recovered, for nights against the mean of the day."""
    world = World(asks=("sleep_hours",), effects={"sleep_hours": -0.5})
    found = _found(60, "sleep_hours", days=42, world=world)
    assert np.mean([dict(e.details)["per_point"] for e in found]) == pytest.approx(-0.5, abs=0.06)
    assert all(e.value > 0 for e in found if dict(e.details)["p"] < 0.05)  # shorter: more severe
    null = _found(100, "sleep_hours", days=42, world=World(asks=("sleep_hours",)))
    assert _share(null) <= 0.115


def test_stress_that_follows_severity_is_not_taken_for_a_trigger():
    """Where severity comes first, stress is not found to be followed by severity."""
    found = _found(150, "stress", days=35, world=World(asks=STRESS, stress_follows=0.6))
    assert _share(found) <= 0.105


def test_without_the_entries_that_have_none_before_it_would_be_taken_for_one():
    """Dropping the first entry of each day makes stress of the same moment look like a trigger."""
    from eutonia.exam.prompts import prompts
    from eutonia.exam.trigger_rows import design, rows_of, triggers
    from eutonia.stats.ar1 import regress

    world = World(asks=STRESS, stress_with=0.6, memory_h=24)
    ours, dropped = [], []
    for seed in range(60):
        p = prompts(simulate_diary(seed, days=35, world=world)[0])
        (stress,) = triggers(p)
        rows = rows_of(p, stress)
        for use, found in (
            (np.isfinite(rows.severity), ours),
            (np.isfinite(rows.before), dropped),
        ):
            x = design(rows.before[use], rows.given[use])
            found.append(regress(rows.t_hours[use], rows.severity[use], x).p[0] < 0.05)
    assert np.mean(ours) <= 0.15
    assert np.mean(dropped) > 2 * np.mean(ours)


def test_both_ways_are_said():
    """Where each is followed by the other, the words say that the order is not clear."""
    world = World(asks=STRESS, effects={"stress": 0.4}, stress_follows=0.5)
    found = _found(20, "stress", days=60, world=world)
    both = [e for e in found if dict(e.details).get("p_other_way", 1) < 0.05]
    assert len(both) > 10
    shown = [e for e in both if dict(e.details)["q"] < 0.05]
    assert all("cannot say which comes first" in in_words(e) for e in shown)


def test_wearing_off_looks_like_stress_only_where_the_toxin_day_is_unsaid():
    """Stress that returns as the toxin fades is not called a trigger once the day is noted."""
    world = World(asks=STRESS, toxin_cycle_days=84, toxin_stress=2.5)
    asked = {"days": 84, "prompts_per_day": 3}
    noted = _found(60, "stress", world=world, **asked)
    unsaid = _found(60, "stress", world=replace(world, toxin_noted=False), **asked)
    assert _share(noted) <= 0.15
    assert np.mean([e.value for e in unsaid]) > 0.05 + np.mean([e.value for e in noted])
    assert all(NO_TOXIN in e.notes for e in unsaid)
    assert all(e.sources == ("Comella2020INV",) and NO_TOXIN not in e.notes for e in noted)


def test_many_null_triggers_seldom_give_a_false_one():
    """With four triggers without effect, about 5 % of the diaries show any after control."""
    false = []
    for seed in range(60):
        found, _ = associations(simulate_diary(seed, days=35)[0])
        false.append(any(dict(e.details)["q"] < 0.05 for e in found))
    assert np.mean(false) <= 0.134  # three standard errors above 5 %


def test_q_is_benjamini_and_hochbergs():
    """The q-values are SciPy's adjustment of the p-values of this diary."""
    from scipy.stats import false_discovery_control

    found, _ = associations(simulate_diary(3, days=60)[0])
    p, q = ([dict(e.details)[k] for e in found] for k in ("p", "q"))
    assert len(found) == 4
    np.testing.assert_allclose(q, false_discovery_control(p))


# --- time order ----------------------------------------------------------------------------------


def _diary(days=20, hours=(8, 12, 16, 20), seed=0):
    """Return entries with noise for severity, to be changed by the tests."""
    rng = np.random.default_rng(seed)
    return [
        DiaryEntry(
            time=f"2026-03-{day + 1:02d}T{hour:02d}:00",
            ratings=(("severity", float(rng.integers(3, 6))),),
            observed=bool(rng.random() < 0.4),
        )
        for day in range(days)
        for hour in hours
    ]


def _raised(entry, points):
    (severity,) = entry.ratings
    return replace(entry, ratings=(("severity", severity[1] + points),))


def test_what_is_at_the_same_entry_is_shown_only_as_such():
    """Severity raised at the watched entry itself stands under the same time, not as followed."""
    diary = tuple(_raised(e, 3.0 * bool(e.observed)) for e in _diary())
    (one,) = associations(diary)[0]
    details = dict(one.details)
    assert details["at_the_same_time"] == pytest.approx(3.0, abs=0.5)
    assert one.interval
    assert one.interval.lo < 0 < one.interval.hi


def test_the_evening_before_does_not_count():
    """Being watched in the last entry of a day is not compared with the next morning."""
    diary = _diary()
    for i in range(4, len(diary), 4):
        diary[i] = _raised(diary[i], 3.0 * bool(diary[i - 1].observed))
    (one,) = associations(tuple(diary))[0]
    assert dict(one.details)["n_exposed"] + dict(one.details)["n_unexposed"] == 60
    assert abs(one.value) < 1


def test_an_entry_after_midnight_belongs_to_the_evening():
    """An entry at one in the morning is compared with the one at eight in the evening."""
    diary = [
        replace(e, time=f"2026-03-{day + 1 + (hour == 1):02d}T{hour:02d}:00")
        for day in range(20)
        for hour, e in zip((12, 16, 20, 1), _diary()[4 * day : 4 * day + 4], strict=True)
    ]
    (one,) = associations(tuple(diary))[0]
    assert dict(one.details)["days"] == 20
    assert dict(one.details)["n_exposed"] + dict(one.details)["n_unexposed"] == 60


def test_the_order_of_the_entries_does_not_matter():
    """A shuffled diary gives the same numbers."""
    entries, _ = simulate_diary(9, days=30)
    mixed = list(entries)
    np.random.default_rng(1).shuffle(mixed)
    assert associations(tuple(mixed)) == associations(entries)


# --- enough data ------------------------------------------------------------------------------


def _reasons(diary):
    found, missing = associations(tuple(diary))
    assert not found
    assert all(m.reason.startswith("not enough data: ") for m in missing)
    return " ".join(m.reason for m in missing)


def test_an_empty_diary_says_nothing():
    """Nobody who kept no diary is told that there is not enough of it."""
    assert associations(()) == ((), ())


@pytest.mark.parametrize(
    ("diary", "words"),
    [
        (_diary(days=13), "13 days with several ratings of severity, 14 are needed"),
        (_diary(hours=(9, 18)), "usually 2 ratings a day, 3 are needed"),
        (_diary(hours=(9,)), "0 days with several ratings"),
        ([replace(e, observed=i == 5) for i, e in enumerate(_diary())], "1 ratings with it just"),
        ([replace(e, observed=True) for e in _diary()], "0 ratings without it just before"),
        ([replace(e, ratings=(("severity", 4.0),)) for e in _diary()], "follow exactly"),
        ([replace(e, ratings=()) for e in _diary()], "0 days with several ratings"),
    ],
    ids=["13 days", "2 a day", "1 a day", "1 exposed", "0 unexposed", "constant", "unrated"],
)
def test_too_little_is_said_and_not_computed(diary, words):
    """Each rule of enough data, where it is broken, gives a sentence with the numbers."""
    assert words in _reasons(diary)


def test_fourteen_days_with_three_prompts_are_enough():
    """The least diary that the rules name is analysed."""
    diary = _diary(days=14, hours=(8, 14, 20), seed=2)
    (one,), missing = associations(tuple(diary))
    assert not missing
    assert dict(one.details)["days"] == 14


def test_days_with_one_entry_neither_help_nor_harm():
    """Single daily prompts around a block of three a day do not break the rule of three."""
    block = _diary(days=14, hours=(8, 14, 20), seed=2)
    single = [
        replace(e, time=e.time.replace("2026-03", "2026-04"), observed=None)
        for e in _diary(days=20, hours=(12,))
    ]
    (one,), _ = associations((*block, *single))
    assert dict(one.details)["n_exposed"] + dict(one.details)["n_unexposed"] == 28


def test_rare_names_are_listed_with_their_counts():
    """What was named too seldom is not lost: each name stands with its number."""
    diary = _diary()
    diary = [replace(e, triggers=("Cold",)) if i < 12 else e for i, e in enumerate(diary)]
    diary = [replace(e, triggers=("  noise ",)) if 12 <= i < 15 else e for i, e in enumerate(diary)]
    diary = [replace(e, tasks=("writing",)) if i in (1, 2) else e for i, e in enumerate(diary)]
    _, missing = associations(tuple(diary))
    reasons = " ".join(m.reason for m in missing)
    assert "noise (3)" in reasons
    assert "writing (2)" in reasons
    assert "cold, named as a trigger: 9 ratings with it" in reasons  # 3 of 12 end a day


def test_names_differ_neither_by_case_nor_by_spaces():
    """One name in several spellings is one trigger."""
    spelled = ("Bright light", "bright  LIGHT", " bright light")
    diary = [
        replace(e, triggers=(spelled[i % 3],)) if e.observed else e for i, e in enumerate(_diary())
    ]
    parts = [e.part for e in associations(tuple(diary))[0]]
    assert "trigger:bright light" in parts
    assert len([p for p in parts if p.startswith("trigger")]) == 1


def test_toxin_days_are_carried_between_entries():
    """A day since the injection that is noted now and then serves the entries between."""
    from eutonia.exam.prompts import prompts

    diary = _diary(days=20, hours=(12,))
    diary[3] = replace(diary[3], toxin_day=80.0)
    diary[12] = replace(diary[12], toxin_day=4.0)
    days = prompts(diary).toxin_day
    expected = [77, 78, 79, 80, 81, 82, 83, 84, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    np.testing.assert_allclose(days, expected)


# --- words --------------------------------------------------------------------------------------


def test_no_sentence_names_a_cause():
    """No sentence, note, reason or row of any diary holds a word of cause or judgement."""
    texts = []
    for seed, days in ((1, 60), (2, 20), (3, 8)):
        world = World(effects={"stress": 0.4, "observed": 1.0}, toxin_cycle_days=84 * (seed == 1))
        entries, _ = simulate_diary(seed, days=days, world=world)
        found, missing = associations(entries)
        texts += [w for e in found for w in (in_words(e), *e.notes, e.title, e.target.label)]
        texts += [m.reason for m in missing]
        texts += [w for row in summary(entries).rows for w in row]
    assert len(texts) > 50
    assert not [t for t in texts if CAUSAL.search(t)]


def test_a_link_that_is_not_shown_is_not_denied():
    """Where no link is shown, the sentence adds that this does not show that there is none."""
    found, _ = associations(simulate_diary(5, days=40)[0])
    assert found
    for one in found:
        if dict(one.details)["q"] >= 0.05:
            assert "does not show that there is none" in in_words(one)


def test_the_six_things_stand_on_every_association():
    """Tier, origin, kind of interval, unit, version and where it is shown are on each."""
    for one in associations(simulate_diary(4, days=40)[0])[0]:
        assert (one.measure, one.version, one.unit) == ("diary.trigger", "1", "points")
        assert (one.tier, one.origin) == ("supportive", "reported")
        assert one.interval
        assert one.interval.kind == "within the recording"
        assert one.interval.lo < one.value < one.interval.hi
        assert one.valid_by == "docs/guide/triggers.md"
        assert {"n_exposed", "n_unexposed", "days", "q"} <= dict(one.details).keys()
