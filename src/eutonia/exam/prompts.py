"""A diary as arrays in order of time: what the analysis of triggers and the summary stand on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from eutonia.model import DiaryEntry, Floats

#: A waking day begins at this hour, so that an entry after midnight belongs to the evening [D].
DAY_BEGINS_H = 4.0


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The readable entries of a diary, in order of time.

    Parameters
    ----------
    entries : tuple of DiaryEntry
    t_hours : ndarray, shape (n,)
        Hours since the midnight before the first entry.
    day : ndarray of int, shape (n,)
        Waking day, 0 the first.
    severity, toxin_day : ndarray, shape (n,)
        NaN where not known; days since the injection are carried on between entries.
    first : datetime
        That midnight.
    unreadable : int
        Entries whose time could not be read.
    """

    entries: tuple[DiaryEntry, ...]
    t_hours: Floats
    day: NDArray[np.int64]
    severity: Floats
    toxin_day: Floats
    first: datetime
    unreadable: int

    def rating(self, key: str) -> Floats:
        """Return one rating of every entry; NaN where it was not given."""
        return np.array([_finite(dict(e.ratings).get(key)) for e in self.entries])

    def answer(self, field: str) -> Floats:
        """Return 1 for yes and 0 for no of every entry; NaN where it was not given."""
        return np.array([_finite(getattr(e, field)) for e in self.entries])

    @property
    def before(self) -> NDArray[np.int64]:
        """Place of the entry before, of the same day; -1 where there is none."""
        place = np.arange(len(self.day)) - 1
        place[1:][self.day[1:] != self.day[:-1]] = -1
        return place


def prompts(diary: Iterable[DiaryEntry]) -> Prompts:
    """Read a diary into arrays; entries without a readable time are counted, not used.

    Parameters
    ----------
    diary : iterable of DiaryEntry
        In any order.
    """
    entries = tuple(diary)
    timed = sorted(
        ((t, e) for e in entries if (t := _time(e.time)) is not None), key=lambda pair: pair[0]
    )
    first = timed[0][0] if timed else datetime(2000, 1, 1)
    first = first.replace(hour=0, minute=0, second=0, microsecond=0)
    t_hours = np.array([(t - first) / timedelta(hours=1) for t, _ in timed], dtype=np.float64)
    day = np.floor((t_hours - DAY_BEGINS_H) / 24).astype(np.int64)
    kept = tuple(e for _, e in timed)
    return Prompts(
        entries=kept,
        t_hours=t_hours,
        day=day - day[0] if len(day) else day,
        severity=np.array([_finite(dict(e.ratings).get("severity")) for e in kept]),
        toxin_day=_carried(t_hours, np.array([_finite(e.toxin_day) for e in kept])),
        first=first,
        unreadable=len(entries) - len(kept),
    )


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return time.replace(hour=12) if len(text) <= len("2026-03-01") else time


def _finite(value: float | bool | None) -> float:
    return float(value) if value is not None and math.isfinite(value) else math.nan


def _carried(t_hours: Floats, toxin_day: Floats) -> Floats:
    """Fill in days since the injection: back from the next entry that says it, else forward.

    Looking back gives a day below 0 before that injection; then the last known cycle goes on.
    """
    found = toxin_day.copy()
    known = np.flatnonzero(np.isfinite(toxin_day))
    for i in np.flatnonzero(~np.isfinite(toxin_day)):
        place = int(np.searchsorted(known, i))
        days = [
            toxin_day[k] + (t_hours[i] - t_hours[k]) / 24
            for k in (*known[place : place + 1], *known[max(0, place - 1) : place])
        ]
        found[i] = next((d for d in days if d >= 0), math.nan)
    return found
