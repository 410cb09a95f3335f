"""The questions of intake, examination, history and diary: one definition for every way in.

They are data (``knowledge/intake.yaml``, ``examination.yaml``, ``history.yaml``, ``diary.yaml``).
A file written by hand, the terminal, the web, the FHIR Questionnaire and the REDCap dictionary all
come from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from eutonia import model
from eutonia.knowledge import normalise, table
from eutonia.knowledge.rules.questions import Asked, Kind
from eutonia.model import DiaryEntry, Examination, History, Mark, VisitState

MAX_TEXT = 2_000
#: Most choices that a message lists.
_LISTED = 24

#: What the answers to each set of questions become.
NOUNS: Mapping[str, type] = {
    "intake": VisitState,
    "examination": Examination,
    "history": History,
    "diary": DiaryEntry,
}
#: UCUM units in words.
UNIT_WORDS = {
    "a": "years",
    "mo": "months",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "deg": "degrees",
    "/s": "per second",
    "lx": "lux",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    Parameters
    ----------
    field : str
        Field of the noun that the answer goes to; of a flag or rating: its key.
    ask, help : str
        The question, and what the answer means.
    kind : str
        ``yes_no``, ``choice``, ``choices`` (several), ``number``, ``integer``, ``text``, ``texts``,
        ``time`` (of day), ``date``, ``moment`` (date and time), ``drugs``, ``flags`` (sign to yes
        or no), ``ratings`` (key to number), ``scores`` (scale to items or totals), ``rows`` (a list
        of records).
    part : str
        Heading under which it is asked.
    choices : tuple of str
        The only answers of a choice; suggestions for a text.
    choices_from : str
        Table whose keys the choices are.
    synonyms : str
        Table through which other words for the choices are understood; `choices_from` is by itself.
    lo, hi : float or None
        Allowed range of a number.
    unit : str
        Its unit in UCUM.
    partial : bool
        Of a date: a year or a month is enough.
    drug, measured : bool
        The text names a drug, so that any amount in it is refused; or it holds values that were
        measured, so that none is.
    only_if, unless : (str, value) or None
        Asked only if, or not if, another field has this answer.
    forms : tuple of str
        Asked only for these forms of dystonia; empty: for all. An answer is never refused for it.
    required : bool
        Whether there is no record without it.
    record : str
        Of rows: the dataclass in `eutonia.model` that each becomes.
    columns : tuple of Question
        Of rows: the questions of one record. Of flags and ratings: one for each key.
    mark : str
        How far the question was checked.
    """

    field: str
    ask: str
    kind: Kind
    part: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    synonyms: str = ""
    lo: float | None = None
    hi: float | None = None
    unit: str = ""
    partial: bool = False
    drug: bool = False
    measured: bool = False
    only_if: tuple[str, Any] | None = None
    unless: tuple[str, Any] | None = None
    forms: tuple[str, ...] = ()
    required: bool = False
    record: str = ""
    columns: tuple[Question, ...] = ()
    mark: Mark = "D"

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Every word for the choices, or for the keys of flags and ratings, to what it stands for.

        As it stands, and normalised (`eutonia.knowledge.normalise`).
        """
        choices = self.choices or tuple(c.field for c in self.columns)
        source = self.choices_from or self.synonyms
        found = {c: c for c in choices}
        for choice in choices:
            found.setdefault(normalise(choice), choice)
        for key, entry in (table(source) if source and self.kind != "rows" else {}).items():
            named = isinstance(entry, dict)
            many = (entry.get("name", key), *entry.get("synonyms", ())) if named else entry
            for word in many if key in choices else ():
                found.setdefault(normalise(word), key)
        return found

    @cached_property
    def column(self) -> Mapping[str, Question]:
        """The columns by their field."""
        return {c.field: c for c in self.columns}

    @property
    def unit_words(self) -> str:
        """The unit in words."""
        return UNIT_WORDS.get(self.unit, self.unit)

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        span = f"{self.lo:g} to {self.hi:g}" if self.lo is not None and self.hi is not None else ""
        if self.kind in ("choice", "choices"):
            return ("any of " if self.kind == "choices" else "") + _listed(self.choices)
        keys = _listed(c.field for c in self.columns)
        words: dict[str, str] = {
            "yes_no": "yes or no",
            "number": f"{span} {self.unit_words}".strip() or "a number",
            "integer": f"a whole number, {span}",
            "text": f"text of at most {MAX_TEXT} characters",
            "texts": f"a list of texts of at most {MAX_TEXT} characters",
            "time": "hours and minutes, such as 10:15",
            "date": "a date such as 2026-03-01" + (", 2026-03 or 2026" if self.partial else ""),
            "moment": "date and local time, such as 2026-03-01 21:30",
            "drugs": f"a list of name and minutes_since_dose ({span}); no dose",
            "flags": f"yes or no for each of {keys}",
            "ratings": f"a number for any of {keys}",
            "scores": "for each scale its items or its total",
            "rows": f"a list of records with {keys}",
        }
        return words[self.kind]

    def label(self, choice: str) -> str:
        """Return a choice in words: its name in the table, else the choice itself."""
        entry = table(self.choices_from).get(choice) if self.choices_from else None
        name = entry.get("name") or entry.get("title", "") if isinstance(entry, dict) else ""
        return str(name) or choice.replace("_", " ")

    def asked_for(self, form: str) -> bool:
        """Return whether it is asked for a form of dystonia; without a form, all are asked."""
        return not self.forms or not form or form in self.forms


def _listed(words: Any) -> str:
    every = list(words)
    more = f" … ({len(every)} in all)" if len(every) > _LISTED else ""
    return ", ".join(every[:_LISTED]) + more


@cache
def questions(name: Asked) -> tuple[Question, ...]:
    """Return the questions of one table in the order in which they are asked.

    Parameters
    ----------
    name : {'intake', 'examination', 'history', 'diary'}
        They become `VisitState`, `Examination`, `History` and `DiaryEntry`.
    """
    return tuple(_question(entry, NOUNS[name]) for entry in table(name))


@cache
def by_field(name: Asked) -> Mapping[str, Question]:
    """Return the questions of one table by their field."""
    return {q.field: q for q in questions(name)}


@cache
def conditional(name: Asked) -> tuple[Question, ...]:
    """Return the questions that hang on the answer to another."""
    return tuple(q for q in questions(name) if q.only_if or q.unless)


def _question(entry: Mapping[str, Any], noun: type) -> Question:
    given = dict(entry)
    kind, source = given["kind"], given.get("choices_from", "")
    needed = {f.name for f in dataclasses.fields(noun) if _has_no_default(f)}
    if kind in ("flags", "ratings"):
        one: Kind = "yes_no" if kind == "flags" else "number"
        given["columns"] = tuple(_keyed(key, e, one) for key, e in table(source).items())
    elif kind == "rows":
        record = getattr(model, given["record"])
        given["columns"] = tuple(_question(column, record) for column in given["columns"])
    elif source:
        given["choices"] = tuple(table(source))
    for many in ("choices", "forms", "only_if", "unless"):
        if many in given:
            given[many] = tuple(given[many])
    return Question(**given, required=given["field"] in needed)


def _keyed(key: str, entry: Mapping[str, Any], kind: Kind) -> Question:
    """Return the question behind one key of a table of signs or ratings."""
    return Question(
        field=key,
        kind=kind,
        ask=entry.get("ask") or entry["name"],
        help=entry.get("help", ""),
        lo=entry.get("lo"),
        hi=entry.get("hi"),
        unit=entry.get("unit", ""),
        mark=entry.get("mark", "D"),
    )


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def applies(question: Question, answers: Mapping[str, Any]) -> bool:
    """Return whether a question makes sense beside the answers that were given so far."""

    def given(pair: tuple[str, Any]) -> bool:
        field, answer = pair
        return field in answers and bool(answers[field] == answer)

    if question.unless is not None and given(question.unless):
        return False
    return question.only_if is None or given(question.only_if)


def why_not(question: Question) -> str:
    """Return why a question does not apply, such as ``toxin_never is yes``."""
    field, answer = question.unless or question.only_if or ("", None)
    words = ("yes" if answer else "no") if isinstance(answer, bool) else answer
    return f"{field} is {'' if question.unless else 'not '}{words}"
