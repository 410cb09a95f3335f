"""What a kind of figure says about itself, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eutonia.model import Finding
from eutonia.plot.source import Arrays
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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What of one condition is drawn: a finding per target, and the arrays behind them."""

    findings: tuple[Finding, ...]
    arrays: Arrays

    @property
    def condition(self) -> str:
        """The condition in words."""
        return self.findings[0].estimate.condition.label

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the arrays that the findings are about."""
        return tuple(f.estimate.row for f in self.findings)


def of_targets(chosen: tuple[Finding, ...]) -> str:
    """Return the numbers that belong to a figure, for those who cannot see it."""
    return " ".join(
        f"{short(f.estimate.target.label, 60)}"
        f"{', ' + part_words(f.estimate.part) if f.estimate.part else ''}: "
        f"{value_in_words(f.estimate)}."
        for f in chosen
    )
