"""Looking through free text for what may name a person: a help, never a guarantee.

A scan finds what has a form: dates, telephone numbers, addresses, titles before names. A name
without a title looks like any other word, so that free text is removed unless somebody asks to
keep it, and then has to be read by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from eutonia.knowledge import normalise, table

REMOVED = "[removed]"
#: Tables whose keys are words of the field; a text that is such a word tells nothing of a person.
_TABLES = (
    "danger_signs",
    "diary_ratings",
    "exposures",
    "forms",
    "functional_signs",
    "genes",
    "laboratory",
    "motor_signs",
    "muscles",
    "neck_patterns",
    "other_signs",
    "phenomenology",
    "protocols",
    "red_flags",
    "regions",
    "scales",
    "therapies",
    "triggers",
    "workup",
)
#: Tables of questions, whose `choices` are such words too.
_QUESTIONS = ("intake", "examination", "history", "diary")
_OWN = ("care", "teaching", "research", "SIMULATED", "COMPOSITE", "DE-IDENTIFIED", "none", "total")

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|juin|juil"
    r"|août|ene|abr|ago|dic|gen|mag|giu|lug|set|ott)[a-zäéû]*\.?"
)
_PATTERNS = {
    "an e-mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "a web address": r"(?:https?://|www\.)\S+",
    "a date": (
        r"(?<!\d)\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})(?!\d)"
        r"|(?<!\d)\d{4}[./]\d{1,2}[./]\d{1,2}(?!\d)"
        rf"|(?<!\d)\d{{1,2}}(?:\.|st|nd|rd|th)?\s+(?:de\s+)?{_MONTH}(?:\s+(?:de\s+)?\d{{4}})?(?!\w)"
        rf"|(?<!\w){_MONTH}\s+(?:\d{{1,2}},?\s+)?\d{{4}}(?!\d)"
    ),
    "a name after a title": (
        r"(?<!\w)(?:Dr|Prof|Mr|Mrs|Ms|Mx|Miss|Herrn?|Frau|Mme|Mlle|M|Sra?|Sig(?:\.ra)?|Doctor|"
        r"Professor|Nurse|Sister)\.?\s+(?:Dr\.?\s+|med\.?\s+)*(?-i:[A-ZÀ-Þ])[\w'’-]*"
        r"(?:\s+(?-i:[A-ZÀ-Þ])[\w'’-]+)*"
    ),
    "a street": r"(?<!\w)[\w-]+(?:stra(?:ß|ss)e|str\.)\s*\d+\w?|(?<!\w)\d+\s+[\w'-]+\s+"
    r"(?:street|road|avenue|lane)(?!\w)",
    "a telephone or other long number": r"(?<![\w.])\+?\d(?:[ ()/-]{0,2}\d){5,}(?!\w)",
}
_SCAN = {kind: re.compile(p, re.IGNORECASE) for kind, p in _PATTERNS.items()}
#: Names of files in sentences, quoted ones with their blanks.
_FILES = re.compile(
    r"'[^'\n]*\.[A-Za-z]\w{0,5}'|[^\s'\"(]+\.(?:edf|bdf|rec|vhdr|vmrk|eeg|dat|avg|seg|set|fdt|fif|wav|"
    r"flac|ogg|xdf|c3d|csv|tsv|txt|json|yaml|yml|mat|h5|hdf5|acq|cnt|mff|gdf|trc|smr|hea|otb\w*|npz|"
    r"mp4|mov|avi|mkv|webm|mp3|m4a|pdf|nwb|gz)(?!\w)",
    re.IGNORECASE,
)
#: What is looked for also in sentences of our own, which hold many numbers.
_IN_SENTENCES = ("an e-mail address", "a web address", "a date")
_SERIAL = re.compile(r"\b(?:s/?n|serial(?: (?:no|number))?)[\s.:#]*\S+", re.IGNORECASE)
_KIN = re.compile(
    r"(?:(?:maternal|paternal|half|great|elder|younger|twin)[ _-]?){0,3}(?:grand)?(?:mother|father|"
    r"parent|sister|brother|sibling|son|daughter|child|aunt|uncle|cousin|niece|nephew|patient|"
    r"proband|index|person|self|me|partner|spouse|twin)s?(?:[ _-]?\d{1,2})?"
    r"|[IVX]{1,4}[-.:]?\d{1,2}",
    re.IGNORECASE,
)


def found(text: str) -> tuple[str, ...]:
    """Return what a scan finds in a text, in words, such as ``('a date',)``."""
    return tuple(kind for kind, pattern in _SCAN.items() if pattern.search(text))


def cut(text: str, *, sentence: bool = False) -> str:
    """Return a text with what a scan finds cut out; fewer things in a sentence of our own."""
    for kind, pattern in _SCAN.items():
        if not sentence or kind in _IN_SENTENCES:
            text = pattern.sub(REMOVED, text)
    return _FILES.sub("[file]", text)


def without_serial(device: str) -> str:
    """Return maker and model of a device without what may be its serial number.

    That is what follows ``SN`` or ``serial``, and each word with four digits or more.
    """
    plain = _SERIAL.sub(" ", device)
    return " ".join(w for w in plain.split() if sum(c.isdigit() for c in w) < 4)


def is_kinship(text: str) -> bool:
    """Whether a text says only how somebody is related, or a place in a pedigree (``II-3``)."""
    return not text.strip() or _KIN.fullmatch(text.strip()) is not None


def is_known(text: str) -> bool:
    """Whether a text is exactly a word of our tables, with or without a side before it."""
    plain = re.sub(r"^(left|right|both|midline)[ _]", "", text.strip(), flags=re.IGNORECASE)
    return normalise(plain) in vocabulary() if normalise(plain) else not text.strip()


@cache
def vocabulary() -> frozenset[str]:
    """Return the words of our tables, normalised."""
    words: set[str] = {*_OWN}
    for name in _TABLES:
        with suppress(KeyError):
            words.update(_keys(table(name)))
    for name in _QUESTIONS:
        with suppress(KeyError):
            words.update(_choices(table(name)))
    for factor, entry in table("conditions").items():
        words.update((factor, *entry["levels"]))
    words.update(table("events"))
    return frozenset(normalise(w) for w in words)


def _keys(entries: Any) -> Iterator[str]:
    if isinstance(entries, Mapping):
        yield from entries
    else:
        yield from (str(e["id"]) for e in entries if isinstance(e, Mapping) and "id" in e)


def _choices(entries: Any) -> Iterator[str]:
    """Yield every text under ``choices``, at any depth of a table of questions."""
    if isinstance(entries, Mapping):
        for key, value in entries.items():
            if key == "choices":
                yield from (str(v) for v in value)
            else:
                yield from _choices(value)
    elif isinstance(entries, list):
        for value in entries:
            yield from _choices(value)
