"""Muscle activity over time: two envelopes with their common area, and bursts.

Conditions stand side by side on one scale, so that the task can be held against rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eutonia import plot
from eutonia.model import Finding
from eutonia.plot.source import Arrays
from eutonia.report.figures.canvas import label
from eutonia.report.figures.drawing import Drawing, Shown, of_targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.figure import SubFigure

#: Seconds shown over the whole width, so that single bursts can still be told apart.
SHOWN_S = 30.0


def pairs(shown: tuple[Shown, ...]) -> Drawing:
    """Overlay two envelopes and shade their common area, a row per pair, a column per condition."""
    chosen = [f for s in shown for f in s.findings]
    relative = any("norm=task" in f.estimate.notes for f in chosen)
    scale = _scale(shown[0].arrays, "% of task max." if relative else "% MVC")
    of = {"% MVC": "% of the maximal contraction", "% of task max.": "% of the task maximum"}
    marked = any("onset_s" in s.arrays for s in shown)
    bars = " Bars on top: bursts of each muscle." if marked else ""
    return Drawing(
        title="Envelopes and their common area",
        alt=f"Envelopes of the two muscles {_over(shown)} in {of.get(scale, scale)}, with the "
        f"area that both have in common shaded.{bars} {_numbers(shown)}",
        caption=f"{_window(shown)}{bars}".strip(),
        draw=lambda canvas: _rows(canvas, shown, plot.pairs, ylabel=scale),
        height_in=0.35 + 1.55 * len(shown[0].findings),
    )


def bursts(shown: tuple[Shown, ...]) -> Drawing:
    """Draw the activity with its threshold and bursts, a row per muscle, a column per condition."""
    scale = _scale(shown[0].arrays, "µV")
    return Drawing(
        title="Muscle activity with the bursts found",
        alt=f"Root mean square over 50 ms of each muscle {_over(shown)} in {scale}, with the "
        f"threshold as a dashed line and bursts shaded. {_numbers(shown)}",
        caption=f"Bursts are shaded. {_window(shown)}".strip(),
        draw=lambda canvas: _rows(canvas, shown, plot.bursts, ylabel=f"RMS ({scale})"),
        height_in=0.35 + 1.4 * len(shown[0].findings),
    )


def _rows(canvas: Canvas, shown: tuple[Shown, ...], draw: Any, *, ylabel: str) -> None:
    """Draw a row of panels per target: one scale, one legend or title, a column per condition."""
    targets = shown[0].findings
    parts: Any = canvas.subfigures(len(targets), 1, squeeze=False)
    for i, part in enumerate(parts[:, 0]):
        axes = part.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        tops = []
        for ax, s in zip(axes, shown, strict=True):
            finding = _same_target(s, targets[i])
            if finding is None:
                ax.set_axis_off()
                continue
            row = finding.estimate.row
            draw(s.arrays, row=row, window_s=_seconds(s, len(shown)), ax=ax)
            tops.append(ax.get_ylim()[1])
            ax.set(title="", ylabel=ylabel if ax is axes[0] else "")
            # The last number of a panel would touch the first of the next.
            ax.xaxis.set_major_locator(_seconds_between(pruned=ax is not axes[-1]))
            if i == 0 and len(shown) > 1:
                ax.set_title(label(s.condition, 50), color="#6b6b6b")
            if i < len(targets) - 1:
                ax.set_xlabel("")
        axes[0].set_ylim(0, max(tops))
        _head(part, axes[0], label(targets[i].estimate.target.label, 100))


def _seconds_between(*, pruned: bool) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(7, integer=True, prune="upper" if pruned else None)


def _head(part: SubFigure, ax: Any, title: str) -> None:
    """Put the legend of a row above it, or its title where there is nothing to tell apart."""
    handles, names = ax.get_legend_handles_labels()
    if names:
        part.legend(handles, names, loc="outside upper left", ncols=3, borderaxespad=0.2)
    else:
        part.suptitle(title, x=0.01, ha="left", fontsize=8)


def _same_target(s: Shown, wanted: Finding) -> Finding | None:
    about = wanted.estimate.target.label
    return next((f for f in s.findings if f.estimate.target.label == about), None)


def _seconds(s: Shown, columns: int) -> tuple[float, float]:
    start = float(s.arrays["t_s"][0])
    return start, start + SHOWN_S / columns


def _scale(arrays: Arrays, default: str) -> str:
    return str(arrays["unit"]) if "unit" in arrays else default


def _over(shown: tuple[Shown, ...]) -> str:
    last = max(float(s.arrays["t_s"][-1]) - float(s.arrays["t_s"][0]) for s in shown)
    return f"over {min(last, SHOWN_S / len(shown)):.0f} s"


def _window(shown: tuple[Shown, ...]) -> str:
    last = [float(s.arrays["t_s"][-1] - s.arrays["t_s"][0]) for s in shown]
    if max(last) <= SHOWN_S / len(shown):
        return ""
    all_of = " and ".join(f"{seconds:.0f} s" for seconds in last)
    return f"The first {SHOWN_S / len(shown):.0f} s of {all_of} are shown."


def _numbers(shown: tuple[Shown, ...]) -> str:
    if len(shown) == 1:
        return of_targets(shown[0].findings)
    return " ".join(f"{label(s.condition, 60)}: {of_targets(s.findings)}" for s in shown)
