"""The work-up: what is done and what is open, each reminder with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.exam.children import child, is_child
from eutonia.exam.genes import GeneMatch, advice, matches
from eutonia.model import Assessment, WorkupItem
from eutonia.report.block import Block, Bullets, Heading, Paragraph, Table
from eutonia.report.words import source_words, spaced

_ORDER = ("open", "ordered", "done", "declined", "not needed")


def workup(assessment: Assessment) -> Iterator[Block]:
    """Yield the checklist, genes as reported, and growth."""
    items = sorted(assessment.verdicts.workup, key=lambda i: _ORDER.index(i.status))
    if items:
        yield Heading(text="Work-up", level=3, anchor="work-up")
        yield Paragraph(
            text="Reminders, not orders: the treating clinician decides what is needed.",
            style="small",
        )
        yield Table(
            caption="Open first",
            header=("Status", "What", "Result", "Why it is listed", "Source"),
            rows=tuple(_row(i) for i in items),
            widths=(1, 2.4, 2, 4, 1.6),
        )
    yield from _genes(assessment)
    yield from _child(assessment)


def _row(i: WorkupItem) -> tuple[str, ...]:
    result = i.result or "–"
    return (
        i.status,
        f"{i.title} ({spaced(i.group)})",
        result,
        i.reason or "–",
        source_words(i.mark, i.sources),
    )


def _genes(assessment: Assessment) -> Iterator[Block]:
    genes = assessment.history.genes
    if not genes:
        return
    minor = is_child(assessment.person, assessment.history)
    yield Heading(text="Genes as the laboratory reported them", level=3, anchor="genes")
    yield Bullets(items=advice(minor=minor))
    known = {m.gene: m for m in matches(g.gene for g in genes)}
    yield Table(
        caption="Reported genes",
        header=("Gene", "Reported as", "Variant", "In the list of dystonia genes"),
        rows=tuple(
            (
                g.gene,
                g.result,
                " ".join(filter(None, (g.variant, g.zygosity))) or "not given",
                _known(known.get(g.gene.strip().upper())),
            )
            for g in genes
        ),
        widths=(1, 1.5, 2, 5),
    )


def _known(match: GeneMatch | None) -> str:
    if match is None:
        return "not in it"
    inheritance = ", ".join(match.inheritance) or "inheritance unknown"
    return f"{match.title} (OMIM {match.omim}, {match.mondo}; {inheritance})"


def _child(assessment: Assessment) -> Iterator[Block]:
    found = child(assessment.person, assessment.state, assessment.history)
    if found is None:
        return
    yield Heading(text="The child: growth, school, assent", level=3, anchor="child")
    yield Bullets(items=found.words)
    if found.missing:
        yield Paragraph(text=f"Missing: {', '.join(found.missing)}.")
