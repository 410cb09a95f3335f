"""The head seen from above: maps of values at electrodes, and lines between electrodes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.scalp import flat, map_matrix, positions
from eutonia.model import Evidence, Finding, Floats
from eutonia.plot.source import Arrays, CannotDraw, drawn, own_axes
from eutonia.plot.style import GREY, INK, colours, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.image import AxesImage

MATRIX = ("matrix", "electrodes")
#: Fewest electrodes of a map (our rule): with fewer, most of it would be invented.
MIN_ELECTRODES = 8
#: A map reaches no farther than this from an electrode, and half a step beyond the outermost.
REACH_DEG, MARGIN_DEG = 50.0, 11.5
#: Pixels along a side; the splines are smooth, so that the picture can be enlarged.
_SIZE = 64
_OUTLINE = 0.9  # radius of the drawn head: half a step below the ring Fpz-T7-Oz-T8
_LEVELS = 6


@literal
def scalp(
    values: Floats | Sequence[float],
    electrodes: Sequence[str],
    *,
    marked: Collection[str] = (),
    limits: tuple[float, float] | None = None,
    colour_scale: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw values at electrodes as a map of the head, the nose on top and the left at the left.

    Between electrodes it is interpolated by spherical splines, nowhere farther than 50° from one.
    Electrodes without a value are left out and drawn as crosses.

    Parameters
    ----------
    values : array_like, shape (n_electrodes,)
        NaN where an electrode could not be measured.
    electrodes : sequence of str
        Names of the 10-10 system; those without a place on the scalp, such as earlobes, are not
        drawn.
    marked : collection of str
        Electrodes with a ring, such as those where a contrast was found.
    limits : tuple of float, optional
        Ends of the colour scale; by default those of the values, symmetric around zero where there
        are negative ones.
    colour_scale : bool
        Whether to draw the scale below the map.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If fewer than `MIN_ELECTRODES` electrodes have a value and a place.

    References
    ----------
    ``Perrin1989`` for the splines.
    """
    of = np.asarray(values, dtype=np.float64)
    if of.shape != (len(electrodes),):
        raise CannotDraw(f"{len(electrodes)} electrodes need as many values, not {of.shape}.")
    places = positions(electrodes)
    somewhere = np.asarray(np.isfinite(places).all(axis=1))
    measured = somewhere & np.isfinite(of)
    n = int(measured.sum())
    if n < MIN_ELECTRODES:
        raise CannotDraw(
            f"A map needs at least {MIN_ELECTRODES} electrodes of the 10-10 system with a value; "
            f"there are {n}."
        )
    ax = ax or own_axes(2.6, 3.0)
    known = tuple(e for e, m in zip(electrodes, measured, strict=True) if m)
    cmap, norm = colours(of[measured], limits)
    matrix, inside, radius = map_matrix(
        known, size=_SIZE, reach_deg=REACH_DEG, margin_deg=MARGIN_DEG
    )
    pixels = np.full(inside.shape, np.nan)
    pixels[inside] = matrix @ of[measured]
    image = _picture(ax, pixels, radius, (cmap, norm))
    _outline(ax, max(radius, _OUTLINE))
    _electrodes(ax, flat(places), measured, somewhere & ~measured)
    rings = [e in marked and m for e, m in zip(electrodes, measured, strict=True)]
    _rings(ax, flat(places[rings]))
    if colour_scale:
        ax.figure.colorbar(image, ax=ax, location="bottom", shrink=0.8, pad=0.02)
    return ax


def _picture(ax: Axes, pixels: Floats, radius: float, scale: tuple[str, Normalize]) -> AxesImage:
    """Draw a map as one picture, cut to the circle, with a few lines of equal value."""
    from matplotlib.patches import Circle

    cmap, norm = scale
    shown = np.ma.masked_invalid(pixels)
    image = ax.imshow(
        shown,
        extent=(-radius, radius, -radius, radius),
        origin="lower",
        cmap=cmap,
        norm=norm,
        interpolation="bilinear",
        zorder=1,
    )
    circle = Circle((0, 0), radius, transform=ax.transData)
    image.set_clip_path(circle)
    if shown.max() > shown.min():
        # Every other pixel is enough for smooth lines, and makes them half as large in a file.
        across = (radius * ((np.arange(len(pixels)) + 0.5) / len(pixels) * 2 - 1))[::2]
        levels = np.linspace(norm.vmin or 0.0, norm.vmax or 0.0, _LEVELS + 2)[1:-1]
        levels = levels[(levels > shown.min()) & (levels < shown.max())]
        if len(levels):
            lines = ax.contour(
                across,
                across,
                shown[::2, ::2],
                levels=levels,
                colors=INK,
                linewidths=0.4,
                alpha=0.6,
            )
            lines.set_clip_path(circle)
    return image


def _outline(ax: Axes, reach: float) -> None:
    """Draw head, nose and ears."""
    turn = np.linspace(0, 2 * np.pi, 121)
    nose = np.array([[-0.11, 0.892], [0, 1.02], [0.11, 0.892]])
    ear = np.array(
        [[0.88, 0.17], [0.95, 0.19], [0.985, 0.1], [0.975, -0.1], [0.95, -0.2], [0.88, -0.18]]
    )
    head = _OUTLINE * np.stack([np.sin(turn), np.cos(turn)], axis=1)
    for line in (head, nose, ear, ear * [-1, 1]):
        ax.plot(*line.T, color=GREY, lw=0.9, solid_capstyle="round", clip_on=False, zorder=2)
    most = max(reach, 1.0) + 0.03
    ax.set(xlim=(-most, most), ylim=(-most, most), aspect="equal")
    ax.set_axis_off()


def _electrodes(
    ax: Axes, at: Floats, measured: NDArray[np.bool_], missing: NDArray[np.bool_]
) -> None:
    size = 2.4 if len(at) <= 32 else 1.7
    ax.plot(*at[measured].T, "o", mfc=INK, mec="white", mew=0.3, ms=size, zorder=4)
    ax.plot(*at[missing].T, "x", color=INK, ms=4, mew=0.9, zorder=4)


def _rings(ax: Axes, at: Floats) -> None:
    ax.plot(*at.T, "o", mfc="white", mec=INK, ms=4.5, mew=1.0, zorder=5)


@literal
def connections(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    most: int = 20,
    limits: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the strongest pairs of a connectivity matrix as lines on the head.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``matrix (n_maps, n_electrodes, n_electrodes)`` and
        ``electrodes``.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Which map.
    most : int
        How many pairs.
    limits : tuple of float, optional
        Ends of the colour scale, as for `eutonia.plot.matrix`.
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
    import matplotlib

    what = drawn(source, evidence, row, MATRIX)
    ax = ax or own_axes(2.6, 2.8)
    electrodes = [str(e) for e in what.arrays["electrodes"]]
    values = what.floats("matrix")[row]
    places = positions(electrodes)
    somewhere = np.asarray(np.isfinite(places).all(axis=1))
    at = flat(places)
    cmap, norm = colours(off_diagonal(values), limits)
    colour = matplotlib.colormaps[cmap]
    for one, other in strongest(values, somewhere, most)[::-1]:
        value = values[one, other]
        ax.plot(
            *at[[one, other]].T, color=colour(norm(value)), lw=0.6 + 1.8 * norm(value), zorder=3
        )
    _outline(ax, float(np.nanmax(np.hypot(*at.T), initial=_OUTLINE)))
    _electrodes(ax, at, somewhere, np.zeros_like(somewhere))
    return ax


def strongest(values: Floats, use: NDArray[np.bool_], most: int) -> list[tuple[int, int]]:
    """Return the pairs with the largest values without sign, the strongest first."""
    one, other = np.triu_indices(len(values), 1)
    size = np.where(use[one] & use[other], np.abs(values[one, other]), np.nan)
    order = [k for k in np.argsort(-size, kind="stable") if np.isfinite(size[k]) and size[k] > 0]
    return [(int(one[k]), int(other[k])) for k in order[:most]]


def off_diagonal(values: Floats) -> Floats:
    """Return the values of pairs of different electrodes."""
    return np.asarray(values[~np.eye(len(values), dtype=bool)])
