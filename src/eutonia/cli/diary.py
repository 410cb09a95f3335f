"""``eutonia diary``: add an entry in under a minute, show how it went, check the file."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, INTERRUPTED, LOSSES, interview
from eutonia.cli.table import paragraph, render

if TYPE_CHECKING:
    from eutonia.formats.questions import Question
    from eutonia.model import DiaryEntry, Lost

_HOW = "Enter skips; = takes the last answer again; ? explains; stop ends and keeps."
#: Weeks that are shown.
_WEEKS = 12


@click.command("diary")
@click.argument(
    "person", metavar="PERSON", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.argument("action", type=click.Choice(["add", "show", "check"]), default="show")
@click.option("--json", "as_json", is_flag=True, help="With show: print the entries as JSON.")
def command(person: Path, action: str, as_json: bool) -> int:
    """Keep the diary of a PERSON (a folder): add an entry, show the weeks, check the file.

    Nothing has to be answered, and nothing that was noted is ever changed.
    """
    from eutonia.formats.diary import load_diary

    entries, lost = load_diary(person)
    if action == "add":
        return _add(person, entries)
    if action == "check":
        return _check(entries, lost)
    if as_json:
        from eutonia.formats.plain import to_mapping

        found = [to_mapping(e) for e in entries]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _show(entries)
    for one in lost:
        click.echo(paragraph(f"{one.path}: {one.error}"), err=True)
    return LOSSES if lost else DONE


# --- add ----------------------------------------------------------------------------------------


def _add(person: Path, entries: tuple[DiaryEntry, ...]) -> int:
    """Ask one line per question and append the entry, also where it is interrupted."""
    from eutonia.formats.diary import add_entry
    from eutonia.formats.examination import parse_entry
    from eutonia.formats.plain import to_mapping
    from eutonia.formats.questions import questions
    from eutonia.knowledge import table

    now = datetime.datetime.now().strftime("%Y-%m-%dT%H:%M")
    last = to_mapping(entries[-1]) if entries else {}
    known: dict[str, Any] = {"time": now}
    click.echo(paragraph(table("statements")["nobody_is_reading"]))
    click.echo(_HOW)
    code = DONE
    try:
        for question in questions("diary"):
            if not _ask(question, known, last):
                break
    except click.Abort:
        code = INTERRUPTED
    if len(known) == 1:
        click.echo("\nNothing was noted, so nothing was added.")
        return code
    path = add_entry(parse_entry(known), person)
    click.echo(f"\nAdded to {path}")
    return code


def _ask(question: Question, known: dict[str, Any], last: dict[str, Any]) -> bool:
    """Ask one question of the diary; False where the person stops."""
    field = question.field
    if field == "time":
        click.echo(f"Now: {known['time'].replace('T', ' ')}")
        return _one(question, None, lambda answer: known.update(time=answer))
    if question.kind != "ratings":
        before = last.get(field)
        if field == "toxin_day" and before is not None:
            before = _toxin_day(before, last["time"], known["time"])
        return _one(question, before, lambda answer: known.update({field: answer}))
    rated = last.get(field, {})
    for column in question.columns:

        def put(answer: Any, key: str = column.field) -> None:
            known[field] = {**known.get(field, {}), key: answer}

        if not _one(column, rated.get(column.field), put):
            return False
    return True


def _toxin_day(before: float, then: str, now: str) -> float:
    """Return how many days it is since the injection, if there was no other since `then`."""
    days = datetime.date.fromisoformat(now[:10]) - datetime.date.fromisoformat(then[:10])
    return max(before + days.days, 0)


def _one(question: Question, before: Any, put: Callable[[Any], None]) -> bool:
    """Ask one line. The last answer is offered, never taken by itself: it would be invented."""
    from eutonia.formats.answers import check
    from eutonia.formats.typed import from_text, in_words
    from eutonia.model.errors import InvalidRecord

    offer = f" [= {in_words(before)}]" if before is not None else ""
    span = f", {question.allowed}" if question.kind == "number" else ""
    while True:
        words = f"{question.ask}{span}{offer}"
        text = click.prompt(words, default="", show_default=False).strip()
        if text.lower() in ("stop", "quit", "q"):
            return False
        if text == "?":
            interview.explain(question)
            continue
        if not text:
            return True
        try:
            answer = before if text == "=" else from_text(question, text)
            if answer is not None:
                check(question, answer)
                put(answer)
        except InvalidRecord as error:
            click.echo(paragraph(str(error), indent="  "))
            continue
        return True


# --- show and check -----------------------------------------------------------------------------


def _show(entries: tuple[DiaryEntry, ...]) -> None:
    """Print the mean of each rating by week: what was noted, without judgement."""
    from eutonia.knowledge import table

    if not entries:
        click.echo("The diary is empty: eutonia diary PERSON add asks for an entry.")
        return
    ratings = table("diary_ratings")
    weeks: dict[datetime.date, list[DiaryEntry]] = {}
    for entry in entries:
        day = datetime.date.fromisoformat(entry.time[:10])
        weeks.setdefault(day - datetime.timedelta(days=day.weekday()), []).append(entry)
    rows = [
        [f"{monday}", str(len(found)), *(_mean(found, key) for key in ratings)]
        for monday, found in sorted(weeks.items())[-_WEEKS:]
    ]
    header = ["week from", "entries", *(r["name"] for r in ratings.values())]
    click.echo(render(header, rows, right=header[1:]))
    click.echo()
    click.echo(
        paragraph(
            f"Means of what was noted, for the last {len(rows)} of {len(weeks)} weeks with "
            "entries. They do not say why."
        )
    )


def _mean(entries: list[DiaryEntry], key: str) -> str:
    found = [value for e in entries for name, value in e.ratings if name == key]
    return f"{sum(found) / len(found):.1f}" if found else ""


def _check(entries: tuple[DiaryEntry, ...], lost: tuple[Lost, ...]) -> int:
    """Say what was read and what was not."""
    span = f" from {entries[0].time} to {entries[-1].time}" if entries else ""
    click.echo(f"{len(entries)} entries{span}.")
    for one in lost:
        click.echo(paragraph(f"{one.path}: {one.error}"))
    if not lost:
        click.echo("Every line could be read.")
    return LOSSES if lost else DONE
