"""The nouns that people enter as plain JSON values, which the parsers read back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from eutonia.formats._scores import plain_scores
from eutonia.model import DiaryEntry, Examination, History, Score, VisitState

_PAIRS = frozenset(["danger", "ratings"])


def to_mapping(noun: VisitState | Examination | History | DiaryEntry) -> dict[str, Any]:
    """Return what is known of a noun, as plain JSON values.

    What is at its default, and so not known, is left out. `eutonia.formats.answers.parse` gives
    the same noun back.
    """
    return _record(noun)


def _record(noun: Any) -> dict[str, Any]:
    known = {}
    for field, default in _fields(noun.__class__).items():
        value = getattr(noun, field)
        if value != default:
            known[field] = dict(value) if field in _PAIRS else _plain(value)
    return known


@cache
def _fields(noun: type) -> dict[str, Any]:
    """Return the fields of a dataclass with their defaults, `MISSING` where there is none."""
    return {f.name: f.default for f in fields(noun)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        if value and all(isinstance(v, Score) for v in value):
            return plain_scores(value)
        return [_plain(v) for v in value]
    return _record(value) if is_dataclass(value) else value
