"""``eutonia verify``: check that an assessment is still what its manifest says."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eutonia.cli import DONE, LOSSES


@click.command("verify")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--recompute/--no-recompute", default=True, help="Also take every measure again.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(folder: Path, recompute: bool, as_json: bool) -> int:
    """Check the FOLDER of an assessment: its files, its inputs, and its numbers."""
    from eutonia.verify import verify

    folder = folder if folder.is_dir() else folder.parent
    problems = verify(folder, recompute=recompute)
    if as_json:
        click.echo(json.dumps({"verified": not problems, "problems": list(problems)}, indent=2))
    elif problems:
        for problem in problems:
            click.echo(problem)
    else:
        numbers = "and the numbers come out the same" if recompute else "(numbers not recomputed)"
        click.echo(f"Verified: files and inputs are unchanged {numbers}.")
    return LOSSES if problems else DONE
