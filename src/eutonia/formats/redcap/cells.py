"""Values of a noun's field as cells of a REDCap file, and back; exact both ways."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eutonia.formats.questions import Question
from eutonia.formats.shape import Shape
from eutonia.model import InvalidRecord

#: How a field is asked in REDCap.
Widget = Literal["text", "notes", "number", "integer", "yesno", "dropdown", "checkbox", "pairs"]

#: Stands for an empty list where that differs from not asked.
NONE_FOUND = "none_found"
_CODE = re.compile(r"[^a-z0-9]+")
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "=": "\\e"}
_PLAIN = {v[1]: k for k, v in _ESCAPED.items()}
_LONGEST_WHOLE = 1e15
#: Date and time as Eutonia and as REDCap write them.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field of a noun in a REDCap form.

    Parameters
    ----------
    name : str
        REDCap's name of the field; unique in the whole project.
    shape : Shape
        The noun's field.
    widget : str
        How it is asked.
    codes : tuple of (str, str)
        Code to value, for a dropdown and checkboxes.
    keys : tuple of (str, str)
        Name of the column to key, for pairs; any other key goes to `more`.
    question : Question or None
        With words, limits and unit.
    """

    name: str
    shape: Shape
    widget: Widget
    codes: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    question: Question | None = None

    @property
    def more(self) -> str:
        """Name of the column for pairs with another key."""
        return f"{self.name}_more"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a file of data, in order."""
        if self.widget == "checkbox":
            return tuple(f"{self.name}___{code}" for code, _ in self.codes)
        if self.widget == "pairs":
            return (*(column for column, _ in self.keys), self.more)
        return (self.name,)


def code(value: str) -> str:
    """Return the REDCap code of a choice: lower case, digits and underscores."""
    return _CODE.sub("_", value.lower()).strip("_") or "x"


def codes(values: Sequence[str], *, none_found: bool = False) -> tuple[tuple[str, str], ...]:
    """Return a code for each value; equal ones get a number."""
    made: dict[str, str] = {NONE_FOUND: ""} if none_found else {}
    for value in values:
        base = made_code = code(value)
        number = 2
        while made_code in made:
            made_code, number = f"{base}_{number}", number + 1
        made[made_code] = value
    return tuple(made.items())


# --- to cells -----------------------------------------------------------------------------------


def write(slot: Slot, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the cells of one value, by column; nothing where it says nothing.

    Raises
    ------
    InvalidRecord
        If a choice is not one that the form has.
    """
    if value == slot.shape.default and not slot.shape.required:
        return
    if slot.widget == "checkbox":
        yield from _checks(slot, value)
    elif slot.widget == "pairs":
        known = {key: column for column, key in slot.keys}
        other = [(k, v) for k, v in value if k not in known]
        yield from ((known[k], _cell(v)) for k, v in value if k in known)
        if other:
            yield slot.more, "\n".join(f"{_escaped(k)}={_escaped(_cell(v))}" for k, v in other)
    elif slot.shape.kind == "texts":
        yield slot.name, "\n".join(map(_escaped, value)) if value else NONE_FOUND
    elif slot.widget == "dropdown":
        by_value = {v: c for c, v in slot.codes}
        if value not in by_value:
            raise _not_a_choice(slot, value)
        yield slot.name, by_value[value]
    elif slot.question is not None and slot.question.kind == "moment":
        yield slot.name, _MOMENT.sub(r"\1 \2", value)
    else:
        yield slot.name, _cell(value)


def _checks(slot: Slot, value: Sequence[str]) -> Iterator[tuple[str, str]]:
    known = {v for _, v in slot.codes}
    for one in value:
        if one not in known or not one:
            raise _not_a_choice(slot, one)
    for made, one in slot.codes:
        checked = one in value if one else not value
        yield f"{slot.name}___{made}", "1" if checked else "0"


def _not_a_choice(slot: Slot, value: object) -> InvalidRecord:
    allowed = ", ".join(v for _, v in slot.codes if v)
    return InvalidRecord(
        f"{slot.shape.name} is {value!r}, which the form {slot.name} does not offer; allowed: "
        f"{allowed}."
    )


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        minus_zero = value == 0 and math.copysign(1, value) < 0
        whole = value.is_integer() and abs(value) < _LONGEST_WHOLE and not minus_zero
        return str(int(value)) if whole else repr(value)
    return str(value)


def _escaped(text: str) -> str:
    made = "".join(_ESCAPED.get(c, c) for c in text)
    return f"\\-{made}" if text == NONE_FOUND else made


# --- from cells ---------------------------------------------------------------------------------


def read(slot: Slot, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the field's value under its name, or nothing where its cells are blank.

    Raises
    ------
    InvalidRecord
        Names the column, the cell and what is allowed.
    """
    given = {c: cells[c] for c in slot.columns if cells.get(c, "") != ""}
    if not given:
        return {}
    if slot.widget == "checkbox":
        found: Any = _read_checks(slot, given)
        return {} if found is None else {slot.shape.name: found}
    if slot.widget == "pairs":
        return {slot.shape.name: list(_read_pairs(slot, given))}
    text = given[slot.name]
    if slot.shape.kind == "texts":
        found = [] if text == NONE_FOUND else [_unescaped(t, slot.name) for t in text.split("\n")]
    elif slot.widget == "dropdown":
        by_code = dict(slot.codes)
        if text not in by_code:
            raise wrong(slot.name, text, ", ".join(by_code))
        found = by_code[text]
    elif slot.question is not None and slot.question.kind == "moment":
        found = _MOMENT.sub(r"\1T\2", text)
    else:
        found = _SCALARS[slot.shape.kind](slot.name, text)
    return {slot.shape.name: found}


def wrong(column: str, cell: str, allowed: str) -> InvalidRecord:
    """Return the error that names column, cell and what is allowed."""
    shown = cell if len(cell) <= 60 else cell[:57] + "…"
    return InvalidRecord(f"field {column} is {shown!r}; allowed: {allowed}.")


def _read_checks(slot: Slot, given: Mapping[str, str]) -> list[str] | None:
    checked = [
        value
        for column, (_, value) in zip(slot.columns, slot.codes, strict=True)
        if column in given and _yes_no(column, given[column])
    ]
    if "" in checked and len(checked) > 1:
        raise InvalidRecord(f"field {slot.name} is both {NONE_FOUND} and something else.")
    if not checked:
        return None
    return [value for value in checked if value]


def _read_pairs(slot: Slot, given: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    take = _SCALARS[{"number": "number", "yes_no": "yes_no", "text": "text"}[slot.shape.pair]]
    for column, key in slot.keys:
        if column in given:
            yield key, take(column, given[column])
    for line in given.get(slot.more, "").split("\n") if slot.more in given else ():
        key, equal, value = line.partition("=")
        if not equal:
            raise wrong(slot.more, line, "lines of name=value")
        yield _unescaped(key, slot.more), take(slot.more, _unescaped(value, slot.more))


def _unescaped(text: str, column: str) -> str:
    made, escaped = [], False
    for i, c in enumerate(text):
        if escaped:
            if c not in _PLAIN and not (c == "-" and i == 1):
                raise wrong(column, text, "a backslash only before one of \\ n r e")
            made.append(_PLAIN.get(c, ""))
            escaped = False
        elif c == "\\":
            escaped = True
        else:
            made.append(c)
    if escaped:
        raise wrong(column, text, "no backslash at the end of a line")
    return "".join(made)


def _yes_no(column: str, cell: str) -> bool:
    if cell not in ("0", "1"):
        raise wrong(column, cell, "1 (yes) or 0 (no)")
    return cell == "1"


def _number(column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise wrong(column, cell, "a finite number, with a point")
    return value


def _integer(column: str, cell: str) -> int:
    value = _number(column, cell)
    if not value.is_integer():
        raise wrong(column, cell, "a whole number")
    return int(value)


def _text(_: str, cell: str) -> str:
    return cell


_SCALARS: Mapping[str, Callable[[str, str], Any]] = {
    "text": _text,
    "choice": _text,
    "yes_no": _yes_no,
    "number": _number,
    "integer": _integer,
}
