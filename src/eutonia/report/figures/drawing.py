"""What a kind of figure says about itself, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eutonia.model import Finding
from eutonia.report.words import part_words, short, value_in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A figure before it is drawn: its words, its height, and the function that draws it."""

    title: str
    alt: str
    caption: str
    draw: Callable[[Canvas], None]
    height_in: float


def of_targets(chosen: tuple[Finding, ...]) -> str:
    """Return the numbers that belong to a figure, for those who cannot see it."""
    return " ".join(
        f"{short(f.estimate.target.label, 60)}"
        f"{', ' + part_words(f.estimate.part) if f.estimate.part else ''}: "
        f"{value_in_words(f.estimate)}."
        for f in chosen
    )
