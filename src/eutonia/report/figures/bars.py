"""Conditions side by side: dots with intervals, straight from the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eutonia.model import Condition, Finding
from eutonia.report.figures.canvas import COLOURS, GREY, MARKERS, label
from eutonia.report.figures.drawing import Drawing
from eutonia.report.words import card, part_words, unit, value_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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
            for i, target in enumerate(shown):
                at = [(k, values.get((part, target, c))) for k, c in enumerate(kept)]
                spread = 0.5 * (i / (len(shown) - 1) - 0.5) if len(shown) > 1 else 0.0
                _dots(ax, [(k + spread, f) for k, f in at if f], i, label(target, 60))
            name = unit(_of_part(ordered, part).estimate.unit)
            ax.set_title(part_words(part) if part else "")
            ax.set_xlabel(name or "no unit")
            ax.set_yticks(range(len(kept)), [label(c.label, 34) for c in kept])
            ax.set_ylim(len(kept) - 0.5, -0.5)
            ax.grid(axis="x", color="#e3e3e3", lw=0.5)
            ax.locator_params(axis="x", nbins=max(3, 6 - len(shown_parts)))
            for edge in range(len(kept) - 1):
                ax.axhline(edge + 0.5, color="#efefef", lw=0.6)
        handles, names = axes[0].get_legend_handles_labels()
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


def _dots(ax: Axes, at: list[tuple[float, Finding]], i: int, name: str) -> None:
    colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
    for y, f in at:
        if f.estimate.interval is not None:
            limits = [f.estimate.interval.lo, f.estimate.interval.hi]
            ax.plot(limits, [y, y], color=colour, lw=1.4, solid_capstyle="butt")
    x = [f.estimate.value for _, f in at]
    ax.plot(x, [y for y, _ in at], marker, color=colour, ms=5, mec="white", mew=0.5, label=name)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_color(GREY)


def _declared_order(ordered: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return the parts as the measure declares them; unknown ones as they come."""
    found = dict.fromkeys(f.estimate.part for f in ordered)
    declared = card(ordered[0].estimate.measure)
    known = [p for p in declared.units if p in found] if declared is not None else []
    return tuple(dict.fromkeys([*known, *found]))


def _of_part(findings: tuple[Finding, ...], part: str) -> Finding:
    return next(f for f in findings if f.estimate.part == part)


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
