"""``eutonia intake``: ask for the state of a visit on the terminal, or take it from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, INTERRUPTED
from eutonia.cli.table import facts, paragraph

if TYPE_CHECKING:
    from eutonia.formats.intake import Question
    from eutonia.model import VisitState

_STOP = frozenset(["stop", "quit", "q"])


@click.command("intake")
@click.argument("visit", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--file",
    "answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the answers from a YAML or JSON file.",
)
@click.option("--show", is_flag=True, help="Show what is known, and ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --show: print as JSON.")
def command(visit: Path, answers: Path | None, show: bool, as_json: bool) -> int:
    """Ask for the state of a VISIT (a folder), and keep it beside the recordings.

    Every question can be skipped; answers that are there are offered again, so that an interrupted
    intake can be continued.
    """
    from eutonia.formats import intake
    from eutonia.read import visit_folder

    folder = visit_folder(visit)
    state = intake.load(folder)
    if show:
        return _show(state, as_json=as_json)
    if answers:
        path = intake.save(intake.load_file(answers), folder)
        click.echo(f"Kept in {path}")
        return DONE
    return _ask_all(state, folder)


def _ask_all(state: VisitState, folder: Path) -> int:
    """Ask every question; what was answered is kept also when it is interrupted."""
    from eutonia.formats import intake
    from eutonia.knowledge import table

    known = intake.to_mapping(state)
    click.echo(paragraph(table("statements")["nobody_is_reading"]))
    click.echo("Enter keeps or skips; unknown removes an answer; ? explains; stop ends.\n")
    code, part = DONE, ""
    try:
        for question in intake.questions():
            if not intake.applies(question, known):
                continue
            if question.part != part:
                part = question.part
                click.secho(f"\n{part}", bold=True)
            if not _ask(question, known):
                break
    except click.Abort:
        code = INTERRUPTED
    path = intake.save(intake.parse(known), folder)
    click.echo(f"\nKept in {path}; run the command again to go on or to change answers.")
    if known.get("safety_reported"):
        click.secho(paragraph(table("statements")["emergency"]), bold=True)
    return code


def _ask(question: Question, known: dict[str, Any]) -> bool:
    """Put one answer into `known`; return False where the person wants to stop."""
    from eutonia.formats.intake import applies, from_text, parse, questions, to_mapping
    from eutonia.model.errors import InvalidRecord

    before = known.get(question.field)
    while True:
        text = _prompt(question, before)
        if text.lower() in _STOP:
            return False
        if text == "?":
            click.echo(paragraph(f"{question.help} Allowed: {question.allowed}.", indent="  "))
            continue
        if not text:
            return True
        try:
            changed = {**known, question.field: from_text(question, text)}
            kept = {
                q.field: changed[q.field]
                for q in questions()
                if q.field in changed and applies(q, changed)  # an answer may end others
            }
            found = to_mapping(parse(kept))
        except InvalidRecord as error:
            click.echo(paragraph(str(error), indent="  "))
            continue
        known.clear()
        known.update(found)
        return True


def _prompt(question: Question, before: Any) -> str:
    choices = ""
    if question.choices:
        offered = (f"{i} {c}" for i, c in enumerate(question.choices, start=1))
        choices = f" ({', '.join(offered if question.kind == 'choice' else question.choices)})"
    kept = f" [{in_words(before)}]" if before is not None else ""
    text: str = click.prompt(f"{question.ask}{choices}{kept}", default="", show_default=False)
    return text.strip()


def _show(state: VisitState, *, as_json: bool) -> int:
    from eutonia.formats.intake import questions, to_mapping

    known = to_mapping(state)
    if as_json:
        click.echo(json.dumps(known, indent=2, ensure_ascii=False))
        return DONE
    pairs = [(q.ask, in_words(known.get(q.field))) for q in questions()]
    click.echo(facts(pairs))
    return DONE


def in_words(value: Any) -> str:
    """Return an answer as a person would type it; ``unknown`` where there is none."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(in_words(v) for v in value) or "none"
    if isinstance(value, dict):
        return f"{value['name']}: {in_words(value['minutes_since_dose'])}"
    return f"{value:g}" if isinstance(value, float) else str(value)
