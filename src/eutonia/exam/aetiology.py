"""Axis II: the four blocks of 2025, what they become in 2013, and the retired words.

Only the examiner concludes about aetiology; nothing here is inferred from a measure.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from eutonia.exam.observers import UNDECIDED, capital, unknown
from eutonia.knowledge import normalise, table
from eutonia.model import Aetiology, Conclusion, Examination, History

_BLOCKS = ("genetic", "acquired", "anatomical", "mechanism")
_FIRM = frozenset(["confirmed", "probable"])


def axis_two(
    history: History, examinations: tuple[Examination, ...] = (), *, version: str = "2025"
) -> tuple[Conclusion, ...]:
    """Return the conclusions of Axis II, and the retired words that were mapped.

    Parameters
    ----------
    history : History
        With the blocks as the examiner entered them.
    examinations : tuple of Examination
        For positive signs of a functional disorder, which are named and not counted.
    version : {'2025', '2013'}
        With 2013 the four blocks of 2025 are left out.
    """
    blocks = [_block(history, examinations, b) for b in _BLOCKS] if version == "2025" else []
    return (*blocks, _aetiology_2013(history), _pathology_2013(history), *_mapped(history))


def _block(history: History, examinations: tuple[Examination, ...], block: str) -> Conclusion:
    """Return one of the four independent blocks with the highest certainty entered."""
    entries = [a for a in history.aetiology if a.block == block]
    name = table("aetiology_blocks")[block]["name"]
    missing = [f"the evidence for: {a.what}" for a in entries if not a.evidence]
    if not entries:
        on_file = _not_counted(history, examinations, block) or [
            f"the examiner's entry under {name}"
        ]
        return unknown("II", block, f"Nothing is entered under {name}.", *on_file)
    value = max(entries, key=_rank).certainty
    return Conclusion(
        axis="II",
        about=block,
        value=value,
        words=f"{capital(name)}: {'; '.join(_said(a) for a in entries)}.",
        because=tuple(_entered(a) for a in entries),
        missing=tuple(missing),
        mark="V",
        sources=tuple(table("aetiology_blocks")[block]["refs"]),
    )


def _rank(entry: Aetiology) -> int:
    return int(table("certainties").get(entry.certainty, {"rank": 0})["rank"])


def _said(entry: Aetiology) -> str:
    return f"{entry.what or 'in no words'} ({entry.certainty})"


def _entered(entry: Aetiology) -> str:
    evidence = f", evidence: {entry.evidence}" if entry.evidence else ""
    return f"entered as {entry.block}, {entry.certainty}: {entry.what}{evidence}"


def _not_counted(history: History, examinations: tuple[Examination, ...], block: str) -> list[str]:
    """Return what is on file that bears on an empty block; only the examiner concludes."""
    if block == "genetic":
        return [
            f"{g.gene} was reported as {g.result}: what follows is for the examiner to conclude"
            for g in history.genes
            if g.result in ("pathogenic", "likely pathogenic")
        ]
    if block == "acquired":
        signs = dict.fromkeys(s for e in examinations for s in e.functional_signs or ())
        if signs:
            return [
                f"positive signs of a functional disorder were noted ({', '.join(signs)}): "
                "what follows is for the examiner to conclude"
            ]
    return []


def _aetiology_2013(history: History) -> Conclusion:
    """Return inherited, acquired or idiopathic; only what is confirmed or probable is mapped."""
    about = "aetiology_2013"
    mapped = table("aetiology_blocks")
    entries = [a for a in history.aetiology if a.block in ("genetic", "acquired", "idiopathic")]
    because = tuple(_entered(a) for a in entries)
    firm = dict.fromkeys(str(mapped[a.block]["in_2013"]) for a in entries if a.certainty in _FIRM)
    if not entries:
        needed = "an entry under genetic, acquired or idiopathic"
        return unknown("II", about, "The aetiology is not known.", needed)
    if len(firm) != 1:
        said = ", ".join(dict.fromkeys(str(mapped[a.block]["in_2013"]) for a in entries))
        lacks = "which of them holds" if firm else "at least a probable aetiology"
        return Conclusion(
            axis="II",
            about=about,
            value=UNDECIDED,
            words=f"Entered: {said}{'' if firm else ', each only suspected'}.",
            because=because,
            missing=(lacks,),
            mark="M",
        )
    value = next(iter(firm))
    lacking: tuple[str, ...] = ()
    if value == "idiopathic":
        family = {True: "_familial", False: "_sporadic", None: ""}[history.family_dystonia]
        value += family
        lacking = () if family else ("the family history, for sporadic or familial",)
    return Conclusion(
        axis="II",
        about=about,
        value=value,
        words=f"In the scheme of 2013: {table('aetiologies_2013')[value]['name']}.",
        because=because,
        missing=lacking,
        mark="M",
    )


def _pathology_2013(history: History) -> Conclusion:
    """Return degeneration, structural lesion or none, from the words under anatomical."""
    about = "pathology_2013"
    entries = [a for a in history.aetiology if a.block == "anatomical"]
    if not entries:
        needed = "imaging or another entry under anatomical"
        return unknown("II", about, "Nervous-system pathology is not known.", needed)
    found = {a: _pathology(a.what) for a in entries}
    firm = dict.fromkeys(p for a, p in found.items() if p and a.certainty in _FIRM)
    unread = [a.what for a, p in found.items() if not p]
    value = next(iter(firm)) if len(firm) == 1 and not unread else UNDECIDED
    names = {k: e["name"] for k, e in table("pathologies_2013").items()}
    missing = [f"whether {w!r} is {', '.join(names.values())}" for w in unread]
    if value == UNDECIDED and not unread:
        missing.append("which of them holds" if firm else "at least a probable finding")
    return Conclusion(
        axis="II",
        about=about,
        value=value,
        words=f"Nervous-system pathology: {names.get(value, UNDECIDED)}.",
        because=tuple(_entered(a) for a in entries),
        missing=tuple(missing),
        mark="M",
    )


@cache
def _pathology_words() -> dict[str, str]:
    return {
        normalise(word): key
        for key, entry in table("pathologies_2013").items()
        for word in (key, entry["name"], *entry["synonyms"])
    }


def _pathology(text: str) -> str:
    """Return the pathology that an entry names as its first words, before any explanation."""
    for end in (":", ",", ";", "(", " of ", " in "):
        text = text.split(end, maxsplit=1)[0]
    return _pathology_words().get(normalise(text), "")


def legacy_term(text: str) -> str:
    """Return ``primary`` or ``secondary`` where a text is one of the retired words, else empty."""
    return _legacy_words().get(normalise(text), "")


@cache
def _legacy_words() -> dict[str, str]:
    return {
        normalise(word): key
        for key, entry in table("legacy_terms").items()
        for word in (key, entry["name"], *entry["synonyms"])
    }


def mapped_legacy(text: str) -> Conclusion | None:
    """Return what a retired word becomes, flagged as mapped; None where it is no such word.

    Primary becomes isolated with idiopathic or inherited, secondary becomes acquired.
    """
    term = legacy_term(text)
    if not term:
        return None
    entry: dict[str, Any] = table("legacy_terms")[term]
    parts = [p for p in (entry["associated"], entry["aetiology"]) if p]
    return Conclusion(
        axis="scheme",
        about="mapped_legacy",
        value=", ".join(parts),
        words=f"The retired word {term} was mapped to {', '.join(parts)}.",
        because=(f"entered as {text!r}",),
        missing=("the aetiology in present words",),
        mark=entry["mark"],
    )


def _mapped(history: History) -> list[Conclusion]:
    found = [mapped_legacy(a.what) for a in history.aetiology]
    return list(dict.fromkeys(c for c in found if c))
