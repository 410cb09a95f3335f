"""``eutonia learn``: what dystonia is, in plain words, with how each sentence is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli.table import facts, paragraph, terminal_width

if TYPE_CHECKING:
    from eutonia.knowledge.reading import Sentence, Topic


@click.command("learn")
@click.argument("words", metavar="[TOPIC]", nargs=-1)
@click.option("--sources", is_flag=True, help="Also print studies and sources.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(words: tuple[str, ...], sources: bool, as_json: bool) -> None:
    """Read about dystonia in plain words: all topics, or one TOPIC.

    A topic may be named in other words, such as torticollis, botox or emergency. The mark before a
    sentence says how it is known.
    """
    from eutonia.knowledge.reading import topic, topics

    name = " ".join(words)
    if not name:
        found = topics()
        click.echo(_dump([_line(t) for t in found]) if as_json else listing(found))
        return
    one = topic(name)
    click.echo(_dump(as_dict(one)) if as_json else page(one, sources=sources))


def _dump(record: Any) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False)


def _line(one: Topic) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "plain": one.plain, "group": one.group}


def as_dict(one: Topic) -> dict[str, Any]:
    """Return a topic as plain JSON values."""
    from dataclasses import asdict

    from eutonia.knowledge import citation, table
    from eutonia.knowledge.reading import references_of

    return {
        **_line(one),
        "sections": [asdict(section) for section in one.sections],
        "references": {key: citation(key) for key in references_of(one)},
        "verdicts": table("verdicts"),
    }


def listing(found: tuple[Topic, ...]) -> str:
    """Return the list of all topics as text for the terminal."""
    from eutonia.knowledge import table

    parts = [
        f"{group['title']}\n" + facts([(f"  {t.id}", t.plain) for t in found if t.group == key])
        for key, group in table("learn_groups").items()
    ]
    end = "eutonia learn TOPIC prints one; other words, such as torticollis, work too."
    parts.append(paragraph(end))
    return "\n\n".join(parts)


def page(one: Topic, *, sources: bool = False) -> str:
    """Return a topic as text for the terminal, with `sources` also studies and sources."""
    from eutonia.knowledge import table
    from eutonia.knowledge.reading import sources_of, sources_of_sentence

    listed = sources_of(one) if sources else ()
    number = {words: i for i, words in enumerate(listed, 1)}
    parts = [f"{paragraph(one.name)}\n{paragraph(one.plain)}"]
    used: dict[str, None] = {}
    for section in one.sections:
        shown = (*section.sentences, *(section.details if sources else ()))
        used |= dict.fromkeys(s.verdict for s in shown if s.verdict)
        marks = [sorted(number[w] for w in sources_of_sentence(s) if w in number) for s in shown]
        lines = [_sentence(s, m) for s, m in zip(shown, marks, strict=True)]
        parts.append("\n".join([paragraph(section.title), *lines]))
    verdicts = table("verdicts")
    meaning = [
        (f"  {v['symbol']}", f"{v['name']}: {v['words']}") for k, v in verdicts.items() if k in used
    ]
    parts.append(
        paragraph("What the marks mean (they judge the sentence, not the treatment)")
        + "\n"
        + facts(meaning)
    )
    if listed:
        parts.append("Sources\n" + facts([(f"  [{i}]", words) for words, i in number.items()]))
    elif sources_of(one):
        parts.append(paragraph("With --sources the studies and sources are printed too."))
    parts.append(paragraph(table("statements")["intended_use"]))
    return "\n\n".join(parts)


def _sentence(one: Sentence, numbers: list[int]) -> str:
    from eutonia.knowledge import table

    mark = table("verdicts")[one.verdict]["symbol"] if one.verdict else " "
    cited = f" [{', '.join(map(str, numbers))}]" if numbers else ""
    first, *rest = paragraph(one.text + cited, width=terminal_width() - 4).splitlines()
    return "\n".join([f"  {mark} {first}", *(f"    {line}" for line in rest)])
