"""The data dictionary of a REDCap project: every form, field, choice, limit and condition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from eutonia.formats.questions import Question
from eutonia.formats.redcap import numbers
from eutonia.formats.redcap.cells import Slot, code
from eutonia.formats.redcap.forms import RECORD, Form, forms, nullable

#: The 18 columns of a data dictionary, as REDCap names them.
COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_NAME, _FORM, _SECTION, _TYPE, _LABEL, _CHOICES, _NOTE, _VALID, _MIN, _MAX, _WHO, _IF, _MUST = (
    COLUMNS[:13]
)
_TYPES = {"number": "text", "integer": "text", "yesno": "yesno", "dropdown": "dropdown"}
_YES_NO = {True: "1", False: "0"}

Row = dict[str, str]


def dictionary() -> str:
    """Return the data dictionary as CSV text, ready for REDCap's upload.

    All forms but ``person`` and ``history`` must be set to repeat (Project setup, repeating
    instruments): `repeating` lists them.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({_NAME: RECORD, _FORM: "person", _TYPE: "text", _LABEL: "Pseudonym"})
    for form in forms():
        writer.writerows(_form_rows(form))
    writer.writerows(numbers.dictionary_rows())
    return text.getvalue()


def repeating() -> tuple[str, ...]:
    """Return the names of the forms that must be set to repeat."""
    return (*(f.name for f in forms() if f.repeats), numbers.FORM)


def _form_rows(form: Form) -> Iterator[Row]:
    about = [
        (form.visit, "Visit", "text", ""),
        (form.link, f"Number (instance) of the {form.parent}", "text", "integer"),
        (form.place, "Place among the scores of the examination", "text", "integer"),
    ]
    for name, label, kind, validation in about:
        if name:
            row = {_NAME: name, _FORM: form.name, _TYPE: kind, _LABEL: label, _VALID: validation}
            yield row | {_MUST: "y"}
    section = ""
    for slot in form.slots:
        part = slot.question.part if slot.question else ""
        for row in _slot_rows(form, slot):
            yield row | ({_SECTION: part} if part and part != section else {})
            section = part or section
    for child in nullable(form):
        yield {_NAME: child.none, _FORM: form.name, _TYPE: "yesno", _LABEL: f"{child.title}: none"}


def _slot_rows(form: Form, slot: Slot) -> Iterator[Row]:
    question = slot.question
    label = question.ask if question else slot.shape.name.replace("_", " ")
    common = {_FORM: form.name, _IF: _branching(form, question)}
    if slot.widget == "pairs":
        words = {c.field: c for c in question.columns} if question else {}
        kind = {"yes_no": "yesno"}.get(slot.shape.pair, "text")
        for column, key in slot.keys:
            row = common | {_NAME: column, _TYPE: kind, _LABEL: words[key].ask}
            yield row | _limits(words[key], "number" if kind == "text" else "")
        note = "One a line: name=value"
        yield common | {_NAME: slot.more, _TYPE: "notes", _LABEL: f"{label}: others", _NOTE: note}
        return
    row = common | {_NAME: slot.name, _LABEL: label, _NOTE: question.help if question else ""}
    if slot.codes:
        row[_CHOICES] = " | ".join(f"{c}, {_label(v, question)}" for c, v in slot.codes)
    if slot.shape.required:
        row[_MUST] = "y"
    if slot.widget in ("text", "notes"):
        row |= _text(slot)
    else:
        row |= {_TYPE: _TYPES.get(slot.widget, slot.widget)}
        validation = slot.widget if slot.widget in ("number", "integer") else ""
        row |= _limits(question, validation)
    yield row


def _text(slot: Slot) -> Row:
    """Return type and check of a text; what anybody may write freely is marked as identifying."""
    question = slot.question
    kind = question.kind if question else ""
    checks = {"moment": "datetime_ymd", "time": "time"}
    if kind == "date" and question is not None and not question.partial:
        checks = {"date": "date_ymd"}
    free = kind in ("text", "texts") and question is not None and not question.choices
    return {
        _TYPE: "notes" if free or slot.widget == "notes" else "text",
        _VALID: checks.get(kind, ""),
        _WHO: "y" if free else "",
    }


def _label(value: str, question: Question | None) -> str:
    if not value:
        return "looked for, none"
    words = question.label(value) if question else value.replace("_", " ")
    return words.replace("|", "/")


def _limits(question: Question | None, validation: str) -> Row:
    if question is None or not validation:
        return {}
    made = {_VALID: validation}
    if question.lo is not None:
        made[_MIN] = f"{question.lo:g}"
    if question.hi is not None:
        made[_MAX] = f"{question.hi:.15g}"
    if question.unit:
        made[_NOTE] = f"{question.help} [{question.unit_words}]".strip()
    return made


def _branching(form: Form, question: Question | None) -> str:
    """Return when a field is shown; what hangs on the form shows also while none is named."""
    if question is None:
        return ""
    rules = []
    for given, sign in ((question.only_if, "="), (question.unless, "<>")):
        if given:
            field, answer = given
            value = _YES_NO[answer] if isinstance(answer, bool) else code(str(answer))
            rules.append(f"[{form.prefix}_{field}] {sign} '{value}'")
    if question.forms and any(s.shape.name == "form" for s in form.slots):
        named = [f"[{form.prefix}_form] = '{one}'" for one in ("", *question.forms)]
        rules.append(f"({' or '.join(named)})")
    return " and ".join(rules)
