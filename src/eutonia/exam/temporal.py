"""What a diary hints at about the pattern in time; a hint is never assigned (classification §2.4).

The thresholds are our rules, in ``knowledge/axes.yaml`` under ``temporal_hints``; each hint also
needs enough of a diary, and says how much is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from eutonia.exam.named_forms import task_of
from eutonia.knowledge import table
from eutonia.model import CannotMeasure, DiaryEntry, Examination


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Whether the diary (or the examination) hints at one pattern in time.

    Parameters
    ----------
    pattern : {'action_specific', 'diurnal', 'paroxysmal'}
    given : bool or None
        None: there is too little to tell.
    words : str
        In one sentence.
    because, missing : tuple of str
        What led to it, and what is still needed.
    """

    pattern: str
    given: bool | None
    words: str
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Rating:
    time: datetime
    severity: float
    tasks: frozenset[str]


def hints(
    diary: Sequence[DiaryEntry],
    *,
    examinations: Sequence[Examination] = (),
    mdc: float | None = None,
) -> tuple[Hint, ...]:
    """Return, for each pattern, whether the diary hints at it.

    Parameters
    ----------
    diary : sequence of DiaryEntry
        In any order; only entries with a severity and a readable time count.
    examinations : sequence of Examination
        Where every affected region is absent at rest and comes with few tasks, that hints too.
    mdc : float or None
        Minimal detectable change of the diary's severity rating. None: not known, and then a daily
        curve cannot be said to exceed it.
    """
    ratings = _ratings(diary)
    return (
        _action_specific(ratings, examinations),
        _diurnal(ratings, mdc),
        _paroxysmal(ratings),
    )


def _ratings(diary: Iterable[DiaryEntry]) -> list[_Rating]:
    """Return the usable ratings of severity in order of time."""
    found = []
    for entry in diary:
        severity = dict(entry.ratings).get("severity")
        if severity is None or not math.isfinite(severity):
            continue
        try:
            time = datetime.fromisoformat(entry.time).replace(tzinfo=None)
        except ValueError:
            continue
        tasks = frozenset(task_of(t) for t in entry.tasks)
        found.append(_Rating(time=time, severity=severity, tasks=tasks))
    return sorted(found, key=lambda r: r.time)


def _hint(pattern: str, given: bool | None, because: Iterable[str], *missing: str) -> Hint:
    rule = table("temporal_hints")[pattern]
    said = {
        True: f"hints at {rule['name']}: {rule['words']}",
        False: f"does not hint at {rule['name']}",
        None: f"is not enough to tell about {rule['name']}",
    }[given]
    return Hint(
        pattern=pattern,
        given=given,
        words=f"What was noted {said}.",
        because=tuple(because),
        missing=missing,
    )


# --- action-specific ----------------------------------------------------------------------------


def _action_specific(ratings: list[_Rating], examinations: Sequence[Examination]) -> Hint:
    """Severity 0 at rest and above 0 only with at most two named tasks."""
    rule, pattern = table("temporal_hints")["action_specific"], "action_specific"
    rest = [r for r in ratings if r.tasks == {"rest"}]
    active = [r for r in ratings if r.severity > 0]
    tasks = frozenset().union(*(r.tasks - {"rest"} for r in active))
    in_tasks = [r for r in ratings if r.tasks - {"rest"}]
    if len(rest) < rule["enough_rest"] or len(in_tasks) < rule["enough_task"]:
        seen = _examined(examinations, most=rule["most_tasks"])
        if seen:
            return _hint(pattern, True, seen)
        return _hint(
            pattern,
            None,
            [f"{len(rest)} entries at rest, {len(in_tasks)} with a task"],
            f"at least {rule['enough_rest']} entries at rest and {rule['enough_task']} with a task",
        )
    only_tasks = all(r.tasks and "rest" not in r.tasks for r in active)
    given = only_tasks and 1 <= len(tasks) <= rule["most_tasks"]
    at_rest = f"highest severity at rest {max(r.severity for r in rest):g} in {len(rest)} entries"
    with_it = f"severity above 0 with: {', '.join(sorted(tasks)) or 'no named task'}"
    return _hint(pattern, given, [at_rest, with_it])


def _examined(examinations: Sequence[Examination], *, most: int) -> list[str]:
    """Return what of the examinations hints at few tasks only; empty: nothing."""
    regions = [r for e in examinations for r in e.regions if r.severity != 0]
    tasks = {task_of(t) for r in regions for t in r.tasks}
    if not regions or any(r.at_rest is not False or not r.tasks for r in regions):
        return []
    if "rest" in tasks or len(tasks) > most:
        return []
    return [f"examined: not at rest, only with {', '.join(sorted(tasks))}"]


# --- diurnal ------------------------------------------------------------------------------------


def _diurnal(ratings: list[_Rating], mdc: float | None) -> Hint:
    """Daily curve above the minimal detectable change with its trough on waking."""
    rule, pattern = table("temporal_hints")["diurnal"], "diurnal"
    days: dict[Any, list[_Rating]] = {}
    for r in ratings:
        days.setdefault(r.time.date(), []).append(r)
    full = sum(len(d) >= rule["ratings_per_day"] for d in days.values())
    if full < rule["days"]:
        needed = f"{rule['days']} days with {rule['ratings_per_day']} ratings or more"
        return _hint(pattern, None, [f"{full} such days"], f"at least {needed}")
    import numpy as np

    from eutonia.stats.cosinor import cosinor

    start = datetime.combine(ratings[0].time.date(), datetime.min.time())
    # Two entries of one minute: the later one holds, for times must rise.
    at = {(r.time - start) / timedelta(hours=1): r.severity for r in ratings}
    try:
        fit = cosinor(np.array(list(at)), np.array(list(at.values())))
    except CannotMeasure as error:
        return _hint(pattern, None, [f"no daily curve could be fitted: {error}"])
    trough = (fit.acrophase_h + 12) % 24
    waking = median(_hour(d[0].time) for d in days.values())
    off = abs((trough - waking + 12) % 24 - 12)
    because = [
        f"amplitude {fit.amplitude:.2g} with p {fit.p:.2g} over {full} full days",
        f"lowest at {_clock(trough)}; first entry of the day usually at {_clock(waking)}",
    ]
    shape = fit.p < rule["alpha"] and off <= rule["near_waking_h"]
    if not shape:
        return _hint(pattern, False, because)
    if mdc is None:
        return _hint(
            pattern, None, because, "the minimal detectable change of this person's rating"
        )
    if fit.amplitude <= mdc:
        return _hint(pattern, False, [*because, f"minimal detectable change {mdc:g}"])
    because.append(f"above the minimal detectable change of {mdc:g}")
    return _hint(pattern, True, because, str(rule["ask"]))


def _hour(time: datetime) -> float:
    return time.hour + time.minute / 60


def _clock(hour: float) -> str:
    minutes = round(hour * 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- paroxysmal ---------------------------------------------------------------------------------


def _paroxysmal(ratings: list[_Rating]) -> Hint:
    """At least 80 % of the entries with symptoms lie in spells under 4 h between zero ratings.

    A spell is taken as long as the time from the rating of 0 before it to the one after it, so that
    what is called short was short.
    """
    rule, pattern = table("temporal_hints")["paroxysmal"], "paroxysmal"
    short, entries_short, active = 0, 0, 0
    before: _Rating | None = None
    run: list[_Rating] = []
    for r in ratings:
        if r.severity > 0:
            active += 1
            run.append(r)
            continue
        if run and before and r.time - before.time < timedelta(hours=rule["below_h"]):
            short, entries_short = short + 1, entries_short + len(run)
        before, run = r, []
    enough = rule["enough_episodes"]
    share = entries_short / active if active else 0.0
    because = [
        f"{entries_short} of {active} entries with symptoms lie in {short} spells under "
        f"{rule['below_h']} hours between ratings of 0"
    ]
    if active < enough or (share >= rule["share"] and short < enough):
        needed = f"at least {enough} spells, with a rating of 0 before and after each"
        return _hint(pattern, None, because, needed)
    return _hint(pattern, share >= rule["share"], because)
