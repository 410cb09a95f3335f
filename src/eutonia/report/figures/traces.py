"""Muscle activity over time: two envelopes with their common area, and bursts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Finding, Floats
from eutonia.report.figures.canvas import COLOURS, DASHES, GREY, INK, label, panels, texts, thin
from eutonia.report.figures.drawing import Drawing, of_targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

Arrays = Mapping[str, NDArray[np.generic]]

#: Seconds shown, so that single bursts can still be told apart.
SHOWN_S = 30.0


def pairs(chosen: tuple[Finding, ...], arrays: Arrays) -> Drawing:
    """Overlay two envelopes and shade their common area, a panel per pair."""
    t, envelope = _start(arrays)
    rows = np.asarray(arrays["targets"], dtype=np.intp)
    names = texts(arrays["channels"])
    relative = any("norm=task" in f.estimate.notes for f in chosen)
    of = "task maximum" if relative else "maximal contraction"

    def draw(canvas: Canvas) -> None:
        for ax, finding in zip(panels(canvas, len(chosen), sharex=True), chosen, strict=True):
            one, other = rows[finding.estimate.row]
            both = np.minimum(envelope[one], envelope[other])
            ax.fill_between(t, both, color="#c9ced4", lw=0, label="common area")
            for row, colour, dash in zip((one, other), COLOURS, DASHES, strict=False):
                ax.plot(t, envelope[row], color=colour, ls=dash, lw=0.9, label=label(names[row]))
            ax.set(ylim=(0, None), xlim=(t[0], t[-1]))
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.1)
        canvas.supylabel("% of task max." if relative else "% MVC", fontsize=8)
        ax.set_xlabel("Time (s)")

    return Drawing(
        title="Envelopes and their common area",
        alt=f"Envelopes of the two muscles over {t[-1] - t[0]:.0f} s in % of the {of}, with the "
        f"area that both have in common shaded. {of_targets(chosen)}",
        caption=_shown(arrays, t),
        draw=draw,
        height_in=0.6 + 1.25 * len(chosen),
    )


def bursts(chosen: tuple[Finding, ...], arrays: Arrays) -> Drawing:
    """Draw the envelope with its threshold, and shade the bursts, a panel per muscle."""
    t, envelope = _start(arrays)
    threshold = np.asarray(arrays["threshold"], dtype=np.float64)
    of = np.asarray(arrays["burst_channel"], dtype=np.intp)
    onset = np.asarray(arrays["onset_s"], dtype=np.float64)
    offset = np.asarray(arrays["offset_s"], dtype=np.float64)
    early = onset < t[-1]

    def draw(canvas: Canvas) -> None:
        for ax, finding in zip(panels(canvas, len(chosen), sharex=True), chosen, strict=True):
            row = finding.estimate.row
            spans = [(a, min(b, t[-1]) - a) for a, b in _both(onset, offset, early & (of == row))]
            ax.broken_barh(
                spans, (0, 1), transform=ax.get_xaxis_transform(), color="#fbe3d3", lw=0, zorder=0
            )
            ax.plot(t, envelope[row], color=COLOURS[0], lw=0.8)
            ax.axhline(threshold[row], color=INK, ls=(0, (4, 2)), lw=0.8)
            ax.annotate(
                "threshold",
                (1, threshold[row]),
                xycoords=("axes fraction", "data"),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                color=GREY,
            )
            ax.set_title(label(finding.estimate.target.label, 80))
            ax.set(ylim=(0, None), xlim=(t[0], t[-1]))
        canvas.supylabel("RMS (µV)", fontsize=8)
        ax.set_xlabel("Time (s)")

    return Drawing(
        title="Muscle activity with the bursts found",
        alt=f"Root mean square over 50 ms of each muscle during {t[-1] - t[0]:.0f} s in microvolt, "
        f"with the threshold as a dashed line and bursts shaded. {of_targets(chosen)}",
        caption=f"Bursts are shaded. {_shown(arrays, t)}",
        draw=draw,
        height_in=0.6 + 1.15 * len(chosen),
    )


def _start(arrays: Arrays) -> tuple[Floats, Floats]:
    """Return the first seconds, thinned."""
    t = np.asarray(arrays["t_s"], dtype=np.float64)
    envelope = np.asarray(arrays["envelope"], dtype=np.float64)
    keep = t <= t[0] + SHOWN_S
    return thin(t[keep], envelope[:, keep])


def _shown(arrays: Arrays, t: Floats) -> str:
    last = float(arrays["t_s"][-1])
    if last <= t[0] + SHOWN_S:
        return ""
    return f"The first {t[-1] - t[0]:.0f} s of {last:.0f} s are shown."


def _both(onset: Floats, offset: Floats, keep: NDArray[np.bool_]) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(onset[keep], offset[keep], strict=True)]
