"""FHIR R4 QuestionnaireResponses: what was answered, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import repr as short
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from eutonia.formats.exchange import NAMESPACE
from eutonia.formats.fhir.answers import items, read
from eutonia.formats.fhir.questionnaire import asked, noun_of, url
from eutonia.model import DiaryEntry, Examination, History, InvalidRecord, Score, VisitState

Answered = Examination | History | DiaryEntry | VisitState | Score
_NAMES: Mapping[type, str] = {
    VisitState: "intake",
    Examination: "examination",
    History: "history",
    DiaryEntry: "diary",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def name_of(noun: Answered) -> str:
    """Return the name of the questionnaire that a noun answers."""
    return noun.scale if isinstance(noun, Score) else _NAMES[type(noun)]


def identity(*parts: str) -> str:
    """Return the id of what the parts name: always the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "/".join((NAMESPACE, *parts))))


def response(noun: Answered, *, about: str = "", number: int = 1) -> dict[str, Any]:
    """Return what was answered as a FHIR R4 QuestionnaireResponse in plain JSON.

    Parameters
    ----------
    noun
        An examination, history, diary entry, state of a visit, or the score of one scale.
    about : str
        Whose, and of which visit: distinguishes the ids of responses that say the same.
    number : int
        Which of several.
    """
    name = name_of(noun)
    made: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "id": identity(about, name, str(number)),
        "questionnaire": url(name),
        "status": "completed",
    }
    when = getattr(noun, "date", "") or getattr(noun, "time", "")[:10]
    if _DAY.fullmatch(when):
        made["authored"] = when
    found = items(noun, {q.field: q for q in asked(name, licensed=True)})
    return made | ({"item": found} if found else {})


def from_response(given: Mapping[str, Any]) -> Answered:
    """Return what a QuestionnaireResponse to one of our questionnaires holds.

    Raises
    ------
    InvalidRecord
        If it answers another questionnaire, or an item is no question of it or has an answer of
        another kind; names the item, the answer and what is allowed.
    """
    if not isinstance(given, Mapping) or given.get("resourceType") != "QuestionnaireResponse":
        raise InvalidRecord(f"{short(given)} is no FHIR QuestionnaireResponse.")
    name = answered(given)
    where = f"QuestionnaireResponse ({name}): "
    found: Answered = read(noun_of(name), given.get("item", []), where=where)
    if isinstance(found, Score) and found.scale != name:
        raise InvalidRecord(f"{where}scale is {short(found.scale)}; allowed: {name}.")
    return found


def answered(given: Mapping[str, Any]) -> str:
    """Return the name of our questionnaire that a response answers.

    Raises
    ------
    InvalidRecord
        If it is not one of ours.
    """
    address = given.get("questionnaire")
    head = url("")
    name = str(address).removeprefix(head).partition("|")[0]
    if not isinstance(address, str) or not address.startswith(head):
        raise InvalidRecord(
            f"The QuestionnaireResponse answers {short(address)}; Eutonia reads answers to its own "
            "questionnaires only (`eutonia export --questionnaire NAME` writes them)."
        )
    noun_of(name)
    return name
