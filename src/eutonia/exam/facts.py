"""What is known about a visit, as named facts on which red flags and work-up reminders rest.

Their names and words stand in ``knowledge/danger_signs`` and ``knowledge/flag_facts``. Only what is
true, or a number, is a fact; what was not asked is absent. Of several raters each counts: what one
of them found is there, and of numbers the worse one is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from eutonia.exam.contracture import largest_difference
from eutonia.exam.dates import first_day, last_day, surely_older
from eutonia.exam.drugs import is_pump, is_stimulator, kind_of
from eutonia.exam.dsap import dsap
from eutonia.knowledge import find, normalise, table
from eutonia.model import DiaryEntry, Examination, History, Score
from eutonia.model.finding import Estimate
from eutonia.model.record import Person, VisitState

Found = dict[str, bool | float | str]

# Our limits [D]; those of a tier stand in knowledge/red_flags.yaml.
CHILD_YEARS = 18
OLD_YEARS = 1  # a dystonia that began longer ago is not new
DOPAMINE_BLOCKER_DAYS = 7
STOPPED_DAYS = 14
PAST_DAYS = 30  # an exposure or a stop dated longer before the examination is history
TRAUMA_DAYS = 28
TOXIN_DAYS = 84
PAIN = 7
PAIN_DAYS, PAIN_WINDOW_DAYS = 3, 14  # sustained: on so many days of so many before the last entry

_SIDE = {"UR": "right", "DR": "right", "UL": "left", "DL": "left"}
_ABRUPT = frozenset(["baclofen", "benzodiazepine", "levodopa"])
_ON = ("anticholinergic", "benzodiazepine", "vmat2", "baclofen", "levodopa", "dopamine_blocker")
_BODY = {
    "hand": frozenset(["UR", "UL"]),
    "leg": frozenset(["DR", "DL"]),
    "face_or_larynx": frozenset(["LC", "LX"]),
}


def facts(
    person: Person,
    state: VisitState,
    examinations: Sequence[Examination],
    history: History,
    diary: Sequence[DiaryEntry],
    *,
    estimates: Sequence[Estimate] = (),
) -> Found:
    """Return everything known that a red flag or a reminder of the work-up asks for."""
    day = max((e.date for e in examinations), default="")
    found: Found = {}
    found |= dict.fromkeys(_signs(examinations), True)
    found |= dict.fromkeys(_listed(examinations, history), True)
    found |= _scored(examinations)
    found |= _measured(examinations)
    found |= _ages(person, history)
    found |= dict.fromkeys(_body(state, examinations, old=_old(found)), True)
    found |= dict.fromkeys(_story(state, history, old=_old(found)), True)
    found |= dict.fromkeys(_drugs(state, history), True)
    found |= dict.fromkeys(_exposed(history, day), True)
    found |= dict.fromkeys(_reported(state), True)
    found |= dict.fromkeys(_recorded(estimates), True)
    unknown = _not_understood(state, examinations)
    if unknown:
        found["reported_in_words"] = "; ".join(unknown)
    if _pain_sustained(examinations, diary):
        found["pain_sustained"] = True
    toxin_days = [state.toxin_day, *(d.toxin_day for d in diary[-1:])]
    if any(days is not None and 0 <= days <= TOXIN_DAYS for days in toxin_days):
        found["toxin_recent"] = True
    return found


# --- danger signs, signs and scales ---------------------------------------------------------------


def _signs(examinations: Iterable[Examination]) -> Iterator[str]:
    known = table("danger_signs")
    return (key for e in examinations for key, there in e.danger if there and key in known)


def _reported(state: VisitState) -> Iterator[str]:
    """Return the danger signs that were reported in words at intake."""
    return (sign for text in state.safety_reported if (sign := _sign(text)))


def _not_understood(state: VisitState, examinations: Iterable[Examination]) -> list[str]:
    known = table("danger_signs")
    words = [text for text in state.safety_reported if text.strip() and not _sign(text)]
    return words + [k for e in examinations for k, there in e.danger if there and k not in known]


@lru_cache(maxsize=1024)
def _sign(text: str) -> str:
    return find("danger_signs", text)


def _listed(examinations: Iterable[Examination], history: History) -> Iterator[str]:
    """Yield the facts that an examiner's lists and the person's conditions name."""
    for e in examinations:
        for key in (*(e.motor_signs or ()), *(e.other_signs or ()), *e.phenomenology):
            yield from _facts_named(key)
        for sign in e.neck:
            yield from _by_pattern().get(sign.pattern, ())
    for words in history.conditions:
        yield from _facts_named(words)


@lru_cache(maxsize=4096)
def _facts_named(text: str) -> tuple[str, ...]:
    plain = normalise(text)
    keys = {plain} | {normalise(find(name, text)) for name in ("motor_signs", "other_signs")}
    return tuple(fact for fact, names in _by_list().items() if names & keys)


@cache
def _by_list() -> dict[str, frozenset[str]]:
    entries = table("flag_facts").items()
    return {
        fact: frozenset(map(normalise, (fact, *e["listed"])))
        for fact, e in entries
        if "listed" in e
    }


@cache
def _by_pattern() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for fact, entry in table("flag_facts").items():
        for pattern in entry.get("patterns", ()):
            found[pattern] = (*found.get(pattern, ()), fact)
    return found


def _scored(examinations: Sequence[Examination]) -> Found:
    """Return DSAP and PHQ-9; of an incomplete PHQ-9 the sum so far, which the total reaches."""
    found: Found = {}
    level = dsap(examinations)
    if level is not None:
        found["dsap"] = float(level.level)
    for score in (s for e in examinations for s in e.scores if s.scale == "PHQ9"):
        found["phq9_item9"] = max(_ninth(score), float(found.get("phq9_item9", 0)))
        sums = [sum(v for _, v in score.items), *(v for k, v in score.totals if k == "total")]
        found["phq9"] = max(*sums, float(found.get("phq9", 0)), 0.0)
    return found


def _ninth(score: Score) -> float:
    safety = table("scales")["PHQ9"]["safety"]["item"]
    return max((v for k, v in score.items if k.rpartition(".")[2] == safety), default=0.0)


def _measured(examinations: Sequence[Examination]) -> Found:
    found: Found = {}
    difference = largest_difference(examinations)
    if difference is not None:
        found["range_difference"] = difference
    lost = [-e.weight_change_kg for e in examinations if e.weight_change_kg is not None]
    if lost and max(lost) > 0:
        found["weight_lost"] = max(lost)
    if any(r.same_in_sleep for e in examinations for r in e.passive_range):
        found["same_in_sleep"] = True
    return found


def _recorded(estimates: Iterable[Estimate]) -> Iterator[str]:
    """Yield the facts that a recording's numbers make true."""
    limits = {one["measure"]: one for one in table("flag_findings")}
    for e in estimates:
        limit = limits.get(e.measure)
        if limit is not None and e.value > limit["over"]:
            yield limit["fact"]


def _pain_sustained(examinations: Iterable[Examination], diary: Sequence[DiaryEntry]) -> bool:
    """Return whether usual pain is 7 or more, or its mean was so on 3 days of the last 14."""
    if any(e.pain_usual is not None and e.pain_usual >= PAIN for e in examinations):
        return True
    by_day: dict[str, list[float]] = {}
    for entry in diary:
        by_day.setdefault(entry.time[:10], []).extend(v for k, v in entry.ratings if k == "pain")
    days = [day for text in by_day if (day := first_day(text))]
    if not days:
        return False
    last = max(days)
    strong = 0
    for text, pains in by_day.items():
        day = first_day(text)
        recent = day is not None and (last - day).days < PAIN_WINDOW_DAYS
        strong += bool(recent and pains and sum(pains) / len(pains) >= PAIN)
    return strong >= PAIN_DAYS


# --- person, body and story -----------------------------------------------------------------------


def _ages(person: Person, history: History) -> Found:
    found: Found = {}
    if person.age_years is not None:
        found["age"] = person.age_years
        if person.age_years < CHILD_YEARS:
            found["child"] = True
    latest = [a for a in (person.age_years, history.diagnosis_age) if a is not None]
    if history.onset_age is not None:
        found["onset_age"] = history.onset_age
    elif latest:
        found["onset_by"] = min(latest)
    return found


def _old(found: Found) -> bool:
    """Return whether the dystonia is known to have begun longer ago than a year."""
    age, onset = found.get("age"), found.get("onset_age")
    return age is not None and onset is not None and float(age) - float(onset) >= OLD_YEARS


def _body(state: VisitState, examinations: Sequence[Examination], *, old: bool) -> Iterator[str]:
    seen = {(r.region, _SIDE.get(r.region, r.side)) for e in examinations for r in e.regions}
    regions = {region for region, _ in seen}
    forms = {state.form, *(e.form for e in examinations)}
    sides = {side for _, side in seen} - {"unknown"}
    one_sided = sides in ({"left"}, {"right"})
    arm_and_leg = {"UR", "DR"} <= regions or {"UL", "DL"} <= regions
    hemi = (one_sided and arm_and_leg) or "hemidystonia" in forms
    courses = {e.course for e in examinations} | {e.variability for e in examinations}
    return _true(
        cervical="CE" in regions or "cervical" in forms or any(e.neck for e in examinations),
        regions_one_sided=one_sided or hemi,
        hemi_regions=hemi,
        hemi_recent=hemi and not old,
        widespread="TR" in regions or len(regions) > 2,
        progressive="progressive" in courses,
        diurnal="diurnal" in courses,
        paroxysmal="paroxysmal" in courses,
        **{fact: bool(regions & some) for fact, some in _BODY.items()},
    )


def _story(state: VisitState, history: History, *, old: bool) -> Iterator[str]:
    h = history
    treatments = [t.kind for t in h.therapies if not t.stopped]
    known = any(a.certainty == "confirmed" and a.block != "idiopathic" for a in h.aetiology)
    return _true(
        onset_leg=h.onset_region in ("DR", "DL"),
        onset_limb=h.onset_region in _SIDE,
        onset_sudden=h.onset_speed == "minutes to hours" and not old,
        diurnal=bool(h.diurnal),
        alcohol_responsive=bool(h.alcohol_responsive),
        levodopa_tried=h.levodopa_trial not in ("never", "unknown"),
        family_positive=bool(h.family_dystonia) or any(r.affected for r in h.relatives),
        consanguinity=bool(h.consanguinity),
        unexplained=not known,
        mri_normal=any(t.item == "mri_brain" and t.outcome == "normal" for t in h.tests),
        stimulator=state.stimulator in ("on", "off") or any(map(is_stimulator, treatments)),
        pump=any(map(is_pump, treatments)),
    )


def _true(**named: bool) -> Iterator[str]:
    return (name for name, there in named.items() if there)


# --- drugs and exposures --------------------------------------------------------------------------


def _drugs(state: VisitState, history: History) -> Iterator[str]:
    taken = [drug.name for drug in state.drugs or ()]
    taken += [t.kind for t in history.therapies if not t.stopped]
    taken += [e.name for e in history.exposures if e.change in ("started", "raised")]
    taking = {kind_of(name) for name in taken}
    return (f"on_{kind}" for kind in _ON if kind in taking)


def _exposed(history: History, day: str) -> Iterator[str]:
    for exposure in history.exposures:
        kinds, days = {kind_of(exposure.name), exposure.kind}, exposure.days_before
        recent = not surely_older(exposure.date, day, days=PAST_DAYS)
        began = exposure.change in ("started", "raised")
        if "dopamine_blocker" in kinds:
            yield "dopamine_blocker_ever"
            if began and recent and _at_most(days, DOPAMINE_BLOCKER_DAYS):
                yield "dopamine_blocker_week"
        if "trauma" in kinds and recent and _at_most(days, TRAUMA_DAYS):
            yield "trauma_recent"
        if kinds & _ABRUPT and exposure.change == "stopped":
            soon = recent and _at_most(days, STOPPED_DAYS)
            if soon or _within(exposure.date, day, days=STOPPED_DAYS):
                yield "stopped_suddenly"
    for therapy in history.therapies:
        if kind_of(therapy.kind) in _ABRUPT and _within(therapy.stopped, day, days=STOPPED_DAYS):
            yield "stopped_suddenly"


def _at_most(days: float | None, limit: float) -> bool:
    return days is not None and days <= limit


def _within(text: str, day: str, *, days: int) -> bool:
    """Return whether a full date lies at most `days` before the examination."""
    then, now = first_day(text), first_day(day)
    if then is None or now is None or then != last_day(text):
        return False
    return 0 <= (now - then).days <= days
