"""``eutonia assess``: a visit's recordings to findings and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES, NOTHING

if TYPE_CHECKING:
    from eutonia.model import Assessment


@click.command("assess")
@click.argument("visit", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--only", multiple=True, metavar="ID", help="Only this measure; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Seed of all resampling.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON.")
@click.option("--no-pdf", is_flag=True, help="Write no PDF.")
def command(  # noqa: PLR0913 - one per option
    *,
    visit: Path,
    out: Path | None,
    only: tuple[str, ...],
    seed: int,
    jobs: int,
    as_json: bool,
    no_pdf: bool,
) -> int:
    """Assess a VISIT: a folder of recordings (BIDS or loose) or a single file.

    The output folder holds report.html, report.pdf, assessment.json, findings.csv and the manifest;
    by default it lies in derivatives/eutonia of the data set, or beside a loose visit.
    """
    ids = tuple(i for some in only for i in some.split(",") if i)
    assessment, folder = assessed(visit, out=out, only=ids, seed=seed, jobs=jobs, pdf=not no_pdf)
    if as_json:
        from eutonia.formats.assessment import dumps

        click.echo(dumps(assessment))
    else:
        from eutonia.cli.findings import in_words

        click.echo(in_words(assessment))
        click.echo(f"\nReport: {folder / 'report.html'}")
    return exit_code(assessment)


def assessed(
    visit: Path,
    *,
    out: Path | None = None,
    only: tuple[str, ...] = (),
    seed: int = 0,
    jobs: int = 1,
    pdf: bool = True,
) -> tuple[Assessment, Path]:
    """Assess a visit with progress on stderr, write its report, and seal the folder."""
    from eutonia.assess import assess
    from eutonia.cli.progress import progress
    from eutonia.formats.assessment import load
    from eutonia.report import write
    from eutonia.verify import seal

    with progress(f"assess {visit.name}") as say:
        _, folder = assess(visit, out=out, measures=only, seed=seed, jobs=jobs, progress=say)
        say("writing the report", 1, 1)
        assessment, evidence = load(folder)
        write(assessment, evidence, folder, pdf=pdf)
        seal(folder)
    return assessment, folder


def exit_code(assessment: Assessment) -> int:
    """Return 3 where nothing could be measured, 1 where a file was lost, else 0."""
    if not assessment.findings:
        return NOTHING
    return LOSSES if assessment.lost else DONE
