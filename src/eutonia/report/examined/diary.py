"""The diary: how the days were, and what went together; never what caused what."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.exam.diary import summary
from eutonia.exam.triggers import in_words
from eutonia.model import Assessment, Finding
from eutonia.report.block import Block, Heading, KeyValues, Note, Paragraph, Table
from eutonia.report.words import limits, number, q_words


def diary(assessment: Assessment) -> Iterator[Block]:
    """Yield the summary of the diary and the associations found in it."""
    if not assessment.diary:
        return
    yield Heading(text="Diary", level=3, anchor="diary")
    yield KeyValues(caption="The diary", rows=summary(assessment.diary).rows)
    found = [f for f in assessment.findings if f.estimate.measure.startswith("diary.")]
    if found:
        yield Paragraph(
            text="What went together in this diary. It does not say what causes what.",
            style="small",
        )
        yield Table(
            caption="Difference in severity, in points of 10, at the next entry",
            header=("What", "Points", "95 % interval", "q", "Entries with and without", "In words"),
            rows=tuple(_row(f) for f in found),
            widths=(2, 1, 1.6, 1, 1.6, 4),
        )
        notes = dict.fromkeys(n for f in found for n in f.estimate.notes)
        yield Paragraph(text=" ".join(notes), style="small")
    for m in assessment.not_measurable:
        if m.measure.startswith("diary."):
            yield Note(text=f"{m.title}: {m.reason}")


def _row(f: Finding) -> tuple[str, ...]:
    e = f.estimate
    details = dict(e.details)
    return (
        e.target.label,
        number(e.value, e.interval),
        limits(e.interval, e.value) if e.interval is not None else "none",
        q_words(details.get("q")),
        f"{details.get('n_exposed', 0):g} and {details.get('n_unexposed', 0):g}",
        in_words(e),
    )
