"""Tables for the terminal: they fit its width and need no library."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence

GAP = "  "
_NARROWEST = 6
#: Words up to here are kept whole while other columns can give way.
_LONGEST_WORD = 24


def terminal_width() -> int:
    """Return the width of the terminal, at most 120 columns; 100 where there is none."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 120))


def printable(text: str) -> str:
    """Return `text` on one line, without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def display_width(text: str) -> int:
    """Return the number of columns that `text` takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def render(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    width: int | None = None,
) -> str:
    """Return a table as text.

    Parameters
    ----------
    header : sequence of str
        Titles of the columns.
    rows : sequence of sequence of str
        Cells; a column that is empty everywhere is left out.
    right : sequence of str
        Titles of the columns that are set flush right.
    width : int, optional
        Columns to fit into, by wrapping the widest cells; default: the terminal's.
    """
    cells = [[printable(c) for c in row] for row in rows]
    keep = [i for i in range(len(header)) if any(row[i] for row in cells)] or range(len(header))
    lines = [[header[i] for i in keep], *([row[i] for i in keep] for row in cells)]
    flush = [header[i] in right for i in keep]
    columns = list(zip(*lines, strict=True))
    natural = [max(map(display_width, c)) for c in columns]
    words = [max(display_width(w) for cell in c for w in cell.split() or [""]) for c in columns]
    widths = _fitted(natural, words, width)
    rule = ["-" * w for w in widths]
    body = [line for row in lines[1:] for line in _row(row, widths, flush)]
    return "\n".join([*_row(lines[0], widths, flush), GAP.join(rule), *body])


def _fitted(natural: list[int], words: list[int], width: int | None) -> list[int]:
    """Narrow the widest column, one at a time, until the table fits; words break last."""
    widths = list(natural)
    room = (width or terminal_width()) - len(GAP) * (len(widths) - 1)
    for least in ([min(w, _LONGEST_WORD) for w in words], [_NARROWEST] * len(widths)):
        while sum(widths) > room:
            slack = [w - m for w, m in zip(widths, least, strict=True)]
            if max(slack) <= 0:
                break
            can = [w if s > 0 else 0 for w, s in zip(widths, slack, strict=True)]
            widths[can.index(max(can))] -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], flush: Sequence[bool]) -> list[str]:
    wrapped = [_wrapped(c, w) for c, w in zip(cells, widths, strict=True)]
    height = max(len(w) for w in wrapped)
    lines = []
    for i in range(height):
        parts = [
            _padded(column[i] if i < len(column) else "", w, right)
            for column, w, right in zip(wrapped, widths, flush, strict=True)
        ]
        lines.append(GAP.join(parts).rstrip())
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    if display_width(text) <= width:
        return [text]
    # Wide characters count twice, so a line of them may hold only half as many.
    for narrow in range(width, 0, -1):
        lines = textwrap.wrap(text, narrow) or [""]
        if max(map(display_width, lines)) <= width:
            break
    return lines


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * max(0, width - display_width(text))
    return space + text if right else text + space


def paragraph(text: str, *, indent: str = "", width: int | None = None) -> str:
    """Return `text` wrapped to the terminal."""
    return textwrap.fill(
        printable(text),
        width or terminal_width(),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def facts(pairs: Sequence[tuple[str, str]], *, width: int | None = None) -> str:
    """Return names and values below each other; pairs without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    if not shown:
        return ""
    margin = max(display_width(name) for name, _ in shown) + len(GAP)
    lines = []
    for name, value in shown:
        first = name + " " * (margin - display_width(name))
        lines.append(
            textwrap.fill(
                printable(value),
                width or terminal_width(),
                initial_indent=first,
                subsequent_indent=" " * margin,
                break_on_hyphens=False,
            )
        )
    return "\n".join(lines)
