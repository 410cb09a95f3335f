"""``eutonia video``: copies of a video to look at, and to show to others."""

from __future__ import annotations

from pathlib import Path

import click

from eutonia.cli import DONE


@click.group("video")
def command() -> None:
    """Make copies of a video: with faces covered, or with what was measured drawn in."""


@command.command("blur")
@click.argument("video", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def blur(*, video: Path, out: Path | None) -> int:
    """Write a copy of VIDEO with all faces made unrecognisable; sound is not copied.

    Detectors miss faces: look at the copy before you give it away. Clothes, rooms and the way of
    moving can still be recognised.
    """
    from eutonia.cli.progress import progress
    from eutonia.tracking.privacy import blur as covered

    out = out or video.with_name(f"{video.stem}-blurred.mp4")
    with progress(f"blur {video.name}") as say:
        share = covered(video, out, progress=say)
    click.echo(f"{out}: faces covered in {100 * share:.0f} % of the pictures; no sound.")
    if share < 1:
        click.echo("Look at the rest of it: a face that was not detected is not covered.")
    return DONE


@command.command("overlay")
@click.argument("video", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def overlay(*, video: Path, out: Path | None) -> int:
    """Write a copy of VIDEO with landmarks, angles and closures drawn in, to check by eye.

    What was tracked before for this video is used again. Sound is not copied.
    """
    from eutonia.assess import output_folder
    from eutonia.cli.progress import progress
    from eutonia.watch import overlay as drawn

    out = out or video.with_name(f"{video.stem}-overlay.mp4")
    with progress(f"overlay {video.name}") as say:
        drawn(video, out, kept=output_folder(video) / "landmarks", progress=say)
    click.echo(out)
    return DONE
