"""``eutonia protocols``: how to film and record each form, step by step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli.table import paragraph, render

if TYPE_CHECKING:
    from eutonia.exam.protocols import Protocol, Segment


@click.command("protocols")
@click.argument("words", metavar="[NAME]", nargs=-1)
@click.option(
    "--without",
    type=click.Choice(["range"]),
    multiple=True,
    help="Leave out what should not be done: range, with signs from the spinal cord.",
)
@click.option("--home", is_flag=True, help="Only the short form for home.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(words: tuple[str, ...], without: tuple[str, ...], home: bool, as_json: bool) -> None:
    """Show how to film and record: all protocols, or the steps of one by its NAME.

    A protocol may be named in other words, such as torticollis or piano.
    """
    from eutonia.exam.protocols import RANGE, names, protocol

    hidden = (RANGE,) if without else ()
    name = " ".join(words)
    wanted = (name,) if name else names()
    found = [protocol(one, without=hidden, home=home) for one in wanted]
    if as_json:
        listed = [as_dict(one) for one in found]
        click.echo(json.dumps(listed[0] if name else listed, indent=2, ensure_ascii=False))
    else:
        click.echo(page(found[0], home=home) if name else listing(found))


def as_dict(one: Protocol) -> dict[str, Any]:
    """Return a protocol as plain JSON values."""
    from dataclasses import asdict

    segments = [
        asdict(s) | {"condition": dict(s.condition.levels), "total_s": s.total_s}
        for s in one.segments
    ]
    return asdict(one) | {"segments": segments, "mark": "D"}


def listing(found: list[Protocol]) -> str:
    """Return all protocols as one table."""
    rows = [[p.id, p.name, f"{p.minutes:g}", ", ".join(s.name for s in p.segments)] for p in found]
    text = render(["name", "for", "minutes", "steps"], rows, right=("minutes",))
    return f"{text}\n\neutonia protocols NAME shows the steps of one. {_ours()}"


def page(one: Protocol, *, home: bool = False) -> str:
    """Return one protocol as steps to follow."""
    from eutonia.knowledge import table

    rules = table("protocol_rules")
    total = sum(s.total_s for s in one.segments) / 60
    clock = (
        f"about {total:.1f} min of recording; {rules['home_words']}"
        if home
        else f"{one.minutes:g} min of recording, {rules['clinic_minutes']} min with set-up"
    )
    parts = [
        paragraph(f"{one.name}: {clock}"),
        "\n".join(["Before", *_bullets(one.setup)]),
        "\n".join(
            ["Steps", *(line for i, s in enumerate(one.segments, 1) for line in _step(i, s))]
        ),
        "\n".join(["Stop", *_bullets((table("recording_stop")["words"],))]),
    ]
    left_out = [f"Not offered: {', '.join(one.left_out)}."] if one.left_out else []
    parts.append("\n".join(paragraph(w) for w in (*left_out, rules["skip_words"], _ours())))
    return "\n\n".join(parts)


def _ours() -> str:
    from eutonia.knowledge import table

    return f"({table('statements')['our_rule'].capitalize()}.)"


def _bullets(lines: tuple[str, ...]) -> list[str]:
    return [paragraph(f"- {line}", indent="  ") for line in lines]


def _step(number: int, s: Segment) -> list[str]:
    times = f", {s.repeats} times" if s.repeats > 1 else ""
    lines = [
        paragraph(f"{number:2d}. {s.name} ({s.seconds:g} s{times})"),
        paragraph(s.do, indent="      "),
        paragraph(f"For: {s.for_what}. Condition: {s.condition.label}.", indent="      "),
    ]
    if s.skip:
        lines.append(paragraph(f"May skip: {s.skip}.", indent="      "))
    return lines
