"""``eutonia erase``: delete everything that a data set holds about one person."""

from __future__ import annotations

from pathlib import Path

import click

from eutonia.cli import DONE, LOSSES, NOTHING
from eutonia.cli.person import show


@click.command("erase")
@click.argument("person", type=click.Path(path_type=Path))
@click.option("--delete", is_flag=True, help="Delete, after the pseudonym was typed once more.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@click.option("--user", "by", default="", help="Your code for the audit log [EUTONIA_USER].")
def command(person: Path, delete: bool, yes: bool, by: str) -> int:
    """Erase a PERSON (its folder, such as study/sub-01) from its data set.

    Without --delete or --yes it only lists what would go: recordings, derivatives, answers, diary,
    rows of participants.tsv, and the pseudonym in the log. What unfinished passes over videos left
    in Eutonia's own folder goes too, of everybody. Afterwards the whole data set is looked
    through again. Links are not followed; backups and copies elsewhere are yours to erase.
    """
    from eutonia.formats import one_person
    from eutonia.tracking import rows

    root, name = one_person.whose(person)
    found = one_person.everything(root, name)
    if found.nothing:
        click.echo(f"{root.name} holds nothing about {name}.")
        return NOTHING
    show(found)
    if not (delete or yes):
        click.echo(f"\nNothing was deleted. To erase it: eutonia erase {person} --delete")
        return DONE
    if not yes:
        typed = click.prompt(f"\nThis cannot be undone. Type {name} to erase it all", default="")
        if typed.strip() != name:
            click.echo("Nothing was deleted.")
            return DONE
    left, problems = one_person.erase(found, by=by)
    rows.forget()
    for problem in problems:
        click.echo(f"not deleted: {problem}", err=True)
    if left.nothing and not (problems or left.unread):
        click.echo(f"\nErased. The pseudonym no longer occurs in {root.name}.")
    else:
        click.echo("\nNot everything could be erased:")
        show(left)
    click.echo("Backups, version control and copies that left before are not reached from here.")
    incomplete = not left.nothing or bool(problems or left.unread or found.links or found.versions)
    return LOSSES if incomplete else DONE
