"""The findings as a tidy table: one row per finding, per contrast and per measure not taken."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from eutonia.model import (
    NO_INTERVAL,
    Assessment,
    Contrast,
    Finding,
    Interval,
    NotMeasurable,
    Target,
)

#: The columns, in order. Lists within a cell are joined by semicolons; empty: does not apply.
COLUMNS = (
    "row",
    "person",
    "visit",
    "labels",
    "measure",
    "version",
    "title",
    "tier",
    "primary",
    "target",
    "side",
    "sites",
    "channels",
    "condition",
    "levels",
    "factor",
    "a",
    "b",
    "value",
    "unit",
    "scale",
    "lo",
    "hi",
    "interval_kind",
    "interval_level",
    "interval_method",
    "no_interval",
    "n_effective",
    "n_repeats",
    "p",
    "q",
    "paired",
    "valid_lo",
    "valid_hi",
    "in_valid_range",
    "valid_by",
    "sources",
    "verdicts",
    "change",
    "quality",
    "notes",
    "details",
    "code",
    "reason",
    "words",
    "origin",
    "recordings",
    "seed",
)

Row = dict[str, str | float | int | bool | None]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(assessment: Assessment, path: Path) -> None:
    """Write ``findings.csv``: UTF-8, comma, point; floats read back exactly.

    A text that a spreadsheet would run as a formula, such as a channel called ``=A1``, gets an
    apostrophe before it.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in rows(assessment):
            writer.writerow({k: _cell(v) for k, v in row.items()})


def rows(assessment: Assessment) -> Iterator[Row]:
    """Yield one row per finding, per contrast and per NotMeasurable, in this order."""
    known = {f.estimate.measure: f for f in assessment.findings}
    common: Row = {
        "person": assessment.person.id,
        "visit": assessment.visit,
        "labels": ";".join(assessment.labels),
    }
    for finding in assessment.findings:
        yield common | _finding(finding)
    for contrast in assessment.contrasts:
        yield common | _contrast(contrast, known.get(contrast.measure))
    for missing in assessment.not_measurable:
        yield common | _missing(missing)


def _cell(value: str | float | bool | None) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def _finding(finding: Finding) -> Row:
    e = finding.estimate
    return {
        "row": "finding",
        "measure": e.measure,
        "version": e.version,
        "title": e.title,
        "tier": e.tier,
        "primary": finding.primary,
        **_target(e.target),
        "condition": e.condition.label,
        "levels": ";".join(f"{k}={v}" for k, v in e.condition.levels),
        "value": e.value,
        "unit": e.unit,
        **_interval(e.interval, e.no_interval),
        "n_effective": e.n_effective,
        "n_repeats": e.n_repeats,
        **_validity(finding),
        "verdicts": ";".join(f"{c.against}: {c.verdict}" for c in finding.comparisons),
        "change": _change(finding),
        "quality": ";".join(e.quality),
        "notes": ";".join(e.notes),
        "details": ";".join(f"{k}={v!r}" for k, v in e.details),
        "words": finding.words,
        "origin": e.origin,
        "recordings": ";".join(e.recordings),
        "seed": e.seed,
    }


def _change(finding: Finding) -> float | None:
    """Return the difference to an earlier visit, or the ratio where the verdict's scale is one."""
    found = (c.difference for c in finding.comparisons if c.kind == "earlier visit")
    return next(found, None)


def _contrast(contrast: Contrast, of: Finding | None) -> Row:
    row: Row = {
        "row": "contrast",
        "measure": contrast.measure,
        **_target(contrast.target),
        "condition": contrast.condition.label,
        "levels": ";".join(f"{k}={v}" for k, v in contrast.condition.levels),
        "factor": contrast.factor,
        "a": contrast.a,
        "b": contrast.b,
        "value": contrast.value,
        "scale": contrast.scale,
        **_interval(contrast.interval, contrast.no_interval),
        "p": contrast.p,
        "q": contrast.q,
        "paired": contrast.paired,
    }
    if of is not None:
        e = of.estimate
        row |= {"version": e.version, "title": e.title, "tier": e.tier}
        row["unit"] = "1" if contrast.scale == "ratio" else e.unit
        row["sources"] = ";".join(e.sources)
    return row


def _missing(missing: NotMeasurable) -> Row:
    return {
        "row": "not measurable",
        "measure": missing.measure,
        "version": missing.version,
        "title": missing.title,
        "tier": missing.tier,
        "target": missing.target,
        "condition": missing.condition.label if missing.condition.levels else "",
        "levels": ";".join(f"{k}={v}" for k, v in missing.condition.levels),
        "code": missing.code,
        "reason": missing.reason,
    }


def _target(target: Target) -> Row:
    return {
        "target": target.label,
        "side": target.side,
        "sites": ";".join(target.sites),
        "channels": ";".join(target.channels),
    }


def _interval(interval: Interval | None, reason: str) -> Row:
    if interval is None:
        return {"no_interval": NO_INTERVAL.get(reason, reason)}
    return {
        "lo": interval.lo,
        "hi": interval.hi,
        "interval_kind": interval.kind,
        "interval_level": interval.level,
        "interval_method": interval.method,
    }


def _validity(finding: Finding) -> Row:
    e = finding.estimate
    return {
        "valid_lo": e.valid[0],
        "valid_hi": e.valid[1],
        "in_valid_range": e.in_valid_range,
        "valid_by": e.valid_by,
        "sources": ";".join(e.sources),
    }
