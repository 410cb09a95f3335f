"""Labels of tasks, states and events, turned into the vocabulary of ``knowledge``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.sites import key
from eutonia.knowledge import table
from eutonia.model import Events


def level_of(text: str) -> dict[str, str]:
    """Return the factors and levels that a label states; empty where it is not known.

    Examples
    --------
    >>> level_of("writing")
    {'task': 'writing'}
    """
    return dict(_levels().get(key(text), {}))


def task_of(text: str) -> dict[str, str]:
    """Return the condition that a task label states; a task that is not known is kept as it is."""
    found = table("conditions")["task"]["levels"]
    for level, synonyms in found.items():
        if key(text) in (key(level), *map(key, synonyms)):
            return {"task": level}
    return level_of(text) or {"task": text}


@cache
def _levels() -> dict[str, dict[str, str]]:
    """Return every label that means one condition; labels that mean two are left out."""
    found: dict[str, list[dict[str, str]]] = {}
    for factor, entry in table("conditions").items():
        for level, synonyms in entry["levels"].items():
            plain = {key(s) for s in (level, *synonyms, f"{factor} {level}")}
            for word in plain:
                found.setdefault(word, []).append({factor: level})
    for phrase in table("phrases"):
        for synonym in phrase["synonyms"]:
            found.setdefault(key(synonym), []).append(dict(phrase["levels"]))
    tasks = {w: [x for x in meant if "task" in x] for w, meant in found.items()}
    return {
        w: (tasks[w][0] if len(meant) > 1 else meant[0])
        for w, meant in found.items()
        if len(meant) == 1 or len(tasks[w]) == 1
    }


@cache
def _event_names() -> dict[str, str]:
    return {key(word): name for name, others in table("events").items() for word in (name, *others)}


def is_event(name: str) -> bool:
    """Whether a name is one of an event in ``knowledge/events``."""
    return key(name) in _event_names()


def canonical(events: Events) -> Events:
    """Name events as ``knowledge/events`` does; the written name is kept in ``written``.

    What lasts and is named like a condition keeps its name, because it marks a span.
    """
    names = tuple(
        name if lasts > 0 and level_of(name) else _event_names().get(key(name), name)
        for name, lasts in zip(events.name, events.duration_s, strict=True)
    )
    if names == events.name:
        return events
    written: NDArray[np.generic] = np.array(events.name)
    return replace(events, name=names, columns={**events.columns, "written": written})
