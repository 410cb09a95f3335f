"""Red flags: which are raised, how urgent they are, and who closed them.

The rules stand in ``knowledge/red_flags.yaml``; they are our own [D] and await a neurologist's
sign-off. They only raise: one more positive answer never takes a flag away or lowers its tier, and
no flag at all is not the same as no danger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from eutonia.exam.conditions import Facts, Rule, in_words, met, rule
from eutonia.exam.dates import first_day
from eutonia.exam.facts import facts
from eutonia.knowledge import table
from eutonia.model import (
    DiaryEntry,
    Examination,
    Flag,
    FlagClosed,
    History,
    Mark,
    UrgencyTier,
)
from eutonia.model.record import Person, VisitState

__all__ = ["TIERS", "Why", "asked", "facts", "flags", "hidden_tasks", "stop_recording", "why"]

#: From the least to the most urgent.
TIERS: tuple[UrgencyTier, ...] = ("DISCUSS", "SOON", "URGENT", "EMERGENCY")
_RANK = {tier: rank for rank, tier in enumerate(TIERS)}


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why a flag exists, with how far that was checked; its tier is our own rule in any case."""

    words: str
    mark: Mark
    sources: tuple[str, ...] = ()


def flags(
    person: Person,
    state: VisitState,
    examinations: Sequence[Examination],
    history: History,
    diary: Sequence[DiaryEntry],
    *,
    known: Facts | None = None,
) -> tuple[Flag, ...]:
    """Return every flag that is raised or was once closed: open ones first, the most urgent first.

    `known` are the facts (`exam.facts.facts`) where they have been gathered already, also from
    measured estimates.

    Notes
    -----
    A closing needs result, date and name. Of what can change from day to day, and of every
    emergency, a closing holds only if its date is surely not before the day on which the sign was
    found; of the rest it lasts. A closed flag stays in the list.
    """
    if known is None:
        known = facts(person, state, examinations, history, diary)
    days = [first_day(e.date) for e in examinations]
    days += [first_day(diary[-1].time)] if diary else []
    seen_on = max((day for day in days if day), default=None)
    closings = _closings(history)
    found = []
    for order, (flag_id, tiers) in enumerate(_rules().items()):
        flag = _flag(flag_id, tiers, known, closings.get(flag_id, ()), seen_on)
        if flag is not None:
            found.append((flag.closed is not None, -_RANK[flag.tier], order, flag))
    return tuple(flag for *_, flag in sorted(found, key=lambda one: one[:3]))


def asked(examinations: Iterable[Examination]) -> tuple[int, int]:
    """Return how many signs of the short list were asked about, and how many there are."""
    core = _core()
    answered = {key for e in examinations for key, _ in e.danger}
    return len(core & answered), len(core)


def why(flag_id: str) -> Why:
    """Return why a flag exists.

    Raises
    ------
    KeyError
        If there is no such flag.
    """
    entry = table("red_flags")[flag_id]["why"]
    return Why(words=entry["words"], mark=entry["mark"], sources=tuple(entry.get("refs", ())))


def hidden_tasks(raised: Iterable[Flag]) -> frozenset[str]:
    """Return the kinds of task that are not offered while these flags are open."""
    entries = table("red_flags")
    hidden = (entries.get(f.id, {}).get("hides", ()) for f in raised if f.closed is None)
    return frozenset(task for tasks in hidden for task in tasks)


def stop_recording(pain_before: float | None, pain_now: float | None) -> str:
    """Return why a recording must stop, in words, where pain (0 to 10) rose by 3; else empty."""
    limit = table("recording_stop")
    if pain_before is None or pain_now is None:
        return ""
    words: str = limit["words"]
    return words if pain_now - pain_before >= limit["pain_rise"] else ""


# --- one flag -------------------------------------------------------------------------------------


def _flag(
    flag_id: str,
    tiers: Sequence[tuple[UrgencyTier, Rule]],
    known: Facts,
    closings: Sequence[FlagClosed],
    seen_on: date | None,
) -> Flag | None:
    true = [(t, names) for t, r in tiers if (names := met(r, known)) is not None]
    if not true and not closings:
        return None
    entry = table("red_flags")[flag_id]
    tier = max((t for t, _ in true), key=_RANK.__getitem__, default=tiers[-1][0])
    lasting = entry["closing"] == "lasting" and tier != "EMERGENCY"
    closed = next((c for c in closings if not true or lasting or _not_before(c, seen_on)), None)
    because = in_words((name for _, names in true for name in names), known)
    if not true:
        because = ("not raised by what is entered now",)
    elif closings and closed is None:
        last = closings[0]
        because += (f"closed on {last.date} by {last.by}, before this was found: open again",)
    return Flag(
        id=flag_id,
        tier=tier,
        title=entry["title"],
        action=entry["action"],
        because=because,
        mark="D",
        closed=closed,
    )


def _closings(history: History) -> dict[str, list[FlagClosed]]:
    """Return the complete closings of each flag, the latest first."""
    found: dict[str, list[FlagClosed]] = {}
    for one in history.closed:
        if one.result.strip() and one.by.strip() and first_day(one.date):
            found.setdefault(one.flag, []).append(one)
    for some in found.values():
        some.sort(key=lambda one: first_day(one.date) or date.min, reverse=True)
    return found


def _not_before(closing: FlagClosed, seen_on: date | None) -> bool:
    """Return whether a closing is surely not older than the finding; an unknown day: it may be."""
    closed_on = first_day(closing.date)
    return seen_on is not None and closed_on is not None and closed_on >= seen_on


@cache
def _rules() -> dict[str, list[tuple[UrgencyTier, Rule]]]:
    return {
        flag_id: [(one["tier"], rule(one["when"])) for one in entry["tiers"]]
        for flag_id, entry in table("red_flags").items()
    }


@cache
def _core() -> frozenset[str]:
    return frozenset(key for key, sign in table("danger_signs").items() if sign.get("core"))
