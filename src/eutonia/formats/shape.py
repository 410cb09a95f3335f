"""The fields of a noun, told from its declaration: one description for every exchange format.

A new field of `Examination`, `History` or `DiaryEntry` thereby enters FHIR and REDCap by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from reprlib import repr as short
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from eutonia.model import InvalidRecord

Kind = Literal["text", "choice", "yes_no", "integer", "number", "texts", "pairs", "row", "rows"]
#: Values of pairs, such as item to entry.
PairValue = Literal["number", "yes_no", "text"]

_SCALARS: Mapping[type, Kind] = {str: "text", bool: "yes_no", int: "integer", float: "number"}
_PAIRS: Mapping[type, PairValue] = {str: "text", bool: "yes_no", float: "number"}
_WORDS: Mapping[Kind, str] = {
    "text": "a text",
    "yes_no": "true or false",
    "integer": "a whole number",
    "number": "a finite number",
    "texts": "a list of texts",
    "pairs": "a list of pairs of a name and a value",
    "row": "an entry",
    "rows": "a list of entries",
}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One field of a noun.

    Parameters
    ----------
    name : str
        Name of the field.
    kind : str
        What it holds.
    choices : tuple of str
        The only values of a choice.
    row : type or None
        Noun of each entry, for ``row`` and ``rows``.
    pair : str
        What a pair's value is.
    may_be_unknown : bool
        Whether None is allowed; for lists, None (not asked) differs from empty (none found).
    required : bool
        Whether the noun cannot be without it.
    default
        Else the value that says nothing.
    """

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    row: type | None = None
    pair: PairValue = "number"
    may_be_unknown: bool = False
    required: bool = False
    default: Any = None

    @property
    def allowed(self) -> str:
        """What may stand there, in words."""
        return ", ".join(self.choices) if self.kind == "choice" else _WORDS[self.kind]


def shapes(noun: type) -> tuple[Shape, ...]:
    """Return the fields of a noun (a dataclass) in the order of its declaration."""
    return _shapes(noun)


@cache
def _shapes(noun: Any) -> tuple[Shape, ...]:
    hints = get_type_hints(noun)
    return tuple(_shape(f.name, hints[f.name], f.default) for f in fields(noun))


def _shape(name: str, hint: Any, default: Any) -> Shape:
    unknown = False
    if get_origin(hint) in (Union, UnionType):
        inner = [a for a in get_args(hint) if a is not NoneType]
        unknown, hint = len(inner) < len(get_args(hint)), inner[0]
    needed = default is MISSING
    common: dict[str, Any] = {"name": name, "may_be_unknown": unknown, "required": needed}
    common["default"] = None if needed else default
    if hint in _SCALARS:
        return Shape(kind=_SCALARS[hint], **common)
    if get_origin(hint) is Literal:
        return Shape(kind="choice", choices=get_args(hint), **common)
    if is_dataclass(hint):
        return Shape(kind="row", row=hint if isinstance(hint, type) else None, **common)
    inside = get_args(hint)[0]
    if inside is str:
        return Shape(kind="texts", **common)
    if is_dataclass(inside) and isinstance(inside, type):
        return Shape(kind="rows", row=inside, **common)
    return Shape(kind="pairs", pair=_PAIRS[get_args(inside)[1]], **common)


def said(noun: Any) -> Iterator[tuple[Shape, Any]]:
    """Yield every field of a noun that says something, with its value."""
    for shape in shapes(type(noun)):
        value = getattr(noun, shape.name)
        if shape.required or value != shape.default:
            yield shape, value


def build(noun: type, values: Mapping[str, Any], *, where: str = "") -> Any:
    """Return a noun from plain values: texts, numbers, lists, pairs, nouns or mappings of rows.

    Parameters
    ----------
    noun : type
        Dataclass of `eutonia.model`.
    values : mapping of str to object
        By field; what is absent keeps its default.
    where : str
        Said before the field in an error.

    Raises
    ------
    InvalidRecord
        If a field does not exist, is missing or holds what it may not; names the field, the value
        and what is allowed.
    """
    known = {s.name: s for s in shapes(noun)}
    for name in values:
        if name not in known:
            raise InvalidRecord(
                f"{where}{name} is not a field of {noun.__name__}; allowed: {', '.join(known)}."
            )
    for name, shape in known.items():
        if shape.required and name not in values:
            raise InvalidRecord(f"{where}{name} is missing; give {shape.allowed}.")
    return noun(**{k: check(known[k], v, where=where) for k, v in values.items()})


def check(shape: Shape, value: Any, *, where: str = "") -> Any:
    """Return a plain value as the noun holds it; see `build` for the errors."""
    if value is None and shape.may_be_unknown:
        return None
    if shape.kind in ("texts", "pairs", "rows"):
        if not isinstance(value, list | tuple):
            raise wrong(shape, value, where=where)
        one = _IN_LISTS[shape.kind]
        return tuple(one(shape, v, where) for v in value)
    if shape.kind == "row":
        return _row(shape, value, where)
    return _scalar(shape.kind, shape, value, where)


def wrong(shape: Shape, value: object, *, where: str = "") -> InvalidRecord:
    """Return the error that names field, value and what is allowed."""
    return InvalidRecord(f"{where}{shape.name} is {short(value)}; allowed: {shape.allowed}.")


def _scalar(kind: str, shape: Shape, value: Any, where: str) -> Any:
    if kind in ("text", "choice"):
        fits = isinstance(value, str) and (kind == "text" or value in shape.choices)
    elif kind == "yes_no":
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and is_finite(value)
        fits = fits and (kind == "number" or value == int(value))
    if not fits:
        raise wrong(shape, value, where=where)
    if kind in ("number", "integer"):
        return float(value) if kind == "number" else int(value)
    return value


def is_finite(value: int | float) -> bool:
    """Whether a number is finite, also as a float."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _text(shape: Shape, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise wrong(shape, value, where=where)
    return value


def _pair(shape: Shape, value: Any, where: str) -> tuple[str, Any]:
    if not (isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str)):
        raise wrong(shape, value, where=where)
    return value[0], _scalar(shape.pair, shape, value[1], f"{where}{value[0]} in ")


def _row(shape: Shape, value: Any, where: str) -> Any:
    if shape.row is None or not isinstance(value, shape.row | Mapping):
        raise wrong(shape, value, where=where)
    if isinstance(value, Mapping):
        return build(shape.row, value, where=f"{where}{shape.name}: ")
    return value


_IN_LISTS: Mapping[str, Callable[[Shape, Any, str], Any]] = {
    "texts": _text,
    "pairs": _pair,
    "rows": _row,
}
