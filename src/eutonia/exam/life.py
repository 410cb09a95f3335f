"""The functional and lifestyle analysis as plain rows: what was asked, and what was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eutonia.knowledge import find, table
from eutonia.model import Examination, History, Therapy, VisitState

NOT_ASKED = "not asked or not known"


@dataclass(frozen=True, kw_only=True)
class _Record:
    """What a row may be put together from."""

    examination: Examination
    history: History
    state: VisitState


def rows(
    examination: Examination, history: History, state: VisitState
) -> tuple[tuple[str, str], ...]:
    """Return the analysis as name and words, in the order of the table `life`.

    Parameters
    ----------
    examination : Examination
        Of one rater.
    history : History
    state : VisitState

    Returns
    -------
    tuple of (str, str)
        The last row, `NOT_ASKED`, names everything that has no answer, where there is any.
    """
    record = _Record(examination=examination, history=history, state=state)
    found, lacking = [], []
    for row in table_rows():
        composed = row.get("composed")
        if composed:
            words = _COMPOSED[composed](record)
        else:
            words = _said(getattr(getattr(record, row["of"]), row["field"]), row)
        if words:
            found.append((row["name"], words))
        else:
            lacking.append(row["name"])
    if lacking:
        found.append((NOT_ASKED, "; ".join(lacking)))
    return tuple(found)


@cache
def table_rows() -> tuple[dict[str, Any], ...]:
    """Return the rows of the table `life`."""
    return tuple(table("life")["rows"])


def suggestions(field: str) -> tuple[str, ...]:
    """Return words to offer for ``posture``, ``habits`` or ``compensation``; else none."""
    return tuple(table("life")["suggestions"].get(field, ()))


def _said(value: Any, row: dict[str, Any]) -> str:
    """Return one answer in words; empty where there is none."""
    if value is None or value == () or value in ("", "unknown"):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(value)
    if "ends" in row:
        return f"{value:g} of 10 ({row['ends']})"
    return str(row["say"]).format(value) if "say" in row else str(value)


# --- put together from several answers -----------------------------------------------------------


def _trick(r: _Record) -> str:
    effect = {
        "none": "no effect",
        "partial": "helps in part",
        "complete": "helps completely",
    }.get(r.examination.trick_effect, "")
    return ": ".join(w for w in (r.examination.trick, effect) if w)


def _practice(r: _Record) -> str:
    words = []
    if r.examination.practice_minutes is not None:
        words.append(f"{r.examination.practice_minutes:g} min now")
    if r.examination.practice_minutes_before is not None:
        words.append(f"{r.examination.practice_minutes_before:g} min before the dystonia")
    return "; ".join(words)


def _pain(r: _Record) -> str:
    values = (
        ("usual", r.examination.pain_usual),
        ("worst", r.examination.pain_worst),
        ("now", r.state.pain),
    )
    said = ", ".join(f"{name} {value:g}" for name, value in values if value is not None)
    return f"{said} of 10 (0 none, 10 worst imaginable)" if said else ""


def _strength(r: _Record) -> str:
    said = []
    for one in r.examination.strength:
        side = "" if one.side == "unknown" else f" {one.side}"
        said.append(f"{one.movement}{side} {'not rated' if one.mrc is None else f'{one.mrc:g}'}")
    return "; ".join(said) + _since_toxin(r.state) if said else ""


def _grip(r: _Record) -> str:
    values = (("right", r.examination.grip_right_kg), ("left", r.examination.grip_left_kg))
    said = ", ".join(f"{side} {value:g} kg" for side, value in values if value is not None)
    return said + _since_toxin(r.state) if said else ""


def _since_toxin(s: VisitState) -> str:
    """Toxin can weaken for weeks, so that strength is read with its day beside it."""
    return f" (day {s.toxin_day:g} since toxin)" if s.toxin_day is not None else ""


def _onset(r: _Record) -> str:
    words = []
    if r.history.onset_age is not None:
        words.append(f"at age {r.history.onset_age:g}")
    if r.history.onset_region:
        words.append(f"in: {_region(r.history.onset_region)}")
    if r.history.onset_task:
        words.append(f"first in: {r.history.onset_task}")
    if r.history.onset_speed != "unknown":
        words.append(f"it came over {r.history.onset_speed}")
    if r.history.diagnosis_age is not None:
        words.append(f"diagnosis at age {r.history.diagnosis_age:g}")
    return "; ".join(words)


def _spread(r: _Record) -> str:
    said = []
    for step in r.history.spread:
        region, _, when = step.strip().partition(" ")
        said.append(f"{_region(region)} {when}".strip())
    return ", then ".join(said)


def _region(key: str) -> str:
    entry = _regions().get(key)
    return f"{entry['name']} ({key})" if entry else key


@cache
def _regions() -> dict[str, Any]:
    found: dict[str, Any] = table("regions")
    return found


def _treatments(r: _Record) -> str:
    return "; ".join(_therapy(t) for t in r.history.therapies if not _is_rehabilitation(t.kind))


def _rehabilitation(r: _Record) -> str:
    return "; ".join(_therapy(t) for t in r.history.therapies if _is_rehabilitation(t.kind))


def _therapy(t: Therapy) -> str:
    """Return one treatment: since when, with what effect, and its content and progression."""
    key = find("therapies", t.kind)
    name = table("therapies")[key]["name"] if key else t.kind
    when = f"{t.started or '?'} to {t.stopped}" if t.stopped else f"since {t.started}"
    effect = {
        "worse": "the person was worse",
        "none": "no effect",
        "some": "some effect",
        "good": "good effect",
    }.get(t.effect, "effect not known")
    words = [name, when if t.started or t.stopped else "", effect]
    words += [f"unwanted: {t.adverse}" if t.adverse else "", t.note]
    return ", ".join(w for w in words if w)


@lru_cache(maxsize=1024)
def _is_rehabilitation(kind: str) -> bool:
    rules = table("life")["rehabilitation"]
    key = find("therapies", kind)
    if key:
        return table("therapies")[key]["family"] in rules["families"]
    return any(word in kind.casefold() for word in rules["words"])


_COMPOSED: dict[str, Callable[[_Record], str]] = {
    "trick": _trick,
    "practice": _practice,
    "pain": _pain,
    "strength": _strength,
    "grip": _grip,
    "onset": _onset,
    "spread": _spread,
    "treatments": _treatments,
    "rehabilitation": _rehabilitation,
}
