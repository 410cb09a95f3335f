"""What the field knows, as data: muscles, conditions, events, forms, references.

The YAML files beside this module are the source; ``python -m eutonia.knowledge`` checks them and
compiles them to ``compiled.json``, which loads in milliseconds.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})
_WORDS = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def _compiled() -> dict[str, Any]:
    text = Path(__file__).with_name("compiled.json").read_text(encoding="utf-8")
    tables: dict[str, Any] = json.loads(text)
    return tables


def table(name: str) -> Any:
    """Return one table, such as ``muscles``.

    The tables are ``muscles``, ``antagonists``, ``electrodes``, ``sides``, ``conditions``,
    ``phrases``, ``events``, ``forms``, ``references``, ``statements``, ``evidence``, ``intake`` and
    ``lookup`` (normalised synonym to id). They are shared: do not change them.

    Raises
    ------
    KeyError
        If there is no such table.
    """
    return _compiled()[name]


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
    name : {'muscles', 'electrodes', 'sides', 'events', 'forms'}
        The table.
    text : str
        A name or abbreviation in any of the table's languages, in any spelling of case, accents,
        spaces and hyphens; ``m.`` or ``musculus`` before a muscle is allowed.

    Examples
    --------
    >>> find("muscles", "M. Sternocleido-mastoideus")
    'sternocleidomastoid'
    >>> find("electrodes", "T3")
    'T7'
    """
    keys: dict[str, str] = table("lookup")[name]
    found = keys.get(normalise(text), "")
    if not found and name == "muscles":
        bare = re.sub(r"^\s*(m\.|musculus\b|musc\.?\b|muscle\b)|\bmuscle\s*$", "", text, flags=re.I)
        found = keys.get(normalise(bare), "")
    return found


def condition_of(label: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read a task label or annotation, such as ``writingTrickOn``, as a condition.

    Returns
    -------
    levels : dict of str to str
        Factor to level; where a label states no factor, it is not there.
    unknown : tuple of str
        The words that are in no table, in order.

    Examples
    --------
    >>> condition_of("restEyesClosed")
    ({'task': 'rest', 'eyes': 'closed'}, ())
    >>> condition_of("writing, juggling")
    ({'task': 'writing'}, ('juggling',))
    """
    labels: dict[str, dict[str, str]] = table("lookup")["labels"]
    words = _WORDS.findall(_HUMP.sub(" ", label))
    levels: dict[str, str] = {}
    unknown: list[str] = []
    start = 0
    while start < len(words):
        for stop in range(len(words), start, -1):
            found = labels.get(normalise("".join(words[start:stop])))
            if found is not None:
                levels |= found
                start = stop
                break
        else:
            unknown.append(words[start])
            start += 1
    return levels, tuple(unknown)


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
