"""One module per file format; the registry picks one by suffix and content.

A format is added by one module in this folder that holds ``FORMAT = Format(...)``; nothing else
has to know about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from eutonia.model import Recording, UnreadableFile

#: Id of the clock of a freshly read file whose start is known: seconds since 1970-01-01 as the
#: file states them. `eutonia.read` turns it into differences; dates are never kept.
WALL = "wall"


@dataclass(frozen=True)
class Format:
    """A file format.

    Parameters
    ----------
    id, title : str
        Short name, and its name in words.
    suffixes : tuple of str
        Lower case, with the dot; a longer one (``.tsv.gz``) is tried first.
    reads : callable
        Whether a file's content looks like this format (a sniff of its first bytes).
    read : callable
        The recordings in the file: one per stream or rate. Raises UnreadableFile.
    leader : callable, optional
        Where a recording is several files: the one that stands for all of them (a header), for
        any file beside it; the path itself for every other file.
    folder : bool
        Whether a recording is a folder.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    reads: Callable[[Path], bool]
    read: Callable[[Path], tuple[Recording, ...]]
    leader: Callable[[Path], Path] | None = None
    folder: bool = False


@cache
def all_formats() -> tuple[Format, ...]:
    """Return every format, sorted by id; found by looking through this folder."""
    found = (
        getattr(import_module(f"{__name__}.{module.name}"), "FORMAT", None)
        for module in iter_modules(__path__)
        if not module.name.startswith("_")
    )
    return tuple(sorted((f for f in found if isinstance(f, Format)), key=lambda f: f.id))


def suffix(path: Path) -> str:
    """Return the suffix in lower case, with the one below ``.gz``: ``.tsv.gz``."""
    parts = [s.lower() for s in path.suffixes]
    return "".join(parts[-2:]) if parts[-1:] == [".gz"] else "".join(parts[-1:])


def leader_of(path: Path) -> Path:
    """Return the file that stands for a recording of several files, for any file that exists.

    ``x.vhdr`` for ``x.eeg`` and ``x.vmrk``, the folder ``x.mff`` for all that is in it; a file that
    is a recording of its own leads itself.
    """
    for one in all_formats():
        if one.leader is not None and (found := one.leader(path)) != path:
            return found
    return path


def is_recording(path: Path) -> bool:
    """Whether a path is a file, or a folder that is one recording (``.mff``)."""
    if not path.is_dir():
        return path.is_file()
    return any(f.folder and suffix(path) in f.suffixes for f in all_formats())


def of(path: Path | str) -> Format:
    """Return the format of a file, by its suffix and content, else by its content alone.

    Raises
    ------
    UnreadableFile
        If the file is missing, empty or of no format that Eutonia reads.
    """
    path = Path(path)
    if not is_recording(path):
        what = "this is a folder, not a recording" if path.is_dir() else "there is no such file"
        raise UnreadableFile(f"{path}: {what}.")
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadableFile(f"{path}: the file is empty (0 bytes). Copy or export it again.")
    by_suffix = [f for f in all_formats() if suffix(path) in f.suffixes]
    others = [] if path.is_dir() else [f for f in all_formats() if f not in by_suffix]
    for candidate in (*by_suffix, *others):
        if candidate.reads(path):
            return candidate
    what = looks_like(path)
    if by_suffix:
        raise UnreadableFile(
            f"{path}: named like {by_suffix[0].title}, but its content is not "
            f"({what}). It may be damaged: copy or export it again."
        )
    if what.endswith("picture"):
        raise UnreadableFile(
            f"{path}: {what}; movement is not seen in one picture. Take a video: "
            "`eutonia protocols` says how."
        )
    titles = "; ".join(f"{f.title} ({', '.join(f.suffixes)})" for f in all_formats())
    raise UnreadableFile(
        f"{path}: {what}, which Eutonia does not read. It reads {titles}. "
        "Export the recording as one of these."
    )


def looks_like(path: Path) -> str:
    """Say in words what a file's first bytes look like."""
    with path.open("rb") as file:
        head = file.read(512)
    magic = {
        b"%PDF": "a PDF document",
        b"\x89PNG": "a PNG picture",
        b"\xff\xd8\xff": "a JPEG picture",
        b"II*\0": "a TIFF picture",
        b"MM\0*": "a TIFF picture",
        b"PK\x03\x04": "a ZIP archive or Office document",
        b"\x1f\x8b": "a gzip archive",
        b"\x89HDF": "an HDF5 file",
        b"MATLAB": "a MATLAB file",
        b"XDF:": "an XDF recording",
        b"Brain Vision": "a BrainVision header",
    }
    for start, words in magic.items():
        if head.startswith(start):
            return words
    if head[4:8] == b"ftyp":
        return "a video or audio container (MP4)"
    printable = sum(b in b"\t\n\r" or 32 <= b < 127 or b > 159 for b in head)
    return "a text without rows of numbers" if printable > 0.95 * len(head) else "binary data"
