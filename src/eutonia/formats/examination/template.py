"""A commented file to fill in: the questions of one form of dystonia, all answers empty."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from eutonia.formats.questions import Question, questions
from eutonia.formats.scale_entry import entry_items, entry_totals
from eutonia.knowledge import find, table
from eutonia.model import InvalidRecord

_WIDTH = 96


def battery(form: str) -> tuple[str, ...]:
    """Return the scales that are usually rated for a form, and those rated for everyone.

    Of scales that stand for each other, all are returned; a form that is not named gives those of
    everyone.
    """
    usual = table("batteries")
    own, all_forms = usual.get(form, {}), usual["everyone"]
    either = (s for group in own.get("one_of", ()) for s in group)
    return tuple(dict.fromkeys((*own.get("scales", ()), *either, *all_forms["scales"])))


def template(form: str) -> str:
    """Return a YAML file to fill in for a form, with each question and what may be answered.

    Lines without an answer are read as not known.

    Raises
    ------
    InvalidRecord
        If there is no such form.
    """
    key = find("forms", form)
    if not key:
        raise InvalidRecord(f"form is {form[:40]!r}; allowed: {', '.join(table('forms'))}.")
    lines = [
        f"# Examination for {table('forms')[key]['name']}. Fill in what you know; what stays empty",
        "# counts as not asked. Of a list, take the # away from an entry. No names, no doses.",
    ]
    part = ""
    for question in questions("examination"):
        if not question.asked_for(key):
            continue
        if question.part != part:
            part = question.part
            lines += ["", f"# --- {part}"]
        lines += _entry(question, key)
    return "\n".join(lines) + "\n"


def _entry(question: Question, form: str) -> Iterator[str]:
    yield from _comment(_words(question))
    if question.field == "form":
        yield f"form: {form}"
    elif question.kind in ("flags", "ratings"):
        yield f"{question.field}:"
        for column in question.columns:
            yield f"  {column.field}:  # {column.ask}"
    elif question.kind == "scores":
        yield "scores:"
        for scale in battery(form):
            yield from _scale(scale)
    elif question.kind == "rows":
        for column in question.columns:
            yield from _comment(f"{column.field}: {_words(column)}", "  ")
        yield f"{question.field}:"
        for i, column in enumerate(question.columns):
            yield f"# {' ' if i else '-'} {column.field}:"
    else:
        yield f"{question.field}:"


def _words(question: Question) -> str:
    """Return the question with its help, and what is allowed where that needs saying."""
    ask = question.ask if question.ask.endswith("?") else f"{question.ask}."
    # The examples of a list are those of the terminal, where it stands on one line.
    told = question.help.partition("Such as:")[0] if question.kind == "rows" else question.help
    plain = question.kind in ("flags", "ratings", "scores", "rows", "text", "texts", "yes_no")
    allowed = "" if plain else f"[{question.allowed}]"
    return " ".join(w for w in (ask, told.strip(), allowed) if w)


def _scale(scale: str) -> Iterator[str]:
    """Yield a scale's items, or its totals where the items need a licence."""
    items = entry_items(scale)
    yield f"  {scale}:  # {table('scales')[scale]['name']}"
    part = ""
    for item in items or entry_totals(scale):
        head, _, last = item.id.rpartition(".")
        if head != part:
            part = head
            yield f"    {head}:"
        indent = "      " if head else "    "
        yield f"{indent}{last}:  # {item.label}, {item.allowed}"


def _comment(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"# {mark}", subsequent_indent=f"# {mark}  ")
