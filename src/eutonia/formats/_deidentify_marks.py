"""Texts inside recordings that leave: names of channels, annotations and markers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eutonia.formats import _free_text, conditions, pseudonyms
from eutonia.formats.pseudonyms import Identity
from eutonia.model import EutoniaError

#: Codes of triggers: a letter or two and a number, as in ``S  1`` or ``R128``.
_TRIGGER = re.compile(r"[A-Za-z]{0,2}[ _:-]*\d{1,5}")
_LISTED = 12


class CannotDeidentify(EutoniaError):  # noqa: N818 - named after the situation
    """A file cannot be copied without what names a person."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What was written, and what to look at before it leaves."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def mark(text: str, identity: Identity) -> str:
    """Return what may stay of an annotation or marker; empty: it goes.

    Codes of triggers and words of our tables stay. Other words go, or are scanned where free text
    is kept.
    """
    plain = text.strip()
    known = conditions.is_event(plain) or conditions.level_of(plain) or _free_text.is_known(plain)
    if plain and (known or _TRIGGER.fullmatch(plain)):
        return plain
    return swept(plain, identity) if identity.keep_text else ""


def swept(text: str, identity: Identity) -> str:
    """Return a text without the pseudonym and without what a scan finds."""
    label = identity.person.removeprefix("sub-")
    names = [identity.person] + ([label] if len(label) > 3 else [])
    for name in names:
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", identity.new, text)
    for iso in set(re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", text)):
        text = text.replace(iso, pseudonyms.shifted(iso, identity.days) or _free_text.REMOVED)
    return _free_text.cut(text)


def kept_names(names: Iterable[str]) -> str:
    """Say which names of channels a copy keeps, so that somebody reads them."""
    found = list(dict.fromkeys(n for n in names if n))
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"Names of channels are kept: {', '.join(found[:_LISTED])}{more}."
