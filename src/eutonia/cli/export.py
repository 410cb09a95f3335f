"""``eutonia export``: an assessment for another system, de-identified unless asked otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE
from eutonia.cli.table import paragraph

if TYPE_CHECKING:
    from eutonia.model import Assessment


@click.command("export")
@click.argument("results", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to", type=click.Choice(["fhir", "phenopacket", "redcap", "json"]), help="Which format."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option(
    "--use",
    default="care",
    show_default=True,
    type=click.Choice(["care", "research", "teaching"]),
    help="What for: the person's consent to it is checked.",
)
@click.option(
    "--identified", is_flag=True, help="Keep pseudonym, dates and texts as they are (care only)."
)
@click.option("--questionnaire", metavar="NAME", help="Write a FHIR Questionnaire instead.")
@click.option("--dictionary", is_flag=True, help="Write the REDCap data dictionary instead.")
def command(  # noqa: PLR0913 - one per option
    *,
    results: Path | None,
    to: str | None,
    out: Path | None,
    use: str,
    identified: bool,
    questionnaire: str | None,
    dictionary: bool,
) -> int:
    """Write an assessment (the RESULTS folder of `eutonia assess`) for another system.

    Names never stand in it; pseudonym, dates and free texts are changed too, unless --identified.
    The export is noted in the data set's audit log. NAME is intake, examination, history, diary or
    a scale.
    """
    if questionnaire or dictionary:
        return _blank(questionnaire, results, out)
    if results is None or to is None or out is None:
        raise click.UsageError(
            "Give RESULTS, --to and --out; or --questionnaire NAME; or --dictionary."
        )
    if identified and use != "care":
        raise click.UsageError(f"For {use} only a de-identified export is written.")
    folder = results if results.is_dir() else results.parent
    _export(folder, to=to, out=out, use=use, identified=identified)
    click.echo(f"Written: {out}")
    return DONE


def _export(folder: Path, *, to: str, out: Path, use: str, identified: bool) -> None:
    """Check the consent, take out what names the person, write the file, and note it."""
    from eutonia.formats import audit
    from eutonia.formats.assessment import load
    from eutonia.formats.consent import allows
    from eutonia.model.errors import InvalidRecord

    assessment, _ = load(folder)
    person = assessment.person
    allowed, why = allows(assessment.history, assessment.state, use, age_years=person.age_years)
    if not allowed:
        raise InvalidRecord(f"{person.id or 'This person'} cannot be exported for {use}: {why}")
    leaving = assessment if identified else _deidentified(assessment, folder)
    text = _text(leaving, to, folder)
    part = out.with_name(f".{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(text, encoding="utf-8", newline="")
    try:
        # First the line in the log, then the file: nothing leaves without a trace.
        what = f"{to}-{use}{'-identified' if identified else ''}"
        audit.record(folder, "export", person=person.id, what=what, files=(part,))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _deidentified(assessment: Assessment, folder: Path) -> Assessment:
    """Return the assessment without what names the person, and say what is left to look at."""
    from eutonia.formats.deidentify import deidentify
    from eutonia.formats.pseudonyms import load_key

    made = deidentify(assessment, key=load_key(folder))
    if made.removed:
        fields = ", ".join(made.removed)
        click.echo(paragraph(f"Removed texts: {fields}."), err=True)
    for warning in made.warnings:
        click.echo(paragraph(f"Look at this before you send it: {warning}"), err=True)
    return made.assessment


def _text(assessment: Assessment, to: str, folder: Path) -> str:
    import json

    from eutonia.formats import assessment as stored
    from eutonia.formats import codes, fhir, phenopacket, redcap

    if to == "fhir":
        snomed = codes.licensed("SNOMED", folder)
        return fhir.dumps(fhir.bundle(assessment, snomed=snomed))
    if to == "phenopacket":
        packet = phenopacket.phenopacket(assessment)
        return json.dumps(packet, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if to == "redcap":
        return redcap.export_rows([assessment])
    return stored.dumps(assessment)


def _blank(questionnaire: str | None, results: Path | None, out: Path | None) -> int:
    """Write an empty questionnaire, or the dictionary; nothing of a person is in them."""
    from eutonia.formats import fhir, redcap
    from eutonia.formats.questions import NOUNS
    from eutonia.formats.scale_entry import licensed

    if questionnaire:
        place = results or Path.cwd()
        known = questionnaire in fhir.names() and questionnaire not in NOUNS
        licence = known and licensed(questionnaire, place)
        text = fhir.dumps(fhir.questionnaire(questionnaire, licensed=licence))
    else:
        text = redcap.dictionary()
    if out is None:
        click.echo(text, nl=False)
        return DONE
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="")
    click.echo(f"Written: {out}")
    if not questionnaire:
        forms = ", ".join(redcap.repeating())
        click.echo(paragraph(f"Set these forms to repeat in REDCap: {forms}."))
    return DONE
