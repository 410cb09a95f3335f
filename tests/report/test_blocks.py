"""What the report says, and what it must not say where."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from eutonia.model import Condition, Contrast, Interval, Issue, NotMeasurable, VisitState
from eutonia.report.block import (
    Block,
    Bullets,
    Figure,
    Heading,
    KeyValues,
    Note,
    PageBreak,
    Paragraph,
    Ref,
    Table,
    Text,
)
from eutonia.report.blocks import blocks
from eutonia.report.figures import evidence_figures
from eutonia.report.first_page import first_page
from eutonia.report.losses import ABSENT, UNTOLD
from eutonia.report.plain_page import plain_page
from eutonia.report.summary import summary_table
from eutonia.report.words import card

from .conftest import MUSCLES, NASTY, REST, STATE, estimate, finding


def plain(text: Text) -> str:
    return text if isinstance(text, str) else "".join(getattr(p, "words", p) for p in text)


def texts(said: tuple[Block, ...]) -> list[str]:
    """Return every text of some blocks."""
    found: list[str] = []
    for b in said:
        match b:
            case Heading() | Paragraph() | Note():
                found.append(plain(b.text))
            case Bullets():
                found += [plain(i) for i in b.items]
            case KeyValues():
                found += [f"{k} {plain(v)}" for k, v in b.rows]
            case Table():
                found += [b.caption, *b.header, *(c for row in b.rows for c in row)]
            case Figure():
                found += [b.title, b.alt, b.caption]
    return found


def row(said: tuple[Block, ...], key: str) -> str:
    """Return a row of the first page."""
    (table,) = (b for b in said if isinstance(b, KeyValues))
    return " / ".join(plain(v) for k, v in table.rows if k == key)


def not_taken(
    code: str,
    reason: str = "Why.",
    *,
    measure: str = "hand.finger_tremor",
    title: str = "Tremor of a finger",
    condition: Condition = Condition.of(task="posture"),
) -> NotMeasurable:
    """Return what was asked for and could not be taken."""
    return NotMeasurable(
        measure=measure,
        version="1",
        title=title,
        tier="supportive",
        code=code,
        reason=reason,
        condition=condition,
    )


def test_research_tier_never_stands_on_the_first_page_or_the_plain_page(full):
    """Neither title nor number of a research measure is on the pages that are read first."""
    assessment, _ = full
    said = "\n".join(texts((*first_page(assessment), *plain_page(assessment))))
    research = {f.estimate.title for f in assessment.findings if f.estimate.tier == "research"}
    research |= {m.title for m in assessment.not_measurable if m.tier == "research"}
    assert len(research) >= 4
    assert not [title for title in research if title in said]
    assert "0.099" not in said
    assert "−0.054" not in said


def test_a_visit_without_an_intake_says_so_in_one_row(full):
    """A film alone has no rows of unknowns; one fact that is known brings all of them back."""
    assessment, _ = full
    alone = replace(assessment, state=VisitState(), examinations=())
    page = first_page(alone)
    for fact in ("toxin", "drugs", "stimulator", "sleep", "goal", "pain", "examiner"):
        assert fact in row(page, "STATE")
    assert "unknown" in row(page, "STATE")
    assert not row(page, "GOAL") + row(page, "PAIN") + row(page, "EXAMINER")
    asked = first_page(replace(alone, state=VisitState(pain=0)))
    assert row(asked, "PAIN") == "now 0/10"
    assert row(asked, "GOAL") == "none recorded"


def test_research_only_is_said_and_not_shown(full):
    """A visit with nothing but research numbers says so and points to them."""
    assessment, _ = full
    only = replace(
        assessment,
        findings=tuple(f for f in assessment.findings if f.estimate.tier == "research"),
        contrasts=(),
    )
    assert "Only research-tier numbers" in row(first_page(only), "FINDINGS")


def test_supportive_findings_stand_on_the_first_page_only_below_what_is_primary(full):
    """Primary findings come first whatever their value; that there is no clinical one is said."""
    assessment, _ = full
    before = first_page(assessment)
    assert "no clinical-tier number" in row(before, "CLINICAL")
    assert "not taken: " in row(before, "PRIMARY")
    last = replace(assessment.findings[0], primary=True)
    after = first_page(replace(assessment, findings=(*assessment.findings[1:], last)))
    assert last.estimate.title in row(after, "PRIMARY")
    (table,) = (b for b in after if isinstance(b, KeyValues))
    keys = [k for k, _ in table.rows]
    assert keys.index("PRIMARY") < keys.index("SUPPORTIVE")


def test_a_tremor_that_was_found_has_a_row_however_much_stands_before_it(full):
    """A small tremor is one of the eight rows; a small number that nobody looks for is not."""
    assessment, _ = full
    f = assessment.findings[0]
    numbers = [(f"fake.m{i}", f"Angle {i}", 90.0 - i) for i in range(9)]
    for last, shown in (("hand.finger_tremor.freq", True), ("fake.tremor", False)):
        made = tuple(
            replace(f, estimate=replace(f.estimate, measure=m, title=t, value=v, tier="supportive"))
            for m, t, v in (*numbers, (last, "The last one", 1.0))
        )
        said = row(first_page(replace(assessment, findings=made)), "SUPPORTIVE")
        assert said.count(" / ") == 7
        assert ("The last one" in said) == shown
        assert ("Angle 7" in said) == (not shown)
        assert said.index("Angle 0") < said.index("Angle 6")


@pytest.mark.parametrize(("count", "named", "more"), [(4, 4, ""), (5, 2, "3 more")])
def test_a_row_names_all_of_a_few_targets_and_the_first_of_many(full, count, named, more):
    """Four fingers of a hand each stand there; of five channels two, and a way to the others."""
    assessment, _ = full
    f = assessment.findings[0]
    about = [replace(f.estimate.target, label=f"finger {i}") for i in range(count)]
    made = tuple(
        replace(f, estimate=replace(f.estimate, tier="supportive", target=t, value=90.0 - i))
        for i, t in enumerate(about)
    )
    said = row(first_page(replace(assessment, findings=made)), "SUPPORTIVE")
    assert [t.label in said for t in about] == [i < named for i in range(count)]
    assert ("more" in said) == bool(more)
    assert more in said


@pytest.mark.parametrize(("side", "said"), [("right", True), ("", False)])
def test_an_eye_that_is_open_less_is_named_beside_its_number(full, side, said):
    """The flag stands on the first page beside the eye's number; a pair has words of its own."""
    assessment, _ = full
    one = assessment.findings[0]
    e = one.estimate
    hangs = replace(e, quality=("ptosis",), target=replace(e.target, side=side))
    shown = first_page(replace(assessment, findings=(replace(one, estimate=hangs, primary=True),)))
    assert ("open less than the other" in row(shown, "PRIMARY")) == said


def test_where_none_differs_the_room_that_is_left_is_said(full):
    """No difference shown is not none: the interval of the nearest one is printed beside it."""
    assessment, _ = full
    tested = assessment.contrasts[0]
    unsure = replace(tested.interval, lo=-20.0, hi=80.0)
    none = replace(tested, value=30.0, interval=unsure, p=0.4, q=0.8)
    said = row(first_page(replace(assessment, contrasts=(none,))), "COMPARED")
    assert "no comparison of two conditions or sides showed a difference" in said
    assert "any size within its interval is possible" in said
    assert "[−20, 80]" in said
    assert "possible" not in row(first_page(assessment), "DIFFERS")


@pytest.mark.parametrize(
    ("measure", "details", "value", "lo", "told"),
    [
        ("gait.arm_swing_asymmetry", (("left_minus_right_percent", 5.0),), 103.0, 67.0, True),
        ("gait.arm_swing_asymmetry", (("left_minus_right_percent", 5.0),), 12.0, 0.0, False),
        ("eyes.opening_ratio", (), 1.8, 1.2, True),
        ("eyes.opening_ratio", (), 1.1, 0.8, False),
        ("gait.cadence", (), 103.0, 67.0, False),
    ],
)
def test_a_number_that_tells_two_sides_apart_is_not_denied(full, measure, details, value, lo, told):
    """Beside an uneven arm swing neither page says that no comparison showed a difference."""
    assessment, _ = full
    f, c = assessment.findings[0], assessment.contrasts[0]
    interval = replace(f.estimate.interval, lo=lo, hi=2 * value - lo)
    e = replace(
        f.estimate,
        measure=measure,
        details=details,
        value=value,
        interval=interval,
        tier="supportive",
    )
    one = replace(
        assessment,
        findings=(replace(f, estimate=e),),
        contrasts=(replace(c, measure="emg.rms", q=0.8, p=0.4),),
    )
    first = row(first_page(one), "COMPARED")
    assert ("no other comparison of two conditions or sides" in first) == told
    assert ("no comparison of two conditions or sides" in first) != told
    plain_words = "\n".join(texts(plain_page(one)))
    assert ("Your two sides were not alike" in plain_words) == told
    assert ("saw no other clear difference" in plain_words) == told
    assert ("saw no clear difference" in plain_words) != told


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (VisitState(), "not asked at this visit"),
        (VisitState(safety_asked=True), "none reported today (asked; not “no danger”)"),
        (VisitState(safety_asked=True, safety_reported=("head drop",)), "head drop"),
        (VisitState(safety_reported=("head drop",)), "REPORTED: head drop"),
    ],
)
def test_safety_says_what_was_asked_and_reported(full, state, expected):
    """Not asked, nothing reported and something reported are three different things."""
    assessment, _ = full
    said = first_page(replace(assessment, state=state))
    assert expected in row(said, "SAFETY")
    dangers = [b for b in said if isinstance(b, Note) and b.kind == "danger"]
    assert len(dangers) == bool(state.safety_reported)
    if dangers:
        assert "head drop. Nobody is reading this" in plain(dangers[0].text)
        assert said.index(dangers[0]) < next(
            i for i, b in enumerate(said) if isinstance(b, KeyValues)
        )


def test_what_was_not_recorded_is_one_word_on_the_first_page(full):
    """A visit without EMG says so once, instead of naming every measure that needs it."""
    assessment, _ = full
    one = not_taken(
        "no_input",
        "No EMG was recorded.",
        measure="emg.burst",
        title="EMG bursts",
        condition=Condition(),
    )
    said = row(first_page(replace(assessment, not_measurable=(one,))), "NOT TAKEN")
    assert "not recorded: EMG" in said
    assert "EMG bursts" not in said


def test_what_is_not_there_names_where_it_was_looked_for(full):
    """No tremor at rest is not said of writing; where one was found nothing is said to lack."""
    assessment, _ = full
    shown = assessment.findings[0].estimate
    here, there = Condition.of(task="rest"), Condition.of(task="posture")
    none = not_taken("absent", "No tremor.", condition=here)
    also = replace(none, title=shown.title, condition=shown.condition)
    missing = (none, none, replace(none, condition=there), also)
    said = row(first_page(replace(assessment, not_measurable=missing)), "NOT TAKEN")
    assert "looked for and not there: Tremor of a finger (rest; posture)" in said
    assert shown.title not in said


def test_what_was_found_without_its_place_stands_on_the_first_page(full):
    """A hand trembles, and which finger is not told: its frequency is said once, with where."""
    assessment, _ = full
    one = not_taken("untold", "One finger trembles at 5.1 Hz: largest was the index.")
    said = first_page(replace(assessment, not_measurable=(one, one)))
    assert row(said, "SEEN").startswith("One finger trembles at 5.1 Hz (posture);")


def test_what_a_film_was_made_for_stands_first_in_what_was_not_taken(full):
    """Of a film of the neck blinks stand last; a title stands once, with where it is missing."""
    assessment, _ = full
    filmed = replace(
        assessment.recordings[0], id="neck.mp4", kind="head", conditions=("let go", "range")
    )
    blinks = not_taken(
        "too_short",
        "Too short.",
        measure="eyes.blink_rate",
        title="Blinks",
        condition=Condition.of(task="let_go"),
    )
    missing = (
        *(replace(blinks, condition=Condition.of(task=t)) for t in ("zero", "let_go", "range")),
        replace(blinks, measure="head.tremor_freq", title="Head tremor"),
        replace(
            blinks,
            title=assessment.findings[0].estimate.title,
            measure="head.yaw_mean",
            condition=assessment.findings[0].estimate.condition,
        ),
    )
    said = row(
        first_page(replace(assessment, recordings=(filmed,), not_measurable=missing)), "NOT TAKEN"
    )
    assert "Head tremor (let go)" in said
    assert "in part)" in said
    each = [
        replace(f.estimate, condition=Condition.of(task=t))
        for f in assessment.findings[:1]
        for t in ("zero", "let_go", "range")
    ]
    some = replace(
        assessment,
        findings=tuple(replace(assessment.findings[0], estimate=e) for e in each),
        not_measurable=tuple(
            replace(blinks, title=e.title, measure=e.measure, condition=e.condition) for e in each
        ),
    )
    assert f"{each[0].title} (in part, in 3 conditions)" in row(first_page(some), "NOT TAKEN")
    assert said.index("Head tremor") < said.index("Blinks (in 3 conditions)")


@pytest.mark.parametrize("code", [ABSENT, UNTOLD])
def test_what_was_looked_for_in_part_is_missing_in_part(full, code):
    """A tremor that other fingers did not have, or that no finger is named for, was looked for."""
    assessment, _ = full
    hidden = not_taken("hidden", "Hidden.", title="Tremor")
    other = replace(hidden, code=code, reason="The hand trembles: why.")
    said = row(first_page(replace(assessment, not_measurable=(hidden, other))), "NOT TAKEN")
    assert "Tremor (posture, in part)" in said
    said = row(first_page(replace(assessment, not_measurable=(hidden,))), "NOT TAKEN")
    assert "Tremor (posture)" in said
    said = row(first_page(replace(assessment, not_measurable=(other,))), "NOT TAKEN")
    assert "Tremor (posture, in part)" not in said


@pytest.mark.parametrize(
    ("target", "details", "lo", "words"),
    [
        (("foot", "foot"), (("left_minus_right_percent", -5.0),), 1.0, "(more on the right)"),
        (("foot", "foot"), (("left_minus_right_percent", 5.0),), 0.0, "(if any, more on the left)"),
        (("trunk_lateral",), (), -9.0, "(\N{MINUS SIGN} is to the person's left)"),
        (("trunk_sagittal",), (), -9.0, ""),
        (("jaw_deviation",), (), -9.0, "(+ is to the person's right)"),
    ],
)
def test_the_side_stands_beside_the_number(full, target, details, lo, words):
    """What has no sign names the side that has more; a lean to the side says what minus is."""
    assessment, _ = full
    f = assessment.findings[0]
    e = replace(
        f.estimate,
        part="",
        tier="clinical",
        value=5.0,
        interval=Interval(lo=lo, hi=12.0, kind="within the recording", method="m"),
        target=replace(f.estimate.target, sites=target),
        details=details,
    )
    said = row(
        first_page(replace(assessment, findings=(replace(f, estimate=e, primary=False),))),
        "CLINICAL",
    )
    assert words in said
    assert ("is to the person's left" in said) == (target == ("trunk_lateral",))


def test_unknown_state_is_shown_as_unknown(empty):
    """What was not asked stands on the first page as unknown, beside what was."""
    assessment, _ = empty
    said = first_page(replace(assessment, state=replace(assessment.state, fatigue=2)))
    assert row(said, "STATE").count("unknown") == 6
    assert row(said, "PAIN") == "unknown | fatigue 2/10"
    assert "no earlier visit was given" in row(said, "COMPARABLE")


def test_headings_are_in_order(full, empty):
    """No level is skipped, so that a screen reader's outline is whole."""
    for assessment, evidence in (full, empty):
        levels = [1] + [b.level for b in blocks(assessment, evidence) if isinstance(b, Heading)]
        assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_reference_leads_somewhere(full, empty):
    """Each page reference has a heading with its anchor, and no anchor stands twice."""
    for assessment, evidence in (full, empty):
        said = blocks(assessment, evidence)
        anchors = [b.anchor for b in said if isinstance(b, Heading) and b.anchor]
        assert len(anchors) == len(set(anchors))
        parts = [
            p
            for b in said
            for t in ([v for _, v in b.rows] if isinstance(b, KeyValues) else [])
            if not isinstance(t, str)
            for p in t
        ]
        refs = [p.anchor for p in parts if isinstance(p, Ref)]
        assert refs
        assert set(refs) <= set(anchors)


def test_every_measure_shows_the_six_things(full):
    """Interval and its kind, method and version, source, validated range, verdict, tier."""
    assessment, evidence = full
    said = texts(blocks(assessment, evidence))
    (head,) = (t for t in said if t.startswith("Method emg.cci_fw"))
    for part in ("version 1", "FalconerWinter1985", "from 5 to 95", "Tier: supportive"):
        assert part in head
    for cell in (
        "45.7\u00a0%",
        "[41.1, 50.2]",
        "within the recording",
        "none: too few independent blocks (fewer than 8)",
        "▲ outside the validated range",
    ):
        assert cell in said
    assert any("change: repeatability unknown" in t for t in said)
    assert any("Source: our method" in t for t in said)


def test_a_value_outside_the_validated_range_is_marked_and_one_inside_is_not(full):
    """The mark stands exactly with the values that lie outside."""
    assessment, evidence = full
    tables = [b for b in blocks(assessment, evidence) if isinstance(b, Table)]
    marked = [r for b in tables if b.header[0] == "About" for r in b.rows if "▲" in r[-1]]
    outside = [f for f in assessment.findings if not f.estimate.in_valid_range]
    assert len(marked) == len(outside) > 0


def test_tables_do_not_flood_and_say_how_many_there_are(full):
    """640 numbers become a summary by region, and the table says where all of them are."""
    assessment, evidence = full
    tables = [b for b in blocks(assessment, evidence) if isinstance(b, Table)]
    assert max(len(b.rows) for b in tables) <= 25
    assert any("all 640 numbers are in findings.csv" in b.caption for b in tables)
    (summary,) = (b for b in tables if b.header[0] == "Region, condition")
    counted = {r[0]: int(r[1]) for r in summary.rows}
    assert sum(n for name, n in counted.items() if name.endswith("rest")) == 64


def test_more_parts_than_fit_side_by_side_give_no_summary():
    """Fifteen columns would be unreadable; the most relevant numbers stand alone then."""
    electrode = replace(MUSCLES[0], label="Cz", sites=("Cz",))
    found = [
        finding(replace(estimate("eeg.power", electrode, REST, 1.0), part=f"p{i}"))
        for i in range(9)
    ]
    assert summary_table(found[:8], most=25) is not None
    assert summary_table(found, most=25) is None


def test_many_targets_without_a_region_show_the_most_relevant(full):
    """Where no region is known, what differs and then the largest values stay, twelve of them."""
    assessment, evidence = full
    many = tuple(
        finding(
            estimate("emg.rms", replace(MUSCLES[0], label=f"m{i}", sites=(f"m{i}",)), REST, 1.0 + i)
        )
        for i in range(60)
    )
    said = blocks(replace(assessment, findings=many, contrasts=()), evidence)
    tables = [b for b in said if isinstance(b, Table) and b.header[0] == "About"]
    assert [r[0] for r in tables[0].rows] == [f"m{59 - i}" for i in range(12)]
    assert "all 60 numbers are in findings.csv" in tables[0].caption


def test_nothing_that_was_lost_is_swallowed(full):
    """Each reason, each lost file and each condition that was not drawn is said."""
    assessment, evidence = full
    said = "\n".join(texts(blocks(assessment, evidence)))
    for missing in assessment.not_measurable:
        assert missing.reason in said
    for lost in assessment.lost:
        assert lost.path in said
        assert lost.error in said
    assert "kept in evidence.npz: rest" in said
    assert "63 more channels alike" in said


def test_a_figure_without_its_arrays_is_said_to_be_missing(full):
    """Evidence that was not kept costs the figure, not the report."""
    assessment, _ = full
    said = blocks(assessment, {})
    from_findings = ("-bars", "-scalp", "-contrasts")
    assert not [b for b in said if isinstance(b, Figure) and not b.name.endswith(from_findings)]
    assert any("nothing to draw from" in t for t in texts(said))


def test_every_measure_with_a_figure_gets_one(full):
    """Each kind of figure that a measure declares is drawn where its arrays are there."""
    assessment, evidence = full
    names = {b.name for b in blocks(assessment, evidence) if isinstance(b, Figure)}
    for measure in ("emg-cci-fw", "emg-burst", "imc", "eeg-relpow", "erd"):
        assert f"figure-{measure}-0" in names
    declared = card("emg.rms")
    assert declared is not None
    rms = tuple(f for f in assessment.findings if f.estimate.measure == "emg.rms")
    if declared.figure == "bars":
        assert not list(evidence_figures(declared, rms, evidence))


def test_eeg_stands_beside_its_negative_evidence(full):
    """The sentence about qEEG stands in the EEG section and by the figures of conditions."""
    assessment, evidence = full
    sentence = "qEEG has no established diagnostic value in dystonia."
    said = blocks(assessment, evidence)
    assert sum(isinstance(b, Note) and b.text == sentence for b in said) == 2


def test_the_order_of_pages_is_fixed(full):
    """First page, plain page, examination, findings, conditions, losses, methods."""
    assessment, evidence = full
    said = blocks(assessment, evidence)
    sections = [b.anchor for b in said if isinstance(b, Heading) and b.level == 2]
    measured = ["findings", "conditions", "not-measured", "methods"]
    expected = ["glance", "plain", "examination", *measured]
    assert sections == expected
    assert sum(isinstance(b, PageBreak) for b in said) == 2


def test_an_empty_visit_still_makes_a_whole_report(empty):
    """Nothing measured is a report that says so, not an error."""
    assessment, evidence = empty
    said = "\n".join(texts(blocks(assessment, evidence)))
    assert "Nothing could be measured" in said
    assert "was measured." not in said
    assert "There is no recording that could be read." in said


def test_no_wording_diagnoses(full):
    """The word abnormal stands only where the report says what it does not use it for."""
    assessment, evidence = full
    for text in texts(blocks(assessment, evidence)):
        if "abnormal" in text.lower():
            assert "abnormal is used only against a reference" in text


def grade(text: str) -> float:
    """Return the grade of Flesch and Kincaid, with vowel groups as syllables."""
    sentences = [s for s in re.split(r"[.!?:;]+\s", text) if s.strip()]
    found = re.findall(r"[A-Za-z']+", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", w.lower())))) for w in found
    )
    return 0.39 * len(found) / len(sentences) + 11.8 * syllables / len(found) - 15.59


def test_the_plain_page_reads_at_school_grade_nine_or_below(full, empty):
    """Short words and sentences, and none of the field's terms."""
    for assessment, _ in (full, empty):
        said = texts(plain_page(replace(assessment, state=replace(STATE, safety_reported=("x",)))))
        page = ". ".join(t.rstrip(".:") for t in said) + ". "
        assert grade(page) <= 9
        assert max(grade(t + " ") for t in said if len(t.split()) > 8) <= 12
        for jargon in ("EMG", "EEG", "coherence", "interval", "amplitude", "tier", "z-score", "q "):
            assert jargon not in page


def test_the_plain_page_says_what_differs_and_from_what(full):
    """A difference names both sides; one that chance may explain is not told."""
    assessment, _ = full
    said = "\n".join(texts(plain_page(assessment)))
    assert "Higher while writing than at rest: how strongly the muscle worked" in said
    assert "on the right side" not in said
    assert "not your fault" in said
    side = Contrast(
        measure="emg.rms",
        target=MUSCLES[0],
        condition=REST,
        factor="side",
        a="right",
        b="left",
        scale="ratio",
        value=0.61,
        interval=Interval(lo=0.5, hi=0.7, kind="between repeats", method="bootstrap"),
        q=0.01,
    )
    told = "\n".join(texts(plain_page(replace(assessment, contrasts=(side,)))))
    assert "Higher on the left side than on the right, rest: how strongly" in told
    assert "(flexor carpi radialis)" in told


@pytest.mark.parametrize(
    ("measure", "of_sides", "details"),
    [
        ("eyes.opening_ratio", "eyes.opening", ()),
        ("gait.arm_swing_asymmetry", "gait.arm_swing", (("left_minus_right_percent", -40.0),)),
    ],
)
def test_sides_that_a_comparison_does_not_tell_apart_are_not_called_uneven(
    full, measure, of_sides, details
):
    """A lid's ratio just beyond 1 says no more than the comparison of the two lids; so of arms."""
    assessment, _ = full
    f, c = assessment.findings[0], assessment.contrasts[0]
    interval = replace(f.estimate.interval, lo=1.01, hi=4.0)
    e = replace(f.estimate, measure=measure, value=1.5, interval=interval, details=details)
    one = (replace(f, estimate=replace(e, tier="supportive")),)
    both = replace(c, measure=of_sides, factor="side", condition=e.condition, p=0.03)
    for q, told in ((0.15, False), (0.01, True)):
        made = replace(assessment, findings=one, contrasts=(replace(both, q=q),))
        said = "\n".join(texts(plain_page(made)))
        assert ("Your two sides were not alike" in said) == told


def test_a_tremor_that_was_seen_is_not_said_to_be_lacking_on_page_one(full):
    """Of a hand that trembles page 1 does not say that a still thumb was looked for in vain."""
    assessment, _ = full
    one = not_taken("untold", "The right hand trembles at 5.1 Hz: which finger is not told.")
    none = replace(one, code="absent", reason="No rhythm stands out.")
    for found, lacking in (((one, none), False), ((none,), True)):
        said = row(first_page(replace(assessment, not_measurable=found)), "NOT TAKEN")
        assert ("looked for and not there: Tremor of a finger" in said) == lacking


@pytest.mark.parametrize(
    ("lo", "hi", "told"),
    [(-20.0, 70.0, "not known: from nothing to all of it"), (-20.0, 50.0, "no difference shown")],
)
def test_what_a_task_adds_to_holding_the_pen_stands_beside_its_difference_from_rest(
    full, lo, hi, told
):
    """Of 60 beyond rest up to 70 may be the task's, so that nothing is known; 50 is not all."""
    assessment, _ = full
    rest = assessment.contrasts[0]
    beyond = Interval(lo=lo, hi=hi, kind="within the recording", method="m")
    grip = replace(rest, b="posture", value=20.0, interval=beyond, p=0.3, q=0.4)
    for also, said in ((grip, True), (replace(grip, p=0.001, q=0.003), False)):
        made = replace(assessment, contrasts=(rest, also))
        page = "\n".join(texts(first_page(made)))
        plain = "\n".join(texts(plain_page(made)))
        assert (told in page) == said
        assert ("(posture) may differ from rest in health too" in page) == said
        assert ("Some of this is so in anyone who holds a pen or plays" in plain) == said
        assert "We did not record that alone" not in plain


def test_what_a_task_may_add_to_the_grip_unseen_stands_on_page_one(full):
    """A curl that nothing told is not thought healthy: the largest first, with its limits."""
    assessment, _ = full
    c = assessment.contrasts[0]
    reach = Interval(lo=-17.0, hi=179.0, kind="within the recording", method="m")
    little = replace(c.target, label="right little curl", side="right")
    index = replace(c.target, label="right index curl", side="right")
    curl = replace(
        c, measure="hand.curl.sum", b="posture", value=26.0, interval=reach, p=0.1, q=0.3
    )
    still = replace(curl, target=little, value=-10.0)
    alone = replace(assessment, recordings=(), contrasts=(still, replace(curl, target=index)))
    said = row(first_page(alone), "NOT TOLD")
    assert said.startswith("whether writing adds anything to holding the pen")
    assert said.index("right index curl 30 [−20, 180]") < said.index("right little curl")
    assert "nearest to one" not in row(first_page(alone), "COMPARED")
    assert "How writing differs from the posture we could not tell" in "\n".join(
        texts(plain_page(alone))
    )
    told = replace(alone, contrasts=(still, replace(curl, target=index, q=0.01)))
    said = row(first_page(told), "NOT TOLD")
    assert said.startswith("whether writing adds anything to holding the pen")
    assert "(posture) here too" in said
    assert "right little curl" in said
    assert "right index curl" not in said
    assert "we could not tell" not in "\n".join(texts(plain_page(told)))
    every = tuple(replace(c, q=0.01) for c in told.contrasts)
    assert not row(first_page(replace(told, contrasts=every)), "NOT TOLD")


def test_without_the_grip_a_difference_from_rest_is_said_to_be_so_in_health(full):
    """Whoever leaves the grip out is told to record it; the grip itself is no finding either."""
    assessment, _ = full
    rest = assessment.contrasts[0]
    held = replace(rest, a="posture", condition=Condition.of(task="posture"))
    for contrasts, recorded in (((rest,), False), ((held,), True)):
        made = replace(assessment, contrasts=contrasts)
        read = row(first_page(made), "READ")
        assert read.startswith("holding the pen or the instrument (posture) may differ from rest")
        assert ("was not recorded: record it" in read) != recorded
        plain = "\n".join(texts(plain_page(made)))
        assert "Some of this is so in anyone who holds a pen" in plain
        assert ("We did not record that alone. So we do not know" in plain) != recorded
    moved = replace(rest, a="movement")
    assert not row(first_page(replace(assessment, contrasts=(moved,))), "READ")


def test_what_differs_from_rest_unseen_stands_on_page_one(full):
    """Without an easy passage the trigger passage is held against rest; with one, against that."""
    assessment, _ = full
    c = assessment.contrasts[0]
    reach = Interval(lo=-17.0, hi=179.0, kind="within the recording", method="m")
    curl = replace(c, measure="hand.curl.sum", value=26.0, interval=reach, p=0.1, q=0.3)
    curl = replace(curl, a="trigger_passage", condition=Condition.of(task="trigger_passage"))
    made = replace(assessment, recordings=(), contrasts=(curl,))
    assert row(first_page(made), "NOT TOLD").startswith(
        "whether trigger passage differs from rest: no difference was told"
    )
    said = "\n".join(texts(plain_page(made)))
    assert "How the trigger passage differs from rest we could not tell" in said
    assert "too small" not in said
    easy = replace(curl, b="easy_passage")
    said = row(first_page(replace(made, contrasts=(curl, easy))), "NOT TOLD")
    assert "playing an easy passage" in said
    assert "differs from rest" not in said


def test_the_person_reads_of_fingers_sides_and_light_in_plain_words(full):
    """A finger is named by its name, a side by itself, and lists read as lists."""
    assessment, _ = full
    c = assessment.contrasts[0]
    left = Condition.of(task="writing", side="left")
    for label, part in (
        ("left ring curl", "left ring finger"),
        ("left thumb curl", "left thumb"),
        ("left wrist", "left wrist"),
    ):
        target = replace(c.target, label=label, side="left")
        curl = replace(c, measure="hand.curl.sum", a="writing", b="rest", factor="task", q=0.001)
        curl = replace(curl, value=30.0, target=target, condition=left)
        said = "\n".join(texts(plain_page(replace(assessment, contrasts=(curl,)))))
        assert f"rest, left side: how far the finger was curled ({part})." in said
    hand, *_ = assessment.recordings
    kinds = [replace(hand, id=f"a#{k}", kind=k) for k in ("head", "lid", "mouth")]
    conditions = ("rest, side left", "rest, light bright")
    made = replace(assessment, recordings=tuple(replace(k, conditions=conditions) for k in kinds))
    said = "\n".join(texts(plain_page(made)))
    assert "your posture and movement of the head, your eyelids and your mouth and jaw," in said
    assert "You did this: rest, left side; rest, in bright light." in said


def test_a_comparison_that_was_never_made_is_not_said_to_show_nothing(full):
    """Eyes at rest for too short a time: what light does to their closures is not known."""
    assessment, _ = full
    e = replace(assessment.findings[0].estimate, measure="eyes.closures", part="", title="Closures")
    e = replace(e, condition=Condition.of(task="writing"))
    why = "Only 24.0 s of video of the eyes in this condition; at least 25 s needed."
    rest = Condition.of(task="rest")
    short = not_taken("too_short", why, measure="eyes.closures", title="Closures", condition=rest)
    alike = replace(assessment.contrasts[0], q=0.8, p=0.7)
    made = replace(
        assessment,
        recordings=(),
        findings=(finding(e),),
        contrasts=(alike,),
        not_measurable=(short,),
    )
    assert row(first_page(made), "NOT COMPARED") == f"Closures (rest): {why}"
    assert row(first_page(made), "COMPARED").startswith("of those that could be made no comparison")
    assert "One part of what you did was too short" in "\n".join(texts(plain_page(made)))
    other = replace(short, condition=Condition.of(task="speaking"))
    both = replace(made, not_measurable=(short, replace(short, reason="another"), other))
    each = f"Closures (rest; speaking): each too short, as rest: {why}"
    assert row(first_page(both), "NOT COMPARED") == each
    assert "Some of what you did was too short" in "\n".join(texts(plain_page(both)))
    none = replace(made, findings=())
    assert not row(first_page(none), "NOT COMPARED")
    assert row(first_page(replace(both, findings=())), "NOT COMPARED") == each


def test_what_came_after_the_end_of_a_film_that_broke_off_is_said_to_be_missing(full):
    """Page 1 says so above every number, the plain page beside how many there are."""
    assessment, _ = full
    text = "The pictures could be decoded up to 54.3 s of 97.0 s: the rest is damaged."
    issue = Issue(code="decoding_stopped", severity="warning", message=text)
    film = replace(assessment.recordings[0], id="visit/hand.mp4#finger", issues=(issue,))
    made = replace(assessment, recordings=(film,))
    said = row(first_page(made), "LOOK FIRST")
    assert "up to 54.3 s of 97.0 s; what was filmed after that is missing here" in said
    assert "could be read only in part" in "\n".join(texts(plain_page(made)))
    assert "could be read only in part" not in "\n".join(texts(plain_page(assessment)))


def test_nothing_is_called_near_to_a_difference_that_is_far_from_one(full):
    """Of a p of 0.9 no name is given."""
    assessment, _ = full
    for p, named in ((0.1, True), (0.9, False)):
        c = replace(assessment.contrasts[0], p=p, q=0.9, value=10.0)
        reach = replace(c.interval, lo=-5.0, hi=25.0)
        made = replace(assessment, contrasts=(replace(c, interval=reach),))
        assert ("nearest to one" in row(first_page(made), "COMPARED")) == named


def test_what_a_film_is_made_for_and_page_one_leaves_out_is_named(full):
    """A foot that points down is of research tier: named without its number, and only if filmed."""
    assessment, _ = full
    foot = replace(
        assessment.findings[0].estimate,
        measure="gait.foot_pitch.landing",
        title="Toes down",
        tier="research",
        value=-21.25,
    )
    made = replace(assessment, recordings=(), findings=(finding(foot),))
    said = row(first_page(made), "NOT HERE")
    assert said.startswith("Toes down: research tier")
    assert "21.2" not in said
    assert not row(first_page(assessment), "NOT HERE")


@pytest.mark.parametrize(
    ("here", "there", "words"),
    [
        (-11.0, -28.0, "less far to the left"),
        (11.0, -28.0, "further to the right"),
        (-40.0, -28.0, "further to the left"),
        (12.0, 28.0, "less far to the right"),
    ],
)
def test_a_head_that_comes_nearer_to_straight_is_not_said_to_turn_the_other_way(
    full, here, there, words
):
    """With the trick 11 to the left in place of 28 is less far to the left."""
    assessment, _ = full
    e = replace(
        assessment.findings[0].estimate, measure="head.yaw_mean", part="", value=here, unit="deg"
    )
    c = replace(
        assessment.contrasts[0],
        measure="head.yaw_mean",
        target=e.target,
        condition=e.condition,
        factor="trick",
        a="on",
        b="off",
        value=here - there,
        q=0.001,
    )
    made = replace(assessment, findings=(finding(e),), contrasts=(c,))
    said = "\n".join(texts(plain_page(made)))
    assert f"Your head was turned {words} with trick on than with off" in said
    assert "(+ is to the right)" in row(first_page(made), "DIFFERS")


def test_research_numbers_that_differ_are_counted_not_denied(full):
    """A foot that turns in is no number for page 1, and neither page says that nothing differs."""
    assessment, _ = full
    foot = replace(assessment.contrasts[0], measure="gait.foot_pitch.landing", q=0.001)
    alike = replace(assessment.contrasts[0], q=0.8)
    made = replace(assessment, contrasts=(alike, foot))
    said = row(first_page(made), "DIFFERS")
    assert "1 research-tier number: " in said
    compared = row(first_page(made), "COMPARED")
    assert "no other comparison of two conditions or sides showed a difference" in compared
    plain = "\n".join(texts(plain_page(made)))
    assert "still being studied and differ: 1" in plain
    assert "no clear difference" not in plain


def test_a_difference_without_plain_words_is_counted_not_denied(full):
    """A measure that has no plain words yet does not make the page say that nothing differs."""
    assessment, _ = full
    new = replace(assessment.contrasts[0], measure="emg.cci_fw", q=0.01)
    said = "\n".join(texts(plain_page(replace(assessment, contrasts=(new, new)))))
    assert "no clear difference" not in said
    unnamed = replace(assessment.contrasts[0], measure="emg.new", q=0.01)
    known = replace(
        assessment.findings[0],
        estimate=replace(assessment.findings[0].estimate, measure="emg.new"),
    )
    other = replace(assessment, contrasts=(unnamed,), findings=(known,))
    said = "\n".join(texts(plain_page(other)))
    assert "Numbers that differ: 1" in said
    assert "no clear difference" not in said


def test_where_nothing_was_compared_nothing_is_said_to_be_alike(full):
    """Without contrasts the page does not speak of things that did not differ."""
    assessment, _ = full
    alike = replace(assessment.contrasts[0], q=0.5)
    for contrasts, words in (
        ((), "There was nothing that we could compare."),
        ((alike,), "We compared what we could, and saw no clear difference."),
    ):
        said = texts(plain_page(replace(assessment, contrasts=contrasts)))
        assert words in "\n".join(said)


def test_every_source_that_is_named_is_given_in_full(full):
    """Sources of methods and of evidence against them stand in the list of sources."""
    assessment, evidence = full
    said = texts(blocks(assessment, evidence))
    for key in ("FalconerWinter1985", "Halliday1995", "Nijmeijer2014", "Tijssen2000"):
        assert [t for t in said if t.startswith(f"{key}: ") and len(t) > len(key) + 20]


def test_long_names_are_shortened_but_not_lost(full):
    """A name of 200 letters does not break a table, and its ends still tell it apart."""
    assessment, evidence = full
    cells = [
        c for b in blocks(assessment, evidence) if isinstance(b, Table) for r in b.rows for c in r
    ]
    assert not any(NASTY[2] in c for c in cells)
    assert any("mmm…mmm" in c for c in cells)


def test_a_film_of_guesses_is_to_be_looked_at_before_its_numbers(full):
    """Page 1 says so above every number, the plain page beside how many there are."""
    assessment, _ = full
    issue = Issue(
        code="guessed_view",
        severity="warning",
        message="No finger of the right hand was seen so that its bend shows: all are guessed.",
    )
    film = replace(assessment.recordings[0], id="visit/hand.mp4#finger", issues=(issue,))
    made = replace(assessment, recordings=(film,))
    page = first_page(made)
    (table,) = (b for b in page if isinstance(b, KeyValues))
    keys = [key for key, _ in table.rows]
    number = min(keys.index(key) for key in ("PRIMARY", "CLINICAL", "SUPPORTIVE") if key in keys)
    assert keys.index("LOOK FIRST") < number
    said = row(page, "LOOK FIRST")
    assert "hand.mp4: No finger of the right hand was seen so that its bend shows; look" in said
    assert "Those numbers are guesses" in "\n".join(texts(plain_page(made)))
    assert not row(first_page(assessment), "LOOK FIRST")
    assert "guesses" not in "\n".join(texts(plain_page(assessment)))


@pytest.mark.parametrize(("lo", "told"), [(0.5, True), (-0.5, False)])
def test_beside_a_side_that_differs_the_other_is_named_if_it_would_alone(full, lo, told):
    """Both eyes shut more in bright light: that one is told by a hair makes it no matter of one."""
    assessment, _ = full
    one = assessment.contrasts[0]
    interval = replace(one.interval, lo=1.0, hi=9.0)
    eyes = [
        replace(
            one,
            measure="eyes.closed_share",
            target=replace(one.target, side=side, sites=("closure",), label=f"{side} lid"),
            scale="difference",
            value=4.0,
            interval=replace(interval, lo=low),
            p=0.02,
            q=q,
        )
        for side, low, q in (("right", 1.0, 0.04), ("left", lo, 0.06))
    ]
    said = row(first_page(replace(assessment, contrasts=tuple(eyes))), "DIFFERS")
    assert ("(the left lid alone would differ too: 4" in said) == told


def test_a_difference_that_was_too_short_to_judge_is_not_said_to_be_none(full):
    """A jaw aside by 8 % in 20 s of speech has a value without an interval: it was not judged."""
    assessment, _ = full
    e = replace(assessment.findings[0].estimate, measure="eyes.closures", part="", title="Closures")
    alike = replace(assessment.contrasts[0], q=0.8, p=0.7)
    c = replace(alike, measure="eyes.closures", factor="task", a="speaking", b="rest")
    short = replace(c, interval=None, no_interval="few_blocks", p=None, q=None)
    made = replace(assessment, recordings=(), findings=(finding(e),), not_measurable=())
    unjudged = replace(made, contrasts=(alike, short, short))
    said = row(first_page(unjudged), "NOT COMPARED")
    assert said.startswith("Closures (speaking against rest): recorded for too short a time")
    assert row(first_page(unjudged), "COMPARED").startswith("of those that could be made no")
    plain = "\n".join(texts(plain_page(unjudged)))
    assert "Some of what you did was too short, so we could not compare all of it." in plain
    judged = replace(made, contrasts=(alike, c))
    assert not row(first_page(judged), "NOT COMPARED")
    assert "too short, so we" not in "\n".join(texts(plain_page(judged)))


def test_tasks_beyond_those_named_are_said_to_be_more(full):
    """Six tasks were filmed: the sixth is not left out silently."""
    assessment, _ = full
    one = assessment.recordings[0]
    for n, more in ((5, False), (6, True)):
        filmed = replace(one, conditions=tuple(f"task {k}" for k in range(n)))
        said = "\n".join(texts(plain_page(replace(assessment, recordings=(filmed,)))))
        assert ("; and more." in said) == more
