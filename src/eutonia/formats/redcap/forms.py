"""The forms (instruments) of a REDCap project, made from the nouns and their questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from eutonia.formats.questions import NOUNS, Question, by_field
from eutonia.formats.redcap.cells import Slot, Widget, code, codes
from eutonia.formats.scale_questions import scale_questions
from eutonia.formats.shape import Shape, shapes
from eutonia.knowledge import table
from eutonia.model import DiaryEntry, Examination, History, Person, Score, VisitState

RECORD = "record_id"
_SHORT: Mapping[type, str] = {VisitState: "in", Examination: "ex", History: "hx", DiaryEntry: "di"}
#: Form of each noun; those that do not repeat belong to the person.
_FORMS: Mapping[type, str] = {
    VisitState: "visit",
    Examination: "examination",
    History: "history",
    DiaryEntry: "diary",
}
_ONCE = frozenset(["person", "history"])
_WIDGETS: Mapping[str, Widget] = {
    "text": "text",
    "texts": "notes",
    "choice": "dropdown",
    "yes_no": "yesno",
    "integer": "integer",
    "number": "number",
    "pairs": "pairs",
}


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of the project.

    Parameters
    ----------
    name, title : str
    noun : type
        What one filled-in form becomes.
    slots : tuple of Slot
        Its fields.
    repeats : bool
        Whether a record may hold several.
    parent : str
        Form that it belongs to; then `link` is the field with the number of the parent's instance.
        A form of the person's own has none.
    field : str
        Field of the parent's noun that its rows fill.
    visit : str
        Field with the visit's id, for what belongs to a visit; else empty.
    """

    name: str
    title: str
    noun: type
    slots: tuple[Slot, ...]
    repeats: bool = True
    parent: str = ""
    field: str = ""
    prefix: str = ""
    visit: str = ""

    @property
    def link(self) -> str:
        """Field with the number of the parent's instance."""
        return f"{self.prefix}_of" if self.parent and self.parent not in _ONCE else ""

    @property
    def place(self) -> str:
        """Field with the place among the parent's rows; only where several forms fill them."""
        return f"{self.prefix}_place" if self.noun is Score else ""

    @property
    def none(self) -> str:
        """Field of the parent that says that there is no row (and that this was asked)."""
        return f"{self.prefix}_none"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a file of data, in order."""
        own = (c for slot in self.slots for c in slot.columns)
        return (*(c for c in (self.visit, self.link, self.place) if c), *own)


@cache
def forms() -> tuple[Form, ...]:
    """Return all forms in the order of the dictionary."""
    person = tuple(_slot(s, None, "pe") for s in shapes(Person) if s.name != "id")
    found = [Form(name="person", title="Person", noun=Person, slots=person, repeats=False)]
    for name in ("history", "intake", "examination", "diary"):
        found += _noun_forms(NOUNS[name], by_field(name))
    return tuple(found)


@cache
def by_name() -> Mapping[str, Form]:
    """Return the forms by their names."""
    return {form.name: form for form in forms()}


def children(form: Form) -> Iterator[Form]:
    """Yield the forms whose rows fill a form's fields."""
    return (f for f in forms() if f.parent == form.name)


def nullable(form: Form) -> Iterator[Form]:
    """Yield the children whose absence may mean "asked, and none"."""
    parent = {s.name: s for s in shapes(form.noun)}
    return (f for f in children(form) if parent[f.field].may_be_unknown)


def _noun_forms(noun: type, questions: Mapping[str, Question]) -> Iterator[Form]:
    prefix, name = _SHORT[noun], _FORMS[noun]
    order = {field: i for i, field in enumerate(questions)}
    known = sorted(shapes(noun), key=lambda s: order.get(s.name, len(order)))
    repeats = name not in _ONCE
    yield Form(
        name=name,
        title=name.title(),
        noun=noun,
        slots=tuple(_slot(s, questions.get(s.name), prefix) for s in known if s.row is None),
        repeats=repeats,
        prefix=prefix,
        visit=f"{prefix}_visit" if repeats else "",
    )
    for shape in known:
        if shape.row is Score:
            yield from _scale_forms(name, shape)
        elif shape.row is not None:
            question = questions.get(shape.name)
            columns = {q.field: q for q in question.columns} if question else {}
            inner = f"{prefix}_{shape.name}"
            yield Form(
                name=inner,
                title=question.ask if question else shape.name.replace("_", " "),
                noun=shape.row,
                slots=tuple(_slot(s, columns.get(s.name), inner) for s in shapes(shape.row)),
                parent=name,
                field=shape.name,
                prefix=inner,
            )


def _scale_forms(parent: str, shape: Shape) -> Iterator[Form]:
    """Yield one form per scale; items of a scale that needs permission have no fields of theirs."""
    for key, scale in table("scales").items():
        if scale["status"] == "unknown":
            continue
        prefix = f"sc_{code(key)}"
        questions = {q.field: q for q in scale_questions(key)}
        known = [s for s in shapes(Score) if s.name != "scale"]
        yield Form(
            name=f"score_{code(key)}",
            title=scale["name"],
            noun=Score,
            slots=tuple(_slot(s, questions.get(s.name), prefix) for s in known),
            parent=parent,
            field=shape.name,
            prefix=prefix,
        )


def scale_of(form: Form) -> str:
    """Return the scale whose form it is."""
    return _scales()[form.name]


@cache
def _scales() -> Mapping[str, str]:
    return {f"score_{code(key)}": key for key in table("scales")}


def _slot(shape: Shape, question: Question | None, prefix: str) -> Slot:
    name = f"{prefix}_{shape.name}"
    widget = _WIDGETS[shape.kind]
    choices = shape.choices
    if question is not None and question.kind in ("choice", "choices") and question.choices:
        choices = question.choices
        widget = "checkbox" if shape.kind == "texts" else "dropdown"
    elif question is not None and question.kind == "choices":
        widget = "notes"
    keys = tuple((f"{name}_{code(q.field)}", q.field) for q in question.columns) if question else ()
    none = shape.may_be_unknown and widget == "checkbox"
    return Slot(
        name=name,
        shape=shape,
        widget=widget,
        codes=codes(choices, none_found=none) if choices else (),
        keys=keys if widget == "pairs" else (),
        question=question,
    )


@cache
def known_columns() -> Mapping[str, Form]:
    """Return every column of data with the form that it belongs to."""
    found = {column: form for form in forms() for column in form.columns}
    for form in forms():
        found |= {child.none: form for child in nullable(form)}
    return found
