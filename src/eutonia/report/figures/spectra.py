"""Figures over frequency, and the time course of band power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Finding, Floats
from eutonia.report.figures.canvas import (
    COLOURS,
    DASHES,
    GREY,
    INK,
    label,
    panels,
    shade_bands,
    texts,
)
from eutonia.report.figures.drawing import Drawing, of_targets
from eutonia.report.words import part_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Arrays = Mapping[str, NDArray[np.generic]]

_MOST_BINS = 160  # per channel, where many are drawn


def spectrum(chosen: tuple[Finding, ...], arrays: Arrays) -> Drawing:
    """Draw all channels thin and their median thick, on a logarithmic axis."""
    freq, psd = _floats(arrays, "freq_hz"), _floats(arrays, "psd")
    psd = np.where(psd > 0, psd, np.nan)
    psd = psd[np.isfinite(psd).any(axis=1)]
    step = max(1, len(freq) // _MOST_BINS) if len(psd) > 8 else 1
    middle = np.exp(np.nanmedian(np.log(psd), axis=0)) if len(psd) > 1 else psd[0]
    names = texts(arrays["band_names"])

    def draw(canvas: Canvas) -> None:
        (ax,) = panels(canvas, 1)
        shade_bands(ax, _floats(arrays, "bands"), names)
        ax.plot(freq[::step], psd[:, ::step].T, color=COLOURS[0], lw=0.4, alpha=0.45)
        ax.plot(freq, middle, color=INK, lw=1.8)
        ax.set(xlabel="Frequency (Hz)", ylabel="Power density (µV²/Hz)", yscale="log")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set_xlim(freq[0], freq[-1])

    n = len(psd)
    return Drawing(
        title="Power spectrum",
        alt=f"Power density from {freq[0]:g} to {freq[-1]:g} Hz on a logarithmic axis: {n} "
        f"channels as thin lines, their median as a thick line; bands {', '.join(names)} shaded. "
        f"{of_targets(chosen)}",
        caption=f"Thin: the {n} channels. Thick: their median."
        if n > 1
        else f"{chosen[0].estimate.target.label}.",
        draw=draw,
        height_in=2.7,
    )


def coherence(chosen: tuple[Finding, ...], arrays: Arrays) -> Drawing:
    """Draw coherence with its limit under independence, a panel per pair."""
    freq, values, limit = (_floats(arrays, k) for k in ("freq_hz", "coherence", "limit"))
    bands = _floats(arrays, "bands")
    names = [part_words(n) for n in texts(arrays["band_names"])] if "band_names" in arrays else []
    names = names or [f"{lo:g}–{hi:g} Hz" for lo, hi in bands]

    def draw(canvas: Canvas) -> None:
        for i, (ax, finding) in enumerate(
            zip(panels(canvas, len(chosen), sharex=True), chosen, strict=True)
        ):
            row = finding.estimate.row
            _shade_overlapping(ax, bands, names if i == 0 else [""] * len(bands))
            ax.plot(freq, values[row], color=COLOURS[0])
            ax.axhline(limit[row], color=COLOURS[1], ls=(0, (4, 2)), lw=0.9)
            ax.set_title(label(finding.estimate.target.label, 80), pad=22 if i == 0 else 4)
            top = np.nanmax([*(1.3 * values[row]), 1.6 * limit[row], 0.01])
            ax.set(ylim=(0, min(1, top)), xlim=(freq[0], freq[-1]))
        canvas.supylabel("Coherence", fontsize=8)
        ax.set_xlabel("Frequency (Hz)")

    return Drawing(
        title="Coherence",
        alt=f"Coherence from {freq[0]:g} to {freq[-1]:g} Hz, with the 95 % limit under "
        f"independence as a dashed line; bands {', '.join(names)} shaded. {of_targets(chosen)}",
        caption="Dashed: 95 % limit of each frequency if the two signals were independent; one bin "
        "in twenty passes it by chance.",
        draw=draw,
        height_in=0.95 + 1.2 * len(chosen),
    )


def time_course(chosen: tuple[Finding, ...], arrays: Arrays) -> Drawing:
    """Draw band power around the movement, a panel per channel and a line per band."""
    t, course, lo, hi = (_floats(arrays, k) for k in ("t_s", "course", "lo", "hi"))
    parts = [part_words(p) for p in texts(arrays["parts"])]
    reference, window = _floats(arrays, "reference"), _floats(arrays, "window")

    def draw(canvas: Canvas) -> None:
        axes = panels(canvas, len(chosen), sharex=True)
        for i, (ax, finding) in enumerate(zip(axes, chosen, strict=True)):
            row = finding.estimate.row
            for (start, stop), shade in ((reference, "#ececec"), (window, "#fbe9dc")):
                ax.axvspan(start, stop, color=shade, lw=0, zorder=0)
            ax.axhline(0, color=GREY, lw=0.6)
            ax.axvline(0, color=GREY, lw=0.6, ls=(0, (2, 2)))
            for part, colour, dash in zip(range(len(parts)), COLOURS, DASHES, strict=False):
                ax.fill_between(t, lo[part, row], hi[part, row], color=colour, alpha=0.18, lw=0)
                ax.plot(t, course[part, row], color=colour, ls=dash, label=label(parts[part]))
            ax.set_title(label(finding.estimate.target.label, 80))
            ax.set_xlim(t[0], t[-1])
            if i == 0:
                ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.1)
        canvas.supylabel("Change of power (%)", fontsize=8)
        axes[-1].set_xlabel("Time from the onset of movement (s)")

    return Drawing(
        title="Time course of band power around the movement",
        alt=f"Change of power in % from {t[0]:g} to {t[-1]:g} s around the onset of movement, "
        f"bands {', '.join(parts)}, with pointwise 95 % limits. {of_targets(chosen)}",
        caption="Grey: reference. Orange: movement. Around the lines: pointwise 95 % limits from "
        "the trials.",
        draw=draw,
        height_in=0.7 + 1.35 * len(chosen),
    )


def _shade_overlapping(ax: Axes, bands: Floats, names: list[str]) -> None:
    """Shade bands that may overlap: each name on a line of its own where they do."""
    for i, ((lo, hi), name) in enumerate(zip(bands, names, strict=False)):
        below = sum(1 for a, b in bands[:i] if a < hi and b > lo)
        ax.axvspan(lo, hi, color="#dfe7ef", alpha=0.6, lw=0, zorder=0)
        ax.annotate(
            label(name, 14),
            ((lo + hi) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 1 + 8 * below),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=6.5,
            color=GREY,
        )


def _floats(arrays: Arrays, name: str) -> Floats:
    return np.asarray(arrays[name], dtype=np.float64)
