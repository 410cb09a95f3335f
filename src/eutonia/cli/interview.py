"""Questions on the terminal: one line each, every one may be passed over, nothing gets lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, INTERRUPTED
from eutonia.cli.table import facts, paragraph

if TYPE_CHECKING:
    from eutonia.formats.questions import Question

HOW = "Enter keeps or skips; unknown removes an answer; ? explains; stop ends."
_STOP = frozenset(["stop", "quit", "q"])
#: Most choices that stand in the prompt itself.
_SHOWN = 16


@dataclass
class Interview:
    """An interview that goes on.

    Parameters
    ----------
    known : dict
        Plain answers so far.
    keep : callable
        Checks and writes the answers, and returns them as they are kept; raises InvalidRecord.
    heard : callable
        Called with the answers after each one that was kept.
    """

    known: dict[str, Any]
    keep: Callable[[dict[str, Any]], dict[str, Any]]
    heard: Callable[[dict[str, Any]], None] = field(default=lambda _: None)

    def put(self, changes: dict[str, Any]) -> None:
        """Keep changed answers; an answer to a question that no longer applies is dropped."""
        found = self.keep({**self.known, **changes})
        self.known.clear()
        self.known.update(found)
        self.heard(self.known)

    def ask(self, question: Question) -> bool:
        """Ask one question; return False where the person wants to stop."""
        if question.kind in ("flags", "ratings"):
            return all(self.ask_key(question, column) for column in question.columns)
        return ask(
            question,
            self.known.get(question.field),
            lambda answer: self.put({question.field: answer}),
        )

    def ask_key(self, question: Question, column: Question) -> bool:
        """Ask one of the questions behind flags or ratings."""
        before = self.known.get(question.field, {})

        def put(answer: Any) -> None:
            self.put({question.field: {**before, column.field: answer}})

        return ask(column, before.get(column.field), put)


def ask(question: Question, before: Any, put: Callable[[Any], None]) -> bool:
    """Ask until there is an answer that `put` takes, or none; False where the person stops."""
    from eutonia.formats.typed import from_text
    from eutonia.model.errors import InvalidRecord

    while True:
        text = click.prompt(_prompt(question, before), default="", show_default=False).strip()
        if text.lower() in _STOP:
            return False
        if text == "?":
            explain(question)
        elif not text:
            return True
        else:
            try:
                put(from_text(question, text))
            except InvalidRecord as error:
                click.echo(paragraph(str(error), indent="  "))
                continue
            return True


def _prompt(question: Question, before: Any) -> str:
    from eutonia.formats.typed import in_words

    choices = ""
    if 0 < len(question.choices) <= _SHOWN:
        offered = (f"{i} {c}" for i, c in enumerate(question.choices, start=1))
        choices = f" ({', '.join(offered if question.kind == 'choice' else question.choices)})"
    kept = f" [{in_words(before)}]" if before is not None else ""
    return f"{question.ask}{choices}{kept}"


def explain(question: Question) -> None:
    """Print what a question means and what may be answered, also for the fields of a record."""
    click.echo(paragraph(f"{question.help} Allowed: {question.allowed}.".strip(), indent="  "))
    if question.kind in ("choice", "choices") and question.choices_from:
        click.echo(facts([(f"    {c}", question.label(c)) for c in question.choices]))
    if question.kind == "rows":
        click.echo(facts([(f"    {c.field}", f"{c.ask} {c.allowed}") for c in question.columns]))


def run(interview: Interview, asked: Sequence[Callable[[], bool] | Question]) -> int:
    """Ask questions, or call what asks, in order and under their headings; return the exit code."""
    from eutonia.formats.questions import applies

    part = ""
    try:
        for step in asked:
            if callable(step):
                going = step()
            elif not applies(step, interview.known):
                continue
            else:
                if step.part != part:
                    part = step.part
                    click.secho(f"\n{part}", bold=True)
                going = interview.ask(step)
            if not going:
                break
    except click.Abort:
        return INTERRUPTED
    return DONE


def of_part(questions: Sequence[Question], part: str) -> list[Question]:
    """Return the questions under one heading, or all where none is named."""
    from eutonia.knowledge import normalise

    if not part:
        return list(questions)
    chosen = [q for q in questions if normalise(q.part).startswith(normalise(part))]
    if not chosen:
        parts = ", ".join(dict.fromkeys(q.part for q in questions))
        raise click.UsageError(f"There is no part {part!r}; the parts are: {parts}.")
    return chosen


def show(questions: Sequence[Question], known: dict[str, Any], *, everything: bool = False) -> None:
    """Print what is known; with `everything`, also what is not."""
    from eutonia.formats.typed import in_words

    pairs = [(q.ask, in_words(known.get(q.field))) for q in questions]
    shown = [p for p, q in zip(pairs, questions, strict=True) if everything or q.field in known]
    click.echo(facts(shown) or "Nothing is known yet.")
