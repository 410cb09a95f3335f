"""The page for the person who was measured: short sentences, no jargon, no research numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from eutonia.knowledge import table
from eutonia.knowledge.reading import about_form
from eutonia.measures.nod_of_jaw import SAME
from eutonia.model import Assessment, Condition, Contrast, Estimate, Finding, RecordingSummary
from eutonia.report.block import Block, Bullets, Heading, Note, Paragraph
from eutonia.report.examined import was_examined
from eutonia.report.examined.classification import assessment_form
from eutonia.report.examined.scales import is_scale
from eutonia.report.losses import ABSENT, NO_INPUT, UNTOLD
from eutonia.report.relevance import (
    differs,
    filmed_for,
    like_health,
    not_judged,
    ranked_contrasts,
    recorded_tasks,
    tier_of,
    too_short_to_compare,
    uneven,
    untold,
)
from eutonia.report.words import (
    INSTRUMENTS,
    NOT_THERE,
    PLAIN,
    held,
    instrument,
    short,
    spaced,
    statement,
)

_MOST = 5

_WHEN_TO_CALL = (
    "You find it hard to breathe or to swallow.",
    "You have strong spasms all over, with fever or sweats.",
    "You are weak all of a sudden, or you can no longer feel or move a part of your body.",
    "You think about ending your life.",
)


def plain_page(assessment: Assessment) -> tuple[Block, ...]:
    """Return the page in plain words (school grade 9 or below, in English)."""
    return (
        Heading(text="For you, in plain words", level=2, anchor="plain"),
        *_labels(assessment),
        *_safety(assessment),
        *_about(assessment),
        *_examined(assessment),
        *_measured(assessment),
        Heading(text="What this can and cannot tell you", level=3),
        Bullets(items=_LIMITS, style="plain"),
        Heading(text="When to call a doctor", level=3),
        Paragraph(
            text="Call your local emergency number now, and do not wait for this report, if:",
            style="plain",
        ),
        Bullets(items=_WHEN_TO_CALL, style="plain"),
        Paragraph(
            text="Call your doctor soon if you get worse fast, if you have new pain, or if you are "
            "worried. Nobody is watching these numbers for you.",
            style="plain",
        ),
    )


def _measured(assessment: Assessment) -> Iterator[Block]:
    if was_examined(assessment) and not (assessment.recordings or assessment.lost):
        return
    yield Heading(text="What we recorded", level=3)
    yield Paragraph(text=_recorded(assessment), style="plain")
    yield Heading(text="What worked and what did not", level=3)
    yield Bullets(items=tuple(_worked(assessment)), style="plain")
    yield Heading(text="What was different", level=3)
    yield Bullets(items=tuple(_different(assessment)), style="plain")


def _examined(assessment: Assessment) -> Iterator[Block]:
    """Say what was looked at and asked, in the person's own terms."""
    if not was_examined(assessment):
        return
    yield Heading(text="What we looked at", level=3)
    yield Bullets(items=tuple(_seen(assessment)), style="plain")


def _seen(assessment: Assessment) -> Iterator[str]:
    regions = table("regions")
    parts = dict.fromkeys(
        str(regions[r.region]["plain"])
        for e in assessment.examinations
        for r in e.regions
        if r.region in regions
    )
    if parts:
        yield f"The examiner saw dystonia in: {'; '.join(parts)}."
    state = assessment.state
    if state.goal and state.goal_rating is not None:
        yield f"Your own goal: “{state.goal}”. You said it is {state.goal_rating:g} of 10 reached."
    scales = {f.estimate.measure.split(".")[1] for f in assessment.findings if is_scale(f.estimate)}
    if scales:
        sheets = "one scale" if len(scales) == 1 else f"{len(scales)} scales"
        yield f"We filled in {sheets}. The numbers stand in the tables further on."
    if assessment.diary:
        yield f"You wrote {len(assessment.diary)} lines in your diary. Thank you."
    if any(c.broken for c in assessment.verdicts.changes):
        yield "Some scales were filled in by another person than last time. We do not compare them."
    can_wait = ("SOON", "DISCUSS")
    flags = (f for f in assessment.verdicts.flags if f.closed is None and f.tier in can_wait)
    waiting = [f.title for f in flags]
    if waiting:
        yield f"To talk about with your doctor soon: {'; '.join(waiting)}."
    yield "What you have is not your fault."


_LIMITS = (
    "The numbers say how your body moved and worked while we recorded. They do not say why.",
    "They do not give a diagnosis. They do not grade you.",
    "A difference means that two recordings differ. It does not mean that you did badly.",
    "One visit cannot show if you are better or worse. For that we need more visits.",
    "Show this report to the person who treats you. Do not change a treatment because of it.",
)


def _labels(assessment: Assessment) -> Iterator[Block]:
    for label in assessment.labels:
        if words := statement(label.lower()):
            yield Note(text=words)


def _about(assessment: Assessment) -> Iterator[Block]:
    """Say in plain words what the form is that the examiner named, and where to read on."""
    form = assessment_form(assessment)
    if form not in table("forms"):
        return
    yield Heading(text=f"About {table('forms')[form]['name']}", level=3)
    yield Bullets(items=about_form(form), style="plain")
    yield Paragraph(
        text="More about it, and how sure we are of each sentence: type eutonia learn, or read the "
        "guide.",
        style="plain",
    )


def _safety(assessment: Assessment) -> Iterator[Block]:
    raised = {f.tier for f in assessment.verdicts.flags if f.closed is None}
    if "EMERGENCY" in raised:
        yield Note(
            text="You told us about something that can be an emergency. Call your local emergency "
            "number now. Nobody is reading this page for you.",
            kind="danger",
        )
    elif "URGENT" in raised or assessment.state.safety_reported:
        yield Note(
            text="You told us about something that may need help soon. Nobody is reading this "
            "page for you. Please call a doctor yourself, today.",
            kind="danger",
        )


def _recorded(assessment: Assessment) -> str:
    if not assessment.recordings:
        return "We have no recording of this visit that we could read."
    kinds = dict.fromkeys(_plain_kind(r, assessment) for r in assessment.recordings)
    # Several streams of one file were recorded at once.
    lengths = {r.id.rpartition("#")[0] or r.id: r.duration_s for r in assessment.recordings}
    lasted = _lasted(sum(lengths.values()))
    said = (c for r in assessment.recordings for c in r.conditions if c != Condition().label)
    tasks = dict.fromkeys(_plain_condition(c) for c in said)
    more = "; and more" if len(tasks) > _MOST else ""
    did = f" You did this: {'; '.join(list(tasks)[:_MOST])}{more}." if tasks else ""
    return f"We recorded {_yours(kinds)}, {lasted} in all.{did}"


def _lasted(seconds: float) -> str:
    if seconds < 45:
        return "less than a minute"
    if seconds < 75:
        return "about a minute"
    return "about one and a half minutes" if seconds < 105 else f"about {seconds / 60:.0f} minutes"


#: Parts of a condition whose names a person who did not write the notes would take amiss.
_PLAIN_LEVELS = {
    "zero": "your head held straight",
    "let go": "your head let go",
    "closures": "your eyes closed gently",
    "range": "moving as far as you can",
    "trick on": "with the trick",
    "trick off": "without the trick",
    "side left": "left side",
    "side right": "right side",
    "light bright": "in bright light",
}


def _plain_condition(condition: str) -> str:
    return ", ".join(_PLAIN_LEVELS.get(level, level) for level in condition.split(", "))


#: Tasks in which somebody walks.
_WALKS = {"walking", "walking backwards", "running"}


def _plain_kind(recording: RecordingSummary, assessment: Assessment) -> str:
    """Return what was recorded; a body that was seen, as beside a head, did not walk by that."""
    walked = any(c.partition(",")[0] in _WALKS for c in recording.conditions)
    if recording.kind == "gait" and not walked and not any(map(_of_strides, assessment.findings)):
        return "body"
    return INSTRUMENTS.get(recording.kind, INSTRUMENTS["misc"])[1]


def _of_strides(f: Finding) -> bool:
    return f.estimate.measure.startswith("gait.")


def _plain_instruments(measured: list[Finding]) -> tuple[str, ...]:
    """Return what numbers were taken from."""
    kinds = dict.fromkeys(k for f in measured for k in instrument(f.estimate.measure).split("-"))
    names = {kind: INSTRUMENTS[kind][1] for kind in kinds}
    if "gait" in names and not any(map(_of_strides, measured)):
        names["gait"] = "trunk"
    return tuple(names.values())


#: Why numbers were not taken that nothing is wrong with, by the codes of what was not measured.
_NOT_TAKEN = {
    ("no_task", "no_aux", "no_target"): "would need something that we did not record this time, "
    "such as another task. Nothing went wrong.",
    ("no_events", "no_clock", "rate", "too_long"): "would need another way to record, such as a "
    "faster camera. The tables further on say which.",
    ("incomplete", "invalid", "not_enough_data"): "could not be worked out. Some answers or days "
    "are missing.",
}


def _worked(assessment: Assessment) -> Iterator[str]:
    measured = [f for f in assessment.findings if f.estimate.origin == "measured"]
    n = len(measured)
    if n:
        numbers = "one number" if n == 1 else f"{n} numbers"
        yield f"It worked: we could take {numbers} from {_yours(_plain_instruments(measured))}."
        if _has(assessment, "guessed_view"):
            yield (
                "In a film of your hand we could not see well how the fingers bend. Those numbers "
                "are guesses. Please do not rely on them."
            )
        if _has(assessment, "small_hand"):
            yield (
                "Your hand was too small in the picture. A finger that bends may not show. Please "
                "film it from nearer by next time."
            )
        if _has(assessment, "decoding_stopped"):
            yield (
                "One film or more could be read only in part, and the rest of it is missing here. "
                "Please copy it again from the camera."
            )
    else:
        yield "We could not take any number this time."
    yield from _not_there(assessment)
    codes = Counter(c for c in _codes(assessment) if c != ABSENT)
    missing = codes.total()
    for among, why in _NOT_TAKEN.items():
        if count := sum(codes.pop(code, 0) for code in among):
            yield ("One more number" if count == 1 else f"{count} more numbers") + f" {why}"
    if count := codes.total():
        times = "one thing" if count == 1 else f"{count} things"
        yield (
            f"We could not measure {times}. What we recorded was too short, was not clear enough, "
            "or did not show what is needed. The tables further on say which. This is not your "
            "fault."
        )
    lost = len(assessment.lost)
    if lost:
        files = "One file was" if lost == 1 else f"{lost} files were"
        yield f"{files} broken and could not be read. This is not your fault."
    if n and not missing and not lost:
        yield "All that we set out to measure was measured."


def _has(assessment: Assessment, code: str) -> bool:
    """Tell whether that is said of a recording."""
    return any(i.code == code for r in assessment.recordings for i in r.issues)


def _not_there(assessment: Assessment) -> Iterator[str]:
    """Yield what was looked for: that it was there, only at times, or not, which is a result."""
    always: list[str] = []
    at_times: list[str] = []
    never: list[str] = []
    nods = [e for e in _estimates(assessment) if e.measure.startswith("head.tremor")]
    of_jaw = bool(nods) and all(SAME in e.notes for e in nods)
    for start, words in NOT_THERE.items():
        if of_jaw and start == "head.tremor":
            continue
        there = {e.condition for e in _estimates(assessment) if e.measure.startswith(start)}
        missed = [m for m in assessment.not_measurable if m.measure.startswith(start)]
        seen = there | {m.condition for m in missed if m.code == UNTOLD}  # though not told where
        # One channel or one number of a thing may lack where the thing itself was seen.
        if {m.condition for m in missed if m.code == ABSENT} - seen:
            (at_times if seen else never).append(words)
        elif seen:
            always.append(words)
    if always:
        yield f"We saw {_and(always)}."
    if of_jaw:
        yield (
            "Your head seemed to shake in step with your jaw. The film does not tell whether it "
            "was your head, your jaw or both."
        )
    if at_times:
        yield f"We saw {_and(at_times)} in one part of what you did, and none in another."
    if never:
        yield (
            f"We looked for {_and(never)} and saw none, at least for a part of the time. That is "
            "an answer, too."
        )


def _estimates(assessment: Assessment) -> Iterator[Estimate]:
    return (f.estimate for f in assessment.findings)


def _yours(names: Iterable[str]) -> str:
    return _and([f"your {name}" for name in names])


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _codes(assessment: Assessment) -> Iterator[str]:
    """Yield why each measure was not taken in a condition, once for all of its channels alike."""
    missing = (m for m in assessment.not_measurable if m.code != NO_INPUT)
    yield from (
        code for *_, code in dict.fromkeys((m.measure, m.condition, m.code) for m in missing)
    )


def _different(assessment: Assessment) -> Iterator[str]:
    """Yield what differs, and from what; only numbers that are not for research alone."""
    made_for = filmed_for(assessment)
    differ = [c for c in ranked_contrasts(assessment.contrasts, made_for=made_for) if differs(c)]
    for_care = [c for c in differ if tier_of(c, assessment) != "research"]
    told = [c for c in for_care if c.measure in PLAIN or c.measure in _PLAIN_WAYS][:_MOST]
    for c in told:
        yield _sentence(c, assessment)
    yield from _in_health(told, assessment)
    yield from _too_short(assessment)
    for group, some_told in untold(assessment):
        if not some_told:
            a, b = _doing(group[0].a), _doing(group[0].b)
            yield f"How {a} differs from {b} we could not tell. It may be nothing, or much."
    if more := len(for_care) - len(told):
        which = "also differ" if told else "differ"
        yield f"Numbers that {which}: {more}. They are in the tables further on."
    if new := len(differ) - len(for_care):
        yield f"Numbers that are still being studied and differ: {new}. See the tables further on."
    if sides := uneven(assessment):
        yield "Your two sides were not alike. The tables further on say in what."
    if not assessment.contrasts:
        yield "There was nothing that we could compare."
    elif not differ:
        other = "other " if sides else ""
        yield f"We compared what we could, and saw no {other}clear difference."
        yield "There may still be one that we could not see."
    else:
        yield "With many numbers, some differ by chance. We have allowed for that."


def _doing(task: str) -> str:
    """Return a task's name in a sentence."""
    return spaced(task) if task == "rest" or task.endswith("ing") else f"the {spaced(task)}"


def _too_short(assessment: Assessment) -> Iterator[str]:
    """Yield that some of what was done could not be compared, or not all of it."""
    parts, unjudged = too_short_to_compare(assessment), not_judged(assessment)
    if parts or unjudged:
        which = "One part" if len(parts) == 1 and not unjudged else "Some"
        yield f"{which} of what you did was too short, so we could not compare all of it."


def _in_health(told: list[Contrast], assessment: Assessment) -> Iterator[str]:
    """Yield that a grip or playing itself bends fingers, and whether what is added is known."""
    alike = set(filter(None, (like_health(c, assessment.contrasts) for c in told)))
    if not alike:
        return
    yield "Some of this is so in anyone who holds a pen or plays, so it says little by itself."
    if not alike <= recorded_tasks(assessment):
        yield "We did not record that alone. So we do not know what is your own."


#: Numbers whose sign is a way, said as one: plus is to the right.
_PLAIN_WAYS = {
    "head.yaw_mean": "Your head was turned",
    "head.roll_mean": "Your head was tilted",
    "mouth.jaw_deviation.mean": "Your jaw stood",
}


def _moved(c: Contrast, assessment: Assessment) -> str:
    """Return how far to which side, of two postures of the same side by how much less."""
    of = (e for e in _estimates(assessment) if e.measure == c.measure and e.target == c.target)
    here = next((e.value for e in of if e.condition == c.condition), 0.0)
    there = here - c.value
    if here * there > 0 and abs(here) < abs(there):
        return f"less far to the {'right' if here > 0 else 'left'}"
    return f"further to the {'right' if c.value > 0 else 'left'}"


def _sentence(c: Contrast, assessment: Assessment) -> str:
    more = c.value > (1.0 if c.scale == "ratio" else 0.0)
    direction = "Higher" if more else "Lower"
    if c.factor == "side":
        direction = "Higher"
        more_on, less_on = (c.a, c.b) if more else (c.b, c.a)
        against = f"on the {more_on} side than on the {less_on}"
    elif c.factor == "acting_side":
        against = f"on the {c.a} side than on the {c.b} when that did the same"
    elif c.factor == "task":
        against = f"{_task(c.a)} than {_task(c.b)}"
    else:
        against = f"with {spaced(c.factor)} {spaced(c.a)} than with {spaced(c.b)}"
    during = f", {_plain_condition(held(c))}" if held(c) else ""
    if c.measure in _PLAIN_WAYS:
        return f"{_PLAIN_WAYS[c.measure]} {_moved(c, assessment)} {against}{during}."
    about = c.target.label.removeprefix(f"{c.a} " if c.factor == "side" else "")  # of both sides
    return f"{direction} {against}{during}: {PLAIN[c.measure]} ({_plain_part(about)})."


def _plain_part(label: str) -> str:
    """Return which part of the body, a finger by its name and not by what it does."""
    named = label.removesuffix(" curl")
    return short(named if named == label or named.endswith("thumb") else f"{named} finger", 60)


def _task(name: str) -> str:
    if name == "rest":
        return "at rest"
    doing = spaced(name)
    return f"while {doing}" if doing.endswith("ing") else f"in {doing}"
