"""Everything that a data set holds about one person: found, handed out, or erased.

A person is found by the pseudonym: folders and files named after it, rows of tables, lines of the
log, and any other file that mentions it. Links are never followed, so that nothing outside of the
data set is read, handed out or deleted.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eutonia.formats import audit
from eutonia.formats._mentions import mentions, person_in
from eutonia.model import EutoniaError, InvalidRecord

_PERSON = re.compile(r"sub-[A-Za-z0-9+]{1,60}")
_ANY_PERSON = re.compile(r"(?<![A-Za-z0-9])sub-[A-Za-z0-9+]+")
#: Texts of one row a line, from which rows can be taken.
_ROWS = (".tsv", ".csv", ".jsonl")
#: Folders that keep earlier versions of files.
_VERSIONS = (".git", ".datalad", ".hg", ".svn", ".dvc")


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What a data set holds about one person; paths are relative to `root`.

    Parameters
    ----------
    root, person
        The data set and the pseudonym.
    paths : tuple of Path
        Folders, files and links that are named after the person, none inside another.
    rows : tuple of (Path, int)
        Tables of several people, and how many of their rows are this person's.
    log : int
        Lines of the audit log.
    mentions : tuple of Path
        Other files that mention the pseudonym, which only a person can clean.
    unread : tuple of Path
        Files that could not be looked through.
    links : tuple of Path
        Links that lead out of the data set; what they lead to is not touched.
    versions : tuple of Path
        Folders of version control, which keep what is deleted.
    """

    root: Path
    person: str
    paths: tuple[Path, ...] = ()
    rows: tuple[tuple[Path, int], ...] = ()
    log: int = 0
    mentions: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()
    versions: tuple[Path, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing was found."""
        return not (self.paths or self.rows or self.log or self.mentions)

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every file below `paths`, links left out."""
        return tuple(
            p.relative_to(self.root) for one in self.paths for p in _inside(self.root / one)
        )

    @property
    def derivatives(self) -> tuple[Path, ...]:
        """Those of `paths` that were computed from others."""
        return tuple(p for p in self.paths if p.parts[0] == "derivatives")


def whose(path: Path) -> tuple[Path, str]:
    """Return data set and pseudonym of a person's folder; it need not exist any more.

    Raises
    ------
    InvalidRecord
        If the name is no pseudonym of BIDS, it is a link, or it lies in no data set.
    """
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link
    if not _PERSON.fullmatch(plain.name):
        raise InvalidRecord(
            f"{path}: name the folder of one person in a data set, such as study/sub-01."
        )
    if plain.is_symlink():
        raise InvalidRecord(f"{path} is a link: name the folder in the data set that it leads to.")
    root = plain.parent.resolve()
    names = ("dataset_description.json", "participants.tsv")
    known = any((root / n).is_file() for n in names) or plain.is_dir()
    inside = {"derivatives", "sourcedata", audit.FOLDER} & set(root.parts)
    if not known or root == Path(root.anchor) or (inside and audit.place(root) != root):
        raise InvalidRecord(
            f"{root} is no data set (it holds no {names[0]}): name the person's folder directly "
            "below one."
        )
    return root, plain.name


def everything(root: Path, person: str) -> Holdings:
    """Look through a data set, all names and all contents, for one person."""
    found: dict[str, list[Path]] = {k: [] for k in ("paths", "mentions", "unread", "links")}
    rows: list[tuple[Path, int]] = []
    versions: list[Path] = []
    for folder, folders, files in os.walk(root, followlinks=False, onerror=_stop):
        here = Path(folder)
        for name in sorted([*folders, *files]):
            path = here / name
            at = path.relative_to(root)
            if path.is_symlink() and not _within(path, root):
                found["links"].append(at)
            if _only(name, person):
                found["paths"].append(at)
            elif name in folders and name in _VERSIONS:
                versions.append(at)
            elif name in folders and person_in(name, person):  # with somebody else
                found["mentions"].append(at)
            elif name in files and not path.is_symlink() and path != audit.path_in(root):
                _look(path, at, person, found, rows)
        kept = (d for d in folders if not _only(d, person) and d not in _VERSIONS)
        folders[:] = sorted(kept)
    for one in found["paths"]:
        found["links"] += (
            p.relative_to(root)
            for p in _links(root / one)
            if not _within(p, root) and p != root / one
        )
    lines = sum(e.person == person for e in audit.entries(root))
    return Holdings(
        root=root,
        person=person,
        paths=tuple(found["paths"]),
        rows=tuple(rows),
        log=lines,
        mentions=tuple(found["mentions"]),
        unread=tuple(found["unread"]),
        links=tuple(found["links"]),
        versions=tuple(versions),
    )


def _look(
    path: Path,
    at: Path,
    person: str,
    found: dict[str, list[Path]],
    rows: list[tuple[Path, int]],
) -> None:
    """Note what a file that is not the person's alone holds about them."""
    try:
        own = len(_rows_of(path, person)) if path.suffix.lower() in _ROWS else 0
        if own:
            rows.append((at, own))
        elif mentions(path, person):
            found["mentions"].append(at)
    except (OSError, EOFError, ValueError):
        found["unread"].append(at)


def _only(name: str, person: str) -> bool:
    """Whether a name is of this person and of nobody else."""
    return set(_ANY_PERSON.findall(name)) == {person}


def _rows_of(path: Path, person: str) -> list[int]:
    """Return the numbers of the lines that are about a person; the first is the header of a table.

    A table with quotes may have rows of several lines: none is taken then.
    """
    lines = path.read_bytes().splitlines()
    header = 0 if path.suffix.lower() == ".jsonl" else 1
    if header and any(b'"' in line for line in lines):
        return []
    named = re.compile(rb"(?<![A-Za-z0-9])" + re.escape(person.encode()) + rb"(?![A-Za-z0-9+])")
    bare = person.removeprefix("sub-").encode()
    label = path.name == "participants.tsv"
    return [
        i
        for i, line in enumerate(lines)
        if i >= header and (named.search(line) or (label and line.split(b"\t")[0].strip() == bare))
    ]


def lines_of(holdings: Holdings, table: Path) -> list[bytes]:
    """Return the header of a table and the person's rows."""
    path = holdings.root / table
    lines = path.read_bytes().splitlines(keepends=True)
    head = [] if path.suffix.lower() == ".jsonl" else lines[:1]
    return [*head, *(lines[i] for i in _rows_of(path, holdings.person))]


# --- erasing ------------------------------------------------------------------------------------


def erase(holdings: Holdings, *, by: str = "") -> tuple[Holdings, tuple[str, ...]]:
    """Delete everything found, look again, and note in the log that somebody was erased.

    Returns
    -------
    Holdings
        What is left after it; `nothing` where the erasure is complete.
    tuple of str
        What could not be deleted, and why.
    """
    root, person = holdings.root, holdings.person
    audit.record(root, "erase-begun", person=person, by=by)
    problems = list(delete(root, holdings.paths))
    for table, _ in holdings.rows:
        try:
            _without(root / table, person)
        except OSError as error:
            problems.append(f"{table}: {error.strerror or error}")
    left = everything(root, person)
    complete = not (left.paths or left.rows or left.mentions or left.unread)
    done = "complete" if complete else "incomplete"
    line = audit.record(root, "erased", person=person, what=done, by=by)
    audit.forget(root, person, proof=line.n)
    return everything(root, person), tuple(problems)


def delete(root: Path, paths: tuple[Path, ...]) -> Iterator[str]:
    """Delete files, folders and links below a data set; yield what could not be, and why."""
    for one in paths:
        path = root / one
        if not path.parent.resolve().is_relative_to(root):
            yield f"{one}: lies outside of the data set; not touched."
            continue
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            yield f"{one}: {error.strerror or error}"


def _without(path: Path, person: str) -> None:
    """Write a table without a person's rows, in place at once."""
    gone = set(_rows_of(path, person))
    lines = path.read_bytes().splitlines(keepends=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(x for i, x in enumerate(lines) if i not in gone))
    shutil.copymode(path, part)
    part.replace(path)


def _inside(path: Path) -> Iterator[Path]:
    """Yield the files of a path, links left out."""
    if path.is_symlink():
        return
    if path.is_file():
        yield path
        return
    for folder, folders, files in os.walk(path, followlinks=False):
        folders.sort()
        yield from (p for n in sorted(files) if not (p := Path(folder) / n).is_symlink())


def _links(path: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(path, followlinks=False):
        yield from (p for n in (*folders, *files) if (p := Path(folder) / n).is_symlink())


def _within(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _stop(error: OSError) -> None:
    raise EutoniaError(
        f"{error.filename} cannot be looked through ({error.strerror}), so nobody can say that "
        "everything was found. Ask for the right to read it, and start again."
    )
