"""Write the red flags, danger signs and levels from ``knowledge``, for ``docs/guide/red-flags.md``.

The text lies in ``docs/red_flags_table.txt`` and is never edited or committed.
"""

from pathlib import Path
from typing import Any

from build_cards import _bullets, _table, _text, _write

from eutonia.knowledge import citation, table

THRESHOLDS = {"at_least": "{} or more", "over": "more than {}", "below": "less than {}"}
CLOSING = {
    "visit": "Closed only with a date that is not before the day it was found.",
    "lasting": "Stays closed.",
}


def build(docs: Path) -> None:
    """Write the text into the folder of the documentation."""
    _write(docs / "red_flags_table.txt", text())


def text() -> str:
    """Return the questions, the flags, the levels of the plan and the references."""
    flags = table("red_flags")
    parts = [f"## The {len(table('danger_signs'))} questions", _questions()]
    parts += [f"## The {len(flags)} flags", *(_flag(*one) for one in flags.items())]
    terms = [[_term(key), _text(said(one))] for key, one in table("flag_conditions").items()]
    parts += ["## Words in quotes", _table(["word", "means"], terms)]
    parts += ["## The Dystonia Severity Action Plan", _plan()]
    cited = {ref for e in flags.values() for ref in e["why"].get("refs", ())}
    cited |= {ref for level in table("dsap").values() for ref in level.get("refs", ())}
    parts += ["## References", _bullets(f"{key}: {citation(key)}" for key in sorted(cited))]
    return "\n\n".join(parts) + "\n"


def _questions() -> str:
    groups = table("danger_groups")
    rows = [
        [
            groups[s["group"]]["title"],
            _text(f"{s['ask']} {s['help']}".strip()),
            "yes" if s.get("core") else "",
        ]
        for s in table("danger_signs").values()
    ]
    return _table(["about", "question", "every visit"], rows)


def _flag(key: str, flag: dict[str, Any]) -> str:
    tiers = [[one["tier"], _text(said(one["when"]))] for one in flag["tiers"]]
    why = flag["why"]
    lines = [
        f"**Do now.** {_text(flag['action'])}",
        f"**Why.** {_text(why['words'])} ({_source(why)})",
        CLOSING[flag["closing"]],
    ]
    if flag.get("hides"):
        hidden = ", ".join(task.replace("_", " ") for task in flag["hides"])
        lines.append(f"While it is open, tasks of this kind are not offered: {hidden}.")
    title = f"### {key} {_text(flag['title'])}"
    return "\n\n".join([title, _table(["tier", "when"], tiers), *lines])


def _plan() -> str:
    rows = [
        [level, _text(e["words"]), e["tier"] or "none", _text(e["action"]), _source(e)]
        for level, e in table("dsap").items()
    ]
    return _table(["level", "meaning", "tier", "do now", "checked"], rows)


def _source(entry: dict[str, Any]) -> str:
    if entry["mark"] == "V":
        return ", ".join(entry["refs"])
    ours: str = table("statements")["our_rule"]
    return ours


def said(condition: Any, *, inner: bool = False) -> str:
    """Return a condition in words; an inner one in brackets where it has several parts."""
    if isinstance(condition, str):
        return _term(condition) if condition in table("flag_conditions") else _words(condition)
    if "fact" in condition:
        [(kind, limit)] = [(k, v) for k, v in condition.items() if k != "fact"]
        return _words(condition["fact"]).format(THRESHOLDS[kind].format(f"{limit:g}"))
    [(kind, parts)] = condition.items()
    joined = {"any": "; or ", "all": "; and "}[kind].join(said(p, inner=True) for p in parts)
    return f"({joined})" if inner and len(parts) > 1 else joined


def _term(key: str) -> str:
    return f"“{key.replace('_', ' ')}”"


def _words(fact: str) -> str:
    sign = table("danger_signs").get(fact)
    words: str = sign["name"] if sign else table("flag_facts")[fact]["words"]
    return words.removesuffix(": {}")
