"""Partial dates: the first and the last day that ``2019``, ``2019-05`` or ``2019-05-03`` can be."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=4096)
def first_day(text: str) -> date | None:
    """Return the first day that a date can mean; None where it is no date."""
    parts = _parts(text)
    return date(*parts, *(1,) * (3 - len(parts))) if parts else None


@lru_cache(maxsize=4096)
def last_day(text: str) -> date | None:
    """Return the last day that a date can mean; None where it is no date."""
    parts = _parts(text)
    if not parts:
        return None
    year, month = (*parts, 12)[:2]
    return date(*parts) if len(parts) == 3 else date(year, month, monthrange(year, month)[1])


def _parts(text: str) -> tuple[int, ...]:
    pieces = text.strip()[:10].split("T")[0].split("-")
    if not all(p.isascii() and p.isdigit() for p in pieces) or len(pieces) > 3:
        return ()
    parts = tuple(map(int, pieces))
    try:
        date(*parts, *(1,) * (3 - len(parts)))
    except (ValueError, OverflowError):
        return ()
    return parts if len(pieces[0]) == 4 else ()


def surely_older(text: str, than: str, *, days: int) -> bool:
    """Return whether a date is surely more than `days` before another; unknown: not surely."""
    then, now = last_day(text), first_day(than)
    return then is not None and now is not None and now - then > timedelta(days=days)
