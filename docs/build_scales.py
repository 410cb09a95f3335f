"""Write the tables of the rating scales from ``knowledge/scales``, for ``docs/guide/scales.md``.

The text lies in ``docs/scales_table.txt`` and is never edited or committed.
"""

from pathlib import Path
from typing import Any

from build_cards import _bullets, _table, _text, _write

from eutonia.knowledge import citation, table

STATUS = {
    "free": "items can be entered",
    "score_only": "items can be entered as numbers, under our own short labels",
    "permission": "totals only, until a licence is there",
    "unknown": "not implemented",
}


def build(docs: Path) -> None:
    """Write the text into the folder of the documentation."""
    _write(docs / "scales_table.txt", text())


def text() -> str:
    """Return the overview, one section per scale, the batteries and the references."""
    scales = table("scales")
    head = ["scale", "for", "entry", "total", "better is", "rated by", "tier"]
    rows = [
        [
            f"[{s['short']}](#{_slug(s)})",
            s["for"],
            _entry(s),
            _range(s),
            "higher" if s["direction"] == "higher_is_better" else "lower",
            s["by"],
            s["tier"],
        ]
        for s in scales.values()
    ]
    parts = [
        f"## All {len(scales)} scales",
        _table(head, [[_plain(c) if i else c for i, c in enumerate(r)] for r in rows]),
        *(section(s) for s in scales.values()),
        "## Usual scales by form",
        _table(["form", "scales", ""], [_battery(k, b) for k, b in table("batteries").items()]),
        "## References",
        _bullets(f"{key}: {citation(key)}" for key in sorted(_cited(scales))),
    ]
    return "\n\n".join(parts) + "\n"


def section(scale: dict[str, Any]) -> str:
    """Return all that is known about one scale, each with its source or as our rule."""
    if scale["status"] == "unknown":
        return f"### {scale['short']}\n\n{_text(scale['reason'])}"
    rows = [
        [
            p["title"],
            _span(p),
            str(len(p["items"]) or "total only"),
            _source(p["range"]) if p["range"].get("verified", True) else "range not verified",
            _source(p["formula"]),
        ]
        for p in scale["parts"].values()
    ]
    lines = [
        *(f"Version {v['id']}: {v['words']} ({_source(v)})" for v in scale.get("versions", ())),
        *(
            f"Not applicable: {p['prorate']['words']} ({_source(p['prorate'])})"
            for p in scale["parts"].values()
            if "prorate" in p
        ),
        *(f"Threshold, {_part(scale, m)}: {_threshold(m)}" for m in scale.get("mcid", ())),
        *(
            f"Reliability: {r['words']} ({_source(r)})"
            for r in scale.get("reliability", ())
            if r["mark"] == "V"
        ),
        *([_norm(scale["norm"])] if "norm" in scale else ()),
        *(
            f"Warning: {w['words'].rstrip('.')} ({_source(w)})"
            for w in [scale.get("other_rater")]
            if w
        ),
        *(f"Caution: {c['words'].rstrip('.')} ({_source(c)})" for c in scale.get("cautions", ())),
    ]
    recommended = scale.get("recommended")
    lines = (
        [f"{recommended['words'].replace('recommended', 'Recommended')} ({_source(recommended)})"]
        if recommended
        else []
    ) + lines
    return "\n\n".join(
        [
            f"### {scale['short']}",
            _text(scale["name"]) + f" (`{'`, `'.join(_measures(scale))}`).",
            _table(
                ["part", "range", "items", "source of the range", "source of the scoring"],
                [[_plain(c) for c in r] for r in rows],
            ),
            _bullets(lines) or "No threshold and no reliability was checked.",
        ]
    )


def _entry(scale: dict[str, Any]) -> str:
    has_items = any(p["items"] for p in scale["parts"].values())
    return "totals only" if scale["parts"] and not has_items else STATUS[scale["status"]]


def _measures(scale: dict[str, Any]) -> list[str]:
    key = next(k for k, s in table("scales").items() if s is scale).lower()
    if all(p["formula"]["kind"] == "none" for p in scale["parts"].values()):
        return [f"scale.{key}.{i['id']}" for p in scale["parts"].values() for i in p["items"]]
    return [f"scale.{key}" + ("" if p == "total" else f".{p}") for p in scale["parts"]]


def _threshold(m: dict[str, Any]) -> str:
    caveat = f" {m['caveat']}" if "caveat" in m else ""
    n = f", n = {m['n']}" if "n" in m else ""
    value = f"{m['value']:+g}".replace("-", "−")
    return f"{value} {m['unit']}, {m['anchor']} ({_source(m)}{n}).{caveat}"


def _norm(n: dict[str, Any]) -> str:
    return (
        f"Reference: mean {n['mean']}, SD {n['sd']}, n = {n['n']}; above {n['above']} is outside "
        f"({_source(n)})"
    )


def _source(fact: dict[str, Any]) -> str:
    """Return the sources of what was checked; anything else is our rule."""
    return ", ".join(fact["refs"]) if fact["mark"] == "V" else table("statements")["our_rule"]


def _part(scale: dict[str, Any], m: dict[str, Any]) -> str:
    return str(scale["parts"][m["part"]]["title"])


def _range(scale: dict[str, Any]) -> str:
    whole = scale["parts"].get("total")
    if whole is None or whole["formula"]["kind"] == "none":
        return "none"
    return _span(whole)


def _span(part: dict[str, Any]) -> str:
    if part["formula"]["kind"] == "none":
        return "no total"
    if not part["range"].get("verified", True):
        return "not verified"
    unit = " %" if part.get("unit") == "%" else ""
    return f"{part['range']['lo']} to {part['range']['hi']}{unit}".replace("-", "−")


def _battery(key: str, battery: dict[str, Any]) -> list[str]:
    names = {k: s["short"] for k, s in table("scales").items()}
    listed = [names[s] for s in battery["scales"]]
    listed += [" or ".join(names[s] for s in group) for group in battery.get("one_of", ())]
    words = f"{battery.get('words', '')} ({_source(battery)})".strip()
    return [key.replace("_", " "), ", ".join(listed) or "none", _plain(words)]


def _cited(node: Any) -> set[str]:
    """Return every reference of a fact that was checked."""
    if isinstance(node, dict):
        own = set(node.get("refs", ())) if node.get("mark") == "V" else set()
        return own.union(*(_cited(v) for v in node.values()))
    return set().union(*map(_cited, node)) if isinstance(node, list) else set()


def _slug(scale: dict[str, Any]) -> str:
    return scale["short"].lower().replace(" ", "-").replace("_", "-")


def _plain(text: str) -> str:
    return _text(str(text))
