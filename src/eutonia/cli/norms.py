"""``eutonia norms``: what a laboratory's own controls reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES

if TYPE_CHECKING:
    from eutonia.model import Assessment, Norm


@click.group("norms")
def command() -> None:
    """Build norms from your own controls, and look at them.

    A file eutonia-norms.json in a data set (beside dataset_description.json, or in any folder above
    a loose visit) is used by `eutonia assess`: each number then carries a z with the number, ages,
    device and protocol of the controls.
    """


@command.command("build")
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--name", required=True, help="Of the laboratory and group, shown beside each z.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("eutonia-norms.json"),
    show_default=True,
    help="File to write.",
)
def build_command(folders: tuple[Path, ...], name: str, out: Path) -> int:
    """Put together the assessments of controls in FOLDERS (looked through with all below).

    At least 20 people are needed for each number; each person counts once.
    """
    from eutonia.formats.norms import save
    from eutonia.norms import MIN_CONTROLS, build

    built = build(_assessments(folders), name=name)
    save(built.norms, out)
    for line in built.left_out:
        click.echo(f"left out: {line}")
    click.echo(f"{len(built.norms.norms)} numbers of {built.norms.people} controls: {out}")
    if built.too_few:
        click.echo(f"{built.too_few} numbers have fewer than {MIN_CONTROLS} controls: left out.")
    return LOSSES if built.left_out or built.too_few else DONE


@command.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show_command(file: Path) -> int:
    """List the numbers in a FILE of norms."""
    from eutonia.formats.norms import load

    norms = load(file)
    simulated = ", simulated" if norms.simulated else ""
    click.echo(f"{norms.name}: {norms.people} controls{simulated}, Eutonia {norms.made_with}")
    for one in norms.norms:
        click.echo(_line(one))
    return DONE


@command.command("harmn")
@click.argument("assessment", type=click.Path(exists=True, path_type=Path))
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--age", "age_years", type=float, help="Years; by default from the assessment.")
@click.option("--batch", default="", help="Site and device, as named in the TABLE.")
def harmn_command(assessment: Path, table: Path, age_years: float | None, batch: str) -> int:
    """Hold the EEG features of an ASSESSMENT against a TABLE of HarMNqEEG norms (.npz).

    Prints z by frequency and electrode, tab-separated.
    """
    import numpy as np

    from eutonia.formats.assessment import load
    from eutonia.formats.norms import load_harmn
    from eutonia.knowledge import table as known
    from eutonia.norms import harmn_z

    folder = assessment if assessment.is_dir() else assessment.parent
    record, evidence = load(folder)
    found = {k: v for k, v in evidence.items() if k.startswith("eeg.harmn|")}
    age = record.person.age_years if age_years is None else age_years
    if not found:
        raise click.UsageError(f"{assessment} holds no EEG features (eeg.harmn).")
    if age is None:
        raise click.UsageError("The age is not known: give it with --age.")
    norms = load_harmn(table)
    click.echo(f"# {known('statements')['qeeg']}")
    click.echo(f"# {norms.age_years[0]:g}-{norms.age_years[-1]:g} years; batch: {batch or 'none'}")
    click.echo("\t".join(["condition", "freq_hz", *norms.electrodes]))
    for key, arrays in found.items():
        y = np.asarray(arrays["log_spectrum"], dtype=np.float64)
        z, _ = harmn_z(y, norms, age_years=age, batch=batch)
        for freq, row in zip(arrays["freq_hz"], z, strict=True):
            numbers = "\t".join(f"{v:+.2f}" for v in row)
            click.echo(f"{key.split('|')[1]}\t{freq:.3f}\t{numbers}")
    return DONE


def _line(n: Norm) -> str:
    from math import exp

    # Back on the scale of the measure: the geometric mean, and the range of ±2 SD.
    back = exp if n.log else float
    ages = f"{n.age_years[0]:g}-{n.age_years[1]:g} years" if n.age_years else "ages unknown"
    return (
        f"{n.measure}, {n.target}, {n.condition}: {back(n.mean):.3g} {n.unit} "
        f"({back(n.mean - 2 * n.sd):.3g} to {back(n.mean + 2 * n.sd):.3g}), n = {n.n}, {ages}"
    )


def _assessments(folders: tuple[Path, ...]) -> Iterator[tuple[str, Assessment]]:
    """Yield every assessment below the folders, in order of their paths."""
    from eutonia.formats.assessment import FILE, load

    for folder in folders:
        for path in sorted(folder.rglob(FILE)):
            yield path.parent.as_posix(), load(path.parent)[0]
