"""How a text table is laid out: encoding, delimiter, decimal sign, header, units, rate."""

from __future__ import annotations

import csv
import gzip
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from eutonia.formats import units
from eutonia.model import UnreadableFile

_HEAD_BYTES = 2**16
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?nan|[+-]?inf", re.IGNORECASE)
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?|[+-]?nan", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[ T_])?\d{1,2}:\d{2}:\d{2}(?:[.,:]\d+)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?"
)
_RATE = re.compile(
    r"(?:sampl\w*[ _]*(?:rate|freq\w*)|\bfs\b|\bsrate\b|\bfrequency\b)\W*(?:\(?hz\)?)?\W*"
    r"(\d+(?:[.,]\d+)?)\s*(khz)?",
    re.IGNORECASE,
)
_LABELS = re.compile(r"(?:labels|channels|columns|names)\W*?[:=]+\s*(.+)", re.IGNORECASE)
_UNITS = re.compile(r"units?\W*?[:=]+\s*(.+)", re.IGNORECASE)
_NAME_UNIT = re.compile(r"(.*?)[\s_]*(?:\[([^\]]*)\]|\(([^)]*)\))\s*")
_COMMENT = ("#", "%", "//")
_BLANK = ("", "n/a", "na", "null", "none", "-")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the lines of a table are read.

    Parameters
    ----------
    encoding : str
        Name of the character encoding.
    delimiter : str
        Between cells; empty: any blanks.
    decimal : str
        Decimal sign.
    first_line : int
        Number of the first line of data, from 0.
    names, units : tuple of str
        Of the columns; empty where the file does not say.
    rate_hz : float or None
        Where the header states one.
    """

    encoding: str
    delimiter: str
    decimal: str
    first_line: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    rate_hz: float | None = None

    def split(self, line: str) -> list[str]:
        """Return the cells of a line."""
        return cells(line, self.delimiter)


def opened(path: Path) -> IO[bytes]:
    """Open a table, through gzip where its name says so."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def cells(line: str, delimiter: str) -> list[str]:
    """Split one line; a comma at its end is not a column."""
    line = line.strip("\r\n\x00")
    if not delimiter:
        return line.split()
    row = next(csv.reader([line], delimiter=delimiter)) if '"' in line else line.split(delimiter)
    row = [c.strip() for c in row]
    return row[:-1] if len(row) > 1 and not row[-1] and delimiter not in "\t," else row


def is_value(cell: str, decimal: str) -> bool:
    """Whether a cell holds a number or a time."""
    number = _NUMBER if decimal == "." else _COMMA_NUMBER
    return number.fullmatch(cell) is not None or is_clock(cell)


def is_clock(cell: str) -> bool:
    """Whether a cell holds a time of day or a date with time."""
    return _CLOCK.fullmatch(cell) is not None


def find(path: Path) -> Layout:
    """Find out how a text table is laid out.

    Raises
    ------
    UnreadableFile
        If it is not text or has no rows of numbers.
    """
    try:
        with opened(path) as file:
            raw = file.read(_HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise UnreadableFile(f"{path}: cannot be unpacked ({error}). Copy it again.") from error
    encoding = _encoding(path, raw)
    lines = raw.decode(encoding, errors="replace").splitlines()
    if len(raw) == _HEAD_BYTES:
        lines = lines[:-1]  # cut off in the middle
    numbered = [(i, x) for i, x in enumerate(lines) if x.strip() and not x.startswith(_COMMENT)]
    if not numbered:
        raise UnreadableFile(f"{path}: the file holds no rows of numbers.")
    delimiter, decimal, width = _dialect([x for _, x in numbered])
    if not width:
        raise UnreadableFile(
            f"{path}: no rows of numbers were found. Eutonia reads tables with one row per sample, "
            "separated by comma, semicolon, tab, bar or blanks."
        )
    rows = [(i, cells(x, delimiter)) for i, x in numbered]
    start = _first_row([r for _, r in rows], width, decimal)
    first_line = rows[start][0]
    header = [r for _, r in rows[:start]]
    names, written = _header(header, len(rows[start][1]))
    comments = [x.lstrip("#%/ ") for x in lines[:first_line] if x.strip()]
    names, written = _from_comments(comments, names, written, len(rows[start][1]))
    return Layout(
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        first_line=first_line,
        names=names,
        units=written,
        rate_hz=_rate(comments, header, decimal),
    )


def _encoding(path: Path, raw: bytes) -> str:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            return name
    if raw.count(0) > len(raw) // 4:
        even, odd = raw[::2].count(0), raw[1::2].count(0)
        if min(even, odd) == 0 and max(even, odd) > len(raw) // 3:
            return "utf-16-le" if odd > even else "utf-16-be"
    control = sum(b < 9 or 13 < b < 32 for b in raw)
    if control > len(raw) // 200:
        raise UnreadableFile(
            f"{path}: this is binary data and no text table. Export the recording as text or EDF."
        )
    try:
        raw[: max(1, len(raw) - 4)].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 8:
            return "latin-1"
    return "utf-8"


def _dialect(lines: Sequence[str]) -> tuple[str, str, int]:
    """Return delimiter, decimal sign and number of values in a row (0: none found)."""
    body = lines[max(0, len(lines) // 3) :][-60:]
    best: tuple[tuple[float, float, int], tuple[str, str, int]] | None = None
    for rank, (delimiter, decimal) in enumerate(
        [(d, p) for d in ("\t", ";", ",", "|", "") for p in (".", ",") if d != "," or p == "."]
    ):
        rows = [cells(x, delimiter) for x in body]
        width, agree = Counter(len(r) for r in rows).most_common(1)[0]
        same = [r for r in rows if len(r) == width]
        values = sum(is_value(c, decimal) for r in same for c in r) / len(same)
        filled = sum(c.lower() not in _BLANK for r in same for c in r) / len(same)
        if values < 1 or values < 0.5 * filled or agree < 0.5 * len(rows):
            continue
        score = (values * agree / len(rows), values / max(filled, 1.0), -rank)
        if best is None or score > best[0]:
            best = (score, (delimiter, decimal, max(1, round(values))))
    return best[1] if best else ("", ".", 0)


def _first_row(rows: Sequence[list[str]], width: int, decimal: str) -> int:
    """Return the first row that is as full of values as the rows further down."""

    def full(row: list[str]) -> bool:
        return sum(is_value(c, decimal) for c in row) >= max(1.0, 0.6 * width)

    for i, row in enumerate(rows):
        if full(row) and (i + 1 == len(rows) or full(rows[i + 1]) or i > 0):
            return i
    return next((i for i, row in enumerate(rows) if any(is_value(c, decimal) for c in row)), 0)


def _header(rows: list[list[str]], n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names and units from the rows above the data."""
    rows = [(r + [""] * n)[:n] for r in rows if len(r) in range(max(1, n - 1), n + 2)]
    written: tuple[str, ...] = ("",) * n
    if rows:
        filled = [c for c in rows[-1] if c]
        if filled and all(units.is_unit(c.strip("[]()")) for c in filled) and len(rows) > 1:
            written = tuple(c.strip("[]()") for c in rows.pop())
    if not rows:
        return (), written
    names = list(rows[-1])
    if len(rows) > 1 and len(set(names)) < len(names):
        names = [f"{a} {b}".strip() for a, b in zip(rows[-2], names, strict=True)]
    split = [_name_and_unit(name) for name in names]
    return (
        tuple(name for name, _ in split),
        tuple(w or unit for w, (_, unit) in zip(written, split, strict=True)),
    )


def _name_and_unit(name: str) -> tuple[str, str]:
    """Take ``EMG1 [mV]`` apart; round brackets only around a known unit."""
    found = _NAME_UNIT.fullmatch(name)
    if found and found[1]:
        unit = (found[2] if found[2] is not None else found[3]).strip()
        if found[2] is not None or units.is_unit(unit):
            return found[1].strip(), unit
    return name.strip().lstrip("\ufeff"), ""


def _from_comments(
    comments: Sequence[str], names: tuple[str, ...], written: tuple[str, ...], n: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    for line in comments:
        labels, unit = _LABELS.match(line), _UNITS.match(line)
        if labels and not names:
            split = re.split(r"[\t,;]+", labels[1].strip())
            names = tuple(s.strip() for s in split) if len(split) == n else names
        if unit and not any(written):
            split = re.split(r"[\t,;]+", unit[1].strip())
            written = tuple(split) if len(split) == n else (split[0],) * n
    return names, written


def _rate(comments: Sequence[str], header: list[list[str]], decimal: str) -> float | None:
    """Return a stated rate: ``Sampling Rate (Hz):= 1000``, or a title and a lone number (Vicon)."""
    for line in comments:
        found = _RATE.search(line)
        if found and float(found[1].replace(",", ".")) > 0:
            return float(found[1].replace(",", ".")) * (1000 if found[2] else 1)
    for above, row in itertools.pairwise(header):
        lone = [c for c in row if c]
        titled = [c for c in above if c]
        if len(lone) == len(titled) == 1 and is_value(lone[0], decimal) and not is_clock(lone[0]):
            value = float(lone[0].replace(",", "."))
            if value > 0 and not is_value(titled[0], decimal):
                return value
    return None
