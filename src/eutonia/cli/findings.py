"""An assessment on the terminal: what was found, what was not taken, what was lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from eutonia.cli.table import paragraph, render

if TYPE_CHECKING:
    from eutonia.model import Assessment, Finding, NotMeasurable

MAX_ROWS = 24  # in the terminal; all rows are in findings.csv and the report
MAX_TARGETS = 4  # of one measure, so that 64 electrodes do not hide the muscles
_UNSAID = frozenset(["no published norm", "repeatability unknown"])  # said once, below the table


def in_words(assessment: Assessment) -> str:
    """Return the assessment as tables for the terminal."""
    parts = [_title(assessment)]
    if assessment.examinations:
        parts.append(_examined(assessment))
    if any(not f.estimate.measure.startswith("scale.") for f in assessment.findings):
        parts.append(_findings(assessment))
    if assessment.not_measurable:
        parts.append(_not_measurable(assessment.not_measurable))
    if assessment.lost:
        lost = [f"{one.path}: {one.error}" for one in assessment.lost]
        parts.append("\n".join(["Lost", *(paragraph(line, indent="  ") for line in lost)]))
    return "\n\n".join(parts)


def _title(assessment: Assessment) -> str:
    labels = "".join(f"  [{label}]" for label in assessment.labels)
    n = len({r.id.partition("#")[0] for r in assessment.recordings})  # a film holds several
    recordings = f"{n} recording{'' if n == 1 else 's'}"
    return f"{assessment.person.id}  visit {assessment.visit}  {recordings}{labels}"


def _examined(assessment: Assessment) -> str:
    """Return the safety row first, then what was concluded."""
    from eutonia.report.examined import glance

    v = assessment.verdicts
    rows = [f"SAFETY  {glance.safety(assessment)}"]
    rows += [f"{f.tier}: {f.action}" for f in v.flags if f.closed is None]
    rows += [
        text if isinstance(text, str) else str(text[0]) for _, text in glance.scores(assessment)
    ]
    wanted = ("distribution", "form")
    rows += [c.words for c in v.conclusions if c.about in wanted]
    waiting = sum(i.status == "open" for i in v.workup)
    rows.append(f"Work-up: {waiting} open items, each with its reason in the report.")
    return "\n".join(paragraph(row) for row in rows)


def _findings(assessment: Assessment) -> str:
    from eutonia.report.relevance import filmed_for, ranked

    side = assessment.state.affected_side
    numbers = [f for f in assessment.findings if not f.estimate.measure.startswith("scale.")]
    affected = side if side in ("left", "right") else ""
    found = ranked(numbers, affected=affected, made_for=filmed_for(assessment))
    shown = _shown(found)
    header = ["measure", "target", "condition", "value", "95 % interval", "tier", "against"]
    table = render(header, [_row(f) for f in shown], right=("value", "95 % interval"))
    more = len(found) - len(shown)
    rest = f" {more} more numbers are in the report and in findings.csv." if more else ""
    primary = " * primary for this form." if any(f.primary for f in shown) else ""
    caption = (
        "The intervals say how well these recordings pin a number down, not whether it changed "
        "between visits. No published norm and no known repeatability unless said."
    )
    return f"{table}\n{paragraph(caption + primary + rest)}"


def _shown(found: tuple[Finding, ...]) -> list[Finding]:
    """Take the first few targets of each measure and condition, in the order of relevance."""
    shown: list[Finding] = []
    counted: Counter[tuple[str, str]] = Counter()
    for finding in found:
        key = (finding.estimate.measure, finding.estimate.condition.label)
        counted[key] += 1
        if counted[key] <= MAX_TARGETS and len(shown) < MAX_ROWS:
            shown.append(finding)
    return shown


def _row(finding: Finding) -> list[str]:
    from eutonia.report.words import limits_of, no_interval, value_of, verdict_of, with_unit

    e = finding.estimate
    against = (
        f"{c.against}: {verdict_of(c)}" for c in finding.comparisons if c.verdict not in _UNSAID
    )
    part = f", {e.part.replace('_', '-')}" if e.part else ""
    return [
        e.title + part,
        e.target.label,
        e.condition.label if e.origin == "measured" else e.origin,
        with_unit(value_of(e), e.unit),
        limits_of(e) or no_interval(e.no_interval),
        e.tier + (" *" if finding.primary else ""),
        "; ".join(against),
    ]


def _not_measurable(missing: tuple[NotMeasurable, ...]) -> str:
    from eutonia.report.losses import NO_INPUT, not_recorded

    grouped: dict[str, dict[str, list[str]]] = {}
    for one in missing:
        if one.code != NO_INPUT:
            place = ", ".join(w for w in (one.target, one.condition.label) if w)
            grouped.setdefault(one.reason, {}).setdefault(one.title, []).append(place)
    lines = [
        paragraph(f"{_places(titles)}: {reason}", indent="  ")
        for reason, titles in list(grouped.items())[:MAX_ROWS]
    ]
    more = len(grouped) - len(lines)
    if more:
        lines.append(f"  {more} more reasons are in the report.")
    for reason, titles in not_recorded(missing).items():
        lines.append(f"  {reason} ({len(titles)} measure{'' if len(titles) == 1 else 's'})")
    return "\n".join(["Not taken", *lines])


def _places(titles: dict[str, list[str]]) -> str:
    """Return the measures that one reason is about, and where."""
    places = _some(list(dict.fromkeys(p for some in titles.values() for p in some)))
    names = list(titles)
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{more} ({places})"


def _some(places: list[str]) -> str:
    return "; ".join(places[:3]) + (f"; and {len(places) - 3} more" if len(places) > 3 else "")
