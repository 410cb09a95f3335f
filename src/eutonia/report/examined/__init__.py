"""What the examination, the history and the diary say: rows of the first page, and a section."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.model import Assessment, Examination, History
from eutonia.report.block import Block, Heading, Paragraph
from eutonia.report.examined.classification import classification
from eutonia.report.examined.diary import diary
from eutonia.report.examined.life import life
from eutonia.report.examined.safety import safety
from eutonia.report.examined.scales import scales
from eutonia.report.examined.workup import workup
from eutonia.report.words import statement


def was_examined(assessment: Assessment) -> bool:
    """Return whether anybody entered an examination, a history or a diary."""
    entered = assessment.examinations or assessment.diary
    return bool(entered) or assessment.history != History()


def examined(assessment: Assessment) -> Iterator[Block]:
    """Yield the section on the examination, where there is one."""
    if not was_examined(assessment):
        return
    yield Heading(text="The examination", level=2, anchor="examination")
    yield Paragraph(text=f"{_raters(assessment.examinations)} {statement('sign_off')}")
    for part in (safety, classification, scales, workup, life, diary):
        yield from part(assessment)


def _raters(examinations: tuple[Examination, ...]) -> str:
    if not examinations:
        return "Nobody examined at this visit; what follows comes from the history and the diary."
    named = [
        f"{e.rater}{', ' + e.role if e.role else ''}{', ' + e.date if e.date else ''}"
        for e in examinations
    ]
    return f"Examined by {'; '.join(named)}."
