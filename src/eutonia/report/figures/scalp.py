"""Scalp maps of findings and of contrasts; the sentence about their value stands with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia import plot
from eutonia.dsp.scalp import positions
from eutonia.judge import unit_words
from eutonia.model import Condition, Contrast, Finding, Floats, NotMeasurable
from eutonia.plot.head import MIN_ELECTRODES
from eutonia.report.figures.canvas import WIDTH_IN, label
from eutonia.report.figures.drawing import Drawing
from eutonia.report.words import (
    card,
    contrast_words,
    held,
    listed,
    number,
    part_words,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

QEEG = "qEEG has no established diagnostic value in dystonia."
MAX_ROWS, MAX_COLUMNS = 3, 7
#: False-discovery rate below which the electrode of a contrast is marked.
MARKED_Q = 0.05
_CELL_IN = 1.55


@dataclass(frozen=True)
class Map:
    """The values of one map by electrode, NaN where it could not be measured, and their unit."""

    values: Mapping[str, float]
    unit: str = ""
    marked: frozenset[str] = frozenset()

    @property
    def measured(self) -> int:
        """How many electrodes have a value."""
        return sum(1 for v in self.values.values() if np.isfinite(v))


#: Maps by row (a condition or contrast, in words) and part.
Maps = dict[tuple[str, str], Map]


def finding_maps(
    ordered: tuple[Finding, ...], missing: Iterable[NotMeasurable] = ()
) -> tuple[Maps, str]:
    """Return the maps of a measure of electrodes, and why there is none; empty: there are some.

    Parameters
    ----------
    ordered : tuple of Finding
        All of one measure, the most relevant first.
    missing : iterable of NotMeasurable
        Of the same measure; their electrodes are drawn as crosses.
    """
    of_scalp = [f for f in ordered if _on_scalp(f.estimate.target.sites)]
    conditions = tuple(dict.fromkeys(f.estimate.condition for f in of_scalp))
    lost = [m for m in missing if _on_scalp((m.target,))]
    maps: Maps = {}
    for condition in sorted(conditions[:MAX_ROWS], key=_rest_first):
        here = [f for f in of_scalp if f.estimate.condition == condition]
        known = dict.fromkeys(e for f in here for e in f.estimate.target.sites)
        known |= dict.fromkeys(m.target for m in lost if m.condition == condition)
        for part in _declared(dict.fromkeys(f.estimate.part for f in of_scalp), ordered):
            values = dict.fromkeys(known, np.nan)
            unit_name = next(f.estimate.unit for f in of_scalp if f.estimate.part == part)
            for f in (f for f in here if f.estimate.part == part):
                values |= _at_electrodes(f.estimate.target.sites, f.estimate.value)
            maps[condition.label, part] = Map(values, unit_name)
    return _enough(maps)


def contrast_maps(contrasts: Iterable[Contrast]) -> dict[str, Maps]:
    """Return the maps of contrasts by measure, where there are enough electrodes.

    Ratios are drawn as their binary logarithm. Electrodes with ``q < 0.05`` are marked.

    Parameters
    ----------
    contrasts : iterable of Contrast
        The most relevant first.
    """
    found: dict[str, dict[tuple[str, str], dict[str, Contrast]]] = {}
    for c in contrasts:
        of_sides = c.factor in ("side", "acting_side")  # half a scalp; the table shows them
        if len(c.target.sites) == 1 and _on_scalp(c.target.sites) and not of_sides:
            measure, part = _split(c.measure)
            shared = f" ({held(c)})" if held(c) else ""
            key = (f"{contrast_words(c)}{shared}", part)
            found.setdefault(measure, {}).setdefault(key, {})[c.target.sites[0]] = c
    maps = {measure: _enough(_of_contrasts(cells))[0] for measure, cells in found.items()}
    return {measure: m for measure, m in maps.items() if m}


def _of_contrasts(cells: dict[tuple[str, str], dict[str, Contrast]]) -> Maps:
    rows = tuple(dict.fromkeys(row for row, _ in cells))[:MAX_ROWS]
    everywhere = dict.fromkeys(e for cell in cells.values() for e in cell)
    maps: Maps = {}
    for row in rows:
        for part in dict.fromkeys(p for r, p in cells if r == row):
            cell = cells[row, part]
            values = {e: _shown(cell[e]) if e in cell else np.nan for e in everywhere}
            marked = frozenset(e for e, c in cell.items() if c.q is not None and c.q < MARKED_Q)
            maps[row, part] = Map(values, _unit(next(iter(cell.values()))), marked)
    return maps


def _unit(c: Contrast) -> str:
    if c.scale == "ratio":
        return "log2 of the ratio"
    declared = card(c.measure)
    return "" if declared is None else declared.units.get(_split(c.measure)[1], "")


def _shown(c: Contrast) -> float:
    if c.scale != "ratio":
        return c.value
    return float(np.log2(c.value)) if c.value > 0 else np.nan


def scalp(maps: Maps, *, title: str, about: str) -> Drawing:
    """Draw maps of the head: a row per condition or contrast, a column per part.

    Parameters
    ----------
    maps : dict of (str, str) to Map
    title : str
        What is shown in a few words.
    about : str
        What a map is of, for the caption.
    """
    rows = tuple(dict.fromkeys(row for row, _ in maps))
    parts = tuple(dict.fromkeys(part for _, part in maps))[:MAX_COLUMNS]
    across = len(parts) == 1 and len(rows) > 1  # conditions side by side where there is one part
    n_rows, n_columns = (1, len(rows)) if across else (len(rows), len(parts))
    units = {part: m.unit for (_, part), m in maps.items()}
    limits = {part: _limits([m for (_, p), m in maps.items() if p == part]) for part in parts}
    cell = min(_CELL_IN, (WIDTH_IN - 0.3) / n_columns)

    def draw(canvas: Canvas) -> None:
        grid = canvas.subplots(n_rows, n_columns, squeeze=False)
        images: dict[str, Any] = {}
        for (row, part), m in maps.items():
            if part not in parts:
                continue
            i, j = (0, rows.index(row)) if across else (rows.index(row), parts.index(part))
            ax = grid[i, j]
            plot.scalp(
                list(m.values.values()),
                list(m.values),
                marked=m.marked,
                limits=limits[part],
                colour_scale=False,
                ax=ax,
            )
            images[part] = ax.images[0]
            if i == 0:
                ax.set_title(label(row if across else part_words(part), 24), loc="center")
            if j == 0 and not across and (len(rows) > 1 or row):
                ax.text(
                    -0.02,
                    0.5,
                    label(row, 26),
                    transform=ax.transAxes,
                    rotation=90,
                    fontsize=7.5,
                    ha="right",
                    va="center",
                )
        for ax in grid.flat:
            ax.set_axis_off()
        for part, image in images.items():
            column = grid[0] if across else grid[:, parts.index(part)]
            bar = canvas.colorbar(
                image,
                ax=list(column),
                location="bottom",
                fraction=0.06,
                pad=0.02,
                aspect=14,
                shrink=0.85 if not across else 0.4,
            )
            bar.locator = _few_ticks()
            bar.outline.set_linewidth(0.4)
            bar.set_label(unit_words(units[part]) or "no unit", fontsize=7.5)

    crosses = any(not np.isfinite(v) for m in maps.values() for v in m.values.values())
    marked = any(m.marked for m in maps.values())
    left = len(dict.fromkeys(part for _, part in maps)) - len(parts)
    return Drawing(
        title=title,
        alt=f"Heads seen from above, the nose on top. {_in_words(maps, parts)}",
        caption=f"{about} Dots: electrodes."
        + (" Crosses: not measurable, left out." if crosses else "")
        + (f" Rings: q < {MARKED_Q:g}." if marked else "")
        + (f" Not drawn: {left} further parts." if left > 0 else "")
        + f" Between electrodes: spherical splines. {QEEG}",
        draw=draw,
        height_in=n_rows * cell + 0.85,
    )


def _in_words(maps: Maps, parts: tuple[str, ...]) -> str:
    """Return the ends of each map, and what was marked or could not be measured."""
    said = []
    for (row, part), m in maps.items():
        if part not in parts:
            continue
        known = {e: v for e, v in m.values.items() if np.isfinite(v)}
        low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
        text = (
            f"{label(', '.join(t for t in (part_words(part), row) if t), 80)}: highest at {high} "
            f"({with_unit(number(known[high]), m.unit)}), lowest at {low} "
            f"({with_unit(number(known[low]), m.unit)}), median "
            f"{with_unit(number(float(np.median(list(known.values())))), m.unit)} "
            f"of {len(known)} electrodes"
        )
        if m.marked:
            text += f"; q below {MARKED_Q:g} at {listed(sorted(m.marked), 12)}"
        if gone := [e for e, v in m.values.items() if not np.isfinite(v)]:
            text += f"; not measurable: {listed(gone, 12)}"
        said.append(f"{text}.")
    return " ".join(said)


def _enough(maps: Maps) -> tuple[Maps, str]:
    kept = {key: m for key, m in maps.items() if m.measured >= MIN_ELECTRODES}
    if kept:
        return kept, ""
    most = max((m.measured for m in maps.values()), default=0)
    return {}, (
        f"No scalp map: it needs at least {MIN_ELECTRODES} electrodes with a value (our rule); "
        f"there {'is' if most == 1 else 'are'} {most}."
    )


def _limits(maps: list[Map]) -> tuple[float, float]:
    """Return the ends of the colour scale of one part, the same in all conditions."""
    values: Floats = np.array([v for m in maps for v in m.values.values() if np.isfinite(v)])
    lo, hi = float(values.min()), float(values.max())
    return (-max(-lo, hi), max(-lo, hi)) if lo < 0 else (lo, hi)


def _at_electrodes(sites: tuple[str, ...], value: float) -> dict[str, float]:
    """Return a value at its electrode; of a pair, right over left, at both with opposite signs."""
    if len(sites) == 1:
        return {sites[0]: value}
    x = positions(sites)[:, 0]
    return {site: value if right else -value for site, right in zip(sites, x > 0, strict=True)}


def _on_scalp(sites: tuple[str, ...]) -> bool:
    return 1 <= len(sites) <= 2 and bool(np.isfinite(positions(sites)).all())


def _declared(parts: Iterable[str], ordered: tuple[Finding, ...]) -> list[str]:
    """Return parts as the measure declares them; unknown ones as they come."""
    found = list(parts)
    declared = card(ordered[0].estimate.measure)
    known = [p for p in declared.units if p in found] if declared is not None else []
    return list(dict.fromkeys([*known, *found]))


def _split(measure: str) -> tuple[str, str]:
    """Return the id of a measure and the part."""
    declared = card(measure)
    if declared is None:
        return measure, ""
    return declared.id, measure.removeprefix(declared.id).removeprefix(".")


def _rest_first(condition: Condition) -> tuple[bool, str]:
    return condition.get("task") != "rest", condition.label


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(3)
