"""What the field knows, as data: muscles, conditions, scales, forms, red flags, references.

The YAML files beside this module are the source; ``python -m eutonia.knowledge`` checks them and
compiles each table to one file in ``compiled/``, which loads in a millisecond when it is asked for.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_COMPILED = Path(__file__).with_name("compiled")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})


@cache
def table(name: str) -> Any:
    """Return one table, such as ``muscles``: the content of ``compiled/NAME.json``.

    Tables are shared: do not change them.

    Raises
    ------
    KeyError
        If there is no such table.
    """
    try:
        content = (_COMPILED / f"{name}.json").read_bytes()
    except FileNotFoundError:
        raise KeyError(name) from None
    return json.loads(content.decode())


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return `text` without case, accents, spaces and punctuation, as synonyms are compared.

    Examples
    --------
    >>> normalise("Sterno-cléido-mastoïdien")
    'sternocleidomastoidien'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in plain if c.isalnum())


def find(name: str, text: str) -> str:
    """Return the id that `text` names in a table, or an empty string.

    Parameters
    ----------
    name : {'muscles', 'sides', 'events', 'forms'}
        The table.
    text : str
        A name or abbreviation in any of the table's languages, in any spelling of case, accents,
        spaces and hyphens.

    Examples
    --------
    >>> find("muscles", "Sterno-cléido-mastoïdien")
    'sternocleidomastoid'
    """
    return _ids(name).get(normalise(text), "")


@cache
def _ids(name: str) -> dict[str, str]:
    return dict(synonyms(table(name)))


def synonyms(entries: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every normalised name of a table with the id that it stands for."""
    for key, entry in entries.items():
        listed = isinstance(entry, list)
        names = entry if listed else (entry["name"], *entry.get("synonyms", ()))
        for text in (key, *names):
            yield normalise(text), key


def citation(key: str) -> str:
    """Return a reference in words, with its identifier; from memory: marked ``unconfirmed``.

    Raises
    ------
    KeyError
        If there is no such reference.
    """
    entry = table("references")[key]
    words: str = entry["citation"]
    if entry.get("doi") and entry.get("doi_seen"):
        words += f". doi:{entry['doi']}"
    elif entry.get("pmid"):
        words += f". PMID {entry['pmid']}"
    elif entry.get("url"):
        words += f". {entry['url']}"
    return f"{words} [unconfirmed]" if entry["seen"] == "memory" else words
