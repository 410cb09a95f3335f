"""The rows of a trigger analysis: what was said just before each rating, and what else counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.exam.prompts import Prompts
from eutonia.knowledge import table
from eutonia.model import Floats
from eutonia.stats.spline import natural_spline


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One trigger: what was said at every entry (NaN: nothing)."""

    id: str
    words: str
    per: str
    graded: bool
    lower: bool
    values: Floats


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What is regressed: one row per rated entry, or per day with ratings.

    `before` and `same` are the trigger just before and at the same time; `last` is the severity
    just before (all NaN where not known); `given` are the columns that are always in the design.
    """

    t_hours: Floats
    severity: Floats
    last: Floats
    before: Floats
    same: Floats
    day: NDArray[np.int64]
    given: Floats


# --- which triggers --------------------------------------------------------------------------


def triggers(p: Prompts) -> Iterator[Trigger]:
    """Yield every trigger of which the diary says anything, and each that was named often enough.

    Parameters
    ----------
    p : Prompts
    """
    for key, entry in table("diary_triggers").items():
        graded = entry["of"] == "rating"
        values = p.rating(key) if graded else p.answer(key)
        if np.isfinite(values).any():
            yield Trigger(
                id=key,
                words=entry["with"],
                per=entry["per"],
                graded=graded,
                lower=entry["worse"] == "lower",
                values=values,
            )
    for kind, words in _NAMED.items():
        named = _names(p, kind)
        for name in sorted(n for n, c in _counts(named).items() if c >= _enough()):
            yield Trigger(
                id=f"{kind}:{name}",
                words=words.format(name),
                per="prompt",
                graded=False,
                lower=False,
                values=np.array([float(name in names) for names in named]),
            )


def too_rare(p: Prompts) -> Iterator[tuple[str, str]]:
    """Yield for named triggers and for tasks which ones have too few entries, and how many."""
    for kind in _NAMED:
        counts = sorted(_counts(_names(p, kind)).items())
        rare = [f"{n} ({c})" for n, c in counts if c < _enough()]
        if rare:
            yield (
                f"named {kind}s",
                f"{_enough()} entries are needed, and these have fewer: {', '.join(rare)}",
            )


_NAMED = {"trigger": "{}, named as a trigger", "task": "the task {}"}


def _enough() -> int:
    enough: int = table("diary_rules")["enough"]["exposed"]
    return enough


def _names(p: Prompts, kind: str) -> list[set[str]]:
    """Return the names in every entry, without case and doubled spaces."""
    return [{" ".join(n.casefold().split()) for n in getattr(e, f"{kind}s")} for e in p.entries]


def _counts(named: list[set[str]]) -> Counter[str]:
    return Counter(n for names in named for n in names if n)


# --- rows and columns ------------------------------------------------------------------------


def rows_of(p: Prompts, trigger: Trigger) -> Rows:
    """Return the rows on which one trigger is looked at."""
    if trigger.per == "prompt":
        return _by_prompt(p, trigger.values)
    return _by_day(p, trigger.values, night=trigger.per == "night")


def _by_prompt(p: Prompts, values: Floats) -> Rows:
    rated = np.flatnonzero(np.isfinite(p.severity))
    place = p.before[rated]
    angle = 2 * np.pi * p.t_hours[rated] / 24
    given = [np.cos(angle), np.sin(angle), *_course(p.t_hours[rated], p.toxin_day[rated])]
    return Rows(
        t_hours=p.t_hours[rated],
        severity=p.severity[rated],
        last=np.where(place >= 0, p.severity[place], np.nan),
        before=np.where(place >= 0, values[place], np.nan),
        same=values[rated],
        day=p.day[rated],
        given=np.column_stack(given),
    )


def _by_day(p: Prompts, values: Floats, *, night: bool) -> Rows:
    """One row per day: the mean severity, against the night before it or the day before it."""
    severity = _per_day(p.day, p.severity)
    # Sleep is of the one night; practice adds up over the day, so that its last entry counts.
    said = _per_day(p.day, values) if night else _most_of_day(p.day, values)
    days = np.array(sorted(severity), dtype=np.int64)
    today = np.array([said.get(d, np.nan) for d in days])
    earlier = np.array([said.get(d - 1, np.nan) for d in days])
    toxin = _per_day(p.day, p.toxin_day)
    t_hours: Floats = 24.0 * days.astype(np.float64) + 12
    course = _course(t_hours, np.array([toxin.get(d, np.nan) for d in days]))
    return Rows(
        t_hours=t_hours,
        severity=np.array([severity[d] for d in days]),
        last=np.array([severity.get(d - 1, np.nan) for d in days]),
        before=today if night else earlier,
        same=np.full(len(days), np.nan) if night else today,
        day=days,
        given=np.column_stack([np.empty((len(days), 0)), *course]),
    )


def _per_day(day: NDArray[np.int64], values: Floats) -> dict[int, float]:
    """Return the mean of what was said on each day; days without are left out."""
    known = np.isfinite(values)
    return {int(d): float(values[known & (day == d)].mean()) for d in np.unique(day[known])}


def _most_of_day(day: NDArray[np.int64], values: Floats) -> dict[int, float]:
    known = np.isfinite(values)
    return {int(d): float(values[known & (day == d)].max()) for d in np.unique(day[known])}


def _course(t_hours: Floats, toxin_day: Floats) -> list[Floats]:
    """Return the columns of the toxin's course; without an injection a drift over the days."""
    drift = t_hours - t_hours.mean() if len(t_hours) else t_hours
    known = np.isfinite(toxin_day)
    if not known.any():
        return [drift]
    rules = table("diary_rules")["toxin_course"]
    low, high = float(toxin_day[known].min()), float(toxin_day[known].max())
    inner = [k for phase in ("first_effect", "peak", "waning") for k in rules[phase]]
    knots = np.array([low, *(k for k in inner if low < k < high), high])
    if low == high:
        return [drift]
    basis = natural_spline(toxin_day[known], knots)
    columns = np.zeros((len(toxin_day), basis.shape[1]))
    columns[known] = basis - basis.mean(axis=0)
    found = list(columns.T)
    return found if known.all() else [*found, (~known).astype(np.float64), drift]


def design(x: Floats, given: Floats) -> Floats:
    """Return the design: the trigger first, then what is always in it, without what is doubled.

    Rows where the trigger is not known stay, with a column of their own.

    Parameters
    ----------
    x : ndarray, shape (n,)
        The trigger; NaN where not known.
    given : ndarray, shape (n, n_given)
    """
    known = np.isfinite(x)
    centred = np.where(known, x - x[known].mean(), 0.0)
    others = [np.ones(len(x)), (~known).astype(np.float64), *given.T]
    kept: list[Floats] = []
    base = np.empty((len(x), 0))
    for column in others:  # Gram-Schmidt: a column must add something to those before it
        rest = column - base @ (base.T @ column)
        rest -= base @ (base.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-4 * float(np.linalg.norm(column)) > 0:
            kept.append(column)
            base = np.column_stack([base, rest / length])
    return np.column_stack([centred, *kept])
