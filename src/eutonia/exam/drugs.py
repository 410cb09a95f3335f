"""What kind of drug or exposure a typed name is, from ``knowledge/exposures``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from eutonia.knowledge import normalise, table


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """Return the kind of exposure that a typed name means, or an empty string.

    The whole name is looked up first, then each of its words, so that ``haloperidol drops`` is
    recognised; what else was typed, such as a strength, is not used.

    Examples
    --------
    >>> kind_of("L-Dopa"), kind_of("Haldol decanoate"), kind_of("aspirin")
    ('levodopa', 'dopamine_blocker', '')
    """
    known = _names()
    whole = known.get(normalise(name), "")
    if whole:
        return whole
    words = re.split(r"[^\w-]+", name)
    return next((known[w] for w in map(normalise, words) if len(w) > 3 and w in known), "")


def kinds(names: Iterable[str]) -> frozenset[str]:
    """Return the kinds of several typed names."""
    return frozenset(kind for kind in map(kind_of, names) if kind)


def is_pump(name: str) -> bool:
    """Return whether a typed treatment is a baclofen pump."""
    plain = normalise(name)
    return plain == "itb" or ("baclofen" in plain and ("pump" in plain or "intrathec" in plain))


def is_stimulator(name: str) -> bool:
    """Return whether a typed treatment is deep brain stimulation."""
    plain = normalise(name)
    return plain == "dbs" or "deepbrain" in plain or plain.startswith("dbs")


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, entry in table("exposures").items():
        words = (kind, entry["name"], *entry.get("synonyms", ()), *entry.get("names", ()))
        found |= {normalise(word): kind for word in words}
    return found
