"""``eutonia demo``: assess the samples, a simulated patient, an examination, and a film."""

from __future__ import annotations

from pathlib import Path

import click

from eutonia.cli import DONE, NOTHING

SEED = 1


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Output folder.",
)
def command(out: Path) -> int:
    """Assess small real recordings of healthy people, a simulated patient, and two more visits.

    The real recordings come from different people and are labelled COMPOSITE; the simulated ones,
    the made-up examination and the rendered film are labelled SIMULATED on every page. The film
    is left out where the models of the video tracker are missing.
    """
    from eutonia.cli.assess import assessed
    from eutonia.cli.findings import in_words
    from eutonia.read import samples
    from eutonia.tracking import fetch

    visits = {"composite": samples(), "simulated": _simulated(out), "examined": examined()}
    if all(map(fetch.is_here, fetch.names())):
        visits["filmed"] = filmed()
    else:
        click.echo("The film is left out: its models are missing. Run: eutonia models fetch\n")
    reports = []
    measured = True
    for name, visit in visits.items():
        assessment, folder = assessed(visit, out=out / name)
        click.echo(in_words(assessment) + "\n")
        reports.append(folder / "report.html")
        measured = measured and bool(assessment.findings)
    click.echo("Reports:")
    for report in reports:
        click.echo(f"  {report.resolve()}")
    return DONE if measured else NOTHING


def examined() -> Path:
    """Return a made-up visit that was examined and not recorded."""
    from eutonia.read import samples

    return samples().parents[1] / "cases" / "sub-cervical" / "ses-02"


def filmed() -> Path:
    """Return a visit with one rendered film of a turned head, and its true angles beside it."""
    from eutonia.read import samples

    return samples().parents[1] / "film" / "sub-filmed" / "ses-01"


def _simulated(out: Path) -> Path:
    from eutonia.formats.bids_write import write_visit
    from eutonia.simulate import simulate

    visit, truth = simulate(seed=SEED)
    folder = out / "simulated-recordings"
    path: Path = write_visit(visit, folder)
    (folder / "truth.json").write_text(truth.to_json(), encoding="utf-8")
    return path
