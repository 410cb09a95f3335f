"""FHIR R4 Questionnaires: the same questions as in the files, the terminal and REDCap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eutonia import __version__
from eutonia.formats.exchange import NAMESPACE
from eutonia.formats.fhir.answers import NONE_FOUND, Item, coding, words
from eutonia.formats.questions import NOUNS, Question, questions
from eutonia.formats.scale_questions import scale_questions
from eutonia.formats.shape import Shape, shapes
from eutonia.formats.ucum import ucum
from eutonia.knowledge import table
from eutonia.model import Score, UnknownName

UCUM = "http://unitsofmeasure.org"
_CORE = "http://hl7.org/fhir/StructureDefinition"
_TYPES: Mapping[str, str] = {
    "text": "string",
    "texts": "string",
    "choice": "choice",
    "yes_no": "boolean",
    "integer": "integer",
    "number": "decimal",
}
_TITLES = {
    "intake": "State of a visit",
    "examination": "Examination",
    "history": "History",
    "diary": "Diary entry",
}


def url(name: str) -> str:
    """Return the canonical address of a questionnaire."""
    return f"{NAMESPACE}:questionnaire:{name}"


def noun_of(name: str) -> type:
    """Return what the answers to a questionnaire become.

    Raises
    ------
    UnknownName
        If there is no such questionnaire; lists those that are.
    """
    if name in NOUNS:
        return NOUNS[name]
    if name in names():
        return Score
    raise UnknownName(
        f"There is no questionnaire {name!r}; there are: {', '.join(names())}. A scale that is not "
        "implemented has none."
    )


def names() -> tuple[str, ...]:
    """Return the names of all questionnaires: four of ours, and one for each scale."""
    scales = (k for k, scale in table("scales").items() if scale["status"] != "unknown")
    return (*NOUNS, *scales)


def asked(name: str, *, licensed: bool = False) -> tuple[Question, ...]:
    """Return the questions behind a questionnaire; see `questionnaire`."""
    if name in NOUNS:
        return questions(name)
    noun_of(name)
    return scale_questions(name, licensed=licensed)


def questionnaire(name: str, *, licensed: bool = False) -> dict[str, Any]:
    """Return a FHIR R4 Questionnaire as plain JSON.

    Parameters
    ----------
    name : str
        ``intake``, ``examination``, ``history``, ``diary``, or a scale of ``knowledge/scales``.
    licensed : bool
        Whether the data set confirms the permission for a scale that needs one; without it only
        its totals can be entered.

    Raises
    ------
    UnknownName
        If there is no such questionnaire.
    """
    noun = noun_of(name)
    found = {q.field: q for q in asked(name, licensed=licensed)}
    return {
        "resourceType": "Questionnaire",
        "url": url(name),
        "version": __version__,
        "name": f"Eutonia{name.title().replace('_', '')}",
        "title": _TITLES.get(name) or table("scales")[name]["name"],
        "status": "active",
        "subjectType": ["Patient"],
        "publisher": "Eutonia",
        "description": table("statements")["intended_use"],
        "copyright": _copyright(name),
        "item": _items(noun, found, ""),
    }


def _copyright(name: str) -> str:
    if name in NOUNS:
        return "The wording of the questions is Eutonia's own."
    status = table("scales")[name]["status"]
    rest = {
        "permission": " Its items may be shown only with the owner's permission.",
        "score_only": " The published items are not reproduced.",
    }
    return "All labels are Eutonia's own words, not the published text." + rest.get(status, "")


def _items(noun: type, found: Mapping[str, Question], path: str) -> list[Item]:
    """Return the items of a noun in the order of its questions; nothing is left out."""
    order = {field: i for i, field in enumerate(found)}
    known = sorted(shapes(noun), key=lambda s: order.get(s.name, len(order)))
    return [_item(shape, found.get(shape.name), path) for shape in known]


def _item(shape: Shape, question: Question | None, path: str) -> Item:
    link = f"{path}{shape.name}"
    made: Item = {"linkId": link, "text": question.ask if question else words(shape.name)}
    if shape.required:
        made["required"] = True
    made |= _condition(question, path)
    if shape.kind in ("row", "rows") and shape.row is not None:
        columns = {q.field: q for q in question.columns} if question else {}
        inner = _items(shape.row, columns, f"{link}.")
        if shape.may_be_unknown:
            inner.append({"linkId": f"{link}.none", "text": "none", "type": "boolean"})
        return made | {"type": "group", "repeats": shape.kind == "rows", "item": inner}
    if shape.kind == "pairs":
        return made | {"type": "group", "item": _keys(shape, question, link)}
    return made | _answerable(shape, question)


def _condition(question: Question | None, path: str) -> Item:
    """Return when the item is asked, where that hangs on another answer."""
    for given, operator in (
        (question and question.only_if, "="),
        (question and question.unless, "!="),
    ):
        if given:
            field, answer = given
            value: Item = {"answerBoolean": answer}
            if not isinstance(answer, bool):
                system = f"{NAMESPACE}:{field}"
                value = {"answerCoding": {"system": system, "code": str(answer)}}
            return {"enableWhen": [{"question": f"{path}{field}", "operator": operator} | value]}
    return {}


def _answerable(shape: Shape, question: Question | None) -> Item:
    """Return type, repeats, options, unit and limits of an item that takes answers."""
    many = shape.kind == "texts"
    choices = shape.choices or (question.choices if question else ())
    kind = _TYPES[shape.kind]
    options = [{"valueCoding": coding(shape.name, c, question)} for c in choices]
    if shape.may_be_unknown and many:
        options.append({"valueCoding": NONE_FOUND})
    if options:
        closed = shape.kind == "choice" or (question is not None and question.kind == "choice")
        kind = "choice" if closed else "open-choice"
    elif question is not None and question.kind == "date":
        kind = "date"
    made: Item = {"type": kind, "repeats": True} if many else {"type": kind}
    extensions = _limits(question, kind) if question else []
    if extensions:
        made["extension"] = extensions
    if options:
        made["answerOption"] = options
    return made


def _limits(question: Question, kind: str) -> list[Item]:
    found: list[Item] = []
    value = {"integer": "valueInteger", "decimal": "valueDecimal"}.get(kind)
    if value:
        for name, limit in (("minValue", question.lo), ("maxValue", question.hi)):
            if limit is not None:
                number = int(limit) if kind == "integer" else limit
                found.append({"url": f"{_CORE}/{name}", value: number})
        if question.unit:
            unit = {"system": UCUM, "code": ucum(question.unit), "display": question.unit_words}
            found.append({"url": f"{_CORE}/questionnaire-unit", "valueCoding": unit})
    return found


def _keys(shape: Shape, question: Question | None, link: str) -> list[Item]:
    """Return one item per known key, and a repeating group for any other."""
    kind: Any = {"number": "number", "yes_no": "yes_no", "text": "text"}[shape.pair]
    value = Shape(name="value", kind=kind)
    made = [
        {"linkId": f"{link}.{column.field}", "text": column.ask} | _answerable(value, column)
        for column in (question.columns if question else ())
    ]
    inner = [
        {"linkId": f"{link}.other.key", "text": "which", "type": "string"},
        {"linkId": f"{link}.other.value", "text": "value", "type": _TYPES[kind]},
    ]
    other = {"linkId": f"{link}.other", "text": "other", "type": "group", "repeats": True}
    return [*made, other | {"item": inner}]
