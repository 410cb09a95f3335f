"""What was seen in a video: movements over time, the map of postures, the raster of closed lids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.plot.source import own_axes
from eutonia.plot.style import DASHES, GREY, SEQUENTIAL, SHADE, SMALL_PT, literal, looks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

#: Most points of a trace; between them the extremes are kept, so that no jerk is lost.
MAX_COLUMNS = 1200
#: Height of a minute in the raster, inches, and where in it the marks lie; names stand above them.
MINUTE_IN, MARKS = 0.42, (-0.48, 0.16)
#: Width of a letter over its size, and fewest letters of a name that are shown.
LETTER, LEAST_LETTERS = 0.56, 4


@literal
def traces(
    t_s: Floats,
    x: Floats,
    labels: Sequence[str],
    *,
    unit: str = "",
    spans: Sequence[tuple[float, float, str]] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw movements over time, with what was done shaded and named.

    Parameters
    ----------
    t_s : ndarray, shape (n_samples,)
        Even.
    x : ndarray, shape (n_channels, n_samples)
        NaN where nothing was seen.
    labels : sequence of str
        Of the channels; what they name left is blue, what they name right is orange.
    unit : str
        Of all channels.
    spans : sequence of (float, float, str)
        Start, stop and name of the conditions.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes
    """
    ax = ax or own_axes()
    for i, (start, stop, name) in enumerate(spans):
        if i % 2 == 0:
            ax.axvspan(start, stop, color=SHADE, lw=0, zorder=0.4)
        ax.annotate(
            _fitting(ax, name, (stop - start) / (t_s[-1] - t_s[0])),
            ((start + stop) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, -1),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL_PT,
            color=GREY,
        )
    for row, name, (colour, i) in zip(x, labels, looks(labels), strict=True):
        at, values = extremes(t_s, row)
        ax.plot(at, values, color=colour, ls=DASHES[i % len(DASHES)], lw=0.8, label=name)
    ax.set(xlabel="Time (s)", ylabel=unit, xlim=(t_s[0], max(t_s[-1], t_s[0] + 1e-9)))
    ax.margins(y=0.12)
    return ax


def extremes(t_s: Floats, row: Floats) -> tuple[Floats, Floats]:
    """Return a trace thinned to the lowest and highest value of each stretch, in their order."""
    step = -(-2 * len(row) // MAX_COLUMNS)
    if step <= 2:
        return t_s, row
    n = len(row) // step
    cut = row[: n * step].reshape(n, step)
    low = np.argmin(np.where(np.isnan(cut), np.inf, cut), axis=1)
    high = np.argmax(np.where(np.isnan(cut), -np.inf, cut), axis=1)
    both = np.sort(np.stack([low, high], axis=1), axis=1)
    values = np.take_along_axis(cut, both, axis=1)  # NaN where nothing of a stretch was seen
    at = t_s[: n * step].reshape(n, step)
    return np.take_along_axis(at, both, axis=1).ravel(), values.ravel()


@literal
def posture_map(
    yaw_deg: Floats,
    pitch_deg: Floats,
    *,
    reach_deg: float = 45.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw where the head was: how long at which turn and which flexion.

    Parameters
    ----------
    yaw_deg, pitch_deg : ndarray, shape (n_samples,)
        Chin to the person's right, and chin up, are positive; NaN where nothing was seen.
    reach_deg : float
        Half the width of the map; what lies beyond is drawn at its edge.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or own_axes(3.2, 3.0)
    seen = np.isfinite(yaw_deg) & np.isfinite(pitch_deg)
    edges = np.linspace(-reach_deg, reach_deg, 46)
    inside = [np.clip(a[seen], -reach_deg, reach_deg - 1e-9) for a in (yaw_deg, pitch_deg)]
    share, *_ = np.histogram2d(inside[0], inside[1], bins=(edges, edges))
    share = share / max(share.sum(), 1)
    shown = np.ma.masked_equal(np.sqrt(share.T), 0)
    ax.pcolormesh(edges, edges, shown, cmap=SEQUENTIAL, rasterized=True)
    ax.axhline(0, color=GREY, lw=0.6)
    ax.axvline(0, color=GREY, lw=0.6)
    # Seen from the front, the person's right is at the left of the picture.
    ax.set(
        xlim=(reach_deg, -reach_deg),
        ylim=(-reach_deg, reach_deg),
        aspect="equal",
        xlabel="← chin to the right · rotation (°) · to the left →",
        ylabel="flexion (°), up is +",
    )
    return ax


@literal
def raster(
    t_s: Floats,
    closed: NDArray[np.bool_],
    labels: Sequence[str],
    *,
    spans: Sequence[tuple[float, float, str]] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw when each eye was closed: a minute a line, a row of marks per eye in each.

    Parameters
    ----------
    t_s : ndarray, shape (n_samples,)
        Even.
    closed : ndarray of bool, shape (n_eyes, n_samples)
    labels : sequence of str
        Of the eyes; the left one is blue, the right one orange.
    spans : sequence of (float, float, str)
        Start, stop and name of the conditions; the name stands above each, in every minute.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    minutes = int((t_s[-1] - t_s[0]) // 60) + 1
    ax = ax or own_axes(6.0, 0.6 + MINUTE_IN * minutes)
    high = (MARKS[1] - MARKS[0]) / len(closed)
    for i, (start, stop, name) in enumerate(spans):
        for line, at, part in _lines(start - t_s[0], stop - start):
            if i % 2 == 0:
                ax.broken_barh([(at, part)], (-line - 0.5, 1), color=SHADE, lw=0, zorder=0.4)
            ax.annotate(
                _fitting(ax, name, part / 60),
                (at, -line + MARKS[1]),
                xytext=(1.5, 0.5),
                textcoords="offset points",
                fontsize=SMALL_PT,
                color=GREY,
                va="bottom",
                ha="left",
            )
    for eye, (row, name, (colour, _)) in enumerate(zip(closed, labels, looks(labels), strict=True)):
        for k, (start, length) in enumerate(_stretches(t_s, row)):
            for line, at, part in _lines(start - t_s[0], length):
                y = -line + MARKS[1] - (eye + 1) * high
                ax.broken_barh([(at, part)], (y, 0.9 * high), color=colour, lw=0)
            if k == 0:
                ax.plot([], [], color=colour, lw=4, label=name)
    ax.set(xlim=(0, 60), ylim=(-minutes + 0.5, 0.5), xlabel="Seconds of each minute")
    ax.set_yticks([-k for k in range(minutes)], [f"minute {k + 1}" for k in range(minutes)])
    return ax


def _fitting(ax: Axes, name: str, share: float) -> str:
    """Return a name, cut to what a share of the axes' width has room for; empty if hardly any."""
    wide_pt = 72 * ax.get_window_extent().width / ax.figure.dpi
    room = int(share * wide_pt / (LETTER * SMALL_PT))
    if len(name) <= room:
        return name
    return f"{name[: room - 1].rstrip()}…" if room >= LEAST_LETTERS else ""


def _stretches(t_s: Floats, row: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return start and length of each stretch in which a row is true."""
    step = float(t_s[1] - t_s[0]) if len(t_s) > 1 else 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return [
        (float(t_s[a]), max(1, b - a) * step) for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def _lines(start: float, length: float) -> list[tuple[int, float, float]]:
    """Cut a stretch at the full minutes: number of the line, place in it, length there."""
    found = []
    stop = start + length
    while start < stop:
        line = int(start // 60)
        until = min(stop, 60.0 * (line + 1))
        found.append((line, start - 60.0 * line, until - start))
        start = until
    return found
