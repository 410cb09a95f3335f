"""``eutonia history``: what lasts from visit to visit, on the terminal or from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from eutonia.cli import DONE, interview


@click.command("history")
@click.argument(
    "person", metavar="PERSON", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--file",
    "answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the answers from a YAML or JSON file.",
)
@click.option("--part", default="", help="Ask only what stands under this heading.")
@click.option("--show", is_flag=True, help="Show what is known, and ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --show: print as JSON.")
def command(person: Path, answers: Path | None, part: str, show: bool, as_json: bool) -> int:
    """Ask for the history of a PERSON (a folder, or one of a visit), and keep it there.

    Onset, family, exposures, tests, treatments and consent: asked once, added to later. Every
    question can be skipped; no names, no doses.
    """
    from eutonia.formats import examination
    from eutonia.formats.questions import questions

    asked = interview.of_part(questions("history"), part)
    if answers:
        path = examination.save_history(examination.load_history_file(answers), person)
        click.echo(f"Kept in {path}")
        return DONE
    known = examination.to_mapping(examination.load_history(person))
    if show and as_json:
        click.echo(json.dumps(known, indent=2, ensure_ascii=False))
    elif show:
        interview.show(asked, known)
    if show:
        return DONE

    def keep(changed: dict[str, Any]) -> dict[str, Any]:
        found = examination.parse_history(changed)
        examination.save_history(found, person)
        return examination.to_mapping(found)

    click.echo(interview.HOW)
    going = interview.Interview(known=known, keep=keep)
    code = interview.run(going, asked)
    path = examination.save_history(examination.parse_history(going.known), person)
    click.echo(f"\nKept in {path}; run the command again to go on or to change answers.")
    return code
