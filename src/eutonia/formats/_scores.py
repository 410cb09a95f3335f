"""Scores in an examination file: scale to items, totals, or one number for the whole.

``scores: {ADDS: 68, TWSTRS: {severity: {rotation: 3}, pain: 11}, PHQ9: {items: {...}}}``
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from reprlib import repr as short
from typing import Any

from eutonia.formats.scale_table import scale_id, scale_of
from eutonia.model import InvalidRecord, Score

_SKIPPED = frozenset(["", "skip", "unknown", "?"])
_NOT_APPLICABLE = frozenset(["na", "n/a", "not applicable", "does not apply"])
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}
_DETAILS = frozenset(["scale", "version", "items", "totals", "not_applicable", "limited", "video"])
_EXPECTED = "a total, or a mapping of its items"
_MANY = 1_000
_DEEPEST = 3


def check_scores(value: Any, at: str) -> tuple[Score, ...]:
    """Return the scores of one examination; which items and ranges a scale has is checked later.

    Parameters
    ----------
    value : mapping or list
        Scale to its entry, or to several entries; or a list of entries that name their `scale`.
    at : str
        Path to it, for messages.

    Raises
    ------
    InvalidRecord
        If a scale does not exist or an entry is no number; says where, and what is allowed.
    """
    if isinstance(value, str) and value.strip().lower() in ("none", "nothing"):
        return ()
    if isinstance(value, list | tuple):
        pairs = [_named(entry, f"{at}[{i}]") for i, entry in enumerate(value[:_MANY], start=1)]
    elif isinstance(value, Mapping):
        pairs = [
            (scale, entry, f"{at}.{scale}")
            for key, entries in value.items()
            for scale in (_scale(key, at),)
            for entry in (entries if isinstance(entries, list | tuple) else [entries])
        ]
    else:
        raise InvalidRecord(f"{at} is {short(value)}; allowed: a mapping of scale to {_EXPECTED}.")
    found = (_score(scale, entry, where) for scale, entry, where in pairs)
    return tuple(s for s in found if s is not None)


def _named(entry: Any, at: str) -> tuple[str, Any, str]:
    if not isinstance(entry, Mapping) or "scale" not in entry:
        raise InvalidRecord(f"{at} is {short(entry)}; allowed: a mapping that names its scale.")
    rest = {k: v for k, v in entry.items() if k != "scale"}
    return _scale(entry["scale"], at), rest, at


def _scale(word: object, at: str) -> str:
    try:
        return scale_id(word) if isinstance(word, str) else scale_id(short(word))
    except InvalidRecord as error:
        raise InvalidRecord(f"{at}: {error}") from error


def _score(scale: str, entry: Any, at: str) -> Score | None:
    """Return one score; None where nothing was entered."""
    if _skipped(entry):
        return None
    if not isinstance(entry, Mapping):
        return Score(scale=scale, totals=(("total", _number(entry, at)),))
    given = {k: v for k, v in entry.items() if k in _DETAILS}
    items: dict[str, float] = {}
    totals: dict[str, float] = {}
    left_out = _words(given, at)
    plain = {k: v for k, v in entry.items() if k not in _DETAILS} if given else entry
    for nested, where in ((plain, at), (given.get("items"), f"{at}.items")):
        if not _skipped(nested):
            _collect(nested, where, items, left_out)
    if not _skipped(given.get("totals")):
        _collect(given["totals"], f"{at}.totals", totals, left_out)
    if not items.keys() <= _items(scale):
        named = {_item(scale, path): value for path, value in items.items()}
        if len(named) < len(items):
            raise InvalidRecord(f"{at} names an item in two ways; keep one.")
        items = named
    for part in [path for path in items if path in _parts(scale)]:
        if part in totals:
            raise InvalidRecord(f"{at}.{part} stands twice; keep one.")
        totals[part] = items.pop(part)  # a number beside a part is its total
    score = Score(
        scale=scale,
        version=_word(given.get("version"), f"{at}.version"),
        items=tuple(items.items()),
        totals=tuple(totals.items()),
        not_applicable=tuple(dict.fromkeys(left_out)),
        limited=_yes_no(given.get("limited"), f"{at}.limited"),
        video=_word(given.get("video"), f"{at}.video"),
    )
    return score if items or totals or left_out or given else None


def _item(scale: str, path: str) -> str:
    """Return the id of an item of a grid, ``movement.eyes_severity`` of ``movement.eyes.severity``.

    Any other path stays as it is.
    """
    if path in _items(scale) or "." not in path:
        return path
    part, _, rest = path.partition(".")
    likely = (f"{part}.{rest.replace('.', '_')}", path.replace(".", "_"))
    return next((name for name in likely if name in _items(scale)), path)


@cache
def _items(scale: str) -> frozenset[str]:
    try:
        return frozenset(scale_of(scale).items)
    except InvalidRecord:  # not implemented, which the check of the score says
        return frozenset()


@cache
def _parts(scale: str) -> frozenset[str]:
    """Return the ids of a scale's parts, so that a number beside one is its total."""
    try:
        return frozenset(scale_of(scale).parts)
    except InvalidRecord:
        return frozenset()


def _collect(
    entry: Any, at: str, into: dict[str, float], left_out: list[str], *, prefix: str = ""
) -> None:
    """Put the numbers of nested parts under their path, such as ``severity.rotation``."""
    if not isinstance(entry, Mapping) or prefix.count(".") > _DEEPEST:
        raise InvalidRecord(f"{at} is {short(entry)}; allowed: a mapping of item to number.")
    for key, value in entry.items():
        if isinstance(key, int) and not isinstance(key, bool) and abs(key) < _MANY:
            key = str(key)  # noqa: PLW2901 - such as item 9 of a questionnaire
        if not isinstance(key, str):
            raise InvalidRecord(f"{at}: there is no item {short(key)}.")
        path = prefix + key
        if isinstance(value, Mapping):
            _collect(value, f"{at}.{key}", into, left_out, prefix=f"{path}.")
        elif isinstance(value, str) and value.strip().lower() in _NOT_APPLICABLE:
            left_out.append(path)
        elif not _skipped(value):
            if path in into:
                raise InvalidRecord(f"{at}.{key} stands twice; keep one.")
            into[path] = _number(value, at, key)


def _skipped(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in _SKIPPED)


def _number(value: Any, at: str, key: str = "") -> float:
    try:
        if isinstance(value, bool):  # yes and no are the 1 and 0 of an item that asks for either
            return float(value)
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        if isinstance(value, str) and value.strip().lower() in _YES_NO:
            return float(_YES_NO[value.strip().lower()])
    except OverflowError:
        pass
    where = f"{at}.{key}" if key else at
    raise InvalidRecord(f"{where} is {short(value)}; allowed: {_EXPECTED}, each a number.")


def _word(value: Any, at: str) -> str:
    if _skipped(value):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6:
        value = str(value)
    if not isinstance(value, str) or len(value) > 200 or not value.strip().isprintable():
        raise InvalidRecord(f"{at} is {short(value)}; allowed: text of at most 200 characters.")
    return value.strip()


def _words(given: Mapping[str, Any], at: str) -> list[str]:
    value = given.get("not_applicable")
    if _skipped(value):
        return []
    many = value if isinstance(value, list | tuple) else [value]
    found = (_word(v, f"{at}.not_applicable[{i}]") for i, v in enumerate(many[:_MANY], start=1))
    return [word for word in found if word]


def _yes_no(value: Any, at: str) -> bool | None:
    if _skipped(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES_NO:
        return _YES_NO[value.strip().lower()]
    raise InvalidRecord(f"{at} is {short(value)}; allowed: yes or no.")


def plain_scores(scores: tuple[Score, ...]) -> Any:
    """Return scores as plain values that `check_scores` reads back."""
    if len({s.scale for s in scores}) < len(scores):
        return [{"scale": s.scale, **_plain(s)} for s in scores]
    return {s.scale: _plain(s) for s in scores}


def _plain(score: Score) -> dict[str, Any]:
    known = {
        "version": score.version,
        "items": dict(score.items),
        "totals": dict(score.totals),
        "not_applicable": list(score.not_applicable),
        "video": score.video,
    }
    plain = {key: value for key, value in known.items() if value}
    return plain if score.limited is None else {**plain, "limited": score.limited}
