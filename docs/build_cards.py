"""Write one page per measure, and one of the commands, from what the code declares.

The pages lie in ``docs/measures/`` and ``docs/commands.md`` and are never edited or committed.
"""

from pathlib import Path
from typing import Any

import click

from eutonia.cli import cli
from eutonia.cli.measures import as_dict, validated
from eutonia.knowledge import citation, table
from eutonia.measures import all_measures
from eutonia.model import Measure
from eutonia.validate import results

PROOFS = {
    "simulated": "Simulated truth is recovered",
    "independent": "An independent tool gives the same",
    "real": "Tried on a real recording of a healthy person",
}
TIERS = {
    "clinical": "clinical: may carry a decision together with the examination",
    "supportive": "supportive: adds to the examination",
    "research": "research: never stands on the first page of a report",
}


def build(docs: Path) -> None:
    """Write all generated pages into the folder of the documentation."""
    folder = docs / "measures"
    folder.mkdir(exist_ok=True)
    pages = {f"{m.id}.md": measure_page(m) for m in all_measures()} | {"index.md": overview()}
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        _write(folder / name, text)
    _write(docs / "commands.md", commands())


def _write(path: Path, text: str) -> None:
    """Write only what changed, so that Sphinx reads only that anew."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def overview() -> str:
    """Return the page that lists all measures with their proofs."""
    measures = all_measures()
    head = ["measure", "id", "tier", *(p for p in PROOFS), "coverage of 95 % intervals"]
    rows = [
        [
            f"[{m.title}]({m.id}.md)",
            f"`{m.id}`",
            m.tier,
            *("yes" if p in m.proofs else "no" for p in PROOFS),
            _coverage(m),
        ]
        for m in measures
    ]
    names = "\n".join(f"{m.id}" for m in measures)
    return f"""# Measures

Each page is written from the declaration of the measure in the code and from its kept validation.
What the three proofs mean stands in [what is validated, and what is not](../validation.md).

{_table(head, rows)}

```{{toctree}}
:hidden:

{names}
```
"""


def measure_page(measure: Measure) -> str:
    """Return the page of one measure."""
    m = as_dict(measure)
    units = [[f"`{name}`", unit] for name, unit in m["units"].items()]
    facts = [
        ["version", m["version"]],
        ["tier", TIERS[m["tier"]]],
        ["one value per", m["target"]],
        ["interval", m["interval"]],
        ["conditions compared by", m["scale"]],
        ["validated range", validated(measure)],
        ["unchanged by", ", ".join(w.replace("_", " ") for w in m["invariant"]) or "not declared"],
    ]
    parts = [
        f"# {m['title']}",
        f"`{m['id']}`",
        _table(["", ""], facts),
        _table(["value", "unit"], units),
        f"## Method\n\n{_text(m['method'])}",
        f"## Needs\n\n{_bullets(m['needs'])}",
        f"## Caution\n\n{_text(m['caution']) or 'None stated.'}",
        f"## Earlier versions\n\n{_text(m['history']) or 'None stated.'}",
        f"## Evidence in dystonia\n\n{_evidence(m)}",
        f"## Sources\n\n{_bullets(map(citation, m['sources'])) or 'A formula of our own.'}",
        f"## Proofs\n\n{_bullets(_proofs(measure))}",
        f"## Validation\n\n{_validation(measure)}",
    ]
    return "\n\n".join(parts) + "\n"


def _evidence(card: dict[str, Any]) -> str:
    found = card["evidence"]
    lines = [
        f"{word}: {item['words']} ({'; '.join(item['references'])})"
        for name, word in (("positive", "For"), ("negative", "Against"))
        for item in found.get(name, ())
    ]
    text = _bullets(lines or ["None that was checked, for or against."])
    used = {
        key
        for side in ("positive", "negative")
        for i in found.get(side, ())
        for key in i["references"]
    }
    if used:
        text += "\n\nReferences:\n\n" + _bullets(map(citation, sorted(used)))
    if card["evidence_against"]:
        text += f"\n\n{_text(card['evidence_against'])}"
    if found.get("use"):
        text += f"\n\n{_text(found['use'])}"
    return text


def _proofs(measure: Measure) -> list[str]:
    said = table("proofs").get(measure.id, {})
    return [
        f"{words}: {'yes' if p in measure.proofs else 'no'}. {said.get(p, '')}".strip()
        for p, words in PROOFS.items()
    ]


def _validation(measure: Measure) -> str:
    kept = results().get(measure.id)
    if not kept:
        return "Not yet run (`make validate`)."
    head = ["target", "condition", "value", "truth", "mean", "coverage", "width", "measured"]
    rows = [
        [
            r["target"],
            r["condition"],
            r["part"] or measure.id,
            f"{r['truth']:.4g}",
            f"{r['mean']:.4g}",
            f"{100 * r['coverage']:.1f} %",
            f"{r['width_ratio']:.2f}",
            f"{100 * r['measured']:.1f} %",
        ]
        for r in kept["rows"]
    ]
    stale = ""
    if kept["version"] != measure.version:
        stale = " **These numbers belong to an older version of the measure.**"
    return (
        f"Version {kept['version']}, {kept['seeds']} simulated visits.{stale}\n\n"
        f"{_table(head, rows)}\n\n"
        "Coverage: how often the 95 % interval held the simulated truth (93 to 97 % is asked for). "
        "Width: mean width of the interval over the 95 % range of the estimates (at most 1.5). "
        "Measured: how often a value could be given (at least 99 %)."
    )


def _coverage(measure: Measure) -> str:
    kept = results().get(measure.id)
    if not kept:
        return "not yet run"
    shares = [100 * r["coverage"] for r in kept["rows"]]
    return f"{min(shares):.1f} to {max(shares):.1f} % of {kept['seeds']}"


def commands() -> str:
    """Return the page of all commands, as their help prints it."""
    parts = ["# Commands", "Written from the program's own help."]
    context = click.Context(cli, info_name="eutonia", max_content_width=88)
    parts.append(_code(cli.get_help(context)))
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context, max_content_width=88)
            parts += [f"## eutonia {name}", _code(command.get_help(inner))]
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return f"```text\n{text}\n```"


def _bullets(lines: Any) -> str:
    return "\n".join(f"- {_text(line)}" for line in lines)


def _table(head: list[str], rows: list[list[str]]) -> str:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(_cell(c) for c in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _text(text: str) -> str:
    """Escape what Markdown would read as markup."""
    for sign in ("\\", "*", "<", "[", "]"):
        text = text.replace(sign, f"\\{sign}")
    return text
