"""Figures: what each kind shows, drawn with matplotlib when the report is written.

What stands on the axes is drawn by `eutonia.plot`; here is chosen what is shown, and said in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from eutonia.model import Contrast, Evidence, Finding, Measure, NotMeasurable
from eutonia.plot import frequency, head, movement, muscles
from eutonia.plot.source import Arrays
from eutonia.report.block import Block, Figure, Paragraph
from eutonia.report.figures.bars import bars
from eutonia.report.figures.canvas import svg, written
from eutonia.report.figures.drawing import Drawing, Shown
from eutonia.report.figures.matrix import matrix
from eutonia.report.figures.scalp import contrast_maps, finding_maps, scalp
from eutonia.report.figures.spectra import (
    coherence,
    rhythm,
    spectrum,
    time_course,
    time_frequency,
    with_difference,
)
from eutonia.report.figures.traces import bursts, pairs
from eutonia.report.words import listed, spaced

MAX_CONDITIONS = 2
MAX_TARGETS = 3


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    Parameters
    ----------
    draw : callable
    needed : tuple of str
        The arrays it cannot do without, the one that is drawn first; `eutonia.plot` says what
        they are, and which further ones are drawn where they are there.
    together : bool
        Whether conditions stand side by side in one figure; else each has its own.
    by_target : bool
        Whether there is a panel for each target.
    """

    draw: Callable[[tuple[Shown, ...]], Drawing]
    needed: tuple[str, ...]
    together: bool = False
    by_target: bool = True


#: Kinds that a measure declares. ``bars`` and ``scalp`` are drawn from the findings themselves.
KINDS: dict[str, Kind] = {
    "pairs": Kind(pairs, muscles.PAIRS, together=True),
    "bursts": Kind(bursts, muscles.BURSTS, together=True),
    "spectrum": Kind(spectrum, frequency.SPECTRUM, by_target=False),
    "rhythm": Kind(rhythm, frequency.RHYTHM),
    "coherence": Kind(coherence, frequency.COHERENCE),
    "time_course": Kind(time_course, movement.TIME_COURSE),
    "time_frequency": Kind(time_frequency, movement.TIME_FREQUENCY),
    "matrix": Kind(matrix, (*head.MATRIX, "maps"), by_target=False),
}
#: Kinds that are drawn beside the declared one wherever their arrays are there.
ALSO = ("time_frequency", "matrix")


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
    by_key: dict[str, list[Finding]] = {}
    for f in ordered:
        by_key.setdefault(f.estimate.evidence, []).append(f)
    for name in dict.fromkeys([measure.figure, *ALSO]):
        if name not in KINDS:
            continue
        declared = name == measure.figure
        usable = {
            key: Shown(findings=_one_per_row(group), arrays=written(evidence[key]))
            for key, group in by_key.items()
            if _drawable(evidence.get(key, {}), KINDS[name].needed)
        }
        yield from _of_kind(name, measure, usable, by_key)
        if declared and len(usable) < len(by_key):
            missing = len(by_key) - len(usable)
            text = f"For {missing} of {len(by_key)} conditions there is nothing to draw from."
            yield Paragraph(text=text, style="small")


def _of_kind(
    name: str, measure: Measure, usable: dict[str, Shown], by_key: dict[str, list[Finding]]
) -> Iterator[Block]:
    kind = KINDS[name]
    keys = list(usable)[:MAX_CONDITIONS]
    panels = [usable[key] for key in keys]
    if name == "coherence" and len(panels) == MAX_CONDITIONS:
        panels[0] = with_difference(*panels)
    if measure.tier == "research" and not kind.together:  # the most relevant one stands for all
        keys, panels = keys[:1], panels[:1]
    prefix = measure.id if name == measure.figure else f"{measure.id}-{name}"
    groups = [tuple(panels)] if kind.together and panels else [(s,) for s in panels]
    for i, group in enumerate(groups):
        drawing = kind.draw(group)
        n = max(len({f.estimate.row for f in by_key[key]}) for key in keys[i : i + len(group)])
        conditions = " and ".join(s.condition for s in group)
        yield _figure(
            drawing,
            name=_name(f"{prefix}-{i}"),
            title=f"{measure.title}: {drawing.title}, {conditions}",
            left_out=_targets_left_out(n) if kind.by_target else "",
        )
    if others := [usable[key].condition for key in list(usable)[len(keys) :]]:
        text = f"Not drawn, but kept in evidence.npz: {listed(others)}."
        yield Paragraph(text=text, style="small")


def bars_figures(measure: str, ordered: tuple[Finding, ...]) -> Iterator[Block]:
    """Yield the figure of one measure's conditions side by side."""
    drawing = bars(ordered)
    title = f"{ordered[0].estimate.title}: {drawing.title.lower()}"
    yield _figure(drawing, name=_name(f"{measure}-bars"), title=title)


def scalp_figures(
    measure: Measure, ordered: tuple[Finding, ...], missing: Iterable[NotMeasurable] = ()
) -> Iterator[Block]:
    """Yield the scalp maps of a measure of electrodes, or the sentence why there are none.

    Parameters
    ----------
    measure : Measure
    ordered : tuple of Finding
        All of the measure, the most relevant first.
    missing : iterable of NotMeasurable
        What could not be taken at the visit.
    """
    if {i.kind for i in measure.needs.inputs.values()} != {"eeg"}:
        return
    own = [m for m in missing if m.measure == measure.id or m.measure.startswith(f"{measure.id}.")]
    paired = any(len(f.estimate.target.sites) == 2 for f in ordered)
    if paired and measure.figure != "scalp":  # a pair has a place only where it is a difference
        return
    maps, why = finding_maps(ordered, own)
    if why:
        yield Paragraph(text=why, style="small")
        return
    about = "Values at the electrodes, the same colours in all conditions of a column."
    if paired:
        about = "Right over left; each pair is drawn twice, with opposite signs."
    drawing = scalp(maps, title="scalp maps", about=about)
    title = f"{measure.title}: {drawing.title}"
    yield _figure(drawing, name=_name(f"{measure.id}-scalp"), title=title)


def contrast_figures(contrasts: Iterable[Contrast], titles: dict[str, str]) -> Iterator[Block]:
    """Yield a figure per measure of electrodes: where on the scalp conditions differ.

    Parameters
    ----------
    contrasts : iterable of Contrast
        The most relevant first.
    titles : dict of str to str
        Title of each measure, by id.
    """
    listed_contrasts = tuple(contrasts)
    ratios = {c.measure for c in listed_contrasts if c.scale == "ratio"}
    for measure, maps in contrast_maps(listed_contrasts).items():
        title = titles.get(measure, spaced(measure))
        ratio = any(m == measure or m.startswith(f"{measure}.") for m in ratios)
        drawing = scalp(
            maps,
            title="contrasts over the scalp",
            about="Difference between two conditions at each electrode."
            if not ratio
            else "Ratio of two conditions at each electrode, as its binary logarithm.",
        )
        name = _name(f"{measure}-contrasts")
        yield _figure(drawing, name=name, title=f"{title}: {drawing.title}")


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


def _targets_left_out(n: int) -> str:
    if n <= MAX_TARGETS:
        return ""
    return f" Shown are {MAX_TARGETS} of {n} targets, the most relevant."
