"""``eutonia simulate``: a simulated visit with known truth, in BIDS."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("simulate")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Another seed, another patient.")
def command(out: Path, seed: int) -> None:
    """Write a simulated visit as BIDS into OUT, with its truth in truth.json.

    Every file is marked as simulated; the truth lists what each measure should find.
    """
    if out.is_dir() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty; name a new folder.")
    from eutonia.formats.bids_write import write_visit
    from eutonia.simulate import simulate

    visit, truth = simulate(seed=seed)
    path = write_visit(visit, out)
    (out / "truth.json").write_text(truth.to_json(), encoding="utf-8")
    click.echo(
        f"{len(visit.recordings)} recordings with seed {seed}; truth in {out / 'truth.json'}"
    )
    click.echo(f"Next: eutonia assess {path}")
