"""BrainVision: a header (``.vhdr``) with a file of samples and one of markers.

References
----------
BrainVision Core Data Format 1.0, Brain Products GmbH.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _brainvision_header
from eutonia.formats._binary import BinarySignal
from eutonia.formats._brainvision_header import Header, Marker, scale
from eutonia.formats._names import unique
from eutonia.formats._segments import Placed, placed
from eutonia.formats.sites import places
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    Events,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_HEADER = ".vhdr"
_DATA = (".eeg", ".dat", ".avg", ".seg")
_MARKERS = ".vmrk"
#: What other files named ``.eeg`` begin with: Nihon Kohden, and Neuroscan's epochs.
_OTHERS = (b"EEG-", b"QI-4", b"DAE-2", b"Version 3")


def leader(path: Path) -> Path:
    """Return the header that stands for a file of samples or markers."""
    if path.suffix.lower() not in (*_DATA, _MARKERS) or not path.is_file():
        return path
    beside = [p for p in sorted(path.parent.iterdir()) if p.suffix.lower() == _HEADER]
    for header in beside:
        if header.stem == path.stem:
            return header
    for header in beside:
        try:
            said = _brainvision_header.sections(header).get("common infos", {})
        except UnreadableFile:
            continue
        field = "markerfile" if path.suffix.lower() == _MARKERS else "datafile"
        if _written(said.get(field, ""), header).casefold() == path.name.casefold():
            return header
    return path


def looks_like_brainvision(path: Path) -> bool:
    """Whether a file begins like a header, or belongs to one; a lone ``.eeg`` is taken for one."""
    if leader(path) != path:
        return True
    with path.open("rb") as file:
        head = file.read(100)
    lone = path.suffix.lower() == ".eeg" and not head.startswith(_OTHERS)
    return lone or _brainvision_header.MAGIC.match(head) is not None


def read(path: Path) -> tuple[Recording, ...]:
    """Read a BrainVision recording, by its header or any of its files.

    Raises
    ------
    UnreadableFile
        If the header is missing or damaged, or the samples are missing or of a kind that is not
        read (text, spectra).
    """
    path = leader(path)
    if path.suffix.lower() in (*_DATA, _MARKERS):
        raise UnreadableFile(
            f"{path}: the header of this BrainVision recording ({path.stem}.vhdr) is missing. "
            "Copy all three files (.vhdr, .eeg, .vmrk) into one folder."
        )
    header = _brainvision_header.parse(path)
    data, data_issues = _beside(path, header.data, _DATA)
    if data is None:
        raise UnreadableFile(
            f"{path}: the file of its samples ({header.data or path.stem + '.eeg'}) is missing. "
            "Copy all three files (.vhdr, .eeg, .vmrk) into one folder."
        )
    mark, mark_issues = _beside(path, header.markers, (_MARKERS,)) if header.markers else (None, ())
    marks, damaged = _markers(mark)
    names, name_issues = unique([line.name for line in header.channels])
    signal, length_issues = _signal(path, header, data)
    segments = [m for m in marks if m.kind == "New Segment"]
    axis = placed(
        signal, header.rate_hz, [m.sample for m in segments], [m.start_s for m in segments]
    )
    start = next((m.start_s for m in segments if m.sample == 0), None)
    channels = _channels(header, names)
    issues = (*header.issues, *data_issues, *mark_issues, *damaged, *name_issues, *length_issues)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=channels,
            clock=Clock(id=WALL, offset_s=start) if start is not None else Clock(id=path.name),
            signal=axis.signal,
            rate_hz=header.rate_hz,
            events=_events(marks, names, axis, header.rate_hz),
            sources=_sources(path, data, mark),
            issues=(*issues, *axis.issues),
            bad=(*axis.bad, *_bad(marks, names, axis, header.rate_hz)),
        ),
    )


def _written(name: str, header: Path) -> str:
    """Return the name of a file as the header means it: without folders, ``$b`` its own stem."""
    return name.replace("\\", "/").split("/")[-1].replace("$b", header.stem).strip()


def _beside(
    header: Path, named: str, endings: tuple[str, ...]
) -> tuple[Path | None, tuple[Issue, ...]]:
    """Find a file that the header names, else one with the header's own stem, and report that."""
    name = _written(named, header)
    there = {p.name: p for p in sorted(header.parent.iterdir()) if p.is_file()}
    folded = {n.casefold(): p for n, p in there.items()}
    found = there.get(name) or folded.get(name.casefold())
    if found is not None and found != header:
        return found, ()
    own = (folded.get(header.stem.casefold() + ending) for ending in endings)
    renamed = next((p for p in own if p is not None), None)
    if renamed is not None:
        what = f"names {name!r}, which is missing" if name else "names no file of samples"
        text = f"The header {what}; {renamed.name!r} beside it was used: they were renamed."
    elif name:
        text = f"The header names {name!r}, which is missing; it was left out."
    else:
        return None, ()
    code = "renamed" if renamed is not None else "missing_file"
    return renamed, (Issue(code=code, severity="warning", message=text),)


def _markers(path: Path | None) -> tuple[tuple[Marker, ...], tuple[Issue, ...]]:
    """Read the marker file; a damaged one costs the events, not the recording."""
    if path is None:
        return (), ()
    try:
        marks, damaged = _brainvision_header.markers(path)
    except UnreadableFile:
        text = f"{path.name} is empty or damaged and was left out: there are no events."
        return (), (Issue(code="events", severity="warning", message=text),)
    if not damaged:
        return marks, ()
    text = f"{damaged} marker(s) in {path.name} are damaged; left out."
    return marks, (Issue(code="events", severity="warning", message=text),)


def _signal(path: Path, header: Header, data: Path) -> tuple[BinarySignal, tuple[Issue, ...]]:
    """Return the samples, and what is said where the file is shorter than it should be."""
    n_channels, width = len(header.channels), int(header.dtype[-1])
    size = data.stat().st_size
    held, rest = divmod(size, n_channels * width)
    if held == 0:
        raise UnreadableFile(
            f"{path}: the file of its samples ({data.name}) holds no whole sample of "
            f"{n_channels} channels ({size} bytes). Copy or export it again."
        )
    # Where one channel follows another, the header alone says where each begins.
    stated = header.points if header.vectorized else None
    points = stated if stated and stated * width <= size else held
    issues: tuple[Issue, ...] = ()
    if rest or (header.points or 0) > held:
        text = f"{data.name} is truncated: it is shorter than its header says; the rest was read."
        issues = (Issue(code="truncated", severity="warning", message=text),)
    signal = BinarySignal(
        path=str(data.resolve()),
        dtype=header.dtype,
        n_channels=n_channels,
        n_samples=points,
        vectorized=header.vectorized,
        gain=tuple(scale(line)[1] for line in header.channels),
        units=tuple(line.unit for line in header.channels),
    )
    return signal, issues


def _channels(header: Header, names: list[str]) -> tuple[Channel, ...]:
    found = [scale(line)[0] for line in header.channels]
    rows = zip(names, found, places(names, units=found), header.channels, strict=True)
    return tuple(
        Channel(
            name=name,
            kind=at.kind,
            unit=unit,
            site=at.site,
            side=at.side,
            high_pass_hz=line.high_pass_hz,
        )
        for name, unit, at, line in rows
    )


def _is_bad(mark: Marker) -> bool:
    return mark.kind.lower().startswith("bad")


def _events(marks: tuple[Marker, ...], names: list[str], axis: Placed, rate_hz: float) -> Events:
    """Return markers as events; a size of one sample is a moment."""
    kept = [m for m in marks if not _is_bad(m)]
    onset = axis.on_axis(np.array([m.sample for m in kept], dtype=np.float64)) / rate_hz
    return Events(
        onset_s=onset,
        duration_s=np.array([m.points if m.points > 1 else 0 for m in kept]) / rate_hz,
        name=tuple(m.text or m.kind for m in kept),
        columns={
            "type": np.array([m.kind for m in kept], dtype=np.str_),
            "channel": np.array([_name(m, names) for m in kept], dtype=np.str_),
        },
    )


def _bad(
    marks: tuple[Marker, ...], names: list[str], axis: Placed, rate_hz: float
) -> list[BadSpan]:
    """Return what was marked as ``Bad Interval``."""
    bad = []
    for mark in (m for m in marks if _is_bad(m)):
        edges = np.array([mark.sample, mark.sample + max(mark.points, 1)], dtype=np.float64)
        start, stop = axis.on_axis(edges) / rate_hz
        reason = mark.text or "marked bad"
        bad.append(BadSpan(start_s=start, stop_s=stop, reason=reason, channel=_name(mark, names)))
    return bad


def _name(mark: Marker, names: list[str]) -> str:
    return names[mark.channel - 1] if 0 < mark.channel <= len(names) else ""


def _sources(path: Path, data: Path, mark: Path | None) -> tuple[Source, ...]:
    """Name the three files; the samples are hashed while they are looked at."""
    texts = [(path.name, path)] + ([(str(mark.resolve()), mark)] if mark else [])
    hashed = [Source(path=n, sha256=sha256(p.read_bytes()).hexdigest()) for n, p in texts]
    return (hashed[0], Source(path=str(data.resolve()), sha256=""), *hashed[1:])


FORMAT = Format(
    id="brainvision",
    title="BrainVision",
    suffixes=(_HEADER, ".eeg", _MARKERS),
    reads=looks_like_brainvision,
    read=read,
    leader=leader,
)
