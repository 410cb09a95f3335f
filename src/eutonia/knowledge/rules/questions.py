"""Rules of the tables of questions: intake, examination, history, diary and its ratings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

Asked = Literal["intake", "examination", "history", "diary"]
Kind = Literal[
    "yes_no",
    "choice",
    "choices",
    "number",
    "integer",
    "text",
    "texts",
    "time",
    "date",
    "moment",
    "drugs",
    "flags",
    "ratings",
    "scores",
    "rows",
]
ASKED = get_args(Asked)
KINDS = frozenset(get_args(Kind))
_BOUNDED = frozenset(["integer", "drugs"])
_DOSE = re.compile(r"\d\s*(mg|µg|mcg|ml|iu|units?)\b|mg/kg", re.IGNORECASE)


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    for name in ASKED:
        asked = sources.get(name, [])
        yield from (f"{name}: {p}" for p in _list(asked, sources))
        for question in asked:
            if name != "intake" and question.get("mark") not in ("V", "M", "D"):
                yield f"{name}: {question.get('field')} carries no mark"
            if not question.get("part"):
                yield f"{name}: {question.get('field')} stands under no heading"
            for pair in (question.get("only_if"), question.get("unless")):
                if pair and pair[0] not in (q.get("field") for q in asked):
                    yield f"{name}: {question['field']} depends on {pair[0]!r}, which is not asked"
    yield from _ratings(sources)


def _list(asked: list[dict[str, Any]], sources: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for question in asked:
        field = str(question.get("field", ""))
        if not field or field in seen:
            yield f"{field or 'a question'} has no field of its own"
        seen.add(field)
        yield from (f"{field} {p}" for p in _one(question, sources))


def _one(question: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    kind = question.get("kind")
    if kind not in KINDS:
        yield f"has the unknown kind {kind!r}"
    if not question.get("ask"):
        yield "asks nothing"
    if _DOSE.search(f"{question.get('ask', '')} {question.get('help', '')}"):
        yield "names a dose"
    for form in set(question.get("forms", ())) - sources["forms"].keys():
        yield f"is asked for {form!r}, which is no form"
    yield from _words(question, sources)
    yield from _range(question)
    if kind == "rows":
        if not question.get("record") or not question.get("columns"):
            yield "says not of which records it is a list"
        yield from (f"has a column that is wrong: {p}" for p in _columns(question, sources))


def _words(question: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    kind, source = question.get("kind"), question.get("choices_from", "")
    for table in (source, question.get("synonyms", "")):
        if table and not sources.get(table):
            yield f"takes its words from {table!r}, which is no table"
    if kind in ("choice", "choices") and not (question.get("choices") or source):
        yield "has no choices"
    if kind in ("flags", "ratings") and not source:
        yield "names no table of its keys"


def _range(question: dict[str, Any]) -> Iterator[str]:
    lo, hi = question.get("lo"), question.get("hi")
    if (lo is None) != (hi is None) or (lo is not None and not lo < hi):
        yield f"has the range {lo} to {hi}"
    if question.get("kind") in _BOUNDED and lo is None:
        yield "has no range"


def _columns(question: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    for column in question.get("columns", ()):
        if column.get("kind") in ("rows", "scores", "flags", "ratings", "drugs"):
            yield f"{column.get('field')} cannot stand in a row"
    yield from _list(question.get("columns", []), sources)


def _ratings(sources: dict[str, Any]) -> Iterator[str]:
    for key, entry in sources.get("diary_ratings", {}).items():
        if not entry.get("ask") or not entry.get("name"):
            yield f"diary_ratings: {key} asks nothing"
        if not entry.get("lo", 1) < entry.get("hi", 0):
            yield f"diary_ratings: {key} has no range"
        if entry.get("worse") not in ("higher", "lower", "neither"):
            yield f"diary_ratings: {key} does not say which end is worse"
        if entry.get("mark") not in ("V", "M", "D"):
            yield f"diary_ratings: {key} carries no mark"
    fields = {q.get("field") for q in sources.get("diary", [])} | {"date", "clock"}
    for key in sources.get("diary_columns", {}):
        if key not in fields:
            yield f"diary_columns: {key} is no column of a diary"
