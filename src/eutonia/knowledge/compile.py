"""Check the YAML tables and compile each to a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eutonia.knowledge import normalise, synonyms
from eutonia.knowledge.grids import written_out
from eutonia.knowledge.rules import MORE_RULES
from eutonia.model.errors import InvalidRecord

FOLDER = Path(__file__).parent
COMPILED = FOLDER / "compiled"
REGIONS = frozenset(["neck", "face", "larynx", "arm", "hand", "trunk", "leg", "foot"])
AXIS_REGIONS = frozenset(["UC", "LC", "CE", "LX", "UR", "UL", "TR", "DR", "DL"])
SEEN = frozenset(["abstract", "title", "memory"])
MARKS = frozenset("VD")  # [M] may not be shown, so it may not stand in a table that is shown

Tables = dict[str, Any]
#: Tables of words, where a number in a list is a word that lacks its quotes.
_WORDS = frozenset(["muscles", "sides", "events", "conditions", "phrases", "electrodes", "forms"])
_NAMED = ("muscles", "sides", "events", "forms")  # tables whose entries are found by their names


def read_sources(folder: Path = FOLDER) -> Tables:
    """Read all YAML files into one mapping of table to content.

    Raises
    ------
    InvalidRecord
        If a file is not YAML, a key stands twice, or two files hold the same table.
    """
    tables: Tables = {}
    for path in sorted(folder.glob("*.yaml")):
        content = _read(path)
        twice = tables.keys() & content.keys()
        if twice:
            raise InvalidRecord(f"{path.name}: table {min(twice)!r} stands in another file too.")
        tables |= content
    return tables


def _read(path: Path) -> Tables:
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key that stands twice; reads only true and false as such, never no or on."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(k, deep=True) for k, _ in node.value]
            for key in keys:
                if keys.count(key) > 1:
                    raise InvalidRecord(f"{path.name}: {key!r} stands twice{node.start_mark}.")
            return super().construct_mapping(node, deep)

    Loader.yaml_implicit_resolvers = {
        first: [r for r in resolvers if not _surprising(r[0].rpartition(":")[2], first)]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError as error:
        raise InvalidRecord(f"{path.name} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise InvalidRecord(f"{path.name} must be a mapping of table to content.")
    return content


def _surprising(kind: str, first: str) -> bool:
    """Return whether YAML would read a word that begins so as something nobody meant."""
    return kind == "timestamp" or (kind == "bool" and first not in "tf")


def compile_tables(sources: Tables, only: Iterable[str] = ()) -> Tables:
    """Return the tables as the program reads them: antagonists both ways, references marked.

    Parameters
    ----------
    sources : dict
        From `read_sources`.
    only : iterable of str
        Check and compile these tables alone; all by default.

    Raises
    ------
    InvalidRecord
        If the sources break a rule; names every problem.
    """
    wanted = set(only)
    found = [p for p in problems(sources) if not wanted or p.split(":")[0].split(".")[0] in wanted]
    found += [f"{name}: there is no such table" for name in sorted(wanted - sources.keys())]
    if found:
        raise InvalidRecord("The knowledge files break their rules:\n  " + "\n  ".join(found))
    tables = dict(sources)
    tables["muscles"] = _muscles(sources)
    tables["events"] = {k: _spellings(k, v) for k, v in sources["events"].items()}
    tables["references"] = {
        k: v | {"confirmed": v["seen"] != "memory"} for k, v in sources["references"].items()
    }
    tables |= {"scales": written_out(sources["scales"])} if "scales" in sources else {}
    return {name: tables[name] for name in tables if not wanted or name in wanted}


def _muscles(sources: Tables) -> Tables:
    opposed: dict[str, list[str]] = {k: [] for k in sources["muscles"]}
    for entry in sources["antagonists"]:
        a, b = entry["pair"]
        opposed[a].append(b)
        opposed[b].append(a)
    return {
        key: {
            "name": muscle["name"],
            "region": muscle["region"],
            "synonyms": muscle.get("synonyms", []),
            "antagonists": sorted(opposed[key]),
            "deep": muscle.get("deep", False),
        }
        for key, muscle in sources["muscles"].items()
    }


def _spellings(canonical: str, synonyms: list[str]) -> list[str]:
    words = dict.fromkeys(s.lower() for s in (canonical, *synonyms))
    return list(dict.fromkeys(w.replace(" ", sep) for w in words for sep in (" ", "_", "")))


# --- rules ----------------------------------------------------------------------------------


def problems(sources: Tables) -> list[str]:
    """Return every broken rule of the sources, each as a sentence; empty: none."""
    needed = (
        *_NAMED,
        "electrodes",
        "antagonists",
        "movers",
        "conditions",
        "phrases",
        "references",
        "statements",
    )
    missing = [name for name in (*needed, "evidence", "intake") if not sources.get(name)]
    if missing:
        return [f"table {name!r} is missing or empty" for name in missing]
    found = list(_not_text("", sources))
    if found:
        return found
    for name in _NAMED:
        found += _ambiguous(name, synonyms(sources[name]))
    found += _ambiguous("electrodes", _electrodes(sources["electrodes"]))
    rules = (_muscle_rules, _mover_rules, _condition_rules, _reference_rules, _form_rules)
    for rule in (*rules, _evidence_rules, *MORE_RULES):
        found += rule(sources)
    for name, content in sources.items():
        found += _unknown_citations(name, content, sources["references"].keys())
    found += [f"statements: {k} is empty" for k, v in sources["statements"].items() if not v]
    return found


def _electrodes(table: Tables) -> Iterator[tuple[str, str]]:
    yield from ((normalise(name), name) for name in table["names"])
    yield from ((normalise(old), new) for old, new in table["old"].items())


def _not_text(where: str, node: Any) -> Iterator[str]:
    """Yield what YAML read as something else than text: a bare on, off, yes, no or null."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not isinstance(key, str):
                yield f"{where}: the key {key!r} needs quotes"
            yield from _not_text(f"{where}.{key}".strip("."), value)
    elif isinstance(node, list):
        words_only = where.split(".", maxsplit=1)[0] in _WORDS
        for item in node:
            yield from _not_text(where, item)
            if words_only and isinstance(item, bool | int | float):
                yield f"{where}: {item!r} needs quotes"
    elif node is None:
        yield f"{where}: {node!r} needs quotes"


def _ambiguous(where: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for text, key in pairs:
        if not text:
            yield f"{where}: {key} has an empty synonym"
        elif owner.setdefault(text, key) != key:
            yield f"{where}: {text!r} means both {owner[text]} and {key}"


def _muscle_rules(sources: Tables) -> Iterator[str]:
    for key, muscle in sources["muscles"].items():
        if muscle["region"] not in REGIONS:
            yield f"muscles: {key} has the unknown region {muscle['region']!r}"
    seen: set[frozenset[str]] = set()
    for entry in sources["antagonists"]:
        pair = frozenset(entry["pair"])
        if len(pair) != 2 or pair in seen:
            yield f"antagonists: {sorted(pair)} is not a new pair of two muscles"
        seen.add(pair)
        for key in pair - sources["muscles"].keys():
            yield f"antagonists: no muscle is called {key!r}"
        if entry.get("mark") not in MARKS:
            yield f"antagonists: {sorted(pair)} carries no mark of {sorted(MARKS)}"


def _mover_rules(sources: Tables) -> Iterator[str]:
    known = sources["muscles"].keys()
    tasks = sources["conditions"].get("task", {"levels": {}})["levels"]
    for task, entry in sources["movers"].items():
        if task not in tasks:
            yield f"movers: no task is called {task!r}"
        if entry.get("sides") not in ("one", "both"):
            yield f"movers: {task} does not say whether it is of one or both sides"
        for name in {*entry.get("own", ()), *entry.get("either", ())} - known - REGIONS:
            yield f"movers: {task} uses {name!r}, which is no muscle and no region"
        for name in {*entry.get("agonists", ()), *entry.get("agonists_opposite", ())} - known:
            yield f"movers: {task} has the agonist {name!r}, which is no muscle"


def _condition_rules(sources: Tables) -> Iterator[str]:
    factors = sources["conditions"]
    for name, factor in factors.items():
        if factor["reference"] and factor["reference"] not in factor["levels"]:
            yield f"conditions: the reference of {name} is not one of its levels"
        if factor.get("unstated", factor["reference"]) != factor["reference"]:
            yield f"conditions: what is unstated of {name} is not its reference"
        for task in {*factor.get("asked_in", ())} - {"", *factors["task"]["levels"]}:
            yield f"conditions: {name} is asked in {task!r}, which is no task"
        yield from _ambiguous(f"conditions.{name}", synonyms(factor["levels"]))
    for phrase in sources["phrases"]:
        for name, level in phrase["levels"].items():
            if level not in factors.get(name, {"levels": {}})["levels"]:
                yield f"phrases: {name}={level} is in no condition"
    texts = ((normalise(t), str(p["levels"])) for p in sources["phrases"] for t in p["synonyms"])
    yield from _ambiguous("phrases", texts)


def _reference_rules(sources: Tables) -> Iterator[str]:
    for key, entry in sources["references"].items():
        if entry.get("seen") not in SEEN:
            yield f"references: {key} does not say how far it was checked"
        if not entry.get("citation"):
            yield f"references: {key} has no citation"
        if ("doi" in entry) != ("doi_seen" in entry):
            yield f"references: {key} does not say whether its DOI was seen"


def _form_rules(sources: Tables) -> Iterator[str]:
    for key, form in sources["forms"].items():
        if not form.get("primary"):
            yield f"forms: {key} names no primary finding"
        for region in set(form["regions"]) - AXIS_REGIONS:
            yield f"forms: {key} has the unknown region {region!r}"


def _unknown_citations(where: str, node: Any, known: Iterable[str]) -> Iterator[str]:
    """Yield every reference key, in any table, that is in no reference."""
    if isinstance(node, dict):
        for key, value in node.items():
            cited = value if isinstance(value, list) else [value]
            if key in ("refs", "sources"):
                for name in cited:
                    if name not in known:
                        yield f"{where}: cites {name!r}, which is in no reference"
            else:
                yield from _unknown_citations(f"{where}.{key}", value, known)
    elif isinstance(node, list):
        for item in node:
            yield from _unknown_citations(where, item, known)


def _evidence_rules(sources: Tables) -> Iterator[str]:
    for measure, entry in sources["evidence"].items():
        for item in (*entry["positive"], *entry["negative"]):
            if item.get("mark") != "V":
                yield f"evidence: {measure} cites what was not checked ({item['words'][:40]}…)"
            for key in item["references"]:
                reference = sources["references"].get(key)
                if reference is None:
                    yield f"evidence: {measure} cites {key}, which is in no reference"
                elif reference.get("seen") == "memory":
                    yield f"evidence: {measure} cites {key}, which is from memory"


def to_json(content: Any) -> str:
    """Return the text of one compiled table."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
