"""The columns of a diary's table: what each is called, and how its cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eutonia.formats.answers import check, no_such_field
from eutonia.formats.questions import Question, questions
from eutonia.knowledge import normalise, table
from eutonia.model import InvalidRecord

_EMPTY = frozenset(["", "n/a", "na", "-", "unknown", "skip", "?"])
_SPREADSHEET = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./]\d{1,2}[./]\d{1,2}|\d{5}")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?", re.ASCII)
_ADVICE = (
    "write dates as 2026-03-01. In a spreadsheet, set the format of the column to text or to "
    "year-month-day and save again"
)
EXAMPLE = "time,severity,pain,stress"
_YES_NO = {"1": "yes", "ja": "yes", "oui": "yes", "sí": "yes", "si": "yes", "wahr": "yes"} | {
    "0": "no",
    "nein": "no",
    "non": "no",
    "falsch": "no",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """How to read the cells of one column."""

    field: str
    read: Callable[[str], Any]
    empty: frozenset[str]


def columns_of(header: Sequence[str], separator: str) -> tuple[list[Column | None], list[str]]:
    """Return how to read each column, None for one that is not read, and what is wrong."""
    known = [*asked(), "date", "clock"]
    columns: list[Column | None] = []
    unread = []
    for title in header:
        field = _words().get(normalise(title), "") if title.strip() else "?"
        if field in known and field in (c.field for c in columns if c):
            raise InvalidRecord(f"The column {title.strip()[:40]!r} stands twice; keep one.")
        if not field:
            reason = no_such_field(re.sub(r"\W+", "_", title.strip().lower()), known)
            unread.append(f"Column {title.strip()[:40]!r} is not read. {reason}")
        columns.append(_column(field, decimal_comma=separator != ",") if field else None)
    fields = {c.field for c in columns if c}
    if len(fields & {"time", "date"}) != 1:
        raise InvalidRecord(
            "The first line must name the columns, among them either time or date (with clock), "
            f"such as {EXAMPLE}; it is {', '.join(header)[:80]!r}."
        )
    return columns, unread


@cache
def asked() -> dict[str, Question]:
    """Return the question behind each column; ratings have a column each."""
    each = ((q,) if q.kind != "ratings" else q.columns for q in questions("diary"))
    return {q.field: q for several in each for q in several}


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("diary_ratings", "diary_columns"):
        for field, entry in table(name).items():
            for word in (field, entry["name"], *entry.get("synonyms", ())):
                found.setdefault(normalise(word), field)
    return found


def _column(field: str, *, decimal_comma: bool) -> Column:
    question = asked().get(field)
    kind = question.kind if question else field
    wordless = _EMPTY if kind not in ("text", "texts") else _EMPTY - {"-", "na"}
    read: dict[str, Callable[[str], Any]] = {
        "moment": _moment,
        "date": _moment,
        "clock": _clock,
        "?": _untitled,
    }
    if question and kind == "number":
        read[kind] = lambda text: check(question, _number(question, text, decimal_comma))
    elif question and kind == "texts":
        read[kind] = lambda text: check(question, [t for t in re.split("[;|]", text) if t.strip()])
    elif question and kind == "yes_no":
        read[kind] = lambda text: check(question, _YES_NO.get(text.lower(), text))
    elif question and kind == "text":
        read[kind] = lambda text: check(question, text)
    return Column(field=field, read=read[kind], empty=wordless)


def _untitled(text: str) -> None:
    raise InvalidRecord(f"{text[:30]!r} stands in a column without a title; give it one.")


def _number(question: Question, text: str, decimal_comma: bool) -> float:
    try:
        return float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        raise InvalidRecord(
            f"{question.field} is {text[:30]!r}; allowed: {question.allowed}."
        ) from None


def _moment(text: str) -> str:
    if _SPREADSHEET.match(text):
        raise InvalidRecord(f"time is {text[:30]!r}, which can be read in two ways; {_ADVICE}.")
    found: str = check(asked()["time"], text)
    return found


def _clock(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise InvalidRecord(
            f"clock is {text[:30]!r}; allowed: hours and minutes of 24 hours, such as 21:30."
        )
    return f"{found[1].zfill(2)}:{found[2]}"
