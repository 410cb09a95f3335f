"""Any path to recordings: a file, a loose folder, or a visit in BIDS."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from eutonia import formats
from eutonia.formats import (
    alignment,
    bids,
    clocks,
    conditions,
    corrections,
    describe,
    loose,
    segments,
)
from eutonia.formats.diary import is_diary
from eutonia.formats.sites import key
from eutonia.knowledge import table
from eutonia.model import (
    Condition,
    EutoniaError,
    Issue,
    Lost,
    Person,
    Recording,
    Span,
    UnreadableFile,
    Visit,
    VisitState,
)

#: Called with the name of the next file, files done, and files in all.
Progress = Callable[[str, int, int], None]

#: Seconds from which a ``movement`` is a block of a task and no trial; our rule, unconfirmed.
BLOCK_S = 10.0

_SIDECARS = frozenset(
    ["channels", "events", "electrodes", "coordsystem", "scans", "participants", "sessions"]
)
_SIGNALS = frozenset(
    [
        ".svc",
        ".bin",
        ".cwa",
        ".gt3x",
        ".nwb",
        ".mp3",
        ".m4a",
        ".mid",
        ".npz",
        ".npy",
        ".parquet",
        ".xlsx",
    ]
)


def read(path: Path | str) -> tuple[Recording, ...]:
    """Read one file with its sidecars and corrections.

    Parameters
    ----------
    path : path
        A recording of any format that `eutonia.formats` reads; of several files, any of them.

    Returns
    -------
    tuple of Recording
        One per stream or rate; samples stay in the file until they are asked for.

    Raises
    ------
    UnreadableFile
        If the file is damaged, empty or of another kind.
    InvalidRecord
        If its corrections break their schema.
    """
    leader = formats.leader_of(Path(path))
    return alignment.requested(_one_file(leader), leader, _one_file)


def _one_file(path: Path) -> tuple[Recording, ...]:
    return clocks.one_file(_read(path))


def _read(path: Path) -> tuple[Recording, ...]:
    form = formats.of(path)
    found = form.read(path)
    if formats.suffix(path) not in form.suffixes:
        text = f"The name does not end as of {form.title}, but the content is; it was read as such."
        issue = Issue(code="other_ending", severity="note", message=text)
        found = tuple(replace(r, issues=(*r.issues, issue)) for r in found)
    named = loose.inferred(segments.segmented(describe.described(found, path), path), path)
    return corrections.corrected(named, path)


def read_visit(path: Path | str, *, progress: Progress | None = None) -> Visit:
    """Read a visit: a BIDS session, a loose folder, or a single file.

    Parameters
    ----------
    path : path
        ``sub-01/ses-02``, ``sub-01`` or a data set with exactly one visit, a folder of recordings,
        or one recording.
    progress : callable, optional
        Called with the name of the next file, files done, and files in all.

    Returns
    -------
    Visit
        Files that cannot be read, and signals of a format that Eutonia does not read, are in
        ``lost``; documents and pictures are passed over.

    Raises
    ------
    UnreadableFile
        If there is no such folder, it holds no recording at all, or several visits.
    """
    path = Path(path)
    if not path.exists():
        raise UnreadableFile(f"{path}: there is no such file or folder.")
    single = formats.is_recording(path)
    folder = formats.leader_of(path) if single else visit_folder(path)
    files = [folder] if single else _candidates(folder)
    base = folder.parent if single else folder
    recordings: list[Recording] = []
    lost: list[Lost] = []
    for i, file in enumerate(files):
        name = file.relative_to(base).as_posix()
        if progress:
            progress(name, i, len(files))
        try:
            recordings += (_placed(r, name, base) for r in _visit_file(file))
        except EutoniaError as error:
            why = str(error).replace(str(file), name).removeprefix(f"{name}: ")
            lost.append(Lost(path=name, error=why))
        except (OSError, MemoryError) as error:
            lost.append(
                Lost(path=name, error=f"The file cannot be read ({error.__class__.__name__}).")
            )
    if progress:
        progress("read", len(files), len(files))
    entered, broken = _entered(base)
    today = (entered.get("examinations"), entered.get("diary"))
    if not (recordings or lost or broken or any(today)):
        raise UnreadableFile(
            f"{path}: neither a recording nor an examination was found here. Name the folder of a "
            "visit."
        )
    state, unknown = _state(base)
    labels = set(bids.labels(base)) | (
        {"SIMULATED"} if any(r.simulated for r in recordings) else set()
    )
    person = bids.person(base) if _is_bids(base) else Person(id="unknown")
    if person.handedness == "unknown":
        person = replace(person, handedness=state.handedness)
    return Visit(
        id=folder.stem if single else folder.name,
        person=person,
        recordings=_on_one_clock(recordings, base),
        lost=(*lost, *broken, *unknown),
        state=state,
        **entered,
        labels=tuple(sorted(labels)),
    )


def samples() -> Path:
    """Return the one visit of the samples: inside an installed package, else in the repository.

    Raises
    ------
    UnreadableFile
        If there are no samples.
    """
    package = Path(__file__).parent
    for folder in (package / "samples", package.parents[1] / "samples"):
        visits = sorted(folder.glob("sub-*/ses-*"))
        if visits:
            return visits[0]
    raise UnreadableFile("The samples are missing: install Eutonia again, or run it from a clone.")


def _is_bids(folder: Path) -> bool:
    return any(p.name.startswith("sub-") for p in (folder, *folder.parents))


def visit_folder(path: Path) -> Path:
    """Return the one visit below a folder, or the folder itself."""
    path = path.resolve()
    if path.name.startswith("ses-"):
        return path
    people = (
        [path]
        if path.name.startswith("sub-")
        else sorted(p for p in path.glob("sub-*") if p.is_dir())
    )
    if not people:
        return path
    visits = [v for p in people for v in (sorted(p.glob("ses-*")) or [p])]
    if len(visits) == 1:
        return visits[0]
    names = ", ".join(v.relative_to(path.parent).as_posix() for v in visits[:12])
    raise UnreadableFile(f"{path}: holds {len(visits)} visits; name one of them: {names}.")


def _candidates(folder: Path) -> list[Path]:
    """Return the files of a visit that are or may be signals; of several files the leading one."""
    known = {s for f in formats.all_formats() for s in f.suffixes}
    found = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(p.startswith(".") or p == "derivatives" for p in parts)
        noted = is_diary(file) or file.name.endswith(segments.ENDING)
        if hidden or noted or not formats.is_recording(file):
            continue
        if bids.stem(file).split("_")[-1] in _SIDECARS and file.suffix in (".tsv", ".json"):
            continue
        ending = formats.suffix(file)
        if ending in known or ending in _SIGNALS:
            found.append(formats.leader_of(file))
    return list(dict.fromkeys(found))


def _visit_file(file: Path) -> tuple[Recording, ...]:
    """Read one file of a visit; a text that is no table is passed over."""
    ending = formats.suffix(file)
    is_known = any(f.reads(file) for f in formats.all_formats()) if file.is_file() else True
    if ending in (".txt", ".dat") and file.stat().st_size and not is_known:
        return ()
    if ending in _SIGNALS and not is_known:
        raise UnreadableFile(
            f"{file}: signals of this kind ({ending}) are not read yet; export them as EDF, "
            "CSV or WAV to include them."
        )
    return _read(file)


def _placed(recording: Recording, name: str, base: Path) -> Recording:
    """Name a recording, and the files behind it, after their place in the visit."""
    stream = recording.id.partition("#")[2]
    sources = []
    for source in recording.sources:
        at = Path(source.path)
        if not at.is_absolute():
            sources.append(replace(source, path=name))
        elif at.is_relative_to(base.resolve()):
            sources.append(replace(source, path=at.relative_to(base.resolve()).as_posix()))
        else:
            up = os.path.relpath(at, base.resolve())
            sources.append(replace(source, path=Path(up).as_posix()))
    return replace(recording, id=f"{name}#{stream}" if stream else name, sources=tuple(sources))


def _on_one_clock(recordings: list[Recording], base: Path) -> tuple[Recording, ...]:
    times = bids.acquisition_times(base.resolve())
    acq = {
        r.id: times[file]
        for r in recordings
        if (file := (base / r.id.split("#")[0]).resolve()) in times
    }
    acq |= {name.split("#")[0]: when for name, when in acq.items()}
    found = clocks.aligned(recordings, acq)
    placed = [_after_start(r, found, base) for r in found]
    return alignment.in_visit(placed, base)


def _after_start(recording: Recording, others: tuple[Recording, ...], base: Path) -> Recording:
    """Place a physio recording by its ``StartTime`` beside the recording of the same run."""
    file = base / recording.id.split("#")[0]
    start = bids.metadata(file).get("StartTime")
    if bids.modality(file) != "physio" or not isinstance(start, int | float):
        return recording
    mine = {k: v for k, v in bids.entities(file).items() if k != "recording"}
    for other in others:
        at = base / other.id.split("#")[0]
        theirs = {k: v for k, v in bids.entities(at).items() if k != "recording"}
        if at != file and theirs == mine and bids.modality(at) in ("eeg", "emg", "ieeg"):
            clock = replace(
                other.clock, offset_s=other.clock.offset_s + float(start), aligned="declared"
            )
            return replace(recording, clock=clock)
    return recording


def _entered(base: Path) -> tuple[dict[str, Any], tuple[Lost, ...]]:
    """Read what people entered: examinations, the earlier ones, the history and the diary."""
    from eutonia.formats import diary, examination

    found: dict[str, Any] = {}
    lost: list[Lost] = []
    readers: dict[str, Callable[[Path], Any]] = {
        "examinations": examination.load_examinations,
        "earlier": examination.earlier_examinations,
        "earlier_state": _earlier_state,
        "history": examination.load_history,
    }
    for name, load in readers.items():
        try:
            found[name] = load(base)
        except EutoniaError as error:
            lost.append(Lost(path=name, error=str(error)))
    try:
        found["diary"], bad = diary.load_diary(base)
        lost += bad
    except EutoniaError as error:
        lost.append(Lost(path="diary", error=str(error)))
    return found, tuple(lost)


def _earlier_state(base: Path) -> VisitState:
    from eutonia.formats import examination, intake

    session = examination.earlier_session(base)
    return intake.load(session) if session else VisitState()


def _state(base: Path) -> tuple[VisitState, tuple[Lost, ...]]:
    from eutonia.formats.intake import load

    try:
        return load(base), ()
    except EutoniaError as error:
        return VisitState(), (Lost(path="visit state", error=str(error)),)


def spans(recording: Recording) -> tuple[Span, ...]:
    """Return the stretches of a recording that hold one condition each.

    Events with a duration become spans where their name is a known condition (``writing``,
    ``trick on``) or a column is named like a factor (``task``, ``side``, ``trick``); where there
    are none, the whole recording is one span. `repeat` counts within the recording.
    """
    events = recording.events
    factors = table("conditions")
    columns = {k: v for k, v in events.columns.items() if k in factors}
    found: list[tuple[float, float, Condition]] = []
    for i in range(len(events)):
        if not events.duration_s[i] > 0:
            continue
        name = events.name[i]
        trial = conditions.is_event(name) and events.duration_s[i] < BLOCK_S
        levels = {} if trial else conditions.level_of(name)
        for factor, values in columns.items():
            text = bids.present(str(values[i]))
            if text:
                levels |= conditions.task_of(text) if factor == "task" else _level(factor, text)
        start = max(0.0, float(events.onset_s[i]))
        stop = min(recording.duration_s, float(events.onset_s[i] + events.duration_s[i]))
        if levels and stop > start:
            found.append((start, stop, recording.condition.replace(**levels)))
    if not found:
        found = [(0.0, recording.duration_s, recording.condition)]
    counts: dict[Condition, int] = {}
    out = []
    for start, stop, condition in sorted(found, key=lambda f: f[0]):
        counts[condition] = counts.get(condition, 0) + 1
        out.append(
            Span(
                recording=recording.id,
                start_s=start,
                stop_s=stop,
                condition=condition,
                repeat=counts[condition],
            )
        )
    return tuple(out)


def _level(factor: str, text: str) -> dict[str, str]:
    """Return the level of a factor's column, through its synonyms; an unknown one is kept."""
    for level, synonyms in table("conditions")[factor]["levels"].items():
        if key(text) in (key(level), *map(key, synonyms)):
            return {factor: level}
    return {factor: text}
