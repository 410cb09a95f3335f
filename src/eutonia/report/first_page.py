"""The first page: terse fixed rows, for someone with one minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from eutonia.model import Assessment, Contrast, NotMeasurable, VisitState
from eutonia.report import state as visit_state
from eutonia.report.block import Block, Heading, KeyValues, Note, Ref, Text
from eutonia.report.earlier import changes, counted
from eutonia.report.examined import glance, was_examined
from eutonia.report.examined.safety import call_now
from eutonia.report.losses import ABSENT, NO_INPUT, UNTOLD, not_recorded
from eutonia.report.main_findings import main_findings
from eutonia.report.posture import posture
from eutonia.report.relevance import (
    BESIDE,
    aside,
    differs,
    filmed_for,
    is_asked,
    like_health,
    nearer,
    not_judged,
    ranked_contrasts,
    recorded_tasks,
    said_by,
    tier_of,
    too_short_to_compare,
    uneven,
    unit_of,
    untold,
)
from eutonia.report.ways import sign
from eutonia.report.words import (
    contrast_words,
    differs_alone,
    held,
    limits,
    listed,
    number,
    part_words,
    q_words,
    short,
    spaced,
    statement,
    with_unit,
)

#: Rows that contrasts may take, so that the page stays one page.
MAX_CONTRASTS = 3


def first_page(assessment: Assessment) -> tuple[Block, ...]:
    """Return the first page after ``clinical-rules`` §6, with what this visit has.

    Research-tier numbers never stand on it.
    """
    rows: list[tuple[str, Text]] = [
        ("PERSON", visit_state.person(assessment)),
        *_asked(assessment),
        *_doubtful(assessment),
        *glance.scores(assessment),
        *glance.primary(assessment),
        *posture(assessment),
        *main_findings(assessment),
        *_contrasts(assessment),
        *_for_research(assessment),
        *_untold(assessment),
        ("CHANGE", _change(assessment)),
        ("NOT TAKEN", _not_taken(assessment)),
        ("TO DISCUSS", _to_discuss(assessment)),
    ]
    return (
        Heading(text="At a glance", level=2, anchor="glance"),
        *_danger(assessment),
        KeyValues(caption="The visit at a glance", rows=tuple(rows)),
    )


def _danger(assessment: Assessment) -> Iterator[Note]:
    """Yield what cannot wait."""
    yield from call_now(assessment)
    if assessment.state.safety_reported:
        call = f"{visit_state.safety(assessment.state)}. {statement('nobody_is_reading')}"
        yield Note(text=call, kind="danger")


_LOOK = "look at its pictures before any number"
#: What makes all numbers of a film doubtful, however narrow their intervals, by code of its issue.
_LOOK_FIRST = {
    "guessed_view": _LOOK,
    "other_hand": _LOOK,
    "another_person": _LOOK,
    "dark_face": "its points wander, so that small movements and shut lids are uncertain",
    "small_hand": "a finger that curls or lifts may not show at all",
    "decoding_stopped": "what was filmed after that is missing here",
}


def _doubtful(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what is to be looked at before the numbers that follow."""
    said = {
        (one.id.partition("#")[0], issue.message.partition(":")[0].rstrip("."), issue.code)
        for one in assessment.recordings
        for issue in one.issues
        if issue.code in _LOOK_FIRST
    }
    for name, words, code in sorted(said):
        film = short(PurePosixPath(name).name, 40)
        look = f"{_LOOK_FIRST[code]}: "
        yield "LOOK FIRST", (f"{film}: {words}; {look}", Ref("what the camera saw", "filmed"))


def _asked(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what was asked and examined, before any number."""
    state = assessment.state
    if not was_examined(assessment):
        yield "SAFETY", visit_state.safety(state)
        if not _recorded(state):
            yield "STATE", _NOTHING_RECORDED
            yield "COMPARABLE", glance.comparable(assessment)
            return
        yield "STATE", visit_state.terse(state)
        yield "COMPARABLE", glance.comparable(assessment)
        yield "GOAL", visit_state.goal(state)
        yield "PAIN", visit_state.pain(state)
        yield "EXAMINER", visit_state.examiner(state)
        return
    yield "SAFETY", glance.safety(assessment)
    yield "STATE", visit_state.terse(state)
    if state.instrument:
        yield "SET-UP", visit_state.set_up(state)
    yield "COMPARABLE", glance.comparable(assessment)
    practice = glance.practice(assessment)
    goal = glance.goal(state, assessment.earlier_state)
    yield "GOAL", f"{goal} | {practice}" if practice else goal
    yield "PAIN", glance.pain(assessment)
    for e in assessment.examinations:
        yield "EXAMINER", glance.examiner(e, assessment)


_NOTHING_RECORDED = (
    "unknown: toxin, drugs, stimulator, time, sleep, stress, goal, pain, examiner, blinding (no "
    "intake was given) | no examination entered"
)


def _recorded(state: VisitState) -> bool:
    """Tell whether anything is known of what the rows of the state say, so that each has a row."""
    rows = (visit_state.terse, visit_state.goal, visit_state.pain, visit_state.examiner)
    return any(words(state) != words(VisitState()) for words in rows)


def _contrasts(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    every = ranked_contrasts(assessment.contrasts, made_for=filmed_for(assessment))
    ordered = [c for c in every if tier_of(c, assessment) != "research"]
    differ = [c for c in ordered if differs(c)]
    shown = [c for c in differ if not said_by(c, differ)]
    beyond = untold(assessment)
    unmade = tuple(_not_compared(assessment))
    yield from unmade
    for group, some_told in beyond[:MAX_BEYOND]:
        yield "NOT TOLD", _beyond(group, some_told, assessment)
    for c in shown[:MAX_CONTRASTS]:
        yield "DIFFERS", _contrast(c, assessment)
    if len(shown) > MAX_CONTRASTS:
        more = f"{len(differ) - MAX_CONTRASTS} more that differ: "
        yield "DIFFERS", (more, Ref("conditions side by side", "conditions"))
    yield from _read(shown[:MAX_CONTRASTS], assessment)
    research = sum(differs(c) for c in every) - len(differ)
    if research:
        more = f"{research} research-tier {'number' if research == 1 else 'numbers'}: "
        yield "DIFFERS", (more, Ref("conditions side by side", "conditions"))
    if ordered and not differ:
        other = "other " if research or uneven(assessment) else ""
        could = "of those that could be made " if unmade else ""
        yield (
            "COMPARED",
            f"{could}no {other}comparison of two conditions or sides showed a difference "
            "(exploratory)",
        )
        if alone := next(filter(differs_alone, ordered), None):
            chance = "alone this would differ, among so many it may be chance: "
            yield "COMPARED", f"{chance}{_contrast(alone, assessment)}"
        elif near := next((c for c in ordered if _is_near(c) and not beyond), None):
            room = "nearest to one, and any size within its interval is possible: "
            yield "COMPARED", f"{room}{_contrast(near, assessment)}"


def _not_compared(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what a film is made for and was recorded for too short a time, once for what it is."""
    conditions: dict[tuple[str, ...], dict[str, str]] = {}
    for condition, (titles, why) in too_short_to_compare(assessment).items():
        conditions.setdefault(titles, {})[condition] = why
    for titles, whys in conditions.items():
        first, why = next(iter(whys.items()))
        each = f"each too short, as {first}: " if len(whys) > 1 else ""
        yield "NOT COMPARED", f"{listed(titles)} ({'; '.join(whys)}): {each}{why}"
    pairs: dict[tuple[str, ...], list[str]] = {}
    for pair, titles in not_judged(assessment).items():
        pairs.setdefault(titles, []).append(pair)
    for titles, those in pairs.items():
        yield "NOT COMPARED", f"{listed(titles, _MAX_OF_IT)} ({'; '.join(those)}): {_TOO_FEW}"


_TOO_FEW = "recorded for too short a time to tell whether they differ (fewer than 8 blocks)"


def _for_research(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what a film is made for and this page leaves out, so that it is not thought healthy."""
    made_for = filmed_for(assessment)
    left_out = dict.fromkeys(
        f.estimate.title
        for f in assessment.findings
        if f.estimate.tier == "research"
        and is_asked(f.estimate.measure)
        and not aside(f.estimate.measure, made_for)
    )
    if left_out:
        yield (
            "NOT HERE",
            (
                f"{listed(left_out)}: research tier, so look at the film and at its numbers: ",
                Ref("findings", "findings"),
            ),
        )


def _read(shown: list[Contrast], assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what makes these tasks differ from rest in health too, once for each."""
    alike = (like_health(c, assessment.contrasts) for c in shown)
    recorded = recorded_tasks(assessment)
    for task in dict.fromkeys(filter(None, alike)):
        yield "READ", f"{BESIDE[task]} {_TASK_ADDS if task in recorded else _TASK_UNKNOWN}"


_TASK_ADDS = "may differ from rest in health too: what the task adds to that counts"
_TASK_UNKNOWN = (
    "may differ from rest in health too and was not recorded: record it, for what the task adds "
    "to that counts, and is not known"
)


#: Rows of what tasks may add unseen, and numbers in each: all fingers of a hand.
MAX_BEYOND, _MAX_OF_IT = 2, 4


def _beyond(group: tuple[Contrast, ...], some_told: bool, assessment: Assessment) -> str:
    """Return what a task may add to what it is held against, of each part of the body."""
    c, shown = group[0], group[:_MAX_OF_IT]
    unit = unit_of(c, assessment)
    values = (
        f"{short(o.target.label, 60)} {number(o.value, o.interval)}"
        f"{f' {limits(o.interval, o.value)}' if o.interval is not None else ''}"
        for o in shown
    )
    said = with_unit("; ".join(values), unit)
    adds = f"adds anything to {BESIDE[c.b]}" if c.b in BESIDE else f"differs from {spaced(c.b)}"
    where = " here too" if some_told else ""
    return (
        f"whether {spaced(c.a)} {adds}{where}: no difference was told, and any "
        f"size within the limits is possible: {_title(c, assessment)}, {said}"
    )


def _is_near(c: Contrast) -> bool:
    """Tell whether a comparison that shows nothing is near enough to showing it to be named."""
    return c.interval is not None and (c.p is None or c.p < _NEAR_P)


#: From this p on nothing is near to a difference. [D]
_NEAR_P = 0.5


def _contrast(c: Contrast, assessment: Assessment) -> str:
    shared = f", {held(c)}" if held(c) else ""
    interval = f" {limits(c.interval, c.value)}" if c.interval is not None else ""
    value = with_unit(number(c.value, c.interval) + interval, unit_of(c, assessment))
    means = f" ({signed})" if (signed := sign(c.measure, c.target)) else ""
    about = f"{_title(c, assessment)}, {short(c.target.label, 60)}{shared}"
    return (
        f"{about}: {contrast_words(c)} = {value}{means}; "
        f"q {q_words(c.q)}, exploratory{_other_side(c, assessment)}{_near(c, assessment)}"
    )


def _title(c: Contrast, assessment: Assessment) -> str:
    """Return the title of a contrast's number, with its part."""
    of = (f.estimate for f in assessment.findings if f.estimate.measure == c.measure)
    titles = (e.title + (f", {part_words(e.part)}" if e.part else "") for e in of)
    return next(titles, c.measure)


def _near(c: Contrast, assessment: Assessment) -> str:
    """Return what a task adds to the one nearest to it, where it only differs from rest.

    Where that may be nothing, and as well all of the difference from rest, nothing can be told.
    """
    near = nearer(c, assessment.contrasts)
    if near is None or differs(near):
        return ""
    within = near.interval is not None and near.interval.lo <= c.value <= near.interval.hi
    told = "not known: from nothing to all of it" if within else "no difference shown"
    interval = f" {limits(near.interval, near.value)}" if near.interval is not None else ""
    value = with_unit(number(near.value, near.interval) + interval, unit_of(near, assessment))
    return f" (beyond {spaced(near.b)}: {value}, {told})"


def _other_side(c: Contrast, assessment: Assessment) -> str:
    """Return that the other side differs by itself as well, where it does: else one side seems to.

    Of what many comparisons leave one side is told and the other is not, by little.
    """
    asked = (c.measure, c.condition, c.factor, c.a, c.b, c.target.sites)
    for o in assessment.contrasts:
        same = (o.measure, o.condition, o.factor, o.a, o.b, o.target.sites) == asked
        sides = {o.target.side, c.target.side} == {"left", "right"}
        none = 1.0 if c.scale == "ratio" else 0.0
        alike = (o.value - none) * (c.value - none) > 0
        if same and sides and alike and differs_alone(o) and not differs(o):
            value = with_unit(number(o.value, o.interval), unit_of(o, assessment))
            other = short(o.target.label, 60)
            return f" (the {other} alone would differ too: {value}, q {q_words(o.q)})"
    return ""


def _change(assessment: Assessment) -> Text:
    said = glance.change(assessment)[:2]
    measured = [(f, c) for f, c in changes(assessment) if f.estimate.tier != "research"]
    beyond = [(f, c) for f, c in measured if c.verdict == "beyond measurement error"]
    said += [
        f"{f.estimate.title}, {short(f.estimate.target.label, 60)}, {f.estimate.condition.label}: "
        f"{c.words} ({c.verdict})"
        for f, c in beyond[:2]
    ]
    if measured:
        count = f"against {measured[0][1].against}, of {len(measured)} numbers {counted(measured)}"
        return (f"{' | '.join([*said, count])}: ", Ref("changes", "earlier"))
    return " | ".join(said) if said else "no earlier visit given → not judged"


def _not_taken(assessment: Assessment) -> Text:
    missing = assessment.not_measurable
    asked = [m for m in missing if m.code not in (NO_INPUT, ABSENT, UNTOLD)]
    told = [m for m in asked if m.tier != "research"]
    research = len(asked) - len(told)
    parts = []
    if assessment.lost:
        names = (short(PurePosixPath(lost.path).name, 40) for lost in assessment.lost)
        count = len(assessment.lost)
        parts.append(f"{count} {'file' if count == 1 else 'files'} lost ({listed(names, 3)})")
    if told:
        parts.append(listed(_wanting(assessment, told), 4))
    if research:
        parts.append(f"{research} research-tier {'number' if research == 1 else 'numbers'}")
    if not_there := _not_there(assessment):
        parts.append(f"looked for and not there: {listed(not_there, 3)}")
    if absent := not_recorded(missing):
        kinds = [why.removeprefix("No ").removesuffix(" was recorded.") for why in absent]
        parts.append(f"not recorded: {listed(kinds)}")
    if not parts:
        return "nothing was asked for that could not be taken"
    return (f"{'; '.join(parts)}; why: ", Ref("not measured", "not-measured"))


def _untold(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield what was found where the recording does not tell in which part, in each condition."""
    said: dict[str, dict[str, None]] = {}
    for m in assessment.not_measurable:
        if m.code == UNTOLD and m.tier != "research":
            said.setdefault(m.reason.partition(":")[0], {})[m.condition.label] = None
    if said:
        each = (f"{words} ({'; '.join(where)})" for words, where in said.items())
        yield "SEEN", (f"{listed(each, 3)}; why: ", Ref("not measured", "not-measured"))


def _wanting(assessment: Assessment, missing: list[NotMeasurable]) -> list[str]:
    """Return each title once, with its conditions; first what the videos were made for."""
    found = {(f.estimate.title, f.estimate.condition) for f in assessment.findings}
    looked_for = (m for m in assessment.not_measurable if m.code in (ABSENT, UNTOLD))
    found |= {(m.title, m.condition) for m in looked_for}
    made_for = filmed_for(assessment)
    titles: dict[str, dict[str, None]] = {}
    for m in sorted(missing, key=lambda m: aside(m.measure, made_for)):
        part = "in part" if (m.title, m.condition) in found else ""
        where = (m.condition.label if m.condition.levels else "", part)
        titles.setdefault(m.title, {})[", ".join(filter(None, where))] = None
    return [f"{title}{_in_brackets(list(where))}" for title, where in titles.items()]


def _in_brackets(where: list[str]) -> str:
    """Return the conditions in which something is missing, or how many they are."""
    if len(where) <= 2:
        return f" ({'; '.join(filter(None, where))})" if any(where) else ""
    part = "in part, " if all(w.endswith("in part") for w in where) else ""
    return f" ({part}in {len(where)} conditions)"


def _not_there(assessment: Assessment) -> list[str]:
    """Return what was looked for and found nowhere in a condition, with its conditions."""
    found = {(f.estimate.title, f.estimate.condition.label) for f in assessment.findings}
    found |= {(m.title, m.condition.label) for m in assessment.not_measurable if m.code == UNTOLD}
    titles: dict[str, dict[str, None]] = {}
    for m in assessment.not_measurable:
        if m.code == ABSENT and (m.title, m.condition.label) not in found:
            where = m.condition.label if m.condition.levels else ""
            titles.setdefault(m.title, {})[where] = None
    return [
        title + (f" ({'; '.join(filter(None, where))})" if any(where) else "")
        for title, where in titles.items()
    ]


def _to_discuss(assessment: Assessment) -> Text:
    state = assessment.state
    topics = glance.to_discuss(assessment) if was_examined(assessment) else []
    if state.safety_reported:
        topics.append("what was reported under SAFETY")
    elif not state.safety_asked and not assessment.verdicts.asked[0]:
        topics.append("the questions about danger, not yet asked")
    if state.pain:
        topics.append(f"pain {state.pain:g}/10")
    if state.global_change is not None and state.global_change < 0:
        topics.append("the person feels worse")
    if state.goal:
        topics.append("the goal")
    if assessment.lost or assessment.not_measurable:
        topics.append("what was not taken")
    return (
        f"{'; '.join(topics)} | " if topics else "",
        Ref("plain words", "plain"),
        ", ",
        Ref("findings", "findings"),
        *((", ", Ref("conditions", "conditions")) if assessment.recordings else ()),
        *((", ", Ref("examination", "examination")) if was_examined(assessment) else ()),
        ", ",
        Ref("methods", "methods"),
        f" | {statement('sign_off')}",
    )
