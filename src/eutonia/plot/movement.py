"""Figures around a movement: band power over time, and time-frequency maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eutonia.model import Evidence, Finding, Floats
from eutonia.plot.source import Arrays, drawn, own_axes
from eutonia.plot.style import COLOURS, DASHES, DIVERGING, GREY, INK, LIMIT_DASH, literal, names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIME_COURSE = ("course", "t_s", "lo", "hi", "parts", "window")
TIME_FREQUENCY = ("tf", "tf_hz", "tf_s")
#: Share of a map's cells that its colours tell apart; the few beyond have the colour of the end.
_SHOWN_SHARE = 0.99


@literal
def time_course(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the change of band power around a movement, a line per band with its limits.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``course``, ``lo`` and ``hi``, each
        ``(n_parts, n_targets, n_times)`` in %, ``t_s``, ``parts``, and the start and end of
        ``window`` (or of several, a row each) and, where it lies on this axis, ``reference``, all
        in seconds from the onset of movement, or from ``origin`` where that array names something
        else. ``quantity`` names what is drawn where it is not the change of power.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Target; a finding brings its own.
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
    what = drawn(source, evidence, 0, TIME_COURSE)
    row = row if what.finding is None else what.finding.estimate.row
    ax = ax or own_axes()
    t, course, lo, hi = (what.floats(k) for k in ("t_s", "course", "lo", "hi"))
    for name, shade in (("reference", "#ececec"), ("window", "#fbe9dc")):
        for span in np.atleast_2d(what.floats(name)) if name in what else ():
            ax.axvspan(*span, color=shade, lw=0, zorder=0)
    ax.axhline(0, color=GREY, lw=0.6)
    _onset(ax)
    parts = names(what.arrays["parts"])
    for part, name in enumerate(parts[: len(DASHES)]):
        ax.fill_between(t, lo[part, row], hi[part, row], color=COLOURS[part], alpha=0.18, lw=0)
        ax.plot(t, course[part, row], color=COLOURS[part], ls=DASHES[part], label=name)
    ax.set_title(str(what.arrays["labels"][row]) if "labels" in what else what.title)
    ax.set(
        xlabel=f"Time from {origin(what.arrays)} (s)",
        ylabel=quantity(what.arrays),
        xlim=(t[0], t[-1]),
    )
    return ax


@literal
def time_frequency(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    limit: float | None = None,
    colour_scale: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw the change of power over time and frequency, and around what is significant a line.

    Colours are symmetric around no change, and keep their order in every kind of colour vision.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``tf (n_targets, n_freq, n_times)`` in %, ``tf_hz`` and
        ``tf_s``, seconds from the onset of movement, both ascending; where known
        ``tf_significant``, of the shape of ``tf``.
    evidence, row, ax
        As for `time_course`.
    limit : float, optional
        Change with the strongest colour; by default that of `change_limit`.
    colour_scale : bool
        Whether to draw the scale beside the axes.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, TIME_FREQUENCY)
    ax = ax or own_axes(height_in=3.0)
    hz, t, change = what.floats("tf_hz"), what.floats("tf_s"), what.of_row("tf")
    most = limit or change_limit(change)
    mesh = ax.pcolormesh(
        t, hz, np.ma.masked_invalid(change), cmap=DIVERGING, vmin=-most, vmax=most, rasterized=True
    )
    ax.set_facecolor("#dddddd")  # where nothing could be computed
    if "tf_significant" in what:
        marked = np.nan_to_num(what.of_row("tf_significant")) > 0.5
        if marked.any() and min(marked.shape) > 1:
            ax.contour(t, hz, marked.astype(float), levels=[0.5], colors=INK, linewidths=0.8)
    _onset(ax)
    ax.set_title(what.title)
    ax.set(xlabel=f"Time from {origin(what.arrays)} (s)", ylabel="Frequency (Hz)")
    if colour_scale:
        ends = beyond(change, most)
        ax.figure.colorbar(mesh, ax=ax, label="Change of power (%)", extend=ends, pad=0.02)
    return ax


def origin(arrays: Arrays) -> str:
    """Return what times are counted from."""
    return str(arrays["origin"]) if "origin" in arrays else "onset of movement"


def quantity(arrays: Arrays) -> str:
    """Return what a time course shows, with its unit."""
    return str(arrays["quantity"]) if "quantity" in arrays else "Change of power (%)"


def change_limit(change: Floats) -> float:
    """Return the change, without sign, that all but one in a hundred cells of a map stay below."""
    finite = np.abs(change[np.isfinite(change)])
    most = float(np.quantile(finite, _SHOWN_SHARE)) if len(finite) else 0.0
    return most if most > 0 else 1.0


def beyond(change: Floats, most: float) -> str:
    """Return which ends of the colour scale some cells lie beyond, in matplotlib's words."""
    low = bool(np.nanmin(change, initial=0.0) < -most)
    high = bool(np.nanmax(change, initial=0.0) > most)
    return ("both" if high else "min") if low else ("max" if high else "neither")


def _onset(ax: Axes) -> None:
    ax.axvline(0, color=INK, lw=0.8, ls=LIMIT_DASH)
