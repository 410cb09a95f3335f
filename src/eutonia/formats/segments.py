"""Segments of a recording in a text file, as a person notes them down beside the camera.

``<name of the recording>.segments.txt``, one segment a line::

    # minutes:seconds - minutes:seconds, then what was done
    0:00 - 0:05  straight
    0:05 - 0:25  let go
    1:30 - 1:40  let go, trick on

A name such as "sensory trick" means something else in another protocol: it is read in that of the
recording, see `own_protocol`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from eutonia.formats import bids
from eutonia.formats.conditions import is_event, level_of
from eutonia.formats.sites import key
from eutonia.knowledge import find, table
from eutonia.model import Events, InvalidRecord, Issue, Recording, Source

ENDING = ".segments.txt"
#: Kinds of recordings whose stretches are segments of a protocol.
FILMED = ("video", "landmarks")
#: Least length of a stretch with a condition in a film, and beside other signals, where shorter
#: ones are trials. [D]
LEAST_S, BLOCK_S = 1.0, 10.0
#: Segments are noted in whole seconds, so they may end that much after a recording. [D]
ROUNDED_S = 1.0
#: What an event is called that has no name.
UNNAMED = "event"
_LINE = re.compile(r"\s*([\d:.,]+)\s*(?:-|–|to|bis)\s*([\d:.,]+)\s*[:;]?\s*(.+?)\s*$")


def file_for(path: Path) -> Path:
    """Return where the segments of a recording are looked for."""
    return path.with_name(f"{bids.stem(path)}{ENDING}")


def segmented(recordings: tuple[Recording, ...], path: Path) -> tuple[Recording, ...]:
    """Return the recordings of a file with the segments noted beside it, if there are any.

    What is wrong with stretches that are marked elsewhere, as in ``events.tsv``, is an issue:
    names that state no condition, and times after the end.

    Raises
    ------
    InvalidRecord
        Naming the line, and what is allowed.
    """
    found = tuple(_meaning(r, bids.stem(path)) for r in recordings)
    file = file_for(path)
    if file.is_file():
        from hashlib import sha256

        content = file.read_bytes()
        lines = content.decode("utf-8-sig", errors="replace").splitlines()
        noted = parse(lines, where=str(file), recording=bids.stem(path))
        source = Source(path=str(file.resolve()), sha256=sha256(content).hexdigest())
        found = tuple(
            replace(r, events=_joined(r.events, noted), sources=(*r.sources, source)) for r in found
        )
    late = _beyond(found)
    return tuple(replace(r, issues=(*r.issues, *late)) for r in found)


def _meaning(recording: Recording, name: str) -> Recording:
    """Return a recording whose marked stretches state their condition, as its segments would.

    Names that nobody knows are said; those of films are read in the film's own protocol.
    """
    film = recording.kind in FILMED
    events = recording.events
    open_ = [i for i in range(len(events)) if _unstated(events, i, LEAST_S if film else BLOCK_S)]
    own = own_protocol(name, [events.name[i] for i in open_]) if film else ""
    levels: dict[int, dict[str, str]] = {}
    unknown: dict[str, int] = {}
    for i in open_:
        text = events.name[i]
        if film and (meant := _stated(text, own)):
            levels[i] = meant
        elif not level_of(text):
            unknown[text] = unknown.get(text, 0) + 1
    issues = [*recording.issues, *([_unknown(unknown, film=film)] if unknown else [])]
    return replace(recording, events=_with_levels(events, levels), issues=tuple(issues))


def _unstated(events: Events, i: int, least_s: float) -> bool:
    """Whether a stretch is named, lasts, and no column states its condition."""
    factors = set(events.columns) & set(table("conditions"))
    named = events.name[i] != UNNAMED and not is_event(events.name[i])
    stated = any(bids.present(str(events.columns[f][i])) for f in factors)
    return bool(named and not stated and events.duration_s[i] >= least_s)


def _with_levels(events: Events, levels: dict[int, dict[str, str]]) -> Events:
    """Return events with the levels of some of them in the columns of their factors."""
    columns = dict(events.columns)
    for factor in sorted({f for meant in levels.values() for f in meant}):
        old = columns.get(factor)
        cells = [""] * len(events) if old is None else [str(v) for v in old]
        for i, meant in levels.items():
            cells[i] = meant.get(factor, cells[i])
        columns[factor] = np.array(cells)
    return replace(events, columns=columns) if levels else events


def _unknown(names: dict[str, int], *, film: bool) -> Issue:
    """Return what is said of stretches whose names state no condition."""
    listed = ", ".join(f"{n!r}" + (f" ({k} times)" if k > 1 else "") for n, k in names.items())
    text = (
        f"No condition is known by the name {listed}: what was marked so is read as nothing "
        f"special. Use a task such as rest, writing, let go, trick on (or give the columns task, "
        f"side, trick), or the name of a protocol's segment: {', '.join(_names())}."
    )
    severity: Literal["warning", "note"] = "warning" if film else "note"
    return Issue(code="unknown_condition", severity=severity, message=text)


def _names() -> list[str]:
    """Return the names of the segments of all protocols."""
    return sorted({s["name"] for p in table("protocols").values() for s in p["segments"]})


def _beyond(recordings: tuple[Recording, ...]) -> list[Issue]:
    """Return a warning for each stretch that ends after all recordings of a file do."""
    timed = [r for r in recordings if r.rate_hz or r.stamps_s is not None]
    if not timed:
        return []
    last = max(r.duration_s for r in timed)
    marked = {
        (float(on), float(on + lasts), name)
        for r in timed
        for on, lasts, name in zip(
            r.events.onset_s, r.events.duration_s, r.events.name, strict=True
        )
        if lasts >= LEAST_S and on + lasts > last + ROUNDED_S
    }
    found = []
    for on, off, name in sorted(marked):
        what = "it begins after that and was not used" if on >= last else "it was read up to there"
        text = (
            f"The segment {name!r} ({_clock(on)} - {_clock(off)}) lasts beyond the recording, "
            f"which ends at {_clock(last)} ({last:.1f} s): {what}. Check the times."
        )
        found.append(Issue(code="segment_beyond", severity="warning", message=text))
    return found


def _clock(seconds: float) -> str:
    """Return a time as it is noted beside the camera, ``1:05``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def parse(lines: Iterable[str], *, where: str = "segments", recording: str = "") -> Events:
    """Return the segments of some lines as events with a duration and a column for each factor.

    Parameters
    ----------
    lines : iterable of str
    where : str
        Named in errors.
    recording : str
        Name of the recording, which may say its protocol.

    Raises
    ------
    InvalidRecord
        If a line holds no two times and a name, or a name that is not known.
    """
    noted: list[tuple[int, float, float, str]] = []
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0]
        if not text.strip():
            continue
        found = _LINE.match(text)
        if not found:
            raise InvalidRecord(
                f"{where}: line {number} is {line.strip()!r}; write two times and what was done, "
                "such as: 0:05 - 0:25 let go"
            )
        start, stop = (_seconds(t, f"{where}: line {number}") for t in found.groups()[:2])
        if stop <= start:
            raise InvalidRecord(f"{where}: line {number} ends before it starts: {line.strip()!r}.")
        noted.append((number, start, stop, found.group(3)))
    own = own_protocol(recording, [text for *_, text in noted])
    rows = [(a, b, text, _levels(text, own, f"{where}: line {n}")) for n, a, b, text in noted]
    factors = sorted({factor for *_, levels in rows for factor in levels})
    return Events(
        onset_s=np.array([r[0] for r in rows], dtype=float),
        duration_s=np.array([r[1] - r[0] for r in rows], dtype=float),
        name=tuple(r[2] for r in rows),
        columns={f: np.array([r[3].get(f, "") for r in rows]) for f in factors},
    )


def _seconds(text: str, where: str) -> float:
    """Convert ``1:05`` or ``65.5`` to seconds."""
    try:
        *large, small = (float(p.replace(",", ".")) for p in text.rstrip(":").split(":"))
    except ValueError:
        raise InvalidRecord(
            f"{where}: {text!r} is no time; write minutes:seconds or seconds."
        ) from None
    for place, value in enumerate(reversed(large), start=1):
        small += value * 60**place
    return small


def own_protocol(recording: str, texts: Iterable[str]) -> str:
    """Return the protocol that a recording follows; empty where nothing tells.

    Parameters
    ----------
    recording : str
        Name of the recording; the first of its words that names a protocol says it.
    texts : iterable of str
        What was done, segment by segment. Where the name says nothing, it is the protocol that
        more of these belong to than to any other.

    Examples
    --------
    >>> own_protocol("sub-01_task-face", ["sensory trick"])
    'face'
    >>> own_protocol("clip", ["let go", "sensory trick"])
    'neck'
    """
    for word in recording.replace("-", "_").split("_"):
        if named := find("protocols", word):
            return named
    parts = {key(part): part for text in texts for part in _parts(text)}
    belong = Counter(p for part in parts.values() for p in _in_protocols(part))
    (first, most), (_, next_most) = [*belong.most_common(2), ("", 0), ("", 0)][:2]
    return first if most > next_most else ""


def _parts(text: str) -> list[str]:
    """Return what a segment's words state one after the other, ``let go, trick on``."""
    return [part.strip() for part in re.split(r"[,;+]", text)]


def _levels(text: str, own: str, where: str) -> dict[str, str]:
    """Return the condition that a segment's words state: of the vocabulary, or of a protocol."""
    levels: dict[str, str] = {}
    for place, part in enumerate(_parts(text)):
        # A trick or closed eyes beside a task say nothing about the task.
        known = (level_of(part) if place else {}) or _meant(part, own)
        if not known:
            raise InvalidRecord(
                f"{where}: {part!r} is not known. Use a task such as rest, "
                f"writing, let go, trick on, or the name of a protocol's segment: "
                f"{', '.join(_names())}."
            )
        levels |= known
    return levels


def _stated(text: str, own: str) -> dict[str, str]:
    """Return the condition that a name states, empty where any of its words is not known."""
    try:
        return _levels(text, own, "")
    except InvalidRecord:
        return {}


def _meant(part: str, own: str) -> dict[str, str]:
    """Return the condition of a name, in the recording's own protocol if that has it.

    What only other protocols have is what the vocabulary says. Where the protocol is not known, a
    name means what all protocols that have it mean.
    """
    meant = _in_protocols(part)
    if own in meant:
        return meant[own]
    one = next(iter(meant.values()), {})
    agreed = one if all(levels == one for levels in meant.values()) else {}
    return (level_of(part) or agreed) if own else (agreed or level_of(part))


def _in_protocols(text: str) -> dict[str, dict[str, str]]:
    """Return the condition of a segment by its name or id, for each protocol that has it."""
    return {
        name: {k: str(v) for k, v in segment["levels"].items()}
        for name, protocol in table("protocols").items()
        for segment in protocol["segments"]
        if key(text) in (key(segment["name"]), key(segment["id"]))
    }


def _joined(events: Events, more: Events) -> Events:
    """Return both, in order of time; a column that only one has is empty for the other."""
    n, m = len(events), len(more)
    names = dict.fromkeys((*events.columns, *more.columns))
    empty = {"f": np.nan, "i": 0, "u": 0, "b": False}
    columns = {}
    for c in names:
        one, other = events.columns.get(c), more.columns.get(c)
        like = one if one is not None else other
        assert like is not None
        fill = empty.get(like.dtype.kind, "")
        left = one if one is not None else np.full(n, fill, dtype=like.dtype)
        right = other if other is not None else np.full(m, fill, dtype=like.dtype)
        columns[c] = np.concatenate([left, right])
    order = np.argsort(np.concatenate([events.onset_s, more.onset_s]), kind="stable")
    return Events(
        onset_s=np.concatenate([events.onset_s, more.onset_s])[order],
        duration_s=np.concatenate([events.duration_s, more.duration_s])[order],
        name=tuple((*events.name, *more.name)[i] for i in order),
        columns={c: v[order] for c, v in columns.items()},
    )
