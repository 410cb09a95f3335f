"""The scales as declared in ``knowledge/scales``: parts, items and how a part is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from reprlib import repr as short
from types import MappingProxyType
from typing import Any

from eutonia.knowledge import find, normalise, table
from eutonia.model import InvalidRecord, Mark

#: Part that stands for the whole scale; its items carry no prefix.
WHOLE = "total"


@dataclass(frozen=True, kw_only=True)
class ScaleItem:
    """One number that can be entered on a scale: an item, or the total of a part.

    Parameters
    ----------
    id : str
        ``part.item``, or the item alone where the part is the whole scale; of a total: the part.
    part, label : str
        Its part, and our own short words for it.
    lo, hi, step : float
        Allowed range; `step` 0: any number in it.
    unit : str
        ``points`` where it is rated.
    weight : float
        By which it enters the sum.
    na : {'', 'prorate', 'zero', 'skip'}
        What becomes of it where it does not apply to the person; empty: it always applies.
    only_if : {'', 'limited', 'unlimited'}
        Asked only where there is (not) any limitation.
    reversed : bool
        Whether a higher entry lowers the part.
    anchors : tuple of (value, words, mark)
        In our own words.
    """

    id: str
    part: str
    label: str
    lo: float
    hi: float
    step: float = 1
    unit: str = "points"
    weight: float = 1
    na: str = ""
    only_if: str = ""
    reversed: bool = False
    anchors: tuple[tuple[float, str, Mark], ...] = ()
    help: str = ""

    @property
    def allowed(self) -> str:
        """What may be entered, in words."""
        steps = f", steps of {self.step:g}" if self.step else ""
        return f"{self.lo:g} to {self.hi:g}{', whole numbers' if self.step == 1 else steps}"


@dataclass(frozen=True)
class Group:
    """Items of which the maximum, or the product, enters the sum with a weight."""

    take: str
    items: tuple[str, ...]
    weight: float = 1


@dataclass(frozen=True, kw_only=True)
class Formula:
    """How a part is computed: one of the closed set of kinds in ``knowledge/scales.yaml``."""

    kind: str
    mark: Mark
    refs: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    of: tuple[tuple[str, float], ...] = ()
    divide: float = 1
    start: float = 0
    over: float = 1
    unlimited: str = ""


@dataclass(frozen=True, kw_only=True)
class ScalePart:
    """One part of a scale, or the whole (`id` ``total``), with its range."""

    id: str
    title: str
    unit: str
    lo: float
    hi: float
    mark: Mark
    refs: tuple[str, ...]
    verified: bool
    formula: Formula
    items: Mapping[str, ScaleItem]
    step: float = 0
    is_change: bool = False
    prorate: str = ""
    anchors: tuple[tuple[float, str, Mark], ...] = ()
    help: str = ""

    @property
    def as_item(self) -> ScaleItem:
        """Its total as something that can be entered."""
        return ScaleItem(
            id=self.id,
            part=self.id,
            label=self.title,
            lo=self.lo,
            hi=self.hi,
            step=self.step,
            unit=self.unit,
            anchors=self.anchors,
            help=self.help,
        )


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One version of a scale; `entry` is its row in the table, for what is only printed."""

    id: str
    name: str
    short: str
    by: str
    status: str
    higher_is_worse: bool
    tier: str
    version: str
    versions: tuple[str, ...]
    parts: Mapping[str, ScalePart]
    items: Mapping[str, ScaleItem]
    entry: Mapping[str, Any] = field(repr=False, compare=False)


def scale_id(name: object) -> str:
    """Return the key of the scale that `name` means.

    Raises
    ------
    InvalidRecord
        If there is none; names the nearest.
    """
    found = find("scales", name) if isinstance(name, str) else ""
    if found:
        return found
    known = table("scales")
    names = {normalise(w): k for k, e in known.items() for w in (k, e["name"], e["short"])}
    word = normalise(name) if isinstance(name, str) else ""
    near = dict.fromkeys(names[w] for w in get_close_matches(word, names, n=3, cutoff=0.5))
    raise InvalidRecord(
        f"No scale is called {short(name)}; did you mean one of: {', '.join(near or known)}?"
    )


def scale_of(name: str, version: str = "") -> Scale:
    """Return a scale in one version; the first version where none is named.

    Raises
    ------
    InvalidRecord
        If there is no such scale or version, or the scale is not implemented; says why.
    """
    known = table("scales")
    key = name if isinstance(name, str) and name in known else scale_id(name)
    if known[key]["status"] == "unknown":
        raise InvalidRecord(f"{key} cannot be entered: {known[key]['reason']}")
    versions = _versions(key)
    if version and version not in versions:
        raise InvalidRecord(
            f"{key}: there is no version {short(version)}; allowed: {', '.join(versions)}."
        )
    return _scale(key, version or versions[0])


@cache
def _versions(key: str) -> tuple[str, ...]:
    listed = table("scales")[key].get("versions", ({"id": "1"},))
    return tuple(v["id"] for v in listed)


@cache
def _scale(key: str, version: str) -> Scale:
    entry = table("scales")[key]
    listed = {v["id"]: v for v in entry.get("versions", ())}
    other = listed.get(version, {}).get("parts", {})
    parts = {k: _part(k, p | _changed(other.get(k, {}))) for k, p in entry["parts"].items()}
    return Scale(
        id=key,
        name=entry["name"],
        short=entry["short"],
        by=entry["by"],
        status=entry["status"],
        higher_is_worse=entry["direction"] == "higher_is_worse",
        tier=entry["tier"],
        version=version,
        versions=_versions(key),
        parts=MappingProxyType(parts),
        items=MappingProxyType({i.id: i for p in parts.values() for i in p.items.values()}),
        entry=entry,
    )


def _changed(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a version changes in a part; one that can only be entered has no items."""
    if not part.get("entered"):
        return part
    formula = {"kind": "entered", "mark": part["range"]["mark"]}
    return part | {"items": [], "formula": formula}


def _part(key: str, entry: dict[str, Any]) -> ScalePart:
    unit = entry.get("unit", "points")
    items = [_item(key, i) for i in entry["items"]]
    found = entry["range"]
    return ScalePart(
        id=key,
        title=entry["title"],
        unit=unit,
        lo=found["lo"],
        hi=found["hi"],
        mark=found["mark"],
        refs=tuple(found.get("refs", ())),
        verified=found.get("verified", True),
        formula=_formula(key, entry["formula"], items),
        items=MappingProxyType({i.id: i for i in items}),
        step=entry.get("step", 0),
        is_change=entry.get("is_change", False),
        prorate=entry.get("prorate", {}).get("words", ""),
        anchors=_anchors(entry),
        help=entry.get("help", ""),
    )


def _item(part: str, entry: dict[str, Any]) -> ScaleItem:
    plain = {k: v for k, v in entry.items() if k not in ("id", "anchors", "mark")}
    return ScaleItem(id=_full(part, entry["id"]), part=part, anchors=_anchors(entry), **plain)


def _anchors(entry: dict[str, Any]) -> tuple[tuple[float, str, Mark], ...]:
    return tuple((float(value), words, mark) for value, words, mark in entry.get("anchors", ()))


def _full(part: str, item: str) -> str:
    return item if part == WHOLE else f"{part}.{item}"


def _formula(part: str, entry: dict[str, Any], items: list[ScaleItem]) -> Formula:
    """Return the formula; each item that is in no group becomes a group of its own."""
    unlimited = _full(part, entry["unlimited"]) if "unlimited" in entry else ""
    groups = [
        Group(g["take"], tuple(_full(part, i) for i in g["items"]), g.get("weight", 1))
        for g in entry.get("groups", ())
    ]
    taken = {i for g in groups for i in g.items} | {unlimited}
    groups += [Group("max", (i.id,), i.weight) for i in items if i.id not in taken]
    return Formula(
        kind=entry["kind"],
        mark=entry["mark"],
        refs=tuple(entry.get("refs", ())),
        groups=tuple(groups),
        of=tuple(entry.get("of", {}).items()),
        divide=entry.get("divide", 1),
        start=entry.get("from", 0),
        over=entry.get("over", 1),
        unlimited=unlimited,
    )
