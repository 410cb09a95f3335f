"""Conditions side by side: dots with intervals, straight from the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eutonia import plot
from eutonia.judge import unit_words
from eutonia.model import Condition, Finding
from eutonia.report.figures.canvas import label
from eutonia.report.figures.drawing import Drawing
from eutonia.report.words import card, part_words, value_in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

MAX_TARGETS = 4
MAX_CONDITIONS = 6
MAX_PARTS = 5


def bars(ordered: tuple[Finding, ...]) -> Drawing:
    """Draw a panel per part, a row per condition, and a dot with its interval per target.

    Parameters
    ----------
    ordered : tuple of Finding
        All of one measure, the most relevant first.
    """
    targets = tuple(dict.fromkeys(f.estimate.target.label for f in ordered))
    parts = _declared_order(ordered)
    conditions = tuple(dict.fromkeys(f.estimate.condition for f in ordered))
    shown_parts, shown = parts[:MAX_PARTS], targets[:MAX_TARGETS]
    kept = tuple(sorted(conditions[:MAX_CONDITIONS], key=_rest_first))
    values = {(f.estimate.part, f.estimate.target.label, f.estimate.condition): f for f in ordered}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots(1, len(shown_parts), sharey=True, squeeze=False)[0]
        for ax, part in zip(axes, shown_parts, strict=True):
            of_part = [f for f in ordered if f.estimate.part == part]
            plot.bars(of_part, conditions=kept, targets=shown, ax=ax)
            ax.set_title(part_words(part) if part else "")
            ax.set_xlabel(unit_words(of_part[0].estimate.unit) or "no unit")
            ax.set_yticks(range(len(kept)), [label(c.label, 34) for c in kept])
            ax.locator_params(axis="x", nbins=max(3, 6 - len(shown_parts)))
        handles = axes[0].get_legend_handles_labels()[0]
        names = [label(t, 60) for t in shown]
        canvas.legend(handles, names, loc="outside lower left", ncols=2 if len(names) > 1 else 1)

    left_out = _left_out(
        ("targets", len(targets), len(shown)),
        ("conditions", len(conditions), len(kept)),
        ("parts", len(parts), len(shown_parts)),
    )
    drawn = [
        values[p, t, c] for p in shown_parts for t in shown for c in kept if (p, t, c) in values
    ]
    return Drawing(
        title="Conditions side by side",
        alt="Dots with 95 % intervals, a row per condition: "
        + " ".join(f"{_named(f)}: {value_in_words(f.estimate)}." for f in drawn[:24]),
        caption=f"Dots with their 95 % intervals; a dot without a line has none.{left_out}",
        draw=draw,
        height_in=0.75 + 0.15 * ((len(shown) + 1) // 2) + len(kept) * (0.22 + 0.12 * len(shown)),
    )


def _declared_order(ordered: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return the parts as the measure declares them; unknown ones as they come."""
    found = dict.fromkeys(f.estimate.part for f in ordered)
    declared = card(ordered[0].estimate.measure)
    known = [p for p in declared.units if p in found] if declared is not None else []
    return tuple(dict.fromkeys([*known, *found]))


def _rest_first(condition: Condition) -> tuple[bool, str]:
    return condition.get("task") != "rest", condition.label


def _named(f: Finding) -> str:
    e = f.estimate
    part = f", {part_words(e.part)}" if e.part else ""
    return f"{label(e.target.label, 60)}{part}, {e.condition.label}"


def _left_out(*counts: tuple[str, int, int]) -> str:
    """Say what the figure does not show."""
    said = [f"{shown} of {n} {what}" for what, n, shown in counts if shown < n]
    return (
        f" Shown are {', '.join(said)}, the most relevant; all are in findings.csv." if said else ""
    )
