"""Rules of the tables of scales and of the batteries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eutonia.knowledge.grids import written_out

#: Keys of a scale that take one of a few words.
_CLOSED = {
    "status": frozenset(["free", "score_only", "permission", "unknown"]),
    "direction": frozenset(["higher_is_worse", "higher_is_better"]),
    "by": frozenset(["examiner", "patient"]),
    "tier": frozenset(["clinical", "supportive"]),
}
KINDS = frozenset(["sum", "mean", "percent", "remaining", "rate", "parts", "entered", "none"])
TAKES = frozenset(["max", "product"])
NOT_APPLICABLE = frozenset(["prorate", "zero", "skip"])
MARKS = frozenset("VMD")
MORE_BATTERIES = frozenset(["everyone", "dyskinetic_cerebral_palsy"])
#: Kinds of formula that are computed from items.
FROM_ITEMS = frozenset(["sum", "mean", "percent", "remaining", "rate"])
_NEEDED = ("name", "for", "by", "status", "direction", "tier", "refs", "parts")


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    scales = sources.get("scales", {})
    for key, scale in scales.items():
        if lacks := [k for k in _NEEDED if k not in scale]:
            yield f"scales: {key} lacks {', '.join(lacks)}"
        else:
            yield from (f"scales: {key}{p}" for p in _scale(scale))
        yield from (f"scales: {key}{p}" for p in _marks("", scale))
    yield from _batteries(sources, scales)


def _scale(scale: dict[str, Any]) -> Iterator[str]:
    for key, allowed in _CLOSED.items():
        if scale[key] not in allowed:
            yield f" has the unknown {key} {scale[key]!r}"
    if (scale["status"] == "unknown") != (not scale["parts"]):
        yield " must have parts, or the status unknown and none"
    if scale["status"] == "unknown" and not scale.get("reason"):
        yield " is not implemented, and gives no reason"
    evidence = [scale.get("recommended", {}), scale.get("norm", {})]
    evidence += [*scale.get("reliability", ()), *scale.get("mcid", ())]
    if scale["tier"] == "clinical" and not any(e.get("mark") == "V" for e in evidence):
        yield " is clinical, but no property of it was checked against a source"
    parts = written_out({"": scale})[""]["parts"]
    for name, part in parts.items():
        yield from (f".{name}{p}" for p in (*_part(part, parts), *_items(part)))
    for m in scale.get("mcid", ()):
        yield from _threshold(m, scale)
    for name in ("norm", "bands", "mdc"):
        if name in scale and scale[name].get("part") not in parts:
            yield f" has a {name} of no part of it"


def _part(part: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    items = {i["id"] for i in part["items"]}
    formula, found = part.get("formula", {}), part.get("range", {})
    if formula.get("kind") not in KINDS:
        yield f" has the unknown formula {formula.get('kind')!r}"
    if not found.get("lo", 0) < found.get("hi", 0):
        yield " has no range"
    if (formula.get("kind") in FROM_ITEMS) != bool(items) and formula.get("kind") != "none":
        yield " has items without a formula, or the other way round"
    for group in formula.get("groups", ()):
        if group["take"] not in TAKES or not set(group["items"]) <= items:
            yield " groups what it has not, or in an unknown way"
    before = list(parts)[: list(parts).index(next(k for k, p in parts.items() if p is part))]
    for other in formula.get("of", ()):
        if other not in before:
            yield f" sums the part {other!r}, which does not stand before it"


def _items(part: dict[str, Any]) -> Iterator[str]:
    listed = [i["id"] for i in part["items"]]
    if len(set(listed)) < len(listed):
        yield " has an item twice"
    if any(i.get("na") == "prorate" for i in part["items"]) and "prorate" not in part:
        yield " prorates without saying how"
    for item in part["items"]:
        key = item["id"]
        if not item.get("label") or not item.get("lo", 1) < item.get("hi", 0):
            yield f" has the item {key} without a label or range"
        if item.get("na", "zero") not in NOT_APPLICABLE:
            yield f" does not say what becomes of {key} where it does not apply"
        for value, _, mark in item.get("anchors", ()):
            if not item["lo"] <= value <= item["hi"] or mark not in MARKS:
                yield f" has an anchor of {key} outside its range, or without a mark"


def _threshold(m: dict[str, Any], scale: dict[str, Any]) -> Iterator[str]:
    if m.get("part") not in scale["parts"]:
        yield " has a threshold of no part of it"
    if m.get("unit") not in ("points", "%") or not m.get("anchor"):
        yield " has a threshold without a unit or an anchor"
    better = (m["value"] > 0) == (scale["direction"] == "higher_is_better")
    if m.get("direction") != ("better" if better else "worse"):
        yield f" has the threshold {m['value']}, whose sign contradicts its direction"


def _marks(where: str, node: Any) -> Iterator[str]:
    """Yield what lacks its mark, and what is cited without having been checked."""
    if isinstance(node, list):
        for item in node:
            yield from _marks(where, item)
    elif isinstance(node, dict):
        is_statement = "words" in node or "anchor" in node or where.endswith(("range", "formula"))
        if is_statement and node.get("mark") not in MARKS:
            yield f"{where} carries no mark"
        if node.get("mark", "V") != "V" and node.get("refs"):
            yield f"{where} is marked {node['mark']} and must not be cited"
        if node.get("mark") == "V" and is_statement and not node.get("refs"):
            yield f"{where} is marked V and names no reference"
        for key, value in node.items():
            yield from _marks(f"{where}.{key}", value)


def _batteries(sources: dict[str, Any], scales: dict[str, Any]) -> Iterator[str]:
    batteries = sources.get("batteries", {})
    for key, battery in batteries.items():
        if key not in sources["forms"] and key not in MORE_BATTERIES:
            yield f"batteries: {key} is no form"
        listed = [*battery["scales"], *(s for group in battery.get("one_of", ()) for s in group)]
        for name in listed:
            if name not in scales:
                yield f"batteries: {key} names {name!r}, which is no scale"
        yield from (f"batteries: {key}{p}" for p in _marks("", battery))
        if battery.get("mark") not in MARKS:
            yield f"batteries: {key} carries no mark"
    if batteries:
        yield from (f"batteries: {f} has none" for f in sources["forms"] if f not in batteries)
