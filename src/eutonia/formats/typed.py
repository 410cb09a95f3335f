"""Answers as a person types them on one line, and shown the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eutonia.formats.answers import check, skipped
from eutonia.formats.questions import Question
from eutonia.model import InvalidRecord

_NOTHING = frozenset(["none", "no", "nothing"])


def from_text(question: Question, text: str) -> Any:
    """Read what a person typed as a plain answer that the parsers take; None where it was skipped.

    Several texts are separated by semicolons, several choices by commas. Records are separated by
    semicolons and their fields by commas: ``CE, severity=2; UR, side=right``. Flags, ratings and
    scores are ``key=value``, separated by semicolons.

    Raises
    ------
    InvalidRecord
        If it is not an answer to this question.
    """
    value = _value(question, text.strip())
    if value is None:
        return None
    checked = check(question, value)
    return value if isinstance(checked, tuple) else checked


def _value(question: Question, text: str) -> Any:
    """Return a typed answer as a file would hold it, unchecked; None where it was skipped."""
    if skipped(question, text):
        return None
    nothing = text.lower() in _NOTHING
    match question.kind:
        case "number" | "integer":
            value: Any = _number(text)
        case "choice" if text.isascii() and text.isdigit():
            value = dict(enumerate(question.choices, start=1)).get(int(text[:9]), text)
        case "choices":
            value = _parts(text, ",")
        case "flags" | "ratings" | "scores":
            value = dict(_pair(question, p) for p in _parts(text, ";"))
        case "texts":
            value = [] if nothing else _parts(text, ";")
        case "drugs":
            value = [] if nothing else [_drug(question, p) for p in _parts(text, ";")]
        case "rows":
            value = [] if nothing else [_row(question, p) for p in _parts(text, ";")]
        case _:
            value = text
    return value


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _number(text: str) -> float | str:
    """Return a number; what is none stays as it is typed, and the check says what is allowed."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _drug(question: Question, text: str) -> Any:
    name, colon, minutes = text.rpartition(":")
    if not colon:
        return text
    known = not skipped(question, minutes)
    number = _number(minutes.replace("min", "").strip()) if known else None
    return {"name": name.strip(), "minutes_since_dose": number}


def _pair(question: Question, text: str) -> tuple[str, Any]:
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise InvalidRecord(
            f"{question.field}: {text[:30]!r} lacks an equals sign; such as: {question.help}"
        )
    return key, value if question.kind == "flags" else _number(value)


def _row(question: Question, text: str) -> dict[str, Any]:
    """Read one record: the first field's answer, then ``field=answer``."""
    columns = {c.field: c for c in question.columns}
    row: dict[str, Any] = {}
    for i, part in enumerate(_parts(text, ",")):
        key, equals, value = (p.strip() for p in part.partition("="))
        if not equals and i:
            raise InvalidRecord(
                f"{question.field}: {part[:30]!r} does not say of which field it is; such as: "
                f"{question.help}"
            )
        field, answer = (key, value) if equals else (question.columns[0].field, part)
        if field in row:
            raise InvalidRecord(f"{question.field}: {field} stands twice; keep one.")
        # A name that does not exist is told by the check.
        row[field] = _cell(columns[field], answer) if field in columns else answer
    return row


def _cell(column: Question, text: str) -> Any:
    return _parts(text, "/") if column.kind == "texts" else _value(column, text)


def in_words(value: Any) -> str:
    """Return a plain answer as a person would type it; ``unknown`` where there is none."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(in_words(v) for v in value) or "none"
    if isinstance(value, Mapping):
        return _mapping_in_words(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _mapping_in_words(value: Mapping[str, Any]) -> str:
    if value.keys() == {"name", "minutes_since_dose"}:
        return f"{value['name']}: {in_words(value['minutes_since_dose'])}"
    if all(isinstance(v, Mapping) for v in value.values()):
        return "; ".join(f"{k} ({in_words(v)})" for k, v in value.items())
    return ", ".join(f"{k}={in_words(v).replace('; ', '/')}" for k, v in value.items())
