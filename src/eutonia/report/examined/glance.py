"""Rows of the first page that come from the examination (clinical rules §6)."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.exam import neck
from eutonia.exam.change import state_differences
from eutonia.knowledge import table
from eutonia.model import Assessment, Estimate, Examination, Finding, VisitState
from eutonia.report import state as visit_state
from eutonia.report.block import Ref, Text
from eutonia.report.examined.classification import assessment_form
from eutonia.report.examined.safety import closed_words
from eutonia.report.examined.scales import is_scale, points, range_words, short_name
from eutonia.report.words import listed, spaced, statement

_MOST_SCALES = 6
_MOOD = ("PHQ9", "GAD7")
_ITEM_9 = ("9", "item9", "item_9", "self_harm")


def safety(assessment: Assessment) -> str:
    """Return open flags, how much was asked, and what was closed."""
    v, state = assessment.verdicts, assessment.state
    asked = f"{v.asked[0]}/{v.asked[1]} asked"
    raised = [f"{f.tier}: {f.title}" for f in v.flags if f.closed is None]
    if state.safety_reported:
        raised.append(f"REPORTED: {'; '.join(state.safety_reported)}")
    if raised:
        said = f"{'; '.join(raised)} ({asked})"
    elif v.asked[0]:
        said = f"none reported today ({asked}; not “no danger”)"
    else:
        said = visit_state.safety(state)
    if absent := _absent(assessment):
        said += f" | asked and not there: {listed(absent, 6)}"
    closed = [f"{closed_words(f).removeprefix('closed: ')} ({f.id})" for f in v.flags if f.closed]
    return f"{said} | closed: {'; '.join(closed)}" if closed else said


def _absent(assessment: Assessment) -> tuple[str, ...]:
    """Return the danger signs beyond the short list that were asked about and are not there."""
    signs = table("danger_signs")
    answers = {key: there for e in assessment.examinations for key, there in e.danger}
    return tuple(
        str(signs[key]["name"])
        for key, there in answers.items()
        if not there and key in signs and not signs[key].get("core")
    )


def comparable(assessment: Assessment) -> str:
    """Return what may be compared with the earlier visit, and what breaks it."""
    changes = assessment.verdicts.changes
    if not changes:
        return _comparable_recordings(assessment)
    broken: dict[str, list[str]] = {}
    for c in changes:
        for why in c.broken:
            broken.setdefault(why, []).append(c.scale)
    unknown = state_differences(assessment.state, assessment.earlier_state)[1]
    unsure = f"; not known whether the same: {', '.join(unknown)}" if unknown else ""
    if not broken:
        return f"to the earlier visit: rater yes{unsure}"
    said = (f"{why}: {listed(dict.fromkeys(names), 4)} not judged" for why, names in broken.items())
    return f"to the earlier visit: {'; '.join(said)}{unsure}"


def _comparable_recordings(assessment: Assessment) -> str:
    against = [c for f in assessment.findings for c in f.comparisons if c.kind == "earlier visit"]
    if not against:
        examined = bool(assessment.examinations)
        return f"no earlier {'examination of the same scales' if examined else 'visit'} was given"
    differs, unknown = state_differences(assessment.state, assessment.earlier_state)
    unsure = f"; not known whether the same: {', '.join(unknown)}" if unknown else ""
    if differs:
        return f"to {against[0].against}: no, {', '.join(differs)}{unsure}"
    return f"to {against[0].against}: yes{unsure}"


def goal(state: VisitState, earlier: VisitState) -> str:
    """Return the person's own goal, how near it is and was, and the change they feel."""
    change = "not asked"
    if state.global_change is not None:
        change = f"{state.global_change:+g}".replace("-", "−")
    if not state.goal:
        said = "none recorded"
    else:
        was = "" if earlier.goal_rating is None else f" (was {earlier.goal_rating:g})"
        near = "not rated" if state.goal_rating is None else f"{state.goal_rating:g}/10{was}"
        said = f"“{state.goal}”: {near}"
    return f"{said} | global change {change} (−3 to +3)"


def practice(assessment: Assessment) -> str:
    """Return practice now and before, where it was asked."""
    for e in assessment.examinations:
        if e.practice_minutes is not None:
            before = e.practice_minutes_before
            was = "" if before is None else f" (was {before:g})"
            return f"plays {e.practice_minutes:g} min a day{was}"
    return ""


def pain(assessment: Assessment) -> str:
    """Return pain, mood and swallowing."""
    parts = []
    for e in assessment.examinations[:1]:
        usual = "unknown" if e.pain_usual is None else f"{e.pain_usual:g}"
        worst = "unknown" if e.pain_worst is None else f"{e.pain_worst:g}"
        parts.append(f"usual {usual} worst {worst}")
    parts.append(" ".join(_mood(assessment)) or "PHQ-9 not asked")
    parts += [f"swallowing: {e.swallowing}" for e in assessment.examinations if e.swallowing]
    return " | ".join(parts)


def _mood(assessment: Assessment) -> Iterator[str]:
    for scale in _MOOD:
        found = next((group for k, group in _totals(assessment) if k == scale), None)
        if found:
            item9 = _item_9(assessment) if scale == "PHQ9" else ""
            yield f"{short_name(scale)} {points(found[0].value)}{item9}"


def _item_9(assessment: Assessment) -> str:
    for e in assessment.examinations:
        for score in e.scores:
            entered = dict(score.items)
            key = next((k for k in entered if k.rpartition(".")[2] in _ITEM_9), "")
            if score.scale == "PHQ9" and key:
                return f" (item 9: {entered[key]:g})"
    return " (item 9: not entered)"


def examiner(e: Examination, assessment: Assessment) -> str:
    """Return what one examiner found: patterns, other signs, distribution."""
    names = table("phenomenology")
    parts = []
    if e.neck:
        parts.append(neck.neck_patterns(e.neck).words)
    parts += [str(names.get(p, {}).get("name", spaced(p))) for p in e.phenomenology]
    if e.motor_signs is not None and not e.motor_signs:
        parts.append("no other movement disorder")
    parts.append(_distribution(assessment))
    role = f", {e.role}" if e.role else ""
    return f"{e.rater}{role}, {visit_state.BLINDED[e.blinded]}: {', '.join(p for p in parts if p)}"


def _distribution(assessment: Assessment) -> str:
    found = next((c for c in assessment.verdicts.conclusions if c.about == "distribution"), None)
    if found is None:
        return "distribution not stated"
    regions = dict.fromkeys(r.region for e in assessment.examinations for r in e.regions)
    return f"{spaced(found.value)} ({', '.join(regions)})" if regions else spaced(found.value)


def scores(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield one row per scale and rating: total, its parts, who rated, live or from video."""
    rows = [(k, group) for k, group in _totals(assessment) if k not in _MOOD]
    for scale, group in rows[:_MOST_SCALES]:
        yield short_name(scale), f"{_score(scale, group)}; {_how(group[0])}"
    if len(rows) > _MOST_SCALES:
        yield "MORE", (f"{len(rows) - _MOST_SCALES} further scales: ", Ref("scales", "scales"))


def _score(scale: str, totals: list[Estimate]) -> str:
    whole = [e for e in totals if e.part in ("", "total")]
    parts = [e for e in totals if e.part not in ("", "total")]
    name = short_name(scale)
    if not whole:
        return f"{name} " + ", ".join(f"{spaced(e.part)} {_of(e)}" for e in parts)
    tail = ", ".join(f"{spaced(e.part)} {points(e.value)}" for e in parts)
    return f"{name} {_of(whole[0])}" + (f" = {tail}" if tail else "")


def _of(e: Estimate) -> str:
    if e.unit == "%" or "not verified" in range_words(e):
        return f"{points(e.value)} {e.unit}"
    return f"{points(e.value)}/{e.valid[1]:g}"


def _how(e: Estimate) -> str:
    """Return who rated, live or from a video, and blinded or not."""
    who = f"rater {e.context.rater or 'unknown'}" if e.origin == "rated" else "reported"
    said = (n for n in e.notes if n.startswith("rated ") or n.endswith("blinded"))
    return ", ".join((who, *said))


def _totals(assessment: Assessment) -> list[tuple[str, list[Estimate]]]:
    """Return the totals of each rating of a scale, in the order in which they were entered."""
    ids = {k.lower(): k for k in table("scales")}
    found: list[tuple[str, list[Estimate]]] = []
    open_groups: dict[tuple[str, str], list[Estimate]] = {}
    for e in (f.estimate for f in assessment.findings if is_scale(f.estimate)):
        scale = e.measure.split(".")[1]
        group = open_groups.get((scale, e.context.rater))
        if group is None or any(other.part == e.part for other in group):
            group = open_groups[scale, e.context.rater] = []
            found.append((ids.get(scale, scale), group))
        group.append(e)
    return found


def primary(assessment: Assessment) -> Iterator[tuple[str, Text]]:
    """Yield which primary findings of the form were taken, and which were not."""
    listed_ = table("forms").get(assessment_form(assessment), {}).get("primary", ())
    if not listed_:
        return
    taken: dict[bool, list[str]] = {True: [], False: []}
    for entry in listed_:
        wanted = entry.get("measures", ())
        got = any(_gives(f, m) for f in assessment.findings for m in wanted)
        got = got or any(_entered(assessment, field) for field in entry.get("entered", ()))
        taken[got].append(str(entry["words"]))
    said = [f"taken: {'; '.join(taken[True])}"] if taken[True] else []
    said += [f"not taken: {'; '.join(taken[False])}"] if taken[False] else []
    yield "PRIMARY", " | ".join(said)


def _entered(assessment: Assessment, field: str) -> bool:
    """Return whether a field of the examination, or of the visit's state, was filled in."""
    nouns = (*assessment.examinations, assessment.state)
    return any(getattr(noun, field, None) not in (None, "", ()) for noun in nouns)


def _gives(f: Finding, measure: str) -> bool:
    return f.estimate.measure == measure or f.estimate.measure.startswith(f"{measure}.")


def change(assessment: Assessment) -> list[str]:
    """Return the judged and unjudged changes of scales in words."""
    return [c.words for c in assessment.verdicts.changes if c.part in ("", "total")] or [
        c.words for c in assessment.verdicts.changes
    ]


def to_discuss(assessment: Assessment) -> list[str]:
    """Return what the flags leave for this or the next visit."""
    open_flags = [f for f in assessment.verdicts.flags if f.closed is None]
    topics = [f.title for f in open_flags if f.tier in ("SOON", "DISCUSS")]
    waiting = [i for i in assessment.verdicts.workup if i.status == "open"]
    topics += [f"{len(waiting)} open items of the work-up"] if waiting else []
    if any(e.driving in ("stopped", "advised to stop") for e in assessment.examinations):
        topics.append("driving")
    return topics or [statement("nothing_open")]
