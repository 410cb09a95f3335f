"""Rules of the tables of codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: What a code of each terminology looks like.
PATTERNS = {
    "hpo": r"HP:\d{7}",
    "mondo": r"MONDO:\d{7}",
    "icd10cm": r"[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    "icd10who": r"[A-TV-Z]\d\d(\.\d{1,2})?",
    "icd11_foundation": r"\d{6,10}",
    "orpha": r"\d{2,6}",
    "omim": r"\d{6}",
    "mesh": r"[CD]\d{6,9}",
    "snomed_ct": r"\d{6,18}",
}
_OWN = frozenset(["name", "stands_for", "by_cause", "aliases", "note"])
#: Where the keys that a concept stands for are defined; distributions are values of Axis I.
_TABLES = {"form": "forms", "region": "regions"}
_LOINC = re.compile(r"([0-9]{1,7})-([0-9])")


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    if "codes" not in sources:
        return
    claimed: dict[tuple[str, str], str] = {}
    for key, entry in sources["codes"].items():
        yield from _concept(key, entry, sources)
        for kind, keys in entry.get("stands_for", {}).items():
            for one in keys:
                if claimed.setdefault((kind, one), key) != key:
                    yield f"codes: {key} and {claimed[kind, one]} both stand for {kind} {one!r}"
    for system in PATTERNS.keys() - sources.get("code_systems", {}).keys():
        yield f"code_systems: {system} is missing"
    yield from _signs(sources)
    for key, entry in sources.get("loinc", {}).items():
        if not _loinc(entry.get("code", "")):
            yield f"loinc: {key} has {entry.get('code')!r}, which is no LOINC code"
        if entry.get("mark") != "V":
            yield f"loinc: {key} was not checked, so it may not be sent"


def _concept(key: str, entry: dict[str, Any], sources: dict[str, Any]) -> Iterator[str]:
    if not entry.get("name"):
        yield f"codes: {key} has no name"
    for system in sorted(entry.keys() - _OWN):
        if system not in PATTERNS:
            yield f"codes: {key} uses the unknown terminology {system!r}"
            continue
        for code in entry[system]:
            if not re.fullmatch(PATTERNS[system], code):
                yield f"codes: {key} has {code!r}, which is no code of {system}"
            if code == "J38.5":
                yield f"codes: {key} has J38.5, which clinical rules §1 drop"
    listed = {*entry.get("icd10cm", ()), *entry.get("icd10who", ())}
    for code in (*entry.get("by_cause", {}).values(), *entry.get("aliases", ())):
        if code not in listed:
            yield f"codes: {key} names {code!r} by cause or as an alias, but does not list it"
    yield from _stands_for(key, entry.get("stands_for", {}), sources)


def _stands_for(
    key: str, stands_for: dict[str, list[str]], sources: dict[str, Any]
) -> Iterator[str]:
    for kind, keys in stands_for.items():
        if kind not in (*_TABLES, "distribution"):
            yield f"codes: {key} stands for the unknown kind {kind!r}"
        known = sources.get(_TABLES.get(kind, ""), keys)
        for one in keys:
            if one not in known:
                yield f"codes: {key} stands for {one!r}, which is in no table {_TABLES[kind]}"


def _signs(sources: dict[str, Any]) -> Iterator[str]:
    for name, signs in sources.get("hpo_signs", {}).items():
        for sign, terms in signs.items():
            if name in sources and sign not in sources[name]:
                yield f"hpo_signs: {sign!r} is not in {name}"
            for code in terms:
                if not re.fullmatch(PATTERNS["hpo"], code):
                    yield f"hpo_signs: {sign} has {code!r}, which is no code of hpo"


def _loinc(code: str) -> bool:
    """Return whether the last digit of a LOINC code is the check digit of the others (Luhn)."""
    match = _LOINC.fullmatch(code)
    if not match:
        return False
    total = 0
    for i, digit in enumerate(reversed(match[1])):
        doubled = int(digit) * (2 if i % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(match[2])
