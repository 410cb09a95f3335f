"""The numbers of the visit against those of an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eutonia.model import Assessment, Comparison, Finding
from eutonia.model.finding import Verdict
from eutonia.report.block import Block, Heading, Paragraph, Table
from eutonia.report.relevance import ranked
from eutonia.report.words import listed, part_words, short

#: Most rows of the table.
MAX_ROWS = 25
#: Verdicts in the order in which they are of interest.
_ORDER: tuple[Verdict, ...] = (
    "beyond measurement error",
    "repeatability unknown",
    "not comparable",
    "smaller than this measure can resolve",
)

Change = tuple[Finding, Comparison]


def changes(assessment: Assessment) -> list[Change]:
    """Return the measured numbers that were held against an earlier visit, surest change first."""
    measured = [f for f in assessment.findings if f.estimate.origin == "measured"]
    found = [
        (f, c)
        for f in ranked(measured, affected=assessment.state.affected_side)
        for c in f.comparisons
        if c.kind == "earlier visit"
    ]
    return sorted(found, key=lambda one: _ORDER.index(one[1].verdict))


def counted(found: list[Change]) -> str:
    """Return how many numbers have which verdict."""
    counts = Counter(c.verdict for _, c in found)
    return listed([f"{counts[verdict]} {verdict}" for verdict in _ORDER if counts[verdict]])


def earlier(assessment: Assessment) -> Iterator[Block]:
    """Yield the table of changes, if there is an earlier visit."""
    found = changes(assessment)
    if not found:
        return
    against = found[0][1].against
    yield Heading(text=f"Against {against}", level=2, anchor="earlier")
    yield Paragraph(
        text=f"Of {len(found)} numbers that were measured both times: {counted(found)}. Only "
        "measurement error decides; of 20 numbers that did not change, one lies beyond it by "
        "chance. How much a number varies from visit to visit is learnt from controls who came "
        "twice (eutonia norms build)."
    )
    shown = found[:MAX_ROWS]
    count = "all" if len(shown) == len(found) else f"{len(shown)} of {len(found)}"
    yield Table(
        caption=f"Changes since {against} ({count}; all are in findings.csv)",
        header=("Measure", "About", "Condition", "Then to now, and what decides", "Verdict"),
        rows=tuple(_row(f, c) for f, c in shown),
        widths=(2.2, 2.2, 1.6, 5, 1.8),
    )


def _row(f: Finding, c: Comparison) -> tuple[str, ...]:
    e = f.estimate
    part = f", {part_words(e.part)}" if e.part else ""
    return (e.title + part, short(e.target.label, 60), e.condition.label, c.words, c.verdict)
