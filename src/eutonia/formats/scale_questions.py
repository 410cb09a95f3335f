"""A rating scale as questions: for questionnaires and forms, within its licence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from eutonia.formats.questions import Question
from eutonia.knowledge import table


def scale_questions(name: str, *, licensed: bool = False) -> tuple[Question, ...]:
    """Return the questions of one scale: its items where they may be shown, and its totals.

    Parameters
    ----------
    name : str
        Key of ``knowledge/scales``, of one that is implemented.
    licensed : bool
        Whether the data set confirms the permission for a scale that needs one.
    """
    return _asked(name, licensed)


@cache
def _asked(name: str, licensed: bool) -> tuple[Question, ...]:
    scale = table("scales")[name]
    shown = scale["status"] != "permission" or licensed
    whole = "total"
    columns = [
        Question(
            field=item["id"] if part == whole else f"{part}.{item['id']}",
            ask=item["label"],
            help=item.get("help", ""),
            kind="number",
            lo=item.get("lo"),
            hi=item.get("hi"),
            unit=item.get("unit", ""),
        )
        for part, entry in scale["parts"].items()
        for item in entry.get("items", ())
        if shown
    ]
    totals = [
        _total(part, entry, scale)
        for part, entry in scale["parts"].items()
        if entry.get("formula", {}).get("kind") != "none"
    ]
    versions = tuple(v["id"] for v in scale.get("versions", ()))
    skipped = tuple(c.field for c in columns)
    apart = "Items that do not apply"
    found = [Question(field="scale", ask="Scale", kind="choice", choices=(name,), required=True)]
    if versions:
        found.append(Question(field="version", ask="Version", kind="choice", choices=versions))
    if columns:
        found.append(_group("items", "Items", columns))
    found.append(_group("totals", "Totals, where only they are known", totals))
    if columns:
        found.append(Question(field="not_applicable", ask=apart, kind="choices", choices=skipped))
    return tuple(found)


def _group(field: str, ask: str, columns: list[Question]) -> Question:
    return Question(field=field, ask=ask, kind="ratings", columns=tuple(columns))


def _total(part: str, entry: Mapping[str, Any], scale: Mapping[str, Any]) -> Question:
    """Return the question for a total; its limits hold for every version of the scale."""
    versions = [v.get("parts", {}).get(part, {}) for v in scale.get("versions", ())]
    ranges = [e["range"] for e in (entry, *versions) if "range" in e]
    known = [r for r in ranges if r.get("verified", True)]
    return Question(
        field=part,
        ask=entry.get("title", part),
        kind="number",
        lo=min((r["lo"] for r in known), default=None),
        hi=max((r["hi"] for r in known), default=None),
    )
