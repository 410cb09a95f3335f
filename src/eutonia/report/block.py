"""The pieces that a report is made of; every way of writing it says the same pieces.

Text is a string, or a tuple of strings and `Ref`: a reference to a heading, which HTML writes as a
link and PDF as a link with the page number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Ref:
    """A reference to the heading with this anchor."""

    words: str
    anchor: str


Text = str | tuple[str | Ref, ...]


@dataclass(frozen=True, kw_only=True)
class Title:
    """The head of the report: always the first block, and the only one of its kind.

    Parameters
    ----------
    text, aside : str
        What the report is about, and the words that stand beside it.
    running : str
        In the header of every page.
    labels : tuple of str
        Such as ``SIMULATED``: on every page; `label_words` says what they mean.
    """

    text: str
    aside: str
    running: str
    labels: tuple[str, ...] = ()
    label_words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading; `level` 2 opens a section, and no level is skipped."""

    text: str
    level: int
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; ``plain`` is set larger, ``small`` smaller."""

    text: Text
    style: Literal["body", "plain", "small"] = "body"


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of short sentences."""

    items: tuple[Text, ...]
    style: Literal["body", "plain", "small"] = "body"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence that must not be overlooked."""

    text: Text
    kind: Literal["danger", "caution"] = "caution"


@dataclass(frozen=True, kw_only=True)
class KeyValues:
    """Terse rows of a key and what there is to say; `caption` is read out, not shown."""

    caption: str
    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first cell of a row heads it.

    Parameters
    ----------
    caption : str
        Shown above.
    header : tuple of str
    rows : tuple of tuple of str
    widths : tuple of float
        Relative width of each column.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure, drawn only when the report is written.

    Parameters
    ----------
    name : str
        Unique in the report; made of letters, digits and hyphens.
    title, alt, caption : str
        What it shows in a few words; in full for those who cannot see it; and what stands below.
    draw : callable
        Pure: returns the SVG.
    """

    name: str
    title: str
    alt: str
    caption: str
    draw: Callable[[], str]


@dataclass(frozen=True)
class PageBreak:
    """On paper, what follows starts a page."""


Block = Title | Heading | Paragraph | Bullets | Note | KeyValues | Table | Figure | PageBreak
