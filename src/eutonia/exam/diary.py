"""A diary at a glance: how the days were, by week, by hour and by week since the injection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from eutonia.exam.prompts import DAY_BEGINS_H, Prompts, prompts
from eutonia.knowledge import table
from eutonia.model import DiaryEntry, Floats, NotMeasurable

#: Ratings that a part of the day, and days that a phase of the toxin, must have to be named [D].
_ENOUGH_HOURS, _ENOUGH_DAYS = 5, 3
_PART_OF_DAY_H = 4


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How one thing was rated: how often, the mean, the spread, and the ends."""

    name: str
    n: int
    mean: float
    sd: float
    lo: float
    hi: float

    @property
    def words(self) -> str:
        """The numbers in a phrase."""
        spread = f", spread (SD) {self.sd:.1f}" if self.n > 1 else ""
        return f"{self.mean:.1f} on average{spread}, {self.lo:g} to {self.hi:g}, n = {self.n}"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a diary holds.

    Parameters
    ----------
    days, missing_days, entries, unreadable : int
        Days with an entry, days without one between the first and the last, entries, and entries
        whose time could not be read.
    first, last : str
        Dates of the first and the last day.
    ratings : tuple of Spread
        Severity, pain, sleep and whatever else was rated.
    weeks, hours, toxin_weeks : tuple of Spread
        Severity by week of the diary (named by its first day), by part of the day, and by week
        since the injection (``week 1`` is days 0 to 6).
    cycle : NotMeasurable or None
        Why the toxin's course cannot be seen; None: it can, or there was no toxin.
    worse : tuple of str
        What goes with worse days, in words.
    not_measurable : tuple of NotMeasurable
        Triggers that could not be looked at.
    """

    days: int
    missing_days: int
    entries: int
    unreadable: int
    first: str
    last: str
    ratings: tuple[Spread, ...]
    weeks: tuple[Spread, ...]
    hours: tuple[Spread, ...]
    toxin_weeks: tuple[Spread, ...]
    cycle: NotMeasurable | None = None
    worse: tuple[str, ...] = ()
    not_measurable: tuple[NotMeasurable, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """The summary as name and words, for a report."""
        rows = [("days", _days(self))]
        rows += [(s.name, s.words) for s in self.ratings]
        rows += [("severity by week", _listed(self.weeks))] if len(self.weeks) > 1 else []
        rows.append(("best and worst hours", _best_and_worst(self.hours)))
        rows += [("goes with worse days", w) for w in self.worse[:1]]
        rows += [("", w) for w in self.worse[1:]]
        if self.toxin_weeks:
            rows.append(("severity by week since the injection", _listed(self.toxin_weeks)))
        if self.cycle:
            rows.append(("course of the toxin", self.cycle.reason))
        return tuple(rows)


def summary(diary: tuple[DiaryEntry, ...]) -> Summary:
    """Return how the days of a diary were; `exam.triggers.summary` adds what goes with worse ones.

    Parameters
    ----------
    diary : tuple of DiaryEntry
        In any order; ratings that were not given are not counted as anything.
    """
    p = prompts(diary)
    days = np.unique(p.day)
    return Summary(
        days=len(days),
        missing_days=int(days[-1] + 1 - len(days)) if len(days) else 0,
        entries=len(p.entries),
        unreadable=p.unreadable,
        first=_date(p, int(days[0])) if len(days) else "",
        last=_date(p, int(days[-1])) if len(days) else "",
        ratings=tuple(_ratings(p)),
        weeks=_grouped(p.severity, p.day // 7, lambda w: f"from {_date(p, 7 * w)}"),
        hours=_grouped(p.severity, _part_of_day(p), _hours),
        toxin_weeks=_toxin_weeks(p),
        cycle=_cycle(p),
    )


def _date(p: Prompts, day: int) -> str:
    return (p.first + timedelta(days=day + _day_zero(p))).date().isoformat()


def _day_zero(p: Prompts) -> int:
    """Return -1 where the first entry, soon after midnight, belongs to the day before."""
    return -1 if p.t_hours[0] < DAY_BEGINS_H else 0


def _ratings(p: Prompts) -> list[Spread]:
    """Return every rating that was given, in the order in which the diary asks."""
    asked = table("diary_ratings")
    given = {key for e in p.entries for key, _ in e.ratings}
    keys = [*(k for k in asked if k in given), *sorted(given - asked.keys())]
    found = []
    for key in keys:
        values = p.rating(key)
        name = asked[key]["name"] if key in asked else key.replace("_", " ")
        found += [_spread(name, values)] if np.isfinite(values).any() else []
    return found


def _spread(name: str, values: Floats) -> Spread:
    known = values[np.isfinite(values)]
    return Spread(
        name=name,
        n=len(known),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        lo=float(known.min()),
        hi=float(known.max()),
    )


def _grouped(
    severity: Floats, group: NDArray[np.int64], name: Callable[[int], str]
) -> tuple[Spread, ...]:
    rated = np.isfinite(severity)
    return tuple(
        _spread(name(int(g)), severity[rated & (group == g)]) for g in np.unique(group[rated])
    )


# --- hours ---------------------------------------------------------------------------------------


def _part_of_day(p: Prompts) -> NDArray[np.int64]:
    parts: NDArray[np.int64] = np.floor(p.t_hours % 24 / _PART_OF_DAY_H).astype(np.int64)
    return parts


def _hours(part: int) -> str:
    return f"{part * _PART_OF_DAY_H:02d} to {(part + 1) * _PART_OF_DAY_H:02d} h"


def _best_and_worst(hours: tuple[Spread, ...]) -> str:
    known = sorted((s for s in hours if s.n >= _ENOUGH_HOURS), key=lambda s: s.mean)
    if len(known) < 2:
        return f"not enough data: {_ENOUGH_HOURS} ratings in two parts of the day are needed"
    best, worst = known[0], known[-1]
    return (
        f"lowest {best.name} ({best.mean:.1f}, n = {best.n}), "
        f"highest {worst.name} ({worst.mean:.1f}, n = {worst.n})"
    )


# --- the toxin's course --------------------------------------------------------------------------


def _toxin_weeks(p: Prompts) -> tuple[Spread, ...]:
    known = np.isfinite(p.toxin_day)
    week = np.floor(p.toxin_day[known] / 7).astype(np.int64) + 1
    return _grouped(p.severity[known], week, lambda w: f"week {w}")


def _cycle(p: Prompts) -> NotMeasurable | None:
    """Return why the course cannot be seen: it needs days at the published peak and at the ends."""
    known = np.isfinite(p.toxin_day) & np.isfinite(p.severity)
    if not known.any():
        return None
    course = table("diary_rules")["toxin_course"]
    day = p.toxin_day[known]
    calendar = p.day[known]
    at_peak = (day >= course["peak"][0]) & (day <= course["peak"][1])
    at_ends = (day < course["first_effect"][0]) | (day >= course["waning"][0])
    n_peak, n_ends = len(np.unique(calendar[at_peak])), len(np.unique(calendar[at_ends]))
    if n_peak >= _ENOUGH_DAYS and n_ends >= _ENOUGH_DAYS:
        return None
    low, high = course["peak"][0] // 7, course["peak"][1] // 7
    where = (
        f"{n_peak} days between weeks {low} and {high}, where the effect is usually strongest"
        if n_peak < _ENOUGH_DAYS
        else f"{n_ends} days before the effect or after it has begun to fade"
    )
    trough = " Notes from the end of a cycle alone cannot show a peak." if not n_peak else ""
    return NotMeasurable(
        measure="diary.toxin_cycle",
        version="1",
        title="Course of the toxin in the diary",
        tier="supportive",
        code="not_enough_data",
        reason=f"not enough data: {where}; {_ENOUGH_DAYS} are needed.{trough}",
    )


# --- words ---------------------------------------------------------------------------------------


def _days(s: Summary) -> str:
    lost = f"; {s.unreadable} entries without a readable time were left out" if s.unreadable else ""
    if not s.days:
        return f"none{lost}"
    return (
        f"{s.days} days with {s.entries} entries, {s.first} to {s.last}; "
        f"{s.missing_days} days between them without an entry{lost}"
    )


def _listed(spreads: tuple[Spread, ...]) -> str:
    return "; ".join(f"{s.name}: {s.mean:.1f} (n = {s.n})" for s in spreads)
