"""Conditions side by side: dots with intervals, straight from findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eutonia.model import Condition, Finding
from eutonia.plot.source import CannotDraw, own_axes
from eutonia.plot.style import GREY, MARKERS, literal, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@literal
def bars(
    findings: Sequence[Finding],
    *,
    conditions: Sequence[Condition] = (),
    targets: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw a row per condition, and a dot with its interval per target.

    Parameters
    ----------
    findings : sequence of Finding
        Of one measure and one part.
    conditions : sequence of Condition
        Rows from the top; by default all, as they come.
    targets : sequence of str
        Labels of what is drawn; by default all, as they come. What they name left is blue, what
        they name right is orange; where more than two are of one side and none of the other, the
        colours go by order, since tones of one colour would be too alike.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If there is no finding, or they are of several measures or parts.
    """
    if len({f.estimate.measure for f in findings}) != 1:
        raise CannotDraw("Give the findings of one measure and one part; they share one axis.")
    rows = tuple(conditions) or tuple(dict.fromkeys(f.estimate.condition for f in findings))
    shown = tuple(targets) or tuple(dict.fromkeys(f.estimate.target.label for f in findings))
    ax = ax or own_axes(height_in=0.8 + 0.3 * len(rows))
    for i, (target, look) in enumerate(zip(shown, looks(shown), strict=True)):
        spread = 0.5 * (i / (len(shown) - 1) - 0.5) if len(shown) > 1 else 0.0
        at = [
            (rows.index(f.estimate.condition) + spread, f)
            for f in findings
            if f.estimate.target.label == target and f.estimate.condition in rows
        ]
        _dots(ax, at, look, target)
    ax.set_yticks(range(len(rows)), [c.label for c in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(findings[0].estimate.unit)
    ax.grid(axis="x", color="#e3e3e3", lw=0.5)
    for edge in range(len(rows) - 1):
        ax.axhline(edge + 0.5, color="#efefef", lw=0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_color(GREY)
    return ax


def _dots(ax: Axes, at: list[tuple[float, Finding]], look: tuple[str, int], name: str) -> None:
    colour, marker = look[0], MARKERS[look[1] % len(MARKERS)]
    for y, f in at:
        if f.estimate.interval is not None:
            limits = [f.estimate.interval.lo, f.estimate.interval.hi]
            if (least := f.estimate.least) is not None:
                limits = [least if f.estimate.value > 0 else -least, f.estimate.value]
            ax.plot(limits, [y, y], color=colour, lw=1.4, solid_capstyle="butt")
    x = [f.estimate.value for _, f in at]
    ax.plot(x, [y for y, _ in at], marker, color=colour, ms=5, mec="white", mew=0.5, label=name)
