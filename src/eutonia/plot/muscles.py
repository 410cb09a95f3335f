"""Muscle activity over time: two envelopes with their common area, and bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Evidence, Finding, Floats
from eutonia.plot.source import Arrays, Drawn, drawn, own_axes
from eutonia.plot.style import (
    COLOURS,
    DASHES,
    GREY,
    INK,
    LIMIT_DASH,
    SMALL_PT,
    literal,
    looks,
    thin,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAIRS = ("envelope", "t_s", "channels", "targets")
BURSTS = ("envelope", "t_s", "threshold", "burst_channel", "onset_s", "offset_s")
_BURST_SHADE = "#fbe3d3"


@literal
def pairs(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    window_s: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the envelopes of two muscles, their common area and, where known, their bursts.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``envelope (n_channels, n_samples)``, ``t_s``,
        ``targets (n_targets, 2)`` and ``channels``, the names; where known ``burst_channel``,
        ``onset_s`` and ``offset_s``, each ``(n_bursts,)``, and ``unit``.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Target; a finding brings its own.
    window_s : tuple of float, optional
        Start and end of what is drawn; by default all.
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
    what = drawn(source, evidence, row, PAIRS)
    ax = ax or own_axes()
    t, envelope = _within(what, window_s)
    muscles = [int(m) for m in what.arrays["targets"][what.row]]
    both = np.minimum(*(envelope[m] for m in muscles))
    ax.fill_between(t, both, color="#c9ced4", lw=0, label="common area")
    top = np.nanmax([1e-12, *(np.nanmax(envelope[m], initial=0.0) for m in muscles)])
    for place, (m, colour, dash) in enumerate(zip(muscles, COLOURS, DASHES, strict=False)):
        name = str(what.arrays["channels"][m])
        ax.plot(t, envelope[m], color=colour, ls=dash, lw=0.9, label=name)
        if "onset_s" in what:
            above = (1.13 - 0.06 * place) / 1.17  # two rows above everything that is drawn
            _mark(ax, _spans(what, m, t), (above - 0.015, 0.03), colour)
    room = 1.17 if "onset_s" in what else 1.05
    ax.set(xlabel="Time (s)", ylabel=_scale(what), ylim=(0, room * top), xlim=(t[0], t[-1]))
    return ax


@literal
def bursts(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    window_s: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the activity of a muscle with the threshold and the bursts found.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``envelope (n_targets, n_samples)``, ``t_s``,
        ``threshold (n_targets,)`` and ``burst_channel``, ``onset_s``, ``offset_s``, each
        ``(n_bursts,)``; where known ``unit``, else microvolt.
    evidence, row, window_s, ax
        As for `pairs`.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, BURSTS)
    ax = ax or own_axes()
    t, envelope = _within(what, window_s)
    level, threshold = envelope[what.row], float(what.of_row("threshold"))
    _mark(ax, _spans(what, what.row, t), (0, 1), _BURST_SHADE)
    ax.plot(t, level, color=looks([what.title])[0][0], lw=0.8)
    top = np.nanmax([1e-12, np.nanmax(level, initial=0.0), threshold])
    if np.isfinite(threshold):
        ax.axhline(threshold, color=INK, ls=LIMIT_DASH, lw=0.8)
        ax.annotate(
            "threshold",
            (1, threshold),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 1),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=SMALL_PT,
            color=GREY,
        )
    unit = str(what.arrays["unit"]) if "unit" in what else "µV"
    ax.set_title(what.title)
    ax.set(xlabel="Time (s)", ylabel=f"RMS ({unit})", ylim=(0, 1.05 * top), xlim=(t[0], t[-1]))
    return ax


def _within(what: Drawn, window_s: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """Return the time and envelopes of the window, thinned."""
    t, envelope = what.floats("t_s"), what.floats("envelope")
    if window_s is not None:
        keep = (t >= window_s[0]) & (t <= window_s[1])
        t, envelope = t[keep], envelope[:, keep]
    return thin(t, envelope)


def _spans(what: Drawn, channel: int, t: Floats) -> list[tuple[float, float]]:
    """Return start and length of the bursts of one channel that lie in view."""
    of: NDArray[np.bool_] = what.floats("burst_channel") == channel
    onset, offset = what.floats("onset_s")[of], what.floats("offset_s")[of]
    start, stop = np.maximum(onset, t[0]), np.minimum(offset, t[-1])
    return [(float(a), float(b - a)) for a, b in zip(start, stop, strict=True) if b > a]


def _mark(
    ax: Axes, spans: list[tuple[float, float]], place: tuple[float, float], colour: str
) -> None:
    ax.broken_barh(spans, place, transform=ax.get_xaxis_transform(), color=colour, lw=0, zorder=0.5)


def _scale(what: Drawn) -> str:
    if "unit" in what:
        return f"Envelope ({what.arrays['unit']})"
    if what.finding is None:
        return "Envelope (%)"
    return "% of task max." if "norm=task" in what.finding.estimate.notes else "% MVC"
