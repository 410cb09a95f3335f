"""Connectivity between all electrodes: matrices, and the strongest pairs on the head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia import plot
from eutonia.model import Floats
from eutonia.plot.head import strongest
from eutonia.report.figures.canvas import WIDTH_IN, label
from eutonia.report.figures.drawing import Drawing, Shown
from eutonia.report.figures.scalp import QEEG
from eutonia.report.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

MAX_MAPS = 5
_LINES = 20
#: Where there are too many maps, these go first (measures.md §5: report wPLI).
_FIRST = "wpli"


def matrix(shown: tuple[Shown, ...]) -> Drawing:
    """Draw a column per map: the matrix, and below it the strongest pairs on the head."""
    (s,) = shown
    values = np.asarray(s.arrays["matrix"], dtype=np.float64)
    names = [label(str(m), 24) for m in s.arrays["maps"]]
    first = sorted(range(len(values)), key=lambda i: not names[i].startswith(_FIRST))[:MAX_MAPS]
    n = len(first)
    width = min(3.0, WIDTH_IN / n)

    def draw(canvas: Canvas) -> None:
        grid = canvas.subplots(2, n, squeeze=False)
        for place, row in enumerate(first):
            above, below = grid[:, place]
            limits = _limits(values[row])
            plot.matrix(s.arrays, row=row, limits=limits, colour_scale=False, ax=above)
            if place:
                above.set_yticks([])
            plot.connections(s.arrays, row=row, limits=limits, most=_LINES, ax=below)
            bar = canvas.colorbar(
                above.images[0], ax=below, location="bottom", fraction=0.06, pad=0.02
            )
            bar.locator = _few_ticks()

    electrodes = [str(e) for e in s.arrays["electrodes"]]
    left = f" Shown are {n} of {len(values)} maps." if len(values) > n else ""
    return Drawing(
        title="Connectivity between electrodes",
        alt=f"Matrices of {len(electrodes)} electrodes, left, midline and right, each from the "
        f"front to the back, and heads with the {_LINES} strongest pairs as lines. "
        + " ".join(_in_words(names[i], values[i], electrodes) for i in first),
        caption="Above: left, midline and right electrodes, each from the front to the back. "
        f"Below: the {_LINES} strongest pairs, each map on a scale of its own.{left} {QEEG}",
        draw=draw,
        height_in=1.8 * width + 0.7,
    )


def _in_words(name: str, values: Floats, electrodes: list[str]) -> str:
    pairs = strongest(values, np.ones(len(values), dtype=bool), 3)
    if not pairs:
        return f"{name}: nothing above zero."
    said = (f"{electrodes[a]}-{electrodes[b]} {number(float(values[a, b]))}" for a, b in pairs)
    middle = number(float(np.nanmedian(values[np.triu_indices(len(values), 1)])))
    return f"{name}: strongest {', '.join(said)}; median of all pairs {middle}."


def _limits(values: Floats) -> tuple[float, float]:
    pairs = values[np.triu_indices(len(values), 1)]
    pairs = pairs[np.isfinite(pairs)]
    if not len(pairs):
        return 0.0, 1.0
    lo, hi = float(pairs.min()), float(pairs.max())
    return (-max(-lo, hi), max(-lo, hi)) if lo < 0 else (0.0, hi or 1.0)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(3)
