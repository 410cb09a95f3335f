"""Many targets in few rows: medians and ranges by region of the scalp."""

from __future__ import annotations

from statistics import median

from eutonia.judge import unit_words
from eutonia.model import Finding, Interval
from eutonia.report.block import Table
from eutonia.report.words import number, part_words

#: Regions by the letters of a 10-10 electrode name; the longest match counts (our grouping).
REGIONS = {
    "frontal": ("Fp", "AF", "F"),
    "central": ("FC", "C", "CP"),
    "temporal": ("FT", "T", "TP"),
    "parietal": ("P",),
    "occipital": ("PO", "O", "I"),
}


def region(site: str) -> str:
    """Return the region of an electrode, or an empty string."""
    letters = site.rstrip("0123456789zZ")
    return next((r for r, names in REGIONS.items() if letters in names), "")


#: Most parts that fit side by side on a page.
MAX_PARTS = 8


def summary_table(group: list[Finding], *, most: int) -> Table | None:
    """Return medians by region and condition, a column per part; None where no region is known."""
    cells: dict[tuple[str, str], dict[str, list[float]]] = {}
    for f in group:
        e = f.estimate
        place = _place(e.target.sites)
        if not place:
            return None
        cells.setdefault((e.condition.label, place), {}).setdefault(e.part, []).append(e.value)
    if len(cells) > most:
        return None
    parts = tuple(dict.fromkeys(f.estimate.part for f in group))
    if len(parts) > MAX_PARTS:
        return None
    units = ", ".join(dict.fromkeys(unit_words(f.estimate.unit) or "no unit" for f in group))
    order = list(REGIONS)
    keys = sorted(cells, key=lambda k: (k[0], _rank(k[1], order)))
    rows = tuple(
        (
            f"{place}, {condition}",
            _count(cells[condition, place]),
            *(_cell(cells[condition, place].get(p, [])) for p in parts),
        )
        for condition, place in keys
    )
    n = len(group)
    return Table(
        caption=f"Median over electrodes, with the smallest and largest of n electrodes ({units}); "
        f"all {n} numbers are in findings.csv",
        header=("Region, condition", "n", *(part_words(p) or "Value" for p in parts)),
        rows=rows,
        widths=(2.4, 0.5, *(1.6 for _ in parts)),
    )


def _place(sites: tuple[str, ...]) -> str:
    """Return the region of the first site, with the further sites of a pair."""
    if not sites or not region(sites[0]):
        return ""
    others = [s.replace("_", " ") for s in sites[1:]]
    return " / ".join((region(sites[0]), *others))


def _rank(place: str, order: list[str]) -> tuple[int, str]:
    return order.index(place.partition(" / ")[0]), place


def _count(parts: dict[str, list[float]]) -> str:
    counts = sorted({len(v) for v in parts.values()})
    return "–".join(str(c) for c in {counts[0]: 0, counts[-1]: 0})


def _cell(values: list[float]) -> str:
    if not values:
        return "not taken"
    lo, hi = min(values), max(values)
    spread = Interval(lo=lo, hi=hi, kind="within the recording", method="")  # only for rounding
    middle = number(median(values), spread)
    return f"{middle} ({number(lo, spread)} to {number(hi, spread)})"
