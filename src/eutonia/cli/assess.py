"""``eutonia assess``: a visit's recordings to findings and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from eutonia.cli import DONE, LOSSES, NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eutonia.model import Assessment

#: Sentences on recordings that are printed; the others are in the report.
MOST_WARNINGS = 12


@click.command("assess")
@click.argument("visit", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--only", multiple=True, metavar="ID", help="Only this measure; may be repeated.")
@click.option(
    "--earlier",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Output of an earlier visit to compare with; by default the last session assessed.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of all resampling.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON.")
@click.option("--no-pdf", is_flag=True, help="Write no PDF.")
@click.option("--overlay", is_flag=True, help="Write each video with what was measured drawn in.")
@click.option("--landmarks-only", is_flag=True, help="Keep no picture of a video.")
@click.option("--cover-faces", is_flag=True, help="Cover the faces in the report's pictures.")
@click.option("--mirrored/--not-mirrored", default=None, help="Whether a video is a mirror image.")
@click.option(
    "--slow-motion",
    type=click.FloatRange(min=0, min_open=True),
    metavar="FACTOR",
    help="A video plays so many times slower.",
)
@click.option(
    "--segment",
    "segments",
    multiple=True,
    metavar="'FROM - TO WHAT'",
    help="What was done when, such as '0:05 - 0:25 let go'; may be repeated.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(("face", "body", "hands")),
    help="What to look for in a video; may be repeated.",
)
def command(  # noqa: PLR0913 - one per option
    *,
    visit: Path,
    out: Path | None,
    only: tuple[str, ...],
    earlier: Path | None,
    seed: int,
    jobs: int,
    as_json: bool,
    no_pdf: bool,
    overlay: bool,
    landmarks_only: bool,
    cover_faces: bool,
    mirrored: bool | None,
    slow_motion: float | None,
    segments: tuple[str, ...],
    parts: tuple[str, ...],
) -> int:
    """Assess a VISIT: a folder of recordings (BIDS or loose) or a single file.

    The output folder holds report.html, report.pdf, assessment.json, findings.csv and the manifest;
    by default it lies in derivatives/eutonia of the data set, or beside a loose visit. What is said
    about a single video (mirrored, slow motion, segments, parts) is kept in a file beside it.
    """
    if mirrored is not None or slow_motion or segments or parts:
        _said(visit, mirrored=mirrored, slow_motion=slow_motion, segments=segments, parts=parts)
    ids = tuple(i for some in only for i in some.split(",") if i)
    pictures: Literal["shown", "covered", "none"]
    pictures = "none" if landmarks_only else "covered" if cover_faces else "shown"
    if overlay and pictures != "shown":
        raise click.UsageError("--overlay keeps the face; leave it out, or the option beside it.")
    assessment, folder = assessed(
        visit,
        out=out,
        only=ids,
        earlier=earlier,
        seed=seed,
        jobs=jobs,
        pdf=not no_pdf,
        pictures=pictures,
    )
    if overlay:
        _overlays(visit, folder)
    if as_json:
        from eutonia.formats.assessment import dumps

        click.echo(dumps(assessment))
    else:
        from eutonia.cli.findings import in_words

        click.echo(in_words(assessment))
        if said := warned(assessment):
            click.echo(f"\n{said}")
        click.echo(f"\nReport: {folder / 'report.html'}")
    return exit_code(assessment)


def _overlays(visit: Path, folder: Path) -> None:
    from eutonia.cli.progress import progress
    from eutonia.watch import overlays

    with progress(f"overlay {visit.name}") as say:
        written = overlays(visit, folder, progress=say)
    for path in written:
        click.echo(f"Overlay: {path}", err=True)


def _said(
    visit: Path,
    *,
    mirrored: bool | None,
    slow_motion: float | None,
    segments: tuple[str, ...],
    parts: tuple[str, ...],
) -> None:
    """Keep what was said about one recording beside it, where every later run finds it."""
    from eutonia.formats.corrections import Film
    from eutonia.formats.notes import keep_film, keep_segments

    if not visit.is_file():
        raise click.UsageError(
            "Name one recording, not a folder: what is mirrored, slowed or segmented has to be "
            "said of each (see the files .corrections.yaml and .segments.txt in the guide)."
        )
    film = Film(mirrored=mirrored, slow_motion=slow_motion or 1.0, parts=parts)
    if film != Film():
        click.echo(f"Kept in {keep_film(visit, film)}", err=True)
    if segments:
        click.echo(f"Kept in {keep_segments(visit, segments)}", err=True)


def assessed(  # noqa: PLR0913 - the options of the whole job
    visit: Path,
    *,
    out: Path | None = None,
    only: tuple[str, ...] = (),
    earlier: Path | None = None,
    seed: int = 0,
    jobs: int = 1,
    pdf: bool = True,
    pictures: Literal["shown", "covered", "none"] = "shown",
) -> tuple[Assessment, Path]:
    """Assess a visit with progress on stderr, write its report, and seal the folder."""
    from eutonia.assess import assess
    from eutonia.cli.progress import progress
    from eutonia.formats.assessment import load
    from eutonia.report import write
    from eutonia.verify import seal

    with progress(f"assess {visit.name}") as say:
        _, folder = assess(
            visit,
            out=out,
            measures=only,
            earlier=earlier,
            seed=seed,
            jobs=jobs,
            pictures=pictures,
            progress=say,
        )
        say("writing the report", 1, 1)
        assessment, evidence = load(folder)
        write(assessment, evidence, folder, pdf=pdf)
        seal(folder)
    return assessment, folder


def warned(assessment: Assessment) -> str:
    """Return what is wrong with the recordings, each sentence once for a file; empty if nothing."""
    from eutonia.cli.table import paragraph

    found: dict[str, dict[str, None]] = {}
    for recording in assessment.recordings:
        file = recording.id.partition("#")[0]
        for issue in recording.issues:
            if issue.severity != "note":
                found.setdefault(issue.message, {})[file] = None
    lines = [paragraph(f"{_listed(files)}: {text}", indent="  ") for text, files in found.items()]
    more = len(lines) - MOST_WARNINGS
    if more > 0:
        lines = [*lines[:MOST_WARNINGS], f"  {more} more are in the report."]
    n = len(found)
    return "\n".join([f"{n} warning{'' if n == 1 else 's'}", *lines]) if n else ""


def _listed(files: Iterable[str]) -> str:
    first, *others = files
    return f"{first} and {len(others)} more" if others else first


def exit_code(assessment: Assessment) -> int:
    """Return 3 where nothing could be measured, 1 where a file was lost, else 0."""
    if not assessment.findings:
        return NOTHING
    return LOSSES if assessment.lost else DONE
