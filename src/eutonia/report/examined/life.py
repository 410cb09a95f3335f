"""Function and life: triggers, relief, posture, habits, compensation, work, course of illness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eutonia.exam import life as analysis
from eutonia.exam.contracture import joints
from eutonia.knowledge import table
from eutonia.model import Assessment, Examination
from eutonia.report.block import Block, Bullets, Heading, KeyValues, Paragraph
from eutonia.report.examined.classification import assessment_form
from eutonia.report.words import source_words


def life(assessment: Assessment) -> Iterator[Block]:
    """Yield the functional and lifestyle analysis of each examiner, and what is known of groups."""
    for e in assessment.examinations:
        by = f", asked by {e.rater}" if len(assessment.examinations) > 1 else ""
        rows = analysis.rows(e, assessment.history, assessment.state)
        yield Heading(text=f"Function and life{by}", level=3, anchor=f"life-{e.rater}")
        yield KeyValues(caption="Function and life", rows=(*rows, ("passive range", _passive(e))))
    yield from _known(assessment_form(assessment))


def _passive(e: Examination) -> str:
    """Return what a goniometer said; only a passive range can show a contracture."""
    return "; ".join(j.words for j in joints((e,))) or "not measured"


def course_sources(assessment: Assessment) -> Iterator[str]:
    """Yield the sources of what is known about the course of the form named."""
    for fact in _facts(assessment_form(assessment)):
        yield from fact["refs"]


def _facts(form: str) -> list[dict[str, Any]]:
    return [f for f in table("course_facts") if form in f["forms"]]


def _known(form: str) -> Iterator[Block]:
    facts = _facts(form)
    if not facts:
        return
    yield Heading(text="What is known about the course", level=3, anchor="course-facts")
    yield Paragraph(text="About groups of people; it does not foretell one person's course.")
    yield Bullets(
        items=tuple(f"{f['words']} ({source_words(f['mark'], f['refs'])})" for f in facts)
    )
