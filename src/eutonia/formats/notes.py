"""What a person says about a video on the command line, kept in the files beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from eutonia.formats import bids, corrections, segments
from eutonia.formats.corrections import Film
from eutonia.model import InvalidRecord, UnreadableFile


def keep_film(path: Path, film: Film) -> Path:
    """Write what was said about a video into its corrections, so that every later run knows it.

    Raises
    ------
    InvalidRecord
        If there are corrections already that say otherwise: they are the person's own file.
    """
    file = corrections.file_for(path)
    if file.is_file():
        kept, unsaid = corrections.film_of(path), Film()
        fresh = {k: v for k, v in vars(film).items() if v != getattr(unsaid, k)}
        if replace(kept, **fresh) == kept:
            return file
    said = {
        "mirrored": None if film.mirrored is None else str(film.mirrored).lower(),
        "slow_motion": None if film.slow_motion == 1.0 else f"{film.slow_motion:g}",
        "parts": f"[{', '.join(film.parts)}]" if film.parts else None,
    }
    words = ", ".join(f"{k}: {v}" for k, v in said.items() if v is not None)
    _write(file, f"video: {{{words}}}\n")
    return file


def keep_segments(path: Path, lines: Iterable[str]) -> Path:
    """Write the segments of a recording beside it, after checking them.

    Raises
    ------
    InvalidRecord
        If a segment is not understood, or other segments are noted there already.
    """
    text = "".join(f"{line.strip()}\n" for line in lines)
    file = segments.file_for(path)
    segments.parse(text.splitlines(), where="--segment", recording=bids.stem(path))
    if not (file.is_file() and file.read_text(encoding="utf-8-sig") == text):
        _write(file, text)
    return file


def _write(file: Path, text: str) -> None:
    if file.exists():
        raise InvalidRecord(
            f"{file}: this file exists and is not overwritten. Add to it: {text.strip()}"
        )
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(
            f"{file}: cannot be written ({error.__class__.__name__}). Copy the recording to a "
            "folder of your own first."
        ) from error
