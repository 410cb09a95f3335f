"""Figures: what each kind shows, drawn with matplotlib when the report is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from eutonia.model import Evidence, Finding, Measure
from eutonia.report.block import Block, Figure, Paragraph
from eutonia.report.figures.bars import bars
from eutonia.report.figures.canvas import svg
from eutonia.report.figures.drawing import Drawing
from eutonia.report.figures.spectra import coherence, spectrum, time_course
from eutonia.report.figures.traces import Arrays, bursts, pairs
from eutonia.report.words import listed

#: Kind of figure, as a measure declares it, to what draws it, and the arrays it cannot do without,
#: the one that is drawn first.
KINDS: dict[str, tuple[Callable[[tuple[Finding, ...], Arrays], Drawing], tuple[str, ...]]] = {
    "pairs": (pairs, ("envelope", "t_s", "channels", "targets")),
    "bursts": (bursts, ("envelope", "t_s", "threshold", "burst_channel", "onset_s", "offset_s")),
    "spectrum": (spectrum, ("psd", "freq_hz", "bands", "band_names")),
    "coherence": (coherence, ("coherence", "freq_hz", "limit", "bands")),
    "time_course": (time_course, ("course", "t_s", "lo", "hi", "parts", "reference", "window")),
}

MAX_CONDITIONS = 2
MAX_TARGETS = 3


def evidence_figures(
    measure: Measure, ordered: tuple[Finding, ...], evidence: Evidence
) -> Iterator[Block]:
    """Yield the figures of a measure: its most relevant conditions, and targets within each.

    Parameters
    ----------
    measure : Measure
    ordered : tuple of Finding
        All of the measure, the most relevant first.
    evidence : Evidence
    """
    if measure.figure not in KINDS:
        return
    kind, needed = KINDS[measure.figure]
    by_key: dict[str, list[Finding]] = {}
    for f in ordered:
        by_key.setdefault(f.estimate.evidence, []).append(f)
    usable = {k: v for k, v in by_key.items() if _drawable(evidence.get(k, {}), needed)}
    for i, (key, group) in enumerate(list(usable.items())[:MAX_CONDITIONS]):
        drawing = kind(_one_per_row(group), evidence[key])
        condition = group[0].estimate.condition.label
        n = len({f.estimate.row for f in group})
        yield _figure(
            drawing,
            name=_name(f"{measure.id}-{i}"),
            title=f"{measure.title}: {drawing.title}, {condition}",
            left_out=_targets_left_out(measure.figure, n),
        )
    others = [v[0].estimate.condition.label for v in list(usable.values())[MAX_CONDITIONS:]]
    if others:
        text = f"Not drawn, but kept in evidence.npz: {listed(others)}."
        yield Paragraph(text=text, style="small")
    if len(usable) < len(by_key):
        missing = len(by_key) - len(usable)
        text = f"For {missing} of {len(by_key)} conditions there is nothing to draw from."
        yield Paragraph(text=text, style="small")


def bars_figures(measure: str, ordered: tuple[Finding, ...]) -> Iterator[Block]:
    """Yield the figure of one measure's conditions side by side."""
    drawing = bars(ordered)
    title = f"{ordered[0].estimate.title}: {drawing.title.lower()}"
    yield _figure(drawing, name=_name(f"{measure}-bars"), title=title)


def _figure(drawing: Drawing, *, name: str, title: str, left_out: str = "") -> Figure:
    return Figure(
        name=name,
        title=title,
        alt=drawing.alt,
        caption=f"{title}. {drawing.caption}{left_out}".strip(),
        draw=partial(svg, drawing.draw, name=name, height_in=drawing.height_in),
    )


def _drawable(arrays: Arrays, needed: tuple[str, ...]) -> bool:
    """Whether all arrays are there, and the one that is drawn holds more than gaps and zeros."""
    return set(needed) <= set(arrays) and bool(np.nan_to_num(arrays[needed[0]]).any())


def _name(text: str) -> str:
    """Return a name that is valid as an id: letters, digits and hyphens."""
    return "figure-" + re.sub(r"[^A-Za-z0-9]+", "-", text)


def _one_per_row(group: list[Finding]) -> tuple[Finding, ...]:
    """Return the most relevant finding of each target, a few targets only."""
    rows: dict[int, Finding] = {}
    for f in group:
        rows.setdefault(f.estimate.row, f)
    return tuple(list(rows.values())[:MAX_TARGETS])


def _targets_left_out(kind: str, n: int) -> str:
    if kind == "spectrum" or n <= MAX_TARGETS:
        return ""
    return f" Shown are {MAX_TARGETS} of {n} targets, the most relevant."
