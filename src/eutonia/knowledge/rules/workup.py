"""Rules of the tables of work-up, laboratory values and genes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eutonia.knowledge import normalise
from eutonia.knowledge.rules.red_flags import broken, marked

_TABLES = (
    "workup_groups",
    "workup",
    "laboratory",
    "leipzig",
    "leipzig_readings",
    "exposures",
    "genes",
    "flag_facts",
    "flag_conditions",
    "danger_signs",
)
#: An amount per time or per weight, which would be a dose.
_DOSE = re.compile(r"\d\s*(mg|mcg|units?|IU|ml)\b|mg\s*/\s*kg", re.IGNORECASE)


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    missing = [name for name in _TABLES if name not in sources]
    if missing:
        yield from (f"workup: the table {name} is missing" for name in missing)
        return
    for key, item in sources["workup"].items():
        yield from _item(key, item, sources)
    yield from _laboratory(sources)
    yield from _leipzig(sources)
    yield from _genes(sources)
    yield from _exposures(sources["exposures"])


def _item(key: str, item: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    where = f"workup: {key}"
    if item.get("group") not in sources["workup_groups"]:
        yield f"{where} has the unknown group {item.get('group')!r}"
    if not item.get("title") or not item.get("reason"):
        yield f"{where} lacks a title or a reason"
    if _DOSE.search(f"{item.get('title')} {item.get('reason')}"):
        yield f"{where} names a dose"
    yield from marked(where, item)
    for name in ("remind", "done"):
        if name in item:
            yield from broken(where, item[name], sources)
    if "remind" not in item:
        yield f"{where} does not say when it is reminded"


def _laboratory(sources: dict[str, Any]) -> Iterator[str]:
    for key, analyte in sources["laboratory"].items():
        if not analyte.get("units") or not analyte.get("specimen"):
            yield f"laboratory: {key} has no units or no specimen"
        if analyte.get("item", key) not in sources["workup"]:
            yield f"laboratory: {key} belongs to no line of the work-up"
        if key not in sources["workup"]:
            yield f"laboratory: {key} cannot be entered: the work-up has no line of its name"
        for one in analyte["published"]:
            yield from marked(f"laboratory: {key}", one)
            if one.get("mark") != "V":
                yield f"laboratory: {key} shows a value that was not checked"


def _leipzig(sources: dict[str, Any]) -> Iterator[str]:
    for key, entry in sources["leipzig"].items():
        yield from marked(f"leipzig: {key}", entry)
        if not all(isinstance(points, int) for points in entry["cells"].values()):
            yield f"leipzig: {key} has a cell without points"
    for one in sources["leipzig_readings"]:
        yield from marked("leipzig_readings: a reading", one)
    limits = [one["from"] for one in sources["leipzig_readings"]]
    if limits != sorted(limits, reverse=True):
        yield "leipzig_readings: they do not fall"


def _genes(sources: dict[str, Any]) -> Iterator[str]:
    for gene, entry in sources["genes"].items():
        if not re.fullmatch(r"[A-Z][A-Z0-9orf-]*", gene):
            yield f"genes: {gene!r} is no symbol of a gene"
        if entry.get("mark") != "V" or not entry.get("inheritance") or not entry.get("omim"):
            yield f"genes: {gene} lacks its mark, OMIM number or inheritance"
        if "hint" in entry and entry.get("hint_mark") != "M":
            yield f"genes: the hint of {gene} does not say that it is from memory"


def _exposures(table: dict[str, Any]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for kind, entry in table.items():
        yield from marked(f"exposures: {kind}", entry)
        for name in (kind, entry["name"], *entry.get("synonyms", ()), *entry["names"]):
            if owner.setdefault(normalise(name), kind) != kind:
                yield f"exposures: {name!r} means both {owner[normalise(name)]} and {kind}"
