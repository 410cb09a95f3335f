"""``eutonia audit``: who did what with whose data, and whether the log is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES
from eutonia.cli.table import render

if TYPE_CHECKING:
    from eutonia.formats.audit import Entry


@click.command("audit")
@click.argument("dataset", type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Find lines that were changed, removed or cut off.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(dataset: Path, check: bool, as_json: bool) -> int:
    """Show the audit log of a DATASET (or of a visit without one).

    The log holds codes and hashes only. Set EUTONIA_USER to your code; the login name is never
    taken.
    """
    from eutonia.formats import audit

    entries = audit.entries(dataset)
    problems = audit.check(dataset) if check else ()
    if as_json:
        found = {"entries": [asdict(e) for e in entries], "problems": list(problems)}
        click.echo(json.dumps(found, indent=1))
        return LOSSES if problems else DONE
    if not entries:
        click.echo(f"There is no log yet: {audit.path_in(dataset)}")
    elif not check:
        header = ("time (UTC)", "user", "action", "what", "person", "files")
        rows = [
            (e.time, e.user, e.action, e.what, _who(e), str(len(e.files) or "")) for e in entries
        ]
        click.echo(render(header, rows, right=("files",)))
    for problem in problems:
        click.echo(problem)
    if check and entries and not problems:
        click.echo(f"{len(entries)} lines, none changed. Last hash: {entries[-1].hash}")
        click.echo("Note it elsewhere: it proves later that the log up to here is the same.")
    return LOSSES if problems else DONE


def _who(entry: Entry) -> str:
    return entry.person or ("erased" if entry.person_hash else "")
