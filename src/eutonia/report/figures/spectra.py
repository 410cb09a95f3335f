"""Figures over frequency, and what happens around a movement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia import plot
from eutonia.plot.frequency import CUMULANT, DIFFERENCE, PHASE, band_names, peak, positive
from eutonia.plot.movement import beyond, change_limit
from eutonia.plot.source import Arrays
from eutonia.report.figures.canvas import label
from eutonia.report.figures.drawing import Drawing, Shown, of_targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def spectrum(shown: tuple[Shown, ...]) -> Drawing:
    """Draw all channels thin and their median thick, on a logarithmic axis."""
    (s,) = shown
    freq = s.arrays["freq_hz"]
    n = len(positive(np.asarray(s.arrays["psd"], dtype=np.float64)))
    names = ", ".join(band_names(s.arrays))

    def draw(canvas: Canvas) -> None:
        plot.spectrum(s.arrays, ax=canvas.add_subplot())

    return Drawing(
        title="Power spectrum",
        alt=f"Power density from {freq[0]:g} to {freq[-1]:g} Hz on a logarithmic axis: {n} "
        f"channels as thin lines, their median as a thick line; bands {names} shaded. "
        f"{of_targets(s.findings)}",
        caption=f"Thin: the {n} channels. Thick: their median."
        if n > 1
        else f"{s.findings[0].estimate.target.label}.",
        draw=draw,
        height_in=2.7,
    )


def rhythm(shown: tuple[Shown, ...]) -> Drawing:
    """Draw the spectrum of the movement of each target, and where its rhythm is."""
    (s,) = shown
    freq, n = s.arrays["freq_hz"], len(s.findings)
    found = s.arrays.get("rhythm_hz")
    marked = found is not None and bool(np.isfinite(np.asarray(found)[list(s.rows)]).any())

    def draw(canvas: Canvas) -> None:
        for ax, row in zip(canvas.subplots(n, 1, squeeze=False)[:, 0], s.rows, strict=True):
            plot.rhythm(s.arrays, row=row, ax=ax)
            if row != s.rows[-1]:
                ax.set_xlabel("")

    return Drawing(
        title="Spectrum of the movement",
        alt=f"Power density of the movement from {freq[0]:g} to {freq[-1]:g} Hz on a logarithmic "
        f"axis{', the rhythm marked by a dashed line' if marked else ''}. {of_targets(s.findings)}",
        caption="Power density of the movement, its axes summed."
        + (" Dashed: the rhythm that stands out." if marked else ""),
        draw=draw,
        height_in=0.75 + 1.35 * n,
    )


def coherence(shown: tuple[Shown, ...]) -> Drawing:
    """Draw coherence with its limits; beside it phase, cumulant and difference, where known."""
    (s,) = shown
    arrays, n = s.arrays, len(s.findings)
    freq = arrays["freq_hz"]
    extra = [
        (draw, width)
        for draw, needed, width in (
            (plot.phase, PHASE, 1.0),
            (plot.cumulant, CUMULANT, 1.15),
            (plot.coherence_difference, DIFFERENCE, 1.0),
        )
        if set(needed) <= set(arrays)
    ]

    def draw(canvas: Canvas) -> None:
        widths = [2.0 if extra else 1.0, *(width for _, width in extra)]
        grid = canvas.subplots(n, len(widths), squeeze=False, width_ratios=widths)
        for i, (axes, f) in enumerate(zip(grid, s.findings, strict=True)):
            row = f.estimate.row
            plot.coherence(arrays, row=row, ax=axes[0])
            for ax, (panel, _) in zip(axes[1:], extra, strict=True):
                panel(arrays, row=row, ax=ax)
            if i < n - 1:
                for ax in axes:
                    ax.set_xlabel("")

    names = ", ".join(band_names(arrays))
    return Drawing(
        title="Coherence",
        alt=f"Coherence from {freq[0]:g} to {freq[-1]:g} Hz, with the 95 % limit under "
        f"independence as a dashed line; bands {names} shaded. {of_targets(s.findings)}"
        f"{_cumulants(s)}",
        caption="Dashed: 95 % limit of each frequency if the two signals were independent; one bin "
        f"in twenty passes it by chance.{_beside(arrays)}",
        draw=draw,
        height_in=0.75 + 1.35 * n,
    )


def with_difference(one: Shown, other: Shown) -> Shown:
    """Add how the coherence of a condition differs from that of another, where that is known."""
    from eutonia.measures.coherence_difference import differences

    known = all({"segments", "labels"} <= set(s.arrays) for s in (one, other))
    if not known or not np.array_equal(one.arrays["freq_hz"], other.arrays["freq_hz"]):
        return one
    found = differences(one.arrays, other.arrays)
    rows = [list(one.arrays["labels"]).index(v) for v in found["labels"]]
    apart = np.full(np.shape(one.arrays["coherence"]), np.nan)
    limit = np.full(len(apart), np.nan)
    apart[rows], limit[rows] = found["difference_z"], found["difference_limit"]
    added = {
        "difference_z": apart,
        "difference_limit": limit,
        "difference_from": np.array(label(other.condition, 60)),
    }
    return replace(one, arrays={**one.arrays, **added})


def _beside(arrays: Arrays) -> str:
    """Return what stands in the further panels."""
    said = []
    if "surrogate_limit" in arrays:
        said.append("Dotted: limit from surrogates.")
    if set(PHASE) <= set(arrays):
        said.append("Phase: only where coherence is above its limit.")
    if set(CUMULANT) <= set(arrays):
        said.append("Cumulant: grey is its 95 % band; the bar is the width at half height.")
    if set(DIFFERENCE) <= set(arrays):
        against = f" from {arrays['difference_from']}" if "difference_from" in arrays else ""
        said.append(f"Difference{against}: in standard errors, with its limits dashed.")
    return "".join(f" {one}" for one in said)


def _cumulants(s: Shown) -> str:
    """Return the peak of each cumulant in words."""
    if not set(CUMULANT) <= set(s.arrays):
        return ""
    lag = np.asarray(s.arrays["lag_ms"], dtype=np.float64)
    said = []
    for f in s.findings:
        value = np.asarray(s.arrays["cumulant"][f.estimate.row], dtype=np.float64)
        found = peak(lag, value)
        about = label(f.estimate.target.label, 60)
        if found is None or abs(found.height) <= float(s.arrays["cumulant_limit"][f.estimate.row]):
            said.append(f"{about}: no peak of the cumulant beyond its band.")
        else:
            said.append(f"{about}: peak of the cumulant at {found.words}.")
    return "".join(f" {one}" for one in said)


def time_course(shown: tuple[Shown, ...]) -> Drawing:
    """Draw what changes around the movement: a panel per channel, a line per part."""
    (s,) = shown
    t, parts = s.arrays["t_s"], ", ".join(str(p) for p in s.arrays["parts"])

    def draw(canvas: Canvas) -> None:
        axes = _column(canvas, len(s.findings))
        for ax, f in zip(axes, s.findings, strict=True):
            plot.time_course(s.arrays, row=f.estimate.row, ax=ax)
            ax.set(title=label(f.estimate.target.label, 80), ylabel="")
            ax.label_outer()
        axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, borderaxespad=0.1)
        canvas.supylabel(plot.movement.quantity(s.arrays), fontsize=8)

    return Drawing(
        title="Time course around the movement",
        alt=f"{plot.movement.quantity(s.arrays)} from {t[0]:g} to {t[-1]:g} s around the "
        f"{plot.movement.origin(s.arrays)}, {parts}, with pointwise 95 % limits. "
        f"{of_targets(s.findings)}",
        caption="Grey: reference. Orange: what is measured. Around the lines: pointwise 95 % "
        "limits from the trials.",
        draw=draw,
        height_in=0.7 + 1.35 * len(s.findings),
    )


def time_frequency(shown: tuple[Shown, ...]) -> Drawing:
    """Draw maps of change over time and frequency, a column per channel, on one colour scale."""
    (s,) = shown
    t, hz = s.arrays["tf_s"], s.arrays["tf_hz"]
    whole = np.asarray(s.arrays["tf"], dtype=np.float64)
    most = change_limit(whole[list(s.rows)])
    marked = "tf_significant" in s.arrays

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots(1, len(s.findings), sharey=True, squeeze=False)[0]
        for ax, f in zip(axes, s.findings, strict=True):
            plot.time_frequency(s.arrays, row=f.estimate.row, limit=most, colour_scale=False, ax=ax)
            ax.set_title(label(f.estimate.target.label, 30))
            ax.label_outer()
        canvas.colorbar(
            axes[0].collections[0],
            ax=list(axes),
            label="Change of power (%)",
            pad=0.015,
            extend=beyond(whole[list(s.rows)], most),
        )

    line = "Lined: significant as the method says. " if marked else ""
    return Drawing(
        title="Change of power over time and frequency",
        alt=f"Maps of the change of power in % from {t[0]:g} to {t[-1]:g} s around the "
        f"{plot.movement.origin(s.arrays)} and {hz[0]:g} to {hz[-1]:g} Hz; blue is less, red more "
        f"than in the reference. {_extremes(s, whole)} {of_targets(s.findings)}",
        caption=f"Blue: less power than in the reference; red: more. {line}Dashed: "
        f"{plot.movement.origin(s.arrays)}.",
        draw=draw,
        height_in=2.5,
    )


def _extremes(s: Shown, whole: Any) -> str:
    """Return where each map is lowest and highest, and how much of it is significant."""
    said = []
    for f in s.findings:
        change = whole[f.estimate.row]
        if not np.isfinite(change).any():
            continue
        ends = []
        for name, at in (("lowest", np.nanargmin(change)), ("highest", np.nanargmax(change))):
            i, j = np.unravel_index(at, change.shape)
            where = f"{s.arrays['tf_hz'][i]:g} Hz and {s.arrays['tf_s'][j]:.2g} s"
            ends.append(f"{name} {change[i, j]:.0f} % at {where}")
        share = ""
        if "tf_significant" in s.arrays:
            part = 100 * float(np.mean(s.arrays["tf_significant"][f.estimate.row]))
            share = f", {part:.0f} % of the map significant"
        text = f"{label(f.estimate.target.label, 40)}: {', '.join(ends)}{share}."
        said.append(text.replace("-", "−"))
    return " ".join(said)


def _column(canvas: Canvas, n: int) -> list[Any]:
    return list(canvas.subplots(n, 1, squeeze=False, sharex=True)[:, 0])
