"""``eutonia deidentify``: a copy of one person's data that names nobody, if consent allows it."""

from __future__ import annotations

from pathlib import Path

import click

from eutonia.cli import DONE, LOSSES, NOTHING
from eutonia.cli.table import paragraph


@click.command("deidentify")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--use",
    type=click.Choice(["teaching", "research", "care"]),
    required=True,
    help="What the copy is for; only where consent to it is recorded.",
)
@click.option("--keep-text", is_flag=True, help="Keep free text after a scan (no guarantee).")
def command(folder: Path, out: Path, use: str, keep_text: bool) -> int:
    """Copy a person's or visit's FOLDER of a data set into OUT without what names the person.

    New pseudonym and rater codes, dates shifted alike, free text removed, headers of recordings
    written anew, samples the same. Only where consent to the use is recorded. What cannot be looked
    through is left out and named. It lowers the risk and does not make data anonymous.
    """
    from eutonia.formats import audit, one_person, pseudonyms
    from eutonia.formats.deidentify_files import copy_person

    visit = folder.resolve() if folder.resolve().name.startswith("ses-") else None
    root, person = one_person.whose(visit.parent if visit else folder)
    _allowed(root / person, visit, use)
    key = pseudonyms.load_key(root)
    identity = pseudonyms.Identity(key=key, person=person, keep_text=keep_text)
    copied, left = copy_person(root, out, identity=identity, folder=visit)
    audit.record(root, "deidentify", person=person, what=use, files=copied.files)
    for warning in copied.warnings:
        click.echo(paragraph(f"- {warning}"))
    for one in left:
        click.echo(paragraph(f"left out: {one.path.as_posix()}: {one.why}"), err=True)
    click.echo(f"{len(copied.files)} files for {identity.new}: {out}")
    click.echo("Look at them before they leave; the key stays in the data set.")
    if not copied.files:
        return NOTHING
    return LOSSES if left else DONE


def _allowed(person: Path, visit: Path | None, use: str) -> None:
    """Refuse where the consent of any visit that would leave does not cover the use."""
    from eutonia.formats import bids, consent, intake
    from eutonia.formats.examination import load_history
    from eutonia.model import EutoniaError

    history, age = load_history(person), bids.person(person).age_years
    visits = [visit] if visit else sorted(v for v in person.glob("ses-*") if v.is_dir())
    for one in visits or [person]:
        allowed, why = consent.allows(history, intake.load(one), use, age_years=age)
        if not allowed:
            more = " Name one visit to copy only that." if len(visits) > 1 else ""
            raise EutoniaError(f"{one.name}: nothing was copied. {why}{more}")
