"""``eutonia agreement``: how far the raters of a data set agree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES, NOTHING

if TYPE_CHECKING:
    from eutonia.model import Examination

#: Folders of a data set that hold no visits of their own.
NOT_VISITS = frozenset(["derivatives", "sourcedata", "code", "licences"])


@click.command("agreement")
@click.argument("dataset", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--items", is_flag=True, help="Also weighted kappa of each item, for each two raters."
)
def command(dataset: Path, items: bool) -> int:
    """Compare the raters of all visits in a DATASET, scale by scale.

    For each part of a scale that several examiners rated: ICC(2,1) with its interval, the standard
    error of measurement, the minimal detectable change between raters, and the number of visits. A
    visit counts only where all raters of the group gave a total.
    """
    from eutonia.exam.agreement import agreement, in_words
    from eutonia.exam.item_agreement import item_agreement

    lost: list[str] = []
    visits = [(_person(f, dataset), e) for f, e in _visits(dataset, lost)]
    for line in lost:
        click.echo(f"left out: {line}", err=True)
    found = agreement(visits)
    for part in found:
        click.echo(in_words(part))
    by_item = item_agreement(visits) if items else ()
    for one in by_item:
        click.echo(one.words)
    if not found and not by_item:
        click.echo(
            f"{len(visits)} visits with an examination were found; on none of them did several "
            "raters complete the same scale."
        )
        return LOSSES if lost else NOTHING
    return LOSSES if lost else DONE


def _visits(dataset: Path, lost: list[str]) -> Iterator[tuple[Path, tuple[Examination, ...]]]:
    from eutonia.formats.examination import load_examinations
    from eutonia.model.errors import EutoniaError

    for base, folders, _ in os.walk(dataset):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in NOT_VISITS)
        try:
            examinations = load_examinations(Path(base))
        except EutoniaError as error:
            lost.append(f"{Path(base).relative_to(dataset).as_posix()}: {error}")
            continue
        if examinations:
            yield Path(base), examinations


def _person(visit: Path, dataset: Path) -> str:
    """Return whose visit it is: its ``sub-`` folder, else the folder itself."""
    parts = visit.relative_to(dataset).parts
    return next((p for p in parts if p.startswith("sub-")), visit.as_posix())
