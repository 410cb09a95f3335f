"""Rules of the tables of red flags and danger signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eutonia.knowledge import synonyms

TIERS = ("DISCUSS", "SOON", "URGENT", "EMERGENCY")
_THRESHOLDS = ("at_least", "over", "below")
#: Numbers that no positive answer makes larger, so that `below` may ask for them in a red flag.
_AGES = frozenset(["age", "onset_age", "onset_by"])
_TABLES = (
    "danger_groups",
    "danger_signs",
    "flag_facts",
    "flag_findings",
    "flag_conditions",
    "red_flags",
    "dsap",
    "recording_stop",
)


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    missing = [name for name in _TABLES if name not in sources]
    if missing:
        yield from (f"red_flags: the table {name} is missing" for name in missing)
        return
    yield from _signs(sources)
    yield from _facts(sources)
    for key, flag in sources["red_flags"].items():
        yield from _flag(key, flag, sources)
    for level, entry in sources["dsap"].items():
        yield from broken(f"dsap: level {level}", entry["when"], sources, falling=False)
        yield from marked(f"dsap: level {level}", entry)
        if entry["tier"] and entry["tier"] not in TIERS:
            yield f"dsap: level {level} has the unknown tier {entry['tier']!r}"
    if set(sources["dsap"]) != set("12345"):
        yield "dsap: the levels are 1 to 5"


def _facts(sources: dict[str, Any]) -> Iterator[str]:
    signs, facts, conditions = (
        set(sources[name]) for name in ("danger_signs", "flag_facts", "flag_conditions")
    )
    yield from (f"flag_facts: {name} is a danger sign too" for name in sorted(signs & facts))
    for name in sorted(conditions & (signs | facts)):
        yield f"flag_conditions: {name} is a fact too"
    for name, condition in sources["flag_conditions"].items():
        yield from broken(f"flag_conditions: {name}", condition, sources, falling=False)
        if name in _reached(condition, sources["flag_conditions"]):
            yield f"flag_conditions: {name} rests on itself"
    for one in sources["flag_findings"]:
        if one["fact"] not in signs | facts or not isinstance(one.get("over"), int | float):
            yield f"flag_findings: {one['fact']!r} is no fact, or has no limit `over`"


def _signs(sources: dict[str, Any]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for key, sign in sources["danger_signs"].items():
        if not sign.get("name") or not sign.get("ask", "").endswith("?"):
            yield f"danger_signs: {key} has no name or no question"
        if sign.get("group") not in sources["danger_groups"]:
            yield f"danger_signs: {key} has the unknown group {sign.get('group')!r}"
        yield from marked(f"danger_signs: {key}", sign)
    for text, key in synonyms(sources["danger_signs"]):
        if owner.setdefault(text, key) != key:
            yield f"danger_signs: {text!r} means both {owner[text]} and {key}"


def _flag(key: str, flag: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    tiers = [one.get("tier") for one in flag.get("tiers", ())]
    if not tiers or not set(tiers) <= set(TIERS):
        yield f"red_flags: {key} has no tier or an unknown one"
    elif tiers != sorted(set(tiers), key=TIERS.index, reverse=True):
        yield f"red_flags: the tiers of {key} do not fall from the most urgent"
    if flag.get("closing") not in ("visit", "lasting"):
        yield f"red_flags: {key} does not say how it can be closed"
    if not flag.get("title") or not flag.get("action") or not flag.get("why"):
        yield f"red_flags: {key} lacks a title, what to do, or why"
        return
    if "EMERGENCY" in tiers and "call your local emergency number" not in flag["action"].lower():
        yield f"red_flags: {key} does not say to call the emergency number"
    yield from marked(f"red_flags: {key}", flag["why"])
    for one in flag.get("tiers", ()):
        yield from broken(f"red_flags: {key}", one["when"], sources, falling=False)


def marked(where: str, entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a mark: none, or references without having been checked."""
    if entry.get("mark") not in ("V", "M", "D"):
        yield f"{where} carries no mark"
    elif entry["mark"] == "V" and not entry.get("refs"):
        yield f"{where} is marked V without a reference"
    elif entry["mark"] != "V" and entry.get("refs"):
        yield f"{where} is marked {entry['mark']} and cites"


def broken(
    where: str, condition: Any, sources: dict[str, Any], *, falling: bool = True
) -> Iterator[str]:
    """Yield what is wrong with a condition.

    Parameters
    ----------
    where : str
        What the sentence begins with.
    condition : Any
        As it stands in the table.
    falling : bool
        Whether it may become false by a further positive answer (`not`, and `below` of anything
        but an age); red flags may not.
    """
    if isinstance(condition, str):
        yield from _name(where, condition, sources, falling=falling)
    elif not isinstance(condition, dict) or not condition:
        yield f"{where} has a condition that cannot be read: {condition!r}"
    elif "fact" in condition:
        yield from _threshold(where, condition, sources, falling=falling)
    elif len(condition) == 1 and next(iter(condition)) in ("any", "all"):
        inner = next(iter(condition.values()))
        if not isinstance(inner, list) or not inner:
            yield f"{where} has an empty condition"
            return
        for part in inner:
            yield from broken(where, part, sources, falling=falling)
    elif set(condition) == {"not"}:
        if not falling:
            yield f"{where} uses `not`, by which one more answer could take a flag away"
        yield from broken(where, condition["not"], sources, falling=True)
    else:
        yield f"{where} has a condition that cannot be read: {condition!r}"


def _name(where: str, name: str, sources: dict[str, Any], *, falling: bool) -> Iterator[str]:
    tables = (sources[t] for t in ("danger_signs", "flag_facts", "flag_conditions"))
    if name == "always" and not falling:
        yield f"{where} would be raised for everybody"
    elif name not in ("always", "never") and not any(name in table for table in tables):
        yield f"{where} asks for the unknown fact {name!r}"


def _threshold(
    where: str, condition: dict[str, Any], sources: dict[str, Any], *, falling: bool
) -> Iterator[str]:
    fact, others = condition["fact"], [k for k in condition if k != "fact"]
    if not sources["flag_facts"].get(fact, {}).get("number"):
        yield f"{where} compares {fact!r}, which is no number"
    if len(others) != 1 or others[0] not in _THRESHOLDS:
        yield f"{where} needs one of {', '.join(_THRESHOLDS)}"
    elif not isinstance(condition[others[0]], int | float):
        yield f"{where} compares {fact!r} with {condition[others[0]]!r}"
    elif others[0] == "below" and fact not in _AGES and not falling:
        yield f"{where} uses `below` for {fact!r}, by which one more answer could take it away"


def _reached(condition: Any, conditions: dict[str, Any]) -> set[str]:
    """Return the named conditions below one, through all others."""
    found: set[str] = set()
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and one in conditions and one not in found:
            found.add(one)
            waiting.append(conditions[one])
        elif isinstance(one, dict):
            waiting += [p for v in one.values() for p in (v if isinstance(v, list) else [v])]
    return found
