"""The files of examination and history: found, read, checked, written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eutonia.formats import answers
from eutonia.formats.answer_file import files_in, read_mapping, write_mapping
from eutonia.formats.diary import diaries_for
from eutonia.formats.plain import to_mapping
from eutonia.formats.scale_entry import check_score, licensed
from eutonia.model import DiaryEntry, Examination, History, InvalidRecord


def parse_examination(mapping: Mapping[str, Any], *, folder: Path | None = None) -> Examination:
    """Check the answers of one rater and return them as an examination.

    Parameters
    ----------
    mapping : mapping of str to object
        Field of `Examination` to answer; ``docs/guide/examination.md`` shows the shape.
    folder : Path, optional
        Where the visit lies, for the licences of scales that need one.

    Raises
    ------
    InvalidRecord
        If an answer breaks its rules; says the field, the value and what is allowed.
    """
    found: Examination = answers.parse("examination", mapping)
    if not found.scores:
        return found
    try:
        may = {s.scale: folder is not None and licensed(s.scale, folder) for s in found.scores}
        scores = tuple(check_score(s, licensed=may[s.scale]) for s in found.scores)
    except InvalidRecord as error:
        raise InvalidRecord(f"scores: {error}") from error
    return replace(found, scores=scores)


def parse_history(mapping: Mapping[str, Any]) -> History:
    """Check what lasts from visit to visit (see `parse_examination`)."""
    found: History = answers.parse("history", mapping)
    return found


def parse_entry(mapping: Mapping[str, Any]) -> DiaryEntry:
    """Check one entry of a diary (see `parse_examination`)."""
    found: DiaryEntry = answers.parse("diary", mapping)
    return found


# --- examinations -------------------------------------------------------------------------------


def load_examination(path: Path, *, folder: Path | None = None) -> Examination:
    """Read one rater's file (see `parse_examination`); `folder` is the visit's, by default its own.

    Raises
    ------
    InvalidRecord
        If the file breaks its rules; names the file.
    """
    try:
        return parse_examination(read_mapping(path), folder=folder or path.parent)
    except InvalidRecord as error:
        raise InvalidRecord(f"{path.name}: {error}") from error


def load_examinations(folder: Path) -> tuple[Examination, ...]:
    """Read the examinations of a visit, one per rater, in order of their files' names.

    Files are ``examination.yaml``, ``examination-B.yaml``, ``sub-01_ses-02_examination.json`` and
    the like.

    Raises
    ------
    InvalidRecord
        If a file breaks its rules, or two are of one rater.
    """
    return tuple(found for _, found in _examined(Path(folder)))


def _examined(folder: Path) -> list[tuple[Path, Examination]]:
    found: dict[str, tuple[Path, Examination]] = {}
    for path in files_in(folder, "examination", several=True):
        one = load_examination(path)
        who = one.rater.casefold()
        if who in found:
            raise InvalidRecord(
                f"{path.name} and {found[who][0].name} are both of rater {one.rater}; keep one of "
                "them, or give the other rater's code."
            )
        found[who] = (path, one)
    return list(found.values())


def examination_file(folder: Path, rater: str) -> Path:
    """Return the file of one rater's examination, or the one that it would be written to."""
    examined = _examined(folder)
    for path, one in examined:
        if one.rater.casefold() == rater.casefold():
            return path
    if not examined:
        return folder / "examination.json"
    name = re.sub(r"[^A-Za-z0-9]+", "-", rater).strip("-") or "rater"
    path, number = folder / f"examination-{name}.json", 2
    while path.exists():  # such as raters B1 and B.1, or B and b where case does not count
        path, number = folder / f"examination-{name}-{number}.json", number + 1
    return path


def save_examination(examination: Examination, folder: Path) -> Path:
    """Write one rater's examination into the visit's folder and return the file.

    The rater's file that is there is replaced in its own format; other raters' files stay.
    """
    return write_mapping(examination_file(folder, examination.rater), to_mapping(examination))


def earlier_examinations(folder: Path) -> tuple[Examination, ...]:
    """Return the examinations of the person's last session before this one that has any.

    Sessions are ordered by the date of their examinations where both have one, else by their
    labels. Without BIDS sessions there is none.

    Raises
    ------
    InvalidRecord
        If a file of an earlier session breaks its rules; names session and file.
    """
    last = earlier_session(folder)
    try:
        return load_examinations(last) if last else ()
    except InvalidRecord as error:
        raise InvalidRecord(f"{last.name if last else ''}/{error}") from error


def earlier_session(folder: Path) -> Path | None:
    """Return the person's last session before this one that has an examination."""
    earlier = sessions_before(folder)
    examined = (s for s in reversed(earlier) if files_in(s, "examination", several=True))
    return next(examined, None)


def sessions_before(folder: Path) -> tuple[Path, ...]:
    """Return the person's sessions before this one, the last one last.

    They are ordered by the date of their examinations where both have one, else by their labels.
    """
    folder = Path(folder).resolve()
    if not folder.name.startswith("ses-") or not folder.parent.name.startswith("sub-"):
        return ()
    sessions = sorted(p for p in folder.parent.glob("ses-*") if p.is_dir())
    when = {s: _when(s, files_in(s, "examination", several=True)) for s in (*sessions, folder)}
    earlier: list[Path] = []
    for session in sessions:
        if session != folder and _is_before(when[session], when[folder]):
            at = sum(_is_before(when[e], when[session]) for e in earlier)
            earlier.insert(at, session)
    return tuple(earlier)


def _when(session: Path, files: tuple[Path, ...]) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Return the date of a session, and its label so that ``ses-10`` comes after ``ses-2``."""
    parts = re.findall(r"\d+|\D+", session.name.removeprefix("ses-"))
    label = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
    return _dated(files), label


def _dated(files: tuple[Path, ...]) -> str:
    """Return the last date that the files state; what they break otherwise is told elsewhere."""
    found = []
    for path in files:
        try:
            mapping = read_mapping(path)
        except InvalidRecord:
            continue
        if isinstance(mapping, Mapping) and re.fullmatch(
            r"\d{4}-\d\d-\d\d", str(mapping.get("date", "")), re.ASCII
        ):
            found.append(str(mapping["date"]))
    return max(found, default="")


def _is_before(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    dated = one[0] and other[0] and one[0] != other[0]
    return bool(one[0] < other[0] if dated else one[1] < other[1])


# --- history ------------------------------------------------------------------------------------


def history_file(folder: Path) -> Path | None:
    """Return the file of the person's history, in the visit's folder or the person's, or None.

    Raises
    ------
    InvalidRecord
        If there are several: none of them can be preferred.
    """
    found = _person_files(Path(folder).resolve())
    if len(found) > 1:
        listed = ", ".join(f"{p.parent.name}/{p.name}" for p in found)
        raise InvalidRecord(f"There are several files of one person ({listed}); keep one.")
    return found[0] if found else None


def _person_files(folder: Path) -> list[Path]:
    above = (folder.parent,) if folder.parent.name.startswith("sub-") else ()
    return [path for place in (folder, *above) for path in files_in(place, "person")]


def load_history_file(path: Path) -> History:
    """Read one file of a person's history (see `parse_history`)."""
    try:
        return parse_history(read_mapping(path))
    except InvalidRecord as error:
        raise InvalidRecord(f"{path.name}: {error}") from error


def load_history(folder: Path) -> History:
    """Read the history from a visit's or person's folder; without a file nothing is known.

    Files are ``person.yaml``, ``person.json``, ``sub-01_person.json`` and the like, in the folder
    or in the ``sub-`` folder above it.

    Raises
    ------
    InvalidRecord
        If the file breaks its rules, or there are several.
    """
    path = history_file(folder)
    return load_history_file(path) if path else History()


def save_history(history: History, folder: Path) -> Path:
    """Write the history and return the file.

    A file that is there is replaced in its own format; else it goes into the person's folder.
    """
    path = history_file(folder)
    if path is None:
        folder = Path(folder).resolve()
        above = folder.parent.name.startswith("sub-")
        path = (folder.parent if above else folder) / "person.json"
    return write_mapping(path, to_mapping(history))


def files_for(folder: Path) -> tuple[Path, ...]:
    """Return every file that people's entries for a visit are read from; see the loaders.

    Examinations, those of the session before with its state, the person's history and the diary.
    A file that breaks its rules is among them.
    """
    folder = Path(folder).resolve()
    before = earlier_session(folder)
    return (
        *files_in(folder, "examination", several=True),
        *(files_in(before, "examination", several=True) if before else ()),
        *(files_in(before, "intake") if before else ()),
        *_person_files(folder),
        *diaries_for(folder),
    )
