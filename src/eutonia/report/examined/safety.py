"""Red flags: first in the section, with what to do now and who closed which."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.exam.red_flags import hidden_tasks, why
from eutonia.knowledge import table
from eutonia.model import Assessment, Flag
from eutonia.report.block import Block, Heading, Note, Paragraph, Table
from eutonia.report.words import source_words, spaced, statement

_CALL_NOW = ("EMERGENCY", "URGENT")


def safety(assessment: Assessment) -> Iterator[Block]:
    """Yield the red flags, open ones first; what was closed stays."""
    yield Heading(text="Safety", level=3, anchor="safety")
    flags = assessment.verdicts.flags
    asked, of = assessment.verdicts.asked
    said = f"Danger signs asked: {asked} of {of}." if asked else "No danger sign was asked."
    yield Paragraph(text=f"{said} {statement('nobody_is_reading')} {statement('flags_ours')}")
    if not flags:
        return
    yield Table(
        caption="Red flags: open ones first, then those that were closed",
        header=("Tier", "What", "Because", "What to do now", "Source of the reason"),
        rows=tuple(_row(f) for f in sorted(flags, key=lambda f: f.closed is not None)),
        widths=(1.3, 2.2, 2.6, 3, 1.6),
    )
    if hidden := hidden_tasks(flags):
        tasks = ", ".join(sorted(spaced(task) for task in hidden))
        yield Note(text=f"Not offered while a flag above is open: tasks of {tasks}.")


def _row(f: Flag) -> tuple[str, ...]:
    tier = f.tier if f.closed is None else f"closed ({f.tier})"
    now = f.action if f.closed is None else closed_words(f)
    because = "; ".join(f.because)
    if f.id not in table("red_flags"):  # of an older or newer Eutonia
        return (tier, f"{f.title} ({f.id})", because, now, statement("our_rule"))
    reason = why(f.id)
    because += f". {reason.words}"
    return (tier, f"{f.title} ({f.id})", because, now, source_words(reason.mark, reason.sources))


def closed_words(f: Flag) -> str:
    """Return how a flag was closed: result, date and name."""
    if f.closed is None:
        return ""
    return f"closed: {f.closed.result}, {f.closed.date}, {f.closed.by}"


def call_now(assessment: Assessment) -> Iterator[Note]:
    """Yield the open flags that cannot wait, for the top of a page."""
    for f in assessment.verdicts.flags:
        if f.closed is None and f.tier in _CALL_NOW:
            text = f"{f.tier}: {f.title}. {f.action} {statement('nobody_is_reading')}"
            yield Note(text=text, kind="danger")
