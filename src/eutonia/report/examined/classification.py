"""The classification: each conclusion with its observations, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.formats.codes import Code, codes_for
from eutonia.knowledge import table
from eutonia.model import Assessment, Conclusion
from eutonia.report.block import Block, Heading, Note, Paragraph, Table
from eutonia.report.words import source_words, spaced, statement

_AXES = {
    "I": "Axis I: what is seen",
    "II": "Axis II: where it comes from",
    "scheme": "Older schemes",
}
#: What a row is called where its id says too little.
_ABOUT = {
    "course": "temporal pattern: course",
    "variability": "temporal pattern: variability",
    "variability_hint": "temporal pattern: hint",
    "associated": "isolated or combined",
    "non_motor": "non-motor features",
    "legacy_distribution": "distribution, older scheme",
    "aetiology_2013": "aetiology (2013)",
    "pathology_2013": "pathology (2013)",
}


def classification(assessment: Assessment) -> Iterator[Block]:
    """Yield the axes, the examiner's overrides, and the codes for the record."""
    conclusions = assessment.verdicts.conclusions
    if not conclusions:
        return
    yield Heading(text="Classification", level=3, anchor="classification")
    matrix = (
        f"Which regions are next to each other: our table, version {table('adjacency')['version']}."
    )
    yield Paragraph(text=f"{statement('classification')} {matrix}", style="small")
    for axis, title in _AXES.items():
        rows = [c for c in conclusions if c.axis == axis]
        if rows:
            yield Table(
                caption=title,
                header=("About", "Conclusion", "Because", "Missing", "Source"),
                rows=tuple(_row(c) for c in rows),
                widths=(1.7, 3, 3, 2, 1.5),
            )
    for c in conclusions:
        if c.reason:
            yield Note(
                text=f"Override by the examiner: {spaced(c.about)} is {spaced(c.value)}, computed "
                f"was {spaced(c.computed)}. Reason: {c.reason}"
            )
    if not any(c.reason for c in conclusions):
        yield Paragraph(text="Override by the examiner: none.", style="small")
    yield from _codes(assessment)


def _row(c: Conclusion) -> tuple[str, ...]:
    return (
        _ABOUT.get(c.about, spaced(c.about)),
        c.words or spaced(c.value),
        "; ".join(c.because) or "–",
        "; ".join(c.missing) or "nothing",
        _source(c),
    )


def _source(c: Conclusion) -> str:
    """Return where the rule stands; nothing was ruled where nothing is known or an examiner did."""
    if c.computed:
        return "the examiner"
    return "–" if c.value in ("unknown", "undecided") else source_words(c.mark, c.sources)


def _codes(assessment: Assessment) -> Iterator[Block]:
    history = assessment.history
    codes = codes_for(
        assessment.verdicts.conclusions,
        assessment_form(assessment),
        aetiology=history.aetiology,
        family=history.family_dystonia,
    )
    if not codes:
        return
    systems = table("code_systems")
    yield Table(
        caption="Codes for the record: a suggestion, which the clinician confirms",
        header=("Terminology", "Code", "Name", "From", "Remark"),
        rows=tuple(
            (systems[c.system]["name"], c.code, c.label, c.why, note)
            for c, note in zip(codes, _notes(codes), strict=True)
        ),
        widths=(1.5, 1.5, 2.2, 2, 3.5),
    )


def _notes(codes: tuple[Code, ...]) -> Iterator[str]:
    """Yield the remark of each code; what was said of the code above is not said again."""
    said = ""
    for code in codes:
        yield "as above" if code.note and code.note == said else code.note or "–"
        said = code.note


def assessment_form(assessment: Assessment) -> str:
    """Return the form that an examiner named, else the one of the intake."""
    named = [e.form for e in assessment.examinations if e.form]
    return named[0] if named else assessment.state.form
