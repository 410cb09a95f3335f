"""Whether it was said of every walk of a film if it was in shoes."""

from __future__ import annotations

from collections.abc import Iterable

from eutonia.model import Issue, Span

#: Tasks that are walked or run.
_ON_FOOT = ("walking", "walking_backwards", "running")
_WORDS = {"on": "in shoes", "off": "barefoot"}


def shoes_unsaid(spans: Iterable[Span]) -> tuple[Issue, ...]:
    """Say as what a walk was taken of which shoes were not stated, where others state them.

    Parameters
    ----------
    spans : iterable of Span
        Segments of a film.

    Returns
    -------
    tuple of Issue
        One, or none.
    """
    walks = [s.condition for s in spans if s.condition.get("task") in _ON_FOOT]
    stated = {c.get("shoes") for c in walks if c.get("shoes")}
    known = {c.get("task") for c in walks if c.get("shoes")}
    silent = dict.fromkeys(
        c.label for c in walks if not c.get("shoes") and c.get("task") not in known
    )
    if not (stated and silent):
        return ()
    taken = _WORDS[stated.pop()] if len(stated) == 1 else _WORDS["off"]
    names = ", ".join(f"'{label}'" for label in silent)
    text = (
        f"Of {names} it was not said whether in shoes, of other walks it was: it is compared as "
        f"{taken}. Name it in the segment, as 'walk backwards, shoes on'."
    )
    return (Issue(code="shoes_unsaid", severity="note", message=text),)
