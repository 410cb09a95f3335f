"""The rows of a text table as numbers: in memory, or beside it in a temporary file when long."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import _store, _table_time
from eutonia.formats._table_layout import Layout, is_clock, is_value, opened
from eutonia.model import Floats, UnreadableFile

_LINES = 50_000  # read at a time
_LARGE_BYTES = 2**23  # of text; longer tables are kept on disk, not in memory


@dataclass(frozen=True, kw_only=True)
class Body:
    """The numbers of a table.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        NaN where a cell is empty or no number; mapped from `stored` where that is given.
    stored : str
        File that holds the values; empty: in memory.
    texts : dict of int to list of (int, str)
        For columns of words: row and word.
    clocks : tuple of int
        Columns of clock strings, which are seconds in `values`.
    ragged, odd : int
        Rows of another length, and cells that were no numbers.
    sha256 : str
        Of the file.
    """

    values: Floats
    stored: str
    texts: dict[int, list[tuple[int, str]]]
    clocks: tuple[int, ...]
    ragged: int
    odd: int
    sha256: str


@dataclass
class _Count:
    ragged: int = 0
    odd: int = 0
    texts: dict[int, list[tuple[int, str]]] = field(default_factory=dict)


def read(path: Path, layout: Layout) -> Body:
    """Read all rows.

    Raises
    ------
    UnreadableFile
        If the file cannot be decoded.
    """
    try:
        digest = _store.digest(path)
        sample = list(islice(_lines(path, layout), 200))
        rows = [layout.split(x) for x in sample]
        n = max(len(layout.units), 1)
        clocks, texts = _kinds(rows, n, layout.decimal)
        plain = not clocks and not texts
        count = _Count(texts={c: [] for c in texts})
        blocks = _blocks(path, layout, n, clocks, count, plain=plain)
        size = path.stat().st_size * (8 if path.suffix == ".gz" else 1)
        if size < _LARGE_BYTES:
            values, stored = np.concatenate([np.empty((0, n)), *blocks]), ""
        else:
            values, stored = _on_disk(blocks, digest, n)
    except (OSError, EOFError, UnicodeError) as error:
        raise UnreadableFile(
            f"{path}: the table cannot be read to its end ({error}). Copy or export it again."
        ) from error
    return Body(
        values=values,
        stored=stored,
        texts=count.texts,
        clocks=clocks,
        ragged=count.ragged,
        odd=count.odd,
        sha256=digest,
    )


def _lines(path: Path, layout: Layout) -> Iterator[str]:
    with io.TextIOWrapper(opened(path), encoding=layout.encoding, errors="replace") as file:
        for line in islice(file, layout.first_line, None):
            if line.strip("\r\n\x00 ") and not line.startswith(("#", "%", "//")):
                yield line


def _kinds(rows: list[list[str]], n: int, decimal: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the columns of clock strings and of words."""
    clocks, texts = [], []
    for column in range(n):
        filled = [r[column] for r in rows if len(r) > column and r[column]]
        if filled and sum(map(is_clock, filled)) > 0.5 * len(filled):
            clocks.append(column)
        elif sum(not is_value(c, decimal) for c in filled) > 0.5 * len(filled):
            texts.append(column)
        elif not filled and rows:
            texts.append(column)  # empty so far: perhaps markers further down
    return tuple(clocks), tuple(texts)


def _blocks(
    path: Path, layout: Layout, n: int, clocks: tuple[int, ...], count: _Count, *, plain: bool
) -> Iterator[Floats]:
    lines, done = _lines(path, layout), 0
    while block := list(islice(lines, _LINES)):
        values = _fast(block, layout, n) if plain else None
        if values is None:
            values = _cell_by_cell(block, layout, n, clocks, count, done)
        done += len(values)
        yield values


def _fast(lines: list[str], layout: Layout, n: int) -> Floats | None:
    if layout.decimal == ",":
        lines = [x.replace(",", ".") for x in lines]
    try:
        values = np.loadtxt(lines, delimiter=layout.delimiter or None, comments=None, ndmin=2)
    except ValueError:
        return None
    return values if values.shape[1] == n else None


def _cell_by_cell(
    lines: list[str], layout: Layout, n: int, clocks: tuple[int, ...], count: _Count, done: int
) -> Floats:
    rows = [layout.split(x) for x in lines]
    short = [len(r) for r in rows]
    count.ragged += sum(k != n for k in short)
    values = np.full((len(rows), n), np.nan)
    for column in range(n):
        texts = [r[column] if len(r) > column else "" for r in rows]
        if column in clocks:
            values[:, column] = [_table_time.clock_seconds(t) for t in texts]
        elif column in count.texts:
            count.texts[column] += [(done + i, t) for i, t in enumerate(texts) if t]
        else:
            values[:, column] = _floats(texts, layout.decimal, count)
    return values


def _floats(texts: list[str], decimal: str, count: _Count) -> Floats:
    if decimal == ",":
        texts = [t.replace(",", ".") for t in texts]
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        pass
    out = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        try:
            out[i] = float(text)
        except ValueError:
            count.odd += bool(text)
    return out


def _on_disk(blocks: Iterator[Floats], digest: str, n: int) -> tuple[Floats, str]:
    """Write the rows to a file of this user."""
    target = _store.new_file(digest)
    with target.open("wb") as file:
        for block in blocks:
            file.write(np.ascontiguousarray(block).tobytes())
    n_rows = target.stat().st_size // (8 * n)
    values: NDArray[np.float64] = np.memmap(target, dtype=np.float64, mode="r", shape=(n_rows, n))
    return values, str(target)
