"""A person's diary as a table: one line per entry, written by hand, a spreadsheet or the terminal.

``time`` (or ``date`` and ``clock``), one column per rating of ``knowledge/diary_ratings``, and
``tasks``, ``triggers``, ``observed``, ``trick_worked``, ``medication``, ``toxin_day``, ``note``.
Comma, semicolon or tab; a decimal comma is read where the comma does not separate. A line that
cannot be read is reported with its number; it is never dropped in silence, nor read in part.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eutonia.formats._diary_columns import EXAMPLE, Column, asked, columns_of
from eutonia.formats.answer_file import write_text
from eutonia.knowledge import table
from eutonia.model import DiaryEntry, InvalidRecord, Lost

MAX_BYTES = 50_000_000
#: Most lines that are named one by one; the others are counted.
MAX_NAMED = 50
#: Most line breaks within one note.
MAX_BREAKS = 50
_ENDINGS = (".csv", ".tsv")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # a spreadsheet's "Unicode text"
#: The number of a line, and its cells or what is wrong with it.
_Line = tuple[int, list[str] | InvalidRecord]


def is_diary(path: Path) -> bool:
    """Return whether a file is named as a diary's: ``diary.csv``, ``sub-01_diary.tsv``."""
    named = path.stem == "diary" or path.stem.endswith("_diary")
    return named and path.suffix.lower() in _ENDINGS


def diary_files(folder: Path) -> tuple[Path, ...]:
    """Return the diary's files in a folder."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(p for p in folder.iterdir() if is_diary(p)))


def diaries_for(folder: Path) -> tuple[Path, ...]:
    """Return the diary's files for a visit: in its folder and in the ``sub-`` folder above it."""
    folder = Path(folder).resolve()
    above = (folder.parent,) if folder.parent.name.startswith("sub-") else ()
    return tuple(path for place in (*above, folder) for path in diary_files(place))


def load_diary(folder: Path) -> tuple[tuple[DiaryEntry, ...], tuple[Lost, ...]]:
    """Read the diary from a visit's or person's folder, and from the ``sub-`` folder above it.

    Returns
    -------
    tuple of DiaryEntry
        In order of time; an entry that stands twice, word for word, counts once.
    tuple of Lost
        Every line and file that could not be read, and why.
    """
    entries: list[DiaryEntry] = []
    lost: list[Lost] = []
    for path in diaries_for(folder):
        found, bad = read_diary(path)
        entries += found
        lost += bad
    return tuple(sorted(dict.fromkeys(entries), key=lambda e: e.time)), tuple(lost)


def read_diary(path: Path) -> tuple[tuple[DiaryEntry, ...], tuple[Lost, ...]]:
    """Read one file of a diary: its entries as they stand, and what could not be read."""
    try:
        lines = _text(path).split("\n")
        separator = _separator(lines)
        first = next((i for i, line in enumerate(lines) if line.strip()), None)
        if first is None:
            raise InvalidRecord(f"The diary is empty; its first line must be such as {EXAMPLE}.")
        columns, unread = columns_of(_cells_of(lines[first], separator), separator)
    except InvalidRecord as error:
        return (), (Lost(path=path.name, error=str(error)),)
    entries, lost = _entries(_records(lines, first + 1, separator), columns, path.name)
    return tuple(entries), (*(Lost(path=path.name, error=e) for e in unread), *lost)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidRecord(f"The file cannot be read ({error.strerror}).") from error
    if len(raw) > MAX_BYTES:
        raise InvalidRecord(f"The file is {len(raw)} bytes long; allowed: at most {MAX_BYTES}.")
    wide = raw[:2] in _UTF16
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except ValueError as error:
        raise InvalidRecord("The file is not UTF-8; save it again as CSV UTF-8.") from error
    if "\x00" in text:
        raise InvalidRecord("The file holds zero bytes and is no table; save it as CSV UTF-8.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    # The line by which spreadsheets name the separator stays as an empty one, so that lines count.
    return f"\n{rest}" if re.fullmatch(r"sep=.", first.strip(), re.IGNORECASE) else text


def _separator(lines: Sequence[str]) -> str:
    """Return what separates the cells of the first line."""
    first = next((line for line in lines if line.strip()), "")
    return max("\t;,", key=first.count)


def _cells_of(line: str, separator: str) -> list[str]:
    """Return the cells of one line; raises InvalidRecord where a quotation mark stays open."""
    try:
        # Without strict, csv would read a cell with a stray quotation mark in part.
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise InvalidRecord(f"its quotation marks do not match ({error}).") from error


def _records(lines: Sequence[str], start: int, separator: str) -> Iterator[_Line]:
    """Yield number and cells, or what is wrong, of each entry; a note may hold line breaks."""
    at = start
    while at < len(lines):
        number, found, line = at + 1, None, lines[at]
        at += 1
        if not line.strip():
            continue
        for end in range(at, min(at + MAX_BREAKS, len(lines) + 1)):
            try:
                found = _cells_of("\n".join(lines[at - 1 : end]), separator)
            except InvalidRecord as error:
                wrong = error
                if '"' not in line:
                    break
            else:
                at = end
                break
        if found is None:
            yield number, wrong
        elif any(cell.strip() for cell in found):
            yield number, found


# --- lines --------------------------------------------------------------------------------------


def _entries(
    records: Iterator[_Line], columns: list[Column | None], name: str
) -> tuple[list[DiaryEntry], list[Lost]]:
    ratings = frozenset(table("diary_ratings"))
    entries: list[DiaryEntry] = []
    lost: list[Lost] = []
    more: list[int] = []
    for line, cells in records:
        try:
            if isinstance(cells, InvalidRecord):
                raise cells
            entries.append(_entry(cells, columns, ratings))
        except InvalidRecord as error:
            if len(lost) < MAX_NAMED:
                lost.append(Lost(path=f"{name}, line {line}", error=f"Left out: {error}"))
            else:
                more.append(line)
    if more:
        told = f"{len(more)} more lines could not be read, from line {more[0]} to {more[-1]}."
        lost.append(Lost(path=name, error=told))
    return entries, lost


def _entry(cells: list[str], columns: list[Column | None], ratings: frozenset[str]) -> DiaryEntry:
    if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
        raise InvalidRecord(
            f"it has {len(cells)} cells, but the first line names {len(columns)} columns; put a "
            "text with a separator between quotation marks, and write decimals with a point."
        )
    answers: dict[str, Any] = {}
    rated: list[tuple[str, float]] = []
    for cell, column in zip(cells, columns, strict=False):
        text = cell.strip()
        if column is None or text.lower() in column.empty:
            continue
        if column.field in ratings:
            rated.append((column.field, column.read(text)))
        else:
            answers[column.field] = column.read(text)
    return DiaryEntry(time=_time(answers), ratings=tuple(rated), **answers)


def _time(answers: dict[str, Any]) -> str:
    """Take the moment of an entry out of its answers."""
    clock = answers.pop("clock", "")
    moment: str = answers.pop("time", "") or answers.pop("date", "")
    if not moment:
        raise InvalidRecord("time is missing; allowed: date and time, such as 2026-03-01 21:30.")
    if clock and "T" in moment:
        raise InvalidRecord(f"it has two times of day, {moment[11:]} and {clock}; keep one.")
    return f"{moment}T{clock}" if clock else moment


# --- writing ------------------------------------------------------------------------------------


def add_entry(entry: DiaryEntry, folder: Path) -> Path:
    """Append one entry to the diary in a person's folder and return the file.

    Entries that are there are never changed. A column that the file lacks is added to its first
    line.

    Raises
    ------
    InvalidRecord
        If the folder holds several diaries, or the one there has no first line that names columns.
    """
    folder = Path(folder)
    files = diary_files(folder)
    if len(files) > 1:
        listed = ", ".join(p.name for p in files)
        raise InvalidRecord(f"{folder.name} holds several diaries ({listed}); keep one to add to.")
    path = files[0] if files else folder / _new_name(folder)
    cells = _cells(entry)
    if not files:
        write_text(path, "\t".join(("time", *(f for f in asked() if f != "time"))) + "\n")
    if path.read_bytes()[:2] in _UTF16:
        raise InvalidRecord(f"{path.name} is not UTF-8; save it as CSV UTF-8 to add to it.")
    lines = _text(path).split("\n")
    separator = _separator(lines)
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise InvalidRecord(f"{path.name} is empty; its first line must be such as {EXAMPLE}.")
    columns, _ = columns_of(_cells_of(lines[first], separator), separator)
    fields = [c.field if c else "" for c in columns]
    if "date" in fields:
        cells["date"], _, cells["clock"] = cells.pop("time").partition("T")
    missing = [f for f, cell in cells.items() if cell and f not in fields]
    if missing:
        lines[first] = separator.join((lines[first], *missing))
    if missing or lines[-1]:
        write_text(path, "\n".join(lines).rstrip("\n") + "\n")
    line = io.StringIO()
    row = [cells.get(f, "") for f in (*fields, *missing)]
    csv.writer(line, delimiter=separator, lineterminator="\n").writerow(row)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(line.getvalue())
        file.flush()
        os.fsync(file.fileno())
    return path


def _new_name(folder: Path) -> str:
    name = folder.resolve().name
    return f"{name}_diary.tsv" if name.startswith("sub-") else "diary.tsv"


def _cells(entry: DiaryEntry) -> dict[str, str]:
    """Return the cell of each column that the entry has something for."""
    cells = {key: repr(value).removesuffix(".0") for key, value in entry.ratings}
    for field in ("observed", "trick_worked", "medication"):
        value = getattr(entry, field)
        cells[field] = "" if value is None else "yes" if value else "no"
    for field, texts in (("tasks", entry.tasks), ("triggers", entry.triggers)):
        if any(mark in text for text in texts for mark in ";|"):
            raise InvalidRecord(f"{field} holds a semicolon, which separates; use a comma.")
    day = entry.toxin_day
    return {
        "time": entry.time,
        **cells,
        "tasks": "; ".join(entry.tasks),
        "triggers": "; ".join(entry.triggers),
        "toxin_day": "" if day is None else repr(day).removesuffix(".0"),
        "note": entry.note,
    }
