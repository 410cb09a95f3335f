"""The audit log of a data set: who did what to whose data, when; one JSON line each, chained.

``.eutonia/audit.jsonl`` lies at the root of the data set (or in a visit's folder where there is no
data set). A line holds codes and hashes only: no name, no value, no free text. Each carries the
hash of the line before it, and ``audit.head`` states how many lines there are and the last hash, so
that a changed, removed or cut-off line is found. It is no signature: who may write both files can
write a new log, so note the last hash elsewhere where that matters.

The pseudonym stands outside the chain; inside it stands only a salted hash of it. So erasing a
person can take the pseudonym and the salt out of old lines, and the chain still holds.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from eutonia.formats import bids
from eutonia.model import InvalidRecord

FOLDER = ".eutonia"
FILE = "audit.jsonl"
#: Number of lines and last hash, so that a log that was cut off is found.
HEAD = "audit.head"
#: Environment variable with the user's code; the login name is never taken.
USER = "EUTONIA_USER"
UNKNOWN = "unknown"

_CODE = re.compile(r"[a-z][a-z0-9._-]{0,59}")
_WHO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,23}")
_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9+_-]{0,63}")
_START = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the log.

    Parameters
    ----------
    n : int
        Number of the line, from 1.
    time : str
        UTC, to the second.
    user, action, what : str
        Codes: who, what was done, and to or with what (such as ``fhir`` or ``research``).
    person, salt : str
        Pseudonym, and the salt of `person_hash`; both empty where no person is concerned or the
        person was erased.
    person_hash : str
        SHA-256 of salt and pseudonym.
    files : tuple of str
        SHA-256 of the files written.
    previous, hash : str
        Hash of the line before, and of this one without `person` and `salt`.
    """

    n: int
    time: str
    user: str
    action: str
    what: str = ""
    person: str = ""
    salt: str = ""
    person_hash: str = ""
    files: tuple[str, ...] = ()
    previous: str = _START
    hash: str = ""


def place(folder: Path) -> Path:
    """Return the folder whose log holds for `folder`: the data set's root, else the visit itself.

    Derivatives with a description of their own belong to the data set that they were made from.
    """
    root = bids.root_of(Path(folder).resolve())
    for above in (root, *root.parents):
        described = (above.parent / "dataset_description.json").is_file()
        if above.name == "derivatives" and described:
            return above.parent
    return root


def path_in(folder: Path) -> Path:
    """Return the file of the log that holds for a folder; it need not exist."""
    return place(folder) / FOLDER / FILE


def user(code: str = "") -> str:
    """Return the user's code: `code`, else the environment's ``EUTONIA_USER``, else ``unknown``.

    Raises
    ------
    InvalidRecord
        If it is no code of letters and digits.
    """
    found = code or os.environ.get(USER, "") or UNKNOWN
    return _checked(found, _WHO, "user", "a code of at most 24 letters and digits, no name")


def record(
    folder: Path,
    action: str,
    *,
    person: str = "",
    what: str = "",
    files: Sequence[Path] = (),
    by: str = "",
) -> Entry:
    """Append one line to the log; it is on the disk when this returns.

    Parameters
    ----------
    folder : Path
        Any folder or file of the data set or visit.
    action, what : str
        Codes in lower case, such as ``export`` and ``fhir``.
    person : str
        Pseudonym.
    files : sequence of Path
        Files that were written; only their hashes are kept.
    by : str
        The user's code; by default from the environment.

    Returns
    -------
    Entry
        The line as written.

    Raises
    ------
    InvalidRecord
        If a text is no code: free text and names have no place in the log.
    """
    code = "a code of small letters, digits, dots and hyphens"
    _checked(action, _CODE, "action", code)
    if what:
        _checked(what, _CODE, "what", code)
    salt = secrets.token_hex(16) if person else ""
    if person:
        _checked(person, _PERSON, "person", "a pseudonym such as sub-01")
    line = Entry(
        n=0,
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        user=user(by),
        action=action,
        what=what,
        person=person,
        salt=salt,
        person_hash=_person_hash(salt, person),
        files=tuple(_file_hash(f) for f in files),
    )
    path = path_in(folder)
    with _locked(path):
        known, torn = _read(path)
        last = next((e for e in reversed(known) if e is not None), None)
        line = replace(line, n=len(known) + 1, previous=last.hash if last else _START)
        line = replace(line, hash=_hash(line))
        # After an interrupted write the torn line is kept, and found by `check`.
        _append(path, ("\n" if torn else "") + _text(line))
        _write_head(path, line)
    return line


def entries(folder: Path) -> tuple[Entry, ...]:
    """Return the lines that can be read, the oldest first; none where there is no log."""
    return tuple(e for e in _read(path_in(folder))[0] if e is not None)


def check(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with the log, in sentences; empty: every line is as it was written."""
    path = path_in(folder)
    head = _read_head(path)
    known, torn = _read(path)
    if not known:
        lost = f"The log is missing or empty, but had {head[0]} lines." if head else ""
        return (lost,) if lost else ()
    problems = list(_broken_lines(known))
    if torn:
        problems.append(f"Line {len(known)} is incomplete: writing was interrupted.")
    if head is None:
        problems.append(f"{FOLDER}/{HEAD} is missing or damaged: a cut-off end cannot be found.")
        return tuple(problems)
    count, last = head
    # One line more than the head is a writer that was interrupted between the two files.
    if not count <= len(known) <= count + 1:
        problems.append(f"The log has {len(known)} lines, but had {count}.")
    elif (at := known[count - 1]) is None or at.hash != last:
        problems.append(f"Line {count} is not the one that was written last.")
    return tuple(problems)


def forget(folder: Path, person: str, *, proof: int = 0) -> int:
    """Take a pseudonym and its salts out of all lines; return how many lines held it.

    The chain does not cover them, so the log stays valid. The salt of line `proof` stays: with it
    whoever knows the pseudonym can see that this person was erased, and nothing else.
    """
    path = path_in(folder)
    if not path.is_file():
        return 0
    with _locked(path):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        found = 0
        for i, text in enumerate(lines):
            line = _parsed(text)
            if line is not None and line.person == person:
                lines[i] = _text(
                    replace(line, person="", salt=line.salt if line.n == proof else "")
                )
                found += 1
        if found:
            part = path.with_name(path.name + ".part")
            part.write_text("".join(lines), encoding="utf-8", newline="\n")
            part.replace(path)
    return found


def concerns(entry: Entry, person: str) -> bool:
    """Whether a line is about a person: by its pseudonym, or by the salted hash of it."""
    if entry.person:
        return entry.person == person
    return bool(entry.salt) and entry.person_hash == _person_hash(entry.salt, person)


# --- the chain ----------------------------------------------------------------------------------


def _broken_lines(known: list[Entry | None]) -> Iterator[str]:
    previous = _START
    for number, line in enumerate(known, start=1):
        if line is None:
            yield f"Line {number} is damaged: it is no entry of an audit log."
            continue
        if line.n != number:
            yield f"Line {number} says that it is line {line.n}."
        if line.hash != _hash(line):
            yield f"Line {number} was changed after it was written."
        if line.previous != previous:
            yield f"Line {number} does not follow the line before it."
        if line.person and line.person_hash != _person_hash(line.salt, line.person):
            yield f"Line {number} names another person than when it was written."
        previous = line.hash


def _hash(line: Entry) -> str:
    covered = {k: v for k, v in asdict(line).items() if k not in ("person", "salt", "hash")}
    return sha256(_json(covered).encode()).hexdigest()


def _person_hash(salt: str, person: str) -> str:
    return sha256(f"{salt}:{person}".encode()).hexdigest() if person else ""


def _file_hash(path: Path) -> str:
    with Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


# --- the files ----------------------------------------------------------------------------------


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _text(line: Entry) -> str:
    return _json(asdict(line)) + "\n"


def _parsed(text: str) -> Entry | None:
    """Return a line; None where it is damaged."""
    try:
        found = json.loads(text)
        line = Entry(**{**found, "files": tuple(found["files"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = (v for f in fields(line) if f.name != "n" for v in _flat(getattr(line, f.name)))
    return line if type(line.n) is int and all(isinstance(v, str) for v in texts) else None


def _flat(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _read(path: Path) -> tuple[list[Entry | None], bool]:
    """Return each line (None: damaged), and whether the last one was torn off."""
    if not path.is_file():
        return [], False
    text = path.read_text(encoding="utf-8", errors="replace")
    return [_parsed(line) for line in text.split("\n") if line], bool(text) and text[-1] != "\n"


def _append(path: Path, text: str) -> None:
    made = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(made, text.encode())
        os.fsync(made)
    finally:
        os.close(made)


def _write_head(path: Path, line: Entry) -> None:
    part = path.with_name(HEAD + ".part")
    part.write_text(f"{line.n} {line.hash}\n", encoding="ascii", newline="\n")
    part.replace(path.with_name(HEAD))


def _read_head(path: Path) -> tuple[int, str] | None:
    try:
        count, last = path.with_name(HEAD).read_text(encoding="ascii").split()
        return (int(count), last) if int(count) > 0 else None
    except (OSError, ValueError):
        return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the log for one process at a time; the lock falls with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name("audit.lock").open("a+b") as file:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _checked(text: str, allowed: re.Pattern[str], field: str, words: str) -> str:
    if not isinstance(text, str) or not allowed.fullmatch(text):
        raise InvalidRecord(f"audit log: {field} is {text!r}; it must be {words}.")
    return text
