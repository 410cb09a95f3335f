"""What counts as an answer to each question; everything else is refused with what is allowed."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from reprlib import repr as short
from typing import Any

from eutonia import model
from eutonia.formats._scores import check_scores
from eutonia.formats.questions import (
    MAX_TEXT,
    NOUNS,
    Question,
    applies,
    by_field,
    conditional,
    why_not,
)
from eutonia.knowledge import normalise
from eutonia.knowledge.rules.questions import Asked
from eutonia.model import Drug, InvalidRecord

#: Most rows, texts or choices in one answer.
MAX_MANY = 1_000
_SKIPPED = frozenset(["", "skip", "unknown", "?", "n/a"])
_NOTHING = frozenset(["none", "nothing"])
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False}
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PARTIAL = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]+([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"
    r"([+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
#: A number before a unit of dose: in the name of a drug any, elsewhere what cannot be else.
_AMOUNT = re.compile(r"\d\s*(mg|µg|μg|mcg|ug|ml|g|iu|u|units?|mu|ie|e)\b", re.IGNORECASE)
_DOSE = re.compile(
    r"\d\s*((?i:mg|µg|μg|mcg|ug|iu|units?|einheiten|unités|unidades)|U|IE)\b(?!\s*/\s*d?[lL]\b)"
)
_DOSE_KEY = re.compile(r"(^|_)(dose|doses|dosage|units|mg|mcg|amount)(_|$)")
_NAME_KEY = re.compile(
    r"(^|_)(name|surname|firstname|lastname|birthday|birthdate|birth_date|date_of_birth|dob"
    r"|address|email|phone)(_|$)"
)


def parse(name: Asked, mapping: Mapping[str, Any]) -> Any:
    """Check the answers to one table of questions and return them as its noun.

    Parameters
    ----------
    name : {'intake', 'examination', 'history', 'diary'}
        Which questions.
    mapping : mapping of str to object
        Field to answer. An answer that is None, empty, ``unknown`` or ``skip`` counts as not known.

    Raises
    ------
    InvalidRecord
        If a field does not exist, an answer is outside its range, two answers contradict each
        other, or a dose or a name is given; says the field, the value and what is allowed.
    """
    if not isinstance(mapping, Mapping):
        kind = "diary entry" if name == "diary" else name
        raise InvalidRecord(
            f"The {kind} must be a mapping of field to answer, not {short(mapping)}."
        )
    asked = by_field(name)
    answers = _record(asked, mapping, "")
    for question in conditional(name):
        if question.field in answers and not applies(question, answers):
            field, why = question.field, why_not(question)
            raise InvalidRecord(f"{field} is given, but {why}; change one of them.")
    return NOUNS[name](**answers)


def _record(asked: Mapping[str, Question], mapping: Mapping[Any, Any], at: str) -> dict[str, Any]:
    """Return the checked answers of one record; `at` is the path to it, empty for the whole."""
    answers: dict[str, Any] = {}
    for key, value in mapping.items():
        question = asked.get(key) if isinstance(key, str) else None
        if question is None:
            raise InvalidRecord((f"{at}: " if at else "") + no_such_field(key, list(asked)))
        if not skipped(question, value):
            answers[key] = _CHECKS[question.kind](question, value, f"{at}.{key}" if at else key)
    if missing := [f for f, q in asked.items() if q.required and f not in answers]:
        where = f"{at}.{missing[0]}" if at else missing[0]
        raise InvalidRecord(f"{where} is missing; allowed: {asked[missing[0]].allowed}.")
    return answers


def no_such_field(key: object, known: list[str]) -> str:
    """Return why a field is refused: a dose, a name, or a slip of the pen."""
    word = str(key).lower() if isinstance(key, str) else ""
    if _DOSE_KEY.search(word):
        return f"{short(key)} is not stored: Eutonia keeps no dose. Leave the field out."
    if _NAME_KEY.search(word):
        return f"{short(key)} is not stored: a visit carries a pseudonym only. Leave the field out."
    near = get_close_matches(word, known, n=2) or known[:24]
    return f"There is no field {short(key)}; did you mean {' or '.join(near)}?"


def skipped(question: Question, value: object) -> bool:
    """Return whether nothing is known; a choice may have ``unknown`` as a level of its own."""
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    word = value.strip().lower()
    return word in _SKIPPED and word not in question.choices


def check(question: Question, value: Any, at: str = "") -> Any:
    """Return the value of an answer as its noun holds it.

    Parameters
    ----------
    question : Question
        What was asked.
    value : object
        The answer, as a file holds it.
    at : str
        The path to it, for the message, such as ``regions[2].side`` (counted from 1).

    Raises
    ------
    InvalidRecord
        If it is not an answer to this question.
    """
    return _CHECKS[question.kind](question, value, at or question.field)


def _wrong(question: Question, value: object, at: str) -> InvalidRecord:
    return InvalidRecord(f"{at} is {short(value)}; allowed: {question.allowed}.")


# --- one value ----------------------------------------------------------------------------------


def _yes_no(question: Question, value: object, at: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES_NO:
        return _YES_NO[value.strip().lower()]
    raise _wrong(question, value, at)


def _number(question: Question, value: object, at: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise _wrong(question, value, at)
    whole = question.kind == "integer"
    low, high = question.lo, question.hi
    if (
        (whole and value != int(value))
        or (low is not None and value < low)
        or (high is not None and value > high)
    ):
        raise _wrong(question, value, at)
    return int(value) if whole else float(value)


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _choice(question: Question, value: object, at: str) -> str:
    if not isinstance(value, str):
        raise _wrong(question, value, at)
    found = _word(question, value)
    if not found:
        near = get_close_matches(normalise(value), question.words, n=1, cutoff=0.75)
        hint = f" Did you mean {question.words[near[0]]}?" if near else ""
        raise InvalidRecord(f"{_wrong(question, value, at)}{hint}")
    return found


def _word(question: Question, text: str) -> str:
    """Return what a word stands for, empty where it is none of the question's."""
    words = question.words
    return words.get(text) or words.get(normalise(text), "")


def _time(question: Question, value: object, at: str) -> str:
    if not (isinstance(value, str) and _TIME.fullmatch(value.strip())):
        raise _wrong(question, value, at)
    return value.strip().zfill(5)


def _date(question: Question, value: object, at: str) -> str:
    if isinstance(value, str) or _short(value):
        text = str(value).strip()
        if question.partial and _PARTIAL.fullmatch(text):
            return text
        if _DATE.fullmatch(text) and _on_calendar(text):
            return text
    raise _wrong(question, value, at)


def _on_calendar(text: str) -> bool:
    try:
        return 1900 <= datetime.date.fromisoformat(text).year < 2100
    except ValueError:
        return False


def _moment(question: Question, value: object, at: str) -> str:
    found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not _on_calendar(found[1]):
        raise _wrong(question, value, at)
    # An offset says which zone the local time is of; the local time is what counts here.
    return f"{found[1]}T{found[2].zfill(2)}:{found[3]}" if found[2] else found[1]


def _text(question: Question, value: object, at: str) -> str:
    if _short(value):
        value = str(value)  # such as a rater who is called 3
    # Printable also keeps out halves of characters, which no file can hold.
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise _wrong(question, value, at)
    text = value.strip()
    if not text.isprintable() and not re.sub(r"[\n\t]", " ", text).isprintable():
        raise _wrong(question, value, at)
    if not question.measured and (_AMOUNT if question.drug else _DOSE).search(text):
        raise InvalidRecord(f"{at} is {short(value)}: Eutonia keeps no dose. Leave it out.")
    return (_word(question, text) or text) if question.choices else text


def _short(value: object) -> bool:
    """Return whether it is a whole number that a person may have meant as text: a year, a code."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15


# --- several values -----------------------------------------------------------------------------

_Check = Callable[[Question, Any, str], Any]


def _several(check_one: _Check, *, counted: bool = True) -> _Check:
    def check_all(question: Question, value: Any, at: str) -> tuple[Any, ...]:
        many = _many(question, value, at)
        listed = counted and isinstance(value, list | tuple)
        found = (
            check_one(question, v, f"{at}[{i}]" if listed else at)
            for i, v in enumerate(many, start=1)
        )
        return tuple(dict.fromkeys(found))

    return check_all


def _many(question: Question, value: Any, at: str) -> list[Any] | tuple[Any, ...]:
    """Return an answer as a list; ``none`` is an empty one."""
    many = value if isinstance(value, list | tuple) else [value]
    if len(many) > MAX_MANY:
        raise InvalidRecord(f"{at} has {len(many)} entries; allowed: at most {MAX_MANY}.")
    if all(
        isinstance(v, str) and v.strip().lower() in _NOTHING and v not in question.choices
        for v in many
    ):
        return []
    return many


def _drug(question: Question, value: object, at: str) -> Drug:
    if isinstance(value, str):
        return Drug(name=_text(question, value, at))
    if not isinstance(value, Mapping):
        raise _wrong(question, value, at)
    for key in value:
        if key not in ("name", "minutes_since_dose"):
            raise InvalidRecord(f"{at}: {no_such_field(key, ['name', 'minutes_since_dose'])}")
    minutes = value.get("minutes_since_dose")
    known = not skipped(question, minutes)
    return Drug(
        name=_text(question, value.get("name"), at),
        minutes_since_dose=float(_number(question, minutes, at)) if known else None,
    )


def _pairs(question: Question, value: object, at: str) -> tuple[tuple[str, Any], ...]:
    """Return the answers by key; a key without an answer is left out, never counted as no."""
    if not isinstance(value, Mapping):
        raise _wrong(question, value, at)
    columns = question.column
    found: dict[str, Any] = {}
    for word, answer in value.items():
        key = _word(question, word) if isinstance(word, str) else ""
        if not key:
            raise InvalidRecord(f"{at}: {no_such_field(word, list(columns))}")
        if key in found:
            raise InvalidRecord(f"{at}.{key} stands twice; keep one.")
        if not skipped(columns[key], answer):
            found[key] = check(columns[key], answer, f"{at}.{key}")
    return tuple(found.items())


def _rows(question: Question, value: Any, at: str) -> tuple[Any, ...]:
    record = getattr(model, question.record)
    first = question.columns[0].field
    rows = []
    for i, row in enumerate(_many(question, value, at), start=1):
        where = f"{at}[{i}]"
        if isinstance(row, list | tuple):
            raise _wrong(question, row, where)
        mapping = row if isinstance(row, Mapping) else {first: row}
        rows.append(record(**_record(question.column, mapping, where)))
    return tuple(rows)


_CHECKS: Mapping[str, _Check] = {
    "yes_no": _yes_no,
    "number": _number,
    "integer": _number,
    "choice": _choice,
    "choices": _several(_choice),
    "text": _text,
    "texts": _several(_text),
    "time": _time,
    "date": _date,
    "moment": _moment,
    "drugs": _several(_drug, counted=False),
    "flags": _pairs,
    "ratings": _pairs,
    "scores": lambda _, value, at: check_scores(value, at),
    "rows": _rows,
}
