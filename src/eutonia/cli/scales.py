"""Rating scales on the terminal, item by item with our own short labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli.interview import Interview, ask
from eutonia.cli.table import paragraph

if TYPE_CHECKING:
    from eutonia.formats.questions import Question
    from eutonia.formats.scale_table import ScaleItem

_NOT_APPLICABLE = "not applicable"
_STOP = frozenset(["stop", "quit", "q"])


def ask_scales(going: Interview, form: str, folder: Path) -> bool:
    """Offer the scales that are usual for a form, then any other; False where the person stops."""
    from eutonia.formats.examination.template import battery
    from eutonia.formats.scale_table import scale_id
    from eutonia.model.errors import InvalidRecord

    click.secho("\nScores", bold=True)
    if isinstance(going.known.get("scores"), list):
        click.echo(paragraph("A scale was rated twice; change such scores in the file."))
        return True
    for scale in battery(form):
        if not _offer(going, scale, folder):
            return False
    while True:
        name = click.prompt("Another scale? Its name, or Enter", default="", show_default=False)
        if name.strip().lower() in _STOP:
            return False
        if not name.strip():
            return True
        try:
            scale = scale_id(name.strip())
        except InvalidRecord as error:
            click.echo(paragraph(str(error), indent="  "))
            continue
        if not _offer(going, scale, folder):
            return False


def _offer(going: Interview, scale: str, folder: Path) -> bool:
    """Offer one scale; False where the person stops."""
    from eutonia.formats.scale_entry import entry_items, entry_totals, licensed
    from eutonia.formats.scale_table import scale_of
    from eutonia.formats.typed import in_words
    from eutonia.model.errors import InvalidRecord

    try:
        items = entry_items(scale, licensed(scale, folder))
        totals = entry_totals(scale)
    except InvalidRecord as error:
        click.echo(paragraph(str(error), indent="  "))
        return True
    ways = [w for w, there in (("i items", items), ("t total", totals)) if there]
    before = going.known.get("scores", {}).get(scale)
    kept = f" [{in_words(before)}]" if before else ""
    while True:
        words = f"{scale_of(scale).name} ({', '.join(ways)}, Enter skips){kept}"
        text = click.prompt(words, default="", show_default=False).strip().lower()
        if text in _STOP:
            return False
        if not text:
            return True
        if text in ("i", "items") and items:
            return _ask_items(going, scale, items)
        if text in ("t", "total", "totals") and totals:
            return all(_ask_one(going, scale, "totals", total) for total in totals)
        click.echo(f"  Allowed: {', '.join(ways)}, or Enter.")


def _ask_items(going: Interview, scale: str, items: tuple[ScaleItem, ...]) -> bool:
    """Ask every item; those that hang on a limitation only where it is there, or is not."""
    from eutonia.formats.questions import Question

    limited: bool | None = None
    if any(item.only_if for item in items):
        question = Question(field="limited", kind="yes_no", ask="Is there any limitation?")
        before = going.known.get("scores", {}).get(scale, {}).get("limited")
        if not ask(question, before, lambda answer: _put(going, scale, {"limited": answer})):
            return False
        limited = going.known.get("scores", {}).get(scale, {}).get("limited")
    wanted = {None: "", True: "limited", False: "unlimited"}[limited]
    return all(
        _ask_one(going, scale, "items", item)
        for item in items
        if not item.only_if or item.only_if == wanted
    )


def _ask_one(going: Interview, scale: str, where: str, item: ScaleItem) -> bool:
    entry = going.known.get("scores", {}).get(scale, {})
    before = entry.get(where, {}).get(item.id)
    if item.id in entry.get("not_applicable", ()):
        before = _NOT_APPLICABLE

    def put(answer: Any) -> None:
        if isinstance(answer, str):
            answer = _number(answer)
        na = [i for i in entry.get("not_applicable", ()) if i != item.id]
        values = {k: v for k, v in entry.get(where, {}).items() if k != item.id}
        _put(going, scale, {where: {**values, item.id: answer}, "not_applicable": na})

    return ask(_question(item), before, put)


def _number(text: str) -> float | str:
    """Return a typed number as such; words, such as ``na``, stay for the check."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _put(going: Interview, scale: str, changes: dict[str, Any]) -> None:
    scores = going.known.get("scores", {})
    going.put({"scores": {**scores, scale: {**scores.get(scale, {}), **changes}}})


def _question(item: ScaleItem) -> Question:
    """Return an item as a question; an item that may not apply is answered in words."""
    from eutonia.formats.questions import Question

    anchors = "; ".join(f"{value:g} {words}" for value, words, _ in item.anchors)
    na = ", or na where it does not apply" if item.na else ""
    return Question(
        field=item.id,
        kind="text" if item.na else "number",
        ask=f"  {item.label}, {item.allowed}{na}",
        help=" ".join(w for w in (item.help, f"Our words: {anchors}." if anchors else "") if w),
        lo=None if item.na else item.lo,
        hi=None if item.na else item.hi,
    )
