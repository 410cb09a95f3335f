"""What the rows of a REDCap file hold."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eutonia.formats.exchange import Number, Received
from eutonia.formats.redcap import numbers
from eutonia.formats.redcap.cells import read, wrong
from eutonia.formats.redcap.forms import (
    RECORD,
    Form,
    by_name,
    children,
    known_columns,
    nullable,
    scale_of,
)
from eutonia.formats.redcap.send import INSTANCE, INSTRUMENT, UNKNOWN, Row, columns
from eutonia.formats.shape import build
from eutonia.model import History, InvalidRecord, Person, Score

#: Columns of REDCap's own that say nothing about the person.
_IGNORED = ("redcap_event_name", "redcap_data_access_group", "redcap_survey_identifier")


def import_rows(text: str) -> tuple[Received, ...]:
    """Return what a REDCap file of data holds, one for each person and visit.

    Raises
    ------
    InvalidRecord
        Names the row, the field, its value and what is allowed.
    """
    people: dict[str, _In] = {}
    for place, row in _rows(text):
        record = row.pop(RECORD)
        people.setdefault(record, _In(record=record)).take(place, row)
    return tuple(received for one in people.values() for received in one.received())


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(header)
        for place, values in enumerate(reader, start=2):
            if not any(values):
                continue
            if len(values) != len(header):
                raise InvalidRecord(
                    f"row {place} has {len(values)} cells; the header has {len(header)}."
                )
            row = {k: v for k, v in zip(header, values, strict=True) if v}
            if not row.get(RECORD):
                raise InvalidRecord(f"row {place}, field {RECORD} is blank; give the pseudonym.")
            yield place, row
    except csv.Error as error:
        raise InvalidRecord(f"The file is not valid CSV ({error}).") from None


def _check_header(header: list[str]) -> None:
    known = {*columns(), *_IGNORED}
    if RECORD not in header:
        raise InvalidRecord(f"The first row lacks {RECORD}: it must hold REDCap's raw field names.")
    for name in header:
        if name not in known:
            raise InvalidRecord(
                f"field {name!r} is not in the data dictionary (`eutonia export --dictionary`)."
            )
        if header.count(name) > 1:
            raise InvalidRecord(f"field {name} stands twice; keep one.")


@dataclass
class _In:
    """What the rows of one record hold so far."""

    record: str
    base: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: dict[str, dict[int, tuple[int, Row]]] = field(default_factory=lambda: defaultdict(dict))
    left: list[str] = field(default_factory=list)

    def take(self, place: int, row: Row) -> None:
        """Take in one row, after a look at whether its cells belong to its form."""
        name = row.pop(INSTRUMENT, "")
        instance = row.pop(INSTANCE, "")
        for ignored in _IGNORED:
            if ignored in row:
                self.left.append(f"row {place}: {ignored} {row.pop(ignored)!r}")
        row = {k: v for k, v in row.items() if not k.endswith("_complete")}
        if name and name not in by_name() and name != numbers.FORM:
            raise InvalidRecord(f"row {place}, field {INSTRUMENT} is {name!r}: no such form.")
        allowed = {name} if name else {"person", "history"}
        owner = known_columns()
        for column, cell in row.items():
            form = owner[column].name if column in owner else numbers.FORM
            if form not in allowed:
                raise InvalidRecord(
                    f"row {place}, field {column} is {cell!r}, but it belongs to the form {form}."
                )
        if not name:
            self._take_base(place, row)
        elif name not in by_name() and name != numbers.FORM:
            raise InvalidRecord(f"row {place}, field {INSTRUMENT} is {name!r}: no such form.")
        elif (
            not instance.isascii() or not instance.isdigit() or int(instance[:9]) in self.held[name]
        ):
            raise InvalidRecord(
                f"row {place}, field {INSTANCE} is {instance!r}; allowed: a number that this form "
                "of this record does not have yet."
            )
        else:
            self.held[name][int(instance)] = (place, row)

    def _take_base(self, place: int, row: Row) -> None:
        if self.base:
            raise InvalidRecord(f"row {place}: record {self.record} has a second row of its own.")
        for name in ("person", "history"):
            self.base[name] = self._values(by_name()[name], place, row)

    def _values(self, form: Form, place: int, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for slot in form.slots:
            try:
                found |= read(slot, row)
            except InvalidRecord as error:
                raise InvalidRecord(f"row {place}, {error}") from None
        for child in nullable(form):
            if row.get(child.none) == "1":
                found[child.field] = []
        return found

    def _built(self, form: Form, place: int, values: Mapping[str, Any]) -> Any:
        return build(form.noun, values, where=f"row {place}, form {form.name}: ")

    def _children(self, form: Form) -> dict[int, dict[str, list[Any]]]:
        """Return the rows of a form's fields by the number of the instance they belong to."""
        found: dict[int, dict[str, list[tuple[int, Any]]]] = defaultdict(lambda: defaultdict(list))
        for child in children(form):
            for instance, (place, row) in self.held[child.name].items():
                values = self._values(child, place, row)
                if child.noun is Score:
                    values["scale"] = scale_of(child)
                of = self._whole(place, row, child.link) if child.link else 0
                if child.link and of not in self.held[form.name]:
                    raise InvalidRecord(
                        f"row {place}, field {child.link} is {of}: there is no such {form.name}."
                    )
                order = self._whole(place, row, child.place) if child.place else instance
                found[of][child.field].append((order, self._built(child, place, values)))
        return {
            of: {
                name: [v for _, v in sorted(rows, key=lambda r: r[0])] for name, rows in by.items()
            }
            for of, by in found.items()
        }

    def _whole(self, place: int, row: Row, column: str) -> int:
        cell = row.get(column, "")
        if not _is_whole(cell):
            raise InvalidRecord(f"row {place}, {wrong(column, cell, 'a whole number')}")
        return int(cell)

    def _nouns(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield visit and noun of every instance of a form, in order."""
        form = by_name()[name]
        rows = self._children(form)
        for instance, (place, row) in sorted(self.held[name].items()):
            values = self._values(form, place, row) | rows.get(instance, {})
            yield row.get(form.visit, ""), self._built(form, place, values)

    def received(self) -> Iterator[Received]:
        """Yield what was received, visit by visit; the history belongs to each."""
        history_form = by_name()["history"]
        values = self.base.get("history", {}) | self._children(history_form).get(0, {})
        history: History = self._built(history_form, 1, values)
        identity = "" if self.record == UNKNOWN else self.record
        person: Person = build(Person, {"id": identity, **self.base.get("person", {})})
        by_visit: dict[str, Received] = {}

        def at(visit: str) -> Received:
            return by_visit.setdefault(visit, Received(person=person, visit=visit, history=history))

        for visit, state in self._nouns("visit"):
            if at(visit).state is not None:
                raise InvalidRecord(f"record {self.record}: visit {visit!r} has two states.")
            by_visit[visit] = replace(at(visit), state=state)
        for visit, one in self._nouns("examination"):
            by_visit[visit] = replace(at(visit), examinations=(*at(visit).examinations, one))
        for visit, entry in self._nouns("diary"):
            by_visit[visit] = replace(at(visit), diary=(*at(visit).diary, entry))
        for visit, made in self._numbers():
            by_visit[visit] = replace(at(visit), numbers=(*at(visit).numbers, made))
        if not by_visit:
            at("")
        for one in by_visit.values():
            yield replace(one, left=tuple(self.left))

    def _numbers(self) -> Iterator[tuple[str, Number]]:
        for _, (place, row) in sorted(self.held[numbers.FORM].items()):
            try:
                yield row.get(numbers.VISIT, ""), numbers.read(row)
            except InvalidRecord as error:
                raise InvalidRecord(f"row {place}, {error}") from None


def _is_whole(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) < 10


def _ordered(rows: list[tuple[int, Any]]) -> list[Any]:
    return [value for _, value in sorted(rows, key=lambda row: row[0])]
