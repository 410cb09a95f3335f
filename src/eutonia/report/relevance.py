"""Which of many numbers are shown first: a fixed order, the same for every assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from eutonia.judge import MAX_FALSE_DISCOVERY
from eutonia.knowledge import find, table
from eutonia.model import Assessment, Contrast, Estimate, Finding, RecordingSummary, Target
from eutonia.report.words import card, spaced

_TIERS = {"clinical": 0, "supportive": 1, "research": 2}
#: Rest and the maximal contraction are there to be compared with, not findings of their own.
_REST = ("rest", "mvc", "")
#: What a task is held against, the nearest to it first: it stands after the task, before rest.
#: The words say what is done there, in health too.
BESIDE = {
    "easy_passage": "playing an easy passage",
    "mouthpiece_held": "holding the mouthpiece",
    "posture": "holding the pen or the instrument (posture)",
}
#: Detail of what compares two sides without a sign.
SIDES_APART = "left_minus_right_percent"
#: Flag of an angle that the camera did not see.
GUESSED = "bend_guessed"
#: Numbers that say nearly what others say of the same moments: the others are shown.
_NEARLY = {
    **{f"head.null.{axis}": f"head.{axis}_mean" for axis in ("yaw", "pitch", "roll")},
    **{f"head.tremor_pow.{axis}": "head.tremor_pow.total" for axis in ("yaw", "pitch", "roll")},
    "trunk.lean": "gait.trunk_lean.mean",
}


def declared_id(measure: str) -> str:
    """Return the id of the measure that a part belongs to."""
    found = card(measure)
    return measure if found is None else found.id


def filmed_for(assessment: Assessment) -> frozenset[str]:
    """Return the kinds of movement that the videos of a visit were made for; none where unknown.

    A face that is filmed for its eyes also shows a head and a mouth. What it was filmed for follows
    from the protocol that its name or the intake names, else from the tasks that were filmed.
    """
    return frozenset(kind for one in assessment.recordings for kind in _shows(one, assessment))


def _shows(filmed: RecordingSummary, assessment: Assessment) -> Iterator[str]:
    protocols = table("protocols")
    if filmed.kind not in {kind for p in protocols.values() for kind in p["shows"]}:
        return
    words = Path(filmed.id.partition("#")[0]).stem.replace("-", "_").split("_")
    for word in (*words, assessment.state.protocol or ""):
        if named := find("protocols", word):
            yield from protocols[named]["shows"]
            return
    tasks = {c.partition(",")[0].replace(" ", "_") for c in filmed.conditions}
    for protocol in protocols.values():
        asked = {segment.get("levels", {}).get("task") for segment in protocol["segments"]}
        if tasks and tasks <= asked:
            yield from protocol["shows"]


def aside(measure: str, made_for: frozenset[str]) -> bool:
    """Tell whether a number is of a video that was made for something else."""
    declared = card(measure)
    kinds = set() if declared is None else {i.kind for i in declared.needs.inputs.values()}
    of_video = {kind for p in table("protocols").values() for kind in p["shows"]}
    return bool(made_for) and kinds <= of_video - made_for and bool(kinds)


def ranked(
    findings: Iterable[Finding], *, affected: str = "", made_for: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Return findings in order of relevance.

    Primary for the form first; then what the videos were made for; then the side that does a task
    before the other one; then by tier; then what a protocol is filmed for; what was seen before
    what was guessed; then those that differ from another condition or side, or from which another
    task differs; then the task before what it is held against, and that before rest, and alone
    before with a further factor; then muscles of the affected side (the brain's sides are crossed,
    so electrodes have none); then coherence above its limit; then those whose interval leaves 0
    out; then the largest values.
    """
    findings = tuple(findings)
    apart = {_number(f) for f in findings if _differs(f)}

    def key(f: Finding) -> tuple[float, ...]:
        e = f.estimate
        return (
            not f.primary,
            aside(e.measure, made_for),
            _idle(e),
            _TIERS[e.tier],
            not is_asked(e.measure),
            GUESSED in e.quality,
            not (_differs(f) or (not background(e) and _number(f) in apart)),
            background(e),
            len(e.condition.levels),
            bool(affected) and e.target.side != affected and _of_muscles(e.measure),
            -dict(e.details).get("above_limit", 0.0),
            -_not_nothing(e),
            -abs(e.value),
        )

    return tuple(sorted(findings, key=key))


def _differs(f: Finding) -> bool:
    return any(c.verdict == "differs" for c in f.comparisons)


def _number(f: Finding) -> tuple[str, Target]:
    """Return what was measured, in whatever condition."""
    return f.estimate.measure, f.estimate.target


def background(one: Estimate | Contrast) -> int:
    """Return 0 of a task, 1 of what it is held against, 2 of rest."""
    task = one.condition.get("task")
    return 2 if task in _REST else int(task in BESIDE)


@cache
def is_asked(measure: str) -> bool:
    """Tell whether a protocol names a number as what its film is for."""
    asked = {number for p in table("protocols").values() for number in p["numbers"]}
    return bool(asked & {measure, declared_id(measure)})


@cache
def _part_of(measure: str) -> int:
    """Return which part of what a protocol is filmed for a number is; 0 of all else."""
    declared = card(measure)
    if declared is None or not is_asked(measure):
        return 0
    return [declared.full_id(part) for part in declared.units].index(measure)


def _idle(e: Estimate) -> bool:
    """Tell whether a number is of the side that does not do the task."""
    acting = e.condition.get("side")
    resting = e.condition.get("task") in _REST
    return bool(acting and e.target.side) and acting != e.target.side and not resting


def _not_nothing(e: Estimate) -> bool:
    """Tell whether a number is surely not 0: units differ, so sizes compare poorly."""
    return e.interval is not None and not e.interval.lo <= 0 <= e.interval.hi


@cache
def _of_muscles(measure: str) -> bool:
    declared = card(measure)
    return declared is not None and {i.kind for i in declared.needs.inputs.values()} == {"emg"}


def ranked_contrasts(
    contrasts: Iterable[Contrast], *, made_for: frozenset[str] = frozenset()
) -> tuple[Contrast, ...]:
    """Return contrasts by whether they differ, by tier, by q, then by their distance from none.

    Before q comes what a protocol is filmed for, and of that the first part before the others.

    Those that do not differ stand by p: q compares only with others of its own family. Of either
    kind those of what the videos were made for come first, those of rest last. The distance is in
    widths of the interval.
    """

    def key(c: Contrast) -> tuple[float, ...]:
        away = abs(c.value - (c.scale == "ratio"))
        width = c.interval.hi - c.interval.lo if c.interval is not None else 0.0
        unsure = 1.0 + (1.0 if c.p is None else c.p)
        q = c.q if differs(c) and c.q is not None else unsure
        declared = card(c.measure)
        tier = len(_TIERS) if declared is None else _TIERS[declared.tier]
        away_from_none = away / width if width > 0 else 0.0
        return (
            not differs(c),
            aside(c.measure, made_for),
            background(c) == 2,
            tier,
            not is_asked(c.measure),
            _part_of(c.measure),
            background(c),
            c.factor == "task" and c.b in _REST,
            q,
            -away_from_none,
        )

    return tuple(sorted(contrasts, key=key))


def differs(c: Contrast) -> bool:
    """Tell whether a contrast is called a difference, of all that were compared."""
    return c.q is not None and c.q < MAX_FALSE_DISCOVERY


def uneven(assessment: Assessment) -> tuple[Estimate, ...]:
    """Return the numbers, none for research alone, that by themselves tell two sides apart.

    Not where the sides were compared in the same condition and the comparison does not tell them.
    """
    found = (f.estimate for f in assessment.findings if f.estimate.tier != "research")
    alike = {
        (c.measure, c.condition)
        for c in assessment.contrasts
        if c.factor == "side" and not differs(c)
    }
    return tuple(
        e for e in found if _apart(e) and (_OF_SIDES.get(e.measure), e.condition) not in alike
    )


#: Numbers that set two sides against each other, and of what they do so.
_OF_SIDES = {
    "eyes.opening_ratio": "eyes.opening",
    "gait.arm_swing_asymmetry": "gait.arm_swing",
}


def _apart(e: Estimate) -> bool:
    """Tell whether an interval leaves out that both sides are alike."""
    if e.interval is None:
        return False
    if e.measure == "eyes.opening_ratio":
        return not e.interval.lo <= 1 <= e.interval.hi
    return SIDES_APART in dict(e.details) and e.interval.lo > 0


def said_by(one: Estimate | Contrast, others: Iterable[Estimate | Contrast]) -> bool:
    """Tell whether one of the others says nearly the same of the same thing and conditions."""
    nearly = _NEARLY.get(one.measure, "")
    return any(
        o.measure == nearly
        and set(o.target.channels) <= set(one.target.channels)  # a head's axis, of the head
        and _when(o) == _when(one)
        for o in others
    )


def _when(one: Estimate | Contrast) -> tuple[object, ...]:
    compared = (one.factor, one.a, one.b) if isinstance(one, Contrast) else ()
    return one.condition, *compared


def nearer(one: Contrast, contrasts: Iterable[Contrast]) -> Contrast | None:
    """Return what the task adds to the one nearest to it, of a contrast to rest; None: nothing.

    A pen grip bends the fingers in health too, so that any writing differs from rest.
    """
    what = (one.measure, one.target, one.condition, one.factor)
    if one.factor != "task" or one.b not in _REST:
        return None
    same = (c for c in contrasts if (c.measure, c.target, c.condition, c.factor) == what)
    beside = {c.b: c for c in same if c.b in BESIDE}
    return next((beside[task] for task in BESIDE if task in beside), None)


def beside(task: str) -> tuple[str, ...]:
    """Return what a task is held against that is alike in health, as a grip; the nearest first."""
    against = table("conditions")["task"]["against"].get(task, ())
    return tuple(one for one in BESIDE if one in against)


def like_health(one: Contrast, contrasts: Iterable[Contrast]) -> str:
    """Return what makes a task differ from rest in health too, as its grip; empty: nothing known.

    That is what stands in `BESIDE` where the task adds nothing to it that was told, or where it was
    not recorded, or is itself what differs.
    """
    if one.factor != "task" or one.b not in _REST:
        return ""
    near = nearer(one, contrasts)
    if near is not None:
        return "" if differs(near) else near.b
    return one.a if one.a in BESIDE else next(iter(beside(one.a)), "")


def recorded_tasks(assessment: Assessment) -> set[str]:
    """Return the tasks of which there are numbers, or of which some are missing."""
    of_numbers = {f.estimate.condition.get("task") for f in assessment.findings}
    missing = {m.condition.get("task") for m in assessment.not_measurable}
    compared = {level for c in assessment.contrasts for level in (c.a, c.b)}
    return of_numbers | missing | compared


def untold(assessment: Assessment) -> tuple[tuple[tuple[Contrast, ...], bool], ...]:
    """Return what tasks add to what they are held against, where that is not told.

    Of the first part of what a film is made for, as how far fingers curl: that is what was asked.
    Against rest only where nothing nearer was recorded. The largest first, and whether the same
    was told of other parts, as of another finger.
    """
    groups: dict[tuple[str, str, str], list[Contrast]] = {}
    made_for = filmed_for(assessment)
    for c in assessment.contrasts:
        acts = c.condition.get("side") in ("", c.target.side)
        asked = is_asked(c.measure) and _part_of(c.measure) == 0 and acts
        held = c.b in BESIDE or (c.b == "rest" and (c.a in BESIDE or bool(beside(c.a))))
        if asked and c.factor == "task" and held and not aside(c.measure, made_for):
            groups.setdefault((c.measure, c.a, c.b), []).append(c)
    nearest = {(measure, a) for measure, a, b in groups if b in BESIDE}
    asked_of = (
        tuple(sorted(group, key=lambda c: -abs(c.value)))
        for (measure, a, b), group in groups.items()
        if b in BESIDE or (measure, a) not in nearest
    )
    return tuple(
        (left, len(left) < len(group))
        for group in asked_of
        if (left := tuple(c for c in group if not differs(c)))
        and tier_of(left[0], assessment) != "research"
    )


def too_short_to_compare(assessment: Assessment) -> dict[str, tuple[tuple[str, ...], str]]:
    """Return what a film is made for and a condition was too short for, among others that count.

    By condition the titles and the first reason, of what was measured in another condition or was
    too short in several: that comparison was never made, which is no sign that it would show
    nothing.
    """
    made_for = filmed_for(assessment)
    short = [
        m
        for m in assessment.not_measurable
        if m.code == "too_short" and m.tier != "research" and is_asked(m.measure)
        if not aside(m.measure, made_for)
    ]
    met: dict[str, set[str]] = {}
    taken = [(f.estimate.measure, f.estimate.condition) for f in assessment.findings]
    for measure, condition in (*taken, *((m.measure, m.condition) for m in short)):
        met.setdefault(declared_id(measure), set()).add(condition.label)
    said: dict[str, dict[str, str]] = {}
    for m in short:
        if len(met[declared_id(m.measure)]) > 1:
            said.setdefault(m.condition.label, {}).setdefault(m.title, m.reason)
    return {label: (tuple(why), next(iter(why.values()))) for label, why in said.items()}


def not_judged(assessment: Assessment) -> dict[str, tuple[str, ...]]:
    """Return what a film is made for and was recorded for too short a time to judge a difference.

    By what is held against what, the titles of the numbers: they have values and no interval.
    """
    made_for = filmed_for(assessment)
    titles = {f.estimate.measure: f.estimate.title for f in assessment.findings}
    said: dict[str, dict[str, None]] = {}
    for c in assessment.contrasts:
        short = c.no_interval == "few_blocks" and is_asked(c.measure)
        if short and tier_of(c, assessment) != "research" and not aside(c.measure, made_for):
            of = f"{spaced(c.factor)} " if c.factor not in ("task", "side") else ""
            pair = f"{of}{spaced(c.a)} against {spaced(c.b)}"
            said.setdefault(pair, {}).setdefault(titles.get(c.measure, c.measure))
    return {pair: tuple(named) for pair, named in said.items()}


def tier_of(contrast: Contrast, assessment: Assessment) -> str:
    """Return the tier of a contrast's measure; ``research`` where it is not known."""
    for f in assessment.findings:
        if f.estimate.measure == contrast.measure:
            return f.estimate.tier
    declared = card(contrast.measure)
    return "research" if declared is None else declared.tier


def unit_of(contrast: Contrast, assessment: Assessment) -> str:
    """Return the unit of a contrast's value; a ratio of powers is not one of sizes."""
    units = (f.estimate.unit for f in assessment.findings if f.estimate.measure == contrast.measure)
    unit = next(units, "")
    if contrast.scale != "ratio":
        return unit
    return "times the power" if "2/Hz" in unit else "times"
