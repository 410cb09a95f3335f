"""Files of other systems: read, checked against our rules, and kept in a visit's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from eutonia.formats import bids, intake
from eutonia.formats.diary import add_entry, diary_files, load_diary
from eutonia.formats.examination import (
    load_examinations,
    load_history,
    parse_entry,
    parse_examination,
    parse_history,
    save_examination,
    save_history,
)
from eutonia.formats.exchange import Received
from eutonia.formats.plain import to_mapping
from eutonia.formats.shape import said
from eutonia.model import (
    DiaryEntry,
    Examination,
    History,
    InvalidRecord,
    Score,
    UnreadableFile,
    VisitState,
)

MAX_BYTES = 100_000_000
_KINDS = (
    "FHIR (a Bundle or QuestionnaireResponse in JSON), a phenopacket (JSON), or REDCap data (CSV)"
)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was written into a visit, and what was not taken, in words."""

    files: tuple[Path, ...]
    left: tuple[str, ...]


def load(path: Path) -> tuple[Received, ...]:
    """Read a FHIR, phenopacket or REDCap file; the content says which it is.

    Raises
    ------
    UnreadableFile
        If it is none of these.
    InvalidRecord
        If it breaks its rules; names the place, the value and what is allowed.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(f"{path.name} has more than {MAX_BYTES // 10**6} MB; split it.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path.name} is not UTF-8 text; Eutonia reads {_KINDS}.") from None
    try:
        return _parsed(text, path.name)
    except InvalidRecord as error:
        raise InvalidRecord(f"{path.name}: {error}") from error


def _parsed(text: str, name: str) -> tuple[Received, ...]:
    from eutonia.formats.fhir import from_bundle
    from eutonia.formats.phenopacket import from_phenopacket
    from eutonia.formats.redcap import import_rows

    if not text.lstrip().startswith("{"):
        if text.lstrip().startswith(("record_id", '"record_id"')):
            return import_rows(text)
        raise UnreadableFile(f"{name} is of no kind that Eutonia imports: {_KINDS}.")
    held = _json(text)
    if "resourceType" in held:
        return (from_bundle(held),)
    if "subject" in held and "metaData" in held:
        return (from_phenopacket(held),)
    raise UnreadableFile(f"{name} is of no kind that Eutonia imports: {_KINDS}.")


def _json(text: str) -> dict[str, Any]:
    def refuse(number: str) -> NoReturn:
        raise InvalidRecord(f"{number} is not a number that JSON may hold.")

    try:
        held: dict[str, Any] = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise InvalidRecord(f"it is not valid JSON (line {error.lineno}: {error.msg}).") from None
    except RecursionError:
        raise InvalidRecord("it is not valid JSON (it is nested too deeply).") from None
    return held


def choose(given: tuple[Received, ...], folder: Path, *, any_person: bool = False) -> Received:
    """Return what belongs to the visit of a folder.

    Parameters
    ----------
    given : tuple of Received
        From `load`.
    folder : Path
        Of the visit.
    any_person : bool
        Take it although the file carries another pseudonym or visit.

    Raises
    ------
    InvalidRecord
        If none or several fit; lists what the file holds.
    """
    person = bids.person(folder).id
    fits = [g for g in given if any_person or _fits(g, person, folder.resolve().name)]
    if len(fits) == 1:
        return fits[0]
    held = ", ".join(f"{g.person.id or 'no person'} {g.visit or 'no visit'}" for g in given[:12])
    what = f"{len(fits)} visits" if fits else "no visit"
    raise InvalidRecord(
        f"The file holds {what} for {person or 'this person'} {folder.resolve().name} (it holds "
        f"{held or 'nothing'}). Name the right folder; --any-person takes a file of one visit with "
        "another pseudonym."
    )


def _fits(given: Received, person: str, name: str) -> bool:
    """Whether person and visit agree, as far as file and folder say."""
    known = given.person.id and person and person != "unknown"
    if known and _label(given.person.id, "sub-") != _label(person, "sub-"):
        return False
    session = given.visit.startswith("ses-") and name.startswith("ses-")
    return not session or given.visit == name


def _label(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


# --- keeping ------------------------------------------------------------------------------------


def keep(given: Received, folder: Path, *, over: bool = False, rater: str = "") -> Kept:
    """Write what was received into a visit's folder; all is checked before anything is written.

    Parameters
    ----------
    given : Received
    folder : Path
        Of the visit.
    over : bool
        Let what is received replace what is there; else a difference is an error.
    rater : str
        Whose examination single scores belong to.

    Raises
    ------
    InvalidRecord
        If an answer breaks our rules, or differs from what is there; nothing is written then.
    """
    examinations = [_examination(e, folder, over=over) for e in _scored(given, folder, rater)]
    history = _merged(given.history, folder, over=over) if given.history else None
    entries = [parse_entry(to_mapping(e)) for e in given.diary]
    new = _new_entries(entries, folder)
    state = _state(given.state, folder, over=over)
    files = [save_examination(e, folder) for e in examinations]
    if history is not None:
        files.append(save_history(history, folder))
    if state is not None:
        files.append(intake.save(state, folder))
    files += [add_entry(entry, _home(folder)) for entry in new]
    return Kept(files=tuple(dict.fromkeys(files)), left=tuple(_left(given)))


def _home(folder: Path) -> Path:
    """Return the person's folder: that of the visit, or the one above it."""
    resolved = folder.resolve()
    return resolved.parent if resolved.parent.name.startswith("sub-") else resolved


def _scored(given: Received, folder: Path, rater: str) -> Iterator[Examination]:
    """Yield the examinations, single scores added to the rater's own."""
    if not given.scores:
        yield from given.examinations
        return
    if not rater:
        raise InvalidRecord("The file holds scores without a rater: name one with --rater.")
    found = [e for e in (*given.examinations, *load_examinations(folder)) if e.rater == rater]
    base = found[0] if found else Examination(rater=rater)
    yield from (e for e in given.examinations if e.rater != rater)
    yield replace(base, scores=_with_scores(base.scores, given.scores))


def _with_scores(old: tuple[Score, ...], new: tuple[Score, ...]) -> tuple[Score, ...]:
    named = {s.scale for s in new}
    return (*(s for s in old if s.scale not in named), *new)


def _examination(one: Examination, folder: Path, *, over: bool) -> Examination:
    checked = parse_examination(to_mapping(one), folder=folder)
    for there in load_examinations(folder):
        grown = replace(there, scores=_with_scores(there.scores, checked.scores))
        same = there == checked or (grown == checked and len(grown.scores) > len(there.scores))
        if there.rater.casefold() == checked.rater.casefold() and not same and not over:
            raise InvalidRecord(
                f"There is another examination of rater {checked.rater!r}; --replace lets the "
                "file's take its place."
            )
    return checked


def _merged(new: History, folder: Path, *, over: bool) -> History:
    """Return the history with what is new; lists grow, and a difference is an error."""
    old = load_history(folder)
    changed: dict[str, Any] = {}
    for shape, value in said(new):
        there = getattr(old, shape.name)
        if there in (shape.default, value) or over:
            changed[shape.name] = value
        elif shape.kind in ("rows", "texts"):
            changed[shape.name] = tuple(dict.fromkeys((*(there or ()), *value)))
        else:
            raise InvalidRecord(
                f"{shape.name} is {value!r} in the file, but {there!r} in the history that is "
                "there; --replace lets the file's take its place."
            )
    return parse_history(to_mapping(replace(old, **changed)))


def _new_entries(entries: list[DiaryEntry], folder: Path) -> list[DiaryEntry]:
    """Return the entries that are not there yet; another entry of the same time stays beside."""
    home = _home(folder)
    there = set(load_diary(home)[0])
    new = [e for e in dict.fromkeys(entries) if e not in there]
    if new and len(diary_files(home)) > 1:
        raise InvalidRecord(f"{home.name} holds several diaries; keep one to add to.")
    return new


def _state(state: VisitState | None, folder: Path, *, over: bool) -> VisitState | None:
    if state is None:
        return None
    checked = intake.parse(intake.to_mapping(state))
    there = intake.load(folder)
    if there not in (VisitState(), checked) and not over:
        raise InvalidRecord(
            "There is another intake of this visit; --replace lets the file's take its place."
        )
    return checked


def _left(given: Received) -> Iterator[str]:
    """Yield what was not taken: computed numbers are computed again, terms stay terms."""
    yield from given.left
    if given.numbers:
        yield f"{len(given.numbers)} computed numbers (assess the visit again)"
    if given.features:
        words = ", ".join(f.label or f.code for f in given.features[:6])
        more = f" and {len(given.features) - 6} more" if len(given.features) > 6 else ""
        yield f"{len(given.features)} phenotypic features ({words}{more})"
    known: Mapping[str, object] = {
        "age": given.person.age_years,
        "sex": None if given.person.sex == "unknown" else given.person.sex,
        "handedness": None if given.person.handedness == "unknown" else given.person.handedness,
    }
    facts = [name for name, value in known.items() if value is not None]
    if facts:
        yield f"{', '.join(facts)} (they belong in participants.tsv)"
