"""Rules of the tables of life, the diary's triggers and the protocols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from eutonia.knowledge import synonyms

MARKS = ("V", "M", "D")
_PER, _WORSE = ("prompt", "night", "day"), ("higher", "lower")
_COMPOSED = frozenset(
    [
        "trick",
        "practice",
        "pain",
        "strength",
        "grip",
        "onset",
        "spread",
        "treatments",
        "rehabilitation",
    ]
)


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    for name, rule in (
        ("life", _life),
        ("diary_triggers", _triggers),
        ("diary_rules", _diary_rules),
        ("protocols", _protocols),
    ):
        if name not in sources:
            yield f"{name}: the table is missing"
        else:
            yield from rule(sources)


def _life(sources: dict[str, Any]) -> Iterator[str]:
    from eutonia.model import Examination, History, VisitState

    known = {
        "examination": {f.name for f in fields(Examination)},
        "history": {f.name for f in fields(History)},
        "state": {f.name for f in fields(VisitState)},
    }
    seen = set()
    for row in sources["life"]["rows"]:
        name = row["name"]
        if name in seen:
            yield f"life: the row {name!r} stands twice"
        seen.add(name)
        if row.get("mark") not in MARKS:
            yield f"life: the row {name!r} carries no mark"
        if "composed" in row:
            if row["composed"] not in _COMPOSED:
                yield f"life: the row {name!r} is composed of {row['composed']!r}, which is unknown"
        elif row.get("field") not in known.get(row.get("of"), ()):
            yield f"life: the row {name!r} asks for {row.get('of')}.{row.get('field')}"
    families = {t.get("family") for t in sources.get("therapies", {}).values()}
    for family in sources["life"]["rehabilitation"]["families"]:
        if families and family not in families:
            yield f"life: no treatment is of the family {family!r}"


def _triggers(sources: dict[str, Any]) -> Iterator[str]:
    from eutonia.model import DiaryEntry

    answers = {f.name for f in fields(DiaryEntry)}
    for key, entry in sources["diary_triggers"].items():
        known = sources.get("diary_ratings", {}) if entry["of"] == "rating" else answers
        if key not in known:
            yield f"diary_triggers: the diary has no {entry['of']} {key!r}"
        if entry["per"] not in _PER or entry["worse"] not in _WORSE:
            yield f"diary_triggers: {key} is neither per {_PER} nor worse {_WORSE}"
        if entry.get("mark") not in MARKS or not entry.get("with"):
            yield f"diary_triggers: {key} lacks its mark or its words"


def _diary_rules(sources: dict[str, Any]) -> Iterator[str]:
    course = sources["diary_rules"]["toxin_course"]
    days = [*course["first_effect"], *course["peak"], *course["waning"]]
    if days != sorted(set(days)):
        yield "diary_rules: the days of the toxin's course do not rise"
    if course.get("mark") == "V" and not course.get("refs"):
        yield "diary_rules: the toxin's course is marked V without a reference"


def _protocols(sources: dict[str, Any]) -> Iterator[str]:
    rules = sources["protocol_rules"]
    owner: dict[str, str] = {}
    for text, key in synonyms(sources["protocols"]):
        if owner.setdefault(text, key) != key:
            yield f"protocols: {text!r} means both {owner[text]} and {key}"
    hidden = {k for f in sources.get("red_flags", {}).values() for k in f.get("hides", ())}
    for key, entry in sources["protocols"].items():
        if entry.get("mark") not in MARKS:
            yield f"protocols: {key} carries no mark"
        for form in set(entry["forms"]) - sources["forms"].keys():
            yield f"protocols: {key} is for {form!r}, which is no form"
        yield from _times(key, entry, rules)
        for segment in entry["segments"]:
            yield from _segment(f"protocols: {key}.{segment['id']}", segment, sources, hidden)


def _times(key: str, entry: dict[str, Any], rules: dict[str, Any]) -> Iterator[str]:
    total = sum(s["seconds"] * s["repeats"] for s in entry["segments"])
    home = sum(s["seconds"] * s["repeats"] for s in entry["segments"] if s.get("home"))
    if total > 60 * entry["minutes"]:
        yield f"protocols: {key} takes {total} s, more than its {entry['minutes']} minutes"
    if entry["minutes"] >= rules["clinic_minutes"]:
        yield f"protocols: {key} leaves no time for the set-up"
    if not 0 < home <= 60 * rules["home_minutes"]:
        yield f"protocols: {key} takes {home} s at home, at most {rules['home_minutes']} minutes"


def _segment(
    where: str, segment: dict[str, Any], sources: dict[str, Any], hidden: set[str]
) -> Iterator[str]:
    for name in ("do", "for"):
        if not segment.get(name):
            yield f"{where} does not say {name!r}"
    for factor, level in segment["levels"].items():
        if level not in sources["conditions"].get(factor, {"levels": {}})["levels"]:
            yield f"{where} is recorded in {factor}={level}, which is no condition"
    if "kind" in segment and segment["kind"] not in hidden:
        yield f"{where} is of the kind {segment['kind']!r}, which no red flag hides"
