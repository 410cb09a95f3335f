"""``eutonia import``: answers from FHIR, a phenopacket or REDCap into a visit."""

from __future__ import annotations

from pathlib import Path

import click

from eutonia.cli import DONE, LOSSES, NOTHING
from eutonia.cli.table import paragraph


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("visit", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rater", default="", help="Whose scores they are, where the file does not say.")
@click.option("--replace", "over", is_flag=True, help="Let it take the place of what is there.")
@click.option("--any-person", is_flag=True, help="Take a file that carries another pseudonym.")
def command(file: Path, visit: Path, *, rater: str, over: bool, any_person: bool) -> int:
    """Take answers from a FILE into a VISIT (a folder), after a check by the same rules as ever.

    FHIR (a Bundle of Eutonia or a QuestionnaireResponse to its questionnaires), a phenopacket, or
    REDCap data after Eutonia's dictionary. What was computed is never taken: assess the visit.
    """
    from eutonia.formats import audit, bids
    from eutonia.formats.receive import choose, keep, load
    from eutonia.read import visit_folder

    folder = visit_folder(visit)
    given = choose(load(file), folder, any_person=any_person)
    kept = keep(given, folder, over=over, rater=rater)
    if kept.files:
        person = bids.person(folder).id
        audit.record(folder, "import", person=person, files=kept.files)
    for path in kept.files:
        click.echo(f"Kept in {path}")
    for words in kept.left:
        click.echo(paragraph(f"Not taken: {words}"), err=True)
    if not kept.files:
        return NOTHING
    return LOSSES if given.left or given.features else DONE
