"""Methods, sources, intended use, and what is needed to compute everything again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eutonia.knowledge import table
from eutonia.model import Assessment, Conclusion, Flag, WorkupItem
from eutonia.report.block import Block, Bullets, Heading, KeyValues, Paragraph, Table
from eutonia.report.examined import was_examined
from eutonia.report.examined.life import course_sources
from eutonia.report.examined.scales import scale_sources
from eutonia.report.relevance import declared_id
from eutonia.report.words import bounds, card, citation, statement

_MOST_INPUTS = 25
_PROOFS = {
    "simulated": "recovers simulated truth",
    "independent": "agrees with an independent tool",
    "real": "runs on a real recording",
}


def methods(assessment: Assessment) -> Iterator[Block]:
    """Yield the methods of the measures shown, their sources, intended use and manifest."""
    yield Heading(text="Methods and sources", level=2, anchor="methods")
    yield from _methods(assessment)
    yield Heading(text="Sources", level=3, anchor="sources")
    keys = _cited(assessment)
    if keys:
        yield Bullets(items=tuple(f"{key}: {citation(key)}" for key in keys), style="small")
    else:
        yield Paragraph(
            text="No number of this report rests on a published method; all methods are ours.",
            style="small",
        )
    yield from _intended_use()
    yield from _manifest(assessment)


def _cited(assessment: Assessment) -> list[str]:
    """Return the keys of the sources of methods and rules, and of the evidence beside them."""
    keys = {s for f in assessment.findings for s in f.estimate.sources}
    v = assessment.verdicts
    ruled: tuple[Conclusion | Flag | WorkupItem, ...] = (*v.conclusions, *v.flags, *v.workup)
    keys |= {s for one in ruled if one.mark == "V" for s in one.sources}
    keys |= {s for c in v.changes for s in c.sources}
    if was_examined(assessment):
        keys |= {*course_sources(assessment), *scale_sources(assessment)}
    for measure in {declared_id(f.estimate.measure) for f in assessment.findings}:
        if (declared := card(measure)) is not None:
            words = re.findall(r"\w+", f"{declared.caution} {declared.evidence_against}")
            keys |= set(words) & table("references").keys()
    return sorted(keys)


def _methods(assessment: Assessment) -> Iterator[Block]:
    measured = [f.estimate for f in assessment.findings if f.estimate.origin == "measured"]
    used = sorted({declared_id(e.measure) for e in measured})
    rows = tuple(row for row in (_method(measure) for measure in used) if row)
    if not rows:
        yield Paragraph(text="No measure was taken.")
        return
    yield Table(
        caption="How each measure is computed, and what shows that it holds",
        header=("Measure", "Method", "Shown"),
        rows=rows,
        widths=(1.5, 4.5, 2),
    )


def _method(measure: str) -> tuple[str, ...]:
    declared = card(measure)
    if declared is None:
        return (measure, "Not among the measures of this version of Eutonia.", "–")
    proofs = ", ".join(_PROOFS.get(p, p) for p in declared.proofs) or "nothing shown yet"
    ranges = dict.fromkeys(bounds((r.lo, r.hi)) for r in declared.ranges.values())
    shown_by = next(iter(declared.ranges.values())).shown_by
    return (
        f"{declared.title} ({declared.id}, version {declared.version}, {declared.tier})",
        f"{declared.method} {declared.history}".strip(),
        f"{proofs}; validated from {' and '.join(ranges)} ({shown_by})",
    )


def _intended_use() -> Iterator[Block]:
    yield Heading(text="Intended use", level=3, anchor="intended-use")
    for key in ("intended_use", "not_a_device", "sign_off", "privacy"):
        yield Paragraph(text=statement(key))


def _manifest(assessment: Assessment) -> Iterator[Block]:
    m = assessment.manifest
    yield Heading(text="How to compute this again", level=3, anchor="manifest")
    yield KeyValues(
        caption="Versions and seed",
        rows=(
            ("VERSIONS", ", ".join(f"{name} {version[:12]}" for name, version in m.versions)),
            ("MEASURES", ", ".join(f"{name} {version}" for name, version in m.measures) or "none"),
            ("SEED", str(m.seed)),
            ("SCHEMA", f"assessment, version {assessment.schema_version}"),
            ("CHECK", "eutonia verify FOLDER (the folder that holds this report)"),
        ),
    )
    if m.inputs:
        shown = m.inputs[:_MOST_INPUTS]
        more = len(m.inputs) - len(shown)
        yield Table(
            caption="Files read, with the first 16 digits of their SHA-256"
            + (f"; {more} more are in manifest.json" if more else ""),
            header=("File", "SHA-256"),
            rows=tuple((s.path, s.sha256[:16]) for s in shown),
            widths=(3, 1),
        )
