"""The functional and lifestyle analysis as plain rows: what was asked, and what was not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from eutonia.knowledge import find, table
from eutonia.model import Examination, History, Therapy, VisitState

NOT_ASKED = "not asked or not known"


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
    sources = {"examination": examination, "history": history, "state": state}
    found, lacking = [], []
    for row in table_rows():
        composed = row.get("composed")
        if composed:
            words = _COMPOSED[composed](examination, history, state)
        else:
            words = _said(getattr(sources[row["of"]], row["field"]), row)
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


def _trick(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001 - one signature
    effect = {
        "none": "no effect",
        "partial": "helps in part",
        "complete": "helps completely",
    }.get(e.trick_effect, "")
    return ": ".join(w for w in (e.trick, effect) if w)


def _practice(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    words = []
    if e.practice_minutes is not None:
        words.append(f"{e.practice_minutes:g} min now")
    if e.practice_minutes_before is not None:
        words.append(f"{e.practice_minutes_before:g} min before the dystonia")
    return "; ".join(words)


def _pain(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    values = (("usual", e.pain_usual), ("worst", e.pain_worst), ("now", s.pain))
    said = ", ".join(f"{name} {value:g}" for name, value in values if value is not None)
    return f"{said} of 10 (0 none, 10 worst imaginable)" if said else ""


def _strength(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    said = []
    for one in e.strength:
        side = "" if one.side == "unknown" else f" {one.side}"
        said.append(f"{one.movement}{side} {'not rated' if one.mrc is None else f'{one.mrc:g}'}")
    return "; ".join(said) + _since_toxin(s) if said else ""


def _grip(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    values = (("right", e.grip_right_kg), ("left", e.grip_left_kg))
    said = ", ".join(f"{side} {value:g} kg" for side, value in values if value is not None)
    return said + _since_toxin(s) if said else ""


def _since_toxin(s: VisitState) -> str:
    """Toxin can weaken for weeks, so that strength is read with its day beside it."""
    return f" (day {s.toxin_day:g} since toxin)" if s.toxin_day is not None else ""


def _onset(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    words = []
    if h.onset_age is not None:
        words.append(f"at age {h.onset_age:g}")
    if h.onset_region:
        words.append(f"in: {_region(h.onset_region)}")
    if h.onset_task:
        words.append(f"first in: {h.onset_task}")
    if h.onset_speed != "unknown":
        words.append(f"it came over {h.onset_speed}")
    if h.diagnosis_age is not None:
        words.append(f"diagnosis at age {h.diagnosis_age:g}")
    return "; ".join(words)


def _spread(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    said = []
    for step in h.spread:
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


def _treatments(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    return "; ".join(_therapy(t) for t in h.therapies if not _is_rehabilitation(t.kind))


def _rehabilitation(e: Examination, h: History, s: VisitState) -> str:  # noqa: ARG001
    return "; ".join(_therapy(t) for t in h.therapies if _is_rehabilitation(t.kind))


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


_COMPOSED: dict[str, Callable[[Examination, History, VisitState], str]] = {
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
