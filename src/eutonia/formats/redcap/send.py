"""Assessments as rows of a REDCap file."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from eutonia.formats.exchange import number
from eutonia.formats.redcap import numbers
from eutonia.formats.redcap.cells import write
from eutonia.formats.redcap.forms import RECORD, Form, by_name, children, forms, nullable, scale_of
from eutonia.model import Assessment, InvalidRecord, Score, VisitState

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
#: Record of a person without a pseudonym.
UNKNOWN = "unknown"

Row = dict[str, str]


def columns() -> tuple[str, ...]:
    """Return the columns of a file of data, in order."""
    found = [RECORD, INSTRUMENT, INSTANCE]
    for form in forms():
        found += [*form.columns, *(c.none for c in nullable(form)), f"{form.name}_complete"]
    return (*found, *numbers.COLUMNS, f"{numbers.FORM}_complete")


def export_rows(assessments: Sequence[Assessment]) -> str:
    """Return assessments as CSV text that REDCap imports and `import_rows` reads back.

    Raises
    ------
    InvalidRecord
        If one person is there with two histories, or a choice is not one of the form's.
    """
    people: dict[str, list[Assessment]] = defaultdict(list)
    for one in assessments:
        people[one.person.id or UNKNOWN].append(one)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(), restval="", lineterminator="\n")
    writer.writeheader()
    for record, visits in people.items():
        for row in _person_rows(visits):
            writer.writerow({RECORD: record} | row)
    return text.getvalue()


def _person_rows(visits: list[Assessment]) -> Iterator[Row]:
    first = visits[0]
    for other in visits[1:]:
        if (other.history, other.person) != (first.history, first.person):
            raise InvalidRecord(
                f"{first.person.id}: visits {first.visit} and {other.visit} hold different "
                "histories; a REDCap record holds one. Export the newest, or one at a time."
            )
    out = _Out()
    base: Row = {}
    for name, noun in (("person", first.person), ("history", first.history)):
        base |= out.cells(by_name()[name], noun)
    yield base
    out.rows_of(by_name()["history"], first.history, 0)
    for one in visits:
        if one.state != VisitState():
            out.add("visit", one.state, one.visit)
        for examination in one.examinations:
            out.add("examination", examination, one.visit)
        for entry in one.diary:
            out.add("diary", entry, one.visit)
        for finding in one.findings:
            out.put(numbers.FORM, numbers.cells(number(finding.estimate), one.visit))
    yield from out.rows


@dataclass
class _Out:
    """Collects rows, and numbers the instances of each form."""

    rows: list[Row] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def put(self, form: str, cells: Row) -> int:
        """Take in one row and return its number among those of its form."""
        self.counted[form] += 1
        instance = self.counted[form]
        about = {INSTRUMENT: form, INSTANCE: str(instance), f"{form}_complete": "2"}
        self.rows.append(about | cells)
        return instance

    def add(self, name: str, noun: Any, visit: str) -> None:
        """Take in a noun of a visit, with its rows."""
        form = by_name()[name]
        instance = self.put(name, {form.visit: visit} | self.cells(form, noun))
        self.rows_of(form, noun, instance)

    def rows_of(self, form: Form, noun: Any, instance: int) -> None:
        """Take in the rows that stand in a noun."""
        for child in children(form):
            held = getattr(noun, child.field) or ()
            for place, row in enumerate(held, start=1):
                if child.noun is Score and row.scale != scale_of(child):
                    continue
                about = {child.link: str(instance)} if child.link else {}
                about |= {child.place: str(place)} if child.place else {}
                self.put(child.name, about | self.cells(child, row))
        if form.name == "examination":
            named = {scale_of(c) for c in children(form) if c.noun is Score}
            for row in noun.scores:
                if row.scale not in named:
                    raise InvalidRecord(f"The scale {row.scale!r} has no REDCap form.")

    def cells(self, form: Form, noun: Any) -> Row:
        """Return the cells of one form."""
        made = {c: v for s in form.slots for c, v in write(s, getattr(noun, s.shape.name))}
        for child in nullable(form):
            if getattr(noun, child.field) == ():
                made[child.none] = "1"
        return made | {f"{form.name}_complete": "2"}
