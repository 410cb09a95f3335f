"""Rules of the tables of claims, therapies, the guide and the wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eutonia.knowledge.reading import VERDICTS, topic_names
from eutonia.knowledge.wording import offences

Sources = dict[str, Any]

TABLES = (
    "documents",
    "verdicts",
    "claims",
    "evidence_levels",
    "therapies",
    "learn_groups",
    "learn",
)
#: How many claims each document makes; one of A is about two things.
_CLAIMS = {"A": 27, "B": 17, "C": 19}
_TWO_PARTS = {"A16": ("A16a", "A16b")}
_FIELDS = ("what", "expect", "sure", "sham", "cautions")
_KINDS = ("question", "explanation")
#: The sections of the page of emergencies, in this order.
_TIERS = ("EMERGENCY", "URGENT", "SOON", "DISCUSS")


def problems(sources: Sources) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    missing = [name for name in (*TABLES, "wording") if not sources.get(name)]
    if missing:
        yield from (f"{name}: the table is missing or empty" for name in missing)
        return
    broken = list(_patterns(sources))
    yield from broken
    if broken:
        return
    for rule in (_claims, _therapies, _learn, _names, _emergency, _doses, _wording):
        yield from rule(sources)


# --- claims ---------------------------------------------------------------------------------


def _expected() -> Iterator[str]:
    for document, n in _CLAIMS.items():
        for i in range(1, n + 1):
            yield from _TWO_PARTS.get(f"{document}{i}", (f"{document}{i}",))


def _claims(sources: Sources) -> Iterator[str]:
    rows = sources["claims"]
    for key in sorted(set(_expected()) ^ rows.keys()):
        yield f"claims: {key} {'is no claim of the documents' if key in rows else 'has no row'}"
    for key, row in rows.items():
        if row.get("document") != key[0]:
            yield f"claims: {key} names another document"
        if row.get("verdict") not in VERDICTS or row.get("part", "S") not in VERDICTS:
            yield f"claims: {key} has no known verdict"
        if not row.get("claim") or not row.get("say") or not row.get("evidence"):
            yield f"claims: {key} lacks the claim, the evidence or what may be said"
        for item in row.get("evidence", ()):
            yield from _known(f"claims: {key}", item, sources)
        sides = {item.get("side") for item in row.get("evidence", ())}
        if row.get("verdict") == "C" and not sides >= {"for", "against"}:
            yield f"claims: {key} is contested, but only one side is told"


def _known(where: str, item: Sources, sources: Sources) -> Iterator[str]:
    """Yield what is wrong with the mark of one statement and its sources."""
    cited = [*item.get("refs", ()), *([item["source"]] if "source" in item else ())]
    if item.get("mark") not in ("V", "M", "D"):
        yield f"{where} says something without a mark"
    elif (item["mark"] == "V") != bool(cited):
        yield f"{where} is marked {item['mark']} and names {len(cited)} sources"
    for key in item.get("refs", ()):
        if sources["references"].get(key, {}).get("seen") == "memory":
            yield f"{where} cites {key}, which is from memory"


# --- sentences ------------------------------------------------------------------------------


def _sentence(where: str, entry: Sources, sources: Sources) -> Iterator[str]:
    """Yield what is wrong with one sentence: it says in exactly one way how it is known."""
    text = str(entry.get("say", ""))
    where = f"{where} ({text[:30]}…)"
    ways = [way for way in ("claim", "mark", "kind") if way in entry]
    if not text or len(ways) != 1:
        yield f"{where} must say in one way how it is known: claim, mark or kind"
    elif ways == ["kind"]:
        if entry["kind"] not in _KINDS or "refs" in entry:
            yield f"{where} claims nothing and so is one of {_KINDS}, without refs"
    elif ways == ["mark"]:
        yield from _known(where, entry, sources)
    else:
        if "refs" in entry:
            yield f"{where} takes its sources from its claims"
        for key in entry["claim"]:
            verdict = sources["claims"].get(key, {}).get("verdict", "")
            if verdict not in ("S", "S~", "C"):
                yield f"{where} rests on {key}, which {'is ' + verdict if verdict else 'is none'}"


def _therapies(sources: Sources) -> Iterator[str]:
    for key, entry in sources["therapies"].items():
        where = f"therapies: {key}"
        missing = [f for f in (*_FIELDS, "name", "family", "level") if not entry.get(f)]
        if missing:
            yield f"{where} lacks {', '.join(missing)}"
            continue
        if entry["level"] not in sources["evidence_levels"]:
            yield f"{where} has the unknown level {entry['level']!r}"
        for field in _FIELDS:
            for one in entry[field]:
                yield from _sentence(f"{where}.{field}", one, sources)
        for study in entry["studies"]:
            yield from _known(f"{where}: a study", study, sources)
        unknown = set(entry["forms"]) - sources["forms"].keys()
        unknown |= (
            set(entry["scales"]) - sources.get("scales", dict.fromkeys(entry["scales"])).keys()
        )
        for name in sorted(unknown):
            yield f"{where} names {name!r}, which is no form and no scale"
        homes = [k for k, t in sources["learn"].items() if key in t.get("therapies", ())]
        if len(homes) != 1:
            yield f"{where} stands in {len(homes)} topics of the guide"


def _learn(sources: Sources) -> Iterator[str]:
    for key, entry in sources["learn"].items():
        where = f"learn: {key}"
        if not entry.get("name") or not entry.get("plain"):
            yield f"{where} has no name or no line that says what it is about"
        if entry.get("group") not in sources["learn_groups"]:
            yield f"{where} is in no group"
        if not (entry.get("sections") or entry.get("therapies")):
            yield f"{where} says nothing"
        for name in set(entry.get("therapies", ())) - sources["therapies"].keys():
            yield f"{where} names {name!r}, which is no therapy"
        for section in entry.get("sections", ()):
            if not section.get("sentences"):
                yield f"{where} has the empty section {section.get('title')!r}"
            for one in section.get("sentences", ()):
                yield from _sentence(where, one, sources)
    for form in sources["forms"].keys() - sources["learn"].keys():
        yield f"learn: the form {form} has no topic"


def _names(sources: Sources) -> Iterator[str]:
    """Yield each name that leads to two topics."""
    if not sources["forms"]:
        return
    owner: dict[str, str] = {}
    for text, key in topic_names(sources.__getitem__):
        if owner.setdefault(text, key) != key:
            yield f"learn: {text!r} means both {owner[text]} and {key}"


def _emergency(sources: Sources) -> Iterator[str]:
    """Yield each red flag that the page of emergencies leaves out or files under another tier."""
    sections = sources["learn"].get("emergency", {}).get("sections", ())
    told = {
        (flag, tier)
        for tier, section in zip(_TIERS, sections, strict=False)
        for one in section["sentences"]
        for flag in one.get("flags", ())
    }
    flags = sources.get("red_flags")
    known = {(k, t["tier"]) for k, flag in flags.items() for t in flag["tiers"]} if flags else told
    for flag, tier in sorted(told ^ known):
        way = "leaves out" if (flag, tier) in known else "wrongly names"
        yield f"learn: emergency {way} {flag} as {tier}"


# --- wording --------------------------------------------------------------------------------


def _patterns(sources: Sources) -> Iterator[str]:
    for key, rule in sources["wording"].items():
        try:
            for text in (rule["pattern"], rule.get("unless", "")):
                re.compile(text)
        except re.error as error:
            yield f"wording: {key} is no regular expression ({error})"
            continue
        if not rule.get("reason") or not rule.get("bad") or not rule.get("good"):
            yield f"wording: {key} lacks its reason or its examples"
        for text in rule.get("bad", ()):
            if not offences(text, rule):
                yield f"wording: {key} does not catch {text!r}"
        for text in rule.get("good", ()):
            if offences(text, rule):
                yield f"wording: {key} catches {text!r}"


def texts(node: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a table with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, f"{where}.{key}".strip("."))
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, where)
    elif isinstance(node, str):
        yield where, node


def _doses(sources: Sources) -> Iterator[str]:
    """Yield every dose in these tables, and in the titles that they cite."""
    rule = sources["wording"]["dosing"]
    for name in TABLES:
        for where, text in texts(sources[name]):
            cited = sources["references"].get(text, {}) if where.endswith("refs") else {}
            for hit in offences(f"{text} {cited.get('citation', '')}", rule):
                yield f"{name}: {where} holds a dose ({hit})"


def _wording(sources: Sources) -> Iterator[str]:
    """Yield every forbidden wording of these tables; what a document claims is quoted as it is."""
    for name in TABLES:
        for where, text in texts(sources[name]):
            if where.rsplit(".", 1)[-1] not in ("claim", "refs", "synonyms"):
                for key, rule in sources["wording"].items():
                    for hit in offences(text, rule):
                        yield f"{name}: {where} says {hit!r} ({key})"
