"""The work-up: what is done, ordered, declined or open, each reminder with its reason.

The items stand in ``knowledge/workup.yaml``. A reminder is no order: who examines decides. A result
is held against the laboratory's own range only, which is entered with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from math import isfinite
from typing import Any

from eutonia.exam.conditions import Facts, Rule, in_words, met, possible, rule
from eutonia.exam.dates import first_day
from eutonia.exam.facts import facts
from eutonia.knowledge import table
from eutonia.model import Examination, History, WorkupItem, WorkupResult
from eutonia.model.record import Person, VisitState

_MOOD = frozenset(["PHQ9", "GAD7"])


def workup(
    person: Person,
    state: VisitState,
    examinations: Sequence[Examination],
    history: History,
    *,
    known: Facts | None = None,
) -> tuple[WorkupItem, ...]:
    """Return every item that was entered or is reminded of, in the order of the table.

    `known` are the facts (`exam.facts.facts`) where they have been gathered already.

    Notes
    -----
    The latest entry of an item gives its status; all results stay in its words. What is not in the
    table is kept under its own name, last.
    """
    if known is None:
        known = facts(person, state, examinations, history, ())
    known = {**known, **dict.fromkeys(_entered(state, examinations, history), True)}
    results = _results(history.tests)
    found = [
        item
        for key, rules in _rules().items()
        if (key in results or possible(rules[0], known))
        and (item := _item(key, rules, known, results.pop(key, []))) is not None
    ]
    return (*found, *(_other(key, some) for key, some in results.items()))


def against_range(result: WorkupResult) -> str:
    """Return one result in words, against the laboratory's own range where that was entered."""
    name = table("laboratory").get(result.item, {}).get("name", "")
    parts = [result.date, name] if name else [result.date]
    if result.value is not None and isfinite(result.value):
        parts.append(f"{result.value:g} {result.unit}".strip() + f" ({_range(result)})")
    parts.append(result.result)
    if result.outcome != "unknown":
        parts.append(f"reported as {result.outcome}")
    parts.append(f"by {result.by}" if result.by else "")
    return ", ".join(part for part in parts if part)


def _range(result: WorkupResult) -> str:
    value, lo, hi = result.value or 0.0, result.lo, result.hi
    if lo is None and hi is None:
        return "no range of the laboratory entered: not judged"
    if lo is not None and hi is not None and lo > hi:
        return f"the range entered, {lo:g} to {hi:g}, is upside down: not judged"
    span = f"{lo:g} to {hi:g}" if lo is not None and hi is not None else ""
    span = span or (f"{lo:g} or more" if lo is not None else f"{hi:g} or less")
    where = "inside"
    if lo is not None and value < lo:
        where = "below"
    elif hi is not None and value > hi:
        where = "above"
    return f"{where} the laboratory's range, {span}"


# --- one item -------------------------------------------------------------------------------------


def _item(
    key: str, rules: tuple[Rule, Rule | None], known: Facts, results: list[WorkupResult]
) -> WorkupItem | None:
    remind, done = rules
    entry = table("workup")[key]
    because = met(remind, known)
    if not results and because is None:
        return None
    reason: str = entry["reason"]
    entered = done is not None and met(done, known) is not None
    if because:
        reason += f" Here: {'; '.join(in_words(because, known))}."
    return WorkupItem(
        item=key,
        group=entry["group"],
        title=entry["title"],
        status=results[-1].status if results else ("done" if entered else "open"),
        reason=reason,
        result="; ".join(map(against_range, results)),
        mark=entry["mark"],
        sources=tuple(entry.get("refs", ())),
    )


def _other(key: str, results: list[WorkupResult]) -> WorkupItem:
    return WorkupItem(
        item=key,
        group="other",
        title=key,
        status=results[-1].status,
        reason="Entered under a name that is not in the list.",
        result="; ".join(map(against_range, results)),
    )


def _results(tests: Iterable[WorkupResult]) -> dict[str, list[WorkupResult]]:
    """Return the results of each item, the latest last; one without a date counts as the oldest."""
    analytes = table("laboratory")
    found: dict[str, list[WorkupResult]] = {}
    for one in sorted(tests, key=lambda r: first_day(r.date) or date.min):
        found.setdefault(analytes.get(one.item, {}).get("item", one.item), []).append(one)
    return found


@cache
def _rules() -> dict[str, tuple[Rule, Rule | None]]:
    entries: dict[str, Any] = table("workup")
    return {
        key: (rule(entry["remind"]), rule(entry["done"]) if "done" in entry else None)
        for key, entry in entries.items()
    }


def _entered(
    state: VisitState, examinations: Sequence[Examination], history: History
) -> Iterator[str]:
    """Yield which parts of the record are filled in."""
    h, seen = history, examinations
    known = {
        "history_onset": h.onset_age is not None and bool(h.onset_region),
        "history_birth": bool(h.birth or h.development),
        "history_family": h.family_dystonia is not None,
        "history_pedigree": bool(h.relatives),
        "history_ancestry": h.consanguinity is not None,
        "history_exposures": bool(h.exposures),
        "history_therapies": bool(h.therapies),
        "drugs_known": state.drugs is not None,
        "genes_entered": bool(h.genes),
        "genes_asked": bool(h.genes) or any(t.item == "gene_test" for t in h.tests),
        "counselled": bool(h.gene_counselling),
        "growth_entered": bool(h.growth),
        "school_entered": bool(h.school),
        "assent_known": state.assent is not None or any(c.assent is not None for c in h.consents),
        "joints_measured": any(r.passive_deg is not None for e in seen for r in e.passive_range),
        "strength_entered": any(
            e.strength or e.grip_right_kg is not None or e.grip_left_kg is not None for e in seen
        ),
        "mood_entered": any(s.scale in _MOOD for e in seen for s in e.scores),
        "driving_known": any(e.driving != "unknown" for e in seen),
        "work_known": any(e.work or e.participation is not None for e in seen),
        "swallowing_known": any(e.swallowing for e in seen),
        "speech_known": any(e.speech for e in seen),
    }
    return (name for name, there in known.items() if there)
