"""An assessment on the terminal: what was found, what was not taken, what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eutonia.cli.table import paragraph, render

if TYPE_CHECKING:
    from eutonia.model import Assessment, Finding, NotMeasurable

MAX_ROWS = 24  # in the terminal; all rows are in findings.csv and the report
_VERDICTS = {"no published norm": "", "repeatability unknown": ""}  # said once, below the table


def in_words(assessment: Assessment) -> str:
    """Return the assessment as tables for the terminal."""
    parts = [_title(assessment)]
    if assessment.findings:
        parts.append(_findings(assessment))
    if assessment.not_measurable:
        parts.append(_not_measurable(assessment.not_measurable))
    if assessment.lost:
        rows = [[one.path, one.error] for one in assessment.lost]
        parts.append("Lost\n" + render(["file", "why"], rows))
    return "\n\n".join(parts)


def _title(assessment: Assessment) -> str:
    labels = "".join(f"  [{label}]" for label in assessment.labels)
    n = len(assessment.recordings)
    recordings = f"{n} recording{'' if n == 1 else 's'}"
    return f"{assessment.person.id}  visit {assessment.visit}  {recordings}{labels}"


def _findings(assessment: Assessment) -> str:
    from eutonia.report.relevance import ranked

    side = assessment.state.affected_side
    found = ranked(assessment.findings, affected=side if side in ("left", "right") else "")
    shown = found[:MAX_ROWS]
    header = ["measure", "target", "condition", "value", "95 % interval", "tier", "against"]
    table = render(header, [_row(f) for f in shown], right=("value", "95 % interval"))
    more = len(found) - len(shown)
    rest = f" {more} more numbers are in the report and in findings.csv." if more else ""
    caption = (
        "The intervals say how well these recordings pin a number down, not whether it changed "
        "between visits. No published norm and no known repeatability unless said." + rest
    )
    return f"{table}\n{paragraph(caption)}"


def _row(finding: Finding) -> list[str]:
    from eutonia.judge import significant
    from eutonia.model import NO_INTERVAL

    e = finding.estimate
    unit = "" if e.unit in ("", "1") else f" {e.unit}"
    if e.interval is None:
        interval = NO_INTERVAL.get(e.no_interval, e.no_interval)
    else:
        interval = f"{significant(e.interval.lo, e)} to {significant(e.interval.hi, e)}"
    against = (
        f"{c.against}: {c.verdict}" for c in finding.comparisons if _VERDICTS.get(c.verdict, "x")
    )
    part = f", {e.part.replace('_', '-')}" if e.part else ""
    return [
        e.title + part,
        e.target.label,
        e.condition.label,
        significant(e.value, e) + unit,
        interval,
        e.tier + (" *" if finding.primary else ""),
        "; ".join(against),
    ]


def _not_measurable(missing: tuple[NotMeasurable, ...]) -> str:
    grouped: dict[tuple[str, str], list[str]] = {}
    for one in missing:
        place = ", ".join(w for w in (one.target, one.condition.label) if w)
        grouped.setdefault((one.title, one.reason), []).append(place)
    rows = [
        [title, _some(list(dict.fromkeys(places))), reason]
        for (title, reason), places in list(grouped.items())[:MAX_ROWS]
    ]
    more = len(grouped) - len(rows)
    table = render(["not taken", "where", "why"], rows)
    return table + (f"\n{more} more reasons are in the report." if more else "")


def _some(places: list[str]) -> str:
    return "; ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
