"""Answers as items of a FHIR QuestionnaireResponse, and back: one item per field of a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from reprlib import repr as short
from typing import Any

from eutonia.formats.exchange import NAMESPACE
from eutonia.formats.questions import Question
from eutonia.formats.shape import Shape, build, said, shapes
from eutonia.model import InvalidRecord

Item = dict[str, Any]

#: Asked, and nothing found: differs from not asked.
NONE_FOUND = {"system": f"{NAMESPACE}:answer", "code": "none", "display": "looked for, none"}
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_SCALARS = {"yes_no": "valueBoolean", "integer": "valueInteger", "number": "valueDecimal"}
_OTHER = "other"


def items(noun: Any, asked: Mapping[str, Question], path: str = "") -> list[Item]:
    """Return the items of everything that a noun says, in the order of the questions.

    Parameters
    ----------
    noun
        An examination, a history, a diary entry, a score, or a row of one.
    asked : mapping of str to Question
        By field; a field without a question has its own name as text.
    path : str
        Link id of the group around it.
    """
    order = {field: i for i, field in enumerate(asked)}
    fields = sorted(said(noun), key=lambda pair: order.get(pair[0].name, len(order)))
    return [i for shape, value in fields for i in _field(shape, value, asked, path)]


def _field(shape: Shape, value: Any, asked: Mapping[str, Question], path: str) -> Iterator[Item]:
    question = asked.get(shape.name)
    link = f"{path}{shape.name}"
    head: Item = {"linkId": link, "text": question.ask if question else words(shape.name)}
    if value == () and shape.may_be_unknown and shape.kind == "rows":
        # A group takes no answer of its own.
        yield head | {"item": [{"linkId": f"{link}.none", "answer": [{"valueBoolean": True}]}]}
    elif value == () and shape.may_be_unknown:
        yield head | {"answer": [{"valueCoding": NONE_FOUND}]}
    elif shape.kind in ("row", "rows"):
        inner = {q.field: q for q in question.columns} if question else {}
        for row in value if shape.kind == "rows" else (value,):
            yield head | _filled(items(row, inner, f"{link}."))
    elif shape.kind == "pairs":
        columns = {q.field: q for q in question.columns} if question else {}
        yield from _pairs(head, shape, value, columns)
    else:
        many = value if shape.kind == "texts" else (value,)
        answers = [_answer(shape, one, question) for one in many if one != ""]
        if answers:
            yield head | {"answer": answers}


def _filled(inner: list[Item]) -> Item:
    return {"item": inner} if inner else {}


def _pairs(
    head: Item, shape: Shape, pairs: tuple[tuple[str, Any], ...], columns: Mapping[str, Question]
) -> Iterator[Item]:
    """Yield a group with one item per known key, and key and value of any other."""
    link = head["linkId"]
    value_of = {"yes_no": "valueBoolean", "number": "valueDecimal", "text": "valueString"}
    inner: list[Item] = []
    order = {key: i for i, key in enumerate(columns)}
    for key, value in sorted(pairs, key=lambda p: order.get(p[0], len(order))):
        answer = [{value_of[shape.pair]: value}]
        if key in columns:
            text = columns[key].ask
            inner.append({"linkId": f"{link}.{key}", "text": text, "answer": answer})
        else:
            other = f"{link}.{_OTHER}"
            which = {"linkId": f"{other}.key", "answer": [{"valueString": key}]}
            inner.append({"linkId": other, "item": [which, _value(other, answer)]})
    yield head | {"item": inner}


def _value(other: str, answer: list[Item]) -> Item:
    return {"linkId": f"{other}.value", "answer": answer}


def _answer(shape: Shape, value: Any, question: Question | None) -> Item:
    if shape.kind in _SCALARS:
        return {_SCALARS[shape.kind]: value}
    choices = shape.choices or (question.choices if question else ())
    if value in choices:
        return {"valueCoding": coding(shape.name, value, question)}
    if question is not None and question.kind == "date" and _DATE.fullmatch(value):
        return {"valueDate": value}
    return {"valueString": value}


def coding(field: str, value: str, question: Question | None) -> Item:
    """Return a choice as a code of our own, with its words."""
    display = question.label(value) if question else words(value)
    return {"system": f"{NAMESPACE}:{field}", "code": value, "display": display}


def words(name: str) -> str:
    """Return the name of a field in words."""
    return name.replace("_", " ")


# --- back ---------------------------------------------------------------------------------------


def read(noun: type, given: Any, *, where: str = "", path: str = "") -> Any:
    """Return the noun that items hold.

    Raises
    ------
    InvalidRecord
        If an item is no question of this noun, or its answer is none; says which.
    """
    return build(noun, values(noun, given, where=where, path=path), where=where)


def values(noun: type, given: Any, *, where: str, path: str = "") -> dict[str, Any]:
    """Return the plain values that items hold, by field; see `read`."""
    known = {s.name: s for s in shapes(noun)}
    found: dict[str, Any] = {}
    for item in _listed(given, where, "item"):
        link = item.get("linkId")
        name = link.removeprefix(path) if isinstance(link, str) else ""
        if name not in known or link != path + name:
            raise InvalidRecord(
                f"{where}linkId {short(link)} is no question of {noun.__name__}; allowed: "
                f"{', '.join(path + k for k in known)}."
            )
        _take(found, known[name], item, where)
    return found


def _take(found: dict[str, Any], shape: Shape, item: Item, where: str) -> None:
    """Put what one item holds into what was found."""
    link = item["linkId"]
    if shape.kind == "row" or (shape.kind == "rows" and "answer" not in item):
        if shape.row is None:
            raise InvalidRecord(f"{where}{link} cannot be read.")
        inner = _listed(item.get("item", []), where, "item")
        if shape.may_be_unknown and [i.get("linkId") for i in inner] == [f"{link}.none"]:
            found.setdefault(shape.name, [])
            return
        one = values(shape.row, inner, where=where, path=f"{link}.")
        if shape.kind == "row":
            found[shape.name] = one
        else:
            found.setdefault(shape.name, []).append(one)
    elif shape.kind == "pairs" and "answer" not in item:
        found.setdefault(shape.name, []).extend(_read_pairs(item, where))
    else:
        given = [
            _plain(a, f"{where}{link}") for a in _listed(item.get("answer", []), where, "answer")
        ]
        if shape.kind == "texts":
            found[shape.name] = [] if given == [None] else [*found.get(shape.name, []), *given]
        elif shape.kind in ("rows", "pairs"):
            raise InvalidRecord(f"{where}{link} is a group; it takes items, no answer.")
        elif len(given) > 1 or shape.name in found:
            raise InvalidRecord(f"{where}{link} has several answers; it takes one.")
        elif given:
            found[shape.name] = given[0]


def _read_pairs(item: Item, where: str) -> Iterator[tuple[Any, Any]]:
    link = item["linkId"]
    for inner in _listed(item.get("item", []), where, "item"):
        key = str(inner.get("linkId", "")).removeprefix(f"{link}.")
        if key == _OTHER:
            parts = {
                str(i.get("linkId", "")).rpartition(".")[2]: _one(i, where)
                for i in _listed(inner.get("item", []), where, "item")
            }
            yield parts.get("key"), parts.get("value")
        else:
            yield key, _one(inner, where)


def _one(item: Item, where: str) -> Any:
    answers = _listed(item.get("answer", []), where, "answer")
    if len(answers) != 1:
        raise InvalidRecord(
            f"{where}{item.get('linkId')} has {len(answers)} answers; it takes one."
        )
    return _plain(answers[0], f"{where}{item.get('linkId')}")


def _plain(answer: Item, where: str) -> Any:
    """Return the value of one answer; None for "looked for, none"."""
    for key in ("valueString", "valueDate", "valueDateTime", "valueTime"):
        if key in answer:
            return answer[key]
    for key in ("valueBoolean", "valueInteger", "valueDecimal"):
        if key in answer:
            return answer[key]
    held = answer.get("valueCoding")
    if isinstance(held, dict):
        if held.get("system") == NONE_FOUND["system"] and held.get("code") == NONE_FOUND["code"]:
            return None
        return held.get("code")
    quantity = answer.get("valueQuantity")
    if isinstance(quantity, dict):
        return quantity.get("value")
    raise InvalidRecord(f"{where} has the answer {short(answer)}, which Eutonia cannot read.")


def _listed(given: Any, where: str, what: str) -> list[Item]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InvalidRecord(f"{where}{what} is {short(given)}; allowed: a list of objects.")
    return given
