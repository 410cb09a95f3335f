"""What the report says: one list of blocks, from which HTML and PDF are written."""

from __future__ import annotations

from eutonia.model import Assessment, Evidence
from eutonia.report.block import Block, PageBreak, Title
from eutonia.report.conditions import conditions
from eutonia.report.earlier import earlier
from eutonia.report.examined import examined
from eutonia.report.filmed import filmed
from eutonia.report.findings import findings
from eutonia.report.first_page import first_page
from eutonia.report.losses import losses
from eutonia.report.methods import methods
from eutonia.report.plain_page import plain_page
from eutonia.report.words import form, statement


def blocks(assessment: Assessment, evidence: Evidence) -> tuple[Block, ...]:
    """Return everything that the report says, in order.

    Parameters
    ----------
    assessment : Assessment
    evidence : Evidence
        The arrays from which figures are drawn; a figure whose arrays are missing is left out.

    Returns
    -------
    tuple of Block
        The first is the `Title`.
    """
    return (
        _title(assessment),
        *first_page(assessment),
        PageBreak(),
        *plain_page(assessment),
        PageBreak(),
        *examined(assessment),
        *filmed(assessment, evidence),
        *findings(assessment, evidence),
        *(conditions(assessment) if assessment.recordings else ()),
        *earlier(assessment),
        *losses(assessment),
        *methods(assessment),
    )


def _title(assessment: Assessment) -> Title:
    name = form(assessment.state)
    what = f"{assessment.person.id}, visit {assessment.visit}"
    return Title(
        text=f"{name[0].upper()}{name[1:]}: {what}",
        aside="supports, never replaces the examiner",
        running=f"Eutonia · {what} · supports, never replaces the examiner",
        labels=assessment.labels,
        label_words=tuple(
            statement(label.lower()) for label in assessment.labels if statement(label.lower())
        ),
    )
