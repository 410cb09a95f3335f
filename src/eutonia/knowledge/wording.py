"""The wording that no page may use, and what in a text uses it; the rules are ``wording.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from eutonia.knowledge import table

#: Tables whose titles and names are those of others.
_QUOTED = ("references", "codes", "genes", "hpo_signs")


def forbidden(text: str) -> tuple[str, ...]:
    """Return what in `text` may not be said, each with its rule and reason; empty: nothing.

    Each sentence is looked at by itself. The titles of references and the official names of
    diseases, signs and genes are left out, for they are not our words; a dose is found there too.

    Examples
    --------
    >>> forbidden("Symptoms can often be reduced.")
    ()
    """
    rules = table("wording")
    own = text
    for title in _titles():
        own = own.replace(title, "")
    found = [(rule, text if rule == "dosing" else own) for rule in rules]
    return tuple(
        dict.fromkeys(
            f"{rule}: {hit!r} ({rules[rule]['reason']})"
            for rule, words in found
            for hit in offences(words, rules[rule])
        )
    )


def offences(text: str, rule: dict[str, Any]) -> list[str]:
    """Return each place of `text` that breaks one rule of the wording."""
    pattern, unless = _compiled(rule["pattern"]), _compiled(rule.get("unless", "(?!)"))
    return [
        m.group(0).strip()
        for m, sentence in ((pattern.search(s), s) for s in _sentences(text))
        if m and not unless.search(sentence)
    ]


def _sentences(text: str) -> list[str]:
    """Split into sentences, each on one line and without quotes at its end."""
    parts = re.split(r"(?<=[.!?])[\"”’')]*\s+(?=[^a-z])|\n\s*\n", text)
    return [re.sub(r"\s+", " ", p).strip().rstrip("\"”’'`*)") for p in parts if p and p.strip()]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _titles() -> tuple[str, ...]:
    """Return the titles and official names that hold a forbidden word, the longest first."""
    names = {text for name in _QUOTED for text in _texts(table(name))}
    rules = table("wording").values()
    held = [n for n in names if " " in n and any(offences(n, r) for r in rules)]
    return tuple(sorted(held, key=len, reverse=True))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (text for value in node.values() for text in _texts(value))
    elif isinstance(node, list):
        yield from (text for value in node for text in _texts(value))
    elif isinstance(node, str):
        yield node
