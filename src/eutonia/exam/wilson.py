"""The Leipzig score for Wilson disease: points of what was entered, those from memory kept apart.

Cells that could not be read in the copy consulted are from memory [M]: their points are shown as
our rule, unconfirmed. A published reading is shown only where it does not hang on them. It is a
score, no diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eutonia.knowledge import normalise, table
from eutonia.model.errors import InvalidRecord


@dataclass(frozen=True, kw_only=True)
class Leipzig:
    """Points of the Leipzig score.

    Parameters
    ----------
    checked : int
        Points of the items that were checked against the source.
    unconfirmed : int
        Points of the items whose cells are from memory.
    answered, of : int
        Items entered, and items there are.
    lines : tuple of str
        One line per item entered, with its points and how far they were checked.
    missing : tuple of str
        Items not entered; they count as no points.
    reading : str
        The published reading, or why it is not shown.
    """

    checked: int
    unconfirmed: int
    answered: int
    of: int
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    reading: str
    sources: tuple[str, ...] = ("Leipzig",)

    @property
    def total(self) -> int:
        """All points together."""
        return self.checked + self.unconfirmed


def leipzig(entries: Mapping[str, str]) -> Leipzig:
    """Return the points of a Leipzig score.

    Parameters
    ----------
    entries : mapping of str to str
        Item (key of ``knowledge/leipzig``) to one of its cells, in any spelling of case and spaces.

    Raises
    ------
    InvalidRecord
        If there is no such item or cell; says what is allowed.
    """
    items = table("leipzig")
    points = {"V": 0, "M": 0}
    lines = []
    for key, text in entries.items():
        if key not in items:
            raise InvalidRecord(
                f"Leipzig score: there is no item {key!r}; the items are {', '.join(items)}."
            )
        item = items[key]
        cell, value = _cell(key, text, item["cells"])
        points[item["mark"]] += value
        unconfirmed = "" if item["mark"] == "V" else f" ({table('statements')['our_rule']})"
        lines.append(f"{item['name']}: {cell}, {value:+d}{unconfirmed}")
    return Leipzig(
        checked=points["V"],
        unconfirmed=points["M"],
        answered=len(entries),
        of=len(items),
        lines=tuple(lines),
        missing=tuple(item["name"] for key, item in items.items() if key not in entries),
        reading=_reading(points, some=bool(entries)),
    )


def _cell(key: str, text: str, cells: Mapping[str, int]) -> tuple[str, int]:
    found = {normalise(cell): cell for cell in cells}.get(normalise(text))
    if found is None:
        allowed = "; ".join(cells)
        raise InvalidRecord(f"Leipzig score, {key}: {text!r} is no answer; allowed: {allowed}.")
    return found, cells[found]


def _reading(points: Mapping[str, int], *, some: bool) -> str:
    if not some:
        return "nothing entered"
    without, with_all = _published(points["V"]), _published(points["V"] + points["M"])
    if without != with_all:
        return "no reading: it would hang on points from memory"
    return f"{with_all} (a score, no diagnosis; what is missing counts as no points)"


def _published(total: int) -> str:
    readings = table("leipzig_readings")
    words: str = next((r["words"] for r in readings if total >= r["from"]), readings[-1]["words"])
    return words
