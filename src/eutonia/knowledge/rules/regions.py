"""Rules of the tables of regions, axes, neck patterns and of how a named form is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eutonia.knowledge import synonyms

_MARKS = frozenset("VMD")
_SIDES = frozenset(["optional", "none", "left", "right"])
_NAMED = ("regions", "neck_patterns", "phenomenology", "motor_signs", "other_signs", "form_tasks")
#: Tables whose every entry carries a mark.
_MARKED = (
    *("regions", "distributions", "legacy_distributions", "axis_items", "age_bands"),
    *("temporal_hints", "associated", "aetiology_blocks", "aetiologies_2013", "pathologies_2013"),
    *("legacy_terms", "neck_signs", "neck_patterns", "neck_shifts", "neck_rules"),
    *("neck_frequencies", "phenomenology", "motor_signs", "other_signs"),
)


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    if missing := [name for name in (*_NAMED, *_MARKED, "adjacency") if not sources.get(name)]:
        yield from (f"{name}: is missing or empty" for name in dict.fromkeys(missing))
        return
    for name in _NAMED:
        yield from _ambiguous(name, synonyms(sources[name]))
    for name in _MARKED:
        yield from _marks(name, sources[name])
    yield from _regions(sources["regions"])
    yield from _adjacency(sources["adjacency"], sources["regions"].keys())
    yield from _bands(sources["age_bands"])
    yield from _neck(sources)
    yield from _forms(sources)
    yield from _proposals(sources)


def _ambiguous(where: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for text, key in pairs:
        if owner.setdefault(text, key) != key:
            yield f"{where}: {text!r} means both {owner[text]} and {key}"


def _marks(where: str, entries: dict[str, Any]) -> Iterator[str]:
    """Yield what carries no mark, and what is cited without having been checked."""
    for key, entry in entries.items():
        mark = entry.get("mark")
        if mark not in _MARKS:
            yield f"{where}: {key} carries no mark of {', '.join(sorted(_MARKS))}"
        elif (mark == "V") != bool(entry.get("refs")):
            yield f"{where}: {key} must cite where it was checked if and only if its mark is V"


def _regions(regions: dict[str, Any]) -> Iterator[str]:
    for key, entry in regions.items():
        if entry.get("side") not in _SIDES:
            yield f"regions: the side of {key} is none of {', '.join(sorted(_SIDES))}"
        fixed = entry.get("side") in ("left", "right")
        if fixed != bool(entry.get("limb")) or fixed != bool(entry.get("mirror")):
            yield f"regions: {key} has a fixed side if and only if it is a limb with a mirror"
        elif fixed and regions.get(entry["mirror"], {}).get("mirror") != key:
            yield f"regions: the mirror of {key} does not mirror it"
        for name in ("name", "plain", "includes"):
            if not entry.get(name):
                yield f"regions: {key} has no {name}"


def _adjacency(adjacency: dict[str, Any], known: Iterable[str]) -> Iterator[str]:
    profiles = adjacency.get("profiles", {})
    if not isinstance(adjacency.get("version"), str) or adjacency.get("mark") not in _MARKS:
        yield "adjacency: it carries no version or no mark"
    if adjacency.get("default") not in profiles:
        yield "adjacency: its default is none of its profiles"
    for name, profile in profiles.items():
        edges = [frozenset(e) for e in profile["edges"]]
        for edge in edges:
            if len(edge) != 2 or not edge <= set(known):
                yield f"adjacency: {name} has the edge {sorted(edge)}, which joins no two regions"
        if len(set(edges)) != len(edges):
            yield f"adjacency: {name} has an edge twice"
        if set(map(_mirrored(known), edges)) != set(edges):
            yield f"adjacency: {name} is not the same for left and right"


def _mirrored(known: Iterable[str]) -> Any:
    """Return the function that swaps the sides of an edge: R and L as the second letter."""
    swap = {k: k[0] + {"R": "L", "L": "R"}[k[1]] for k in known if k[0] in "UD" and k[1] in "RL"}
    return lambda edge: frozenset(swap.get(r, r) for r in edge)


def _bands(bands: dict[str, Any]) -> Iterator[str]:
    end: float = 0
    for key, band in bands.items():
        if band["from"] != end:
            yield f"age_bands: {key} does not begin where the band before it ends"
        if not band["from"] <= band["agreed"][0] <= band["agreed"][1] <= band["below"]:
            yield f"age_bands: the agreed ages of {key} do not lie in it"
        end = band["below"]


def _neck(sources: dict[str, Any]) -> Iterator[str]:
    known = sources["neck_patterns"]
    for key, entry in known.items():
        if entry.get("direction") not in ("side", "plus", "minus"):
            yield f"neck_patterns: {key} has no direction"
        if (
            entry.get("level") in ("collis", "caput")
            and entry.get("axis") not in (sources["neck_signs"])
        ):
            yield f"neck_patterns: {key} turns about no known axis"
    for key, rule in sources["neck_shifts"].items():
        for part in (key, rule["collis"], rule["caput"]):
            if part not in known:
                yield f"neck_shifts: {key} uses {part!r}, which is no pattern"


def _forms(sources: dict[str, Any]) -> Iterator[str]:
    """Yield rules of recognition that name no region, task or distribution."""
    tasks = sources["form_tasks"].keys()
    for key, form in sources["forms"].items():
        rule = form.get("recognise", {})
        if len(rule.keys() & {"one_of", "all_of", "distribution"}) != 1:
            yield f"forms: {key} is recognised by exactly one of one_of, all_of, distribution"
        named = {*rule.get("one_of", ()), *rule.get("all_of", ())}
        if not named <= sources["regions"].keys():
            yield f"forms: {key} is recognised by a region that does not exist"
        if not set(rule.get("distribution", ())) <= sources["distributions"].keys():
            yield f"forms: {key} is recognised by a distribution that does not exist"
        kinds = form.get("subtypes", {}).values()
        used = {t for k in ("tasks", "maybe_tasks", "not_tasks") for t in rule.get(k, ())}
        used |= {t for kind in kinds for k in ("tasks", "only_tasks") for t in kind.get(k, ())}
        for task in sorted(used - tasks):
            yield f"forms: {key} uses the task {task!r}, which is in no form_tasks"
        for kind in kinds:
            if not kind.get("name") or not kind.keys() & {"words", "tasks", "only_tasks"}:
                yield f"forms: a sub-type of {key} has no name or no rule"


def _proposals(s: dict[str, Any]) -> Iterator[str]:
    """Yield what points to no region, no muscle, or cannot name a region at all."""
    by, muscles = s["muscle_regions"], s["muscles"]
    named = {r for place in by["by_region"].values() for r in place.values()}
    for region in sorted((named | set(by["by_muscle"].values())) - s["regions"].keys()):
        yield f"muscle_regions: there is no region {region!r}"
    for muscle in by["by_muscle"].keys() - muscles.keys():
        yield f"muscle_regions: there is no muscle {muscle!r}"
    for region in sorted({m["region"] for m in muscles.values()} - by["by_region"].keys()):
        yield f"muscle_regions: muscles of the {region} have no region of Axis I"
    for rule in s["region_proposals"]:
        if rule.get("mark") != "D":
            yield f"region_proposals: {rule['measure']} must carry the mark D: the rule is ours"
        if not isinstance(rule.get("over"), int | float) or not rule.get("words"):
            yield f"region_proposals: {rule['measure']} needs a limit and words"
        if rule.get("region", "CE") not in s["regions"]:
            yield f"region_proposals: there is no region {rule['region']!r}"
