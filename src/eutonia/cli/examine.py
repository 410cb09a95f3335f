"""``eutonia examine``: what one rater sees and scores at a visit, asked or from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, interview
from eutonia.cli.scales import ask_scales
from eutonia.cli.table import paragraph

if TYPE_CHECKING:
    from eutonia.formats.questions import Question
    from eutonia.model import Examination

#: From this level of the Dystonia Severity Action Plan on, and at any answer to the item of a
#: questionnaire that asks about ending one's life, the emergency words stand on the screen.
_DSAP = 4
_ITEM = ("PHQ9", "item_9")


@click.command("examine")
@click.argument(
    "visit", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--file",
    "answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the answers from a YAML or JSON file.",
)
@click.option("--rater", default="", help="Code of the examiner, no name.")
@click.option("--part", default="", help="Ask only what stands under this heading.")
@click.option("--show", is_flag=True, help="Show what is known, and ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --show: print as JSON.")
@click.option("--template", "form", default="", help="Print a file to fill in for this FORM.")
def command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    visit: Path | None,
    answers: Path | None,
    rater: str,
    part: str,
    show: bool,
    as_json: bool,
    form: str,
) -> int:
    """Ask what one rater sees at a VISIT (a folder), and keep it beside the recordings.

    Danger signs come first. Every question can be skipped; answers that are there are offered
    again. Several raters give several files.
    """
    from eutonia.formats import examination
    from eutonia.read import visit_folder

    if form:
        click.echo(examination.template(form), nl=False)
        return DONE
    if visit is None:
        raise click.UsageError("Missing argument 'VISIT'.")
    folder = visit_folder(visit)
    if show:
        return _show(folder, rater=rater, as_json=as_json)
    if answers:
        found = examination.load_examination(answers, folder=folder)
        if rater and rater != found.rater:
            raise click.UsageError(f"{answers.name} is of rater {found.rater}, not {rater}.")
        click.echo(f"Kept in {examination.save_examination(found, folder)}")
        _Watch()(examination.to_mapping(found))
        return DONE
    return _ask_all(folder, rater=rater, part=part)


def _ask_all(folder: Path, *, rater: str, part: str) -> int:
    """Ask every question; each answer is on disk before the next question."""
    from eutonia.formats import examination
    from eutonia.formats.questions import questions
    from eutonia.knowledge import table

    asked = interview.of_part(questions("examination"), part)
    click.echo(paragraph(table("statements")["nobody_is_reading"]))
    click.echo(interview.HOW)
    start = _of_rater(folder, rater)
    path = examination.examination_file(folder, start["rater"])

    def keep(known: dict[str, Any]) -> dict[str, Any]:
        # Who examined is settled; an examination of somebody else is a file of its own.
        found = examination.parse_examination({**known, "rater": start["rater"]}, folder=folder)
        examination.save_examination(found, folder)
        return examination.to_mapping(found)

    going = interview.Interview(known=dict(start), keep=keep, heard=_Watch(start))
    code = interview.run(going, _steps(going, asked, folder))
    going.put({})
    click.echo(f"\nKept in {path}; run the command again to go on or to change answers.")
    return code


def _of_rater(folder: Path, rater: str) -> dict[str, Any]:
    """Return what one rater has entered so far; without a code, of the only rater there is."""
    from eutonia.formats import examination
    from eutonia.formats.answers import check
    from eutonia.formats.questions import by_field

    known = {e.rater: examination.to_mapping(e) for e in examination.load_examinations(folder)}
    if not rater and len(known) > 1:
        raise click.UsageError(f"Several raters examined: {', '.join(known)}; name one: --rater.")
    question = by_field("examination")["rater"]
    given = rater or next(iter(known), "")
    while not given:
        given = click.prompt(f"{question.ask}. {question.help}").strip()
    who = str(check(question, given))
    same = next((k for k in known if k.casefold() == who.casefold()), "")
    return known[same] if same else {"rater": who}


def _steps(
    going: interview.Interview, asked: list[Question], folder: Path
) -> list[Callable[[], bool] | Question]:
    """Return what is asked: danger always first, then the parts that the form needs."""
    from eutonia.formats import intake
    from eutonia.formats.questions import by_field
    from eutonia.model.errors import EutoniaError

    try:
        named = intake.load(folder).form
    except EutoniaError:  # said where the intake is read
        named = ""
    danger = by_field("examination")["danger"]
    steps: list[Callable[[], bool] | Question] = []
    if danger in asked or not going.known.get("danger"):
        steps.append(lambda: _ask_danger(going, danger))
    for question in asked:
        if question.kind == "scores":
            steps.append(lambda: ask_scales(going, str(going.known.get("form", named)), folder))
        elif question.forms:
            steps.append(partial(_if_asked, going, question, named))
        elif question.field not in ("danger", "rater"):
            steps.append(question)
    return steps


def _if_asked(going: interview.Interview, question: Question, named: str) -> bool:
    wanted = question.asked_for(str(going.known.get("form", named)))
    return going.ask(question) if wanted else True


def _ask_danger(going: interview.Interview, danger: Question) -> bool:
    """Ask the short list of danger signs, and the others where the examiner wants to."""
    from eutonia.knowledge import table

    click.secho(f"\n{danger.ask}", bold=True)
    core = [c for c in danger.columns if table("danger_signs")[c.field].get("core")]
    if not all(going.ask_key(danger, column) for column in core):
        return False
    rest = [c for c in danger.columns if c not in core]
    more = click.prompt(f"Ask the other {len(rest)} signs too? (yes/no)", default="no")
    if more.strip().lower() not in ("yes", "y"):
        return True
    return all(going.ask_key(danger, column) for column in rest)


class _Watch:
    """Says what to do as soon as an answer tells of danger, once for each such answer."""

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self.told = self.signs(known or {})

    def __call__(self, known: dict[str, Any]) -> None:
        from eutonia.knowledge import table

        signs = self.signs(known)
        if signs - self.told:
            words = table("statements")
            click.secho(paragraph(words["emergency"]), bold=True)
            click.echo(paragraph(words["nobody_is_reading"]))
        self.told |= signs

    @staticmethod
    def signs(known: dict[str, Any]) -> set[str]:
        """Return the answers that tell of danger."""
        found = {sign for sign, there in known.get("danger", {}).items() if there}
        if known.get("dsap", 0) >= _DSAP:
            found.add("dsap")
        scores = known.get("scores", {})
        entries = [scores.get(_ITEM[0], {})] if isinstance(scores, dict) else scores
        if any(e.get("items", {}).get(_ITEM[1]) for e in entries):
            found.add(_ITEM[0])
        return found


def _show(folder: Path, *, rater: str, as_json: bool) -> int:
    from eutonia.formats import examination
    from eutonia.formats.questions import questions

    found: list[Examination] = [
        e for e in examination.load_examinations(folder) if not rater or e.rater == rater
    ]
    known = [examination.to_mapping(e) for e in found]
    if as_json:
        click.echo(json.dumps(known, indent=2, ensure_ascii=False))
        return DONE
    for one in known:
        click.secho(f"Rater {one['rater']}", bold=True)
        interview.show(questions("examination"), one)
    if not known:
        click.echo("Nobody has examined yet: eutonia examine VISIT asks.")
    return DONE
