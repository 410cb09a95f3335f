"""``eutonia person``: everything that a data set holds about one person, shown or handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES, NOTHING

if TYPE_CHECKING:
    from eutonia.formats.one_person import Holdings

_SHOWN = 40


@click.command("person")
@click.argument("person", type=click.Path(path_type=Path))
@click.option(
    "--export",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="Write everything into a zip file with a readable index.",
)
def command(person: Path, out: Path | None) -> int:
    """Show everything that a data set holds about a PERSON (its folder, such as study/sub-01).

    With --export it is handed out as one file: the right of access. The file holds personal data,
    is readable by its owner only, and is not encrypted.
    """
    from eutonia.formats import audit, one_person
    from eutonia.formats.person_archive import archive

    root, name = one_person.whose(person)
    found = one_person.everything(root, name)
    if found.nothing:
        click.echo(f"{root.name} holds nothing about {name}.")
        return NOTHING
    if out is None:
        show(found)
        return DONE
    path = archive(found, out)
    audit.record(root, "export-person", person=name, files=[path])
    click.echo(f"{len(found.files)} files and {sum(n for _, n in found.rows)} rows: {path}")
    click.echo("It is personal data: hand it over safely, and delete this copy afterwards.")
    for file in (*found.mentions, *found.unread):
        click.echo(f"not included, look at it by hand: {file.as_posix()}")
    return LOSSES if found.mentions or found.unread else DONE


def show(found: Holdings) -> None:
    """Print what was found, folders with the number of their files."""
    click.echo(f"{found.person} in {found.root}:")
    for path in found.paths[:_SHOWN]:
        inside = sum(f.is_relative_to(path) for f in found.files)
        click.echo(f"  {path.as_posix()} ({inside} file{'s' * (inside != 1)})")
    if len(found.paths) > _SHOWN:
        click.echo(f"  and {len(found.paths) - _SHOWN} more")
    for table, n in found.rows:
        click.echo(f"  {table.as_posix()}: {n} row{'s' * (n != 1)}")
    if found.log:
        click.echo(f"  audit log: {found.log} lines (the pseudonym is taken out of them)")
    notes = (
        (found.mentions, "mentions the person beside others: change it by hand"),
        (found.unread, "cannot be looked through: look at it by hand"),
        (found.links, "leads out of the data set: what lies there is not touched"),
        (found.versions, "keeps earlier versions of files: erase the person there too"),
    )
    for paths, words in notes:
        for path in paths:
            click.echo(f"  {path.as_posix()}: {words}")
