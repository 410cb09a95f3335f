"""Segments of a recording in a text file, as a person notes them down beside the camera.

``<name of the recording>.segments.txt``, one segment a line::

    # minutes:seconds - minutes:seconds, then what was done
    0:00 - 0:05  straight
    0:05 - 0:25  let go
    1:30 - 1:40  let go, trick on
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from eutonia.formats import bids
from eutonia.formats.conditions import level_of
from eutonia.formats.sites import key
from eutonia.knowledge import table
from eutonia.model import Events, InvalidRecord, Recording, Source

ENDING = ".segments.txt"
_LINE = re.compile(r"\s*([\d:.,]+)\s*(?:-|–|to|bis)\s*([\d:.,]+)\s*[:;]?\s*(.+?)\s*$")


def file_for(path: Path) -> Path:
    """Return where the segments of a recording are looked for."""
    return path.with_name(f"{bids.stem(path)}{ENDING}")


def segmented(recordings: tuple[Recording, ...], path: Path) -> tuple[Recording, ...]:
    """Return the recordings of a file with the segments noted beside it, if there are any.

    Raises
    ------
    InvalidRecord
        Naming the line, and what is allowed.
    """
    file = file_for(path)
    if not file.is_file():
        return recordings
    from hashlib import sha256

    content = file.read_bytes()
    noted = parse(content.decode("utf-8-sig", errors="replace").splitlines(), where=str(file))
    source = Source(path=str(file.resolve()), sha256=sha256(content).hexdigest())
    return tuple(
        replace(r, events=_joined(r.events, noted), sources=(*r.sources, source))
        for r in recordings
    )


def parse(lines: Iterable[str], *, where: str = "segments") -> Events:
    """Return the segments of some lines as events with a duration and a column for each factor.

    Raises
    ------
    InvalidRecord
        If a line holds no two times and a name, or a name that is not known.
    """
    rows: list[tuple[float, float, str, dict[str, str]]] = []
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
        rows.append((start, stop, found.group(3), _levels(found.group(3), where, number)))
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


def _levels(text: str, where: str, number: int) -> dict[str, str]:
    """Return the condition that a segment's words state: of the vocabulary, or of a protocol."""
    levels: dict[str, str] = {}
    for part in re.split(r"[,;+]", text):
        known = _of_protocol(part) or level_of(part.strip())
        if not known:
            names = sorted({s["name"] for p in table("protocols").values() for s in p["segments"]})
            raise InvalidRecord(
                f"{where}: line {number}: {part.strip()!r} is not known. Use a task such as rest, "
                f"writing, let go, trick on, or the name of a protocol's segment: "
                f"{', '.join(names)}."
            )
        levels |= known
    return levels


def _of_protocol(text: str) -> dict[str, str]:
    """Return the condition of a segment of a protocol by its name or id."""
    for protocol in table("protocols").values():
        for segment in protocol["segments"]:
            if key(text) in (key(segment["name"]), key(segment["id"])):
                return {k: str(v) for k, v in segment["levels"].items()}
    return {}


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
