"""The questions of the intake, and what counts as an answer to each."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from reprlib import repr as short
from typing import Any

from eutonia.knowledge import find, table
from eutonia.model import Drug, InvalidRecord

MAX_TEXT = 2_000
_SKIPPED = frozenset(["", "skip", "unknown", "?"])
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False}
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_DOSE = re.compile(r"\d\s*(mg|µg|μg|mcg|ug|ml|g|iu|u|units?|mu|ie|e)\b", re.IGNORECASE)
_DOSE_KEY = re.compile(r"(^|_)(dose|dosage|units|mg|mcg|amount|strength)(_|$)")
_NAME_KEY = re.compile(
    r"(^|_)(name|surname|firstname|lastname|birth\w*|dob|address|email|phone)(_|$)"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the intake.

    Parameters
    ----------
    field : str
        Field of `VisitState` that the answer goes to.
    ask, help : str
        The question, and what the answer means.
    kind : str
        ``yes_no``, ``choice``, ``choices``, ``number``, ``integer``, ``text``, ``texts``, ``time``
        or ``drugs``.
    part : str
        Heading under which it is asked.
    choices : tuple of str
        The only answers of a choice; suggestions for a text.
    lo, hi : float or None
        Allowed range of a number.
    unit : str
        Its unit.
    """

    field: str
    ask: str
    kind: str
    part: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    lo: float | None = None
    hi: float | None = None
    unit: str = ""

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        span = f"{self.lo:g} to {self.hi:g}" if self.lo is not None and self.hi is not None else ""
        words = {
            "yes_no": "yes or no",
            "choice": ", ".join(self.choices),
            "choices": f"any of {', '.join(self.choices)}",
            "number": f"{span} {self.unit}".strip(),
            "integer": f"a whole number, {span}",
            "text": f"text of at most {MAX_TEXT} characters",
            "texts": f"a list of texts of at most {MAX_TEXT} characters",
            "time": "hours and minutes, such as 10:15",
            "drugs": f"a list of name and minutes_since_dose ({span}); no dose",
        }
        return words[self.kind]


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions in the order in which they are asked."""
    asked = [Question(**{**q, "choices": tuple(q.get("choices", ()))}) for q in _definitions()]
    return tuple(asked)


def _definitions() -> list[dict[str, Any]]:
    forms = tuple(table("forms"))
    return [{**q, "choices": forms} if q["field"] == "form" else dict(q) for q in table("intake")]


def applies(question: Question, answers: Mapping[str, Any]) -> bool:
    """Return whether a question makes sense beside the answers that were given so far."""
    if question.field in ("toxin_product", "toxin_day", "toxin_cycle"):
        return answers.get("toxin_never") is not True
    if question.field == "stimulator_minutes":
        return answers.get("stimulator") != "none"
    if question.field == "safety_reported":
        return answers.get("safety_asked") is True
    return True


def no_such_field(key: object, known: list[str]) -> str:
    """Return why a field is refused: a dose, a name, or a slip of the pen."""
    word = str(key).lower() if isinstance(key, str) else ""
    if _DOSE_KEY.search(word):
        return f"{short(key)} is not stored: Eutonia keeps no dose. Leave the field out."
    if _NAME_KEY.search(word):
        return f"{short(key)} is not stored: a visit carries a pseudonym only. Leave the field out."
    near = get_close_matches(word, known, n=2) or known
    return f"There is no field {short(key)}; did you mean {' or '.join(near)}?"


def skipped(question: Question, value: object) -> bool:
    """Return whether nothing is known; a choice may have ``unknown`` as a level of its own."""
    if value is None:
        return True
    return (
        isinstance(value, str)
        and value.strip().lower() in _SKIPPED
        and value.strip().lower() not in question.choices
    )


def _wrong(question: Question, value: object) -> InvalidRecord:
    return InvalidRecord(f"{question.field} is {short(value)}; allowed: {question.allowed}.")


def check(question: Question, value: Any) -> Any:
    """Return the value of an answer as `VisitState` holds it.

    Raises
    ------
    InvalidRecord
        If it is not an answer to this question.
    """
    return _CHECKS[question.kind](question, value)


def _yes_no(question: Question, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES_NO:
        return _YES_NO[value.strip().lower()]
    raise _wrong(question, value)


def _number(question: Question, value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise _wrong(question, value)
    if question.kind == "integer" and value != int(value):
        raise _wrong(question, value)
    low, high = question.lo, question.hi
    if (low is not None and value < low) or (high is not None and value > high):
        raise _wrong(question, value)
    return int(value) if question.kind == "integer" else float(value)


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _choice(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(question, value)
    word = value.strip().lower()
    if question.field == "form":
        word = find("forms", value)
    elif question.field == "affected_side":
        word = find("sides", value) or word
    if word not in question.choices:
        raise _wrong(question, value)
    return word


def _several(check_one: Callable[[Question, Any], Any]) -> Callable[[Question, Any], Any]:
    def check_all(question: Question, value: Any) -> tuple[Any, ...]:
        many = value if isinstance(value, list | tuple) else [value]
        if [v.strip().lower() for v in many if isinstance(v, str)] in (["none"], ["nothing"]):
            return ()
        return tuple(dict.fromkeys(check_one(question, v) for v in many))

    return check_all


def _time(question: Question, value: object) -> str:
    if not (isinstance(value, str) and _TIME.fullmatch(value.strip())):
        raise _wrong(question, value)
    return value.strip().zfill(5)


def _text(question: Question, value: object) -> str:
    # Printable also keeps out halves of characters, which no file can hold.
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise _wrong(question, value)
    if not re.sub(r"[\n\t]", " ", value).isprintable():
        raise _wrong(question, value)
    if question.field in ("toxin_product", "drugs") and _DOSE.search(value):
        raise InvalidRecord(
            f"{question.field} is {short(value)}: Eutonia keeps no dose. Give the product only."
        )
    return value.strip()


def _drug(question: Question, value: object) -> Drug:
    if isinstance(value, str):
        return Drug(name=_text(question, value))
    if not isinstance(value, Mapping):
        raise _wrong(question, value)
    for key in value:
        if key not in ("name", "minutes_since_dose"):
            raise InvalidRecord("drugs: " + no_such_field(key, ["name", "minutes_since_dose"]))
    minutes = value.get("minutes_since_dose")
    known = not skipped(question, minutes)
    return Drug(
        name=_text(question, value.get("name")),
        minutes_since_dose=float(_number(question, minutes)) if known else None,
    )


_CHECKS: Mapping[str, Callable[[Question, Any], Any]] = {
    "yes_no": _yes_no,
    "number": _number,
    "integer": _number,
    "choice": _choice,
    "choices": _several(_choice),
    "text": _text,
    "texts": _several(_text),
    "time": _time,
    "drugs": _several(_drug),
}


# --- answers typed by a person ------------------------------------------------------------------


def from_text(question: Question, text: str) -> Any:
    """Read what a person typed as a plain answer that `parse` takes; None where it was skipped.

    Raises
    ------
    InvalidRecord
        If it is not an answer to this question.
    """
    text = text.strip()
    if skipped(question, text):
        return None
    value: Any = text
    if question.kind in ("number", "integer"):
        value = _typed_number(question, text)
    elif question.kind == "choice" and text.isascii() and text.isdigit():
        value = dict(enumerate(question.choices, start=1)).get(int(text[:9]), text)
    elif question.kind == "choices":
        value = [part.strip() for part in text.split(",") if part.strip()]
    elif question.kind in ("texts", "drugs"):
        parts = [part.strip() for part in text.split(";") if part.strip()]
        none = text.lower() in ("none", "no", "nothing")
        value = [] if none else [_typed_drug(question, p) for p in parts]
    checked = check(question, value)
    return value if isinstance(checked, tuple) else checked


def _typed_number(question: Question, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise _wrong(question, text) from None


def _typed_drug(question: Question, text: str) -> Any:
    name, colon, minutes = text.rpartition(":")
    if question.kind != "drugs" or not colon:
        return text
    known = minutes.strip().lower() not in _SKIPPED
    number = _typed_number(question, minutes.replace("min", "")) if known else None
    return {"name": name.strip(), "minutes_since_dose": number}
