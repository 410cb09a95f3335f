"""``eutonia intake``: ask for the state of a visit on the terminal, or take it from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, interview
from eutonia.cli.table import paragraph

if TYPE_CHECKING:
    from eutonia.model import VisitState


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

    def keep(known: dict[str, Any]) -> dict[str, Any]:
        asked = {q.field: q for q in intake.questions()}
        # An answer may end others, such as the day of a toxin that the person never had.
        still = {k: v for k, v in known.items() if intake.applies(asked[k], known)}
        found = intake.parse(still)
        intake.save(found, folder)
        return intake.to_mapping(found)

    click.echo(paragraph(table("statements")["nobody_is_reading"]))
    click.echo(interview.HOW)
    going = interview.Interview(known=intake.to_mapping(state), keep=keep)
    code = interview.run(going, intake.questions())
    path = intake.save(intake.parse(going.known), folder)
    click.echo(f"\nKept in {path}; run the command again to go on or to change answers.")
    if going.known.get("safety_reported"):
        click.secho(paragraph(table("statements")["emergency"]), bold=True)
    return code


def _show(state: VisitState, *, as_json: bool) -> int:
    from eutonia.formats.intake import questions, to_mapping

    known = to_mapping(state)
    if as_json:
        click.echo(json.dumps(known, indent=2, ensure_ascii=False))
    else:
        interview.show(questions(), known, everything=True)
    return DONE
