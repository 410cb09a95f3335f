"""From the items of one part of a scale to its value, or to why it has none.

The formulas are data; the kinds below are all there are. Nothing is imputed: a missing item leaves
the part incomplete.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import prod

from eutonia.formats.scale_table import Group, ScaleItem, ScalePart

Entries = Mapping[str, float]
#: What is missing where it is not said whether there is any limitation (ADDS).
LIMITED_UNKNOWN = "whether there is any limitation was not said"


@dataclass(frozen=True)
class Computed:
    """A part from its items: the value, or None and why; `n` of `m` items that apply."""

    value: float | None
    n: int
    m: int
    flags: tuple[str, ...] = ()
    why: str = ""


def computed(
    part: ScalePart,
    entries: Entries,
    *,
    not_applicable: Collection[str] = (),
    limited: bool | None = None,
) -> Computed:
    """Compute a part from its items.

    Parameters
    ----------
    part : ScalePart
        Not of kind ``parts``, ``entered`` or ``none``: those are not computed from items.
    entries : mapping of str to float
        Item to its entry, checked before.
    not_applicable : collection of str
        Items that do not apply to this person.
    limited : bool or None
        Whether there is any limitation, where the scale asks.
    """
    limited = _limited(part, entries, limited)
    asked = [i for i in part.items.values() if not i.only_if or _asked(i, limited)]
    out = [i for i in asked if i.id in not_applicable] if not_applicable else []
    zero = {i.id: 0.0 for i in out if i.na == "zero"}
    needed = [i for i in asked if i.id not in not_applicable or i.na == "zero"] if out else asked
    n = len([i for i in needed if i.id in entries or i.id in zero])
    if not needed:
        return Computed(None, 0, 0, why="no item applies")
    if n < len(needed):
        return Computed(None, n, len(needed))
    if limited is None and part.formula.unlimited:
        return Computed(None, n, len(needed), why=LIMITED_UNKNOWN)
    values = {i.id: entries[i.id] for i in needed if i.id in entries} | zero
    value = _value(part, values)
    flags = tuple(f"{i.label}: does not apply" for i in out)
    if any(i.na == "prorate" for i in out):
        value *= len(asked) / len(needed)
        flags = ("prorated", *flags)
    return Computed(value, n, len(needed), flags)


def limits(
    part: ScalePart,
    entries: Entries,
    *,
    not_applicable: Collection[str] = (),
    limited: bool | None = None,
) -> tuple[float, float]:
    """Return the least and the greatest value that the missing items leave open."""
    limited = _limited(part, entries, limited)
    if limited is None and part.formula.unlimited:
        return part.lo, part.hi
    ends = []
    for lowest in (True, False):
        filled = {
            i.id: i.lo if lowest != i.reversed else i.hi
            for i in part.items.values()
            if _asked(i, limited) and i.id not in not_applicable
        }
        result = computed(
            part, filled | dict(entries), not_applicable=not_applicable, limited=limited
        )
        ends.append(part.lo if result.value is None else result.value)
    return min(ends), max(ends)


def common_sum(part: ScalePart, entries: Entries, shared: Collection[str]) -> float:
    """Return the weighted sum over the groups of which all items are in `shared`.

    It is no total and has no range: it only lets the same items be laid beside each other.
    """
    return sum(_take(g, entries) for g in part.formula.groups if set(g.items) <= set(shared))


def _limited(part: ScalePart, entries: Entries, limited: bool | None) -> bool | None:
    """Return whether there is any limitation: as said, or as the entries leave no doubt."""
    if limited is not None or not part.formula.unlimited:
        return limited
    if part.formula.unlimited in entries:
        return False
    return True if any(entries.get(i) for i in part.items) else None


def _asked(item: ScaleItem, limited: bool | None) -> bool:
    if item.only_if == "unlimited":
        return limited is False
    return not item.only_if or limited is not False


def _value(part: ScalePart, values: Entries) -> float:
    f = part.formula
    if f.unlimited in values:
        return values[f.unlimited]
    if f.kind == "rate":
        over, under = (values[g.items[0]] for g in f.groups)
        return over / under
    total = sum([_take(g, values) for g in f.groups if g.items[0] in values])
    if f.kind == "mean":
        return total / len(values)
    if f.kind == "percent":
        least = sum(part.items[i].lo for i in values)
        most = sum(part.items[i].hi for i in values)
        return 100 * (total - least) / (most - least)
    if f.kind == "remaining":
        return f.start - f.start * total / f.over
    return total


def _take(group: Group, values: Entries) -> float:
    if len(group.items) == 1:
        return group.weight * values[group.items[0]]
    found = [values[i] for i in group.items]
    return group.weight * (prod(found) if group.take == "product" else max(found))
