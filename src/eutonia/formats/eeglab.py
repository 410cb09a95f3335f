"""EEGLAB data sets: ``.set`` with the samples inside, or in ``.fdt`` beside it.

Epochs are read as one recording, one after another; each border between two of them is marked as
bad on both sides, so that nothing is measured across it, and each epoch is an event. So are the
places where EEGLAB marked a cut (``boundary``).

References
----------
Delorme & Makeig 2004, doi:10.1016/j.jneumeth.2003.10.009.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import Format, _eeglab_mat, bids
from eutonia.formats._binary import BinarySignal
from eutonia.formats._eeglab_mat import MatSignal
from eutonia.formats._names import unique
from eutonia.formats._segments import placed
from eutonia.formats.sites import places
from eutonia.model import (
    Channel,
    Clock,
    Events,
    Issue,
    Recording,
    Signal,
    Source,
    UnreadableFile,
)

_BOUNDARY = ("boundary", "-99")  # a cut; the number is what older versions wrote
_MOST_BYTES = 100e6  # a .set beyond this holds its samples itself


@dataclass(frozen=True)
class _Set:
    """The numbers of a data set, checked."""

    n_channels: int
    points: int
    trials: int
    rate_hz: float


def leader(path: Path) -> Path:
    """Return the ``.set`` that stands for a file of samples."""
    if path.suffix.lower() != ".fdt" or not path.is_file():
        return path
    sets = [p for p in sorted(path.parent.iterdir()) if p.suffix.lower() == ".set"]
    for one in sets:
        if one.stem == path.stem:
            return one
    for one in sets:
        try:
            if one.stat().st_size < _MOST_BYTES and _named(_eeglab_mat.load(one)) == path.name:
                return one
        except (UnreadableFile, OSError):
            continue
    return path


def looks_like_eeglab(path: Path) -> bool:
    """Whether a file is a MAT file named ``.set``, or samples named ``.fdt``."""
    if path.suffix.lower() == ".fdt":
        return True
    with path.open("rb") as file:
        head = file.read(4)
    return path.suffix.lower() == ".set" and head in (b"MATL", b"\x89HDF")


def read(path: Path) -> tuple[Recording, ...]:
    """Read an EEGLAB data set: one recording.

    Raises
    ------
    UnreadableFile
        If it is damaged, holds no data set, its samples are missing, or it is MAT v7.3 and h5py is
        not installed.
    """
    path = leader(path)
    if path.suffix.lower() == ".fdt":
        raise UnreadableFile(
            f"{path}: the data set that describes these samples ({path.stem}.set) is missing. Copy "
            "both files into one folder."
        )
    said = _eeglab_mat.load(path)
    size = _size(path, said)
    signal, sources, issues = _signal(path, said, size)
    events, cuts = _events(said, size.rate_hz)
    epochs = range(0, signal.shape[1], size.points) if size.trials > 1 else ()
    borders = {*cuts, *epochs} - {0}
    axis = placed(signal, size.rate_hz, sorted(borders), [None] * len(borders))
    channels, name_issues = _channels(said, size.n_channels)
    if size.trials > 1:
        events = _with_epochs(events, size, n=signal.shape[1])
        text = f"{size.trials} epochs were joined; nothing is measured across their borders."
        issues = (*issues, Issue(code="epochs", severity="note", message=text))
    elif borders:
        issues = (*issues, *axis.issues)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=channels,
            clock=Clock(id=path.name),
            signal=axis.signal,
            rate_hz=size.rate_hz,
            events=events,
            sources=sources,
            issues=(*issues, *name_issues),
            bad=axis.bad,
        ),
    )


def _size(path: Path, said: dict[str, Any]) -> _Set:
    numbers = {n: _number(said.get(n, 1 if n == "trials" else None)) for n in _set_fields()}
    whole = all(1 <= numbers[n] < 2**40 and numbers[n] % 1 == 0 for n in _set_fields()[:3])
    if not whole or not 0 < numbers["srate"] < 1e7:
        stated = ", ".join(f"{n} = {v:g}" for n, v in numbers.items())
        raise UnreadableFile(
            f"{path}: the EEGLAB data set is damaged or empty ({stated}). Save it again."
        )
    n_channels, points, trials = (int(numbers[n]) for n in _set_fields()[:3])
    return _Set(n_channels, points, trials, numbers["srate"])


def _set_fields() -> tuple[str, ...]:
    return ("nbchan", "pnts", "trials", "srate")


def _number(value: Any) -> float:
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return float("nan")
    return float(found.ravel()[0]) if found.size == 1 else float("nan")


def _named(said: dict[str, Any]) -> str:
    """Return the name of the file of samples, empty where they are inside."""
    data = said.get("data")
    return data.replace("\\", "/").split("/")[-1] if isinstance(data, str) else ""


def _signal(
    path: Path, said: dict[str, Any], size: _Set
) -> tuple[Signal, tuple[Source, ...], tuple[Issue, ...]]:
    name = _named(said)
    n = size.points * size.trials
    if not name:
        data = said["data"]
        if not isinstance(data, np.ndarray) or data.dtype.kind not in "fiu":
            raise UnreadableFile(f"{path}: the EEGLAB data set holds no samples. Save it again.")
        held, issues = _held(path, data.size, size, path.name)
        signal: Signal = MatSignal(
            str(path.resolve()), size.n_channels, held, _eeglab_mat.is_hdf5(path)
        )
        return signal, (Source(path=path.name, sha256=""),), issues
    folded = {p.name.casefold(): p for p in sorted(path.parent.iterdir()) if p.is_file()}
    data_file = folded.get(name.casefold())
    renamed: tuple[Issue, ...] = ()
    if data_file is None:
        data_file = folded.get(path.stem.casefold() + ".fdt")
        text = f"The data set names {name!r}, which is missing; {path.stem}.fdt was used."
        renamed = (Issue(code="renamed", severity="warning", message=text),)
    if data_file is None:
        raise UnreadableFile(
            f"{path}: the file of its samples ({name}) is missing. Copy it beside the .set file."
        )
    held, issues = _held(path, data_file.stat().st_size // 4, size, data_file.name)
    signal = BinarySignal(
        path=str(data_file.resolve()),
        dtype="<f4",
        n_channels=size.n_channels,
        n_samples=n if data_file.suffix.lower() == ".dat" else held,
        vectorized=data_file.suffix.lower() == ".dat",
        gain=(1.0,) * size.n_channels,
    )
    sources = (
        Source(path=path.name, sha256=sha256(path.read_bytes()).hexdigest()),
        Source(path=str(data_file.resolve()), sha256=""),
    )
    return signal, sources, (*renamed, *issues)


def _held(path: Path, numbers: int, size: _Set, name: str) -> tuple[int, tuple[Issue, ...]]:
    """Return the samples that are there, and what is said where that is not what is stated."""
    n = size.points * size.trials
    held = numbers // size.n_channels
    if held == 0:
        raise UnreadableFile(f"{path}: {name} holds no samples. Copy or save it again.")
    if numbers == n * size.n_channels:
        return n, ()
    what = "truncated: it is shorter" if held < n else "longer"
    text = f"{name} is {what} than the data set says; {min(held, n)} samples were read."
    return min(held, n), (Issue(code="truncated", severity="warning", message=text),)


def _rows(value: Any) -> list[dict[str, Any]]:
    """Return an array of structures, a single one or none, as a list."""
    if isinstance(value, dict):
        value = [value]
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _channels(said: dict[str, Any], n: int) -> tuple[tuple[Channel, ...], list[Issue]]:
    """Return the channels; what has a place on the head is EEG unless its type says otherwise."""
    rows = (_rows(said.get("chanlocs")) + [{}] * n)[:n]
    names, issues = unique([_text(r.get("labels")) for r in rows])
    kinds = [bids.TYPE_KIND.get(_text(r.get("type")).upper(), "") for r in rows]
    found = places(names, units=["uV"] * n, kinds=kinds)
    channels = []
    for name, row, stated, at in zip(names, rows, kinds, found, strict=True):
        on_head = np.isfinite(_number(row.get("theta"))) or np.isfinite(_number(row.get("X")))
        kind = "eeg" if at.kind == "misc" and on_head and not stated else at.kind
        channels.append(Channel(name=name, kind=kind, unit="uV", site=at.site, side=at.side))
    return tuple(channels), issues


def _text(value: Any) -> str:
    """Return text, a number as text, and nothing for everything else."""
    if isinstance(value, str):
        return value.strip()
    number = _number(value) if isinstance(value, int | float | np.number) else float("nan")
    return f"{number:g}" if np.isfinite(number) else ""


def _events(said: dict[str, Any], rate_hz: float) -> tuple[Events, list[int]]:
    """Return the events, and the first samples after each cut."""
    kept, cuts = [], []
    for row in _rows(said.get("event")):
        latency = _number(row.get("latency"))  # counted from 1; a cut lies between two samples
        if not 0 <= latency < 2**53:
            continue
        if _text(row.get("type")) in _BOUNDARY:
            cuts.append(max(0, int(np.ceil(latency)) - 1))
        kept.append(row)
    lasts = [_number(r.get("duration")) for r in kept]
    is_cut = [_text(r.get("type")) in _BOUNDARY for r in kept]
    events = Events(
        onset_s=np.array([max(0.0, _number(r["latency"]) - 1) for r in kept]) / rate_hz,
        # The duration of a cut is what was taken out; one sample is a moment.
        duration_s=np.array(
            [d if d > 1 and not cut else 0.0 for d, cut in zip(lasts, is_cut, strict=True)]
        )
        / rate_hz,
        name=tuple(
            "boundary" if cut else _text(r.get("type")) or "event"
            for r, cut in zip(kept, is_cut, strict=True)
        ),
        columns=_columns(kept),
    )
    return events, cuts


def _columns(rows: list[dict[str, Any]]) -> dict[str, NDArray[np.generic]]:
    """Return the further fields of the events: numbers where all are, else text."""
    names = dict.fromkeys(n for r in rows for n in r if n not in ("latency", "type", "duration"))
    found: dict[str, NDArray[np.generic]] = {}
    for name in names:
        texts = [_text(r.get(name)) for r in rows]
        written = any(isinstance(r.get(name), str) for r in rows)
        if any(texts):
            numbers = np.array([_number(r.get(name)) for r in rows]) if not written else None
            found[name] = np.array(texts) if numbers is None else numbers
    return found


def _with_epochs(events: Events, size: _Set, *, n: int) -> Events:
    """Add an event that lasts for each epoch."""
    first = np.arange(0, n, size.points)
    onset = np.concatenate([events.onset_s, first / size.rate_hz])
    lasts = np.full(len(first), size.points / size.rate_hz)
    duration = np.concatenate([events.duration_s, lasts])
    names = (*events.name, *("epoch",) * len(first))
    blank = {
        k: np.zeros(len(first), v.dtype) if v.dtype.kind == "U" else np.full(len(first), np.nan)
        for k, v in events.columns.items()
    }
    columns: dict[str, NDArray[np.generic]] = {
        k: np.concatenate([v, blank[k]]) for k, v in events.columns.items()
    }
    order = np.argsort(onset, kind="stable")
    return Events(
        onset_s=onset[order],
        duration_s=duration[order],
        name=tuple(names[i] for i in order),
        columns={k: v[order] for k, v in columns.items()},
    )


FORMAT = Format(
    id="eeglab",
    title="EEGLAB",
    suffixes=(".set", ".fdt"),
    reads=looks_like_eeglab,
    read=read,
    leader=leader,
)
