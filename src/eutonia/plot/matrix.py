"""Connectivity between all electrodes as a matrix, ordered from the front to the back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.scalp import positions
from eutonia.model import Evidence, Finding
from eutonia.plot.head import MATRIX, off_diagonal
from eutonia.plot.source import Arrays, drawn, own_axes
from eutonia.plot.style import GREY, SMALL_PT, colours, literal, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME_IN = 0.105  # inches that a name takes beside the next
_LETTER_IN = 0.07  # inches that a letter of a group's name takes, with room beside it
_GROUPS = ("left", "mid", "right", "other")
_MIDLINE = 1e-6


@literal
def matrix(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    limits: tuple[float, float] | None = None,
    colour_scale: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw one connectivity matrix: left, midline, right, each from the front to the back.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``matrix (n_maps, n_electrodes, n_electrodes)`` and
        ``electrodes``; where known ``maps``, their names.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Which map.
    limits : tuple of float, optional
        Ends of the colour scale; by default those of the pairs, symmetric around zero where there
        are negative ones.
    colour_scale : bool
        Whether to draw the scale below the matrix.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, MATRIX)
    ax = ax or own_axes(3.6, 4.0)
    electrodes = [str(e) for e in what.arrays["electrodes"]]
    order, groups = front_to_back(electrodes)
    values = what.floats("matrix")[row]
    cmap, norm = colours(off_diagonal(values), limits)
    shown = np.where(np.eye(len(values), dtype=bool), np.nan, values)[np.ix_(order, order)]
    image = ax.imshow(
        np.ma.masked_invalid(shown), cmap=cmap, norm=norm, interpolation="nearest", zorder=1
    )
    ax.set_facecolor("#eeeeee")
    _edges(ax, groups)
    _named(ax, [electrodes[i] for i in order], groups)
    if "maps" in what:
        ax.set_title(spoken(what.arrays["maps"][row]))
    if colour_scale:
        ax.figure.colorbar(image, ax=ax, location="bottom", shrink=0.8, pad=0.03)
    return ax


def front_to_back(electrodes: Sequence[str]) -> tuple[NDArray[np.intp], list[tuple[str, int]]]:
    """Return the order of electrodes, and the groups that follow each other with their sizes."""
    x, y, _ = positions(electrodes).T
    group = np.select([np.isnan(x), x < -_MIDLINE, x <= _MIDLINE], [3, 0, 1], 2)
    order = np.lexsort((np.abs(np.nan_to_num(x)), -np.nan_to_num(y).round(6), group))
    sizes = [(name, int((group == g).sum())) for g, name in enumerate(_GROUPS)]
    return order, [(name, n) for name, n in sizes if n]


def _edges(ax: Axes, groups: list[tuple[str, int]]) -> None:
    for edge in np.cumsum([n for _, n in groups])[:-1]:
        ax.axhline(edge - 0.5, color="white", lw=1.2, zorder=2)
        ax.axvline(edge - 0.5, color="white", lw=1.2, zorder=2)


def _named(ax: Axes, ordered: list[str], groups: list[tuple[str, int]]) -> None:
    """Name electrodes where there is room, else the groups they stand in."""
    width_in = ax.get_window_extent().width / ax.figure.dpi
    every = len(ordered) * _NAME_IN <= width_in
    if every:
        at, written = np.arange(len(ordered), dtype=float), ordered
    else:
        sizes = np.array([n for _, n in groups])
        fits = [n / len(ordered) * width_in > len(name) * _LETTER_IN for name, n in groups]
        at = (np.cumsum(sizes) - 0.5 - sizes / 2)[fits]
        written = [name for (name, _), fit in zip(groups, fits, strict=True) if fit]
    ax.set_xticks(at, written, rotation=90 if every else 0, fontsize=SMALL_PT)
    ax.set_yticks(at, written, rotation=0 if every else 90, fontsize=SMALL_PT, va="center")
    ax.tick_params(length=0, colors=GREY)
